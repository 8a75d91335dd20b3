"""Reading a live tenant without Pulumi: what an audit or a script starts from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from auth0_sessions.api.client import TenantClient
from auth0_sessions.api.credentials import TokenKeeper, check_label, find_credentials, sources
from auth0_sessions.model.domain import canonical_domain
from auth0_sessions.model.settings import SETTINGS, Values, with_defaults


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
        on_wait: Told before each wait for a tenant that is busy or gives no answer; all waits together are at most
            two minutes.

    Raises:
        InputError: The domain or the label is none.
        CredentialsError: There are no credentials.
        ApiError: The tenant refused, or gave an answer that cannot be used.
        TenantUnreachableError: The tenant gave no answer.

    """
    return TenantReader(on_wait).read(domain, credentials)


class TenantReader:
    """Reads tenants, several at a time if need be; a Management API token for one of them only.

    Args:
        on_wait: Told before each wait for a tenant that is busy or gives no answer.

    """

    def __init__(self, on_wait: Callable[[str], None] | None = None) -> None:
        self._on_wait = on_wait or (lambda _: None)
        self._tokens = TokenKeeper()

    def read(self, domain: str, credentials: str | None) -> TenantSessions:
        """Read one tenant, as `read_tenant_sessions` does."""
        tenant, label = canonical_domain(domain), None if credentials is None else check_label(credentials)
        places = sources({}, label, explicit=False)[:1]
        client = TenantClient(
            tenant, lambda: self._tokens.kept(find_credentials(places, tenant), tenant), on_wait=self._on_wait
        )
        found = client.read()
        return TenantSessions(tenant, with_defaults(found), frozenset(SETTINGS) - found.keys())
