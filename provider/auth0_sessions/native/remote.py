"""`SessionPolicy` and `TenantFleet` as remote components, for every Pulumi language."""

from __future__ import annotations

import asyncio
import functools
import json
import threading
from collections.abc import Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pulumi
from google.protobuf import struct_pb2
from pulumi.provider import ConstructResult, Provider
from pulumi.provider.server import ComponentInitError, ProviderServicer
from pulumi.runtime.proto import provider_pb2 as proto

from auth0_sessions import __version__
from auth0_sessions.errors import Auth0SessionsError, InputError, listed
from auth0_sessions.fleet.entries import ENTRY_KEYS, Secret
from auth0_sessions.model.inputs import UNKNOWN
from auth0_sessions.model.spelling import CAMEL_CASE
from auth0_sessions.native.codec import decoded, unwrapped
from auth0_sessions.native.config import COMPONENT_KEYS
from auth0_sessions.native.resources import SessionLifetime
from auth0_sessions.program import fleet, policy
from auth0_sessions.program.ceiling import POLICY

CALLS = 256
"""How many calls to the engine the components make at once, which is how many of their tenants are under way."""

_PLAIN = ("plan", "profile", "profiles", "enforce", "ceiling")
"""The inputs that have to be known when a component is created, besides a fleet's tenants."""


class _Child(SessionLifetime):
    """A component's resource. It runs in the plugin that the program uses for the component, wherever that is from."""

    pinned = pulumi.ResourceOptions()


class SessionPolicy(policy.SessionPolicy):
    """One tenant's session lifetimes, as `auth0_sessions.SessionPolicy`."""

    resource = _Child
    spelling = CAMEL_CASE


class TenantFleet(fleet.TenantFleet):
    """Many tenants and one report, as `auth0_sessions.TenantFleet`."""

    policy = SessionPolicy
    sees_the_stack = False


class _Components(Provider):
    """Creates the component that the engine requests, with the inputs that have to be plain.

    An explicit provider's ceiling applies in addition to the stack's.
    """

    def __init__(self, known: Mapping[str, Any], ceiling: Any) -> None:
        super().__init__(__version__)
        self._known = known
        self._ceiling = ceiling

    def construct(
        self, name: str, resource_type: str, inputs: Mapping[str, Any], options: pulumi.ResourceOptions | None = None
    ) -> ConstructResult:
        """Create one component."""
        for provider in options.providers.values() if options and isinstance(options.providers, Mapping) else ():
            vars(provider)["defaults"] = {"ceiling": self._ceiling}
        given = {
            ENTRY_KEYS.get(key, key): value for key, value in {**inputs, **self._known}.items() if value is not None
        }
        if resource_type == POLICY:
            made = SessionPolicy(name, opts=options, **given)
            return ConstructResult(made.urn, {**made.applied, "lifetime": made.lifetime})
        make = TenantFleet if "tenants" in given else TenantFleet.from_config
        created = make(name, opts=options, **given)
        return ConstructResult(created.urn, created.applied)


_lock = threading.Lock()


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    """Start the event loop of all components: they wait for calls to this plugin, so they hold none of its threads."""
    loop = asyncio.new_event_loop()
    loop.set_default_executor(ThreadPoolExecutor(CALLS))
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return loop


def construct(
    request: Any, context: grpc.ServicerContext, engine_address: str, config: Mapping[str, Any]
) -> proto.ConstructResponse:
    """Create a component; what it leaves out comes from the provider's configuration, then from the stack's."""
    if request.type not in (POLICY, fleet.FLEET):
        message = f"This plugin has no component {request.type}; use {POLICY} or {fleet.FLEET}."
        raise InputError(message)
    _configure(request.config, config)
    servicer = ProviderServicer(_Components(_known(request), config.get("ceiling")), [], engine_address)
    with _lock:
        loop = _loop()
    try:
        # `Construct` would add a traceback.
        return asyncio.run_coroutine_threadsafe(servicer._construct(request, context), loop).result()  # noqa: SLF001
    except ComponentInitError as error:
        raise Auth0SessionsError(str(error.inner)) from None


def _configure(stack: MutableMapping[str, str], provider: Mapping[str, Any]) -> None:
    """Put a provider's configuration into the stack's, where components look for it."""
    for key in {*COMPONENT_KEYS} - {"ceiling"}:
        value = provider.get(key)
        if value is not None and value is not UNKNOWN:
            stack[f"auth0-sessions:{key}"] = value if isinstance(value, str) else json.dumps(value)


def _known(request: Any) -> dict[str, Any]:
    """Take the inputs that have to be plain out of a request."""
    given = request.inputs.fields
    known = {key: decoded(given[key]) for key in _PLAIN if key in given}
    if problems := [f"{key} is not known yet. Give it as plain text." for key in known if known[key] is UNKNOWN]:
        raise InputError(listed(f"{request.type.rpartition(':')[2]} '{request.name}'", problems))
    if request.type == fleet.FLEET and "tenants" in given:
        known["tenants"] = _tenants(given["tenants"])
    for key in known:
        del given[key]
    return known


def _tenants(value: struct_pb2.Value) -> Any:
    """Return a fleet's tenants, with outputs that are known as their values."""
    tenants, is_secret = unwrapped(value)
    if is_secret:
        message = "tenants is a secret as a whole, but its names become those of resources. Encrypt single values."
        raise InputError(message)
    if tenants.WhichOneof("kind") != "struct_value":
        return decoded(tenants)
    return {name: _entry(spec) for name, spec in tenants.struct_value.fields.items()}


def _entry(value: struct_pb2.Value) -> Any:
    spec, is_secret = unwrapped(value)
    if spec.WhichOneof("kind") != "struct_value":
        return decoded(spec)
    fields = {key: unwrapped(row) for key, row in spec.struct_value.fields.items()}
    return {key: Secret(decoded(row)) if is_secret or is_own else decoded(row) for key, (row, is_own) in fields.items()}
