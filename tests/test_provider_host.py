"""The real dynamic-provider host: the process that the engine starts, called over gRPC as the engine calls it."""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import dill
import grpc
import pytest
from google.protobuf import struct_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2

import provider_process
from auth0_sessions.dynamic import SessionLifetimeProvider
from provider_process import plain, starter, struct

PICKLE = base64.b64encode(dill.dumps(SessionLifetimeProvider())).decode()
CREDENTIALS = {"AUTH0_CLIENT_ID": "host-client", "AUTH0_CLIENT_SECRET": "host-canary"}


class Host(provider_process.Host):
    """A provider's process, the engine it speaks to, and the engine's calls with plain dictionaries."""

    def configure(self, **config: str) -> None:
        self.stub.Configure(provider_pb2.ConfigureRequest(args=struct(config)))

    def check(self, news: dict[str, Any], olds: dict[str, Any] | None = None) -> tuple[dict[str, Any], dict[str, str]]:
        request = provider_pb2.CheckRequest(olds=struct(olds or {}), news=pickled(news))
        answer = self.stub.Check(request)
        return plain(answer.inputs), {failure.property: failure.reason for failure in answer.failures}

    def create(self, news: dict[str, Any]) -> dict[str, Any]:
        answer = self.stub.Create(provider_pb2.CreateRequest(properties=pickled(news)))
        return {**plain(answer.properties), "id": answer.id}

    def diff(self, olds: dict[str, Any], news: dict[str, Any]) -> tuple[bool, list[str]]:
        request = provider_pb2.DiffRequest(id="x", olds=pickled(olds), news=pickled(news))
        answer = self.stub.Diff(request)
        return answer.changes == provider_pb2.DiffResponse.DIFF_SOME, list(answer.replaces)

    def read(self, state: dict[str, Any], identity: str) -> tuple[dict[str, Any], dict[str, Any]]:
        answer = self.stub.Read(provider_pb2.ReadRequest(id=identity, properties=pickled(state)))
        return plain(answer.properties), plain(answer.inputs)

    def update(self, olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
        request = provider_pb2.UpdateRequest(id="x", olds=pickled(olds), news=pickled(news))
        return plain(self.stub.Update(request).properties)

    def delete(self, state: dict[str, Any]) -> None:
        self.stub.Delete(provider_pb2.DeleteRequest(id="x", properties=pickled(state)))


def pickled(values: dict[str, Any]) -> struct_pb2.Struct:
    """Return a dictionary as the engine sends it to a dynamic provider."""
    return struct({**values, "__provider": PICKLE})


@pytest.fixture
def start() -> Iterator[Callable[..., Host]]:
    """Start provider processes; each is ended by its own process id."""
    with starter(**CREDENTIALS) as made:

        def started(*, address: str = made.address, **environment: str) -> Host:
            return made.start(Host, [sys.executable, "-u", "-m", "pulumi.dynamic", address], **environment)

        yield started


def configured(start: Callable[..., Host]) -> Host:
    """Start a process of the default provider, as each run of the engine does."""
    made = start()
    made.configure()
    return made


@pytest.fixture
def host(start: Callable[..., Host]) -> Host:
    """One configured process of the default provider."""
    return configured(start)


@pytest.fixture
def tenant(auth0_sandbox: Any) -> Any:
    """An Enterprise tenant on which nothing was ever set."""
    return auth0_sandbox.add_tenant("acme", plan="enterprise")


def test_the_provider_is_pickled_by_reference():
    """State names the class and holds nothing of its code, so that a stack runs the installed version."""
    raw = base64.b64decode(PICKLE)
    assert b"auth0_sessions.dynamic" in raw
    assert b"SessionLifetimeProvider" in raw
    assert len(raw) < 150
    assert SessionLifetimeProvider.serialize_as_secret_always is False
    assert vars(SessionLifetimeProvider()) == {}


def test_all_verbs_over_grpc(host, start, tenant):
    """Check, create, diff, read, update and delete, with the values and calls of the contract."""
    inputs, failures = host.check(
        {"domain": f"{tenant.domain}/", "session_lifetime": "1440m", "plan": "enterprise", "on_delete": "restore"}
    )
    assert failures == {}
    assert inputs == {
        "domain": tenant.domain,
        "session_lifetime": "1d",
        "plan": "enterprise",
        "on_delete": "restore",
    }
    assert tenant.calls == []
    state = host.create(inputs)
    assert state["id"] == tenant.domain
    assert state["session_lifetime_minutes"] == 1_440
    assert state["previous"] == {"session_lifetime": 10_080}
    assert host.diff(state, {**inputs, "session_lifetime": "24h"}) == (False, [])
    assert host.diff(state, {**inputs, "session_lifetime": rpc.UNKNOWN}) == (True, [])
    assert host.diff(state, {**inputs, "domain": "other.auth0.com"}) == (True, ["domain"])

    tenant.dashboard(session_lifetime=90)
    read_state, read_inputs = host.read(state, tenant.domain)
    assert read_inputs == {**inputs, "session_lifetime": "1h30m"}
    assert read_state["session_lifetime_minutes"] == 90

    updated = host.update(read_state, {**inputs, "idle_session_lifetime": "1h"})
    assert updated["previous"] == {"session_lifetime": 10_080, "idle_session_lifetime": 4_320}
    assert tenant.settings == {"session_lifetime": 1_440, "idle_session_lifetime": 60}
    assert tenant.calls.count("POST /oauth/token") == 1

    later = configured(start)
    later.delete(updated)
    assert tenant.settings == {"session_lifetime": 10_080, "idle_session_lifetime": 4_320}
    assert tenant.calls.count("POST /oauth/token") == 2


def test_a_delete_after_a_create_of_the_same_process_sends_nothing(host, tenant):
    """A renamed resource's old self does not undo the new one's create; the warning says how to keep `previous`."""
    inputs = {"domain": tenant.domain, "session_lifetime": "1d", "on_delete": "restore"}
    state = host.create(inputs)
    calls = len(tenant.calls)
    host.delete({**inputs, **{key: state[key] for key in ("previous", "session_lifetime_minutes")}})
    assert (tenant.settings, len(tenant.calls)) == ({"session_lifetime": 1_440}, calls)
    assert [text for text in host.warnings() if "another resource manages this tenant" in text and "`aliases`" in text]


def test_a_lookup_reads_from_its_inputs(host, tenant):
    """`SessionLifetime.get` sends no state: every setting comes back, Auth0's defaults where absent."""
    tenant.dashboard(idle_session_lifetime=15)
    state, _ = host.read({}, tenant.domain.upper().replace("HTTP", "http").replace("ACME", "acme"))
    assert state == {
        "domain": tenant.domain,
        "session_lifetime": "7d",
        "session_lifetime_minutes": 10_080,
        "idle_session_lifetime": "15m",
        "idle_session_lifetime_minutes": 15,
        "ephemeral_session_lifetime": "3d",
        "ephemeral_session_lifetime_minutes": 4_320,
        "idle_ephemeral_session_lifetime": "1d",
        "idle_ephemeral_session_lifetime_minutes": 1_440,
        "session_cookie_mode": "persistent",
        "anonymous_session_lifetime": "30d",
        "anonymous_session_lifetime_minutes": 43_200,
    }


def test_an_error_is_one_paragraph(host, tenant):
    """For a failed call, the engine shows our text, without a Python traceback."""
    tenant.fault("400", operation="patch")
    with pytest.raises(grpc.RpcError) as caught:
        host.create({"domain": tenant.domain, "session_lifetime": "1d"})
    details = caught.value.details()
    assert details.startswith(f"{tenant.domain}: could not write the session settings (400 invalid_body):")
    assert "\n" not in details


def test_a_fault_of_our_own_keeps_its_traceback(host):
    """A bug is shown with its traceback, so that it can be reported."""
    with pytest.raises(grpc.RpcError, match="Traceback"):
        host.update({"previous": {}}, {"domain": "x"})


def test_the_debug_switch_brings_tracebacks_back(start, tenant):
    """With AUTH0_SESSIONS_DEBUG an error shows where it was raised."""
    host = start(AUTH0_SESSIONS_DEBUG="1")
    host.configure()
    tenant.fault("400", operation="patch")
    with pytest.raises(grpc.RpcError, match=r"Traceback \(most recent call last\)"):
        host.create({"domain": tenant.domain, "session_lifetime": "1d"})


def test_warnings_and_waits_reach_the_engine(host, tenant):
    """Warnings have the engine's own severity, and a wait is an ephemeral line."""
    tenant.fault("429", operation="get", times=1)
    host.create({"domain": tenant.domain, "session_lifetime": "1d"})
    assert [text for text in host.warnings() if "from 7d to 1d" in text]
    waits = [one for one in host.engine.said if "rate limit" in one.message]
    assert [one.ephemeral for one in waits] == [True]


@pytest.mark.parametrize("variable", ["https_proxy", "grpc_proxy"])
def test_the_engine_is_not_behind_a_proxy(start, tenant, variable):
    """Warnings reach the engine, although nothing listens where the proxy should be."""
    host = start(**{variable: "http://127.0.0.1:9"})
    host.configure()
    host.create({"domain": tenant.domain, "session_lifetime": "1d"})
    assert [text for text in host.warnings() if "from 7d to 1d" in text]


def test_no_engine_is_no_failure(start, tenant):
    """An engine that does not listen loses lines, never a write."""
    deaf = start(address="127.0.0.1:9")
    deaf.configure()
    assert deaf.create({"domain": tenant.domain, "session_lifetime": "1d"})["session_lifetime"] == "1d"
    assert deaf.engine.said == []


def test_a_lost_line_is_not_the_last_one(host, tenant):
    """An engine that refuses a line loses that one; the next is shown."""
    host.engine.refuses = 1
    for name in ("11h", "13h"):
        host.create({"domain": tenant.domain, "session_lifetime": name})
    assert [("to 11h" in one.message, "to 13h" in one.message) for one in host.engine.said] == [(False, True)]
    assert host.engine.refuses == 0


def test_four_threads_one_token_one_connection(host, tenant):
    """The host serves four calls in parallel with one token request and one connection."""
    with ThreadPoolExecutor(4) as pool:
        states = list(pool.map(lambda _: host.read({}, tenant.domain), range(12)))
    assert len(states) == 12
    assert tenant.calls.count("POST /oauth/token") == 1
    assert len({request.connection for request in tenant.requests}) == 1


def test_an_explicit_provider_is_bound_to_its_domain(host, start, tenant, auth0_sandbox):
    """The marker key makes a process an explicit provider's: its domain is the default and the only one."""
    other = auth0_sandbox.add_tenant("other")
    explicit = start()
    explicit.configure(**{"auth0-sessions:provider": "p", "auth0:domain": tenant.domain, "auth0:apiToken": "canary"})
    inputs, failures = explicit.check({"session_lifetime": "8h"})
    assert inputs["domain"] == tenant.domain
    assert failures == {}
    _, failures = explicit.check({"session_lifetime": "8h", "domain": other.domain})
    assert list(failures) == ["domain"]
    state = host.create({"domain": other.domain, "session_lifetime": "8h", "on_delete": "reset"})
    auth0_sandbox.clear_requests()
    with pytest.raises(grpc.RpcError, match="no credentials were sent"):
        explicit.delete(state)
    assert other.calls == []
    explicit.delete({**state, "on_delete": "retain"})


def test_check_passes_unknowns_and_reports_everything(host):
    """Unknown values come back unknown; every bad one is a failure of its property."""
    inputs, failures = host.check({"domain": rpc.UNKNOWN, "session_lifetime": rpc.UNKNOWN, "plan": 7, "on_delete": []})
    assert set(failures) == {"plan", "on_delete"}
    assert "domain" not in failures


@pytest.mark.parametrize(
    "wrong",
    [{"credentials": "Canary-7h3s3cr3t"}, {"domain": "https://id:canary-7h3s3cr3t@acme.eu.auth0.com"}],
    ids=list,
)
def test_what_may_be_a_secret_is_on_no_property(host, wrong):
    """The engine shows the value of a property that fails, so a failure that may be about a secret names none."""
    _, failures = host.check({"domain": "acme.eu.auth0.com", "session_lifetime": "8h", **wrong})
    assert list(failures) == [""]
    assert "7h3s3cr3t" not in failures[""]


def test_a_replacement_goes_on_from_the_record_over_grpc(start, tenant):
    """Delete and create in one process: `previous` and the moment of old sessions are those of the first record."""
    tenant.dashboard(session_lifetime=43_200)
    inputs = {"domain": tenant.domain, "session_lifetime": "1d", "on_delete": "retain"}
    first = configured(start)
    old = first.create(inputs)
    second = configured(start)
    second.delete(old)
    new = second.create({**inputs, "session_lifetime": "2d"})
    assert new["previous"] == {"session_lifetime": 43_200}
    assert new["old_sessions_gone_by"] >= old["old_sessions_gone_by"]


def test_a_ceiling_over_grpc(host, tenant):
    """A stricter tenant is left alone, is no drift after a refresh, and a higher ceiling makes no call."""
    tenant.dashboard(session_lifetime=60)
    inputs = {"domain": tenant.domain, "session_lifetime": "1d", "enforce": "at-most"}
    state = host.create(inputs)
    assert (state["session_lifetime"], state["session_lifetime_minutes"], state["superseded"]) == ("1h", 60, {})
    tenant.dashboard(session_lifetime=30)
    state, read_inputs = host.read(state, tenant.domain)
    assert (host.diff(state, inputs), read_inputs) == ((False, []), {})
    calls = len(tenant.calls)
    host.update(state, {**inputs, "session_lifetime": "2d"})
    assert tenant.calls[calls:] == []
    assert tenant.settings == {"session_lifetime": 30}


def test_a_typo_in_a_domain_leaves_the_old_tenant_as_it_is(start, tenant):
    """A replacement whose new tenant cannot be read fails in one paragraph before the old one's end."""
    inputs = {"domain": tenant.domain, "session_lifetime": "1d", "on_delete": "restore"}
    first = configured(start)
    old = first.create(inputs)
    second = configured(start)
    typo = {**inputs, "domain": tenant.domain.replace("acme", "acne")}
    assert second.diff(old, typo) == (True, ["domain"])
    with pytest.raises(grpc.RpcError) as refused:
        second.delete(old)
    assert refused.value.details().startswith(f"{tenant.domain} stays as it is")
    assert tenant.settings == {"session_lifetime": 1_440}
