"""When a call is tried again, how long it waits before that, and how long one operation may take in all."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TypeVar

from auth0_sessions.errors import Auth0SessionsError, RateLimitError

T = TypeVar("T")

SHORTEST_CALL_SECONDS = 1.0
"""A wait that would leave less than this for the call after it is not begun."""


class TransientError(Exception):
    """A failure that may be gone at the next try.

    `error` is what the user reads if it is not, `wait_seconds` how long the server asks to wait, where it does.
    """

    def __init__(self, error: Auth0SessionsError, *, wait_seconds: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait_seconds = wait_seconds


@dataclass(frozen=True)
class Patience:
    """The time of one operation, which all its calls share: logins, reads, writes, and the waits between them.

    It ends when its policy's clock shows `until`, or when the run is canceled, except for a last effort.
    """

    policy: RetryPolicy
    until: float
    cancelled: threading.Event
    is_last_effort: bool = False

    @property
    def left_seconds(self) -> float:
        """How much is left; never negative."""
        return max(0.0, self.until - self.policy.now())

    @property
    def is_canceled(self) -> bool:
        """Whether no further call is made."""
        return self.cancelled.is_set() and not self.is_last_effort

    def run(self, call: Callable[[], T], on_wait: Callable[[float, TransientError], None]) -> T:
        """Make a call until it succeeds, fails for good, or no try or time is left; the last failure is raised.

        `call` raises `TransientError` for what is worth another try; `on_wait` hears of each wait before it begins.
        """
        policy, failed = self.policy, 0
        while True:
            try:
                return call()
            except TransientError as failure:
                counts = policy.rate_limits_count or not isinstance(failure.error, RateLimitError)
                failed += counts
                seconds = policy.seconds_before_next(failure, failed)
                if (counts and failed >= policy.tries) or seconds + SHORTEST_CALL_SECONDS > self.left_seconds:
                    raise failure.error from failure
                on_wait(seconds, failure)
            policy.wait(seconds, self.cancelled)


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how patiently a call is repeated.

    A rate limit (429) is waited for as long as the server asks, at least one second a time, because
    `x-ratelimit-reset` may be the current second (go-auth0#501). Everything else is tried again after 1, 2, 4, ...
    seconds, `tries` times in all. Every write here is of absolute values, so repeating one is safe.

    Attributes:
        tries: How often a call is made that fails for another reason than a rate limit.
        patience_seconds: The longest time that one operation takes, its calls and waits together.
        jitter: By which share a wait may be longer, so that many clients do not come back together.
        rate_limits_count: Whether a rate limit uses up one of the `tries` too.
        now: The clock of the operation.
        wait: Waits so many seconds, or until the event is set.

    """

    tries: int = 4
    patience_seconds: float = 120.0
    jitter: float = 0.2
    rate_limits_count: bool = False
    now: Callable[[], float] = time.monotonic
    wait: Callable[[float, threading.Event], object] = lambda seconds, cancelled: cancelled.wait(seconds)

    @classmethod
    def immediate(cls, waits: list[float] | None = None, *, patience_seconds: float = 120.0) -> RetryPolicy:
        """Return a policy that notes its waits instead of waiting, and whose clock counts them: the test mode."""
        noted = [] if waits is None else waits
        return cls(
            patience_seconds=patience_seconds,
            jitter=0.0,
            now=lambda: time.monotonic() + sum(noted),
            wait=lambda seconds, _: noted.append(seconds),
        )

    def begin(self, cancelled: threading.Event) -> Patience:
        """Return the time of an operation that begins now."""
        return Patience(self, self.now() + self.patience_seconds, cancelled)

    def seconds_before_next(self, failure: TransientError, failed: int) -> float:
        """Return how long to wait after so many failures."""
        asked = failure.wait_seconds
        seconds = max(1.0, asked) if asked is not None else 2.0 ** (failed - 1)
        return seconds * (1 + random.uniform(0, self.jitter))  # noqa: S311  No secret is made here.


def asked_wait(headers: Mapping[str, str], *, now: float) -> float:
    """Return how many seconds an answer with status 429 asks to wait; never less than one.

    `Retry-After` (seconds or a date) takes precedence over `x-ratelimit-reset` (Unix seconds).
    """
    after, reset = headers.get("Retry-After"), _number(headers.get("x-ratelimit-reset"))
    for seconds in (_number(after), _until(after, now), None if reset is None else reset - now):
        if seconds is not None:
            return max(1.0, seconds)
    return 1.0


def _number(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdigit() and len(text) <= 12 else None  # noqa: PLR2004  Unix time.


def _until(date: str | None, now: float) -> float | None:
    try:
        moment = parsedate_to_datetime(date or "")
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now
