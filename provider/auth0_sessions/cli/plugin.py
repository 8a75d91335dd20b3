"""The command that installs the native plugin."""

import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from auth0_sessions.cli.app import FAILURE, app, fail, say
from auth0_sessions.native.script import write_script
from auth0_sessions.publisher import NAME

plugin = typer.Typer(no_args_is_help=True, help="The native plugin, for Pulumi programs in every language.")


@plugin.command()
def install() -> None:
    """Put the native plugin where Pulumi finds it, for programs in YAML, TypeScript, Go and all other languages.

    Runs `pulumi plugin install resource auth0-sessions VERSION --file FOLDER`, with a script that starts this
    environment's Python. Run it again after an upgrade, or when the environment has moved. On Windows the script is a
    `.cmd` file, which is not tested there.
    """
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        fail("There is no `pulumi` on PATH. Install it (https://www.pulumi.com/docs/install) and try again.", FAILURE)
    command = [pulumi, "plugin", "install", "resource", NAME, version(NAME), "--reinstall", "--file"]
    with TemporaryDirectory() as folder:
        write_script(Path(folder))
        code = subprocess.run([*command, folder], check=False).returncode  # noqa: S603  Runs the user's `pulumi`.
    if code:
        fail(f"`pulumi plugin install` failed with exit code {code}; its own message is above.", FAILURE)
    say(f"Installed the plugin {NAME} {version(NAME)}, which runs with {sys.executable}.")


app.add_typer(plugin, name="plugin", rich_help_panel="Native plugin")
