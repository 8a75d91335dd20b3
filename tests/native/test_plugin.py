"""The plugin's verbs over gRPC: the values, calls, texts and secrets that the engine gets."""

from __future__ import annotations

import itertools
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from google.protobuf import empty_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import plugin_pb2, provider_pb2

import auth0_sessions
from auth0_sessions.host.sealed import secret
from auth0_sessions.model.spelling import snake_case
from auth0_sessions.native.config import OF_STACK
from auth0_sessions.native.schema import schema

KIND = "auth0-sessions:index:SessionLifetime"
ACME = f"urn:pulumi:dev::sessions::{KIND}::acme"
CALLS = ["POST /oauth/token", "GET /tenants/settings", "PATCH /tenants/settings"]
Kinds = provider_pb2.PropertyDiff
Response = provider_pb2.DiffResponse


def inputs_of(tenant, **more):
    """Return checked inputs of a tenant."""
    return {"domain": tenant.domain, "plan": "enterprise", "onDelete": "restore", "sessionLifetime": "1d", **more}


# Starting


@pytest.mark.parametrize(
    "command",
    [
        (sys.executable, "-m", "auth0_sessions"),
        (sys.executable, "-m", "pulumi.run.plugin", "auth0-sessions"),
    ],
    ids=["module", "pulumi package add"],
)
def test_all_ways_to_start_it(start, command):
    """The package and Pulumi's runner start the plugin, which returns its version and schema."""
    host = start(*command)
    assert host.stub.GetPluginInfo(empty_pb2.Empty()).version == auth0_sessions.__version__
    assert json.loads(host.stub.GetSchema(provider_pb2.GetSchemaRequest()).schema) == schema()


def test_an_engine_may_attach(start, tenant):
    """A plugin that was started separately talks to the engine that attaches, whose run starts from nothing."""
    host = start(attached=False).configure()
    host.create(inputs_of(tenant))
    assert host.engine.said == []
    host.stub.Attach(plugin_pb2.PluginAttach(address=host.address))
    made = host.create(inputs_of(tenant, sessionLifetime="8h"))
    assert [text for text in host.warnings() if "from 1d to 8h" in text]
    # In the run that created it, deleting another record of the tenant sends nothing.
    host.new_run().configure().delete(made)
    assert tenant.settings == {"session_lifetime": 1_440}


@pytest.mark.parametrize("verb", ["Check", "Diff", "Create", "Read", "Update", "Delete"])
@pytest.mark.parametrize("kind", ["auth0-sessions:index:SesionLifetime", "test:index:Group$auth0-sessions:index:Other"])
def test_a_type_that_it_does_not_have_is_refused(host, verb, kind):
    """No operation treats a resource as one of another type; the type is named."""
    names = {"Check": "CheckRequest", "Diff": "DiffRequest"}
    request = getattr(provider_pb2, names.get(verb, f"{verb}Request"))(urn=ACME.replace(KIND, kind))
    text = host.refused(lambda: getattr(host.stub, verb)(request))
    assert text == f"This plugin has no resource {kind.rpartition('$')[2]}; use {KIND}."


def test_a_component_that_it_does_not_have_is_refused(host):
    """The components are named, and nothing is looked up before that."""
    text = host.refused(lambda: host.stub.Construct(provider_pb2.ConstructRequest(type=KIND, name="acme")))
    assert text.startswith(f"This plugin has no component {KIND}; use auth0-sessions:index:SessionPolicy or ")


@pytest.mark.parametrize("variable", ["https_proxy", "http_proxy", "grpc_proxy"])
def test_the_engine_is_not_behind_a_proxy(start, tenant, variable):
    """Warnings reach the engine, although nothing listens where the proxy should be."""
    host = start(**{variable: "http://127.0.0.1:9", "no_proxy": "127.0.0.1" if variable == "http_proxy" else ""})
    host.configure().create(inputs_of(tenant))
    assert [text for text in host.warnings() if "from 7d to 1d" in text]


# Records


def test_a_record_has_every_property(host, tenant):
    """Unmanaged properties are null, so that previews do not show them as unknown."""
    state = host.create(inputs_of(tenant))
    assert state.keys() - {"id", "__since"} == schema()["resources"][KIND]["properties"].keys()
    assert [name for name in ("idleSessionLifetime", "idleSessionLifetimeMinutes", "credentials") if state[name]] == []


# Check


def test_check_reports_every_problem_in_the_words_of_its_language(host):
    """Each problem is on its property, and names are in camelCase; a number is shown as it was written."""
    given = {"domain": rpc.UNKNOWN, "sessionLifetime": 8, "idleSessionLifetime": 1.5, "overLimit": True, "onDelete": []}
    inputs, failures = host.check(given)
    assert set(failures) == set(given) - {"domain"}
    assert failures["sessionLifetime"].startswith("8 has no unit")
    assert failures["overLimit"].startswith("overLimit is True")
    assert not [reason for reason in failures.values() if "_" in reason]
    assert (inputs["domain"], inputs["sessionLifetime"]) == (rpc.UNKNOWN, 8)


def test_a_tenant_that_is_managed_twice_is_refused(host):
    """The second resource of a tenant is refused with both names; the same one may be checked again."""
    given = {"domain": "acme.auth0.com", "sessionLifetime": "8h", "plan": "free"}
    *of_one, of_two = (host.check(given, name=name)[1] for name in ("one", "one", "two"))
    assert of_one == [{}, {}]
    assert re.search("managed twice.*'one' and by 'two'", of_two["domain"])


@pytest.mark.parametrize(
    "given",
    [
        {"sessionLifetime": secret("Canary-S3cret")},
        {"plan": secret("Canary-S3cret")},
        {"sessionCookieMode": secret(["Canary-S3cret"])},
        {"sessionLifetime": secret("Canary-S3cret" * 20)},
    ],
    ids=repr,
)
def test_a_secret_in_the_wrong_place_is_refused_without_being_repeated(host, tenant, given):
    """The engine prints the value of a property that a failure names, so this failure does not name one."""
    _, failures = host.check({"domain": tenant.domain, "sessionLifetime": "8h", **given})
    assert list(failures) == [""]
    assert "Canary" not in failures[""]
    assert next(iter(given)) in failures[""]
    assert not [one for one in host.engine.said if "Canary" in one.message]


# A ceiling for a whole stack


@pytest.mark.parametrize("place", ["stack", "provider", "default provider"])
def test_a_ceiling_lowers_inputs(start, tenant, place):
    """Also under an explicit provider, and before plan and caps are looked at."""
    ceiling = json.dumps({"absolute": "1h", "reason": "incident 4711"})
    stack = {} if place == "provider" else {"PULUMI_CONFIG": json.dumps({"ceiling": ceiling})}
    config = {} if place == "stack" else {"ceiling": ceiling}
    host = start(**stack).configure(explicit=place != "default provider", **config)
    given = {"domain": tenant.domain, "plan": "free", "sessionLifetime": "60d", "idleSessionLifetime": "2d"}
    inputs, failures = host.check(given)
    assert (inputs["sessionLifetime"], inputs["idleSessionLifetime"], failures) == ("1h", "2d", {})
    assert [one.urn for one in host.engine.said if "(incident 4711)" in one.message] == [ACME]


# Secrets in, secrets out


def test_secrets_stay_secret(host, tenant):
    """A secret setting, its minutes and anything that may repeat its value are always secret; nothing else is."""
    inputs, failures = host.check(inputs_of(tenant, sessionLifetime=secret("24h")))
    assert failures == {}
    assert inputs["sessionLifetime"] == secret("1d")
    created = host.create(inputs)
    _, read, read_inputs = host.read(tenant.domain, created, inputs)
    updated = host.update(created, {**inputs, "sessionLifetime": secret("2d")})
    for record in (created, read, updated, host.create(inputs, preview=True)):
        hidden = {name for name, value in record.items() if isinstance(value, dict) and rpc._special_sig_key in value}
        repeating = {name for name in ("previous", "superseded", "oldSessionsGoneBy") if record[name] is not None}
        assert hidden == {"sessionLifetime", "sessionLifetimeMinutes", *repeating}
    assert read_inputs["sessionLifetime"] == secret("1d")


# Diff


RECORD = {
    "domain": "acme.auth0.com",
    "plan": "enterprise",
    "overLimit": "error",
    "onDelete": "restore",
    "enforce": "exact",
    "sessionLifetime": "1d",
    "sessionLifetimeMinutes": 1_440,
    "idleSessionLifetime": "8h",
    "idleSessionLifetimeMinutes": 480,
    "previous": {"sessionLifetime": 10_080, "idleSessionLifetime": 4_320},
    "superseded": {},
    "oldSessionsGoneBy": "2026-01-01T00:00:00Z",
}
INPUTS = {name: RECORD[name] for name in list(RECORD)[:6]} | {"idleSessionLifetime": "8h"}


@pytest.mark.parametrize(
    ("change", "detailed", "replaces"),
    [
        ({}, {}, []),
        ({"sessionLifetime": "24h"}, {}, []),
        ({"sessionLifetime": "30d"}, {"sessionLifetime": Kinds.UPDATE}, []),
        ({"sessionLifetime": rpc.UNKNOWN}, {"sessionLifetime": Kinds.UPDATE}, []),
        ({"sessionLifetime": secret("30d")}, {"sessionLifetime": Kinds.UPDATE}, []),
        ({"ephemeralSessionLifetime": "8h"}, {"ephemeralSessionLifetime": Kinds.ADD}, []),
        ({"sessionCookieMode": rpc.UNKNOWN}, {"sessionCookieMode": Kinds.ADD}, []),
        ({"idleSessionLifetime": None}, {"idleSessionLifetime": Kinds.DELETE}, []),
        ({"plan": None}, {"plan": Kinds.DELETE}, []),
        # What has its default again is not shown with a value that nothing declares.
        ({"onDelete": None}, {"onDelete": Kinds.DELETE}, []),
        ({"onDelete": "reset", "overLimit": "warn"}, dict.fromkeys(("onDelete", "overLimit"), Kinds.UPDATE), []),
        ({"credentials": "acme"}, {"credentials": Kinds.ADD}, []),
        ({"domain": "other.auth0.com"}, {"domain": Kinds.UPDATE_REPLACE}, ["domain"]),
        ({"domain": rpc.UNKNOWN}, {"domain": Kinds.UPDATE_REPLACE}, ["domain"]),
    ],
)
def test_the_diff_is_detailed(host, change, detailed, replaces):
    """Each changed input has its kind, an output never has; a change of domain replaces, the new tenant first."""
    found = host.diff(RECORD, {name: value for name, value in {**INPUTS, **change}.items() if value is not None})
    assert found.hasDetailedDiff
    assert {name: row.kind for name, row in found.detailedDiff.items()} == detailed
    assert not any(row.inputDiff for row in found.detailedDiff.values())
    assert (sorted(found.diffs), list(found.replaces)) == (sorted(detailed), replaces)
    assert found.changes == (Response.DIFF_SOME if detailed else Response.DIFF_NONE)
    assert found.deleteBeforeReplace is not bool(replaces)


def test_a_record_of_the_dynamic_resource_is_written_anew(host):
    """Equal inputs show no difference, but an update brings the record into its own form."""
    record = {snake_case(name): value for name, value in RECORD.items()} | {"__provider": "x"}
    record["previous"] = {"session_lifetime": 10_080, "idle_session_lifetime": 4_320}
    found = host.diff(record, INPUTS)
    assert found.changes == Response.DIFF_SOME
    assert (dict(found.detailedDiff), list(found.replaces)) == ({}, [])
    assert host.update(record, INPUTS)["previous"] == RECORD["previous"]
    assert host.update(record, INPUTS)["oldSessionsGoneBy"] == RECORD["oldSessionsGoneBy"]


# Previews


def test_a_preview_of_a_create_makes_no_call(host, tenant):
    """Values unknown at preview are unknown, unmanaged ones are null, and no tenant is called."""
    record = host.create(inputs_of(tenant, idleSessionLifetime=rpc.UNKNOWN), preview=True)
    assert tenant.calls == []
    unknown = {name for name, value in record.items() if value == rpc.UNKNOWN}
    minutes = {"sessionLifetimeMinutes", "idleSessionLifetimeMinutes"}
    assert unknown == minutes | {"idleSessionLifetime", "previous", "superseded", "oldSessionsGoneBy"}
    assert record["sessionLifetime"] == "1d"
    assert record["ephemeralSessionLifetimeMinutes"] is None


def test_a_live_preview_reads_once(configured, tenant):
    """With `livePreview`, a create's preview shows what the tenant has, what would be written and what it means."""
    host = configured(livePreview="true")
    tenant.dashboard(session_lifetime=90, idle_session_lifetime=60)
    record = host.create(inputs_of(tenant, sessionLifetime="8h", idleSessionLifetime="1h"), preview=True)
    assert tenant.calls == CALLS[:2]
    assert record["previous"] == {"sessionLifetime": 90, "idleSessionLifetime": 60}
    assert record["idleSessionLifetimeMinutes"] == 60
    said = [one.message for one in host.engine.said]
    assert [text for text in said if "would write sessionLifetime 1h30m => 8h." in text]
    assert [text for text in host.warnings() if "sessionLifetime goes from 1h30m to 8h" in text]
    assert {one.urn for one in host.engine.said} == {ACME}


def test_a_live_preview_that_cannot_read_is_a_warning(configured, tenant):
    """A tenant that cannot be read does not fail the preview."""
    host = configured(livePreview=True)
    tenant.fault("403-scope", times=None)
    record = host.create(inputs_of(tenant), preview=True)
    assert record["previous"] == rpc.UNKNOWN
    assert [text for text in host.warnings() if "preview could not read the tenant" in text]


# Read of what is not managed


def test_an_import_takes_what_was_ever_written(configured, tenant):
    """The inputs are what a user would write: settings ever written, a configured plan, and no default of ours."""
    tenant.dashboard(session_lifetime=86_400, session_cookie_mode="non-persistent")
    host = configured(plan="Essential")
    id_, state, inputs = host.read(f"{tenant.domain}/", None)
    assert tenant.calls == CALLS[:2]
    written = {"sessionLifetime": "60d", "sessionCookieMode": "non-persistent"}
    assert (id_, inputs) == (tenant.domain, {"domain": id_, "plan": "essential", "overLimit": "warn", **written})
    assert state["previous"] == {**written, "sessionLifetime": 86_400}
    assert (state["onDelete"], state["enforce"]) == ("retain", "exact")
    checked, failures = host.check(inputs)
    assert (checked, failures) == (inputs, {})
    found = host.diff(state, checked)
    assert (found.changes, dict(found.detailedDiff)) == (Response.DIFF_NONE, {})


def test_an_import_in_the_form_of_a_look_up_is_the_same(host, tenant):
    """Newer engines (3.276) send empty properties with an import: what was never written is not managed either."""
    tenant.dashboard(session_lifetime=480)
    _, state, inputs = host.read(tenant.domain, {})
    assert inputs == {"domain": tenant.domain, "sessionLifetime": "8h"}
    assert host.diff(state, inputs).changes == Response.DIFF_NONE
    _, refreshed, _ = host.read(tenant.domain, state)
    assert refreshed["previous"] == {"sessionLifetime": 480}
    assert refreshed["idleSessionLifetime"] is None


# Providers


def test_wrong_configuration_is_refused_in_one_go(host):
    """Each mistake is a failure of its key; what may be a password is of none and not repeated."""
    given = {"domain": "https://u:Canary@acme.auth0.com", "plan": "gold", "ceiling": {"absolut": "1h"}}
    _, failures = host.check_config(given)
    assert set(failures) == {"", "plan", "ceiling"}
    assert "Canary" not in "".join(failures.values())


@pytest.mark.parametrize(
    ("given", "changed"),
    [
        ({"domain": "acme.auth0.com", "apiToken": secret("marked"), "version": "0.1.0"}, {}),
        ({"clientSecret": "plain"}, {"clientSecret": secret("plain")}),
        ({"credentials": {"acme": {"apiToken": "s"}}}, {"credentials": secret('{"acme": {"apiToken": "s"}}')}),
        # Credentials that another resource creates are unknown at the first preview.
        ({"clientSecret": rpc.UNKNOWN, "domain": rpc.UNKNOWN, "credentials": rpc.UNKNOWN}, {}),
        ({"credentials": {"acme": {"clientSecret": rpc.UNKNOWN}}}, {}),
    ],
)
def test_plain_credentials_are_encrypted_in_state(host, given, changed):
    """Credentials become secrets even if they were plain; everything else, and what is unknown, is unchanged."""
    assert host.check_config(given) == ({**given, **changed}, {})


@pytest.mark.parametrize(
    ("olds", "news", "replaces"),
    [
        ({"domain": "a.auth0.com"}, {"domain": "b.auth0.com"}, True),
        ({"domain": "a.auth0.com"}, {"domain": "https://A.auth0.com/"}, False),
        ({"domain": "a.auth0.com", "clientSecret": "x"}, {"domain": "a.auth0.com", "clientSecret": "y"}, False),
        ({"domain": "a.auth0.com"}, {"domain": rpc.UNKNOWN}, False),
        ({"domain": "a.auth0.com"}, {}, False),
        ({}, {"domain": "a.auth0.com"}, False),
        ({"domain": "a.auth0.com"}, {"domain": "b.auth0.com", OF_STACK: "true"}, False),
        ({"auth0:domain": "a.auth0.com", "auth0-sessions:provider": "p"}, {"domain": "a.auth0.com"}, False),
    ],
)
def test_only_an_explicit_provider_that_moves_is_replaced(shared, olds, news, replaces):
    """A move to another tenant replaces, so that each tenant keeps its own credentials; nothing else does."""
    shared.stub.Attach(plugin_pb2.PluginAttach(address=shared.address))  # Not configured yet.
    assert list(shared.diff_config(olds, news).replaces) == (["domain"] if replaces else [])
    # The engine asks a configured provider about each resource that its predecessor had.
    shared.configure()
    assert list(shared.diff_config(olds, news).replaces) == []


# Errors and lines


def test_lines_are_on_the_resources_own_row(host, tenant, auth0_sandbox):
    """Warnings have the engine's own severity, a wait is an ephemeral line, and each is on its resource's row."""
    tenant.fault("429", operation="get", times=1)
    other = auth0_sandbox.add_tenant("other", plan="enterprise")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: host.create(inputs_of(one), name=one.name), (tenant, other)))
    assert len([text for text in host.warnings() if "from 7d to 1d" in text]) == 2
    for line in host.engine.said:
        assert line.urn == ACME.replace("acme", "acme" if tenant.domain in line.message else "other")
    assert [line.urn for line in host.engine.said if line.ephemeral and "rate limit" in line.message] == [ACME]


def test_many_tenants_at_a_time(host, auth0_sandbox):
    """Calls to 64 tenants run in parallel; calls to one tenant run one at a time."""
    tenants = [auth0_sandbox.add_tenant(f"t{n}", plan="enterprise", latency_seconds=2) for n in range(64)]
    with ThreadPoolExecutor(65) as pool:
        reads = [pool.submit(host.read, one.domain, None) for one in [*tenants, tenants[0]]]
        [read.result() for read in reads]
    assert all(one.calls == CALLS[:2] for one in tenants[1:])
    logins = [request.time for request in auth0_sandbox.requests if request.method == "POST"]
    assert len(logins) == 64
    assert max(logins) - min(logins) < 2
    first = [request.time for request in tenants[0].requests]
    assert [later - earlier >= 2 for earlier, later in itertools.pairwise(first)] == [True, True]
