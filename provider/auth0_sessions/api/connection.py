"""HTTP connections that ignore redirects and cookies, limit the size of responses, and can be stopped.

This module extends `requests` at the points where it allows connections to be replaced.
"""

from __future__ import annotations

import http.client
import io
import ssl
import threading
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from urllib3.util.ssl_ import create_urllib3_context

MAX_ANSWER_BYTES = 2_097_152
"""The limit for an entire response: interim responses, headers, chunk framing, and the body as sent."""
POLL_SECONDS = 0.25
"""How quickly a call notices that its time is up or that the run was canceled."""


class UnusableError(Exception):
    """The response is too long or has an encoding that was not requested; the text says which."""


class AbandonedError(Exception):
    """The call that this exchange belongs to ended before it finished."""


class Watch:
    """Connects an exchange in progress with the call that waits for it.

    `sent` says whether any of the request has left this machine; None if that is not known. `answer` is the response
    being read; it is closed here if nothing else closes it.
    """

    def __init__(self) -> None:
        self.sent: bool | None = None
        self.is_abandoned = False
        self.answer: http.client.HTTPResponse | None = None
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Record that the request is about to be sent, or stop it if the call has ended."""
        with self._lock:
            if self.is_abandoned:
                raise AbandonedError
            self.sent = True

    def abandon(self) -> None:
        """End the call. Anything not sent yet never will be."""
        with self._lock:
            self.is_abandoned = True


CURRENT: ContextVar[Watch] = ContextVar("watch")
"""The watch of this thread's exchange."""


class Session(requests.Session):
    """A session that ignores redirects and cookies, and watches its connections."""

    def __init__(self, *, trust_env: bool) -> None:
        super().__init__()
        self.trust_env = trust_env
        self.cookies = _NoCookies()
        for prefix in ("https://", "http://"):
            self.mount(prefix, _Adapter())

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002  The signature comes from requests.
        """Return None; otherwise, requests would parse a target that it does not follow."""
        return None


class _NoCookies(RequestsCookieJar):
    """A cookie jar that stays empty."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        """Ignore cookies."""


class _Adapter(HTTPAdapter):
    """Makes every pool use watched connections."""

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        """Return the pool for a request, whether direct or through a proxy."""
        CURRENT.get().sent = False
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        if not issubclass(pool.ConnectionCls, _Watched):
            pool.ConnectionCls = type("WatchedConnection", (_Watched, pool.ConnectionCls), {})
        return pool

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Verify certificates with a context that all tenants share, because loading one takes longer than a call."""
        super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]
        # An abandoned call may be here too. An HTTPS proxy is verified with the pool's own certificates.
        file, folder = conn.ca_certs, conn.ca_cert_dir
        if (place := file or folder) and getattr(conn.proxy, "scheme", None) != "https":
            with _LOADING:
                conn.conn_kw["ssl_context"] = _trusting(file, folder, Path(place).stat().st_mtime_ns)
            conn.ca_certs = conn.ca_cert_dir = None


_LOADING = threading.Lock()


@cache
def _trusting(file: str | None, folder: str | None, _changed: int) -> ssl.SSLContext:
    """Return a TLS context that trusts the certificates in a file or a folder, as of its last change."""
    context = create_urllib3_context()
    context.load_verify_locations(file, folder)
    return context


class _Watched:
    """Mixin for a pool's connection class, whether direct or to a proxy."""

    def endheaders(self, *args: Any, **options: Any) -> None:
        """Send the request, unless the call ended while connecting."""
        connection: Any = self
        if connection.sock is None:
            connection.connect()
        CURRENT.get().begin()
        super().endheaders(*args, **options)  # type: ignore[misc]

    def response_class(self, *args: Any, **options: Any) -> http.client.HTTPResponse:
        """Return a response that is about to be read."""
        return _Answer(*args, **options)


class _Answer(http.client.HTTPResponse):
    """A response whose size is limited."""

    def __init__(self, sock: Any, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        watch = CURRENT.get()
        watch.answer = self
        self.fp: Any = io.BufferedReader(_Bounded(self.fp.detach(), sock, watch))

    def begin(self) -> None:
        """Read the status and the headers."""
        super().begin()
        # urllib3 would log headers that it cannot parse, which may contain a token that the server echoed.
        self.msg.defects.clear()
        self.msg.set_payload("")


class _Bounded(io.RawIOBase):
    """The bytes of one response, up to the limit and for as long as the call lasts."""

    def __init__(self, inner: io.RawIOBase, sock: Any, watch: Watch) -> None:
        super().__init__()
        self._inner = inner
        self._sock = sock
        self._watch = watch
        self._left = MAX_ANSWER_BYTES

    def readable(self) -> bool:
        """Return True: this stream can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Wait for the next bytes."""
        while not self._watch.is_abandoned:
            self._sock.settimeout(POLL_SECONDS)
            try:
                count: int = self._sock.recv_into(buffer)
            except TimeoutError:
                continue
            self._left -= count
            if self._left < 0:
                message = "an answer that is too long"
                raise UnusableError(message)
            return count
        raise AbandonedError

    def close(self) -> None:
        """Release the socket."""
        self._inner.close()
        super().close()
