"""The sandbox: a real HTTP server on loopback, in threads of the calling process."""

import socket
import sys
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any, Self

from auth0_sessions.sandbox import api, control
from auth0_sessions.sandbox.answers import Answer
from auth0_sessions.sandbox.faults import Fault
from auth0_sessions.sandbox.journal import LoggedRequest, incoming
from auth0_sessions.sandbox.tenant import World

HOST = "127.0.0.1"


class Sandbox(World):
    """A fake Auth0 with any number of tenants, each at ``http://127.0.0.1:PORT/NAME``; the package has an example.

    ``port=0`` picks a free port. ``rate_limits=False`` disables Auth0's request rates for new tenants. ``clock``
    returns Unix seconds, which responses have in ``Date``; a test that moves it does not have to wait for tokens to
    expire. ``on_request`` is called with each request after it is answered, one at a time, on a thread of the server.
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
        self._server: _Server | None = None
        self._stopping = threading.Event()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def start(self) -> Self:
        """Start serving; return the sandbox once requests are answered. Raises ``OSError`` if the port is in use."""
        if self._server is not None:
            message = "this sandbox is already running"
            raise RuntimeError(message)
        self._server = _Server(self, self._port)
        self.url = f"http://{HOST}:{self._server.server_address[1]}"
        self._stopping.clear()
        serve = self._server.serve_forever
        threading.Thread(target=serve, kwargs={"poll_interval": 0.02}, name="auth0-sandbox", daemon=True).start()
        return self

    __enter__ = start

    def stop(self) -> None:
        """Stop serving, and drop hanging requests."""
        if self._server is not None:
            self._stopping.set()
            self._server.stop()
            self._server = None

    def respond(self, method: str, target: str, headers: Any, raw: bytes, connection: str) -> Answer | Fault:
        """Log a request and wait for the latency; return the tenant's response, or the fault that withholds it."""
        if target.startswith(control.PREFIX):
            return control.respond(self, method, target, raw)
        call = incoming(method, target, headers, raw, connection=connection, now=self.clock())
        with self.lock:
            self.log.append(call.logged)
            tenant = self.tenants.get(call.logged.tenant)
        if tenant and tenant.latency_seconds:
            self._stopping.wait(tenant.latency_seconds)
        with self.lock:
            outcome = api.respond(self, call)
            call.logged.status = outcome.status if isinstance(outcome, Answer) else None
            if self._on_request is not None:
                self._on_request(call.logged)
        return outcome


class _Server(ThreadingTCPServer):
    """One thread for each connection; stopping closes them all."""

    allow_reuse_address = sys.platform != "win32"  # There, it would allow a second server on the port.
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, sandbox: Sandbox, port: int) -> None:
        self.sandbox = sandbox
        self._connections: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        super().__init__((HOST, port), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._connections.add(connection)
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # A client that went away is nothing to report.
            super().handle_error(request, client_address)

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # A response is one write, flushed when it is complete.
    server: _Server

    def _answer(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        sandbox, connection = self.server.sandbox, "{}:{}".format(*self.client_address)
        outcome = sandbox.respond(self.command, self.path, self.headers, raw, connection)
        if isinstance(outcome, Fault):
            self.close_connection = True
            while outcome is Fault.HANG and self.connection.recv(1024):
                """Wait until the client gives up, or the sandbox stops."""
            return
        self.send_response_only(outcome.status)
        length = {"content-length": str(len(outcome.body))}
        for name, value in {"date": formatdate(sandbox.clock(), usegmt=True), **length, **outcome.headers}.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(outcome.body)

    do_DELETE = do_GET = do_PATCH = do_POST = do_PUT = _answer  # noqa: N815 - http.server's names.
