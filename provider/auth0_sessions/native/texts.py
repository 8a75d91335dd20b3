"""The descriptions in the package's schema, each written for the place where it stands."""

from __future__ import annotations

from auth0_sessions.model.profiles import PROFILES
from auth0_sessions.model.settings import LIFETIMES, SETTINGS, text

RANGE = 'Text with a unit, `"1m"` to `"365d"`: `"90m"`, `"8h"`, `"1h30m"`, `"30d"`, `"2w"` or ISO 8601 (`"PT8H"`).'

_SETTINGS = {row.name: f"{row.meaning[0].upper()}{row.meaning[1:]}" for row in SETTINGS.values()}
_PROFILES = f"`{'`, `'.join(PROFILES)}`, or one of your own"
_DOMAIN = "The tenant's domain, as in `acme.eu.auth0.com`."
_DOMAIN_DEFAULT = "Default: the provider's `domain`, then `AUTH0_DOMAIN`."
_OVER_LIMIT = (
    "What happens to a lifetime above the plan's cap: `error` fails at preview, `clamp` lowers it to the cap, `warn` "
    "sends it as it is."
)
_ON_DELETE = (
    "What happens to the settings on delete: `retain` leaves them, `restore` puts back what the tenant had before it "
    "was managed, `reset` writes Auth0's defaults."
)
_ENFORCE = (
    "`exact` gives the tenant each lifetime as declared; `at-most` makes a lifetime a ceiling: a tenant with a shorter "
    "one keeps it."
)
_CREDENTIALS = "The label of a credential set, as in `acme` for `AUTH0_ACME_CLIENT_ID`. Never a secret."
_CEILING = "A ceiling for an incident: no lifetime is longer than it, and none becomes longer because of it."

INPUTS = {
    **{name: f"{meaning}." for name, meaning in _SETTINGS.items()},
    **{name: f"{_SETTINGS[name]}. {RANGE} Auth0's default: `{text(SETTINGS[name].default)}`." for name in LIFETIMES},
    "domain": f"{_DOMAIN} {_DOMAIN_DEFAULT} A change replaces the resource.",
    "plan": "The tenant's Auth0 plan. Its caps are enforced at preview. Default: the provider's `plan`; without one, "
    "no caps are checked, with a warning.",
    "over_limit": f"{_OVER_LIMIT} Default: `error`.",
    "on_delete": f"{_ON_DELETE} Default: `retain`.",
    "enforce": f"{_ENFORCE} Default: `exact`.",
    "credentials": f"{_CREDENTIALS} Default: the credentials without a label.",
}
"""The inputs of a `SessionLifetime`."""

OUTPUTS = {
    **{name: f"{_SETTINGS[name]}, in days, hours, and minutes: `1d12h`." for name in LIFETIMES},
    **{f"{name}_minutes": f"{_SETTINGS[name]}, as the tenant reports it, in minutes." for name in LIFETIMES},
    "domain": "The tenant's canonical domain.",
    "plan": "The plan whose caps are enforced.",
    "over_limit": _OVER_LIMIT,
    "on_delete": _ON_DELETE,
    "enforce": _ENFORCE,
    "credentials": "The label of the credential set in use.",
    "session_cookie_mode": "Kind of session the tenant creates.",
    "previous": "Each setting as it was when first managed, lifetimes in minutes: what `restore` writes back.",
    "own": "Each lifetime that the tenant had when a ceiling first applied to it, in minutes. Only with "
    "`enforce: at-most`.",
    "superseded": "The settings whose reported value differs from the requested one.",
    "old_sessions_gone_by": "Time (UTC) by which all persistent sessions created under an earlier lifetime have ended.",
}
"""The outputs of a `SessionLifetime`."""

TENANT = {
    **INPUTS,
    "domain": f"{_DOMAIN} Each domain can be listed once.",
    "plan": "The tenant's Auth0 plan. Required here, for the fleet, or as the provider's `plan`.",
    "profile": f"The tenant's profile: {_PROFILES}. Default: the fleet's `profile`.",
    "over_limit": f"{_OVER_LIMIT} Applies to lifetimes set here. Default: `error`.",
    "enforce": f"{_ENFORCE} Default: the fleet's `enforce`.",
    "formerly": "The tenant's earlier short name; its resource is kept across the rename.",
}
"""A tenant of a fleet."""

POLICY = {
    **INPUTS,
    "domain": f"{_DOMAIN} {_DOMAIN_DEFAULT}",
    "plan": "The tenant's Auth0 plan, whose caps apply. Required here or as the provider's `plan`.",
    "profile": f"The profile: {_PROFILES}. Default: the provider's `profile`; without one, the stack's name decides.",
    "over_limit": f"{_OVER_LIMIT} Applies to arguments. Default: `error`.",
    "enforce": f"{_ENFORCE} Default: the provider's `enforce`, then `exact`.",
    "ceiling": f"{_CEILING} Default: the provider's `ceiling`.",
}
APPLIED = {
    **OUTPUTS,
    "profile": "The profile that was used.",
    "reasons": "For each setting, one sentence that says where its value comes from.",
}
"""What a policy applied, also as part of a fleet."""

CREDENTIALS = {
    "client_id": "The client ID of a machine-to-machine application.",
    "client_secret": "The application's client secret.",
    "client_assertion_private_key": "The application's private key (PEM), instead of a client secret.",
    "client_assertion_signing_alg": "The algorithm for the private key: `RS256`, `RS384`, `RS512` or `PS256`. "
    "Default: `RS256`.",
    "api_token": "A Management API token, instead of an application.",
    "audience": "The audience of the token request. Default: `https://DOMAIN/api/v2/`.",
}
CONFIG = {
    "domain": "The tenant of resources that set no domain. An explicit provider connects to this tenant only.",
    **{part: f"{meaning} Environment: `AUTH0_{part.upper()}`." for part, meaning in CREDENTIALS.items()},
    "plan": "The plan of tenants that set none.",
    "profile": "The profile of policies and fleets that set none. Default: by the stack's name.",
    "profiles": "Your own profiles, by name.",
    "enforce": "`exact` or `at-most`, for policies and fleets that set neither. Default: `exact`.",
    "ceiling": f"{_CEILING} For every resource of the stack.",
    "tenants": "The tenants of fleets that set none: an object by short name, or the name of a YAML or JSON file.",
    "credentials": "Credential sets, by label.",
    "live_preview": "Whether a preview of a create reads the tenant and shows what would be written. Default: false.",
}
FLEET = {
    "tenants": "The tenants, by short name. Default: the provider's `tenants`.",
    "plan": "The plan of tenants that set none. Default: the provider's `plan`.",
    "profile": "The profile of tenants that set none. Default: the provider's `profile`; without one, the stack's name "
    "decides.",
    "profiles": "Your own profiles, by name. Default: the provider's `profiles`.",
    "enforce": f"{_ENFORCE} For tenants that set neither. Default: the provider's `enforce`, then `exact`.",
    "ceiling": f"{_CEILING} For tenants that it does not except. Default: the provider's `ceiling`.",
}
FLEET_OUTPUTS = {
    "tenants": "What was applied to each tenant, by short name.",
    "old_sessions_gone_by": "Time (UTC) by which all persistent sessions created under earlier lifetimes have ended, "
    "in every tenant.",
    "report": "A Markdown table of the tenants: plan, profile, lifetimes, shares of the caps, and reasons.",
}
PROFILE = {
    "absolute": f"Absolute lifetime of persistent sessions. {RANGE}",
    "idle": f"Inactivity timeout of persistent sessions. {RANGE}",
    "ephemeral_absolute": "Absolute lifetime of non-persistent sessions. Default: as for persistent ones.",
    "ephemeral_idle": "Inactivity timeout of non-persistent sessions. Default: as for persistent ones.",
    "ceiling": "Whether arguments must not exceed the profile's lifetimes. Default: true.",
    "source": "Where the lifetimes come from, for reasons and reports.",
}
CEILING = {
    "absolute": f"The longest absolute lifetime. {RANGE}",
    "idle": f"The longest inactivity timeout. {RANGE}",
    "except": "Short names of tenants, or names of resources, that the ceiling does not apply to.",
    "reason": "Why there is a ceiling, for reasons and reports.",
}
CHOICES = {
    "free": "The Free plan.",
    "essential": "The Essentials plan.",
    "professional": "The Professional plan.",
    "enterprise": "The Enterprise plan.",
    "error": "Fail at preview.",
    "clamp": "Lower the value to the cap.",
    "warn": "Send the value as it is, with a warning.",
    "retain": "Leave the settings as they are.",
    "restore": "Put back what the tenant had before it was managed.",
    "reset": "Write Auth0's defaults.",
    "exact": "The tenant gets each lifetime as declared.",
    "at-most": "A lifetime is a ceiling: a tenant with a shorter one keeps it.",
    "persistent": "Sessions survive a restart of the browser.",
    "non-persistent": "Sessions end with the browser.",
}
ABOUT = (
    "The session lifetimes of one Auth0 tenant, exact to the minute. Only the settings that are declared are sent, "
    "compared, or restored. The resource's ID is the tenant's domain."
)
POLICY_ABOUT = (
    "One tenant's session lifetimes, picked from arguments, a profile, and the tenant's plan, each with its reason."
)
FLEET_ABOUT = "Many tenants, each with a `SessionPolicy`, and a report of what every tenant gets and why."
IMPORT = """## Import

A tenant is imported by its domain; the settings that were ever written on it become the inputs:

```sh
$ pulumi import auth0-sessions:index:SessionLifetime acme acme.eu.auth0.com
```"""
