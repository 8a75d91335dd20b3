"""One tenant over HTTP: its token, its calls and its answers."""

import json
import re
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from types import SimpleNamespace

import pytest
import requests
import responses
from responses import matchers

from auth0_sessions.api import client as client_module
from auth0_sessions.api.assertions import SigningKey
from auth0_sessions.api.calls import SETTINGS_PATH, TOKEN_PATH
from auth0_sessions.api.client import TenantClient
from auth0_sessions.api.clock import ServerClock
from auth0_sessions.api.credentials import ClientCredentials
from auth0_sessions.api.retry import RetryPolicy
from auth0_sessions.api.tokens import ApiToken
from auth0_sessions.errors import (
    ApiError,
    BadRequestError,
    ForbiddenError,
    RateLimitError,
    TenantUnreachableError,
    UnauthorizedError,
    UnexpectedAnswerError,
)
from keys import pem_of, public_pem

DOMAIN = "acme.eu.auth0.com"
SETTINGS_URL = f"https://{DOMAIN}{SETTINGS_PATH}"
TOKEN_URL = f"https://{DOMAIN}{TOKEN_PATH}"
SECRET, TOKEN, STATIC = "canary-client-secret", "canary.access.token", "canary.static.token"
NOW = 1_790_000_000
CLIENT = ClientCredentials("the-id", SECRET, None, "the test's own place")
ANSWER = {"session_lifetime": 8, "session_cookie": {"mode": "persistent"}}
READ = {"session_lifetime": 480, "session_cookie_mode": "persistent"}
REFUSED = {"statusCode": 401, "error": "Unauthorized", "message": "Expired token received"}


class Harness:
    """A client, what it waited for, what it said, and the tenant that `responses` plays."""

    def __init__(self, http, credentials=CLIENT, domain=DOMAIN):
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

    def _requests(self, path):
        return [call.request for call in self.http.calls if path in call.request.url]

    @property
    def tokens(self):
        """Return the token requests that were made."""
        return self._requests(TOKEN_PATH)

    @property
    def calls(self):
        """Return the calls of the Management API that were made."""
        return self._requests(SETTINGS_PATH)

    @property
    def made(self):
        """Return how many logins and how many other calls were made."""
        return len(self.tokens), len(self.calls)

    def read(self):
        """Read in an operation of its own."""
        return self.client.operation().read()

    def write(self, values, **options):
        """Write in an operation of its own."""
        return self.client.operation().write(values, **options)

    def error(self, kind):
        """Return the error of a read."""
        with pytest.raises(kind) as raised:
            self.read()
        return raised.value


@pytest.fixture
def http():
    """Play the tenant; a call that was not arranged is a connection error."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def tenant(http):
    """Return a client whose token endpoint answers."""
    http.post(TOKEN_URL, json={"access_token": TOKEN, "token_type": "Bearer", "expires_in": 86_400})
    return Harness(http)


# Calls.


def test_narrow_get(tenant):
    """A read is one GET that asks for the six keys of sessions and no other."""
    query = {
        "fields": "session_lifetime,idle_session_lifetime,ephemeral_session_lifetime,"
        "idle_ephemeral_session_lifetime,session_cookie,sessions",
        "include_fields": "true",
    }
    tenant.http.get(SETTINGS_URL, json=ANSWER, match=[matchers.query_param_matcher(query)])
    assert tenant.read() == READ
    assert [("GET", f"Bearer {TOKEN}", None)] == [
        (call.method, call.headers["Authorization"], call.body) for call in tenant.calls
    ]


def test_patch(tenant):
    """A write is one PATCH whose body is exactly what changes, and its answer is reported, or else what was written."""
    body = {"session_lifetime": 8, "idle_session_lifetime_in_minutes": 90, "session_cookie": {"mode": "persistent"}}
    tenant.http.patch(SETTINGS_URL, json=ANSWER, match=[matchers.query_param_matcher({})])
    values = {"session_lifetime": 480, "idle_session_lifetime": 90, "session_cookie_mode": "persistent"}
    assert tenant.write(values) == {**READ, "idle_session_lifetime": 90}
    assert [("PATCH", body)] == [(call.method, json.loads(call.body)) for call in tenant.calls]
    assert tenant.calls[0].headers["Content-Type"] == "application/json"


SESSIONS = {"oidc_logout_prompt_enabled": False, "anonymous": {"activate_cookie": False, "lifetime_in_minutes": 60}}
CHANGED = {"oidc_logout_prompt_enabled": False, "anonymous": {"activate_cookie": False, "lifetime_in_minutes": 90}}


def test_a_shared_object_is_read_before_it_is_written(tenant):
    """A write of one member repeats the others as the tenant reports them, after one GET of this object alone."""
    query = {"fields": "sessions", "include_fields": "true"}
    tenant.http.get(SETTINGS_URL, json={"sessions": SESSIONS}, match=[matchers.query_param_matcher(query)])
    tenant.http.patch(SETTINGS_URL, json={**ANSWER, "sessions": CHANGED})
    written = tenant.write({"anonymous_session_lifetime": 90, "session_lifetime": 480})
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


# Tokens.


def test_credentials_are_found_late_and_a_token_serves_many_calls(tenant):
    """Credentials are looked for at the first network use and not again, and all calls share one token."""
    assert tenant.asked_for_credentials == 0
    tenant.http.get(SETTINGS_URL, json=ANSWER)
    for _ in range(3):
        tenant.read()
    assert (tenant.asked_for_credentials, tenant.made) == (1, (1, 3))


def test_one_token_for_four_threads(http):
    """Threads that call at the same time make one token request."""

    def answer_login(_):
        time.sleep(0.1)
        return 200, {}, json.dumps({"access_token": TOKEN})

    http.add_callback("POST", TOKEN_URL, answer_login)
    http.get(SETTINGS_URL, json=ANSWER)
    harness = Harness(http)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: harness.read(), range(4))) == [READ] * 4
    assert harness.made == (1, 4)


@pytest.mark.parametrize(("later", "logins"), [(29, 1), (30, 2)])
def test_a_token_is_renewed_before_it_expires(monkeypatch, http, later, logins):
    """A token is used for as long as its login says, and then replaced by a new one."""
    clock = SimpleNamespace(seconds=1_000.0)
    monkeypatch.setattr(client_module, "time", SimpleNamespace(monotonic=lambda: clock.seconds))
    http.post(TOKEN_URL, json={"access_token": TOKEN, "expires_in": 60})
    http.get(SETTINGS_URL, json=ANSWER)
    harness = Harness(http)
    harness.read()
    clock.seconds += later
    harness.read()
    assert len(harness.tokens) == logins


def test_401_leads_to_one_new_login(tenant):
    """A token that the tenant no longer takes is replaced once, and a fresh one that is refused too is the end."""
    tenant.http.get(SETTINGS_URL, status=401, json=REFUSED)
    tenant.http.get(SETTINGS_URL, json=ANSWER)
    assert (tenant.read(), tenant.made, tenant.waits) == (READ, (2, 2), [])
    tenant.http.replace("GET", SETTINGS_URL, status=401, json=REFUSED)
    assert "Expired token received" in str(tenant.error(UnauthorizedError))
    assert tenant.made == (3, 4)


def test_a_token_of_the_user_is_used_as_it_is(http):
    """A given token needs no login, and cannot be renewed, so its rejection is final."""
    http.get(SETTINGS_URL, json=ANSWER)
    http.get(SETTINGS_URL, status=401, json=REFUSED)
    harness = Harness(http, ApiToken(STATIC, "here"))
    assert harness.read() == READ
    harness.error(UnauthorizedError)
    assert (harness.made, harness.calls[0].headers["Authorization"]) == ((0, 2), f"Bearer {STATIC}")


def test_a_secret_that_is_refused_is_tried_once(http):
    """A refused secret is final, whatever the clocks say."""
    http.post(TOKEN_URL, status=401, json={"error": "access_denied"}, headers={"Date": formatdate(NOW, usegmt=True)})
    harness = Harness(http)
    harness.error(UnauthorizedError)
    assert harness.made == (1, 0)


def test_a_login_without_a_token_is_tried_again_and_then_an_error(http):
    """A token endpoint that gives no usable token is an unexpected answer, which does not get into the error."""
    http.post(TOKEN_URL, json={"access_token": [TOKEN], "id_token": TOKEN})
    harness = Harness(http)
    error = harness.error(UnexpectedAnswerError)
    assert ("get a Management API token" in str(error), harness.made) == (True, (4, 0))
    assert TOKEN not in "".join(traceback.format_exception(error))


@pytest.fixture
def keyed(auth0_sandbox):
    """A tenant whose only application has to send assertions, and a client of it."""
    tenant = auth0_sandbox.add_tenant("acme", settings={"session_lifetime": 480})
    tenant.add_client("the-id", public_key=public_pem())
    credentials = ClientCredentials("the-id", SigningKey.read(pem_of(), "KEY"), None, "the test's own place")
    return tenant, TenantClient(tenant.domain, lambda: credentials, policy=RetryPolicy.immediate())


def test_an_application_with_a_key_logs_in(keyed):
    """It gets a token with an assertion, and a second attempt has another one."""
    tenant, client = keyed
    tenant.fault("503", operation="token")
    assert client.operation().read() == {"session_lifetime": 480}
    assert tenant.calls == ["POST /oauth/token", "POST /oauth/token", "GET /tenants/settings"]


@pytest.mark.parametrize("error", [timedelta(minutes=-10), timedelta(days=3650)])
def test_a_wrong_clock_costs_one_more_login(keyed, error):
    """Where this machine's clock is wrong, the tenant refuses the first assertion, and its own time dates the next."""
    tenant, client = keyed
    client.clock = ServerClock(machine=lambda: datetime.now(UTC) + error)
    assert client.operation().read() == {"session_lifetime": 480}
    assert tenant.calls == ["POST /oauth/token", "POST /oauth/token", "GET /tenants/settings"]


def test_a_key_that_the_tenant_does_not_know_is_refused_once(keyed):
    """A refusal that the clock does not explain is final, and says what the application needs."""
    tenant, client = keyed
    tenant.add_client("the-id", "a secret now")
    with pytest.raises(UnauthorizedError, match="has to use Private Key JWT"):
        client.operation().read()
    assert tenant.calls == ["POST /oauth/token"]


# Refusals, and what is tried again.


SAID = {"json": {"message": "Because", "errorCode": "its_code"}}
EVIL = {"Location": "https://evil.example/"}


@pytest.mark.parametrize(
    ("answer", "kind", "tries"),
    [
        ({"status": 400, **SAID}, BadRequestError, 1),
        ({"status": 403, **SAID}, ForbiddenError, 1),
        ({"status": 404, **SAID}, ApiError, 1),
        ({"status": 499, "body": "<html>"}, UnexpectedAnswerError, 1),
        ({"status": 307, "headers": EVIL}, UnexpectedAnswerError, 1),
        ({"status": 307, "headers": {"Location": f"https://{DOMAIN}/elsewhere"}}, UnexpectedAnswerError, 1),
        ({"status": 500, **SAID}, UnexpectedAnswerError, 4),
        ({"status": 599, "body": "<html>down</html>"}, UnexpectedAnswerError, 4),
        *[({"body": body}, UnexpectedAnswerError, 4) for body in ("<html>", "null", '{"session', "[]", b"\xff\xfe")],
        ({"body": requests.exceptions.ConnectionError("refused")}, TenantUnreachableError, 4),
        ({"body": requests.exceptions.SSLError("certificate verify failed")}, TenantUnreachableError, 1),
    ],
)
@pytest.mark.parametrize("endpoint", ["login", "read"])
def test_how_often_a_call_is_tried(http, endpoint, answer, kind, tries):
    """A refusal is final, a redirect is not followed, and what may pass is tried again after 1, 2 and 4 seconds."""
    http.post(TOKEN_URL, **(answer if endpoint == "login" else {"json": {"access_token": TOKEN}}))
    http.get(SETTINGS_URL, **answer)
    http.add_callback("GET", "https://evil.example/", pytest.fail)
    harness = Harness(http)
    error = harness.error(kind)
    assert (type(error), harness.made) == (kind, (tries, 0) if endpoint == "login" else (1, tries))
    assert harness.waits == [1.0, 2.0, 4.0][: tries - 1]
    if "json" in answer:
        assert ("Because" in str(error), error.error_code) == (True, "its_code")


@pytest.mark.parametrize(("endpoint", "body"), [("login", '{"errorCode": "too_many_requests"}'), ("read", "<html>")])
def test_429_is_waited_for(http, endpoint, body):
    """A rate limit, JSON or not, is waited for as long as the tenant asks by its own clock, with a status line."""
    headers = {"Date": formatdate(NOW, usegmt=True), "x-ratelimit-reset": str(NOW + 5)}
    http.add(
        "POST" if endpoint == "login" else "GET",
        re.compile(f"https://{DOMAIN}"),
        status=429,
        body=body,
        headers=headers,
    )
    http.post(TOKEN_URL, json={"access_token": TOKEN})
    http.get(SETTINGS_URL, json=ANSWER)
    harness = Harness(http)
    assert harness.read() == READ
    assert harness.waits == [pytest.approx(5, abs=0.1)]
    assert harness.said == [f"{DOMAIN}: rate limit reached (429); trying again in 5 s"]


def test_429_for_too_long(tenant):
    """A wait that the operation has no time for is not made, and the error says so."""
    tenant.http.get(SETTINGS_URL, status=429, json={}, headers={"Retry-After": "50"})
    assert "asks to wait 50 s" in str(tenant.error(RateLimitError))
    assert tenant.waits == [50.0, 50.0]


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, "<html>"), (200, '{"session_lifetime": 0, "session_cookie": {}}'), (204, ""), (299, "[]")],
)
def test_a_write_that_is_answered_2xx_is_done(tenant, status, body):
    """It is not repeated, whatever the answer holds, and counts as written."""
    tenant.http.patch(SETTINGS_URL, status=status, body=body)
    assert tenant.write({"session_lifetime": 90}) == {"session_lifetime": 90}
    assert tenant.made == (1, 1)


# Secrets and proxies.


@pytest.mark.parametrize(
    ("endpoint", "sent"), [("login", [SECRET]), ("settings", [SECRET, TOKEN]), ("static", [STATIC])]
)
def test_no_secret_in_any_error(http, endpoint, sent):
    """Whatever was sent and comes back gets into no error, code, status line or traceback."""
    echo = {"status": 503, "json": {"message": " ".join(sent), "errorCode": sent[-1]}}
    http.post(TOKEN_URL, **(echo if endpoint == "login" else {"json": {"access_token": TOKEN}}))
    http.get(SETTINGS_URL, **echo)
    harness = Harness(http, ApiToken(STATIC, "here") if endpoint == "static" else CLIENT)
    error = harness.error(ApiError)
    printed = "".join([*traceback.format_exception(error), repr(error), repr(vars(error)), *harness.said])
    assert [secret for secret in sent if secret in printed] == []
    assert "***" in printed


@pytest.mark.parametrize(("domain", "proxied"), [(DOMAIN, True), ("http://127.0.0.1:8400/acme", False)])
def test_proxies(monkeypatch, http, domain, proxied):
    """The proxy of the environment is for the outer world, not for a loopback host."""
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    http.get(f"{domain if not proxied else f'https://{domain}'}{SETTINGS_PATH}", json=ANSWER)
    Harness(http, ApiToken(STATIC, "here"), domain).read()
    assert bool(http.calls[0].request.req_kwargs["proxies"]) == proxied
