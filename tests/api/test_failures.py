"""A call that failed -> an error that says what, where, why and what to do now."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.api.failures import (
    MAX_DETAIL_CHARACTERS,
    Answer,
    failure,
    short_reason,
    tls,
    unexpected,
    unreachable,
)
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

DOMAIN = "acme.eu.auth0.com"
DOING = "write the session settings"
CANARY = "canary-s3cr3t"
ERRORS = json.loads((Path(__file__).parents[1] / "recordings" / "error_bodies.json").read_text())
ANSWER = Answer(
    domain=DOMAIN,
    doing=DOING,
    status=400,
    body={},
    content_type="application/json",
    location=None,
    source="the test's own place",
    login=False,
)
TEXT = st.text() | st.none() | st.integers() | st.lists(st.text())


def error(**parts):
    """Return the error for an answer; `said` is the body's message."""
    if "said" in parts:
        parts["body"] = {"message": parts.pop("said")}
    return failure(replace(ANSWER, **parts), [CANARY])


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
        (503, UnexpectedAnswerError),
        (599, UnexpectedAnswerError),
    ],
)
@pytest.mark.parametrize("login", [False, True])
def test_kinds(status, kind, login):
    """Every status has its kind of error, which tells the status, the tenant and what was tried."""
    raised = error(status=status, said="Because", login=login)
    assert (kind, status) == (type(raised), raised.status)
    assert str(raised).startswith(f"{DOMAIN}: could not {DOING}")
    assert str(status) in str(raised)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
@pytest.mark.parametrize("login", [False, True])
def test_every_error_says_what_to_do(status, login):
    """Something to do now follows what the tenant said, and no gap of a template is left open."""
    text = str(error(status=status, said="Because", login=login))
    assert text.endswith(".")
    assert "{" not in text
    assert len(text.split(". ")) > 1


@pytest.mark.parametrize(
    ("parts", "advice"),
    [
        ({"status": 401}, "The token in use came from the test's own place"),
        ({"status": 403}, "Grant read:tenant_settings and, to write, update:tenant_settings"),
        ({"status": 403}, "the credentials came from the test's own place"),
        ({"status": 403, "body": {"errorCode": "insufficient_entitlement"}}, "plan does not include this"),
        ({"status": 404}, "check the domain"),
        ({"status": 429}, "rate limit lasted longer than we wait"),
        ({"status": 401, "login": True}, "Check the client id and the client secret from the test's own place"),
        ({"status": 403, "login": True}, "Authorize the application for the Auth0 Management API"),
        ({"status": 403, "login": True}, "custom domain"),
        ({"status": 429, "login": True}, "token endpoint's rate limit"),
        ({"status": 418, "login": True}, "Check the client id"),
    ],
)
def test_advice(parts, advice):
    """The advice belongs to the status and to the endpoint, and names where the credentials came from."""
    assert advice in str(error(**parts))


@pytest.mark.parametrize("body", [row.get("body", row) for row in ERRORS])
def test_recorded_words_are_passed_on(body):
    """The words of a real error body are in the error, whatever their shape."""
    words = [value for key, value in body.items() if key in ("message", "error_description")]
    assert words == [word for word in words if word.rstrip(".") in str(error(body=body))]


def test_management_words():
    """An error of the Management API gives its message, its status and its code."""
    raised = error(body={"statusCode": 400, "error": "Bad Request", "message": "No", "errorCode": "invalid_body"})
    assert raised.error_code == "invalid_body"
    assert "(400 invalid_body): No. Correct the value" in str(raised)


def test_login_words():
    """An error of the token endpoint gives its description, and its `error` as the code."""
    raised = error(status=403, login=True, body={"error": "access_denied", "error_description": "Not authorized"})
    assert raised.error_code == "access_denied"
    assert "(403 access_denied): Not authorized. " in str(raised)


@pytest.mark.parametrize("body", [None, {}, {"message": None}, {"message": ["x"]}, {"error": {}}])
def test_no_words(body):
    """An answer without a reason says that none was given."""
    assert "(400): no reason was given. " in str(error(body=body))


@pytest.mark.parametrize("status", [302, 307, 308])
def test_redirect(status):
    """A redirect is an unexpected answer, and the error names the host it leads to and nothing more of it."""
    raised = error(status=status, location="https://user:pw@evil.example/path?token=1", body=None)
    assert (UnexpectedAnswerError, status) == (type(raised), raised.status)
    assert "a redirect to evil.example, which" in str(raised)
    assert [word for word in ("pw", "/path", "token=1") if word in str(raised)] == []


@pytest.mark.parametrize("location", ["", "/elsewhere", "https://", "?", "http://[", "http://[::1", "//[x]/", "\x00"])
def test_redirect_to_nowhere(location):
    """A redirect whose host cannot be read is an unexpected answer as well."""
    assert "a redirect to another place" in str(error(status=302, location=location, body=None))


def test_a_page_is_named():
    """An answer that is no JSON is described by status and media type."""
    assert "status 503 and a page (text/html) that is no JSON" in str(
        error(status=503, body=None, content_type="text/html")
    )


def test_a_broken_service_with_json_is_no_page():
    """An answer of a broken service that is JSON is not called a page."""
    assert "page" not in str(error(status=503, said="Down"))


@pytest.mark.parametrize(
    "parts",
    [
        {"said": f"your secret is {CANARY}"},
        {"body": {"error": CANARY}},
        {"body": {"error": CANARY, "error_description": CANARY}},
        {"body": {"message": "No", "errorCode": CANARY}},
        {"status": 503, "body": None, "content_type": CANARY},
        {"status": 302, "body": None, "location": f"https://{CANARY}.evil.example/"},
    ],
)
def test_echoed_secrets_are_taken_out(parts):
    """A secret that the server repeats, in whatever place, is not in the error."""
    raised = error(**parts)
    assert CANARY not in f"{raised} {raised!r} {raised.error_code}"


def test_a_secret_is_taken_out_before_the_text_is_cut():
    """No beginning of a secret is left over where a long text is cut."""
    said = f"{'x' * (MAX_DETAIL_CHARACTERS - 10)}{CANARY}"
    assert CANARY[:5] not in str(error(said=said))


@pytest.mark.parametrize("parts", [{"said": "two\r\nlines \x1b[31mred\x07 \x85"}, {"said": "x" * 10_000}])
def test_words_are_one_short_line(parts):
    """Words from outside are one line of bounded length, without control characters."""
    text = str(error(**parts))
    assert text.isprintable()
    assert len(text) < MAX_DETAIL_CHARACTERS + 300


@pytest.mark.parametrize("code", ["x" * 10_000, "two\nlines", "\x1b[31mred"])
def test_a_code_is_short_and_printable(code):
    """A code from outside is held to the same as the words are."""
    text = str(error(body={"error": code, "error_description": "No"}))
    assert text.isprintable()
    assert len(text) < 2 * MAX_DETAIL_CHARACTERS + 300


@pytest.mark.parametrize(("said", "ended"), [("No", "No. "), ("No.", "No. "), ("No!", "No! "), ("No?", "No? ")])
def test_words_end_once(said, ended):
    """Words from outside end in one full stop."""
    assert f": {ended}Correct" in str(error(said=said))


class ReasonedError(OSError):
    """A network error that wraps another, as urllib3 does."""

    def __init__(self, reason):
        super().__init__("outer")
        self.reason = reason


class ConnectTimeoutError(OSError):
    """A timeout, by its name."""


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (OSError(111, "Connection refused"), "Connection refused"),
        (ReasonedError(OSError(111, "Connection refused")), "Connection refused"),
        (OSError(ReasonedError(OSError(-2, "Name or service not known"))), "Name or service not known"),
        (OSError("<urllib3.connection.Thing object at 0x7f00aa>: Failed to resolve"), "Failed to resolve"),
        (ConnectTimeoutError("x"), "no answer in time"),
        (OSError("Read timed out. (read timeout=30)"), "no answer in time"),
        (OSError(), "OSError"),
    ],
)
def test_reason_of_a_network_error(cause, reason):
    """The innermost reason is told, in a few words and without addresses in memory."""
    assert f": {reason}. Check" in str(unreachable(DOMAIN, DOING, cause))
    assert f"({reason}), and nothing was sent" in str(tls(DOMAIN, DOING, cause))


def test_network_errors_are_unreachable_tenants():
    """A tenant without an answer, for lack of trust too, is one kind of error."""
    kinds = {type(make(DOMAIN, DOING, OSError("x"))) for make in (unreachable, tls)}
    assert {TenantUnreachableError} == kinds


def test_tls_names_the_setting_for_proxies():
    """Behind a proxy that opens TLS one can do something: name its certificates."""
    assert "REQUESTS_CA_BUNDLE" in str(tls(DOMAIN, DOING, OSError("x")))


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (error(status=429), "rate limit reached (429)"),
        (unexpected(DOMAIN, DOING, "a page", status=503), "unexpected answer (503)"),
        (unreachable(DOMAIN, DOING, OSError("x")), "no answer"),
    ],
)
def test_short_reason(failure, words):
    """A status line has a few words for each failure that is tried again."""
    assert words == short_reason(failure)


@given(
    status=st.integers(200, 599),
    body=st.none() | st.dictionaries(st.sampled_from(["error", "error_description", "errorCode", "message"]), TEXT),
    location=st.none() | st.text() | st.from_regex(r"(https?:)?//[\[\]a-z:@0-9/]{0,9}", fullmatch=True),
    content_type=st.text(),
    login=st.booleans(),
)
def test_any_answer(**parts):
    """Whatever a tenant answers, the outcome is an error of this package with printable text."""
    raised = failure(replace(ANSWER, **parts), [CANARY])
    assert isinstance(raised, Auth0SessionsError)
    assert str(raised).isprintable()
