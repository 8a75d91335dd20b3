"""One HTTP exchange, whatever the server sends, over real sockets."""

import contextlib
import gc
import gzip
import os
import shutil
import socket
import ssl
import threading
import time
import tracemalloc
import weakref
import zlib

import pytest
import requests

from auth0_sessions.api.connection import MAX_ANSWER_BYTES, Session
from auth0_sessions.api.exchange import (
    IDLE,
    MAX_BODY_BYTES,
    THREAD_NAME,
    ExchangeError,
    Limits,
    Reply,
    Request,
    Trouble,
)
from auth0_sessions.api.exchange import exchange as sent

OK = b'{"session_lifetime": 8}'
TOKEN = "canary.access.token"
PASSWORD = "canary-password"


def answer(*headers, status=b"200 OK", body=OK):
    """Return an answer whose end is where the connection ends."""
    return b"\r\n".join([b"HTTP/1.1 " + status, *headers, b"Connection: close", b"", body])


def exchange(url, *, session=None, seconds=5.0, cancelled=None, grace=0.0, json=None, token=TOKEN):
    """Make one exchange and return the outcome."""
    request = Request("PATCH" if json else "GET", f"{url}/path", token, {"a": "b"}, json)
    limits = Limits((5.0, 5.0), seconds, cancelled or threading.Event(), grace)
    try:
        return sent(session or Session(trust_env=False), request, limits)
    except ExchangeError as error:
        return error


def trouble_of(outcome):
    """Return what kind of trouble an exchange had, and whether its request was sent."""
    assert isinstance(outcome, ExchangeError), outcome
    return outcome.trouble, outcome.sent


def test_a_reply(serve):
    """A reply has the status, the headers and the decoded body, whatever the status is."""
    server = serve(answer(b"X-Name: value", status=b"418 Teapot", body=b"short"))
    outcome = exchange(server.domain, json={"c": 1})
    assert (outcome.status, outcome.headers["x-name"], outcome.body) == (418, "value", b"short")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"PATCH /path?a=b HTTP/1.1\r\n")
    assert b"\r\nAuthorization: Bearer canary.access.token" in head
    assert b"\r\nAccept-Encoding: gzip\r\n" in head
    assert body == b'{"c": 1}'


@pytest.mark.parametrize(("token", "sent"), [("a.b.c", True), (None, False), ("", False)])
def test_bearer(serve, token, sent):
    """A token is sent as a bearer; without one there is no such header."""
    server = serve(answer())
    exchange(server.domain, token=token)
    assert sent == (b"\r\nAuthorization: Bearer a.b.c\r\n" in server.requests[0])
    assert sent == (b"Authorization" in server.requests[0])


@pytest.mark.parametrize("encoding", [b"gzip", b"GZIP", b"x-gzip", b"identity", b""])
def test_encodings(serve, encoding):
    """A body that is compressed as asked for, or not at all, is read."""
    body = gzip.compress(OK) if b"gzip" in encoding.lower() else OK
    assert exchange(serve(answer(b"Content-Encoding: " + encoding, body=body)).domain).body == OK


@pytest.mark.parametrize("encoding", [b"br", b"zstd", b"deflate", b"gzip, gzip", b"\xff", b"gzip;q=1"])
def test_other_encodings_are_refused(serve, encoding):
    """An encoding that was not asked for is not decoded."""
    outcome = exchange(serve(answer(b"Content-Encoding: " + encoding, body=gzip.compress(OK))).domain)
    assert trouble_of(outcome) == (Trouble.MALFORMED, True)
    assert (outcome.status, outcome.reason) == (200, "an answer in an encoding that was not asked for")


@pytest.mark.parametrize(
    "damage", [lambda _: OK, lambda body: body[:-9], lambda _: b"\x1f\x8b", lambda body: body[:15] + OK]
)
def test_a_damaged_compressed_body_is_refused(serve, damage):
    """A body that claims to be compressed but is not, or is truncated, is not a usable response."""
    outcome = exchange(serve(answer(b"Content-Encoding: gzip", body=damage(gzip.compress(OK)))).domain)
    assert trouble_of(outcome) == (Trouble.MALFORMED, True)


def test_an_empty_body_needs_no_encoding(serve):
    """A response without a body is accepted, regardless of its encoding header."""
    assert exchange(serve(answer(b"Content-Encoding: gzip", status=b"204 No", body=b"")).domain).body == b""


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize(("size", "is_read"), [(MAX_BODY_BYTES, True), (MAX_BODY_BYTES + 1, False)])
def test_a_long_body_is_refused(serve, size, is_read, pack):
    """A body is read up to 1 MiB, counted as it is decoded, and refused beyond that."""
    headers = [b"Content-Encoding: gzip"] if pack is gzip.compress else []
    outcome = exchange(serve(answer(*headers, body=pack(b" " * size))).domain)
    if is_read:
        assert len(outcome.body) == size
    else:
        assert trouble_of(outcome) == (Trouble.MALFORMED, True)
        assert outcome.reason == "an answer of more than 1 MiB"


def bomb(megabytes):
    """Return a body that is small until it is decoded."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(b" " * 1_000_000) for _ in range(megabytes)), packer.flush()])


def endless_chunk(connection):
    """Send a chunk of negative length, which http.client takes for all there is to come."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n")
    for _ in range(500):
        connection.sendall(b"x" * 1_000_000)


def endless_headers(connection):
    """Send headers without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for _ in range(500):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 40_000)


def endless_interim_answers(connection):
    """Send interim answers without end."""
    for _ in range(500):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 40_000)


def endless_body(connection):
    """Send a body without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n")
    for _ in range(500):
        connection.sendall(b"x" * 1_000_000)


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(answer(b"Content-Encoding: gzip", body=bomb(200)), id="gzip bomb"),
        endless_chunk,
        endless_headers,
        endless_interim_answers,
        endless_body,
    ],
)
def test_memory_is_bounded(serve, script):
    """An answer that decodes to 200 MB, or never ends, is refused with a few megabytes of memory."""
    domain = serve(script).domain
    tracemalloc.start()
    try:
        outcome = exchange(domain, seconds=60.0)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert trouble_of(outcome) == (Trouble.MALFORMED, True)
    assert peak < 4 * MAX_ANSWER_BYTES


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
    "status line": (b"", b"H"),
    "header": (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body": (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" "),
    "endless body": (b"HTTP/1.1 200 OK\r\n\r\n", b" "),
    "chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
}


@pytest.mark.parametrize("part", DRIPS)
def test_time_is_bounded(serve, part):
    """An answer that drips, whichever part of it, ends with the time of the call, and so does what waited for it."""
    server = serve(drip(*DRIPS[part]))
    begun = time.monotonic()
    outcome = exchange(server.domain, seconds=0.3)
    assert 0.3 <= time.monotonic() - begun < 3
    assert trouble_of(outcome) == (Trouble.NO_ANSWER, True)
    assert outcome.reason == "no answer in time"
    assert_work_ends()


def assert_work_ends():
    """Hold every thread of an exchange to wait for the next one, soon after the call."""
    until = time.monotonic() + 3
    while len(IDLE) < sum(thread.name == THREAD_NAME for thread in threading.enumerate()):
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize(("grace", "is_read"), [(0.0, False), (5.0, True)])
def test_canceled(serve, grace, is_read):
    """A canceled exchange ends, after its grace if it has one, and an answer within that counts."""
    cancelled, arrived = threading.Event(), threading.Event()

    def script(connection):
        arrived.set()
        assert cancelled.wait(10)
        time.sleep(0.3)
        connection.sendall(answer())

    threading.Thread(target=lambda: (arrived.wait(10), cancelled.set())).start()
    begun = time.monotonic()
    outcome = exchange(serve(script).domain, seconds=30.0, cancelled=cancelled, grace=grace)
    assert time.monotonic() - begun < 10
    if is_read:
        assert outcome.body == OK
    else:
        assert trouble_of(outcome) == (Trouble.CANCELED, True)


def test_grace_ends(serve):
    """A canceled exchange without an answer ends when its grace does."""
    cancelled = threading.Event()
    cancelled.set()
    begun = time.monotonic()
    outcome = exchange(serve(drip(b"", b"")).domain, seconds=30.0, cancelled=cancelled, grace=0.3)
    assert 0.3 <= time.monotonic() - begun < 5
    assert trouble_of(outcome) == (Trouble.CANCELED, True)


def test_nothing_is_sent_after_the_time_is_up(monkeypatch, serve):
    """A name server that is silent for too long costs the time of the call, and when it answers nothing is sent."""
    server, found, looked_up = serve(answer()), threading.Event(), threading.Event()
    resolve = socket.getaddrinfo

    def slow(*arguments, **options):
        assert found.wait(10)
        looked_up.set()
        return resolve(*arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    outcome = exchange(server.domain, seconds=0.2, json={"c": 1})
    assert trouble_of(outcome) == (Trouble.NO_ANSWER, False)
    found.set()
    assert looked_up.wait(10)
    assert_work_ends()
    assert b"".join(server.requests) == b""


def test_a_thread_is_used_again(serve):
    """One exchange after another needs one thread, and a call that was abandoned keeps its own until it ends."""
    assert_work_ends()
    exchange(serve(answer()).domain)
    threads = set(threading.enumerate())
    for _ in range(3):
        exchange(serve(answer()).domain)
    assert {thread for thread in set(threading.enumerate()) - threads if thread.name == THREAD_NAME} == set()


def test_an_idle_thread_keeps_nothing(serve):
    """A thread that waits for work keeps neither the session, with its connections, nor the token of the last one."""
    session = Session(trust_env=False)
    exchange(serve(answer()).domain, session=session)
    kept = weakref.ref(session)
    del session
    gc.collect()
    assert kept() is None


def test_a_forked_process_makes_exchanges(serve):
    """A process that was forked after an exchange starts threads of its own."""
    exchange(serve(answer()).domain)
    child = os.fork()
    if not child:
        os._exit(exchange(serve(answer()).domain).status == 200)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1


def test_a_connection_is_used_again(serve):
    """A second exchange uses the connection of the first."""

    def script(connection):
        for _ in range(2):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            connection.recv(65_536)

    server, session = serve(script), Session(trust_env=False)
    assert [exchange(server.domain, session=session).body for _ in range(2)] == [b"{}", b"{}"]
    assert len(server.requests) == 1


def test_a_refused_connection_sent_nothing():
    """Where nothing listens, nothing is sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    outcome = exchange(f"http://127.0.0.1:{port}", json={"c": 1})
    assert trouble_of(outcome) == (Trouble.NO_ANSWER, False)
    assert outcome.reason == "Connection refused"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (b"", "the connection was closed without an answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", "the connection was closed before the answer was complete"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
            "the connection was closed before the answer was complete",
        ),
    ],
)
def test_a_lost_connection_may_have_done_something(serve, script, reason):
    """A connection lost after sending the request gives no response, and the request counts as sent."""
    outcome = exchange(serve(script).domain, json={"c": 1})
    assert (trouble_of(outcome), outcome.reason) == ((Trouble.NO_ANSWER, True), reason)


def test_a_tls_failure_sent_nothing():
    """A host that does not speak TLS gets nothing of the request."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        seen = []

        def serve_plain():
            connection, _ = listener.accept()
            with connection:
                seen.append(connection.recv(65_536))
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=serve_plain, daemon=True).start()
        outcome = exchange(f"https://127.0.0.1:{listener.getsockname()[1]}", json={"c": 1})
    assert trouble_of(outcome) == (Trouble.TLS, False)
    assert TOKEN.encode() not in seen[0]


@contextlib.contextmanager
def tls_server(certificate, script):
    """Serve a script over TLS, one connection after another; yield the address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def serve_all():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with (
                    contextlib.suppress(OSError),
                    connection,
                    context.wrap_socket(connection, server_side=True) as tunnel,
                ):
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
        return exchange(url, session=Session(trust_env=True), seconds=1.0, json={"c": 1})


def answer_slowly(tunnel):
    """Answer in two parts, with a pause that is longer than an exchange waits at a time."""
    tunnel.sendall(answer(body=OK[:4]))
    time.sleep(0.3)
    tunnel.sendall(OK[4:])


def break_the_record(tunnel):
    """Answer with what is not encrypted as agreed."""
    with socket.socket(fileno=tunnel.detach()) as connection:
        connection.sendall(b"\x17\x03\x03\x00\x20" + b"x" * 32)
        time.sleep(0.3)


def drip_a_record(tunnel):
    """Announce a record of 16 KiB, and send a byte of it now and then."""
    with socket.socket(fileno=tunnel.detach()) as connection:
        connection.sendall(b"\x17\x03\x03\x40\x00")
        for _ in range(500):
            connection.sendall(b"x")
            time.sleep(0.01)


def test_tls(monkeypatch, certificate):
    """A host whose certificate is trusted is read over TLS, also when it pauses."""
    assert over_tls(monkeypatch, certificate, answer_slowly).body == OK


def test_certificates_that_load_slowly(monkeypatch, certificate):
    """A call that is made while an abandoned one still loads the certificates is made with them."""
    load = ssl.SSLContext.load_verify_locations
    monkeypatch.setattr(
        ssl.SSLContext, "load_verify_locations", lambda self, *given: (time.sleep(0.8), load(self, *given))
    )
    bundle = certificate.with_name("slow.pem")
    shutil.copy(certificate, bundle)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    session = Session(trust_env=True)
    with tls_server(certificate, answer_slowly) as url:
        assert trouble_of(exchange(url, session=session, seconds=0.3)) == (Trouble.NO_ANSWER, False)
        assert exchange(url, session=session).body == OK


def test_certificates_are_loaded_once(monkeypatch, certificate):
    """The certificates of a bundle are loaded for the first tenant and used for all others, until they change."""
    loaded = []
    load = ssl.SSLContext.load_verify_locations
    monkeypatch.setattr(
        ssl.SSLContext, "load_verify_locations", lambda self, *given: (loaded.append(given[0]), load(self, *given))
    )
    bundle = certificate.with_name("another.pem")
    shutil.copy(certificate, bundle)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    assert [over_tls(monkeypatch, certificate, answer_slowly, is_trusted=False).body for _ in range(2)] == [OK, OK]
    assert loaded == [str(bundle)]
    os.utime(bundle, (0, 0))
    assert over_tls(monkeypatch, certificate, answer_slowly, is_trusted=False).body == OK
    assert loaded == [str(bundle)] * 2


def test_an_encrypted_proxy(monkeypatch, certificate):
    """A proxy with an https:// address is verified with the same certificates as a tenant."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    refusal = answer(status=b"407 Proxy Authentication Required")
    with tls_server(certificate, lambda tunnel: tunnel.sendall(refusal)) as url:
        monkeypatch.setenv("HTTPS_PROXY", url)
        outcome = exchange("https://acme.eu.auth0.com", session=Session(trust_env=True))
    assert (trouble_of(outcome), "407" in outcome.reason) == ((Trouble.NO_ANSWER, False), True)


def test_an_untrusted_certificate(monkeypatch, certificate):
    """A host whose certificate is not trusted gets nothing of the request."""
    outcome = over_tls(monkeypatch, certificate, answer_slowly, is_trusted=False)
    assert (trouble_of(outcome), "certificate verify failed" in outcome.reason) == ((Trouble.TLS, False), True)


@pytest.mark.parametrize("script", [break_the_record, drip_a_record])
def test_tls_that_breaks_after_the_request(monkeypatch, certificate, script):
    """TLS that breaks or stalls while reading gives no response, and the request counts as sent."""
    assert trouble_of(over_tls(monkeypatch, certificate, script)) == (Trouble.NO_ANSWER, True)


def test_a_missing_bundle_of_certificates(monkeypatch):
    """A REQUESTS_CA_BUNDLE that names no file is trouble with TLS, and the name is in the reason."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/bundle.pem")
    outcome = exchange("https://127.0.0.1:9", session=Session(trust_env=True))
    assert (trouble_of(outcome), "/no/such/bundle.pem" in outcome.reason) == ((Trouble.TLS, False), True)


MALFORMED_PROXIES = [
    f"http://user:{PASSWORD}@[bad",
    f"http://user:{PASSWORD}@host:port",
    f"user:{PASSWORD}@host:99999",
    f"ftp://user:{PASSWORD}@host:1",
    f"socks5://user:{PASSWORD}@host:1",
    f"http://user:{PASSWORD}@",
    f"http://user:{PASSWORD}@%zz:1",
    f"http://user:{PASSWORD}@{'a' * 70}.example:1",
    f"http://user:{PASSWORD}\u20ac@127.0.0.1:1",
]


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize("proxy", MALFORMED_PROXIES)
def test_a_malformed_proxy(monkeypatch, variable, proxy):
    """An unusable proxy address is a separate kind of trouble, and the error does not repeat it."""
    monkeypatch.setenv(variable, proxy)
    outcome = exchange("https://acme.eu.auth0.com", session=Session(trust_env=True))
    assert (trouble_of(outcome), outcome.reason) == ((Trouble.PROXY, False), "")
    assert (outcome.__cause__, PASSWORD in repr(vars(outcome))) == (None, False)


@pytest.mark.parametrize(
    ("script", "trouble", "words"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", Trouble.NO_ANSWER, "407"),
        (b"nonsense\r\n\r\n", Trouble.MALFORMED, "not valid HTTP"),
        (b"", Trouble.NO_ANSWER, "closed without an answer"),
        (drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), Trouble.NO_ANSWER, "no answer in time"),
    ],
)
def test_a_proxy_that_opens_no_tunnel(monkeypatch, serve, script, trouble, words):
    """A proxy's response before there is a tunnel is not the tenant's response, and the request is not sent."""
    server = serve(script)
    monkeypatch.setenv("HTTPS_PROXY", server.domain.replace("//", f"//user:{PASSWORD}@"))
    outcome = exchange("https://acme.eu.auth0.com", session=Session(trust_env=True), seconds=0.5, json={"c": 1})
    assert trouble_of(outcome) == (trouble, False)
    assert words in outcome.reason
    assert (PASSWORD in outcome.reason, TOKEN.encode() in server.requests[0]) == (False, False)


def failing(monkeypatch, error):
    """Let every request fail with an error, and return the outcome of an exchange."""

    def fail(*_, **__):
        raise error

    monkeypatch.setattr(Session, "request", fail)
    return exchange("http://127.0.0.1:9")


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), RecursionError(), UnicodeError(), MemoryError()])
def test_whatever_a_library_raises(monkeypatch, error):
    """Any other library error is an exchange without a usable response, which may have had an effect."""
    assert trouble_of(failing(monkeypatch, error)) == (Trouble.MALFORMED, True)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (requests.exceptions.ConnectionError(OSError(-2, "Name or service not known")), "Name or service not known"),
        (requests.exceptions.ConnectionError("refused"), "refused"),
        (requests.exceptions.ConnectionError(), "ConnectionError"),
    ],
)
def test_the_words_of_a_network_error(monkeypatch, error, words):
    """The reason is the innermost one: the system's words, else the library's, else the name of the error."""
    assert failing(monkeypatch, error).reason == words


def test_a_reply_is_plain(serve):
    """What comes back holds no connection open."""
    outcome = exchange(serve(answer()).domain)
    assert type(outcome) is Reply
