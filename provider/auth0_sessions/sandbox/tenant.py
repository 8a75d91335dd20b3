"""One fake tenant with its options, which is the handle that tests use; and the set of all tenants."""

import secrets
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from auth0_sessions.sandbox import tokens
from auth0_sessions.sandbox.faults import AnswerRule, FaultRule
from auth0_sessions.sandbox.journal import LoggedRequest
from auth0_sessions.sandbox.plans import PLANS, Bucket, OverCap, Plan, Rate
from auth0_sessions.sandbox.schema import IDLE, LIFETIMES, check_body
from auth0_sessions.sandbox.settings import VERSIONS, Stored

API_PATH = "/api/v2/"
LOG_LENGTH = 10_000
"""How many requests the log keeps, because a sandbox may run for days."""


Seconds = Annotated[float, Field(ge=0, strict=True)]


class Tenant(BaseModel):
    """A tenant of a running sandbox, created by ``Sandbox.add_tenant``.

    Settings are in minutes, ``session_cookie_mode`` is text, and a key that was never set is absent:

        >>> from auth0_sessions.sandbox import Sandbox
        >>> with Sandbox() as sandbox:
        ...     acme = sandbox.add_tenant("acme", plan="essential", over_cap="clamp")
        ...     acme.dashboard(session_lifetime=480, session_cookie_mode="persistent")
        ...     acme.fault("429", times=2, operation="patch")
        ...     acme.stale_seconds = 1
        ...     acme.settings
        {'session_lifetime': 480, 'session_cookie_mode': 'persistent'}

    The options can be set at any time and apply to all later requests.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    name: Annotated[str, Field(pattern="^[a-z0-9-]+$", frozen=True)]
    """The path prefix of the tenant's address."""
    domain: Annotated[str, Field(frozen=True)]
    """The tenant's address, such as ``http://127.0.0.1:54321/acme``."""
    plan: Plan = "enterprise"
    over_cap: OverCap = OverCap.ECHO
    merge_sessions: StrictBool = False
    """Whether a PATCH of ``sessions`` keeps the members that it does not contain; Auth0 does not document this."""
    stale_seconds: Seconds = 0
    """How long a GET still shows the values from before a PATCH."""
    latency_seconds: Seconds = 0
    token_seconds: Seconds = 86_400
    scopes: tuple[str, ...] = tuple(tokens.SCOPES.values())
    """The scopes of the clients' grant; without any, they have none."""
    rate_limits: StrictBool = True

    _world: "World"
    _stored: Stored
    _replaced: list[tuple[float, dict[str, Any]]] = []
    _clients: dict[str, tokens.Client] = {}
    _faults: list[FaultRule | AnswerRule] = []
    _buckets: dict[Rate, Bucket] = {}

    def __init__(self, world: "World", stored: Stored, **options: Any) -> None:
        """Add the tenant to a world."""
        super().__init__(**options)
        self._world = world
        self._stored = stored

    @property
    def settings(self) -> dict[str, Any]:
        """The stored session settings: minutes and the cookie mode; keys that were never set are absent."""
        with self._world.lock:
            return self._stored.summary()

    @property
    def foreign(self) -> dict[str, Any]:
        """A copy of every setting except the four lifetimes and the cookie mode."""
        with self._world.lock:
            return self._stored.foreign

    @property
    def requests(self) -> list[LoggedRequest]:
        """The tenant's requests, from the log."""
        return [request for request in self._world.requests if request.tenant == self.name]

    @property
    def calls(self) -> list[str]:
        """The tenant's requests in short form: ``POST /oauth/token``, ``GET /tenants/settings``."""
        return [request.call for request in self.requests]

    def dashboard(self, **changes: int | str | None) -> None:
        """Change settings as in the Dashboard: in minutes, None unsets one; no API call is logged."""
        with self._world.lock:
            self._stored.assign(changes)
            self._replaced.clear()

    def add_client(
        self,
        client_id: str,
        client_secret: str | None = None,
        *,
        public_key: str | None = None,
        algorithm: str = "RS256",
    ) -> None:
        """Register a client; from then on, only registered clients get a token.

        With the ``public_key`` (PEM) of Private Key JWT instead of a secret, it has to send an assertion that is signed
        with the ``algorithm``: for this tenant, good for five minutes at most, and never used before.
        """
        client = tokens.Client(client_id, client_secret, public_key, algorithm)
        with self._world.lock:
            self._clients[client_id] = client

    def issue_token(
        self, scopes: Sequence[str] | None = None, seconds: float | None = None, *, base: str | None = None
    ) -> str:
        """Return a Management API token, by default like one from ``/oauth/token``.

        ``base`` is the tenant's address as the client knows it, from which ``iss`` and ``aud`` are derived.
        """
        now = int(self._world.clock())
        claims = {
            "iss": f"{base or self.domain}/",
            "sub": "sandbox@clients",
            "aud": f"{base or self.domain}{API_PATH}",
            "iat": now,
            "exp": now + (self.token_seconds if seconds is None else seconds),
            "scope": " ".join(self.scopes if scopes is None else scopes),
            "gty": "client-credentials",
        }
        return tokens.issue(self._world.key, claims)

    def fault(
        self, kind: str, *, times: int | None = 1, operation: str | None = None, after: int = 0, **details: Any
    ) -> None:
        """Make requests fail: the next ``times`` (None: all), or only those of one ``operation``.

        ``after`` matching requests are let through first. The kinds are the values of ``Fault``; ``retry_after``
        (seconds) is for 429-retry-after; ``headers`` are sent with the response of any kind.
        """
        self._add(FaultRule(kind=kind, times=times, operation=operation, after=after, **details))

    def answer(
        self, body: Any = None, *, times: int | None = 1, operation: str | None = None, after: int = 0, **details: Any
    ) -> None:
        """Change responses, chosen as for ``fault``: to any ``status``, ``headers`` (None removes one) and ``body``.

        The members of an object are added to the real response, or replace its own; a text or a list replaces it. The
        request takes effect, and an error response stays as it is, unless ``takes_effect=False`` sends the response
        instead of performing the request.
        """
        body = {} if body is None else body
        self._add(AnswerRule(body=body, times=times, operation=operation, after=after, **details))

    def _add(self, rule: FaultRule | AnswerRule) -> None:
        with self._world.lock:
            self._faults.append(rule)

    def delete(self) -> None:
        """Delete the tenant, as in the Dashboard: each later request is a 404; the log keeps the earlier ones."""
        with self._world.lock:
            del self._world.tenants[self.name]

    def clear_faults(self) -> None:
        """Drop every fault and response that is still waiting."""
        with self._world.lock:
            self._faults.clear()

    # Called by the server, which holds the lock.

    @property
    def faults(self) -> list[FaultRule | AnswerRule]:
        """The faults and responses that wait for requests."""
        return self._faults

    def knows(self, body: Mapping[str, Any], base: str, now: float) -> bool:
        """Return whether a token request is a client's; anybody with a secret is until the first one is registered."""
        client = self._clients.get(body["client_id"])
        if client is None:
            return not self._clients and "client_secret" in body
        return client.accepts(body, base, now)

    def take(self, operation: str, now: float) -> tuple[bool, dict[str, str]]:
        """Take one request from the operation's bucket; also return the headers."""
        row = PLANS[self.plan]
        rate = row.authentication if operation == "token" else row.management
        return self._buckets.setdefault(rate, Bucket(rate, now)).take(now, limited=self.rate_limits)

    def read(self, now: float) -> dict[str, Any]:
        """Return what a GET shows: the settings of ``stale_seconds`` ago."""
        self._replaced = [(at, old) for at, old in self._replaced if now - at < self.stale_seconds]
        shown = self._replaced[0][1] if self._replaced else self._stored.as_reported()
        return {**shown, "sandbox_versions_available": list(VERSIONS)}

    def write(self, raw: bytes, now: float) -> dict[str, Any]:
        """Apply or reject a PATCH body; return what the response shows."""
        plan = PLANS[self.plan]
        caps = {name: plan.idle_minutes if name in IDLE else plan.absolute_minutes for name in LIFETIMES}
        body = check_body(raw, caps if self.over_cap is OverCap.REFUSE else {})
        if self.stale_seconds:
            self._replaced.append((now, self._stored.as_reported()))
        merged = {"flags", "sessions"} if self.merge_sessions else {"flags"}
        self._stored.merge(body, caps if self.over_cap is OverCap.CLAMP else {}, merged)
        return self._stored.as_reported()


class World:
    """The state of a sandbox; the server holds ``lock`` while it answers."""

    def __init__(self, clock: Callable[[], float], *, rate_limits: bool) -> None:
        """Start without tenants and without an address."""
        self.url = ""
        self.clock = clock
        self.rate_limits = rate_limits
        self.lock = threading.RLock()
        self.tenants: dict[str, Tenant] = {}
        self.log: deque[LoggedRequest] = deque(maxlen=LOG_LENGTH)
        self.key = secrets.token_bytes(32)

    @property
    def requests(self) -> list[LoggedRequest]:
        """The log of all requests in order of arrival, including those to unknown tenants."""
        with self.lock:
            return list(self.log)

    def add_tenant(
        self,
        name: str,
        *,
        settings: Mapping[str, int | str | None] | None = None,
        foreign: Mapping[str, Any] | None = None,
        replace: bool = False,
        **options: Any,
    ) -> Tenant:
        """Add a tenant. A new tenant has foreign settings but no session settings.

        ``settings`` are in minutes with ``session_cookie_mode`` as text; ``foreign`` replaces the other
        settings; ``options`` are those of ``Tenant``: plan, over_cap, merge_sessions, stale_seconds,
        latency_seconds, token_seconds, scopes, rate_limits.
        """
        if not self.url:
            message = "start the sandbox first: a tenant's address holds the port"
            raise RuntimeError(message)
        stored = Stored(foreign)
        stored.assign(settings or {})
        options = {"name": name, "domain": f"{self.url}/{name}", "rate_limits": self.rate_limits, **options}
        tenant = Tenant(self, stored, **options)
        with self.lock:
            if name in self.tenants and not replace:
                message = f"there is already a tenant {name!r}"
                raise ValueError(message)
            self.tenants[name] = tenant
        return tenant

    def clear_requests(self) -> None:
        """Clear the log."""
        with self.lock:
            self.log.clear()

    def reset(self) -> None:
        """Remove all tenants and their faults, invalidate their tokens, and clear the log."""
        with self.lock:
            self.tenants.clear()
            self.log.clear()
            self.key = secrets.token_bytes(32)
