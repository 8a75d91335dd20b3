"""Which inputs are secret, and which outputs are secret because of them."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from auth0_sessions import SessionLifetime, SessionPolicy
from auth0_sessions.model.inputs import SECRETS
from mocked import run


def late(value: str) -> Any:
    """Return a secret that is known to be one late."""
    return pulumi.Output.from_input(value).apply(pulumi.Output.secret)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"session_lifetime": "8h"}, None),
        ({"session_lifetime": pulumi.Output.from_input}, None),
        ({"session_lifetime": pulumi.Output.secret}, "session_lifetime"),
        ({"session_lifetime": late, "idle_session_lifetime": pulumi.Output.from_input}, "session_lifetime"),
        (
            {"session_lifetime": late, "idle_session_lifetime": pulumi.Output.secret},
            "session_lifetime,idle_session_lifetime",
        ),
    ],
)
def test_the_provider_gets_the_names_of_secret_inputs(given, named):
    """The names of secret inputs are sent along, even if known late; without secrets, nothing is added."""

    def program() -> None:
        arguments = {name: make("8h") if callable(make) else make for name, make in given.items()}
        SessionLifetime("acme", domain="acme.auth0.com", plan="free", **arguments)

    assert run(program).sent("acme").get(SECRETS) == named


@pytest.mark.parametrize("make", [pulumi.Output.secret, late])
def test_a_policy_does_not_repeat_a_secret(make):
    """A secret argument above the plan's cap is an error without its value."""

    def program() -> Any:
        made = SessionPolicy(
            "acme", domain="a.auth0.com", plan="free", profile="convenient", session_lifetime=make("31d")
        )
        return made.reasons.apply(lambda _: None)

    with pytest.raises(pulumi.RunError) as caught:
        run(program)
    assert "session_lifetime is [secret]; the free plan allows at most 30d" in str(caught.value)
    assert "31d" not in str(caught.value)
