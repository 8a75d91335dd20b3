"""A team's own profiles, read in addition to the built-in ones, with all problems collected."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.model.own_profiles import read_profiles
from auth0_sessions.model.picking import Chosen, pick
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.profiles import PROFILE_KEYS, PROFILES

OURS = {"absolute": "12h", "idle": "30m", "ephemeralAbsolute": "8h", "ephemeralIdle": "15m", "source": "Handbook 4.2"}


@pytest.mark.parametrize("raw", [None, {}])
def test_without_own_profiles_there_are_the_built_in_ones(raw):
    """Where a team has no profiles, those of the package may be named."""
    assert read_profiles(raw) == (dict(PROFILES), [])


@pytest.mark.parametrize("written", [dict, json.dumps])
def test_a_profile_is_read_in_minutes(written):
    """Lifetimes are text with a unit; a profile is a ceiling unless it says otherwise."""
    known, problems = read_profiles(written({"ours": OURS}))
    ours = known["ours"]
    assert problems == []
    assert (ours.absolute_minutes, ours.idle_minutes) == (720, 30)
    assert (ours.ephemeral_absolute_minutes, ours.ephemeral_idle_minutes) == (480, 15)
    assert (ours.source, ours.is_ceiling) == ("Handbook 4.2", True)
    assert known.keys() - {"ours"} == PROFILES.keys()


@pytest.mark.parametrize("ceiling", [True, False, "true", "false"])
def test_a_profile_need_not_be_a_ceiling(ceiling):
    """`ceiling: false` lets an argument ask for more; a file gives the truth value as text."""
    known, problems = read_profiles({"ours": {"idle": "1h", "ceiling": ceiling}})
    assert (problems, known["ours"].is_ceiling) == ([], ceiling in (True, "true"))


@pytest.mark.parametrize("key", PROFILE_KEYS)
def test_one_lifetime_is_enough(key):
    """A profile may have any single lifetime, and leaves the others to the plan."""
    known, problems = read_profiles({"ours": {key: "1h"}})
    assert problems == []
    assert [known["ours"].__getattribute__(field) for field in PROFILE_KEYS.values()].count(60) == 1


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"strict": {"idle": "1h"}}, "profile 'strict': is built in"),
        ({"Our Own": {"idle": "1h"}}, "profile 'Our Own': a name can only have lowercase letters"),
        ({"ours": {"idle": 60}}, "profile 'ours': idle: 60 has no unit"),
        ({"ours": {"idle": "1h", "idel": "2h"}}, "profile 'ours': idel: unknown key"),
        ({"ours": {"source": "x"}}, "profile 'ours': has no lifetime"),
        ({"ours": {"idle": None}}, "profile 'ours': has no lifetime"),
        ({"ours": {"absolute": "366d"}}, "profile 'ours': absolute: '366d' is longer"),
        ({"ours": {"idle": "1h", "ceiling": 1}}, "profile 'ours': ceiling is 1; allowed: true, false"),
        ({"ours": {"idle": "1h", "ceiling": ["x"]}}, "profile 'ours': ceiling is ['x']"),
        ({7: {"idle": "x"}}, "profile '7': idle: 'x' is not a lifetime"),
        ([], "profiles should be an object"),
        (
            '{"ours": {"idle": "1h", "source": 7}}',
            "auth0-sessions:profiles has one problem:\n  - ours.source: 7 is a number",
        ),
        ({"ours": {"idle": "1h", "ceiling": "perhaps"}}, "profile 'ours': ceiling is 'perhaps'"),
        ({"ours": "1h"}, "profile 'ours': should be an object"),
        ("no JSON", "profiles should be an object"),
    ],
)
def test_what_is_wrong_is_named(raw, words):
    """A problem names the profile, the key and what is allowed, and the built-in profiles stay as they are."""
    known, (problem,) = read_profiles(raw)
    assert problem.startswith(words)
    assert all(known[name] is row for name, row in PROFILES.items())


def test_every_problem_is_collected():
    """All problems of all profiles come together."""
    _, problems = read_profiles({"a": {"idle": "x", "absolute": 7}, "strict": {}})
    assert [problem.split(":")[0] for problem in problems] == ["profile 'a'"] * 2 + ["profile 'strict'"] * 2


TEXT = st.text(st.characters(), max_size=4)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.sampled_from(["1h", "true"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
ENTRIES = st.dictionaries(st.sampled_from([*PROFILE_KEYS, "ceiling", "source", "x"]), VALUES, max_size=4) | VALUES


@given(st.dictionaries(st.sampled_from(["ours", "a-1", *PROFILES]) | TEXT, ENTRIES, max_size=3) | VALUES)
def test_any_value_is_read_or_a_problem(raw):
    """Nothing raises, the built-in profiles stay as they are, and a profile without a problem has a lifetime."""
    known, problems = read_profiles(raw)
    assert all(known[name] is row for name, row in PROFILES.items())
    assert all(problem.encode() for problem in problems)
    if not problems:
        own = [row for name, row in known.items() if name not in PROFILES]
        assert all(any(getattr(row, column) for column in PROFILE_KEYS.values()) for row in own)


@pytest.mark.parametrize("ceiling", [True, False])
def test_an_own_profile_decides_like_a_built_in_one(ceiling):
    """Its lifetimes are picked, its source is the reason, and as a ceiling it binds arguments."""
    known, _ = read_profiles({"ours": {**OURS, "ceiling": ceiling}})
    chosen = Chosen(Plan.ENTERPRISE, known["ours"])
    picked = pick(chosen, {})
    assert list(picked.minutes.values()) == [720, 30, 480, 15]
    assert picked.reason("session_lifetime") == "absolute 12h: profile 'ours' (Handbook 4.2)"
    assert len(pick(chosen, {"session_lifetime": 721}).problems) == ceiling
