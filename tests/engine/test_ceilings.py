"""Ceilings on the real engine: what previews, outputs and reports say of them, and one for a whole stack."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi import automation

from auth0_sessions.model.settings import LOGIN_LIFETIMES, with_defaults
from auth0_sessions.model.spelling import camel_case
from calls import GET, PATCH, reads_and_writes
from remote import FLEET, POLICY, Remote

pytestmark = pytest.mark.front_ends("dynamic", "remote")

DAY = {"session_lifetime": "1d", "idle_session_lifetime": "1h"}
CEILING = {"absolute": "1h", "idle": "5m", "reason": "incident 4711"}


def fleet_of(engine: Any, tenants: dict[str, Any], **arguments: Any) -> Callable[[], None]:
    """Return a program with one fleet, which exports its outputs and feeds one of them into another resource."""

    def program() -> None:
        given = {"plan": "enterprise", **arguments}
        if engine.front_end != "remote":
            made: Any = engine.api.TenantFleet("fleet", tenants=tenants, **given)
        else:
            made = Remote(FLEET, "fleet", tenants=tenants, **given)
        pulumi.export("tenants", made.tenants)
        pulumi.export("report", made.report)

    return program


def cells(report: str, tenant: str) -> list[str]:
    """Return a tenant's row of a report."""
    (row,) = [line for line in report.splitlines() if line.startswith(f"| {tenant} |")]
    return [cell.strip() for cell in row.strip("|").split("|")]


def configure(engine: Any, key: str, value: Any) -> None:
    """Set a value of the configuration, an object as `pulumi config set --path` does."""
    text = value if isinstance(value, str) else json.dumps(value)
    engine.stack.set_config(f"auth0-sessions:{key}", automation.ConfigValue(text))


# Previews


def test_a_plan_that_was_saved_is_what_is_applied(make_engine, auth0_sandbox):
    """`pulumi preview --save-plan` and `up --plan` work for the first run and for a change."""
    engine = make_engine(PULUMI_EXPERIMENTAL="true")
    live = {name: auth0_sandbox.add_tenant(name, plan="enterprise") for name in ("acme", "globex")}
    tenants = {name: {"domain": one.domain} for name, one in live.items()}
    tenants["globex"]["enforce"] = "at-most"
    plan = str(engine.folder / "plan.json")
    for profile in ("convenient", "strict"):
        engine.program = fleet_of(engine, tenants, profile=profile)
        preview = engine.preview(plan=plan)
        assert preview.ok, preview.output
        run = engine.up(plan=plan)
        assert run.ok, run.output
    assert [one.settings["session_lifetime"] for one in live.values()] == [1_440, 1_440]


def test_a_tenant_s_own_value_is_never_claimed_otherwise(engine, auth0_sandbox):
    """A create's preview knows no value under a ceiling; raising and lowering it ends where it began."""
    live = {name: auth0_sandbox.add_tenant(name, plan="enterprise") for name in ("own", "long")}
    others = {"idle_session_lifetime": 10, "ephemeral_session_lifetime": 600, "idle_ephemeral_session_lifetime": 10}
    live["own"].dashboard(session_lifetime=720, **others)
    live["long"].dashboard(session_lifetime=50_000, **others)
    tenants = {name: {"domain": one.domain, "enforce": "at-most"} for name, one in live.items()}

    engine.program = fleet_of(engine, tenants, profile="strict")
    preview = engine.preview()
    assert preview.ok, preview.output
    said = "\n".join(preview.said("info"))
    assert [cells(said, name)[3] for name in live] == ["at most 1d", "at most 1d"]
    run = engine.up()
    assert run.ok, run.output
    assert [cells(engine.outputs["report"], name)[3:5] for name in live] == [["12h", "10m"], ["1d", "10m"]]
    assert "absolute 12h, its own value; ceiling 1d: profile 'strict'" in engine.outputs["report"]

    for profile, held in (("nist-aal3", ["12h", "12h"]), ("nist-aal1", ["12h", "30d"]), ("strict", ["12h", "1d"])):
        most = {"nist-aal3": "12h", "nist-aal1": "30d", "strict": "1d"}[profile]
        engine.program = fleet_of(engine, tenants, profile=profile)
        preview = engine.preview()
        assert preview.ok, preview.output
        # A preview of the dynamic resource knows nothing of an update but its inputs.
        shown = ["12h", f"at most {most}"] if engine.front_end == "dynamic" else held
        assert [cells("\n".join(preview.said("info")), name)[3] for name in live] == shown
        auth0_sandbox.clear_requests()
        run = engine.up()
        assert run.ok, run.output
        assert [cells(engine.outputs["report"], name)[3] for name in live] == held
        assert live["own"].settings["session_lifetime"] == 720
        assert PATCH not in live["own"].calls
    auth0_sandbox.clear_requests()
    assert engine.up().changes == {"same": 6}
    assert auth0_sandbox.requests == []


def test_a_tenant_that_a_run_leaves_out_keeps_its_row(engine, auth0_sandbox):
    """With `--target`, outputs and report say what was applied, in the words of the run that applied it."""
    live = {name: auth0_sandbox.add_tenant(name, plan="enterprise") for name in ("a", "b", "c")}
    tenants = {name: {"domain": one.domain} for name, one in live.items()}
    del tenants["c"]
    engine.program = fleet_of(engine, tenants, profile="nist-aal2")
    assert engine.up().ok
    before = engine.outputs
    tenants["c"] = {"domain": live["c"].domain}
    engine.program = fleet_of(engine, tenants, profile="nist-aal3")
    (target,) = [one["urn"] for one in engine.resources if one["urn"].endswith("::fleet-a-lifetime")]
    preview, run = engine.preview(target=[target]), engine.up(target=[target])
    assert preview.ok, preview.output
    assert run.ok, run.output
    after = engine.outputs
    assert [one.settings.get("session_lifetime") for one in live.values()] == [720, 1_440, None]
    assert cells(after["report"], "b") == cells(before["report"], "b")
    assert after["tenants"]["b"] == before["tenants"]["b"]
    # A tenant that is left out before it was ever created has no row.
    assert list(after["tenants"]) == ["a", "b"]
    assert "| c |" not in after["report"] + "".join(preview.said("info"))
    assert cells(after["report"], "a")[2:4] == ["nist-aal3", "12h"]


@pytest.mark.front_ends("dynamic", "native")
def test_an_output_under_a_ceiling_never_claims_too_much(engine, tenant, auth0_sandbox):
    """Unknown at the preview of a create, the value to hold afterwards, also in another resource."""
    other = auth0_sandbox.add_tenant("other", plan="enterprise")
    tenant.dashboard(session_lifetime=720)
    ceiling = "1d"

    def program() -> None:
        strict = engine.api.SessionLifetime(
            "strict", domain=tenant.domain, plan="enterprise", session_lifetime=ceiling, enforce="at-most"
        )
        copy = engine.api.SessionLifetime(
            "copy", domain=other.domain, plan="enterprise", session_lifetime=strict.session_lifetime
        )
        pulumi.export("strict", strict.session_lifetime)
        pulumi.export("copy", copy.session_lifetime)

    engine.program = program
    preview = engine.preview()
    assert preview.ok, preview.output + preview.failure
    assert '"1d"' not in "".join(line for line in preview.output.splitlines() if "strict:" in line or "copy:" in line)
    assert engine.up().ok
    assert (tenant.settings, other.settings) == ({"session_lifetime": 720}, {"session_lifetime": 720})
    assert (engine.outputs["strict"], engine.outputs["copy"]) == ("12h", "12h")
    reads_and_writes(tenant, auth0_sandbox)

    ceiling = "2d"
    preview = engine.preview()
    kept = f"{engine.spelling.name('session_lifetime')} keeps 12h, its own value (ceiling 2d)."
    assert len([line for line in preview.said("info") + preview.said("info#err") if kept in line]) == 1
    assert preview.changes.keys() == {"same"}
    assert engine.up().changes.keys() == {"same"}
    assert reads_and_writes(tenant, auth0_sandbox) == []

    ceiling = "6h"
    preview = engine.preview()
    assert preview.changes["update"] >= 1
    if engine.front_end == "native":
        assert [line for line in preview.output.splitlines() if "strict" in line and '"12h"' in line and '"6h"' in line]
    assert engine.up().ok
    assert (tenant.settings, other.settings) == ({"session_lifetime": 360}, {"session_lifetime": 360})
    ceiling = "1d"
    assert engine.up().ok
    assert (tenant.settings, other.settings) == ({"session_lifetime": 720}, {"session_lifetime": 720})
    assert reads_and_writes(tenant, auth0_sandbox) == [PATCH, PATCH]


@pytest.mark.deep
@pytest.mark.front_ends("dynamic", "native")
def test_a_ceiling_leaves_a_stricter_tenant_alone(engine, tenant, auth0_sandbox):
    """A refresh keeps what somebody tightened, without a diff; what somebody loosened goes back to the tenant's own."""
    tenant.dashboard(session_lifetime=720, idle_session_lifetime=15)
    lifetimes = {"session_lifetime": "1d", "idle_session_lifetime": "1h"}
    engine.args = {"domain": tenant.domain, "plan": "enterprise", "enforce": "at-most", **lifetimes}
    assert engine.up().ok
    assert reads_and_writes(tenant, auth0_sandbox) == [GET]

    tenant.dashboard(session_lifetime=600)
    assert engine.up(refresh=True).changes == {"same": 2}
    assert (engine.outputs["session_lifetime"], engine.outputs["session_lifetime_minutes"]) == ("10h", 600)

    tenant.dashboard(idle_session_lifetime=30)
    assert engine.up(refresh=True).changes == {"same": 1, "update": 1}
    assert reads_and_writes(tenant, auth0_sandbox).count(PATCH) == 1
    assert tenant.settings == {"session_lifetime": 600, "idle_session_lifetime": 15}
    assert engine.up().changes == {"same": 2}

    engine.args["enforce"] = "exact"
    assert engine.up().ok
    assert tenant.settings == {"session_lifetime": 1_440, "idle_session_lifetime": 60}
    assert engine.outputs.get("own") is None


# One for a whole stack


def whole_stack(engine: Any, live: dict[str, Any]) -> Callable[[], None]:
    """Return a program with every kind of resource: plain, under a provider, of another language, in a fleet."""

    def domain(name: str) -> dict[str, Any]:
        return {"domain": live[name].domain, "plan": "enterprise", "on_delete": "restore"}

    def program() -> None:
        api = engine.api
        api.SessionLifetime("plain", **domain("plain"), session_lifetime="30d", ephemeral_session_lifetime="30m")
        provider = api.Provider("p", domain=live["provided"].domain, client_id="own", client_secret="own-secret")
        opts = pulumi.ResourceOptions(provider=provider)
        api.SessionLifetime("provided", plan="enterprise", session_lifetime="20d", on_delete="restore", opts=opts)
        api.SessionLifetime("kept", **domain("kept"), session_lifetime="10d", enforce="at-most")
        api.SessionPolicy("policy", **domain("policy"), profile="convenient", session_lifetime="300d")
        tenants = {name: {**domain(name), "profile": "balanced"} for name in ("one", "spared")}
        made = api.TenantFleet("fleet", tenants=tenants)
        pulumi.export("report", made.report)
        if engine.front_end == "remote":
            given = {camel_case(key): value for key, value in domain("other").items()}
            Remote(POLICY, "other", **given, profile="convenient")
            pulumi.CustomResource(
                "auth0-sessions:index:SessionLifetime",
                "raw",
                {camel_case(key): value for key, value in domain("raw").items()} | {"sessionLifetime": "9d"},
            )

    return program


def test_a_ceiling_for_a_stack_is_undone_exactly(engine, auth0_sandbox):
    """One line of configuration shortens every lifetime; without it each tenant has what it had before."""
    names = ("plain", "provided", "kept", "policy", "one", "spared", "other", "raw")
    live = {name: auth0_sandbox.add_tenant(name, plan="enterprise") for name in names}
    live["kept"].dashboard(session_lifetime=90)
    engine.program = whole_stack(engine, live)
    run = engine.up()
    assert run.ok, run.output
    before = {name: with_defaults(one.settings) for name, one in live.items()}

    configure(engine, "ceiling", {**CEILING, "except": ["spared"]})
    preview = engine.preview()
    assert preview.ok, preview.output
    said = "\n".join(preview.said("info"))
    for name, before_it in (("plain", "30d"), ("provided", "20d")):
        line = f"{name}: session_lifetime is lowered from {before_it} to 1h by the stack's ceiling (incident 4711)."
        assert line in said
    assert ("sessionLifetime is lowered from 9d to 1h" in said) == (engine.front_end == "remote")
    run = engine.up()
    assert run.ok, run.output
    assert "lowered from 7d to the stack's ceiling (incident 4711)" in cells(engine.outputs["report"], "one")[-1]
    managed = [one for name, one in live.items() if name != "spared" and one.settings]
    longest = {name: 60 if "idle" not in name else 5 for name in LOGIN_LIFETIMES}
    for one in managed:
        found = one.settings
        assert {name: value for name, value in found.items() if value > longest[name]} == {}
    assert live["plain"].settings == {"session_lifetime": 60, "ephemeral_session_lifetime": 30}
    assert with_defaults(live["spared"].settings) == before["spared"]
    auth0_sandbox.clear_requests()
    assert engine.up().changes.keys() == {"same"}
    assert auth0_sandbox.requests == []

    engine.stack.remove_config("auth0-sessions:ceiling")
    run = engine.up()
    assert run.ok, run.output
    assert {name: with_defaults(one.settings) for name, one in live.items()} == before
    assert engine.up().changes.keys() == {"same"}


@pytest.mark.front_ends("dynamic")
def test_a_name_that_matches_nothing_is_an_error(engine, auth0_sandbox):
    """A preview names what is spared but not there; one that an `apply` declares late is there."""
    live = {name: auth0_sandbox.add_tenant(name, plan="enterprise") for name in ("early", "late")}

    def program() -> None:
        given = {"plan": "enterprise", "session_lifetime": "8h"}
        early = engine.api.SessionLifetime("early", domain=live["early"].domain, **given)
        early.domain.apply(lambda _: engine.api.SessionLifetime("late", domain=live["late"].domain, **given))

    engine.program = program
    configure(engine, "ceiling", {**CEILING, "except": ["late", "lat"]})
    run = engine.preview()
    assert not run.ok
    printed = run.said("error")[0]
    assert "ceiling.except: 'lat' is not a resource of this program; allowed: 'early', 'late'" in printed
    configure(engine, "ceiling", {**CEILING, "except": ["late"]})
    assert engine.preview().ok


@pytest.mark.front_ends("remote")
def test_a_fleet_of_another_language_warns_of_names_that_are_not_its_own(engine, auth0_sandbox):
    """The plugin does not see the whole stack, so a name may be another resource's."""
    tenants = {"acme": {"domain": auth0_sandbox.add_tenant("acme").domain}}
    engine.program = fleet_of(engine, tenants)
    configure(engine, "ceiling", {**CEILING, "except": ["acme", "acm"]})
    run = engine.preview()
    assert run.ok, run.output
    words = (
        "ceiling.except: 'acm' is not a tenant of this fleet; allowed: 'acme'. Unless another resource has this name"
    )
    assert [line for line in run.said("warning") if words in line]
