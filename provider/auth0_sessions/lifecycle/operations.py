"""Check, diff, create, read, update and delete of a tenant's session lifetimes, with no Pulumi in it.

Every front end calls these. What a front end gives them: inputs as plain values (`UNKNOWN` for those that a preview
cannot know yet), a `Tenant` to read and write, and a `Voice` to speak to the person who watches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from auth0_sessions.errors import Auth0SessionsError, LifetimeError, TenantUnreachableError, UnexpectedAnswerError
from auth0_sessions.lifecycle.check import UNKNOWN, changed_absolute
from auth0_sessions.lifecycle.record import Declared, OnDelete, OverLimit, State
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.settings import (
    DEFAULTS,
    LIFETIMES,
    SETTINGS,
    Value,
    Values,
    changes,
    text,
    with_defaults,
)


class Tenant(Protocol):
    """One tenant's settings, live."""

    def read(self) -> dict[str, Value]:
        """Return what was ever written."""

    def write(self, values: Values, *, tries: int | None = None) -> dict[str, Value]:
        """Write these settings, trying as often as told, and return what the tenant then reports."""


class Voice(Protocol):
    """How an operation speaks to the person who watches."""

    def warn(self, message: str) -> None:
        """Say what needs attention."""

    def inform(self, message: str) -> None:
        """Say what is good to know."""


@dataclass(frozen=True)
class Diff:
    """What an update would have to do.

    Attributes:
        changes: True if anything differs, be it only in the record.
        replaces: The inputs that cannot change in place.

    """

    changes: bool
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True)
class Operations:
    """The verbs for one tenant.

    Attributes:
        tenant: The tenant, live. It is touched only by the verbs that say so.
        voice: Who is told what.
        now: The clock, in UTC.

    """

    tenant: Tenant
    voice: Voice
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def create(self, declared: Declared) -> State:
        """Bring a tenant under management: one GET, and a PATCH of what differs."""
        found = self.tenant.read()
        before = _managed(found, declared)
        write = changes(found, declared.wanted)
        reported = _managed(self._write_or_put_back(write, before), declared) if write else before
        state = State(declared, reported, before, self._gone_by(write, before, None))
        self._warn_of_changed_absolute(declared, before, write)
        self._warn_of_superseded(state, write)
        return state

    def _write_or_put_back(self, write: Values, before: Values) -> dict[str, Value]:
        """Write for the first time. If nobody can tell whether that took effect, put back what was there.

        A create that fails leaves no record, and without one the next run would take what this one wrote for what the
        tenant had before it was managed.
        """
        try:
            return self.tenant.write(write)
        except (TenantUnreachableError, UnexpectedAnswerError):
            with suppress(Auth0SessionsError):
                self.tenant.write({name: before[name] for name in write}, tries=1)
            raise

    def update(self, old: State, declared: Declared) -> State:
        """Bring the settings from one record to the next: a PATCH of what changed, a GET for what is new to us."""
        new_here = {name: value for name, value in declared.wanted.items() if name not in old.declared.wanted}
        found = with_defaults(self.tenant.read()) if new_here else {}
        before: dict[str, Value] = {**old.reported, **{name: found[name] for name in new_here}}
        asked_before = {**old.declared.wanted, **{name: found[name] for name in new_here}}
        write = {name: value for name, value in declared.wanted.items() if asked_before[name] != value}
        seen = with_defaults(self.tenant.write(write)) if write else found
        reported = {name: seen.get(name, before[name]) for name in declared.wanted}
        kept = {name: old.previous[name] for name in declared.wanted if name in old.previous}
        until = self._gone_by(write, {**before, **found}, old.old_sessions_gone_by)
        gone_by = until if "session_lifetime" in reported else None
        drifted = {name: reported[name] for name in reported if name not in write and reported[name] != before[name]}
        truthful = replace(declared, wanted={**declared.wanted, **drifted})
        state = State(truthful, reported, {**kept, **{name: found[name] for name in new_here}}, gone_by)
        self._warn_of_changed_absolute(declared, found, {name: write[name] for name in new_here if name in write})
        self._warn_of_drift(declared, changes(declared.wanted, drifted))
        self._warn_of_superseded(state, write)
        return state

    def refresh(self, old: State) -> State:
        """Follow the tenant: one GET. What is exactly as superseded before keeps the value that was asked."""
        reported = _managed(self.tenant.read(), old.declared)
        asked = {
            name: old.declared.wanted[name] if value == old.reported[name] else value
            for name, value in reported.items()
        }
        return replace(old, declared=replace(old.declared, wanted=asked), reported=reported)

    def look_up(self) -> dict[str, Value]:
        """Return every setting of a tenant that nobody has to manage: one GET."""
        return with_defaults(self.tenant.read())

    def delete(self, old: State) -> None:
        """End the management as `on_delete` says: no call, or one PATCH whatever the record believes."""
        domain, policy = old.declared.domain, old.declared.on_delete
        if policy is OnDelete.RETAIN:
            left = _listed(old.reported)
            self.voice.inform(f"{domain}: keeps {left} (on_delete='retain'; nothing was sent).")
            return
        target = old.previous if policy is OnDelete.RESTORE else {name: DEFAULTS[name] for name in old.reported}
        if not target:
            return
        refused = changes(self.tenant.write(target), target)
        done = "put back what was there before" if policy is OnDelete.RESTORE else "wrote Auth0's defaults"
        self.voice.inform(f"{domain}: {done}: {_listed(target)} (on_delete={policy.value!r}).")
        if refused:
            self.voice.warn(f"{domain}: the tenant reports otherwise than was written: {_listed(refused)} was asked.")

    def _gone_by(self, write: Values, before: Values, earlier: str | None) -> str | None:
        """Return until when a session may live that was created before this write."""
        if "session_lifetime" not in write:
            return earlier
        moment = self.now() + timedelta(minutes=int(before["session_lifetime"]), seconds=1)
        until = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        return max(until, earlier) if earlier else until

    def _warn_of_changed_absolute(self, declared: Declared, before: Values, write: Values) -> None:
        for message in changed_absolute(before, write):
            self.voice.warn(f"{declared.domain}: {message}")

    def _warn_of_superseded(self, state: State, write: Values) -> None:
        for name, row in state.superseded.items():
            if name in write:
                self.voice.warn(
                    f"{state.declared.domain}: {name} was asked to be {row['asked']}, and the tenant reports "
                    f"{row['reported']}: its plan does not allow what was asked. Ask for {row['reported']}, or name "
                    "the tenant's real plan so that a preview tells."
                )

    def _warn_of_drift(self, declared: Declared, drifted: Values) -> None:
        for name, value in drifted.items():
            self.voice.warn(
                f"{declared.domain}: somebody changed {name} to {text(value)} meanwhile, and the program says "
                f"{text(declared.wanted[name])}. The next `pulumi up` mends it."
            )


def diff(olds: Mapping[str, Any], news: Mapping[str, Any]) -> Diff:
    """Compare a record with checked inputs, in minutes; an unknown value counts as a change."""
    if news.get("domain") is UNKNOWN or news.get("domain") != olds.get("domain"):
        return Diff(changes=True, replaces=("domain",))
    names = ("plan", "over_limit", "on_delete", "credentials", *SETTINGS)
    return Diff(changes=any(_comparable(name, olds) != _comparable(name, news) for name in names))


def _comparable(name: str, props: Mapping[str, Any]) -> Any:
    """Return a property so that equal lengths are equal."""
    value = props.get(name, _ASSUMED.get(name))
    if name not in LIFETIMES or not isinstance(value, str):
        return value
    try:
        return Lifetime.parse(value, max_minutes=None).minutes
    except LifetimeError:
        return value


_ASSUMED = {"over_limit": OverLimit.ERROR, "on_delete": OnDelete.RETAIN}


def _managed(found: Values, declared: Declared) -> dict[str, Value]:
    everything = with_defaults(found)
    return {name: everything[name] for name in declared.wanted}


def _listed(values: Values) -> str:
    return ", ".join(f"{name} {text(values[name])}" for name in SETTINGS if name in values)
