"""A policy pack that checks the session lifetimes of Auth0 tenants against a baseline."""

from auth0_sessions.guardrails import policy_pack

policy_pack()
