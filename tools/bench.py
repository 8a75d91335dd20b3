"""Benchmarks our resource against one that does nothing, on the real engine, as ratios within one run.

N tenants of ours against the sandbox (in its own process) and N do-nothing resources that sleep for as long as bare
calls to it take are created, left unchanged, updated, refreshed and destroyed, step by step in turn; the best of
several rounds counts, because whatever else the machine does can only add. Each front end is compared with two
do-nothing resources of its kind: one with a single property, and one that is as wide as ours, because the engine and
the SDK carry every property of a resource. From 1,000 tenants on, or with PULUMI_SKIP_CHECKPOINTS=true, the engine
keeps no checkpoints: a local backend would spend most of the time on rewriting the whole state for each resource.

    python tools/bench.py [N ...] [--latency MS] [--only dynamic|native]

Without arguments: 1, 50, 150 and 300 tenants of the dynamic resource at 50 ms a call; 150 and 1,000 of the native one
at 50 and 200 ms. Then the time that importing takes, and a soak of client and sandbox: 15,000 calls over one
connection.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import requests
from pulumi import automation
from rich.console import Console
from rich.table import Table

import idle
import idle_plugin
import local_engine
from auth0_sessions import SessionLifetime, native
from auth0_sessions.api.client import TenantClient
from auth0_sessions.api.credentials import ClientCredentials
from auth0_sessions.sandbox import Sandbox

LATENCY_MS = 50
PARALLEL = 64
DEFAULT_RUNS = (
    *(("dynamic", count, LATENCY_MS) for count in (1, 50, 150, 300)),
    *(("native", count, latency) for count in (150, 1_000) for latency in (50, 200)),
)
STEPS = ("create", "unchanged", "update", "refresh", "destroy")
SKIP_CHECKPOINTS = "PULUMI_SKIP_CHECKPOINTS"
SOAK_CALLS = 15_000
ROUNDS, SMALL, MANY = 3, 50, 1_000
CALLING_STEPS = 4
"""Every step except the unchanged `up`; each has its own provider process."""

IMPORTS = "import pulumi, requests, pydantic"


@contextlib.contextmanager
def sandbox(count: int, latency_ms: int) -> Iterator[str]:
    """Serve tenants `t0`, `t1`, ... in another process; yield its address."""
    command = [str(Path(sys.executable).with_name("auth0-sessions")), "sandbox", "--port", "0", "--no-rate-limits"]
    command += ["--latency", str(latency_ms), *(f"t{n}" for n in range(count))]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
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
        # The last step's processes may still be exiting.
        self._others = set(self._processes())

    @staticmethod
    def _processes() -> Iterator[Path]:
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                command = (process / "cmdline").read_bytes()
                if b"pulumi.dynamic" in command or b"pulumi-resource-" in command:
                    yield process

    def run(self) -> None:
        """Measure ten times per second."""
        while not self.done.wait(0.1):
            for process in set(self._processes()) - self._others:
                with contextlib.suppress(OSError, IndexError):
                    status = (process / "status").read_text()
                    peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
                    self.mebibytes = max(self.mebibytes, peak)


Resource = Callable[[int, str], object]
"""Declares the resource of a number, with a value that changes at the update."""


class Side:
    """One side of the comparison: its stack in an empty folder, and the best time of each step."""

    def __init__(self, folder: Path, resource: Resource, count: int, seconds_per_call: float) -> None:
        self.seconds: dict[str, float] = {}
        self.mebibytes = 0.0
        self._value = "8h"
        environment = {
            "AUTH0_CLIENT_ID": "bench",
            "AUTH0_CLIENT_SECRET": "bench",
            "PYTHONPATH": str(local_engine.ROOT / "tools"),
            idle.VARIABLE: str(seconds_per_call),
            **({SKIP_CHECKPOINTS: "true"} if count >= MANY else {}),
        }
        local_engine.place_plugin(folder)
        place_idle_plugin(folder)

        def program() -> None:
            for number in range(count):
                resource(number, self._value)

        self._stack = local_engine.open_stack(program, folder, environment=environment)

    def take(self, step: str) -> None:
        """Run a step and keep its time if it is the best."""
        self._value = "9h" if step == "update" else "8h"
        memory = PeakMemory()
        memory.start()
        started = time.perf_counter()
        # Without an event log, which a run in a terminal does not have either.
        local_engine.verb_of(self._stack, step if step in ("refresh", "destroy") else "up")(parallel=PARALLEL)
        seconds = time.perf_counter() - started
        memory.done.set()
        memory.join()
        self.seconds[step] = min(seconds, self.seconds.get(step, seconds))
        self.mebibytes = max(self.mebibytes, memory.mebibytes)


def place_idle_plugin(folder: Path) -> None:
    """Put the do-nothing plugin where a stack's engine finds it."""
    home = folder / "home" / "plugins" / f"resource-{idle_plugin.NAME}-v{idle_plugin.VERSION}"
    home.mkdir(parents=True)
    script = home / f"pulumi-resource-{idle_plugin.NAME}"
    script.write_text(f"#!{sys.executable}\n{Path(idle_plugin.__file__).read_text()}")
    script.chmod(0o755)


def bare_call_seconds(url: str) -> float:
    """Return how long a bare call to the sandbox takes, including its latency."""
    taken = []
    with requests.Session() as session:
        session.trust_env = False
        for _ in range(21):
            started = time.perf_counter()
            session.get(f"{url}/t0/api/v2/tenants/settings", timeout=30)
            taken.append(time.perf_counter() - started)
    requests.delete(f"{url}/.sandbox/requests", timeout=30)
    return statistics.median(taken)


def sides_of(front_end: str, url: str) -> dict[str, Resource]:
    """Return the sides to compare, ours first."""

    def ours(kind: Any) -> Resource:
        return lambda number, value: kind(
            f"t{number}",
            domain=f"{url}/t{number}",
            plan="enterprise",
            session_lifetime=value,
            on_delete="restore",
        )

    kind, nothing = (
        (native.SessionLifetime, idle_plugin.Idle) if front_end == "native" else (SessionLifetime, idle.Idle)
    )
    return {
        front_end: ours(kind),
        "do-nothing": lambda number, value: nothing(f"i{number}", value),
        "as wide": lambda number, value: nothing(f"i{number}", value, wide=True),
    }


def compare(front_end: str, count: int, latency_ms: int, console: Console) -> None:
    """Run each step on all sides in turn, several times, and print the best times."""
    # Larger runs are less noisy.
    rounds = max(1, 150 // count) if count > SMALL else ROUNDS
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(sandbox(count, latency_ms))
        bare = bare_call_seconds(url)
        sides = {
            name: Side(Path(stack.enter_context(tempfile.TemporaryDirectory())), resource, count, bare)
            for name, resource in sides_of(front_end, url).items()
        }
        for turn in range(rounds):
            for step in STEPS:
                for side in list(sides.values())[:: -1 if turn % 2 else 1]:
                    side.take(step)
        log: list[dict[str, Any]] = requests.get(f"{url}/.sandbox/requests", timeout=30).json()
    table = Table(title=f"{front_end}, {count} tenants, seconds, best of {rounds} (a bare call: {bare * 1000:.0f} ms)")
    for heading in ("", *sides, *(f"to {other}" for other in list(sides)[1:])):
        table.add_column(heading, justify="right" if heading else "left")
    for step in STEPS:
        table.add_row(step, *compared([side.seconds[step] for side in sides.values()], ".2f"))
    table.add_row("plugin, MiB", *compared([side.mebibytes for side in sides.values()], ".0f"))
    console.print(table)
    calls = Counter(entry["method"] for entry in log)
    connections = len({(entry["tenant"], entry["connection"]) for entry in log})
    per_tenant = ", ".join(f"{method} {number / count / rounds:.2f}" for method, number in sorted(calls.items()))
    processes = rounds * CALLING_STEPS
    console.print(
        f"Calls per tenant over the five steps: {per_tenant}; connections per tenant and process that calls: "
        f"{connections / count / processes:.2f}"
    )


def compared(figures: Sequence[float], form: str) -> list[str]:
    """Return the figures for all sides, and the ratios of ours to the others."""
    return [*(format(figure, form) for figure in figures), *(f"{figures[0] / other:.2f}" for other in figures[1:])]


def imports(console: Console) -> None:
    """Compare our import time with that of what every such package imports."""
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
    """Make many calls to a sandbox in this process, and show how much memory both use up."""
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
            # From here on, the request log is full, and so is anything else that fills up once.
            if number in (SOAK_CALLS * 2 // 3, SOAK_CALLS - 1):
                sizes.append(int(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0]) / 1024)
        seconds = time.perf_counter() - started
        logins = sum(request.path.endswith("token") for request in sandbox.requests)
        connections = len({request.connection for request in sandbox.requests})
    console.print(
        f"Soak: {SOAK_CALLS:,} calls in {seconds:.0f} s, {connections} connection, {logins} login in the log's last "
        f"10,000; resident {sizes[0]:.1f} MiB after two thirds, {sizes[1]:.1f} MiB at the end"
    )


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Measure both front ends against resources that do nothing.")
    parser.add_argument("counts", nargs="*", type=int, help="how many tenants")
    parser.add_argument("--latency", type=int, default=LATENCY_MS, help="milliseconds of each answer")
    parser.add_argument("--only", choices=("dynamic", "native"), help="one front end")
    return parser.parse_args()


def main() -> int:
    """Measure for each given N, or run the default measurements."""
    asked = arguments()
    console = Console(highlight=False)
    console.print(f"Pulumi CLI {automation.PulumiCommand(root=str(local_engine.CLI)).version}, {os.cpu_count()} cores")
    front_ends = [asked.only] if asked.only else ["dynamic", "native"]
    runs = [(front_end, count, asked.latency) for front_end in front_ends for count in asked.counts] or [
        run for run in DEFAULT_RUNS if run[0] in front_ends
    ]
    for run in runs:
        compare(*run, console)
    if not asked.counts:
        imports(console)
        soak(console)
    return 0


if __name__ == "__main__":
    sys.exit(main())
