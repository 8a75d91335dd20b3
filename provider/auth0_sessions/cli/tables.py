"""What the command line shows, as rich's tables. Text from outside never gets to be markup."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from rich import box
from rich.console import JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

from auth0_sessions.plans import PLAN_LIMITS, Plan, cap, share_of
from auth0_sessions.settings import LIFETIMES, SETTINGS, Limit, text

if TYPE_CHECKING:
    from auth0_sessions.audit import Audit, AuditedLifetime, AuditedTenant
    from auth0_sessions.tenant import TenantSessions

MINUTES_PER_HOUR = 60
MINUTES_PER_DAY = 1_440
MARKS = {"meets": ("meets", "green"), "findings": ("findings", "red"), "unreachable": ("unreachable", "magenta")}


def plans_table() -> Table:
    """Return every plan's caps."""
    table = _table("plan", "lifetime", *(f">at most, {unit}" for unit in ("days", "hours", "minutes")))
    for plan, limits in PLAN_LIMITS.items():
        for kind in Limit:
            minutes = limits.cap(kind)
            figures = (minutes // MINUTES_PER_DAY, minutes // MINUTES_PER_HOUR, minutes)
            first = plan.value if kind is Limit.ABSOLUTE else ""
            table.add_row(first, kind.value, *(f"{figure:,}" for figure in figures), end_section=kind is Limit.IDLE)
    return table


def plans_notes() -> Iterator[str]:
    """Yield where the caps come from."""
    yield "The same caps hold for persistent and for non-persistent sessions. Auth0 supersedes a higher value silently."
    for plan, limits in PLAN_LIMITS.items():
        if limits.inferred:
            yield f"{plan}: {limits.source}."
    yield f"Others: {PLAN_LIMITS[Plan.ENTERPRISE].source}."


def sessions_table(sessions: TenantSessions, plan: Plan | None) -> Table:
    """Return every session setting of a live tenant."""
    share = f"share of {plan}'s cap" if plan else "share of the cap"
    table = _table("setting", "value", "from", f">{share}", ">Dashboard minutes", ">API hours")
    for name, row in SETTINGS.items():
        value = sessions.values[name]
        origin = "Auth0's default" if name in sessions.defaulted else "set"
        figures = ("", "", "")
        if isinstance(value, int):
            most = cap(plan, name) if plan else None
            figures = (_share(value, most), f"{value:,}", f"{value / MINUTES_PER_HOUR:,.6g}")
        above = figures[0].endswith("!")
        table.add_row(name, text(value), origin, Text(figures[0], "red" if above else ""), *figures[1:])
        if row.name == LIFETIMES[-1]:
            table.add_section()
    return table


def _share(minutes: int, most: int | None) -> str:
    """Return a share of the cap, with a mark where it is more than all of it."""
    return f"{share_of(minutes, most)}{' !' if minutes > most else ''}" if most else ""


def audit_parts(audit: Audit) -> Iterator[RenderableType]:
    """Yield an audit: the tenants side by side, what a person has to read of each, and the outcome."""
    table = _table("tenant", "plan", "profile", ">absolute", ">idle", ">non-\npersistent", "result")
    for tenant in audit.tenants:
        cells = [_lifetime(tenant, row) for row in tenant.lifetimes] or [Text("-")] * len(LIFETIMES)
        label, style = MARKS[tenant.status]
        both = Text(" / ").join(cells[2:])
        plan = tenant.plan.value if tenant.plan else "not named"
        table.add_row(printable(tenant.name), plan, tenant.profile.value, *cells[:2], both, Text(label, style))
    yield table
    yield "  * Auth0's default, never set    ! see below"
    for tenant in audit.tenants:
        if tenant.findings or tenant.error or tenant.notes:
            yield ""
            yield _details(tenant)
    yield ""
    yield Text(audit_verdict(audit), "bold")


def _lifetime(tenant: AuditedTenant, row: AuditedLifetime) -> Text:
    wrong = any(finding.setting == row.setting for finding in tenant.findings)
    return Text(f"{row.text}{'*' if row.is_default else ''}{'!' if wrong else ''}", "red" if wrong else "")


def _details(tenant: AuditedTenant) -> Table:
    details = Table.grid(padding=(0, 1))
    details.add_row("", Text(printable(f"{tenant.name} ({tenant.domain})"), "bold"))
    for change, findings in groupby(tenant.findings, lambda finding: finding.change):
        for finding in findings:
            details.add_row(Text("!", "red"), Text(printable(finding.message)))
        details.add_row("", Text(printable(change), "dim"))
    if tenant.error:
        details.add_row(Text("!", "red"), Text(printable(tenant.error)))
    for note in tenant.notes:
        details.add_row(Text("i", "blue"), Text(printable(note)))
    return details


def audit_verdict(audit: Audit) -> str:
    """Return the outcome in one line."""
    counts = {status: sum(tenant.status == status for tenant in audit.tenants) for status in MARKS}
    total = len(audit.tenants)
    return (
        f"{total} tenant{'' if total == 1 else 's'}: {counts['meets']} meet{'s' if counts['meets'] == 1 else ''} the "
        f"baseline, {counts['findings']} with findings, {counts['unreachable']} unreachable."
    )


def printable(foreign: str) -> str:
    """Return a text without what could move the cursor or turn the direction of what follows."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in foreign)


def _table(*headings: str) -> Table:
    """Return an empty table; a heading that opens with ">" has its figures on the right."""
    table = Table(box=box.SIMPLE_HEAD)
    for heading in headings:
        figures = heading.startswith(">")
        justify: JustifyMethod = "right" if figures else "left"
        table.add_column(heading.removeprefix(">"), justify=justify, no_wrap=figures, overflow="fold")
    return table
