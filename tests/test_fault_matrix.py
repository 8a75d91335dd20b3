"""Every verb meets every fault of the sandbox, once and for good, at the login and at each call.

What comes of it is in the table of `tools/fault_matrix.py`. Whether a verb survives or fails: the record says the
truth, a failure leaves it as it was, the next run converges, and `previous` still holds what the tenant had first.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from itertools import product
from typing import Any, cast

import grpc
import pytest
from pulumi.dynamic import Config, ConfigureRequest
from pulumi.runtime.proto import provider_pb2

from auth0_sessions import dynamic
from auth0_sessions.api.client import TenantClient
from auth0_sessions.api.retry import RetryPolicy
from auth0_sessions.dynamic import SessionLifetimeProvider
from auth0_sessions.errors import Auth0SessionsError
from auth0_sessions.native.codec import from_wire, to_wire
from auth0_sessions.native.config import OF_STACK
from auth0_sessions.native.plugin import Plugin
from auth0_sessions.sandbox.faults import Fault
from fault_matrix import AT_CALL, ATTEMPTS, CALLS, SURVIVED, expected

FIRST = {"session_lifetime": 10_000, "idle_session_lifetime": 4_320}
ASKED = {"session_lifetime": "30d", "idle_session_lifetime": "90m"}
LATER = {"session_lifetime": "8h", "idle_session_lifetime": "90m"}
MINUTES = {"30d": 43_200, "8h": 480, "90m": 90}
WRITES: dict[str, dict[str, tuple[str, ...]]] = {
    "create": {"written": ("30d", "1h30m"), "earlier": ("6d22h40m", "3d")},
    "update": {"written": ("8h",), "earlier": ("30d",)},
    "delete, restore": {"written": ("6d22h40m", "3d"), "earlier": ("30d", "1h30m")},
    "delete, reset": {"written": ("7d", "3d"), "earlier": ("30d", "1h30m")},
}
"""What each verb writes, and what the tenant had."""
SECRET = "matrix-canary-secret"
DETAILS: dict[Fault, dict[str, Any]] = {
    Fault.RETRY_AFTER: {"retry_after": 2},
}


def impatient(domain: str, credentials: Any, on_wait: Any, _cancelled: Any) -> Any:
    """Return a function that begins an operation of a client without time to wait."""
    policy = RetryPolicy.immediate()
    client = TenantClient(domain, credentials, policy=policy, on_wait=on_wait, call_seconds=0.5)
    return client.operation


class Dynamic:
    """The dynamic provider, as the engine uses it: each run in a process of its own."""

    source = "auth0:clientId and auth0:clientSecret"
    settings = ("session_lifetime", "idle_session_lifetime")

    def run(self, verb: str, domain: str, state: dict[str, Any] | None, asked: dict[str, Any]) -> dict[str, Any] | None:
        """Run one verb, and return the record that the engine keeps after it."""
        dynamic._verbs = None
        provider = SessionLifetimeProvider()
        config = Config({"auth0:clientId": "matrix", "auth0:clientSecret": SECRET}, "matrix")
        provider.configure(ConfigureRequest(config))
        dynamic._current().connect = impatient
        if verb == "create":
            return provider.create(self._checked(domain, asked)).outs
        assert state is not None
        if verb == "read":
            return provider.read(domain, state).outs
        if verb == "update":
            return provider.update(domain, state, self._checked(domain, asked)).outs
        provider.delete(domain, state)
        return None

    @staticmethod
    def _checked(domain: str, asked: dict[str, Any]) -> dict[str, Any]:
        checked = SessionLifetimeProvider().check({}, {"domain": domain, "plan": "enterprise", **asked})
        assert checked.failures == []
        return checked.inputs


class Caller:
    """The engine's side of a call: it takes the text of an error, as gRPC does."""

    def abort(self, _code: Any, text: str) -> None:
        raise Auth0SessionsError(text)


class Native:
    """The native plugin, as the engine uses it: each run in a process of its own."""

    source = "auth0-sessions:clientId and auth0-sessions:clientSecret"
    settings = ("sessionLifetime", "idleSessionLifetime")

    def run(self, verb: str, domain: str, state: dict[str, Any] | None, asked: dict[str, Any]) -> dict[str, Any] | None:
        """Run one verb, and return the record that the engine keeps after it, under the names of the other one."""
        plugin, caller = Plugin(None), cast("grpc.ServicerContext", Caller())
        given = to_wire({"clientId": "matrix", "clientSecret": SECRET, OF_STACK: "true"})
        plugin.Configure(provider_pb2.ConfigureRequest(name="default", args=given), caller)
        plugin._verbs.connect = impatient
        news = self._checked(plugin, domain, asked) if verb in ("create", "update") else None
        if verb == "create":
            made = plugin.Create(provider_pb2.CreateRequest(properties=news), caller)
            return from_wire(made.properties).values
        assert state is not None
        olds = to_wire(state)
        if verb == "read":
            found = plugin.Read(provider_pb2.ReadRequest(id=domain, properties=olds), caller)
            return from_wire(found.properties).values
        if verb == "update":
            return from_wire(
                plugin.Update(provider_pb2.UpdateRequest(id=domain, olds=olds, news=news), caller).properties
            ).values
        plugin.Delete(provider_pb2.DeleteRequest(id=domain, properties=olds), caller)
        return None

    @staticmethod
    def _checked(plugin: Plugin, domain: str, asked: dict[str, Any]) -> Any:
        news = to_wire({"domain": domain, "plan": "enterprise", **asked})
        checked = plugin.Check(
            provider_pb2.CheckRequest(
                urn="urn:pulumi:dev::sessions::auth0-sessions:index:SessionLifetime::acme", news=news
            ),
            cast("grpc.ServicerContext", Caller()),
        )
        assert list(checked.failures) == []
        return checked.inputs


FRONT_ENDS = {"dynamic": Dynamic(), "native": Native()}


class Stack:
    """One resource, and its record, which only a success changes."""

    def __init__(self, tenant: Any, front_end: Any, on_delete: str = "restore") -> None:
        self.tenant = tenant
        self.front_end = front_end
        self.on_delete = on_delete
        self.state: dict[str, Any] | None = None

    def run(self, verb: str, asked: dict[str, str] | None = None, *, domain: str | None = None) -> None:
        """Run one verb with what the program asks for at that time."""
        given = {"on_delete": self.on_delete, **(asked or (LATER if verb == "update" else ASKED))}
        self.state = self.front_end.run(verb, domain or self.tenant.domain, self.state, given)

    def known(self) -> dict[str, Any]:
        """Return the record."""
        assert self.state is not None
        return self.state


@pytest.fixture(params=FRONT_ENDS)
def front_end(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Each front end; it leaves no process behind for other tests."""
    monkeypatch.setattr(dynamic, "_verbs", None)
    return FRONT_ENDS[request.param]


def test_the_table_has_every_fault():
    """The table has a row for each fault of the sandbox, and no other row."""
    assert sorted(AT_CALL) == sorted(Fault)


# The front ends take turns. A server that never answers takes the time-outs of each try.
@pytest.mark.parametrize(
    ("front_end", "verb", "fault"),
    [
        pytest.param(
            list(FRONT_ENDS)[(row + column) % 2], verb, fault, marks=[pytest.mark.deep] if fault == Fault.HANG else []
        )
        for row, verb in enumerate(CALLS)
        for column, fault in enumerate(AT_CALL)
    ],
    indirect=["front_end"],
)
def test_no_fault_loses_anything(auth0_sandbox, front_end, fault, verb):
    """At each operation, once and for good, a verb ends as the table says, and nothing is lost on the way."""
    cells = list(product(ATTEMPTS, (False, True)))
    assert {cell: meet(auth0_sandbox, front_end, verb, fault, *cell) for cell in cells} == {
        (operation, stays): expected(verb, fault, operation, stays=stays).format(
            tenant="TENANT",
            source=front_end.source,
            **{key: listed(front_end, values) for key, values in WRITES.get(verb, {}).items()},
            unusable="; ".join(
                f'the tenant reports {name} as "eight hours", which is not a lifetime' for name in front_end.settings
            ),
        )
        for operation, stays in cells
    }


def listed(front_end: Any, values: tuple[str, ...]) -> str:
    """Return lifetimes as messages of a front end list them."""
    return ", ".join(f"{name} {value}" for name, value in zip(front_end.settings, values, strict=False))


def meet(sandbox: Any, front_end: Any, verb: str, fault: str, operation: str, stays: bool) -> str:  # noqa: FBT001  One cell.
    """Let one verb meet one fault, check what is left, and return the outcome."""
    sandbox.reset()
    tenant = sandbox.add_tenant("acme", plan="enterprise", settings=FIRST)
    name, _, on_delete = verb.partition(", ")
    stack = Stack(tenant, front_end, on_delete or "restore")
    if name != "create":
        stack.run("create")
    before = deepcopy(stack.state)
    sandbox.clear_requests()
    tenant.fault(fault, operation=operation, times=None if stays else 1, **DETAILS.get(Fault(fault), {}))
    outcome = outcome_of(lambda: stack.run(name))
    if outcome != SURVIVED:
        assert_clean(outcome)
        assert stack.state == before
        tenant.clear_faults()
        stack.run(name)
    tenant.clear_faults()
    if (fault, operation) == (Fault.HTML_OK, "patch") and operation in CALLS[verb]:
        # The page did not come from the tenant, so a write is made by the run after a refresh, and a restore by nobody.
        if name == "delete":
            return outcome.replace(tenant.domain, "TENANT")
        stack.run("read")
        stack.run("update", LATER if name == "update" else ASKED)
    assert_truth(stack, name)
    if stack.state is not None:
        assert stack.state["previous"] == FIRST
        stack.run("delete")
        assert tenant.settings == FIRST
    return outcome.replace(tenant.domain, "TENANT")


def outcome_of(act: Callable[[], None]) -> str:
    """Return `SURVIVED`, or the text of our own error; any other error fails the test."""
    try:
        act()
    except Auth0SessionsError as error:
        return str(error)
    return SURVIVED


def assert_clean(message: str) -> None:
    """Check that a message is one paragraph that starts with the tenant and contains no secret."""
    assert "\n" not in message
    assert SECRET not in message
    assert message.startswith("http://127.0.0.1")


def assert_truth(stack: Stack, name: str) -> None:
    """Check that the record matches the tenant."""
    tenant = stack.tenant
    wanted = {"create": ASKED, "read": ASKED, "update": LATER}.get(name)
    if wanted is not None:
        assert tenant.settings == {setting: MINUTES[text] for setting, text in wanted.items()}
        assert stack.known()["superseded"] == {}
        assert all(stack.known()[f"{setting}_minutes"] == MINUTES[text] for setting, text in wanted.items())
    elif stack.on_delete == "restore":
        assert tenant.settings == FIRST
    elif stack.on_delete == "reset":
        assert tenant.settings == {"session_lifetime": 10_080, "idle_session_lifetime": 4_320}
    else:
        assert tenant.settings == {"session_lifetime": 43_200, "idle_session_lifetime": 90}
        assert tenant.calls == []


@pytest.mark.parametrize("verb", ["create", "update"])
@pytest.mark.parametrize("mode", ["echo", "clamp", "refuse"])
def test_every_way_to_treat_a_value_above_the_cap_is_survived(auth0_sandbox, front_end, mode, verb):
    """Stored as sent, cut, or refused: the record says what the tenant reports, and the next run has nothing to do."""
    tenant = auth0_sandbox.add_tenant("acme", plan="essential", over_cap=mode, settings=FIRST)
    stack = Stack(tenant, front_end)
    long = {"session_lifetime": "60d", "over_limit": "warn"}
    if verb == "update":
        stack.run("create")
    before, name = deepcopy(stack.state), "session_lifetime"
    outcome = outcome_of(lambda: stack.run(verb, {**ASKED, **long}))
    if mode == "refuse":
        assert_clean(outcome)
        assert "400 invalid_body" in outcome
        assert stack.state == before
        assert tenant.settings[name] == (FIRST[name] if verb == "create" else 43_200)
        stack.run(verb, ASKED)
    else:
        reported = 86_400 if mode == "echo" else 43_200
        superseded = {} if mode == "echo" else {name: {"asked": "60d", "reported": "30d"}}
        assert outcome == SURVIVED
        assert tenant.settings[name] == stack.known()[f"{name}_minutes"] == reported
        assert stack.known()["superseded"] == superseded
        stack.run("read")
        assert stack.known()[name] == "60d"
    assert stack.known()["previous"] == FIRST


@pytest.mark.parametrize("verb", ["create", "update"])
def test_a_stale_read_after_a_write_is_not_believed(auth0_sandbox, front_end, verb):
    """The answer to the write counts, so a GET that still shows the old values does no harm."""
    tenant = auth0_sandbox.add_tenant("acme", plan="enterprise", settings=FIRST, stale_seconds=60)
    stack = Stack(tenant, front_end)
    stack.run("create")
    if verb == "update":
        stack.run("update")
    asked = {"create": ASKED, "update": LATER}[verb]
    assert stack.known()["session_lifetime_minutes"] == MINUTES[asked["session_lifetime"]]
    stack.run("read")
    assert stack.known()["session_lifetime"] != asked["session_lifetime"], "the sandbox should be stale here"
    tenant.stale_seconds = 0
    stack.run("read")
    assert stack.known()["session_lifetime"] == asked["session_lifetime"]
    assert stack.known()["previous"] == FIRST


@pytest.mark.parametrize("verb", ["create", "read", "update", "delete"])
def test_a_tls_failure_sends_nothing(auth0_sandbox, front_end, verb):
    """A certificate that cannot be trusted ends the verb before a byte of a credential is sent."""
    tenant = auth0_sandbox.add_tenant("acme", plan="enterprise", settings=FIRST)
    stack = Stack(tenant, front_end)
    stack.run("create")
    auth0_sandbox.clear_requests()
    secure = tenant.domain.removeprefix("http://")
    stack.state = {**stack.known(), "domain": secure}
    before = deepcopy(stack.state)
    outcome = outcome_of(lambda: stack.run(verb, domain=secure))
    assert "the TLS certificate was not accepted" in outcome
    assert "\n" not in outcome
    assert stack.state == before
    assert auth0_sandbox.requests == []
