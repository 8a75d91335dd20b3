"""Responses and errors, in the formats of the Management API and ``/oauth/token``.

Sources: bodies recorded by Auth0's own tools, and bodies quoted in public issues.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NoReturn

JSON_TYPE = {"content-type": "application/json; charset=utf-8"}
MISSING = "Missing authentication"


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP response, ready to send."""

    status: int
    body: bytes
    headers: Mapping[str, str | None] = field(default_factory=dict)

    def adding(self, headers: Mapping[str, str | None]) -> "Answer":
        """Return the same response with additional headers; None removes one that every response has."""
        return Answer(self.status, self.body, {**self.headers, **headers})


class RefusalError(Exception):
    """A request that gets an error response."""

    def __init__(self, answer: Answer) -> None:
        """Store the response to send."""
        super().__init__(answer.body.decode())
        self.answer = answer


def as_json(status: int, body: object) -> Answer:
    """Return a response with a JSON body."""
    return Answer(status, json.dumps(body, separators=(",", ":")).encode(), JSON_TYPE)


def management_error(status: int, message: str, code: str | None = None, **more: object) -> Answer:
    """Return an error as the Management API words it; ``errorCode`` can be absent."""
    body: dict[str, Any] = {"statusCode": status, "error": HTTPStatus(status).phrase, "message": message, **more}
    return as_json(status, body if code is None else {**body, "errorCode": code})


def token_error(status: int, error: str, description: str, **more: str) -> Answer:
    """Return an error as ``/oauth/token`` words it."""
    return as_json(status, {"error": error, "error_description": description, **more})


def reject(message: str, code: str | None = None) -> NoReturn:
    """End the request with a Management API 400 error."""
    raise RefusalError(management_error(400, message, code))


def unauthorized(message: str) -> Answer:
    """Return a Management API 401 error; the problem with the token is also in an attribute and a header."""
    if message == MISSING:
        return management_error(401, message).adding({"www-authenticate": "Bearer"})
    answer = management_error(401, message, attributes={"error": message})
    return answer.adding({"www-authenticate": f'Bearer error="{message}"'})


def insufficient_scope(scope: str) -> Answer:
    """Return the 403 error for a token without the scope that the endpoint requires."""
    message = f"Insufficient scope, expected any of: {scope}"
    return management_error(403, message, "insufficient_scope")


def no_client_grant(audience: str) -> Answer:
    """Return the 403 error for a client without a grant for the Management API."""
    description = (
        f'Client is not authorized to access "{audience}". You need to create a "client-grant" '
        "associated to this API. See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants"
    )
    return token_error(403, "access_denied", description)


def too_many_requests(operation: str) -> Answer:
    """Return an operation's 429 error; the Management API sends it without ``Retry-After``."""
    if operation == "token":
        return token_error(429, "too_many_requests", "Rate limit exceeded.")
    message = "Global limit has been reached"
    return management_error(429, message, "too_many_requests")
