"""Records without a write: those of previews, and of tenants that were only read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auth0_sessions.lifecycle.diff import is_judged_anew, unread
from auth0_sessions.lifecycle.record import OUTPUTS, Declared, State
from auth0_sessions.model.choices import OverLimit
from auth0_sessions.model.inputs import INPUTS, UNKNOWN
from auth0_sessions.model.judgment import judge
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import LIFETIMES, LOGIN_SETTINGS, Value, Values, text, with_defaults

NOTHING = dict.fromkeys((*INPUTS, *OUTPUTS))
"""Unmanaged properties, which are None instead of unknown."""


def new_record(declared: Declared, before: State | None = None) -> dict[str, Any]:
    """Return what a preview knows of a create's record; `before` is its record before the write, if it was read."""
    if before is None:
        return _record(declared, {}, {})
    known = {name: value for name, value in before.reported.items() if before.declared.wanted[name] == value}
    return _record(declared, known, before.own) | {"previous": dict(before.previous)}


def changed_record(old: State, declared: Declared) -> dict[str, Any]:
    """Return what a preview knows of an update's record."""
    held = declared.held(old.own)
    kept = {name: old.reported[name] for name in held.wanted if _stays(name, old, held)}
    record = _record(declared, kept, old.own)
    names, is_known = declared.wanted.keys(), not declared.unknown
    if is_known and names <= old.previous.keys():
        record["previous"] = {name: value for name, value in old.previous.items() if name in names}
    if is_known and names <= kept.keys():
        record["superseded"] = {name: row for name, row in old.superseded.items() if name in names}
    if record["session_lifetime_minutes"] is not UNKNOWN:
        record["old_sessions_gone_by"] = old.old_sessions_gone_by
    return record


def _record(declared: Declared, known: Values, own: Mapping[str, int]) -> dict[str, Any]:
    """Return a record with unknown outputs, other than the minutes of known settings.

    A ceiling is not a value: without the tenant's own one, the value to hold is unknown.
    """
    managed = {name for name in LIFETIMES if name in declared.wanted or name in declared.unknown}
    ceilings = managed if "enforce" in declared.unknown else declared.ceilings.keys()
    unread_ceilings = ceilings - own.keys()
    return {
        **NOTHING,
        **declared.held(own).to_props(),
        **dict.fromkeys(unread_ceilings, UNKNOWN),
        **{f"{name}_minutes": known.get(name, UNKNOWN) for name in managed},
        **dict.fromkeys(("previous", "superseded", "old_sessions_gone_by"), UNKNOWN),
        "own": UNKNOWN if unread_ceilings else {name: own[name] for name in ceilings} or None,
    }


def _stays(name: str, old: State, held: Declared) -> bool:
    """Return whether an update will neither write nor reread a setting."""
    if "enforce" in held.unknown or name in unread(old, held):
        return False
    is_written_again = name in old.superseded and is_judged_anew(old.declared, held)
    return old.declared.wanted.get(name) == held.wanted[name] and not is_written_again


@dataclass(frozen=True)
class LookedUp:
    """A tenant that was read but is not managed: its credentials label, and the settings that were ever written."""

    domain: str
    label: str | None
    found: Values

    @property
    def values(self) -> dict[str, Value]:
        """Every setting that has a usable value, with Auth0's default for those that were never written."""
        return with_defaults(self.found)

    def to_props(self) -> dict[str, Any]:
        """Return every setting and its minutes, with the keys of a record."""
        values = self.values
        props: dict[str, Any] = {"domain": self.domain, **{name: text(value) for name, value in values.items()}}
        props.update({f"{name}_minutes": values[name] for name in LIFETIMES if name in values})
        return {**props, "credentials": self.label} if self.label is not None else props

    def adopted(self, plan: Plan | None) -> State:
        """Return an import's record: the settings that were ever written, or all with Auth0's defaults if none were.

        A value above the cap of the configured plan is kept, because the tenant has it.
        """
        wanted = dict(self.found) or {name: value for name, value in self.values.items() if name in LOGIN_SETTINGS}
        above = any(judge(name, int(wanted[name]), plan=plan).cap for name in LIFETIMES if name in wanted)
        over_limit = OverLimit.WARN if above else OverLimit.ERROR
        declared = Declared(self.domain, wanted, plan, over_limit, credentials=self.label)
        return State(declared, wanted, wanted)
