"""Many tenants, one stack and one engine each, in parallel: `python tenants.py up tenants.yaml`.

One engine works through the tenants of one stack; this is the way past it. A tenant that fails, or whose process dies,
is reported and stops no other. The exit status is 0 if all went well, 1 if a tenant failed, 2 for a wrong command.
"""

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from enum import StrEnum
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import pulumi
import typer
from pulumi import automation
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from auth0_sessions import InputError, TenantFleet, read_tenants_file

PROJECT = "tenant-sessions"
ENGINE_MARKUP = re.compile(r"<\{%.*?%\}>")

Tenant = Mapping[str, Any]


class Verb(StrEnum):
    """What is done to every tenant's stack."""

    PREVIEW = "preview"
    UP = "up"
    DESTROY = "destroy"


def main(
    verb: Annotated[Verb, typer.Argument(help="What to do to every tenant's stack.")],
    tenants: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A YAML or JSON file of tenants.")],
    plan: Annotated[
        str, typer.Option(help="The plan of tenants that set none, unless the file has one.")
    ] = "essential",
    profile: Annotated[
        str, typer.Option(help="The profile of tenants that set none, unless the file has one.")
    ] = "balanced",
    parallel: Annotated[int, typer.Option(min=1, help="How many engines run at a time.")] = 4,
) -> None:
    """Preview, apply or end the session lifetimes of every tenant in a file, each in a stack of its own."""
    try:
        file = read_tenants_file(tenants)
    except InputError as error:
        raise typer.BadParameter(str(error)) from None
    if not isinstance(file.tenants, Mapping) or not file.tenants:
        message = f"{tenants} has no tenants; add an entry for each, as in acme: {{domain: acme.eu.auth0.com}}."
        raise typer.BadParameter(message)
    fleet, plan, profile = file.tenants, file.plan or plan, file.profile or profile
    console = Console(highlight=False, soft_wrap=True)
    columns = (TextColumn(verb.value), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    failed = []
    with Progress(*columns, console=console) as progress, ThreadPoolExecutor(parallel) as threads:
        bar = progress.add_task(verb.value, total=len(fleet))
        running = {
            threads.submit(in_own_process, verb, name, tenant, plan, profile): name for name, tenant in fleet.items()
        }
        for done in as_completed(running):
            name, problem = running[done], done.exception()
            if problem is None:
                console.print(f"done: {name}: {done.result()}", markup=False)
            else:
                failed.append(name)
                console.print(f"FAILED: {name}: {problem}", markup=False, style="red")
            progress.advance(bar)
    if failed:
        console.print(f"{len(failed)} of {len(fleet)} tenants failed: {', '.join(sorted(failed))}")
        raise typer.Exit(1)


def in_own_process(verb: Verb, name: str, tenant: Tenant, plan: str, profile: str) -> str:
    """Run one tenant's engine in a pool of one process: one that dies takes no other with it."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(run_stack, verb, name, tenant, plan, profile).result()


def run_stack(verb: Verb, name: str, tenant: Tenant, plan: str, profile: str) -> str:
    """Let the engine do one thing to one tenant's stack, and return what it did in a few words."""
    errors: list[str] = []

    def heard(event: automation.EngineEvent) -> None:
        said = event.diagnostic_event
        if said and said.severity == "error":
            errors.append(ENGINE_MARKUP.sub("", said.message).strip())

    stack = automation.create_or_select_stack(name, PROJECT, program_of(name, tenant, plan, profile))
    try:
        if verb is Verb.PREVIEW:
            changes = stack.preview(on_event=heard).change_summary
        else:
            changes = getattr(stack, verb.value)(on_event=heard).summary.resource_changes
    except automation.CommandError as error:
        # The engine's last word only says that it failed.
        raise RuntimeError("\n".join(errors[:-1] or errors) or str(error)) from None
    return ", ".join(f"{count} {getattr(operation, 'value', operation)}" for operation, count in changes.items())


def program_of(name: str, tenant: Tenant, plan: str, profile: str) -> Callable[[], None]:
    """Return the Pulumi program of one tenant's stack: a fleet of one, which checks its entry as a whole."""

    def program() -> None:
        fleet = TenantFleet("fleet", tenants={name: tenant}, plan=plan, profile=profile)
        pulumi.export("report", fleet.report)

    return program


if __name__ == "__main__":
    typer.run(main)
