"""Every verb meets every fault of the sandbox, once and for good, at the login and at each call.

What comes of it is in the table of `tools/fault_matrix.py`. Whether a verb survives or fails: the record says the
truth, a failure leaves it as it was, the next run converges, and `previous` still holds what the tenant had first.
"""

from __future__ import annotations

from copy import deepcopy
from itertools import product
from typing import Any

import pytest

from auth0_sessions.api.client import TenantClient
from auth0_sessions.api.retry import RetryPolicy
from auth0_sessions.api.sources import sources
from auth0_sessions.errors import Auth0SessionsError
from auth0_sessions.lifecycle.messages import Messages
from auth0_sessions.lifecycle.record import Declared
from auth0_sessions.lifecycle.verbs import Verbs
from auth0_sessions.sandbox.faults import Fault
from fakes import FakeLog
from fault_matrix import ATTEMPTS, CALLS, REFUSALS, SURVIVED, WAITS, error, survives

FIRST = {"session_lifetime": 10_000, "idle_session_lifetime": 4_320}
ASKED = {"session_lifetime": "30d", "idle_session_lifetime": "90m"}
LATER = {"session_lifetime": "8h", "idle_session_lifetime": "90m"}
HELD = {"create": {"session_lifetime": 43_200, "idle_session_lifetime": 90}}
HELD["read"], HELD["update"] = HELD["create"], {"session_lifetime": 480, "idle_session_lifetime": 90}
HELD["delete, restore"] = FIRST
HELD["delete, reset"] = {"session_lifetime": 10_080, "idle_session_lifetime": 4_320}
HELD["delete, retain"] = HELD["create"]
"""What the tenant has after each verb."""
SECRET = "matrix-canary-secret"
CONFIG = {"auth0:clientId": "matrix", "auth0:clientSecret": SECRET}


def impatient(domain: str, credentials: Any, on_wait: Any, _cancelled: Any) -> Any:
    """Return a function that begins an operation of a client without time to wait."""
    policy = RetryPolicy.immediate()
    return TenantClient(domain, credentials, policy=policy, on_wait=on_wait, call_seconds=0.5).operation


class Stack:
    """One resource, each run of which has a process of its own, and its record, which only a success changes."""

    def __init__(self, tenant: Any, on_delete: str = "restore") -> None:
        self.tenant = tenant
        self.domain = tenant.domain
        self.on_delete = on_delete
        self.state: dict[str, Any] = {}

    def run(self, verb: str, asked: dict[str, str] | None = None) -> str:
        """Run one verb with what the program asks for at that time; return `SURVIVED`, or the text of our error."""
        verbs = Verbs(FakeLog(), lambda label: sources(CONFIG, label, explicit=False), connect=impatient)
        try:
            if verb == "create":
                self.state = verbs.create(self.checked(verbs, asked or ASKED)).to_props()
            elif verb == "read":
                self.state = verbs.refresh(self.state).to_props()
            elif verb == "update":
                self.state = verbs.update(self.state, self.checked(verbs, asked or LATER)).to_props()
            else:
                verbs.delete(self.state)
                self.state = {}
        except Auth0SessionsError as error:
            return str(error)
        return SURVIVED

    def checked(self, verbs: Verbs, asked: dict[str, str]) -> dict[str, Any]:
        """Return what the check makes of what the program asks for."""
        checked = verbs.check({"domain": self.domain, "plan": "enterprise", "on_delete": self.on_delete, **asked}, {})
        assert checked.problems == []
        return checked.inputs


# A server that never answers takes the time-outs of each try.
@pytest.mark.parametrize(
    "fault", [pytest.param(fault, marks=[pytest.mark.deep] if fault == Fault.HANG else []) for fault in Fault]
)
@pytest.mark.parametrize("verb", CALLS)
def test_no_fault_loses_anything(auth0_sandbox, fault, verb):
    """At each operation, once and for good, a verb ends as the table says, and nothing is lost on the way."""
    for operation, stays in product(ATTEMPTS, (False, True)):
        outcome = meet(auth0_sandbox, verb, fault, operation, stays)
        assert outcome == expected(verb, fault, operation, stays)


def expected(verb: str, fault: Fault, operation: str, stays: bool) -> str:  # noqa: FBT001  One cell.
    """Return what a verb ends with."""
    if survives(verb, fault, operation, stays=stays):
        return SURVIVED
    message = error(operation, fault)
    if operation == "get" and fault is Fault.WRONG_TYPES:
        values = [f'the tenant reports {name} as "eight hours", which is not a lifetime' for name in FIRST]
        return message.replace("the tenant reports SETTING as VALUE, which is not a lifetime", "; ".join(values))
    if operation == "patch" and stays and fault not in REFUSALS:
        before = FIRST if verb == "create" else HELD["create"]
        written = {name: value for name, value in HELD[verb].items() if value != before[name]}
        earlier = {name: before[name] for name in written}
        return f"{message} {Messages(FakeLog()).put_back_failed(Declared('TENANT', {}), written, earlier)}"
    return message


def meet(sandbox: Any, verb: str, fault: Fault, operation: str, stays: bool) -> str:  # noqa: FBT001  One cell.
    """Let one verb meet one fault, check what is left, and return the outcome."""
    sandbox.reset()
    tenant = sandbox.add_tenant("acme", plan="enterprise", settings=FIRST)
    name, _, on_delete = verb.partition(", ")
    stack = Stack(tenant, on_delete or "restore")
    if name != "create":
        stack.run("create")
    before = deepcopy(stack.state)
    sandbox.clear_requests()
    wait = {"retry_after": WAITS[fault]} if fault is Fault.RETRY_AFTER else {}
    tenant.fault(fault, operation=operation, times=None if stays else 1, **wait)
    outcome = stack.run(name)
    tenant.clear_faults()
    if outcome != SURVIVED:
        assert_clean(outcome, tenant)
        assert stack.state == before
        assert stack.run(name) == SURVIVED
    said = outcome.replace(tenant.domain, "TENANT").replace("auth0:clientId and auth0:clientSecret", "SOURCE")
    if (fault, operation) == (Fault.HTML_OK, "patch") and operation in CALLS[verb]:
        # The page did not come from the tenant, so a write is made by the run after a refresh, and a restore by nobody.
        if name == "delete":
            return said
        stack.run("read")
        stack.run("update", LATER if name == "update" else ASKED)
    assert tenant.settings == HELD[verb]
    assert bool(tenant.calls) == bool(CALLS[verb])
    if stack.state:
        assert stack.state["superseded"] == {}
        assert {setting: stack.state[f"{setting}_minutes"] for setting in FIRST} == HELD[verb]
        assert stack.state["previous"] == FIRST
        stack.run("delete")
        assert tenant.settings == FIRST
    return said


def assert_clean(message: str, tenant: Any) -> None:
    """Check that a message is one paragraph that starts with the tenant and contains no secret."""
    assert "\n" not in message
    assert SECRET not in message
    assert message.startswith(tenant.domain)


@pytest.mark.parametrize("verb", ["create", "update"])
@pytest.mark.parametrize("mode", ["echo", "clamp", "refuse"])
def test_every_way_to_treat_a_value_above_the_cap_is_survived(auth0_sandbox, mode, verb):
    """Stored as sent, cut, or refused: the record says what the tenant reports, and the next run has nothing to do."""
    tenant = auth0_sandbox.add_tenant("acme", plan="essential", over_cap=mode, settings=FIRST)
    stack, name = Stack(tenant), "session_lifetime"
    if verb == "update":
        stack.run("create")
    before = deepcopy(stack.state)
    outcome = stack.run(verb, {**ASKED, name: "60d", "over_limit": "warn"})
    if mode == "refuse":
        assert_clean(outcome, tenant)
        assert "400 invalid_body" in outcome
        assert stack.state == before
        assert tenant.settings[name] == (FIRST[name] if verb == "create" else 43_200)
        stack.run(verb, ASKED)
    else:
        reported = 86_400 if mode == "echo" else 43_200
        superseded = {} if mode == "echo" else {name: {"asked": "60d", "reported": "30d"}}
        assert outcome == SURVIVED
        assert tenant.settings[name] == stack.state[f"{name}_minutes"] == reported
        assert stack.state["superseded"] == superseded
        stack.run("read")
        assert stack.state[name] == "60d"
    assert stack.state["previous"] == FIRST


@pytest.mark.parametrize(("verb", "asked"), [("create", "30d"), ("update", "8h")])
def test_a_stale_read_after_a_write_is_not_believed(auth0_sandbox, verb, asked):
    """The answer to the write counts, so a GET that still shows the old values does no harm."""
    tenant = auth0_sandbox.add_tenant("acme", plan="enterprise", settings=FIRST, stale_seconds=60)
    stack = Stack(tenant)
    stack.run("create")
    if verb == "update":
        stack.run("update")
    assert stack.state["session_lifetime"] == asked
    stack.run("read")
    assert stack.state["session_lifetime"] != asked, "the sandbox should be stale here"
    tenant.stale_seconds = 0
    stack.run("read")
    assert stack.state["session_lifetime"] == asked
    assert stack.state["previous"] == FIRST


@pytest.mark.parametrize("verb", ["create", "read", "update", "delete"])
def test_a_tls_failure_sends_nothing(auth0_sandbox, verb):
    """A certificate that cannot be trusted ends the verb before a byte of a credential is sent."""
    stack = Stack(auth0_sandbox.add_tenant("acme", plan="enterprise", settings=FIRST))
    stack.run("create")
    auth0_sandbox.clear_requests()
    stack.domain = stack.domain.removeprefix("http://")
    stack.state["domain"] = stack.domain
    before = deepcopy(stack.state)
    outcome = stack.run(verb)
    assert ("the TLS certificate was not accepted" in outcome, "\n" in outcome) == (True, False)
    assert stack.state == before
    assert auth0_sandbox.requests == []
