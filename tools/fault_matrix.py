"""What each verb does under each sandbox fault: the table that the tests check and the documentation shows."""

from __future__ import annotations

from collections.abc import Mapping

SURVIVED = "survived"

CALLS: Mapping[str, frozenset[str]] = {
    "create": frozenset({"token", "get", "patch"}),
    "read": frozenset({"token", "get"}),
    "update": frozenset({"token", "patch"}),
    "delete, restore": frozenset({"token", "patch"}),
    "delete, reset": frozenset({"token", "patch"}),
    "delete, retain": frozenset(),
}
"""Verb -> the operations that it calls, in its own process."""

ATTEMPTS = {
    "token": "could not get a Management API token",
    "get": "could not read the session settings",
    "patch": "could not write the session settings",
}
SCOPES = {"get": "read:tenant_settings", "patch": "update:tenant_settings"}


_ANSWER = (
    "Check that {tenant} is the tenant's own domain, that no proxy answers in its place, and that "
    "https://status.auth0.com shows no outage; then try again."
)
_NETWORK = "Check the spelling of the domain, the network and the proxy settings; then try again."
_OUTAGE = "The service failed, which is usually temporary: try again later, and see https://status.auth0.com."
_CLIENT = (
    "Check {source}: both belong to one machine-to-machine application. An application that uses Private Key JWT has "
    "no secret: set its private key instead. After a rotation: `pulumi refresh` and `pulumi destroy` use the "
    "configuration of the last `pulumi up`, unless run with --run-program."
)
_NEEDED = "read:tenant_settings and, to write, update:tenant_settings"
_IN_USE = "The token came from {source}: check that it is a Management API token of this tenant and has not expired."
_CLOSED = f": the connection was closed before the answer was complete. {_NETWORK}"

_BUSY = {
    fault: f"It was not tried again: the tenant asks to wait {wait} s, longer than is left of the 120 s limit. "
    "Try again later, or reduce other traffic to this tenant's API."
    for fault, wait in {"429": 1, "429-retry-after": 2}.items()
}

AT_CALL = {
    **{fault: f" (429 too_many_requests): Global limit has been reached. {busy}" for fault, busy in _BUSY.items()},
    "500": f" (500 internal_error): Internal error. {_OUTAGE}",
    "502": f" (502): Bad gateway. {_OUTAGE}",
    "503": f" (503): Service unavailable. {_OUTAGE}",
    "html-200": f": got HTTP 200 with a non-JSON body (text/html). {_ANSWER}",
    "html-503": f": got HTTP 503 with a non-JSON body (text/html). {_OUTAGE}",
    "401-expired": f" (401): Expired token received for JSON Web Token validation. {_IN_USE}",
    "401-invalid": f" (401): Invalid token. {_IN_USE}",
    "403-scope": (
        f" (403 insufficient_scope): Insufficient scope, expected any of: {{scope}}. Grant {_NEEDED} of the Auth0 "
        "Management API to the application; the credentials came from {source}."
    ),
    "400": (
        " (400 invalid_body): Payload validation error: 'Value 20160 is greater than maximum 8760' on property "
        "session_lifetime (Login session lifetime, how long the session will stay valid (unit: hours)). Correct "
        "the value that is named; what a tenant accepts may depend on its plan."
    ),
    "redirect": f": got a redirect to 127.0.0.1, which is not followed so that no token leaves the tenant. {_ANSWER}",
    "drop-before": _CLOSED,
    "hang": f": no answer in time. {_NETWORK}",
    "drop-after": _CLOSED,
    "truncated-json": f": got HTTP 200 with a non-JSON body (application/json). {_ANSWER}",
    "wrong-types": (
        ": {unusable}. Correct it in the Dashboard or through the Management API, or remove it from the program."
    ),
    "not-an-object": f": got an answer that is not a JSON object. {_ANSWER}",
}
"""Each fault of the sandbox, by its name there: the end of the error if it persists at a read or a write."""

AT_LOGIN = {
    **AT_CALL,
    "403-scope": (
        ' (403 access_denied): Client is not authorized to access "{tenant}/api/v2/". You need to create a '
        '"client-grant" associated to this API. See: '
        "https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants. Authorize the application for the "
        f"Auth0 Management API with {_NEEDED}. The credentials came from {{source}}."
    ),
    "400": f" (400 invalid_request): Missing required parameter: grant_type. {_CLIENT}",
    **{fault: f" (429 too_many_requests): Rate limit exceeded. {busy}" for fault, busy in _BUSY.items()},
    **dict.fromkeys(
        ("401-expired", "401-invalid"),
        f" (401 access_denied): Unauthorized. {_CLIENT}",
    ),
    **dict.fromkeys(("wrong-types", "not-an-object"), f": got an answer without a usable access_token. {_ANSWER}"),
}
"""The same at the login."""

DONE = {"html-200", "truncated-json", "wrong-types", "not-an-object"}
"""The faults whose status is 2xx, so that a write is done whatever comes with it."""

FINAL_AT_CALL = {"403-scope", "400", "redirect", "wrong-types"}
FINAL_AT_LOGIN = {*FINAL_AT_CALL, "401-expired", "401-invalid"} - {"wrong-types"}
"""The faults that fail a verb although they occur only once."""

REFUSALS = {*FINAL_AT_LOGIN, "429", "429-retry-after"} - {"redirect"}
"""The faults after which a write is known to have changed nothing."""
NOT_PUT_BACK = (
    " The write may have taken effect, and restoring the earlier values also failed. The tenant may have {written}; it "
    "had {earlier}. Run `pulumi refresh` before the next `pulumi up`. If the resource is new, restore the earlier "
    "values in the Dashboard first: the next run records what the tenant has then as its earlier values."
)


def expected(verb: str, fault: str, operation: str, *, stays: bool) -> str:
    """Return what a verb ends with: `SURVIVED`, or its error.

    In an error, `{tenant}` stands for the domain, `{source}` for the place of the credentials, `{written}` for what the
    tenant may have, `{earlier}` for what it had, and `{unusable}` for the values that it reports. `operation` is the
    one that meets the fault.
    """
    endings, final = (AT_LOGIN, FINAL_AT_LOGIN) if operation == "token" else (AT_CALL, FINAL_AT_CALL)
    if operation not in CALLS[verb] or not (stays or fault in final) or (operation == "patch" and fault in DONE):
        return SURVIVED
    if operation == "get" and fault == "wrong-types":
        return f"{{tenant}}{endings[fault]}"
    lost = NOT_PUT_BACK if operation == "patch" and stays and fault not in REFUSALS else ""
    return f"{{tenant}}: {ATTEMPTS[operation]}{endings[fault].replace('{scope}', SCOPES.get(operation, ''))}{lost}"
