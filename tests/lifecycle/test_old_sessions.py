"""`old_sessions_gone_by`: when it is, and that it is never early, against a model of a tenant's sessions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from auth0_sessions.errors import TenantUnreachableError
from auth0_sessions.lifecycle.operations import Operations
from auth0_sessions.lifecycle.record import Declared, State
from auth0_sessions.model.choices import Enforce, OnDelete
from auth0_sessions.model.settings import ABSOLUTE, AUTH0_DEFAULTS, IDLE, SETTINGS
from fakes import FakeLog, FakeTenant
from stages import Stage, declared

NOON = datetime(2026, 9, 21, 12, 0, 0, 250_000, tzinfo=UTC)
HOURS_8, DAYS_30, YEAR = "2026-09-21T20:00:01Z", "2026-10-21T12:00:01Z", "2027-09-21T13:00:01Z"
"""Eight hours and 30 days after noon, and a year after one o'clock, when the later steps of a test happen."""


@pytest.mark.parametrize(
    ("stored", "steps", "expected"),
    [
        # A write that changes the lifetime: sessions from before it are gone after the lifetime before the write.
        ({ABSOLUTE: 480}, [{ABSOLUTE: 60}], HOURS_8),
        ({ABSOLUTE: 43_200}, [{ABSOLUTE: 60}], DAYS_30),
        ({}, [{ABSOLUTE: 60}], "2026-09-28T12:00:01Z"),
        ({ABSOLUTE: 60}, [{ABSOLUTE: 60}], None),
        *(({}, [{name: 60}, {name: 90}], None) for name in SETTINGS if name not in (ABSOLUTE, "session_cookie_mode")),
        # It only moves later, also when the setting leaves the program and returns.
        ({ABSOLUTE: 43_200}, [{ABSOLUTE: 60}, {ABSOLUTE: 120}], DAYS_30),
        ({ABSOLUTE: 43_200}, [{ABSOLUTE: 60}, {ABSOLUTE: 525_600}, {ABSOLUTE: 60}], YEAR),
        ({ABSOLUTE: 43_200}, [{ABSOLUTE: 60, IDLE: 60}, {IDLE: 60}, {ABSOLUTE: 120, IDLE: 60}], DAYS_30),
        ({ABSOLUTE: 43_200}, [{ABSOLUTE: 60}, "refresh"], DAYS_30),
    ],
)
def test_the_moment_follows_the_writes(stored, steps, expected):
    """The later of the earlier moment, and of the time of the write and the lifetime before it."""
    scene, state = Stage(**stored), None
    for step in steps:
        if state is None:
            state = scene.operations.create(declared(**step))
        elif step == "refresh":
            state = scene.operations.refresh(state)
        else:
            scene.tenant.moment = NOON.replace(hour=13)
            state = scene.operations.update(state, declared(**step))
    assert state.old_sessions_gone_by == expected


@pytest.mark.parametrize(
    ("recorded", "found", "program"),
    [
        (43_200, 60, "refresh"),
        (43_200, 480, declared(session_lifetime=60, ephemeral_session_lifetime=30)),
        (480, 43_200, declared(session_lifetime=60, ephemeral_session_lifetime=30)),
        (60, 43_200, declared(session_lifetime=60, idle_session_lifetime=30)),
        (43_200, 60, declared(session_lifetime=43_200, idle_session_lifetime=60, enforce=Enforce.AT_MOST)),
    ],
    ids=["refresh", "a read for a new setting", "it finds a longer one", "the answer to a write", "a new ceiling"],
)
def test_the_moment_counts_from_the_longest_that_is_known(recorded, found, program):
    """What the tenant has otherwise than recorded, a lost write may have done: the longer of both counts."""
    scene = Stage(session_lifetime=recorded)
    before = scene.managed(declared(session_lifetime=recorded, idle_session_lifetime=60))
    scene.tenant.change_on_the_dashboard(session_lifetime=found)
    after = scene.operations.refresh(before) if program == "refresh" else scene.operations.update(before, program)
    assert (before.old_sessions_gone_by, after.old_sessions_gone_by) == (None, DAYS_30)


def test_a_write_counts_even_if_the_tenant_reports_the_recorded_value_again():
    """The tenant had another value in between, and the sessions from before that outlive the record's moment."""
    scene = Stage(session_lifetime=43_200)
    before = scene.managed(declared(session_lifetime=43_200))
    scene.tenant.caps = {ABSOLUTE: 43_200}
    scene.tenant.change_on_the_dashboard(session_lifetime=1)
    after = scene.operations.update(before, declared(session_lifetime=525_600))
    assert (after.reported, after.old_sessions_gone_by) == ({ABSOLUTE: 43_200}, DAYS_30)


def test_a_moment_is_never_cut_short():
    """Part of a second counts up, so no session outlives the moment that is reported."""
    scene = Stage(session_lifetime=480)
    scene.tenant.moment = NOON.replace(microsecond=999_999)
    assert scene.operations.create(declared(session_lifetime=60)).old_sessions_gone_by == HOURS_8


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
