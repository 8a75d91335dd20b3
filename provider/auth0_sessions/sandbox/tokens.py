"""Access tokens: JSON Web Tokens that name their tenant, signed with the sandbox's own key.

Sources: Auth0's documents on Management API tokens for the claims, refusals quoted in public issues of its SDKs for
the wording.
"""

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any, NoReturn

from auth0_sessions.sandbox.answers import MISSING, RefusalError, bad_request, insufficient_scope, unauthorized

READ_SCOPE = "read:tenant_settings"
UPDATE_SCOPE = "update:tenant_settings"
SCOPES = (READ_SCOPE, UPDATE_SCOPE)
EXPIRED = "Expired token received for JSON Web Token validation"
INVALID = "Invalid token"


def issue(key: bytes, claims: dict[str, Any]) -> str:
    """Return a token with these claims; equal claims give different tokens."""
    parts = ({"alg": "HS256", "typ": "JWT"}, {**claims, "jti": secrets.token_urlsafe(8)})
    signed = ".".join(_encoded(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{_signature(key, signed)}"


def authorize(header: str | None, key: bytes, audience: str, scope: str, now: float) -> None:
    """Reject an Authorization header that does not currently grant ``scope`` for ``audience``."""
    claims = _claims(_bearer(header), key)
    if claims["aud"] != audience:
        _refuse(f"Bad audience: {claims['aud']}")
    if claims["exp"] <= now:
        _refuse(EXPIRED)
    if scope not in claims["scope"].split():
        raise RefusalError(insufficient_scope(scope))


def _bearer(header: str | None) -> str:
    words = (header or "").split()
    if not words:
        _refuse(MISSING)
    if len(words) != 2 or (words[0].lower() == "bearer" and words[1].count(".") != 2):  # noqa: PLR2004 - Of a JWT.
        message = "Bad HTTP authentication header format"
        raise bad_request(message, "Bearer")
    if words[0].lower() != "bearer":
        _refuse(MISSING)
    return words[1]


def _claims(token: str, key: bytes) -> dict[str, Any]:
    signed, _, signature = token.rpartition(".")
    if not hmac.compare_digest(_signature(key, signed).encode(), signature.encode()):
        _refuse("Invalid signature received for JSON Web Token validation")
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(signed.partition(".")[2] + "=="))
    return claims


def _refuse(message: str) -> NoReturn:
    raise RefusalError(unauthorized(message))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _signature(key: bytes, signed: str) -> str:
    return _encoded(hmac.digest(key, signed.encode(), hashlib.sha256))
