"""When a call is tried again, and how long it waits before that."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception

from auth0_sessions.errors import Auth0SessionsError, RateLimitError

T = TypeVar("T")


class TransientError(Exception):
    """A failure that may be gone at the next try; `error` is what the user reads if it is not.

    Attributes:
        error: The error to raise when no try is left.
        wait_seconds: How long the server asks to wait; None where it does not say.

    """

    def __init__(self, error: Auth0SessionsError, *, wait_seconds: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait_seconds = wait_seconds


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how patiently a call is repeated.

    A rate limit (429) is waited for as long as the server asks, at least one second a time, because
    `x-ratelimit-reset` may be the current second (go-auth0#501), and no longer than `patience_seconds` in all.
    Everything else is tried again after 1, 2, 4, ... seconds, `tries` times in all. Every write here is of absolute
    values, so repeating one is safe.

    Attributes:
        tries: How often a call is made that fails for another reason than a rate limit.
        patience_seconds: The longest time that one call waits for rate limits.
        jitter: By which share a wait may be longer, so that many clients do not come back at once.
        sleep: What waits. `RetryPolicy.immediate()` gives a policy for tests that does not.

    """

    tries: int = 4
    patience_seconds: float = 120.0
    jitter: float = 0.2
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    @classmethod
    def immediate(cls, waits: list[float] | None = None) -> RetryPolicy:
        """Return a policy that notes its waits instead of waiting: the test mode."""
        return cls(jitter=0.0, sleep=waits.append if waits is not None else lambda _: None)

    def run(self, call: Callable[[], T], on_wait: Callable[[float, TransientError], None]) -> T:
        """Make a call until it succeeds, fails for good, or no try is left.

        Args:
            call: What is tried; it raises `TransientError` for what is worth another try.
            on_wait: Told before each wait how many seconds it will take, and why.

        Raises:
            Auth0SessionsError: The last failure.

        """
        others = 0  # Failed calls that were no rate limit.

        def counted() -> T:
            nonlocal others
            try:
                return call()
            except TransientError as failure:
                others += not isinstance(failure.error, RateLimitError)
                raise

        def told(state: RetryCallState) -> None:
            on_wait(state.upcoming_sleep, _failure(state))

        retrying = Retrying(
            retry=retry_if_exception(lambda error: isinstance(error, TransientError)),
            wait=lambda state: self._wait(state, others),
            stop=lambda state: self._exhausted(state, others),
            sleep=self.sleep,
            before_sleep=told,
            reraise=True,
        )
        try:
            return retrying(counted)
        except TransientError as failure:
            raise failure.error from failure

    def _wait(self, state: RetryCallState, others: int) -> float:
        asked = _failure(state).wait_seconds
        seconds = max(1.0, asked) if asked is not None else 2.0 ** (others - 1)
        return seconds * (1 + random.uniform(0, self.jitter))  # noqa: S311  No secret is made here.

    def _exhausted(self, state: RetryCallState, others: int) -> bool:
        if isinstance(_failure(state).error, RateLimitError):
            return state.idle_for + state.upcoming_sleep > self.patience_seconds
        return others >= self.tries


def _failure(state: RetryCallState) -> TransientError:
    failure = state.outcome.exception() if state.outcome else None
    if not isinstance(failure, TransientError):
        raise TypeError(failure)
    return failure


def asked_wait(headers: Mapping[str, str], *, now: float) -> float:
    """Return how many seconds an answer with status 429 asks to wait; never less than one.

    `Retry-After` (seconds or a date) goes before `x-ratelimit-reset` (Unix seconds).
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
