"""Parts of the package's schema: types, inputs and outputs, from the tables."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from auth0_sessions.model.choices import Enforce, OnDelete, OverLimit
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import LIFETIMES, SETTINGS, CookieMode, text
from auth0_sessions.model.spelling import camel_case
from auth0_sessions.native import texts
from auth0_sessions.native.codec import PACKAGE
from auth0_sessions.native.config import SECRET_KEYS

Spec = dict[str, Any]

ENUMS: Mapping[str, type[StrEnum]] = {
    "plan": Plan,
    "over_limit": OverLimit,
    "on_delete": OnDelete,
    "enforce": Enforce,
    "session_cookie_mode": CookieMode,
}
SCHEMA_DEFAULTS = {"over_limit": OverLimit.ERROR, "on_delete": OnDelete.RETAIN}
"""The inputs that do not fall back to anything configured."""

ALWAYS = ("domain", "over_limit", "on_delete", "enforce", "previous", "superseded")
"""The outputs of a `SessionLifetime` that always have a value."""

STRING: Spec = {"type": "string"}
INTEGER: Spec = {"type": "integer"}
BOOLEAN: Spec = {"type": "boolean"}
ANY: Spec = {"$ref": "pulumi.json#/Any"}


def map_of(item: Spec) -> Spec:
    """Return the type of an object with any keys."""
    return {"type": "object", "additionalProperties": item}


def token(name: str) -> str:
    """Return the full name of a type, a resource or a function."""
    return f"{PACKAGE}:index:{name}"


def type_of(name: str) -> Spec:
    """Return a reference to a type."""
    return {"$ref": f"#/types/{token(name)}"}


def described(meanings: Mapping[str, str], **kinds: Spec) -> Spec:
    """Return properties by name, which are text unless they are of another kind."""
    return {name: {**kinds.get(name, STRING), "description": meaning} for name, meaning in meanings.items()}


def with_secrets(properties: Spec) -> Spec:
    """Mark credentials as secrets."""
    return {key: {**spec, "secret": True} if key in SECRET_KEYS else spec for key, spec in properties.items()}


def enum_of(kind: type[StrEnum]) -> Spec:
    """Return the type of a closed set."""
    summary = (kind.__doc__ or "").splitlines()[0]
    values = [
        {"name": _pascal_case(choice.value), "value": choice.value, "description": texts.ENUM_MEANINGS[choice.value]}
        for choice in kind
    ]
    return {"type": "string", "description": summary, "enum": values}


def _pascal_case(value: str) -> str:
    """Return a value's name in every language; one that says `at-most` would be `At_most` in some."""
    return "".join(part.title() for part in value.split("-"))


def _kind(name: str) -> Spec:
    return type_of(ENUMS[name].__name__) if name in ENUMS else STRING


def input_of(name: str, meanings: Mapping[str, str] = texts.MEANINGS) -> Spec:
    """Return the specification of one input."""
    meaning = meanings.get(name) or f"{_meaning(name)}."
    if name in LIFETIMES:
        meaning += f" {texts.RANGE} Auth0's default: `{text(SETTINGS[name].default)}`."
    return {**_kind(name), "description": meaning}


def output_of(name: str) -> Spec:
    """Return the specification of one output."""
    kinds = {"previous": map_of(ANY), "own": map_of(INTEGER), "superseded": map_of(type_of("Superseded"))}
    if name in LIFETIMES:
        return {**STRING, "description": f"{_meaning(name)}, in days, hours, and minutes: `1d12h`."}
    if name in texts.OUTPUT_MEANINGS:
        return {**kinds.get(name, _kind(name)), "description": texts.OUTPUT_MEANINGS[name]}
    meaning = _meaning(name.removesuffix("_minutes"))
    return {**INTEGER, "description": f"{meaning}, as the tenant reports it, in minutes."}


def _meaning(setting: str) -> str:
    meaning = SETTINGS[setting].meaning
    return f"{meaning[0].upper()}{meaning[1:]}"


def camel(specs: Mapping[str, Spec]) -> Spec:
    """Spell the names of properties as every language but Python does."""
    return {camel_case(name): spec for name, spec in specs.items()}


def object_of(meaning: str, properties: Spec, *required: str) -> Spec:
    """Return the type of an object."""
    return {"type": "object", "description": meaning, "properties": properties, "required": list(required)}
