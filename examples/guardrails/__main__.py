"""A policy pack that holds the session lifetimes of Auth0 tenants to a baseline."""

from auth0_sessions.guardrails import policy_pack

policy_pack()
