"""What a managed tenant's record holds, and the plain dictionary it is kept in: an inverse pair.

The dictionary is users' state: a key in it is never renamed, and every later version reads what this one wrote.
Minutes become text here, and nowhere else between the check of an input and the call to the tenant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from auth0_sessions.lifecycle.inputs import INPUTS, UNKNOWN, secrets_of
from auth0_sessions.model.choices import Enforce, OnDelete, OverLimit
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import LIFETIMES, SETTINGS, Value, Values, shown, text

OUTPUTS = (*(f"{name}_minutes" for name in LIFETIMES), "previous", "superseded", "old_sessions_gone_by")
"""The properties that a record has beyond its inputs."""


def secrets_with(names: Iterable[str]) -> frozenset[str]:
    """Return the properties of a record that are secret where these inputs are: what repeats a value, or was one."""
    secrets = {*names}
    if settings := secrets & SETTINGS.keys():
        secrets |= {*(f"{name}_minutes" for name in settings), "previous", "superseded", "old_sessions_gone_by"}
    return frozenset(secrets)


@dataclass(frozen=True)
class Declared:
    """What a program asks for, checked and as values.

    Attributes:
        wanted: The managed settings; a setting that is missing is not managed.
        secrets: The inputs whose values no message may repeat.
        unknown: The inputs that a preview cannot know yet; their values do not count.

    """

    domain: str
    wanted: Values
    plan: Plan | None = None
    over_limit: OverLimit = OverLimit.ERROR
    on_delete: OnDelete = OnDelete.RETAIN
    credentials: str | None = None
    enforce: Enforce = Enforce.EXACT
    unknown: frozenset[str] = frozenset()
    secrets: frozenset[str] = field(default=frozenset(), compare=False)

    @classmethod
    def of(
        cls, values: Mapping[str, Any], unknown: frozenset[str] = frozenset(), secrets: frozenset[str] = frozenset()
    ) -> Declared:
        """Return a declaration of input values, with the defaults filled in."""
        wanted = {name: values[name] for name in SETTINGS if name in values}
        rest = {name: value for name, value in values.items() if name not in SETTINGS}
        return cls(**{"domain": "", **rest}, wanted=wanted, unknown=unknown, secrets=secrets)

    def shown(self, name: str, value: Value) -> str:
        """Return a setting's value as a message may repeat it."""
        return shown(value, is_secret=name in self.secrets)

    @property
    def values(self) -> dict[str, Any]:
        """Input -> value, for those that are given or have a default."""
        rest = {name: getattr(self, name) for name in INPUTS if name not in SETTINGS}
        values = {**rest, **self.wanted}
        return {name: value for name, value in values.items() if value and name not in self.unknown}

    def not_met_by(self, values: Values) -> dict[str, Value]:
        """Return the settings that a tenant with these values, for all that are managed, would have to be given."""
        return {name: value for name, value in self.wanted.items() if not self._is_met(name, values[name], value)}

    def _is_met(self, name: str, found: Value, wanted: Value) -> bool:
        if self.enforce is Enforce.AT_MOST and name in LIFETIMES:
            return int(found) <= int(wanted)
        return bool(found == wanted)

    def to_props(self) -> dict[str, Any]:
        """Return the inputs as a record keeps them: plain text, and `UNKNOWN` where a preview cannot know."""
        props = {name: text(value) if isinstance(value, int) else str(value) for name, value in self.values.items()}
        return {**props, **dict.fromkeys(self.unknown, UNKNOWN)}

    @classmethod
    def from_props(cls, props: Mapping[str, Any]) -> Declared:
        """Read the inputs of a record. They were checked when they were written, and may exceed current limits."""
        given = {name: value for name, value in props.items() if value is not None and value is not UNKNOWN}
        values = {name: kind(given[name]) for name, kind in _KINDS.items() if name in given}
        unknown = frozenset(name for name, value in props.items() if value is UNKNOWN)
        return cls.of({"domain": props["domain"], **values}, unknown, secrets_of(props))


def _minutes(stored: Any) -> int:
    return Lifetime.parse(stored, max_minutes=None).minutes if isinstance(stored, str) else int(stored)


_KINDS = {
    "domain": str,
    **{name: _minutes if name in LIFETIMES else str for name in SETTINGS},
    "plan": Plan,
    "over_limit": OverLimit,
    "on_delete": OnDelete,
    "enforce": Enforce,
    "credentials": str,
}
"""Input -> what reads its stored form."""


@dataclass(frozen=True)
class State:
    """A managed tenant: what was asked, what the tenant reports, what it was like before.

    Attributes:
        declared: What the program asks for.
        reported: The managed settings as the tenant reports them.
        previous: The managed settings as they were when each was first managed.
        old_sessions_gone_by: UTC ISO 8601. No persistent session created under an earlier absolute lifetime
            outlives it. None while `session_lifetime` was never written.

    """

    declared: Declared
    reported: Values
    previous: Values
    old_sessions_gone_by: str | None = None

    @property
    def superseded(self) -> dict[str, dict[str, str]]:
        """The settings whose reported value differs from the requested one."""
        differing = self.declared.not_met_by(self.reported)
        return {
            name: {"asked": text(asked), "reported": text(self.reported[name])} for name, asked in differing.items()
        }

    def to_props(self) -> dict[str, Any]:
        """Return the record as a plain dictionary."""
        props = self.declared.to_props()
        props.update({f"{name}_minutes": self.reported[name] for name in LIFETIMES if name in self.reported})
        props["previous"] = dict(self.previous)
        props["superseded"] = self.superseded
        props["old_sessions_gone_by"] = self.old_sessions_gone_by
        return props

    @classmethod
    def from_props(cls, props: Mapping[str, Any]) -> State:
        """Read a record: the minutes in it are what the tenant reports, and what was asked unless superseded."""
        superseded = props.get("superseded") or {}
        inputs, reported = dict(props), {}
        for name in SETTINGS:
            if props.get(name) is None:
                continue
            minutes = props.get(f"{name}_minutes")
            if name in superseded:
                reported[name] = _KINDS[name](superseded[name]["reported"] if minutes is None else minutes)
            elif minutes is not None:
                reported[name] = int(minutes)
                if props.get("enforce") != Enforce.AT_MOST:
                    inputs[name] = int(minutes)
        declared = Declared.from_props(inputs)
        previous = {name: _KINDS.get(name, str)(value) for name, value in (props.get("previous") or {}).items()}
        return cls(declared, {**declared.wanted, **reported}, previous, props.get("old_sessions_gone_by"))
