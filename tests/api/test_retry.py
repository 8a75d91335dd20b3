"""When a call is tried again, and how long it waits before that."""

import contextlib
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.api.retry import SHORTEST_CALL_SECONDS, RetryPolicy, TransientError, asked_wait
from auth0_sessions.errors import RateLimitError, TenantUnreachableError

NOW = 1_790_000_000.0
THEN = datetime.fromtimestamp(NOW, UTC)


def limited(wait_seconds=1.0):
    """Return a failure by a rate limit."""
    return TransientError(RateLimitError("429", status=429), wait_seconds=wait_seconds)


def broken():
    """Return a failure of another kind."""
    return TransientError(TenantUnreachableError("no answer"))


class Script:
    """A call that fails as it is told, and then succeeds."""

    def __init__(self, *failures):
        self.failures = list(failures)
        self.calls = 0

    def __call__(self):
        """Fail with the next failure, or answer."""
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        return "answer"


def run(*failures, **options):
    """Run a script and return its outcome, the number of its calls, and the waits."""
    waits, noted, script = [], [], Script(*failures)
    policy = replace(RetryPolicy.immediate(waits), **options)
    try:
        outcome = policy.begin(threading.Event()).run(script, lambda *wait: noted.append(wait))
    except (RateLimitError, TenantUnreachableError) as error:
        outcome = type(error)
    assert waits == [seconds for seconds, _ in noted]
    return outcome, script.calls, waits


@pytest.mark.parametrize(
    ("failures", "options", "expected"),
    [
        ([], {}, ("answer", 1, [])),
        ([broken] * 3, {}, ("answer", 4, [1.0, 2.0, 4.0])),
        ([broken] * 9, {}, (TenantUnreachableError, 4, [1.0, 2.0, 4.0])),
        ([broken] * 9, {"tries": 1}, (TenantUnreachableError, 1, [])),
        ([limited] * 9, {}, ("answer", 10, [1.0] * 9)),
        ([limited] * 5 + [broken] * 3, {}, ("answer", 9, [1.0] * 5 + [1.0, 2.0, 4.0])),
    ],
)
def test_tries(failures, options, expected):
    """A call is retried after 1, 2, 4, ... s, `tries` times in all; rate limits use up no tries."""
    assert run(*[failure() for failure in failures], **options) == expected


@pytest.mark.parametrize(
    ("asked", "patience", "expected"),
    [
        ([40.0] * 9, 130.0, (RateLimitError, 4, [40.0] * 3)),
        ([3_600.0], 120.0, (RateLimitError, 1, [])),
        ([10.0], 10.5, (RateLimitError, 1, [])),
        ([10.0], 10.5 + SHORTEST_CALL_SECONDS, ("answer", 2, [10.0])),
    ],
)
def test_patience(asked, patience, expected):
    """The waits of one operation add up to no more than its patience, and leave time for a call."""
    assert run(*map(limited, asked), patience_seconds=patience) == expected


def test_patience_is_shared():
    """Several calls of one operation share its time, which calls use up as well as waits."""
    waits, clock = [], [0.0]
    policy = RetryPolicy(jitter=0.0, now=lambda: clock[0], wait=lambda seconds, _: waits.append(seconds))
    patience = policy.begin(threading.Event())
    assert patience.run(Script(limited(100.0)), lambda *_: None) == "answer"
    clock[0] = 70.0
    with pytest.raises(RateLimitError):
        patience.run(Script(limited(100.0)), lambda *_: None)
    assert waits == [100.0]


@pytest.mark.parametrize("is_last_effort", [False, True])
@pytest.mark.parametrize("is_set", [False, True])
def test_canceled(is_set, is_last_effort):
    """A canceled run ends its operations, except for a last effort, which is tried once."""
    cancelled, script = threading.Event(), Script(limited(1.0))
    if is_set:
        cancelled.set()
    patience = replace(RetryPolicy.immediate().begin(cancelled), is_last_effort=is_last_effort)
    assert patience.is_canceled == (is_set and not is_last_effort)
    with pytest.raises(RateLimitError) if is_last_effort else contextlib.nullcontext():
        patience.run(script, lambda *_: None)
    assert script.calls == (1 if is_last_effort else 2)


def test_a_real_wait_ends_when_the_run_is_canceled():
    """A wait of a minute ends as soon as the run is canceled."""
    cancelled = threading.Event()
    policy = RetryPolicy()
    threading.Timer(0.05, cancelled.set).start()
    begun = time.monotonic()
    assert policy.begin(cancelled).run(Script(limited(60.0)), lambda *_: None) == "answer"
    assert time.monotonic() - begun < 10


@given(st.lists(st.floats(1, 200), max_size=30))
def test_patience_is_never_exceeded(asked):
    """Whatever the tenant asks for, an operation waits no longer than its patience, and never less than asked."""
    _, _, waits = run(*[limited(seconds) for seconds in asked])
    assert sum(waits) <= RetryPolicy().patience_seconds
    assert waits == asked[: len(waits)]


def test_jitter_only_lengthens():
    """Jitter makes a wait longer by at most its share, never shorter than the tenant asks."""
    _, _, waits = run(*[limited(10.0) for _ in range(200)], patience_seconds=1e9, jitter=0.5)
    assert 10.0 <= min(waits) <= max(waits) <= 15.0
    assert min(waits) < max(waits)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (10.0, None),
        (50.0, "the tenant asks to wait 50 s, longer than is left of the 120 s limit"),
        (119.5, "the tenant asks to wait 120 s, longer than the 120 s limit"),
    ],
)
def test_why_a_wait_is_not_made(asked, words):
    """A wait is compared with what is left of the time limit, which 80 s are gone of."""
    waits = []
    patience = RetryPolicy.immediate(waits).begin(threading.Event())
    waits.append(80.0)
    assert patience.too_long(asked) == words


@pytest.mark.parametrize(
    ("after", "reset", "expected"),
    [
        (None, None, 1.0),
        ("7", None, 7.0),
        ("0", None, 1.0),
        (formatdate(NOW + 30, usegmt=True), None, 30.0),
        (formatdate(NOW - 30, usegmt=True), None, 1.0),
        (None, 12, 12.0),
        (None, 0, 1.0),
        (None, -100, 1.0),
        ("3", 12, 3.0),
        (formatdate(NOW + 30), 12, 30.0),
        *[(unreadable, 12, 12.0) for unreadable in ("", "soon", "-5", "\u0667", "Mon, 31 Feb 2026 13:32:02 GMT")],
    ],
)
def test_asked_wait(after, reset, expected):
    """`Retry-After` takes precedence over `x-ratelimit-reset`; what cannot be read, or is shorter, is a second."""
    headers = {"Retry-After": after, "x-ratelimit-reset": reset if reset is None else f"{NOW + reset:.0f}"}
    sent = {name: value for name, value in headers.items() if value is not None}
    assert expected == asked_wait(sent, now=THEN)


@given(st.text() | st.from_regex(r"Mon, [0-9]+ Nov [0-9]+ [0-9:]+ ([+-][0-9]+|GMT|)", fullmatch=True), st.text())
def test_any_header_can_be_read(after, reset):
    """Whatever the headers hold, the wait is a second or more and no error is raised."""
    assert asked_wait({"Retry-After": after, "x-ratelimit-reset": reset}, now=THEN) >= 1.0
