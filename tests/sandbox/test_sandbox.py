"""The fake Auth0: every rule, every fault and the handle that tests hold on to."""

import base64
import doctest
import importlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions import sandbox as package
from auth0_sessions.sandbox import Fault, LoggedRequest, Sandbox, Tenant, tokens
from auth0_sessions.sandbox.plans import PLANS, Bucket, Rate
from auth0_sessions.sandbox.schema import FOREIGN, LIFETIMES
from auth0_sessions.sandbox.settings import as_hours
from auth0_sessions.sandbox.tenant import LOG_LENGTH

SECRET = "canary-secret"
READ, UPDATE = SCOPES = tuple(tokens.SCOPES.values())


class Clock:
    """A clock that a test moves by hand, in Unix seconds."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@pytest.fixture(scope="module")
def _served() -> Iterator[tuple[Sandbox, Clock]]:
    clock = Clock()
    with Sandbox(clock=clock) as running:
        yield running, clock


@pytest.fixture
def clock(_served: tuple[Sandbox, Clock]) -> Clock:
    """Return the clock of the sandbox under test."""
    return _served[1]


@pytest.fixture
def sandbox(_served: tuple[Sandbox, Clock]) -> Sandbox:
    """Return the sandbox under test, without tenants and with rate limits."""
    _served[0].reset()
    return _served[0]


@pytest.fixture
def acme(sandbox: Sandbox) -> Tenant:
    """Return an enterprise tenant without rate limits."""
    return sandbox.add_tenant("acme", rate_limits=False)


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """Return a session that keeps its connection."""
    with requests.Session() as opened:
        yield opened


def call(
    tenant: Tenant,
    method: str = "GET",
    body: Any = None,
    *,
    token: str | None = None,
    query: dict[str, str] | None = None,
    session: requests.Session | None = None,
    timeout: float = 10,
) -> requests.Response:
    """Send one request for the tenant's settings; text goes out as it is, anything else as JSON."""
    token = tenant.issue_token() if token is None else token
    data = body if isinstance(body, str) or body is None else json.dumps(body)
    return (session or requests).request(
        method,
        f"{tenant.domain}/api/v2/tenants/settings",
        data=data,
        params=query,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        timeout=timeout,
        allow_redirects=False,
    )


def ask(
    tenant: Tenant, session: requests.Session | None = None, *, as_form: bool = False, **changes: Any
) -> requests.Response:
    """Ask for a token; a change to None leaves the member out."""
    body = {
        "grant_type": "client_credentials",
        "client_id": "id",
        "client_secret": SECRET,
        "audience": f"{tenant.domain}/api/v2/",
        **changes,
    }
    body = {name: value for name, value in body.items() if value is not None}
    form, plain = (body, None) if as_form else (None, body)
    return (session or requests).post(f"{tenant.domain}/oauth/token", data=form, json=plain, timeout=10)


def reason(answer: requests.Response) -> tuple[int, str | None, str]:
    """Return status, errorCode and message of a refusal."""
    body = answer.json()
    assert (answer.status_code, answer.reason) == (body["statusCode"], body["error"])
    return answer.status_code, body.get("errorCode"), body["message"]


# Tokens


@pytest.mark.parametrize("kind", ["form", "json"])
def test_a_token_is_granted_to_any_client(acme: Tenant, kind: str) -> None:
    """Form and JSON are both taken; the answer names both scopes and a life of a day."""
    answer = ask(acme, as_form=kind == "form")

    body = answer.json()
    assert answer.status_code == 200
    assert (86_400, "Bearer", " ".join(SCOPES)) == (body["expires_in"], body["token_type"], body["scope"])
    assert call(acme, token=body["access_token"]).status_code == 200


@pytest.mark.parametrize("name", ["grant_type", "client_id", "client_secret", "audience"])
@pytest.mark.parametrize("value", [None, "", 7])
def test_a_token_request_needs_every_member(acme: Tenant, name: str, value: Any) -> None:
    """A member that is missing, empty or no text is a 400 that names it."""
    answer = ask(acme, **{name: value})

    expected = {"error": "invalid_request", "error_description": f"Missing required parameter: {name}"}
    assert (400, expected) == (answer.status_code, answer.json())


def test_another_grant_is_refused(acme: Tenant) -> None:
    """Only client credentials are granted."""
    answer = ask(acme, grant_type="password")

    assert (answer.status_code, answer.json()["error"]) == (403, "unauthorized_client")
    assert answer.json()["error_description"] == "Grant type 'password' not allowed for the client."


def test_only_registered_clients_are_known_once_there_is_one(acme: Tenant) -> None:
    """Registering a client ends the open mode: a wrong id or secret is a 401."""
    acme.add_client("id", SECRET)

    refusal = {"error": "access_denied", "error_description": "Unauthorized"}
    assert ask(acme).json()["scope"] == " ".join(SCOPES)
    for answer in (ask(acme, client_id="other"), ask(acme, client_secret="other")):
        assert (401, refusal) == (answer.status_code, answer.json())


@pytest.mark.parametrize("registered", [False, True])
def test_the_scopes_of_a_tenant_hold_for_every_client(acme: Tenant, registered: bool) -> None:  # noqa: FBT001
    """What the grant allows can change at any time, also for a client that is registered."""
    if registered:
        acme.add_client("id", SECRET)
    acme.scopes = (READ,)

    token = ask(acme).json()

    assert token["scope"] == READ
    assert call(acme, "PATCH", {"session_lifetime": 1}, token=token["access_token"]).status_code == 403


def test_a_client_without_a_grant_is_refused(acme: Tenant) -> None:
    """Without scopes there is no client grant, and the 403 says how to get one."""
    acme.scopes = ()

    answer = ask(acme)

    assert (answer.status_code, answer.json()["error"]) == (403, "access_denied")
    assert 'You need to create a "client-grant"' in answer.json()["error_description"]


def test_the_audience_must_be_the_tenants_own(sandbox: Sandbox, acme: Tenant) -> None:
    """The exact audience is needed, slash included."""
    beta = sandbox.add_tenant("beta")
    right = f"{acme.domain}/api/v2/"
    assert ask(acme, audience=right).status_code == 200
    for audience in (right[:-1], f"{beta.domain}/api/v2/", right.replace("127.0.0.1", "localhost")):
        answer = ask(acme, audience=audience)
        expected = f"Service not enabled within domain: {audience}"
        assert (403, expected) == (answer.status_code, answer.json()["error_description"])


def claims(token: str) -> dict[str, Any]:
    """Return the payload of a JSON Web Token."""
    payload = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


def test_a_token_names_its_tenant(acme: Tenant, clock: Clock) -> None:
    """Every token is a JSON Web Token with the tenant as issuer and its Management API as audience."""
    for token in (ask(acme).json()["access_token"], acme.issue_token()):
        assert token.count(".") == 2
        assert claims(token) == {
            "iss": f"{acme.domain}/",
            "sub": "sandbox@clients",
            "aud": f"{acme.domain}/api/v2/",
            "iat": int(clock.now),
            "exp": int(clock.now) + 86_400,
            "scope": " ".join(SCOPES),
            "gty": "client-credentials",
            "jti": claims(token)["jti"],
        }
    assert acme.issue_token() != acme.issue_token()


def test_localhost_is_an_audience_for_those_who_call_it(acme: Tenant) -> None:
    """A client that calls localhost may name localhost, and its token is one of localhost."""
    url = acme.domain.replace("127.0.0.1", "localhost")
    body = {
        "grant_type": "client_credentials",
        "client_id": "id",
        "client_secret": SECRET,
        "audience": f"{url}/api/v2/",
    }

    token = requests.post(f"{url}/oauth/token", json=body, timeout=10).json()["access_token"]

    assert (f"{url}/", f"{url}/api/v2/") == (claims(token)["iss"], claims(token)["aud"])
    assert reason(call(acme, token=token))[2] == f"Bad audience: {url}/api/v2/"
    headers = {"Authorization": f"Bearer {token}"}
    assert requests.get(f"{url}/api/v2/tenants/settings", headers=headers, timeout=10).status_code == 200


def test_tokens_expire(acme: Tenant, clock: Clock) -> None:
    """A token works until its last second and is refused as expired from then on."""
    acme.token_seconds = 60
    token = ask(acme).json()["access_token"]
    clock.now += 59
    assert call(acme, token=token).status_code == 200
    clock.now += 1
    expected = (401, None, "Expired token received for JSON Web Token validation")
    assert expected == reason(call(acme, token=token))


def test_a_token_of_another_tenant_is_refused(sandbox: Sandbox, acme: Tenant) -> None:
    """A token is bound to its tenant."""
    beta = sandbox.add_tenant("beta")

    expected = (401, None, f"Bad audience: {beta.domain}/api/v2/")
    assert expected == reason(call(acme, token=beta.issue_token()))


BAD_FORMAT = (400, "Bearer", "Bad HTTP authentication header format")


@pytest.mark.parametrize(
    ("header", "expected", "challenge"),
    [
        (None, (401, None, "Missing authentication"), "Bearer"),
        ("Basic YTpi", (401, None, "Missing authentication"), "Bearer"),
        (
            "Bearer not.signed.here",
            (401, None, "Invalid signature received for JSON Web Token validation"),
            'Bearer error="Invalid signature received for JSON Web Token validation"',
        ),
        ("Bearer", BAD_FORMAT, None),
        ("Bearer opaque-token", BAD_FORMAT, None),
        ("Bearer a.b", BAD_FORMAT, None),
        ("Bearer a b", BAD_FORMAT, None),
    ],
)
def test_the_authorization_header_is_checked(
    acme: Tenant, header: str | None, expected: tuple[int, str | None, str], challenge: str | None
) -> None:
    """A header without a JSON Web Token is a 400 about the bearer; a missing or unknown token is a 401."""
    headers = {} if header is None else {"Authorization": header}

    answer = requests.get(f"{acme.domain}/api/v2/tenants/settings", headers=headers, timeout=10)

    assert expected == reason(answer)
    assert answer.headers.get("WWW-Authenticate") == challenge


@pytest.mark.parametrize("kind", ["401-expired", "401-invalid"])
def test_a_refused_token_is_named_three_times(acme: Tenant, kind: str) -> None:
    """What is wrong with a token is the message, an attribute of the body and the challenge of the header."""
    acme.fault(kind)

    answer = call(acme)

    message = answer.json()["message"]
    assert answer.json()["attributes"] == {"error": message}
    assert answer.headers["WWW-Authenticate"] == f'Bearer error="{message}"'


@pytest.mark.parametrize(
    ("method", "held", "needed"),
    [("GET", UPDATE, READ), ("PATCH", READ, UPDATE)],
)
def test_each_operation_needs_its_scope(acme: Tenant, method: str, held: str, needed: str) -> None:
    """Reading and updating need a scope each, and one does not stand for the other."""
    body = {"session_lifetime": 1} if method == "PATCH" else None

    answer = call(acme, method, body, token=acme.issue_token(scopes=(held,)))

    expected = (403, "insufficient_scope", f"Insufficient scope, expected any of: {needed}")
    assert expected == reason(answer)
    assert call(acme, method, body, token=acme.issue_token(scopes=(needed,))).status_code == 200


# Reads


def test_a_new_tenant_shows_no_session_setting(acme: Tenant) -> None:
    """Defaults are not echoed: a key that was never written is absent."""
    body = call(acme).json()

    assert set() == set(body) & {*LIFETIMES, "session_cookie"}
    assert {**acme.foreign, "sandbox_versions_available": ["22", "18"]} == body


def test_fields_choose_what_a_read_shows(sandbox: Sandbox) -> None:
    """With `fields`, a read has only the named keys that are set; include_fields=false inverts this."""
    acme = sandbox.add_tenant("acme", settings={"session_lifetime": 90, "session_cookie_mode": "persistent"})
    fields = "session_lifetime,idle_session_lifetime,session_cookie"
    narrow = {"session_lifetime": 1.5, "session_cookie": {"mode": "persistent"}}

    for include in ({}, {"include_fields": "true"}):
        assert narrow == call(acme, query={"fields": fields, **include}).json()
    rest = call(acme, query={"fields": fields, "include_fields": "false"}).json()
    assert call(acme).json() == {**narrow, **rest}
    assert set(narrow).isdisjoint(rest)


@pytest.mark.parametrize(
    "query",
    [
        {"fields": "session_lifetime_in_minutes"},
        {"fields": "session_lifetime,nonsense"},
        {"include_fields": "yes"},
        {"page": "1"},
    ],
)
def test_an_unknown_query_is_refused(acme: Tenant, query: dict[str, str]) -> None:
    """Names that a read does not know are a 400 on the query, those in minutes too."""
    status, code, message = reason(call(acme, query=query))

    assert (status, code) == (400, "invalid_query_string")
    assert message.startswith("Query validation error: '")


@given(st.integers(1, 525_600))
def test_shown_hours_give_the_minutes_back(minutes: int) -> None:
    """Rounding the shown hours to minutes is exact for every lifetime there is."""
    assert minutes == round(as_hours(minutes) * 60)


# Writes


@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize(("suffix", "value", "minutes"), [("", 3, 180), ("", 3.0, 180), ("_in_minutes", 181, 181)])
def test_hours_and_minutes_are_stored_as_minutes(
    acme: Tenant, name: str, suffix: str, value: Any, minutes: int
) -> None:
    """Each lifetime takes hours and minutes, a JSON 3.0 too, and is answered in hours."""
    answer = call(acme, "PATCH", {name + suffix: value})

    assert answer.status_code == 200
    assert {name: minutes} == acme.settings
    assert minutes / 60 == answer.json()[name]
    assert "_in_minutes" not in answer.text


DESCRIBED = "session_lifetime (Login session lifetime, how long the session will stay valid (unit: hours))"
COOKIE = "session_cookie (Session cookie configuration)."
FLAGS = "flags (Flags used to change the behavior of this tenant)."
ANONYMOUS = "sessions.anonymous.lifetime_in_minutes (Anonymous session lifetime, in minutes)."
REFUSED = [
    ({}, "'Too few properties defined (0), minimum 1'."),
    ([], "'Expected type object but found type array'."),
    (7, "'Expected type object but found type integer'."),
    ("null", "'Expected type object but found type null'."),
    ({"nonsense": 1}, "'Additional properties not allowed: nonsense'."),
    ({"sandbox_versions_available": []}, "'Additional properties not allowed: sandbox_versions_available'."),
    ({"session_lifetime": None}, f"'Expected type integer but found type null' on property {DESCRIBED}."),
    ({"session_lifetime": 0.5}, f"'Expected type integer but found type number' on property {DESCRIBED}."),
    ({"session_lifetime": True}, f"'Expected type integer but found type boolean' on property {DESCRIBED}."),
    ({"session_lifetime": "8"}, f"'Expected type integer but found type string' on property {DESCRIBED}."),
    ({"session_lifetime": [8]}, f"'Expected type integer but found type array' on property {DESCRIBED}."),
    ({"session_lifetime": {}}, f"'Expected type integer but found type object' on property {DESCRIBED}."),
    ('{"session_lifetime": 1e999}', f"'Expected type integer but found type number' on property {DESCRIBED}."),
    ({"session_lifetime": 0}, f"'Value 0 is less than minimum 1' on property {DESCRIBED}."),
    ({"session_lifetime": -1}, f"'Value -1 is less than minimum 1' on property {DESCRIBED}."),
    ({"session_lifetime": 8761}, f"'Value 8761 is greater than maximum 8760' on property {DESCRIBED}."),
    (
        {"session_lifetime": 8, "session_lifetime_in_minutes": 480},
        "'Only one of session_lifetime and session_lifetime_in_minutes can be set'.",
    ),
    ({"session_cookie": {}}, f"'Missing required property: mode' on property {COOKIE}"),
    (
        {"session_cookie": {"mode": "persistent", "x": 1}},
        f"'Additional properties not allowed: x' on property {COOKIE}",
    ),
    (
        {"session_cookie": {"mode": "non_persistent"}},
        "'No enum match for: non_persistent' on property session_cookie.mode.",
    ),
    (
        {"session_cookie": {"mode": 1}},
        "'Expected type string but found type integer' on property session_cookie.mode.",
    ),
    (
        {"session_cookie": "persistent"},
        f"'Expected type object,null but found type string' on property {COOKIE}",
    ),
    ({"flags": None}, f"'Expected type object but found type null' on property {FLAGS}"),
    ({"flags": {}}, f"'Too few properties defined (0), minimum 1' on property {FLAGS}"),
    (
        {"flags": {"new_universal_login_experience_enabled": True}},
        f"'Additional properties not allowed: new_universal_login_experience_enabled' on property {FLAGS}",
    ),
    ({"flags": {"enable_sso": 1}}, "'Expected type boolean but found type integer' on property flags.enable_sso."),
    (
        {"error_page": {"enabled": True}},
        "'Additional properties not allowed: enabled' on property error_page (Error page customization).",
    ),
    (
        {"sessions": {"lifetime": 1}},
        "'Additional properties not allowed: lifetime' on property sessions (Sessions related settings for tenant).",
    ),
    (
        {"sessions": {"anonymous": {"lifetime_in_minutes": 0}}},
        f"'Value 0 is less than minimum 1' on property {ANONYMOUS}",
    ),
    (
        {"sessions": {"anonymous": {"lifetime_in_minutes": 525_601}}},
        f"'Value 525601 is greater than maximum 525600' on property {ANONYMOUS}",
    ),
    (
        {"sessions": {"anonymous": {"lifetime_in_minutes": 1.5}}},
        f"'Expected type integer but found type number' on property {ANONYMOUS}",
    ),
    (
        {"sessions": {"anonymous": {"lifetime": 1}}},
        "'Additional properties not allowed: lifetime' on property sessions.anonymous.",
    ),
    (
        {"sessions": {"anonymous": None}},
        "'Expected type object but found type null' on property sessions.anonymous.",
    ),
    (
        {"oidc_logout": {"rp_logout_end_session_endpoint_discovery": None}},
        "'Expected type boolean but found type null' on property oidc_logout.rp_logout_end_session_endpoint_discovery.",
    ),
    (
        {"device_flow": {"charset": "base2"}},
        "'No enum match for: base2' on property device_flow.charset.",
    ),
    ({"friendly_name": 1, "session_lifetime": 0}, f"'Value 0 is less than minimum 1' on property {DESCRIBED}."),
    ({"b": 1, "a": 1}, "'Additional properties not allowed: b,a'."),
    ({"friendly_name": 1}, "'Expected type string but found type integer' on property friendly_name."),
]


@pytest.mark.parametrize(("body", "message"), REFUSED)
def test_a_bad_body_is_refused_and_nothing_is_stored(acme: Tenant, body: Any, message: str) -> None:
    """Each rule has its wording, the last bad member is the one reported, and it keeps the good ones out too."""
    foreign = acme.foreign
    body = {"idle_session_lifetime": 1, **body} if isinstance(body, dict) and body else body

    answer = call(acme, "PATCH", body)

    assert (400, "invalid_body", f"Payload validation error: {message}") == reason(answer)
    assert ({}, foreign) == (acme.settings, acme.foreign)


@pytest.mark.parametrize("body", ["", "{", "{'a': 1}", "[" * 100_000])
def test_malformed_json_is_refused(acme: Tenant, body: Any) -> None:
    """What is no JSON is a 400 without a code."""
    assert reason(call(acme, "PATCH", body)) == (400, None, "Invalid request payload JSON format")


@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize(("suffix", "unit"), [("", 60), ("_in_minutes", 1)])
def test_every_lifetime_has_a_hard_maximum(acme: Tenant, name: str, suffix: str, unit: int) -> None:
    """Absolute lifetimes end at 525600 minutes, idle ones at 144000."""
    maximum = (144_000 if name.startswith("idle") else 525_600) // unit

    assert call(acme, "PATCH", {name + suffix: maximum}).status_code == 200
    assert call(acme, "PATCH", {name + suffix: maximum + 1}).status_code == 400


def test_different_settings_may_use_different_units(acme: Tenant) -> None:
    """Hours of one setting and minutes of another go together."""
    call(acme, "PATCH", {"session_lifetime": 2, "idle_session_lifetime_in_minutes": 15})

    assert acme.settings == {"session_lifetime": 120, "idle_session_lifetime": 15}


def test_a_null_cookie_removes_the_mode(acme: Tenant) -> None:
    """session_cookie can be written and, unlike a lifetime, removed."""
    shown = call(acme, "PATCH", {"session_cookie": {"mode": "non-persistent"}}).json()
    assert shown["session_cookie"] == {"mode": "non-persistent"}
    assert acme.settings == {"session_cookie_mode": "non-persistent"}

    assert "session_cookie" not in call(acme, "PATCH", {"session_cookie": None}).json()
    assert acme.settings == {}


def test_a_write_merges_at_the_top_level(acme: Tenant) -> None:
    """Keys not sent stay, objects are replaced, null removes, and only flags merge member by member."""
    before = acme.foreign

    call(acme, "PATCH", {"flags": {"enable_sso": False}, "universal_login": {"colors": {}}, "mtls": None})

    expected = {**before, "flags": {**before["flags"], "enable_sso": False}, "universal_login": {"colors": {}}}
    del expected["mtls"]
    assert expected == acme.foreign


@pytest.mark.parametrize("name", [name for name, rule in FOREIGN.items() if "null" in rule.types])
def test_null_removes_every_nullable_key(acme: Tenant, name: str) -> None:
    """A nullable key is gone after null, whether it was there or not."""
    assert name not in call(acme, "PATCH", {name: None}).json()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("access_token", {"claims_mapping": {}}),
        ("allow_organization_name_in_authentication_api", None),
        ("authorization_response_iss_parameter_supported", True),
        ("client_id_metadata_document_dynamic_registration_supported", True),
        ("customize_mfa_in_postlogin_action", None),
        ("device_flow", {"charset": "digits", "mask": "***-***"}),
        ("dpop_strict_refresh_token_binding", True),
        ("enable_ai_guide", False),
        ("legacy_sandbox_version", "12"),
        ("pushed_authorization_requests_supported", None),
        ("security_headers", None),
    ],
)
def test_what_the_sdks_declare_is_accepted(acme: Tenant, name: str, value: Any) -> None:
    """Keys and nulls that the types of Auth0's SDKs have are taken."""
    assert value == call(acme, "PATCH", {name: value}).json().get(name)
    assert value == acme.foreign.get(name)


@pytest.mark.parametrize(
    ("merges", "kept"),
    [(False, {}), (True, {"oidc_logout_prompt_enabled": True})],
)
def test_a_write_of_sessions_replaces_it_or_merges(acme: Tenant, merges: bool, kept: dict[str, Any]) -> None:  # noqa: FBT001
    """Auth0 does not document which: by default a member that a PATCH does not send is lost."""
    acme.merge_sessions = merges

    answer = call(acme, "PATCH", {"sessions": {"anonymous": {"lifetime_in_minutes": 1440}}})

    expected = {**kept, "anonymous": {"lifetime_in_minutes": 1440}}
    assert (answer.json()["sessions"], acme.foreign["sessions"]) == (expected, expected)
    assert acme.settings == {"anonymous_session_lifetime": 1440}
    assert call(acme, query={"fields": "sessions"}).json() == {"sessions": expected}


def test_an_anonymous_lifetime_is_set_beside_the_rest_of_sessions(sandbox: Sandbox) -> None:
    """The Dashboard changes one member of ``sessions``, from the start or later, and can un-set it."""
    acme = sandbox.add_tenant("acme", settings={"anonymous_session_lifetime": 60})
    prompt = {"oidc_logout_prompt_enabled": True}
    assert acme.foreign["sessions"] == {**prompt, "anonymous": {"lifetime_in_minutes": 60}}
    acme.dashboard(anonymous_session_lifetime=None)
    assert (acme.settings, acme.foreign["sessions"]) == ({}, {**prompt, "anonymous": {}})


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize("mode", ["echo", "clamp", "refuse"])
def test_a_value_above_the_plans_cap(acme: Tenant, plan: Any, name: str, mode: Any) -> None:
    """Echo stores it as sent, clamp stores the cap, refuse answers 400; the cap itself always passes."""
    enterprise, idle = plan == "enterprise", name.startswith("idle")
    cap = (144_000 if idle else 525_600) if enterprise else (4_320 if idle else 43_200)
    acme.plan, acme.over_cap = plan, mode
    assert call(acme, "PATCH", {f"{name}_in_minutes": cap}).status_code == 200
    if enterprise:
        return  # The cap is the hard maximum, so that nothing can lie between the two.

    answer = call(acme, "PATCH", {f"{name}_in_minutes": cap + 1})

    stored = {"echo": cap + 1, "clamp": cap, "refuse": cap}[mode]
    assert (400 if mode == "refuse" else 200) == answer.status_code
    assert {name: stored} == acme.settings


def test_reads_can_be_stale_after_a_write(acme: Tenant, clock: Clock) -> None:
    """For stale_seconds a GET shows the values of before, while the PATCH answer has the new ones."""
    acme.dashboard(session_lifetime=60)
    acme.stale_seconds = 1
    assert call(acme, "PATCH", {"session_lifetime": 2}).json()["session_lifetime"] == 2
    clock.now += 0.5
    call(acme, "PATCH", {"session_lifetime": 3})

    seen = []
    for _ in range(3):
        seen.append(call(acme).json()["session_lifetime"])
        clock.now += 0.5
    assert seen == [1, 2, 3]


def test_the_dashboard_takes_effect_immediately(acme: Tenant) -> None:
    """A change in the Dashboard is in minutes, needs no call, and None un-sets."""
    acme.stale_seconds = 60
    acme.dashboard(session_lifetime=480, session_cookie_mode="persistent", idle_session_lifetime=None)
    assert call(acme).json()["session_lifetime"] == 8
    acme.dashboard(session_lifetime=None)

    assert acme.settings == {"session_cookie_mode": "persistent"}
    assert acme.calls == ["GET /tenants/settings"]


@pytest.mark.parametrize(
    "changes",
    [{"lifetime": 1}, {"session_lifetime": 0}, {"session_lifetime": 1.5}, {"session_cookie_mode": "x"}],
)
def test_a_bad_dashboard_change_changes_nothing(acme: Tenant, changes: dict[str, Any]) -> None:
    """A mistake raises and names itself; the good part is not applied either."""
    with pytest.raises(ValueError, match=next(iter(changes))):
        acme.dashboard(idle_session_lifetime=5, **changes)

    assert acme.settings == {}


# Rates


@pytest.mark.parametrize(
    ("plan", "burst", "per_second"),
    [("free", 2, 2), ("essential", 10, 2.5), ("professional", 10, 2.5), ("enterprise", 50, 16)],
)
def test_the_management_api_is_limited_by_plan(
    sandbox: Sandbox, clock: Clock, plan: str, burst: int, per_second: float
) -> None:
    """The bucket holds the plan's burst and refills at its rate; the 429 carries no Retry-After."""
    acme = sandbox.add_tenant("acme", plan=plan)
    token = acme.issue_token()

    left = [call(acme, token=token).headers["x-ratelimit-remaining"] for _ in range(burst)]
    refused = call(acme, token=token)

    assert [str(count) for count in reversed(range(burst))] == left
    assert reason(refused) == (429, "too_many_requests", "Global limit has been reached")
    assert (str(burst), "0") == (
        refused.headers["x-ratelimit-limit"],
        refused.headers["x-ratelimit-remaining"],
    )
    assert "Retry-After" not in refused.headers
    clock.now += 1 / per_second
    assert call(acme, token=token).status_code == 200


def test_the_reset_can_be_the_current_second(sandbox: Sandbox, clock: Clock) -> None:
    """With two requests a second, the reset of a refusal is now: a wait of nothing."""
    clock.now = 1_800_000_000.0
    acme = sandbox.add_tenant("acme", plan="free")

    answers = [call(acme) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["x-ratelimit-reset"] == "1800000000"


def test_tokens_have_a_bucket_of_their_own(sandbox: Sandbox, session: requests.Session) -> None:
    """The free plan grants 30 tokens at once, whatever the Management API's bucket holds."""
    acme = sandbox.add_tenant("acme", plan="free")
    statuses = [ask(acme, session).status_code for _ in range(31)]

    assert statuses == [200] * 30 + [429]
    assert call(acme).status_code == 200


def test_rate_limits_can_be_switched_off(acme: Tenant, session: requests.Session) -> None:
    """Without limits every answer still has the headers, and never a wait in them."""
    acme.plan = "free"

    answers = [call(acme, session=session) for _ in range(5)]

    assert [
        (str(answer.status_code), answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"])
        for answer in answers
    ] == [("200", "2", "1")] * 5


@given(st.lists(st.floats(0, 2), max_size=40))
def test_a_bucket_never_grants_more_than_its_rate(pauses: list[float]) -> None:
    """Over any time, no more is granted than the burst and what was added since."""
    now, granted = 0.0, 0
    bucket = Bucket(Rate(3, 2), now)
    for pause in pauses:
        now += pause
        granted += bucket.take(now)[0]

    assert granted <= 3 + 2 * now + 1e-6


# Faults

JSON_FAULTS = {
    "429": (429, "too_many_requests"),
    "429-retry-after": (429, "too_many_requests"),
    "500": (500, "internal_error"),
    "502": (502, None),
    "503": (503, None),
    "401-expired": (401, None),
    "401-invalid": (401, None),
    "403-scope": (403, "insufficient_scope"),
    "400": (400, "invalid_body"),
}
MANGLED = {"wrong-types", "not-an-object", "truncated-json"}
SILENT = {"drop-before", "drop-after", "hang"}
PAGES = {"html-200": 200, "html-503": 503}


def test_every_fault_is_tested() -> None:
    """The lists of these tests hold every fault that there is."""
    assert {*JSON_FAULTS, *MANGLED, *SILENT, *PAGES, "redirect"} == set(Fault)


@pytest.mark.parametrize("kind", JSON_FAULTS)
@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_a_refusing_fault_stores_nothing(acme: Tenant, kind: str, method: str) -> None:
    """A fault that refuses has the API's wording, happens once, and comes before any effect."""
    acme.fault(kind)

    status, code, _ = reason(call(acme, method, {"session_lifetime": 1} if method == "PATCH" else None))

    assert JSON_FAULTS[kind] == (status, code)
    assert acme.settings == {}
    assert call(acme).status_code == 200


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("401-invalid", 401), ("403-scope", 403), ("400", 400)])
def test_a_token_fault_is_worded_as_the_token_endpoint_does(acme: Tenant, kind: str, status: int) -> None:
    """The token endpoint answers error and error_description."""
    acme.fault(kind, operation="token")

    answer = ask(acme)

    assert (status, {"error", "error_description"}) == (answer.status_code, set(answer.json()))


def test_a_429_fault_resets_now(acme: Tenant, clock: Clock) -> None:
    """The plain 429 asks for a wait of nothing; the other one says how long in Retry-After."""
    acme.fault("429")
    acme.fault("429-retry-after", retry_after=7)
    first, second = call(acme), call(acme)

    assert (str(int(clock.now)), None) == (first.headers["x-ratelimit-reset"], first.headers.get("Retry-After"))
    assert second.headers["Retry-After"] == "7"


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_is_html(acme: Tenant, kind: str) -> None:
    """The edge answers with a page instead of JSON, and without rate-limit headers."""
    acme.fault(kind)

    answer = call(acme)

    assert (PAGES[kind], "text/html") == (answer.status_code, answer.headers["content-type"].partition(";")[0])
    assert answer.text.startswith("<html>")
    assert "x-ratelimit-limit" not in answer.headers


def test_a_redirect_names_its_location(acme: Tenant) -> None:
    """A redirect leads away from the tenant."""
    acme.fault("redirect")
    answer = call(acme)

    assert (answer.status_code, answer.headers["location"]) == (302, "http://127.0.0.1:9/elsewhere")


@pytest.mark.parametrize("kind", sorted(MANGLED))
def test_a_mangled_answer_comes_after_the_effect(acme: Tenant, kind: str) -> None:
    """The write is stored although its answer is unusable."""
    acme.fault(kind)

    answer = call(acme, "PATCH", {"session_lifetime": 1})

    assert (answer.status_code, acme.settings) == (200, {"session_lifetime": 60})
    if kind == "truncated-json":
        with pytest.raises(requests.exceptions.JSONDecodeError):
            answer.json()
    elif kind == "not-an-object":
        assert answer.json() == []
    else:
        assert {"eight hours"} == {answer.json()[name] for name in LIFETIMES}


@pytest.mark.parametrize("kind", sorted({*MANGLED, "drop-after"}))
def test_a_mangled_answer_waits_for_a_good_one(sandbox: Sandbox, clock: Clock, kind: str) -> None:
    """A fault of a good answer is not used up by a refusal before it."""
    acme = sandbox.add_tenant("acme", plan="free")
    token = acme.issue_token()
    assert [call(acme, token=token).status_code for _ in range(2)] == [200, 200]
    acme.fault(kind, operation="patch")
    write = {"session_lifetime": 1}

    assert call(acme, "PATCH", write, token=token).status_code == 429
    clock.now += 10
    assert call(acme, "PATCH", {"session_lifetime": 0}, token=token).status_code == 400
    assert acme.settings == {}
    if kind == "drop-after":
        with pytest.raises(requests.exceptions.ConnectionError):
            call(acme, "PATCH", write, token=token)
    else:
        assert call(acme, "PATCH", write, token=token).text != call(acme, "PATCH", write, token=acme.issue_token()).text
    assert acme.settings == {"session_lifetime": 60}


def test_wrong_types_reach_the_token_answer(acme: Tenant) -> None:
    """A token answer can have text for its number and a number for its token."""
    acme.fault("wrong-types", operation="token")

    body = ask(acme).json()

    assert (body["access_token"], body["expires_in"]) == (17, "86400")


@pytest.mark.parametrize(("kind", "stored"), [("drop-before", {}), ("drop-after", {"session_lifetime": 60})])
def test_a_dropped_connection(acme: Tenant, kind: str, stored: dict[str, int]) -> None:
    """The line is cut without an answer, before or after the write, and the log says so."""
    acme.fault(kind)

    with pytest.raises(requests.exceptions.ConnectionError):
        call(acme, "PATCH", {"session_lifetime": 1})

    assert stored == acme.settings
    assert [request.status for request in acme.requests] == [None]


def test_a_hanging_request_never_blocks_the_rest(acme: Tenant) -> None:
    """The client waits until it gives up; nothing is stored and others are served in the meantime."""
    acme.fault("hang")
    with pytest.raises(requests.exceptions.ReadTimeout):
        call(acme, "PATCH", {"session_lifetime": 1}, timeout=0.1)

    assert acme.settings == {}
    assert call(acme).status_code == 200


def test_a_hanging_request_does_not_block_the_end() -> None:
    """Stopping cuts the requests that hang, and is quick about it."""
    with Sandbox() as running, ThreadPoolExecutor() as pool:
        acme = running.add_tenant("acme")
        acme.fault("hang")
        waiting = pool.submit(call, acme)
        while not acme.requests:
            time.sleep(0.005)
        started = time.monotonic()
        running.stop()
        with pytest.raises(requests.exceptions.ConnectionError):
            waiting.result()

    assert time.monotonic() - started < 3


def test_faults_choose_their_requests(acme: Tenant) -> None:
    """A fault can wait for an operation, skip some, last for several, and two take turns."""
    acme.fault("500", times=2, operation="patch", after=1)
    acme.fault("503", operation="patch", after=1)
    body = {"session_lifetime": 1}

    statuses = [call(acme, "PATCH", body).status_code for _ in range(5)]

    assert statuses == [200, 500, 500, 503, 200]
    assert call(acme).status_code == 200


def test_every_request_counts_towards_every_fault(acme: Tenant) -> None:
    """A request that meets one fault is one of those that another one skips."""
    acme.fault("500", after=1)
    acme.fault("503", after=2)

    assert [call(acme).status_code for _ in range(4)] == [200, 500, 503, 200]


def test_a_fault_can_last_until_it_is_cleared(acme: Tenant) -> None:
    """times=None means every request; clearing ends it."""
    acme.fault("500", times=None)
    assert [call(acme).status_code for _ in range(3)] == [500] * 3
    acme.clear_faults()
    assert call(acme).status_code == 200


@pytest.mark.parametrize(
    ("kind", "details"),
    [("nonsense", {}), ("500", {"operation": "put"}), ("500", {"times": 0}), ("500", {"after": -1})],
)
def test_a_fault_that_makes_no_sense_is_refused(acme: Tenant, kind: str, details: dict[str, Any]) -> None:
    """A fault that could never fire is a mistake in the test that asks for it."""
    with pytest.raises(ValueError, match=r"nonsense|operation|times|after"):
        acme.fault(kind, **details)


# The log and the handle


def test_the_log_says_what_was_sent(acme: Tenant, session: requests.Session) -> None:
    """A line has the request, its answer and its connection, and never a secret."""
    ask(acme, session)
    ask(acme, session, as_form=True)
    call(acme, "PATCH", {"session_lifetime": 9000}, session=session)
    call(acme, query={"fields": "flags"}, session=session)

    log = acme.requests
    assert acme.calls == [
        "POST /oauth/token",
        "POST /oauth/token",
        "PATCH /tenants/settings",
        "GET /tenants/settings",
    ]
    assert [request.status for request in log] == [200, 200, 400, 200]
    assert [request.body["client_secret"] for request in log[:2]] == ["***", "***"]
    assert (log[2].body, log[3].query) == ({"session_lifetime": 9000}, {"fields": "flags"})
    assert log[3].path == "/acme/api/v2/tenants/settings"
    assert SECRET not in repr(log)


def test_unknown_paths_and_tenants_are_not_found(sandbox: Sandbox, acme: Tenant) -> None:
    """Everything else is a 404 in the API's shape, and in the log."""
    for path in ("/", "/acme", "/acme/api/v2/clients", "/nobody/oauth/token"):
        assert reason(requests.get(sandbox.url + path, timeout=10))[0] == 404

    assert [request.tenant for request in sandbox.requests] == ["", "acme", "acme", "nobody"]
    assert len(acme.requests) == 2


def test_a_kept_connection_is_used_again_without_delay(acme: Tenant, session: requests.Session) -> None:
    """Twenty requests share one connection, and none waits for a delayed acknowledgment (40 ms)."""
    token, seconds = acme.issue_token(), []
    for _ in range(20):
        started = time.perf_counter()
        call(acme, token=token, session=session)
        seconds.append(time.perf_counter() - started)

    assert len({request.connection for request in acme.requests}) == 1
    assert sorted(seconds)[5] < 0.03


def test_requests_are_served_side_by_side(acme: Tenant) -> None:
    """Requests wait for the latency in parallel, and the log contains all of them."""
    acme.latency_seconds = 0.2
    started = time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda hours: call(acme, "PATCH", {"session_lifetime": hours}), range(1, 17)))
    took = time.monotonic() - started

    assert {200} == {answer.status_code for answer in answers}
    assert list(range(1, 17)) == sorted(request.body["session_lifetime"] for request in acme.requests)
    assert 0.2 <= took < 16 * 0.2


def test_a_request_under_way_is_in_the_log(acme: Tenant) -> None:
    """A request is logged on arrival, so that a test sees it before it is answered."""
    acme.latency_seconds = 0.3
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(call, acme)
        while not acme.requests:
            time.sleep(0.005)
        assert acme.requests[0].status is None
        waiting.result()

    assert acme.requests[0].status == 200


@pytest.mark.parametrize("name", ["", "Acme", "a_b", "a/b", ".sandbox"])
def test_a_bad_tenant_name_is_refused(sandbox: Sandbox, name: str) -> None:
    """A name is a path prefix of small letters, digits and dashes."""
    with pytest.raises(ValueError, match="name"):
        sandbox.add_tenant(name)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("plan", "gold"),
        ("over_cap", "ignore"),
        ("stale_seconds", -1),
        ("latency_seconds", "1"),
        ("token_seconds", True),
        ("scopes", "read:tenant_settings"),
        ("rate_limits", 0),
        ("merge_sessions", None),
    ],
)
def test_a_bad_option_is_refused(sandbox: Sandbox, acme: Tenant, option: str, value: Any) -> None:
    """An option is checked wherever it is set, and nothing half-made stays behind."""
    with pytest.raises(ValueError, match=option):
        setattr(acme, option, value)
    with pytest.raises(ValueError, match=option):
        sandbox.add_tenant("beta", **{option: value})
    sandbox.add_tenant("beta")


def test_every_option_is_tested_for_bad_values() -> None:
    """The list above names every option."""
    marks = test_a_bad_option_is_refused.pytestmark
    assert set(Tenant.model_fields) - {"name", "domain"} == {row[0] for row in marks[0].args[1]}


def test_a_tenant_is_added_once(sandbox: Sandbox, acme: Tenant) -> None:
    """A second tenant of that name, or an unknown option, is refused."""
    with pytest.raises(ValueError, match="already a tenant 'acme'"):
        sandbox.add_tenant(acme.name)
    with pytest.raises(ValueError, match="color"):
        sandbox.add_tenant("beta", color="red")


def test_reset_forgets_everything(sandbox: Sandbox, acme: Tenant) -> None:
    """Tenants, faults, tokens and the log are gone; clear_requests drops the log alone."""
    token = acme.issue_token()
    acme.fault("500", times=None)
    call(acme)
    sandbox.clear_requests()
    assert sandbox.requests == []
    call(acme)
    sandbox.reset()

    assert sandbox.requests == []
    again = sandbox.add_tenant("acme")
    assert reason(call(again, token=token)) == (
        401,
        None,
        "Invalid signature received for JSON Web Token validation",
    )


def test_a_sandbox_needs_to_run_and_runs_once() -> None:
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


def test_on_request_gets_every_request() -> None:
    """The callback receives each request with its status."""
    heard: list[LoggedRequest] = []
    with Sandbox(on_request=heard.append) as running:
        acme = running.add_tenant("acme")
        call(acme)

    assert [(request.call, request.status) for request in heard] == [("GET /tenants/settings", 200)]


def test_threads_may_share_the_handle(acme: Tenant) -> None:
    """The handle and the server change one state without losing a write."""
    threads = [
        threading.Thread(target=acme.dashboard, kwargs={name: minutes}) for minutes, name in enumerate(LIFETIMES, 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {name: minutes for minutes, name in enumerate(LIFETIMES, 1)} == acme.settings


# The control door


def door(sandbox: Sandbox, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    """Call the control API and return its response."""
    answer = requests.request(method, f"{sandbox.url}/.sandbox/{path}", json=body, timeout=10)
    assert status == answer.status_code, answer.text
    return answer.json()


def test_the_control_door_does_what_the_handle_does(sandbox: Sandbox) -> None:
    """Another process can make, change, read and drop a tenant; none of it is in the log."""
    made = door(sandbox, "PUT", "tenants/acme", {"plan": "free", "settings": {"session_lifetime": 90}})
    assert (made["plan"], made["settings"]) == ("free", {"session_lifetime": 90})
    body = {"settings": {"session_lifetime": None, "idle_session_lifetime": 5}, "rate_limits": False}
    door(sandbox, "PATCH", "tenants/acme", body)
    read = door(sandbox, "GET", "tenants/acme")
    assert (read["settings"], read["rate_limits"]) == ({"idle_session_lifetime": 5}, False)
    assert f"{sandbox.url}/acme" == read["domain"]
    assert door(sandbox, "GET", "requests") == []
    door(sandbox, "GET", "tenants/beta", status=404)


def test_the_control_door_has_clients_tokens_faults_and_the_log(sandbox: Sandbox, acme: Tenant) -> None:
    """Clients, tokens, faults and the log can be had from another process too."""
    sandbox.add_tenant("beta")
    door(sandbox, "POST", "tenants/acme/clients", {"client_id": "id", "client_secret": "other"})
    assert ask(acme).status_code == 401
    token = door(sandbox, "POST", "tenants/acme/tokens", {"seconds": 5})["access_token"]
    door(sandbox, "POST", "tenants/acme/faults", {"kind": "500"})
    assert call(acme, token=token).status_code == 500
    assert call(acme, token=token).status_code == 200

    log = door(sandbox, "GET", "requests?tenant=acme")
    assert ([line["status"] for line in log], log[0]["body"]["client_secret"]) == ([401, 500, 200], "***")
    assert door(sandbox, "GET", "requests?tenant=beta") == []
    door(sandbox, "DELETE", "requests")
    assert sandbox.requests == []
    door(sandbox, "POST", "reset")
    door(sandbox, "GET", "tenants/acme", status=404)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "tenants/acme", {"plan": "gold"}),
        ("PUT", "tenants/acme", ["plan"]),
        ("PUT", "tenants/acme", {"name": "beta"}),
        ("PATCH", "tenants/acme", {"settings": {"session_lifetime": 5}, "plan": "gold"}),
        ("PATCH", "tenants/acme", {"settings": {"session_lifetime": 0}, "plan": "free"}),
        ("PATCH", "tenants/acme", {"settings": 5}),
        ("PATCH", "tenants/acme", {"settings": {"session_lifetime": 5}, "name": "beta"}),
        ("POST", "tenants/acme/faults", {"kind": "nonsense"}),
        ("POST", "tenants/acme/faults", {"color": "red"}),
    ],
)
def test_the_control_door_names_mistakes(sandbox: Sandbox, acme: Tenant, method: str, path: str, body: Any) -> None:
    """A mistake is a 400 with a sentence, and the tenant stays as it was."""
    assert door(sandbox, method, path, body, status=400)["error"]

    assert acme.settings == {}
    assert door(sandbox, "GET", "tenants/acme")["plan"] == "enterprise"


# The package


def test_the_pytest_plugin_is_light() -> None:
    """Loading the plugin, as every pytest run does, imports no server."""
    program = (
        "import sys; import auth0_sessions.sandbox.pytest_plugin;"
        "print([name for name in ('uvicorn', 'starlette') if name in sys.modules])"
    )

    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "[]"


def test_the_fixture_is_empty_for_every_test(auth0_sandbox: Sandbox) -> None:
    """The fixture of users' tests has no tenants and no rate limits."""
    tenant = auth0_sandbox.add_tenant("fixture", plan="free")

    assert [call(tenant).status_code for _ in range(4)] == [200] * 4
    assert len(auth0_sandbox.requests) == 4


@pytest.mark.parametrize("name", ["", ".tenant"])
def test_the_examples_run(name: str) -> None:
    """The examples in the docstrings are true."""
    results = doctest.testmod(importlib.import_module(f"auth0_sessions.sandbox{name}"))

    assert (results.failed, results.attempted > 0) == (0, True)


def test_an_unknown_name_is_no_part_of_the_package() -> None:
    """The lazy import raises what Python raises, and every public name can be had."""
    with pytest.raises(AttributeError, match="nonsense"):
        _ = package.nonsense

    assert [name for name in package.__all__ if not hasattr(package, name)] == []


def test_the_log_is_bounded(sandbox: Sandbox, acme: Tenant) -> None:
    """A sandbox that runs for days does not grow: the oldest requests are forgotten."""
    call(acme)
    first = sandbox.log[0]
    sandbox.log.extend([first] * LOG_LENGTH)
    ask(acme)

    assert len(sandbox.requests) == LOG_LENGTH
    assert sandbox.requests[-1].call == "POST /oauth/token"
