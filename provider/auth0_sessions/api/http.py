"""One HTTP exchange: whatever a server sends, and however slowly, the result is a `Reply` or an `ExchangeError`."""

from __future__ import annotations

import http.client
import io
import ssl
import threading
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from pathlib import Path
from typing import Any

import requests
from requests.adapters import DEFAULT_CA_BUNDLE_PATH, HTTPAdapter
from urllib3.util.ssl_ import create_urllib3_context

MAX_BODY_BYTES = 1_048_576
"""Longer bodies are rejected. A tenant's settings are a few kilobytes."""
CONNECT_SECONDS = 10.0
"""How long a connection attempt may take."""
POLL_SECONDS = 0.25
"""How quickly a read notices that its time is up or that the run was canceled."""


class Trouble(Enum):
    """Why an exchange failed."""

    NO_ANSWER = auto()
    MALFORMED = auto()
    TLS = auto()
    PROXY = auto()


class ExchangeError(Exception):
    """An exchange without a usable response; the short `reason` may come from the server."""

    def __init__(self, trouble: Trouble, reason: str) -> None:
        super().__init__(trouble.name)
        self.trouble = trouble
        self.reason = reason


@dataclass(frozen=True)
class Reply:
    """The response, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Progress:
    """How far one exchange is, and how long it may still take; after a cancellation, `grace_seconds` at most.

    `is_sent` is False if none of the request has left this machine, and `status` is 0 if no response has arrived.
    """

    def __init__(self, seconds: float, cancelled: threading.Event, grace_seconds: float = 0.0) -> None:
        self.is_sent = False
        self.status = 0
        self._until = time.monotonic() + seconds
        self._cancelled = cancelled
        self._grace_seconds = grace_seconds

    def left_seconds(self) -> float:
        """Return how much time is left; raise if there is none."""
        now = time.monotonic()
        if self._cancelled.is_set():
            self._until = min(self._until, now + self._grace_seconds)
        if now < self._until:
            return self._until - now
        raise ExchangeError(Trouble.NO_ANSWER, "no answer in time")


_PROGRESS: ContextVar[Progress] = ContextVar("progress")
"""The exchange that this thread is making."""


class Http:
    """HTTP to one host over a persistent connection, without redirects, cookies, or a `.netrc` file."""

    def __init__(self, *, trust_env: bool) -> None:
        self._environment = requests.Session()
        self._environment.trust_env = trust_env
        self._adapter: _Adapter | None = None

    def exchange(self, progress: Progress, method: str, url: str, **parts: Any) -> Reply:
        """Send a request, whose other `parts` are those of `requests.Request`, and return the response.

        Raises:
            ExchangeError: The exchange failed, or the response is unusable.

        """
        token = _PROGRESS.set(progress)
        try:
            return self._reply(requests.Request(method, url, **parts), progress)
        except ExchangeError:
            raise
        except Exception as error:  # noqa: BLE001  A server's data can make libraries raise almost anything.
            # The library's message is left out, because it may repeat a proxy's password.
            raise ExchangeError(*_trouble(error, is_sent=progress.is_sent)) from None
        finally:
            _PROGRESS.reset(token)

    def _reply(self, request: requests.Request, progress: Progress) -> Reply:
        found = self._environment.merge_environment_settings(request.url, {}, stream=True, verify=None, cert=None)
        self._adapter = self._adapter or _Adapter(_trusting(found["verify"]))
        left = progress.left_seconds()
        timeouts = (min(CONNECT_SECONDS, left), left)
        with self._adapter.send(request.prepare(), stream=True, timeout=timeouts, proxies=found["proxies"]) as response:
            progress.status = response.status_code
            body = response.raw.read(MAX_BODY_BYTES + 1, decode_content=True)
        if len(body) > MAX_BODY_BYTES:
            raise ExchangeError(Trouble.MALFORMED, "an answer of more than 1 MiB")
        return Reply(response.status_code, response.headers, body)


class _Adapter(HTTPAdapter):
    """Uses connections whose exchanges end in time, and one TLS context for tenants and proxies."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        """Return the pool for a request, whether direct or through a proxy."""
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        if not issubclass(pool.ConnectionCls, _Timed):
            pool.ConnectionCls = type("TimedConnection", (_Timed, pool.ConnectionCls), {})
        return pool

    def build_connection_pool_key_attributes(self, *args: Any, **options: Any) -> Any:
        """Return which pool a request needs."""
        host, _ = super().build_connection_pool_key_attributes(*args, **options)
        return host, {"ssl_context": self._context, "cert_reqs": "CERT_REQUIRED"}

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Return the pools of a proxy, which may be encrypted itself."""
        own = {"proxy_ssl_context": self._context} if proxy.lower().startswith("https:") else {}
        return super().proxy_manager_for(proxy, **own, **options)

    def cert_verify(self, *_: Any) -> None:
        """Leave it to the TLS context, so that no connection loads certificates again."""


_LOADING = threading.Lock()


def _trusting(verify: object) -> ssl.SSLContext:
    """Return the TLS context for a bundle, which all tenants share: loading one takes longer than a call."""
    bundle = Path(verify if isinstance(verify, str) else DEFAULT_CA_BUNDLE_PATH)
    try:
        with _LOADING:
            return _loaded(bundle)
    except OSError as error:
        raise ExchangeError(Trouble.TLS, f"{bundle}: {_words(error)}") from None


@cache
def _loaded(bundle: Path) -> ssl.SSLContext:
    context = create_urllib3_context()
    context.load_verify_locations(**{"capath" if bundle.is_dir() else "cafile": str(bundle)})
    return context


class _Stream(io.RawIOBase):
    """The bytes of one response, until its exchange has no time left."""

    def __init__(self, sock: Any, keeper: io.BufferedIOBase) -> None:
        super().__init__()
        self._sock = sock
        # Closing a connection keeps its socket for as long as this is open.
        self._keeper = keeper
        self._progress = _PROGRESS.get()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            self._sock.settimeout(min(POLL_SECONDS, self._progress.left_seconds()))
            try:
                return int(self._sock.recv_into(buffer))
            except TimeoutError:
                continue

    def close(self) -> None:
        self._keeper.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: Any, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_Stream(sock, self.fp))


class _Timed:
    """Mixin for a pool's connections: notes when a request leaves, and reads its response while there is time."""

    response_class = _Response

    def request(self, *args: Any, **options: Any) -> None:
        """Send the request, unless the time ran out while connecting."""
        connection: Any = self
        if connection.is_closed:
            connection.connect()
        progress = _PROGRESS.get()
        progress.left_seconds()
        progress.is_sent = True
        super().request(*args, **options)  # type: ignore[misc]


def _trouble(error: Exception, *, is_sent: bool) -> tuple[Trouble, str]:
    """Return the kind of failure that an error is, and a short reason."""
    if not is_sent and (isinstance(error, ValueError) or not isinstance(error, OSError)):
        return Trouble.PROXY, ""  # Only the proxy's address can be malformed before anything is sent.
    inner = _innermost(error)
    if not is_sent and isinstance(error, requests.exceptions.SSLError):
        return Trouble.TLS, _words(inner)
    if isinstance(inner, TimeoutError):
        return Trouble.NO_ANSWER, "no answer in time"
    if isinstance(inner, (ConnectionResetError, BrokenPipeError, http.client.IncompleteRead)):
        return Trouble.NO_ANSWER, "the connection was closed before the answer was complete"
    if isinstance(inner, OSError):
        return Trouble.NO_ANSWER, _words(inner)
    return Trouble.MALFORMED, "an answer that is not valid HTTP"


def _innermost(error: BaseException) -> BaseException:
    """Return the error that others wrap."""
    wrapped = (getattr(error, "reason", None), *error.args, error.__cause__, error.__context__)
    inner = next((one for one in wrapped if isinstance(one, BaseException)), None)
    return error if inner is None else _innermost(inner)


def _words(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
