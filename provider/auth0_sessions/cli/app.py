"""The command line's foundation: the root command, printing and error handling."""

import contextlib
import io
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

from auth0_sessions.errors import Auth0SessionsError, InputError, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

FAILURE = 1
USAGE = 2
PIPE_COLUMNS = 1000
"""Output that is not a terminal has no width, so lines are not wrapped."""

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001  Typer's signature.
    if wanted:
        typer.echo(f"auth0-sessions {version('auth0-sessions')}")
        raise typer.Exit


@app.callback()
def root(
    wants_version: Annotated[  # noqa: FBT002  A named option on the command line.
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Inspect and audit the session lifetimes of Auth0 tenants.

    Nothing here writes to a tenant; `pulumi up` does. Credentials come from the environment: `AUTH0_CLIENT_ID` and
    `AUTH0_CLIENT_SECRET`, or `AUTH0_API_TOKEN`; with the label `acme` they are `AUTH0_ACME_CLIENT_ID` and so on. The
    scope `read:tenant_settings` is enough.

    Exit codes: 0 success, 1 findings or failure, 2 wrong usage.
    """


@contextlib.contextmanager
def clean_errors() -> "Iterator[None]":
    """Exit with one message if the cause is a file, a value or a tenant."""
    try:
        yield
    except InputError as error:
        fail(str(error), USAGE)
    except Auth0SessionsError as error:
        fail(str(error), FAILURE)


def say(*parts: "RenderableType") -> None:
    """Print tables and text on standard output; a pipe is not a terminal, regardless of `FORCE_COLOR`."""
    if sys.stdout.isatty():
        for part in parts:
            Console().print(part, markup=False, highlight=False)
    else:
        typer.echo(plain(*parts), nl=False)


def plain(*parts: "RenderableType") -> str:
    """Return tables and text for a file or a pipe: no color, no wrapping."""
    pipe = Console(file=io.StringIO(), width=PIPE_COLUMNS, force_terminal=False)
    with pipe.capture() as captured:
        for part in parts:
            pipe.print(part, markup=False, highlight=False)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def note(line: str, errors: Console | None = None) -> None:
    """Print a line that is not part of the result, on standard error."""
    shown = "\n".join(map(visible, line.split("\n")))
    (errors or Console(stderr=True)).print(shown, soft_wrap=True, markup=False, highlight=False)


def fail(message: str, code: int) -> NoReturn:
    """Exit with a message and an exit code."""
    note(f"Error: {message}")
    raise typer.Exit(code)
