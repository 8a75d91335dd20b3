"""The rules of a PATCH body, one table row per key, refused in the words of the API's validator.

Sources: the Management API's OpenAPI document for keys, types and minima; the refusals that users quoted
in issues for the wording and for the hard maximum of 8760 hours. The idle maximum is set by analogy, so it
can be switched off; the words for "both units in one body" are a decision of this sandbox.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from auth0_sessions.sandbox.answers import bad_request

COOKIE_MODES = ("persistent", "non-persistent")
MINUTES_SUFFIX = "_in_minutes"
MINUTES_PER_HOUR = 60
ABSOLUTE_MAXIMUM_MINUTES = 525_600
IDLE_MAXIMUM_MINUTES = 144_000


@dataclass(frozen=True, slots=True)
class LifetimeRow:
    """One lifetime: whether it counts inactivity, and the validator's description of it."""

    idle: bool
    description: str


LIFETIMES: dict[str, LifetimeRow] = {
    "session_lifetime": LifetimeRow(
        idle=False, description="Login session lifetime, how long the session will stay valid"
    ),
    "idle_session_lifetime": LifetimeRow(
        idle=True,
        description="Force a user to login after they have been inactive for the specified number",
    ),
    "ephemeral_session_lifetime": LifetimeRow(
        idle=False, description="How long an ephemeral (non-persistent) session will stay valid"
    ),
    "idle_ephemeral_session_lifetime": LifetimeRow(
        idle=True,
        description="How long an ephemeral (non-persistent) session can be inactive before a new login",
    ),
}

LIFETIME_KEYS: dict[str, tuple[str, int]] = {
    **{name: (name, MINUTES_PER_HOUR) for name in LIFETIMES},
    **{name + MINUTES_SUFFIX: (name, 1) for name in LIFETIMES},
}
"""Each key of a PATCH body that holds a lifetime: which one, and how many minutes its unit has."""

FOREIGN_KEYS: dict[str, tuple[str, ...]] = {
    "acr_values_supported": ("array", "null"),
    "allow_organization_name_in_authentication_api": ("boolean",),
    "allowed_logout_urls": ("array",),
    "change_password": ("object", "null"),
    "client_id_metadata_document_supported": ("boolean",),
    "country_codes": ("object", "null"),
    "customize_mfa_in_postlogin_action": ("boolean",),
    "default_audience": ("string",),
    "default_directory": ("string",),
    "default_redirection_uri": ("string",),
    "default_token_quota": ("object", "null"),
    "dynamic_client_registration_security_mode": ("string",),
    "enabled_locales": ("array",),
    "error_page": ("object", "null"),
    "flags": ("object",),
    "friendly_name": ("string",),
    "guardian_mfa_page": ("object", "null"),
    "include_session_metadata_in_tenant_logs": ("boolean",),
    "mtls": ("object", "null"),
    "oidc_logout": ("object",),
    "phone_consolidated_experience": ("boolean",),
    "picture_url": ("string",),
    "pushed_authorization_requests_supported": ("boolean",),
    "resource_parameter_profile": ("string",),
    "sandbox_version": ("string",),
    "sessions": ("object", "null"),
    "skip_non_verifiable_callback_uri_confirmation_prompt": ("boolean", "null"),
    "support_email": ("string",),
    "support_url": ("string",),
    "universal_login": ("object", "null"),
}
"""Each key that is none of this package's settings, with the JSON types that it takes."""

ANSWER_KEYS = (*LIFETIMES, "session_cookie", *FOREIGN_KEYS, "sandbox_versions_available")
"""What an answer can hold, and so what ``fields`` may name: never a key in minutes."""


def maxima(*, idle_maximum: bool) -> dict[str, int]:
    """Return the hard maximum of each lifetime, in minutes; idle ones have none when switched off."""
    absolute = {name: ABSOLUTE_MAXIMUM_MINUTES for name, row in LIFETIMES.items() if not row.idle}
    idle = {name: IDLE_MAXIMUM_MINUTES for name, row in LIFETIMES.items() if row.idle}
    return {**absolute, **idle} if idle_maximum else absolute


def json_type(value: object) -> str:
    """Name the JSON type as the validator does: a number without a fraction is an integer."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    names = {int: "integer", str: "string", list: "array", dict: "object"}
    return names[type(value)]


def parse_body(raw: bytes) -> object:
    """Return the JSON value of a body, or refuse it."""
    try:
        return json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        message = "Invalid request payload JSON format"
        raise bad_request(message) from error


def check_body(body: object, maxima_minutes: Mapping[str, int]) -> dict[str, Any]:
    """Return the body if a PATCH may carry it, else refuse it for the first reason found."""
    if not isinstance(body, dict):
        refuse(f"Expected type object but found type {json_type(body)}")
    if not body:
        refuse("Too few properties defined (0), minimum 1")
    for key in body:
        if key not in LIFETIME_KEYS and key not in FOREIGN_KEYS and key != "session_cookie":
            refuse(f"Additional properties not allowed: {key}")
    for key, value in body.items():
        _check_member(key, value, maxima_minutes)
    for name in LIFETIMES:
        if name in body and name + MINUTES_SUFFIX in body:
            refuse(f"Only one of {name} and {name}{MINUTES_SUFFIX} can be set")
    return body


def refuse(reason: str, path: str = "", description: str = "") -> NoReturn:
    """Refuse a body with a 400 in the recorded wording; a fault of the body itself names no property."""
    where = f" on property {path}" if path else ""
    what = f" ({description})" if description else ""
    message = f"Payload validation error: '{reason}'{where}{what}."
    raise bad_request(message, "invalid_body")


def _no_constant(name: str) -> object:
    message = f"{name} is no JSON"
    raise ValueError(message)


def _check_member(key: str, value: object, maxima_minutes: Mapping[str, int]) -> None:
    if key in LIFETIME_KEYS:
        _check_lifetime(key, value, maxima_minutes)
    elif key == "session_cookie":
        _check_cookie(value)
    else:
        _check_type(value, FOREIGN_KEYS[key], key)


def _check_type(value: object, wanted: tuple[str, ...], path: str = "", description: str = "") -> None:
    found = json_type(value)
    if found not in wanted:
        names = wanted[0] if len(wanted) == 1 else json.dumps(wanted, separators=(",", ":"))
        refuse(f"Expected type {names} but found type {found}", path, description)


def _check_lifetime(key: str, value: Any, maxima_minutes: Mapping[str, int]) -> None:
    name, unit_minutes = LIFETIME_KEYS[key]
    unit = "minutes" if unit_minutes == 1 else "hours"
    description = f"{LIFETIMES[name].description} (unit: {unit})"
    _check_type(value, ("integer",), key, description)
    if value < 1:
        refuse(f"Value {int(value)} is less than minimum 1", key, description)
    if name in maxima_minutes and value > maxima_minutes[name] // unit_minutes:
        maximum = maxima_minutes[name] // unit_minutes
        refuse(f"Value {int(value)} is greater than maximum {maximum}", key, description)


def _check_cookie(value: object) -> None:
    path = "session_cookie"
    _check_type(value, ("object", "null"), path)
    if not isinstance(value, dict):
        return
    for key in value:
        if key != "mode":
            refuse(f"Additional properties not allowed: {key}", path)
    if "mode" not in value:
        refuse("Missing required property: mode", path)
    _check_type(value["mode"], ("string",), f"{path}.mode")
    if value["mode"] not in COOKIE_MODES:
        refuse(f"No enum match for: {value['mode']}", f"{path}.mode")
