"""An explicit provider: Pulumi's standard way to set a tenant and its credentials."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pulumi

from auth0_sessions.api.sources import CONFIG_KEYS, DOMAIN_CONFIG_KEY
from auth0_sessions.model.domain import canonical_domain
from auth0_sessions.program import run
from auth0_sessions.program.secrets import encrypted

PACKAGE = "pulumi-python"
MARKER_KEY = "auth0-sessions:provider"
"""The property that marks an explicit provider, so that its process knows that it is one."""

DEFAULT_DOMAIN_KEY = "auth0-sessions:defaultDomain"
"""The stack's `auth0:domain`, handed to a provider without a domain: its process sees no configuration of the stack."""


class Provider(pulumi.ProviderResource):
    """One tenant and its credentials, for `opts=ResourceOptions(provider=...)`; components pass it on.

    It runs in its own process, and its secrets are stored once in state, encrypted. Credentials of its own have to be
    complete; without any, it uses the environment's. With a domain, it connects only to that domain. Moving it to
    another tenant is rejected at preview while one of its resources still needs a delete call on the old one. A
    resource that you remove from the program in the same run is not visible at preview, and fails during `up` before
    anything is sent. So move a provider only after the old tenant's resources are gone, or give the new tenant its own
    provider.

    >>> import pulumi
    >>> from auth0_sessions import Provider, SessionLifetime
    >>> config = pulumi.Config()                                             # doctest: +SKIP
    >>> acme = Provider(
    ...     "acme",
    ...     domain="acme.eu.auth0.com",
    ...     client_id="...",
    ...     client_secret=config.require_secret("acmeSecret"),
    ... )  # doctest: +SKIP
    >>> SessionLifetime(
    ...     "acme",
    ...     session_lifetime="30d",
    ...     plan="essential",
    ...     opts=pulumi.ResourceOptions(provider=acme),
    ... )  # doctest: +SKIP
    """

    domain: pulumi.Input[str] | None
    """The tenant, or None if the provider has no domain of its own."""

    def __init__(  # noqa: PLR0913  One argument for each input.
        self,
        name: str,
        *,
        domain: pulumi.Input[str] | None = None,
        client_id: pulumi.Input[str] | None = None,
        client_secret: pulumi.Input[str] | None = None,
        client_assertion_private_key: pulumi.Input[str] | None = None,
        client_assertion_signing_alg: pulumi.Input[str] | None = None,
        api_token: pulumi.Input[str] | None = None,
        audience: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a provider.

        Args:
            name: Its name in the stack.
            domain: The tenant, and the default domain of the resources that use this provider.
            client_id: Client ID of a machine-to-machine application.
            client_secret: Its client secret. It is marked secret even if a plain string is given.
            client_assertion_private_key: Its private key (PEM), instead of a client secret, if it uses Private Key JWT.
                It is also marked secret.
            client_assertion_signing_alg: Algorithm for the private key: `RS256` (default), `RS384`, `RS512` or `PS256`.
            api_token: A Management API token, instead of an application. It is also marked secret.
            audience: Audience of the token request; `https://DOMAIN/api/v2/` by default. With a custom domain, use the
                tenant's canonical domain here.
            opts: Resource options.

        Raises:
            pulumi.RunError: The domain is invalid, or a credential is configured in plain text.

        """
        run.refuse_plain_secrets()
        parts = {
            "client_id": client_id,
            "client_secret": encrypted(client_secret),
            "client_assertion_private_key": encrypted(client_assertion_private_key),
            "client_assertion_signing_alg": client_assertion_signing_alg,
            "api_token": encrypted(api_token),
            "audience": audience,
        }
        props: dict[str, pulumi.Input[Any]] = {MARKER_KEY: name}
        if domain is not None:
            domain = props[DOMAIN_CONFIG_KEY] = run.when_known(domain, _checked(name))
        elif (default := pulumi.Config("auth0").get("domain")) is not None:
            props[DEFAULT_DOMAIN_KEY] = default
        props.update({CONFIG_KEYS[part]: value for part, value in parts.items() if value is not None})
        super().__init__(PACKAGE, name, props, opts)
        self.domain = domain


def _checked(provider: str) -> Callable[[str], str]:
    """Return a reader of a provider's domain, as Pulumi shows and stores what is given, including a password."""

    def checked(domain: str) -> str:
        with run.errors_shown(f"Provider '{provider}': "):
            return canonical_domain(domain)

    return checked


def provider_of(opts: pulumi.ResourceOptions | None, package: str = PACKAGE) -> pulumi.ProviderResource | None:
    """Return the provider that a resource with these options will use, including an inherited one."""
    if opts is None:
        return None
    if opts.provider is not None and opts.provider.package == package:
        return opts.provider
    given = opts.providers.values() if isinstance(opts.providers, Mapping) else opts.providers or ()
    # If there are several providers of one package, Pulumi uses the last.
    own = {provider.package: provider for provider in given}.get(package)
    if own is not None or opts.parent is None:
        return own
    return opts.parent.get_provider(f"{package}:index:Resource")
