"""How names are spelled in messages."""

import pytest

from auth0_sessions.lifecycle.record import OUTPUTS
from auth0_sessions.model.inputs import INPUTS
from auth0_sessions.model.spelling import CAMEL_CASE, SNAKE_CASE, camel_case, snake_case


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("domain", "domain"),
        ("session_lifetime", "sessionLifetime"),
        ("idle_ephemeral_session_lifetime", "idleEphemeralSessionLifetime"),
        ("old_sessions_gone_by", "oldSessionsGoneBy"),
        ("sessionLifetime", "sessionLifetime"),
        ("a_1", "a1"),
    ],
)
def test_camel_case(name, expected):
    """Every word but the first has a capital, and a name in camelCase is its own."""
    assert camel_case(name) == expected


@pytest.mark.parametrize("name", [*INPUTS, *OUTPUTS, "__provider"])
def test_snake_case(name):
    """A name in camelCase comes back as it was, and one in snake_case is its own."""
    assert snake_case(name) == name
    assert name.startswith("__") or snake_case(camel_case(name)) == name


def test_an_assignment_can_be_typed():
    """A message shows a value as the user writes it: Python's keyword argument, or a key with its value."""
    assert SNAKE_CASE.assign("over_limit", "clamp") == "over_limit='clamp'"
    assert CAMEL_CASE.assign("over_limit", "clamp") == 'overLimit: "clamp"'
    assert (SNAKE_CASE.name("over_limit"), CAMEL_CASE.name("over_limit")) == ("over_limit", "overLimit")
