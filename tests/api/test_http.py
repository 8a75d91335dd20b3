"""One HTTP exchange, whatever the server sends, over real sockets."""

import contextlib
import gzip
import logging
import shutil
import socket
import ssl
import threading
import time
import traceback
from types import SimpleNamespace

import pytest
import requests

from auth0_sessions.api.http import MAX_BODY_BYTES, ExchangeError, Http, Progress, Trouble
from raw_server import OK, answer, nobody

TOKEN = "canary.access.token"
PASSWORD = "canary-password"


def exchange(url, *, http=None, seconds=5.0, cancelled=None, grace=0.0, json=None):
    """Make one exchange and return the reply, or what is known of a failure."""
    progress = Progress(seconds, cancelled or threading.Event(), grace)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    method, client = "PATCH" if json else "GET", http or Http(trust_env=False)
    try:
        return client.exchange(progress, method, f"{url}/path", headers=headers, params={"a": "b"}, json=json)
    except ExchangeError as error:
        printed = "".join(traceback.format_exception(error))
        return SimpleNamespace(
            reason=error.reason, status=progress.status, failed=(error.trouble, progress.is_sent), printed=printed
        )


@pytest.mark.parametrize("json", [{"c": 1}, None])
def test_a_request_and_its_reply(serve, json):
    """A request has a query, headers, and a body where one is given; a reply has the status, whatever it is."""
    server = serve(answer(b"X-Name: value", status=b"418 Teapot", body=b"short"))
    outcome = exchange(server.domain, json=json)
    assert (outcome.status, outcome.headers["x-name"], outcome.body) == (418, "value", b"short")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"%s /path?a=b HTTP/1.1\r\n" % (b"PATCH" if json else b"GET"))
    assert f"Authorization: Bearer {TOKEN}".encode() in head
    assert body == (b'{"c": 1}' if json else b"")


@pytest.mark.parametrize(("size", "is_read"), [(MAX_BODY_BYTES, True), (MAX_BODY_BYTES + 1, False)])
@pytest.mark.parametrize("is_packed", [False, True])
def test_a_long_body_is_refused(serve, size, is_read, is_packed):
    """A body is read up to 1 MiB, counted as it is decoded, and refused beyond that; the status is still known."""
    body = b"x" * size
    headers = [b"Content-Encoding: gzip"] if is_packed else []
    outcome = exchange(serve(answer(*headers, body=gzip.compress(body) if is_packed else body)).domain)
    if is_read:
        assert outcome.body == body
    else:
        assert (outcome.failed, outcome.status) == ((Trouble.MALFORMED, True), 200)


def test_a_redirect_is_an_answer_like_any_other(serve):
    """Where a redirect leads is neither visited nor parsed."""
    server = serve(answer(b"Location: https://[x", status=b"302 Found"))
    assert exchange(server.domain).headers["Location"] == "https://[x"
    assert len(server.requests) == 1


def test_neither_cookies_nor_netrc(monkeypatch, serve, tmp_path):
    """A cookie of an answer is in no later request, and a password for the host in `.netrc` in none at all."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server, http = serve(answer(b"Set-Cookie: canary=1; path=/")), Http(trust_env=True)
    for _ in range(2):
        assert http.exchange(Progress(5.0, threading.Event()), "GET", server.domain).status == 200
    assert [b"ookie" in request or b"Authorization" in request for request in server.requests] == [False, False]


# Answers that are not valid HTTP.


BYTES = TOKEN.encode()
CHUNKED = b"Transfer-Encoding: chunked"
BROKEN = {
    "chunk without a number": answer(CHUNKED, body=BYTES + b"\r\n" + OK),
    "long header": answer(b"X: " + b"y" * 100_000),
    "a token as status line": BYTES + b"\r\n\r\n",
    "status 99999": b"HTTP/1.1 99999 No\r\n\r\n",
    "no gzip": answer(b"Content-Encoding: gzip"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer(serve, caplog, name):
    """What is not valid HTTP is trouble after the request was sent, and what it holds comes back nowhere."""
    with caplog.at_level(logging.DEBUG):
        outcome = exchange(serve(BROKEN[name]).domain)
    assert outcome.failed in ((Trouble.MALFORMED, True), (Trouble.NO_ANSWER, True))
    assert TOKEN not in f"{outcome.printed}{outcome.reason}{caplog.text}"


def test_chunks(serve):
    """An answer in chunks is read as one body."""
    assert exchange(serve(answer(CHUNKED, body=b"17;x=y\r\n" + OK + b"\r\n0\r\n\r\n")).domain).body == OK


# Time.


def drip(prefix, piece):
    """Return a script that sends a piece now and then, for as long as the test lasts."""

    def script(connection):
        connection.sendall(prefix)
        for _ in range(2_000):
            connection.sendall(piece)
            time.sleep(0.01)

    return script


DRIPS = {
    "nothing": (b"", b""),
    "header": (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
    "body": (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" "),
}


@pytest.mark.parametrize("part", DRIPS)
def test_time_is_bounded(serve, part):
    """An answer that drips, whichever part of it, ends with the time of the call."""
    begun = time.monotonic()
    outcome = exchange(serve(drip(*DRIPS[part])).domain, seconds=0.3)
    assert 0.3 <= time.monotonic() - begun < 3
    assert (outcome.failed, outcome.reason) == ((Trouble.NO_ANSWER, True), "no answer in time")


@pytest.mark.parametrize(("grace", "is_read"), [(0.0, False), (5.0, True)])
def test_canceled(serve, grace, is_read):
    """A canceled exchange ends, after its grace if it has one, and an answer within that counts."""
    cancelled, arrived = threading.Event(), threading.Event()

    def script(connection):
        arrived.set()
        assert cancelled.wait(10)
        time.sleep(0.5)
        connection.sendall(answer())

    threading.Thread(target=lambda: (arrived.wait(10), cancelled.set())).start()
    begun = time.monotonic()
    outcome = exchange(serve(script).domain, seconds=30.0, cancelled=cancelled, grace=grace)
    assert time.monotonic() - begun < 10
    if is_read:
        assert outcome.body == OK
    else:
        assert outcome.failed == (Trouble.NO_ANSWER, True)


@pytest.mark.parametrize("is_canceled", [False, True])
def test_nothing_is_sent_after_the_time_is_up(monkeypatch, serve, is_canceled):
    """Where a name server was silent for too long, the connection is made and nothing is sent."""
    server, resolve, cancelled = serve(answer()), socket.getaddrinfo, threading.Event()

    def slow(*arguments, **options):
        time.sleep(0.3)
        cancelled.set() if is_canceled else None
        return resolve(*arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    outcome = exchange(server.domain, seconds=5.0 if is_canceled else 0.2, cancelled=cancelled, json={"c": 1})
    assert outcome.failed == (Trouble.NO_ANSWER, False)
    time.sleep(0.1)
    assert b"".join(server.requests) == b""


# Connections, and whether anything was sent.


def test_a_connection_is_used_again(serve):
    """A second exchange uses the connection of the first, and a third makes a new one where that was closed."""

    def script(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    server, http = serve(script), Http(trust_env=False)
    assert [exchange(server.domain, http=http).body for _ in range(2)] == [b"{}", b"{}"]
    assert len(server.requests) == 1
    time.sleep(0.1)
    assert exchange(server.domain, http=http).body == b"{}"
    assert len(server.requests) == 2


def test_a_refused_connection_sent_nothing():
    """Where nothing listens, nothing is sent."""
    outcome = exchange(nobody(), json={"c": 1})
    assert (outcome.failed, outcome.reason) == ((Trouble.NO_ANSWER, False), "Connection refused")


@pytest.mark.parametrize(
    ("script", "status"),
    [
        (b"", 0),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", 200),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{", 200),
    ],
)
def test_a_lost_connection_may_have_done_something(serve, script, status):
    """A connection lost after sending the request gives no response; the status is known if it had arrived."""
    outcome = exchange(serve(script).domain, json={"c": 1})
    assert (outcome.failed, outcome.status) == ((Trouble.NO_ANSWER, True), status)
    assert outcome.reason == "the connection was closed before the answer was complete"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (requests.exceptions.ConnectionError(OSError(-2, "Name or service not known")), "Name or service not known"),
        (requests.exceptions.ConnectionError("refused"), "refused"),
        (requests.exceptions.ConnectionError(), "ConnectionError"),
        (requests.exceptions.ConnectTimeout(TimeoutError("its own words")), "no answer in time"),
    ],
)
def test_the_words_of_a_network_error(monkeypatch, error, words):
    """The reason is the innermost one: the system's words, else the library's, else the name of the error."""

    def fail(*_, **__):
        raise error

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", fail)
    assert exchange("http://127.0.0.1:9").reason == words


# TLS.


@contextlib.contextmanager
def tls_server(certificate, script):
    """Serve a script over TLS, one connection after another; yield the address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def serve_all():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as tunnel:
                    tunnel.recv(65_536)
                    script(tunnel)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve_all, daemon=True).start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def over_tls(monkeypatch, certificate, script, *, is_trusted=True):
    """Make one exchange with a TLS server, and return the outcome."""
    if is_trusted:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with tls_server(certificate, script) as url:
        return exchange(url, http=Http(trust_env=True), seconds=1.0, json={"c": 1})


def answer_slowly(tunnel):
    """Answer in two parts, with a pause that is longer than an exchange waits at a time."""
    tunnel.sendall(answer(body=OK[:4]))
    time.sleep(0.3)
    tunnel.sendall(OK[4:])


def test_tls(monkeypatch, certificate):
    """A trusted host is read over TLS, also when it pauses; its bundle is loaded once for all tenants."""
    bundle = certificate.with_name("another.pem")
    shutil.copy(certificate, bundle)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    assert over_tls(monkeypatch, certificate, answer_slowly, is_trusted=False).body == OK
    bundle.unlink()
    assert over_tls(monkeypatch, certificate, answer_slowly, is_trusted=False).body == OK


@pytest.mark.parametrize("bundle", [None, "."])
def test_an_untrusted_certificate(monkeypatch, certificate, bundle):
    """A host whose certificate is in no trusted bundle, be it a file or a folder, gets nothing of the request."""
    if bundle:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    outcome = over_tls(monkeypatch, certificate, answer_slowly, is_trusted=False)
    assert (outcome.failed, "certificate verify failed" in outcome.reason) == ((Trouble.TLS, False), True)


def test_a_missing_bundle_of_certificates(monkeypatch):
    """A REQUESTS_CA_BUNDLE that names no file is trouble with TLS, and the name is in the reason."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/bundle.pem")
    outcome = exchange("https://127.0.0.1:9", http=Http(trust_env=True))
    assert (outcome.failed, "/no/such/bundle.pem" in outcome.reason) == ((Trouble.TLS, False), True)


# Proxies.


def test_an_encrypted_proxy(monkeypatch, certificate):
    """A proxy with an https:// address is verified with the same certificates as a tenant."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    refusal = answer(status=b"407 Proxy Authentication Required")
    with tls_server(certificate, lambda tunnel: tunnel.sendall(refusal)) as url:
        monkeypatch.setenv("HTTPS_PROXY", url)
        outcome = exchange("https://acme.eu.auth0.com", http=Http(trust_env=True))
    assert (outcome.failed, "407" in outcome.reason) == ((Trouble.NO_ANSWER, False), True)


@pytest.mark.parametrize(
    "proxy",
    [
        f"http://user:{PASSWORD}@[bad",
        f"ftp://user:{PASSWORD}@host:1",
        f"http://user:{PASSWORD}\u20ac@127.0.0.1:1",
    ],
)
def test_a_malformed_proxy(monkeypatch, proxy):
    """An unusable proxy address is a separate kind of trouble, and the error does not repeat it."""
    monkeypatch.setenv("ALL_PROXY", proxy)
    outcome = exchange("https://acme.eu.auth0.com", http=Http(trust_env=True))
    assert (outcome.failed, outcome.reason) == ((Trouble.PROXY, False), "")
    assert PASSWORD not in outcome.printed


@pytest.mark.parametrize(
    ("script", "trouble", "words"),
    [
        (b"nonsense\r\n\r\n", Trouble.MALFORMED, "not valid HTTP"),
        (drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), Trouble.NO_ANSWER, "no answer in time"),
    ],
)
def test_a_proxy_that_opens_no_tunnel(monkeypatch, serve, script, trouble, words):
    """A proxy's response before there is a tunnel is not the tenant's response, and the request is not sent."""
    server = serve(script)
    monkeypatch.setenv("HTTPS_PROXY", server.domain.replace("//", f"//user:{PASSWORD}@"))
    outcome = exchange("https://acme.eu.auth0.com", http=Http(trust_env=True), seconds=0.5, json={"c": 1})
    assert outcome.failed == (trouble, False)
    assert words in outcome.reason
    assert (PASSWORD in outcome.reason, TOKEN.encode() in server.requests[0]) == (False, False)
