"""The inputs with a fixed set of choices, and how they are read."""

import pytest

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


@pytest.mark.parametrize(
    ("value", "given"), [("explode", "is 'explode'"), (None, "is missing"), (7, "is 7"), (["retain"], "is ['retain']")]
)
def test_another_value_is_refused(value, given):
    """With what was given, all that is allowed, and what it is for."""
    with pytest.raises(InputError) as refused:
        choose(OnDelete, value, "on_delete", "It decides about the end.")
    message = f"on_delete {given}; allowed: 'retain', 'restore', 'reset'. It decides about the end."
    assert str(refused.value) == message
