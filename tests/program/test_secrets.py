"""Which inputs are secret, and which outputs are secret because of them."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from auth0_sessions import SessionLifetime, SessionPolicy
from auth0_sessions.lifecycle.inputs import SECRETS
from auth0_sessions.model.settings import LIFETIMES, SETTINGS
from auth0_sessions.program.secrets import sealed, secret
from mocked import run

REPEATING = ("previous", "superseded", "old_sessions_gone_by")


@pytest.mark.parametrize("name", SETTINGS)
def test_what_repeats_a_secret_setting_is_sealed(name):
    """The setting, its minutes and anything that may repeat its values are sealed; nothing else is. None stays None."""
    record = {name: "x", **dict.fromkeys(REPEATING, "y"), "plan": "free", "domain": "acme.auth0.com"}
    minutes = {f"{one}_minutes": 5 for one in LIFETIMES}
    kept = sealed({**record, **minutes, "credentials": None}, {SECRETS: f"{name},credentials"})
    hidden = {key for key, value in kept.items() if value in (secret("x"), secret("y"), secret(5))}
    assert hidden == {name, *REPEATING, *({f"{name}_minutes"} & minutes.keys())}
    assert (kept[SECRETS], kept["credentials"], kept["plan"]) == (f"{name},credentials", None, "free")


@pytest.mark.parametrize("inputs", [{}, {SECRETS: None}, {SECRETS: ""}])
def test_without_secrets_a_record_stays_as_it_is(inputs):
    """State of a program without secrets has no additional keys."""
    assert sealed({"plan": "free", "previous": {}}, inputs) == {"plan": "free", "previous": {}}


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
