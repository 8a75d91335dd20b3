"""The command line, ``auth0-sessions``. It never imports Pulumi, so it starts quickly."""

import io
import sys

from auth0_sessions.cli.app import FAILURE, app, note
from auth0_sessions.cli.files import audit, export, validate
from auth0_sessions.cli.look import plans, show
from auth0_sessions.cli.plugin import plugin
from auth0_sessions.cli.sandbox import sandbox

__all__ = ["app", "audit", "export", "main", "plans", "plugin", "sandbox", "show", "validate"]


def main() -> None:
    """Run the command line; the entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # An old terminal or a pipe may not support box-drawing characters.
            stream.reconfigure(errors="replace")
    if not (sys.stdout.isatty() and sys.stderr.isatty()):
        from typer import rich_utils  # noqa: PLC0415  Slow to import, and only needed for --help.

        # Typer treats a pipe as a terminal if FORCE_COLOR or GITHUB_ACTIONS is set.
        rich_utils.FORCE_TERMINAL = False
    try:
        app()
    except OSError as error:
        note(f"Error: the output cannot be written: {error.strerror}.")
        sys.exit(FAILURE)
