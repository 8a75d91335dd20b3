"""What a tenant stores, and how it shows it: minutes inside, hours in every answer.

Sources: recorded answers. Minutes come back as minutes / 60 in a plain double, printed without a fraction
when whole; a key that was never written is absent; a PATCH merges at the top level and ``flags`` member by
member.
"""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from auth0_sessions.sandbox.schema import COOKIE_MODES, LIFETIME_KEYS, LIFETIMES, MINUTES_PER_HOUR

VERSIONS = ["22", "18"]

_FOREIGN = """{
  "allowed_logout_urls": [],
  "acr_values_supported": [],
  "change_password": {"enabled": false},
  "default_audience": "",
  "default_directory": "",
  "enabled_locales": ["de", "fr"],
  "flags": {
    "allow_changing_enable_sso": false,
    "disable_impersonation": true,
    "enable_dynamic_client_registration": true,
    "enable_public_signup_user_exists_error": true,
    "enable_sso": true,
    "universal_login": true,
    "revoke_refresh_token_grant": false,
    "disable_clickjack_protection_headers": false
  },
  "friendly_name": "My Test Tenant",
  "guardian_mfa_page": {"enabled": false},
  "picture_url": "https://mycompany.org/logo.png",
  "sandbox_version": "18",
  "support_email": "support@mycompany.org",
  "support_url": "https://mycompany.org/support",
  "sessions": {"oidc_logout_prompt_enabled": true},
  "oidc_logout": {"rp_logout_end_session_endpoint_discovery": false},
  "allow_organization_name_in_authentication_api": true,
  "customize_mfa_in_postlogin_action": true,
  "pushed_authorization_requests_supported": false,
  "mtls": {"enable_endpoint_aliases": true},
  "universal_login": {"colors": {"page_background": "#FF4F40", "primary": "#2A2E35"}},
  "resource_parameter_profile": "audience",
  "phone_consolidated_experience": false,
  "client_id_metadata_document_supported": true,
  "dynamic_client_registration_security_mode": "permissive"
}"""


def foreign_defaults() -> dict[str, Any]:
    """Return the settings of a recorded tenant that have nothing to do with sessions."""
    parsed: dict[str, Any] = json.loads(_FOREIGN)
    return parsed


def as_hours(minutes: int) -> float:
    """Return minutes as hours, an ``int`` when whole: 181 -> 3.0166666666666666, 60 -> 1."""
    whole, rest = divmod(minutes, MINUTES_PER_HOUR)
    return minutes / MINUTES_PER_HOUR if rest else whole


@dataclass
class Stored:
    """The settings of one tenant: lifetimes in minutes, and everything else as it was written."""

    minutes: dict[str, int] = field(default_factory=dict)
    cookie_mode: str | None = None
    foreign: dict[str, Any] = field(default_factory=foreign_defaults)

    def shown(self, *, versions: bool) -> dict[str, Any]:
        """Return the whole settings object of an answer; only a GET has the sandbox versions."""
        shown: dict[str, Any] = copy.deepcopy(self.foreign)
        shown.update({name: as_hours(minutes) for name, minutes in self.minutes.items()})
        if self.cookie_mode is not None:
            shown["session_cookie"] = {"mode": self.cookie_mode}
        if versions:
            shown["sandbox_versions_available"] = list(VERSIONS)
        return shown

    def summary(self) -> dict[str, Any]:
        """Return what is stored of the session settings: minutes and the cookie mode's text."""
        summary: dict[str, Any] = {name: self.minutes[name] for name in LIFETIMES if name in self.minutes}
        return summary if self.cookie_mode is None else {**summary, "session_cookie_mode": self.cookie_mode}

    def merge(self, body: Mapping[str, Any], caps_minutes: Mapping[str, int]) -> None:
        """Apply a checked PATCH body; a lifetime above its cap in ``caps_minutes`` is stored as the cap."""
        for key, value in body.items():
            if key in LIFETIME_KEYS:
                name, unit_minutes = LIFETIME_KEYS[key]
                minutes = int(value) * unit_minutes
                self.minutes[name] = min(minutes, caps_minutes.get(name, minutes))
            elif key == "session_cookie":
                self.cookie_mode = None if value is None else value["mode"]
            else:
                self._merge_foreign(key, value)

    def assign(self, changes: Mapping[str, Any]) -> None:
        """Set session settings as the Dashboard does, in minutes; None un-sets one. All or nothing."""
        for name, value in changes.items():
            _check_assignment(name, value)
        for name, value in changes.items():
            if name == "session_cookie_mode":
                self.cookie_mode = value
            elif value is None:
                self.minutes.pop(name, None)
            else:
                self.minutes[name] = value

    def _merge_foreign(self, key: str, value: Any) -> None:
        if value is None:
            self.foreign.pop(key, None)
        elif key == "flags":
            self.foreign["flags"] = {**self.foreign.get("flags", {}), **value}
        else:
            self.foreign[key] = copy.deepcopy(value)


def _check_assignment(name: str, value: object) -> None:
    if name != "session_cookie_mode" and name not in LIFETIMES:
        message = f"{name!r} is no session setting; use {', '.join(LIFETIMES)} or session_cookie_mode"
        raise ValueError(message)
    if value is None:
        return
    if name == "session_cookie_mode" and value not in COOKIE_MODES:
        message = f"session_cookie_mode is {value!r}; use one of {', '.join(COOKIE_MODES)}"
        raise ValueError(message)
    if name in LIFETIMES and (type(value) is not int or value < 1):
        message = f"{name} is {value!r}; give whole minutes, at least 1"
        raise ValueError(message)
