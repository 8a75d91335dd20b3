"""Reading a live tenant without Pulumi: what an audit or a script starts from."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from auth0_sessions.api.client import TenantClient
from auth0_sessions.api.credentials import Credentials, Source, check_label, find_credentials, sources
from auth0_sessions.api.tokens import TokenKeeper
from auth0_sessions.model.domain import canonical_domain
from auth0_sessions.model.settings import SETTINGS, Values, with_defaults

_TOKENS = TokenKeeper()
"""One for the process: a token that went to one tenant goes to no other, however often a script reads."""


@dataclass(frozen=True)
class TenantSessions:
    """The session settings of a tenant at one moment.

    Attributes:
        domain: Canonical domain.
        values: Every setting: lifetimes in minutes, and the cookie mode.
        defaulted: The settings that were never written, so that Auth0's default holds.

    """

    domain: str
    values: Values
    defaulted: frozenset[str]


def read_tenant_sessions(
    domain: str, *, credentials: str | None = None, on_wait: Callable[[str], None] | None = None
) -> TenantSessions:
    """Read a tenant's session settings with one GET, and one token request before it.

    Credentials come from the environment: `AUTH0_CLIENT_ID` and `AUTH0_CLIENT_SECRET`, or `AUTH0_API_TOKEN`; with a
    label `AUTH0_<LABEL>_CLIENT_ID` and so on. The scope `read:tenant_settings` is enough.

    Args:
        domain: The tenant, as in `acme.eu.auth0.com`.
        credentials: Label of a credential set.
        on_wait: Called before each wait for a tenant that is busy or gives no answer. Login, read and waits together
            take at most two minutes.

    Raises:
        InputError: The domain or the label is malformed.
        CredentialsError: There are no credentials.
        ApiError: The tenant refused, or gave an answer that cannot be used.
        TenantUnreachableError: The tenant gave no answer.

    """
    return TenantReader(on_wait).read(domain, credentials)


class TenantReader:
    """Reads tenants, several at a time if need be; a Management API token only where it belongs.

    `is_only_tenant` says whether a single tenant is read, so that a token without a label that names no tenant is for
    it; where that is not known (None), it is for the first one.
    """

    def __init__(
        self,
        on_wait: Callable[[str], None] | None = None,
        *,
        cancelled: threading.Event | None = None,
        is_only_tenant: bool | None = None,
    ) -> None:
        self._on_wait = on_wait or (lambda _: None)
        self._cancelled = cancelled
        self._is_only_tenant = is_only_tenant

    def read(self, domain: str, credentials: str | None) -> TenantSessions:
        """Read one tenant, as `read_tenant_sessions` does."""
        tenant, label = canonical_domain(domain), None if credentials is None else check_label(credentials)
        places = sources({}, label, explicit=False)[:1]
        client = TenantClient(
            tenant, lambda: self._credentials(places, tenant, label), on_wait=self._on_wait, cancelled=self._cancelled
        )
        found = client.read()
        return TenantSessions(tenant, with_defaults(found), frozenset(SETTINGS) - found.keys())

    def _credentials(self, places: Sequence[Source], tenant: str, label: str | None) -> Credentials:
        is_only_tenant = None if label else self._is_only_tenant
        return _TOKENS.kept(find_credentials(places, tenant), tenant, is_only_tenant=is_only_tenant)
