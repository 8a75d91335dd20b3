"""The keys of a tenant's settings, what a PATCH may write to each, and a validator that behaves like z-schema.

The Management API validates bodies with z-schema. This validator uses the same messages and order: an object's own
problems first, then those of its members, last member first.

Sources: the Management API's OpenAPI document and the types of Auth0's SDKs for keys, types and minima; the refusals
that users quoted in issues for descriptions and for the hard maximum of 8760 hours. The maximum of idle lifetimes is
inferred by analogy; the message for "both units in one body" is this sandbox's own.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from auth0_sessions.sandbox.answers import reject

MINUTES_SUFFIX = "_in_minutes"
MINUTES_PER_HOUR = 60
YEAR_MINUTES = 525_600
IDLE_MAXIMUM_MINUTES = 144_000
_TYPES = {type(None): "null", bool: "boolean", int: "integer", str: "string", list: "array", dict: "object"}


@dataclass(frozen=True, slots=True)
class Schema:
    """What a value may be: its JSON types and, if applicable, its range, choices and members."""

    types: str
    """Separated by commas, as in a message."""
    description: str = ""
    choices: tuple[str, ...] = ()
    maximum: float = math.inf
    members: Mapping[str, "Schema"] | None = None
    required: tuple[str, ...] = ()


def problems(schema: Schema, value: Any, path: str = "") -> Iterator[str]:
    """Yield a message for every problem with a value; the body itself has no path."""
    where = f" on property {path}" if path else ""
    what = f" ({schema.description})" if schema.description else ""
    yield from (f"'{reason}'{where}{what}." for reason in _reasons(schema, value, json_type(value)))
    members = schema.members or {}
    for name in reversed(value) if isinstance(value, dict) else ():
        if name in members:
            yield from problems(members[name], value[name], f"{path}.{name}".lstrip("."))


def json_type(value: object) -> str:
    """Return the JSON type as z-schema names it: a number without a fraction is an integer."""
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    return _TYPES[type(value)]


def _reasons(schema: Schema, value: Any, found: str) -> Iterator[str]:
    if found not in schema.types.split(","):
        yield f"Expected type {schema.types} but found type {found}"
    elif found == "object":
        if schema.members is not None and (unknown := [name for name in value if name not in schema.members]):
            yield f"Additional properties not allowed: {','.join(unknown)}"
        yield from (f"Missing required property: {name}" for name in schema.required if name not in value)
    elif schema.choices and value not in schema.choices:
        yield f"No enum match for: {value}"
    elif found == "integer" and value < 1:
        yield f"Value {int(value)} is less than minimum 1"
    elif found == "integer" and value > schema.maximum:
        yield f"Value {int(value)} is greater than maximum {schema.maximum}"


LIFETIMES = {
    "session_lifetime": "Login session lifetime, how long the session will stay valid (unit: {unit})",
    "idle_session_lifetime": (
        "Force a user to login after they have been inactive for the specified number (unit: {unit})"
    ),
    "ephemeral_session_lifetime": "Number of {unit} an ephemeral (non-persistent) session will stay valid",
    "idle_ephemeral_session_lifetime": (
        "Number of {unit} for which an ephemeral (non-persistent) session can be inactive before the user must log in "
        "again"
    ),
}
"""Each lifetime, with the validator's description."""

IDLE = {"idle_session_lifetime", "idle_ephemeral_session_lifetime"}
"""The inactivity timeouts."""

LIFETIME_KEYS: dict[str, tuple[str, int]] = {
    **{name: (name, MINUTES_PER_HOUR) for name in LIFETIMES},
    **{name + MINUTES_SUFFIX: (name, 1) for name in LIFETIMES},
}
"""Each key for a lifetime in a PATCH body: which lifetime, and the minutes per unit."""


COOKIE_MODE = Schema("string", choices=("persistent", "non-persistent"))
ANONYMOUS_LIFETIME = Schema("integer", "Anonymous session lifetime, in minutes", maximum=YEAR_MINUTES)
_COOKIE = Schema("object,null", "Session cookie configuration", members={"mode": COOKIE_MODE}, required=("mode",))
_PLAIN = {
    "boolean": """
        client_id_metadata_document_dynamic_registration_supported client_id_metadata_document_supported
        dpop_strict_refresh_token_binding enable_ai_guide include_session_metadata_in_tenant_logs
        phone_consolidated_experience
    """,
    "boolean,null": """
        allow_organization_name_in_authentication_api authorization_response_iss_parameter_supported
        customize_mfa_in_postlogin_action pushed_authorization_requests_supported
        skip_non_verifiable_callback_uri_confirmation_prompt
    """,
    "string": """
        default_audience default_directory default_redirection_uri dynamic_client_registration_security_mode
        friendly_name legacy_sandbox_version picture_url resource_parameter_profile sandbox_version support_email
        support_url
    """,
    "array": "allowed_logout_urls enabled_locales",
    "array,null": "acr_values_supported",
    "object": "flags oidc_logout",
    "object,null": """
        access_token change_password country_codes default_token_quota device_flow error_page guardian_mfa_page mtls
        security_headers universal_login
    """,
}
_ANONYMOUS = Schema("object", members={"lifetime_in_minutes": ANONYMOUS_LIFETIME, "activate_cookie": Schema("boolean")})
_SESSIONS = Schema(
    "object,null",
    "Sessions related settings for tenant",
    members={"oidc_logout_prompt_enabled": Schema("boolean"), "anonymous": _ANONYMOUS},
)
FOREIGN: dict[str, Schema] = {
    **{name: Schema(types) for types, names in _PLAIN.items() for name in names.split()},
    "sessions": _SESSIONS,
}
"""Each key that is neither a lifetime nor the cookie, with its schema: the type alone, except for ``sessions``."""

ANSWER_KEYS = (*LIFETIMES, "session_cookie", *FOREIGN, "sandbox_versions_available")
"""The keys of a response, and so the values allowed in ``fields``: never a key in minutes."""


def lifetime_schema(key: str, cap_minutes: int = YEAR_MINUTES) -> Schema:
    """Return the schema for a lifetime's key; a cap that the tenant enforces lowers its maximum."""
    name, unit_minutes = LIFETIME_KEYS[key]
    description = LIFETIMES[name].format(unit="minutes" if unit_minutes == 1 else "hours")
    maximum = min(cap_minutes, IDLE_MAXIMUM_MINUTES if name in IDLE else YEAR_MINUTES) // unit_minutes
    return Schema("integer", description, maximum=maximum)


def check_body(raw: bytes, caps_minutes: Mapping[str, int]) -> dict[str, Any]:
    """Return the JSON of a PATCH body, or reject it with the first problem that the API would report."""
    try:
        body = json.loads(raw)
    except ValueError:
        reject("Invalid request payload JSON format")
    lifetimes = {
        key: lifetime_schema(key, caps_minutes.get(name, YEAR_MINUTES)) for key, (name, _) in LIFETIME_KEYS.items()
    }
    schema = Schema("object", members={**FOREIGN, "session_cookie": _COOKIE, **lifetimes})
    for problem in ["'Too few properties defined (0), minimum 1'."] if body == {} else problems(schema, body):
        reject(f"Payload validation error: {problem}", "invalid_body")
    for name in LIFETIMES:
        if {name, name + MINUTES_SUFFIX} <= body.keys():
            problem = f"'Only one of {name} and {name}{MINUTES_SUFFIX} can be set'."
            reject(f"Payload validation error: {problem}", "invalid_body")
    return dict(body)
