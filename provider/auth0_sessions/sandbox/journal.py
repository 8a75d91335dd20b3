"""Requests: what each contains, and its line in the log, which tests and the command line show: never a secret."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

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


def incoming(  # noqa: PLR0913 - The parts of a request.
    method: str, target: str, headers: Mapping[str, str], raw: bytes, *, connection: str, now: float
) -> Call:
    """Return a request as the tenants see it."""
    parts = urlsplit(target)
    tenant, _, below = parts.path.removeprefix("/").partition("/")
    shown = body = _parsed(raw, headers.get("content-type", ""))
    if isinstance(body, dict):
        shown = {name: "***" if name in SECRET_MEMBERS else value for name, value in body.items()}
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    logged = LoggedRequest(now, tenant, method, parts.path, query, shown, connection)
    return Call(logged, OPERATIONS.get((method, below), ""), headers, raw, body)


def _parsed(raw: bytes, content_type: str) -> Any:
    """Parse a body as JSON, or as a form if the content type says so; None if it is neither."""
    if content_type.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(raw.decode(errors="replace"), keep_blank_values=True))
    try:
        return json.loads(raw)
    except ValueError:
        return None
