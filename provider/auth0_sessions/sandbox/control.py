"""The control API, for programs in other processes; it is never logged.

Its requests are listed in ``ACTIONS``. Bodies contain the arguments of the ``Tenant`` method of that name, or a
tenant's ``settings``, ``foreign`` and options. Bodies and responses are JSON; a mistake is a 400 with the reason in
``error``, an unknown tenant a 404.
"""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from auth0_sessions.sandbox.settings import Stored
from auth0_sessions.sandbox.tenant import Tenant, World


def routes(world: World) -> list[Route]:
    """Return the control API's routes."""

    def route(method: str, path: str, action: Callable[[World, Any, dict[str, Any]], object]) -> Route:
        async def endpoint(request: Request) -> JSONResponse:
            name = request.path_params.get("name", request.query_params.get("tenant"))
            try:
                body = json.loads(await request.body() or b"{}")
                with world.lock:
                    result = action(world, name, body)
            except LookupError as error:
                return JSONResponse({"error": f"unknown tenant {error}"}, 404)
            except (ValueError, TypeError, AttributeError) as error:
                return JSONResponse({"error": str(error)}, 400)
            return JSONResponse({} if result is None else result)

        return Route(f"/.sandbox/{path}", endpoint, methods=[method])

    return [route(method, path, action) for (method, path), action in ACTIONS.items()]


def _described(tenant: Tenant) -> dict[str, Any]:
    return {**tenant.model_dump(mode="json"), "settings": tenant.settings, "foreign": tenant.foreign}


def _put(world: World, name: str, body: dict[str, Any]) -> object:
    return _described(world.add_tenant(name, replace=True, **body))


def _patch(world: World, name: str, body: dict[str, Any]) -> object:
    tenant = world.tenants[name]
    settings = body.pop("settings", {})
    options = {**tenant.model_dump(exclude={"name", "domain"}), **body}
    Tenant(world, Stored(), name=name, domain=tenant.domain, **options)  # Reject bad values before changing anything.
    tenant.dashboard(**settings)
    for option, value in body.items():
        setattr(tenant, option, value)
    return _described(tenant)


ACTIONS: dict[tuple[str, str], Callable[[World, Any, dict[str, Any]], object]] = {
    ("GET", "requests"): lambda world, name, _: [
        dataclasses.asdict(entry) for entry in world.log if name in (None, entry.tenant)
    ],
    ("DELETE", "requests"): lambda world, *_: world.clear_requests(),
    ("POST", "reset"): lambda world, *_: world.reset(),
    ("PUT", "tenants/{name}"): _put,
    ("PATCH", "tenants/{name}"): _patch,
    ("GET", "tenants/{name}"): lambda world, name, _: _described(world.tenants[name]),
    ("POST", "tenants/{name}/clients"): lambda world, name, body: world.tenants[name].add_client(**body),
    ("POST", "tenants/{name}/tokens"): lambda world, name, body: {
        "access_token": world.tenants[name].issue_token(**body)
    },
    ("POST", "tenants/{name}/faults"): lambda world, name, body: world.tenants[name].fault(**body),
}
