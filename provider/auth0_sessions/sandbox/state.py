"""The state of one fake tenant and of the sandbox around it: plain data, guarded by one lock."""

import copy
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from auth0_sessions.sandbox.faults import FaultQueue
from auth0_sessions.sandbox.journal import Journal
from auth0_sessions.sandbox.plans import PLANS, OverCap, PlanRow
from auth0_sessions.sandbox.rates import Bucket
from auth0_sessions.sandbox.settings import Stored
from auth0_sessions.sandbox.tokens import SCOPES, TokenVault

API_PATH = "/api/v2/"
DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Client:
    """A registered client: its secret and what its grant allows; no scopes means no grant."""

    secret: str
    scopes: tuple[str, ...]


@dataclass
class TenantState:
    """One tenant. ``domain`` is its address without a slash at the end; all durations are in seconds."""

    name: str
    domain: str
    plan: str = "enterprise"
    over_cap: OverCap = OverCap.ECHO
    stale_seconds: float = 0
    latency_seconds: float = 0
    token_seconds: float = DAY_SECONDS
    scopes: tuple[str, ...] = SCOPES
    rate_limits: bool = True
    idle_maximum: bool = True
    stored: Stored = field(default_factory=Stored)
    clients: dict[str, Client] = field(default_factory=dict)
    faults: FaultQueue = field(default_factory=FaultQueue)
    _replaced: list[tuple[float, Stored]] = field(default_factory=list)
    _buckets: dict[str, Bucket] = field(default_factory=dict)

    @property
    def audience(self) -> str:
        """Return the identifier of the tenant's Management API."""
        return self.domain + API_PATH

    @property
    def limits(self) -> PlanRow:
        """Return the figures of the tenant's plan."""
        return PLANS[self.plan]

    def take(self, operation: str, now: float) -> tuple[bool, dict[str, str]]:
        """Take one request out of the bucket that the operation belongs to."""
        row = self.limits
        rate = row.authentication if operation == "token" else row.management
        family = "authentication" if operation == "token" else "management"
        bucket = self._buckets.get(family)
        if bucket is None or bucket.rate != rate:
            bucket = self._buckets[family] = Bucket(rate, now)
        return bucket.take(now, limited=self.rate_limits)

    def write(self, body: Mapping[str, Any], caps_minutes: Mapping[str, int], now: float) -> None:
        """Apply a PATCH and remember what was there, for reads that come too early."""
        if self.stale_seconds:
            self._replaced.append((now, copy.deepcopy(self.stored)))
        self.stored.merge(body, caps_minutes)

    def assign(self, changes: Mapping[str, Any]) -> None:
        """Apply a change made in the Dashboard; every read sees it at once."""
        self.stored.assign(changes)
        self._replaced.clear()

    def visible(self, now: float) -> Stored:
        """Return the settings as a GET sees them: those of ``stale_seconds`` ago."""
        self._replaced = [(at, old) for at, old in self._replaced if now - at < self.stale_seconds]
        return self._replaced[0][1] if self._replaced else self.stored


class World:
    """Everything a sandbox knows. Whoever touches it holds ``lock``."""

    def __init__(self, origin: str, clock: Callable[[], float], *, rate_limits: bool) -> None:
        """Start without tenants; ``clock`` returns Unix seconds."""
        self.origin = origin
        self.clock = clock
        self.rate_limits = rate_limits
        self.lock = threading.RLock()
        self.tenants: dict[str, TenantState] = {}
        self.vault = TokenVault()
        self.journal = Journal()

    def add(self, name: str) -> TenantState:
        """Add a tenant; its name becomes the path prefix of its address."""
        if not re.fullmatch("[a-z0-9-]+", name):
            message = f"{name!r} is no tenant name; use small letters, digits and '-'"
            raise ValueError(message)
        if name in self.tenants:
            message = f"there is already a tenant {name!r}"
            raise ValueError(message)
        state = TenantState(name, f"{self.origin}/{name}", rate_limits=self.rate_limits)
        self.tenants[name] = state
        return state

    def reset(self) -> None:
        """Drop all tenants with their faults and tokens, and the log."""
        self.tenants.clear()
        self.vault.clear()
        self.journal.clear()
