"""A server that answers with any bytes at all, over real sockets on loopback."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

Script = Callable[[socket.socket], None]
OK = b'{"session_lifetime": 8}'


@dataclass
class RawServer:
    """Answers each request with the next script, the last one again and again, and then hangs up.

    Attributes:
        scripts: What to do with each connection once its request is read: bytes to send, or a function.
        requests: What came in, as it was sent.

    """

    scripts: list[bytes | Script]
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0), backlog=64))
    requests: list[bytes] = field(default_factory=list)

    @property
    def domain(self) -> str:
        """Return the domain under which this is a tenant."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        """Accept connections, each in its own thread, until the listener is closed."""
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
                threading.Thread(target=self._answer, args=(connection, script), daemon=True).start()

    def _answer(self, connection: socket.socket, script: bytes | Script) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(10)
            self.requests.append(request_of(connection))
            if callable(script):
                script(connection)
            else:
                connection.sendall(script)
                connection.shutdown(socket.SHUT_WR)
                connection.recv(1)


def request_of(connection: socket.socket) -> bytes:
    """Read one request with its body."""
    found = b""
    while b"\r\n\r\n" not in found:
        if not (piece := connection.recv(65_536)):
            return found
        found += piece
    head, _, body = found.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]):
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def answer(*headers: bytes, status: bytes = b"200 OK", body: bytes = OK) -> bytes:
    """Return an answer whose end is where the connection ends."""
    return b"\r\n".join([b"HTTP/1.1 " + status, *headers, b"Connection: close", b"", body])


def nobody() -> str:
    """Return the address of a port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
