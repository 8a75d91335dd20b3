"""Separates text from what Pulumi reads as a number, boolean or date, so that a file means what `pulumi up` does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from auth0_sessions.errors import InputError, listed, shown, visible
from auth0_sessions.model.profiles import PROFILE_KEYS
from auth0_sessions.model.settings import LIFETIMES
from auth0_sessions.model.spelling import camel_case

NAMESPACE = "auth0-sessions"
"""The namespace of this package's configuration."""

BOOLEANS = {text: text.lower() == "true" for text in ("true", "True", "TRUE", "false", "False", "FALSE")}
NULLS = ("", "~", "null", "Null", "NULL")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[Tt ][0-9:.,Zz+-]*)?", re.ASCII)
_NUMBER = re.compile(
    r"""
    0x[0-9a-f]+ | 0b[-+]?[01]+ | 0o[-+]?[0-7]+
    | (?: \.[0-9]+ | [0-9]+(?:\.[0-9]*)? ) (?: e[-+]?[0-9]+ )?
    | \.inf | \.nan
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""What Go's YAML may read as a number, without its sign and underscores; a little more than that is no harm."""

_LIFETIMES = {*LIFETIMES, *map(camel_case, LIFETIMES), *PROFILE_KEYS}
"""The keys of lifetimes, in entries and in profiles."""


@dataclass(frozen=True)
class Misread:
    """A scalar that Pulumi does not read as text: what is written, and what Pulumi takes it for."""

    source: str
    kind: str

    def __str__(self) -> str:
        """Return what is written."""
        return self.source


def misread(source: str) -> Misread | None:
    """Return an unquoted YAML scalar that Pulumi reads as something other than text; None if it is text or empty."""
    if source in BOOLEANS:
        return Misread(source, "boolean")
    if _DATE.fullmatch(source):
        return Misread(source, "date")
    if _NUMBER.fullmatch(source.replace("_", "").removeprefix("-" if source[:1] == "-" else "+")):
        return Misread(source, "number")
    return None


def texts(value: Any, where: str) -> Any:
    """Return a value whose scalars are all text, except for empty ones and the boolean of a profile's `ceiling`.

    A number in place of a lifetime stays as it is written: its reader says that it has no unit.

    Raises:
        InputError: Other scalars, or keys, are not text; all are listed.

    """
    problems: list[str] = []
    found = _texts(value, (), problems)
    if problems:
        raise InputError(listed(where, problems))
    return found


def _texts(value: Any, path: tuple[str, ...], problems: list[str]) -> Any:
    if isinstance(value, Mapping):
        problems.extend(problem for key in value for problem in _problems(key, (*path, str(key)), "the key "))
        return {str(key): _texts(inner, (*path, str(key)), problems) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_texts(inner, (*path, str(number)), problems) for number, inner in enumerate(value)]
    key = path[-1] if path else ""
    if isinstance(value, Misread) and value.kind == "number" and key in _LIFETIMES:
        return value.source
    if key == "ceiling" and str(value) in BOOLEANS and not isinstance(value, str):
        return BOOLEANS[str(value)]
    problems.extend(_problems(value, path))
    return value


def _problems(value: Any, path: tuple[str, ...], what: str = "") -> Iterator[str]:
    """Yield why a scalar is not text, None aside."""
    place = visible(".".join(path))
    if isinstance(value, bool):
        value = Misread(str(value).lower(), "boolean")
    elif isinstance(value, (int, float)):
        value = Misread(str(value), "number")
    if isinstance(value, Misread):
        called = f"{place}: " if place else ""
        yield f"{called}{what}{shown(value.source)[1:-1]} is a {value.kind}, and text is expected. Quote it."
    elif isinstance(value, str) and not value.isascii() and value != value.encode(errors="replace").decode():
        yield f"{place}: half of a surrogate pair is not text. Remove it."


def from_json(content: str) -> Any:
    """Parse JSON; a number stays as it is written.

    Raises:
        json.JSONDecodeError: It is not JSON.
        InputError: It is nested too deeply, or has a key twice.

    """

    def number(source: str) -> Misread:
        return Misread(source, "number")

    try:
        return json.loads(
            content, object_pairs_hook=_unique, parse_int=number, parse_float=number, parse_constant=number
        )
    except RecursionError:
        message = "the JSON is nested too deeply."
        raise InputError(message) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        message = f"{shown(twice)} is a duplicate key; keep one."
        raise InputError(message)
    return made


def read_object(value: object, key: str) -> Any:
    """Return a configuration value that may be an object or its JSON text, if all its scalars are text.

    Raises:
        InputError: A scalar is not text, or the JSON has a key twice.

    """
    where = f"{NAMESPACE}:{key}"
    try:
        found = from_json(value) if isinstance(value, str) else value
    except json.JSONDecodeError:
        return value
    except InputError as error:
        message = f"{where}: {error}"
        raise InputError(message) from None
    return texts(found, where)
