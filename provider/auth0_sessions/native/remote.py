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
from auth0_sessions.native.names import PACKAGE
from auth0_sessions.native.resources import SessionLifetime
from auth0_sessions.program.fleet import components

SessionPolicy, TenantFleet = components(SessionLifetime, CAMEL_CASE)

POLICY, FLEET = f"{PACKAGE}:index:SessionPolicy", f"{PACKAGE}:index:TenantFleet"


class _Components(Provider):
    """Creates the components that the engine requests; omitted arguments come from the provider's configuration."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__(__version__)
        self._config = config

    def construct(
        self, name: str, resource_type: str, inputs: Mapping[str, Any], options: pulumi.ResourceOptions | None = None
    ) -> ConstructResult:
        """Create one component."""
        given = {
            **{
                key: self._config.get(key)
                for key in ("plan", "profile", "enforce", "profiles")
                if resource_type == FLEET or key != "profiles"
            },
            **inputs,
        }
        if resource_type == POLICY:
            arguments = {KEYS.get(key, key): value for key, value in given.items() if value is not None}
            made: Any = SessionPolicy(name, opts=options, **arguments)
            state = {**made.applied, "lifetime": made.lifetime}
        elif resource_type == FLEET:
            made = self._fleet(name, given, options)
            state = {"tenants": made.tenants, "report": made.report}
        else:
            message = f"There is no component {resource_type}."
            raise InputError(message)
        return ConstructResult(made.urn, state)

    def _fleet(self, name: str, given: Mapping[str, Any], options: pulumi.ResourceOptions | None) -> Any:
        tenants = given.get("tenants")
        arguments = {key: value for key, value in given.items() if key != "tenants" and value is not None}
        if tenants is None:
            return TenantFleet.from_config(name, opts=options)
        return TenantFleet(name, tenants=tenants, opts=options, **arguments)


def construct(
    request: Any, context: grpc.ServicerContext, engine_address: str, config: Mapping[str, Any]
) -> proto.ConstructResponse:
    """Create a component in this call's own thread and event loop."""
    servicer = ProviderServicer(_Components(config), [], engine_address)
    try:
        return asyncio.run(servicer._construct(request, context))  # noqa: SLF001  `Construct` would add a traceback.
    except ComponentInitError as error:
        raise Auth0SessionsError(str(error.inner)) from None
