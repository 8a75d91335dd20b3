"""The inputs of a managed tenant and their readers. This is the only place where text becomes a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from auth0_sessions.errors import InputError
from auth0_sessions.model.choices import Enforce, OnDelete, OverLimit, choose
from auth0_sessions.model.domain import canonical_domain
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import SETTINGS, CookieMode
from auth0_sessions.model.spelling import Spelling


class _Unknown:
    """The type of `UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()
"""A value that is unknown at preview. A check passes it through unchanged."""


@dataclass(frozen=True)
class Problem:
    """A problem with a property (in snake_case): what is wrong, and what to do.

    If `is_private`, the value may be a misplaced secret and must not be printed.
    """

    property: str
    reason: str
    is_private: bool = False

    def named(self, spelling: Spelling) -> str:
        """Return the reason, with the property's name in front unless it starts with it."""
        name = spelling.name(self.property)
        return self.reason if self.reason.startswith(name) else f"{name}: {self.reason}"


_UNUSABLE = (
    "{}: the value cannot be used. It is a secret, so it is not shown here. Give a lifetime as text with a unit, from "
    "'1m' to '365d', and anything else as documented."
)

_LABEL = re.compile(r"[a-z0-9-]+")


def check_label(value: object) -> str:
    """Return a credential set's label, which consists of lowercase letters, digits and hyphens."""
    if isinstance(value, str) and _LABEL.fullmatch(value):
        return value
    # The value is not repeated because it may be a misplaced secret.
    message = (
        "credentials is not a label of a credential set: use lowercase letters, digits, and '-'. "
        "Give the label, such as acme, and never a secret."
    )
    raise InputError(message)


Reader = Callable[[Any, str], Any]
"""Reads the value given for an input; the second argument is the input's name as the user spells it."""


def _choice(choices: type[StrEnum], advice: str) -> Reader:
    return lambda value, name: choose(choices, value, name, advice)


PLAN_ADVICE = "The Dashboard shows it under Settings > Subscription."

READERS: Mapping[str, Reader] = {
    "domain": lambda value, _: canonical_domain(value),
    **dict.fromkeys(SETTINGS, lambda value, _: Lifetime.parse(value).minutes),
    "session_cookie_mode": _choice(CookieMode, "It sets the kind of session that Auth0 creates."),
    "plan": _choice(Plan, PLAN_ADVICE),
    "over_limit": _choice(OverLimit, "It says what happens to a value above the plan's cap."),
    "on_delete": _choice(OnDelete, "It says what happens to the settings on delete."),
    "enforce": _choice(Enforce, "It says whether a tenant with a shorter lifetime keeps it."),
    "credentials": lambda value, _: check_label(value),
}
"""Input -> its reader, which may raise `InputError`."""

INPUTS = tuple(READERS)

SECRETS = "__secrets"
"""The extra input with the comma-separated names of the secret ones. Pulumi does not show such a key."""


def secrets_of(props: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the inputs whose values messages must not repeat."""
    return frozenset(str(props.get(SECRETS) or "").split(",")) - {""}


@dataclass(frozen=True)
class Read:
    """The result of reading inputs: the known and valid values, and the problems with the others.

    `unknown` holds the inputs that are unknown at preview.
    """

    values: dict[str, Any]
    unknown: frozenset[str]
    problems: list[Problem]


def read_inputs(
    given: Mapping[str, Any],
    spelling: Spelling,
    readers: Mapping[str, Reader] = READERS,
    required: Collection[str] = (),
) -> Read:
    """Read inputs; problems are collected, not raised. None is a problem only if the input is required."""
    found = Read({}, frozenset(name for name, value in given.items() if value is UNKNOWN), [])
    for name, value in given.items():
        if value is UNKNOWN or name not in readers or (value is None and name not in required):
            continue
        try:
            found.values[name] = readers[name](value, spelling.name(name))
        except InputError as error:
            is_private = name == "credentials" or (name == "domain" and "@" in str(value))
            is_secret = name in secrets_of(given) and not is_private
            reason = _UNUSABLE.format(spelling.name(name)) if is_secret else str(error)
            found.problems.append(Problem(name, reason, is_private or is_secret))
    return found
