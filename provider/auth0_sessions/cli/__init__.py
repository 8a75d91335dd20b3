"""The command line, ``auth0-sessions``. It never imports Pulumi, so it starts at once."""

import io
import sys

from auth0_sessions.cli.app import FAILURE, app, note
from auth0_sessions.cli.look import audit, plans, show
from auth0_sessions.cli.plugin import plugin
from auth0_sessions.cli.sandbox import sandbox

__all__ = ["app", "audit", "main", "plans", "plugin", "sandbox", "show"]


def main() -> None:
    """Run the command line; the entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # An old terminal or a pipe may know no box-drawing characters.
            stream.reconfigure(errors="replace")
    try:
        app()
    except OSError as error:
        note(f"Error: the output cannot be written: {error.strerror}.")
        sys.exit(FAILURE)
