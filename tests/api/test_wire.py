"""Settings in minutes <-> the Management API's JSON."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auth0_sessions.api.wire import FIELDS, after_write, from_tenant, shared_fields, to_patch_body
from auth0_sessions.model.settings import (
    AUTH0_DEFAULTS,
    LIFETIMES,
    LOGIN_LIFETIMES,
    SETTINGS,
    CookieMode,
    Values,
    with_defaults,
)

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
    found: dict[str, object] = {}
    for key, value in body.items():
        if key.endswith("_in_minutes"):
            found[key.removesuffix("_in_minutes")] = value / 60
        else:
            found[key] = value
    return json.loads(json.dumps(found))


@pytest.mark.deep
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


def leaves_of(value):
    """Return the values in a JSON object that are not objects themselves."""
    return [leaf for inner in value.values() for leaf in leaves_of(inner)] if isinstance(value, dict) else [value]


@given(values())
def test_one_key_for_each_setting(settings):
    """A body has one key for each setting it writes, never hours and minutes together, and only whole numbers."""
    body = to_patch_body(settings)
    objects = {"session_cookie": "session_cookie_mode", "sessions": "anonymous_session_lifetime"}
    assert sorted(settings) == sorted(objects.get(key, key.removesuffix("_in_minutes")) for key in body)
    assert all(type(leaf) is int or leaf in MODES for leaf in leaves_of(body))


@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
@pytest.mark.parametrize(("minutes", "suffix", "number"), [(480, "", 8), (60, "", 1), (90, "_in_minutes", 90)])
def test_whole_hours_go_as_hours(name, minutes, suffix, number):
    """Whole hours go under the documented key, anything else in minutes."""
    assert {f"{name}{suffix}": number} == to_patch_body({name: minutes})


def test_fields():
    """A narrow GET names the four keys in hours and the two objects; the API takes no key in minutes there."""
    assert (*LOGIN_LIFETIMES, "session_cookie", "sessions") == FIELDS


# The sixth setting is a member of an object that other features share.

MEMBERS = st.dictionaries(st.text(min_size=1), JSON, max_size=3)


def anonymous(minutes):
    """Return an answer with this lifetime of anonymous sessions."""
    return {"sessions": {"anonymous": {"lifetime_in_minutes": minutes}}}


@given(st.integers(1, 600_000))
def test_anonymous_sessions_are_in_minutes_both_ways(minutes):
    """They go and come inside `sessions.anonymous`, in whole minutes, whole hours too."""
    assert to_patch_body({"anonymous_session_lifetime": minutes}) == anonymous(minutes)
    assert from_tenant(anonymous(minutes)) == {"anonymous_session_lifetime": minutes}
    assert from_tenant(anonymous(float(minutes))) == {"anonymous_session_lifetime": minutes}


def test_nothing_else_of_an_answer_is_sent():
    """A body repeats the members of a shared object, and no other object or setting of the answer."""
    reported = {"sessions": {}, "session_cookie": {"mode": "persistent", "x": 1}, "session_lifetime": 8}
    body = to_patch_body({"session_cookie_mode": "non-persistent"}, reported)
    assert body == {"session_cookie": {"mode": "non-persistent"}}


@given(MEMBERS, MEMBERS, st.integers(1, 600_000))
def test_whatever_the_siblings_are_they_survive(outer, inner, minutes):
    """Only the one member changes, no other is lost, and the tenant's reported object is not modified."""
    reported = {"sessions": {**outer, "anonymous": inner}}
    before = json.dumps(reported, sort_keys=True)
    body = to_patch_body({"anonymous_session_lifetime": minutes}, reported)
    assert body == {"sessions": {**outer, "anonymous": {**inner, "lifetime_in_minutes": minutes}}}
    assert json.dumps(reported, sort_keys=True) == before


@pytest.mark.parametrize("reported", [None, {}, {"sessions": None}, {"sessions": {"anonymous": None}}])
def test_an_object_that_was_never_written_is_made(reported):
    """If there is nothing to repeat, the body has only the one member."""
    assert to_patch_body({"anonymous_session_lifetime": 90}, reported) == anonymous(90)


@given(values())
def test_only_shared_objects_have_to_be_known(settings):
    """A write needs to know `sessions` where it changes a member of it, and nothing else ever."""
    expected = ("sessions",) if "anonymous_session_lifetime" in settings else ()
    assert expected == shared_fields(settings)


def unusable(answer, name):
    """Return why a setting's value in an answer is unusable, of an answer that has no other setting."""
    found = from_tenant(answer)
    assert (found, list(found.unusable)) == ({}, [name])
    return found.unusable[name]


NO_LIFETIMES = [0, -1, float("nan"), float("inf"), True, "8", [8], {"hours": 8}, "\ud800", "x" * 999]
NO_LIFETIMES += [pytest.param(10**400, id="400 digits")]


@pytest.mark.parametrize("value", [*NO_LIFETIMES, 0.001, 1e9])
@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
def test_unusable_hours(name, value):
    """A lifetime that is not a plausible number of hours is named for what it is, in one short line."""
    why = unusable({name: value}, name)
    assert (why.endswith(", which is not a lifetime"), why.isprintable(), len(why) < 120) == (True, True, True)


@pytest.mark.parametrize("value", [*NO_LIFETIMES, 1.5, 60_000_000])
def test_unusable_minutes(value):
    """A lifetime that is not a plausible number of whole minutes is, too."""
    why = unusable(anonymous(value), "anonymous_session_lifetime")
    assert why.endswith(", which is not a lifetime")
    assert why.startswith(json.dumps(value)[:77])


@pytest.mark.parametrize("value", ["persistent", [], 0, False])
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("session_cookie_mode", ["session_cookie"]),
        ("anonymous_session_lifetime", ["sessions"]),
        ("anonymous_session_lifetime", ["sessions", "anonymous"]),
    ],
)
def test_what_is_not_an_object_is_unusable(name, path, value):
    """A key that should hold an object is named with what it holds."""
    answer = value
    for key in reversed(path):
        answer = {key: answer}
    assert unusable(answer, name) == f"{json.dumps(value)}, while {path[-1]} should be an object"


@pytest.mark.parametrize("cookie", [{}, {"mode": None}, {"mode": ["persistent"]}, {"mode": "non_persistent"}])
def test_unusable_cookie(cookie):
    """A cookie object without a mode that Auth0 documents is named for what it is."""
    shown = json.dumps(cookie.get("mode", cookie))
    assert unusable({"session_cookie": cookie}, "session_cookie_mode") == f"{shown}, which is not a cookie mode"


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_recorded_answers(answer):
    """A recorded answer of a real tenant reads as its hours in minutes, and what it lacks stays missing."""
    expected = {name: round(answer[name] * 60) for name in LOGIN_LIFETIMES if name in answer}
    if "session_cookie" in answer:
        expected["session_cookie_mode"] = answer["session_cookie"]["mode"]
    assert expected == from_tenant(answer)


@pytest.mark.parametrize(
    "answer",
    [
        *({}, {"friendly_name": "x"}, dict.fromkeys(FIELDS), {"sessions": {}}, {"sessions": {"anonymous": None}}),
        *({"sessions": {"oidc_logout_prompt_enabled": True}}, {"sessions": {"anonymous": {"activate_cookie": True}}}),
        anonymous(None),
    ],
)
def test_never_written(answer):
    """A key or a member that is absent, or null, was never written."""
    assert from_tenant(answer) == {}


def test_an_unusable_value_leaves_the_others():
    """What is unusable is not mistaken for a value, for the default, or for a reason to lose the rest."""
    unusable = {"idle_session_lifetime": 0, "session_cookie": {}, "sessions": {"anonymous": {"lifetime_in_minutes": 0}}}
    found = from_tenant({**unusable, "session_lifetime": 8})
    assert found == {"session_lifetime": 480}
    assert with_defaults(found) == {
        "session_lifetime": 480,
        "ephemeral_session_lifetime": AUTH0_DEFAULTS["ephemeral_session_lifetime"],
        "idle_ephemeral_session_lifetime": AUTH0_DEFAULTS["idle_ephemeral_session_lifetime"],
    }
    assert found.problems(["session_lifetime", "session_cookie_mode"], str.upper) == [
        "the tenant reports SESSION_COOKIE_MODE as {}, which is not a cookie mode"
    ]


WRITTEN: Values = {"session_lifetime": 90, "session_cookie_mode": "persistent"}


@pytest.mark.parametrize(
    ("answer", "found", "unusable"),
    [
        ({"session_lifetime": 8, "session_cookie": {"mode": "non-persistent"}}, [480, "non-persistent"], set()),
        ({}, [90, "persistent"], set()),
        ({"session_lifetime": 0}, [90, "persistent"], {"session_lifetime"}),
        ({"session_cookie": {"mode": None}}, [90, "persistent"], {"session_cookie_mode"}),
        ({"idle_session_lifetime": 0}, [90, "persistent"], {"idle_session_lifetime"}),
        *[(answer, [90, "persistent"], SETTINGS.keys()) for answer in (None, [], "x", 1)],
    ],
)
def test_after_a_write(answer, found, unusable):
    """What was written and is not usable in the answer counts as written; without settings, nothing else is known."""
    after = after_write(WRITTEN, answer)
    assert after == dict(zip(WRITTEN, found, strict=True))
    assert after.unusable.keys() == unusable


@pytest.mark.parametrize("answer", [None, [], "{}", 1])
def test_no_object(answer):
    """An answer that is not an object is refused."""
    with pytest.raises(ValueError, match=r"^an answer that is not a JSON object$"):
        from_tenant(answer)


@pytest.mark.thorough
@settings(settings.get_profile("thorough"))
@given(JSON | st.dictionaries(st.sampled_from(FIELDS), JSON | st.just({"anonymous": {}}) | JSON.map(anonymous)))
def test_any_answer(answer):
    """Whatever JSON a tenant answers, each setting is a value, unusable with a printable reason, or missing."""
    try:
        found = from_tenant(answer)
    except ValueError:
        assert not isinstance(answer, dict)
        return
    assert not found.keys() & found.unusable.keys()
    assert all(reason.isprintable() for reason in found.unusable.values())
    assert all(found[name] >= 1 for name in found if name in LIFETIMES)
    assert set(found) <= set(SETTINGS)
