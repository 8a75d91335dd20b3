"""The command that installs the native plugin."""

import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import typer

from auth0_sessions.cli.app import FAILURE, app, fail, say

NAME = "auth0-sessions"

plugin = typer.Typer(no_args_is_help=True, help="Use the native plugin from Pulumi programs in any language.")


@plugin.command()
def install() -> None:
    """Put the native plugin where Pulumi finds it, for programs in YAML, TypeScript, Go and all other languages.

    Runs `pulumi plugin install resource auth0-sessions VERSION --file SCRIPT`, with the script of this environment. Run
    it again after an upgrade, or when the environment has moved.
    """
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        fail("There is no `pulumi` on PATH. Install it (https://www.pulumi.com/docs/install) and try again.", FAILURE)
    script = Path(sys.executable).with_name(f"pulumi-resource-{NAME}")
    if not script.is_file():
        fail(f"{script} is missing. Reinstall the package {NAME} and try again.", FAILURE)
    command = [pulumi, "plugin", "install", "resource", NAME, version(NAME), "--file", str(script), "--reinstall"]
    code = subprocess.run(command, check=False).returncode  # noqa: S603  Runs the user's `pulumi`.
    if code:
        fail(f"`pulumi plugin install` failed with exit code {code}; its own message is above.", FAILURE)
    say(f"Installed the plugin {NAME} {version(NAME)}, which runs with {sys.executable}.")


app.add_typer(plugin, name="plugin", rich_help_panel="Every language")
