"""The commands that show something: `plans`, `profiles`, and `show`."""

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from auth0_sessions.cli.app import app, clean_errors, note, say
from auth0_sessions.cli.tables import plans_parts, profiles_parts, sessions_parts
from auth0_sessions.model.plans import PLAN_LIMITS, Plan, cap
from auth0_sessions.model.settings import text

if TYPE_CHECKING:
    from auth0_sessions.api.reader import TenantSessions

PANEL = "Inspect tenants"


FormatOption = Annotated[Literal["table", "json"], typer.Option("--format", help="Output format.")]


@app.command(rich_help_panel=PANEL)
def plans(form: FormatOption = "table") -> None:
    """Show the longest lifetimes that each Auth0 plan allows, with their source.

    Example: `auth0-sessions plans --format json`
    """
    if form == "json":
        keys = ("absolute_minutes", "idle_minutes", "source", "inferred")
        rows = [{"plan": plan, **{key: getattr(row, key) for key in keys}} for plan, row in PLAN_LIMITS.items()]
        typer.echo(json.dumps(rows, indent=2))
        return
    say(*plans_parts())


@app.command(rich_help_panel=PANEL)
def profiles() -> None:
    """Show the built-in profiles: the lifetimes that each allows, and their source.

    Example: `auth0-sessions profiles`
    """
    say(*profiles_parts())


@app.command(rich_help_panel=PANEL)
def show(
    domain: Annotated[
        str, typer.Argument(metavar="DOMAIN", envvar="AUTH0_DOMAIN", help="The tenant, as in acme.eu.auth0.com.")
    ],
    credentials: Annotated[str | None, typer.Option(metavar="LABEL", help="Label of a credential set.")] = None,
    plan: Annotated[Plan | None, typer.Option(help="The tenant's plan, to show the share of its caps.")] = None,
    form: FormatOption = "table",
) -> None:
    """Show every session setting of a live tenant: one login, one read.

    A setting that was never written has Auth0's default. The Dashboard counts minutes, the Management API hours.

    Example: `auth0-sessions show acme.eu.auth0.com --plan essential`
    """
    from auth0_sessions.api.reader import read_tenant_sessions  # noqa: PLC0415  Not needed for --help.

    with clean_errors():
        sessions = read_tenant_sessions(domain, credentials=credentials, on_wait=note)
    if form == "json":
        typer.echo(json.dumps(_sessions_json(sessions, plan), indent=2))
        return
    say(*sessions_parts(sessions, plan))


def _sessions_json(sessions: "TenantSessions", plan: Plan | None) -> dict[str, Any]:
    settings = {}
    for name, value in sessions.values.items():
        most = cap(plan, name) if plan else None
        figures = {"minutes": value, "cap_minutes": most} if isinstance(value, int) else {}
        settings[name] = {"value": text(value), "is_default": name in sessions.defaulted, **figures}
    for name, why in sessions.unusable.items():
        settings[name] = {"value": None, "is_default": False, "unusable": why}
    return {"domain": sessions.domain, "plan": plan, "settings": settings}
