"""Expected values, written out: what each plan allows, each profile asks for, and a tenant of both gets, in minutes."""

from auth0_sessions.model.settings import LOGIN_LIFETIMES

Four = tuple[int | None, int | None, int | None, int | None]
"""Absolute and idle, then the same of non-persistent sessions; None: nothing but the plan's cap."""

DAY = 1_440
LOW, HIGH = (30 * DAY, 3 * DAY, 30 * DAY, 3 * DAY), (365 * DAY, 100 * DAY, 365 * DAY, 100 * DAY)
CAPS: dict[str, Four] = {"free": LOW, "essential": LOW, "professional": LOW, "enterprise": HIGH}

ROWS: dict[str, tuple[Four, Four, Four]] = {
    "convenient": ((None, None, None, None), LOW, HIGH),
    "balanced": ((7 * DAY, 3 * DAY, 3 * DAY, DAY), (7 * DAY, 3 * DAY, 3 * DAY, DAY), (7 * DAY, 3 * DAY, 3 * DAY, DAY)),
    "strict": ((DAY, 60, DAY, 60), (DAY, 60, DAY, 60), (DAY, 60, DAY, 60)),
    "nist-aal1": ((30 * DAY, None, 30 * DAY, None), LOW, (30 * DAY, 30 * DAY, 30 * DAY, 30 * DAY)),
    "nist-aal2": ((DAY, 60, DAY, 60), (DAY, 60, DAY, 60), (DAY, 60, DAY, 60)),
    "nist-aal3": ((720, 15, 720, 15), (720, 15, 720, 15), (720, 15, 720, 15)),
    "pci-dss": ((None, 15, None, 15), (30 * DAY, 15, 30 * DAY, 15), (365 * DAY, 15, 365 * DAY, 15)),
}
"""Profile -> its own values, and what a tenant gets under the lower caps and under those of Enterprise."""


def _four(row: Four) -> dict[str, int | None]:
    return dict(zip(LOGIN_LIFETIMES, row, strict=True))


def cap_of(plan: str, name: str) -> int:
    """Return a plan's cap."""
    return _four(CAPS[plan])[name] or 0


def ceiling_of(profile: str, name: str) -> int | None:
    """Return what a profile asks for; None for the plan's cap."""
    return _four(ROWS[profile][0])[name]


def expected_of(plan: str, profile: str) -> dict[str, int]:
    """Return the four lifetimes of a tenant."""
    row = ROWS[profile][2 if plan == "enterprise" else 1]
    return {name: minutes or 0 for name, minutes in _four(row).items()}
