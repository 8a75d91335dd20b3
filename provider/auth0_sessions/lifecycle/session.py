"""What a provider's process has: its configuration, its clients, and its voice on the terminal.

The engine starts one process for all resources of the default provider, and one for each explicit `Provider`.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, ClassVar

from auth0_sessions.api.credentials import (
    DOMAIN_CONFIG_KEY,
    SECRET_CONFIG_KEYS,
    Configuration,
    Credentials,
    TokenKeeper,
    default_domain,
    find_credentials,
    sources,
)
from auth0_sessions.errors import CredentialsError
from auth0_sessions.lifecycle.operations import Operations
from auth0_sessions.program.log import EngineVoice
from auth0_sessions.program.provider import DEFAULT_DOMAIN_KEY, MARKER_KEY

if TYPE_CHECKING:
    from auth0_sessions.api.client import TenantClient


class Process:
    """The process that this is.

    Args:
        config: The stack's configuration, or the properties of an explicit `Provider`.

    """

    _current: ClassVar[Process | None] = None

    def __init__(self, config: Configuration) -> None:
        self._config = config
        self._explicit = config.get(MARKER_KEY) is not None
        self._clients: dict[tuple[str, str | None], TenantClient] = {}
        self._tokens = TokenKeeper()
        self._lock = threading.Lock()
        self._created: set[str] = set()
        # The clients' policy and timeouts, where a test has no time to wait.
        self.patience: dict[str, Any] = {}
        self.voice = EngineVoice()

    @classmethod
    def start(cls, config: Configuration) -> None:
        """Begin with the configuration that the engine gives."""
        cls._current = cls(config)

    @classmethod
    def current(cls) -> Process:
        """Return the process; one without configuration where the engine has given none."""
        if cls._current is None:
            cls._current = cls({})
        return cls._current

    @property
    def may_move(self) -> bool:
        """False for an explicit provider with credentials of its own: they are one tenant's."""
        return not (self._explicit and any(self._config.get(key) for key in SECRET_CONFIG_KEYS))

    @property
    def default_domain(self) -> str | None:
        """The domain of resources that name none."""
        if self._explicit:
            return self.bound_domain or default_domain({DOMAIN_CONFIG_KEY: self._config.get(DEFAULT_DOMAIN_KEY)})
        return default_domain(self._config)

    @property
    def bound_domain(self) -> str | None:
        """The only domain that an explicit provider's credentials are for."""
        domain = self._config.get(DOMAIN_CONFIG_KEY) if self._explicit else None
        return str(domain) if domain else None

    def note_created(self, domain: str) -> None:
        """Remember that a resource has just taken a tenant over."""
        self._created.add(domain)

    def was_created(self, domain: str) -> bool:
        """Tell whether another resource has taken a tenant over in this process."""
        return domain in self._created

    def operations(self, domain: str, label: str | None) -> Operations:
        """Return the verbs for a tenant, with the credentials of a label. Nothing is called, and none are looked up."""
        return Operations(self._client(domain, label), self.voice)

    def _client(self, domain: str, label: str | None) -> TenantClient:
        from auth0_sessions.api.client import TenantClient  # noqa: PLC0415  An unchanged `up` makes no call: no HTTP.

        with self._lock:
            if (domain, label) not in self._clients:
                self._clients[domain, label] = TenantClient(
                    domain, lambda: self._credentials(domain, label), on_wait=self.voice.status, **self.patience
                )
            return self._clients[domain, label]

    def _credentials(self, domain: str, label: str | None) -> Credentials:
        if self.bound_domain not in (None, domain):
            message = (
                f"{domain}: the Provider of this resource speaks to {self.bound_domain} only, so no credentials were "
                f"sent. Give {domain} a Provider of its own, or bring this one back to {domain} until this is done."
            )
            raise CredentialsError(message)
        found = find_credentials(sources(self._config, label, explicit=self._explicit), domain)
        return self._tokens.kept(found, domain)
