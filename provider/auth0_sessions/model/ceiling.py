"""A ceiling for all lifetimes of a stack, as in an incident."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from auth0_sessions.errors import InputError, shown, visible
from auth0_sessions.model.lifetime import Lifetime, parse_each
from auth0_sessions.model.settings import SETTINGS, Clock, text

_LIFETIMES = ("absolute", "idle")
_KEYS = (*_LIFETIMES, "except", "reason")
_EXAMPLE = 'as in {"absolute": "1h", "except": ["acme"], "reason": "incident 4711"}'


@dataclass(frozen=True)
class StackCeiling:
    """The longest lifetimes of a stack, in minutes; None for no limit.

    Attributes:
        absolute_minutes: For absolute lifetimes, persistent and non-persistent.
        idle_minutes: For inactivity timeouts, persistent and non-persistent.
        exempt: The short names of tenants, or names of resources, that it does not apply to.
        reason: Why it is there; "" if it is not given.

    """

    absolute_minutes: int | None = None
    idle_minutes: int | None = None
    exempt: frozenset[str] = frozenset()
    reason: str = ""

    @property
    def phrase(self) -> str:
        """What reasons and messages call it."""
        return f"the stack's ceiling ({self.reason})" if self.reason else "the stack's ceiling"

    def minutes(self, setting: str) -> int | None:
        """Return the longest value for a setting, in minutes; None for no limit."""
        limit = SETTINGS[setting].limit
        if limit is None:
            return None
        return self.absolute_minutes if limit is Clock.ABSOLUTE else self.idle_minutes

    def spares(self, *names: str) -> bool:
        """Return whether it does not apply to a resource with any of these names."""
        return not self.exempt.isdisjoint(names)


def lowest(setting: str, minutes: int, ceilings: Iterable[StackCeiling]) -> tuple[int, StackCeiling | None]:
    """Return a lifetime under ceilings, in minutes, and the one that lowers it the most; None if none does."""
    by = None
    for ceiling in ceilings:
        most = ceiling.minutes(setting)
        if most is not None and most < minutes:
            minutes, by = most, ceiling
    return minutes, by


def lowered(setting: str, value: Any, ceilings: Iterable[StackCeiling]) -> tuple[Any, StackCeiling | None]:
    """Return a lifetime under ceilings, as text, and the one that lowers it; anything else is returned as it is."""
    try:
        given = Lifetime.parse(value, max_minutes=None)
    except InputError:
        return value, None
    minutes, by = lowest(setting, given.minutes, ceilings)
    return (text(minutes), by) if by else (value, None)


def read_ceiling(raw: object) -> tuple[StackCeiling | None, list[str]]:
    """Return a ceiling, and all problems with it; raw is an object, its JSON text, or None for no ceiling."""
    try:
        given = json.loads(raw) if isinstance(raw, str) else raw
    except ValueError:
        given = raw
    if given is None:
        return None, []
    if not isinstance(given, Mapping):
        return None, [f"ceiling should be an object, {_EXAMPLE}."]
    unknown = [f"{visible(str(key))}: unknown key; allowed: {', '.join(_KEYS)}." for key in given if key not in _KEYS]
    minutes, wrong = parse_each(given, _LIFETIMES)
    problems = [f"ceiling.{problem}" for problem in (*unknown, *wrong)]
    if all(given.get(key) is None for key in _LIFETIMES):
        problems.append(f"ceiling has no lifetime; give absolute, idle, or both, {_EXAMPLE}.")
    exempt, reason = given.get("except"), given.get("reason")
    if not isinstance(exempt, list | tuple | None) or not all(isinstance(name, str) for name in exempt or ()):
        problems.append(f"ceiling.except is {shown(exempt)}; give a list of names, {_EXAMPLE}.")
    # `pulumi config set --path` turns the number of an incident into an integer.
    if not isinstance(reason, str | int | None) or isinstance(reason, bool):
        problems.append(f"ceiling.reason is {shown(reason)}; give it as text, {_EXAMPLE}.")
    if problems:
        return None, problems
    reason = str(reason or "").strip()
    return StackCeiling(minutes.get("absolute"), minutes.get("idle"), frozenset(exempt or ()), reason), []


def unmatched(ceiling: StackCeiling, names: Iterable[str], allowed: Iterable[str], what: str) -> list[str]:
    """Return a problem for each exempt name that is not among all names that there are, with those to show."""
    listed = ", ".join(map(repr, sorted({*allowed}))) or "none"
    return [
        f"ceiling.except: {shown(name)} is not {what}; allowed: {listed}."
        for name in sorted(ceiling.exempt.difference(names))
    ]
