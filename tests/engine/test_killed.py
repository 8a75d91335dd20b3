"""Killed in the middle: the provider's process, or the engine, while a write is under way."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from auth0_sessions.sandbox.faults import Fault
from calls import GET, PATCH

pytestmark = pytest.mark.front_ends("dynamic", "native")

FIRST = {"session_lifetime": 10_000}
PROVIDERS = {"dynamic": b"pulumi.dynamic", "native": b"-m\0auth0_sessions\0"}
"""What the arguments of each front end's provider process hold."""

MARK = "AUTH0_SESSIONS_TEST_MARK"


class Victims:
    """The processes of one engine, found by a mark in their environment."""

    def __init__(self, front_end: str) -> None:
        self.mark = uuid4().hex
        self.words = {"provider": PROVIDERS[front_end], "engine": b"bin/pulumi\0"}

    def find(self, what: str) -> list[int]:
        """Return the process ids of `engine` or `provider`."""
        pids = map(int, filter(str.isdigit, os.listdir("/proc")))  # noqa: PTH208
        return [pid for pid in pids if self._is(pid, self.words[what])]

    def _is(self, pid: int, word: bytes) -> bool:
        folder = Path("/proc") / str(pid)
        try:
            environment = (folder / "environ").read_bytes()
            return word in (folder / "cmdline").read_bytes() and f"{MARK}={self.mark}".encode() in environment
        except OSError:
            return False

    def end(self, what: str) -> bool:
        """Wait for what is there to end by itself; return whether it did."""
        deadline = time.monotonic() + 15
        while self.find(what) and time.monotonic() < deadline:
            time.sleep(0.1)
        return not self.find(what)

    def kill(self, what: str, by: signal.Signals = signal.SIGKILL) -> None:
        """Kill what was found, and nothing else."""
        found = self.find(what)
        assert found, what
        for pid in found:
            os.kill(pid, by)


@pytest.fixture
def victims(front_end: str) -> Iterator[Victims]:
    """The processes to kill; what a killed engine leaves running is ended here by its own id."""
    made = Victims(front_end)
    yield made
    for what in ("provider", "engine"):
        for pid in made.find(what):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def engine(make_engine: Callable[..., Any], tenant: Any, victims: Victims) -> Any:
    """A stack with one tenant, which had something else, and the mark in its processes."""
    tenant.dashboard(**FIRST)
    made = make_engine(**{MARK: victims.mark})
    made.args = {"domain": tenant.domain, "plan": "enterprise", "session_lifetime": "30d", "on_delete": "restore"}
    return made


def killed_while(run: Callable[[], Any], until: Callable[[], bool], kill: Callable[[], None]) -> Any:
    """Start a run, wait until something has happened, kill, and return what the run became."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(run()))
    thread.start()
    deadline = time.monotonic() + 60
    while not until():
        assert time.monotonic() < deadline, "it never came so far"
        time.sleep(0.02)
    kill()
    thread.join(60)
    return results[0]


def killed_at(engine: Any, tenant: Any, victims: Victims, victim: str, lifetime: str, *, takes_effect: bool) -> None:
    """Run `up` and kill while a PATCH is under way: the first one, or a retry after one that took effect unanswered."""
    engine.args["session_lifetime"] = lifetime
    awaited = tenant.calls.count(PATCH) + 1 + takes_effect
    if takes_effect:
        tenant.fault(Fault.DROP_AFTER, operation="patch", times=1)
    tenant.fault(Fault.HANG, operation="patch", times=None)
    run = killed_while(engine.up, lambda: tenant.calls.count(PATCH) == awaited, lambda: victims.kill(victim))
    assert not run.ok
    tenant.clear_faults()
    if victim == "engine":
        # As Pulumi says after a killed engine: release the stack's lock.
        engine.stack.cancel()


@pytest.mark.deep
@pytest.mark.parametrize("victim", ["provider", "engine"])
def test_killed_during_a_write(engine, tenant, victims, victim):
    """Before and after a write takes effect, the rerun converges, and `restore` gives back what was there at first."""
    for lifetime, takes_effect, left, minutes in (
        ("8h", False, 10_000, 480),
        ("9h", False, 480, 540),
        ("30d", True, 43_200, 43_200),
    ):
        killed_at(engine, tenant, victims, victim, lifetime, takes_effect=takes_effect)
        assert tenant.settings["session_lifetime"] == left
        run = engine.up()
        assert run.ok, run.output + run.failure
        assert tenant.settings["session_lifetime"] == minutes
    assert engine.up().changes == {"same": 2}
    assert engine.destroy().ok
    assert tenant.settings == FIRST


@pytest.mark.deep
@pytest.mark.parametrize(("front_end", "victim"), [("dynamic", "provider"), ("native", "engine")])
def test_the_one_window(engine, tenant, victims, victim):
    """A create that is killed between the write and its record: the next run takes what was written for the first."""
    killed_at(engine, tenant, victims, victim, "30d", takes_effect=True)
    assert engine.up().ok
    assert engine.outputs["previous"] == {"session_lifetime": 43_200}


@pytest.mark.front_ends("native")
@pytest.mark.parametrize(("fault", "operation"), [(Fault.RETRY_AFTER, "get"), (Fault.HANG, "patch")])
def test_ctrl_c_ends_a_wait(engine, tenant, victims, fault, operation):
    """A wait for a tenant ends with one line that says so, long before its time, and the next run converges."""
    tenant.fault(fault, operation=operation, times=1, **({"retry_after": 60} if fault is Fault.RETRY_AFTER else {}))
    call = f"{operation.upper()} /tenants/settings"
    started = time.monotonic()
    run = killed_while(engine.up, lambda: call in tenant.calls, lambda: victims.kill("engine", signal.SIGINT))
    assert time.monotonic() - started < 30, "the wait would have taken a minute or more"
    assert not run.ok
    (line,) = {one for one in run.said("error") if tenant.domain in one}
    assert line.count("the run was canceled") == 1
    assert "\n" not in line.strip()
    # A write that may have taken effect is put back once, and never tried again.
    assert tenant.calls.count(call) == (2 if operation == "patch" else 1)
    tenant.clear_faults()
    assert engine.up().ok
    assert engine.destroy().ok
    assert tenant.settings == FIRST


@pytest.mark.deep
@pytest.mark.front_ends("dynamic")
def test_a_second_ctrl_c_ends_the_engine(engine, tenant, victims):
    """The dynamic resource's host ignores the first one, so the wait goes on. The second ends engine and provider."""
    tenant.fault(Fault.RETRY_AFTER, operation="get", times=None, retry_after=60)

    def twice() -> None:
        victims.kill("engine", signal.SIGINT)
        time.sleep(1)
        assert victims.find("engine"), "one Ctrl-C was enough"
        victims.kill("engine", signal.SIGINT)

    started = time.monotonic()
    run = killed_while(engine.up, lambda: GET in tenant.calls, twice)
    assert time.monotonic() - started < 30, "the wait would have taken a minute"
    assert not run.ok
    assert victims.end("provider")
    assert tenant.settings == FIRST


@pytest.mark.deep
def test_an_orphan_starts_no_write_that_nobody_records(engine, auth0_sandbox, victims):
    """The engine is killed while eight tenants log in: no provider writes what would have no record."""
    tenants = [auth0_sandbox.add_tenant(f"tenant-{number}", plan="enterprise", settings=FIRST) for number in range(8)]
    for tenant in tenants:
        tenant.latency_seconds = 0.3

    def program() -> None:
        for number, tenant in enumerate(tenants):
            engine.api.SessionLifetime(str(number), domain=tenant.domain, plan="enterprise", session_lifetime="30d")

    engine.program = program
    run = killed_while(engine.up, lambda: any(tenant.calls for tenant in tenants), lambda: victims.kill("engine"))
    assert not run.ok
    assert victims.end("provider")
    assert [tenant.settings for tenant in tenants] == [FIRST] * 8
