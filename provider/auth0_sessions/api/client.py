"""One tenant over HTTP: token, timeouts, retries, errors. The only file that knows `requests`."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import requests

from auth0_sessions.api import failures
from auth0_sessions.api.credentials import ApiToken, ClientCredentials, Credentials
from auth0_sessions.api.retry import RetryPolicy, TransientError, asked_wait
from auth0_sessions.api.wire import FIELDS, from_tenant, shared_fields, to_patch_body
from auth0_sessions.errors import (
    Auth0SessionsError,
    RateLimitError,
    UnauthorizedError,
    UnexpectedAnswerError,
)
from auth0_sessions.model.domain import base_url, is_loopback
from auth0_sessions.model.settings import Value, Values

T = TypeVar("T")

CONNECT_TIMEOUT_SECONDS = 10.0
READ_TIMEOUT_SECONDS = 30.0
TIMEOUTS_SECONDS = (CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS)
TOKEN_SECONDS = 86_400.0
"""Auth0's default life of a token; an answer that says nothing usable, or more, counts as this."""
TOKEN_LEEWAY_SECONDS = 30.0
"""A token is renewed this long before it expires, or at half its life if that is shorter."""

SETTINGS_PATH = "/api/v2/tenants/settings"
TOKEN_PATH = "/oauth/token"  # noqa: S105  A path, not a password.
_TOKEN = re.compile(r"[\x21-\x7e]+")
"""What a header can hold; `http.client` repeats anything else in its error."""


class _Bearer(requests.auth.AuthBase):
    """The header of a call. An auth object also keeps `requests` from using a `.netrc` file."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


@dataclass(frozen=True)
class _Call(Generic[T]):
    """One call: where it goes, what it is for (to follow "could not"), what reads its answer's JSON."""

    method: str
    path: str
    doing: str
    read: Callable[[Any], T]
    arguments: Mapping[str, Any]


class TenantClient:
    """One tenant's settings, over one connection that is kept open.

    Calls of several threads go one after the other: a tenant has one rate limit, and its settings are one object.

    Args:
        domain: Canonical domain of the tenant.
        credentials: Called at the first network use, and not before.
        policy: When a call is tried again.
        on_wait: Told before each wait, in words for a status line.
        timeouts_seconds: How long to wait for a connection, and for the next part of an answer.

    """

    def __init__(
        self,
        domain: str,
        credentials: Callable[[], Credentials],
        *,
        policy: RetryPolicy | None = None,
        on_wait: Callable[[str], None] = lambda _: None,
        timeouts_seconds: tuple[float, float] = TIMEOUTS_SECONDS,
    ) -> None:
        self._timeouts_seconds = timeouts_seconds
        self._domain = domain
        self._url = base_url(domain)
        self._find_credentials = credentials
        self._credentials: Credentials | None = None
        self._policy = policy or RetryPolicy()
        self._on_wait = on_wait
        self._lock = threading.RLock()
        self._token: str | None = None
        self._token_good_until = 0.0
        self._reported: dict[str, Any] = {}
        self._session = requests.Session()
        if is_loopback(domain):
            # A proxy for the outer world has no business between a program and this machine.
            self._session.trust_env = False

    def read(self) -> dict[str, Value]:
        """Return the session settings that were ever written, with one narrow GET.

        Raises:
            Auth0SessionsError: The tenant refused, or gave no answer that can be used.

        """
        return self._get(FIELDS)

    def write(self, values: Values, *, tries: int | None = None, just_read: bool = False) -> dict[str, Value]:
        """Write settings with one PATCH and return what the tenant's answer reports.

        A setting inside an object that other features share costs a GET of that object before it.

        Args:
            values: What to write.
            tries: How often to try, rate limits included; by default as often as the policy says.
            just_read: True where this operation has read the tenant already, so that no GET is due.

        Raises:
            Auth0SessionsError: The tenant refused, or gave no answer that can be used.

        """
        policy = self._policy if tries is None else replace(self._policy, tries=tries, patience_seconds=0.0)
        shared = shared_fields(values)
        if shared and not just_read:
            self._get(shared)
        body = to_patch_body(values, self._reported)
        call = _Call("PATCH", SETTINGS_PATH, "write the session settings", self._noted, {"json": body})
        return self._authorized(call, policy)

    def _get(self, fields: Sequence[str]) -> dict[str, Value]:
        query = {"fields": ",".join(fields), "include_fields": "true"}
        call = _Call("GET", SETTINGS_PATH, "read the session settings", self._noted, {"params": query})
        return self._authorized(call, self._policy)

    def _noted(self, answer: Any) -> dict[str, Value]:
        """Read an answer, and keep what a write of a shared object has to repeat."""
        found = from_tenant(answer)
        self._reported = {key: answer.get(key) for key in FIELDS}
        return found

    def _authorized(self, call: _Call[T], policy: RetryPolicy) -> T:
        """Make a Management API call, with one new login if the token has expired meanwhile."""
        with self._lock:
            token = self._current_token(policy)
            try:
                return self._make(call, token, policy)
            except UnauthorizedError:
                if isinstance(self._known_credentials(), ApiToken):
                    raise
                self._token = None
            return self._make(call, self._current_token(policy), policy)

    def _known_credentials(self) -> Credentials:
        if self._credentials is None:
            self._credentials = self._find_credentials()
        return self._credentials

    def _current_token(self, policy: RetryPolicy) -> str:
        credentials = self._known_credentials()
        if isinstance(credentials, ApiToken):
            return credentials.token
        if self._token is None or time.monotonic() >= self._token_good_until:
            self._token, seconds = self._make(self._login(credentials), None, policy)
            self._token_good_until = time.monotonic() + seconds
        return self._token

    def _login(self, credentials: ClientCredentials) -> _Call[tuple[str, float]]:
        form = {
            "grant_type": "client_credentials",
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
            "audience": credentials.audience or f"{self._url}/api/v2/",
        }
        return _Call("POST", TOKEN_PATH, "get a Management API token", _token_and_life, {"json": form})

    def _make(self, call: _Call[T], token: str | None, policy: RetryPolicy) -> T:
        """Make one call, as often as the policy says."""

        def told(seconds: float, failure: TransientError) -> None:
            why = failures.short_reason(failure.error)
            self._on_wait(f"{self._domain}: {why}; trying again in {seconds:.0f} s")

        return policy.run(lambda: self._attempt(call, token), told)

    def _attempt(self, call: _Call[T], token: str | None) -> T:
        try:
            response = self._session.request(
                call.method,
                f"{self._url}{call.path}",
                auth=_Bearer(token),
                timeout=self._timeouts_seconds,
                allow_redirects=False,
                **call.arguments,
            )
        except requests.exceptions.SSLError as error:
            raise failures.tls(self._domain, call.doing, error) from error
        except requests.exceptions.RequestException as error:
            raise TransientError(failures.unreachable(self._domain, call.doing, error)) from error
        except OSError as error:
            # REQUESTS_CA_BUNDLE names no file: the only one that requests lets through as it is.
            raise failures.tls(self._domain, call.doing, error) from error
        return self._result(call, response, token)

    def _result(self, call: _Call[T], response: requests.Response, token: str | None) -> T:
        """Return what a good answer holds; raise for any other."""
        body = _json(response)
        if response.status_code < 300 and body is not None:  # noqa: PLR2004  HTTP's class of good answers.
            try:
                return call.read(body)
            except ValueError as reason:
                got = f"an answer in which {reason}"
                raise TransientError(failures.unexpected(self._domain, call.doing, got)) from None
        error = self._refusal(response, body, call.doing, token)
        if isinstance(error, RateLimitError):
            raise TransientError(error, wait_seconds=asked_wait(response.headers, now=time.time()))
        if isinstance(error, UnexpectedAnswerError) and not 300 <= error.status < 500:  # noqa: PLR2004  HTTP's classes.
            raise TransientError(error)
        raise error

    def _refusal(self, response: requests.Response, body: Any, doing: str, token: str | None) -> Auth0SessionsError:
        credentials = self._known_credentials()
        secrets = [
            credentials.token if isinstance(credentials, ApiToken) else credentials.client_secret,
            token or "",
        ]
        return failures.failure(
            failures.Answer(
                domain=self._domain,
                doing=doing,
                status=response.status_code,
                body=body if isinstance(body, Mapping) else None,
                content_type=response.headers.get("Content-Type", "no content type").split(";")[0],
                location=response.headers.get("Location") if response.is_redirect else None,
                source=credentials.source,
                login=token is None,
            ),
            secrets,
        )


def _token_and_life(answer: Any) -> tuple[str, float]:
    """Return the token in an answer of the token endpoint, and for how many seconds it is used.

    Raises:
        ValueError: There is none. The text does not repeat the answer, which may hold a token.

    """
    token = answer.get("access_token") if isinstance(answer, Mapping) else None
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        message = "there is no usable access_token"
        raise ValueError(message)
    return token, _good_for(answer.get("expires_in"))


def _good_for(expires_in: object) -> float:
    """Return for how many seconds a token is used before it is renewed."""
    is_number = isinstance(expires_in, (int, float)) and not isinstance(expires_in, bool)
    seconds = float(expires_in) if is_number and 0 < expires_in <= TOKEN_SECONDS else TOKEN_SECONDS  # type: ignore[operator, arg-type]
    return seconds - min(TOKEN_LEEWAY_SECONDS, seconds / 2)


def _json(response: requests.Response) -> Any:
    """Return the JSON of an answer, or None where it holds none."""
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None
