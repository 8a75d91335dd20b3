"""A Git host on loopback: serves one repository under a name of its own, over HTTPS, to whoever only reads.

Pulumi takes addresses with a host's name and no port, so a proxy leads the name to where the host listens.
"""

from __future__ import annotations

import datetime as dt
import functools
import gzip
import http.server
import select
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@contextmanager
def serving(repository: Path, host: str, folder: Path) -> Iterator[dict[str, str]]:
    """Serve a bare repository as a host; yield the environment in which the host is reached and trusted."""
    certificate, key = certified(folder, host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with started(type("Own", (Host,), {"repository": repository})) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        with started(type("Own", (Proxy,), {"hosts": {host: server.server_address}})) as proxy:
            trusted = folder / "trusted.pem"
            trusted.write_text(certificate.read_text() + Path(certifi.where()).read_text())
            yield {"HTTPS_PROXY": f"http://127.0.0.1:{proxy.server_port}", "SSL_CERT_FILE": str(trusted)}


@contextmanager
def serving_files(folder: Path) -> Iterator[str]:
    """Serve the files of a folder; yield the address."""
    with started(functools.partial(Files, directory=str(folder))) as server:
        yield f"http://127.0.0.1:{server.server_port}"


@contextmanager
def started(handler: Callable[..., http.server.BaseHTTPRequestHandler]) -> Iterator[http.server.ThreadingHTTPServer]:
    """Serve on loopback."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


class Quiet(http.server.BaseHTTPRequestHandler):
    """Logs nothing."""

    def log_message(self, *_: object) -> None:
        """Log nothing."""


class Files(Quiet, http.server.SimpleHTTPRequestHandler):
    """Serves a folder."""


class Host(Quiet):
    """Answers `git fetch`, whatever the repository's path on the host is."""

    repository: Path

    def do_GET(self) -> None:
        """List the branches and tags."""
        refs = self._upload_pack("--advertise-refs")
        self._answer("advertisement", b"001e# service=git-upload-pack\n0000" + refs)

    def do_POST(self) -> None:
        """Send what is asked for."""
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            asked = gzip.decompress(asked)
        self._answer("result", self._upload_pack(asked=asked))

    def _upload_pack(self, *options: str, asked: bytes = b"") -> bytes:
        command = ["git", "upload-pack", "--stateless-rpc", *options, str(self.repository)]
        return subprocess.run(command, input=asked, capture_output=True, check=True).stdout

    def _answer(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"application/x-git-upload-pack-{kind}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Proxy(Quiet):
    """Leads a host's name to its own address, and every other to where it is."""

    hosts: dict[str, tuple[str, int]]

    def do_CONNECT(self) -> None:
        """Join the two ends until one of them is done."""
        name, _, port = self.path.rpartition(":")
        with socket.create_connection(self.hosts.get(name, (name, int(port))), timeout=30) as far:
            self.send_response(200)
            self.end_headers()
            ends = {self.connection: far, far: self.connection}
            while ready := select.select(list(ends), [], [], 60)[0]:
                for end in ready:
                    if not (sent := end.recv(65_536)):
                        return
                    ends[end].sendall(sent)


def certified(folder: Path, host: str) -> tuple[Path, Path]:
    """Write a certificate for a host and its key into a folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    private.write_bytes(key.private_bytes(*form))
    return certificate, private
