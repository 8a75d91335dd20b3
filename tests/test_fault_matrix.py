"""Every verb meets every fault, and the outcome is written to docs/fault-matrix.md.

A cell is one verb under one fault, once or for good, at the login or at the call itself. Whether it survives or fails:
the record tells the truth, a failure leaves it as it was, the next run converges, and `previous` still holds what
the tenant had at the very first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from auth0_sessions.api.retry import RetryPolicy
from auth0_sessions.dynamic import SessionLifetimeProvider
from auth0_sessions.errors import Auth0SessionsError
from auth0_sessions.lifecycle.session import Process
from auth0_sessions.sandbox.faults import Fault

PAGE = Path(__file__).parent.parent / "docs" / "fault-matrix.md"
FIRST = {"session_lifetime": 10_000, "idle_session_lifetime": 4_320}
ASKED = {"session_lifetime": "30d", "idle_session_lifetime": "90m"}
LATER = {"session_lifetime": "8h", "idle_session_lifetime": "90m"}
MINUTES = {"30d": 43_200, "8h": 480, "90m": 90}
SECRET = "matrix-canary-secret"
DETAILS = {Fault.REDIRECT: {"location": "http://127.0.0.1:9/elsewhere"}, Fault.RETRY_AFTER: {"retry_after": 2}}


@dataclass(frozen=True)
class Verb:
    """One verb: which calls it makes, and with which `on_delete` the record was made."""

    name: str
    operations: tuple[str, ...]
    on_delete: str = "restore"


VERBS = (
    Verb("create", ("token", "get", "patch")),
    Verb("read", ("token", "get")),
    Verb("update", ("token", "patch")),
    Verb("delete, restore", ("token", "patch")),
    Verb("delete, reset", ("token", "patch"), on_delete="reset"),
    Verb("delete, retain", ("token",), on_delete="retain"),
)


class Stack:
    """What the engine does around a provider: one process a run, and a record that only a success changes."""

    def __init__(self, tenant: Any, verb: Verb) -> None:
        self.tenant = tenant
        self.on_delete = verb.on_delete
        self.state: dict[str, Any] | None = None

    def run(self, verb: str, *, domain: str | None = None) -> None:
        """Run one verb in a process of its own, as the program of the moment asks it."""
        self.go(verb, LATER if verb == "update" else ASKED, domain=domain)

    def go(self, verb: str, settings: dict[str, str], *, domain: str | None = None) -> None:
        """Run one verb with settings of a test's own."""
        Process.start({"auth0:clientId": "matrix", "auth0:clientSecret": SECRET})
        Process.current().patience = {
            "policy": RetryPolicy.immediate(),
            "timeouts_seconds": (0.25, 0.25),
        }
        provider, identity = SessionLifetimeProvider(), domain or self.tenant.domain
        if verb == "create":
            self.state = provider.create(self.inputs(identity, settings)).outs
        elif verb == "read":
            self.state = provider.read(identity, self.known()).outs
        elif verb == "update":
            self.state = provider.update(identity, self.known(), self.inputs(identity, settings)).outs
        else:
            provider.delete(identity, self.known())
            self.state = None

    def inputs(self, domain: str, settings: dict[str, str]) -> dict[str, Any]:
        """Return what a program asks, checked."""
        news = {"domain": domain, "plan": "enterprise", "on_delete": self.on_delete, **settings}
        checked = SessionLifetimeProvider().check({}, news)
        assert checked.failures == []
        return checked.inputs

    def known(self) -> dict[str, Any]:
        """Return the record."""
        assert self.state is not None
        return self.state


@pytest.fixture(autouse=True)
def no_process_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no process behind for other tests."""
    monkeypatch.setattr(Process, "_current", None)


def test_no_fault_loses_anything(auth0_sandbox):
    """Survived or failed, state tells the truth, the next run converges, and the first values are not forgotten."""
    outcomes = {
        (operation, fault, verb.name): [cell(auth0_sandbox, verb, operation, fault, times) for times in (1, None)]
        for verb in VERBS
        for operation in verb.operations
        for fault in Fault
    }
    hold_page_to(matrix(outcomes))


def cell(sandbox: Any, verb: Verb, operation: str, fault: Fault, times: int | None) -> str:
    """Let one verb meet one fault, check what is left, and return the outcome."""
    sandbox.reset()
    tenant = sandbox.add_tenant("acme", plan="enterprise", settings=FIRST)
    stack = Stack(tenant, verb)
    name = verb.name.split(",")[0]
    if name != "create":
        stack.run("create")
    before = stack.state
    sandbox.clear_requests()
    tenant.fault(fault.value, operation=operation, times=times, **DETAILS.get(fault, {}))
    outcome = outcome_of(lambda: stack.run(name))
    if outcome != "survived":
        assert_clean(outcome)
        assert stack.state == before, (verb, operation, fault)
        tenant.clear_faults()
        stack.run(name)
    assert_truth(stack, name)
    tenant.clear_faults()
    if stack.state is not None:
        assert stack.state["previous"] == FIRST, (verb, operation, fault)
        stack.run("delete")
        assert tenant.settings == FIRST, (verb, operation, fault)
    return outcome.replace(tenant.domain, "TENANT")


def matrix(outcomes: dict[tuple[str, Fault, str], list[str]]) -> str:
    """Return all outcomes as one table, with each message once below it."""
    messages = list(dict.fromkeys(text for cells in outcomes.values() for text in cells if text != "survived"))
    places = dict.fromkeys((operation, fault) for operation, fault, _ in outcomes)
    names = [verb.name for verb in VERBS]
    rows = [["at", "fault", *names], ["---"] * (2 + len(names))]
    for operation, fault in places:
        cells = (outcomes.get((operation, fault, name), []) for name in names)
        rows.append([operation, fault.value, *(" / ".join(shown(text, messages) for text in cell) for cell in cells)])
    table = ["| " + " | ".join(cell or "-" for cell in row) + " |" for row in rows]
    return "\n".join([*table, "", *(f"{number}. {text}" for number, text in enumerate(messages, 1))])


def shown(outcome: str, messages: list[str]) -> str:
    """Return an outcome for a cell of the table."""
    return "ok" if outcome == "survived" else f"{messages.index(outcome) + 1}"


def hold_page_to(text: str) -> None:
    """Compare the page's matrix with this run's; write it where they differ, and fail."""
    page = PAGE.read_text()
    head, begin, rest = page.partition("<!-- matrix -->\n")
    written, end, tail = rest.partition("<!-- end of matrix -->")
    if written.strip() != text:
        PAGE.write_text(f"{head}{begin}\n{text}\n\n{end}{tail}")
        pytest.fail(f"the matrix of {PAGE.name} was out of date; it is written anew, so look at it and commit it")


def outcome_of(act: Callable[[], None]) -> str:
    """Return "survived", or the text of our own error; any other error fails the test."""
    try:
        act()
    except Auth0SessionsError as error:
        return str(error)
    return "survived"


def assert_clean(message: str) -> None:
    """Hold a message to one paragraph, without secrets, that says where and what to do."""
    assert "\n" not in message
    assert SECRET not in message
    assert message.startswith("http://127.0.0.1")
    assert re.search(r"Check|Correct|Grant|Run again|Authorize|The token in use", message)


def assert_truth(stack: Stack, name: str) -> None:
    """Hold record and tenant to each other."""
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
def test_every_way_to_treat_a_value_above_the_cap_is_survived(auth0_sandbox, mode, verb):
    """Stored as sent, cut, or refused: the record tells what the tenant reports, and the next run has nothing to do."""
    tenant = auth0_sandbox.add_tenant("acme", plan="essential", over_cap=mode, settings=FIRST)
    stack = Stack(tenant, Verb(verb, (), on_delete="restore"))
    long = {"session_lifetime": "60d", "over_limit": "warn"}
    if verb == "update":
        stack.run("create")
    before, name = stack.state, "session_lifetime"
    outcome = outcome_of(lambda: stack.go(verb, {**ASKED, **long}))
    if mode == "refuse":
        assert_clean(outcome)
        assert "400 invalid_body" in outcome
        assert stack.state == before
        assert tenant.settings[name] == (FIRST[name] if verb == "create" else 43_200)
        stack.go(verb, ASKED)
    else:
        reported = 86_400 if mode == "echo" else 43_200
        told = {} if mode == "echo" else {name: {"asked": "60d", "reported": "30d"}}
        assert outcome == "survived"
        assert tenant.settings[name] == stack.known()[f"{name}_minutes"] == reported
        assert stack.known()["superseded"] == told
        stack.run("read")
        assert stack.known()[name] == "60d"
    assert stack.known()["previous"] == FIRST


@pytest.mark.parametrize("verb", ["create", "update"])
def test_a_stale_read_after_a_write_is_not_believed(auth0_sandbox, verb):
    """The answer to the write counts, so a GET that still shows the old values does no harm."""
    tenant = auth0_sandbox.add_tenant("acme", plan="enterprise", settings=FIRST, stale_seconds=60)
    stack = Stack(tenant, Verb(verb, ()))
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
def test_a_tls_failure_sends_nothing(auth0_sandbox, verb):
    """A certificate that cannot be trusted ends the verb before a byte of a credential is sent."""
    tenant = auth0_sandbox.add_tenant("acme", plan="enterprise", settings=FIRST)
    stack = Stack(tenant, Verb(verb, ()))
    stack.run("create")
    auth0_sandbox.clear_requests()
    secure = tenant.domain.removeprefix("http://")
    stack.state = {**stack.known(), "domain": secure}
    before = stack.state
    outcome = outcome_of(lambda: stack.run(verb, domain=secure))
    assert "the TLS certificate was not accepted" in outcome
    assert "\n" not in outcome
    assert stack.state == before
    assert auth0_sandbox.requests == []
