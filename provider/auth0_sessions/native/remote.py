"""`SessionPolicy` and `TenantFleet` as remote components, for every Pulumi language."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import grpc
import pulumi
from pulumi.provider import ConstructResult, Provider
from pulumi.provider.server import ComponentInitError, ProviderServicer
from pulumi.runtime.proto import provider_pb2 as proto

from auth0_sessions import __version__
from auth0_sessions.errors import Auth0SessionsError, InputError
from auth0_sessions.fleet.entries import KEYS
from auth0_sessions.model.spelling import CAMEL_CASE
from auth0_sessions.native.resources import SessionLifetime
from auth0_sessions.program.fleet import FLEET, components
from auth0_sessions.program.policy import POLICY


class _Child(SessionLifetime):
    """A component's resource. It runs in the plugin that the program uses for the component, wherever that is from."""

    pinned = pulumi.ResourceOptions()


SessionPolicy, TenantFleet = components(_Child, CAMEL_CASE)


class _Components(Provider):
    """Creates the components that the engine requests; omitted arguments come from the provider's configuration."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__(__version__)
        self._config = config

    def construct(
        self, name: str, resource_type: str, inputs: Mapping[str, Any], options: pulumi.ResourceOptions | None = None
    ) -> ConstructResult:
        """Create one component."""
        keys = ("plan", "profile", "enforce", "profiles") if resource_type == FLEET else ("plan", "profile", "enforce")
        given: dict[str, Any] = {key: self._config.get(key) for key in keys} | dict(inputs)
        given = {key: value for key, value in given.items() if value is not None}
        made: Any
        if resource_type == POLICY:
            made = SessionPolicy(name, opts=options, **{KEYS.get(key, key): value for key, value in given.items()})
            return ConstructResult(made.urn, {**made.applied, "lifetime": made.lifetime})
        if resource_type == FLEET:
            made = (
                TenantFleet(name, opts=options, **given)
                if "tenants" in given
                else TenantFleet.from_config(name, opts=options)
            )
            return ConstructResult(made.urn, {"tenants": made.tenants, "report": made.report})
        message = f"The component {resource_type} does not exist."
        raise InputError(message)


def construct(
    request: Any, context: grpc.ServicerContext, engine_address: str, config: Mapping[str, Any]
) -> proto.ConstructResponse:
    """Create a component in this call's own thread and event loop."""
    servicer = ProviderServicer(_Components(config), [], engine_address)
    try:
        return asyncio.run(servicer._construct(request, context))  # noqa: SLF001  `Construct` would add a traceback.
    except ComponentInitError as error:
        raise Auth0SessionsError(str(error.inner)) from None
