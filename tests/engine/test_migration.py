"""From the dynamic resource to the native one and back: one import line changes, in place, without a call."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pulumi
import pytest

import auth0_sessions
from auth0_sessions import native
from calls import GET, PATCH, TOKEN

FIRST = {"session_lifetime": 10_000}
ASKED = {"session_lifetime": "30d", "on_delete": "restore"}


@pytest.mark.deep
def test_moving_there_and_back(engine, auth0_sandbox):
    """Each move is an update without a call; what there was before, and until when sessions live, survive both.

    So it is for a tenant with a provider of its own, and for one in a fleet.
    """
    own, listed = (auth0_sandbox.add_tenant(name, plan="enterprise", settings=FIRST) for name in ("own", "listed"))

    def program_of(api: ModuleType) -> Callable[[], None]:
        def program() -> None:
            provider = api.Provider("p", domain=own.domain, client_id="own", client_secret="own-canary")
            opts = pulumi.ResourceOptions(provider=provider)
            fleet = api.TenantFleet("fleet", plan="enterprise", tenants={"acme": {"domain": listed.domain, **ASKED}})
            for key, made in (
                ("own", api.SessionLifetime("acme", plan="enterprise", **ASKED, opts=opts)),
                ("listed", fleet.policies["acme"].lifetime),
            ):
                for name in ("previous", "old_sessions_gone_by", "session_lifetime_minutes"):
                    pulumi.export(f"{key}_{name}", getattr(made, name))

        return program

    engine.program = program_of(auth0_sessions)
    assert engine.up().ok
    outputs = engine.outputs
    assert outputs["own_previous"]["session_lifetime"] == outputs["listed_previous"]["session_lifetime"] == 10_000
    auth0_sandbox.clear_requests()
    for api, kind in ((native, "auth0-sessions:index:"), (auth0_sessions, "pulumi-python:dynamic/auth0-sessions:")):
        engine.program = program_of(api)
        run = engine.up()
        assert run.ok, run.output
        assert (run.changes["update"], "replace" in run.changes) == (2, False)
        types = [one["type"] for one in engine.resources if one["type"].endswith("SessionLifetime")]
        assert types == [f"{kind}SessionLifetime"] * 2
        assert engine.outputs == outputs
        assert set(engine.up().changes) == {"same"}
        assert auth0_sandbox.requests == []
        assert engine.refresh(expect_no_changes=True).ok
        assert {request.call for request in auth0_sandbox.requests} == {TOKEN, GET}
        auth0_sandbox.clear_requests()
    assert engine.destroy().ok
    assert own.settings["session_lifetime"] == listed.settings["session_lifetime"] == 10_000


@pytest.mark.parametrize("apis", [(auth0_sessions, native), (native, auth0_sessions)], ids=["there", "back"])
def test_moving_and_changing_in_one_run(engine, auth0_sandbox, apis):
    """A value that changes with the move is written, and nothing else; the first values are kept."""
    tenant = auth0_sandbox.add_tenant("acme", plan="enterprise", settings=FIRST)
    given = {"domain": tenant.domain, "plan": "enterprise", **ASKED}
    engine.program = lambda: apis[0].SessionLifetime("acme", **given)
    assert engine.up().ok
    auth0_sandbox.clear_requests()
    engine.program = lambda: apis[1].SessionLifetime("acme", **{**given, "session_lifetime": "8h"})
    run = engine.up()
    assert run.ok, run.output
    assert tenant.calls == [TOKEN, PATCH]
    assert tenant.settings == {"session_lifetime": 480}
    assert engine.destroy().ok
    assert tenant.settings == FIRST
