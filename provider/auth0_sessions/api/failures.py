"""Turns a failed call into an error that says what failed, where, why, and what to do. It never contains a secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from auth0_sessions.api.credentials import NEEDED_SCOPES, STALE_CONFIG, ClientCredentials, Credentials
from auth0_sessions.api.http import ExchangeError, Reply, Trouble
from auth0_sessions.errors import (
    URN,
    ApiError,
    BadRequestError,
    CanceledError,
    ForbiddenError,
    RateLimitError,
    TenantUnreachableError,
    UnauthorizedError,
    UnexpectedAnswerError,
    shown,
)
from auth0_sessions.model.domain import base_url

MAX_DETAIL_CHARACTERS = 300
REDIRECTS = (301, 302, 303, 307, 308)
CLIENT_ERRORS = range(400, 500)
OUTAGES = range(500, 1000)
_KINDS: dict[int, type[ApiError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: ApiError,
    429: RateLimitError,
}
_USER_INFO = re.compile(r"(?<=//)\S*@")
_HOST = re.compile(r"//(?:[^/@]*@)?([\w.-]+)")
_CHALLENGE = re.compile(r'\b(?:error_description|error)="([^"]+)"')


@dataclass(frozen=True)
class Attempt:
    """What was attempted, with which credentials: `doing` follows "could not".

    `is_login` is True for the token endpoint; messages never repeat `secrets`.
    """

    domain: str
    doing: str
    credentials: Credentials = field(default=ClientCredentials("", "", None, ""), repr=False)
    is_login: bool = False
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def failed(self, why: str, advice: str) -> str:
        """Return the message for a failure."""
        return f"{self.domain}: could not {self.doing}{why} {advice}"

    def clean(self, text: str) -> str:
        """Return external text as one line of limited length, without secrets and its final period."""
        for secret in filter(None, self.secrets):
            text = text.replace(secret, "***")
        text = _USER_INFO.sub("***@", text[: 10 * MAX_DETAIL_CHARACTERS])
        line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
        line = line if len(line) <= MAX_DETAIL_CHARACTERS else f"{line[: MAX_DETAIL_CHARACTERS - 3]}..."
        return line.removesuffix(".")


def refused(attempt: Attempt, reply: Reply, body: Any, too_long: str | None = None) -> ApiError:
    """Return the error for an unsuccessful response.

    `body` is its JSON, or None if it is not JSON; `too_long` is why the wait that a 429 asks for is not made.
    """
    status, location = reply.status, reply.headers.get("Location")
    if status in REDIRECTS and location is not None:
        return _redirected(attempt, status, location)
    code, detail = _words(body, reply.headers.get("WWW-Authenticate", ""))
    code = attempt.clean(code) if code else None
    why = _page(attempt, reply) if body is None else _said(attempt, status, code, detail)
    if too_long:
        advice = f"It was not tried again: {too_long}. {_BUSY}"
    elif body is None and status == HTTPStatus.BAD_REQUEST:
        advice = _elsewhere(attempt)  # A page names neither a value nor an application that could be wrong.
    else:
        advice = _advice(attempt, status, code, detail or "")
    is_of_auth0 = body is not None and status in CLIENT_ERRORS
    kind = _KINDS.get(status, ApiError if is_of_auth0 else UnexpectedAnswerError)
    return kind(attempt.failed(why, advice), status=status, error_code=code)


def _redirected(attempt: Attempt, status: int, location: str) -> UnexpectedAnswerError:
    host = _HOST.search(location)
    place = attempt.clean(host[1]) if host else "another place"
    return unusable(attempt, f"a redirect to {place}, which is not followed so that no token leaves the tenant", status)


def _page(attempt: Attempt, reply: Reply) -> str:
    media_type = attempt.clean(reply.headers.get("Content-Type", "no content type").split(";")[0])
    return f": got HTTP {reply.status} with a non-JSON body ({media_type})."


def _said(attempt: Attempt, status: int, code: str | None, detail: str | None) -> str:
    """Return what the tenant said, to follow "could not ..."."""
    if detail is None and status not in _KINDS:
        return f": got HTTP {status}."
    named = f"{status} {code}" if code else f"{status}"
    return f" ({named}): {attempt.clean(detail or 'no reason was given')}."


def unusable(attempt: Attempt, got: str, status: int) -> UnexpectedAnswerError:
    """Return the error for a response that Auth0 would not send."""
    return UnexpectedAnswerError(attempt.failed(f": got {got}.", _elsewhere(attempt)), status=status)


def no_answer(attempt: Attempt, error: ExchangeError, status: int) -> UnexpectedAnswerError | TenantUnreachableError:
    """Return the error for an exchange without a usable response; `status` is 0 if there was none at all."""
    reason = attempt.clean(error.reason)
    if error.trouble is Trouble.MALFORMED:
        return unusable(attempt, reason, status)
    why, advice = _UNREACHABLE[error.trouble]
    return TenantUnreachableError(attempt.failed(why.format(reason=reason), advice))


def out_of_time(attempt: Attempt) -> TenantUnreachableError:
    """Return the error for a call that is not made because its operation has timed out."""
    why = ": the time limit of the whole operation was reached, and nothing was sent."
    return TenantUnreachableError(attempt.failed(why, "Try again later."))


def canceled(attempt: Attempt) -> CanceledError:
    """Return the error for a call that ended because the run was canceled."""
    return CanceledError(attempt.failed(": the run was canceled.", "Run it again to continue."))


def short_reason(error: BaseException) -> str:
    """Return a short reason for a failure that is retried, for a status line."""
    if isinstance(error, RateLimitError):
        return "rate limit reached (429)"
    if isinstance(error, UnexpectedAnswerError):
        return f"unexpected answer ({error.status})" if error.status else "unexpected answer"
    return "no answer"


def _words(body: Any, challenge: str) -> tuple[str | None, str | None]:
    """Return the error code and text in a response from the Management API or the token endpoint."""
    if not isinstance(body, Mapping):
        body = {}
    if isinstance(body.get("error_description"), str):
        return str(body.get("error", "")) or None, body["error_description"]
    attributes = body.get("attributes")
    places = (
        body.get("message"),
        attributes.get("error") if isinstance(attributes, Mapping) else None,
        next(iter(_CHALLENGE.findall(challenge)), None),
        body.get("error"),
    )
    code = body.get("errorCode")
    text = next((text for text in places if isinstance(text, str) and text), None)
    return (code if isinstance(code, str) else None), text


def _advice(attempt: Attempt, status: int, code: str | None, detail: str) -> str:
    """Return what to do about a refusal; `detail` is the tenant's text."""
    credentials = attempt.credentials
    if status in OUTAGES:
        return "The service failed, which is usually temporary: try again later, and see https://status.auth0.com."
    if code == "insufficient_entitlement":
        return "The tenant's plan does not include this."
    is_about_audience = detail.startswith("Service not enabled within domain") or "audience" in detail.lower()
    if is_about_audience and status in (400, 401, 403):
        return _audience_advice(attempt)
    if code == "Bearer" or detail.startswith("Bad HTTP authentication header"):
        status = 401  # Auth0 answers 400 for a token that is not a JWT.
    table = _LOGIN_ADVICE if attempt.is_login else _ADVICE
    if status not in table:
        return _elsewhere(attempt)
    advice = [table[status].format(source=credentials.source, scopes=NEEDED_SCOPES)]
    if attempt.is_login and isinstance(credentials, ClientCredentials) and status in (400, 401):
        advice.append(_client_advice(credentials))
    if credentials.audience and status == (403 if attempt.is_login else 401):
        advice.append(_audience_advice(attempt))
    return " ".join(advice)


def _client_advice(credentials: ClientCredentials) -> str:
    """Return what else may be wrong with an application's credentials."""
    other = "An application that uses Private Key JWT has no secret: set its private key instead."
    if not isinstance(credentials.proof, str):
        other = "The application has to use Private Key JWT, with the public key that belongs to this private key."
    return f"{other} After a rotation: {STALE_CONFIG}" if credentials.is_stale else other


def _audience_advice(attempt: Attempt) -> str:
    """Return what to do about an audience that may be wrong, with the variable or key that sets it."""
    given, key, default = attempt.credentials.audience, attempt.credentials.audience_key, base_url(attempt.domain)
    needed = "https://TENANT.auth0.com/api/v2/ with the tenant's canonical domain"
    if given:
        return (
            f"The audience {shown(given)} comes from {key}. It has to be {needed}, not that of your own API; "
            f"if it is not set, it is {default}/api/v2/."
        )
    return (
        f"The audience is {default}/api/v2/, because none is set. If {attempt.domain} is a custom domain, set {key} to "
        f"{needed}."
    )


def _elsewhere(attempt: Attempt) -> str:
    return (
        f"Check that {attempt.domain} is the tenant's own domain, that no proxy answers in its place, and "
        "that https://status.auth0.com shows no outage; then try again."
    )


_GONE = (
    "Check the domain. If the tenant no longer exists, remove its resource from the stack's state with "
    f"`pulumi state delete '{URN}'` (`pulumi stack --show-urns` lists its URN), and remove it from the program or the "
    "tenants file."
)
_UNREACHABLE = {
    Trouble.NO_ANSWER: (
        ": {reason}.",
        "Check the spelling of the domain, the network and the proxy settings; then try again.",
    ),
    Trouble.TLS: (
        ": the TLS certificate was not accepted ({reason}), and nothing was sent.",
        "Check the domain; behind a proxy that intercepts TLS, set REQUESTS_CA_BUNDLE to its certificates.",
    ),
    Trouble.PROXY: (
        ": the proxy's address in the environment is malformed, and nothing was sent.",
        "Correct HTTPS_PROXY or ALL_PROXY. The address is not shown because it may hold a password.",
    ),
}
_BUSY = "Try again later, or reduce other traffic to this tenant's API."
_ADVICE = {
    400: "Correct the value that is named; what a tenant accepts may depend on its plan.",
    401: "The token came from {source}: check that it is a Management API token of this tenant and has not expired.",
    403: "Grant {scopes} of the Auth0 Management API to the application; the credentials came from {source}.",
    404: f"There are no tenant settings here. {_GONE}",
    429: f"The tenant is still rate-limited after the last attempt. {_BUSY}",
}
_CLIENT = "Check {source}: both belong to one machine-to-machine application."
_LOGIN_ADVICE = {
    400: _CLIENT,
    401: _CLIENT,
    403: "Authorize the application for the Auth0 Management API with {scopes}. The credentials came from {source}.",
    404: f"There is no token endpoint here. {_GONE}",
    429: f"The token endpoint is still rate-limited after the last attempt. {_BUSY}",
}
