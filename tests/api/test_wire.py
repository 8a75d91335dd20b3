"""Settings in minutes <-> the Management API's JSON."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auth0_sessions.api.wire import FIELDS, from_tenant, to_patch_body
from auth0_sessions.model.settings import LIFETIMES, SETTINGS, CookieMode

MODES = [mode.value for mode in CookieMode]
ANSWERS = {
    path.stem: json.loads(path.read_text())["response"]["body"]
    for path in sorted((Path(__file__).parents[1] / "recordings").glob("[01]*.json"))
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def values():
    """Return a strategy for settings to write."""
    rows = {name: st.integers(1, 600_000) if name in LIFETIMES else st.sampled_from(MODES) for name in SETTINGS}
    return st.fixed_dictionaries({}, optional=rows)


def answered(body):
    """Return what Auth0 answers to a PATCH: hours as a double under the hours key, never a key in minutes."""
    found = {}
    for key, value in body.items():
        if key.endswith("_in_minutes"):
            found[key.removesuffix("_in_minutes")] = value / 60
        else:
            found[key] = value
    return json.loads(json.dumps(found))


def test_every_minute_survives():
    """Every minute count from 1 to 600,000 comes back from the tenant as it was sent."""
    name = LIFETIMES[0]
    wrong = [
        minutes
        for minutes in range(1, 600_001)
        if from_tenant({name: to_patch_body({name: minutes}).get(name, minutes / 60)}) != {name: minutes}
    ]
    assert wrong == []


@given(values())
def test_write_and_read_are_inverse(settings):
    """What is written is what is read, for every combination of settings, through JSON text."""
    assert settings == from_tenant(answered(to_patch_body(settings)))


@given(values())
def test_one_key_for_each_setting(settings):
    """A body holds one key for each setting it writes, never hours and minutes together, and no other key."""
    keys = to_patch_body(settings)
    named = ["session_cookie_mode" if key == "session_cookie" else key.removesuffix("_in_minutes") for key in keys]
    assert sorted(settings) == sorted(named)


@given(values())
def test_bodies_hold_whole_numbers(settings):
    """The tenant refuses fractions, so every lifetime in a body is a whole number."""
    assert {int} >= {type(value) for key, value in to_patch_body(settings).items() if key != "session_cookie"}


@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize(("minutes", "suffix", "number"), [(480, "", 8), (60, "", 1), (90, "_in_minutes", 90)])
def test_whole_hours_go_as_hours(name, minutes, suffix, number):
    """Whole hours go under the documented key, anything else in minutes."""
    assert {f"{name}{suffix}": number} == to_patch_body({name: minutes})


@pytest.mark.parametrize("mode", MODES)
def test_cookie_mode_has_an_object_of_its_own(mode):
    """The cookie mode goes and comes inside `session_cookie`."""
    body = {"session_cookie": {"mode": mode}}
    assert body == to_patch_body({"session_cookie_mode": mode})
    assert {"session_cookie_mode": mode} == from_tenant(body)


def test_fields():
    """A narrow GET names the four keys in hours and the cookie; the API takes no key in minutes there."""
    assert (*LIFETIMES, "session_cookie") == FIELDS


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_recorded_answers(answer):
    """A recorded answer of a real tenant reads as its hours in minutes, and what it lacks stays missing."""
    expected = {name: round(answer[name] * 60) for name in LIFETIMES if name in answer}
    if "session_cookie" in answer:
        expected["session_cookie_mode"] = answer["session_cookie"]["mode"]
    assert expected == from_tenant(answer)


def test_recorded_fraction():
    """181 minutes come back as 3.0166666666666666 hours."""
    assert from_tenant({"session_lifetime": 3.0166666666666666}) == {"session_lifetime": 181}


@pytest.mark.parametrize("answer", [{}, {"friendly_name": "x"}, dict.fromkeys(FIELDS)])
def test_never_written(answer):
    """A key that is absent, or null, was never written."""
    assert from_tenant(answer) == {}


@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize(
    "hours",
    [
        0,
        -1,
        0.001,
        1e9,
        float("nan"),
        float("inf"),
        float("-inf"),
        pytest.param(10**400, id="huge"),
        True,
        "8",
        [8],
        {"hours": 8},
    ],
)
def test_hostile_hours(name, hours):
    """A lifetime that is no plausible number of hours is refused by the key's name."""
    with pytest.raises(ValueError, match=f"^{name} should be "):
        from_tenant({name: hours})


@pytest.mark.parametrize("cookie", ["persistent", {}, {"mode": None}, {"mode": 1}, [], 0, {"mode": ["persistent"]}])
def test_hostile_cookie(cookie):
    """A cookie object without a mode in it is refused by the key's name."""
    with pytest.raises(ValueError, match="session_cookie should hold a mode"):
        from_tenant({"session_cookie": cookie})


@pytest.mark.parametrize("answer", [None, [], "{}", 1, True, [{}]])
def test_no_object(answer):
    """An answer that is no object is refused."""
    with pytest.raises(ValueError, match="there is no object"):
        from_tenant(answer)


@settings(settings.get_profile("thorough"))
@given(JSON | st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_only_value_errors(answer):
    """Whatever JSON a tenant answers, it is read as lifetimes of at least a minute, or refused by ValueError."""
    try:
        found = from_tenant(answer)
    except ValueError:
        return
    assert all(found[name] >= 1 for name in found if name in LIFETIMES)
    assert set(found) <= set(SETTINGS)
