"""A tenant's responses: one function for each operation, without any networking."""

from http import HTTPStatus

from auth0_sessions.sandbox import answers, faults, tokens
from auth0_sessions.sandbox.answers import Answer, RefusalError, Silence, bad_request
from auth0_sessions.sandbox.journal import OPERATIONS, Call
from auth0_sessions.sandbox.schema import ANSWER_KEYS, Rule, problems
from auth0_sessions.sandbox.tenant import API_PATH, Tenant, World

GRANT = "client_credentials"
_SWITCH = Rule(("string",), choices=("true", "false"))
_QUERY = Rule(("object",), members={"fields": Rule(("string",)), "include_fields": _SWITCH})


def respond(world: World, call: Call) -> Answer | Silence:
    """Respond to one request, or return how it ends without a response. The caller holds the lock."""
    tenant = world.tenants.get(call.tenant)
    operation = OPERATIONS.get((call.method, call.path))
    if tenant is None or operation is None:
        message = f"No such tenant or endpoint: {call.method} /{call.tenant}{call.path}"
        return answers.management_error(HTTPStatus.NOT_FOUND, message)
    rule = tenant.faults.meet(operation)
    if rule is None or rule.kind in faults.AFTER_EFFECT:
        answer = _real(world, tenant, call, operation)
        if rule is None or answer.status != HTTPStatus.OK:
            return answer
        tenant.faults.spend(rule)
        return faults.spoiled(rule.kind, answer)
    tenant.faults.spend(rule)
    found = faults.instead(rule, operation, tenant.domain + API_PATH, world.clock())
    if isinstance(found, Answer) and rule.kind in faults.FROM_API:
        return found.adding(tenant.take(operation, world.clock())[1])
    return found


def _real(world: World, tenant: Tenant, call: Call, operation: str) -> Answer:
    allowed, headers = tenant.take(operation, world.clock())
    try:
        answer = _perform(world, tenant, call, operation) if allowed else answers.too_many_requests(operation)
    except RefusalError as refusal:
        answer = refusal.answer
    return answer.adding(headers)


def _perform(world: World, tenant: Tenant, call: Call, operation: str) -> Answer:
    if operation == "token":
        return _token(tenant, call)
    scope = tokens.READ_SCOPE if operation == "get" else tokens.UPDATE_SCOPE
    audience = _base(call) + API_PATH
    tokens.authorize(call.headers.get("authorization"), world.key, audience, scope, world.clock())
    if operation == "get":
        return _get(tenant, call, world.clock())
    return answers.as_json(HTTPStatus.OK, tenant.write(call.body, world.clock()))


def _get(tenant: Tenant, call: Call, now: float) -> Answer:
    fields = call.query.get("fields", "")
    names = {name for name in fields.split(",") if name}
    wrong = list(problems(_QUERY, call.query))
    if not names <= set(ANSWER_KEYS):
        wrong.append(f"'String does not match pattern ^(({'|'.join(ANSWER_KEYS)}),?)*$: {fields}' on property fields.")
    if wrong:
        message = f"Query validation error: {wrong[0]}"
        raise bad_request(message, "invalid_query_string")
    include = call.query.get("include_fields") != "false"
    shown = {name: value for name, value in tenant.read(now).items() if not names or (name in names) is include}
    return answers.as_json(HTTPStatus.OK, shown)


def _token(tenant: Tenant, call: Call) -> Answer:
    body = _token_request(call)
    if not tenant.knows(body["client_id"], body["client_secret"]):
        return answers.token_error(HTTPStatus.UNAUTHORIZED, "access_denied", "Unauthorized")
    if body["audience"] != _base(call) + API_PATH:
        description = f"Service not enabled within domain: {body['audience']}"
        return answers.token_error(HTTPStatus.FORBIDDEN, "access_denied", description)
    if not tenant.scopes:
        return answers.no_client_grant(body["audience"])
    granted = {
        "access_token": tenant.issue_token(base=_base(call)),
        "scope": " ".join(tenant.scopes),
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
            more = {"error_uri": "https://auth0.com/docs/clients/client-grant-types"}
            refusal = answers.token_error(HTTPStatus.FORBIDDEN, "unauthorized_client", description, **more)
            raise RefusalError(refusal)
    return body


def _base(call: Call) -> str:
    """Return the address that the client used for the tenant: its domain, or the same with ``localhost``."""
    return f"http://{call.headers.get('host')}/{call.tenant}"
