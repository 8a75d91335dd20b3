"""What outlives a run, on the real engine: renames that stay unfinished, replacements that fail, and odd answers."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from calls import PATCH, reads_and_writes

pytestmark = pytest.mark.front_ends("dynamic", "native")


def given(tenant: Any, **arguments: Any) -> dict[str, Any]:
    """Return the arguments of a resource."""
    return {"domain": tenant.domain, "plan": "enterprise", "on_delete": "restore", **arguments}


@pytest.mark.deep
@pytest.mark.parametrize(("how", "later"), [("another resource fails", "9h"), ("a target", "8h")])
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


@pytest.mark.deep
def test_a_forced_replacement_that_cannot_read_gives_nothing_up(engine, tenant):
    """A 403 on the GET: the record stays, and so do `previous` and the moment of old sessions."""
    tenant.dashboard(session_lifetime=10_000)
    engine.args = given(tenant, session_lifetime="8h")
    assert engine.up().ok
    before = engine.resource()["outputs"]
    tenant.fault("403-scope", operation="get")
    assert not engine.up(replace=[engine.resource()["urn"]]).ok
    assert engine.resource()["outputs"] == before
    tenant.clear_faults()
    assert engine.up(replace=[engine.resource()["urn"]]).ok
    assert engine.outputs["previous"] == {"session_lifetime": 10_000}
    assert tenant.settings == {"session_lifetime": 480}


@pytest.mark.deep
def test_a_verb_that_took_effect_and_failed_leaves_the_record_true(engine, tenant, auth0_sandbox):
    """The answer is lost and the retry refused: what was there is put back, and an unchanged `up` sends nothing."""
    tenant.dashboard(session_lifetime=10_000)

    def fails(verb: str, lifetime: str, left: int) -> None:
        engine.args = given(tenant, session_lifetime=lifetime)
        tenant.fault("drop-after", operation="patch", times=1)
        tenant.fault("403-scope", operation="patch", times=1)
        assert not getattr(engine, verb)().ok
        assert tenant.settings == {"session_lifetime": left}

    fails("up", "8h", 10_000)
    assert engine.up().ok
    assert engine.outputs["previous"] == {"session_lifetime": 10_000}
    fails("up", "365d", 480)
    fails("destroy", "8h", 480)
    reads_and_writes(tenant, auth0_sandbox)
    assert engine.up().changes == {"same": 2}
    assert reads_and_writes(tenant, auth0_sandbox) == []


@pytest.mark.deep
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


@pytest.fixture
def odd(engine, auth0_sandbox) -> dict[str, Any]:
    """A tenant for each odd body, all declared by one program, with the lifetime of `engine.args`."""
    tenants = {f"odd-{number}": auth0_sandbox.add_tenant(f"odd-{number}") for number in range(len(ODD))}

    def program() -> None:
        for name, tenant in tenants.items():
            engine.api.SessionLifetime(name, **given(tenant, **engine.args))

    engine.program, engine.args = program, {"session_lifetime": "8h"}
    return tenants


@pytest.mark.deep
def test_a_2xx_with_an_odd_body_is_a_success(engine, odd):
    """One PATCH, no second one that puts the old value back, and the next runs have nothing to do."""
    for tenant, body in zip(odd.values(), ODD, strict=True):
        tenant.answer(body, operation="patch", times=1)
    run = engine.up()
    assert run.ok, run.output + run.failure
    assert [tenant.settings for tenant in odd.values()] == [{"session_lifetime": 480}] * len(ODD)
    assert [tenant.calls.count(PATCH) for tenant in odd.values()] == [1] * len(ODD)
    assert engine.up(refresh=True).changes == {"same": 1 + len(ODD)}


@pytest.mark.deep
def test_an_odd_value_that_is_not_managed_stops_nothing(engine, odd):
    """Create, refresh and update work while a GET reports a value that cannot be used."""
    for tenant, body in zip(odd.values(), ODD, strict=True):
        tenant.dashboard(session_lifetime=480)
        if isinstance(body, dict) and body:
            tenant.answer(body, operation="get", times=None)
    assert engine.up().ok
    assert engine.up(refresh=True).changes == {"same": 1 + len(ODD)}
    engine.args["session_lifetime"] = "9h"
    assert engine.up().ok
    assert [tenant.settings for tenant in odd.values()] == [{"session_lifetime": 540}] * len(ODD)


@pytest.mark.deep
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


@pytest.mark.deep
@pytest.mark.front_ends("dynamic")
def test_a_subclass_keeps_the_type(engine, tenant):
    """Policies, aliases and the native plugin know one type token."""

    class OurSessionLifetime(engine.api.SessionLifetime):  # type: ignore[misc, name-defined]
        """A team's own class."""

    engine.program = lambda: OurSessionLifetime("acme", **given(tenant, session_lifetime="8h"))
    assert engine.up().ok
    assert engine.resource()["type"] == "pulumi-python:dynamic/auth0-sessions:SessionLifetime"
