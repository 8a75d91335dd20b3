"""Access tokens: JSON Web Tokens that name their tenant, signed with the sandbox's own key.

Sources: Auth0's documents on Management API tokens for the claims, refusals quoted in public issues of its SDKs for
the wording.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import jwt

from auth0_sessions.sandbox.answers import MISSING, RefusalError, insufficient_scope, reject, unauthorized

SCOPES = {"get": "read:tenant_settings", "patch": "update:tenant_settings"}
"""The scope that each operation requires."""
EXPIRED = "Expired token received for JSON Web Token validation"
INVALID = "Invalid token"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_SECONDS = 300
"""The longest that an assertion may be valid."""
SKEW_SECONDS = 10
"""How far an assertion's beginning may be in the future."""
BY_HAND: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
"""Times are compared with the sandbox's own clock."""


def issue(key: bytes, claims: dict[str, Any]) -> str:
    """Return a token with these claims; equal claims give different tokens."""
    return jwt.encode({**claims, "jti": secrets.token_urlsafe(8)}, key, "HS256")


def authorize(header: str | None, key: bytes, audience: str, scope: str, now: float) -> None:
    """Reject an Authorization header that does not currently grant ``scope`` for ``audience``."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer":
        _refuse(MISSING)
    if token.count(".") != 2:  # noqa: PLR2004 - Of a JWT.
        reject("Bad HTTP authentication header format", "Bearer")
    try:
        claims = jwt.decode(token, key, ["HS256"], options=BY_HAND | {"verify_aud": False})
    except jwt.InvalidTokenError:
        _refuse("Invalid signature received for JSON Web Token validation")
    if claims["aud"] != audience:
        _refuse(f"Bad audience: {claims['aud']}")
    if claims["exp"] <= now:
        _refuse(EXPIRED)
    if scope not in claims["scope"].split():
        raise RefusalError(insufficient_scope(scope))


@dataclass
class Client:
    """A registered application: it has a secret, or the public key (PEM) of Private Key JWT."""

    client_id: str
    secret: str | None = None
    public_key: str | None = None
    algorithm: str = "RS256"
    _used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Reject a client without credentials, and a key that is not one."""
        if (self.secret is None) is (self.public_key is None):
            message = "give client_secret or public_key"
            raise ValueError(message)
        if self.public_key is not None:
            try:
                jwt.get_algorithm_by_name(self.algorithm).prepare_key(self.public_key)
            except (jwt.PyJWTError, NotImplementedError) as error:
                message = f"public_key and algorithm do not go together: {error}"
                raise ValueError(message) from None

    def accepts(self, body: Mapping[str, Any], base: str, now: float) -> bool:
        """Return whether a token request proves that it comes from this client."""
        if self.public_key is None:
            return bool(body.get("client_secret") == self.secret)
        return body.get("client_assertion_type") == ASSERTION_TYPE and self._signed(body["client_assertion"], base, now)

    def _signed(self, assertion: str, base: str, now: float) -> bool:
        """Return whether this client signed an assertion for this tenant, a moment ago and once."""
        try:
            claims = jwt.decode(
                assertion,
                self.public_key or "",
                algorithms=[self.algorithm],
                audience=f"{base}/",
                issuer=self.client_id,
                subject=self.client_id,
                options=BY_HAND | {"require": ["exp", "jti"]},
            )
        except jwt.InvalidTokenError:
            return False
        begins = max(claims.get("iat", now), claims.get("nbf", now))
        is_fresh = claims["jti"] not in self._used
        self._used.add(claims["jti"])
        return is_fresh and begins <= now + SKEW_SECONDS and now < claims["exp"] <= now + LONGEST_SECONDS


def _refuse(message: str) -> NoReturn:
    raise RefusalError(unauthorized(message))
