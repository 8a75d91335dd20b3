"""The HTTP side: requests in, answers, dropped connections and silence out."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from auth0_sessions.sandbox import api, control
from auth0_sessions.sandbox.answers import Answer, Silence
from auth0_sessions.sandbox.journal import Call, LoggedRequest
from auth0_sessions.sandbox.state import World

Listener = Callable[[LoggedRequest], None]
METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]


class Protocol(H11Protocol):
    """HTTP/1.1 that hands its transport to the application, which can then cut the line."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Put the transport into the ``state`` of every request on this connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Unanswered(Response):
    """No answer: the line is cut at once, or stays open until the client or the server gives up."""

    def __init__(self, silence: Silence, closing: asyncio.Event) -> None:
        """Take the way of not answering, and the event that the server is about to stop."""
        super().__init__()
        self.silence = silence
        self.closing = closing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait for the end of the connection, and cut it if that is what was asked for."""
        del send
        if self.silence is Silence.HANG:
            await _first(_disconnected(receive), self.closing.wait())
        scope["state"]["transport"].abort()
        await _disconnected(receive)


class App:
    """The application: logs each request, waits out the latency, and sends what the tenant answers."""

    def __init__(self, world: World, closing: asyncio.Event, listener: Listener | None) -> None:
        """Serve a world; ``listener`` is told of each request once it is answered."""
        self.world = world
        self.closing = closing
        self.listener = listener
        everything = Route("/{path:path}", self.serve, methods=METHODS)
        self.asgi = Starlette(routes=[*control.routes(world), everything])

    async def serve(self, request: Request) -> Response:
        """Answer one request, or return the way in which it stays unanswered."""
        call = _call(request, await request.body())
        with self.world.lock:
            number = self.world.journal.open(call, self.world.clock())
            tenant = self.world.tenants.get(call.tenant)
            latency_seconds = tenant.latency_seconds if tenant else 0
        if latency_seconds:
            await asyncio.sleep(latency_seconds)
        with self.world.lock:
            outcome = api.respond(self.world, call)
            status = outcome.status if isinstance(outcome, Answer) else None
            entry = self.world.journal.close(number, status)
        if self.listener is not None and entry is not None:
            self.listener(entry)
        if isinstance(outcome, Silence):
            return Unanswered(outcome, self.closing)
        return Response(outcome.body, outcome.status, dict(outcome.headers))


def _call(request: Request, body: bytes) -> Call:
    tenant, _, rest = request.url.path.removeprefix("/").partition("/")
    client = request.client
    return Call(
        tenant=tenant,
        method=request.method,
        path=f"/{rest}",
        query=dict(request.query_params),
        headers=dict(request.headers),
        body=body,
        connection=f"{client.host}:{client.port}" if client else "",
    )


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _first(*waits: Coroutine[Any, Any, object]) -> None:
    tasks = [asyncio.create_task(wait) for wait in waits]
    _, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
