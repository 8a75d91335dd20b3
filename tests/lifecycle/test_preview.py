"""Records that no write has made: of a preview, and of a tenant that was only read."""

from dataclasses import replace

import pytest

from auth0_sessions.lifecycle.preview import LookedUp, changed_record, new_record
from auth0_sessions.lifecycle.record import OUTPUTS, Declared, State
from auth0_sessions.model.choices import Enforce, OnDelete, OverLimit
from auth0_sessions.model.inputs import INPUTS, UNKNOWN
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import AUTH0_DEFAULTS, LIFETIMES, LOGIN_SETTINGS, SETTINGS, text

DOMAIN = "acme.eu.auth0.com"
WANTED = {"session_lifetime": 600, "idle_session_lifetime": 60}
FREE = Declared(DOMAIN, WANTED, Plan.FREE)
SUPERSEDED = State(FREE, {**WANTED, "session_lifetime": 120}, dict.fromkeys(WANTED, 90), "2026-09-21T14:13:20Z")
"""A record whose absolute lifetime the tenant did not take."""


def test_a_new_record_has_every_property():
    """What is not managed is None and not unknown; what only the tenant knows is unknown."""
    record = new_record(FREE)
    assert set(record) == {*INPUTS, *OUTPUTS}
    assert {name for name, value in record.items() if value is UNKNOWN} == {
        *(f"{name}_minutes" for name in WANTED),
        "previous",
        "superseded",
        "old_sessions_gone_by",
    }
    assert all(record[name] is None for name in SETTINGS if name not in WANTED)


def test_a_new_record_of_a_tenant_that_was_read():
    """`previous` is known, and the minutes of what the tenant has already."""
    found = {"session_lifetime": 10_080, "idle_session_lifetime": 60}
    record = new_record(FREE, State(FREE, found, found))
    assert record["previous"] == {"session_lifetime": 10_080, "idle_session_lifetime": 60}
    assert (record["session_lifetime_minutes"], record["idle_session_lifetime_minutes"]) == (UNKNOWN, 60)


def test_a_changed_record_keeps_what_stays():
    """A change that does not concern the tenant leaves every output known."""
    record = changed_record(SUPERSEDED, replace(FREE, on_delete=OnDelete.RESET))
    assert {name: record[name] for name in OUTPUTS if record[name] is not None} == {
        "session_lifetime_minutes": 120,
        "idle_session_lifetime_minutes": 60,
        "previous": SUPERSEDED.previous,
        "superseded": {"session_lifetime": {"asked": "10h", "reported": "2h"}},
        "old_sessions_gone_by": "2026-09-21T14:13:20Z",
    }


@pytest.mark.parametrize(
    ("change", "unknown"),
    [
        ({"wanted": {**WANTED, "idle_session_lifetime": 30}}, {"idle_session_lifetime_minutes", "superseded"}),
        ({"wanted": {**WANTED, "session_lifetime": 30}}, {"session_lifetime_minutes", "superseded", "moment"}),
        (
            {"wanted": {**WANTED, "ephemeral_session_lifetime": 30}},
            {"ephemeral_session_lifetime_minutes", "previous", "superseded"},
        ),
        ({"plan": Plan.ENTERPRISE}, {"session_lifetime_minutes", "superseded", "moment"}),
        ({"over_limit": OverLimit.WARN}, {"session_lifetime_minutes", "superseded", "moment"}),
        (
            {"enforce": Enforce.AT_MOST},
            {*WANTED, *(f"{name}_minutes" for name in WANTED), "own", "superseded", "moment"},
        ),
        (
            {"unknown": frozenset({"enforce"})},
            {*WANTED, *(f"{name}_minutes" for name in WANTED), "own", "superseded", "moment", "previous", "enforce"},
        ),
    ],
    ids=["idle", "absolute", "another", "plan", "over_limit", "enforce", "perhaps a ceiling"],
)
def test_what_an_update_may_change_is_unknown(change, unknown):
    """What is written, or read anew, is not known yet: a raised plan writes what is superseded, a ceiling reads."""
    record = changed_record(SUPERSEDED, replace(FREE, **change))
    named = {"old_sessions_gone_by": "moment"}
    assert {named.get(name, name) for name, value in record.items() if value is UNKNOWN} == unknown


CEILING = replace(FREE, enforce=Enforce.AT_MOST)
STRICT = State(
    CEILING.held({"session_lifetime": 90}), {**WANTED, "session_lifetime": 90}, WANTED, None, {"session_lifetime": 90}
)
"""A record of a tenant whose absolute lifetime is its own."""


def test_a_new_ceiling_is_no_value():
    """Until the tenant is read, the lifetimes under a ceiling are unknown, and so are the tenant's own values."""
    record = new_record(CEILING)
    assert [record[name] for name in (*WANTED, "own")] == [UNKNOWN] * 3
    assert record["enforce"] == "at-most"


def test_a_ceiling_of_a_tenant_that_was_read_is_a_value():
    """The values to hold are known then, and the tenant's own values."""
    own = {"session_lifetime": 90, "idle_session_lifetime": 480}
    record = new_record(CEILING, State(CEILING.held(own), own, own, None, own))
    assert (record["session_lifetime"], record["idle_session_lifetime"], record["own"]) == ("1h30m", "1h", own)
    assert (record["session_lifetime_minutes"], record["idle_session_lifetime_minutes"]) == (90, UNKNOWN)


@pytest.mark.parametrize(("ceiling", "held", "minutes"), [(600, "1h30m", 90), (90, "1h30m", 90), (30, "30m", UNKNOWN)])
def test_an_update_of_a_ceiling_shows_the_value_to_hold(ceiling, held, minutes):
    """A preview of an update has the lower of the ceiling and the tenant's own value."""
    changed = replace(CEILING, wanted={"session_lifetime": ceiling})
    record = changed_record(STRICT, changed)
    assert (record["session_lifetime"], record["session_lifetime_minutes"]) == (held, minutes)
    assert record["own"] == {"session_lifetime": 90}


def test_a_setting_that_leaves_is_none():
    """What is managed no more is in no output."""
    record = changed_record(SUPERSEDED, replace(FREE, wanted={"idle_session_lifetime": 60}))
    assert (record["session_lifetime"], record["session_lifetime_minutes"]) == (None, None)
    assert (record["previous"], record["superseded"]) == ({"idle_session_lifetime": 90}, {})


@pytest.mark.parametrize(
    "found",
    [{}, {"session_lifetime": 90}, {"session_cookie_mode": "non-persistent"}, dict(AUTH0_DEFAULTS)],
    ids=["nothing", "a lifetime", "the mode", "all"],
)
@pytest.mark.parametrize("label", [None, "blue"])
def test_a_look_up_has_every_setting(found, label):
    """Settings that were never written have Auth0's default, and the label is included if there was one."""
    looked_up = LookedUp(DOMAIN, label, found)
    values = {**AUTH0_DEFAULTS, **found}
    assert looked_up.values == values
    assert looked_up.to_props() == {
        "domain": DOMAIN,
        **{name: text(value) for name, value in values.items()},
        **{f"{name}_minutes": values[name] for name in LIFETIMES},
        **({"credentials": label} if label else {}),
    }


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ({"session_lifetime": 90}, {"session_lifetime": 90}),
        ({}, {name: AUTH0_DEFAULTS[name] for name in LOGIN_SETTINGS}),
    ],
    ids=["one", "nothing"],
)
def test_an_import_manages_what_was_written(found, wanted):
    """The settings ever written, or all with Auth0's defaults if none was; `previous` is what was found."""
    state = LookedUp(DOMAIN, "blue", found).adopted(None)
    assert (state.declared.wanted, state.reported, state.previous) == (wanted, wanted, wanted)
    assert (state.declared.credentials, state.declared.plan, state.superseded) == ("blue", None, {})


@pytest.mark.parametrize(
    ("minutes", "plan", "over_limit"),
    [
        (43_200, Plan.FREE, OverLimit.ERROR),
        (43_201, Plan.FREE, OverLimit.WARN),
        (43_201, Plan.ENTERPRISE, OverLimit.ERROR),
        (43_201, None, OverLimit.ERROR),
    ],
)
def test_an_import_above_the_plan_is_kept(minutes, plan, over_limit):
    """A tenant has what it has: a value above the configured plan's cap is declared with "warn"."""
    assert LookedUp(DOMAIN, None, {"session_lifetime": minutes}).adopted(plan).declared.over_limit is over_limit
