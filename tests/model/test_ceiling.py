"""A ceiling for a whole stack: how it is read, what it lowers, and whom it spares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.model.ceiling import StackCeiling, lowered, lowest, read_ceiling, unmatched
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.settings import LIFETIMES, LOGIN_LIFETIMES

HOUR = StackCeiling(60, 5, reason="incident 4711")
SOME = st.none() | st.integers(1, 525_600)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (None, None),
        ({"absolute": "1h"}, StackCeiling(60)),
        ({"idle": "5m"}, StackCeiling(None, 5)),
        ('{"absolute": "1h", "idle": "5m", "reason": "incident 4711"}', HOUR),
        (
            {"absolute": "PT1H", "except": ["acme", "b"], "reason": " x "},
            StackCeiling(60, None, frozenset({"acme", "b"}), "x"),
        ),
        ({"absolute": "1h", "reason": 4711}, StackCeiling(60, reason="4711")),
        ({"absolute": "1h", "idle": None, "except": None, "reason": None}, StackCeiling(60)),
    ],
)
def test_what_is_right_is_read(raw, expected):
    """An object or its JSON text; at least one lifetime."""
    assert read_ceiling(raw) == (expected, [])


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({}, ["ceiling has no lifetime; give absolute, idle, or both"]),
        ({"reason": "x"}, ["ceiling has no lifetime"]),
        ({"absolute": 1}, ["ceiling.absolute: 1 has no unit: write '1h' or '1m'"]),
        ({"absolute": "366d"}, ["ceiling.absolute: '366d' is longer"]),
        ({"idle": "1h", "absolut": "1h"}, ["ceiling.absolut: unknown key; allowed: absolute, idle, except, reason."]),
        ({"idle": "1h", "except": "acme"}, ["ceiling.except is 'acme'; give a list of names"]),
        ({"idle": "1h", "except": [7]}, ["ceiling.except is [7]"]),
        ({"idle": "1h", "reason": True}, ["ceiling.reason is True; give it as text"]),
        ({"idle": 5, "reason": [], "x": 1, "except": {}}, ["x: unknown", "idle: 5", "except is {}", "reason is []"]),
        ("1h", ["ceiling should be an object"]),
        ([], ["ceiling should be an object"]),
    ],
)
def test_everything_that_is_wrong_is_reported_in_one_go(raw, words):
    """Each problem names its key, and nothing is read of a ceiling with problems."""
    found, problems = read_ceiling(raw)
    assert found is None
    assert [word in problem for word, problem in zip(words, problems, strict=True)] == [True] * len(words)


@given(st.recursive(st.none() | st.text() | st.floats(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_any_value_is_read_or_a_problem(raw):
    """Nothing raises."""
    found, problems = read_ceiling(raw)
    assert (found is None) == (bool(problems) or raw is None or raw == "null")


@pytest.mark.parametrize("name", LIFETIMES)
def test_each_clock_has_its_limit_for_both_kinds_of_sessions(name):
    """Persistent and non-persistent sessions have the same; anonymous ones are not login sessions."""
    expected = {"idle": 5, "anony": None}.get(name[: 4 if "idle" in name else 5], 60)
    assert HOUR.minutes(name) == expected


@given(st.sampled_from(LOGIN_LIFETIMES), st.integers(1, 525_600), st.lists(st.builds(StackCeiling, SOME, SOME)))
def test_it_lowers_and_never_lengthens(name, minutes, ceilings):
    """The result is the shortest of the value and all limits, with the ceiling that has it."""
    limits = [one.minutes(name) for one in ceilings if one.minutes(name) is not None]
    found, by = lowest(name, minutes, ceilings)
    assert found == min([minutes, *limits])
    assert (by is None) == (found == minutes)
    assert by is None or by.minutes(name) == found


@pytest.mark.parametrize(
    ("value", "expected"),
    [("30d", "1h"), (Lifetime(480), "1h"), ("60m", "60m"), ("PT5M", "PT5M"), ("bad", "bad"), (720, 720), (None, None)],
)
def test_only_a_longer_lifetime_is_replaced(value, expected):
    """What cannot be read is left to the check, which reports it."""
    assert lowered("session_lifetime", value, [HOUR])[0] == expected


def test_a_spared_name_is_one_of_several():
    """A tenant is spared by its short name or by the name of one of its resources."""
    ceiling = StackCeiling(60, exempt=frozenset({"acme"}))
    assert (ceiling.spares("x", "acme"), ceiling.spares("x"), HOUR.spares("acme")) == (True, False, False)


def test_a_name_that_matches_nothing_is_a_problem():
    """It is named with those that could be meant."""
    ceiling = StackCeiling(60, exempt=frozenset({"acme", "fleet-b", "x"}))
    (problem,) = unmatched(ceiling, ["acme", "b", "fleet-b"], ["acme", "b"], "a tenant")
    assert problem == "ceiling.except: 'x' is not a tenant; allowed: 'acme', 'b'."


def test_reasons_repeat_why_it_is_there():
    """Without a reason, it is just the stack's ceiling."""
    assert HOUR.phrase == "the stack's ceiling (incident 4711)"
    assert StackCeiling(1).phrase == "the stack's ceiling"
