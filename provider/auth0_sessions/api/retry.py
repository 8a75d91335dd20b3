"""When a call is retried, how long to wait before that, and how long an operation may take in total."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from auth0_sessions.api.clock import moment_of
from auth0_sessions.errors import Auth0SessionsError, RateLimitError

T = TypeVar("T")

SHORTEST_CALL_SECONDS = 1.0
"""A wait is skipped if it would leave less than this for the next call."""


class TransientError(Exception):
    """A failure that may not recur at the next try.

    `error` is the error to report if it does; `wait_seconds` is how long the server asks to wait, if it does.
    """

    def __init__(self, error: Auth0SessionsError, *, wait_seconds: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait_seconds = wait_seconds


@dataclass(frozen=True)
class Patience:
    """The time limit of one operation, shared by all its logins, reads, writes and waits.

    It ends when its policy's clock reaches `until`, or when the run is canceled. A last effort is made even then, but
    only once.
    """

    policy: RetryPolicy
    until: float
    cancelled: threading.Event
    is_last_effort: bool = False

    @property
    def left_seconds(self) -> float:
        """The remaining time; never negative."""
        return max(0.0, self.until - self.policy.now())

    @property
    def is_canceled(self) -> bool:
        """Whether to make no further calls."""
        return self.cancelled.is_set() and not self.is_last_effort

    def too_long(self, asked_seconds: float) -> str | None:
        """Return why a wait that a tenant asks for is not made, for a message; None if it is."""
        if asked_seconds + SHORTEST_CALL_SECONDS <= self.left_seconds:
            return None
        limit = self.policy.patience_seconds
        than = "" if asked_seconds + SHORTEST_CALL_SECONDS > limit else "is left of "
        return f"the tenant asks to wait {asked_seconds:.0f} s, longer than {than}the {limit:.0f} s limit"

    def run(self, call: Callable[[], T], on_wait: Callable[[float, Auth0SessionsError], None]) -> T:
        """Make a call until it succeeds, fails permanently, or runs out of tries or time; raise the last failure.

        `call` raises `TransientError` for failures worth retrying; `on_wait` is called before each wait.
        """
        used_tries = 0
        while True:
            try:
                return call()
            except TransientError as failure:
                if not isinstance(failure.error, RateLimitError):
                    used_tries += 1
                seconds = self._seconds_before_next(failure, used_tries)
                if seconds is None:
                    raise failure.error from failure
                on_wait(seconds, failure.error)
            self.policy.wait(seconds, self.cancelled)

    def _seconds_before_next(self, failure: TransientError, used_tries: int) -> float | None:
        """Return how long to wait before the next try, or None if there is none."""
        if self.is_last_effort or used_tries >= self.policy.tries:
            return None
        asked = failure.wait_seconds
        shortest = 2.0 ** (used_tries - 1) if asked is None else asked
        longest = self.left_seconds - SHORTEST_CALL_SECONDS
        if shortest > longest:
            return None
        jitter = random.uniform(0, self.policy.jitter)  # noqa: S311  Not used for secrets.
        return min(shortest * (1 + jitter), longest)


@dataclass(frozen=True)
class RetryPolicy:
    """How often and for how long a call is retried.

    After a rate limit (429), it waits as long as the server asks, but at least one second, because `x-ratelimit-reset`
    may be the current second (go-auth0#501). Everything else is retried after 1, 2, 4, ... seconds, with `tries`
    attempts in total. All writes are of absolute values, so repeating one is safe.

    Attributes:
        tries: How often to make a call that fails for any reason other than a rate limit.
        patience_seconds: The longest that one operation may take, including calls and waits.
        jitter: The fraction by which a wait may be longer, so that many clients do not retry simultaneously.
        now: The operation's clock.
        wait: Waits for a number of seconds, or until the event is set.

    """

    tries: int = 4
    patience_seconds: float = 120.0
    jitter: float = 0.2
    now: Callable[[], float] = time.monotonic
    wait: Callable[[float, threading.Event], object] = lambda seconds, cancelled: cancelled.wait(seconds)

    @classmethod
    def immediate(cls, waits: list[float] | None = None) -> RetryPolicy:
        """Return a policy for tests, which records its waits and advances its clock instead of waiting."""
        noted = [] if waits is None else waits
        return cls(
            jitter=0.0,
            now=lambda: time.monotonic() + sum(noted),
            wait=lambda seconds, _: noted.append(seconds),
        )

    def begin(self, cancelled: threading.Event) -> Patience:
        """Return the time limit of an operation that starts now."""
        return Patience(self, self.now() + self.patience_seconds, cancelled)


def asked_wait(headers: Mapping[str, str], *, now: datetime) -> float:
    """Return how many seconds a 429 response asks to wait, at least one; `now` is the time according to the server.

    `Retry-After` (seconds or a date) takes precedence over `x-ratelimit-reset` (Unix seconds).
    """
    after, reset = headers.get("Retry-After"), _number(headers.get("x-ratelimit-reset"))
    if (seconds := _number(after)) is not None:
        return max(1.0, seconds)
    if (until := moment_of(after)) is not None:
        return max(1.0, (until - now).total_seconds())
    return 1.0 if reset is None else max(1.0, reset - now.timestamp())


def _number(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdigit() and len(text) <= 12 else None  # noqa: PLR2004  Unix time.
