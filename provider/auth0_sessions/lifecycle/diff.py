"""Compares a record with a declaration: what a preview shows as changed, and what an update writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from auth0_sessions.lifecycle.record import Declared, State
from auth0_sessions.model.inputs import INPUTS
from auth0_sessions.model.settings import Values, with_defaults


class Change(Enum):
    """How an input differs from the record."""

    ADD = "add"
    DELETE = "delete"
    UPDATE = "update"


@dataclass(frozen=True)
class Diff:
    """What an update would have to do: input -> how it changed, without unchanged inputs."""

    inputs: dict[str, Change] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        """Whether anything differs, even if only in the record."""
        return bool(self.inputs)

    @property
    def replaces(self) -> tuple[str, ...]:
        """The changed inputs that require a replacement."""
        return ("domain",) if "domain" in self.inputs else ()


def diff(old: State, new: Declared) -> Diff:
    """Compare a record with a declaration by the values to hold; an unknown value counts as a change."""
    before, after = old.declared.values, new.held(old.own).values
    changed = {}
    for name in INPUTS:
        if name not in before and (name in after or name in new.unknown):
            changed[name] = Change.ADD
        elif name in before and name not in after and name not in new.unknown:
            changed[name] = Change.DELETE
        elif name in new.unknown or before.get(name) != after.get(name):
            changed[name] = Change.UPDATE
    return Diff(changed)


@dataclass(frozen=True)
class Decision:
    """What an update does.

    Attributes:
        held: The declaration with the values to hold.
        own: A tenant's own values of the lifetimes under a ceiling, in minutes.
        found: What a read of this operation found, with defaults; empty without a read.
        new: The settings that no record has.
        fresh: The settings for which the read decides what the tenant has, and not the record; all new ones, and more.
        before: What the tenant has, as far as known.
        write: What to write.

    """

    held: Declared
    own: Mapping[str, int]
    found: Values
    new: frozenset[str]
    fresh: frozenset[str]
    before: Values
    write: Values


def unread(old: State, declared: Declared) -> frozenset[str]:
    """Return the settings that have to be read before an update: newly managed ones, and new ceilings."""
    new_ceilings = declared.ceilings.keys() - old.own.keys()
    return frozenset(declared.wanted.keys() - old.declared.wanted.keys() | new_ceilings)


def decide(old: State, declared: Declared, found: Values | None, *, is_create: bool) -> Decision:
    """Decide what an update writes; `found` is what was read, with defaults, if it was.

    A create is an update of an empty record, or of the one that it replaces.
    """
    known = found or {}
    new = frozenset(declared.wanted if is_create else declared.wanted.keys() - old.declared.wanted.keys())
    tightened = {name for name in declared.ceilings if is_tightened(name, old, known)}
    fresh = new | unread(old, declared) | tightened
    before = {name: known[name] if name in fresh else old.reported[name] for name in declared.wanted}
    kept = old.own.keys() - tightened
    own = {name: old.own[name] if name in kept else int(before[name]) for name in declared.ceilings}
    held = declared.held(own)
    # Unless a superseded value may be allowed now, it is not sent again, and unnoticed drift is not undone here.
    recorded = before if is_judged_anew(old.declared, declared) else old.declared.wanted
    compared = {name: before[name] if name in fresh else recorded[name] for name in declared.wanted}
    return Decision(held, own, known, new, fresh, before, held.not_met_by(compared))


def is_tightened(name: str, old: State, found: Values) -> bool:
    """Return whether somebody made a lifetime under a ceiling shorter than what the tenant should hold."""
    if name not in found or name not in old.own or name not in old.declared.wanted:
        return False
    return found[name] != old.reported[name] and int(found[name]) < int(old.declared.wanted[name])


def known_at_preview(old: State, new: Declared) -> dict[str, tuple[int, int]]:
    """Return the lifetimes that an update changes from one known value to another, with both, in minutes."""
    held, unknown = new.held(old.own), unread(old, new) | new.unknown
    return {
        name: (int(before), int(held.wanted[name]))
        for name, before in old.declared.wanted.items()
        if isinstance(before, int) and name in held.wanted and name not in unknown and held.wanted[name] != before
    }


def is_judged_anew(old: Declared, new: Declared) -> bool:
    """Return whether a superseded value may be allowed now."""
    return (old.plan, old.over_limit) != (new.plan, new.over_limit)


def managed(found: Values, declared: Declared) -> Values:
    """Return what a tenant has for the managed settings, if it can be read."""
    everything = with_defaults(found)
    return {name: everything[name] for name in declared.wanted if name in everything}
