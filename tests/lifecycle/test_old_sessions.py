"""`old_sessions_gone_by` against a model of a tenant's sessions: it may be late, and it is never early."""

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from auth0_sessions.errors import TenantUnreachableError
from auth0_sessions.lifecycle.operations import Operations
from auth0_sessions.lifecycle.record import Declared, State
from auth0_sessions.model.choices import Enforce, OnDelete
from auth0_sessions.model.settings import AUTH0_DEFAULTS
from fakes import FakeLog, FakeTenant

ABSOLUTE, IDLE = "session_lifetime", "idle_session_lifetime"
NOON = datetime(2026, 9, 21, 12, 0, 0, 250_000, tzinfo=UTC)
MINUTES = st.sampled_from([1, 30, 60, 480, 1_440, 10_080, 43_200])


class Sessions(RuleBasedStateMachine):
    """People log in all the time, and each session ends when the absolute lifetime of its login says.

    The machine notes how long sessions of every earlier lifetime live. What no call can show is left out: a lifetime
    that changes unseen and is what the record says again before anything reads it, and one that is raised unseen and
    written again before a refresh.
    """

    def __init__(self):
        super().__init__()
        self.tenant, self.log = FakeTenant(), FakeLog()
        self.tenant.moment = NOON
        self.state = None
        self.last_end = None

    @property
    def operations(self):
        """Return the operations at this moment."""
        return Operations(self.tenant, self.log)

    @property
    def lifetime(self):
        """Return the lifetime of a session that begins now, in minutes."""
        return self.tenant.read().get(ABSOLUTE, AUTH0_DEFAULTS[ABSOLUTE])

    @property
    def is_seen(self):
        """True where the record has the lifetime that the tenant has."""
        return self.state.reported.get(ABSOLUTE, self.lifetime) == self.lifetime

    def watched(self, operate):
        """Do something to the tenant, and note until when sessions live that began under another lifetime."""
        before = self.lifetime
        try:
            return operate()
        finally:
            if self.lifetime != before:
                end = self.tenant.moment + timedelta(minutes=before)
                self.last_end = max(self.last_end or end, end)

    def declared(self, absolute, idle, enforce, on_delete):
        """Return a declaration; an absolute lifetime of None is not managed."""
        wanted = {IDLE: idle} if absolute is None else {ABSOLUTE: absolute, IDLE: idle}
        return Declared("acme.eu.auth0.com", wanted, enforce=enforce, on_delete=on_delete)

    PROGRAM = st.builds(
        lambda *given: given, st.none() | MINUTES, MINUTES, st.sampled_from(Enforce), st.sampled_from(OnDelete)
    )

    @initialize(
        stored=st.dictionaries(st.just(ABSOLUTE), MINUTES),
        cap=st.none() | st.just(AUTH0_DEFAULTS[ABSOLUTE]),
        program=PROGRAM,
    )
    def begin(self, stored, cap, program):
        """Bring a tenant under management, on a plan that may not allow everything."""
        self.tenant = FakeTenant(**stored)
        self.tenant.caps = {} if cap is None else {ABSOLUTE: cap}
        self.state = self.watched(lambda: self.operations.create(self.declared(*program)))

    @rule(minutes=st.integers(1, 2_000))
    def wait(self, minutes):
        """Time passes."""
        self.tenant.moment += timedelta(minutes=minutes)

    @rule(program=PROGRAM, is_lost=st.booleans())
    def up(self, program, is_lost):
        """A program runs; its write may seem to fail although it took effect."""
        declared = self.declared(*program)
        self.see(declared)
        lost = TenantUnreachableError("gone")
        lost.may_have_written = True
        self.tenant.failures = [(lost, True)] if is_lost and self.is_seen else []
        try:
            self.state = self.watched(lambda: self.operations.update(self.state, declared))
        except TenantUnreachableError:
            pass
        finally:
            self.tenant.failures = []

    def see(self, declared):
        """Refresh where the record would otherwise never learn what the tenant had."""
        is_raised = self.lifetime > self.state.reported.get(ABSOLUTE, self.lifetime)
        if is_raised or (ABSOLUTE not in declared.wanted and not self.is_seen):
            self.refresh()

    @rule()
    def refresh(self):
        """A refresh reads the tenant."""
        self.state = self.operations.refresh(self.state)

    @precondition(lambda self: self.state and ABSOLUTE in self.state.reported)
    @rule(minutes=MINUTES, is_read=st.booleans())
    def dashboard(self, minutes, is_read):
        """Somebody changes the lifetime outside of Pulumi; one that is raised is read before it changes again."""
        self.refresh()
        raises = minutes > self.lifetime
        self.watched(lambda: self.tenant.change_on_the_dashboard(**{ABSOLUTE: minutes}))
        if is_read or raises:
            self.refresh()

    @rule(program=PROGRAM)
    def replace(self, program):
        """A forced replacement: the delete of the old record, then a create that goes on from it."""
        declared = self.declared(*program)
        self.see(declared)
        ended = self.watched(lambda: self.operations.delete(self.state))
        self.state = self.watched(lambda: self.operations.create(declared, None, ended))

    @rule()
    def store_and_read(self):
        """The record goes through the user's state and back."""
        self.state = State.from_props(self.state.to_props())

    @invariant()
    def none_outlives_the_moment(self):
        """Once the record has seen what the tenant has, every session of an earlier lifetime ends by its moment."""
        if self.state and self.last_end and self.is_seen:
            assert self.state.old_sessions_gone_by
            assert datetime.fromisoformat(self.state.old_sessions_gone_by) >= self.last_end


TestSessions = Sessions.TestCase
TestSessions.settings = settings(max_examples=150, stateful_step_count=12)
