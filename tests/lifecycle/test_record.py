"""What a managed tenant's record holds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.lifecycle.record import OUTPUTS, SINCE, Declared, State
from auth0_sessions.model.choices import Enforce, OnDelete, OverLimit
from auth0_sessions.model.inputs import INPUTS, UNKNOWN
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import LIFETIMES, SETTINGS, CookieMode

DOMAIN = "acme.eu.auth0.com"
MODES = [mode.value for mode in CookieMode]
BEYOND = 60_000_000
"""More minutes than any tenant may be asked for, and no more than one may report."""


def of_setting(name):
    """Return a strategy for a value of a setting, also beyond what may be asked for today."""
    return st.integers(1, BEYOND) if name in LIFETIMES else st.sampled_from(MODES)


@st.composite
def declarations(draw):
    """Make what a program asks for, with at least one setting."""
    names = draw(st.sets(st.sampled_from(list(SETTINGS)), min_size=1))
    return Declared(
        domain=DOMAIN,
        wanted={name: draw(of_setting(name)) for name in sorted(names)},
        plan=draw(st.none() | st.sampled_from(Plan)),
        over_limit=draw(st.sampled_from(OverLimit)),
        on_delete=draw(st.sampled_from(OnDelete)),
        enforce=draw(st.sampled_from(Enforce)),
        credentials=draw(st.none() | st.just("acme")),
    )


@st.composite
def states(draw):
    """Make a record of a managed tenant, superseded settings and lifetimes below their ceiling included."""
    program = draw(declarations())
    own = {name: draw(of_setting(name)) for name in program.ceilings}
    declared = program.held(own)
    reported = {name: draw(st.just(value) | of_setting(name)) for name, value in declared.wanted.items()}
    previous = {name: draw(of_setting(name)) for name in declared.wanted}
    moment = draw(st.none() | st.just("2026-09-21T14:13:20Z"))
    return State(declared, reported, previous, moment, own, draw(st.just("") | st.just("2026-09-21T12:00:00+00:00")))


def as_the_engine_stores(value):
    """Return a property as it comes back from the engine: every number is a double."""
    if isinstance(value, dict):
        return {key: as_the_engine_stores(inner) for key, inner in value.items()}
    return float(value) if isinstance(value, int) else value


def declared(**wanted):
    """Return a declaration of these settings."""
    return Declared(DOMAIN, wanted)


@given(states())
def test_a_record_survives_the_engine(state):
    """It is read as it was written, also after JSON and the engine's doubles, and is written the same again."""
    props = state.to_props()
    assert State.from_props(props) == state
    read = State.from_props(as_the_engine_stores(json.loads(json.dumps(props))))
    assert (read, read.to_props()) == (state, props)
    assert {int, str} >= {type(value) for values in (read.reported, read.previous) for value in values.values()}


@given(states())
def test_a_record_holds_plain_values(state):
    """Under the names of inputs and outputs; a setting is superseded if the tenant does not do what was asked."""
    props = state.to_props()
    assert {"previous", "superseded", "old_sessions_gone_by"} <= set(props) <= {*INPUTS, *OUTPUTS, SINCE}
    assert {str, int, dict, type(None)} >= {type(value) for value in props.values()}
    assert {name for name in LIFETIMES if f"{name}_minutes" in props} == state.reported.keys() & {*LIFETIMES}
    differing = {name for name, asked in state.declared.wanted.items() if state.reported[name] != asked}
    assert differing == set(props["superseded"])


@given(declarations(), st.sets(st.sampled_from(INPUTS)))
def test_unknown_inputs_pass_through_a_record(declaration, names):
    """An input that a preview cannot know yet is `UNKNOWN` in the record, counts as none, and comes back so."""
    unknown = frozenset(names)
    written = Declared.of(declaration.values, unknown).to_props()
    assert {name for name, value in written.items() if value is UNKNOWN} == unknown
    read = Declared.from_props(written)
    assert read.unknown == unknown
    assert unknown.isdisjoint(read.values)
    assert read.values == {name: value for name, value in declaration.values.items() if name not in unknown}


def test_props():
    """A record's keys are users' state, and this is what it looks like."""
    state = State(
        Declared(DOMAIN, {"session_lifetime": 43_200}, Plan.FREE, OverLimit.WARN, OnDelete.RESTORE, "acme"),
        {"session_lifetime": 480},
        {"session_lifetime": 10_080},
        "2026-09-21T14:13:20Z",
    )
    expected = {
        "domain": DOMAIN,
        "session_lifetime": "30d",
        "plan": "free",
        "over_limit": "warn",
        "on_delete": "restore",
        "enforce": "exact",
        "credentials": "acme",
        "session_lifetime_minutes": 480,
        "previous": {"session_lifetime": 10_080},
        "superseded": {"session_lifetime": {"asked": "30d", "reported": "8h"}},
        "old_sessions_gone_by": "2026-09-21T14:13:20Z",
    }
    assert expected == state.to_props()


@pytest.mark.parametrize(
    "missing",
    ["plan", "over_limit", "on_delete", "enforce", "credentials", "previous", "superseded", "old_sessions_gone_by"],
)
@pytest.mark.parametrize("gone", [True, False])
def test_optional_keys_may_be_missing_or_null(missing, gone):
    """A record of an earlier version that lacks a key, or holds null there, is read with the default."""
    state = State(declared(session_lifetime=480), {"session_lifetime": 480}, {})
    props = {**state.to_props(), missing: None}
    if gone:
        del props[missing]
    assert state == State.from_props(props)


@pytest.mark.parametrize(("reported", "held"), [(30, 30), (60, 60), (90, 60)])
def test_a_ceiling_without_own_takes_what_the_tenant_reports(reported, held):
    """A record of an earlier version has the ceiling as text, and the tenant's value in minutes."""
    asked_otherwise = {"session_lifetime": {"asked": "1h", "reported": "1h30m"}} if reported > held else {}
    props = {
        "domain": DOMAIN,
        "session_lifetime": "1h",
        "enforce": "at-most",
        "session_lifetime_minutes": reported,
        "superseded": asked_otherwise,
    }
    state = State.from_props(props)
    assert (state.own, state.declared.wanted) == ({"session_lifetime": reported}, {"session_lifetime": held})
    assert state.superseded == asked_otherwise


@pytest.mark.parametrize("name", SETTINGS)
def test_a_null_setting_is_not_managed(name):
    """A setting that is null in a record is not managed."""
    assert State.from_props({"domain": DOMAIN, name: None}).declared.wanted == {}


@pytest.mark.parametrize(("text", "minutes"), [("1d", 1_440), ("1440m", 1_440), ("PT24H", 1_440), ("400d", 576_000)])
def test_a_record_without_minutes_is_read(text, minutes):
    """From text in any spelling, also above what the API accepts; superseded rows of other settings are ignored."""
    superseded = {"other": {"asked": "1h", "reported": "2h"}}
    state = State.from_props({"domain": DOMAIN, "session_lifetime": text, "superseded": superseded})
    assert (state.declared.wanted, state.reported) == ({"session_lifetime": minutes}, {"session_lifetime": minutes})
