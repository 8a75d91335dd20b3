"""Settings in minutes <-> the Management API's JSON. This is the only file that deals with hours.

Writing: whole hours go under the setting's own key, anything else under `<key>_in_minutes`, never both.
Reading: responses contain hours as a double (181 minutes are 3.0166666666666666), so `round(hours * 60)`, which is
exact for every minute count from 1 to 600,000. A key that was never written is absent. A lifetime inside an object is
in whole minutes both ways.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from auth0_sessions.errors import shown
from auth0_sessions.model.settings import SETTINGS, Setting, Value, Values

_MODE = re.compile(r"[a-z_-]{1,40}")
"""The modes that may go into users' state; modes that Auth0 may add should also be one word."""
MINUTES_PER_HOUR = 60
MAX_HOURS = 1_000_000
"""More than a century, so never intended. Values above the API's maximum of 8,760 hours have been seen."""

FIELDS = tuple(dict.fromkeys(row.wire[0] for row in SETTINGS.values()))
"""The fields that a GET requests."""


def shared_fields(values: Values) -> tuple[str, ...]:
    """Return the objects that a write of these settings must repeat as the tenant reports them."""
    return tuple(dict.fromkeys(SETTINGS[name].wire[0] for name in values if SETTINGS[name].is_shared))


def to_patch_body(values: Values, reported: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the body of a PATCH that writes only these values.

    Auth0 does not document whether a PATCH merges or replaces the objects in `shared_fields`, so the body repeats all
    of their members as the tenant reports them.
    """
    body: dict[str, Any] = {}
    for name, value in values.items():
        row = SETTINGS[name]
        key, written = _written(row, value)
        if row.is_shared:
            written = _inside((reported or {}).get(key), row.wire[1:], value)
        body[key] = written
    return body


def _written(row: Setting, value: Value) -> tuple[str, Any]:
    key, *inner = row.wire
    if inner:
        return key, _inside(None, tuple(inner), value)
    hours, minutes = divmod(int(value), MINUTES_PER_HOUR)
    return (f"{key}_in_minutes", value) if minutes else (key, hours)


def _inside(reported: Any, path: tuple[str, ...], value: Value) -> dict[str, Any]:
    """Return an object as the tenant reports it, but with one member changed."""
    known = reported if isinstance(reported, Mapping) else {}
    key, *inner = path
    return {**known, key: _inside(known.get(key), tuple(inner), value) if inner else value}


def from_tenant(answer: object) -> dict[str, Value]:
    """Return the settings in a response; those that were never written are missing.

    Raises:
        ValueError: The response does not look like tenant settings; the message names the key.

    """
    found = {name: _found(row, _object(answer, "the answer")) for name, row in SETTINGS.items()}
    return {name: value for name, value in found.items() if value is not None}


def _found(row: Setting, answer: Mapping[str, Any]) -> Value | None:
    *outer, key = row.wire
    home: Any = answer
    for name in outer:
        if (home := home.get(name)) is None:
            return None
        home = _object(home, name)
    value = home.get(key)
    if row.clock is None:
        return _mode(value, outer[-1])
    if value is None:
        return None
    return _whole_minutes(row.name, value) if outer else _minutes_of_hours(row.name, value)


def _object(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        message = f"{name} should be a JSON object, not {type(value).__name__}"
        raise ValueError(message)  # noqa: TRY004  One kind of error for one kind of trouble.
    return value


def _minutes_of_hours(name: str, hours: object) -> int:
    if isinstance(hours, bool) or not isinstance(hours, (int, float)):
        message = f"{name} should be a number of hours, not {type(hours).__name__}"
        raise ValueError(message)  # noqa: TRY004  One kind of error for one kind of trouble.
    if not 0 < hours < MAX_HOURS or not (minutes := round(hours * MINUTES_PER_HOUR)):
        message = f"{name} should be at least one minute and a plausible number of hours, not {shown(hours)}"
        raise ValueError(message)
    return minutes


def _whole_minutes(name: str, minutes: object) -> int:
    if isinstance(minutes, bool) or not isinstance(minutes, (int, float)) or minutes != minutes // 1:
        message = f"{name} should be a whole number of minutes, not {shown(minutes)}"
        raise ValueError(message)
    if not 0 < minutes < MAX_HOURS * MINUTES_PER_HOUR:
        message = f"{name} should be at least one minute and a plausible number of minutes, not {shown(minutes)}"
        raise ValueError(message)
    return int(minutes)


def _mode(mode: object, name: str) -> str:
    if not isinstance(mode, str) or not _MODE.fullmatch(mode):
        message = f"{name} should be a mode, which is one lowercase word"
        raise ValueError(message)
    return mode
