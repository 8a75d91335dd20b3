"""The native plugin's resource and provider as Python classes; names and arguments match `auth0_sessions`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pulumi

from auth0_sessions import __version__, publisher
from auth0_sessions.api.sources import default_domain
from auth0_sessions.model.settings import LIFETIMES
from auth0_sessions.native.codec import DYNAMIC, PACKAGE, RESOURCE, TO_CAMEL, TO_SNAKE
from auth0_sessions.native.config import OF_STACK
from auth0_sessions.program import fleet, policy, run
from auth0_sessions.program.provider import provider_of
from auth0_sessions.program.resource import SessionLifetimeArguments
from auth0_sessions.program.secrets import encrypted

PINNED = pulumi.ResourceOptions(version=__version__, plugin_download_url=publisher.downloads(__version__))
"""The plugin that belongs to this package. The engine downloads it, or its error has the command that does."""


class Provider(pulumi.ProviderResource):
    """One tenant and its credentials, or a plan and a profile, for `opts=ResourceOptions(provider=...)`.

    It runs in its own process, and its secrets are stored once in state, encrypted. Moving it to another tenant
    replaces its resources: each create uses the new credentials, each delete the old ones.
    """

    domain: pulumi.Input[str] | None
    """The only tenant that it connects to, and its resources' default domain."""

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
        credentials: pulumi.Input[Mapping[str, Mapping[str, str]]] | None = None,
        plan: pulumi.Input[str] | None = None,
        profile: pulumi.Input[str] | None = None,
        profiles: pulumi.Input[Mapping[str, Any]] | None = None,
        enforce: pulumi.Input[str] | None = None,
        ceiling: pulumi.Input[Mapping[str, Any]] | None = None,
        tenants: pulumi.Input[str | Mapping[str, Any]] | None = None,
        live_preview: pulumi.Input[bool] | None = None,
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
            audience: Audience of the token request; `https://DOMAIN/api/v2/` by default.
            credentials: Label -> credential set, with the keys `clientId`, `clientSecret`,
                `clientAssertionPrivateKey`, `clientAssertionSigningAlg`, `apiToken` and `audience`.
                It is also marked secret.
            plan: The default plan of its tenants. Default: the configuration `auth0-sessions:plan`.
            profile: The default profile of its policies. Default: the configuration `auth0-sessions:profile`.
            profiles: Your own profiles, for its policies. Default: the configuration `auth0-sessions:profiles`.
            enforce: The default enforcement of its policies. Default: the configuration `auth0-sessions:enforce`.
            ceiling: The longest lifetimes of its resources; the configuration `auth0-sessions:ceiling` applies, too.
            tenants: The tenants of `TenantFleet.from_config`, or the name of a file that lists them.
            live_preview: True to read a tenant once when its create is previewed.
            opts: Resource options.

        """
        run.refuse_plain_secrets()
        domain = run.canonical_when_known(domain) if domain is not None else None
        given = {
            "domain": domain,
            "clientId": client_id,
            "clientSecret": encrypted(client_secret),
            "clientAssertionPrivateKey": encrypted(client_assertion_private_key),
            "clientAssertionSigningAlg": client_assertion_signing_alg,
            "apiToken": encrypted(api_token),
            "audience": audience,
            "credentials": encrypted(_json(credentials)),
            "plan": run.configured("plan", plan),
            "profile": run.configured("profile", profile),
            "profiles": _json(profiles),
            "enforce": enforce,
            "ceiling": _json(ceiling),
            "tenants": tenants if isinstance(tenants, str) else _json(tenants),
            "livePreview": _json(live_preview),
            OF_STACK: "false",
        }
        given = {key: value for key, value in given.items() if value is not None}
        super().__init__(PACKAGE, name, given, pulumi.ResourceOptions.merge(PINNED, opts))
        decided = {"plan": plan, "profile": profile, "profiles": profiles, "enforce": enforce}
        self.defaults: Mapping[str, Any] = {**decided, "ceiling": ceiling, "tenants": tenants}
        # Pulumi turned it into an output, but the program already knows the domain.
        self.domain = domain


class SessionLifetime(SessionLifetimeArguments, pulumi.CustomResource):
    """The session lifetimes of one Auth0 tenant, managed by the native plugin.

    Arguments, outputs and behavior match `auth0_sessions.SessionLifetime`. In addition, it can be imported
    (`opts=ResourceOptions(import_="acme.eu.auth0.com")`), and it takes over state of the dynamic resource without an
    API call.
    """

    package = PACKAGE
    pinned: ClassVar[pulumi.ResourceOptions] = PINNED
    looked_up = (*SessionLifetimeArguments.looked_up, "previous")

    def _default_domain(self) -> str | None:
        # The plugin cannot read the namespace `auth0`.
        return None if default_domain({}) or run.configured("domain") else pulumi.Config("auth0").get("domain")

    def _create(self, name: str, props: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        # Two resources of one tenant cannot coexist, so the old one is deleted first. A provider that moves has a
        # process for each tenant, so there the new resource is created first.
        deletes_first = None if getattr(provider_of(opts, PACKAGE), "domain", None) is not None else True
        own = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=DYNAMIC)], delete_before_replace=deletes_first)
        given = pulumi.ResourceOptions.merge(pulumi.ResourceOptions.merge(self.pinned, own), opts)
        pulumi.CustomResource.__init__(self, RESOURCE, name, dict(props), given)

    def translate_input_property(self, prop: str) -> str:
        """Return an argument's name on the wire."""
        return TO_CAMEL.get(prop, prop)

    def translate_output_property(self, prop: str) -> str:
        """Return an output's name in Python."""
        return TO_SNAKE.get(prop, prop)


# Numbers on the wire are floats; Pulumi converts those whose wire names are annotated as integers.
SessionLifetime.__annotations__ = {
    **{TO_CAMEL[f"{name}_minutes"]: pulumi.Output[int | None] for name in LIFETIMES},
    **dict.fromkeys(("own", "previous"), pulumi.Output[dict[str, int] | None]),
}


def _json(value: pulumi.Input[Any] | None) -> pulumi.Output[str] | None:
    """Return a value as JSON text, which is how the provider protocol sends configuration."""
    return None if value is None else pulumi.Output.json_dumps(value)


class SessionPolicy(policy.SessionPolicy):
    """One tenant's session lifetimes, as `auth0_sessions.SessionPolicy`."""

    resource = SessionLifetime


class TenantFleet(fleet.TenantFleet):
    """Many tenants and one report, as `auth0_sessions.TenantFleet`."""

    policy = SessionPolicy
