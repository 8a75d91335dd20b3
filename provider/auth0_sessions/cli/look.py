"""The commands that look: the plans' caps, one tenant, an audit of many."""

import json
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from auth0_sessions.cli.app import FAILURE, USAGE, app, fail, note, plain, say, told
from auth0_sessions.cli.tables import audit_parts, plans_notes, plans_sheet, sessions_parts
from auth0_sessions.errors import visible
from auth0_sessions.model.plans import PLAN_LIMITS, Plan, cap
from auth0_sessions.model.profiles import Profile
from auth0_sessions.model.settings import text

if TYPE_CHECKING:
    from auth0_sessions.api.reader import TenantSessions
    from auth0_sessions.audit import Audit

PANEL = "Look at tenants"


class Format(StrEnum):
    """How something is printed."""

    TABLE = "table"
    JSON = "json"


class ReportFormat(StrEnum):
    """How an audit is printed."""

    TABLE = "table"
    JSON = "json"
    HTML = "html"


FormatOption = Annotated[Format, typer.Option("--format", help="For people, or for programs.")]


@app.command(rich_help_panel=PANEL)
def plans(form: FormatOption = Format.TABLE) -> None:
    """Show the longest lifetimes that each Auth0 plan allows, with their source.

    Example: `auth0-sessions plans --format json`
    """
    if form is Format.JSON:
        keys = ("absolute_minutes", "idle_minutes", "source", "inferred")
        rows = [{"plan": plan, **{key: getattr(row, key) for key in keys}} for plan, row in PLAN_LIMITS.items()]
        typer.echo(json.dumps(rows, indent=2))
        return
    say(plans_sheet(), *plans_notes())


@app.command(rich_help_panel=PANEL)
def show(
    domain: Annotated[
        str, typer.Argument(metavar="DOMAIN", envvar="AUTH0_DOMAIN", help="The tenant, as in acme.eu.auth0.com.")
    ],
    credentials: Annotated[str | None, typer.Option(metavar="LABEL", help="Label of a credential set.")] = None,
    plan: Annotated[Plan | None, typer.Option(help="The tenant's plan, to show the share of its caps.")] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show every session setting of a live tenant: one login, one read.

    A setting that was never written has Auth0's default. The Dashboard counts minutes, the Management API hours.

    Example: `auth0-sessions show acme.eu.auth0.com --plan essential`
    """
    from auth0_sessions.api.reader import read_tenant_sessions  # noqa: PLC0415  --help needs no HTTP.

    with told():
        sessions = read_tenant_sessions(domain, credentials=credentials, on_wait=note)
    if form is Format.JSON:
        typer.echo(json.dumps(_sessions_json(sessions, plan), indent=2))
        return
    say(*sessions_parts(sessions, plan))


@app.command(rich_help_panel=PANEL)
def audit(
    tenants: Annotated[
        Path,
        typer.Option(metavar="FILE", help="The stack's file `Pulumi.STACK.yaml`, or a YAML or JSON file of tenants."),
    ],
    profile: Annotated[
        Profile | None, typer.Option(help="The baseline of all tenants, whatever the file says.", show_default=False)
    ] = None,
    form: Annotated[
        ReportFormat | None,
        typer.Option("--format", help="Default: what the name of --output ends in, else table.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the report there.", dir_okay=False, writable=True, show_default=False),
    ] = None,
) -> None:
    """Read every tenant of a file and hold it to its plan's caps, its profile and what the file declares.

    The file is the one that `TenantFleet.from_config` reads: `auth0-sessions:tenants` in the stack's file, or a file
    with an entry for each tenant, as in `acme: {domain: acme.eu.auth0.com, plan: essential, credentials: acme}`.

    The baseline of a tenant is `--profile`, else the profile in its entry, else the file's, else the one that the
    stack's name stands for, else Auth0's defaults. Nothing is written to any tenant. One that cannot be read is
    reported, and counts as a failure.

    Example: `auth0-sessions audit --tenants Pulumi.prod.yaml --profile nist-aal2 --output audit.html`
    """
    form = form or _format_of(output)
    if output is not None and not output.parent.is_dir():
        fail(f"{output} cannot be written: there is no folder {output.parent}.", USAGE)
    with told():
        report = _audited(tenants, profile)
    if output is not None:
        _write(output, _rendered(report, form))
        note(f"Wrote {output}. {report.verdict}")
    elif form is ReportFormat.TABLE:
        say(*audit_parts(report))
    else:
        typer.echo(_rendered(report, form))
    raise typer.Exit(0 if report.is_fine else FAILURE)


def _sessions_json(sessions: "TenantSessions", plan: Plan | None) -> dict[str, Any]:
    settings = {}
    for name, value in sessions.values.items():
        most = cap(plan, name) if plan else None
        figures = {"minutes": value, "cap_minutes": most} if isinstance(value, int) else {}
        settings[name] = {"value": text(value), "is_default": name in sessions.defaulted, **figures}
    return {"domain": sessions.domain, "plan": plan, "settings": settings}


def _format_of(output: Path | None) -> ReportFormat:
    suffix = output.suffix.removeprefix(".").lower() if output else ""
    return {"html": ReportFormat.HTML, "htm": ReportFormat.HTML, "json": ReportFormat.JSON}.get(
        suffix, ReportFormat.TABLE
    )


def _audited(path: Path, profile: Profile | None) -> "Audit":
    from rich.progress import Progress  # noqa: PLC0415  --help needs none of these.

    from auth0_sessions.api.reader import TenantReader  # noqa: PLC0415
    from auth0_sessions.audit import audit as audited  # noqa: PLC0415
    from auth0_sessions.fleet.file import read_tenants_file  # noqa: PLC0415

    file = read_tenants_file(path)
    errors = Console(stderr=True)
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
        bar = progress.add_task("Reading tenants", total=None)
        waits = partial(errors.print, markup=False, highlight=False)
        return audited(
            file,
            visible(path.name),
            profile=profile,
            read=TenantReader(waits).read,
            on_progress=lambda done, total, _: progress.update(bar, completed=done, total=total),
        )


def _rendered(report: "Audit", form: ReportFormat) -> str:
    """Return an audit as text that goes to a file or a pipe."""
    if form is ReportFormat.JSON:
        return json.dumps(report.model_dump(mode="json"), indent=2)
    if form is ReportFormat.HTML:
        from auth0_sessions.audit.page import to_html  # noqa: PLC0415  Only a page needs its templates.

        return to_html(report)
    return plain(*audit_parts(report))


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{output} cannot be written: {error.strerror}.", FAILURE)
