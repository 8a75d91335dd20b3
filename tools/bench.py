"""Compares both front ends with resources that only sleep for as long as our calls take, on the real engine.

All sides take each step in turn, in one run, so that their ratios hold whatever else the machine does; the best of
several rounds counts. A local backend rewrites the state for each resource, except under PULUMI_SKIP_CHECKPOINTS=true.
"""

import multiprocessing
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import requests
import rich.table
import typer

import idle
import local_engine
from auth0_sessions import SessionLifetime, native
from auth0_sessions.sandbox import Sandbox

STEPS = {"create": "up", "unchanged": "up", "update": "up", "refresh": "refresh", "destroy": "destroy"}
SIDES: dict[str, Any] = {
    "dynamic": SessionLifetime,
    "idle dynamic": idle.Dynamic,
    "native": native.SessionLifetime,
    "idle native": idle.Native,
}
ENVIRONMENT = {"AUTH0_CLIENT_ID": "bench", "AUTH0_CLIENT_SECRET": "bench", "PYTHONPATH": str(Path(__file__).parent)}


def serve(count: int, latency_ms: int) -> list[str]:
    """Serve tenants until this process ends; return their domains."""
    sandbox = Sandbox(rate_limits=False).start()
    return [sandbox.add_tenant(f"t{number}", latency_seconds=latency_ms / 1000).domain for number in range(count)]


class Side:
    """A stack in an empty folder, with the best seconds of each step and the kilobytes of state per tenant."""

    def __init__(self, kind: Any, domains: list[str], folder: Path, environment: dict[str, str]) -> None:
        self.figures = {**dict.fromkeys(STEPS, float("inf")), "kB a tenant": 0.0}
        self._state, self._count, self._value = folder / "state", len(domains), ""
        local_engine.place_plugin(folder)
        plugin = folder / "home" / "plugins" / "resource-idle-v0.0.1" / "pulumi-resource-idle"
        plugin.parent.mkdir()
        plugin.write_text(f"#!{sys.executable}\n{Path(idle.__file__).read_text()}")
        plugin.chmod(0o755)

        def program() -> None:
            for number, domain in enumerate(domains):
                kind(f"t{number}", domain=domain, session_lifetime=self._value, plan="enterprise", on_delete="restore")

        self._stack = local_engine.open_stack(program, folder, environment=environment)

    def take(self, step: str) -> None:
        """Run a step."""
        self._value = "9h" if step == "update" else "8h"
        started = time.perf_counter()
        local_engine.verb_of(self._stack, STEPS[step])(parallel=64)
        self.figures[step] = min(self.figures[step], time.perf_counter() - started)
        (state,) = self._state.rglob("dev.json")
        self.figures["kB a tenant"] = max(self.figures["kB a tenant"], state.stat().st_size / self._count / 1000)


def main(count: Annotated[int, typer.Argument()] = 150, latency: int = 50, rounds: int = 2) -> None:
    """Take each step in some rounds for a count of tenants, whose calls have a latency in milliseconds."""
    with tempfile.TemporaryDirectory() as folder, multiprocessing.get_context("spawn").Pool(1) as pool:
        domains = pool.apply(serve, (count, latency))
        calls = [requests.get(f"{domains[0]}/api/v2/tenants/settings", timeout=30) for _ in range(21)]
        bare = statistics.median(call.elapsed.total_seconds() for call in calls)
        environment = {**ENVIRONMENT, idle.VARIABLE: str(bare)}
        sides = {name: Side(kind, domains, Path(folder, name), environment) for name, kind in SIDES.items()}
        for turn in range(rounds):
            for step in STEPS:
                for side in list(sides.values())[:: -1 if turn % 2 else 1]:
                    side.take(step)
    title = f"Seconds, {count} tenants, {bare * 1000:.0f} ms a call"
    table = rich.table.Table("", *sides, "dynamic / idle", "native / idle", title=title)
    for row in sides["dynamic"].figures:
        figures = [side.figures[row] for side in sides.values()]
        ratios = [figures[0] / figures[1], figures[2] / figures[3]]
        table.add_row(row, *(f"{figure:.2f}" for figure in figures + ratios))
    rich.print(table)


if __name__ == "__main__":
    typer.run(main)
