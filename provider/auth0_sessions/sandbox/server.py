"""The sandbox: a real HTTP server on loopback, in a thread of the calling process."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from auth0_sessions.sandbox import api, control
from auth0_sessions.sandbox.answers import Answer
from auth0_sessions.sandbox.faults import Fault
from auth0_sessions.sandbox.journal import LoggedRequest, incoming
from auth0_sessions.sandbox.tenant import World

HOST = "127.0.0.1"
METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
POLL_SECONDS = 0.02
STOP_TIMEOUT_SECONDS = 10


class _Protocol(H11Protocol):
    """HTTP/1.1 that gives its transport to the application, which can then drop the connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Add the transport to the ``state`` of every request on this connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Sandbox(World):
    """A fake Auth0 with any number of tenants, each at ``http://127.0.0.1:PORT/NAME``; the package has an example.

    ``port=0`` picks a free port. ``rate_limits=False`` disables Auth0's request rates for new tenants. ``clock``
    returns Unix seconds; a test that moves it does not have to wait for tokens to expire. ``on_request`` is called,
    on the server's thread, with each request after it is answered.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        rate_limits: bool = True,
        clock: Callable[[], float] = time.time,
        on_request: Callable[[LoggedRequest], None] | None = None,
    ) -> None:
        """Create a sandbox that does not listen yet."""
        super().__init__(clock, rate_limits=rate_limits)
        self._port = port
        self._on_request = on_request
        self._running: tuple[uvicorn.Server, threading.Thread] | None = None

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def start(self) -> Self:
        """Start serving; return the sandbox once requests are answered. Raises ``OSError`` if the port is in use."""
        if self._running is not None:
            message = "this sandbox is already running"
            raise RuntimeError(message)
        listener = socket.create_server((HOST, self._port))
        # Accepted connections inherit it; with Nagle's algorithm, a response's second small write would wait
        # 40 ms for the client's delayed acknowledgment.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.url = f"http://{HOST}:{listener.getsockname()[1]}"
        self.stopping = False
        config = uvicorn.Config(
            Starlette(routes=[*control.routes(self), Route("/{path:path}", self._serve, methods=METHODS)]),
            http=_Protocol,
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=60,
            timeout_graceful_shutdown=2,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],), name="auth0-sandbox", daemon=True)
        self._running = server, thread
        thread.start()
        while thread.is_alive() and not server.started:
            time.sleep(0.005)
        return self

    __enter__ = start

    def stop(self) -> None:
        """Stop serving, and drop hanging requests."""
        if self._running is not None:
            server, thread = self._running
            self.stopping = server.should_exit = True
            thread.join(STOP_TIMEOUT_SECONDS)
            self._running = None

    async def _serve(self, request: Request) -> Response:
        """Log a request, wait for the latency, and return the tenant's response, or leave the client without one."""
        call = incoming(request, await request.body(), self.clock())
        with self.lock:
            self.log.append(call.logged)
            tenant = self.tenants.get(call.logged.tenant)
        if tenant and tenant.latency_seconds:
            await asyncio.sleep(tenant.latency_seconds)
        with self.lock:
            outcome = api.respond(self, call)
            call.logged.status = outcome.status if isinstance(outcome, Answer) else None
        if self._on_request is not None:
            self._on_request(call.logged)
        if isinstance(outcome, Answer):
            return Response(outcome.body, outcome.status, dict(outcome.headers))
        while not await request.is_disconnected():
            if outcome is not Fault.HANG or self.stopping:
                request.state.transport.abort()
            await asyncio.sleep(POLL_SECONDS)
        return Response()  # Reaches no one.
