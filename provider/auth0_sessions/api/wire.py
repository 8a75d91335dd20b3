"""Settings in minutes <-> the Management API's JSON: an inverse pair, and the only file that knows hours.

Writing: whole hours go under the setting's own key, anything else under `<key>_in_minutes`, never both.
Reading: answers hold hours as a double (181 minutes are 3.0166666666666666), so `round(hours * 60)`; that gives back
every minute count from 1 to 600,000. A key that was never written is absent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from auth0_sessions.errors import shown
from auth0_sessions.model.settings import LIFETIMES, Value, Values

_MODE = re.compile(r"[a-z_-]{1,40}")
"""What goes into users' state; a mode that Auth0 may add is one word as well."""
MINUTES_PER_HOUR = 60
MAX_HOURS = 1_000_000
"""More than a century: no tenant means it. Values above today's ceiling of 8,760 hours have been seen."""

COOKIE_MODE = "session_cookie_mode"
COOKIE_KEY = "session_cookie"

FIELDS = (*LIFETIMES, COOKIE_KEY)
"""The keys that a narrow GET asks for."""


def to_patch_body(values: Values) -> dict[str, Any]:
    """Return the body of the PATCH that writes these values and nothing else."""
    return dict(_written(name, value) for name, value in values.items())


def _written(name: str, value: Value) -> tuple[str, Any]:
    if not isinstance(value, int):
        return COOKIE_KEY, {"mode": value}
    hours, minutes = divmod(value, MINUTES_PER_HOUR)
    return (f"{name}_in_minutes", value) if minutes else (name, hours)


def from_tenant(answer: object) -> dict[str, Value]:
    """Return the settings in an answer; those that were never written are missing.

    Raises:
        ValueError: The answer is not shaped like tenant settings; the text says which key.

    """
    if not isinstance(answer, Mapping):
        message = f"there is no object but a {type(answer).__name__}"
        raise ValueError(message)  # noqa: TRY004  One kind of error for one kind of trouble.
    found: dict[str, Value] = {name: _minutes(name, answer[name]) for name in LIFETIMES if answer.get(name) is not None}
    if answer.get(COOKIE_KEY) is not None:
        found[COOKIE_MODE] = _mode(answer[COOKIE_KEY])
    return found


def _minutes(name: str, hours: object) -> int:
    if isinstance(hours, bool) or not isinstance(hours, (int, float)):
        message = f"{name} should be a number of hours, not {type(hours).__name__}"
        raise ValueError(message)  # noqa: TRY004  One kind of error for one kind of trouble.
    if not 0 < hours < MAX_HOURS or not (minutes := round(hours * MINUTES_PER_HOUR)):
        message = f"{name} should be at least one minute and a plausible number of hours, not {shown(hours)}"
        raise ValueError(message)
    return minutes


def _mode(cookie: object) -> str:
    mode = cookie.get("mode") if isinstance(cookie, Mapping) else None
    if not isinstance(mode, str) or not _MODE.fullmatch(mode):
        message = f"{COOKIE_KEY} should hold a mode, one word of small letters"
        raise ValueError(message)
    return mode
