"""The control API, for programs in other processes; it is never logged.

Its requests are listed in ``ACTIONS``. Bodies contain the arguments of the ``Tenant`` method of that name, or a
tenant's ``settings``, ``foreign`` and options. Bodies and responses are JSON; a mistake is a 400 with the reason in
``error``, an unknown tenant a 404.
"""

import dataclasses
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from auth0_sessions.sandbox.answers import Answer, as_json
from auth0_sessions.sandbox.tenant import Tenant, World

PREFIX = "/.sandbox/"


def respond(world: World, method: str, target: str, raw: bytes) -> Answer:
    """Respond to a request whose target begins with ``PREFIX``."""
    parts = urlsplit(target)
    path = parts.path.removeprefix(PREFIX)
    action = ACTIONS.get((method, re.sub("^tenants/[^/]+", "tenants/{name}", path)))
    if action is None:
        return as_json(404, {"error": f"unknown request; use {', '.join(map(' '.join, ACTIONS))}"})
    named = re.match("tenants/([^/]+)", path)
    name = named[1] if named else parse_qs(parts.query).get("tenant", [None])[0]
    try:
        with world.lock:
            result = action(world, name, json.loads(raw or b"{}"))
    except LookupError as error:
        return as_json(404, {"error": f"unknown tenant {error}"})
    except (ValueError, TypeError, AttributeError) as error:
        return as_json(400, {"error": str(error)})
    return as_json(200, {} if result is None else result)


def _described(tenant: Tenant) -> dict[str, Any]:
    return {**tenant.model_dump(mode="json"), "settings": tenant.settings, "foreign": tenant.foreign}


def _put(world: World, name: str, body: dict[str, Any]) -> object:
    return _described(world.add_tenant(name, replace=True, **body))


def _patch(world: World, name: str, body: dict[str, Any]) -> object:
    tenant = world.tenants[name]
    tenant.dashboard(**body.pop("settings", {}))
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
    ("DELETE", "tenants/{name}"): lambda world, name, _: world.tenants[name].delete(),
    ("POST", "tenants/{name}/clients"): lambda world, name, body: world.tenants[name].add_client(**body),
    ("POST", "tenants/{name}/tokens"): lambda world, name, body: {
        "access_token": world.tenants[name].issue_token(**body)
    },
    ("POST", "tenants/{name}/faults"): lambda world, name, body: world.tenants[name].fault(**body),
    ("POST", "tenants/{name}/answers"): lambda world, name, body: world.tenants[name].answer(**body),
}
