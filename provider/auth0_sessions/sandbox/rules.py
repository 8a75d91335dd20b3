"""A validator that judges and words like z-schema, which checks the bodies that the Management API gets.

Its order is z-schema's too: an object's own problems first, then those of its members, the last member first.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_TYPES = {type(None): "null", bool: "boolean", int: "integer", str: "string", list: "array", dict: "object"}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value may be: its JSON types and, where it has them, the range, the choices and the members."""

    types: tuple[str, ...]
    description: str = ""
    choices: tuple[str, ...] = ()
    minimum: int = 1
    maximum: int | None = None
    members: Mapping[str, "Rule"] | None = None
    required: tuple[str, ...] = ()
    fewest: int = 0


def problems(rule: Rule, value: Any, path: str = "") -> Iterator[str]:
    """Yield a sentence for every problem of a value; the body itself has no path."""
    where = f" on property {path}" if path else ""
    what = f" ({rule.description})" if rule.description else ""
    found = json_type(value)
    if found not in rule.types:
        yield f"'Expected type {','.join(rule.types)} but found type {found}'{where}{what}."
        return
    reasons = _of_object(rule, value) if found == "object" else _of_scalar(rule, value)
    yield from (f"'{reason}'{where}{what}." for reason in reasons)
    members = rule.members or {}
    for name in reversed(value) if found == "object" else ():
        if name in members:
            yield from problems(members[name], value[name], f"{path}.{name}".lstrip("."))


def json_type(value: object) -> str:
    """Name the JSON type as z-schema does: a number without a fraction is an integer."""
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    return _TYPES[type(value)]


def _of_object(rule: Rule, value: Mapping[str, Any]) -> Iterator[str]:
    if rule.members is not None and (unknown := [name for name in value if name not in rule.members]):
        yield f"Additional properties not allowed: {','.join(unknown)}"
    yield from (f"Missing required property: {name}" for name in rule.required if name not in value)
    if len(value) < rule.fewest:
        yield f"Too few properties defined ({len(value)}), minimum {rule.fewest}"


def _of_scalar(rule: Rule, value: Any) -> Iterator[str]:
    if rule.choices and value not in rule.choices:
        yield f"No enum match for: {value}"
    if json_type(value) == "integer":
        if value < rule.minimum:
            yield f"Value {int(value)} is less than minimum {rule.minimum}"
        if rule.maximum is not None and value > rule.maximum:
            yield f"Value {int(value)} is greater than maximum {rule.maximum}"
