"""The inputs with a fixed set of choices, and how they are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.errors import InputError
from auth0_sessions.model.choices import OnDelete, OverLimit, choose
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.profiles import PROFILES, Profile
from auth0_sessions.model.settings import CookieMode

SETS = [OverLimit, OnDelete, Plan, Profile, CookieMode]


@pytest.mark.parametrize(("choices", "choice"), [(choices, choice) for choices in SETS for choice in choices])
@pytest.mark.parametrize("spelled", [str, str.upper, " {} ".format, "{}\n".format])
def test_a_choice_is_read_whatever_its_case(choices, choice, spelled):
    """Case and surrounding spaces do not matter, and the result is a member of the set."""
    assert choose(choices, spelled(choice.value), "it", "Why.") is choice


def test_the_names_of_a_table_are_a_set_too():
    """A mapping is read by its keys, so that a new row is a new choice."""
    assert choose(PROFILES, "Strict", "profile", "Why.") == "strict"


def test_another_value_is_refused_with_all_that_there_are():
    """What was given, what is allowed, and what it is for."""
    with pytest.raises(InputError) as refused:
        choose(OnDelete, "explode", "on_delete", "It decides about the end.")
    assert str(refused.value) == (
        "on_delete is 'explode'; allowed: 'retain', 'restore', 'reset'. It decides about the end."
    )


def test_a_missing_value_is_called_missing():
    """The message says that the value is missing, not that it 'is None'."""
    with pytest.raises(InputError) as refused:
        choose(Plan, None, "plan", "Set it.")
    assert str(refused.value) == (
        "plan is missing; allowed: 'free', 'essential', 'professional', 'enterprise'. Set it."
    )


@given(st.sampled_from(SETS), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(), max_size=2))
def test_any_value_is_read_or_refused(choices, value):
    """Any value either names a member of its set or is rejected with a list of all members."""
    names = [choice.value for choice in choices]
    if isinstance(value, str) and value.strip().lower() in names:
        assert choose(choices, value, "it", "Why.") == value.strip().lower()
        return
    with pytest.raises(InputError) as refused:
        choose(choices, value, "it", "Why.")
    assert [name for name in names if repr(name) not in str(refused.value)] == []
