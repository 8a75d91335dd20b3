"""The HTTP client of one tenant: its token, calls, retries and responses."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, TypeVar

from auth0_sessions.api import calls, failures
from auth0_sessions.api.calls import Call
from auth0_sessions.api.clock import ServerClock
from auth0_sessions.api.credentials import ClientCredentials, Credentials
from auth0_sessions.api.failures import Attempt
from auth0_sessions.api.http import ExchangeError, Http, Progress, Reply, Trouble
from auth0_sessions.api.retry import Patience, RetryPolicy, TransientError, asked_wait
from auth0_sessions.api.tokens import ApiToken
from auth0_sessions.api.wire import FIELDS, from_tenant, shared_fields
from auth0_sessions.errors import Auth0SessionsError, UnauthorizedError
from auth0_sessions.model.domain import base_url, is_loopback
from auth0_sessions.model.settings import Reported, Values

T = TypeVar("T")

CALL_SECONDS = 40.0
"""The longest that a call takes."""
GRACE_SECONDS = 5.0
"""How long a write may still take after the run is canceled, so that its outcome can be recorded."""
WRONG_CLOCK_SECONDS = 5.0
"""From this error on, a clock may be why a tenant rejects an assertion: Auth0 allows 10 seconds."""
SUCCESS = range(200, 300)
"""The HTTP statuses of a call that was carried out, whatever its response holds."""
FINAL = range(300, 500)
"""The HTTP statuses that another try would not change; 429 is an exception."""
TRANSIENT = (Trouble.NO_ANSWER, Trouble.MALFORMED)
"""The failed exchanges that another try may change."""
NOT_APPLIED = (400, 401, 403, 404, 429)
"""The HTTP statuses which mean that a write changed nothing."""


class TenantClient:
    """One tenant's settings, over one persistent connection.

    Calls from several threads run one at a time: a tenant has one rate limit, and its settings are one object.

    Credentials are looked up on first network use. `on_wait` is called before each wait, with text for a status line.
    Once `cancelled` is set, waits and reads end, no further call is started, and a write in progress has a few seconds
    left.
    """

    def __init__(  # noqa: PLR0913  One argument for each dependency.
        self,
        domain: str,
        credentials: Callable[[], Credentials],
        *,
        policy: RetryPolicy | None = None,
        on_wait: Callable[[str], None] = lambda _: None,
        call_seconds: float = CALL_SECONDS,
        cancelled: threading.Event | None = None,
    ) -> None:
        self._domain = domain
        self._url = base_url(domain)
        self._find_credentials = credentials
        self._credentials: Credentials | None = None
        self._policy = policy or RetryPolicy()
        self._on_wait = on_wait
        self._call_seconds = call_seconds
        self._cancelled = cancelled or threading.Event()
        self._lock = threading.Lock()
        self._token: str | None = None
        self._token_good_until = 0.0
        self._may_have_written = False
        self.clock = ServerClock()
        self.reported: Mapping[str, Any] = {}
        # Requests to this machine must not go through a proxy.
        self._http = Http(trust_env=not is_loopback(domain))

    def operation(self) -> Operation:
        """Return an operation whose reads and writes share one time limit, starting now."""
        return Operation(self, self._policy.begin(self._cancelled))

    def noted(self, answer: Any) -> Reported:
        """Read a response, and keep it for the parts of shared objects that a write has to repeat."""
        found = from_tenant(answer)
        self.reported = answer
        return found

    def make(self, call: Call[T], patience: Patience) -> T:
        """Make a Management API call within its operation's time limit, once no other is in progress."""
        if not self._lock.acquire(timeout=patience.left_seconds):
            raise failures.out_of_time(Attempt(self._domain, call.doing))
        self._may_have_written = False
        try:
            return self._authorized(call, patience)
        except Auth0SessionsError as error:
            error.may_have_written = self._may_have_written
            raise
        finally:
            self._lock.release()

    def last_effort(self) -> Patience:
        """Return a time limit of its own for a call that is made even if its operation timed out or was canceled."""
        seconds = GRACE_SECONDS if self._cancelled.is_set() else self._call_seconds
        return Patience(self._policy, self._policy.now() + seconds, self._cancelled, is_last_effort=True)

    def _authorized(self, call: Call[T], patience: Patience) -> T:
        """Make a Management API call, logging in again once if the token has expired."""
        credentials = self._known_credentials()
        if isinstance(credentials, ApiToken):
            return self._tried(call, credentials.token, patience)
        token = self._current_token(credentials, patience)
        try:
            return self._tried(call, token, patience)
        except UnauthorizedError:
            self._token = None
        return self._tried(call, self._current_token(credentials, patience), patience)

    def _known_credentials(self) -> Credentials:
        if self._credentials is None:
            self._credentials = self._find_credentials()
        return self._credentials

    def _current_token(self, credentials: ClientCredentials, patience: Patience) -> str:
        if self._token is None or time.monotonic() >= self._token_good_until:
            self._token, seconds = self._login(credentials, patience)
            self._token_good_until = time.monotonic() + seconds
        return self._token

    def _login(self, credentials: ClientCredentials, patience: Patience) -> tuple[str, float]:
        """Get a token; an assertion that this machine's clock dated wrongly is made again by the tenant's."""
        call = calls.login(credentials, self._url, self.clock.now)
        was, since = self.clock.now(), time.monotonic()
        try:
            return self._tried(call, None, patience)
        except UnauthorizedError:
            error = (self.clock.now() - was).total_seconds() - (time.monotonic() - since)
            if isinstance(credentials.proof, str) or abs(error) < WRONG_CLOCK_SECONDS:
                raise
        return self._tried(call, None, patience)

    def _tried(self, call: Call[T], token: str | None, patience: Patience) -> T:
        """Make one call, with retries according to the policy."""

        def on_wait(seconds: float, error: Auth0SessionsError) -> None:
            self._on_wait(f"{self._domain}: {failures.short_reason(error)}; trying again in {seconds:.0f} s")

        return patience.run(lambda: self._once(call, token, patience), on_wait)

    def _once(self, call: Call[T], token: str | None, patience: Patience) -> T:
        """Make one attempt."""
        attempt = self._attempt(call, token)
        if patience.is_canceled:
            raise failures.canceled(attempt)
        if not patience.left_seconds:
            raise failures.out_of_time(attempt)
        reply = self._reply(call, token, attempt, patience)
        self.clock.note(reply.headers)
        self._may_have_written |= call.is_write and reply.status not in NOT_APPLIED
        return self._answered(call, attempt, reply, patience)

    def _attempt(self, call: Call[T], token: str | None) -> Attempt:
        credentials = self._known_credentials()
        own = credentials.token if isinstance(credentials, ApiToken) else credentials.proof
        secrets = (own if isinstance(own, str) else "", token or "")
        return Attempt(self._domain, call.doing, credentials, call.is_login, secrets)

    def _reply(self, call: Call[T], token: str | None, attempt: Attempt, patience: Patience) -> Reply:
        """Return the response to one attempt; without one, raise an error that says so."""
        grace = GRACE_SECONDS if call.is_write or patience.is_last_effort else 0.0
        progress = Progress(min(self._call_seconds, patience.left_seconds), self._cancelled, grace)
        url, headers = f"{self._url}{call.path}", {"Authorization": f"Bearer {token}"} if token else {}
        body = call.body()
        try:
            return self._http.exchange(progress, call.method, url, headers=headers, params=call.params, json=body)
        except ExchangeError as error:
            if call.is_write and progress.status in SUCCESS:
                return Reply(progress.status, {}, b"")  # It was done, whatever the rest of its response holds.
            self._may_have_written |= call.is_write and progress.is_sent
            raise _without_answer(attempt, error, progress.status, is_canceled=patience.is_canceled) from None

    def _answered(self, call: Call[T], attempt: Attempt, reply: Reply, patience: Patience) -> T:
        """Return the content of a successful response; raise for any other."""
        body = _json(reply.body)
        if reply.status in SUCCESS and (body is not None or call.is_write):
            try:
                return call.read(body)
            except ValueError as reason:
                raise TransientError(failures.unusable(attempt, str(reason), reply.status)) from None
        if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
            wait = asked_wait(reply.headers, now=self.clock.now())
            error = failures.refused(attempt, reply, body, patience.too_long(wait))
            raise TransientError(error, wait_seconds=wait)
        error = failures.refused(attempt, reply, body)
        if reply.status in FINAL:
            raise error
        raise TransientError(error)


@dataclass(frozen=True)
class Operation:
    """Reads and writes of one tenant that share a time limit."""

    client: TenantClient
    patience: Patience

    def read(self) -> Reported:
        """Return the session settings that were ever written, with one GET of only those fields."""
        return self.client.make(calls.read_settings(FIELDS, self.client.noted), self.patience)

    def write(self, values: Values, *, just_read: bool = False) -> Reported:
        """Write settings with one PATCH, and return what the tenant reports in its response.

        Any 2xx is a success. A written setting that the response lacks, or whose value in it is unusable, counts as
        written.

        Writing a setting inside an object that other features share requires a GET of that object first, unless the
        tenant was `just_read`.
        """
        shared = shared_fields(values)
        if shared and not just_read:
            self.client.make(calls.read_settings(shared, self.client.noted), self.patience)
        return self.client.make(calls.write_settings(values, self.client.reported), self.patience)

    def put_back(self, values: Values) -> None:
        """Write earlier values with one PATCH and one try, even if the operation has timed out or was canceled."""
        self.client.make(calls.write_settings(values, self.client.reported), self.client.last_effort())

    def now(self) -> datetime:
        """Return the time, in UTC, according to the tenant's last response; without one, this machine's."""
        return self.client.clock.now()


def _without_answer(attempt: Attempt, error: ExchangeError, status: int, *, is_canceled: bool) -> Exception:
    """Return the error for an attempt that got no usable response."""
    if is_canceled:
        return failures.canceled(attempt)
    failure = failures.no_answer(attempt, error, status)
    return TransientError(failure) if error.trouble in TRANSIENT else failure


def _json(body: bytes) -> Any:
    """Return the JSON value in a body, or None if it is not JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
