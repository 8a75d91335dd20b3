"""Settings in minutes <-> the Management API's JSON. This is the only file that deals with hours.

Writing: whole hours go under the setting's own key, anything else under `<key>_in_minutes`, never both.
Reading: responses contain hours as a double (181 minutes are 3.0166666666666666), so `round(hours * 60)`, which is
exact for every minute count from 1 to 600,000. A key that was never written is absent. A lifetime inside an object is
in whole minutes both ways.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from auth0_sessions.errors import SHOWN_CHARACTERS
from auth0_sessions.model.settings import SETTINGS, CookieMode, Reported, Setting, Value, Values

MODES = tuple(mode.value for mode in CookieMode)
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
        key, *inner = row.wire
        if inner:
            body[key] = _inside((reported or {}).get(key) if row.is_shared else None, inner, value)
        elif int(value) % MINUTES_PER_HOUR:
            body[f"{key}_in_minutes"] = value
        else:
            body[key] = int(value) // MINUTES_PER_HOUR
    return body


def _inside(reported: Any, path: Sequence[str], value: Value) -> dict[str, Any]:
    """Return an object as the tenant reports it, but with one member changed."""
    known = reported if isinstance(reported, Mapping) else {}
    key, *inner = path
    return {**known, key: _inside(known.get(key), inner, value) if inner else value}


def from_tenant(answer: object) -> Reported:
    """Return the settings in a response.

    Raises:
        ValueError: The response is not a JSON object.

    """
    if not isinstance(answer, Mapping):
        message = "an answer that is not a JSON object"
        raise ValueError(message)  # noqa: TRY004  One kind of error for one kind of trouble.
    found: dict[str, Value] = {}
    unusable: dict[str, str] = {}
    for name, row in SETTINGS.items():
        try:
            value = _found(row, answer)
        except ValueError as reason:
            unusable[name] = str(reason)
        else:
            found.update({} if value is None else {name: value})
    return Reported(found, unusable)


def after_write(written: Values, answer: object) -> Reported:
    """Return the settings after a successful write: as its response reports them, or else as they were written.

    If the response holds no settings, nothing is known about those that were not written.
    """
    try:
        found = from_tenant(answer)
    except ValueError:
        return Reported(written, dict.fromkeys(SETTINGS, "nothing, because its answer holds no settings"))
    return Reported({**written, **found}, found.unusable)


def _found(row: Setting, answer: Mapping[str, Any]) -> Value | None:
    """Return a setting's value, or None if it was never written; raise `ValueError` with what it is instead."""
    *outer, key = row.wire
    home: Any = answer
    for name in outer:
        if (home := home.get(name)) is None:
            return None
        home = _object(home, name)
    value = home.get(key)
    if row.clock is None:
        return _mode(value if key in home else home)
    if value is None:
        return None
    return _minutes(value, per_unit=1 if outer else MINUTES_PER_HOUR)


def _object(value: object, name: str) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    raise _unusable(value, f"while {name} should be an object")


def _minutes(value: object, *, per_unit: int) -> int:
    """Return a number of hours or minutes in minutes; minutes are never fractions."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if is_number and 0 < value < MAX_HOURS * MINUTES_PER_HOUR / per_unit:  # type: ignore[operator]
        minutes = round(value * per_unit)  # type: ignore[operator]
        if minutes and (per_unit > 1 or minutes == value):
            return minutes
    raise _unusable(value, "which is not a lifetime")


def _mode(value: object) -> str:
    if isinstance(value, str) and value in MODES:
        return value
    raise _unusable(value, "which is not a cookie mode")


def _unusable(value: object, why: str) -> ValueError:
    """Return the error for a value, which it shows as JSON, shortened if long."""
    text = json.dumps(value)
    text = text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 3]}..."
    return ValueError(f"{text}, {why}")
