"""A team's own profiles: read beside the built-in ones, every problem collected."""

import json

import pytest

from auth0_sessions.fleet.profiles import KEYS, read_profiles
from auth0_sessions.model.profiles import PROFILES

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


@pytest.mark.parametrize(("ceiling", "is_ceiling"), [(True, True), (False, False), ("true", True), ("false", False)])
def test_a_profile_need_not_be_a_ceiling(ceiling, is_ceiling):
    """`ceiling: false` lets an argument ask for more; a file gives the truth value as text."""
    known, problems = read_profiles({"ours": {"idle": "1h", "ceiling": ceiling}})
    assert (problems, known["ours"].is_ceiling) == ([], is_ceiling)


@pytest.mark.parametrize("key", KEYS)
def test_one_lifetime_is_enough(key):
    """A profile may have any single lifetime, and leaves the others to the plan."""
    known, problems = read_profiles({"ours": {key: "1h"}})
    assert problems == []
    assert [known["ours"].__getattribute__(field) for field in KEYS.values()].count(60) == 1


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"strict": {"idle": "1h"}}, "profile 'strict': is built in"),
        ({"Our Own": {"idle": "1h"}}, "profile 'Our Own': a name has small letters"),
        ({"ours": {"idle": 60}}, "profile 'ours': idle: 60 has no unit"),
        ({"ours": {"idle": "1h", "idel": "2h"}}, "profile 'ours': idel: there is no such key"),
        ({"ours": {"source": "x"}}, "profile 'ours': has no lifetime"),
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
