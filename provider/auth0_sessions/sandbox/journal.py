"""The log of requests, kept for tests and shown by the command line; it never holds a secret."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

SECRET_MEMBERS = frozenset({"client_secret", "client_assertion", "password", "refresh_token"})
MASK = "***"

OPERATIONS = {
    ("POST", "/oauth/token"): "token",
    ("GET", "/api/v2/tenants/settings"): "get",
    ("PATCH", "/api/v2/tenants/settings"): "patch",
}
"""What a tenant answers, by method and path below the tenant; everything else is a 404."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it came in; ``path`` is the part below the tenant."""

    tenant: str
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    connection: str

    @property
    def operation(self) -> str | None:
        """Name the operation that is called, None for an unknown one."""
        return OPERATIONS.get((self.method, self.path))

    def parsed(self) -> Any:
        """Return the body as JSON or, where it says so, as a form; None if it is neither."""
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One line of the log.

    ``time`` is in Unix seconds; ``status`` is None while a request is under way and for one that was dropped
    or never answered; ``connection`` is the client's host and port, so equal values mean one TCP connection.
    """

    number: int
    time: float
    tenant: str
    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    connection: str
    has_authorization: bool
    status: int | None = None

    @property
    def call(self) -> str:
        """Return the request in short, such as ``PATCH /tenants/settings``."""
        below = self.path.removeprefix(f"/{self.tenant}").removeprefix("/api/v2")
        return f"{self.method} {below}"


KEPT = 10_000
"""How many requests the log holds; older ones are forgotten."""


class Journal:
    """The last ``KEPT`` requests in the order of their arrival: a sandbox may run for days."""

    def __init__(self) -> None:
        """Start empty."""
        self._entries: dict[int, LoggedRequest] = {}
        self._count = 0

    def open(self, call: Call, now: float) -> int:
        """Log a request on arrival and return its number; numbers are never used twice."""
        self._count += 1
        self._entries.pop(self._count - KEPT, None)
        self._entries[self._count] = LoggedRequest(
            number=self._count,
            time=now,
            tenant=call.tenant,
            method=call.method,
            path=f"/{call.tenant}{call.path}",
            query=dict(call.query),
            body=_masked(call.parsed()),
            connection=call.connection,
            has_authorization="authorization" in call.headers,
        )
        return self._count

    def close(self, number: int, status: int | None) -> LoggedRequest | None:
        """Note how a request was answered; None if it was cleared away in the meantime."""
        entry = self._entries.get(number)
        if entry is None:
            return None
        self._entries[number] = replace(entry, status=status)
        return self._entries[number]

    def entries(self, tenant: str | None = None) -> list[LoggedRequest]:
        """Return the log, or one tenant's part of it."""
        return [entry for entry in self._entries.values() if tenant in (None, entry.tenant)]

    def clear(self) -> None:
        """Forget every request."""
        self._entries.clear()


def _masked(body: Any) -> Any:
    if not isinstance(body, dict):
        return body
    return {name: MASK if name in SECRET_MEMBERS else value for name, value in body.items()}
