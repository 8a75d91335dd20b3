"""The life cycle of a tenant's settings on the real engine: API calls, state, and output."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pulumi
import pytest

from calls import GET, PATCH, TOKEN, calls_of

pytestmark = pytest.mark.front_ends("dynamic", "native")


def test_a_whole_life(engine, tenant, auth0_sandbox):
    """Create is 1 GET and 1 PATCH, unchanged is 0 calls, refresh 1 GET, update 1 PATCH, restore gives back."""
    tenant.dashboard(session_lifetime=10_000, session_cookie_mode="non-persistent")
    foreign = tenant.foreign
    engine.args = {
        "domain": tenant.domain.upper().replace("HTTP", "http").replace("ACME", "acme") + "/",
        "plan": "essential",
        "session_lifetime": "720h",
        "idle_session_lifetime": "PT90M",
        "session_cookie_mode": "persistent",
        "on_delete": "restore",
    }

    assert engine.preview().ok
    assert calls_of(tenant, auth0_sandbox) == []

    started = datetime.now(UTC)
    assert engine.up().changes == {"create": 2}
    body = tenant.requests[-1].body
    assert body == {
        "session_lifetime": 720,
        "idle_session_lifetime_in_minutes": 90,
        "session_cookie": {"mode": "persistent"},
    }
    assert calls_of(tenant, auth0_sandbox) == [TOKEN, GET, PATCH]
    outputs = engine.outputs
    gone_by = datetime.fromisoformat(outputs.pop("old_sessions_gone_by"))
    assert timedelta(minutes=10_000) <= gone_by - started < timedelta(minutes=10_000, seconds=60)
    assert outputs == {
        "domain": tenant.domain,
        "plan": "essential",
        "over_limit": "error",
        "on_delete": "restore",
        "enforce": "exact",
        "session_lifetime": "30d",
        "session_lifetime_minutes": 43_200,
        "idle_session_lifetime": "1h30m",
        "idle_session_lifetime_minutes": 90,
        "session_cookie_mode": "persistent",
        "previous": {
            "session_lifetime": 10_000,
            "idle_session_lifetime": 4_320,
            "session_cookie_mode": "non-persistent",
        },
        "superseded": {},
        "id": tenant.domain,
        "urn": outputs["urn"],
    }

    assert engine.up().changes == {"same": 2}
    assert calls_of(tenant, auth0_sandbox) == []

    engine.args |= {"session_lifetime": "30d", "idle_session_lifetime": "1h30m", "domain": tenant.domain}
    assert engine.preview(expect_no_changes=True).ok
    assert calls_of(tenant, auth0_sandbox) == []

    tenant.dashboard(session_lifetime=480)
    assert engine.refresh().ok
    assert calls_of(tenant, auth0_sandbox) == [TOKEN, GET]
    name = engine.spelling.name("session_lifetime")
    assert f'~ {name}: "8h" => "30d"' in " ".join(engine.preview(diff=True).output.split()).replace(" :", ":")

    assert engine.up().changes == {"same": 1, "update": 1}
    assert tenant.requests[-1].body == {"session_lifetime": 720}
    assert calls_of(tenant, auth0_sandbox) == [TOKEN, PATCH]
    assert engine.outputs["previous"]["session_lifetime"] == 10_000

    # As a person types it: Pulumi previews the refresh first.
    variables = engine.stack.workspace.env_vars
    typed = ["refresh", "--yes", "--non-interactive", "--stack", "dev"]
    engine.stack.workspace.pulumi_command.run(typed, engine.stack.workspace.work_dir, variables)
    assert calls_of(tenant, auth0_sandbox) == [TOKEN, GET, TOKEN, GET]

    assert engine.destroy().ok
    assert calls_of(tenant, auth0_sandbox) == [TOKEN, PATCH]
    assert tenant.settings == {
        "session_lifetime": 10_000,
        "idle_session_lifetime": 4_320,
        "session_cookie_mode": "non-persistent",
    }
    assert tenant.foreign == foreign


def test_only_what_changed_is_written(engine, tenant, auth0_sandbox):
    """An update sends the changed settings only; a setting that becomes managed costs one GET, one left out nothing."""
    engine.args = {"domain": tenant.domain, "session_lifetime": "8h", "idle_session_lifetime": "1h"}
    assert engine.up().ok
    calls_of(tenant, auth0_sandbox)

    engine.args["idle_session_lifetime"] = "31m"
    assert engine.up().ok
    assert tenant.requests[-1].body == {"idle_session_lifetime_in_minutes": 31}
    assert calls_of(tenant, auth0_sandbox) == [TOKEN, PATCH]

    engine.args["ephemeral_session_lifetime"] = "2h"
    assert engine.up().ok
    assert tenant.requests[-1].body == {"ephemeral_session_lifetime": 2}
    assert calls_of(tenant, auth0_sandbox) == [TOKEN, GET, PATCH]
    assert engine.outputs["previous"]["ephemeral_session_lifetime"] == 4_320

    del engine.args["idle_session_lifetime"]
    assert engine.up().changes == {"same": 1, "update": 1}
    assert calls_of(tenant, auth0_sandbox) == []
    assert engine.outputs["previous"] == {"session_lifetime": 10_080, "ephemeral_session_lifetime": 4_320}
    assert engine.outputs.get("idle_session_lifetime_minutes") is None
    assert tenant.settings["idle_session_lifetime"] == 31


def test_a_superseded_value_is_reported_and_makes_no_endless_diff(engine, tenant, auth0_sandbox):
    """A value that Auth0 lowers causes a warning, is kept in `superseded`, and leaves no diff after a refresh."""
    tenant.plan, tenant.over_cap = "essential", "clamp"
    engine.args = {"domain": tenant.domain, "session_lifetime": "60d"}
    printed = engine.up().said("warning")
    assert any("reports 30d" in text and "60d" in text for text in printed)
    assert engine.outputs["superseded"] == {"session_lifetime": {"asked": "60d", "reported": "30d"}}
    assert engine.outputs["session_lifetime_minutes"] == 43_200

    assert engine.refresh().ok
    calls_of(tenant, auth0_sandbox)
    assert engine.up().changes == {"same": 2}
    assert calls_of(tenant, auth0_sandbox) == []

    tenant.dashboard(session_lifetime=480)
    assert engine.refresh().ok
    name = engine.spelling.name("session_lifetime")
    assert f'~ {name}: "8h" => "60d"' in " ".join(engine.preview(diff=True).output.split())


def test_another_domain_replaces(engine, tenant, auth0_sandbox):
    """A change of domain creates at the new tenant, then deletes at the old one; a typo leaves the old one as it is."""
    other = auth0_sandbox.add_tenant("other", plan="enterprise")
    engine.args = {"domain": tenant.domain, "session_lifetime": "8h", "on_delete": "restore"}
    assert engine.up().ok
    auth0_sandbox.clear_requests()
    engine.args["domain"] = tenant.domain.replace("acme", "acne")
    run = engine.up()
    assert not run.ok
    assert [line for line in run.said("error") if f"{tenant.domain} stays as it is" in line]
    assert (tenant.calls, tenant.settings) == ([], {"session_lifetime": 480})
    engine.args["domain"] = other.domain
    assert engine.up().changes == {"same": 1, "replace": 1}
    assert other.settings == {"session_lifetime": 480}
    assert tenant.settings == {"session_lifetime": 10_080}
    assert engine.resource()["id"] == other.domain


def test_unknown_inputs_pass_a_preview(engine, tenant, auth0_sandbox):
    """An output of a resource that is still to be created is a fine value for every input; minutes are whole."""
    first, seen = auth0_sandbox.add_tenant("first"), {}

    def program() -> None:
        source = engine.api.SessionLifetime("first", domain=first.domain, plan="enterprise", idle_session_lifetime="8h")
        unknown = source.idle_session_lifetime_minutes.apply(lambda minutes: f"{minutes}m")
        made = engine.api.SessionLifetime(
            "second",
            domain=source.idle_session_lifetime_minutes.apply(lambda _: tenant.domain),
            session_lifetime=unknown,
            plan=unknown.apply(lambda _: "essential"),
            over_limit=unknown.apply(lambda _: "error"),
            on_delete=unknown.apply(lambda _: "restore"),
            credentials=unknown.apply(lambda _: None),  # Left out, in the end.
        )
        made.previous.apply(seen.update)
        pulumi.export("not_managed", made.ephemeral_session_lifetime_minutes)

    engine.program = program
    assert engine.preview().ok
    assert auth0_sandbox.requests == []
    assert engine.up().ok
    assert tenant.settings == {"session_lifetime": 480}
    assert (seen, type(seen["session_lifetime"])) == ({"session_lifetime": 10_080}, int)
    assert engine.outputs.get("not_managed") is None
    assert engine.up().changes == {"same": 3}


def test_get_looks_a_tenant_up(engine, tenant):
    """`get` shows every setting, Auth0's defaults where absent, writes nothing and does not count as managed."""
    tenant.dashboard(session_lifetime=90)

    def program() -> None:
        found = engine.api.SessionLifetime.get("found", tenant.domain)
        engine.api.SessionLifetime("managed", domain=tenant.domain, plan="enterprise", idle_session_lifetime="3d")
        for name in ("session_lifetime", "session_lifetime_minutes", "idle_ephemeral_session_lifetime_minutes"):
            pulumi.export(name, getattr(found, name))
        pulumi.export("mode", found.session_cookie_mode)
        pulumi.export("id", found.id)
        pulumi.export("previous", found.previous)

    engine.program = program
    assert not re.search(r"previous\s*: \[unknown\]", engine.preview().output)
    assert engine.up().ok
    assert PATCH not in tenant.calls
    assert engine.outputs == {
        "session_lifetime": "1h30m",
        "session_lifetime_minutes": 90,
        "idle_ephemeral_session_lifetime_minutes": 1_440,
        "mode": "persistent",
        "id": tenant.domain,
        # Its `Read` serves an import too, for which this is what `restore` would put back.
        **({"previous": {"session_lifetime": 90}} if engine.front_end == "native" else {}),
    }
    assert engine.refresh().ok
    assert engine.destroy().ok
    assert PATCH not in tenant.calls


def test_a_forced_replacement_keeps_tenant_and_record_together(engine, tenant):
    """`pulumi up --replace` deletes before it creates; where the tenant cannot be read, the record stays as it was."""
    tenant.dashboard(session_lifetime=10_000)
    engine.args = {"domain": tenant.domain, "plan": "enterprise", "session_lifetime": "8h", "on_delete": "restore"}
    assert engine.up().ok
    before = engine.resource()
    tenant.fault("403-scope", operation="get")
    assert not engine.up(replace=[before["urn"]]).ok
    assert engine.resource()["outputs"] == before["outputs"]
    tenant.clear_faults()
    assert engine.up(replace=[before["urn"]]).ok
    assert tenant.settings == {"session_lifetime": 480}
    assert engine.outputs["previous"] == {"session_lifetime": 10_000}


def test_an_input_that_is_none_in_the_end_is_not_unknown(engine, tenant):
    """A setting that is not managed is never unknown in a preview, which would be a diff that never closes."""
    nothing = {"idle_session_lifetime": None, "session_cookie_mode": None}
    engine.args = {"domain": tenant.domain, "plan": "enterprise", "session_lifetime": "8h"}

    def program() -> None:
        late: dict[str, Any] = {name: pulumi.Output.from_input(value) for name, value in nothing.items()}
        made = engine.api.SessionLifetime("acme", **engine.args, **late)
        for name in (*nothing, "idle_session_lifetime_minutes"):
            pulumi.export(name, getattr(made, name))

    engine.program = program
    shown = engine.preview(diff=True).output
    assert [word for word in ("[unknown]", "ephemeral") if word in shown] == []
    assert engine.up().ok
    assert tenant.settings == {"session_lifetime": 480}


@pytest.mark.front_ends("dynamic")
def test_an_import_is_refused_with_advice(engine, tenant):
    """`import_` cannot work for a dynamic resource, and is not needed."""
    engine.args = {"domain": tenant.domain, "session_lifetime": "8h", "opts": pulumi.ResourceOptions(import_="x")}
    run = engine.preview()
    assert not run.ok
    assert "adopted without a write" in "\n".join(run.said("error"))


@pytest.mark.deep
@pytest.mark.front_ends("native")
def test_the_lifetime_of_anonymous_sessions(engine, auth0_sandbox):
    """Its neighbors in `sessions` survive every write, whether a PATCH merges the object or replaces it.

    A write reads the object first, with one GET where none was due: not at a create, but at an update and at the end.
    """
    tenants = [auth0_sandbox.add_tenant(name, plan="enterprise") for name in ("merges", "replaces")]
    neighbors = tenants[0].foreign["sessions"]
    tenants[0].merge_sessions, tenants[1].merge_sessions = True, False

    def program() -> None:
        for one in tenants:
            made = engine.api.SessionLifetime(one.name, domain=one.domain, on_delete="restore", **engine.args)
            pulumi.export(one.name, made.anonymous_session_lifetime_minutes)

    def calls() -> list[list[str]]:
        made = [one.calls for one in tenants]
        auth0_sandbox.clear_requests()
        return made

    engine.program, engine.args = program, {"plan": "enterprise", "anonymous_session_lifetime": "90m"}
    assert engine.up().ok
    for one in tenants:
        assert one.requests[-1].body == {"sessions": {**neighbors, "anonymous": {"lifetime_in_minutes": 90}}}
    assert calls() == [[TOKEN, GET, PATCH]] * 2
    assert engine.outputs == {"merges": 90, "replaces": 90}
    assert engine.up().changes == {"same": 3}
    assert calls() == [[]] * 2

    engine.args["anonymous_session_lifetime"] = "2h"
    assert engine.up().changes == {"same": 1, "update": 2}
    assert calls() == [[TOKEN, GET, PATCH]] * 2
    engine.args["session_lifetime"] = "8h"
    assert engine.up().ok
    assert [one.requests[-1].body for one in tenants] == [{"session_lifetime": 8}] * 2
    assert calls() == [[TOKEN, GET, PATCH]] * 2

    assert engine.destroy().ok
    assert calls() == [[TOKEN, GET, PATCH]] * 2
    restored = {**neighbors, "anonymous": {"lifetime_in_minutes": 43_200}}
    assert [one.foreign["sessions"] for one in tenants] == [restored] * 2
