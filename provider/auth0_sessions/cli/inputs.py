"""What the commands of files read: files of tenants, or a stack's configuration, and each live tenant."""

import contextlib
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from auth0_sessions.cli.app import note
from auth0_sessions.errors import InputError, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auth0_sessions.api.reader import ReadTenant
    from auth0_sessions.fleet.file import TenantsFile

FILE = "The stack's file `Pulumi.STACK.yaml`, or a YAML or JSON file of tenants"
TenantsOption = Annotated[
    list[Path] | None, typer.Option("--tenants", metavar="FILE", help=f"{FILE}; repeatable.", show_default=False)
]
MoreFiles = Annotated[
    list[Path] | None, typer.Argument(metavar="FILE", help="More files, as with --tenants.", show_default=False)
]
StackOption = Annotated[
    str | None,
    typer.Option(
        "--stack",
        metavar="NAME",
        help="Instead of a file: this stack's whole configuration, environments included, from `pulumi config`.",
        show_default=False,
    ),
]
CwdOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="The folder of the stack's project, for --stack.",
        file_okay=False,
        exists=True,
        show_default=False,
    ),
]


def files_of(
    tenants: "list[Path] | None", more: "list[Path] | None", stack: str | None, cwd: Path | None
) -> "dict[str, TenantsFile]":
    """Read tenants files, or a stack's configuration; the keys are the names that messages use."""
    paths = [*(tenants or []), *(more or [])]
    if bool(paths) == bool(stack) or (cwd and not stack):
        message = "Give files with --tenants, or a stack with --stack, which may come with --cwd."
        raise InputError(message)
    if stack:
        from auth0_sessions.fleet.resolved import read_stack  # noqa: PLC0415

        return {f"stack {visible(stack)}": read_stack(stack, cwd or Path())}
    from auth0_sessions.fleet.file import read_tenants_file  # noqa: PLC0415

    names = [visible(path.name) for path in paths]
    if len(set(names)) < len(names):
        names = [visible(str(path)) for path in paths]
    files: dict[str, TenantsFile] = {}
    problems = []
    for name, path in zip(names, paths, strict=True):
        if name in files:
            problems.append(f"{name} is given twice; give each file once.")
        try:
            files[name] = read_tenants_file(path)
        except InputError as error:
            problems.append(str(error))
    if problems:
        raise InputError("\n".join(problems))
    return files


@contextlib.contextmanager
def reading(files: "dict[str, TenantsFile]") -> "Iterator[tuple[ReadTenant, Callable[[int, int], None]]]":
    """Yield a function that reads one tenant of some files, and one that shows progress on a terminal."""
    from rich.progress import Progress  # noqa: PLC0415

    from auth0_sessions.api.reader import read_tenant  # noqa: PLC0415
    from auth0_sessions.api.sources import of_environment  # noqa: PLC0415
    from auth0_sessions.fleet.resolved import found_in  # noqa: PLC0415

    # Several files have no configuration with credentials; a stack is alone.
    configured = next(iter(files.values())).credentials
    sources = of_environment if configured is None else partial(found_in, configured)
    errors = Console(stderr=True)
    with Progress(console=errors, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Reading tenants", total=None)
        read = partial(read_tenant, on_wait=partial(note, errors=errors), sources=sources)
        yield read, lambda done, total: bar.update(task, completed=done, total=total)
