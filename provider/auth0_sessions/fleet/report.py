"""The report of what a fleet's tenants get and why, and the offline checks of a fleet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auth0_sessions.errors import listed
from auth0_sessions.fleet.across import in_two_files
from auth0_sessions.fleet.entries import Defaults, Entry, read_entries
from auth0_sessions.fleet.file import TenantsFile
from auth0_sessions.fleet.policy import Picked
from auth0_sessions.lifecycle.check import Checked, check
from auth0_sessions.lifecycle.inputs import UNKNOWN
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.plans import Plan, cap, share_of
from auth0_sessions.model.settings import ABSOLUTE, ABSOLUTE_AND_IDLE, IDLE, text
from auth0_sessions.model.spelling import CAMEL_CASE


@dataclass(frozen=True)
class FleetPlan:
    """What a fleet's tenants will get, before anything is declared.

    `problems` holds all problems, each with tenant and key; if there are any, the rest is meaningless.
    """

    tenants: list[Entry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def plan_fleet(tenants: object, defaults: Defaults) -> FleetPlan:
    """Check all tenants of a fleet, as `read_entries` does, and pick what each gets."""
    entries = read_entries(tenants, defaults, needs_plan=True)
    planned = [entry for entry in entries.tenants.values() if {"plan", "profile"} <= entry.values.keys()]
    for tenant in planned:
        entries.problems[tenant.name].extend(problem.reason for problem in tenant.picked.problems)
    return FleetPlan(planned, entries.all_problems)


HEADINGS = (
    *("tenant", "plan", "profile", "absolute", "idle", "non-persistent"),
    *("share of the cap used", "old sessions gone by", "reason"),
)


@dataclass(frozen=True)
class Row:
    """What was applied to one tenant; `UNKNOWN` for what a preview does not know.

    `why` holds the reasons of the two persistent lifetimes, and `planned` what the program asks for.
    """

    plan: str
    profile: str
    lifetimes: Mapping[str, Any]
    gone_by: Any
    why: Mapping[str, Any]
    planned: Picked

    def minutes(self, name: str) -> int:
        """Return a lifetime in minutes, or the most that it will be."""
        held = self.lifetimes[name]
        return self.planned.minutes[name] if held is UNKNOWN else Lifetime.parse(held, max_minutes=None).minutes

    def value(self, name: str) -> str:
        """Return a lifetime as text."""
        held = self.lifetimes[name]
        return self.planned.value(name) if held is UNKNOWN else str(held)

    def reason(self, name: str) -> str:
        """Return why a lifetime has its value."""
        why = self.why[name]
        return self.planned.reason(name) if why is UNKNOWN else str(why)


def report(rows: Mapping[str, Row]) -> str:
    """Return what every tenant gets and why, by short name, as a Markdown table."""
    table = [HEADINGS, ["---"] * len(HEADINGS), *(_cells(name, row) for name, row in rows.items())]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in table)


def _cells(tenant: str, row: Row) -> Sequence[str]:
    plan = Plan(row.plan)
    used = [share_of(row.minutes(name), cap(plan, name) or row.minutes(name)) for name in (ABSOLUTE, IDLE)]
    pairs = [f"{row.value(absolute)} / {row.value(idle)}" for absolute, idle in ABSOLUTE_AND_IDLE[1:]]
    gone_by = "known after the update" if row.gone_by is UNKNOWN else row.gone_by or "-"
    reasons = "; ".join(map(row.reason, (ABSOLUTE, IDLE)))
    shares = f"absolute {used[0]}, idle {used[1]}"
    lifetimes = (row.value(ABSOLUTE), row.value(IDLE), *pairs)
    cells = (tenant, row.plan, row.profile, *lifetimes, shares, gone_by, reasons)
    return [" ".join(cell.split()).replace("\\", "\\\\").replace("|", "\\|") for cell in cells]


@dataclass(frozen=True)
class Validation:
    """The result of the checks: how many tenants each file lists, the problems, and the warnings."""

    tenants: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def validate(files: Mapping[str, TenantsFile]) -> Validation:
    """Check the tenants of files, by file name, as a fleet of each would, without calling any tenant."""
    found = Validation()
    domains = []
    for source, file in files.items():
        fleet = plan_fleet(file.tenants, file.defaults)
        problems = list(fleet.problems)
        for tenant in [] if problems else fleet.tenants:
            checked = _checked(tenant)
            problems.extend(f"{tenant.name}: {problem.reason}" for problem in checked.problems)
            warnings = [*tenant.picked.warnings, *checked.warnings]
            found.warnings.extend(f"{source}: {tenant.name}: {warning}" for warning in warnings)
            domains.append((checked.declared.domain, source, tenant.name))
        found.tenants[source] = len(fleet.tenants)
        if problems:
            found.problems.append(listed(source, problems))
    found.problems.extend(in_two_files(domains))
    return found


def _checked(tenant: Entry) -> Checked:
    """Check a fleet's declaration for a tenant as its resource would."""
    lifetimes = {name: text(minutes) for name, minutes in tenant.picked.minutes.items()}
    news = {**tenant.rest, **lifetimes, "plan": tenant.chosen.plan.value, "enforce": tenant.chosen.enforce.value}
    return check(news, {}, spelling=CAMEL_CASE)
