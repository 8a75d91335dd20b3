"""What our resource costs beside one that does nothing, on the real engine, as ratios within one run.

N tenants of ours against the sandbox (in its own process, 50 ms an answer) and N do-nothing resources that sleep for
as long are created, left unchanged, updated, refreshed and destroyed in turn.

    python tools/bench.py [N ...]     default: 1 50 150 300

Then the time that importing takes, and a soak of client and sandbox: fifteen thousand calls over one connection.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import requests
from pulumi import automation
from rich.console import Console
from rich.table import Table

import idle
import local_engine
from auth0_sessions import SessionLifetime
from auth0_sessions.client import TenantClient
from auth0_sessions.credentials import ClientCredentials
from auth0_sessions.sandbox import Sandbox

STEPS = ("create", "unchanged", "update", "refresh", "destroy")
SOAK_CALLS = 15_000
IMPORTS = "import pulumi, requests, pydantic"


def sandbox_command() -> list[str]:
    """Return the command that serves the sandbox."""
    command = str(Path(sys.executable).with_name("auth0-sessions"))
    return [
        command,
        "sandbox",
        "--port",
        "0",
        "--no-rate-limits",
        "--latency",
        str(round(idle.SECONDS_PER_CALL * 1000)),
    ]


@contextlib.contextmanager
def sandbox(count: int) -> Iterator[str]:
    """Serve tenants `t0`, `t1`, ... in another process; yield its address."""
    process = subprocess.Popen(
        [*sandbox_command(), *(f"t{n}" for n in range(count))], stdout=subprocess.PIPE, text=True
    )
    try:
        line = next(line for line in process.stdout or () if "http://127.0.0.1:" in line)
        reader = threading.Thread(target=lambda: list(process.stdout or ()), daemon=True)
        reader.start()
        yield "http://127.0.0.1:" + line.split("http://127.0.0.1:")[1].split("/")[0]
    finally:
        process.terminate()
        process.wait()


class PeakMemory(threading.Thread):
    """Watches the provider processes below this one and keeps the largest resident size, in MiB."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.mebibytes = 0.0
        self.done = threading.Event()

    def run(self) -> None:
        """Look ten times a second."""
        while not self.done.wait(0.1):
            for process in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError, ValueError):
                    if b"pulumi.dynamic" in (process / "cmdline").read_bytes():
                        status = (process / "status").read_text()
                        peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
                        self.mebibytes = max(self.mebibytes, peak)


def measure(program: Callable[[], None], change: Callable[[], None]) -> tuple[dict[str, float], float]:
    """Run the five steps; return the seconds of each, and the peak memory of the provider's process."""
    taken: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "AUTH0_CLIENT_ID": "bench",
            "AUTH0_CLIENT_SECRET": "bench",
            "PYTHONPATH": str(local_engine.ROOT / "tools"),
        }
        stack = local_engine.open_stack(program, Path(folder), environment=environment)
        memory = PeakMemory()
        memory.start()
        for step in STEPS:
            if step == "update":
                change()
            verb = {"refresh": "refresh", "destroy": "destroy"}.get(step, "up")
            started = time.perf_counter()
            run = local_engine.run(stack, verb)
            taken[step] = time.perf_counter() - started
            if not run.ok:
                raise SystemExit(run.output + run.failure)
        memory.done.set()
        memory.join()
    return taken, memory.mebibytes


def ours(count: int, url: str) -> tuple[dict[str, float], float]:
    """Measure N tenants of ours."""
    lifetime = {"value": "8h"}

    def program() -> None:
        for number in range(count):
            SessionLifetime(
                f"t{number}",
                domain=f"{url}/t{number}",
                plan="enterprise",
                session_lifetime=lifetime["value"],
                on_delete="restore",
            )

    return measure(program, lambda: lifetime.update(value="9h"))


def theirs(count: int) -> tuple[dict[str, float], float]:
    """Measure N do-nothing resources."""
    text = {"value": "a"}

    def program() -> None:
        for number in range(count):
            idle.Idle(f"i{number}", text["value"])

    return measure(program, lambda: text.update(value="b"))


def compare(count: int, console: Console) -> None:
    """Measure both and print a table."""
    with sandbox(count) as url:
        mine, memory = ours(count, url)
        log: list[dict[str, Any]] = requests.get(f"{url}/.sandbox/requests", timeout=30).json()
    other, idle_memory = theirs(count)
    table = Table(title=f"{count} tenants, seconds")
    for heading in ("", "auth0-sessions", "do-nothing", "ratio"):
        table.add_column(heading, justify="right" if heading else "left")
    for step in STEPS:
        table.add_row(step, f"{mine[step]:.2f}", f"{other[step]:.2f}", f"{mine[step] / other[step]:.2f}")
    table.add_row("plugin, MiB", f"{memory:.0f}", f"{idle_memory:.0f}", f"{memory / idle_memory:.2f}")
    console.print(table)
    calls = Counter(entry["method"] for entry in log)
    connections = len({(entry["tenant"], entry["connection"]) for entry in log})
    per_tenant = ", ".join(f"{method} {number / count:.2f}" for method, number in sorted(calls.items()))
    console.print(f"Calls per tenant over the five steps: {per_tenant}; connections {connections / count:.2f}")


def imports(console: Console) -> None:
    """Compare the time that importing takes with that of what every such package imports."""
    seconds = {name: import_seconds(name) for name in (IMPORTS, "import auth0_sessions.dynamic")}
    bare, package = seconds.values()
    console.print(f"Import: {package:.2f} s beside {bare:.2f} s of `{IMPORTS}`, ratio {package / bare:.2f}")


def import_seconds(statement: str) -> float:
    """Return the median of seven starts of Python with an import."""
    taken = []
    for _ in range(7):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", statement], check=True, env={**os.environ, "PYTHONPATH": ""})
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def soak(console: Console) -> None:
    """Make many calls to a sandbox in this process and show what both have grown by."""
    with Sandbox(rate_limits=False) as sandbox:
        tenant = sandbox.add_tenant("soak")
        credentials = ClientCredentials("soak", "soak", None, "the bench")
        client = TenantClient(tenant.domain, lambda: credentials)
        sizes = []
        started = time.perf_counter()
        for number in range(SOAK_CALLS):
            if number % 2:
                client.read()
            else:
                client.write({"session_lifetime": 60 + number % 1_000})
            # The log of requests is full from here on, and so is whatever else fills up once.
            if number in (SOAK_CALLS * 2 // 3, SOAK_CALLS - 1):
                sizes.append(resident_mebibytes())
        seconds = time.perf_counter() - started
        logins = sum(request.path.endswith("token") for request in sandbox.requests)
        connections = len({request.connection for request in sandbox.requests})
    console.print(
        f"Soak: {SOAK_CALLS:,} calls in {seconds:.0f} s, {connections} connection, {logins} login in the log's last "
        f"10,000; resident {sizes[0]:.1f} MiB after two thirds, {sizes[1]:.1f} MiB at the end"
    )


def resident_mebibytes() -> float:
    """Return this process's resident size now."""
    return int(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0]) / 1024


def main() -> int:
    """Measure for each N that was asked."""
    console = Console(highlight=False)
    console.print(f"Pulumi CLI {automation.PulumiCommand(root=str(local_engine.CLI)).version}, {os.cpu_count()} cores")
    for count in [int(text) for text in sys.argv[1:]] or [1, 50, 150, 300]:
        compare(count, console)
    imports(console)
    soak(console)
    return 0


if __name__ == "__main__":
    sys.exit(main())
