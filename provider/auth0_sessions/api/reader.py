"""Reads live tenants without Pulumi, one or several in parallel, for audits and scripts."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from auth0_sessions.api.client import TenantClient
from auth0_sessions.api.credentials import find_credentials
from auth0_sessions.api.sources import Sources, of_environment
from auth0_sessions.errors import Auth0SessionsError
from auth0_sessions.model.domain import canonical_domain
from auth0_sessions.model.inputs import check_label
from auth0_sessions.model.settings import SETTINGS, Reported, Values, with_defaults

T = TypeVar("T")


@dataclass(frozen=True)
class TenantSessions:
    """A tenant's session settings at one point in time.

    Attributes:
        domain: Canonical domain.
        values: Every setting that has a usable value: lifetimes in minutes, and the cookie mode.
        defaulted: The settings that were never written and so have Auth0's default.
        unusable: The settings whose reported value cannot be used, each with why: `"0, which is not a lifetime"`.

    """

    domain: str
    values: Values
    defaulted: frozenset[str]
    unusable: Mapping[str, str] = field(default_factory=dict)

    @property
    def problems(self) -> list[str]:
        """What is wrong with each unusable value, for a message."""
        return Reported(unusable=self.unusable).problems(self.unusable)


def read_tenant_sessions(
    domain: str, *, credentials: str | None = None, on_wait: Callable[[str], None] | None = None
) -> TenantSessions:
    """Read a tenant's session settings with one token request and one GET.

    Credentials come from the environment: `AUTH0_CLIENT_ID` with `AUTH0_CLIENT_SECRET` or
    `AUTH0_CLIENT_ASSERTION_PRIVATE_KEY`, or `AUTH0_API_TOKEN`; with a label, `AUTH0_<LABEL>_CLIENT_ID` and so on. The
    scope `read:tenant_settings` is sufficient.

    Args:
        domain: The tenant, as in `acme.eu.auth0.com`.
        credentials: Label of a credential set.
        on_wait: Called before each wait for a tenant that is busy or does not respond. Login, read and waits take at
            most two minutes in total.

    Raises:
        InputError: The domain or the label is malformed.
        CredentialsError: Credentials are missing.
        ApiError: The tenant rejected a call, or its response is unusable.
        TenantUnreachableError: The tenant did not respond.

    """
    return read_tenant(domain, credentials, on_wait=on_wait)


def read_tenant(
    domain: str,
    label: str | None,
    *,
    on_wait: Callable[[str], None] | None = None,
    sources: Callable[[str | None], Sources] = of_environment,
) -> TenantSessions:
    """Read one tenant, as `read_tenant_sessions` does; `sources` returns where a label's credentials may be."""
    tenant, label = canonical_domain(domain), None if label is None else check_label(label)
    find = lambda: find_credentials(sources(label), tenant)  # noqa: E731  Only used by this client.
    found = TenantClient(tenant, find, on_wait=on_wait or (lambda _: None)).operation().read()
    defaulted = SETTINGS.keys() - found.keys() - found.unusable.keys()
    return TenantSessions(tenant, with_defaults(found), frozenset(defaulted), found.unusable)


WORKERS = 16
"""How many tenants are read in parallel; each has its own rate limit and connection."""

ReadTenant = Callable[[str, str | None], TenantSessions]
"""Reads a tenant's sessions, given its domain and credentials label; raises `Auth0SessionsError`."""

Answer = TenantSessions | Auth0SessionsError
"""A tenant's sessions, or why they could not be read."""

_Answers = queue.SimpleQueue[tuple[int, Answer]]


def read_many(
    tenants: Sequence[tuple[str, str | None]],
    read: ReadTenant,
    use: Callable[[int, Answer], T],
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> list[T]:
    """Read tenants, given by domain and credentials label, and return the result of `use` for each, in order.

    `use` is called with a tenant's index and answer as soon as it is available, because keeping an error would keep its
    connection open. `on_progress` is called with the number of tenants done and the total.
    """
    on_progress(0, len(tenants))
    answers: _Answers = queue.SimpleQueue()
    waiting = deque(range(len(tenants)))
    for _ in range(min(WORKERS, len(tenants))):
        # Daemon threads, so that Ctrl-C does not have to wait for every tenant.
        threading.Thread(target=_work, args=(tenants, waiting, answers, read), daemon=True).start()
    made: dict[int, T] = {}
    try:
        while len(made) < len(tenants):
            place, answer = answers.get()
            made[place] = use(place, answer)
            on_progress(len(made), len(tenants))
    finally:
        waiting.clear()
    return [made[place] for place in range(len(tenants))]


def _work(tenants: Sequence[tuple[str, str | None]], waiting: deque[int], answers: _Answers, read: ReadTenant) -> None:
    """Read tenants until none are left."""
    with contextlib.suppress(IndexError):
        while True:
            place = waiting.popleft()
            answers.put((place, _answer_of(*tenants[place], read)))


def _answer_of(domain: str, label: str | None, read: ReadTenant) -> Answer:
    try:
        return read(domain, label)
    except Auth0SessionsError as error:
        return error
    except Exception as error:  # noqa: BLE001  A failure of one tenant must not affect the others.
        message = (
            f"{domain}: {type(error).__name__}, which is a bug in this program and not a problem of the tenant. Please "
            f"report what `auth0-sessions show {domain}` prints."
        )
        return Auth0SessionsError(message)
