"""Reads the lifetimes that a resource declares: text in our resources, hours in the official provider's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import LOGIN_LIFETIMES, text
from auth0_sessions.model.spelling import CAMEL_CASE, SNAKE_CASE, Spelling

OFFICIAL = "auth0:index/tenant:Tenant"
NATIVE = "auth0-sessions:index:SessionLifetime"
SPELLINGS: Mapping[str, Spelling] = {
    "pulumi-python:dynamic/auth0-sessions:SessionLifetime": SNAKE_CASE,
    NATIVE: CAMEL_CASE,
    OFFICIAL: CAMEL_CASE,
}
"""The types that declare session lifetimes, and how their users spell properties."""

SIGNATURE, SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
"""The protocol's mark of a special object, and its value for a secret."""

UNKNOWN = frozenset({"04da6b54-80e4-46f7-96ec-b56ff0331ba9", "3eeb2bf0-c639-47a8-9e75-3b44932eb421"})
"""What the protocol has instead of text or a number that is not known yet."""

HOUR = 60


@dataclass(frozen=True)
class DeclaredLifetime:
    """One lifetime that a resource declares, named as its users spell it.

    `minutes` is None if the value is not a lifetime; only the official provider's values are in hours, too.
    """

    name: str
    minutes: float | None
    hours: float | None = None
    is_secret: bool = False

    @property
    def written_minutes(self) -> float | None:
        """What the tenant gets: the official provider writes whole minutes below one hour and whole hours above."""
        if self.hours is None:
            return self.minutes
        return _half_up(self.hours * HOUR) if self.hours < 1 else _half_up(self.hours) * HOUR

    @property
    def shortest(self) -> float:
        """The shorter of the declared lifetime and what the tenant gets for it."""
        return min(self.minutes or 0, self.written_minutes or 0)

    @property
    def longest(self) -> float:
        """The longer of the declared lifetime and what the tenant gets for it."""
        return max(self.minutes or 0, self.written_minutes or 0)

    @property
    def is_rounded(self) -> bool:
        """Whether the tenant gets a different value than declared."""
        return self.written_minutes != self.minutes

    def __str__(self) -> str:
        """Return the beginning of a message: its name, its value, and what that is rounded to."""
        return f"{self.name} is {self._described}"

    @property
    def _described(self) -> str:
        if self.is_secret:
            return "a secret value"
        if self.minutes is None:
            return "not a lifetime"
        if self.hours is None:
            return self.exactly
        length = f" ({self.exactly})" if self.exactly else ""
        becomes = f", which the official provider writes as {in_hours(self.written_minutes)}" if self.is_rounded else ""
        return f"{_hours(self.hours)}{length}{becomes}"

    @property
    def exactly(self) -> str:
        """The lifetime in days, hours and minutes; empty if it is not a whole number of minutes."""
        return text(int(self.minutes)) if self.minutes and self.minutes > 0 and self.minutes.is_integer() else ""

    def most(self, minutes: int) -> str:
        """Return the longest value that can be declared here without exceeding a duration."""
        if self.hours is None:
            return text(minutes)
        return in_hours(minutes if minutes < HOUR else minutes // HOUR * HOUR)


@dataclass(frozen=True)
class Resource:
    """A resource that declares session lifetimes, and its plan, if any.

    A lifetime is None if its value is not known yet; a missing one is not declared.
    """

    spelling: Spelling
    lifetimes: Mapping[str, DeclaredLifetime | None]
    plan: Plan | None = None
    is_plan_unknown: bool = False

    @property
    def known(self) -> dict[str, DeclaredLifetime]:
        """The lifetimes whose values are known."""
        return {setting: declared for setting, declared in self.lifetimes.items() if declared}

    def plan_or(self, configured: Plan | None) -> Plan | None:
        """Return its own plan, else the configured one; None if it has one that is not known yet."""
        return None if self.is_plan_unknown else self.plan or configured


def read_resource(kind: str, props: Mapping[str, Any], provider: Mapping[str, Any] | None = None) -> Resource | None:
    """Return what a resource declares, or None without session lifetimes.

    Its properties and its provider's configuration are as the engine sends them. A native resource without a plan has
    its provider's; the dynamic resource resolves its plan in the program.
    """
    if kind not in SPELLINGS:
        return None
    spelling, read = SPELLINGS[kind], _read_hours if kind == OFFICIAL else _read_text
    lifetimes: dict[str, DeclaredLifetime | None] = {}
    for setting in LOGIN_LIFETIMES:
        name = spelling.name(setting)
        value, is_secret = _value(props, name)
        if value is not None:
            lifetimes[setting] = None if _is_unknown(value) else read(name, value, is_secret=is_secret)
    plan = _plan(kind, props, provider or {})
    named = Plan(plan) if isinstance(plan, str) and plan in set(Plan) else None
    return Resource(spelling, lifetimes, named, is_plan_unknown=_is_unknown(plan))


def _plan(kind: str, props: Mapping[str, Any], provider: Mapping[str, Any]) -> Any:
    if kind == OFFICIAL:
        return None
    plan, _ = _value(props, "plan")
    return _value(provider, "plan")[0] if plan is None and kind == NATIVE else plan


def _value(props: Mapping[str, Any], key: str) -> tuple[Any, bool]:
    """Return a property's value, and whether it is a secret."""
    value = props.get(key)
    if isinstance(value, Mapping) and value.get(SIGNATURE) == SECRET:
        return value.get("value"), True
    return value, False


def _is_unknown(value: Any) -> bool:
    return isinstance(value, str) and value in UNKNOWN


def _read_text(name: str, value: Any, *, is_secret: bool) -> DeclaredLifetime:
    try:
        minutes = float(Lifetime.parse(value, max_minutes=None).minutes)
    except ValueError:
        minutes = None
    return DeclaredLifetime(name, minutes, is_secret=is_secret)


def _read_hours(name: str, value: Any, *, is_secret: bool) -> DeclaredLifetime:
    try:
        hours = float(value)
    except (TypeError, ValueError):
        hours = math.nan
    if not math.isfinite(hours):
        return DeclaredLifetime(name, None, is_secret=is_secret)
    # Round to a hundredth of a minute: 0.9167 hours mean 55 minutes.
    return DeclaredLifetime(name, round(hours * HOUR, 2), hours, is_secret)


def _half_up(value: float) -> float:
    return float(math.floor(value + 0.5))


def in_hours(minutes: float | None) -> str:
    """Return a duration as the official provider's users write it."""
    return _hours((minutes or 0) / HOUR)


def _hours(figure: float) -> str:
    return f"{figure:.7g} hour{'' if figure == 1 else 's'}"
