"""Parts of the package's schema: the kinds of properties, and objects that have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from auth0_sessions.model.choices import Enforce, OnDelete, OverLimit
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import LIFETIMES, CookieMode
from auth0_sessions.model.spelling import camel_case
from auth0_sessions.native import texts
from auth0_sessions.native.codec import PACKAGE
from auth0_sessions.native.config import SECRET_KEYS

Spec = dict[str, Any]

STRING: Spec = {"type": "string"}
STRINGS: Spec = {"type": "array", "items": STRING}
INTEGER: Spec = {"type": "integer"}
BOOLEAN: Spec = {"type": "boolean"}


def map_of(item: Spec) -> Spec:
    """Return the type of an object with any keys."""
    return {"type": "object", "additionalProperties": item}


def token(name: str) -> str:
    """Return the full name of a type, a resource or a function."""
    return f"{PACKAGE}:index:{name}"


def type_of(name: str) -> Spec:
    """Return a reference to a type."""
    return {"$ref": f"#/types/{token(name)}"}


ENUMS: Mapping[str, type[StrEnum]] = {
    "plan": Plan,
    "over_limit": OverLimit,
    "on_delete": OnDelete,
    "enforce": Enforce,
    "session_cookie_mode": CookieMode,
}
KINDS: Mapping[str, Spec] = {
    **{name: type_of(kind.__name__) for name, kind in ENUMS.items()},
    **{f"{name}_minutes": INTEGER for name in LIFETIMES},
    "ceiling": type_of("Ceiling"),
    "profiles": map_of(type_of("Profile")),
    "previous": map_of({"$ref": "pulumi.json#/Any"}),
    "own": map_of(INTEGER),
    "superseded": map_of(type_of("Superseded")),
    "reasons": map_of(STRING),
}
"""The kinds of properties that are not text, wherever they stand."""


def properties(meanings: Mapping[str, str], names: Iterable[str] | None = None, **kinds: Spec) -> Spec:
    """Return the described properties, or those of some names, in camelCase; `kinds` are those of this place only."""
    return {
        camel_case(name): {**(kinds.get(name) or KINDS.get(name, STRING)), "description": meanings[name]}
        for name in (meanings if names is None else names)
    }


def with_secrets(specs: Mapping[str, Spec]) -> Spec:
    """Mark credentials as secrets."""
    return {key: {**spec, "secret": True} if key in SECRET_KEYS else spec for key, spec in specs.items()}


def enum_of(kind: type[StrEnum]) -> Spec:
    """Return the type of a closed set, whose names are valid in every language: one like `At_most` would not be."""
    summary = (kind.__doc__ or "").splitlines()[0]
    values = [
        {"name": choice.title().replace("-", ""), "value": choice.value, "description": texts.CHOICES[choice]}
        for choice in kind
    ]
    return {"type": "string", "description": summary, "enum": values}


def object_of(meaning: str, specs: Spec, *required: str) -> Spec:
    """Return the type of an object."""
    return {"type": "object", "description": meaning, "properties": specs, "required": list(required)}
