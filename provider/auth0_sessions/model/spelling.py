"""How a front end's users spell the names of properties, for every message that they read."""

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
    """Return a camelCase name in snake_case; one in snake_case stays as it is."""
    return _CAPITAL.sub(lambda match: f"_{match[0].lower()}", name)


@dataclass(frozen=True)
class Spelling:
    """One way to spell names and assignments.

    Attributes:
        name: Returns a property's name as users write it.
        assign: Returns a property with its value as users write it.
        namespace: What the front end's own configuration keys start with.

    """

    name: Callable[[str], str]
    assign: Callable[[str, str], str]
    namespace: str


SNAKE_CASE = Spelling(str, lambda name, value: f"{name}={value!r}", "auth0")
"""Python's: `over_limit='clamp'`."""

CAMEL_CASE = Spelling(camel_case, lambda name, value: f'{camel_case(name)}: "{value}"', "auth0-sessions")
"""That of configuration and of Pulumi's other languages: `overLimit: "clamp"`."""
