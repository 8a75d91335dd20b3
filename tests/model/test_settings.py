"""The field table."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.model.settings import (
    ABSOLUTE_AND_IDLE,
    DEFAULTS,
    LIFETIMES,
    SETTINGS,
    CookieMode,
    Limit,
    changes,
    text,
    with_defaults,
)

OPENAPI = json.loads((Path(__file__).parents[1] / "recordings" / "oas_session_fields.json").read_text())
MODES = [mode.value for mode in CookieMode]


def values():
    """Return a strategy for the settings of a tenant, each of them there or not."""
    rows = {name: st.integers(1, 600_000) if name in LIFETIMES else st.sampled_from(MODES) for name in SETTINGS}
    return st.fixed_dictionaries({}, optional=rows)


def test_defaults_are_those_of_auth0():
    """A tenant that was never written has 168, 72, 72 and 24 hours and persistent sessions."""
    expected = {
        "session_lifetime": 168 * 60,
        "idle_session_lifetime": 72 * 60,
        "ephemeral_session_lifetime": 72 * 60,
        "idle_ephemeral_session_lifetime": 24 * 60,
        "session_cookie_mode": "persistent",
    }
    assert expected == DEFAULTS


@pytest.mark.parametrize("name", LIFETIMES)
def test_lifetimes_are_keys_of_the_management_api(name):
    """A lifetime's name is the published key of the API, and it has a published key in minutes too."""
    assert name in json.dumps(OPENAPI)
    assert f"{name}_in_minutes" in json.dumps(OPENAPI)


@pytest.mark.parametrize("row", SETTINGS.values(), ids=SETTINGS)
def test_rows_are_complete(row):
    """Every row says what it means, and has a default of its own kind."""
    assert row.meaning
    assert isinstance(row.default, int if row.limit else str)


def test_pairs_join_absolute_and_idle():
    """Every lifetime is in one pair of an absolute and an idle one of the same kind of session."""
    assert sorted(LIFETIMES) == sorted(name for pair in ABSOLUTE_AND_IDLE for name in pair)
    assert all(idle == f"idle_{absolute}" for absolute, idle in ABSOLUTE_AND_IDLE)
    limits = {(SETTINGS[absolute].limit, SETTINGS[idle].limit) for absolute, idle in ABSOLUTE_AND_IDLE}
    assert limits == {(Limit.ABSOLUTE, Limit.IDLE)}


@pytest.mark.parametrize("name", SETTINGS)
def test_absent_is_the_default(name):
    """Writing Auth0's default where nothing was ever written changes nothing."""
    assert changes({}, {name: DEFAULTS[name]}) == {}


@pytest.mark.parametrize("name", LIFETIMES)
def test_a_minute_is_a_change(name):
    """One minute more is a change."""
    assert {name: DEFAULTS[name] + 1} == changes({}, {name: DEFAULTS[name] + 1})


@given(values(), values())
def test_changes_make_the_old_into_the_new(old, new):
    """Old settings with the changes applied are the new ones, and nothing that is not asked for is touched."""
    change = changes(old, new)
    assert with_defaults({**old, **new}) == with_defaults({**old, **change})
    assert change.items() <= new.items()


@given(values())
def test_no_change_to_oneself(old):
    """Settings do not differ from themselves, nor from themselves with the defaults spelt out."""
    assert (changes(old, old), changes(old, with_defaults(old))) == ({}, {})


@pytest.mark.parametrize(("value", "expected"), [(2_160, "1d12h"), (60, "1h"), *((mode, mode) for mode in MODES)])
def test_text(value, expected):
    """A value is shown as its canonical text, a cookie mode as itself."""
    assert expected == text(value)
