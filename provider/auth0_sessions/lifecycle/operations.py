"""Diff, create, read, update and delete a tenant's session lifetimes, independent of Pulumi."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Protocol

from auth0_sessions.errors import Auth0SessionsError, UnexpectedAnswerError
from auth0_sessions.lifecycle.check import changed_absolute
from auth0_sessions.lifecycle.inputs import INPUTS
from auth0_sessions.lifecycle.record import Declared, State
from auth0_sessions.model.choices import Enforce, OnDelete
from auth0_sessions.model.settings import DEFAULTS, SETTINGS, Reported, Value, Values, changes, shown, with_defaults
from auth0_sessions.model.spelling import SNAKE_CASE, Spelling


class Tenant(Protocol):
    """One live tenant's settings."""

    def read(self) -> Reported:
        """Return the settings that were ever written."""

    def write(self, values: Values, *, tries: int | None = None, just_read: bool = False) -> Reported:
        """Write settings, with at most `tries` attempts, and return what the tenant then reports or what was written.

        `just_read` is True if this operation already read the tenant.
        """


class Log(Protocol):
    """How an operation reports to its user."""

    def warning(self, message: str) -> None:
        """Log a warning."""

    def info(self, message: str) -> None:
        """Log information."""

    def status(self, message: str) -> None:
        """Show progress."""


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


def diff(old: Declared, new: Declared) -> Diff:
    """Compare two declarations by value; an unknown value counts as a change."""
    before, after = old.values, new.values
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
class Operations:
    """The operations on one tenant; only those that say so call it. The clock is in UTC."""

    tenant: Tenant
    log: Log
    spelling: Spelling = SNAKE_CASE
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def create(self, declared: Declared, found: Values | None = None, ended: State | None = None) -> State:
        """Start managing a tenant: one GET, and a PATCH of what differs.

        If `found` was just read, the GET is skipped; `ended` is the record that this one replaces in the same run.
        """
        old = ended or State(declared, {}, {})
        # After a restore or a reset, the tenant itself has the values to restore later.
        kept = old.previous if old.declared.on_delete is OnDelete.RETAIN else {}
        return self.update(replace(old, declared=replace(declared, wanted={}), previous=kept), declared, found)

    def announce(self, declared: Declared) -> dict[str, Value]:
        """Log what a create would write and what it means for existing sessions; return what the one GET found."""
        before = _managed(self._usable(self.tenant.read(), declared), declared)
        write = declared.not_met_by(before)
        old_and_new = {name: (declared.shown(name, before[name]), declared.shown(name, write[name])) for name in write}
        changing = [f"{self.spelling.name(name)} {old} => {new}" for name, (old, new) in old_and_new.items()]
        self.log.info(f"{declared.domain}: would write {', '.join(changing) or 'nothing'}.")
        self._warn_of_changed_absolute(declared, before, write)
        return before

    def _usable(self, found: Values, declared: Declared) -> Values:
        """Return what a read found, unless the value of a managed setting is unusable."""
        problems = found.problems(declared.wanted, self.spelling.name) if isinstance(found, Reported) else []
        if problems:
            message = (
                f"{declared.domain}: {'; '.join(problems)}. Correct it in the Dashboard or through the Management API, "
                "or remove it from the program."
            )
            raise UnexpectedAnswerError(message, status=200)
        return found

    def _seen(self, found: Reported, declared: Declared) -> dict[str, Value]:
        """Return every setting as a write's answer reports it, without those that it does not tell."""
        for problem in found.problems(declared.wanted, self.spelling.name):
            self.log.warning(f"{declared.domain}: the write succeeded, but {problem}. `pulumi refresh` reads it again.")
        return with_defaults(found)

    def _write(self, write: Values, unrecorded: Values, *, just_read: bool) -> Reported:
        """Write settings. If a failed write may have taken effect, restore the values that no record has.

        Otherwise, the next run would record what the failed one wrote as the values from before management.
        """
        try:
            return self.tenant.write(write, just_read=just_read)
        except Auth0SessionsError as error:
            old = {name: value for name, value in unrecorded.items() if name in write}
            if not error.may_have_written or not old:
                raise
            try:
                self.tenant.write(old, tries=1, just_read=True)
            except Auth0SessionsError:
                message = (
                    f"{error} The write may have taken effect, and restoring the earlier values also failed. The "
                    f"tenant had {self._listed(old)}. Restore them in the Dashboard or through the Management API. If "
                    "you run again first, keep this message: the next run may record the values that were just "
                    "written as the earlier ones."
                )
                error.args = (message,)
            raise

    def update(self, old: State, declared: Declared, found: Values | None = None) -> State:
        """Change the settings from one record's to the next.

        Changes cost a PATCH; newly managed settings and ceilings also cost a GET, unless `found` was just read.
        """
        declared = replace(declared, secrets=declared.secrets | old.declared.secrets)
        new_here = declared.wanted.keys() - old.declared.wanted.keys()
        reads = bool(new_here) or declared.enforce is Enforce.AT_MOST
        found = with_defaults(self._usable(self.tenant.read() if found is None else found, declared)) if reads else {}
        unrecorded = {name: found[name] for name in new_here}
        before = _managed({**old.reported, **unrecorded}, declared)
        current = _managed(found, declared) if declared.enforce is Enforce.AT_MOST else before
        write = self._changed(old, declared, current)
        seen = self._seen(self._write(write, unrecorded, just_read=reads), declared) if write else found
        reported = {name: seen.get(name, before[name]) for name in declared.wanted}
        previous = {name: old.previous.get(name, before[name]) for name in declared.wanted}
        gone_by = self._gone_by(write, reported, old, found)
        state = self._settled(State(declared, reported, previous, gone_by), before, write)
        unsaid = {name: value for name, value in write.items() if not _is_said_at_preview(name, old.declared, declared)}
        self._warn_of_changed_absolute(declared, {**old.reported, **found}, unsaid)
        return state

    def _changed(self, old: State, declared: Declared, current: Values) -> dict[str, Value]:
        """Return what an update has to write, given what is known about the tenant."""
        if Enforce.AT_MOST in (old.declared.enforce, declared.enforce) or is_judged_anew(old.declared, declared):
            return declared.not_met_by(current)
        # Values superseded before are not sent again, and unnoticed drift is not undone here.
        asked = old.declared.wanted
        return {name: value for name, value in declared.wanted.items() if asked.get(name, current[name]) != value}

    def _settled(self, state: State, before: Values, write: Values) -> State:
        """Report the result. A setting that differs without having been written has drifted: its input follows."""
        declared, reported = state.declared, state.reported
        moved = {name: reported[name] for name in reported if name not in write and reported[name] != before[name]}
        unmet = declared.not_met_by({**declared.wanted, **moved})
        drifted = {name: moved[name] for name in unmet}
        state = replace(state, declared=replace(declared, wanted={**declared.wanted, **drifted}))
        self._warn_of_drift(declared, drifted)
        self._warn_of_superseded(state, write)
        return state

    def refresh(self, old: State) -> State:
        """Refresh from the tenant: one GET. Values as requested, or superseded exactly as before, keep their inputs."""
        reported = _managed(self._usable(self.tenant.read(), old.declared), old.declared)
        unmet = old.declared.not_met_by(reported)
        drifted = {name: reported[name] for name in unmet if reported[name] != old.reported[name]}
        declared = replace(old.declared, wanted={**old.declared.wanted, **drifted})
        gone_by = self._gone_by({}, reported, old)
        return replace(old, declared=declared, reported=reported, old_sessions_gone_by=gone_by)

    def delete(self, old: State) -> State:
        """Stop managing, according to `on_delete`: no call, or one PATCH regardless of what the record says.

        If the same run creates a record for the same tenant, it continues from what is returned.
        """
        domain, policy, secrets = old.declared.domain, old.declared.on_delete, old.declared.secrets
        because = self.spelling.assign("on_delete", policy.value)
        if policy is OnDelete.RETAIN:
            self.log.info(f"{domain}: keeps {self._listed(old.reported, secrets)} ({because}; nothing was sent).")
            return old
        target = old.previous if policy is OnDelete.RESTORE else {name: DEFAULTS[name] for name in old.reported}
        if not target:
            return old
        seen = self._seen(self.tenant.write(target), old.declared)
        refused = changes(seen, target)
        done = "restored the earlier values" if policy is OnDelete.RESTORE else "wrote Auth0's defaults"
        self.log.info(f"{domain}: {done}: {self._listed(target, secrets)} ({because}).")
        if refused:
            self.log.warning(
                f"{domain}: the tenant did not apply the requested value: {self._listed(refused, secrets)}."
            )
        reported = {name: seen.get(name, value) for name, value in old.reported.items()}
        return replace(old, reported=reported, old_sessions_gone_by=self._gone_by(target, reported, old))

    def _gone_by(self, write: Values, reported: Values, old: State, found: Values | None = None) -> str | None:
        """Return when the last session that was created under an earlier lifetime ends.

        A failed write or a manual change may have made the tenant differ from the record. Sessions from before that
        still exist.
        """
        name, earlier = "session_lifetime", old.old_sessions_gone_by
        known = [int(values[name]) for values in (old.reported, found or {}) if name in values]
        is_changed = name in write or any(minutes != reported.get(name, minutes) for minutes in known)
        if not (known and is_changed):
            return earlier
        moment = self.now() + timedelta(minutes=max(known), seconds=1)
        until = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        return max(until, earlier) if earlier else until

    def _warn_of_changed_absolute(self, declared: Declared, before: Values, write: Values) -> None:
        for message in changed_absolute(before, write, self.spelling, declared.secrets):
            self.log.warning(f"{declared.domain}: {message}")

    def _warn_of_superseded(self, state: State, write: Values) -> None:
        declared = state.declared
        for name, asked in declared.not_met_by(state.reported).items():
            if name in write:
                reported = declared.shown(name, state.reported[name])
                self.log.warning(
                    f"{declared.domain}: {self.spelling.name(name)} was set to {declared.shown(name, asked)}, but the "
                    f"tenant reports {reported}: its plan does not allow the requested value. Declare {reported}, or "
                    "set the tenant's actual plan so that a preview catches it."
                )

    def _warn_of_drift(self, declared: Declared, drifted: Values) -> None:
        for name, value in drifted.items():
            asked = declared.shown(name, declared.wanted[name])
            self.log.warning(
                f"{declared.domain}: {self.spelling.name(name)} was changed to {declared.shown(name, value)} outside "
                f"of Pulumi, but the program declares {asked}. The next `pulumi up` will fix it."
            )

    def _listed(self, values: Values, secrets: Container[str] = ()) -> str:
        found = {name: shown(values[name], is_secret=name in secrets) for name in SETTINGS if name in values}
        return ", ".join(f"{self.spelling.name(name)} {value}" for name, value in found.items())


def _is_said_at_preview(name: str, old: Declared, new: Declared) -> bool:
    """Return whether the check of an update, which compares inputs, already warned about a lifetime."""
    is_exact = old.enforce is new.enforce is Enforce.EXACT
    return is_exact and old.wanted.get(name, new.wanted[name]) != new.wanted[name]


def is_judged_anew(old: Declared, new: Declared) -> bool:
    """Return whether a superseded value may be allowed now."""
    return (old.plan, old.over_limit) != (new.plan, new.over_limit)


def _managed(found: Values, declared: Declared) -> dict[str, Value]:
    everything = with_defaults(found)
    return {name: everything[name] for name in declared.wanted}
