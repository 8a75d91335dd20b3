"""What a fleet's tenants get, each with its reason, and the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from auth0_sessions.fleet.entries import NEEDS_DOMAIN, Entry, read_entries
from auth0_sessions.fleet.policy import Chosen, Picked, pick
from auth0_sessions.model.choices import OverLimit
from auth0_sessions.model.plans import cap, share_of
from auth0_sessions.model.settings import ABSOLUTE, IDLE, LOGIN_LIFETIMES, text

NEEDS = {
    **NEEDS_DOMAIN,
    "plan": "is missing; set it here, for the fleet, or with `pulumi config set auth0-sessions:plan ...`.",
}


@dataclass(frozen=True)
class FleetTenant:
    """What one tenant of a fleet gets.

    Attributes:
        name: Its short name.
        chosen: Its plan and profile.
        picked: Its lifetimes and their reasons.
        rest: The other inputs of its `SessionLifetime`.

    """

    name: str
    chosen: Chosen
    picked: Picked
    rest: dict[str, Any]


@dataclass(frozen=True)
class FleetPlan:
    """What a fleet's tenants get, before anything is declared.

    Attributes:
        tenants: In the order of the list.
        problems: Everything that is wrong, each with tenant and key; with any, the rest does not count.

    """

    tenants: list[FleetTenant] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def plan_fleet(tenants: object, plan: str | None, profile: str) -> FleetPlan:
    """Check all tenants of a fleet and pick what each gets.

    Args:
        tenants: Short name -> `TenantSpec`, or a mapping with its keys in camelCase or snake_case.
        plan: The plan of tenants that name none.
        profile: The profile of tenants that name none.

    """
    entries = read_entries(tenants, plan, profile, needs=NEEDS)
    planned = [
        _tenant(entry) for entry in entries.tenants.values() if "plan" in entry.values and "profile" in entry.values
    ]
    for tenant in planned:
        entries.problems[tenant.name].extend(problem.reason for problem in tenant.picked.problems)
    return FleetPlan(planned, entries.all_problems)


def _tenant(entry: Entry) -> FleetTenant:
    values = entry.values
    chosen = Chosen(values["plan"], values["profile"])
    picked = pick(chosen, values, values.get("over_limit", OverLimit.ERROR), entry.spelling)
    rest = {key: str(value) for key, value in values.items() if key not in ("plan", "profile", *LOGIN_LIFETIMES)}
    return FleetTenant(entry.name, chosen, picked, rest)


HEADINGS = ("tenant", "plan", "profile", "absolute", "idle", "share of the cap used", "reason")


def report(fleet: FleetPlan) -> str:
    """Return what every tenant gets and why, as a Markdown table."""
    rows = (HEADINGS, ["---"] * len(HEADINGS), *map(_row, fleet.tenants))
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _row(tenant: FleetTenant) -> Sequence[str]:
    plan, profile, picked = tenant.chosen.plan, tenant.chosen.profile, tenant.picked
    absolute, idle = picked.minutes[ABSOLUTE], picked.minutes[IDLE]
    used = [share_of(picked.minutes[name], cap(plan, name) or picked.minutes[name]) for name in (ABSOLUTE, IDLE)]
    reasons = "; ".join(picked.reasons[setting] for setting in (ABSOLUTE, IDLE))
    shares = f"absolute {used[0]}, idle {used[1]}"
    cells = (tenant.name, plan.value, profile.name, text(absolute), text(idle), shares, reasons)
    return [" ".join(cell.split()).replace("\\", "\\\\").replace("|", "\\|") for cell in cells]
