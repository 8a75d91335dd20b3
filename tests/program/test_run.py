"""The arguments that a program may give, and how they are sent to the provider."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pulumi
import pytest

from auth0_sessions import Lifetime, Plan, SessionLifetime, SessionPolicy
from auth0_sessions.model.inputs import INPUTS
from auth0_sessions.model.settings import LIFETIMES
from auth0_sessions.program.run import sendable
from mocked import run

CANARY = "Canary-5eCr3t"


def in_an_output(value: Any) -> Any:
    """Return a value that is known later, as another resource's."""
    return pulumi.Output.from_input(value)


async def later(value: Any) -> Any:
    """Return a value that is awaited."""
    return value


@pytest.mark.parametrize("given", [Lifetime(90), timedelta(minutes=90), "1h30m"], ids=["Lifetime", "timedelta", "text"])
@pytest.mark.parametrize("wrapped", [lambda value: value, in_an_output, later], ids=["plain", "output", "awaitable"])
def test_a_lifetime_goes_as_its_text(given, wrapped):
    """A `Lifetime` or a `timedelta` is sent as canonical text, however late it is known."""

    def program() -> None:
        SessionLifetime("acme", domain="acme.auth0.com", plan="free", session_lifetime=wrapped(given))

    assert run(program).sent("acme")["session_lifetime"] == "1h30m"


@pytest.mark.parametrize("given", [timedelta(minutes=90), later], ids=["timedelta", "awaitable"])
def test_a_policy_takes_the_same(given):
    """A component reads an argument as the resource does."""

    def program() -> None:
        value = later("PT1H30M") if given is later else given
        SessionPolicy("acme", domain="acme.auth0.com", plan="free", profile="convenient", session_lifetime=value)

    assert run(program).sent("acme-lifetime")["session_lifetime"] == "1h30m"


@pytest.mark.parametrize("given", [Decimal(8), b"8h", ["8h"], {"hours": 8}, timedelta(seconds=1)], ids=repr)
@pytest.mark.parametrize("wrapped", [lambda value: value, in_an_output], ids=["plain", "output"])
@pytest.mark.parametrize("make", [SessionLifetime, SessionPolicy])
def test_an_invalid_lifetime_is_refused(given, wrapped, make):
    """Anything else is one error with the argument's name and what may be given."""

    def program() -> None:
        make("acme", domain="acme.auth0.com", plan="free", session_lifetime=wrapped(given))

    with pytest.raises(pulumi.RunError, match=r"session_lifetime: .* is not a (lifetime|whole number of minutes)"):
        run(program)


@pytest.mark.parametrize("name", [name for name in INPUTS if name not in LIFETIMES])
@pytest.mark.parametrize("given", [CANARY.encode(), [CANARY], {"clientSecret": CANARY}], ids=["bytes", "list", "dict"])
def test_another_argument_of_a_wrong_kind_is_not_repeated(name, given):
    """The error has the argument's name and type but not its value, which may be a credential."""
    with pytest.raises(
        pulumi.RunError, match=rf"{name}: a value of type {type(given).__name__} cannot be used"
    ) as printed:
        sendable(name, given)
    assert CANARY not in str(printed.value)


@pytest.mark.parametrize("given", [None, "x", Plan.FREE, 7, True, 1.5])
@pytest.mark.parametrize("name", INPUTS)
def test_what_the_check_can_read_is_left_to_it(name, given):
    """Text and numbers are sent unchanged: the check finds all problems and reports them together."""
    assert sendable(name, given) is given
