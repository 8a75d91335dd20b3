"""How a record differs from a declaration, and what that means."""

from dataclasses import replace

import pytest

from auth0_sessions.lifecycle.diff import Change, Diff, diff
from auth0_sessions.lifecycle.record import Declared, State
from auth0_sessions.model.choices import Enforce, OnDelete, OverLimit
from auth0_sessions.model.inputs import INPUTS
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import LIFETIMES

FULL = Declared(
    "acme.eu.auth0.com", {"session_lifetime": 1_440, "session_cookie_mode": "persistent"}, Plan.FREE, credentials="acme"
)
OTHER = {
    "domain": "other.eu.auth0.com",
    **dict.fromkeys(LIFETIMES, 1_441),
    "session_cookie_mode": "non-persistent",
    "plan": Plan.ENTERPRISE,
    "over_limit": OverLimit.WARN,
    "on_delete": OnDelete.RESET,
    "enforce": Enforce.AT_MOST,
    "credentials": "other",
}
DEFAULTED = ("over_limit", "on_delete", "enforce")


def compared(old, new):
    """Compare two declarations, the old one as a record has it."""
    return diff(State(old, {}, {}), new)


@pytest.mark.parametrize("name", INPUTS)
def test_each_input_that_differs_is_named(name):
    """A difference is a change of its input alone; one that is unknown may be any. Only another tenant replaces."""
    there, gone = dict(FULL.values), {key: value for key, value in FULL.values.items() if key != name}
    expected = Diff({name: Change.UPDATE if name in there else Change.ADD})
    assert compared(FULL, Declared.of({**there, name: OTHER[name]})) == expected
    assert compared(FULL, Declared.of(gone, frozenset({name}))) == expected
    assert expected.changes
    assert expected.replaces == (("domain",) if name == "domain" else ())
    if name in there and name not in DEFAULTED:
        assert compared(FULL, Declared.of(gone)) == Diff({name: Change.DELETE})
        assert compared(Declared.of(gone), FULL) == Diff({name: Change.ADD})


def test_outputs_are_not_compared():
    """The same inputs are no change, whatever the tenant reports."""
    record = State(FULL, {**FULL.wanted, "session_lifetime": 60}, {"session_lifetime": 90}, "2026-09-21T14:13:20Z")
    found = diff(State.from_props(record.to_props()), replace(FULL))
    assert (found, found.changes, found.replaces) == (Diff(), False, ())


@pytest.mark.parametrize("minutes", [1_439, 1_441, 400 * 1_440])
def test_a_minute_is_a_difference(minutes):
    """Lengths are compared in minutes, also those that the API does not accept."""
    found = compared(FULL, replace(FULL, wanted={**FULL.wanted, "session_lifetime": minutes}))
    assert found == Diff({"session_lifetime": Change.UPDATE})


@pytest.mark.parametrize("name", DEFAULTED)
def test_a_record_without_a_default_is_the_same(name):
    """A record that lacks an input whose default the program has now is the same."""
    props = {key: value for key, value in FULL.to_props().items() if key != name}
    assert not compared(Declared.from_props(props), FULL).changes
