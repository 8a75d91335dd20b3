"""The fake Auth0: its rules, its faults, and the handle that tests hold."""

import doctest
import importlib
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions import sandbox as package
from auth0_sessions.sandbox import Fault, LoggedRequest, Sandbox, Tenant, tokens
from auth0_sessions.sandbox.plans import Bucket, Rate
from auth0_sessions.sandbox.schema import LIFETIMES
from auth0_sessions.sandbox.settings import as_hours
from auth0_sessions.sandbox.tenant import LOG_LENGTH
from keys import pem_of, public_pem

SECRET = "canary-secret"
READ, UPDATE = SCOPES = tuple(tokens.SCOPES.values())
HOUR = {"session_lifetime": 1}
STORED = {"session_lifetime": 60}
READING = "GET /tenants/settings"
INVALID_SIGNATURE = "Invalid signature received for JSON Web Token validation"


@pytest.fixture(scope="module")
def _served():
    clock = SimpleNamespace(now=1_800_000_000.0)
    with Sandbox(clock=lambda: clock.now) as running:
        yield running, clock


@pytest.fixture
def clock(_served):
    """Return the clock of the sandbox under test."""
    return _served[1]


@pytest.fixture
def sandbox(_served):
    """Return the sandbox under test, without tenants and with rate limits."""
    _served[0].reset()
    return _served[0]


@pytest.fixture
def acme(sandbox):
    """Return an enterprise tenant without rate limits."""
    return sandbox.add_tenant("acme", rate_limits=False)


@pytest.fixture
def session():
    """Return a session that keeps its connection."""
    with requests.Session() as opened:
        yield opened


def call(
    tenant: Tenant,
    method: str = "GET",
    body: Any = None,
    *,
    header: str | None = None,
    query: dict[str, str] | None = None,
    session: requests.Session | None = None,
    timeout: float = 10,
) -> requests.Response:
    """Send one request for the tenant's settings; text goes out as it is, anything else as JSON."""
    return (session or requests).request(
        method,
        f"{tenant.domain}/api/v2/tenants/settings",
        data=body if isinstance(body, str) or body is None else json.dumps(body),
        params=query,
        headers={"Authorization": f"Bearer {tenant.issue_token()}" if header is None else header},
        timeout=timeout,
        allow_redirects=False,
    )


def write(tenant: Tenant, body: Any, **options: Any) -> requests.Response:
    """Send one PATCH."""
    return call(tenant, "PATCH", body, **options)


def ask(
    tenant: Tenant, session: requests.Session | None = None, *, as_form: bool = False, **changes: Any
) -> requests.Response:
    """Ask for a token; a change to None leaves the member out."""
    body = {"grant_type": "client_credentials", "client_id": "id", "client_secret": SECRET}
    body |= {"audience": f"{tenant.domain}/api/v2/"} | changes
    body = {name: value for name, value in body.items() if value is not None}
    sent: Any = {"data": body} if as_form else {"json": body}
    return (session or requests).post(f"{tenant.domain}/oauth/token", timeout=10, **sent)


def reason(answer: requests.Response) -> tuple[int, str | None, str]:
    """Return status, errorCode and message of a refusal."""
    body = answer.json()
    assert (answer.status_code, answer.reason) == (body["statusCode"], body["error"])
    return answer.status_code, body.get("errorCode"), body["message"]


# Tokens


def claims(token: str) -> dict[str, Any]:
    """Return the payload of a JSON Web Token."""
    return jwt.decode(token, options={"verify_signature": False})


def test_a_token_is_granted_to_any_client(acme, clock):
    """Form and JSON are accepted; the token is a JSON Web Token of its tenant, with both scopes and a life of a day."""
    for as_form in (False, True):
        granted = ask(acme, as_form=as_form).json()
        token = granted.pop("access_token")
        assert granted == {"token_type": "Bearer", "expires_in": 86_400, "scope": " ".join(SCOPES)}
        assert call(acme, header=f"Bearer {token}").status_code == 200
        held, issued = claims(token), claims(acme.issue_token())
        assert held.pop("jti") != issued.pop("jti")
        assert (
            held
            == issued
            == {
                "iss": f"{acme.domain}/",
                "sub": "sandbox@clients",
                "aud": f"{acme.domain}/api/v2/",
                "iat": int(clock.now),
                "exp": int(clock.now) + 86_400,
                "scope": " ".join(SCOPES),
                "gty": "client-credentials",
            }
        )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"grant_type": None}, (400, "invalid_request", "Missing required parameter: grant_type")),
        ({"client_id": ""}, (400, "invalid_request", "Missing required parameter: client_id")),
        ({"client_secret": 7}, (400, "invalid_request", "Missing required parameter: client_secret")),
        ({"audience": None}, (400, "invalid_request", "Missing required parameter: audience")),
        ({"grant_type": "password"}, (403, "unauthorized_client", "Grant type 'password' not allowed for the client.")),
        ({"client_id": "other"}, (401, "access_denied", "Unauthorized")),
        ({"client_secret": "other"}, (401, "access_denied", "Unauthorized")),
        ({"audience": "no-slash"}, (403, "access_denied", "Service not enabled within domain: no-slash")),
    ],
)
def test_a_token_request_is_checked(acme, changes, expected):
    """Each member is needed, a registered client has its own secret, and the audience is exact, slash included."""
    acme.add_client("id", SECRET)
    answer = ask(acme, **changes)
    body = answer.json()
    assert expected == (answer.status_code, body["error"], body["error_description"])
    assert (ask(acme).status_code, ask(acme, audience=f"{acme.domain}/api/v2").status_code) == (200, 403)


def signed(tenant, clock, *, algorithm="RS256", key=None, **changes):
    """Return the part of a token request that proves a client's identity with a key; None leaves a claim out."""
    now = int(clock.now)
    claims = {"iss": "id", "sub": "id", "aud": f"{tenant.domain}/", "iat": now, "exp": now + 60, "jti": uuid4().hex}
    claims = {name: value for name, value in (claims | changes).items() if value is not None}
    return {
        "client_secret": None,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode(claims, key or pem_of(), algorithm),
    }


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_a_client_with_a_key_sends_assertions(acme, clock, algorithm):
    """It gets a token with an assertion that its key signed, used once, and with nothing else."""
    proof = signed(acme, clock, algorithm=algorithm)
    assert ask(acme, **proof).status_code == 401
    acme.add_client("id", public_key=public_pem(), algorithm=algorithm)
    assert [ask(acme, **proof).status_code for _ in range(2)] == [200, 401]
    assert ask(acme).status_code == 401
    assert ask(acme, **signed(acme, clock, algorithm="RS512")).status_code == 401
    assert ask(acme, **signed(acme, clock, algorithm=algorithm) | {"client_assertion_type": "x"}).status_code == 401
    assert acme.requests[0].body["client_assertion"] == "***"


@pytest.mark.parametrize(
    "wrong",
    [
        *({"iss": "other"}, {"sub": "other"}, {"aud": "https://elsewhere.invalid/"}, {"aud": None}, {"jti": None}),
        *({"exp": None}, {"exp": -1}, {"exp": 301}, {"iat": 11}, {"nbf": 11}),
        {"key": pem_of(rsa.generate_private_key(public_exponent=65_537, key_size=2_048))},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_an_assertion_is_checked(acme, clock, wrong):
    """It is the client's, for this tenant, good for five minutes at most, not from the future, and of its own key."""
    acme.add_client("id", public_key=public_pem())
    changes = {name: int(clock.now) + value if isinstance(value, int) else value for name, value in wrong.items()}
    answer = ask(acme, **signed(acme, clock, **changes))
    assert (answer.status_code, answer.json()["error"]) == (401, "access_denied")


def test_the_scopes_of_a_tenant_hold_for_every_client(acme):
    """What the grant allows can change at any time, for registered clients too; without any scope, there is none."""
    acme.add_client("id", SECRET)
    acme.scopes = (READ,)
    token = ask(acme).json()
    assert token["scope"] == READ
    assert write(acme, HOUR, header=f"Bearer {token['access_token']}").status_code == 403
    acme.scopes = ()
    answer = ask(acme)
    assert (answer.status_code, answer.json()["error"]) == (403, "access_denied")


def test_localhost_is_an_audience_for_those_who_call_it(acme):
    """A client that calls localhost may name localhost, and its token is one of localhost."""
    url = acme.domain.replace("127.0.0.1", "localhost")
    body = {
        "grant_type": "client_credentials",
        "client_id": "id",
        "client_secret": SECRET,
        "audience": f"{url}/api/v2/",
    }
    token = requests.post(f"{url}/oauth/token", json=body, timeout=10).json()["access_token"]
    header = f"Bearer {token}"
    assert claims(token)["iss"] == f"{url}/"
    assert reason(call(acme, header=header))[2] == f"Bad audience: {url}/api/v2/"
    read = requests.get(f"{url}/api/v2/tenants/settings", headers={"Authorization": header}, timeout=10)
    assert read.status_code == 200


def test_a_token_is_for_one_tenant_until_it_expires(sandbox, acme, clock):
    """A token works until its last second, and only for its tenant."""
    beta = sandbox.add_tenant("beta", token_seconds=60)
    header = f"Bearer {ask(beta).json()['access_token']}"
    assert reason(call(acme, header=header)) == (401, None, f"Bad audience: {beta.domain}/api/v2/")
    clock.now += 59
    assert call(beta, header=header).status_code == 200
    clock.now += 1
    assert reason(call(beta, header=header)) == (401, None, "Expired token received for JSON Web Token validation")


BAD_FORMAT = (400, "Bearer", "Bad HTTP authentication header format")


@pytest.mark.parametrize(
    ("header", "expected", "challenge"),
    [
        ("", (401, None, "Missing authentication"), "Bearer"),
        ("Basic YTpi", (401, None, "Missing authentication"), "Bearer"),
        ("Bearer not.signed.here", (401, None, INVALID_SIGNATURE), f'Bearer error="{INVALID_SIGNATURE}"'),
        ("Bearer", BAD_FORMAT, None),
        ("Bearer opaque-token", BAD_FORMAT, None),
        ("Bearer a b", BAD_FORMAT, None),
    ],
)
def test_the_authorization_header_is_checked(acme, header, expected, challenge):
    """A header without a JSON Web Token is a 400 about the bearer; a missing or unknown token is a 401."""
    answer = call(acme, header=header)
    assert (expected, challenge) == (reason(answer), answer.headers.get("WWW-Authenticate"))


@pytest.mark.parametrize(("method", "held", "needed"), [("GET", UPDATE, READ), ("PATCH", READ, UPDATE)])
def test_each_operation_needs_its_scope(acme, method, held, needed):
    """Reading and updating need a scope each, and one does not stand for the other."""
    answer = call(acme, method, HOUR, header=f"Bearer {acme.issue_token((held,))}")
    assert reason(answer) == (403, "insufficient_scope", f"Insufficient scope, expected any of: {needed}")
    assert call(acme, method, HOUR, header=f"Bearer {acme.issue_token((needed,))}").status_code == 200


# Reads


def test_fields_choose_what_a_read_shows(sandbox):
    """A key that was never written is absent; `fields` names the keys to show, include_fields=false those to hide."""
    acme = sandbox.add_tenant("acme", settings={"session_lifetime": 90, "session_cookie_mode": "persistent"})
    fields = "session_lifetime,idle_session_lifetime,session_cookie"
    narrow = {"session_lifetime": 1.5, "session_cookie": {"mode": "persistent"}}
    rest = {**acme.foreign, "sandbox_versions_available": ["22", "18"]}
    assert call(acme).json() == {**narrow, **rest}
    for more, expected in (({}, narrow), ({"include_fields": "true"}, narrow), ({"include_fields": "false"}, rest)):
        assert expected == call(acme, query={"fields": fields, **more}).json()


@pytest.mark.parametrize(
    "query",
    [{"fields": "session_lifetime_in_minutes"}, {"fields": "flags,x"}, {"include_fields": "yes"}, {"page": "1"}],
)
def test_an_unknown_query_is_refused(acme, query):
    """Names that a read does not know are a 400 on the query, those in minutes too."""
    status, code, message = reason(call(acme, query=query))
    assert (status, code) == (400, "invalid_query_string")
    assert message.startswith("Query validation error: '")


@given(st.integers(1, 525_600))
def test_shown_hours_give_the_minutes_back(minutes):
    """Rounding the shown hours to minutes is exact for every lifetime there is."""
    assert minutes == round(as_hours(minutes) * 60)


# Writes


@pytest.mark.parametrize("name", LIFETIMES)
def test_a_lifetime_is_written_in_hours_or_minutes(acme, name):
    """Each lifetime takes hours and minutes, a JSON 3.0 too, up to its maximum, and is answered in hours."""
    maximum = 144_000 if name.startswith("idle") else 525_600
    hours, minutes = name, f"{name}_in_minutes"
    for key, value, stored in (
        (hours, 3.0, 180),
        (minutes, 181, 181),
        (hours, maximum // 60, maximum),
        (minutes, maximum, maximum),
    ):
        assert (write(acme, {key: value}).json()[name], acme.settings) == (stored / 60, {name: stored})
    for key, value in ((hours, maximum // 60 + 1), (minutes, maximum + 1)):
        assert write(acme, {key: value}).status_code == 400


DESCRIBED = "session_lifetime (Login session lifetime, how long the session will stay valid (unit: hours))"
COOKIE = "session_cookie (Session cookie configuration)"
SESSIONS = "sessions (Sessions related settings for tenant)"
ANONYMOUS = "sessions.anonymous.lifetime_in_minutes (Anonymous session lifetime, in minutes)"


def of_type(expected: str, found: str, place: str = "") -> str:
    """Return the message for a value of the wrong type."""
    return f"'Expected type {expected} but found type {found}'{place and f' on property {place}'}."


def anonymous(value: Any) -> dict[str, Any]:
    """Return a body with an anonymous lifetime."""
    return {"sessions": {"anonymous": {"lifetime_in_minutes": value}}}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "'Too few properties defined (0), minimum 1'."),
        ([], of_type("object", "array")),
        ({"b": 1, "a": 1}, "'Additional properties not allowed: b,a'."),
        ({"session_lifetime": None}, of_type("integer", "null", DESCRIBED)),
        ({"session_lifetime": 0.5}, of_type("integer", "number", DESCRIBED)),
        ({"session_lifetime": "8"}, of_type("integer", "string", DESCRIBED)),
        ('{"session_lifetime": 1e999}', of_type("integer", "number", DESCRIBED)),
        ({"session_lifetime": 0}, f"'Value 0 is less than minimum 1' on property {DESCRIBED}."),
        ({"session_lifetime": 8761}, f"'Value 8761 is greater than maximum 8760' on property {DESCRIBED}."),
        (
            {"session_lifetime": 8, "session_lifetime_in_minutes": 480},
            "'Only one of session_lifetime and session_lifetime_in_minutes can be set'.",
        ),
        ({"session_cookie": {}}, f"'Missing required property: mode' on property {COOKIE}."),
        ({"session_cookie": "persistent"}, of_type("object,null", "string", COOKIE)),
        (
            {"session_cookie": {"mode": "non_persistent"}},
            "'No enum match for: non_persistent' on property session_cookie.mode.",
        ),
        ({"sessions": {"lifetime": 1}}, f"'Additional properties not allowed: lifetime' on property {SESSIONS}."),
        (anonymous(525_601), f"'Value 525601 is greater than maximum 525600' on property {ANONYMOUS}."),
        ({"friendly_name": 1, "session_lifetime": 0}, f"'Value 0 is less than minimum 1' on property {DESCRIBED}."),
        ({"friendly_name": 1}, of_type("string", "integer", "friendly_name")),
    ],
)
def test_a_bad_body_is_refused_and_nothing_is_stored(acme, body, message):
    """Each rule has its wording, the last bad member is the one reported, and it keeps the good ones out too."""
    foreign = acme.foreign
    body = {"idle_session_lifetime": 1, **body} if isinstance(body, dict) and body else body
    answer = write(acme, body)
    assert (400, "invalid_body", f"Payload validation error: {message}") == reason(answer)
    assert ({}, foreign) == (acme.settings, acme.foreign)


@pytest.mark.parametrize("body", ["", "{'a': 1}"])
def test_malformed_json_is_refused(acme, body):
    """What is not JSON is a 400 without a code."""
    assert reason(write(acme, body)) == (400, None, "Invalid request payload JSON format")


def test_a_write_merges_at_the_top_level(acme):
    """Keys not sent stay, objects are replaced, null removes, and only flags merge member by member."""
    before = acme.foreign
    write(
        acme, {"session_lifetime": 2, "idle_session_lifetime_in_minutes": 15, "session_cookie": {"mode": "persistent"}}
    )
    body = {"flags": {"enable_sso": False}, "universal_login": {"colors": {}}, "mtls": None, "session_cookie": None}
    shown = write(acme, body).json()
    expected = {**before, "flags": {**before["flags"], "enable_sso": False}, "universal_login": {"colors": {}}}
    del expected["mtls"]
    assert expected == acme.foreign
    assert acme.settings == {"session_lifetime": 120, "idle_session_lifetime": 15}
    assert shown == {**expected, "session_lifetime": 2, "idle_session_lifetime": 0.25}


@pytest.mark.parametrize(("merges", "kept"), [(False, {}), (True, {"oidc_logout_prompt_enabled": True})])
def test_a_write_of_sessions_replaces_it_or_merges(acme, merges, kept):
    """Auth0 does not document which: by default a member that a PATCH does not send is lost."""
    acme.merge_sessions = merges
    answer = write(acme, anonymous(1440))
    expected = {**kept, **anonymous(1440)["sessions"]}
    assert (answer.json()["sessions"], acme.foreign["sessions"]) == (expected, expected)
    assert acme.settings == {"anonymous_session_lifetime": 1440}
    assert call(acme, query={"fields": "sessions"}).json() == {"sessions": expected}


@pytest.mark.parametrize("plan", ["free", "essential", "professional"])
@pytest.mark.parametrize(("name", "cap"), [("ephemeral_session_lifetime", 43_200), ("idle_session_lifetime", 4_320)])
def test_a_value_above_the_plans_cap(acme, plan, name, cap):
    """Echo stores it as sent, clamp stores the cap, refuse answers 400; the cap itself always passes."""
    acme.plan = plan
    for mode, status, stored in (("echo", 200, cap + 1), ("clamp", 200, cap), ("refuse", 400, cap)):
        acme.over_cap = mode
        assert write(acme, {f"{name}_in_minutes": cap}).status_code == 200
        assert write(acme, {f"{name}_in_minutes": cap + 1}).status_code == status
        assert acme.settings == {name: stored}


def test_reads_can_be_stale_after_a_write(acme, clock):
    """For stale_seconds, a GET shows the earlier values, while the response to the PATCH has the new ones."""
    acme.dashboard(session_lifetime=60)
    acme.stale_seconds = 1
    assert write(acme, {"session_lifetime": 2}).json()["session_lifetime"] == 2
    clock.now += 0.5
    write(acme, {"session_lifetime": 3})
    seen = []
    for _ in range(3):
        seen.append(call(acme).json()["session_lifetime"])
        clock.now += 0.5
    assert seen == [1, 2, 3]


def test_the_dashboard_takes_effect_immediately(acme):
    """A change in the Dashboard is in minutes and needs no call; None unsets one setting and leaves the rest."""
    acme.stale_seconds = 60
    acme.dashboard(session_lifetime=480, session_cookie_mode="persistent", anonymous_session_lifetime=60)
    assert call(acme).json()["session_lifetime"] == 8
    prompt = {"oidc_logout_prompt_enabled": True}
    assert acme.foreign["sessions"] == {**prompt, "anonymous": {"lifetime_in_minutes": 60}}
    acme.dashboard(session_lifetime=None, idle_session_lifetime=None, anonymous_session_lifetime=None)
    assert (acme.settings, acme.foreign["sessions"]) == (
        {"session_cookie_mode": "persistent"},
        {**prompt, "anonymous": {}},
    )
    assert acme.calls == ["GET /tenants/settings"]


# Rates


@pytest.mark.parametrize(
    ("plan", "burst", "per_second"),
    [("free", 2, 2), ("essential", 10, 2.5), ("professional", 10, 2.5), ("enterprise", 50, 16)],
)
def test_the_management_api_is_limited_by_plan(sandbox, clock, session, plan, burst, per_second):
    """The bucket holds the plan's burst and refills at its rate; the 429 has a reset of now and no Retry-After."""
    clock.now = float(int(clock.now) + 1)
    acme = sandbox.add_tenant("acme", plan=plan)
    left = [call(acme, session=session).headers["x-ratelimit-remaining"] for _ in range(burst)]
    refused = call(acme, session=session)
    assert [str(count) for count in reversed(range(burst))] == left
    assert reason(refused) == (429, "too_many_requests", "Global limit has been reached")
    sent = {name.removeprefix("x-ratelimit-"): text for name, text in refused.headers.items() if "rate" in name}
    assert sent == {"limit": str(burst), "remaining": "0", "reset": str(int(clock.now))}
    assert "Retry-After" not in refused.headers
    clock.now += 1 / per_second
    assert call(acme).status_code == 200


def test_tokens_have_a_bucket_of_their_own(sandbox, session):
    """The free plan grants 30 tokens at once, whatever the Management API's bucket holds."""
    acme = sandbox.add_tenant("acme", plan="free")
    statuses = [ask(acme, session).status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]
    assert call(acme).status_code == 200


def test_rate_limits_can_be_switched_off(acme, session):
    """Without limits every response still has the headers, and never a wait in them."""
    acme.plan = "free"
    answers = [call(acme, session=session) for _ in range(3)]
    headers = [(answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) for answer in answers]
    assert ([answer.status_code for answer in answers], headers) == ([200] * 3, [("2", "1")] * 3)


@given(st.lists(st.floats(0, 2), max_size=40))
def test_a_bucket_never_grants_more_than_its_rate(pauses):
    """Over any time, no more is granted than the burst and what was added since."""
    now, granted = 0.0, 0
    bucket = Bucket(Rate(3, 2), now)
    for pause in pauses:
        now += pause
        granted += bucket.take(now)[0]
    assert granted <= 3 + 2 * now + 1e-6


# Faults

FAULTS: dict[str, tuple[int | None, str | None, dict[str, int]]] = {
    "429": (429, "too_many_requests", {}),
    "429-retry-after": (429, "too_many_requests", {}),
    "500": (500, "internal_error", {}),
    "502": (502, None, {}),
    "503": (503, None, {}),
    "html-200": (200, None, {}),
    "html-503": (503, None, {}),
    "401-expired": (401, None, {}),
    "401-invalid": (401, None, {}),
    "403-scope": (403, "insufficient_scope", {}),
    "400": (400, "invalid_body", {}),
    "redirect": (302, None, {}),
    "drop-before": (None, None, {}),
    "hang": (None, None, {}),
    "drop-after": (None, None, STORED),
    "truncated-json": (200, None, STORED),
    "wrong-types": (200, None, STORED),
    "not-an-object": (200, None, STORED),
}
"""Kind -> status of a write, its code, and what is then stored."""


@pytest.mark.parametrize("kind", Fault)
def test_a_fault_happens_once(acme, kind):
    """A write gets the status and code of its fault, or nothing, takes effect or not, and the next request is fine."""
    status, code, stored = FAULTS[kind]
    acme.fault(kind)
    if status is None:
        with pytest.raises(requests.exceptions.ReadTimeout if kind == "hang" else requests.exceptions.ConnectionError):
            write(acme, HOUR, timeout=0.1)
    else:
        answer = write(acme, HOUR)
        assert status == answer.status_code
        assert code is None or reason(answer)[1] == code
    assert (acme.settings, acme.requests[0].status) == (stored, status)
    assert call(acme).status_code == 200


@pytest.mark.parametrize(
    "kind", ["429", "429-retry-after", "500", "502", "503", "401-expired", "401-invalid", "403-scope", "400"]
)
def test_a_fault_of_the_login_has_its_wording(acme, kind):
    """Below 500, the token endpoint's errors have other members than those of the Management API."""
    acme.fault(kind, operation="token")
    answer = ask(acme)
    assert answer.status_code == FAULTS[kind][0]
    assert answer.status_code >= 500 or set(answer.json()) == {"error", "error_description"}


def test_a_429_says_how_long_to_wait(acme, clock):
    """The plain 429 asks for a wait of nothing; the other one says how long in Retry-After."""
    acme.fault("429")
    acme.fault("429-retry-after", retry_after=7)
    first, second = call(acme), call(acme)
    assert (str(int(clock.now)), None) == (first.headers["x-ratelimit-reset"], first.headers.get("Retry-After"))
    assert second.headers["Retry-After"] == "7"


def test_the_edge_answers_with_a_page_or_a_redirect(acme):
    """Neither has the API's JSON."""
    for kind in ("html-200", "html-503"):
        acme.fault(kind)
        answer = call(acme)
        assert (answer.headers["content-type"], answer.text[:6]) == ("text/html", "<html>")
    acme.fault("redirect")
    assert call(acme).headers["location"] == "http://127.0.0.1:9/elsewhere"


def test_a_mangled_answer_is_unusable(acme):
    """It is no JSON, no object, or has members of other types, also at the login."""
    for kind in ("truncated-json", "not-an-object", "wrong-types", "wrong-types"):
        acme.fault(kind)
    with pytest.raises(requests.exceptions.JSONDecodeError):
        call(acme).json()
    assert call(acme).json() == []
    shown, token = call(acme).json(), ask(acme).json()
    assert {shown[name] for name in LIFETIMES} == {"eight hours"}
    assert (token["access_token"], token["expires_in"]) == (17, "86400")


def test_stopping_cuts_hanging_and_idle_connections(session):
    """Stopping is quick, whatever a client waits for; `on_request` gets each request, also one without an answer."""
    heard: list[LoggedRequest] = []
    with Sandbox(on_request=heard.append) as running, ThreadPoolExecutor() as pool:
        acme = running.add_tenant("acme")
        call(acme, session=session)
        acme.fault("hang")
        waiting = pool.submit(call, acme)
        while len(acme.requests) < 2:
            time.sleep(0.005)
        started = time.monotonic()
        running.stop()
        with pytest.raises(requests.exceptions.ConnectionError):
            waiting.result()
        with pytest.raises(requests.exceptions.ConnectionError):
            call(acme, session=session)
    assert time.monotonic() - started < 3
    assert [(request.call, request.status) for request in heard] == [(READING, 200), (READING, None)]


def test_faults_choose_their_requests(acme):
    """A fault can wait for an operation, skip some requests and last for several; those it skips count for all."""
    acme.fault("500", times=2, operation="patch", after=1)
    acme.fault("503", operation="patch", after=1)
    assert [write(acme, HOUR).status_code for _ in range(5)] == [200, 500, 500, 503, 200]
    assert call(acme).status_code == 200
    acme.fault("500", after=1)
    acme.fault("503", after=2)
    assert [call(acme).status_code for _ in range(4)] == [200, 500, 503, 200]
    acme.fault("500", times=None)
    assert [call(acme).status_code for _ in range(3)] == [500] * 3
    acme.clear_faults()
    assert call(acme).status_code == 200


def test_what_corrupts_a_response_waits_for_a_good_one(acme):
    """A fault of a good response is not used up by a refusal before it."""
    acme.fault("drop-after", operation="patch")
    acme.answer({"flags": 0}, operation="patch")
    assert write(acme, {"session_lifetime": 0}).status_code == 400
    assert [rule.times for rule in acme.faults] == [1, 1]


# Responses that a test writes


def test_a_response_can_have_odd_members(acme):
    """They are added to the real response, once, after the request took effect."""
    odd = {"idle_session_lifetime": 0, "session_cookie": {"mode": None}}
    for method in ("PATCH", "GET"):
        acme.answer(odd, operation=method.lower())
        shown = call(acme, method, HOUR).json()
        assert shown == {**shown, **HOUR, **odd}
    assert acme.settings == STORED
    assert call(acme).json() == {**acme.foreign, **HOUR, "sandbox_versions_available": ["22", "18"]}


@pytest.mark.parametrize(
    ("details", "sent"),
    [
        ({"body": [1]}, (200, "[1]")),
        ({"body": "", "status": 204}, (204, "")),
        ({"body": {"a": 1}, "status": 418, "takes_effect": False}, (418, '{"a":1}')),
        ({"status": 500, "takes_effect": False}, (500, "{}")),
    ],
)
def test_a_response_can_be_replaced(acme, details, sent):
    """A text or a list replaces the body; with takes_effect=False, the request is not performed."""
    acme.answer(**details, operation="patch")
    answer = write(acme, HOUR)
    assert sent == (answer.status_code, answer.text)
    assert acme.settings == (STORED if details.get("takes_effect", True) else {})


def test_a_response_can_have_any_headers(acme, clock):
    """`Date` is the sandbox's clock, unless a response of any kind is given another one, or none."""
    assert parsedate_to_datetime(call(acme).headers["Date"]).timestamp() == int(clock.now)
    date = "Mon, 01 Jan 2001 00:00:00 GMT"
    acme.answer(headers={"Date": date, "X-More": "1"})
    acme.fault("429", headers={"Date": None, "x-ratelimit-reset": "7"})
    first, second = call(acme), call(acme)
    assert (first.status_code, first.headers["Date"], first.headers["x-more"]) == (200, date, "1")
    assert (second.status_code, second.headers.get("Date"), second.headers["x-ratelimit-reset"]) == (429, None, "7")


# The log and the handle


def test_the_log_says_what_was_sent(acme, session):
    """A line has the request, its status and its connection, and never a secret."""
    ask(acme, session)
    ask(acme, session, as_form=True)
    write(acme, {"session_lifetime": 9000}, session=session)
    call(acme, query={"fields": "flags"}, session=session)
    log = acme.requests
    token = "POST /oauth/token"
    assert acme.calls == [token, token, "PATCH /tenants/settings", "GET /tenants/settings"]
    assert [request.status for request in log] == [200, 200, 400, 200]
    assert [request.body["client_secret"] for request in log[:2]] == ["***", "***"]
    assert (log[2].body, log[3].query) == ({"session_lifetime": 9000}, {"fields": "flags"})
    assert log[3].path == "/acme/api/v2/tenants/settings"
    assert len({request.connection for request in log}) == 1
    assert SECRET not in repr(log)


def test_the_log_is_bounded(sandbox, acme):
    """A sandbox that runs for days does not grow: the oldest requests are forgotten."""
    call(acme)
    sandbox.log.extend([sandbox.log[0]] * LOG_LENGTH)
    ask(acme)
    assert len(sandbox.requests) == LOG_LENGTH
    assert sandbox.requests[-1].call == "POST /oauth/token"


def test_unknown_paths_and_tenants_are_not_found(sandbox, acme):
    """Everything else is a 404 in the API's shape, and in the log."""
    for path in ("/", "/acme", "/acme/api/v2/clients", "/nobody/oauth/token"):
        assert reason(requests.get(sandbox.url + path, timeout=10))[0] == 404
    assert [request.tenant for request in sandbox.requests] == ["", "acme", "acme", "nobody"]
    assert len(acme.requests) == 2


def test_a_deleted_tenant_is_not_found(sandbox, acme):
    """After a deletion, each operation is a 404 and the log stays; the name can be used again."""
    beta = sandbox.add_tenant("beta")
    call(acme)
    acme.delete()
    assert [ask(acme).status_code, call(acme).status_code, write(acme, HOUR).status_code] == [404] * 3
    assert [request.status for request in acme.requests] == [200, 404, 404, 404]
    assert call(beta).status_code == 200
    assert call(sandbox.add_tenant("acme")).status_code == 200


def test_requests_are_served_side_by_side(acme):
    """Requests wait for the latency in parallel, and the log has all of them."""
    acme.latency_seconds = 0.2
    started = time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda hours: write(acme, {"session_lifetime": hours}), range(1, 17)))
    took = time.monotonic() - started
    assert {200} == {answer.status_code for answer in answers}
    assert list(range(1, 17)) == sorted(request.body["session_lifetime"] for request in acme.requests)
    assert 0.2 <= took < 16 * 0.2


def test_reset_forgets_everything(sandbox, acme):
    """Tenants, faults, tokens and the log are gone; clear_requests drops the log alone."""
    header = f"Bearer {acme.issue_token()}"
    acme.fault("500", times=None)
    call(acme)
    sandbox.clear_requests()
    assert sandbox.requests == []
    call(acme)
    sandbox.reset()
    assert sandbox.requests == []
    assert reason(call(sandbox.add_tenant("acme"), header=header)) == (401, None, INVALID_SIGNATURE)


def test_a_sandbox_needs_to_run_and_runs_once():
    """Tenants need the port, a running sandbox is not started twice, and stopping twice is fine."""
    stopped = Sandbox()
    with pytest.raises(RuntimeError, match="start the sandbox first"):
        stopped.add_tenant("acme")
    with stopped as running:
        with pytest.raises(RuntimeError, match="already running"):
            running.start()
        port = int(running.url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            Sandbox(port).start()
    stopped.stop()


# The control API


def control(sandbox: Sandbox, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    """Call the control API and return its response."""
    answer = requests.request(method, f"{sandbox.url}/.sandbox/{path}", json=body, timeout=10)
    assert status == answer.status_code, answer.text
    return answer.json()


def test_the_control_api_does_what_the_handle_does(sandbox):
    """Another process can create, change, read and delete a tenant; none of it is in the log."""
    made = control(sandbox, "PUT", "tenants/acme", {"plan": "free", "settings": {"session_lifetime": 90}})
    assert (made["plan"], made["settings"]) == ("free", {"session_lifetime": 90})
    body = {"settings": {"session_lifetime": None, "idle_session_lifetime": 5}, "rate_limits": False}
    control(sandbox, "PATCH", "tenants/acme", body)
    read = control(sandbox, "GET", "tenants/acme")
    assert (read["settings"], read["rate_limits"]) == ({"idle_session_lifetime": 5}, False)
    assert f"{sandbox.url}/acme" == read["domain"]
    control(sandbox, "DELETE", "tenants/acme")
    assert control(sandbox, "GET", "requests") == []
    for method, path in (("GET", "tenants/acme"), ("DELETE", "tenants/acme"), ("GET", "tenants"), ("PUT", "requests")):
        control(sandbox, method, path, status=404)


def test_the_control_api_has_clients_tokens_faults_and_the_log(sandbox, acme):
    """Clients, tokens, faults, responses and the log are available to another process too."""
    sandbox.add_tenant("beta")
    control(sandbox, "POST", "tenants/acme/clients", {"client_id": "id", "client_secret": "other"})
    assert ask(acme).status_code == 401
    token = control(sandbox, "POST", "tenants/acme/tokens", {"seconds": 5})["access_token"]
    control(sandbox, "POST", "tenants/acme/faults", {"kind": "500"})
    control(sandbox, "POST", "tenants/acme/answers", {"body": {"flags": 0}, "status": 201})
    assert [call(acme, header=f"Bearer {token}").status_code for _ in range(3)] == [500, 201, 200]
    log = control(sandbox, "GET", "requests?tenant=acme")
    assert ([line["status"] for line in log], log[0]["body"]["client_secret"]) == ([401, 500, 201, 200], "***")
    assert control(sandbox, "GET", "requests?tenant=beta") == []
    control(sandbox, "DELETE", "requests")
    assert sandbox.requests == []
    control(sandbox, "POST", "reset")
    control(sandbox, "GET", "tenants/acme", status=404)


MISTAKES = [
    *(
        (method, "tenants/acme", {name: value}, name)
        for method in ("PUT", "PATCH")
        for name, value in {"plan": "gold", "stale_seconds": -1, "rate_limits": 0, "color": "x", "name": "b"}.items()
    ),
    *(("PUT", f"tenants/{name}", {}, "name") for name in ("Acme", "a_b")),
    ("PUT", "tenants/acme", ["plan"], "mapping"),
    *(
        ("PATCH", "tenants/acme", {"settings": {"idle_session_lifetime": 5, name: value}}, name)
        for name, value in {"x": 1, "session_lifetime": 1.5, "session_cookie_mode": "x"}.items()
    ),
    *(("POST", "tenants/acme/clients", {"client_id": "id", **more}, "key") for more in ({}, {"public_key": "x"})),
    *(
        ("POST", "tenants/acme/faults", {"kind": "500", name: value}, name)
        for name, value in {"kind": "x", "color": "red", "operation": "put", "times": 0, "after": -1}.items()
    ),
    ("POST", "tenants/acme/answers", {"status": 99}, "status"),
]


@pytest.mark.parametrize(("method", "path", "body", "word"), MISTAKES)
def test_a_mistake_is_named_and_changes_nothing(sandbox, acme, method, path, body, word):
    """What cannot be meant is a 400 with a sentence; the handle's methods raise the same as `ValueError`."""
    assert word in control(sandbox, method, path, body, status=400)["error"]
    assert (acme.settings, acme.faults, sandbox.tenants) == ({}, [], {"acme": acme})
    assert acme.plan == "enterprise"


def test_a_name_is_used_once(sandbox, acme):
    """A second tenant of the same name is a mistake."""
    with pytest.raises(ValueError, match="already a tenant 'acme'"):
        sandbox.add_tenant(acme.name)


# The package


def test_the_pytest_plugin_is_light():
    """Loading the plugin, as every pytest run does, imports no server."""
    program = (
        "import sys; import auth0_sessions.sandbox.pytest_plugin;"
        "print([name for name in ('http.server', 'pydantic') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_the_fixture_is_empty_for_every_test(auth0_sandbox):
    """The fixture of users' tests has no tenants and no rate limits."""
    tenant = auth0_sandbox.add_tenant("fixture", plan="free")
    assert [call(tenant).status_code for _ in range(4)] == [200] * 4
    assert len(auth0_sandbox.requests) == 4


@pytest.mark.parametrize("name", ["", ".tenant"])
def test_the_examples_run(name):
    """The examples in the docstrings are true."""
    results = doctest.testmod(importlib.import_module(f"auth0_sessions.sandbox{name}"))
    assert (results.failed, results.attempted > 0) == (0, True)


def test_the_package_has_its_public_names():
    """Every public name can be imported, and another one raises what Python raises."""
    assert [name for name in package.__all__ if not hasattr(package, name)] == []
    assert not hasattr(package, "nonsense")
