"""The verbs of one provider process, on plain dictionaries, with its credentials and its clients.

A front end provides what only it knows (how to log, where credentials are, how its users spell names). Dictionaries
have the keys of a record; `UNKNOWN` stands for values that are unknown at preview.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from auth0_sessions.api.credentials import Credentials, find_credentials
from auth0_sessions.api.sources import Sources
from auth0_sessions.errors import Auth0SessionsError, CredentialsError, InputError
from auth0_sessions.lifecycle.check import Checked, check
from auth0_sessions.lifecycle.claims import Claims
from auth0_sessions.lifecycle.diff import Diff, diff, known_at_preview
from auth0_sessions.lifecycle.memory import Memory
from auth0_sessions.lifecycle.messages import Messages
from auth0_sessions.lifecycle.operations import Operations
from auth0_sessions.lifecycle.preview import LookedUp, changed_record, new_record
from auth0_sessions.lifecycle.record import Declared, State
from auth0_sessions.lifecycle.tenant import Log, Tenant
from auth0_sessions.model.choices import OnDelete
from auth0_sessions.model.domain import canonical_domain
from auth0_sessions.model.inputs import UNKNOWN, Problem, check_label
from auth0_sessions.model.spelling import SNAKE_CASE, Spelling

Connect = Callable[[str, Callable[[], Credentials], Callable[[str], None], threading.Event], Callable[[], Tenant]]
"""Creates a tenant's client, given its domain, a function that finds credentials, one that shows a status line, and an
event that ends its waits; returns a function that begins an operation."""


def _connect(
    domain: str,
    credentials: Callable[[], Credentials],
    on_wait: Callable[[str], None],
    cancelled: threading.Event,
) -> Callable[[], Tenant]:
    from auth0_sessions.api.client import TenantClient  # noqa: PLC0415  An unchanged `up` makes no calls.

    return TenantClient(domain, credentials, on_wait=on_wait, cancelled=cancelled).operation


@dataclass(eq=False, repr=False)
class Verbs:
    """What one provider process does for its resources.

    An explicit provider may be bound to a domain; then no other tenant is managed. `may_move` is False if its
    credentials, which are for one tenant, would also be used to delete an earlier one. If the program cannot, `claims`
    detects tenants that are managed twice, and provides the default plan. `cancelled` is set when the run is canceled,
    which ends waits for tenants. `confirm` raises if the engine has ended, so that a write would have no record.
    `memory` outlasts a session that is configured anew.
    """

    log: Log
    sources: Callable[[str | None], Sources]
    bound_domain: str | None = None
    default_domain: str | None = None
    may_move: bool = True
    claims: Claims | None = None
    spelling: Spelling = SNAKE_CASE
    cancelled: threading.Event = field(default_factory=threading.Event)
    connect: Connect = _connect
    confirm: Callable[[], None] = lambda: None
    memory: Memory = field(default_factory=Memory)
    _begin: dict[tuple[str, str | None], Callable[[], Tenant]] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def check(self, news: Mapping[str, Any], olds: Mapping[str, Any], name: str = "") -> Checked:
        """Check inputs offline, and log warnings if they are valid.

        `olds` is empty on the first run; `name` is the resource's name, for errors about tenants managed twice.
        """
        if self.claims and news.get("plan") is not UNKNOWN:
            news = {**news, "plan": self.claims.plan_of(news.get("plan"))}
        checked = check(
            news,
            olds,
            default_domain=self.default_domain,
            bound_domain=self.bound_domain,
            may_move=self.may_move,
            spelling=self.spelling,
        )
        if self.claims and checked.declared.domain:
            try:
                self.claims.claim(checked.declared.domain, name)
            except InputError as error:
                checked.problems.append(Problem("domain", str(error)))
        self.memory.note_check(checked.declared, olds.get("domain"), is_valid=not checked.problems)
        if not checked.problems:
            for message in checked.warnings:
                self.log.warning(message)
        return checked

    def diff(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Diff:
        """Compare a record with checked inputs, in minutes, and say what an update means."""
        old, new = State.from_props(olds), Declared.from_props(news)
        found = diff(old, new)
        if found.replaces:
            if not new.unknown:
                self.memory.moves[old.declared.domain] = new
        elif new.domain in self.memory.held:
            # A refresh compares as well, but without a check.
            messages, said = Messages(self.log, self.spelling), new.with_secrets_of(old.declared)
            messages.kept(said, said.held(old.own), old.own)
            messages.changed_absolute(said, known_at_preview(old, new))
        return found

    def create(self, props: Mapping[str, Any]) -> State:
        """Start managing a tenant: 1 GET, 0 or 1 PATCH."""
        declared, memory = Declared.from_props(props), self.memory
        operations, ended = self._operations(declared), memory.ended.get(declared.domain)
        found = memory.read.pop(declared.domain, None)
        if ended is not None and ended.declared.on_delete is not OnDelete.RETAIN:
            # After a delete in the same run, a read may still show the earlier values.
            found = {**(operations.read(declared) if found is None else found), **ended.reported}
        state = operations.create(declared, found, ended)
        memory.note_create(declared.domain)
        return state

    def refresh(self, props: Mapping[str, Any]) -> State:
        """Refresh from the tenant: 1 GET."""
        old = State.from_props(props)
        return self._operations(old.declared).refresh(old)

    def look_up(self, domain: str, label: str | None) -> LookedUp:
        """Read a tenant that is not managed here: 1 GET."""
        tenant, label = canonical_domain(domain), None if label is None else check_label(label)
        found = self._operations(Declared(tenant, {}, credentials=label)).tenant.read()
        return LookedUp(tenant, label, found)

    def preview_create(self, props: Mapping[str, Any], *, reads: bool) -> dict[str, Any]:
        """Return what a preview knows of a new record.

        If `reads`, read the tenant once and log what would be written; a failure is only a warning.
        """
        declared = Declared.from_props(props)
        if not reads or declared.unknown:
            return new_record(declared)
        try:
            before = self._operations(declared).announce(declared)
        except Auth0SessionsError as error:
            self.log.warning(f"The preview could not read the tenant. {error}")
            return new_record(declared)
        return new_record(declared, before)

    def preview_update(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a preview knows of a changed record."""
        return changed_record(State.from_props(olds), Declared.from_props(news))

    def update(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> State:
        """Write what changed: 0 or 1 PATCH, and 1 GET only if a setting becomes managed."""
        declared = Declared.from_props(news)
        return self._operations(declared).update(State.from_props(olds), declared)

    def delete(self, props: Mapping[str, Any]) -> None:
        """Retain (no call), restore or reset (1 PATCH); no call if another resource manages the tenant."""
        old, memory = State.from_props(props), self.memory
        domain = old.declared.domain
        with memory.deleting(domain):
            if domain in memory.held:
                self._give_up(old)
                return
            self._read_next(domain)
            operations = self._operations(old.declared)
            memory.ended[domain] = operations.delete(old, memory.restored_before(old))
            if old.declared.on_delete is not OnDelete.RETAIN:
                memory.note_restored(old)

    def _give_up(self, old: State) -> None:
        """Delete a record whose tenant another resource manages: nothing is sent."""
        domain = old.declared.domain
        said = []
        if old.declared.on_delete is not OnDelete.RETAIN:
            said.append(
                "The values from before the tenant was managed are no longer recorded. To keep them when you rename a "
                "resource, give it `aliases`; in a fleet, give the tenant `formerly`; to replace one, set "
                "`deleteBeforeReplace`."
            )
        if domain not in self.memory.created:
            said.append("If both resources were changed since the last refresh, run `pulumi up --refresh`.")
        if said:
            start = f"{domain}: another resource manages this tenant in this run, so nothing was sent."
            self.log.warning(" ".join([start, *said]))

    def _read_next(self, domain: str) -> None:
        """Read the tenant of the resource that replaces a record; if that fails, the record is left unchanged."""
        if (new := self.memory.next_of(domain)) is None:
            return
        try:
            self.memory.read[new.domain] = self._operations(new).read(new)
        except Auth0SessionsError as error:
            if new.domain == domain:
                raise
            message = f"{domain} stays as it is, because the tenant that should replace it could not be read. {error}"
            raise Auth0SessionsError(message) from error

    def _operations(self, declared: Declared) -> Operations:
        """Return a tenant's operations; their time limit starts now. This makes no call and looks up no credentials."""
        domain, label = declared.domain, declared.credentials
        with self._lock:
            if (domain, label) not in self._begin:
                find = lambda: self._credentials(domain, label)  # noqa: E731  Only used by this client.
                self._begin[domain, label] = self.connect(domain, find, self.log.status, self.cancelled)
            return Operations(self._begin[domain, label](), self.log, self.spelling, self.confirm)

    def _credentials(self, domain: str, label: str | None) -> Credentials:
        if self.bound_domain not in (None, domain):
            message = (
                f"{domain}: the Provider of this resource is for {self.bound_domain} only, so no credentials were "
                f"sent. Give {domain} a Provider of its own, or point this one back at {domain} until this is done."
            )
            raise CredentialsError(message)
        return find_credentials(self.sources(label), domain)
