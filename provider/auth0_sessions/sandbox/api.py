"""A tenant's responses: one function for each operation, without any networking."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from auth0_sessions.sandbox import answers, faults, tokens
from auth0_sessions.sandbox.answers import Answer, RefusalError, as_json, reject
from auth0_sessions.sandbox.faults import Fault
from auth0_sessions.sandbox.journal import Call
from auth0_sessions.sandbox.schema import ANSWER_KEYS, Schema, problems
from auth0_sessions.sandbox.tenant import API_PATH, Tenant, World

GRANT = "client_credentials"
_SWITCH = Schema("string", choices=("true", "false"))
_QUERY = Schema("object", members={"fields": Schema("string"), "include_fields": _SWITCH})


def respond(world: World, call: Call) -> Answer | Fault:
    """Respond to one request, or return the fault that leaves it without a response. The caller holds the lock."""
    tenant, operation, now = world.tenants.get(call.logged.tenant), call.operation, world.clock()
    if tenant is None or not operation:
        message = f"No such tenant or endpoint: {call.logged.method} {call.logged.path}"
        return answers.management_error(404, message)
    rule = faults.meet(tenant.faults, operation)
    if rule is not None and not rule.takes_effect:
        return rule.use(rule.instead(operation, tenant.domain + API_PATH, now))
    answer = _answer(world, tenant, call, now)
    if rule is not None and answer.status == HTTPStatus.OK:
        return rule.use(rule.spoiled(answer))
    return answer


def _answer(world: World, tenant: Tenant, call: Call, now: float) -> Answer:
    """Return the answer of a tenant that has no fault."""
    allowed, headers = tenant.take(call.operation, now)
    if not allowed:
        return answers.too_many_requests(call.operation).adding(headers)
    try:
        return _perform(world, tenant, call, now).adding(headers)
    except RefusalError as refusal:
        return refusal.answer.adding(headers)


def _perform(world: World, tenant: Tenant, call: Call, now: float) -> Answer:
    # The address that the client used for the tenant: its domain, or the same with `localhost`.
    base = f"http://{call.headers.get('host')}/{tenant.name}"
    if call.operation == "token":
        return _token(tenant, call.body if isinstance(call.body, dict) else {}, base, now)
    scope = tokens.SCOPES[call.operation]
    tokens.authorize(call.headers.get("authorization"), world.key, base + API_PATH, scope, now)
    if call.operation == "get":
        return as_json(200, _get(tenant, call.logged.query, now))
    return as_json(200, tenant.write(call.raw, now))


def _get(tenant: Tenant, query: Mapping[str, str], now: float) -> dict[str, Any]:
    fields = query.get("fields", "")
    names = {name for name in fields.split(",") if name}
    wrong = list(problems(_QUERY, query))
    if not names <= set(ANSWER_KEYS):
        wrong.append(f"'String does not match pattern ^(({'|'.join(ANSWER_KEYS)}),?)*$: {fields}' on property fields.")
    if wrong:
        reject(f"Query validation error: {wrong[0]}", "invalid_query_string")
    include = query.get("include_fields") != "false"
    return {name: value for name, value in tenant.read(now).items() if not names or (name in names) is include}


def _token(tenant: Tenant, body: Mapping[str, Any], base: str, now: float) -> Answer:
    proof = "client_assertion" if "client_assertion" in body else "client_secret"
    for name in ("grant_type", "client_id", proof, "audience"):
        if not isinstance(body.get(name), str) or not body[name]:
            return answers.token_error(400, "invalid_request", f"Missing required parameter: {name}")
    if body["grant_type"] != GRANT:
        description = f"Grant type '{body['grant_type']}' not allowed for the client."
        more = {"error_uri": "https://auth0.com/docs/clients/client-grant-types"}
        return answers.token_error(403, "unauthorized_client", description, **more)
    if not tenant.knows(body, base, now):
        return answers.token_error(401, "access_denied", "Unauthorized")
    if body["audience"] != base + API_PATH:
        return answers.token_error(403, "access_denied", f"Service not enabled within domain: {body['audience']}")
    if not tenant.scopes:
        return answers.no_client_grant(body["audience"])
    granted = {
        "access_token": tenant.issue_token(base=base),
        "scope": " ".join(tenant.scopes),
        "expires_in": int(tenant.token_seconds),
        "token_type": "Bearer",
    }
    return as_json(200, granted)
