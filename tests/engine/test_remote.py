"""Components that the native plugin creates for another process, as it does for every language, on the real engine."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi import automation

from auth0_sessions.native import SessionLifetime
from calls import TOKEN
from remote import FLEET, POLICY, Remote

pytestmark = pytest.mark.front_ends("native")

CANARY = "Canary-7h3s3cr3t-x9"


def provider_of(name: str, **config: Any) -> pulumi.ResourceOptions:
    """Return the options for an explicit provider as another language declares it."""
    return pulumi.ResourceOptions(provider=pulumi.ProviderResource("auth0-sessions", name, config))


def fleet(opts: Callable[[], pulumi.ResourceOptions] | None = None, **inputs: Any) -> Callable[[], None]:
    """Return a program with one remote fleet, which exports its outputs."""

    def program() -> None:
        made: Any = Remote(FLEET, "fleet", opts() if opts else None, **inputs)
        pulumi.export("tenants", made.tenants)
        pulumi.export("report", made.report)

    return program


# Where arguments come from


OWN = {"own": {"idle": "5m"}}
OF_ARGUMENTS: dict[str, dict[str, tuple[dict[str, Any], dict[str, str], tuple[str, str]]]] = {
    "": {
        "stack-s-name": ({}, {}, ("free", "convenient")),
        "own-profiles": ({"profile": "own", "profiles": OWN}, {}, ("free", "own")),
        "provider-s-own-profiles": ({"profile": "own"}, {"profiles": json.dumps(OWN)}, ("free", "own")),
    },
    "strict": {
        "stack": ({}, {}, ("free", "strict")),
        "provider": ({}, {"profile": "nist-aal3", "plan": "enterprise"}, ("enterprise", "nist-aal3")),
        "argument": ({"profile": "pci-dss"}, {"profile": "nist-aal3"}, ("free", "pci-dss")),
    },
}
"""The stack's profile -> the fleets under it: arguments, the provider's configuration, and the plan and profile."""


@pytest.mark.parametrize("profile", OF_ARGUMENTS)
def test_a_fleet_takes_each_argument_from_where_it_is(engine, auth0_sandbox, profile):
    """An argument takes precedence over the provider's configuration, and that over the stack's, as do the tenants."""

    def tenants(name: str) -> dict[str, Any]:
        return {name: {"domain": auth0_sandbox.add_tenant(name).domain}}

    listed = {name: tenants(name) for case in OF_ARGUMENTS[profile] for name in (case, f"{case}-listed")}
    stack = {"plan": "free", "tenants": json.dumps(tenants("of-stack")), **({"profile": profile} if profile else {})}
    for key, text in stack.items():
        engine.stack.set_config(f"auth0-sessions:{key}", automation.ConfigValue(text))

    def program() -> None:
        fleets: dict[str, Any] = {"of-stack": Remote(FLEET, "of-stack")}
        for name, (given, config, _) in OF_ARGUMENTS[profile].items():
            opts = provider_of(f"{name}-provider", **config) if config else None
            fleets[name] = Remote(FLEET, name, opts, **given, tenants=listed[name])
            own = {**config, "tenants": json.dumps(listed[f"{name}-listed"])}
            fleets[f"{name}-listed"] = Remote(FLEET, f"{name}-listed", provider_of(f"{name}-own", **own), **given)
        for name, made in fleets.items():
            pulumi.export(name, made.tenants)

    engine.program = program
    run = engine.up()
    assert run.ok, run.output
    applied = {name: (row[name]["plan"], row[name]["profile"]) for name, row in engine.outputs.items()}
    expected = {name: found for name, (_, _, found) in OF_ARGUMENTS[profile].items()}
    of_stack = {"of-stack": ("free", profile or "convenient")}
    assert applied == {**expected, **{f"{name}-listed": found for name, found in expected.items()}, **of_stack}


# Known outputs and secrets


def test_known_outputs_and_secrets_inside_tenants(engine, auth0_sandbox):
    """They are resolved; a secret lifetime and domain stay encrypted, in the component's outputs, too."""
    plain, hidden = (auth0_sandbox.add_tenant(name, plan="enterprise") for name in ("plain", "hidden"))
    live = auth0_sandbox.add_tenant("source", plan="enterprise")

    def program() -> None:
        source = SessionLifetime("source", domain=live.domain, plan="free", session_lifetime="8h")
        tenants = {
            "plain": {"domain": source.session_lifetime.apply(lambda _: plain.domain), "sessionLifetime": "8h"},
            "hidden": {"domain": pulumi.Output.secret(hidden.domain), "sessionLifetime": pulumi.Output.secret("7h13m")},
        }
        made: Any = Remote(FLEET, "fleet", plan="free", tenants=tenants)
        pulumi.export("tenants", made.tenants)

    engine.program = lambda: SessionLifetime("source", domain=live.domain, plan="free", session_lifetime="8h")
    assert engine.up().ok
    engine.program = program
    preview, run = engine.preview(), engine.up()
    assert run.ok, run.output
    assert (plain.settings["session_lifetime"], hidden.settings["session_lifetime"]) == (480, 433)
    assert "7h13m" not in engine.files
    assert "7h13m" not in preview.output + run.output


# Providers


def test_a_provider_s_name_means_nothing(engine, auth0_sandbox):
    """An explicit provider uses its own credentials for its own tenant only, whatever it is called."""
    names = ["default", "default_0_1_0", "p"]
    live = {name: auth0_sandbox.add_tenant(name.replace("_", "-")) for name in names}
    other = auth0_sandbox.add_tenant("other")

    def program() -> None:
        for name, one in live.items():
            opts = provider_of(name, domain=one.domain, clientId=name, clientSecret=CANARY)
            Remote(POLICY, name, opts, plan="free", profile="strict")
            if name == elsewhere:
                SessionLifetime("other", domain=other.domain, plan="free", session_lifetime="8h", opts=opts)

    elsewhere = ""
    engine.program = program
    run = engine.up()
    assert run.ok, run.output
    logins = [request for one in live.values() for request in one.requests if request.call == TOKEN]
    assert [login.body["client_id"] for login in logins] == names
    for name in names[:2]:
        elsewhere = name
        run = engine.preview()
        assert not run.ok
        assert f"{other.domain} is not the tenant of this Provider" in "\n".join(run.said("error"))


def test_a_proxy_is_not_between_plugin_and_engine(make_engine, auth0_sandbox):
    """With a proxy that does not answer, warnings are shown and components are created."""
    variables = ("https_proxy", "http_proxy", "HTTPS_PROXY", "grpc_proxy")
    engine = make_engine(**dict.fromkeys(variables, "http://127.0.0.1:9"), no_proxy="elsewhere.example")
    tenant = auth0_sandbox.add_tenant("acme")

    def program() -> None:
        Remote(POLICY, "acme", plan="free", domain="acme.eu.auth0.com", sessionLifetime="1h", idleSessionLifetime="2h")
        SessionLifetime("other", domain=tenant.domain, session_lifetime="1h")

    engine.program = program
    run = engine.preview()
    assert run.ok, run.output
    printed = "\n".join(run.said("warning"))
    assert "never ends a session" in printed
    assert "no plan" in printed


def test_any_number_of_components_at_once(make_engine, auth0_sandbox):
    """More components than a pool has threads are created, as each waits for its child's calls to the same plugin."""
    engine = make_engine(PULUMI_EXPERIMENTAL="true", PULUMI_SKIP_CHECKPOINTS="true")
    names = [f"t{number:04}" for number in range(150)]

    def program() -> None:
        for name in names:
            Remote(POLICY, name, domain=f"{name}.eu.auth0.com", plan="free", profile="strict")

    engine.program = program
    run = engine.preview(parallel=64)
    assert run.ok, run.output[-3_000:]
    assert run.changes == {"create": 1 + 2 * len(names)}
    assert auth0_sandbox.requests == []
