"""The report of what a fleet's tenants get, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auth0_sessions.model.inputs import UNKNOWN
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.picking import Picked
from auth0_sessions.model.plans import Plan, cap, share_of
from auth0_sessions.model.settings import ABSOLUTE, ABSOLUTE_AND_IDLE, IDLE

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
