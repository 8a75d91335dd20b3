"""Management API tokens that were issued elsewhere: each is for one tenant, and never sent to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from auth0_sessions.errors import CredentialsError, DomainError, shown
from auth0_sessions.model.domain import base_url, canonical_domain

MANAGEMENT_PATH = "/api/v2/"
"""How the audience of every Management API ends."""


@dataclass(frozen=True)
class ApiToken:
    """A Management API token that was issued elsewhere.

    `source` is the variable or key that sets it, and `audience_key` the one that sets its audience, or would.
    """

    token: str = field(repr=False)
    source: str
    audience: str | None = None
    audience_key: str = "the audience"


def hold_to_issuer(found: ApiToken, domain: str, *, is_bound: bool, domain_name: str | None) -> None:
    """Refuse to send a token to a tenant that it is not for.

    A Management API token is a JWT and names its tenant. Any other one is for the domain that is set along with it:
    `is_bound` says whether there is one, `domain_name` what would set it.

    Raises:
        CredentialsError: The token is for another tenant, or nothing says which one it is for.

    """
    claims = claims_of(found.token)
    if claims:
        why = _elsewhere(found, claims, domain)
    elif is_bound:
        why = None
    else:
        would_be = f" ({domain_name} would be)" if domain_name else ""
        why = f"is not a JWT that names its tenant, and no domain is set along with it{would_be}"
    if why is None:
        return
    message = (
        f"{domain}: the Management API token from {found.source} {why}, and a token belongs to one tenant, so it was "
        "not sent. Give each tenant its own credentials: a label, or a Provider."
    )
    raise CredentialsError(message)


def claims_of(token: str) -> Mapping[str, Any] | None:
    """Return a token's claims, or None if it does not name a tenant.

    The signature is not verified; that is up to the tenant. The claims only decide whether the token may be sent to it.
    """
    import jwt  # noqa: PLC0415  Only users of such a token should have to wait for the library.

    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return None
    return claims if {"iss", "aud"} & claims.keys() else None


def _elsewhere(found: ApiToken, claims: Mapping[str, Any], domain: str) -> str | None:
    """Return why a token is not for a tenant, or None if it is.

    It is if the called host, which may be a custom domain, is its issuer or is named by its audience.
    """
    url, audience = base_url(domain), claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if f"{url}{MANAGEMENT_PATH}" in audiences or (found.audience and found.audience in audiences):
        return None
    if claims.get("iss") == f"{url}/":
        is_for_management = "aud" not in claims or any(str(one).endswith(MANAGEMENT_PATH) for one in audiences)
        return None if is_for_management else f"has the audience {shown(audience)}, not {url}{MANAGEMENT_PATH}"
    if (tenant := canonical_or_none(claims.get("iss"))) is None:
        return "was issued by another tenant"
    return (
        f"was issued by {tenant} (if {domain} is a custom domain of it, set {found.audience_key} to "
        f"{base_url(tenant)}{MANAGEMENT_PATH})"
    )


def canonical_or_none(domain: object) -> str | None:
    """Return a domain in canonical form, or None if it is not one."""
    try:
        return canonical_domain(domain)
    except DomainError:
        return None
