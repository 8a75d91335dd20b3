"""The report of what a fleet's tenants get and why, and the offline checks of a fleet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from auth0_sessions.errors import listed
from auth0_sessions.fleet.entries import Defaults, Entry, in_two_files, read_entries
from auth0_sessions.fleet.file import TenantsFile
from auth0_sessions.lifecycle.check import Checked, check
from auth0_sessions.model.plans import cap, share_of
from auth0_sessions.model.settings import ABSOLUTE, ABSOLUTE_AND_IDLE, IDLE, LOGIN_LIFETIMES, text
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


HEADINGS = ("tenant", "plan", "profile", "absolute", "idle", "non-persistent", "share of the cap used", "reason")


Reported = Mapping[str, Mapping[str, int | None]]
"""Short name -> setting -> the reported minutes, for tenants whose lifetimes are ceilings."""


def report(fleet: FleetPlan, reported: Reported | None = None) -> str:
    """Return what every tenant gets and why, as a Markdown table."""
    rows = [_row(tenant, (reported or {}).get(tenant.name, {})) for tenant in fleet.tenants]
    return "\n".join("| " + " | ".join(row) + " |" for row in (HEADINGS, ["---"] * len(HEADINGS), *rows))


def _row(tenant: Entry, reported: Mapping[str, int | None]) -> Sequence[str]:
    plan, profile, picked = tenant.chosen.plan, tenant.chosen.profile, tenant.picked
    minutes = {name: picked.applied(name, reported.get(name)) for name in LOGIN_LIFETIMES}
    used = [share_of(minutes[name], cap(plan, name) or minutes[name]) for name in (ABSOLUTE, IDLE)]
    reasons = "; ".join(picked.reason(name, reported.get(name)) for name in (ABSOLUTE, IDLE))
    shares = f"absolute {used[0]}, idle {used[1]}"
    pairs = [f"{text(minutes[absolute])} / {text(minutes[idle])}" for absolute, idle in ABSOLUTE_AND_IDLE[1:]]
    lifetimes = (text(minutes[ABSOLUTE]), text(minutes[IDLE]), *pairs)
    cells = (tenant.name, plan.value, profile.name, *lifetimes, shares, reasons)
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
