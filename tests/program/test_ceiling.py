"""One ceiling for a whole stack, in a program: each kind of resource of both front ends, and the names it spares."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

import auth0_sessions
import mocked
from auth0_sessions import native
from auth0_sessions.model.settings import ABSOLUTE, IDLE
from mocked import Engine

CEILING = {"absolute": "1h", "idle": "5m", "reason": "incident 4711"}
BY = "by the stack's ceiling (incident 4711)."


def run(program: Callable[[], Any], ceiling: Any = CEILING) -> Engine:
    """Run a program in a stack with a ceiling."""
    return mocked.run(program, config={"auth0-sessions:plan": "free", "auth0-sessions:ceiling": json.dumps(ceiling)})


def sent(engine: Engine, name: str) -> list[Any]:
    """Return the two lifetimes of persistent sessions that were sent for a resource."""
    return [engine.sent(name).get(key) for key in (ABSOLUTE, IDLE)]


@pytest.fixture
def said(monkeypatch) -> list[str]:
    """What a program logs as information."""
    lines: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda message, **_: lines.append(message))
    return lines


@pytest.mark.parametrize("given", ["30d", "output", "30m", None], ids=str)
def test_a_plain_resource_is_lowered(api, given, said):
    """Also an output, with one line that does not repeat it; what is shorter or not managed stays as it is."""

    def program() -> None:
        value: Any = pulumi.Output.from_input("30d") if given == "output" else given
        api.SessionLifetime("acme", domain="a.auth0.com", session_lifetime=value, idle_session_lifetime="1m")

    engine = run(program)
    expected = "1h" if given in ("30d", "output") else given
    assert sent(engine, "acme") == [expected, "1m"]
    was = {"30d": " from 30d", "output": ""}
    assert said == ([f"acme: session_lifetime is lowered{was[given]} to 1h {BY}"] if given in was else [])


@pytest.mark.parametrize("spared", ["policy", "policy-lifetime", "one", "fleet-one", "fleet-one-lifetime", "plain"])
def test_a_spared_name_keeps_what_it_has(api, spared):
    """A tenant's short name, or the name of a resource; all others are lowered, whatever their profile says."""

    def program() -> None:
        api.SessionLifetime("plain", domain="p.auth0.com", session_lifetime="30d", idle_session_lifetime="3d")
        api.SessionPolicy("policy", domain="a.auth0.com", profile="balanced", session_lifetime="20d")
        api.TenantFleet("fleet", profile="strict", tenants={"one": {"domain": "b.auth0.com"}})

    engine = run(program, {**CEILING, "except": [spared]})
    whole = {"plain": ["30d", "3d"], "policy-lifetime": ["20d", "3d"], "fleet-one-lifetime": ["1d", "1h"]}
    for name, values in whole.items():
        is_spared = name.removesuffix("-lifetime").endswith(spared.removesuffix("-lifetime"))
        assert sent(engine, name) == (values if is_spared else ["1h", "5m"])


def test_components_take_a_ceiling_of_their_own(api):
    """It applies in addition to the stack's: the shorter one counts, and it lowers no other component."""

    def program() -> None:
        api.SessionPolicy("a", domain="a.auth0.com", profile="balanced", ceiling={"absolute": "2h", "idle": "1m"})
        tenants = {"b": {"domain": "b.auth0.com"}, "c": {"domain": "c.auth0.com"}}
        api.TenantFleet("fleet", profile="balanced", tenants=tenants, ceiling={"absolute": "30m", "except": ["c"]})

    engine = run(program)
    assert [sent(engine, name) for name in ("a-lifetime", "fleet-b-lifetime", "fleet-c-lifetime")] == [
        ["1h", "1m"],
        ["30m", "5m"],
        ["1h", "5m"],
    ]


def test_an_explicit_provider_has_one_for_its_resources():
    """With the native plugin; the stack's applies, too."""

    def program() -> None:
        opts = pulumi.ResourceOptions(provider=native.Provider("p", ceiling={"absolute": "2m"}))
        native.SessionPolicy("a", domain="a.auth0.com", profile="balanced", opts=opts)
        native.SessionLifetime("b", domain="b.auth0.com", session_lifetime="1d", idle_session_lifetime="1d", opts=opts)

    engine = run(program)
    assert (sent(engine, "a-lifetime"), sent(engine, "b")) == (["2m", "2m"], ["2m", "5m"])


def test_every_problem_of_the_configured_ceiling_is_one_error():
    """Whichever resource meets it first."""
    wrong = {"absolut": "1h", "idle": 5, "except": "acme"}
    for make in (
        lambda: auth0_sessions.SessionLifetime("a", domain="a.auth0.com", session_lifetime="8h"),
        lambda: auth0_sessions.TenantFleet("a", tenants={"a": {"domain": "a.auth0.com"}}),
    ):
        with pytest.raises(pulumi.RunError, match="auth0-sessions:ceiling has 3 problems"):
            run(make, wrong)


@pytest.mark.parametrize(
    ("wrong", "words"), [({"idle": 5}, "ceiling.idle: 5"), ({"except": ["x"]}, "ceiling.except: 'x'")]
)
def test_problems_of_a_component_s_ceiling_come_with_the_others(wrong, words):
    """A policy spares itself or nobody, a fleet one of its tenants."""
    ceiling = {**CEILING, **wrong}
    for make in (
        lambda: auth0_sessions.SessionPolicy("a", domain="a.auth0.com", profile="lax", ceiling=ceiling),
        lambda: auth0_sessions.TenantFleet("f", tenants={"a": {"domain": "x"}}, ceiling=ceiling),
    ):
        with pytest.raises(pulumi.RunError, match=f"2 problems:(.|\n)*{words}"):
            run(make)


def test_a_name_that_matches_nothing_is_an_error_at_the_end():
    """It is looked for among all resources of the run, also those that an `apply` declares."""

    def program() -> None:
        early = auth0_sessions.SessionLifetime("early", domain="a.auth0.com", session_lifetime="8h")
        early.domain.apply(lambda _: native.SessionLifetime("late", domain="b.auth0.com", session_lifetime="8h"))

    run(program, {**CEILING, "except": ["early", "late"]})
    with pytest.raises(pulumi.RunError, match=r"ceiling.except: 'lat' is not .*; allowed: 'early', 'late'"):
        run(program, {**CEILING, "except": ["lat"]})
