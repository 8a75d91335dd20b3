"""The request log, kept for tests and shown by the command line; it never contains a secret."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

SECRET_MEMBERS = frozenset({"client_secret", "client_assertion", "password", "refresh_token"})

OPERATIONS = {
    ("POST", "/oauth/token"): "token",
    ("GET", "/api/v2/tenants/settings"): "get",
    ("PATCH", "/api/v2/tenants/settings"): "patch",
}
"""A tenant's operations, by method and path below the tenant; everything else is a 404."""


@dataclass(frozen=True, slots=True)
class Call:
    """One incoming request; ``path`` is the part below the tenant."""

    tenant: str
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    connection: str

    def parsed(self) -> Any:
        """Parse the body as JSON, or as a form if the content type says so; None if it is neither."""
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def logged(self, now: float) -> "LoggedRequest":
        """Return the call's log line."""
        body = self.parsed()
        if isinstance(body, dict):
            body = {name: "***" if name in SECRET_MEMBERS else value for name, value in body.items()}
        path = f"/{self.tenant}{self.path}"
        return LoggedRequest(now, self.tenant, self.method, path, dict(self.query), body, self.connection)


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
