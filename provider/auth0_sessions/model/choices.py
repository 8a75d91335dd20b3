"""The inputs with a fixed set of choices, and the function that reads them."""

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
    """Whether a lifetime is set exactly as declared, or a shorter one is left alone."""

    EXACT = "exact"
    AT_MOST = "at-most"


Choice = TypeVar("Choice", bound=str)


def choose(choices: Iterable[Choice], value: object, name: str, advice: str) -> Choice:
    """Return the choice that a text names, ignoring case; the error lists the choices and ends with the advice."""
    known = {str(choice): choice for choice in choices}
    if isinstance(value, str) and value.strip().lower() in known:
        return known[value.strip().lower()]
    allowed = ", ".join(map(repr, known))
    given = f"{name} is missing" if value is None else f"{name} is {shown(value)}"
    message = f"{given}; allowed: {allowed}. {advice}"
    raise InputError(message)
