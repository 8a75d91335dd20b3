"""Access tokens: opaque, bound to one tenant, with an end and a set of scopes.

Sources: refusals quoted in public issues of Auth0's SDKs.
"""

import re
import secrets
from dataclasses import dataclass

from auth0_sessions.sandbox.answers import RefusalError, bad_request, insufficient_scope, unauthorized

READ_SCOPE = "read:tenant_settings"
UPDATE_SCOPE = "update:tenant_settings"
SCOPES = (READ_SCOPE, UPDATE_SCOPE)
PREFIX = "sandbox-token-"
BAD_HEADER = "Bad HTTP authentication header format"
EXPIRED = "Expired token received for JSON Web Token validation"
INVALID = "Invalid token"


@dataclass(frozen=True, slots=True)
class Token:
    """What a token grants: the Management API of one audience until ``expires_at`` (Unix seconds)."""

    audience: str
    scopes: tuple[str, ...]
    expires_at: float


class TokenVault:
    """Every token of a sandbox, so that one tenant's token is recognised, and refused, by another."""

    def __init__(self) -> None:
        """Start without tokens."""
        self._tokens: dict[str, Token] = {}

    def issue(self, token: Token) -> str:
        """Return a new token's text."""
        text = PREFIX + secrets.token_urlsafe(24)
        self._tokens[text] = token
        return text

    def clear(self) -> None:
        """Forget every token."""
        self._tokens.clear()

    def authorize(self, header: str | None, audience: str, scope: str, now: float) -> None:
        """Refuse an Authorization header that does not grant ``scope`` at ``audience`` right now."""
        token = self._tokens.get(_bearer(header))
        if token is None:
            raise unauthorized(INVALID)
        if token.audience != audience:
            message = f"Bad audience: {token.audience}"
            raise unauthorized(message)
        if token.expires_at <= now:
            raise unauthorized(EXPIRED)
        if scope not in token.scopes:
            raise RefusalError(insufficient_scope(scope))


def _bearer(header: str | None) -> str:
    if not header:
        message = "Missing authentication"
        raise unauthorized(message)
    matched = re.fullmatch(r"Bearer (\S+)", header, re.IGNORECASE)
    if matched is None:
        raise bad_request(BAD_HEADER)
    return matched[1]
