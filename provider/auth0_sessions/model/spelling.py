"""How users of each front end spell property names, for the messages they read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_UNDERSCORE = re.compile("_([a-z0-9])")
_CAPITAL = re.compile("[A-Z]")


def camel_case(name: str) -> str:
    """Return a snake_case name in camelCase."""
    return _UNDERSCORE.sub(lambda match: match[1].upper(), name)


def snake_case(name: str) -> str:
    """Return a camelCase name in snake_case; a snake_case name is unchanged."""
    return _CAPITAL.sub(lambda match: f"_{match[0].lower()}", name)


@dataclass(frozen=True)
class Spelling:
    """How users write a property's name, a property with its value, and the prefix of a front end's configuration."""

    name: Callable[[str], str]
    assign: Callable[[str, str], str]
    namespace: str


SNAKE_CASE = Spelling(str, lambda name, value: f"{name}={value!r}", "auth0")
"""Python: `over_limit='clamp'`."""

CAMEL_CASE = Spelling(camel_case, lambda name, value: f'{camel_case(name)}: "{value}"', "auth0-sessions")
"""Configuration and Pulumi's other languages: `overLimit: "clamp"`."""
