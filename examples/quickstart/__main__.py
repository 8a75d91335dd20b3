"""The session lifetimes of one Auth0 tenant. `AUTH0_DOMAIN`, or the configuration `auth0:domain`, names it."""

import pulumi

from auth0_sessions import SessionLifetime

config = pulumi.Config("auth0-sessions")
tenant = SessionLifetime(
    "tenant",
    session_lifetime=config.require("sessionLifetime"),
    idle_session_lifetime=config.require("idleSessionLifetime"),
    on_delete="restore",
)
pulumi.export("old_sessions_gone_by", tenant.old_sessions_gone_by)
