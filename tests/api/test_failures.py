"""A call that failed -> an error that says what, where, why and what to do now."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.api.assertions import SigningKey
from auth0_sessions.api.credentials import ClientCredentials
from auth0_sessions.api.failures import (
    MAX_DETAIL_CHARACTERS,
    Attempt,
    canceled,
    no_answer,
    out_of_time,
    refused,
    short_reason,
    unusable,
)
from auth0_sessions.api.http import ExchangeError, Reply, Trouble
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
from keys import pem_of

DOMAIN = "acme.eu.auth0.com"
DOING = "write the session settings"
CANARY = "canary-s3cr3t"
ERRORS = json.loads((Path(__file__).parents[1] / "recordings" / "error_bodies.json").read_text())
SOURCE = "the test's own place"
CLIENT = ClientCredentials("id", CANARY, None, SOURCE)
ATTEMPT = Attempt(DOMAIN, DOING, CLIENT, secrets=(CANARY,))
TEXT = st.text() | st.none() | st.integers() | st.lists(st.text())


def error(*, status=400, body=None, is_page=False, login=False, **headers):
    """Return the error for an answer; `said` is the body's message, and the rest are headers."""
    if "said" in headers:
        body = {"message": headers.pop("said")}
    attempt = replace(ATTEMPT, is_login=login)
    sent = {name.replace("_", "-").title().replace("Www-", "WWW-"): value for name, value in headers.items()}
    return refused(attempt, Reply(status, sent, b""), None if is_page else body or {})


def lost(trouble, reason="", *, status=0):
    """Return the error for an exchange without an answer."""
    return no_answer(ATTEMPT, ExchangeError(trouble, reason), status)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequestError),
        (401, UnauthorizedError),
        (403, ForbiddenError),
        (404, ApiError),
        (409, ApiError),
        (429, RateLimitError),
        (500, UnexpectedAnswerError),
        (599, UnexpectedAnswerError),
    ],
)
@pytest.mark.parametrize("login", [False, True])
def test_every_status_has_its_error(status, kind, login):
    """It holds the status, the tenant, what was tried, what the tenant said, and advice without a placeholder left."""
    raised = error(status=status, said="Because", login=login)
    assert (kind, status) == (type(raised), raised.status)
    beginning, said, advice = str(raised).partition(": Because. ")
    assert (beginning, said) == (f"{DOMAIN}: could not {DOING} ({status})", ": Because. ")
    assert (advice.endswith("."), "{" in advice) == (True, False)


@pytest.mark.parametrize(
    ("parts", "advice"),
    [
        ({"status": 400, "login": True}, "Check the test's own place: both belong to one"),
        ({"status": 400, "login": True, "is_page": True}, "that no proxy answers in its place"),
        ({"status": 400, "is_page": True}, "that no proxy answers in its place"),
        ({"status": 401}, "The token came from the test's own place"),
        ({"status": 401, "login": True}, "Check the test's own place: both belong to one"),
        ({"status": 403}, "Grant read:tenant_settings and, to write, update:tenant_settings"),
        ({"status": 403}, "the credentials came from the test's own place"),
        ({"status": 403, "login": True}, "Authorize the application for the Auth0 Management API"),
        ({"status": 403, "body": {"errorCode": "insufficient_entitlement"}}, "plan does not include this"),
        ({"status": 404}, "`pulumi state delete '<URN>'` (`pulumi stack --show-urns`"),
        ({"status": 404, "login": True, "is_page": True}, "If the tenant no longer exists"),
        ({"status": 409}, "that no proxy answers in its place"),
        ({"status": 302}, "that no proxy answers in its place"),
        ({"status": 429}, "The tenant is still rate-limited after the last attempt"),
        ({"status": 429, "login": True}, "The token endpoint is still rate-limited"),
    ],
)
def test_advice(parts, advice):
    """The advice belongs to the status and to the endpoint, and names where the credentials came from."""
    assert advice in str(error(**parts))


def test_a_wait_that_is_not_made():
    """Where a tenant asks for too long a wait, the error says why it was not made instead of the usual advice."""
    text = str(refused(ATTEMPT, Reply(429, {}, b""), {}, "it is too long"))
    assert ("It was not tried again: it is too long." in text, "after the last attempt" in text) == (True, False)


AUDIENCE = "https://app.example/api/"
NOT_ENABLED = {"error": "access_denied", "error_description": f"Service not enabled within domain: {AUDIENCE}"}
NO_GRANT = {"error": "access_denied", "error_description": 'Client is not authorized to access "x"'}
BAD_AUDIENCE = {"message": f"Bad audience: {AUDIENCE}"}
INVALID = {"message": "Invalid token"}


@pytest.mark.parametrize("audience", [AUDIENCE, None])
@pytest.mark.parametrize(
    ("status", "login", "body", "is_certain"),
    [
        (403, True, NOT_ENABLED, True),
        (403, True, NO_GRANT, False),
        (401, False, BAD_AUDIENCE, True),
        (401, False, INVALID, False),
    ],
)
def test_every_refusal_that_an_audience_can_cause_names_what_set_it(status, login, body, is_certain, audience):
    """It names the audience and the variable or key that sets it; without one, what to set for a custom domain."""
    client = replace(CLIENT, audience=audience, audience_key="AUTH0_ACME_AUDIENCE")
    attempt = replace(ATTEMPT, domain="login.acme.com", is_login=login, credentials=client)
    text = str(refused(attempt, Reply(status, {}, b""), body))
    given = f"The audience '{AUDIENCE}' comes from AUTH0_ACME_AUDIENCE. It has to be https://TENANT.auth0.com/api/v2/"
    missing = "The audience is https://login.acme.com/api/v2/, because none is set."
    assert (given in text) == (audience is not None)
    assert (missing in text) == ("set AUTH0_ACME_AUDIENCE to" in text) == (audience is None and is_certain)
    assert (SOURCE in text) == (not is_certain)


@pytest.mark.parametrize("is_stale", [False, True])
@pytest.mark.parametrize(
    ("proof", "words"),
    [(CANARY, "has no secret: set its private key"), (SigningKey.read(pem_of(), "KEY"), "has to use Private Key JWT")],
)
def test_a_refused_application_is_told_of_the_other_way(proof, words, is_stale):
    """A secret may have to be a key, a key needs its other half at Auth0, and either may have been rotated."""
    attempt = replace(ATTEMPT, is_login=True, credentials=replace(CLIENT, proof=proof, is_stale=is_stale))
    text = str(refused(attempt, Reply(401, {}, b""), {"error": "invalid_client"}))
    assert words in text
    assert ("After a rotation: `pulumi refresh`" in text) == is_stale


@pytest.mark.parametrize("login", [False, True])
@pytest.mark.parametrize("parts", [{"said": "Upstream is down"}, {"body": {}}, {"is_page": True}])
def test_an_outage_is_not_about_the_domain(parts, login):
    """A 5xx repeats Auth0's message and advises waiting; it does not suggest checking the domain."""
    text = str(error(status=503, login=login, **parts))
    assert ("try again later" in text, "Check" in text) == (True, False)
    assert parts.get("said", "HTTP 503") in text


@pytest.mark.parametrize(
    "body", [{"message": "Bad HTTP authentication header format"}, {"message": "Not this", "errorCode": "Bearer"}]
)
def test_a_400_about_the_bearer_is_about_the_token(body):
    """A 400 for a bearer that is not a JWT says to check the token, and not to correct a value."""
    text = str(error(status=400, body=body))
    assert "The token came from the test's own place" in text
    assert "Correct the value" not in text


@pytest.mark.parametrize(
    ("body", "challenge", "detail"),
    [
        ({"message": "first", "attributes": {"error": "second"}, "error": "fourth"}, 'Bearer error="third"', "first"),
        ({"attributes": {"error": "second"}, "error": "fourth"}, 'Bearer error="third"', "second"),
        ({"error": "fourth"}, 'Bearer realm="x", error="third"', "third"),
        ({"error": "fourth"}, 'Bearer error_description="third"', "third"),
        ({"error": "fourth"}, "Bearer", "fourth"),
        ({"attributes": ["x"], "error": "fourth"}, "", "fourth"),
        ({"attributes": {"error": 5}, "message": None, "error": {}}, "Bearer", "no reason was given"),
        ([], "", "no reason was given"),
    ],
)
def test_the_words_of_a_401(body, challenge, detail):
    """What a 401 says is looked for in the message, the attributes, the header and the error, in this order."""
    assert f"(401): {detail}. The token came from" in str(error(status=401, body=body, www_authenticate=challenge))


@pytest.mark.parametrize("body", [row.get("body", row) for row in ERRORS])
def test_recorded_words_are_passed_on(body):
    """The words of a real error body are in the error, whatever their shape."""
    words = [value for key, value in body.items() if key in ("message", "error_description")]
    assert words == [word for word in words if word.rstrip(".") in str(error(body=body))]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"statusCode": 400, "error": "Bad Request", "message": "No", "errorCode": "its_code"}),
        (500, {"message": "No", "errorCode": "its_code"}),
        (403, {"error": "its_code", "error_description": "No"}),
    ],
)
def test_the_code_of_an_error(status, body):
    """It is the `errorCode` of the Management API, and the `error` of the token endpoint beside its description."""
    raised = error(status=status, body=body)
    assert (raised.error_code, f"({status} its_code): No. " in str(raised)) == ("its_code", True)


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("https://user:pw@evil.example/path?token=1", "evil.example"),
        *[(location, "another place") for location in ("", "/elsewhere", "https://", "http://[::1")],
    ],
)
def test_redirect(location, place):
    """A redirect is an unexpected answer, and the error names the host it leads to and nothing more of it."""
    raised = error(status=307, location=location, is_page=True)
    assert (UnexpectedAnswerError, 307) == (type(raised), raised.status)
    assert f"a redirect to {place}, which" in str(raised)
    assert [word for word in ("pw", "/path", "token=1") if word in str(raised)] == []


def test_a_page_is_named():
    """An answer without JSON is described by status and media type, and JSON, an empty object too, is not."""
    text = str(error(status=503, is_page=True, content_type="text/html; charset=utf-8"))
    assert "got HTTP 503 with a non-JSON body (text/html)." in text
    assert "non-JSON" not in str(error(status=503, body={}))


@pytest.mark.parametrize(
    "parts",
    [
        {"said": f"your secret is {CANARY}"},
        {"body": {"error": CANARY}},
        {"body": {"error": CANARY, "error_description": CANARY}},
        {"body": {"message": "No", "errorCode": CANARY}},
        {"body": {"attributes": {"error": CANARY}}},
        {"www_authenticate": f'Bearer error="{CANARY}"'},
        {"status": 503, "is_page": True, "content_type": CANARY},
        {"status": 302, "location": f"https://{CANARY}.evil.example/"},
    ],
)
def test_echoed_secrets_are_taken_out(parts):
    """A secret that the server echoes anywhere is not in the error."""
    raised = error(**parts)
    assert CANARY not in f"{raised} {raised!r} {raised.error_code}"


def test_a_secret_is_taken_out_before_the_text_is_cut():
    """No beginning of a secret is left over where a long text is cut."""
    said = f"{'x' * (MAX_DETAIL_CHARACTERS - 10)}{CANARY}"
    assert CANARY[:5] not in str(error(said=said))


@pytest.mark.parametrize("text", ["two\r\nlines \x1b[31mred\x07 \x85", "x" * 10_000])
def test_words_are_one_short_line(text):
    """Words and codes from outside are one line of bounded length, without control characters."""
    shown = str(error(body={"error": text, "error_description": text}))
    assert (shown.isprintable(), len(shown) < 2 * MAX_DETAIL_CHARACTERS + 300) == (True, True)


@pytest.mark.parametrize("url", ["https://u:hunter2@proxy.example:1/", "(//hunter2@x)", "see http://a@b:hunter2@c"])
def test_user_info_is_masked(url):
    """User info in an address, such as a proxy's password, is not in any message."""
    for raised in (lost(Trouble.NO_ANSWER, f"cannot reach {url}"), lost(Trouble.TLS, url), error(said=url)):
        assert "hunter2" not in str(raised)


@pytest.mark.parametrize(
    ("trouble", "kind", "words"),
    [
        (Trouble.NO_ANSWER, TenantUnreachableError, ": Connection refused. Check the spelling"),
        (Trouble.TLS, TenantUnreachableError, "(Connection refused), and nothing was sent. Check the domain"),
        (Trouble.TLS, TenantUnreachableError, "REQUESTS_CA_BUNDLE"),
        (Trouble.PROXY, TenantUnreachableError, "Correct HTTPS_PROXY or ALL_PROXY"),
        (Trouble.MALFORMED, UnexpectedAnswerError, ": got Connection refused. Check that"),
    ],
)
def test_no_answer(trouble, kind, words):
    """Each way to get no answer has its kind of error, and says what happened and what to do."""
    raised = lost(trouble, "Connection refused")
    assert (type(raised), words in str(raised)) == (kind, True)


@pytest.mark.parametrize("status", [200, 0])
def test_a_broken_answer_is_cleaned_and_keeps_its_status(status):
    """A secret in a library's error is not in the message, and the status is known as far as there is one."""
    raised = lost(Trouble.MALFORMED, f"bad status line {CANARY}", status=status)
    assert (raised.status, CANARY in str(raised)) == (status, False)


def test_no_call_is_made():
    """A call that its operation has no time for was not sent, and a canceled run says where it stopped in one line."""
    raised = out_of_time(ATTEMPT)
    assert (type(raised), "nothing was sent" in str(raised)) == (TenantUnreachableError, True)
    assert str(canceled(ATTEMPT)) == f"{DOMAIN}: could not {DOING}: the run was canceled. Run it again to continue."


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (error(status=429), "rate limit reached (429)"),
        (unusable(ATTEMPT, "a page", status=503), "unexpected answer (503)"),
        (unusable(ATTEMPT, "garbage", status=0), "unexpected answer"),
        (lost(Trouble.NO_ANSWER), "no answer"),
    ],
)
def test_short_reason(failure, words):
    """A status line has a few words for each failure that is tried again."""
    assert words == short_reason(failure)


def test_no_secret_in_a_repr():
    """What was tried can be printed without its secrets."""
    assert CANARY not in repr(ATTEMPT)


@given(
    status=st.integers(100, 999),
    body=st.none() | st.dictionaries(st.sampled_from(["error", "error_description", "errorCode", "message"]), TEXT),
    location=st.text() | st.from_regex(r"(https?:)?//[\[\]a-z:@0-9/]{0,9}", fullmatch=True),
    content_type=st.text(),
    www_authenticate=st.text() | st.from_regex(r'Bearer error="[^"]*"', fullmatch=True),
    login=st.booleans(),
    is_page=st.booleans(),
)
def test_any_answer(**parts):
    """Whatever a tenant answers, the outcome is an error of this package with printable text."""
    raised = error(**parts)
    assert isinstance(raised, Auth0SessionsError)
    assert str(raised).isprintable()
