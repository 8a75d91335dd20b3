"""What a fleet's tenants get, each with its reason, and the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auth0_sessions.fleet import policy
from auth0_sessions.fleet.entries import NEEDS_DOMAIN, read_roster
from auth0_sessions.fleet.policy import Picked
from auth0_sessions.model.plans import Plan, cap, share_of
from auth0_sessions.model.profiles import Profile
from auth0_sessions.model.settings import LIFETIMES, text

NEEDS = {
    **NEEDS_DOMAIN,
    "plan": "is missing; name it here, for the fleet, or with `pulumi config set auth0-sessions:plan ...`.",
}


@dataclass(frozen=True)
class FleetPlan:
    """What a fleet's tenants get, before anything is declared.

    Attributes:
        arguments: Name -> arguments of its `SessionPolicy`.
        picked: Name -> its settings and reasons.
        problems: Everything that is wrong, each with tenant and key; with any, the rest does not count.

    """

    arguments: dict[str, dict[str, Any]] = field(default_factory=dict)
    picked: dict[str, Picked] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def plan_fleet(tenants: object, plan: str | None, profile: str) -> FleetPlan:
    """Check all tenants of a fleet and pick what each gets.

    Args:
        tenants: Short name -> `TenantSpec`, or a mapping with its keys in camelCase or snake_case.
        plan: The plan of tenants that name none.
        profile: The profile of tenants that name none.

    """
    roster = read_roster(tenants, plan, profile, needs=NEEDS)
    picked = {}
    for name, given in roster.tenants.items():
        if "plan" in given and "profile" in given:
            picked[name] = policy.pick(Plan(given["plan"]), Profile(given["profile"]), given, given["over_limit"])
            roster.problems[name].extend(problem.reason for problem in picked[name].problems)
    return FleetPlan(roster.tenants, picked, roster.told())


HEADINGS = ("tenant", "plan", "profile", "absolute", "idle", "share of the cap used", "reason")


def report(fleet: FleetPlan) -> str:
    """Return what every tenant gets and why, as a Markdown table."""
    rows = [_row(name, fleet.arguments[name], fleet.picked[name]) for name in fleet.arguments]
    return "\n".join(["| " + " | ".join(row) + " |" for row in (HEADINGS, ["---"] * len(HEADINGS), *rows)])


def _row(name: str, arguments: Mapping[str, Any], picked: Picked) -> Sequence[str]:
    absolute, idle = LIFETIMES[0], LIFETIMES[1]
    plan = Plan(arguments["plan"])
    uses = [share_of(picked.minutes[name], cap(plan, name) or picked.minutes[name]) for name in (absolute, idle)]
    shares = f"absolute {uses[0]}, idle {uses[1]}"
    reasons = "; ".join(picked.reasons[setting] for setting in (absolute, idle))
    cells = (name, plan.value, arguments["profile"], text(picked.minutes[absolute]), text(picked.minutes[idle]), shares)
    return [" ".join(cell.split()).replace("\\", "\\\\").replace("|", "\\|") for cell in (*cells, reasons)]
