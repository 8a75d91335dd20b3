"""A managed tenant's record <-> the plain dictionary that stores it.

The dictionary is in users' state: its keys are never renamed, and later versions must read what this one wrote.
Between the check of an input and the call to the tenant, this is the only place where minutes become text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from auth0_sessions.model.choices import Enforce, OnDelete, OverLimit
from auth0_sessions.model.inputs import INPUTS, UNKNOWN, secrets_of
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import LIFETIMES, SETTINGS, Value, Values, masked, text

OUTPUTS = (*(f"{name}_minutes" for name in LIFETIMES), "own", "previous", "superseded", "old_sessions_gone_by")
"""A record's properties other than its inputs."""

SINCE = "__since"
"""The extra property with the time of a record's create, which Pulumi does not show."""

_BY_SETTING = ("own", "previous", "superseded", "reasons")
"""The properties whose keys are settings; they have the same name in every spelling."""


def respelled(props: Mapping[str, Any], spell: Callable[[str], str]) -> dict[str, Any]:
    """Return properties under other names, also the settings inside them."""
    return {
        spell(name): {spell(inner): row for inner, row in value.items()}
        if name in _BY_SETTING and isinstance(value, Mapping)
        else value
        for name, value in props.items()
    }


def secrets_with(names: Iterable[str]) -> frozenset[str]:
    """Return the record properties that are secret if these inputs are: those that repeat current or earlier values."""
    secrets = {*names}
    if settings := secrets & SETTINGS.keys():
        secrets |= {*(f"{name}_minutes" for name in settings), *OUTPUTS[len(LIFETIMES) :]}
    return frozenset(secrets)


@dataclass(frozen=True)
class Declared:
    """What a program declares, as checked values.

    `wanted` holds the managed settings, `secrets` the inputs whose values messages must not repeat, and `unknown` those
    that are unknown at preview, so that their values are meaningless.
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
        """Return a declaration of input values, including defaults."""
        wanted = {name: values[name] for name in SETTINGS if name in values}
        rest = {name: value for name, value in values.items() if name not in SETTINGS}
        return cls(**{"domain": "", **rest}, wanted=wanted, unknown=unknown, secrets=secrets)

    def masked(self, name: str, value: Value) -> str:
        """Return a setting's value for a message, masked if it is a secret."""
        return masked(value, is_secret=name in self.secrets)

    @property
    def values(self) -> dict[str, Any]:
        """Input -> value, for inputs that are given or have a default."""
        rest = {name: getattr(self, name) for name in INPUTS if name not in SETTINGS}
        values = {**rest, **self.wanted}
        return {name: value for name, value in values.items() if value and name not in self.unknown}

    def with_secrets_of(self, old: Declared) -> Declared:
        """Return the declaration; messages about it also hide what was secret in the last run."""
        return replace(self, secrets=self.secrets | old.secrets)

    @property
    def ceilings(self) -> dict[str, int]:
        """The lifetimes that are ceilings, in minutes."""
        is_ceiling = self.enforce is Enforce.AT_MOST
        return {name: int(self.wanted[name]) for name in LIFETIMES if is_ceiling and name in self.wanted}

    def held(self, own: Mapping[str, int]) -> Declared:
        """Return the declaration with the values to hold: a ceiling, or the tenant's own value if that is shorter."""
        lower = {name: min(most, own.get(name, most)) for name, most in self.ceilings.items()}
        return replace(self, wanted={**self.wanted, **lower})

    def not_met_by(self, values: Values) -> dict[str, Value]:
        """Return the settings to write to a tenant that has these values for all managed settings."""
        return {name: value for name, value in self.wanted.items() if values[name] != value}

    def to_props(self) -> dict[str, Any]:
        """Return the inputs as a record stores them: plain text, or `UNKNOWN` if unknown at preview."""
        props = {name: text(value) if isinstance(value, int) else str(value) for name, value in self.values.items()}
        return {**props, **dict.fromkeys(self.unknown, UNKNOWN)}

    @classmethod
    def from_props(cls, props: Mapping[str, Any]) -> Declared:
        """Read a record's inputs. They were checked when they were written, and may exceed current limits."""
        given = {name: props[name] for name in INPUTS if props.get(name) not in (None, UNKNOWN)}
        settings = {name: _stored(name, given[name]) for name in SETTINGS if name in given}
        choices = {name: kind(given[name]) for name, kind in _CHOICES.items() if name in given}
        unknown = frozenset(name for name, value in props.items() if value is UNKNOWN)
        return cls.of({"domain": props["domain"], **given, **settings, **choices}, unknown, secrets_of(props))


INPUT_DEFAULTS: Mapping[str, Any] = Declared("", {}).to_props()
"""The inputs that have a default."""


def _stored(name: str, value: Any) -> Value:
    """Return a setting's stored value: minutes, their text, or a cookie mode."""
    if name not in LIFETIMES:
        return str(value)
    return Lifetime.parse(value, max_minutes=None).minutes if isinstance(value, str) else int(value)


_CHOICES = {"plan": Plan, "over_limit": OverLimit, "on_delete": OnDelete, "enforce": Enforce}


@dataclass(frozen=True)
class State:
    """A managed tenant: the values to hold, what it reports, and what it had when each setting was first managed.

    `own` is what the tenant had, in minutes, when a ceiling first applied to a lifetime, or a shorter value that it got
    since. `old_sessions_gone_by` is UTC, ISO 8601: no persistent session created under an earlier absolute lifetime
    outlives it. It is None if `session_lifetime` was never written. `since` is when the record was created, or "" in
    records of earlier versions; the values of the oldest record are those from before management.
    """

    declared: Declared
    reported: Values
    previous: Values
    old_sessions_gone_by: str | None = None
    own: Mapping[str, int] = field(default_factory=dict)
    since: str = ""

    @property
    def superseded(self) -> dict[str, dict[str, str]]:
        """The settings whose reported value differs from the requested one."""
        differing = self.declared.not_met_by(self.reported)
        return {
            name: {"asked": text(asked), "reported": text(self.reported[name])} for name, asked in differing.items()
        }

    def to_props(self) -> dict[str, Any]:
        """Return the record as a plain dictionary."""
        props = {
            **self.declared.to_props(),
            **{f"{name}_minutes": self.reported[name] for name in LIFETIMES if name in self.reported},
            "previous": dict(self.previous),
            "superseded": self.superseded,
            "old_sessions_gone_by": self.old_sessions_gone_by,
        }
        optional = {"own": dict(self.own), SINCE: self.since}
        return {**props, **{name: value for name, value in optional.items() if value}}

    def inputs(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the inputs after a refresh; ceilings stay as the program gave them while they lead to these values."""
        props = self.declared.to_props()
        asked = Declared.from_props({"domain": self.declared.domain, **given})
        held = asked.held(self.own).wanted
        kept = (name for name in asked.ceilings if held[name] == self.declared.wanted.get(name))
        return {**props, **{name: given[name] for name in kept}}

    @classmethod
    def from_props(cls, props: Mapping[str, Any]) -> State:
        """Read a record: its minutes are what the tenant reports and, unless superseded, also what was requested."""
        asked = Declared.from_props(props)
        superseded = props.get("superseded") or {}
        reported = dict(asked.wanted)
        for name in reported:
            if (minutes := props.get(f"{name}_minutes")) is not None:
                reported[name] = int(minutes)
            elif name in superseded:
                reported[name] = _stored(name, superseded[name]["reported"])
        wanted = {name: value if name in superseded else reported[name] for name, value in asked.wanted.items()}
        # A record of a version without `own` takes what the tenant reports.
        own = props.get("own") or {name: reported[name] for name in asked.ceilings}
        return cls(
            replace(asked, wanted=wanted),
            reported,
            {name: _stored(name, value) for name, value in (props.get("previous") or {}).items()},
            props.get("old_sessions_gone_by"),
            {name: int(minutes) for name, minutes in own.items()},
            props.get(SINCE) or "",
        )
