"""Compares both front ends with resources that only sleep for as long as our calls take, on the real engine.

All sides take each step in turn, in one run, so that their ratios hold whatever else the machine does; the best of
several rounds counts. A local backend rewrites the state for each resource, except under PULUMI_SKIP_CHECKPOINTS=true.
"""

from __future__ import annotations

import argparse
import multiprocessing
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.table import Table

import idle
import local_engine
from auth0_sessions import SessionLifetime, native
from auth0_sessions.sandbox import Sandbox

STEPS = ("create", "unchanged", "update", "refresh", "destroy")
CREDENTIALS = {"AUTH0_CLIENT_ID": "bench", "AUTH0_CLIENT_SECRET": "bench"}


def serve(count: int, latency_ms: int, address: Connection) -> None:
    """Serve tenants `t0`, `t1`, ... until this process is ended; send their address."""
    with Sandbox(rate_limits=False) as sandbox:
        for number in range(count):
            sandbox.add_tenant(f"t{number}", latency_seconds=latency_ms / 1000)
        address.send(sandbox.url)
        signal.pause()


def seconds_of(act: Callable[[], object]) -> float:
    """Return how long something takes."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


class Side:
    """One side: its stack in an empty folder, the best time of each step, and the bytes of state per resource."""

    def __init__(self, declare: Callable[[int, str], object], count: int, environment: dict[str, str]) -> None:
        self.seconds = dict.fromkeys(STEPS, float("inf"))
        self.bytes = 0.0
        self._count, self._value = count, ""
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        local_engine.place_plugin(folder)
        plugin = folder / "home" / "plugins" / f"resource-idle-v{idle.VERSION}" / "pulumi-resource-idle"
        plugin.parent.mkdir()
        plugin.write_text(f"#!{sys.executable}\n{Path(idle.__file__).read_text()}")
        plugin.chmod(0o755)

        def program() -> None:
            for number in range(count):
                declare(number, self._value)

        self._stack = local_engine.open_stack(program, folder, environment=environment)

    def take(self, step: str) -> None:
        """Run a step."""
        self._value = "9h" if step == "update" else "8h"
        verb = local_engine.verb_of(self._stack, step if step in ("refresh", "destroy") else "up")
        self.seconds[step] = min(self.seconds[step], seconds_of(lambda: verb(parallel=64)))
        (state,) = Path(self._folder.name, "state").rglob("dev.json")
        self.bytes = max(self.bytes, state.stat().st_size / self._count)


def sides_of(url: str, seconds_per_call: float, count: int) -> dict[str, Side]:
    """Return all sides, each of ours before the one to compare it with."""

    def ours(kind: Any) -> Callable[[int, str], object]:
        plan = {"plan": "enterprise", "on_delete": "restore"}
        return lambda number, value: kind(f"t{number}", domain=f"{url}/t{number}", session_lifetime=value, **plan)

    declares = {
        "dynamic": ours(SessionLifetime),
        "idle dynamic": lambda number, value: idle.Dynamic(idle.IdleProvider(), f"i{number}", {"value": value}),
        "native": ours(native.SessionLifetime),
        "idle native": lambda number, value: idle.Native(f"i{number}", value),
    }
    environment = {**CREDENTIALS, "PYTHONPATH": str(Path(__file__).parent), idle.VARIABLE: str(seconds_per_call)}
    return {name: Side(declare, count, environment) for name, declare in declares.items()}


def table_of(sides: dict[str, Side], title: str) -> Table:
    """Return the times and the ratios of ours to the others."""
    table = Table("", *sides, "dynamic / idle", "native / idle", title=title)
    rows = [(step, ".2f", [side.seconds[step] for side in sides.values()]) for step in STEPS]
    for name, form, figures in [*rows, ("bytes of state", ".0f", [side.bytes for side in sides.values()])]:
        ratios = (figures[0] / figures[1], figures[2] / figures[3])
        table.add_row(name, *(format(figure, form) for figure in figures), *(f"{ratio:.2f}" for ratio in ratios))
    return table


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=150, help="how many tenants (150)")
    parser.add_argument("--latency", type=int, default=50, help="milliseconds of each call (50)")
    parser.add_argument("--rounds", type=int, default=2, help="how often each step is taken (2)")
    asked = parser.parse_args()
    here, there = multiprocessing.Pipe()
    multiprocessing.get_context("spawn").Process(
        target=serve, args=(asked.count, asked.latency, there), daemon=True
    ).start()
    url = here.recv()
    bare = statistics.median(
        seconds_of(lambda: requests.get(f"{url}/t0/api/v2/tenants/settings", timeout=30)) for _ in range(21)
    )
    sides = sides_of(url, bare, asked.count)
    for turn in range(asked.rounds):
        for step in STEPS:
            for side in list(sides.values())[:: -1 if turn % 2 else 1]:
                side.take(step)
    Console().print(table_of(sides, f"Seconds, {asked.count} tenants, {bare * 1000:.0f} ms a call"))


if __name__ == "__main__":
    main()
