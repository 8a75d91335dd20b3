"""What the command line shows, as rich tables. External text is never interpreted as markup."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, ConsoleOptions, JustifyMethod, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from auth0_sessions.errors import visible
from auth0_sessions.model.plans import PLAN_LIMITS, Plan, cap, share_of
from auth0_sessions.model.profiles import PROFILES, Force
from auth0_sessions.model.settings import LOGIN_LIFETIMES, SETTINGS, Clock, text

if TYPE_CHECKING:
    from auth0_sessions.api.reader import TenantSessions
    from auth0_sessions.audit import Audit, AuditedLifetime, AuditedTenant

MINUTES_PER_HOUR = 60
MINUTES_PER_DAY = 1_440
WIDE = 10_000
FORCES = {None: "", Force.SHALL: "red", Force.SHOULD: "yellow"}
COLORS = {"meets": "green", "findings": "red", "unreachable": "magenta"}


def plans_parts() -> Iterator[RenderableType]:
    """Yield every plan's caps and their source."""
    sheet = Sheet("plan", "lifetime", *(f">at most,\n{unit}" for unit in ("days", "hours", "minutes")))
    for plan, limits in PLAN_LIMITS.items():
        for kind in Clock:
            minutes = limits.cap(kind)
            figures = (f"{minutes // unit:,}" for unit in (MINUTES_PER_DAY, MINUTES_PER_HOUR, 1))
            sheet.add_row(plan.value, kind.value, *figures, end_section=kind is Clock.IDLE)
    yield sheet
    yield "The same caps apply to persistent and non-persistent sessions. Auth0 supersedes a higher value."
    for plan, limits in PLAN_LIMITS.items():
        if limits.inferred:
            yield f"{plan}: {limits.source}."
    yield f"Others: {PLAN_LIMITS[Plan.ENTERPRISE].source}."


def profiles_parts() -> Iterator[RenderableType]:
    """Yield every built-in profile and its source."""
    sheet = Sheet("profile", ">absolute", ">idle", "ceiling", "source")
    for name, row in PROFILES.items():
        figures = ("plan's cap" if one is None else text(one) for one in (row.absolute_minutes, row.idle_minutes))
        sheet.add_row(str(name), *figures, "yes" if row.is_ceiling else "no", f"{row.source}, {row.date}: {row.force}")
    yield sheet
    yield "If a profile is a ceiling, a longer argument is an error. Non-persistent sessions get the same or less."


def sessions_parts(sessions: TenantSessions, plan: Plan | None) -> Iterator[RenderableType]:
    """Yield every session setting of a live tenant."""
    share = f">of {plan}'s\ncap" if plan else ">of the\ncap"
    sheet = Sheet("setting", "value", share, ">Dashboard,\nminutes", ">API,\nhours")
    for name in SETTINGS:
        sheet.add_row(name, *_setting(sessions, name, plan), end_section=name == LOGIN_LIFETIMES[-1])
    yield Text(sessions.domain, "bold")
    yield sheet
    for name, reported in sessions.unusable.items():
        yield Text(visible(f"! {name} is {reported}."))
    yield "  * Auth0's default, never set    ! more than the plan allows" if plan else "  * Auth0's default, never set"
    if not plan:
        yield "No plan is given, so no caps are shown. Add --plan."


def _setting(sessions: TenantSessions, name: str, plan: Plan | None) -> tuple[Text | str, ...]:
    """Return a setting's value, its share of the cap, and its figures."""
    if name in sessions.unusable:
        return Text("unusable!", "red"), "", "", ""
    value = sessions.values[name]
    shown = f"{text(value)}{'*' if name in sessions.defaulted else ''}"
    if not isinstance(value, int):
        return shown, "", "", ""
    # The API counts nested lifetimes in minutes too.
    hours = f"{value / MINUTES_PER_HOUR:,.6g}" if len(SETTINGS[name].wire) == 1 else ""
    most = cap(plan, name) if plan else None
    if most is None:
        return shown, "", f"{value:,}", hours
    share = Text(f"{share_of(value, most)}!", "red") if value > most else share_of(value, most)
    return shown, share, f"{value:,}", hours


def audit_parts(audit: Audit) -> Iterator[RenderableType]:
    """Yield an audit: a table of the tenants, the details worth reading, and the outcome."""
    rows = [_tenant(tenant) for tenant in audit.worst_first]
    hidden = {"file": not audit.has_many_files, "profile": bool(audit.shared_baseline)}
    headings = [heading for heading in rows[0] if not hidden.get(heading)]
    sheet = Sheet(*headings)
    for row in rows:
        sheet.add_row(*(row[heading] for heading in headings))
    yield sheet
    yield "  * Auth0's default, never set    ! see below"
    if audit.remarks:
        yield ""
        yield from (Text(visible(remark)) for remark in audit.remarks)
    for tenant in audit.worst_first:
        if tenant.findings or tenant.error or tenant.notes:
            yield ""
            yield _details(tenant)
    yield ""
    yield Text(audit.verdict, "bold")


def _tenant(tenant: AuditedTenant) -> dict[str, Text | str]:
    """Return a tenant's cells, by heading."""
    lifetimes = [_lifetime(tenant, row) for row in tenant.lifetimes] or [Text("-")] * len(LOGIN_LIFETIMES)
    absolute, idle, *others = lifetimes
    return {
        "tenant": visible(tenant.name),
        "file": visible(tenant.source),
        "plan": tenant.plan or "not set",
        "profile": visible(tenant.profile),
        ">absolute": absolute,
        ">idle": idle,
        ">non-\npersistent": Text(" / ").join(others),
        "result": Text(tenant.status.value, COLORS[tenant.status]),
    }


def _lifetime(tenant: AuditedTenant, row: AuditedLifetime) -> Text:
    wrong = bool(tenant.rules(row.setting))
    return Text(f"{row.text}{'*' if row.is_default else ''}{'!' if wrong else ''}", "red" if wrong else "")


def _details(tenant: AuditedTenant) -> Table:
    details = Table.grid(padding=(0, 1))
    details.add_column()
    # A variable's name may be longer than a narrow terminal's lines.
    details.add_column(overflow="fold")
    details.add_row("", Text(visible(f"{tenant.name} ({tenant.domain})"), "bold"))
    for findings in tenant.advice:
        for finding in findings:
            tag = Text(f"{finding.tag} " if finding.tag else "", f"bold {FORCES[finding.force]}")
            details.add_row(Text("!", "red"), tag + Text(visible(finding.message)))
        details.add_row("", Text(visible(findings[0].change), "dim"))
    if tenant.error:
        details.add_row(Text("!", "red"), Text(visible(tenant.error)))
    for note in tenant.notes:
        details.add_row(Text("i", "blue"), Text(visible(note)))
    return details


class Sheet(Table):
    """A table, or a paragraph for each row if the terminal is too narrow; ">" marks a column of figures."""

    def __init__(self, *headings: str) -> None:
        super().__init__(box=box.SIMPLE_HEAD)
        for heading in headings:
            justify: JustifyMethod = "right" if heading.startswith(">") else "left"
            self.add_column(heading.removeprefix(">"), justify=justify, no_wrap=True)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Show it as rich asks."""
        if self.__rich_measure__(console, options.update(max_width=WIDE)).maximum <= options.max_width:
            yield from super().__rich_console__(console, options)
            return
        headings = [str(column.header).replace("-\n", "-").replace("\n", " ") for column in self.columns[1:]]
        for name, *cells in zip(*(column.cells for column in self.columns), strict=True):
            parts = [Text(f"{heading} ") + cell for heading, cell in zip(headings, cells, strict=True) if str(cell)]
            yield Text.assemble(Text(str(name), "bold"), "\n  ", Text(", ").join(parts), "\n")
