"""Connections that are watched: they follow and keep nothing, read no more than they may, and stop when they should.

Everything here sits below `requests`, at the points where it lets connections be replaced.
"""

from __future__ import annotations

import http.client
import io
import threading
from contextvars import ContextVar
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar

MAX_ANSWER_BYTES = 2_097_152
"""Everything of one answer: interim answers, headers, the framing of chunks, and the body as it is sent."""
POLL_SECONDS = 0.1
"""How soon a call notices that its time is up or that the run is canceled."""


class UnusableError(Exception):
    """An answer that is too long, or in an encoding that was not asked for. Its text says which."""


class AbandonedError(Exception):
    """The call that this exchange belongs to has ended without it."""


class Watch:
    """What connects an exchange under way with the call that waits for it.

    `sent` says whether anything of the request has left this machine, None while that is not known. `answer` is what
    is read; it is closed here if nothing else closes it.
    """

    def __init__(self) -> None:
        self.sent: bool | None = None
        self.is_abandoned = False
        self.answer: http.client.HTTPResponse | None = None
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Note that the request is about to be sent, and stop it if the call has ended."""
        with self._lock:
            if self.is_abandoned:
                raise AbandonedError
            self.sent = True

    def abandon(self) -> None:
        """End the call. What has not been sent by now never will be."""
        with self._lock:
            self.is_abandoned = True


CURRENT: ContextVar[Watch] = ContextVar("watch")
"""The watch of the exchange that this thread makes."""


class Session(requests.Session):
    """A session that ignores redirects and cookies, and whose connections are watched."""

    def __init__(self, *, trust_env: bool) -> None:
        super().__init__()
        self.trust_env = trust_env
        self.cookies = _NoCookies()
        for prefix in ("https://", "http://"):
            self.mount(prefix, _Adapter())

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002  The signature is requests'.
        """Return nothing: requests would parse a target that it is not going to follow."""
        return None


class _NoCookies(RequestsCookieJar):
    """A jar that stays empty."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        """Look at no cookie."""


class _Adapter(HTTPAdapter):
    """Gives every pool watched connections."""

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        """Return the pool for a request, direct or through a proxy."""
        CURRENT.get().sent = False
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        if not issubclass(pool.ConnectionCls, _Watched):
            pool.ConnectionCls = type("WatchedConnection", (_Watched, pool.ConnectionCls), {})
        return pool


class _Watched:
    """What is mixed into the class of a pool's connections, be they direct or to a proxy."""

    def endheaders(self, *args: Any, **options: Any) -> None:
        """Send the request, unless the call has ended while the connection was made."""
        connection: Any = self
        if connection.sock is None:
            connection.connect()
        CURRENT.get().begin()
        super().endheaders(*args, **options)  # type: ignore[misc]

    def response_class(self, *args: Any, **options: Any) -> http.client.HTTPResponse:
        """Return an answer that is about to be read."""
        return _Answer(*args, **options)


class _Answer(http.client.HTTPResponse):
    """An answer that is read through a bound."""

    def __init__(self, sock: Any, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        watch = CURRENT.get()
        watch.answer = self
        self.fp: Any = io.BufferedReader(_Bounded(self.fp.detach(), sock, watch))

    def begin(self) -> None:
        """Read the status and the headers."""
        super().begin()
        # urllib3 would log headers that it cannot read, and they may hold a token that came back.
        self.msg.defects.clear()
        self.msg.set_payload("")


class _Bounded(io.RawIOBase):
    """The bytes of one answer, as many as are allowed, for as long as the call lasts."""

    def __init__(self, inner: io.RawIOBase, sock: Any, watch: Watch) -> None:
        super().__init__()
        self._inner = inner
        self._sock = sock
        self._watch = watch
        self._left = MAX_ANSWER_BYTES

    def readable(self) -> bool:
        """Say that this can be read."""
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
        """Let go of the socket."""
        self._inner.close()
        super().close()
