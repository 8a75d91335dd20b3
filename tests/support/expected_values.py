"""Expected values from the tables of plans and profiles, computed without the code under test."""

from auth0_sessions.model.plans import PLAN_LIMITS, Plan
from auth0_sessions.model.profiles import PROFILES, Profile
from auth0_sessions.model.settings import LOGIN_LIFETIMES

COLUMNS = {
    "session_lifetime": ("absolute_minutes", "absolute_minutes"),
    "idle_session_lifetime": ("idle_minutes", "idle_minutes"),
    "ephemeral_session_lifetime": ("absolute_minutes", "ephemeral_absolute_minutes"),
    "idle_ephemeral_session_lifetime": ("idle_minutes", "ephemeral_idle_minutes"),
}
"""Setting -> its column in the table of plans, which is also a profile's for both kinds, and a profile's own one."""


def cap_of(plan: Plan, name: str) -> int:
    """Return the plan's cap from its table."""
    return int(getattr(PLAN_LIMITS[plan], COLUMNS[name][0]))


def ceiling_of(profile: Profile, name: str) -> int | None:
    """Return what a profile has in its table for a setting; None for the plan's cap."""
    for_both, own = (getattr(PROFILES[profile], column) for column in COLUMNS[name])
    minutes = for_both if own is None else own
    return None if minutes is None else int(minutes)


def expected_of(plan: Plan, profile: Profile) -> dict[str, int]:
    """Return the four lifetimes that follow from the two tables alone."""
    absolute, idle, other_absolute, other_idle = (
        min(cap_of(plan, name), ceiling_of(profile, name) or cap_of(plan, name)) for name in LOGIN_LIFETIMES
    )
    idle = min(idle, absolute)
    other_absolute = min(other_absolute, absolute)
    other_idle = min(other_idle, idle, other_absolute)
    return dict(zip(LOGIN_LIFETIMES, (absolute, idle, other_absolute, other_idle), strict=True))
