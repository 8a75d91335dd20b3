"""The field table: one row per session setting of a tenant. Everything else loops over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum

from auth0_sessions.model.lifetime import Lifetime

Value = int | str
"""A lifetime in minutes, or a cookie mode."""

Values = Mapping[str, Value]
"""Setting name -> value; a setting that is not in it is not managed, or was never written."""


class CookieMode(StrEnum):
    """Which kind of session a tenant creates: `session_cookie.mode` of the Management API."""

    PERSISTENT = "persistent"
    NON_PERSISTENT = "non-persistent"


class Limit(Enum):
    """Which of a plan's two caps holds for a setting."""

    ABSOLUTE = "absolute"
    IDLE = "idle"


@dataclass(frozen=True)
class Setting:
    """One session setting of a tenant.

    Attributes:
        name: Its name here. For a lifetime it is the Management API's key as well.
        default: What a tenant does where the key was never written (OpenAPI of the Management API,
            2026-06-25): minutes, or a cookie mode.
        limit: Which cap of the plan holds for it; None where the plan does not matter.
        meaning: What it means, in a person's words.

    """

    name: str
    default: Value
    limit: Limit | None
    meaning: str


SETTINGS: Mapping[str, Setting] = {
    row.name: row
    for row in (
        Setting("session_lifetime", 10_080, Limit.ABSOLUTE, "absolute expiry of persistent sessions"),
        Setting("idle_session_lifetime", 4_320, Limit.IDLE, "inactivity timeout of persistent sessions"),
        Setting("ephemeral_session_lifetime", 4_320, Limit.ABSOLUTE, "absolute expiry of non-persistent sessions"),
        Setting(
            "idle_ephemeral_session_lifetime",
            1_440,
            Limit.IDLE,
            "inactivity timeout of non-persistent sessions",
        ),
        Setting("session_cookie_mode", CookieMode.PERSISTENT.value, None, "kind of session the tenant creates"),
    )
}

LIFETIMES = tuple(row.name for row in SETTINGS.values() if row.limit)
ABSOLUTE_AND_IDLE = (
    ("session_lifetime", "idle_session_lifetime"),
    ("ephemeral_session_lifetime", "idle_ephemeral_session_lifetime"),
)
"""The pairs in which a session ends at the earlier of the two."""

DEFAULTS: Values = {row.name: row.default for row in SETTINGS.values()}


def with_defaults(found: Values) -> dict[str, Value]:
    """Return every setting of a tenant, with Auth0's default where it was never written."""
    return {**DEFAULTS, **found}


def changes(old: Values, new: Values) -> dict[str, Value]:
    """Return what of `new` is not so in `old`, where a setting missing from `old` is Auth0's default."""
    before = with_defaults(old)
    return {name: value for name, value in new.items() if before[name] != value}


def text(value: Value) -> str:
    """Return a value as previews and messages show it: `"1d12h"`, or the cookie mode."""
    return str(Lifetime(value)) if isinstance(value, int) else value
