"""The limits of Auth0's plans: caps on lifetimes, and request rates with the three headers of every response.

Sources, Auth0's public documents as of August 2026: the pages "Session Lifetime Limits" and "Configure Session Lifetime
Settings" for the caps, "Rate Limit Configurations" for the rates, "Rate Limit Use Cases" for the headers. Free is not
named in the first two; their wording for every plan that is not Enterprise covers it.
"""

from enum import StrEnum
from typing import Literal, NamedTuple

Plan = Literal["free", "essential", "professional", "enterprise"]


class OverCap(StrEnum):
    """What a tenant does with a lifetime above its plan's cap, which Auth0 does not document."""

    ECHO = "echo"
    """Stores and shows the value as sent."""
    CLAMP = "clamp"
    """Stores the cap instead."""
    REFUSE = "refuse"
    """Responds with 400 and stores nothing."""


class Rate(NamedTuple):
    """A token bucket: its size, and how many requests are added per second."""

    burst: int
    per_second: float


class PlanRow(NamedTuple):
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


class Bucket:
    """A token bucket that refills at its rate; times are in Unix seconds."""

    def __init__(self, rate: Rate, now: float) -> None:
        """Start full."""
        self.rate = rate
        self._level = float(rate.burst)
        self._updated = now

    def take(self, now: float, *, limited: bool = True) -> tuple[bool, dict[str, str]]:
        """Take one request if available; return whether it was, and the headers to send.

        Without a limit, the bucket is always full: the headers are sent but never ask for a wait.
        """
        added = max(0.0, now - self._updated) * self.rate.per_second if limited else self.rate.burst
        self._level = min(float(self.rate.burst), self._level + added)
        self._updated = now
        allowed = self._level >= 1
        self._level -= allowed
        # The reset is the whole second in which the next request is added. With several per second, that is often
        # the current one, which means no wait: clients that trust it retry immediately, forever.
        until_next = (1 - self._level % 1) / self.rate.per_second
        return allowed, ratelimit_headers(self.rate.burst, int(self._level), int(now + until_next))


def ratelimit_headers(limit: int, remaining: int, reset_seconds: int) -> dict[str, str]:
    """Return the three headers; the reset is in Unix seconds."""
    figures = {"limit": limit, "remaining": remaining, "reset": reset_seconds}
    return {f"x-ratelimit-{name}": str(figure) for name, figure in figures.items()}
