"""`enforce="at-most"`: a lifetime is a ceiling, and the tenant holds the lower of it and its own value."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.lifecycle.diff import diff
from auth0_sessions.lifecycle.operations import Operations
from auth0_sessions.lifecycle.record import Declared, State
from auth0_sessions.model.choices import Enforce, OnDelete, OverLimit
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import (
    ABSOLUTE_AND_IDLE,
    AUTH0_DEFAULTS,
    LIFETIMES,
    CookieMode,
    Reported,
    with_defaults,
)
from fakes import FakeLog, FakeTenant

DOMAIN = "acme.eu.auth0.com"
ABSOLUTE = [name for name, _ in ABSOLUTE_AND_IDLE]


def ceiling(**wanted):
    """Return what a program asks for at most."""
    return Declared(DOMAIN, wanted, enforce=Enforce.AT_MOST)


class Stage:
    """A tenant on which these settings were written, and the operations on it."""

    def __init__(self, **stored):
        self.tenant, self.log = FakeTenant(**stored), FakeLog()
        self.operations = Operations(self.tenant, self.log)

    def managed(self, declared):
        """Create a resource and forget the calls and words of that."""
        state = self.operations.create(declared)
        self.tenant.forget_calls()
        self.log.warnings.clear()
        return state


# Create.


@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize(("found", "writes"), [(59, []), (60, []), (61, [60])])
def test_only_what_is_longer_is_written(name, found, writes):
    """A tenant that is as strict or stricter is adopted with one GET; a minute more is one PATCH of the ceiling."""
    scene = Stage(**{name: found})
    state = scene.operations.create(ceiling(**{name: 60}))
    assert scene.tenant.calls == ["GET", *({name: value} for value in writes)]
    assert (state.reported, state.previous, state.own) == ({name: min(found, 60)}, {name: found}, {name: found})
    assert (state.declared.wanted, state.superseded) == ({name: min(found, 60)}, {})


def test_a_longer_setting_is_written_alone():
    """Of several lifetimes only those that are longer are in the PATCH."""
    scene = Stage(session_lifetime=30, idle_session_lifetime=90)
    scene.operations.create(ceiling(session_lifetime=60, idle_session_lifetime=60))
    assert scene.tenant.calls == ["GET", {"idle_session_lifetime": 60}]


@pytest.mark.parametrize("found", CookieMode)
@pytest.mark.parametrize("wanted", CookieMode)
def test_the_cookie_mode_is_exact(found, wanted):
    """No mode is shorter than another, so each is written where it differs."""
    scene = Stage(session_cookie_mode=found.value)
    scene.operations.create(ceiling(session_cookie_mode=wanted.value))
    assert scene.tenant.calls == ["GET", *([] if found is wanted else [{"session_cookie_mode": wanted.value}])]


def test_a_tenant_that_stays_longer_is_superseded(monkeypatch):
    """A ceiling that the tenant does not take is reported and warned of like an exact value."""
    scene = Stage(session_lifetime=600)
    monkeypatch.setattr(scene.tenant, "write", lambda *_, **__: Reported({"session_lifetime": 90}))
    state = scene.operations.create(ceiling(session_lifetime=60))
    assert state.superseded == {"session_lifetime": {"asked": "1h", "reported": "1h30m"}}
    assert ["set to 1h, but the tenant reports 1h30m" in line for line in scene.log.warnings] == [True, False]


# Refresh.


@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize("found", [1, 30, 59])
def test_a_tightened_tenant_keeps_its_value(name, found):
    """A shorter value in the tenant is its own from now on: there is no diff, also under a higher ceiling."""
    scene = Stage(**{name: 60})
    before = scene.managed(ceiling(**{name: 60}))
    scene.tenant.change_on_the_dashboard(**{name: found})
    after = scene.operations.refresh(before)
    assert (after.reported, after.own, after.superseded) == ({name: found}, {name: found}, {})
    assert not diff(after, ceiling(**{name: 60})).changes
    assert not diff(after, ceiling(**{name: 600})).changes
    assert after == State.from_props(after.to_props())


@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize("found", [45, 61])
def test_a_longer_tenant_is_drift(name, found):
    """Longer than the value to hold is drift, even below the ceiling, and the next `up` repairs it to that value."""
    scene = Stage(**{name: 30})
    before = scene.managed(ceiling(**{name: 60}))
    scene.tenant.change_on_the_dashboard(**{name: found})
    after = scene.operations.refresh(before)
    assert (after.declared.wanted, after.own) == ({name: found}, {name: 30})
    assert diff(after, ceiling(**{name: 60})).changes
    scene.tenant.forget_calls()
    repaired = scene.operations.update(after, ceiling(**{name: 60}))
    assert [call for call in scene.tenant.calls if call != "GET"] == [{name: 30}]
    assert (repaired.reported, repaired.previous) == ({name: 30}, {name: 30})


def test_a_superseded_value_is_not_the_tenant_s_own():
    """A plan that supersedes the value to hold has not tightened anything."""
    scene = Stage(session_lifetime=600)
    scene.tenant.caps = {"session_lifetime": 90}
    scene.tenant.stored["session_lifetime"] = 600
    state = State(ceiling(session_lifetime=480), {"session_lifetime": 90}, {}, None, {"session_lifetime": 600})
    assert scene.operations.refresh(state) == state


def test_inputs_after_a_refresh_keep_the_ceiling():
    """Pulumi's inputs stay what the program gave, except for a lifetime that drifted."""
    scene = Stage(session_lifetime=30, idle_session_lifetime=30)
    program = ceiling(session_lifetime=60, idle_session_lifetime=60)
    state = scene.managed(program)
    given = program.to_props()
    assert scene.operations.refresh(state).inputs(given) == given
    scene.tenant.change_on_the_dashboard(session_lifetime=20, idle_session_lifetime=90)
    drifted = {**given, "idle_session_lifetime": "1h30m"}
    assert scene.operations.refresh(state).inputs(given) == drifted


# Update.


@pytest.mark.parametrize(
    ("found", "asked", "writes"),
    [
        (30, 45, []),
        (30, 120, []),
        (30, 20, [20]),
        (60, 59, [59]),
        (90, 70, [70]),
        (90, 120, [90]),
    ],
)
def test_an_update_holds_the_lower_of_ceiling_and_own(found, asked, writes):
    """A changed ceiling needs no read; a raised one gives the tenant its own value back, and no more."""
    scene = Stage(session_lifetime=found)
    before = scene.managed(ceiling(session_lifetime=60))
    program = ceiling(session_lifetime=asked)
    assert diff(before, program).changes == bool(writes)
    after = scene.operations.update(before, program)
    assert scene.tenant.calls == [{"session_lifetime": value} for value in writes]
    held = {"session_lifetime": min(found, asked)}
    assert (after.reported, after.declared.wanted, after.own) == (held, held, {"session_lifetime": found})
    assert (after.previous, after.superseded) == (before.previous, {})


@given(st.lists(st.integers(1, 3_000), min_size=1), st.integers(1, 3_000))
def test_ceilings_that_go_up_and_down_end_where_they_began(ceilings, found):
    """Whatever the ceilings were in between, the same one leads to the same value, and none of them to a longer one."""
    scene = Stage(session_lifetime=found)
    state = scene.managed(ceiling(session_lifetime=ceilings[0]))
    for most in [*ceilings, 4_000, ceilings[0]]:
        state = scene.operations.update(state, ceiling(session_lifetime=most))
        assert scene.tenant.stored["session_lifetime"] == min(found, most)


def test_a_read_for_another_setting_sees_a_tightened_one():
    """A read that is made anyway lowers the tenant's own value; one that found a longer value is drift as usual."""
    scene = Stage(session_lifetime=30, ephemeral_session_lifetime=30)
    before = scene.managed(ceiling(session_lifetime=60, ephemeral_session_lifetime=60))
    scene.tenant.change_on_the_dashboard(session_lifetime=20, ephemeral_session_lifetime=40)
    program = ceiling(session_lifetime=60, ephemeral_session_lifetime=60, idle_session_lifetime=60)
    after = scene.operations.update(before, program)
    assert scene.tenant.calls == ["GET", {"idle_session_lifetime": 60}]
    assert after.own == {
        "session_lifetime": 20,
        "ephemeral_session_lifetime": 30,
        "idle_session_lifetime": AUTH0_DEFAULTS["idle_session_lifetime"],
    }
    assert after.reported == {
        "session_lifetime": 20,
        "ephemeral_session_lifetime": 30,
        "idle_session_lifetime": 60,
    }


@pytest.mark.parametrize(
    "change",
    [
        {"plan": Plan.ENTERPRISE},
        {"over_limit": OverLimit.WARN},
        {"on_delete": OnDelete.RESET},
        {"credentials": "acme"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_change_of_the_record_alone_makes_no_call(change):
    """A stricter tenant is not changed, whatever else changes."""
    scene = Stage(session_lifetime=30)
    before = scene.managed(ceiling(session_lifetime=60))
    after = scene.operations.update(before, replace(ceiling(session_lifetime=60), **change))
    assert scene.tenant.calls == []
    assert (after.reported, scene.log.warnings) == ({"session_lifetime": 30}, [])


def test_a_ceiling_that_becomes_exact_is_written():
    """A change to "exact" forgets the tenant's own value and writes the declared one."""
    scene = Stage(session_lifetime=30)
    before = scene.managed(ceiling(session_lifetime=60))
    exact = Declared(DOMAIN, {"session_lifetime": 60})
    assert diff(before, exact).changes
    after = scene.operations.update(before, exact)
    assert (scene.tenant.calls, after.reported) == ([{"session_lifetime": 60}], {"session_lifetime": 60})
    assert (after.previous, after.own) == ({"session_lifetime": 30}, {})


@pytest.mark.parametrize(("asked", "writes"), [(60, []), (90, []), (45, [45])])
@pytest.mark.parametrize("drifted_to", [60, 50])
def test_an_exact_value_that_becomes_a_ceiling(asked, writes, drifted_to):
    """What the tenant has then is its own value, read once, and it is kept unless the ceiling is lower."""
    scene = Stage()
    before = scene.managed(Declared(DOMAIN, {"session_lifetime": 60}))
    scene.tenant.change_on_the_dashboard(session_lifetime=drifted_to)
    after = scene.operations.update(before, ceiling(session_lifetime=asked))
    assert scene.tenant.calls == ["GET", *({"session_lifetime": value} for value in writes)]
    assert (after.reported, after.own) == (
        {"session_lifetime": min(drifted_to, asked)},
        {"session_lifetime": drifted_to},
    )


def test_restore_puts_back_what_was_longer():
    """A delete restores what the tenant had, even a longer lifetime, because it is no longer managed."""
    scene = Stage(session_lifetime=600)
    state = scene.managed(replace(ceiling(session_lifetime=60), on_delete=OnDelete.RESTORE))
    scene.operations.delete(state)
    assert scene.tenant.calls == [{"session_lifetime": 600}]


@pytest.mark.parametrize("on_delete", OnDelete)
def test_a_replacement_keeps_the_tenant_s_own_value(on_delete):
    """What a lower ceiling wrote is not the tenant's own value, also for the record that goes on from it."""
    scene = Stage(session_lifetime=600)
    state = scene.managed(replace(ceiling(session_lifetime=60), on_delete=on_delete))
    ended = scene.operations.delete(state)
    found = {**scene.tenant.read(), **ended.reported}
    after = scene.operations.create(ceiling(session_lifetime=480), found, ended)
    assert (after.own, after.reported) == ({"session_lifetime": 600}, {"session_lifetime": 480})


# What is said.


@pytest.mark.parametrize("name", ABSOLUTE)
@pytest.mark.parametrize("found", [50, 90])
def test_a_create_says_what_it_keeps(name, found):
    """A tenant that is stricter is mentioned once, when it is read."""
    scene = Stage(**{name: found})
    scene.operations.create(ceiling(**{name: 60}))
    assert scene.log.infos == ([f"{DOMAIN}: {name} keeps 50m, its own value (ceiling 1h)."] if found < 60 else [])


LENGTHS = st.dictionaries(st.sampled_from(list(LIFETIMES)), st.integers(1, 3_000), min_size=1)


@given(stored=LENGTHS, drift=LENGTHS, first=LENGTHS, second=LENGTHS, refreshed=st.booleans())
def test_no_tenant_gets_more_than_its_own(stored, drift, first, second, refreshed):
    """Create and update write nothing that is longer than the ceiling, or than what the tenant had on its own."""
    scene = Stage(**stored)
    had = with_defaults(scene.tenant.stored)
    state = scene.operations.create(ceiling(**first))
    assert with_defaults(scene.tenant.stored) == {
        name: min(value, first[name]) if name in first else value for name, value in had.items()
    }
    scene.tenant.change_on_the_dashboard(**drift)
    if refreshed:
        state = scene.operations.refresh(State.from_props(state.to_props()))
    has = with_defaults(scene.tenant.stored)
    state = scene.operations.update(state, ceiling(**second))
    held = {name: min(value, second[name]) for name, value in state.own.items()}
    assert all(state.own[name] <= had[name] for name in first.keys() & second.keys())
    assert (state.reported, state.declared.wanted, state.superseded) == (held, held, {})
    if refreshed:
        unmanaged = {name: value for name, value in has.items() if name not in second}
        assert with_defaults(scene.tenant.stored) == {**unmanaged, **held}


@pytest.mark.parametrize("name", LIFETIMES)
def test_an_absent_key_counts_as_the_default(name):
    """A tenant on which nothing was ever set has Auth0's default, which a ceiling may be above or below."""
    scene = Stage()
    scene.operations.create(ceiling(**{name: int(AUTH0_DEFAULTS[name])}))
    assert scene.tenant.forget_calls() == ["GET"]
    scene.operations.create(ceiling(**{name: int(AUTH0_DEFAULTS[name]) - 1}))
    assert scene.tenant.calls == ["GET", {name: int(AUTH0_DEFAULTS[name]) - 1}]
