"""What Auth0's plans allow: the caps on lifetimes and the request rates.

Sources, Auth0's public documents as of August 2026: the pages "Session Lifetime Limits" and "Configure
Session Lifetime Settings" for the caps, "Rate Limit Configurations" for the rates. Free is not named in the
first two; their wording for every plan that is not Enterprise covers it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Plan = Literal["free", "essential", "professional", "enterprise"]


class OverCap(StrEnum):
    """What a tenant does with a lifetime above its plan's cap; Auth0's documents do not settle it."""

    ECHO = "echo"
    """Stores and shows the value as it was sent."""
    CLAMP = "clamp"
    """Stores the cap instead."""
    REFUSE = "refuse"
    """Answers 400 and stores nothing."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket: its size in requests, and how many are added per second."""

    burst: int
    per_second: float


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One plan: its caps in minutes and its two rates (Management API and Authentication API)."""

    absolute_minutes: int
    idle_minutes: int
    management: Rate
    authentication: Rate


PLANS: dict[Plan, PlanRow] = {
    "free": PlanRow(43_200, 4_320, Rate(2, 2), Rate(30, 30)),
    "essential": PlanRow(43_200, 4_320, Rate(10, 150 / 60), Rate(25, 25)),
    "professional": PlanRow(43_200, 4_320, Rate(10, 150 / 60), Rate(25, 25)),
    "enterprise": PlanRow(525_600, 144_000, Rate(50, 16), Rate(100, 100)),
}
