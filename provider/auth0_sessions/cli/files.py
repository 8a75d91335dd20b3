"""The commands that take tenants files: audit, validate and export."""

import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from auth0_sessions.cli.app import FAILURE, USAGE, app, clean_errors, fail, note, plain, say
from auth0_sessions.cli.inputs import FILE, CwdOption, MoreFiles, StackOption, TenantsOption, files_of, reading
from auth0_sessions.cli.output import check, write
from auth0_sessions.cli.tables import audit_parts
from auth0_sessions.model.profiles import Profile

if TYPE_CHECKING:
    from auth0_sessions.audit import Audit

PANEL = "Tenants files"
_NO_LABELS = (
    "Note: `pulumi import` does not support credential labels: it reads every tenant with AUTH0_CLIENT_ID and "
    "AUTH0_CLIENT_SECRET, or with the stack's own credentials. Import tenants that need different "
    "credentials in separate runs."
)

ReportFormat = Literal["table", "json", "html", "markdown"]
REPORTS: dict[str, ReportFormat] = {
    "txt": "table",
    "json": "json",
    "html": "html",
    "htm": "html",
    "md": "markdown",
    "markdown": "markdown",
}
"""File extension -> format."""

ExportFormat = Literal["tenants", "import", "workflow"]
EXPORTS: dict[ExportFormat, tuple[str, ...]] = {
    "tenants": ("yaml", "yml", "json"),
    "import": ("json",),
    "workflow": ("yaml", "yml"),
}
"""Purpose of an export -> file extensions."""

OutputOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write to this file.", dir_okay=False, writable=True, show_default=False),
]


@app.command(rich_help_panel=PANEL)
def audit(  # noqa: PLR0913  An argument for each option.
    tenants: TenantsOption = None,
    more: MoreFiles = None,
    *,
    stack: StackOption = None,
    cwd: CwdOption = None,
    profile: Annotated[
        str | None,
        typer.Option(
            help="The baseline of all tenants, whatever the files say: a built-in profile, or one that they define.",
            autocompletion=lambda: list(Profile),
            show_default=False,
        ),
    ] = None,
    form: Annotated[
        ReportFormat | None,
        typer.Option("--format", help="Default: from the extension of --output, otherwise table.", show_default=False),
    ] = None,
    output: OutputOption = None,
) -> None:
    """Compare every live tenant with its plan's caps, its profile, and what the files declare.

    A file is one that `TenantFleet.from_config` reads: `auth0-sessions:tenants` in the stack's file, or a file with an
    entry for each tenant, as in `acme: {domain: acme.eu.auth0.com, plan: essential, credentials: acme}`.

    The baseline of a tenant is the first of these: `--profile`, the profile in its entry, the file's, the one for the
    stack's name, Auth0's defaults. Nothing is written to any tenant. A tenant that cannot be read is
    reported, and counts as a failure.

    With `--stack`, credentials in the stack's configuration are used as `pulumi up` uses them. Nothing of the
    configuration is printed or stored.

    Example: `auth0-sessions audit --tenants Pulumi.prod.yaml --profile nist-aal2 --output audit.html`
    """
    from auth0_sessions.audit import audit as audited  # noqa: PLC0415  Not needed for --help.

    if form is None:
        form = REPORTS[_ending(output, REPORTS, ", or give --format")] if output else "table"
    check(output)
    with clean_errors():
        files = files_of(tenants, more, stack, cwd)
        with reading(files) as (read, on_progress):
            report = audited(files, profile=profile, read=read, on_progress=on_progress)
    if output is not None:
        write(output, _rendered(report, form))
        note(f"Wrote {output}. {report.verdict}")
    elif form == "table":
        say(*audit_parts(report))
    else:
        typer.echo(_rendered(report, form), nl=form != "markdown")
    raise typer.Exit(0 if report.is_fine else FAILURE)


@app.command(rich_help_panel=PANEL)
def validate(
    tenants: TenantsOption = None, more: MoreFiles = None, stack: StackOption = None, cwd: CwdOption = None
) -> None:
    """Check tenants files as a fleet would, offline.

    Reports all problems, across all files: what `pulumi preview` would refuse, and tenants in two files. Each tenant
    needs a plan; a stack's file includes its project's configuration, a tenants file only has its own.
    `--stack` asks the Pulumi CLI for the configuration, which may have to open the stack's environments.

    Example: `auth0-sessions validate --tenants Pulumi.prod.yaml`
    """
    from auth0_sessions.fleet.validation import validate as validated  # noqa: PLC0415

    with clean_errors():
        found = validated(files_of(tenants, more, stack, cwd))
    for warning in found.warnings:
        note(f"Warning: {warning}")
    for problem in found.problems:
        note(f"Error: {problem}")
    if found.problems:
        raise typer.Exit(FAILURE)
    for source, count in found.tenants.items():
        say(f"{source}: {count} {'tenant' if count == 1 else 'tenants'}, no problems.")


@app.command(rich_help_panel=PANEL)
def export(  # noqa: PLR0913  An argument for each option.
    tenants: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"{FILE}. A domain and a label for each are enough.", show_default=False),
    ] = None,
    *,
    stack: StackOption = None,
    cwd: CwdOption = None,
    output: OutputOption = None,
    only_set: Annotated[
        bool,
        typer.Option("--only-set", help="Leave out settings that were never set; a fleet takes them from the profile."),
    ] = False,
    form: Annotated[
        ExportFormat,
        typer.Option(
            "--format",
            help="`tenants`: the same file, completed. `import`: a file for `pulumi import -f`. `workflow`: the "
            "tenants' credentials as the `env` of a GitHub Actions workflow. The last two read no tenant.",
        ),
    ] = "tenants",
) -> None:
    """Complete a tenants file with what each live tenant has, so that a fleet built from it changes nothing.

    Each entry gets the four lifetimes, Auth0's defaults included, and the cookie mode if it was ever set. The first
    `pulumi up` of that fleet writes nothing. Comments, and everything else in the file, stay.

    A value above the plan's cap gets `overLimit: warn`, and a tenant with more than its profile allows gets profile
    `balanced`, each with a comment. Nothing is written to any tenant. A tenant that cannot be read is reported, keeps
    its entry, and counts as a failure. With `--stack`, tenants that no file lists become a new one.

    Example: `auth0-sessions export --tenants domains.yaml --output tenants.yaml`
    """
    from auth0_sessions.fleet.export import export as exported  # noqa: PLC0415
    from auth0_sessions.fleet.export import import_file, workflow_lines  # noqa: PLC0415

    ending = _ending(output, EXPORTS[form]) if output else None
    check(output)
    with clean_errors():
        files = files_of([tenants] if tenants else None, None, stack, cwd)
        ((source, file),) = files.items()
        if form == "workflow":
            _emit(output, workflow_lines(file, source))
            return
        if form == "import":
            _emit(output, import_file(file, source))
            note(_NO_LABELS)
            return
        with reading(files) as (read, on_progress):
            made = exported(file, source, read=read, only_set=only_set, on_progress=on_progress)
        is_json = made.document.is_json if ending is None else ending == "json"
        text = made.document.json() if is_json else made.document.text()
    _emit(output, text, made.check_written)
    for sentence in made.notes:
        note(f"Note: {sentence}")
    for name, error in made.unread.items():
        note(f"Error: {name}: {error}")
    if made.unread:
        note(f"{len(made.unread)} of {len(file.tenants)} tenants could not be read, and stay as they were.")
        raise typer.Exit(FAILURE)


def _emit(output: Path | None, text: str, check_written: Callable[[Path], None] = lambda _: None) -> None:
    """Print an export, or write it to a file."""
    if output is None:
        typer.echo(text, nl=False)
    else:
        write(output, text, check_written)
        note(f"Wrote {output}.")


def _ending(output: Path, known: Collection[str], advice: str = "") -> str:
    """Return a file's extension, or exit with the list of known ones."""
    ending = output.suffix.removeprefix(".").lower()
    if ending not in known:
        endings = ", ".join(f".{one}" for one in known)
        fail(f"The format of {output} cannot be determined from its name. Use {endings}{advice}.", USAGE)
    return ending


def _rendered(report: "Audit", form: ReportFormat) -> str:
    """Return an audit as text for a file or a pipe."""
    if form == "json":
        return json.dumps(report.model_dump(mode="json"), indent=2)
    if form == "html":
        from auth0_sessions.audit.page import to_html  # noqa: PLC0415  Only the HTML page needs its templates.

        return to_html(report)
    if form == "markdown":
        from auth0_sessions.audit.markdown import to_markdown  # noqa: PLC0415

        return to_markdown(report)
    return plain(*audit_parts(report))
