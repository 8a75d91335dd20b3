"""A server that answers with any bytes at all, over real sockets on loopback."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Script = Callable[[socket.socket], None]


@dataclass
class RawServer:
    """Answers each request with the next script, the last one again and again, and then hangs up.

    Attributes:
        scripts: What to do with each connection once its request is read: bytes to send, or a function.
        requests: What came in, as it was sent.
        stopped: Set when the test is over, so that a script need not outlive it.

    """

    scripts: list[bytes | Script]
    listener: socket.socket
    requests: list[bytes] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

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


@pytest.fixture
def serve() -> Iterator[Callable[..., RawServer]]:
    """Start servers with scripts; all of them are gone after the test."""
    servers: list[RawServer] = []

    def started(*scripts: bytes | Script) -> RawServer:
        servers.append(RawServer(list(scripts), socket.create_server(("127.0.0.1", 0), backlog=64)))
        threading.Thread(target=servers[-1].serve, daemon=True).start()
        return servers[-1]

    yield started
    for server in servers:
        server.stopped.set()
        server.listener.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for this machine, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(serialization.Encoding.PEM, *form)
    )
    return file
