"""What a tenant stores and how it shows it: lifetimes are stored in minutes and shown in hours.

Sources: recorded responses. Minutes are shown as minutes / 60 in a plain double, without a fraction if whole; a key
that was never written is absent; a PATCH merges at the top level, and ``flags`` member by member. Whether it merges
``sessions`` is not known, so a tenant replaces it by default.
"""

import copy
from collections.abc import Collection, Mapping
from typing import Any

from auth0_sessions.sandbox import schema
from auth0_sessions.sandbox.schema import LIFETIME_KEYS, LIFETIMES, MINUTES_PER_HOUR, Schema, problems

VERSIONS = ["22", "18"]
COOKIE = "session_cookie_mode"
ANONYMOUS = "anonymous_session_lifetime"

SESSION_SETTINGS: dict[str, Schema] = {
    **{name: schema.lifetime_schema(name + schema.MINUTES_SUFFIX) for name in LIFETIMES},
    COOKIE: schema.COOKIE_MODE,
    ANONYMOUS: schema.ANONYMOUS_LIFETIME,
}
"""The settings on the Dashboard's session page: lifetimes in minutes, and the cookie mode."""

_FOREIGN = {
    "friendly_name": "My Test Tenant",
    "enabled_locales": ["de", "fr"],
    "flags": {"enable_sso": True, "revoke_refresh_token_grant": False},
    "mtls": {"enable_endpoint_aliases": True},
    "sessions": {"oidc_logout_prompt_enabled": True},
    "universal_login": {"colors": {"page_background": "#FF4F40", "primary": "#2A2E35"}},
}
"""What a new tenant has besides its login sessions, as recorded."""


def as_hours(minutes: int) -> float:
    """Return minutes as hours, an ``int`` when whole: 181 -> 3.0166666666666666, 60 -> 1."""
    whole, rest = divmod(minutes, MINUTES_PER_HOUR)
    return minutes / MINUTES_PER_HOUR if rest else whole


class Stored:
    """One tenant's settings, by response key; lifetimes are in minutes."""

    def __init__(self, foreign: Mapping[str, Any] | None = None) -> None:
        """Start without login sessions, and with the other settings that are given."""
        self._values: dict[str, Any] = copy.deepcopy(dict(_FOREIGN if foreign is None else foreign))

    @property
    def foreign(self) -> dict[str, Any]:
        """Return a copy of everything except the four lifetimes and the cookie mode."""
        own = {*LIFETIMES, "session_cookie"}
        return {name: copy.deepcopy(value) for name, value in self._values.items() if name not in own}

    def as_reported(self) -> dict[str, Any]:
        """Return the complete settings object for a response."""
        hours = {name: as_hours(self._values[name]) for name in LIFETIMES if name in self._values}
        return {**copy.deepcopy(self._values), **hours}

    def summary(self) -> dict[str, Any]:
        """Return the session settings that are set: minutes and the cookie mode's text."""
        anonymous = (self._values.get("sessions") or {}).get("anonymous") or {}
        found = {
            **{name: self._values.get(name) for name in LIFETIMES},
            COOKIE: (self._values.get("session_cookie") or {}).get("mode"),
            ANONYMOUS: anonymous.get("lifetime_in_minutes"),
        }
        return {name: value for name, value in found.items() if value is not None}

    def merge(self, body: Mapping[str, Any], caps_minutes: Mapping[str, int], merged: Collection[str]) -> None:
        """Apply a checked PATCH body.

        A lifetime above its cap in ``caps_minutes`` is stored as the cap; objects named in ``merged`` keep the members
        that the body does not contain.
        """
        for key, value in body.items():
            if key in LIFETIME_KEYS:
                name, unit_minutes = LIFETIME_KEYS[key]
                minutes = int(value) * unit_minutes
                self._values[name] = min(minutes, caps_minutes.get(name, minutes))
            elif value is None:
                self._values.pop(key, None)
            elif key in merged:
                self._values[key] = {**self._values.get(key, {}), **copy.deepcopy(value)}
            else:
                self._values[key] = copy.deepcopy(value)

    def assign(self, changes: Mapping[str, Any]) -> None:
        """Set session settings as the Dashboard does, in minutes; None unsets one. All or nothing."""
        for name, value in changes.items():
            if name not in SESSION_SETTINGS:
                message = f"{name!r} is not a session setting; use {', '.join(SESSION_SETTINGS)}"
                raise ValueError(message)
            if value is not None and (problem := next(problems(SESSION_SETTINGS[name], value, name), None)):
                raise ValueError(problem)
        for name, value in changes.items():
            self._assign(name, value)

    def _assign(self, name: str, value: Any) -> None:
        place, key = self._values, name
        if name == COOKIE:
            key, value = "session_cookie", value and {"mode": value}
        elif name == ANONYMOUS:
            place, key = self._values.setdefault("sessions", {}).setdefault("anonymous", {}), "lifetime_in_minutes"
        if value is None:
            place.pop(key, None)
        else:
            place[key] = value
