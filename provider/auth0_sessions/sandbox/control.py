"""The control door, for programs in other processes, apart from the API and never logged.

=======================================  =================================================================
``GET /.sandbox/requests[?tenant=NAME]`` the log
``DELETE /.sandbox/requests``            forget the log
``POST /.sandbox/reset``                 drop tenants, faults, tokens and log
``PUT /.sandbox/tenants/NAME``           create (or replace) a tenant: ``settings`` in minutes,
                                         ``foreign``, and options (``plan``, ``over_cap``, ...)
``PATCH /.sandbox/tenants/NAME``         options; ``settings`` as in the Dashboard, null un-sets
``GET /.sandbox/tenants/NAME``           everything that is stored, in minutes
``DELETE /.sandbox/tenants/NAME``        drop a tenant
``POST /.sandbox/tenants/NAME/clients``  register ``client_id``, ``client_secret``, ``scopes``
``POST /.sandbox/tenants/NAME/tokens``   issue a token: ``scopes``, ``seconds``
``POST /.sandbox/tenants/NAME/faults``   queue a fault: ``kind``, ``times``, ``operation``, ``after``
``DELETE /.sandbox/tenants/NAME/faults`` drop the faults
=======================================  =================================================================

Bodies and answers are JSON; a mistake is a 400 with one sentence under ``error``, an unknown tenant a 404.
"""

import dataclasses
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auth0_sessions.sandbox.state import World
from auth0_sessions.sandbox.tenant import OPTIONS, Tenant, add_tenant, check_options, set_options

Action = Callable[[World, Request, dict[str, Any]], object]


def routes(world: World) -> list[Route]:
    """Return the control door's routes."""
    return [
        Route(f"/.sandbox/{path}", _endpoint(world, action), methods=[method])
        for (method, path), action in ACTIONS.items()
    ]


def _endpoint(world: World, action: Action) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        raw = await request.body()
        try:
            body = json.loads(raw or b"{}")
            with world.lock:
                return JSONResponse(action(world, request, body))
        except LookupError as error:
            return JSONResponse({"error": f"there is no tenant {error}"}, 404)
        except (ValueError, TypeError, AttributeError) as error:
            return JSONResponse({"error": str(error)}, 400)

    return endpoint


def _tenant(world: World, request: Request) -> Tenant:
    return Tenant(world, world.tenants[request.path_params["name"]])


def _describe(tenant: Tenant) -> dict[str, Any]:
    options = {name: getattr(tenant, name) for name in OPTIONS}
    return {
        "name": tenant.name,
        "domain": tenant.domain,
        **options,
        "settings": tenant.settings,
        "foreign": tenant.foreign,
    }


def _read_requests(world: World, request: Request, _body: dict[str, Any]) -> object:
    entries = world.journal.entries(request.query_params.get("tenant"))
    return [dataclasses.asdict(entry) for entry in entries]


def _clear_requests(world: World, _request: Request, _body: dict[str, Any]) -> object:
    world.journal.clear()
    return {}


def _reset(world: World, _request: Request, _body: dict[str, Any]) -> object:
    world.reset()
    return {}


def _put_tenant(world: World, request: Request, body: dict[str, Any]) -> object:
    name = request.path_params["name"]
    replaced = world.tenants.pop(name, None)
    try:
        return _describe(add_tenant(world, name, **body))
    except (ValueError, TypeError, AttributeError):
        if replaced is not None:
            world.tenants[name] = replaced
        raise


def _patch_tenant(world: World, request: Request, body: dict[str, Any]) -> object:
    tenant = _tenant(world, request)
    options = {name: value for name, value in body.items() if name != "settings"}
    check_options(options)
    tenant.dashboard(**body.get("settings", {}))
    set_options(tenant, options)
    return _describe(tenant)


def _read_tenant(world: World, request: Request, _body: dict[str, Any]) -> object:
    return _describe(_tenant(world, request))


def _delete_tenant(world: World, request: Request, _body: dict[str, Any]) -> object:
    del world.tenants[request.path_params["name"]]
    return {}


def _add_client(world: World, request: Request, body: dict[str, Any]) -> object:
    _tenant(world, request).add_client(**body)
    return {}


def _issue_token(world: World, request: Request, body: dict[str, Any]) -> object:
    return {"access_token": _tenant(world, request).issue_token(**body)}


def _add_fault(world: World, request: Request, body: dict[str, Any]) -> object:
    _tenant(world, request).fault(**body)
    return {}


def _clear_faults(world: World, request: Request, _body: dict[str, Any]) -> object:
    _tenant(world, request).clear_faults()
    return {}


ACTIONS: dict[tuple[str, str], Action] = {
    ("GET", "requests"): _read_requests,
    ("DELETE", "requests"): _clear_requests,
    ("POST", "reset"): _reset,
    ("PUT", "tenants/{name}"): _put_tenant,
    ("PATCH", "tenants/{name}"): _patch_tenant,
    ("GET", "tenants/{name}"): _read_tenant,
    ("DELETE", "tenants/{name}"): _delete_tenant,
    ("POST", "tenants/{name}/clients"): _add_client,
    ("POST", "tenants/{name}/tokens"): _issue_token,
    ("POST", "tenants/{name}/faults"): _add_fault,
    ("DELETE", "tenants/{name}/faults"): _clear_faults,
}
