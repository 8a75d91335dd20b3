"""A call that failed -> an error that says what, where, why and what to do now. Never a secret."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from auth0_sessions.api.credentials import NEEDED_SCOPES
from auth0_sessions.errors import (
    ApiError,
    BadRequestError,
    ForbiddenError,
    RateLimitError,
    TenantUnreachableError,
    UnauthorizedError,
    UnexpectedAnswerError,
)

MAX_DETAIL_CHARACTERS = 300
_ADDRESS_IN_MEMORY = re.compile(r"<[^>]* at 0x[0-9a-f]+>:? ?")
_CLIENT_ERRORS: Mapping[int, type[ApiError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    429: RateLimitError,
}


@dataclass(frozen=True)
class Answer:
    """What the tenant answered.

    Attributes:
        domain: The tenant.
        doing: What was tried, to follow "could not".
        status: The HTTP status.
        body: The JSON object of the body, or None.
        content_type: The media type of the body.
        location: Where a redirect leads, or None.
        source: Where the credentials came from.
        login: True for the token endpoint.

    """

    domain: str
    doing: str
    status: int
    body: Mapping[str, Any] | None
    content_type: str
    location: str | None
    source: str
    login: bool


def failure(answer: Answer, secrets: Iterable[str]) -> ApiError:
    """Return the error for an answer that is not a good one, with every secret taken out of its text."""
    if answer.location is not None:
        where = _host(answer.location) or "another place"
        host = _clean(where, secrets).removesuffix(".")
        got = f"a redirect to {host}, which is not followed so that no token leaves the tenant"
        return unexpected(answer.domain, answer.doing, got, status=answer.status)
    kind = _CLIENT_ERRORS.get(answer.status)
    if kind is None and (answer.body is None or not 400 <= answer.status < 500):  # noqa: PLR2004  HTTP's client errors.
        media_type = _clean(answer.content_type, secrets).removesuffix(".")
        page = "" if answer.body else f" and a page ({media_type}) that is no JSON"
        got = f"status {answer.status}{page}"
        return unexpected(answer.domain, answer.doing, got, status=answer.status)
    code, detail = _words(answer.body or {})
    code = _clean(code, secrets).removesuffix(".") if code else None
    named = f"{answer.status} {code}" if code else str(answer.status)
    message = f"{answer.domain}: could not {answer.doing} ({named}): {_clean(detail, secrets)} {_advice(answer, code)}"
    return (kind or ApiError)(message, status=answer.status, error_code=code)


def _host(location: str) -> str | None:
    try:
        return urlsplit(location).hostname
    except ValueError:
        return None


def unexpected(domain: str, doing: str, got: str, *, status: int = 200) -> UnexpectedAnswerError:
    """Return the error for an answer that Auth0 does not give when all is well."""
    message = (
        f"{domain}: could not {doing}: got {got}. Check that {domain} is the tenant's own domain, that no "
        "proxy answers in its place, and the state of the service; then run again."
    )
    return UnexpectedAnswerError(message, status=status)


def unreachable(domain: str, doing: str, cause: BaseException) -> TenantUnreachableError:
    """Return the error for a tenant that gave no answer."""
    message = (
        f"{domain}: could not {doing}: {_reason(cause)}. Check the spelling of the domain, the network and the "
        "proxy settings; then run again."
    )
    return TenantUnreachableError(message)


def tls(domain: str, doing: str, cause: BaseException) -> TenantUnreachableError:
    """Return the error for a TLS connection that cannot be trusted."""
    message = (
        f"{domain}: could not {doing}: the TLS certificate was not accepted ({_reason(cause)}), and nothing was sent. "
        "Check the domain; behind a proxy that opens TLS, name its certificates in REQUESTS_CA_BUNDLE."
    )
    return TenantUnreachableError(message)


def short_reason(error: BaseException) -> str:
    """Return a few words about a failure that is tried again, for a status line."""
    if isinstance(error, RateLimitError):
        return "rate limit reached (429)"
    if isinstance(error, UnexpectedAnswerError):
        return f"unexpected answer ({error.status})"
    return "no answer"


def _words(body: Mapping[str, Any]) -> tuple[str | None, str]:
    """Return the error code and the text of a body of the Management API or of the token endpoint."""
    if isinstance(body.get("error_description"), str):
        return str(body.get("error", "")) or None, body["error_description"]
    code = body.get("errorCode")
    text = body.get("message") or body.get("error") or "no reason was given"
    return (code if isinstance(code, str) else None), text if isinstance(text, str) else "no reason was given"


def _advice(answer: Answer, code: str | None) -> str:
    if answer.login:
        advice = _LOGIN_ADVICE.get(answer.status, _LOGIN_ADVICE[401]).format(source=answer.source, scopes=NEEDED_SCOPES)
        return f"{advice} {_STALE}" if answer.status == 401 and "configuration" in answer.source else advice  # noqa: PLR2004
    if answer.status == 403 and code == "insufficient_entitlement":  # noqa: PLR2004  HTTP's own number.
        return "The tenant's plan does not include this."
    template = _ADVICE.get(answer.status, "Check the domain and the settings.")
    return template.format(source=answer.source, scopes=NEEDED_SCOPES)


_ADVICE = {
    400: "Correct the value that is named; what the tenant takes may depend on its plan.",
    401: "The token in use came from {source}: check that it is of this tenant and has not expired.",
    403: "Grant {scopes} of the Auth0 Management API to the application; the credentials came from {source}.",
    404: "There is no tenant settings endpoint here: check the domain.",
    429: "The tenant's rate limit lasted longer than we wait. Run again, or give the other users of its API a rest.",
}
_LOGIN_ADVICE = {
    401: "Check the client id and the client secret from {source}; both belong to one machine-to-machine application.",
    403: (
        "Authorize the application for the Auth0 Management API with {scopes}. With a custom domain set the audience "
        "to https://TENANT.auth0.com/api/v2/. The credentials came from {source}."
    ),
    404: "There is no token endpoint here: check the domain.",
    429: "The token endpoint's rate limit lasted longer than we wait. Run again.",
}


_STALE = (
    "After a rotation: `pulumi refresh` and `destroy` use the configuration of the last `up`, unless run with "
    "--run-program."
)


def _clean(text: str, secrets: Iterable[str]) -> str:
    """Return a text from outside as one line of bounded length, ending in a full stop, without any secret."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    line = line if len(line) <= MAX_DETAIL_CHARACTERS else f"{line[: MAX_DETAIL_CHARACTERS - 3]}..."
    return line if line.endswith((".", "!", "?")) else f"{line}."


def _reason(cause: BaseException) -> str:
    """Return the innermost reason of a network error, without addresses in memory."""
    if "Timeout" in type(cause).__name__ or "timed out" in str(cause):
        return "no answer in time"
    inner: Any = cause
    while isinstance(getattr(inner, "reason", None) or next(iter(getattr(inner, "args", ())), None), BaseException):
        inner = getattr(inner, "reason", None) or inner.args[0]
    if "RemoteDisconnected" in str(inner) or isinstance(inner, ConnectionResetError):
        return "the connection was closed without an answer"
    text = _ADDRESS_IN_MEMORY.sub("", getattr(inner, "strerror", None) or str(inner))
    return _clean(text or type(cause).__name__, ()).removesuffix(".")
