"""The closed sets that an input may be one of, and the one way to read such an input."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from auth0_sessions.errors import InputError, shown


class OverLimit(StrEnum):
    """What to do with a value above the plan's cap."""

    ERROR = "error"
    CLAMP = "clamp"
    WARN = "warn"


class OnDelete(StrEnum):
    """What happens to the tenant's settings when they are no longer managed."""

    RETAIN = "retain"
    RESTORE = "restore"
    RESET = "reset"


class Enforce(StrEnum):
    """Whether a tenant gets a lifetime as declared, or keeps a shorter one."""

    EXACT = "exact"
    AT_MOST = "at-most"


Choice = TypeVar("Choice", bound=str)


def choose(choices: Iterable[Choice], value: object, name: str, advice: str) -> Choice:
    """Return the choice that a text names, whatever its case.

    Args:
        choices: The closed set: an enumeration, or the names of a table.
        value: What was given.
        name: The input, as the user spells it.
        advice: What the input is for, or where its value comes from.

    Raises:
        InputError: The value is not one of them. The text lists them.

    """
    known = {str(choice): choice for choice in choices}
    if isinstance(value, str) and value.strip().lower() in known:
        return known[value.strip().lower()]
    allowed = ", ".join(map(repr, known))
    given = f"{name} is missing" if value is None else f"{name} is {shown(value)}"
    message = f"{given}; allowed: {allowed}. {advice}"
    raise InputError(message)
