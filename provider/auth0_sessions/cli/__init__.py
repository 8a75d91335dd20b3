"""The command line, ``auth0-sessions``. It never imports Pulumi, so it starts at once."""

from auth0_sessions.cli.app import app
from auth0_sessions.cli.look import audit, plans, show
from auth0_sessions.cli.sandbox import sandbox

__all__ = ["app", "audit", "main", "plans", "sandbox", "show"]


def main() -> None:
    """Run the command line; the entry point of the console script."""
    app()
