"""Policies and fleets on the real engine: API calls, state, and output."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi import ResourceOptions, automation

from auth0_sessions import Provider, SessionPolicy, TenantFleet
from auth0_sessions.model.settings import AUTH0_DEFAULTS, LOGIN_LIFETIMES
from auth0_sessions.model.spelling import camel_case
from calls import GET, PATCH, TOKEN
from remote import POLICY, Remote

STRICT = dict(zip(LOGIN_LIFETIMES, (1_440, 60, 1_440, 60), strict=True))
ENTERPRISE_CAPS = dict(zip(LOGIN_LIFETIMES, (525_600, 144_000, 525_600, 144_000), strict=True))


def fleet(tenants: dict[str, Any], **arguments: Any) -> Callable[[], None]:
    """Return a program with one fleet, whose tenants a test may change, and its outputs."""

    def program() -> None:
        made = TenantFleet("fleet", tenants=tenants, **arguments)
        pulumi.export("tenants", made.tenants)
        pulumi.export("report", made.report)

    return program


def calls_of(sandbox: Any) -> list[tuple[str, str]]:
    """Return tenant and call of all calls since the last time, and forget them."""
    made = [(request.tenant, request.call) for request in sandbox.requests]
    sandbox.clear_requests()
    return made


@pytest.mark.deep
@pytest.mark.front_ends("dynamic", "remote")
def test_arguments_that_a_preview_does_not_know(engine, tenant, auth0_sandbox):
    """They pass the preview. At up, a wrong one is reported with the component's name, no traceback, and no call."""
    firsts = {lifetime: auth0_sandbox.add_tenant(lifetime, plan="enterprise") for lifetime in ("40d", "8h")}

    def program() -> None:
        domain = firsts[lifetime].domain
        source = engine.api.SessionLifetime("first", domain=domain, plan="enterprise", session_lifetime=lifetime)
        later = source.session_lifetime_minutes.apply
        given = {
            "domain": later(lambda _: tenant.domain),
            "session_lifetime": later(lambda known: f"{known}m"),
            "on_delete": later(lambda _: "reset"),
        }
        if engine.front_end == "remote":
            given = {camel_case(name): value for name, value in given.items()}
            made: Any = Remote(POLICY, "acme", plan="essential", profile="balanced", **given)
        else:
            made = SessionPolicy("acme", plan="essential", profile="balanced", **given)
        pulumi.export("reasons", made.reasons)

    lifetime, engine.program = "40d", program
    assert engine.preview().ok
    assert auth0_sandbox.requests == []
    run = engine.up()
    assert not run.ok
    printed = run.said("error")[0]
    assert "SessionPolicy 'acme'" in printed
    assert f"{engine.spelling.name('session_lifetime')} is 40d; the essential plan" in printed
    assert "Traceback" not in printed
    assert tenant.calls == []

    lifetime = "8h"
    run = engine.up()
    assert run.ok, run.output
    assert tenant.settings == dict.fromkeys(LOGIN_LIFETIMES, 480)
    reasons = engine.outputs["reasons"]
    assert "absolute 8h: explicit argument; profile 'balanced' has 7d" in reasons.values()


def test_a_fleet_s_life(engine, auth0_sandbox):
    """A new tenant is created alone, a changed one updated alone, and one that leaves does as its `on_delete` says."""
    live = {name: auth0_sandbox.add_tenant(name) for name in ("stays", "retain", "restore", "reset", "new")}
    for one in live.values():
        one.dashboard(session_lifetime=10_000)
    tenants = {
        name: {"domain": one.domain, "profile": "strict", **({} if name == "stays" else {"onDelete": name})}
        for name, one in live.items()
        if name != "new"
    }
    engine.program = fleet(tenants, plan="free")
    assert engine.up().changes == {"create": 10}
    assert [one.settings for name, one in live.items() if name != "new"] == [STRICT] * 4
    auth0_sandbox.clear_requests()
    assert engine.up().changes == {"same": 10}
    assert calls_of(auth0_sandbox) == []

    tenants["new"] = {"domain": live["new"].domain, "session_lifetime": "1h"}
    tenants["stays"]["sessionLifetime"] = "2h"
    assert engine.up().changes == {"create": 2, "same": 9, "update": 1}
    assert {name for name, _ in calls_of(auth0_sandbox)} == {"stays", "new"}
    assert live["new"].settings == dict.fromkeys(LOGIN_LIFETIMES, 60)
    assert engine.outputs["tenants"]["stays"]["session_lifetime"] == "2h"
    assert len(engine.outputs["report"].splitlines()) == 2 + 5

    for name in ("retain", "restore", "reset"):
        del tenants[name]
    assert engine.up().changes == {"delete": 6, "same": 6}
    assert {(name, call) for name, call in calls_of(auth0_sandbox) if call == PATCH} == {
        ("restore", PATCH),
        ("reset", PATCH),
    }
    defaults = {name: AUTH0_DEFAULTS[name] for name in LOGIN_LIFETIMES}
    assert live["retain"].settings == STRICT
    assert live["restore"].settings == defaults | {"session_lifetime": 10_000}
    assert live["reset"].settings == defaults
    assert list(engine.outputs["tenants"]) == ["new", "stays"]


def test_every_problem_of_a_fleet_in_one_error(engine, tenant, auth0_sandbox):
    """The engine shows one error with a line for each problem, no traceback, and nothing is called."""
    tenants = {
        "good": {"domain": tenant.domain},
        "bare": {"domain": "a.auth0.com", "sessionLifetime": 720},
        "twice": {"domain": tenant.domain.replace("http", "HTTP") + "/", "profile": "nist-aal9"},
        "typo": {"domain": "b.auth0.com", "idleLifetime": "1h"},
    }
    engine.program = fleet(tenants, plan="free")
    run = engine.preview()
    assert not run.ok
    # The Automation API repeats the error of an inline program; the CLI shows it once.
    printed = run.said("error")[0]
    words = ["has 4 problems", "bare: sessionLifetime: 720", "twice: profile", "typo: idleLifetime", "good, twice: all"]
    assert [word for word in words if word not in printed] == []
    assert "Traceback" not in run.output
    assert auth0_sandbox.requests == []


def test_a_fleet_from_the_stack_s_configuration(engine, auth0_sandbox):
    """`pulumi config set --path auth0-sessions:tenants.acme.domain VALUE` and its like make a fleet."""
    live = {name: auth0_sandbox.add_tenant(name) for name in ("acme", "globex")}
    tenants = {
        "acme": {"domain": live["acme"].domain, "plan": "enterprise"},
        "globex": {"domain": live["globex"].domain, "profile": "strict", "sessionLifetime": "8h"},
    }
    engine.stack.set_config("auth0-sessions:plan", automation.ConfigValue("essential"))
    for name, given in tenants.items():
        for key, value in given.items():
            path = f"auth0-sessions:tenants.{name}.{key}"
            engine.stack.set_config(path, automation.ConfigValue(value), path=True)

    def program() -> None:
        pulumi.export("tenants", TenantFleet.from_config("fleet").tenants)

    engine.program = program
    assert engine.up().changes == {"create": 6}
    assert live["acme"].settings == ENTERPRISE_CAPS
    assert live["globex"].settings == STRICT | {"session_lifetime": 480, "ephemeral_session_lifetime": 480}
    assert engine.outputs["tenants"]["acme"]["plan"] == "enterprise"
    registered = [one["outputs"] for one in engine.resources if one["type"].endswith("SessionPolicy")]
    others = {"domain", "plan", "profile", "reasons", "previous", "old_sessions_gone_by"}
    assert [set(outputs) for outputs in registered] == [{*LOGIN_LIFETIMES, *others}] * 2

    path = "auth0-sessions:tenants.acme.idleSessionLifetime"
    engine.stack.set_config(path, automation.ConfigValue("720"), path=True)
    run = engine.preview()
    assert not run.ok
    assert "acme: idleSessionLifetime: 720 has no unit: write '720h' or '720m'" in "\n".join(run.said("error"))


@pytest.mark.deep
def test_a_fleet_inside_a_component(engine, auth0_sandbox):
    """A fleet is a fine child: labels and providers reach its tenants, and a parent's alias keeps all of them."""
    own = auth0_sandbox.add_tenant("own")
    own.add_client("own-id", "own-canary")

    class Login(pulumi.ComponentResource):
        """A third-party component."""

        def __init__(self, name: str, opts: ResourceOptions) -> None:
            super().__init__("test:index:Login", name, {}, opts)
            TenantFleet(
                f"{name}-fleet",
                plan="free",
                profile="strict",
                tenants={"own": {"domain": own.domain, "onDelete": "reset"}},
                opts=ResourceOptions(parent=self),
            )
            self.register_outputs({})

    def program(name: str, aliases: list[pulumi.Alias]) -> Callable[[], None]:
        def declared() -> None:
            provider = Provider("own", domain=own.domain, client_id="own-id", client_secret="own-canary")
            Login(name, ResourceOptions(providers=[provider], aliases=aliases))

        return declared

    engine.program = program("login", [])
    assert engine.up().changes == {"create": 6}
    assert own.settings == STRICT
    auth0_sandbox.clear_requests()
    engine.program = program("signin", [pulumi.Alias(name="login")])
    assert engine.up().changes == {"same": 6}
    assert engine.resource()["urn"].endswith("::signin-fleet-own-lifetime")
    assert calls_of(auth0_sandbox) == []


@pytest.mark.deep
def test_a_large_fleet(make_engine, auth0_sandbox):
    """A large fleet previews without a call, and applies with one token, one GET and one PATCH for each tenant."""
    # The engine writes the whole state file at every step, which is most of the time here and none of our doing.
    engine = make_engine(PULUMI_EXPERIMENTAL="true", PULUMI_SKIP_CHECKPOINTS="true")
    live = {f"t{number:03}": auth0_sandbox.add_tenant(f"t{number:03}") for number in range(40)}
    engine.program = fleet({name: {"domain": one.domain} for name, one in live.items()}, plan="free", profile="strict")
    assert engine.preview().ok
    assert auth0_sandbox.requests == []
    assert engine.up().changes == {"create": 82}
    assert [one.settings for one in live.values()] == [STRICT] * 40
    assert sorted(calls_of(auth0_sandbox)) == sorted((name, call) for name in live for call in (TOKEN, GET, PATCH))
    assert len(engine.outputs["report"].splitlines()) == 2 + 40
    assert engine.up().changes == {"same": 82}
    assert auth0_sandbox.requests == []
