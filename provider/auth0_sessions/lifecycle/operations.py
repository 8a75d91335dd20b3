"""Create, read, update and delete a tenant's session lifetimes, independent of Pulumi."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from auth0_sessions.errors import Auth0SessionsError, UnexpectedAnswerError
from auth0_sessions.lifecycle.diff import Decision, decide, is_tightened, known_at_preview, managed, unread
from auth0_sessions.lifecycle.messages import Messages
from auth0_sessions.lifecycle.record import Declared, State
from auth0_sessions.lifecycle.tenant import Log, Tenant
from auth0_sessions.model.choices import OnDelete
from auth0_sessions.model.lifetime import MAX_MINUTES, Lifetime
from auth0_sessions.model.settings import ABSOLUTE, AUTH0_DEFAULTS, LIFETIMES, Reported, Values, changes, with_defaults
from auth0_sessions.model.spelling import SNAKE_CASE, Spelling


@dataclass(frozen=True)
class Operations:
    """The operations on one tenant; only those that say so call it.

    `confirm` is called before a write of settings that no record has, and raises if there is no engine to record them.
    """

    tenant: Tenant
    log: Log
    spelling: Spelling = SNAKE_CASE
    confirm: Callable[[], None] = lambda: None

    @property
    def messages(self) -> Messages:
        """What the operations say."""
        return Messages(self.log, self.spelling)

    def read(self, declared: Declared) -> Reported:
        """Read the tenant: one GET.

        Raises:
            UnexpectedAnswerError: It reports a managed setting with a value that cannot be used.

        """
        found = self.tenant.read()
        if problems := found.problems(declared.wanted, self.spelling.name):
            message = (
                f"{declared.domain}: {'; '.join(problems)}. Correct it in the Dashboard or through the Management API, "
                "or remove it from the program."
            )
            raise UnexpectedAnswerError(message, status=200)
        return found

    def announce(self, declared: Declared) -> State:
        """Log what a create would write and what it means for existing sessions; return its record before the write."""
        before = managed(self.read(declared), declared)
        found = decide(State(declared, {}, {}), declared, before, is_create=True)
        old_and_new = {name: (before[name], value) for name, value in found.write.items()}
        changing = [
            f"{self.spelling.name(name)} {declared.masked(name, old)} => {declared.masked(name, new)}"
            for name, (old, new) in old_and_new.items()
        ]
        self.log.info(f"{declared.domain}: would write {', '.join(changing) or 'nothing'}.")
        self._say(declared, found, found.write)
        return State(found.held, before, before, own=found.own)

    def create(self, declared: Declared, found: Values | None = None, ended: State | None = None) -> State:
        """Start managing a tenant: one GET, and a PATCH of what differs.

        If `found` was just read, the GET is skipped; `ended` is the record that this one replaces in the same run.
        """
        found = self.read(declared) if found is None else found
        old = ended or State(replace(declared, wanted={}), {}, {}, since=self.tenant.now().isoformat())
        if old.declared.on_delete is not OnDelete.RETAIN:
            # After a restore or a reset, the tenant itself has the values to restore later.
            old = replace(old, previous={})
        return self._apply(old, declared, decide(old, declared, with_defaults(found), is_create=True))

    def update(self, old: State, declared: Declared) -> State:
        """Change the settings from one record's to the next.

        Changes cost a PATCH; newly managed settings and new ceilings also cost a GET.
        """
        declared = declared.with_secrets_of(old.declared)
        found = with_defaults(self.read(declared)) if unread(old, declared) else None
        return self._apply(old, declared, decide(old, declared, found, is_create=False))

    def _apply(self, old: State, declared: Declared, todo: Decision) -> State:
        """Write what is planned, report the result, and return the record."""
        if todo.new & todo.write.keys():
            self.confirm()
        seen = todo.found
        if todo.write:
            before = {name: todo.before[name] for name in todo.write}
            seen = with_defaults(self._write(declared, todo.write, before, just_read=bool(todo.found)))
        state = self._settled(old, todo, seen)
        self.messages.superseded(state, todo.write)
        is_create = todo.new == declared.wanted.keys()
        previewed = {} if is_create else known_at_preview(old, declared)
        self._say(declared, todo, todo.write.keys() - previewed.keys())
        return state

    def _say(self, declared: Declared, todo: Decision, names: Collection[str]) -> None:
        """Say what a preview could not say yet."""
        self.messages.kept(declared, todo.held, todo.fresh)
        changed = {name: (int(todo.before[name]), int(todo.held.wanted[name])) for name in LIFETIMES if name in names}
        self.messages.changed_absolute(todo.held, changed)

    def _write(self, declared: Declared, write: Values, before: Values, *, just_read: bool) -> Reported:
        """Write settings. If a failed write may have taken effect, write what the tenant had before.

        Otherwise, the record would be wrong, or the next run would take what this one wrote for the earlier values.
        """
        try:
            seen = self.tenant.write(write, just_read=just_read)
        except Auth0SessionsError as error:
            if error.may_have_written and not self._put_back(before):
                error.args = (f"{error} {self.messages.put_back_failed(declared, write, before)}",)
            raise
        for problem in seen.problems(declared.wanted, self.spelling.name):
            self.log.warning(f"{declared.domain}: the write succeeded, but {problem}. `pulumi refresh` reads it again.")
        return seen

    def _put_back(self, before: Values) -> bool:
        """Write what the tenant had, with one attempt, and return whether it has all of it again."""
        accepted, above = _accepted(before)
        try:
            if accepted:
                self.tenant.put_back(accepted)
        except Auth0SessionsError:
            return False
        return not above

    def _settled(self, old: State, todo: Decision, seen: Values) -> State:
        """Return the record after a write, and warn of drift that the tenant's answer shows.

        The record of a setting stays the program's, because the engine hands back the inputs of ignored changes. A
        setting that had no record follows the tenant, so that the next run repairs it.
        """
        held, reported, drifted = todo.held, {**todo.before, **todo.write}, {}
        for name, value in seen.items():
            if name not in held.wanted:
                continue
            if name in todo.write or value == held.wanted[name]:
                reported[name] = value
            elif value != todo.before[name]:
                drifted[name] = value
        self.messages.drifted(held, drifted, todo.new)
        followed = {name: value for name, value in drifted.items() if name in todo.new}
        reported.update(followed)
        return State(
            replace(held, wanted={**held.wanted, **followed}),
            reported,
            {name: old.previous.get(name, todo.before[name]) for name in held.wanted},
            self._gone_by(old, reported, todo.write, todo.found, drifted),
            todo.own,
            old.since,
        )

    def refresh(self, old: State) -> State:
        """Refresh from the tenant: one GET. Values as requested, or superseded exactly as before, keep their inputs.

        A lifetime under a ceiling that became shorter is the tenant's own value from now on.
        """
        reported = managed(self.read(old.declared), old.declared)
        own = {name: int(reported[name]) for name in old.own if is_tightened(name, old, reported)}
        unmet = old.declared.not_met_by(reported)
        moved = {name: reported[name] for name in unmet if reported[name] != old.reported[name]}
        return replace(
            old,
            declared=replace(old.declared, wanted={**old.declared.wanted, **moved}),
            reported=reported,
            old_sessions_gone_by=self._gone_by(old, reported),
            own={**old.own, **own},
        )

    def delete(self, old: State, restored: Collection[str] = ()) -> State:
        """Stop managing, according to `on_delete`: no call, or one PATCH regardless of what the record says.

        An older record of the same tenant has `restored` some settings already. If the same run creates a record for
        the tenant, it continues from what is returned.
        """
        declared, policy = old.declared, old.declared.on_delete
        listed, because = partial(self.messages.listed, declared), self.spelling.assign("on_delete", policy.value)
        if policy is OnDelete.RETAIN:
            self.log.info(f"{declared.domain}: keeps {listed(old.reported)} ({because}; nothing was sent).")
            return old
        wanted = old.previous if policy is OnDelete.RESTORE else {name: AUTH0_DEFAULTS[name] for name in old.reported}
        target, above = _accepted({name: value for name, value in wanted.items() if name not in restored})
        if above:
            kept = {name: old.reported[name] for name in above if name in old.reported}
            self.log.warning(
                f"{declared.domain}: could not restore {listed(above)}, because the Management API accepts at most "
                f"{Lifetime(MAX_MINUTES)}. The tenant keeps {listed(kept)}."
            )
        if not target:
            return old
        before = {name: old.reported.get(name, value) for name, value in target.items()}
        seen = self._write(declared, target, before, just_read=False)
        done = "restored the earlier values" if policy is OnDelete.RESTORE else "wrote Auth0's defaults"
        self.log.info(f"{declared.domain}: {done}: {listed(target)} ({because}).")
        if unmet := changes(seen, target):
            self.log.warning(f"{declared.domain}: the tenant did not apply the requested value: {listed(unmet)}.")
        reported = {**old.reported, **managed(seen, declared)}
        return replace(old, reported=reported, old_sessions_gone_by=self._gone_by(old, reported, target))

    def _gone_by(self, old: State, reported: Values, written: Collection[str] = (), *others: Values) -> str | None:
        """Return when the last session that was created under an earlier lifetime ends.

        A failed write or a manual change may have made the tenant differ from the record; `others` is what else it
        had. Sessions from before that still exist. A write counts even if the value is the recorded one again: the
        tenant may have had another one in between.
        """
        earlier = old.old_sessions_gone_by
        had = {int(values[ABSOLUTE]) for values in (old.reported, *others) if ABSOLUTE in values}
        is_changed = ABSOLUTE in written or (ABSOLUTE in reported and not had <= {reported[ABSOLUTE]})
        if not had or not is_changed:
            return earlier
        moment = self.tenant.now() + timedelta(minutes=max(had), seconds=1)
        until = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        return max(until, earlier or until)


def _accepted(values: Values) -> tuple[Values, Values]:
    """Return the values that the Management API accepts, and those above its maximum, which a tenant may still have."""
    above = {name: value for name, value in values.items() if isinstance(value, int) and value > MAX_MINUTES}
    return {name: value for name, value in values.items() if name not in above}, above
