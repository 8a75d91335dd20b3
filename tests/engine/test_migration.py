"""From the dynamic resource to the native one and back: one import line changes, in place, without a call."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pulumi
import pytest

import auth0_sessions
from auth0_sessions import native

FIRST = {"session_lifetime": 10_000}
ASKED = {"session_lifetime": "30d", "on_delete": "restore"}


def by_default_provider(api: ModuleType, domain: str) -> Any:
    """Declare a tenant of the default provider."""
    return api.SessionLifetime("acme", domain=domain, plan="enterprise", **ASKED)


def by_explicit_provider(api: ModuleType, domain: str) -> Any:
    """Declare a tenant with a provider of its own."""
    provider = api.Provider("p", domain=domain, client_id="own", client_secret="own-canary")
    opts = pulumi.ResourceOptions(provider=provider)
    return api.SessionLifetime("acme", plan="enterprise", **ASKED, opts=opts)


def in_a_fleet(api: ModuleType, domain: str) -> Any:
    """Declare a tenant inside a fleet."""
    fleet = api.TenantFleet("fleet", plan="enterprise", tenants={"acme": {"domain": domain, **ASKED}})
    return fleet.policies["acme"].lifetime


WAYS = [by_explicit_provider, in_a_fleet]


@pytest.mark.deep
@pytest.mark.parametrize("declare", WAYS, ids=[way.__name__ for way in WAYS])
def test_moving_there_and_back(engine, auth0_sandbox, declare):
    """Each move is one update without a call; what there was before, and until when sessions live, survive both."""
    tenant = auth0_sandbox.add_tenant("acme", plan="enterprise", settings=FIRST)

    def program_of(api: ModuleType) -> Callable[[], None]:
        def program() -> None:
            made = declare(api, tenant.domain)
            for name in ("previous", "old_sessions_gone_by", "session_lifetime_minutes"):
                pulumi.export(name, getattr(made, name))

        return program

    engine.program = program_of(auth0_sessions)
    assert engine.up().ok
    outputs = engine.outputs
    assert outputs["previous"]["session_lifetime"] == 10_000
    auth0_sandbox.clear_requests()
    for api, kind in ((native, "auth0-sessions:index:"), (auth0_sessions, "pulumi-python:dynamic/auth0-sessions:")):
        engine.program = program_of(api)
        run = engine.up()
        assert run.ok, run.output
        assert (run.changes["update"], "replace" in run.changes) == (1, False)
        assert engine.resource()["type"] == f"{kind}SessionLifetime"
        assert engine.outputs == outputs
        assert set(engine.up().changes) == {"same"}
        assert engine.refresh(expect_no_changes=True).ok
        assert {request.call for request in auth0_sandbox.requests} == {"POST /oauth/token", "GET /tenants/settings"}
        auth0_sandbox.clear_requests()
    assert engine.destroy().ok
    assert tenant.settings["session_lifetime"] == 10_000


@pytest.mark.parametrize("apis", [(auth0_sessions, native), (native, auth0_sessions)], ids=["there", "back"])
def test_moving_and_changing_in_one_run(engine, auth0_sandbox, apis):
    """A value that changes with the move is written, and nothing else; the first values are kept."""
    tenant = auth0_sandbox.add_tenant("acme", plan="enterprise", settings=FIRST)
    engine.program = lambda: by_default_provider(apis[0], tenant.domain)
    assert engine.up().ok
    auth0_sandbox.clear_requests()
    changed = {"domain": tenant.domain, "plan": "enterprise", **ASKED, "session_lifetime": "8h"}
    engine.program = lambda: apis[1].SessionLifetime("acme", **changed)
    run = engine.up()
    assert run.ok, run.output
    assert tenant.calls == ["POST /oauth/token", "PATCH /tenants/settings"]
    assert tenant.settings == {"session_lifetime": 480}
    assert engine.destroy().ok
    assert tenant.settings == FIRST
