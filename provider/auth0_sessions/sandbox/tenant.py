"""The in-process handle of one fake tenant."""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from auth0_sessions.sandbox.faults import FaultRule, parse_kind
from auth0_sessions.sandbox.journal import LoggedRequest
from auth0_sessions.sandbox.plans import PLANS, OverCap
from auth0_sessions.sandbox.settings import Stored
from auth0_sessions.sandbox.state import Client, TenantState, World
from auth0_sessions.sandbox.tokens import SCOPES, Token

T = TypeVar("T")


class Option(Generic[T]):
    """One switch of a tenant: checked when it is set, and kept in the tenant's state."""

    def __init__(self, parse: Callable[[str, Any], T]) -> None:
        """Take what turns a given value into a valid one or raises ``ValueError``."""
        self.parse = parse
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        """Remember the attribute's name, which is also the name in the state."""
        self.name = name

    def __get__(self, tenant: "Tenant", owner: type | None = None) -> T:
        """Read the switch."""
        value: T = getattr(tenant.state, self.name)
        return value

    def __set__(self, tenant: "Tenant", value: Any) -> None:
        """Set the switch for every request that follows."""
        parsed = self.parse(self.name, value)
        with tenant.world.lock:
            setattr(tenant.state, self.name, parsed)


def _one_of(allowed: Sequence[str]) -> Callable[[str, Any], str]:
    def parse(name: str, value: Any) -> str:
        if value not in allowed:
            message = f"{name} is {value!r}; use one of {', '.join(allowed)}"
            raise ValueError(message)
        return str(value)

    return parse


def _over_cap(name: str, value: Any) -> OverCap:
    return OverCap(_one_of(list(OverCap))(name, value))


def _seconds(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        message = f"{name} is {value!r}; give seconds, 0 or more"
        raise ValueError(message)
    return value


def _switch(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        message = f"{name} is {value!r}; use true or false"
        raise ValueError(message)  # noqa: TRY004 - Every bad option is a ValueError.
    return value


def _scopes(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(scope, str) for scope in value):
        message = f"{name} is {value!r}; give a list of scopes"
        raise ValueError(message)
    return tuple(value)


class Tenant:
    """A tenant of a running sandbox; made by ``Sandbox.add_tenant``.

    Settings are in minutes, ``session_cookie_mode`` is text, and a key that was never set is absent:

        >>> from auth0_sessions.sandbox import Sandbox
        >>> with Sandbox() as sandbox:
        ...     acme = sandbox.add_tenant("acme", plan="essential", over_cap="clamp")
        ...     acme.dashboard(session_lifetime=480, session_cookie_mode="persistent")
        ...     acme.fault("429", times=2, operation="patch")
        ...     acme.stale_seconds = 1
        ...     acme.settings
        {'session_lifetime': 480, 'session_cookie_mode': 'persistent'}
    """

    plan = Option(_one_of(list(PLANS)))
    over_cap = Option(_over_cap)
    stale_seconds = Option(_seconds)
    latency_seconds = Option(_seconds)
    token_seconds = Option(_seconds)
    scopes = Option(_scopes)
    rate_limits = Option(_switch)
    idle_maximum = Option(_switch)

    def __init__(self, world: World, state: TenantState) -> None:
        """Hold on to a tenant's state."""
        self.world = world
        self.state = state

    @property
    def name(self) -> str:
        """The tenant's name, its path prefix."""
        return self.state.name

    @property
    def domain(self) -> str:
        """The tenant's address, such as ``http://127.0.0.1:54321/acme``."""
        return self.state.domain

    @property
    def settings(self) -> dict[str, Any]:
        """What is stored right now: minutes, the cookie mode, never-set keys absent."""
        with self.world.lock:
            return self.state.stored.summary()

    @property
    def foreign(self) -> dict[str, Any]:
        """A copy of every setting that has nothing to do with sessions."""
        with self.world.lock:
            return copy.deepcopy(self.state.stored.foreign)

    @property
    def requests(self) -> list[LoggedRequest]:
        """The tenant's part of the log."""
        with self.world.lock:
            return self.world.journal.entries(self.name)

    @property
    def calls(self) -> list[str]:
        """The tenant's requests in short: ``POST /oauth/token``, ``GET /tenants/settings``."""
        return [request.call for request in self.requests]

    def dashboard(self, **changes: int | str | None) -> None:
        """Change settings as somebody in the Dashboard does: minutes, None un-sets; no API call is logged."""
        with self.world.lock:
            self.state.assign(changes)

    def add_client(self, client_id: str, client_secret: str, scopes: Sequence[str] = SCOPES) -> None:
        """Register a client; from now on only registered ones get a token. No scopes: no client grant."""
        with self.world.lock:
            self.state.clients[client_id] = Client(client_secret, tuple(scopes))

    def issue_token(self, scopes: Sequence[str] | None = None, seconds: float | None = None) -> str:
        """Return a Management API token, by default one like ``/oauth/token`` issues."""
        with self.world.lock:
            life = self.state.token_seconds if seconds is None else seconds
            granted = self.state.scopes if scopes is None else tuple(scopes)
            return self.world.vault.issue(Token(self.state.audience, granted, self.world.clock() + life))

    def fault(
        self,
        kind: str,
        *,
        times: int | None = 1,
        operation: str | None = None,
        after: int = 0,
        **details: Any,
    ) -> None:
        """Let requests fail: the next ``times`` (None: all), only of one ``operation`` if given.

        ``after`` matching requests are let through first. Details: ``retry_after`` (seconds, for
        429-retry-after) and ``location`` (a URL, for redirect). The kinds are the values of ``Fault``.
        """
        rule = FaultRule(parse_kind(kind), times, operation, after, **details)
        with self.world.lock:
            self.state.faults.add(rule)

    def clear_faults(self) -> None:
        """Drop every fault that is still waiting."""
        with self.world.lock:
            self.state.faults.clear()


OPTIONS = tuple(name for name, value in vars(Tenant).items() if isinstance(value, Option))
"""The names of a tenant's switches."""


def add_tenant(
    world: World,
    name: str,
    *,
    settings: Mapping[str, int | str | None] | None = None,
    foreign: Mapping[str, Any] | None = None,
    **options: Any,
) -> Tenant:
    """Add a tenant with its settings (minutes), foreign keys and switches; all or nothing."""
    check_options(options)
    stored = Stored() if foreign is None else Stored(foreign=copy.deepcopy(dict(foreign)))
    stored.assign(settings or {})
    with world.lock:
        state = world.add(name)
        state.stored = stored
        tenant = Tenant(world, state)
        set_options(tenant, options)
    return tenant


def check_options(options: Mapping[str, Any]) -> None:
    """Refuse an unknown switch or a bad value."""
    for name, value in options.items():
        if name not in OPTIONS:
            message = f"{name!r} is no option of a tenant; use {', '.join(OPTIONS)}"
            raise ValueError(message)
        vars(Tenant)[name].parse(name, value)


def set_options(tenant: Tenant, options: Mapping[str, Any]) -> None:
    """Set several switches that ``check_options`` let pass."""
    for name, value in options.items():
        setattr(tenant, name, value)
