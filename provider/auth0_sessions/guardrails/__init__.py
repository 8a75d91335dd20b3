"""Guardrails: a policy pack that enforces a baseline for session lifetimes, in every stack and with either provider."""

from auth0_sessions.guardrails.server import policy_pack

__all__ = ["policy_pack"]
