"""The HTTP server: requests in; responses, dropped connections or silence out. It also serves the control API.

The control API is for programs in other processes, and is never logged. Its requests are listed in ``ACTIONS``. Bodies
contain the arguments of the ``Tenant`` method of that name, or a tenant's ``settings``, ``foreign`` and options. Bodies
and responses are JSON; a mistake is a 400 with the reason in ``error``, an unknown tenant a 404.
"""

import asyncio
import dataclasses
import json
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from auth0_sessions.sandbox import api
from auth0_sessions.sandbox.answers import Answer, Silence
from auth0_sessions.sandbox.journal import Call, LoggedRequest
from auth0_sessions.sandbox.settings import Stored
from auth0_sessions.sandbox.tenant import Tenant, World

Action = Callable[[World, Any, dict[str, Any]], object]
Listener = Callable[[LoggedRequest], None]
METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
POLL_SECONDS = 0.02


class Protocol(H11Protocol):
    """HTTP/1.1 that gives its transport to the application, which can then drop the connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Add the transport to the ``state`` of every request on this connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def application(world: World, listener: Listener | None) -> Starlette:
    """Return the application, which logs each request, waits for the latency, and sends the tenant's response."""

    async def serve(request: Request) -> ASGIApp:
        call = _call(request, await request.body())
        logged = call.logged(world.clock())
        with world.lock:
            world.log.append(logged)
            tenant = world.tenants.get(call.tenant)
        if tenant and tenant.latency_seconds:
            await asyncio.sleep(tenant.latency_seconds)
        with world.lock:
            outcome = api.respond(world, call)
            logged.status = outcome.status if isinstance(outcome, Answer) else None
        if listener is not None:
            listener(logged)
        if isinstance(outcome, Silence):
            return _unanswered(outcome, world)
        return Response(outcome.body, outcome.status, dict(outcome.headers))

    return Starlette(routes=[*_door(world), Route("/{path:path}", serve, methods=METHODS)])


def _call(request: Request, body: bytes) -> Call:
    tenant, _, rest = request.url.path.removeprefix("/").partition("/")
    return Call(
        tenant=tenant,
        method=request.method,
        path=f"/{rest}",
        query=dict(request.query_params),
        headers=dict(request.headers),
        body=body,
        connection="{}:{}".format(*request.client) if request.client else "",
    )


def _unanswered(silence: Silence, world: World) -> ASGIApp:
    """Close the connection, or leave it open until the client or the server gives up."""

    async def wait(scope: Scope, receive: Receive, _send: Send) -> None:
        request = Request(scope, receive)
        while not await request.is_disconnected():
            if silence is Silence.DROP or world.stopping:
                scope["state"]["transport"].abort()
            await asyncio.sleep(POLL_SECONDS)

    return wait


def _door(world: World) -> list[Route]:
    """Return the control API's routes."""

    def route(method: str, path: str, action: Action) -> Route:
        async def endpoint(request: Request) -> Response:
            name = request.path_params.get("name", request.query_params.get("tenant"))
            try:
                body = json.loads(await request.body() or b"{}")
                with world.lock:
                    result = action(world, name, body)
            except LookupError as error:
                return JSONResponse({"error": f"there is no tenant {error}"}, 404)
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


ACTIONS: dict[tuple[str, str], Action] = {
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
