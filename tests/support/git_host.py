"""A Git host on loopback: serves one repository over HTTPS, with a certificate of its own, to whoever only reads."""

from __future__ import annotations

import datetime as dt
import errno
import gzip
import http.server
import ipaddress
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@contextmanager
def serving(repository: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """Serve a bare repository; yield its host, and the certificate to trust.

    Pulumi makes a folder with the host's name, and a name with a port in it is not one that Python makes environments in,
    so the port is HTTPS's own.
    """
    server = bound(type("Host", (Host,), {"repository": repository}))
    host = str(server.server_address[0])
    certificate, key = certified(folder, host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield host, certificate
    finally:
        server.shutdown()
        server.server_close()


def bound(handler: type[http.server.BaseHTTPRequestHandler]) -> http.server.ThreadingHTTPServer:
    """Return a server on the first loopback address whose HTTPS port is free."""
    for last in range(2, 255):
        try:
            return http.server.ThreadingHTTPServer((f"127.0.0.{last}", 443), handler)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    message = "Port 443 is in use on every loopback address."
    raise OSError(message)


class Host(http.server.BaseHTTPRequestHandler):
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

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def certified(folder: Path, host: str) -> tuple[Path, Path]:
    """Write a certificate for a host and its key into a folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    names = [x509.IPAddress(ipaddress.ip_address(host))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    private.write_bytes(key.private_bytes(*form))
    return certificate, private
