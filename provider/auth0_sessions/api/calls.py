"""The calls to a tenant: where each goes, what it sends, and how its response is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar

from auth0_sessions.api.credentials import ClientCredentials
from auth0_sessions.api.wire import after_write, to_patch_body
from auth0_sessions.model.settings import Reported, Values

T = TypeVar("T")

SETTINGS_PATH = "/api/v2/tenants/settings"
TOKEN_PATH = "/oauth/token"  # noqa: S105  A path, not a password.
TOKEN_SECONDS = 86_400.0
"""Auth0's default token lifetime; it replaces a longer or unusable one in a response."""
TOKEN_LEEWAY_SECONDS = 30.0
"""A token is renewed this long before it expires, or after half its lifetime if that is shorter."""

_TOKEN = re.compile(r"[\x21-\x7e]+")
"""A token that is safe in a header; `http.client` repeats any other in its error."""


@dataclass(frozen=True)
class Call(Generic[T]):
    """One call: its path on the tenant, its query and its body.

    `doing` describes its purpose, to follow "could not"; `read` reads the JSON of a successful response, and raises
    `ValueError` with what it is instead, to follow "got". A successful write is done whatever its response holds: its
    `read` never raises, and gets None if there is no JSON.
    """

    method: str
    path: str
    doing: str
    read: Callable[[Any], T]
    params: Mapping[str, str] | None = None
    body: Callable[[], Mapping[str, Any] | None] = lambda: None

    @property
    def is_login(self) -> bool:
        """Whether this gets a token rather than needing one."""
        return self.path == TOKEN_PATH

    @property
    def is_write(self) -> bool:
        """Whether this changes the tenant."""
        return self.method == "PATCH"


def login(credentials: ClientCredentials, url: str, now: Callable[[], datetime]) -> Call[tuple[str, float]]:
    """Return the call that gets a token and how many seconds to use it; each attempt has an assertion of its own."""

    def body() -> Mapping[str, Any]:
        key = credentials.proof
        form = {"grant_type": "client_credentials", "client_id": credentials.client_id}
        form |= {"client_secret": key} if isinstance(key, str) else key.assertion(credentials.client_id, url, now())
        return {**form, "audience": credentials.audience or f"{url}/api/v2/"}

    return Call("POST", TOKEN_PATH, "get a Management API token", _token_and_life, body=body)


def read_settings(fields: Sequence[str], read: Callable[[Any], Reported]) -> Call[Reported]:
    """Return the narrow GET of some session settings."""
    query = {"fields": ",".join(fields), "include_fields": "true"}
    return Call("GET", SETTINGS_PATH, "read the session settings", read, params=query)


def write_settings(values: Values, reported: Mapping[str, Any]) -> Call[Reported]:
    """Return the PATCH of some session settings, given what the tenant reports for shared objects."""
    body, read = to_patch_body(values, reported), partial(after_write, values)
    return Call("PATCH", SETTINGS_PATH, "write the session settings", read, body=lambda: body)


def _token_and_life(answer: Any) -> tuple[str, float]:
    """Return the token in a response and how many seconds to use it; errors never repeat the response."""
    token = answer.get("access_token") if isinstance(answer, Mapping) else None
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        message = "an answer without a usable access_token"
        raise ValueError(message)
    return token, _good_for(answer.get("expires_in"))


def _good_for(expires_in: object) -> float:
    """Return how many seconds to use a token before renewing it."""
    is_number = isinstance(expires_in, (int, float)) and not isinstance(expires_in, bool)
    seconds = float(expires_in) if is_number and 0 < expires_in <= TOKEN_SECONDS else TOKEN_SECONDS  # type: ignore[operator, arg-type]
    return seconds - min(TOKEN_LEEWAY_SECONDS, seconds / 2)
