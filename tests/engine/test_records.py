"""The truth of a record on the real engine: what it keeps through failures, replacements, renames and other plans."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pulumi
import pytest

from calls import GET, PATCH, reads_and_writes

pytestmark = pytest.mark.front_ends("dynamic", "native")

CANARY = "Canary-5eCr3t"
OWN_CREDENTIALS = {"client_id": "engine-client", "client_secret": "engine-canary-secret"}


@pytest.mark.deep
def test_old_sessions_are_never_forgotten(engine, tenant):
    """`old_sessions_gone_by` survives a failed update that took effect, a replacement, and a setting that returns."""
    tenant.dashboard(session_lifetime=43_200)
    engine.args = {
        "domain": tenant.domain,
        "plan": "enterprise",
        "session_lifetime": "30d",
        "idle_session_lifetime": "1d",
    }
    assert engine.up().ok
    assert engine.outputs.get("old_sessions_gone_by") is None

    engine.args["session_lifetime"] = "1h"
    failed_at = datetime.now(UTC)
    tenant.fault("drop-after", operation="patch", times=1)
    tenant.fault("403-scope", operation="patch", times=2)
    run = engine.up()
    assert not run.ok
    assert [line for line in run.said("error") if "may have" in line and "`pulumi refresh`" in line]
    assert tenant.settings["session_lifetime"] == 60
    assert engine.up(refresh=True).ok
    moment = engine.outputs["old_sessions_gone_by"]
    assert datetime.fromisoformat(moment) >= failed_at + timedelta(days=30)

    assert engine.up(replace=[engine.resource()["urn"]]).ok
    assert engine.outputs["old_sessions_gone_by"] == moment
    assert engine.outputs["previous"] == {"session_lifetime": 43_200, "idle_session_lifetime": 4_320}

    del engine.args["session_lifetime"]
    assert engine.up().ok
    engine.args["session_lifetime"] = "2h"
    assert engine.up().ok
    assert engine.outputs["old_sessions_gone_by"] == moment


@pytest.mark.deep
def test_a_raised_plan_writes_what_was_superseded(engine, auth0_sandbox):
    """Naming a larger plan sends the superseded value again, once; a change of `on_delete` sends nothing."""
    tenant = auth0_sandbox.add_tenant("acme", plan="essential", over_cap="clamp")
    engine.args = {"domain": tenant.domain, "plan": "essential", "over_limit": "warn", "session_lifetime": "60d"}
    assert engine.up().ok
    assert engine.outputs["superseded"] == {"session_lifetime": {"asked": "60d", "reported": "30d"}}
    reads_and_writes(tenant, auth0_sandbox)

    tenant.plan = "enterprise"
    engine.args["on_delete"] = "reset"
    assert engine.up().ok
    assert reads_and_writes(tenant, auth0_sandbox) == []
    engine.args["plan"] = "enterprise"
    assert engine.up().ok
    assert reads_and_writes(tenant, auth0_sandbox) == [PATCH]
    assert (tenant.settings, engine.outputs["superseded"]) == ({"session_lifetime": 86_400}, {})
    assert engine.up().changes == {"same": 2}


@pytest.mark.deep
def test_an_ignored_change_above_the_cap_is_left_alone(engine, auth0_sandbox):
    """With `ignore_changes` a value that a refresh found is neither refused nor clamped while the plan is the same."""
    tenants = {limit: auth0_sandbox.add_tenant(limit, plan="enterprise") for limit in ("error", "clamp")}

    def program() -> None:
        for over_limit, tenant in tenants.items():
            engine.api.SessionLifetime(
                over_limit,
                domain=tenant.domain,
                plan="essential",
                over_limit=over_limit,
                session_lifetime="8h",
                opts=pulumi.ResourceOptions(ignore_changes=[engine.spelling.name("session_lifetime")]),
            )

    engine.program = program
    assert engine.up().ok
    for tenant in tenants.values():
        tenant.dashboard(session_lifetime=57_600)
    auth0_sandbox.clear_requests()
    assert engine.up(refresh=True).ok
    assert [tenant.settings for tenant in tenants.values()] == [{"session_lifetime": 57_600}] * 2
    assert [call for tenant in tenants.values() for call in tenant.calls if call == PATCH] == []


@pytest.mark.deep
def test_a_short_name_of_a_fleet_may_change(engine, tenant, auth0_sandbox):
    """With `formerly` a rename makes no call; without it nothing is undone, and a warning says what to do."""
    tenant.dashboard(session_lifetime=10_000)
    tenants: dict[str, Any] = {}

    def program() -> None:
        fleet = engine.api.TenantFleet("fleet", tenants=tenants, plan="enterprise", profile="strict")
        pulumi.export("tenants", fleet.tenants)

    def previous() -> Any:
        (row,) = engine.outputs["tenants"].values()
        return row["previous"]["session_lifetime"]

    engine.program = program
    entry = {"domain": tenant.domain, "onDelete": "restore"}
    tenants["acme"] = entry
    assert engine.up().ok
    held = tenant.settings
    reads_and_writes(tenant, auth0_sandbox)

    tenants.clear()
    tenants["acme-eu"] = {**entry, "formerly": "acme"}
    assert engine.up().changes == {"same": 4}
    assert (reads_and_writes(tenant, auth0_sandbox), previous()) == ([], 10_000)

    tenants.clear()
    tenants["acme-us"] = entry
    run = engine.up()
    assert [
        line for line in run.said("warning") if "another resource manages this tenant" in line and "`formerly`" in line
    ]
    assert (reads_and_writes(tenant, auth0_sandbox), tenant.settings, previous()) == ([GET], held, 1_440)


@pytest.mark.deep
def test_a_rename_with_another_provider_is_warned_of(engine, tenant, auth0_sandbox):
    """Two providers are two processes: the preview warns. With an alias nothing is called, and the record stays."""
    tenant.dashboard(session_lifetime=10_000)
    given = {"domain": tenant.domain, "plan": "enterprise", "session_lifetime": "8h", "on_delete": "restore"}
    aliases: list[pulumi.Alias] = []

    def renamed() -> None:
        provider = engine.api.Provider("p", domain=tenant.domain, **OWN_CREDENTIALS)
        options = pulumi.ResourceOptions(provider=provider, aliases=aliases)
        made = engine.api.SessionLifetime("renamed", **given, opts=options)
        pulumi.export("previous", made.previous)

    engine.program = lambda: engine.api.SessionLifetime("acme", **given)
    assert engine.up().ok
    reads_and_writes(tenant, auth0_sandbox)
    engine.program = renamed
    assert [line for line in engine.preview().said("warning") if "another provider" in line and "`aliases`" in line]

    aliases.append(pulumi.Alias(name="acme"))
    assert not [line for line in engine.preview().said("warning") if "another provider" in line]
    assert engine.up().ok
    assert (reads_and_writes(tenant, auth0_sandbox), engine.outputs["previous"]) == ([], {"session_lifetime": 10_000})

    # What remains: without the alias the delete of the other process comes last. A refresh sees that.
    aliases.clear()
    engine.program = lambda: engine.api.SessionLifetime("acme", **given)
    assert engine.up().ok
    assert tenant.settings == {"session_lifetime": 10_000}
    assert engine.up(refresh=True).ok
    assert tenant.settings == {"session_lifetime": 480}


@pytest.mark.deep
def test_a_typo_in_a_domain_gives_nothing_up(engine, tenant, auth0_sandbox):
    """The old tenant is as it was and in the record, and the corrected program has nothing to do."""
    engine.args = {"domain": tenant.domain, "plan": "enterprise", "session_lifetime": "8h", "on_delete": "restore"}
    assert engine.up().ok
    reads_and_writes(tenant, auth0_sandbox)
    engine.args["domain"] = tenant.domain.replace("acme", "acne")
    run = engine.up()
    assert not run.ok
    assert [line for line in run.said("error") if f"{tenant.domain} stays as it is" in line]
    assert (reads_and_writes(tenant, auth0_sandbox), tenant.settings) == ([], {"session_lifetime": 480})
    engine.args["domain"] = tenant.domain
    assert engine.up().changes == {"same": 2}
    assert reads_and_writes(tenant, auth0_sandbox) == []
