"""The official `auth0.Tenant` and our `SessionLifetime` on one tenant, each with keys of its own.

Both write the same document, so a key needs one owner. The official one rounds 90 minutes to 2 hours: the session keys
are ours, all else is its own.
"""

import pulumi
import pulumi_auth0 as auth0  # No dependency of this repository.

from auth0_sessions import SessionLifetime

SESSION_KEYS = [
    "session_lifetime",
    "idle_session_lifetime",
    "ephemeral_session_lifetime",
    "idle_ephemeral_session_lifetime",
    "session_cookie",
]

auth0.Tenant(
    "tenant",
    friendly_name="Acme",
    support_email="support@acme.example",
    # A guard: a session key that somebody adds up there later is not written.
    opts=pulumi.ResourceOptions(ignore_changes=SESSION_KEYS),
)
sessions = SessionLifetime(
    "tenant-sessions",
    session_lifetime="12h",
    idle_session_lifetime="90m",
    session_cookie_mode="non-persistent",
)
pulumi.export("idle_session_lifetime_minutes", sessions.idle_session_lifetime_minutes)
