"""The real processes of both front ends: those that the engine starts, called over gRPC as the engine calls them."""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import dill
import pytest
from google.protobuf import struct_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2

from auth0_sessions.dynamic import SessionLifetimeProvider
from auth0_sessions.lifecycle.record import INPUT_DEFAULTS, respelled
from auth0_sessions.model.settings import LIFETIMES, SETTINGS
from auth0_sessions.model.spelling import camel_case, snake_case
from provider_process import Host, PluginHost, plain, starter, struct

PICKLE = base64.b64encode(dill.dumps(SessionLifetimeProvider())).decode()


class Dynamic(Host):
    """A dynamic provider's process, and the engine that it speaks to."""

    command = (sys.executable, "-u", "-m", "pulumi.dynamic")
    added = INPUT_DEFAULTS
    """What a check adds to the inputs of a program."""

    @staticmethod
    def unmoved(_inputs: dict[str, Any]) -> dict[str, Any]:
        """Return what a refresh says of inputs that stay: without any, the engine keeps them."""
        return {}

    def configure(self, *, explicit: bool = False, **config: str) -> Dynamic:
        """Configure the default provider, or an explicit one, which has a marker."""
        args = {f"auth0:{key}": value for key, value in config.items()}
        args |= {"auth0-sessions:provider": "p"} if explicit else {}
        self.stub.Configure(provider_pb2.ConfigureRequest(args=struct(args)))
        return self

    @staticmethod
    def sent(values: dict[str, Any]) -> struct_pb2.Struct:
        """Return properties with the provider in them."""
        return struct({"__provider": PICKLE, **values})


class Native(PluginHost):
    """The plugin's process, with the names of properties that Python has."""

    command = (sys.executable, "-m", "auth0_sessions")
    added: ClassVar[dict[str, str]] = {}

    @staticmethod
    def unmoved(inputs: dict[str, Any]) -> dict[str, Any]:
        return inputs

    @staticmethod
    def sent(values: dict[str, Any]) -> struct_pb2.Struct:
        return struct(respelled(values, camel_case))

    @staticmethod
    def received(values: struct_pb2.Struct) -> dict[str, Any]:
        return respelled(plain(values), lambda name: name if name.startswith("__") else snake_case(name))


@pytest.fixture
def start() -> Iterator[Callable[..., Any]]:
    """Start processes of the default provider or an explicit one; each is ended by its own process id."""
    with starter(AUTH0_CLIENT_ID="host-client", AUTH0_CLIENT_SECRET="host-canary") as made:

        def started(kind: Any, address: str = made.address, variables: Any = None, **config: Any) -> Any:
            return made.start(kind, [*kind.command, address], **variables or {}).configure(**config)

        yield started


@pytest.fixture(params=[Dynamic, Native])
def kind(request) -> Any:
    """A front end."""
    return request.param


@pytest.fixture
def tenant(auth0_sandbox: Any) -> Any:
    """An Enterprise tenant on which nothing was ever set."""
    return auth0_sandbox.add_tenant("acme", plan="enterprise")


def test_all_verbs_over_grpc(start, kind, tenant):
    """Check, create, diff, read, update and delete, with the values and calls of the contract."""
    host = start(kind)
    given = {"domain": tenant.domain, "session_lifetime": "1d", "plan": "enterprise", "on_delete": "restore"}
    inputs, failures = host.check({**given, "session_lifetime": "1440m"})
    assert (inputs, failures) == ({**kind.added, **given}, {})
    unknown, failures = host.check({"domain": rpc.UNKNOWN, "session_lifetime": rpc.UNKNOWN, "plan": 7})
    assert (unknown["domain"], set(failures)) == (rpc.UNKNOWN, {"plan"})
    assert tenant.calls == []
    state = host.create(inputs)
    assert tenant.calls == ["POST /oauth/token", "GET /tenants/settings", "PATCH /tenants/settings"]
    assert (state["id"], state["session_lifetime_minutes"]) == (tenant.domain, 1_440)
    assert state["previous"] == {"session_lifetime": 10_080}
    for change, has_changes, replaces in (
        ({"session_lifetime": "24h"}, False, []),
        ({"session_lifetime": rpc.UNKNOWN}, True, []),
        ({"domain": "other.auth0.com"}, True, ["domain"]),
    ):
        found = host.diff(state, {**inputs, **change})
        assert (found.changes == found.DIFF_SOME, list(found.replaces)) == (has_changes, replaces)

    tenant.dashboard(session_lifetime=90)
    _, read_state, read_inputs = host.read(tenant.domain, state, inputs)
    assert read_inputs == {**inputs, "session_lifetime": "1h30m"}
    assert read_state["session_lifetime_minutes"] == 90

    updated = host.update(read_state, {**inputs, "idle_session_lifetime": "1h"})
    assert updated["previous"] == {"session_lifetime": 10_080, "idle_session_lifetime": 4_320}
    assert tenant.settings == {"session_lifetime": 1_440, "idle_session_lifetime": 60}
    assert tenant.calls.count("POST /oauth/token") == 1

    start(kind).delete(updated)
    assert tenant.settings == {"session_lifetime": 10_080, "idle_session_lifetime": 4_320}
    assert tenant.calls.count("POST /oauth/token") == 2


def test_a_look_up_reads_from_its_inputs(start, kind, tenant):
    """`SessionLifetime.get` sends no state: every setting comes back, Auth0's defaults where absent."""
    tenant.dashboard(idle_session_lifetime=15)
    host = start(kind, variables={"AUTH0_LAB_CLIENT_ID": "lab", "AUTH0_LAB_CLIENT_SECRET": "lab-canary"})
    _, state, _ = host.read(f"{tenant.domain}/", {"credentials": "lab"})
    assert tenant.requests[0].body["client_id"] == "lab"
    assert {"domain", *SETTINGS, *(f"{name}_minutes" for name in LIFETIMES)} <= state.keys()
    found = (state["domain"], state["session_lifetime"], state["idle_session_lifetime_minutes"])
    assert found == (tenant.domain, "7d", 15)


def test_an_error_is_one_paragraph_and_a_bug_a_traceback(start, kind, tenant):
    """The engine shows our text; a bug, and with a variable every error, has its traceback."""
    host, given = start(kind), {"domain": tenant.domain, "session_lifetime": "1d"}
    tenant.fault("400", operation="patch", times=2)
    text = host.refused(lambda: host.create(given))
    assert text.startswith(f"{tenant.domain}: could not write the session settings (400 invalid_body):")
    assert "\n" not in text
    assert "Traceback (most recent call last)" in host.refused(lambda: host.update({"previous": 7}, {"domain": "x"}))
    debugged = start(kind, variables={"AUTH0_SESSIONS_DEBUG": "1"})
    assert "Traceback (most recent call last)" in host.refused(lambda: debugged.create(given))


def test_warnings_and_waits_reach_the_engine(start, kind, tenant):
    """Warnings have the engine's own severity, and a wait is an ephemeral line."""
    tenant.fault("429", operation="get", times=1)
    host = start(kind)
    host.create({"domain": tenant.domain, "session_lifetime": "1d"})
    assert [text for text in host.warnings() if "from 7d to 1d" in text]
    waits = [one for one in host.engine.said if "rate limit" in one.message]
    assert [one.ephemeral for one in waits] == [True]


def test_no_engine_is_no_failure(start, kind, tenant):
    """An engine that does not listen loses lines, never a write."""
    deaf = start(kind, "127.0.0.1:9")
    assert deaf.create({"domain": tenant.domain, "session_lifetime": "1d"})["session_lifetime"] == "1d"
    assert deaf.engine.said == []


def test_an_explicit_provider_is_bound_to_its_domain(start, kind, tenant, auth0_sandbox):
    """Its domain is the default and the only one, and its credentials go nowhere else."""
    other = {"domain": auth0_sandbox.add_tenant("other").domain, "session_lifetime": "8h"}
    explicit = start(kind, explicit=True, domain=tenant.domain, clientId="own", clientSecret="own-canary")
    inputs, failures = explicit.check({"session_lifetime": "8h"})
    assert (inputs["domain"], failures) == (tenant.domain, {})
    assert list(explicit.check(other)[1]) == ["domain"]
    assert "no credentials were sent" in explicit.refused(lambda: explicit.create(other))
    assert auth0_sandbox.requests == []
    explicit.create(inputs)
    assert tenant.requests[0].body["client_id"] == "own"


@pytest.mark.parametrize(
    "wrong",
    [{"credentials": "Canary-7h3s3cr3t"}, {"domain": "https://id:canary-7h3s3cr3t@acme.eu.auth0.com"}],
    ids=list,
)
def test_what_may_be_a_secret_is_on_no_property(start, kind, wrong):
    """The engine shows the value of a property that fails, so a failure that may be about a secret names none."""
    _, failures = start(kind).check({"domain": "acme.eu.auth0.com", "session_lifetime": "8h", **wrong})
    assert list(failures) == [""]
    assert "7h3s3cr3t" not in failures[""]


def test_a_refresh_within_a_ceiling_moves_no_input(start, kind, tenant):
    """A tenant that became stricter is no drift, and the inputs, among them the ceiling, stay as they were."""
    host, inputs = start(kind), {"domain": tenant.domain, "session_lifetime": "1d", "enforce": "at-most"}
    state = host.create(inputs)
    tenant.dashboard(session_lifetime=30)
    _, state, read_inputs = host.read(tenant.domain, state, inputs)
    assert (host.diff(state, inputs).changes, read_inputs) == (
        provider_pb2.DiffResponse.DIFF_NONE,
        kind.unmoved(inputs),
    )


# What only the dynamic provider has.


def test_four_threads_one_token_one_connection(start, tenant):
    """The host serves four calls in parallel with one token request and one connection, for all forms of its pickle."""
    host, another_form = start(Dynamic), base64.b64encode(dill.dumps(SessionLifetimeProvider(), protocol=3)).decode()
    with ThreadPoolExecutor(4) as pool:
        states = list(pool.map(lambda form: host.read(tenant.domain, form), [{}, {"__provider": another_form}] * 6))
    assert len(states) == 12
    assert tenant.calls.count("POST /oauth/token") == 1
    assert len({request.connection for request in tenant.requests}) == 1
