"""The limits of Auth0's subscription plans, as data with sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from auth0_sessions.model.settings import SETTINGS, Clock

SOURCE = "Auth0 docs, 'Configure Session Lifetime Settings' and 'Session Lifetime Limits', read 2026-08-20"


class Plan(StrEnum):
    """A subscription plan of an Auth0 tenant."""

    FREE = "free"
    ESSENTIAL = "essential"
    PROFESSIONAL = "professional"
    ENTERPRISE = "enterprise"


@dataclass(frozen=True)
class PlanLimits:
    """The longest lifetimes that a plan allows; Auth0 supersedes a higher value.

    The same figures apply to persistent and non-persistent sessions.

    Attributes:
        absolute_minutes: Cap on `session_lifetime` and `ephemeral_session_lifetime`, in minutes.
        idle_minutes: Cap on `idle_session_lifetime` and `idle_ephemeral_session_lifetime`, in minutes.
        source: Where the figures are published.
        inferred: True if the source covers the plan without naming it.

    """

    absolute_minutes: int
    idle_minutes: int
    source: str = SOURCE
    inferred: bool = False

    def cap(self, clock: Clock) -> int:
        """Return the cap on absolute or idle lifetimes, in minutes."""
        return self.absolute_minutes if clock is Clock.ABSOLUTE else self.idle_minutes


PLAN_LIMITS: Mapping[Plan, PlanLimits] = {
    Plan.FREE: PlanLimits(
        43_200,
        4_320,
        source=f"{SOURCE}; Free is not named there, 'self-service' and 'non-Enterprise' cover it",
        inferred=True,
    ),
    Plan.ESSENTIAL: PlanLimits(43_200, 4_320),
    Plan.PROFESSIONAL: PlanLimits(43_200, 4_320),
    Plan.ENTERPRISE: PlanLimits(525_600, 144_000),
}


def cap(plan: Plan, setting: str) -> int | None:
    """Return the longest value in minutes that a plan allows for a setting; None if it has no cap."""
    limit = SETTINGS[setting].limit
    return PLAN_LIMITS[plan].cap(limit) if limit else None


def share_of(minutes: int, most: int) -> str:
    """Return a share of a cap in percent; it reads 0% or 100% only if that is exact."""
    percent = 100 * minutes / most
    if round(percent) == 100 and minutes != most:  # noqa: PLR2004  100 percent.
        return ">100%" if minutes > most else "<100%"
    if 0 < percent < 1:
        return "<1%"
    return f"{percent:,.0f}%"
