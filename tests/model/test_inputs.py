"""The inputs, each with its reader: where text becomes a value."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auth0_sessions.errors import InputError
from auth0_sessions.model.choices import Enforce, OnDelete, OverLimit
from auth0_sessions.model.inputs import INPUTS, READERS, SECRETS, UNKNOWN, Problem, check_label, read_inputs
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import LIFETIMES, SETTINGS, CookieMode
from auth0_sessions.model.spelling import CAMEL_CASE, SNAKE_CASE

VALUES = {
    "domain": ("https://ACME.eu.auth0.com/", "acme.eu.auth0.com"),
    **dict.fromkeys(LIFETIMES, ("PT36H", 2_160)),
    "session_cookie_mode": (" Non-Persistent ", CookieMode.NON_PERSISTENT),
    "plan": ("Enterprise", Plan.ENTERPRISE),
    "over_limit": ("CLAMP", OverLimit.CLAMP),
    "on_delete": ("reset\n", OnDelete.RESET),
    "enforce": ("At-Most", Enforce.AT_MOST),
    "credentials": ("acme-eu", "acme-eu"),
}
"""Input -> what a user writes, and its value."""


def test_every_input_is_there():
    """The inputs are the tenant, every setting of the table, and what decides about them."""
    assert set(INPUTS) == set(READERS) == set(VALUES)
    assert set(SETTINGS) < set(INPUTS)


@pytest.mark.parametrize("name", INPUTS)
def test_text_becomes_a_value(name):
    """Each input is read as a value of its own type, and minutes are whole numbers."""
    text, value = VALUES[name]
    found = read_inputs({name: text}, SNAKE_CASE)
    assert (found.values, found.unknown, found.problems) == ({name: value}, frozenset(), [])
    assert type(found.values[name]) is type(value)


@pytest.mark.parametrize("name", INPUTS)
def test_unknown_and_missing_are_not_read(name):
    """What a preview cannot know yet is set apart; None is an input that was left out."""
    unknown = read_inputs({name: UNKNOWN}, SNAKE_CASE)
    assert (unknown.values, unknown.unknown, unknown.problems) == ({}, frozenset({name}), [])
    missing = read_inputs({name: None}, SNAKE_CASE)
    assert (missing.values, missing.unknown, missing.problems) == ({}, frozenset(), [])
    assert repr(UNKNOWN) == "UNKNOWN"


@pytest.mark.parametrize("name", INPUTS)
def test_what_is_wrong_is_a_problem_of_its_input(name):
    """An unusable value is one problem, and everything else is still read."""
    other = next(kept for kept in INPUTS if kept != name)
    found = read_inputs({name: 720, other: VALUES[other][0]}, SNAKE_CASE)
    assert found.values == {other: VALUES[other][1]}
    assert [problem.property for problem in found.problems] == [name]


@pytest.mark.parametrize(("spelling", "name"), [(SNAKE_CASE, "over_limit"), (CAMEL_CASE, "overLimit")])
def test_a_problem_is_spelled_as_the_user_does(spelling, name):
    """The property keeps its name in the record; the text has the user's."""
    (problem,) = read_inputs({"over_limit": 7}, spelling).problems
    assert problem.property == "over_limit"
    assert problem.reason.startswith(f"{name} is 7; allowed: 'error', 'clamp', 'warn'.")
    assert problem.named(spelling) == problem.reason
    assert Problem("over_limit", "x").named(spelling) == f"{name}: x"


SECRET = "Canary-5eCr3t"


@pytest.mark.parametrize(
    ("name", "value", "secrets"),
    [
        *((name, f"{SECRET} @", f"plan,{name}") for name in INPUTS),
        ("credentials", SECRET, ""),
        ("credentials", {"clientSecret": SECRET}, ""),
        ("domain", f"user:{SECRET}@acme.eu.auth0.com", ""),
        ("domain", f"https://{SECRET}@acme.eu.auth0.com/", ""),
    ],
)
def test_a_secret_is_not_repeated(name, value, secrets):
    """Also one in the wrong place; the problem is marked, so that a front end does not let the engine repeat it."""
    (problem,) = read_inputs({name: value, SECRETS: secrets}, SNAKE_CASE).problems
    assert (problem.property, problem.is_private, SECRET in problem.reason) == (name, True, False)


@pytest.mark.parametrize("name", [name for name in INPUTS if name != "credentials"])
def test_other_problems_are_not_private(name):
    """A person sees what was given where it cannot be a secret."""
    (problem,) = read_inputs({name: "x", SECRETS: "previous"}, SNAKE_CASE).problems
    assert (problem.is_private, "'x'" in problem.reason) == (False, True)


@pytest.mark.parametrize("name", ["previous", "session_lifetime_minutes", "typo", "__provider"])
def test_what_is_not_an_input_is_passed_over(name):
    """Outputs and what Pulumi adds are not inputs."""
    found = read_inputs({name: "1h"}, SNAKE_CASE)
    assert (found.values, found.problems) == ({}, [])


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.just(UNKNOWN)
    | st.builds(Lifetime, st.integers(-5, 1_000_000))
    | st.sampled_from([text for text, _ in VALUES.values()]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


@pytest.mark.thorough
@settings(settings.get_profile("thorough"))
@given(st.dictionaries(st.sampled_from(INPUTS), ANYTHING))
def test_any_value_is_read_or_a_problem(given_inputs):
    """Nothing raises: each input is a value, unknown, omitted, or a problem with a printable reason."""
    found = read_inputs(given_inputs, SNAKE_CASE)
    wrong = [problem.property for problem in found.problems]
    there = {name for name, value in given_inputs.items() if value is not None}
    assert sorted([*found.values, *found.unknown, *wrong]) == sorted(there)
    assert all(problem.reason.isprintable() for problem in found.problems)
    assert all(1 <= found.values[name] <= 525_600 for name in LIFETIMES if name in found.values)


@pytest.mark.parametrize("label", ["acme", "acme-eu", "2", "-"])
def test_label(label):
    """A label has small letters, digits and hyphens."""
    assert label == check_label(label)


@pytest.mark.parametrize("label", ["", " ", "Acme", "acme_eu", "acme eu", "acme\n", "\u00e4", "a.b", None, 1, ["a"]])
def test_bad_label(label):
    """Anything else is refused, with an example of what to write."""
    with pytest.raises(InputError, match="such as acme"):
        check_label(label)
