"""Guardrails: a policy pack that enforces a baseline for session lifetimes, in every stack and with either provider."""

try:
    from auth0_sessions.guardrails.pack import policy_pack
except ModuleNotFoundError as error:
    if str(error.name).partition(".")[0] != "pulumi_policy":
        raise
    message = "Policy packs need one more package: pip install 'auth0-sessions[guardrails]'"
    raise ModuleNotFoundError(message, name=error.name) from None

__all__ = ["policy_pack"]
