"""The HTTP side: requests in, answers, dropped connections and silence out."""

import asyncio
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from auth0_sessions.sandbox import api, control
from auth0_sessions.sandbox.answers import Answer, Silence
from auth0_sessions.sandbox.journal import Call, LoggedRequest
from auth0_sessions.sandbox.tenant import World

Listener = Callable[[LoggedRequest], None]
METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
POLL_SECONDS = 0.02


class Protocol(H11Protocol):
    """HTTP/1.1 that hands its transport to the application, which can then cut the line."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Put the transport into the ``state`` of every request on this connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def application(world: World, listener: Listener | None) -> Starlette:
    """Return the application: it logs each request, waits out the latency, and sends what the tenant answers."""

    async def serve(request: Request) -> ASGIApp:
        call = _call(request, await request.body())
        logged = call.logged(world.clock())
        with world.lock:
            world.log.append(logged)
            tenant = world.tenants.get(call.tenant)
        if tenant and tenant.latency_seconds:
            await asyncio.sleep(tenant.latency_seconds)
        with world.lock:
            outcome = api.respond(world, call)
            logged.status = outcome.status if isinstance(outcome, Answer) else None
        if listener is not None:
            listener(logged)
        if isinstance(outcome, Silence):
            return _unanswered(outcome, world)
        return Response(outcome.body, outcome.status, dict(outcome.headers))

    return Starlette(routes=[*control.routes(world), Route("/{path:path}", serve, methods=METHODS)])


def _call(request: Request, body: bytes) -> Call:
    tenant, _, rest = request.url.path.removeprefix("/").partition("/")
    return Call(
        tenant=tenant,
        method=request.method,
        path=f"/{rest}",
        query=dict(request.query_params),
        headers=dict(request.headers),
        body=body,
        connection="{}:{}".format(*request.client) if request.client else "",
    )


def _unanswered(silence: Silence, world: World) -> ASGIApp:
    """Close the connection, or leave it open until the client or the server gives up."""

    async def wait(scope: Scope, receive: Receive, _send: Send) -> None:
        request = Request(scope, receive)
        while not await request.is_disconnected():
            if silence is Silence.DROP or world.stopping:
                scope["state"]["transport"].abort()
            await asyncio.sleep(POLL_SECONDS)

    return wait
