"""Whether a write may have taken effect, how long an operation takes, and how it ends when the run is canceled."""

import dataclasses
import socket
import threading
import time

import pytest

from auth0_sessions.api import client as client_module
from auth0_sessions.api.client import NOT_APPLIED, Operation, TenantClient
from auth0_sessions.api.credentials import ClientCredentials
from auth0_sessions.api.retry import RetryPolicy
from auth0_sessions.api.tokens import ApiToken
from auth0_sessions.errors import (
    ApiError,
    Auth0SessionsError,
    CanceledError,
    RateLimitError,
    TenantUnreachableError,
)
from raw_server import answer, nobody

pytestmark = pytest.mark.timeout(20)  # What does not end by itself takes longer.
WANTED = {"session_lifetime": 480}
LOGIN = answer(body=b'{"access_token": "x.y.z"}')
CLIENT = ClientCredentials("id", "canary", None, "here")
GARBAGE = b"HTTP/1.1 99999 No\r\n\r\n"


def refused(status, *headers):
    """Return an answer with this status."""
    return answer(*headers, status=b"%d No" % status, body=b"{}")


def operation_of(domain, *, tries=1, call_seconds=10.0, waits=None, credentials=None, cancelled=None):
    """Return an operation of a client that does not wait between its tries."""
    return TenantClient(
        domain,
        lambda: credentials or ApiToken("x.y.z", "here"),
        policy=dataclasses.replace(RetryPolicy.immediate(waits), tries=tries),
        call_seconds=call_seconds,
        cancelled=cancelled,
    ).operation()


def patient(domain, patience_seconds=120.0):
    """Return a client with a policy that really waits."""
    policy = RetryPolicy(patience_seconds=patience_seconds)
    return TenantClient(domain, lambda: ApiToken("x.y.z", "here"), policy=policy)


# Whether a write may have taken effect.


@pytest.mark.parametrize(
    ("first", "status", "expected"),
    [
        *[(refused(429, b"Retry-After: 1"), status, False) for status in NOT_APPLIED],
        *[(lost, 403, True) for lost in (b"", GARBAGE, refused(503))],
        *[(refused(429, b"Retry-After: 1"), status, True) for status in (302, 408)],
    ],
)
def test_one_attempt_that_may_have_written_is_enough(serve, first, status, expected):
    """A refusal says that nothing was written, unless an earlier answer was lost; any other leaves it open."""
    with pytest.raises(ApiError) as raised:
        operation_of(serve(first, refused(status, b"Retry-After: 600")).domain, tries=4).write(WANTED)
    assert (raised.value.status, raised.value.may_have_written) == (status, expected)


@pytest.mark.parametrize(
    "broken", [b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", answer(b"Content-Encoding: gzip")]
)
def test_a_write_is_done_once_its_status_says_so(serve, broken):
    """A write that was answered 2xx counts as written, although the rest of the answer is lost or unreadable."""
    server = serve(broken)
    assert operation_of(server.domain, tries=4).write(WANTED) == WANTED
    assert len(server.requests) == 1


@pytest.mark.parametrize("verb", ["read", "write"])
def test_what_was_not_sent_has_changed_nothing(verb):
    """Where no connection is made, nothing was written, however often it was tried."""
    operation = operation_of(nobody(), tries=3)
    with pytest.raises(TenantUnreachableError) as raised:
        operation.read() if verb == "read" else operation.write(WANTED)
    assert raised.value.may_have_written is False


def test_a_tenant_that_is_gone_after_a_lost_write(serve):
    """A write that was lost may have taken effect, although no later attempt got as far as a connection."""

    def vanish(_):
        server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()

    server = serve(vanish)
    operation = operation_of(server.domain, tries=2)
    with pytest.raises(TenantUnreachableError, match="Connection refused") as raised:
        operation.write(WANTED)
    assert raised.value.may_have_written is True


def test_a_login_that_fails_after_a_lost_write(serve):
    """A write whose token expires between its attempts still says that the first of them may have taken effect."""
    server = serve(LOGIN, b"", refused(401), refused(403))
    with pytest.raises(Auth0SessionsError, match="get a Management API token") as raised:
        operation_of(server.domain, tries=4, credentials=CLIENT).write(WANTED)
    assert raised.value.may_have_written is True


# Time.


def test_an_operation_has_one_time_limit(serve):
    """Login, read and write of one operation share the two minutes."""
    limited, waits = refused(429, b"Retry-After: 50"), []
    server = serve(limited, LOGIN, limited, answer(), limited, answer())
    operation = operation_of(server.domain, waits=waits, credentials=CLIENT)
    assert operation.read() == WANTED
    with pytest.raises(RateLimitError):
        operation.write(WANTED)
    assert (waits, len(server.requests)) == ([50.0, 50.0], 5)
    assert operation.client.operation().write(WANTED) == WANTED


def test_a_hanging_call_ends_with_its_operation(serve):
    """A call takes no longer than what is left to its operation, although it might by itself."""
    client = patient(serve(lambda connection: connection.recv(1)).domain, 0.3)
    with pytest.raises(TenantUnreachableError, match="no answer in time"):
        client.operation().read()


def test_a_hanging_call_is_tried_again(serve):
    """Each try has a time limit of its own, within the operation's."""
    server = serve(lambda connection: connection.recv(1))
    with pytest.raises(TenantUnreachableError, match="no answer in time"):
        operation_of(server.domain, tries=2, call_seconds=0.3).read()
    assert len(server.requests) == 2


def test_an_operation_out_of_time_makes_no_call(serve):
    """Where an operation's time is used up, nothing is sent, except to put something back."""
    server = serve(answer())
    operation = patient(server.domain, 0.0).operation()
    with pytest.raises(TenantUnreachableError, match="nothing was sent") as raised:
        operation.write(WANTED)
    assert (raised.value.may_have_written, server.requests) == (False, [])
    operation.put_back(WANTED)
    assert len(server.requests) == 1


def test_putting_back_is_tried_once(serve):
    """A write that puts something back is not repeated, not even after a rate limit."""
    server = serve(refused(429, b"Retry-After: 1"))
    with pytest.raises(RateLimitError):
        operation_of(server.domain, tries=4).put_back(WANTED)
    assert len(server.requests) == 1


class Waiting:
    """A script that says when its request has arrived, and answers when it may."""

    def __init__(self):
        self.arrived, self.release = threading.Event(), threading.Event()

    def __call__(self, connection):
        self.arrived.set()
        self.release.wait(10)
        connection.sendall(answer())


def test_a_call_waits_for_its_turn_no_longer_than_its_operation(serve):
    """A call that waits behind another one gives up when its own time is up."""
    script = Waiting()
    server = serve(script)
    client = patient(server.domain)
    impatient = Operation(client, RetryPolicy(patience_seconds=0.3).begin(script.release))
    first = threading.Thread(target=client.operation().read)
    first.start()
    assert script.arrived.wait(10)
    with pytest.raises(TenantUnreachableError, match="time limit of the whole operation"):
        impatient.read()
    script.release.set()
    first.join(10)
    assert len(server.requests) == 1


# A run that is canceled.


@pytest.fixture
def canceled_call(serve):
    """Return a server whose answer has to wait, and an event that is set once a request has arrived."""
    script, cancelled = Waiting(), threading.Event()
    threading.Thread(target=lambda: (script.arrived.wait(10), cancelled.set())).start()
    yield serve(script), script, cancelled
    script.release.set()


@pytest.mark.parametrize("verb", ["read", "write"])
def test_a_hanging_call_ends_when_the_run_is_canceled(monkeypatch, canceled_call, verb):
    """A hanging tenant does not delay a canceled run, which is reported in one line."""
    monkeypatch.setattr(client_module, "GRACE_SECONDS", 0.3)
    server, _, cancelled = canceled_call
    operation = operation_of(server.domain, call_seconds=40.0, cancelled=cancelled)
    with pytest.raises(CanceledError) as raised:
        operation.read() if verb == "read" else operation.write(WANTED)
    assert ("\n" in str(raised.value), raised.value.may_have_written) == (False, verb == "write")


def test_a_write_under_way_may_finish(canceled_call):
    """A write that is answered soon after the run was canceled is a success, so that it can be recorded."""
    server, script, cancelled = canceled_call
    threading.Thread(target=lambda: (cancelled.wait(10), time.sleep(0.3), script.release.set())).start()
    assert operation_of(server.domain, cancelled=cancelled).write(WANTED) == WANTED


def test_a_wait_ends_when_the_run_is_canceled(serve):
    """A wait for a rate limit ends when the run is canceled, and no other call is made."""
    cancelled, server = threading.Event(), serve(refused(429, b"Retry-After: 60"))
    client = TenantClient(
        server.domain, lambda: ApiToken("x.y.z", "here"), on_wait=lambda _: cancelled.set(), cancelled=cancelled
    )
    with pytest.raises(CanceledError) as raised:
        client.operation().write(WANTED)
    assert (len(server.requests), raised.value.may_have_written) == (1, False)


def test_a_canceled_run_begins_no_call_except_to_put_something_back(serve):
    """After the run was canceled nothing is read or written, but what was there before can be put back."""
    cancelled, server = threading.Event(), serve(answer())
    operation = operation_of(server.domain, cancelled=cancelled)
    cancelled.set()
    for act in (operation.read, lambda: operation.write(WANTED)):
        with pytest.raises(CanceledError):
            act()
    assert server.requests == []
    operation.put_back(WANTED)
    assert len(server.requests) == 1
