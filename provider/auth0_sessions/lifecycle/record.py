"""What a managed tenant's record holds, and the plain dictionary it is kept in: an inverse pair.

The dictionary is users' state: a key in it is never renamed, and every later version reads what this one wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import LIFETIMES, SETTINGS, Value, Values, text


class OverLimit(StrEnum):
    """What to do with a value above the plan's cap."""

    ERROR = "error"
    CLAMP = "clamp"
    WARN = "warn"


class OnDelete(StrEnum):
    """What happens to the tenant's settings when they are no longer managed."""

    RETAIN = "retain"
    RESTORE = "restore"
    RESET = "reset"


OUTPUTS = (*(f"{name}_minutes" for name in LIFETIMES), "previous", "superseded", "old_sessions_gone_by")
"""The properties that a record has beyond its inputs."""


@dataclass(frozen=True)
class Declared:
    """What a program asks for, checked and in canonical form.

    Attributes:
        domain: Canonical domain.
        wanted: The managed settings; a setting that is missing is not managed.
        plan: The tenant's plan, or None where nobody said.
        over_limit: What happens to values above the plan's cap.
        on_delete: What happens at the end.
        credentials: Label of a credential set.

    """

    domain: str
    wanted: Values
    plan: Plan | None = None
    over_limit: OverLimit = OverLimit.ERROR
    on_delete: OnDelete = OnDelete.RETAIN
    credentials: str | None = None

    def to_props(self) -> dict[str, Any]:
        """Return the inputs as a record keeps them."""
        props: dict[str, Any] = {"domain": self.domain}
        props.update({name: text(value) for name, value in self.wanted.items()})
        if self.plan is not None:
            props["plan"] = self.plan.value
        props["over_limit"] = self.over_limit.value
        props["on_delete"] = self.on_delete.value
        if self.credentials is not None:
            props["credentials"] = self.credentials
        return props

    @classmethod
    def from_props(cls, props: Mapping[str, Any]) -> Declared:
        """Read the inputs of a record. They were checked when they were written, and may exceed today's limits."""
        return cls(
            domain=str(props["domain"]),
            wanted={name: _value(name, props[name]) for name in SETTINGS if props.get(name) is not None},
            plan=Plan(props["plan"]) if props.get("plan") else None,
            over_limit=OverLimit(props.get("over_limit") or OverLimit.ERROR),
            on_delete=OnDelete(props.get("on_delete") or OnDelete.RETAIN),
            credentials=props.get("credentials"),
        )


@dataclass(frozen=True)
class State:
    """A managed tenant: what was asked, what the tenant reports, what it was like before.

    Attributes:
        declared: What the program asks for.
        reported: The managed settings as the tenant reports them.
        previous: The managed settings as they were when each was first managed.
        old_sessions_gone_by: UTC ISO 8601. No persistent session created under an earlier absolute lifetime
            outlives it. None while `session_lifetime` is not managed or was never written.

    """

    declared: Declared
    reported: Values
    previous: Values
    old_sessions_gone_by: str | None = None

    @property
    def superseded(self) -> dict[str, dict[str, str]]:
        """The settings that the tenant reports otherwise than asked."""
        return {
            name: {"asked": text(asked), "reported": text(self.reported[name])}
            for name, asked in self.declared.wanted.items()
            if self.reported[name] != asked
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
        """Read a record."""
        declared = Declared.from_props(props)
        superseded = props.get("superseded") or {}
        reported = dict(declared.wanted)
        reported.update({name: _value(name, row["reported"]) for name, row in superseded.items() if name in reported})
        previous = {name: _value(name, value) for name, value in (props.get("previous") or {}).items()}
        return cls(declared, reported, previous, props.get("old_sessions_gone_by"))


def _value(name: str, stored: Any) -> Value:
    if name not in LIFETIMES:
        return str(stored)
    return Lifetime.parse(stored, max_minutes=None).minutes if isinstance(stored, str) else int(stored)
