"""What a managed tenant's record holds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.lifecycle.record import OUTPUTS, SINCE, Declared, State
from auth0_sessions.model.choices import Enforce, OnDelete, OverLimit
from auth0_sessions.model.inputs import INPUTS, UNKNOWN
from auth0_sessions.model.lifetime import MAX_MINUTES
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
def test_record_is_an_inverse_pair(state):
    """A record that is written is the record that is read."""
    assert state == State.from_props(state.to_props())


@given(states())
def test_record_survives_the_engine(state):
    """A record survives JSON and the engine's doubles, and whole minutes stay integers."""
    props = as_the_engine_stores(json.loads(json.dumps(state.to_props())))
    read = State.from_props(props)
    assert state == read
    assert {int, str} >= {type(value) for values in (read.reported, read.previous) for value in values.values()}


@given(states())
def test_writing_is_stable(state):
    """What was read is written again letter by letter, so a refresh without drift changes nothing."""
    assert state.to_props() == State.from_props(state.to_props()).to_props()


@given(declarations())
def test_inputs_are_an_inverse_pair(declaration):
    """The inputs of a record that are written are the inputs that are read."""
    assert declaration == Declared.from_props(declaration.to_props())


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


@given(states())
def test_superseded_follows_from_the_rest(state):
    """A setting is superseded just when the tenant does not do what was asked, and then both are there as text."""
    differing = {name for name, asked in state.declared.wanted.items() if state.reported[name] != asked}
    assert differing == set(state.superseded)
    assert all(row["asked"] != row["reported"] for row in state.superseded.values())


def test_superseded_is_empty_when_none_is():
    """A tenant that reports what was asked has nothing superseded."""
    assert State(declared(session_lifetime=480), {"session_lifetime": 480}, {}).superseded == {}


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


@given(states())
def test_outputs(state):
    """A record holds no property but the inputs and `OUTPUTS`, of plain types only."""
    props = state.to_props()
    assert set(props) <= {*INPUTS, *OUTPUTS, SINCE}
    assert {"previous", "superseded", "old_sessions_gone_by"} <= set(props)
    assert {str, int, dict, type(None)} >= {type(value) for value in props.values()}


def test_settings_that_are_not_managed_have_no_minutes():
    """Only managed settings have an output in minutes."""
    props = State(declared(session_lifetime=480), {"session_lifetime": 480}, {}).to_props()
    assert [name for name in OUTPUTS if name.endswith("_minutes") and name in props] == ["session_lifetime_minutes"]


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


def test_values_above_the_ceiling_are_read():
    """A record that holds more than may be asked for today, as a tenant once reported it, is read."""
    props = {"domain": DOMAIN, "session_lifetime": "400d"}
    minutes = State.from_props(props).reported["session_lifetime"]
    assert (minutes, minutes > MAX_MINUTES) == (400 * 1_440, True)


def test_foreign_rows_are_no_superseded_settings():
    """A superseded row of a setting that is not managed is passed over."""
    props = {"domain": DOMAIN, "session_lifetime": "8h", "superseded": {"other": {"asked": "1h", "reported": "2h"}}}
    assert State.from_props(props).reported == {"session_lifetime": 480}


def test_non_canonical_text_is_read():
    """A record with another spelling of the same length is the same record."""
    records = [State.from_props({"domain": DOMAIN, "session_lifetime": text}) for text in ("1d", "1440m", "PT24H")]
    assert [records[0]] * 3 == records
