"""Faults on demand: one table row each, and the queue that says which request meets which.

Every figure in a row is what an Auth0 tenant, or the edge in front of it, is known to answer.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from auth0_sessions.sandbox import answers
from auth0_sessions.sandbox.answers import Answer, Silence
from auth0_sessions.sandbox.rates import ratelimit_headers
from auth0_sessions.sandbox.schema import LIFETIMES
from auth0_sessions.sandbox.tokens import EXPIRED, INVALID, READ_SCOPE, UPDATE_SCOPE

OPERATION_NAMES = ("token", "get", "patch")
_HTML = {"content-type": "text/html"}
_TOO_LARGE = (
    "Payload validation error: 'Value 20160 is greater than maximum 8760' on property session_lifetime "
    f"({LIFETIMES['session_lifetime'].description} (unit: hours))."
)


class Fault(StrEnum):
    """Everything that can go wrong on demand. The last group happens after the request took effect."""

    RATE_LIMITED = "429"
    """429 whose ``x-ratelimit-reset`` is the current second, without ``Retry-After``."""
    RETRY_AFTER = "429-retry-after"
    """429 with ``Retry-After: retry_after`` (seconds)."""
    INTERNAL_ERROR = "500"
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    HTML_OK = "html-200"
    """200 with an HTML page, as a captive portal sends it."""
    HTML_UNAVAILABLE = "html-503"
    EXPIRED_TOKEN = "401-expired"  # noqa: S105 - The name of a fault, no secret.
    INVALID_TOKEN = "401-invalid"  # noqa: S105 - The name of a fault, no secret.
    INSUFFICIENT_SCOPE = "403-scope"
    BAD_REQUEST = "400"
    REDIRECT = "redirect"
    """302 to ``location``."""
    DROP_BEFORE = "drop-before"
    """The connection drops and nothing has happened."""
    HANG = "hang"
    """No answer until the client gives up or the sandbox stops; nothing has happened."""

    DROP_AFTER = "drop-after"
    """The connection drops once the request took effect."""
    TRUNCATED_JSON = "truncated-json"
    WRONG_TYPES = "wrong-types"
    """Text where numbers belong and the other way round."""
    NOT_AN_OBJECT = "not-an-object"
    """A JSON array instead of an object."""


@dataclass
class FaultRule:
    """One fault: which requests meet it, and how often."""

    kind: Fault
    times: int | None = 1
    operation: str | None = None
    after: int = 0
    retry_after: int = 1
    location: str = ""

    def __post_init__(self) -> None:
        """Refuse what would never fire, or not mean what it says."""
        if self.operation not in (None, *OPERATION_NAMES):
            message = f"operation is {self.operation!r}; use one of {', '.join(OPERATION_NAMES)}, or None"
            raise ValueError(message)
        if (self.times is not None and self.times < 1) or self.after < 0:
            message = f"times={self.times!r}, after={self.after!r}: times is at least 1 or None, after at least 0"
            raise ValueError(message)
        if self.kind is Fault.REDIRECT and not self.location:
            message = "the fault 'redirect' needs location=URL"
            raise ValueError(message)


def parse_kind(kind: str) -> Fault:
    """Return the fault of that name, or raise ``ValueError`` with all the names."""
    if kind not in list(Fault):
        message = f"{kind!r} is no fault; use one of {', '.join(Fault)}"
        raise ValueError(message)
    return Fault(kind)


FROM_API = frozenset(
    {
        Fault.INTERNAL_ERROR,
        Fault.EXPIRED_TOKEN,
        Fault.INVALID_TOKEN,
        Fault.INSUFFICIENT_SCOPE,
        Fault.BAD_REQUEST,
    }
)
"""The faults that the API itself answers, and so with rate-limit headers; the edge sends none."""


class FaultQueue:
    """The faults of one tenant, in the order in which they were asked for."""

    def __init__(self) -> None:
        """Start without faults."""
        self._rules: list[FaultRule] = []

    def add(self, rule: FaultRule) -> None:
        """Queue a fault."""
        self._rules.append(rule)

    def clear(self) -> None:
        """Drop every fault."""
        self._rules.clear()

    def take(self, operation: str) -> FaultRule | None:
        """Return the fault that this request meets; it counts towards every rule's ``after``."""
        hit = None
        for rule in [rule for rule in self._rules if rule.operation in (None, operation)]:
            if rule.after:
                rule.after -= 1
            elif hit is None:
                hit = rule
        if hit is not None:
            self._use(hit)
        return hit

    def _use(self, rule: FaultRule) -> None:
        if rule.times is not None:
            rule.times -= 1
            if rule.times == 0:
                self._rules.remove(rule)


def instead(rule: FaultRule, operation: str, audience: str, now: float) -> Answer | Silence | None:
    """Return what is answered instead of the real answer; None if the request takes effect first."""
    if rule.kind is Fault.DROP_BEFORE:
        return Silence.DROP
    if rule.kind is Fault.HANG:
        return Silence.HANG
    if rule.kind in _EDGE:
        return _EDGE[rule.kind](rule)
    table = _TOKEN if operation == "token" else _MANAGEMENT
    if rule.kind not in table:
        return None
    answer = table[rule.kind](audience if operation == "token" else operation)
    return _limited(answer, rule, now) if answer.status == HTTPStatus.TOO_MANY_REQUESTS else answer


def afterwards(rule: FaultRule, answer: Answer) -> Answer | Silence:
    """Return what becomes of the real answer."""
    if rule.kind is Fault.DROP_AFTER:
        return Silence.DROP
    if rule.kind is Fault.TRUNCATED_JSON:
        return Answer(answer.status, answer.body[: len(answer.body) // 2], answer.headers)
    body: object = [] if rule.kind is Fault.NOT_AN_OBJECT else _wrong_types(json.loads(answer.body))
    return Answer(answer.status, json.dumps(body).encode(), answer.headers)


def _limited(answer: Answer, rule: FaultRule, now: float) -> Answer:
    headers = ratelimit_headers(2, 0, int(now))
    if rule.kind is Fault.RETRY_AFTER:
        headers["retry-after"] = str(rule.retry_after)
    return answer.adding(headers)


def _wrong_types(body: dict[str, object]) -> dict[str, object]:
    # The lifetimes are always there: a narrow answer of a tenant without any had nothing wrong in it.
    wrong: dict[str, object] = {name: 17 if isinstance(value, str) else str(value) for name, value in body.items()}
    if "access_token" in body:
        return wrong
    return {**wrong, **dict.fromkeys(LIFETIMES, "eight hours"), "session_cookie": "persistent"}


def _page(status: HTTPStatus) -> Callable[[FaultRule], Answer]:
    text = f"<html><head><title>{status} {status.phrase}</title></head><body>{status.phrase}</body></html>"
    return lambda _rule: Answer(status, text.encode(), _HTML)


def _management(status: HTTPStatus, message: str, code: str | None = None) -> Callable[[str], Answer]:
    return lambda _operation: answers.management_error(status, message, code)


def _token(status: HTTPStatus, error: str, description: str) -> Callable[[str], Answer]:
    return lambda _audience: answers.token_error(status, error, description)


_EDGE: dict[Fault, Callable[[FaultRule], Answer]] = {
    Fault.HTML_OK: _page(HTTPStatus.OK),
    Fault.HTML_UNAVAILABLE: _page(HTTPStatus.SERVICE_UNAVAILABLE),
    Fault.REDIRECT: lambda rule: Answer(HTTPStatus.FOUND, b"", {"location": rule.location}),
}
_GATEWAYS = {
    Fault.INTERNAL_ERROR: _management(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal error", "internal_error"),
    Fault.BAD_GATEWAY: _management(HTTPStatus.BAD_GATEWAY, "Bad gateway"),
    Fault.UNAVAILABLE: _management(HTTPStatus.SERVICE_UNAVAILABLE, "Service unavailable"),
}
_MANAGEMENT: dict[Fault, Callable[[str], Answer]] = {
    **_GATEWAYS,
    **dict.fromkeys((Fault.RATE_LIMITED, Fault.RETRY_AFTER), answers.too_many_requests),
    Fault.EXPIRED_TOKEN: _management(HTTPStatus.UNAUTHORIZED, EXPIRED),
    Fault.INVALID_TOKEN: _management(HTTPStatus.UNAUTHORIZED, INVALID),
    Fault.INSUFFICIENT_SCOPE: lambda operation: answers.insufficient_scope(
        READ_SCOPE if operation == "get" else UPDATE_SCOPE
    ),
    Fault.BAD_REQUEST: _management(HTTPStatus.BAD_REQUEST, _TOO_LARGE, "invalid_body"),
}
_TOKEN: dict[Fault, Callable[[str], Answer]] = {
    **_GATEWAYS,
    **dict.fromkeys((Fault.RATE_LIMITED, Fault.RETRY_AFTER), lambda _audience: answers.too_many_requests("token")),
    **dict.fromkeys(
        (Fault.EXPIRED_TOKEN, Fault.INVALID_TOKEN),
        _token(HTTPStatus.UNAUTHORIZED, "access_denied", "Unauthorized"),
    ),
    Fault.INSUFFICIENT_SCOPE: answers.no_client_grant,
    Fault.BAD_REQUEST: _token(HTTPStatus.BAD_REQUEST, "invalid_request", "Missing required parameter: grant_type"),
}
