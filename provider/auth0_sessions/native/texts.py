"""The descriptions in the package's schema."""

from __future__ import annotations

from auth0_sessions.model.profiles import PROFILES

RANGE = 'Text with a unit, `"1m"` to `"365d"`: `"90m"`, `"8h"`, `"1h30m"`, `"30d"`, `"2w"` or ISO 8601 (`"PT8H"`).'
MEANINGS = {
    "domain": "The tenant's domain, as in `acme.eu.auth0.com`. Default: the provider's domain, then `AUTH0_DOMAIN`. "
    "A change replaces the resource.",
    "plan": "The tenant's Auth0 plan. Its caps are enforced at preview. Default: the provider's `plan`; without one, "
    "no caps are checked, with a warning.",
    "over_limit": "What happens to a lifetime above the plan's cap: `error` fails at preview, `clamp` lowers it to the "
    "cap, `warn` sends it as it is.",
    "on_delete": "What happens to the settings on delete: `retain` leaves them, `restore` puts back what the tenant "
    "had before it was managed, `reset` writes Auth0's defaults.",
    "enforce": "`exact` gives the tenant each lifetime as declared; `at-most` makes a lifetime a ceiling: a tenant "
    "with a shorter one keeps it.",
    "formerly": "The short name that this tenant had before; its resource is kept across the rename.",
    "credentials": "The label of a credential set, as in `acme` for `AUTH0_ACME_CLIENT_ID`. Never a secret.",
    "profile": f"The profile of the policy: `{'`, `'.join(PROFILES)}`. Default: the provider's `profile`, then by "
    "the stack's name.",
    "own": "Each lifetime that the tenant had when a ceiling first applied to it, in minutes.",
    "previous": "Each setting as it was when first managed, lifetimes in minutes: what `restore` writes back.",
    "superseded": "The settings whose reported value differs from the requested one: `{setting: {asked, reported}}`.",
    "old_sessions_gone_by": "UTC time, ISO 8601. No persistent session created under an earlier setting outlives it.",
    "reasons": "For each setting, one sentence that says where its value comes from.",
}
CONFIG_MEANINGS = {
    "domain": "The tenant of resources that set none. An explicit provider is for this tenant only.",
    "clientId": "The client ID of a machine-to-machine application. Environment: `AUTH0_CLIENT_ID`.",
    "clientSecret": "Its client secret. Environment: `AUTH0_CLIENT_SECRET`.",
    "apiToken": "A Management API token, instead of ID and secret. Environment: `AUTH0_API_TOKEN`.",
    "audience": "The audience of the token request. Default: `https://DOMAIN/api/v2/`. Environment: `AUTH0_AUDIENCE`.",
    "plan": "The plan of tenants that set none.",
    "profile": "The profile of policies that set none.",
    "profiles": "Your own profiles, by name: `{absolute, idle, ephemeralAbsolute, ephemeralIdle, ceiling, source}`.",
    "enforce": "Whether the lifetimes of policies that set none are exact or ceilings: `exact` or `at-most`.",
    "tenants": "The tenants of a fleet that lists none, by short name, or the name of a file that lists them.",
    "credentials": "Credential sets by label: `{clientId, clientSecret}` or `{apiToken}`, with an optional `audience`.",
    "livePreview": "Set to true to read a tenant once at the preview of its create, and to show what would be written.",
}
FLEET_MEANINGS = {
    "tenants": "The tenants, by short name. Default: the configuration `auth0-sessions:tenants`.",
    "plan": "The plan of tenants that set none.",
    "profile": "The profile of tenants that set none.",
    "profiles": "Your own profiles, by name: `{absolute, idle, ephemeralAbsolute, ephemeralIdle, ceiling, source}`. "
    "Default: the configuration `auth0-sessions:profiles`.",
    "enforce": MEANINGS["enforce"],
}
ABOUT = (
    "The session lifetimes of one Auth0 tenant, exact to the minute. Only the settings that are declared are sent, "
    "compared, or restored. The resource's ID is the tenant's domain."
)
IMPORT = """## Import

A tenant is imported by its domain; the settings that were ever written on it become the inputs:

```sh
$ pulumi import auth0-sessions:index:SessionLifetime acme acme.eu.auth0.com
```"""

EXAMPLES = {
    "yaml": """
        resources:
          acme:
            type: auth0-sessions:SessionLifetime
            properties:
              domain: acme.eu.auth0.com
              plan: essential
              sessionLifetime: 30d
              idleSessionLifetime: 90m
        """,
    "typescript": """
        import * as auth0Sessions from "@auth0-sessions/auth0-sessions";

        const acme = new auth0Sessions.SessionLifetime("acme", {
            domain: "acme.eu.auth0.com",
            plan: "essential",
            sessionLifetime: "30d",
            idleSessionLifetime: "90m",
        });
        """,
    "go": """
        _, err := auth0sessions.NewSessionLifetime(ctx, "acme", &auth0sessions.SessionLifetimeArgs{
        \tDomain:              pulumi.String("acme.eu.auth0.com"),
        \tPlan:                auth0sessions.PlanEssential,
        \tSessionLifetime:     pulumi.String("30d"),
        \tIdleSessionLifetime: pulumi.String("90m"),
        })
        """,
    "python": """
        from auth0_sessions.native import SessionLifetime

        SessionLifetime(
            "acme",
            domain="acme.eu.auth0.com",
            plan="essential",
            session_lifetime="30d",
            idle_session_lifetime="90m",
        )
        """,
}
