"""The field table."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.model.settings import (
    ABSOLUTE,
    ABSOLUTE_AND_IDLE,
    AUTH0_DEFAULTS,
    IDLE,
    LIFETIMES,
    LOGIN_LIFETIMES,
    LOGIN_SETTINGS,
    SETTINGS,
    Clock,
    CookieMode,
    Kind,
    Reported,
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
    """A tenant that was never written has 168, 72, 72 and 24 hours, persistent sessions, and 30 anonymous days."""
    expected = {
        "session_lifetime": 168 * 60,
        "idle_session_lifetime": 72 * 60,
        "ephemeral_session_lifetime": 72 * 60,
        "idle_ephemeral_session_lifetime": 24 * 60,
        "session_cookie_mode": "persistent",
        "anonymous_session_lifetime": 30 * 1_440,
    }
    assert expected == AUTH0_DEFAULTS


@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
def test_lifetimes_are_keys_of_the_management_api(name):
    """A login lifetime's name is a key that the API takes and answers, with a key in minutes to write beside it."""
    sent, answered = OPENAPI["request"]["properties"], OPENAPI["response"]["properties"]
    assert (sent[name]["type"], sent[f"{name}_in_minutes"]["type"], answered[name]["type"]) == (
        "integer",
        "integer",
        "number",
    )
    assert sent[name]["default"] * 60 == AUTH0_DEFAULTS[name]
    assert SETTINGS[name].wire == (name,)


def test_the_cookie_mode_is_where_the_management_api_has_it():
    """The mode is a member of `session_cookie`, and its choices are those of the API."""
    (outer, inner) = SETTINGS["session_cookie_mode"].wire
    assert OPENAPI["request"]["properties"][outer] == {"$ref": "#/components/schemas/SessionCookieSchema"}
    assert inner in OPENAPI["components"]["SessionCookieSchema"]["properties"]
    assert OPENAPI["components"]["SessionCookieModeEnum"]["enum"] == MODES


@pytest.mark.parametrize("row", SETTINGS.values(), ids=SETTINGS)
def test_rows_are_complete(row):
    """Every row says what it means, and has a default of its own kind; a lifetime has a kind of session and a clock."""
    assert row.meaning
    assert isinstance(row.default, int if row.clock else str)
    assert (row.kind is None) == (row.clock is None) == (row.name not in LIFETIMES)


def test_pairs_join_absolute_and_idle():
    """The login lifetimes are in pairs of an absolute and an idle one of the same kind, persistent ones first."""
    assert list(LOGIN_LIFETIMES) == [name for pair in ABSOLUTE_AND_IDLE for name in pair]
    assert [[(SETTINGS[name].kind, SETTINGS[name].clock) for name in pair] for pair in ABSOLUTE_AND_IDLE] == [
        [(Kind.PERSISTENT, Clock.ABSOLUTE), (Kind.PERSISTENT, Clock.IDLE)],
        [(Kind.NON_PERSISTENT, Clock.ABSOLUTE), (Kind.NON_PERSISTENT, Clock.IDLE)],
    ]
    assert (ABSOLUTE, IDLE) == ABSOLUTE_AND_IDLE[0] == ("session_lifetime", "idle_session_lifetime")


def test_login_sessions_are_what_policies_are_about():
    """Plans cap the four login lifetimes; those and the cookie mode are what policies, profiles and audits know."""
    assert {name for name in SETTINGS if SETTINGS[name].limit} == set(LOGIN_LIFETIMES)
    assert (*LOGIN_LIFETIMES, "session_cookie_mode") == LOGIN_SETTINGS
    assert set(SETTINGS) - set(LOGIN_SETTINGS) == {"anonymous_session_lifetime"}


def test_reports_and_the_dashboard_name_a_lifetime():
    """A report leaves the usual kind of session out; the Dashboard's names are those that Auth0's guide lists."""
    assert {name: (SETTINGS[name].label, SETTINGS[name].dashboard) for name in LIFETIMES} == {
        "session_lifetime": ("absolute", "Maximum Session Lifetime (Persistent)"),
        "idle_session_lifetime": ("idle", "Idle Session Lifetime (Persistent)"),
        "ephemeral_session_lifetime": ("non-persistent absolute", "Maximum Session Lifetime (Non-Persistent)"),
        "idle_ephemeral_session_lifetime": ("non-persistent idle", "Idle Session Lifetime (Non-Persistent)"),
        "anonymous_session_lifetime": ("anonymous absolute", ""),
    }
    assert SETTINGS["session_cookie_mode"].dashboard == ""


def test_one_setting_shares_its_object_on_the_wire():
    """`sessions` holds members of other features, `session_cookie` nothing but the mode."""
    assert [name for name in SETTINGS if SETTINGS[name].is_shared] == ["anonymous_session_lifetime"]


@given(values(), values())
def test_changes_make_the_old_into_the_new(old, new):
    """The old settings with them are the new ones; nothing else is touched; what was never written has its default."""
    change = changes(old, new)
    assert with_defaults({**old, **new}) == with_defaults({**old, **change})
    assert change.items() <= new.items()
    assert [changes(row, with_defaults(row)) for row in ({}, old, new)] == [{}] * 3


def test_a_value_that_cannot_be_used_is_not_the_default():
    """A tenant that reports one has neither."""
    assert with_defaults(Reported({}, {ABSOLUTE: "0, which is not a lifetime"})).keys() == SETTINGS.keys() - {ABSOLUTE}


@pytest.mark.parametrize(("value", "expected"), [(2_160, "1d12h"), (60, "1h"), *((mode, mode) for mode in MODES)])
def test_text(value, expected):
    """A value is shown as its canonical text, a cookie mode as itself."""
    assert expected == text(value)
