"""The command that serves a fake Auth0."""

import contextlib
import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from auth0_sessions.cli.app import FAILURE, USAGE, app, fail
from auth0_sessions.sandbox.plans import PLANS, OverCap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auth0_sessions.sandbox import LoggedRequest, Sandbox, Tenant

DEFAULT_PLAN = "enterprise"
DEFAULT_TENANT = f"acme:{DEFAULT_PLAN}"


@app.command(rich_help_panel="Test")
def sandbox(  # noqa: PLR0913, PLR0917 - One parameter for each option of the command.
    tenants: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME[:PLAN]", help="More tenants, as with --tenant.", show_default=False),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 picks a free port.")] = 8400,
    tenant: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[:PLAN]",
            help=f"A tenant to serve; repeatable. NAME: a-z, 0-9, '-'. PLAN: {', '.join(PLANS)}.",
            show_default=DEFAULT_TENANT,
        ),
    ] = None,
    over_cap: Annotated[OverCap, typer.Option(help="What happens to a lifetime above the plan's cap.")] = OverCap.ECHO,
    latency: Annotated[int, typer.Option(min=0, help="Milliseconds that every answer takes.")] = 0,
    rate_limits: Annotated[  # noqa: FBT002 - Given by name on the command line.
        bool, typer.Option("--rate-limits/--no-rate-limits", help="Enforce the plan's request rates.")
    ] = True,
) -> None:
    """Serve a fake Auth0 on loopback, to test a stack without a tenant.

    Each tenant lives under a path of its own, `http://127.0.0.1:PORT/NAME`, and answers `POST /oauth/token`
    and `GET` and `PATCH` of `/api/v2/tenants/settings` like Auth0 does, refusals and rate limits included.
    Any client id and secret are accepted. Nothing is kept when the command ends (Ctrl-C).

    Copy the printed block into another terminal and run your program there; each request shows up here. While the
    sandbox runs, faults, clients and changes in the Dashboard are requests to `/.sandbox`; this one deletes a tenant:
    `curl -X DELETE http://127.0.0.1:8400/.sandbox/tenants/acme`.

    Example: `auth0-sessions sandbox --tenant acme:enterprise --tenant beta:free --over-cap clamp`
    """
    wanted = _parse_tenants([*(tenant or []), *(tenants or [])] or [DEFAULT_TENANT])
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    server = _start(port, rate_limits=rate_limits)
    options: dict[str, Any] = {"over_cap": over_cap, "latency_seconds": latency / 1000}
    try:
        _print_welcome([server.add_tenant(name, plan=plan, **options) for name, plan in wanted.items()])
        stopped.wait()
    finally:
        server.stop()
    typer.echo("Stopped.")


def _parse_tenants(specs: "Sequence[str]") -> dict[str, str]:
    """Parse ``NAME[:PLAN]`` texts into name -> plan, or exit with the reason."""
    plans: dict[str, str] = {}
    for spec in specs:
        name, _, plan = spec.partition(":")
        if not name or not set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-"):
            fail(f"{name!r} in {spec!r} is not a tenant name; use lowercase letters, digits and '-'.", USAGE)
        if plan not in ("", *PLANS):
            fail(f"{plan!r} in {spec!r} is not a plan; use one of {', '.join(PLANS)}.", USAGE)
        if name in plans:
            fail(f"The tenant {name!r} is given twice; give each tenant once.", USAGE)
        plans[name] = plan or DEFAULT_PLAN
    return plans


def _start(port: int, *, rate_limits: bool) -> "Sandbox":
    from auth0_sessions.sandbox import Sandbox  # noqa: PLC0415 - The server is slow to import; --help needs none.

    server = Sandbox(port, rate_limits=rate_limits, on_request=_print_request)
    try:
        server.start()
    except OSError as error:
        fail(
            f"Port {port} cannot be used ({os.strerror(error.errno or 0)}); give another with --port, or --port 0.",
            FAILURE,
        )
    return server


def _print_welcome(tenants: "Sequence[Tenant]") -> None:
    for tenant in tenants:
        typer.secho(f"Tenant {tenant.name} ({tenant.plan}) is served at {tenant.domain}", bold=True)
    if len(tenants) == 1:
        typer.echo("To use it:")
        typer.echo(f"  export AUTH0_DOMAIN={tenants[0].domain}")
        typer.echo("  export AUTH0_CLIENT_ID=sandbox")
        typer.echo("  export AUTH0_CLIENT_SECRET=sandbox")
    else:
        typer.echo("To use them, each with its name as the credentials label:")
        for tenant in tenants:
            prefix = f"AUTH0_{tenant.name.upper().replace('-', '_')}"
            typer.echo(f"  export {prefix}_CLIENT_ID=sandbox {prefix}_CLIENT_SECRET=sandbox")
    typer.echo("\nOne line for each request follows; Ctrl-C ends the sandbox.")


def _print_request(request: "LoggedRequest") -> None:
    clock = time.strftime("%H:%M:%S", time.localtime(request.time))
    path = request.path.removeprefix(f"/{request.tenant}")
    status = "no answer" if request.status is None else str(request.status)
    # A reader that exits early, such as "| head", must not make requests fail.
    with contextlib.suppress(OSError):
        typer.echo(f"{clock} {request.tenant} {request.method} {path} {status}")
