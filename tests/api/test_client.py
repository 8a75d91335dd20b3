"""One tenant over HTTP."""

import json
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import responses
from responses import matchers

from auth0_sessions.api import client as client_module
from auth0_sessions.api.assertions import SigningKey
from auth0_sessions.api.calls import SETTINGS_PATH, TOKEN_LEEWAY_SECONDS, TOKEN_PATH
from auth0_sessions.api.client import TIMEOUTS_SECONDS, TenantClient
from auth0_sessions.api.clock import ServerClock
from auth0_sessions.api.credentials import ClientCredentials
from auth0_sessions.api.retry import RetryPolicy
from auth0_sessions.api.tokens import ApiToken
from auth0_sessions.errors import (
    ApiError,
    Auth0SessionsError,
    BadRequestError,
    ForbiddenError,
    RateLimitError,
    TenantUnreachableError,
    UnauthorizedError,
    UnexpectedAnswerError,
)
from keys import pem_of, public_pem

DOMAIN = "acme.eu.auth0.com"
LOOPBACK = "http://127.0.0.1:8400/acme"
SETTINGS_URL = f"https://{DOMAIN}{SETTINGS_PATH}"
TOKEN_URL = f"https://{DOMAIN}{TOKEN_PATH}"
SECRET = "canary-client-secret"
TOKEN = "canary.access.token"
STATIC = "canary.static.token"
CANARIES = (SECRET, TOKEN, STATIC)
NOW = 1_790_000_000
CLIENT = ClientCredentials("the-id", SECRET, None, "the test's own place")
ANSWER = {"session_lifetime": 8, "session_cookie": {"mode": "persistent"}}
READ = {"session_lifetime": 480, "session_cookie_mode": "persistent"}
REFUSED = {"statusCode": 401, "error": "Unauthorized", "message": "Expired token received"}


class Harness:
    """A client, what it waited for, what it said, and the tenant that `responses` plays."""

    def __init__(self, http, domain=DOMAIN, credentials=CLIENT):
        self.http = http
        self.waits = []
        self.said = []
        self.asked_for_credentials = 0
        self._credentials = credentials
        self.client = TenantClient(
            domain, self._find, policy=RetryPolicy.immediate(self.waits), on_wait=self.said.append
        )

    def _find(self):
        self.asked_for_credentials += 1
        return self._credentials

    @property
    def tokens(self):
        """Return the token requests that were made."""
        return [call.request for call in self.http.calls if call.request.path_url.endswith(TOKEN_PATH)]

    @property
    def calls(self):
        """Return the calls of the Management API that were made."""
        return [call.request for call in self.http.calls if SETTINGS_PATH in call.request.path_url]

    def error(self):
        """Return the error of a read."""
        with pytest.raises(Auth0SessionsError) as raised:
            self.client.read()
        return raised.value


@pytest.fixture
def http():
    """Play the tenant; a call that was not arranged is a connection error."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def login(http):
    """Let the token endpoint answer."""
    http.post(TOKEN_URL, json={"access_token": TOKEN, "token_type": "Bearer", "expires_in": 86_400})


@pytest.fixture
def tenant(http, login):
    """Return a client whose token endpoint answers."""
    return Harness(http)


@pytest.fixture
def clock(monkeypatch):
    """Stop the clocks of the client; `seconds` moves them."""
    stopped = SimpleNamespace(seconds=1_000.0)
    times = SimpleNamespace(monotonic=lambda: stopped.seconds)
    monkeypatch.setattr(client_module, "time", times)
    return stopped


def test_narrow_get(tenant):
    """A read is one GET that asks for the six keys of sessions and no other."""
    query = {
        "fields": "session_lifetime,idle_session_lifetime,ephemeral_session_lifetime,"
        "idle_ephemeral_session_lifetime,session_cookie,sessions",
        "include_fields": "true",
    }
    tenant.http.get(SETTINGS_URL, json=ANSWER, match=[matchers.query_param_matcher(query)])
    assert tenant.client.read() == READ
    assert [("GET", f"Bearer {TOKEN}", None)] == [
        (call.method, call.headers["Authorization"], call.body) for call in tenant.calls
    ]


def test_patch(tenant):
    """A write is one PATCH whose body is exactly what changes, and its answer is reported, or else what was written."""
    body = {"session_lifetime": 8, "idle_session_lifetime_in_minutes": 90, "session_cookie": {"mode": "persistent"}}
    tenant.http.patch(SETTINGS_URL, json=ANSWER, match=[matchers.query_param_matcher({})])
    values = {"session_lifetime": 480, "idle_session_lifetime": 90, "session_cookie_mode": "persistent"}
    assert tenant.client.write(values) == {**READ, "idle_session_lifetime": 90}
    assert [("PATCH", body)] == [(call.method, json.loads(call.body)) for call in tenant.calls]
    assert tenant.calls[0].headers["Content-Type"] == "application/json"


SESSIONS = {"oidc_logout_prompt_enabled": False, "anonymous": {"activate_cookie": False, "lifetime_in_minutes": 60}}
CHANGED = {"oidc_logout_prompt_enabled": False, "anonymous": {"activate_cookie": False, "lifetime_in_minutes": 90}}


def test_a_shared_object_is_read_before_it_is_written(tenant):
    """A write of one member repeats the others as the tenant reports them, after one GET of this object alone."""
    query = {"fields": "sessions", "include_fields": "true"}
    tenant.http.get(SETTINGS_URL, json={"sessions": SESSIONS}, match=[matchers.query_param_matcher(query)])
    tenant.http.patch(SETTINGS_URL, json={**ANSWER, "sessions": CHANGED})
    written = tenant.client.write({"anonymous_session_lifetime": 90, "session_lifetime": 480})
    assert written == {**READ, "anonymous_session_lifetime": 90}
    assert [call.method for call in tenant.calls] == ["GET", "PATCH"]
    assert json.loads(tenant.calls[-1].body) == {"session_lifetime": 8, "sessions": CHANGED}


def test_a_shared_object_that_was_just_read_is_not_read_again(tenant):
    """An operation that has read the tenant writes without another GET, with the members that it found."""
    tenant.http.get(SETTINGS_URL, json={**ANSWER, "sessions": SESSIONS})
    tenant.http.patch(SETTINGS_URL, json={**ANSWER, "sessions": CHANGED})
    operation = tenant.client.operation()
    operation.read()
    operation.write({"anonymous_session_lifetime": 90}, just_read=True)
    assert [call.method for call in tenant.calls] == ["GET", "PATCH"]
    assert json.loads(tenant.calls[-1].body) == {"sessions": CHANGED}


@pytest.mark.parametrize("just_read", [True, False])
def test_only_a_shared_object_is_read_first(tenant, just_read):
    """A write of anything else is one PATCH."""
    tenant.http.patch(SETTINGS_URL, json=ANSWER)
    tenant.client.write({"session_lifetime": 480}, just_read=just_read)
    assert [call.method for call in tenant.calls] == ["PATCH"]


@pytest.mark.parametrize(
    ("domain", "audience", "expected"),
    [
        (DOMAIN, None, f"https://{DOMAIN}/api/v2/"),
        (DOMAIN, "https://canonical.auth0.com/api/v2/", "https://canonical.auth0.com/api/v2/"),
        (LOOPBACK, None, f"{LOOPBACK}/api/v2/"),
    ],
)
def test_token_request(http, domain, audience, expected):
    """A login is one request with the client credentials; its audience is the tenant's own unless one is given."""
    url = domain if domain == LOOPBACK else f"https://{domain}"
    http.post(f"{url}{TOKEN_PATH}", json={"access_token": TOKEN, "expires_in": 86_400})
    http.get(f"{url}{SETTINGS_PATH}", json=ANSWER)
    harness = Harness(http, domain, ClientCredentials("the-id", SECRET, audience, "here"))
    harness.client.read()
    form = {"grant_type": "client_credentials", "client_id": "the-id", "client_secret": SECRET, "audience": expected}
    assert [form] == [json.loads(request.body) for request in harness.tokens]


def test_static_token(http):
    """A ready-made token is used as it is, without a login."""
    http.get(SETTINGS_URL, json=ANSWER)
    harness = Harness(http, credentials=ApiToken(STATIC, "here"))
    assert harness.client.read() == READ
    assert ([], f"Bearer {STATIC}") == (harness.tokens, harness.calls[0].headers["Authorization"])


def test_credentials_are_found_once_and_late(tenant):
    """Credentials are looked for at the first network use, not before, and not again."""
    assert tenant.asked_for_credentials == 0
    tenant.http.get(SETTINGS_URL, json=ANSWER)
    tenant.client.read()
    tenant.client.read()
    assert tenant.asked_for_credentials == 1


def test_one_token_for_many_calls(tenant):
    """Several calls share one token."""
    tenant.http.get(SETTINGS_URL, json=ANSWER)
    for _ in range(3):
        tenant.client.read()
    assert (len(tenant.tokens), len(tenant.calls)) == (1, 3)


def test_one_token_for_four_threads(http):
    """Four threads that call at once make exactly one token request."""
    start, login_begun, release = threading.Barrier(4), threading.Event(), threading.Event()

    def answer_login(_):
        login_begun.set()
        assert release.wait(10)
        return 200, {}, json.dumps({"access_token": TOKEN, "expires_in": 86_400})

    http.add_callback("POST", TOKEN_URL, answer_login)
    http.get(SETTINGS_URL, json=ANSWER)
    harness = Harness(http)

    def read(_):
        start.wait(10)
        return harness.client.read()

    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(read, number) for number in range(4)]
        assert login_begun.wait(10)
        release.set()
        assert [answer.result(10) for answer in answers] == [READ] * 4
    assert (len(harness.tokens), len(harness.calls)) == (1, 4)


def test_one_session(monkeypatch, http, login):
    """A client keeps one `requests.Session`, and so one connection, for its token and all its calls."""
    made = []
    build = requests.Session.__init__
    monkeypatch.setattr(requests.Session, "__init__", lambda session: (made.append(session), build(session))[1])
    http.get(SETTINGS_URL, json=ANSWER)
    http.patch(SETTINGS_URL, json=ANSWER)
    client = Harness(http).client
    client.read()
    client.write({"session_lifetime": 480})
    assert len(made) == 1


@pytest.mark.parametrize(
    ("expires_in", "later", "logins"),
    [
        (86_400, 86_400 - TOKEN_LEEWAY_SECONDS - 1, 1),
        (86_400, 86_400 - TOKEN_LEEWAY_SECONDS, 2),
        (20, 9, 1),
        (20, 10, 2),
        (0.5, 0.25, 2),
        (0, 80_000, 1),
        (-5, 80_000, 1),
        ("soon", 80_000, 1),
        (None, 80_000, 1),
        (True, 80_000, 1),
        (1e300, 80_000, 1),
        (1e300, 86_400, 2),
    ],
)
def test_token_expiry(http, clock, expires_in, later, logins):
    """A token is renewed a little before it expires, a short-lived one at half its life, any other after a day."""
    http.post(TOKEN_URL, json={"access_token": TOKEN, "expires_in": expires_in})
    http.get(SETTINGS_URL, json=ANSWER)
    harness = Harness(http)
    harness.client.read()
    clock.seconds += later
    harness.client.read()
    assert logins == len(harness.tokens)


def test_token_without_expiry_lasts_a_day(http, clock):
    """A token endpoint that does not say how long a token lasts means Auth0's default, a day."""
    http.post(TOKEN_URL, json={"access_token": TOKEN})
    http.get(SETTINGS_URL, json=ANSWER)
    harness = Harness(http)
    harness.client.read()
    clock.seconds += 86_400 - TOKEN_LEEWAY_SECONDS - 1
    harness.client.read()
    assert len(harness.tokens) == 1


def test_401_leads_to_one_new_login(tenant):
    """A token that the tenant no longer takes is replaced once, and the call is made again."""
    tenant.http.get(SETTINGS_URL, status=401, json=REFUSED)
    tenant.http.get(SETTINGS_URL, json=ANSWER)
    assert tenant.client.read() == READ
    assert (len(tenant.tokens), len(tenant.calls), tenant.waits) == (2, 2, [])


def test_401_twice_is_an_error(tenant):
    """A fresh token that is refused too is the end: two logins, two calls, and no third."""
    tenant.http.get(SETTINGS_URL, status=401, json=REFUSED)
    error = tenant.error()
    assert (UnauthorizedError, 401) == (type(error), error.status)
    assert (len(tenant.tokens), len(tenant.calls)) == (2, 2)
    assert "Expired token received" in str(error)
    assert "the test's own place" in str(error)


def test_401_for_a_static_token_is_an_error(http):
    """A given token cannot be renewed, so its rejection is immediately final."""
    http.get(SETTINGS_URL, status=401, json=REFUSED)
    harness = Harness(http, credentials=ApiToken(STATIC, "environment AUTH0_API_TOKEN"))
    error = harness.error()
    assert (UnauthorizedError, 1, []) == (type(error), len(harness.calls), harness.tokens)
    assert "environment AUTH0_API_TOKEN" in str(error)


def test_401_of_the_login_is_final(http):
    """A wrong client secret is tried once and not again."""
    http.post(TOKEN_URL, status=401, json={"error": "access_denied", "error_description": "Unauthorized"})
    harness = Harness(http)
    error = harness.error()
    assert (UnauthorizedError, "access_denied") == (type(error), error.error_code)
    assert "Check the test's own place" in str(error)
    assert (len(harness.tokens), len(harness.calls)) == (1, 0)


def test_403_of_the_login(http):
    """For a client without a grant, the advice is to authorize it."""
    said = {"error": "access_denied", "error_description": "Client is not authorized to access https://x/api/v2/"}
    http.post(TOKEN_URL, status=403, json=said)
    harness = Harness(http)
    error = harness.error()
    assert (ForbiddenError, 1) == (type(error), len(harness.tokens))
    assert "Client is not authorized" in str(error)
    assert "Authorize the application" in str(error)


def test_403_names_the_scopes(tenant):
    """A token without the scope is an error that says which to grant, and no other try."""
    said = {"statusCode": 403, "error": "Forbidden", "message": "Insufficient scope", "errorCode": "insufficient_scope"}
    tenant.http.get(SETTINGS_URL, status=403, json=said)
    error = tenant.error()
    assert (ForbiddenError, "insufficient_scope", 1) == (type(error), error.error_code, len(tenant.calls))
    assert "read:tenant_settings and, to write, update:tenant_settings" in str(error)


def test_400_passes_the_words_on(tenant):
    """What the tenant says about a value is in the error, and the write is not tried again."""
    said = "Payload validation error: 'Value 20160 is greater than maximum 8760' on property session_lifetime."
    tenant.http.patch(SETTINGS_URL, status=400, json={"statusCode": 400, "message": said, "errorCode": "invalid_body"})
    with pytest.raises(BadRequestError) as raised:
        tenant.client.write({"session_lifetime": 60 * 20_160})
    assert said in str(raised.value)
    assert (DOMAIN in str(raised.value), len(tenant.calls)) == (True, 1)


def test_404(tenant):
    """Another refusal is an `ApiError` and final."""
    tenant.http.get(SETTINGS_URL, status=404, json={"message": "Not Found"})
    error = tenant.error()
    assert (ApiError, 1) == (type(error), len(tenant.calls))


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"x-ratelimit-reset": str(NOW + 5)}, 5.0),
        ({"x-ratelimit-reset": str(NOW)}, 1.0),
        ({"x-ratelimit-reset": str(NOW - 60)}, 1.0),
        ({"Retry-After": formatdate(NOW + 9, usegmt=True)}, 9.0),
        ({}, 1.0),
    ],
)
def test_429_waits_as_asked(tenant, headers, wait):
    """A rate limit is waited for as long as the tenant asks by its own clock, a second at least, with a status line."""
    headers = {"Date": formatdate(NOW, usegmt=True), **headers}
    tenant.http.get(SETTINGS_URL, status=429, json={"errorCode": "too_many_requests"}, headers=headers)
    tenant.http.get(SETTINGS_URL, json=ANSWER)
    assert tenant.client.read() == READ
    assert tenant.waits == [pytest.approx(wait, abs=0.1)]
    assert tenant.said == [f"{DOMAIN}: rate limit reached (429); trying again in {wait:.0f} s"]


def test_429_of_the_login_is_waited_for_too(http):
    """The token endpoint has its rate limit as well."""
    http.post(TOKEN_URL, status=429, json={"error": "too_many_requests"}, headers={"Retry-After": "3"})
    http.post(TOKEN_URL, json={"access_token": TOKEN})
    http.get(SETTINGS_URL, json=ANSWER)
    harness = Harness(http)
    assert (harness.client.read(), harness.waits) == (READ, [3.0])


def test_429_that_is_no_json_is_a_rate_limit(tenant):
    """A rate limit is known by its status, also where a page comes with it."""
    tenant.http.get(SETTINGS_URL, status=429, body="<html>", headers={"Retry-After": "2"})
    tenant.http.get(SETTINGS_URL, json=ANSWER)
    assert (tenant.client.read(), tenant.waits) == (READ, [2.0])


def test_429_for_too_long(tenant):
    """When patience is exhausted the error says so, and the waits before it stayed within it."""
    tenant.http.get(SETTINGS_URL, status=429, json={"errorCode": "too_many_requests"}, headers={"Retry-After": "50"})
    error = tenant.error()
    assert (RateLimitError, "too_many_requests", 429) == (type(error), error.error_code, error.status)
    assert "the tenant asks to wait 50 s, longer than is left of the 120 s limit" in str(error)
    assert tenant.waits == [50.0, 50.0]


def test_429_that_asks_for_too_long(tenant):
    """A wait that is longer than the limit is not made, and the error gives both figures."""
    tenant.http.get(SETTINGS_URL, status=429, json={}, headers={"Retry-After": "180"})
    text = str(tenant.error())
    assert "It was not tried again: the tenant asks to wait 180 s, longer than the 120 s limit." in text
    assert (tenant.waits, "after the last attempt" in text) == ([], False)


@pytest.mark.parametrize("endpoint", ["login", "read", "write"])
def test_every_answer_says_what_time_it_is(http, endpoint):
    """The time is that of the last answer, whichever call it answers."""
    dates = {"login": {}, "read": {}, "write": {}, endpoint: {"Date": formatdate(NOW, usegmt=True)}}
    http.post(TOKEN_URL, json={"access_token": TOKEN}, headers=dates["login"])
    http.get(SETTINGS_URL, json=ANSWER, headers=dates["read"])
    http.patch(SETTINGS_URL, json=ANSWER, headers=dates["write"])
    operation = Harness(http).client.operation()
    operation.read()
    operation.write({"session_lifetime": 480})
    assert 0 <= operation.now().timestamp() - NOW < 10


# Private Key JWT.


@pytest.fixture
def keyed(auth0_sandbox):
    """A tenant whose only application has to send assertions, and the application's credentials."""
    tenant = auth0_sandbox.add_tenant("acme", settings={"session_lifetime": 480})
    tenant.add_client("the-id", public_key=public_pem())
    return tenant, ClientCredentials("the-id", SigningKey.read(pem_of(), "KEY"), None, "the test's own place")


def test_an_application_with_a_key_logs_in(keyed):
    """It gets a token with an assertion, and a second attempt has another one."""
    tenant, credentials = keyed
    tenant.fault("503", operation="token")
    client = TenantClient(tenant.domain, lambda: credentials, policy=RetryPolicy.immediate())
    assert client.read() == {"session_lifetime": 480}
    assert tenant.calls == ["POST /oauth/token", "POST /oauth/token", "GET /tenants/settings"]


@pytest.mark.parametrize("error", [timedelta(minutes=-10), timedelta(minutes=10), timedelta(days=3650)])
def test_a_wrong_clock_costs_one_more_login(keyed, error):
    """Where this machine's clock is wrong, the tenant refuses the first assertion, and its own time dates the next."""
    tenant, credentials = keyed
    client = TenantClient(tenant.domain, lambda: credentials, policy=RetryPolicy.immediate())
    client._clock = ServerClock(machine=lambda: datetime.now(UTC) + error)
    assert client.read() == {"session_lifetime": 480}
    assert tenant.calls == ["POST /oauth/token", "POST /oauth/token", "GET /tenants/settings"]


def test_a_key_that_the_tenant_does_not_know_is_refused_once(keyed):
    """A refusal that the clock does not explain is final, and says what the application needs."""
    tenant, credentials = keyed
    tenant.add_client("the-id", "a secret now")
    client = TenantClient(tenant.domain, lambda: credentials, policy=RetryPolicy.immediate())
    with pytest.raises(UnauthorizedError, match="The application has to use Private Key JWT"):
        client.read()
    assert tenant.calls == ["POST /oauth/token"]


# A write that was answered 2xx is done.

ODD = {"idle_session_lifetime": 0, "session_cookie": {}, "sessions": {"anonymous": {"lifetime_in_minutes": 0}}}


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
@pytest.mark.parametrize("body", ["", "<html>", "null", "[]", "{}", '{"session_lifetime": 0}', json.dumps(ODD)])
def test_a_2xx_is_done(tenant, status, body):
    """A write that was answered 2xx is not repeated, whatever the answer holds, and counts as written."""
    tenant.http.patch(SETTINGS_URL, status=status, body=body)
    assert tenant.client.write({"session_lifetime": 90}) == {"session_lifetime": 90}
    assert (len(tenant.calls), tenant.waits) == (1, [])


def test_an_unusable_value_stops_no_read(tenant):
    """A read reports what is unusable beside the rest, at the first try."""
    tenant.http.get(SETTINGS_URL, json={**ODD, "session_lifetime": 8})
    found = tenant.client.read()
    assert (found, len(found.unusable), len(tenant.calls)) == ({"session_lifetime": 480}, 3, 1)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 524])
@pytest.mark.parametrize("body", ['{"message": "down"}', "<html>down</html>", ""])
def test_5xx_is_tried_again(tenant, status, body):
    """A broken service, with JSON or with a page, is tried again after 1, 2 and 4 seconds, and then an error."""
    tenant.http.get(SETTINGS_URL, status=status, body=body)
    error = tenant.error()
    assert (UnexpectedAnswerError, status) == (type(error), error.status)
    assert (tenant.waits, len(tenant.calls), len(tenant.tokens)) == ([1.0, 2.0, 4.0], 4, 1)


def test_5xx_that_passes(tenant):
    """A service that is broken for a moment does not disturb a run."""
    tenant.http.get(SETTINGS_URL, status=503, body="<html>")
    tenant.http.get(SETTINGS_URL, json=ANSWER)
    assert tenant.client.read() == READ
    assert tenant.said == [f"{DOMAIN}: unexpected answer (503); trying again in 1 s"]


@pytest.mark.parametrize(
    "cause",
    [
        requests.exceptions.ConnectionError("refused"),
        requests.exceptions.ConnectTimeout("too slow"),
        requests.exceptions.ReadTimeout("too slow"),
        requests.exceptions.ProxyError("no proxy"),
        requests.exceptions.ChunkedEncodingError("cut"),
        requests.exceptions.ContentDecodingError("bad gzip"),
    ],
    ids=lambda cause: type(cause).__name__,
)
def test_no_answer_is_tried_again(tenant, cause):
    """No answer at all is tried four times, and then the tenant is unreachable."""
    tenant.http.get(SETTINGS_URL, body=cause)
    error = tenant.error()
    assert (TenantUnreachableError, [1.0, 2.0, 4.0]) == (type(error), tenant.waits)
    assert tenant.said[0] == f"{DOMAIN}: no answer; trying again in 1 s"


def test_tls_errors_are_final(tenant):
    """A connection that cannot be trusted is not tried again, and the error says that nothing was sent."""
    tenant.http.get(SETTINGS_URL, body=requests.exceptions.SSLError("certificate verify failed"))
    error = tenant.error()
    assert (TenantUnreachableError, []) == (type(error), tenant.waits)
    assert "certificate verify failed" in str(error)
    assert "nothing was sent" in str(error)


def test_a_missing_certificate_bundle_is_our_error(monkeypatch):
    """A REQUESTS_CA_BUNDLE that names no file is an error for the user, not a traceback."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/bundle.pem")
    client = TenantClient(DOMAIN, lambda: CLIENT, policy=RetryPolicy.immediate())
    with pytest.raises(TenantUnreachableError, match=r"/no/such/bundle\.pem"):
        client.read()


@pytest.mark.parametrize(
    "body",
    [
        "<html>Welcome to the hotel's network</html>",
        "",
        "null",
        '{"session_lifetime": 8',
        "[]",
        '"text"',
        "8",
        "true",
        "\ufeff{}}",
        b"\xff\xfe\x00",
        pytest.param(f'{{"session_lifetime": {"9" * 5_000}}}', id="5000 digits"),
        pytest.param("[" * 100_000, id="100000 brackets"),
    ],
)
def test_a_strange_answer_is_our_error(tenant, body):
    """An answer with status 200 that is not what Auth0 gives is an unexpected answer, never another exception."""
    tenant.http.get(SETTINGS_URL, body=body, content_type="application/json")
    error = tenant.error()
    assert (UnexpectedAnswerError, 200) == (type(error), error.status)
    assert str(error).startswith(f"{DOMAIN}: could not read the session settings")


@pytest.mark.parametrize("status", [204, 205, 300, 302, 304])
def test_only_an_answer_counts(tenant, status):
    """An answer without content, or one that points elsewhere, is not a tenant on which nothing was ever written."""
    tenant.http.get(SETTINGS_URL, status=status, json={} if status in (300, 302) else None)
    assert isinstance(tenant.error(), UnexpectedAnswerError)


@pytest.mark.parametrize(
    "body",
    [
        "<html>",
        "[]",
        "{}",
        "null",
        '{"access_token": ""}',
        '{"access_token": null}',
        '{"access_token": 5}',
        '{"access_token": "two words"}',
        '{"access_token": "two\\r\\nlines"}',
        '{"access_token": "\\u00fc\\u2603"}',
        '{"access_token": "\\ud800"}',
    ],
)
def test_a_strange_token_is_our_error(http, body):
    """A token endpoint that gives no token, or one that no header can hold, is an unexpected answer."""
    http.post(TOKEN_URL, body=body, content_type="application/json")
    http.get(SETTINGS_URL, json=ANSWER)
    harness = Harness(http)
    error = harness.error()
    assert (UnexpectedAnswerError, []) == (type(error), harness.calls)
    assert "could not get a Management API token" in str(error)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["https://evil.example/", f"https://{DOMAIN}/elsewhere", "http://127.0.0.1/"])
def test_redirects_are_not_followed(tenant, status, location):
    """A redirect is not followed and not tried again, so no token leaves the tenant."""
    tenant.http.get(SETTINGS_URL, status=status, headers={"Location": location}, json={})
    tenant.http.get(location, json=ANSWER)
    error = tenant.error()
    assert (UnexpectedAnswerError, status) == (type(error), error.status)
    assert [call.request.url.split("?")[0] for call in tenant.http.calls] == [TOKEN_URL, SETTINGS_URL]


def test_a_redirected_login_sends_no_secret_elsewhere(http):
    """A token endpoint that redirects does not get the secret sent on."""
    http.post(TOKEN_URL, status=307, headers={"Location": "https://evil.example/"})
    http.post("https://evil.example/", json={"access_token": TOKEN})
    harness = Harness(http)
    assert isinstance(harness.error(), UnexpectedAnswerError)
    assert [call.request.url for call in http.calls] == [TOKEN_URL]


@pytest.mark.parametrize("domain", [DOMAIN, LOOPBACK])
def test_every_call_has_a_timeout_and_verifies(http, domain):
    """Every call has its timeouts and verifies TLS."""
    url = domain if domain == LOOPBACK else f"https://{domain}"
    http.post(f"{url}{TOKEN_PATH}", json={"access_token": TOKEN})
    http.get(f"{url}{SETTINGS_PATH}", json=ANSWER)
    Harness(http, domain).client.read()
    found = [(*call.request.req_kwargs["timeout"], call.request.req_kwargs.get("verify", True)) for call in http.calls]
    connect, answer = TIMEOUTS_SECONDS
    assert found == [(connect, pytest.approx(connect + answer, abs=1), True)] * 2


def test_netrc_is_not_used(monkeypatch, tmp_path, tenant):
    """A password for the host in `.netrc` is never sent."""
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {DOMAIN} login somebody password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    tenant.http.get(SETTINGS_URL, json=ANSWER)
    tenant.client.read()
    assert [None, f"Bearer {TOKEN}"] == [call.request.headers.get("Authorization") for call in tenant.http.calls]


@pytest.mark.parametrize(("domain", "proxied"), [(DOMAIN, True), (LOOPBACK, False)])
def test_proxies(monkeypatch, http, domain, proxied):
    """The proxy of the environment is for the outer world, not for a loopback host."""
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    url = domain if domain == LOOPBACK else f"https://{domain}"
    http.get(f"{url}{SETTINGS_PATH}", json=ANSWER)
    Harness(http, domain, ApiToken(STATIC, "here")).client.read()
    assert proxied == bool(http.calls[0].request.req_kwargs["proxies"])


ECHOES: dict[str, dict[str, Any]] = {
    "message": {"json": {"message": f"{SECRET} {TOKEN} {STATIC}"}},
    "error": {"json": {"error": f"{SECRET} {TOKEN} {STATIC}"}},
    "error code": {"json": {"message": "No", "errorCode": f"{SECRET} {TOKEN} {STATIC}"}},
    "oauth error": {"json": {"error": f"{SECRET} {TOKEN} {STATIC}", "error_description": f"{SECRET} {TOKEN} {STATIC}"}},
    "page": {"body": f"<html>{SECRET} {TOKEN} {STATIC}</html>"},
    "content type": {"body": "<html>", "content_type": f"text/{SECRET}{TOKEN}{STATIC}"},
    "redirect": {"body": "", "headers": {"Location": f"https://{SECRET}.{TOKEN}.{STATIC}.example/{SECRET}"}},
}


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 409, 429, 500, 503])
@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("endpoint", ["login", "settings", "static"])
def test_no_secret_in_any_error(http, status, echo, endpoint):
    """A server that repeats a secret, wherever it does, gets it into no error, code, status line or traceback."""
    if endpoint == "login":
        http.post(TOKEN_URL, status=status, **ECHOES[echo])
    http.post(TOKEN_URL, json={"access_token": TOKEN})
    # What stays a good answer is of a type that is refused.
    http.get(SETTINGS_URL, status=status, **ECHOES[echo])
    harness = Harness(http, credentials=ApiToken(STATIC, "here") if endpoint == "static" else CLIENT)
    try:
        printed = f"{harness.client.read()}"
    except Auth0SessionsError as error:
        printed = "".join([*traceback.format_exception(error), repr(error), repr(vars(error))])
    printed += "".join(harness.said)
    sent = {"login": (SECRET,), "settings": (SECRET, TOKEN), "static": (STATIC,)}[endpoint]
    assert [secret for secret in sent if secret in printed] == []


def test_no_secret_in_the_error_of_a_strange_token(http):
    """A login whose answer holds a token of the wrong form does not get it into the error."""
    http.post(TOKEN_URL, json={"access_token": [TOKEN], "id_token": TOKEN})
    assert TOKEN not in "".join(traceback.format_exception(Harness(http).error()))


class _Cut(BaseHTTPRequestHandler):
    """A server that promises more than it sends."""

    def do_GET(self):
        """Answer with half an object and hang up."""
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b'{"session_lifetime": 8')

    def log_message(self, *_):
        """Keep the terminal clean."""


def test_a_cut_answer_over_a_real_socket():
    """A truncated response is retried, and then the tenant is unreachable."""
    waits = []
    with ThreadingHTTPServer(("127.0.0.1", 0), _Cut) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        domain = f"http://127.0.0.1:{server.server_port}"
        client = TenantClient(domain, lambda: ApiToken(STATIC, "here"), policy=RetryPolicy.immediate(waits))
        with pytest.raises(TenantUnreachableError):
            client.read()
        server.shutdown()
    assert waits == [1.0, 2.0, 4.0]


def test_no_listener_over_a_real_socket():
    """A port without a listener is an unreachable tenant with the system's own reason."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Cut) as server:
        domain = f"http://127.0.0.1:{server.server_port}"
    client = TenantClient(domain, lambda: ApiToken(STATIC, "here"), policy=RetryPolicy.immediate())
    with pytest.raises(TenantUnreachableError, match="Connection refused"):
        client.read()


def test_the_default_policy_waits_for_real():
    """Without a policy a client has the ordinary one."""
    assert TenantClient(DOMAIN, lambda: CLIENT)._policy == RetryPolicy()
