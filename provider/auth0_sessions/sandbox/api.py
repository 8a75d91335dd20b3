"""What a tenant answers: one function for each operation, no network in it."""

import re
from http import HTTPStatus
from typing import NoReturn

from auth0_sessions.sandbox import answers, faults, schema
from auth0_sessions.sandbox.answers import Answer, RefusalError, Silence, bad_request
from auth0_sessions.sandbox.journal import Call
from auth0_sessions.sandbox.plans import OverCap
from auth0_sessions.sandbox.state import API_PATH, TenantState, World
from auth0_sessions.sandbox.tokens import READ_SCOPE, UPDATE_SCOPE, Token

GRANT = "client_credentials"
_LOCALHOST = re.compile(r"localhost(:\d+)?")


def respond(world: World, call: Call) -> Answer | Silence:
    """Answer one request, or say how it ends without an answer. The caller holds the lock."""
    tenant = world.tenants.get(call.tenant)
    if tenant is None or call.operation is None:
        message = f"No such tenant or endpoint: {call.method} /{call.tenant}{call.path}"
        return answers.management_error(HTTPStatus.NOT_FOUND, message)
    rule = tenant.faults.take(call.operation)
    if rule is None:
        return _real(world, tenant, call, call.operation)
    found = faults.instead(rule, call.operation, tenant.audience, world.clock())
    if found is None:
        return faults.afterwards(rule, _real(world, tenant, call, call.operation))
    if isinstance(found, Answer) and rule.kind in faults.FROM_API:
        return found.adding(tenant.take(call.operation, world.clock())[1])
    return found


def _real(world: World, tenant: TenantState, call: Call, operation: str) -> Answer:
    allowed, headers = tenant.take(operation, world.clock())
    try:
        answer = _perform(world, tenant, call, operation) if allowed else answers.too_many_requests(operation)
    except RefusalError as refusal:
        answer = refusal.answer
    return answer.adding(headers)


def _perform(world: World, tenant: TenantState, call: Call, operation: str) -> Answer:
    if operation == "token":
        return _token(world, tenant, call)
    scope = READ_SCOPE if operation == "get" else UPDATE_SCOPE
    world.vault.authorize(call.headers.get("authorization"), tenant.audience, scope, world.clock())
    return _get(tenant, call, world.clock()) if operation == "get" else _patch(tenant, call, world.clock())


def _get(tenant: TenantState, call: Call, now: float) -> Answer:
    shown = tenant.visible(now).shown(versions=True)
    names, include = _projection(call)
    if names:
        shown = {name: value for name, value in shown.items() if (name in names) is include}
    return answers.as_json(HTTPStatus.OK, shown)


def _projection(call: Call) -> tuple[set[str], bool]:
    """Return the names in ``fields`` and whether they are wanted or unwanted; refuse any other query."""
    for key in call.query:
        if key not in ("fields", "include_fields"):
            _refuse_query(f"Additional properties not allowed: {key}")
    fields = call.query.get("fields", "")
    names = {name for name in fields.split(",") if name}
    if not names <= set(schema.ANSWER_KEYS):
        pattern = f"^(({'|'.join(schema.ANSWER_KEYS)}),?)*$"
        _refuse_query(f"String does not match pattern {pattern}: {fields}", "fields")
    include = call.query.get("include_fields", "true")
    if include not in ("true", "false"):
        _refuse_query("Expected type boolean but found type string", "include_fields")
    return names, include == "true"


def _refuse_query(reason: str, path: str = "") -> NoReturn:
    where = f" on property {path}" if path else ""
    message = f"Query validation error: '{reason}'{where}."
    raise bad_request(message, "invalid_query_string")


def _patch(tenant: TenantState, call: Call, now: float) -> Answer:
    caps = {name: tenant.limits.cap_minutes(idle=row.idle) for name, row in schema.LIFETIMES.items()}
    maxima = schema.maxima(idle_maximum=tenant.idle_maximum)
    if tenant.over_cap is OverCap.REFUSE:
        maxima = {name: min(cap, maxima.get(name, cap)) for name, cap in caps.items()}
    body = schema.check_body(schema.parse_body(call.body), maxima)
    tenant.write(body, caps if tenant.over_cap is OverCap.CLAMP else {}, now)
    return answers.as_json(HTTPStatus.OK, tenant.stored.shown(versions=False))


def _token(world: World, tenant: TenantState, call: Call) -> Answer:
    body = _token_request(call)
    scopes = _granted(tenant, body["client_id"], body["client_secret"])
    if body["audience"] not in _audiences(tenant, call.headers.get("host", "")):
        description = f"Service not enabled within domain: {body['audience']}"
        raise RefusalError(answers.token_error(HTTPStatus.FORBIDDEN, "access_denied", description))
    if not scopes:
        raise RefusalError(answers.no_client_grant(body["audience"]))
    token = Token(tenant.audience, scopes, world.clock() + tenant.token_seconds)
    granted = {
        "access_token": world.vault.issue(token),
        "scope": " ".join(scopes),
        "expires_in": int(tenant.token_seconds),
        "token_type": "Bearer",
    }
    return answers.as_json(HTTPStatus.OK, granted)


def _token_request(call: Call) -> dict[str, str]:
    parsed = call.parsed()
    body = parsed if isinstance(parsed, dict) else {}
    for name in ("grant_type", "client_id", "client_secret", "audience"):
        if not isinstance(body.get(name), str) or not body[name]:
            description = f"Missing required parameter: {name}"
            raise RefusalError(answers.token_error(HTTPStatus.BAD_REQUEST, "invalid_request", description))
        if name == "grant_type" and body[name] != GRANT:
            description = f"Grant type '{body[name]}' not allowed for the client."
            more = {"error_uri": answers.GRANT_TYPE_DOCS}
            refusal = answers.token_error(HTTPStatus.FORBIDDEN, "unauthorized_client", description, **more)
            raise RefusalError(refusal)
    return body


def _granted(tenant: TenantState, client_id: str, client_secret: str) -> tuple[str, ...]:
    """Return a client's scopes; any client is known until the first one is registered."""
    if not tenant.clients:
        return tenant.scopes
    client = tenant.clients.get(client_id)
    if client is None or client.secret != client_secret:
        raise RefusalError(answers.token_error(HTTPStatus.UNAUTHORIZED, "access_denied", "Unauthorized"))
    return client.scopes


def _audiences(tenant: TenantState, host: str) -> set[str]:
    """Return the accepted audiences; a client that called ``localhost`` may name that."""
    canonical = tenant.domain.removeprefix("http://").removesuffix(f"/{tenant.name}")
    hosts = [canonical, host] if _LOCALHOST.fullmatch(host) else [canonical]
    return {f"{scheme}://{name}/{tenant.name}{API_PATH}" for scheme in ("http", "https") for name in hosts}
