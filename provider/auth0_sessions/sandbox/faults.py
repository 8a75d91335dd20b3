"""Faults and responses on demand: what each kind sends, and which requests it affects.

Every response of a fault is known to come from an Auth0 tenant or the edge in front of it.
"""

import json
from collections.abc import Iterable
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, NonNegativeInt, PositiveInt

from auth0_sessions.sandbox import answers
from auth0_sessions.sandbox.answers import Answer
from auth0_sessions.sandbox.plans import ratelimit_headers
from auth0_sessions.sandbox.schema import LIFETIMES, lifetime_schema, problems
from auth0_sessions.sandbox.tokens import EXPIRED, INVALID, SCOPES


class Fault(StrEnum):
    """Everything that can go wrong on demand. The last group happens after the request has taken effect."""

    RATE_LIMITED = "429"
    """429 with an ``x-ratelimit-reset`` of the current second, without ``Retry-After``."""
    RETRY_AFTER = "429-retry-after"
    """429 with ``Retry-After: retry_after`` (seconds)."""
    INTERNAL_ERROR = "500"
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    HTML_OK = "html-200"
    """200 with an HTML page, as from a captive portal."""
    HTML_UNAVAILABLE = "html-503"
    EXPIRED_TOKEN = "401-expired"  # noqa: S105 - The name of a fault, not a secret.
    INVALID_TOKEN = "401-invalid"  # noqa: S105 - The name of a fault, not a secret.
    INSUFFICIENT_SCOPE = "403-scope"
    BAD_REQUEST = "400"
    REDIRECT = "redirect"
    """302 to another place on this machine."""
    DROP_BEFORE = "drop-before"
    """The connection drops before the request takes effect."""
    HANG = "hang"
    """No response until the client gives up or the sandbox stops; the request has no effect."""

    DROP_AFTER = "drop-after"
    """The connection drops after the request has taken effect."""
    TRUNCATED_JSON = "truncated-json"
    WRONG_TYPES = "wrong-types"
    """Text instead of numbers, and vice versa."""
    NOT_AN_OBJECT = "not-an-object"
    """A JSON array instead of an object."""


AFTER_EFFECT = {Fault.DROP_AFTER, Fault.TRUNCATED_JSON, Fault.WRONG_TYPES, Fault.NOT_AN_OBJECT}
"""The faults that corrupt a successful response; error responses do not use them up."""


class Rule(BaseModel):
    """Which requests are affected, and how often."""

    model_config = ConfigDict(extra="forbid")

    times: PositiveInt | None = 1
    operation: Literal["token", "get", "patch"] | None = None
    after: NonNegativeInt = 0
    headers: dict[str, str | None] = {}
    """Headers of the response; None removes one."""

    def use(self, outcome: Answer | Fault) -> Answer | Fault:
        """Count one use; return its outcome with the headers."""
        if self.times is not None:
            self.times -= 1
        lowered = {name.lower(): value for name, value in self.headers.items()}
        return outcome.adding(lowered) if isinstance(outcome, Answer) else outcome


class FaultRule(Rule):
    """A fault."""

    kind: Fault
    retry_after: NonNegativeInt = 1

    @property
    def takes_effect(self) -> bool:
        """Whether the request is performed, and only its response is corrupted."""
        return self.kind in AFTER_EFFECT

    def instead(self, operation: str, audience: str, now: float) -> Answer | Fault:
        """Return the response that replaces the real one, or the fault itself if there is none."""
        if self.kind in {Fault.RATE_LIMITED, Fault.RETRY_AFTER}:
            wait = {"retry-after": str(self.retry_after)} if self.kind is Fault.RETRY_AFTER else {}
            return answers.too_many_requests(operation).adding({**ratelimit_headers(2, 0, int(now)), **wait})
        if self.kind is not Fault.INSUFFICIENT_SCOPE:
            return (_AT_LOGIN if operation == "token" else _AT_CALL).get(self.kind, self.kind)
        if operation == "token":
            return answers.no_client_grant(audience)
        return answers.insufficient_scope(SCOPES[operation])

    def spoiled(self, answer: Answer) -> Answer | Fault:
        """Return the corrupted form of a successful response, or the fault itself if there is none."""
        if self.kind is Fault.DROP_AFTER:
            return self.kind
        if self.kind is Fault.TRUNCATED_JSON:
            return Answer(answer.status, answer.body[: len(answer.body) // 2], answer.headers)
        body = [] if self.kind is Fault.NOT_AN_OBJECT else _wrong_types(json.loads(answer.body))
        return answers.as_json(answer.status, body).adding(answer.headers)


class AnswerRule(Rule):
    """A response that a test writes."""

    status: Annotated[int, Field(ge=200, le=599)] = 200
    body: JsonValue = {}
    takes_effect: bool = True

    def instead(self, _operation: str, _audience: str, _now: float) -> Answer:
        """Return the response."""
        return self.spoiled(answers.as_json(self.status, {}))

    def spoiled(self, answer: Answer) -> Answer:
        """Return a response with this status; an object is merged into its body, anything else replaces it."""
        if isinstance(self.body, str):
            return Answer(self.status, self.body.encode(), answer.headers)
        body = {**json.loads(answer.body), **self.body} if isinstance(self.body, dict) else self.body
        return answers.as_json(self.status, body).adding(answer.headers)


def meet(rules: Iterable[FaultRule | AnswerRule], operation: str) -> FaultRule | AnswerRule | None:
    """Return the first rule for a request, which counts toward every rule's ``after``."""
    matching = [rule for rule in rules if rule.operation in {None, operation} and rule.times != 0]
    hit = next((rule for rule in matching if not rule.after), None)
    for rule in matching:
        rule.after = max(0, rule.after - 1)
    return hit


def _wrong_types(body: dict[str, object]) -> dict[str, object]:
    # Always include the lifetimes; otherwise, the response of a tenant without any would not be wrong.
    wrong: dict[str, object] = {name: 17 if isinstance(value, str) else str(value) for name, value in body.items()}
    if "access_token" in body:
        return wrong
    return {**wrong, **dict.fromkeys(LIFETIMES, "eight hours"), "session_cookie": "persistent"}


def _page(status: HTTPStatus) -> Answer:
    text = f"<html><head><title>{status} {status.phrase}</title></head><body>{status.phrase}</body></html>"
    return Answer(status, text.encode(), {"content-type": "text/html"})


_TOO_LARGE = next(problems(lifetime_schema("session_lifetime"), 20_160, "session_lifetime"))
_AT_CALL = {
    Fault.REDIRECT: Answer(302, b"", {"location": "http://127.0.0.1:9/elsewhere"}),
    Fault.INTERNAL_ERROR: answers.management_error(500, "Internal error", "internal_error"),
    Fault.BAD_GATEWAY: answers.management_error(502, "Bad gateway"),
    Fault.UNAVAILABLE: answers.management_error(503, "Service unavailable"),
    Fault.HTML_OK: _page(HTTPStatus.OK),
    Fault.HTML_UNAVAILABLE: _page(HTTPStatus.SERVICE_UNAVAILABLE),
    Fault.EXPIRED_TOKEN: answers.unauthorized(EXPIRED),
    Fault.INVALID_TOKEN: answers.unauthorized(INVALID),
    Fault.BAD_REQUEST: answers.management_error(400, f"Payload validation error: {_TOO_LARGE}", "invalid_body"),
}
_AT_LOGIN = {
    **_AT_CALL,
    Fault.EXPIRED_TOKEN: answers.token_error(401, "access_denied", "Unauthorized"),
    Fault.INVALID_TOKEN: answers.token_error(401, "access_denied", "Unauthorized"),
    Fault.BAD_REQUEST: answers.token_error(400, "invalid_request", "Missing required parameter: grant_type"),
}
"""The token endpoint words some faults differently from the Management API."""
