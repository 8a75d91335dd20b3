"""The client against hostile servers, which send anything and may be slow, over real sockets."""

import dataclasses
import logging
import socket
import threading
import time
import traceback

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from auth0_sessions.api import client as client_module
from auth0_sessions.api.client import TenantClient
from auth0_sessions.api.credentials import ClientCredentials
from auth0_sessions.api.retry import RetryPolicy
from auth0_sessions.api.tokens import ApiToken
from auth0_sessions.errors import (
    ApiError,
    Auth0SessionsError,
    CanceledError,
    RateLimitError,
    TenantUnreachableError,
    UnexpectedAnswerError,
)

OK = b'{"session_lifetime": 8}'
TOKEN, SECRET = "canary.access.token", "canary-client-secret"
BYTES = TOKEN.encode()
WANTED = {"session_lifetime": 480}
LIMITED = (
    b"HTTP/1.1 429 Too Many\r\nRetry-After: 600\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
    *(
        b"HTTP/1.1 %d No\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}" % status
        for status in (400, 401, 403, 404)
    ),
)


def client_of(domain, *, tries=1, timeouts=(5.0, 5.0), waits=None, credentials=None, cancelled=None):
    """Return a client that does not wait between its tries."""
    return TenantClient(
        domain,
        lambda: credentials or ApiToken(TOKEN, "here"),
        policy=dataclasses.replace(RetryPolicy.immediate(waits), tries=tries),
        timeouts_seconds=timeouts,
        cancelled=cancelled,
    )


def answer(*headers, status=b"200 OK", body=OK):
    """Return an answer whose end is where the connection ends."""
    return b"\r\n".join([b"HTTP/1.1 " + status, *headers, b"Connection: close", b"", body])


def chunked(body):
    """Return an answer in chunks."""
    return answer(b"Transfer-Encoding: chunked", body=body)


HOSTILE = {
    "no address": answer(b"Location: https://[x", status=b"302 Found"),
    "no text": answer(b"Location: https://\xff\xfe/", status=b"302 Found"),
    "a slash in disguise": answer("Location: https://a\u2100b/".encode(), status=b"302 Found"),
    "a token in a redirect": answer(b"Location: https://" + BYTES + b"/", status=b"307 Elsewhere"),
    "chunk of -1": chunked(b"-1\r\n" + OK),
    "chunk of -5": chunked(b"-5\r\n" + OK),
    "chunk without a number": chunked(BYTES + b"\r\n" + OK),
    "huge chunk": chunked(b"ffffffffffffffff\r\n" + OK),
    "200 headers": answer(*[b"X-%d: y" % number for number in range(200)]),
    "long header": answer(b"X: " + b"y" * 100_000),
    "no status": b"HTTP/1.1\r\n\r\n",
    "other version": b"HTTP/9.9 200 OK\r\n\r\n{}",
    "a token as status line": BYTES + b"\r\n\r\n",
    "status 99999": b"HTTP/1.1 99999 No\r\n\r\n",
    "status -1": b"HTTP/1.1 -1 No\r\n\r\n",
    "status 999": answer(status=b"999 No"),
    "bytes": bytes(range(256)),
    "line breaks": b"\r\n\r\n\r\n\r\n",
    "nothing": b"",
    "no gzip": answer(b"Content-Encoding: gzip"),
    "two lengths": answer(b"Content-Length: 1, 2"),
    "too long a length": answer(b"Content-Length: " + b"9" * 30),
    "switching": answer(status=b"101 Switching Protocols"),
    "deep": answer(body=b"[" * 100_000),
    "deep objects": answer(body=b'{"session_lifetime":' * 50_000),
    "long": answer(body=b'{"x": "' + b"x" * 1_100_000 + b'"}'),
    "not UTF-8": answer(b"Content-Type: application/json; charset=utf-16", body=b"\xff\xfe{\x00}\x00"),
    "lone surrogate": answer(body=rb'{"session_lifetime": "\ud800"}'),
    "challenge": answer(b'WWW-Authenticate: Bearer error="' + BYTES + b' \xff"', status=b"503 x"),
    "a token as type": answer(b"Content-Type: " + BYTES, body=b"<", status=b"200 " + BYTES),
}
"""None of these is a good answer, and none says that a write has changed nothing."""

DONE = {
    *("chunk of -1", "chunk of -5", "chunk without a number", "huge chunk", "no gzip", "deep"),
    *("too long a length", "deep objects", "long", "not UTF-8", "lone surrogate", "a token as type"),
}
"""Those whose status is a good one, so that a write was carried out."""

HARMLESS = {
    "redirect that is none": answer(b"Location: https://[x"),
    "strange charset": answer(b"Content-Type: application/json; charset=\xff"),
    "charset that decodes no text": answer(b"Content-Type: text/x; charset=rot13"),
    "strange headers": answer(b"no colon", b"\xff: \xff", b"X: a\x00b", b" folded"),
    "negative length": answer(b"Content-Length: -5"),
    "length without a number": answer(b"Content-Length: abc"),
    "cookies": answer(b"Set-Cookie: a=b; expires=\xff", b"Set-Cookie2: \xff"),
    "interim answers": b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" * 50 + answer(),
    "chunks": chunked(b"17;x=y\r\n" + OK + b"\r\n0\r\nTrailer: \xff\r\n\r\n"),
    "multipart": answer(b"Content-Type: multipart/mixed; boundary=x"),
}
"""Each of these contains a good response, which is read."""


def shown(error):
    """Return every visible part of an error."""
    return "".join([*traceback.format_exception(error), repr(error), repr(vars(error))]) if error else ""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_answers(serve, caplog, name):
    """A hostile answer to a read is an error of ours, in which no token comes back."""
    with caplog.at_level(logging.DEBUG), pytest.raises(Auth0SessionsError) as read:
        client_of(serve(HOSTILE[name]).domain).read()
    assert (read.value.may_have_written, str(read.value).isprintable()) == (False, True)
    assert TOKEN not in f"{shown(read.value)}{caplog.text}"


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_answers_to_a_write(serve, caplog, name):
    """A write with a status of 2xx is done, whatever else comes; any other may have taken effect."""
    server, failure = serve(HOSTILE[name]), None
    with caplog.at_level(logging.DEBUG):
        try:
            assert client_of(server.domain).write(WANTED) == WANTED
        except Auth0SessionsError as error:
            failure = error
    assert (failure is None) == (name in DONE)
    assert len(server.requests) == 1
    if failure:
        assert (failure.may_have_written, str(failure).isprintable()) == (True, True)
    assert TOKEN not in f"{shown(failure)}{caplog.text}"


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_answers(serve, name):
    """What is only strange about an answer does not keep it from being read."""
    assert client_of(serve(HARMLESS[name]).domain).read() == WANTED


def test_hostile_logins(serve):
    """Token endpoints are not trusted either: whatever they send becomes one of our errors, without the secret."""
    credentials = ClientCredentials("id", SECRET, None, "here")
    for raw in HOSTILE.values():
        with pytest.raises(Auth0SessionsError) as raised:
            client_of(serve(raw.replace(BYTES, SECRET.encode())).domain, credentials=credentials).read()
        assert SECRET not in shown(raised.value)


LINES = st.sampled_from([b"HTTP/1.1 200 OK", b"HTTP/1.1 302 Found", b"HTTP/1.0 401 No", b"HTTP/1.1 503 x"]) | st.binary(
    max_size=30
)
NAMES = st.sampled_from(
    [
        b"Location",
        b"Content-Type",
        b"Content-Length",
        b"Content-Encoding",
        b"Transfer-Encoding",
        b"Set-Cookie",
        b"Connection",
        b"Retry-After",
        b"x-ratelimit-reset",
        b"WWW-Authenticate",
    ]
) | st.binary(max_size=10)
VALUES = st.sampled_from(
    [b"chunked", b"gzip", b"-1", b"0", b"https://[", b"//x", b"keep-alive", b"upgrade", b"text/html; charset=\xff"]
) | st.binary(max_size=20)
BODIES = st.sampled_from([OK, b"{}", b"-1\r\n", b"5\r\n{}", b"\x1f\x8b\x08"]) | st.binary(max_size=40)
ANSWERS = st.builds(
    lambda line, headers, body: b"\r\n".join([line, *[b": ".join(header) for header in headers], b"", body]),
    LINES,
    st.lists(st.tuples(NAMES, VALUES), max_size=4),
    BODIES,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANSWERS)
@example(answer(b"Content-Encoding: gzip", status=b"401 No"))
def test_any_answer(serve, raw):
    """Whatever bytes answer a write, it succeeds, or fails with an error of ours that says whether it may have."""
    server, failure = serve(raw), None
    try:
        client_of(server.domain, timeouts=(2.0, 2.0)).write(WANTED)
    except Auth0SessionsError as error:
        failure = error
    finally:
        server.listener.close()
    if failure:
        assert str(failure).isprintable()
        is_refusal = getattr(failure, "status", None) in client_module.NOT_APPLIED
        assert failure.may_have_written == (not is_refusal or isinstance(failure, UnexpectedAnswerError))


# Whether a write may have taken effect.


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (b"", True),
        (answer(status=b"503 No"), True),
        (answer(status=b"408 Late"), True),
        (answer(b"Location: https://x/", status=b"302 No"), True),
        (LIMITED[0].replace(b"600", b"1"), False),
    ],
)
@pytest.mark.parametrize("last", LIMITED, ids=["429", "400", "401", "403", "404"])
def test_one_attempt_that_may_have_written_is_enough(serve, first, expected, last):
    """A write that may have taken effect says so, regardless of the last attempt's response."""
    with pytest.raises(Auth0SessionsError) as raised:
        client_of(serve(first, last).domain, tries=4).write(WANTED)
    error = raised.value
    status = getattr(error, "status", 0)
    assert status in (302, 408, int(last.split()[1]))
    assert error.may_have_written is expected


@pytest.mark.parametrize("status", client_module.NOT_APPLIED)
def test_a_refused_write_has_changed_nothing(serve, status):
    """A refusal says that nothing was written."""
    with pytest.raises(ApiError) as raised:
        client_of(serve(answer(b"Retry-After: 600", status=b"%d No" % status)).domain).write(WANTED)
    assert (raised.value.status, raised.value.may_have_written) == (status, False)


@pytest.mark.parametrize("verb", ["read", "write"])
def test_what_was_not_sent_has_changed_nothing(verb):
    """Where no connection is made, nothing was written, however often it was tried."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        domain = f"http://127.0.0.1:{listener.getsockname()[1]}"
    client = client_of(domain, tries=3)
    with pytest.raises(TenantUnreachableError) as raised:
        client.read() if verb == "read" else client.write(WANTED)
    assert raised.value.may_have_written is False


def test_a_tenant_that_is_gone_after_a_lost_write(serve):
    """A write that was lost may have taken effect, although no later attempt got as far as a connection."""

    def vanish(connection):
        server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()
        connection.close()

    server = serve(vanish)
    with pytest.raises(TenantUnreachableError, match="Connection refused") as raised:
        client_of(server.domain, tries=2).write(WANTED)
    assert raised.value.may_have_written is True


def test_a_login_that_fails_after_a_lost_write(serve):
    """A write whose token expires between its attempts still says that the first of them may have taken effect."""
    token = answer(body=b'{"access_token": "x.y.z"}')
    server = serve(token, b"", answer(status=b"401 No", body=b"{}"), answer(status=b"403 No", body=b"{}"))
    client = client_of(server.domain, tries=4, credentials=ClientCredentials("id", SECRET, None, "here"))
    with pytest.raises(Auth0SessionsError, match="could not get a Management API token") as raised:
        client.write(WANTED)
    assert raised.value.may_have_written is True


# Time.


def test_an_operation_has_one_time_limit(serve):
    """Login, read and write of one operation share the two minutes; another operation has its own."""
    limited = answer(b"Retry-After: 50", status=b"429 No", body=b"{}")
    token = answer(body=b'{"access_token": "x.y.z"}')
    waits = []
    server = serve(limited, token, limited, answer(), limited, answer())
    client = client_of(server.domain, waits=waits, credentials=ClientCredentials("id", SECRET, None, "here"))
    operation = client.operation()
    assert operation.read() == WANTED
    with pytest.raises(RateLimitError):
        operation.write(WANTED)
    assert (waits, len(server.requests)) == ([50.0, 50.0], 5)
    assert client.write(WANTED) == WANTED


def test_a_hanging_call_ends_with_its_operation(serve):
    """A call takes no longer than what is left to its operation, although it might by itself."""
    policy = RetryPolicy(patience_seconds=0.3)
    client = TenantClient(
        serve(lambda connection: connection.recv(1)).domain, lambda: ApiToken(TOKEN, "here"), policy=policy
    )
    begun = time.monotonic()
    with pytest.raises(TenantUnreachableError, match="no answer in time"):
        client.read()
    assert time.monotonic() - begun < 5


def test_an_operation_out_of_time_makes_no_call(serve):
    """Where an operation's time is used up, nothing is sent, except to put something back."""
    server = serve(answer())
    policy = dataclasses.replace(RetryPolicy.immediate(), patience_seconds=0.0)
    operation = TenantClient(server.domain, lambda: ApiToken(TOKEN, "here"), policy=policy).operation()
    with pytest.raises(TenantUnreachableError, match="nothing was sent") as raised:
        operation.write(WANTED)
    assert (raised.value.may_have_written, server.requests) == (False, [])
    assert operation.write(WANTED, tries=1) == WANTED


@pytest.mark.parametrize(("tries", "calls"), [(1, 1), (2, 2)])
def test_putting_back_is_tried_as_often_as_asked(serve, tries, calls):
    """A write with a number of tries takes no more, rate limits included."""
    server = serve(LIMITED[0].replace(b"600", b"1"))
    with pytest.raises(RateLimitError):
        client_of(server.domain, tries=4).write(WANTED, tries=tries)
    assert len(server.requests) == calls


def test_a_call_waits_for_its_turn_no_longer_than_its_operation(serve):
    """A call that waits behind another one gives up when its own time is up."""
    arrived, release = threading.Event(), threading.Event()

    def script(connection):
        arrived.set()
        release.wait(10)
        connection.sendall(answer())

    server = serve(script)
    client = TenantClient(
        server.domain, lambda: ApiToken(TOKEN, "here"), policy=RetryPolicy(patience_seconds=0.3, tries=1)
    )
    policy, client._policy = client._policy, RetryPolicy()
    first = threading.Thread(target=client.read)
    first.start()
    assert arrived.wait(10)
    client._policy = policy
    begun = time.monotonic()
    with pytest.raises(TenantUnreachableError, match="time limit of the whole operation"):
        client.read()
    assert time.monotonic() - begun < 5
    release.set()
    first.join(10)
    assert len(server.requests) == 1


# A run that is canceled.


def cancel_when(arrived, cancelled):
    """Cancel as soon as a request has arrived."""
    threading.Thread(target=lambda: (arrived.wait(10), cancelled.set())).start()


@pytest.mark.parametrize("verb", ["read", "write"])
def test_a_hanging_call_ends_when_the_run_is_canceled(monkeypatch, serve, verb):
    """A hanging tenant does not delay a canceled run, which is reported in one line."""
    monkeypatch.setattr(client_module, "GRACE_SECONDS", 0.3)
    cancelled, arrived = threading.Event(), threading.Event()

    def script(connection):
        arrived.set()
        connection.recv(1)

    client = client_of(serve(script).domain, tries=4, timeouts=(10.0, 30.0), cancelled=cancelled)
    cancel_when(arrived, cancelled)
    begun = time.monotonic()
    with pytest.raises(CanceledError) as raised:
        client.read() if verb == "read" else client.write(WANTED)
    assert time.monotonic() - begun < 5
    assert "\n" not in str(raised.value)
    assert raised.value.may_have_written is (verb == "write")


def test_a_write_under_way_may_finish(serve):
    """A write that is answered soon after the run was canceled is a success, so that it can be recorded."""
    cancelled, arrived = threading.Event(), threading.Event()

    def script(connection):
        arrived.set()
        cancelled.wait(10)
        time.sleep(0.3)
        connection.sendall(answer())

    client = client_of(serve(script).domain, cancelled=cancelled)
    cancel_when(arrived, cancelled)
    assert client.write(WANTED) == WANTED


def test_a_wait_ends_when_the_run_is_canceled(serve):
    """A wait for a rate limit ends when the run is canceled, and no other call is made."""
    cancelled = threading.Event()
    server = serve(answer(b"Retry-After: 60", status=b"429 No", body=b"{}"))
    client = TenantClient(
        server.domain, lambda: ApiToken(TOKEN, "here"), on_wait=lambda _: cancelled.set(), cancelled=cancelled
    )
    begun = time.monotonic()
    with pytest.raises(CanceledError) as raised:
        client.write(WANTED)
    assert time.monotonic() - begun < 5
    assert (len(server.requests), raised.value.may_have_written) == (1, False)


def test_a_canceled_run_begins_no_call_except_to_put_something_back(serve):
    """After the run was canceled nothing is read or written, but what was there before can be put back."""
    cancelled, server = threading.Event(), serve(answer())
    client = client_of(server.domain, cancelled=cancelled)
    cancelled.set()
    for act in (client.read, lambda: client.write(WANTED)):
        with pytest.raises(CanceledError):
            act()
    assert server.requests == []
    assert client.write(WANTED, tries=1) == WANTED


def test_a_dripping_answer_is_tried_again_and_then_an_error(serve):
    """A response that drips times out; each try has its own time limit, within the operation's."""

    def script(connection):
        for _ in range(500):
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            time.sleep(0.01)

    waits = []
    client = client_of(serve(script).domain, tries=2, timeouts=(0.1, 0.2), waits=waits)
    begun = time.monotonic()
    with pytest.raises(TenantUnreachableError, match="no answer in time"):
        client.read()
    assert time.monotonic() - begun < 5
    assert waits == [1.0]


def test_unexpected_is_not_unreachable(serve):
    """An unreadable response is distinguished from no response."""
    with pytest.raises(UnexpectedAnswerError) as raised:
        client_of(serve(HOSTILE["status 99999"]).domain).read()
    assert raised.value.status == 0
