"""`enforce="at-most"`: a lifetime is a ceiling, and the tenant holds the lower of it and its own value."""

from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.lifecycle.diff import diff
from auth0_sessions.lifecycle.record import State
from auth0_sessions.model.choices import Enforce, OnDelete
from auth0_sessions.model.settings import AUTH0_DEFAULTS, LIFETIMES, CookieMode, with_defaults
from stages import DOMAIN, Stage, declared

ceiling = partial(declared, enforce=Enforce.AT_MOST)


# Create.


@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize(("found", "writes"), [(59, []), (60, []), (61, [60])])
def test_only_what_is_longer_is_written(name, found, writes):
    """A tenant that is as strict is adopted, one that is stricter also mentioned; a minute more is one PATCH."""
    scene = Stage(**{name: found})
    state = scene.operations.create(ceiling(**{name: 60}))
    assert scene.tenant.calls == ["GET", *({name: value} for value in writes)]
    assert (state.reported, state.previous, state.own) == ({name: min(found, 60)}, {name: found}, {name: found})
    assert (state.declared.wanted, state.superseded) == ({name: min(found, 60)}, {})
    kept = f"{DOMAIN}: {name} keeps {found}m, its own value (ceiling 1h)."
    assert scene.log.infos == ([kept] if found < 60 else [])


@pytest.mark.parametrize("found", CookieMode)
@pytest.mark.parametrize("wanted", CookieMode)
def test_the_cookie_mode_is_exact(found, wanted):
    """No mode is shorter than another, so each is written where it differs."""
    scene = Stage(session_cookie_mode=found.value)
    scene.operations.create(ceiling(session_cookie_mode=wanted.value))
    assert scene.tenant.calls == ["GET", *([] if found is wanted else [{"session_cookie_mode": wanted.value}])]


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


@given(st.integers(1, 3_000), st.lists(st.integers(1, 3_000), min_size=2))
def test_a_changed_ceiling_holds_the_lower_of_it_and_own(found, ceilings):
    """It needs no read; a raised one gives the tenant its own value back, so the same one leads to the same value."""
    scene = Stage(session_lifetime=found)
    state = scene.managed(ceiling(session_lifetime=ceilings[0]))
    for most in ceilings[1:]:
        program, held = ceiling(session_lifetime=most), {"session_lifetime": min(found, most)}
        is_changed = state.reported != held
        assert diff(state, program).changes == is_changed
        state = scene.operations.update(state, program)
        assert scene.tenant.forget_calls() == ([held] if is_changed else [])
        assert (state.reported, state.declared.wanted, state.superseded) == (held, held, {})
        assert (state.own, state.previous) == ({"session_lifetime": found}, {"session_lifetime": found})


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


def test_a_ceiling_that_becomes_exact_is_written():
    """A change to "exact" forgets the tenant's own value and writes the declared one."""
    scene = Stage(session_lifetime=30)
    before = scene.managed(ceiling(session_lifetime=60))
    exact = declared(session_lifetime=60)
    assert diff(before, exact).changes
    after = scene.operations.update(before, exact)
    assert (scene.tenant.calls, after.reported) == ([{"session_lifetime": 60}], {"session_lifetime": 60})
    assert (after.previous, after.own) == ({"session_lifetime": 30}, {})


@pytest.mark.parametrize(("asked", "writes"), [(60, []), (90, []), (45, [45])])
@pytest.mark.parametrize("drifted_to", [60, 50])
def test_an_exact_value_that_becomes_a_ceiling(asked, writes, drifted_to):
    """What the tenant has then is its own value, read once, and it is kept unless the ceiling is lower."""
    scene = Stage()
    before = scene.managed(declared(session_lifetime=60))
    scene.tenant.change_on_the_dashboard(session_lifetime=drifted_to)
    after = scene.operations.update(before, ceiling(session_lifetime=asked))
    assert scene.tenant.calls == ["GET", *({"session_lifetime": value} for value in writes)]
    assert (after.reported, after.own) == (
        {"session_lifetime": min(drifted_to, asked)},
        {"session_lifetime": drifted_to},
    )


@pytest.mark.parametrize("on_delete", OnDelete)
def test_a_replacement_keeps_the_tenant_s_own_value(on_delete):
    """What a lower ceiling wrote is not the tenant's own value, also for the record that goes on from it."""
    scene = Stage(session_lifetime=600)
    state = scene.managed(replace(ceiling(session_lifetime=60), on_delete=on_delete))
    ended = scene.operations.delete(state)
    found = {**scene.tenant.read(), **ended.reported}
    after = scene.operations.create(ceiling(session_lifetime=480), found, ended)
    assert (after.own, after.reported) == ({"session_lifetime": 600}, {"session_lifetime": 480})


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
