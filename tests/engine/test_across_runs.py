"""What outlives a run, on the real engine: what a record keeps through failures, replacements, renames and odd answers.

The rules are those of `tests/lifecycle`, so each has one front end here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pulumi
import pytest

from calls import GET, PATCH, reads_and_writes

pytestmark = pytest.mark.deep


def given(tenant: Any, **arguments: Any) -> dict[str, Any]:
    """Return the arguments of a resource."""
    return {"domain": tenant.domain, "plan": "enterprise", "on_delete": "restore", **arguments}


@pytest.mark.parametrize(
    ("front_end", "how", "later"), [("dynamic", "another resource fails", "9h"), ("native", "a target", "8h")]
)
def test_a_rename_that_stayed_unfinished_undoes_nothing_later(engine, tenant, auth0_sandbox, how, later):
    """The run that deletes the old record only checks or updates the new resource; the tenant keeps its values."""
    tenant.dashboard(session_lifetime=10_000)
    broken = auth0_sandbox.add_tenant("broken")
    engine.program = lambda: engine.api.SessionLifetime("old", **given(tenant, session_lifetime="8h"))
    assert engine.up().ok

    lifetime = "8h"

    def renamed() -> None:
        engine.api.SessionLifetime("new", **given(tenant, session_lifetime=lifetime))
        if how == "another resource fails":
            engine.api.SessionLifetime("broken", **given(broken, session_lifetime="8h"))

    engine.program = renamed
    if how == "a target":
        kind = engine.resource()["urn"].replace("::old", "::new")
        assert engine.up(target=[kind]).ok
    else:
        broken.fault("400", operation="patch", times=1)
        assert not engine.up().ok
    names = {one["urn"].rpartition("::")[2] for one in engine.resources if one["type"].endswith("SessionLifetime")}
    assert names == {"old", "new"}

    lifetime = later
    reads_and_writes(tenant, auth0_sandbox)
    run = engine.up()
    assert run.ok
    assert [line for line in run.said("warning") if "another resource manages this tenant" in line]
    assert reads_and_writes(tenant, auth0_sandbox) == ([] if later == "8h" else [PATCH])
    assert tenant.settings == {"session_lifetime": 480 if later == "8h" else 540}
    assert engine.preview().changes.keys() == {"same"}


def test_old_sessions_are_never_forgotten(engine, tenant):
    """`old_sessions_gone_by` survives a failed update that took effect, a replacement, and a setting that returns."""
    tenant.dashboard(session_lifetime=43_200)
    engine.args = given(tenant, session_lifetime="30d", idle_session_lifetime="1d", on_delete="retain")
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


def test_a_rename_with_another_provider_is_warned_of(engine, tenant, auth0_sandbox):
    """Two providers are two processes: the preview warns. With an alias nothing is called, and the record stays."""
    tenant.dashboard(session_lifetime=10_000)
    asked = given(tenant, session_lifetime="8h")
    aliases: list[pulumi.Alias] = []

    def renamed() -> None:
        provider = engine.api.Provider(
            "p", domain=tenant.domain, client_id="engine-client", client_secret="engine-canary-secret"
        )
        options = pulumi.ResourceOptions(provider=provider, aliases=aliases)
        made = engine.api.SessionLifetime("renamed", **asked, opts=options)
        pulumi.export("previous", made.previous)

    engine.program = lambda: engine.api.SessionLifetime("acme", **asked)
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
    engine.program = lambda: engine.api.SessionLifetime("acme", **asked)
    assert engine.up().ok
    assert tenant.settings == {"session_lifetime": 10_000}
    assert engine.up(refresh=True).ok
    assert tenant.settings == {"session_lifetime": 480}


@pytest.mark.front_ends("native")
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


def test_an_ignored_setting_is_not_reverted(engine, tenant, auth0_sandbox):
    """The answer to an update of another setting shows the drift; the engine hands back the old input all the same."""
    idle = "1h"

    def program() -> None:
        engine.api.SessionLifetime(
            "acme",
            **given(tenant, session_lifetime="8h", idle_session_lifetime=idle),
            opts=pulumi.ResourceOptions(ignore_changes=[engine.spelling.name("session_lifetime")]),
        )

    engine.program = program
    assert engine.up().ok
    tenant.dashboard(session_lifetime=600)
    idle = "2h"
    assert engine.up().ok
    reads_and_writes(tenant, auth0_sandbox)
    assert engine.up().changes == {"same": 2}
    assert (reads_and_writes(tenant, auth0_sandbox), tenant.settings["session_lifetime"]) == ([], 600)


ODD = [
    {"session_lifetime": 8, "idle_session_lifetime": 0},
    {"session_lifetime": 8, "session_cookie": {}},
    {"session_lifetime": 8, "session_cookie": {"mode": None}},
    {"session_lifetime": 8, "session_cookie": {"mode": "Sticky mode"}},
    {"session_lifetime": 8, "sessions": {"anonymous": {"lifetime_in_minutes": 0}}},
    {},
    "not JSON",
]


@pytest.mark.front_ends("native")
def test_an_odd_body_stops_nothing(engine, auth0_sandbox):
    """A write that was answered 2xx is a success, and a value that nobody manages may be one that cannot be used.

    There is one PATCH, no second one that puts the old value back, and the next runs have nothing to do.
    """
    tenants = [auth0_sandbox.add_tenant(f"odd-{number}") for number in range(len(ODD))]
    lifetime = "8h"

    def program() -> None:
        for tenant in tenants:
            engine.api.SessionLifetime(tenant.name, **given(tenant, session_lifetime=lifetime))

    engine.program = program
    for tenant, body in zip(tenants, ODD, strict=True):
        tenant.answer(body, operation="patch", times=1)
    run = engine.up()
    assert run.ok, run.output + run.failure
    assert [tenant.settings for tenant in tenants] == [{"session_lifetime": 480}] * len(ODD)
    assert [tenant.calls.count(PATCH) for tenant in tenants] == [1] * len(ODD)

    for tenant, body in zip(tenants, ODD, strict=True):
        if isinstance(body, dict) and body:
            tenant.answer(body, operation="get", times=None)
    assert engine.up(refresh=True).changes == {"same": 1 + len(ODD)}
    lifetime = "9h"
    assert engine.up().ok
    assert [tenant.settings for tenant in tenants] == [{"session_lifetime": 540}] * len(ODD)


@pytest.mark.front_ends("native")
def test_a_tenant_above_the_api_s_maximum_can_be_managed_and_given_up(engine, tenant):
    """Ignored changes that a refresh found pass a preview, and a destroy restores what the API accepts."""
    tenant.dashboard(idle_session_lifetime=90)
    # A tenant may have more from earlier times than the API accepts.
    tenant.answer({"session_lifetime": 10_000}, operation="get")
    ignored: list[str] = []

    def program() -> None:
        engine.api.SessionLifetime(
            "acme",
            **given(tenant, session_lifetime="8h", idle_session_lifetime="1h"),
            opts=pulumi.ResourceOptions(ignore_changes=ignored),
        )

    engine.program = program
    assert engine.up().ok
    tenant.answer({"session_lifetime": 9_600}, operation="get")
    ignored.append(engine.spelling.name("session_lifetime"))
    assert engine.refresh().ok
    run = engine.preview()
    assert run.ok, run.output + run.failure
    assert engine.up().changes == {"same": 2}
    run = engine.destroy()
    assert run.ok, run.output + run.failure
    assert tenant.settings == {"session_lifetime": 480, "idle_session_lifetime": 90}
    (warning,) = [line for line in run.said("warning") if "could not restore" in line]
    assert "416d16h" in warning
