"""One HTTP exchange: whatever a server sends, and however slowly, the result is a `Reply` or an `ExchangeError`."""

from __future__ import annotations

import http.client
import threading
import time
import zlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from enum import Enum, auto
from queue import SimpleQueue
from typing import Any

import requests

from auth0_sessions.api.connection import CURRENT, POLL_SECONDS, AbandonedError, Session, UnusableError, Watch

MAX_BODY_BYTES = 1_048_576
"""Longer bodies are rejected. A tenant's settings are a few kilobytes."""
THREAD_NAME = "auth0-sessions exchange"


class Trouble(Enum):
    """Why an exchange failed."""

    NO_ANSWER = auto()
    MALFORMED = auto()
    TLS = auto()
    PROXY = auto()
    CANCELED = auto()


class ExchangeError(Exception):
    """An exchange without a usable response.

    It has no `__cause__` because a library's message may repeat a proxy's password, or a token that the server echoed.
    The short `reason` may come from the server. `sent` is False if none of the request has left this machine, and
    `status` is 0 if there is none.
    """

    def __init__(self, trouble: Trouble, reason: str, *, sent: bool, status: int) -> None:
        super().__init__(trouble.name)
        self.trouble = trouble
        self.reason = reason
        self.sent = sent
        self.status = status


@dataclass(frozen=True)
class Request:
    """What is sent: the URL without its query, a bearer token if any, the query and the body."""

    method: str
    url: str
    token: str | None = field(default=None, repr=False)
    params: Mapping[str, str] | None = None
    json: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Reply:
    """The response, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Limits:
    """How long an exchange may take: to connect to one address and send the request, and in total.

    Once `cancelled` is set, it may take `grace_seconds` longer.
    """

    timeouts_seconds: tuple[float, float]
    seconds: float
    cancelled: threading.Event
    grace_seconds: float = 0.0


def exchange(session: Session, request: Request, limits: Limits) -> Reply:
    """Send a request and return the response.

    A DNS lookup or a connection attempt cannot be interrupted, so a thread waits for them. Once the time is up, its
    work is abandoned: it sends nothing from then on, and ends on its own.

    Raises:
        ExchangeError: The exchange failed, or the response is unusable.

    """
    work = _Work(session, request, limits.timeouts_seconds)
    until = time.monotonic() + limits.seconds
    try:
        _idle_worker().work.put(work)
        while not work.done.wait(POLL_SECONDS):
            if limits.cancelled.is_set():
                until = min(until, time.monotonic() + limits.grace_seconds)
            if time.monotonic() >= until:
                break
    finally:
        work.watch.abandon()
    return work.outcome(is_canceled=limits.cancelled.is_set())


class _Worker(threading.Thread):
    """Runs one exchange after another. It is a daemon, so that an abandoned lookup does not keep the process alive."""

    def __init__(self) -> None:
        super().__init__(name=THREAD_NAME, daemon=True)
        self.work: SimpleQueue[_Work] = SimpleQueue()
        self.start()

    def run(self) -> None:
        while True:
            work = self.work.get()
            done = work.done
            try:
                copy_context().run(work.run)
                # An idle worker must not keep a token or a connection.
                del work
                IDLE.append(self)
            finally:
                done.set()


IDLE: deque[_Worker] = deque()
"""The workers that wait for an exchange, so that not every exchange has to start a thread."""


def _idle_worker() -> _Worker:
    with suppress(IndexError):
        while True:
            worker = IDLE.pop()
            # A process that was forked has none of its parent's threads.
            if worker.is_alive():
                return worker
    return _Worker()


class _Work:
    """An exchange, as run in another thread."""

    def __init__(self, session: Session, request: Request, timeouts_seconds: tuple[float, float]) -> None:
        self.watch = Watch()
        self.done = threading.Event()
        self._session = session
        self._request = request
        self._timeouts_seconds = timeouts_seconds
        self._status = 0
        self._outcome: Reply | Exception | None = None

    def run(self) -> None:
        """Make the exchange, and keep its outcome."""
        CURRENT.set(self.watch)
        try:
            self._outcome = self._reply()
        except Exception as error:  # noqa: BLE001  A server's data can make libraries raise almost anything.
            self._outcome = error
            if self.watch.answer is not None:
                self.watch.answer.close()  # urllib3 does not close this one if two headers contradict each other.

    def _reply(self) -> Reply:
        token = self._request.token
        response = self._session.request(
            self._request.method,
            self._request.url,
            params=self._request.params,
            json=self._request.json,
            headers={"Accept-Encoding": "gzip", **({"Authorization": f"Bearer {token}"} if token else {})},
            auth=lambda prepared: prepared,  # Prevents requests from using a .netrc file.
            timeout=self._timeouts_seconds,
            allow_redirects=False,
            stream=True,
        )
        try:
            self._status = response.status_code
            return Reply(response.status_code, response.headers, _body_of(response))
        finally:
            response.close()

    def outcome(self, *, is_canceled: bool) -> Reply:
        """Return the response, or raise the error."""
        found = self._outcome
        if isinstance(found, Reply):
            return found
        if found is not None and not isinstance(found, AbandonedError):
            trouble, reason = _trouble(found, self.watch.sent)
        else:
            trouble, reason = (Trouble.CANCELED if is_canceled else Trouble.NO_ANSWER), "no answer in time"
        raise ExchangeError(trouble, reason, sent=self.watch.sent is not False, status=self._status)


def _body_of(response: requests.Response) -> bytes:
    """Return the decoded body of a response."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    body = b"".join(_pieces(response.raw))
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        message = "an answer in an encoding that was not asked for"
        raise UnusableError(message)
    if body and encoding.endswith("gzip"):
        body = _unzipped(body)
    if len(body) > MAX_BODY_BYTES:
        message = "an answer of more than 1 MiB"
        raise UnusableError(message)
    return body


def _pieces(raw: Any) -> Iterator[bytes]:
    """Yield a body as sent, stopping once it is clearly too long."""
    left = MAX_BODY_BYTES + 1
    while left > 0 and (piece := raw.read(left, decode_content=False)):
        left -= len(piece)
        yield piece


def _unzipped(body: bytes) -> bytes:
    decoder = zlib.decompressobj(wbits=31)
    decoded = decoder.decompress(body, MAX_BODY_BYTES + 1)
    if len(decoded) <= MAX_BODY_BYTES and not decoder.eof:
        message = "a compressed answer that ends too early"
        raise UnusableError(message)
    return decoded


def _trouble(error: Exception, sent: bool | None) -> tuple[Trouble, str]:  # noqa: FBT001  True, False or unknown.
    """Return the kind of failure that an error is, and a short reason."""
    chain = list(_chain(error))
    if isinstance(error, UnusableError):
        return Trouble.MALFORMED, str(error)
    if sent is False and (isinstance(error, ValueError) or not isinstance(error, OSError)):
        return Trouble.PROXY, ""  # Only the proxy's address can be malformed before anything is sent.
    if not sent and (isinstance(error, requests.exceptions.SSLError) or _is_missing_bundle(error)):
        return Trouble.TLS, _words(chain[-1])
    if reason := _network_reason(chain):
        return Trouble.NO_ANSWER, reason
    return Trouble.MALFORMED, "an answer that is not valid HTTP"


def _network_reason(chain: Sequence[BaseException]) -> str | None:
    """Return the reason for a network failure, or None for any other failure."""
    inner = chain[-1]
    if any("Timeout" in type(one).__name__ for one in chain):
        return "no answer in time"
    if isinstance(inner, (ConnectionResetError, BrokenPipeError)):
        return "the connection was closed without an answer"
    if isinstance(inner, http.client.IncompleteRead):
        return "the connection was closed before the answer was complete"
    return _words(inner) if isinstance(inner, OSError) else None


def _is_missing_bundle(error: Exception) -> bool:
    """Return whether REQUESTS_CA_BUNDLE names a missing or unusable file, an error that requests does not wrap."""
    return isinstance(error, OSError) and not isinstance(error, requests.exceptions.RequestException)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and the errors that it wraps, innermost last."""
    inner: BaseException | None = error
    while inner is not None:
        yield inner
        wrapped = (getattr(inner, "reason", None), *inner.args, inner.__cause__, inner.__context__)
        inner = next((one for one in wrapped if isinstance(one, BaseException)), None)


def _words(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
