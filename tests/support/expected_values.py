"""Expected values in minutes: what each plan allows and each profile asks for, written out, and what a tenant gets."""

from auth0_sessions.model.settings import LOGIN_LIFETIMES

Four = tuple[int | None, int | None, int | None, int | None]
"""Absolute and idle, then the same of non-persistent sessions; None: nothing but the plan's cap."""

DAY = 1_440
LOW, HIGH = (30 * DAY, 3 * DAY, 30 * DAY, 3 * DAY), (365 * DAY, 100 * DAY, 365 * DAY, 100 * DAY)
CAPS: dict[str, Four] = {"free": LOW, "essential": LOW, "professional": LOW, "enterprise": HIGH}

ROWS: dict[str, Four] = {
    "convenient": (None, None, None, None),
    "balanced": (7 * DAY, 3 * DAY, 3 * DAY, DAY),
    "strict": (DAY, 60, DAY, 60),
    "nist-aal1": (30 * DAY, None, 30 * DAY, None),
    "nist-aal2": (DAY, 60, DAY, 60),
    "nist-aal3": (720, 15, 720, 15),
    "pci-dss": (None, 15, None, 15),
}
"""Profile -> its own values."""


def _four(row: Four) -> dict[str, int | None]:
    return dict(zip(LOGIN_LIFETIMES, row, strict=True))


def cap_of(plan: str, name: str) -> int:
    """Return a plan's cap."""
    return _four(CAPS[plan])[name] or 0


def ceiling_of(profile: str, name: str) -> int | None:
    """Return what a profile asks for; None for the plan's cap."""
    return _four(ROWS[profile])[name]


def expected_of(plan: str, profile: str) -> dict[str, int]:
    """Return the four lifetimes of a tenant."""
    absolute, idle, *of_ephemeral = (
        min(most or 0, own or most or 0) for own, most in zip(ROWS[profile], CAPS[plan], strict=True)
    )
    idle = min(idle, absolute)
    ephemeral, idle_ephemeral = map(min, of_ephemeral, (absolute, idle))
    four = (absolute, idle, ephemeral, min(idle_ephemeral, ephemeral))
    return dict(zip(LOGIN_LIFETIMES, four, strict=True))
