"""Servers over real sockets, and a certificate for this machine."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from keys import PEM, pem_of, rsa_key
from raw_server import RawServer, Script


@pytest.fixture
def serve() -> Iterator[Callable[..., RawServer]]:
    """Start servers with scripts; all of them are gone after the test."""
    servers: list[RawServer] = []

    def started(*scripts: bytes | Script) -> RawServer:
        servers.append(RawServer(list(scripts)))
        threading.Thread(target=servers[-1].serve, daemon=True).start()
        return servers[-1]

    yield started
    for server in servers:
        server.listener.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for this machine, with its key in the same file."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now, day = datetime.now(UTC), timedelta(days=1)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, rsa_key().public_key(), x509.random_serial_number(), now - day, now + day)
        .add_extension(here, critical=False)
        .sign(rsa_key(), hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    file.write_bytes(made.public_bytes(PEM) + pem_of().encode())
    return file
