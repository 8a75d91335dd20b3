"""What a tenant stores and how it shows it: lifetimes are stored in minutes and shown in hours.

Sources: recorded responses. Minutes are shown as minutes / 60 in a plain double, without a fraction if whole; a key
that was never written is absent; a PATCH merges at the top level, and ``flags`` member by member. Whether it merges
``sessions`` is not known, so a tenant replaces it by default.
"""

import copy
import json
from collections.abc import Collection, Mapping
from typing import Any

from auth0_sessions.sandbox import schema
from auth0_sessions.sandbox.schema import LIFETIME_KEYS, LIFETIMES, MINUTES_PER_HOUR, Rule, problems

VERSIONS = ["22", "18"]
COOKIE = "session_cookie_mode"
ANONYMOUS = "anonymous_session_lifetime"

SESSION_SETTINGS: dict[str, Rule] = {
    **{name: schema.lifetime_rule(name + schema.MINUTES_SUFFIX) for name in LIFETIMES},
    COOKIE: schema.COOKIE_MODE,
    ANONYMOUS: schema.ANONYMOUS_LIFETIME,
}
"""The settings on the Dashboard's session page: lifetimes in minutes, and the cookie mode."""

_FOREIGN = """{
  "allowed_logout_urls": [], "acr_values_supported": [], "default_audience": "", "default_directory": "",
  "change_password": {"enabled": false}, "guardian_mfa_page": {"enabled": false}, "enabled_locales": ["de", "fr"],
  "flags": {
    "allow_changing_enable_sso": false, "disable_clickjack_protection_headers": false, "disable_impersonation": true,
    "enable_dynamic_client_registration": true, "enable_public_signup_user_exists_error": true, "enable_sso": true,
    "revoke_refresh_token_grant": false, "universal_login": true
  },
  "friendly_name": "My Test Tenant", "picture_url": "https://mycompany.org/logo.png",
  "support_email": "support@mycompany.org", "support_url": "https://mycompany.org/support",
  "sandbox_version": "18", "mtls": {"enable_endpoint_aliases": true}, "phone_consolidated_experience": false,
  "sessions": {"oidc_logout_prompt_enabled": true},
  "oidc_logout": {"rp_logout_end_session_endpoint_discovery": false},
  "allow_organization_name_in_authentication_api": true, "customize_mfa_in_postlogin_action": true,
  "pushed_authorization_requests_supported": false, "client_id_metadata_document_supported": true,
  "resource_parameter_profile": "audience", "dynamic_client_registration_security_mode": "permissive",
  "universal_login": {"colors": {"page_background": "#FF4F40", "primary": "#2A2E35"}}
}"""
"""A recorded tenant's settings, except its login sessions."""


def as_hours(minutes: int) -> float:
    """Return minutes as hours, an ``int`` when whole: 181 -> 3.0166666666666666, 60 -> 1."""
    whole, rest = divmod(minutes, MINUTES_PER_HOUR)
    return minutes / MINUTES_PER_HOUR if rest else whole


class Stored:
    """One tenant's settings, by response key; lifetimes are in minutes."""

    def __init__(self, foreign: Mapping[str, Any] | None = None) -> None:
        """Start with a recorded tenant's settings other than login sessions, or with given ones."""
        self._values: dict[str, Any] = json.loads(_FOREIGN) if foreign is None else copy.deepcopy(dict(foreign))

    @property
    def foreign(self) -> dict[str, Any]:
        """Return a copy of everything except the four lifetimes and the cookie mode."""
        own = {*LIFETIMES, "session_cookie"}
        return {name: copy.deepcopy(value) for name, value in self._values.items() if name not in own}

    def shown(self) -> dict[str, Any]:
        """Return the complete settings object for a response."""
        hours = {name: as_hours(self._values[name]) for name in LIFETIMES if name in self._values}
        return {**copy.deepcopy(self._values), **hours}

    def summary(self) -> dict[str, Any]:
        """Return the session settings that are set: minutes and the cookie mode's text."""
        anonymous = (self._values.get("sessions") or {}).get("anonymous") or {}
        found = {
            **{name: self._values.get(name) for name in LIFETIMES},
            COOKIE: (self._values.get("session_cookie") or {}).get("mode"),
            ANONYMOUS: anonymous.get("lifetime_in_minutes"),
        }
        return {name: value for name, value in found.items() if value is not None}

    def merge(self, body: Mapping[str, Any], caps_minutes: Mapping[str, int], merged: Collection[str]) -> None:
        """Apply a checked PATCH body.

        A lifetime above its cap in ``caps_minutes`` is stored as the cap; objects named in ``merged`` keep the members
        that the body does not contain.
        """
        for key, value in body.items():
            if key in LIFETIME_KEYS:
                name, unit_minutes = LIFETIME_KEYS[key]
                minutes = int(value) * unit_minutes
                self._values[name] = min(minutes, caps_minutes.get(name, minutes))
            elif value is None:
                self._values.pop(key, None)
            elif key in merged:
                self._values[key] = {**self._values.get(key, {}), **copy.deepcopy(value)}
            else:
                self._values[key] = copy.deepcopy(value)

    def assign(self, changes: Mapping[str, Any]) -> None:
        """Set session settings as the Dashboard does, in minutes; None unsets one. All or nothing."""
        for name, value in changes.items():
            if name not in SESSION_SETTINGS:
                message = f"{name!r} is not a session setting; use {', '.join(SESSION_SETTINGS)}"
                raise ValueError(message)
            for problem in problems(SESSION_SETTINGS[name], value, name) if value is not None else ():
                raise ValueError(problem)
        for name, value in changes.items():
            place, key, shown = self._values, name, int(value) if isinstance(value, float) else value
            if name == COOKIE:
                key, shown = "session_cookie", value and {"mode": value}
            elif name == ANONYMOUS:
                place = self._values.setdefault("sessions", {}).setdefault("anonymous", {})
                key = "lifetime_in_minutes"
            place[key] = shown
            if value is None:
                del place[key]
