"""What a fleet's tenants will get, before anything is declared."""

from __future__ import annotations

from dataclasses import dataclass, field

from auth0_sessions.fleet.entries import Defaults, Entry, read_entries


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
