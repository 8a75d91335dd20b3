"""The command line in this process: without a terminal, and as quick as a function."""

import re
import sys
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from auth0_sessions import cli

COMMAND = Path(sys.executable).with_name("auth0-sessions")
"""The program itself, for tests of what a process does."""

SECRET = "canary-secret"
CREDENTIALS = {"AUTH0_CLIENT_ID": "id", "AUTH0_CLIENT_SECRET": SECRET}
FINE, FAILURE, USAGE = 0, 1, 2
"""Exit codes; findings are a failure, too."""


def invoke(*arguments: Any, **environment: str) -> Result:
    """Run a command with variables of the environment."""
    return CliRunner(env={"COLUMNS": "100", **environment}).invoke(cli.app, [*map(str, arguments)])


def cells_of(line: str) -> list[str]:
    """Return the cells of a table's row."""
    return re.split(r" {2,}", line.strip())
