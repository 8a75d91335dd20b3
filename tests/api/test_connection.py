"""Connections that are watched: they follow and keep nothing, and stop when they should."""

import logging
import threading

import pytest

from auth0_sessions.api.connection import CURRENT, AbandonedError, Session, Watch


def answer(*headers, status=b"200 OK"):
    """Return an answer whose end is where the connection ends."""
    return b"\r\n".join([b"HTTP/1.1 " + status, *headers, b"Connection: close", b"", b"{}"])


def get(domain, session=None, watch=None):
    """Make one GET over a watched connection."""
    CURRENT.set(watch or Watch())
    session = session or Session(trust_env=False)
    return session.get(domain, timeout=(5, 5), allow_redirects=False)


@pytest.mark.parametrize(
    "location", [b"https://[x", b"https://\xff\xfe/", "https://a\u2100b/".encode(), b"https://evil.example/"]
)
@pytest.mark.parametrize("status", [b"201 Created", b"302 Found", b"308 Permanent"])
def test_the_target_of_a_redirect_is_not_parsed(serve, status, location):
    """Where a redirect leads is a header like any other, be it an address or not."""
    server = serve(answer(b"Location: " + location, status=status))
    assert get(server.domain).headers["Location"].encode("latin-1") == location
    assert len(server.requests) == 1


def test_cookies_are_ignored(serve):
    """A cookie is neither looked at nor sent back."""
    server = serve(
        answer(b"Set-Cookie: canary=1; path=/", b"Set-Cookie: \xff=; expires=Foo, 99-Zzz-99999 99:99:99 GMT")
    )
    session = Session(trust_env=False)
    for _ in range(2):
        get(server.domain, session)
    assert len(session.cookies) == 0
    assert [b"ookie" in request for request in server.requests] == [False, False]


def test_a_header_that_cannot_be_read_is_not_logged(caplog, serve):
    """urllib3 logs what it cannot read in headers; a token that comes back there reaches no log."""
    with caplog.at_level(logging.DEBUG):
        response = get(serve(answer(b"canary.access.token", b"X: y", b"\xff: z")).domain)
    assert response.json() == {}
    assert "canary" not in caplog.text


def test_a_watch_knows_what_was_sent(serve):
    """A watch says that a request was sent when it was, and that it was not when there was no connection."""
    sent, refused, server = Watch(), Watch(), serve(answer())
    get(server.domain, watch=sent)
    server.listener.close()
    with pytest.raises(OSError, match="refused"):
        get("http://127.0.0.1:1", watch=refused)
    assert (Watch().sent, sent.sent, refused.sent) == (None, True, False)


def test_an_abandoned_exchange_sends_nothing(serve):
    """Once its call has ended, an exchange connects at most, and sends nothing."""
    watch, server = Watch(), serve(answer())
    watch.abandon()
    with pytest.raises(AbandonedError):
        get(server.domain, watch=watch)
    assert watch.sent is False
    assert b"".join(server.requests) == b""


def test_an_abandoned_exchange_reads_nothing(serve):
    """Once its call has ended, an exchange that waits for an answer stops waiting."""
    watch, arrived = Watch(), threading.Event()

    def script(connection):
        arrived.set()
        connection.recv(1)

    threading.Thread(target=lambda: (arrived.wait(10), watch.abandon())).start()
    with pytest.raises(AbandonedError):
        get(serve(script).domain, watch=watch)
    assert watch.sent is True
