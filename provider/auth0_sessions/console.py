"""Starts the command line, or says which extra to install."""

import sys

PACKAGES = ("typer", "rich", "jinja2", "markupsafe")
"""What the `cli` extra installs."""


def main() -> None:
    """Run the command line; the entry point of the console script."""
    try:
        from auth0_sessions import cli  # noqa: PLC0415  The extra may not be installed.
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in PACKAGES:
            raise
        sys.exit("Error: the command line is an extra. Install it with: pip install 'auth0-sessions[cli]'")
    cli.main()
