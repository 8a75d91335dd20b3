"""The sandbox itself: a real HTTP server on loopback, in a thread of the calling process."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import uvicorn

from auth0_sessions.sandbox.asgi import App, Listener, Protocol
from auth0_sessions.sandbox.journal import LoggedRequest
from auth0_sessions.sandbox.state import World
from auth0_sessions.sandbox.tenant import Tenant, add_tenant

HOST = "127.0.0.1"
START_TIMEOUT_SECONDS = 10
STOP_TIMEOUT_SECONDS = 10


class Sandbox:
    """A fake Auth0 with any number of tenants, each at ``http://127.0.0.1:PORT/NAME``.

        >>> from auth0_sessions.sandbox import Sandbox
        >>> with Sandbox(rate_limits=False) as sandbox:
        ...     acme = sandbox.add_tenant("acme", plan="enterprise", settings={"session_lifetime": 10080})
        ...     acme.domain == f"{sandbox.url}/acme"
        ...     acme.calls  # What your program sent: "POST /oauth/token", "GET /tenants/settings", ...
        True
        []

    ``port=0`` takes a free one. ``rate_limits=False`` lifts Auth0's request rates from the tenants to come.
    ``clock`` returns Unix seconds; a test that moves it need not wait for tokens to expire. ``on_request`` is
    called, on the server's thread, with each request once it is answered.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        rate_limits: bool = True,
        clock: Callable[[], float] = time.time,
        on_request: Listener | None = None,
    ) -> None:
        """Make a sandbox that does not listen yet."""
        self._port = port
        self._listener = on_request
        self._world = World("", clock, rate_limits=rate_limits)
        self._running: _Running | None = None

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    @property
    def url(self) -> str:
        """The server's address, such as ``http://127.0.0.1:54321``."""
        return self._world.origin

    @property
    def requests(self) -> list[LoggedRequest]:
        """The log of all requests in the order of their arrival, of unknown tenants too."""
        with self._world.lock:
            return self._world.journal.entries()

    def start(self) -> None:
        """Listen and serve; returns once requests are answered. Raises ``OSError`` if the port is taken."""
        if self._running is not None:
            message = "this sandbox is already running"
            raise RuntimeError(message)
        listener = _listen(self._port)
        self._world.origin = f"http://{HOST}:{listener.getsockname()[1]}"
        self._running = _Running(self._world, self._listener, listener)
        self._running.start()

    def stop(self) -> None:
        """Stop serving; requests that hang are cut."""
        if self._running is not None:
            self._running.stop()
            self._running = None

    def add_tenant(
        self,
        name: str,
        *,
        plan: str = "enterprise",
        over_cap: str = "echo",
        settings: Mapping[str, int | str | None] | None = None,
        foreign: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Tenant:
        """Add a tenant. A new one has foreign settings and no session setting.

        ``settings`` are in minutes with ``session_cookie_mode`` as text; ``foreign`` replaces the other
        settings; ``options`` are the switches of ``Tenant``: stale_seconds, latency_seconds, token_seconds,
        scopes, rate_limits, idle_maximum.
        """
        if self._running is None:
            message = "start the sandbox first: a tenant's address holds the port"
            raise RuntimeError(message)
        given = {"plan": plan, "over_cap": over_cap, **options}
        return add_tenant(self._world, name, settings=settings, foreign=foreign, **given)

    def clear_requests(self) -> None:
        """Forget the log."""
        with self._world.lock:
            self._world.journal.clear()

    def reset(self) -> None:
        """Drop all tenants with their faults and tokens, and the log."""
        with self._world.lock:
            self._world.reset()


class _Running:
    """One run of the server: its socket, its event loop's thread, and the way to stop both."""

    def __init__(self, world: World, on_request: Listener | None, listener: socket.socket) -> None:
        self.socket = listener
        self.closing = asyncio.Event()
        config = uvicorn.Config(
            App(world, self.closing, on_request).asgi,
            http=Protocol,
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
        self.server = _Server(config, self.closing)
        self.thread = threading.Thread(target=self._serve, name="auth0-sandbox", daemon=True)

    def start(self) -> None:
        self.thread.start()
        if not self.server.listening.wait(START_TIMEOUT_SECONDS):
            self.stop()
            message = f"the sandbox did not start within {START_TIMEOUT_SECONDS} seconds"
            raise RuntimeError(message)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(STOP_TIMEOUT_SECONDS)

    def _serve(self) -> None:
        with self.socket:
            self.server.run(sockets=[self.socket])


class _Server(uvicorn.Server):
    """A server that says when it listens, and lets hanging requests go when it stops."""

    def __init__(self, config: uvicorn.Config, closing: asyncio.Event) -> None:
        super().__init__(config)
        self.closing = closing
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.closing.set()
        await super().shutdown(sockets)


def _listen(port: int) -> socket.socket:
    # The protocol is named because the event loop turns Nagle's algorithm off only where it is: without that,
    # the second small write of an answer waits 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener
