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

from auth0_sessions.sandbox.answers import MISSING, RefusalError, insufficient_scope, reject, unauthorized

SCOPES = {"get": "read:tenant_settings", "patch": "update:tenant_settings"}
"""The scope that each operation requires."""
EXPIRED = "Expired token received for JSON Web Token validation"
INVALID = "Invalid token"


def issue(key: bytes, claims: dict[str, Any]) -> str:
    """Return a token with these claims; equal claims give different tokens."""
    parts = ({"alg": "HS256", "typ": "JWT"}, {**claims, "jti": secrets.token_urlsafe(8)})
    signed = ".".join(_encoded(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{_signature(key, signed)}"


def authorize(header: str | None, key: bytes, audience: str, scope: str, now: float) -> None:
    """Reject an Authorization header that does not currently grant ``scope`` for ``audience``."""
    scheme, *rest = (header or "").split() or [""]
    is_bearer = scheme.lower() == "bearer"
    if scheme and (len(rest) != 1 or (is_bearer and rest[0].count(".") != 2)):  # noqa: PLR2004 - Of a JWT.
        reject("Bad HTTP authentication header format", "Bearer")
    if not is_bearer:
        _refuse(MISSING)
    signed, _, signature = rest[0].rpartition(".")
    if not hmac.compare_digest(_signature(key, signed).encode(), signature.encode()):
        _refuse("Invalid signature received for JSON Web Token validation")
    claims = json.loads(base64.urlsafe_b64decode(signed.partition(".")[2] + "=="))
    if claims["aud"] != audience:
        _refuse(f"Bad audience: {claims['aud']}")
    if claims["exp"] <= now:
        _refuse(EXPIRED)
    if scope not in claims["scope"].split():
        raise RefusalError(insufficient_scope(scope))


def _refuse(message: str) -> NoReturn:
    raise RefusalError(unauthorized(message))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _signature(key: bytes, signed: str) -> str:
    return _encoded(hmac.digest(key, signed.encode(), hashlib.sha256))
