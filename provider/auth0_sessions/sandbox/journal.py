"""Requests: what each contains, and the log, kept for tests and shown by the command line, which never has a secret."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from starlette.requests import Request

SECRET_MEMBERS = frozenset({"client_secret", "client_assertion", "password", "refresh_token"})

OPERATIONS = {
    ("POST", "oauth/token"): "token",
    ("GET", "api/v2/tenants/settings"): "get",
    ("PATCH", "api/v2/tenants/settings"): "patch",
}
"""A tenant's operations, by method and path below the tenant; everything else is a 404."""


@dataclass(slots=True)
class LoggedRequest:
    """One line of the log.

    ``time`` is in Unix seconds; ``status`` is None while a request is in progress, and if it was dropped or never
    answered; ``connection`` is the client's host and port, so equal values mean the same TCP connection.
    """

    time: float
    tenant: str
    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    connection: str
    status: int | None = None

    @property
    def call(self) -> str:
        """Return a short form of the request, such as ``PATCH /tenants/settings``."""
        below = self.path.removeprefix(f"/{self.tenant}").removeprefix("/api/v2")
        return f"{self.method} {below}"


@dataclass(frozen=True, slots=True)
class Call:
    """One incoming request: its log line, and what the log does not keep."""

    logged: LoggedRequest
    operation: str
    """Empty if the endpoint does not exist."""
    headers: Mapping[str, str]
    raw: bytes
    body: Any
    """The parsed body, secrets included."""


def incoming(request: "Request", raw: bytes, now: float) -> Call:
    """Return a request as the tenants see it."""
    tenant, _, below = request.url.path.removeprefix("/").partition("/")
    shown = body = _parsed(raw, request.headers.get("content-type", ""))
    if isinstance(body, dict):
        shown = {name: "***" if name in SECRET_MEMBERS else value for name, value in body.items()}
    query, client = dict(request.query_params), "{}:{}".format(*request.client or ("", ""))
    logged = LoggedRequest(now, tenant, request.method, f"/{tenant}/{below}", query, shown, client)
    return Call(logged, OPERATIONS.get((request.method, below), ""), request.headers, raw, body)


def _parsed(raw: bytes, content_type: str) -> Any:
    """Parse a body as JSON, or as a form if the content type says so; None if it is neither."""
    if content_type.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(raw.decode(errors="replace"), keep_blank_values=True))
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
