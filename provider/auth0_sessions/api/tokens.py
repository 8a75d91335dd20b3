"""Management API tokens that were issued elsewhere: each is for one tenant, and never sent to another."""

from __future__ import annotations

import atexit
import base64
import json
import os
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from auth0_sessions.errors import CredentialsError, DomainError, shown
from auth0_sessions.model.domain import base_url, canonical_domain

C = TypeVar("C")

DOMAIN_VARIABLE = "AUTH0_DOMAIN"
JWT_PARTS = 3
MANAGEMENT_PATH = "/api/v2/"
"""How the audience of every Management API ends."""


@dataclass(frozen=True)
class ApiToken:
    """A Management API token that was issued elsewhere, with the audience and domain from the same `source`."""

    token: str = field(repr=False)
    source: str
    audience: str | None = None
    tenant: str | None = field(default=None, repr=False)
    audience_key: str = "the audience"


class TokenKeeper:
    """Ensures that each Management API token is only sent to its own tenant.

    A JWT names its tenant. Any other token goes to the tenant that is set along with it (`AUTH0_DOMAIN` with
    `AUTH0_API_TOKEN`), or else to the only tenant there is. `run` identifies the engine's run: it is the engine's
    address, which all provider processes of that run share.
    """

    def __init__(self, run: str | None = None) -> None:
        self._run = run
        self._domains: dict[str, str] = {}
        self._lock = threading.Lock()

    def kept(self, found: C, domain: str, *, is_only_tenant: bool | None = None) -> C:
        """Return the credentials if they may be sent to a tenant, given by its canonical domain.

        `is_only_tenant` says whether the program's credentials are used for no other tenant. If that is unknown (None),
        the first tenant of this process gets the token.

        Raises:
            CredentialsError: They are a token that is, or may be, for another tenant.

        """
        if isinstance(found, ApiToken):
            claims = claims_of(found.token)
            why = _elsewhere(found, claims, domain) if claims else self._unnamed(found, domain, is_only_tenant)
            if why:
                message = (
                    f"{domain}: the Management API token from {found.source} {why}, and a token belongs to one tenant, "
                    "so it was not sent. Give each tenant its own credentials: a label, or a Provider."
                )
                raise CredentialsError(message)
        return found

    def _unnamed(self, found: ApiToken, domain: str, is_only_tenant: bool | None) -> str | None:  # noqa: FBT001  As given.
        """Return why a token that does not name a tenant must not be sent to one, or None if it may be."""
        if found.tenant is not None and _canonical(found.tenant) != domain:
            return f"is for {_shown(found.tenant)}"
        unknown = f"does not say which tenant it is for ({DOMAIN_VARIABLE} would)"
        if found.tenant is None and is_only_tenant is False:
            return unknown
        with self._lock:
            first = self._domains.setdefault(found.token, domain)
        if first != domain:
            return f"{unknown} and is used for {first}"
        is_free = found.tenant is not None or self._run is None or _is_first(self._run, found.token, domain)
        return None if is_free else f"{unknown} and is used for another tenant in this run"


def _is_first(run: str, token: str, domain: str) -> bool:
    """Return whether no process of a run used a token for another tenant; the files it leaves reveal neither."""
    claims = Path(tempfile.gettempdir())
    claim = claims / f"auth0-sessions-{sha256(f'{run} {token}'.encode()).hexdigest()}"
    mine = sha256(f"{run} {token} {domain}".encode()).hexdigest()
    try:
        with tempfile.NamedTemporaryFile("w", dir=claims, prefix="auth0-sessions-") as written:
            written.write(mine)
            written.flush()
            os.link(written.name, claim)
    except FileExistsError:
        # A process removes its claim when it exits.
        with suppress(OSError):
            return claim.read_text() == mine
        return True
    except OSError:
        # Without a folder for claims, a process still sends the token only to its own first tenant.
        return True
    atexit.register(claim.unlink, missing_ok=True)
    return True


def names_no_tenant(found: object) -> bool:
    """Return whether credentials are a token whose tenant is unknown: it is not a JWT and has no domain set."""
    return isinstance(found, ApiToken) and found.tenant is None and claims_of(found.token) is None


def claims_of(token: str) -> Mapping[str, Any] | None:
    """Return a token's claims, or None if it does not name a tenant.

    The signature is not verified; that is up to the tenant. The claims only decide whether the token may be sent to it.
    """
    parts = token.split(".")
    if len(parts) != JWT_PARTS:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(f"{parts[1]}==="))
    except (ValueError, RecursionError):
        return None
    return claims if isinstance(claims, Mapping) and {"iss", "aud"} & claims.keys() else None


def _elsewhere(found: ApiToken, claims: Mapping[str, Any], domain: str) -> str | None:
    """Return why a token is not for a tenant, or None if it is.

    It is if the called host, which may be a custom domain, is its issuer or is named by its audience.
    """
    url, issuer, audience = base_url(domain), claims.get("iss"), claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if any(one in audiences for one in (f"{url}/api/v2/", found.audience) if one):
        return None
    if issuer == f"{url}/":
        is_for_management = "aud" not in claims or any(str(one).endswith(MANAGEMENT_PATH) for one in audiences)
        return None if is_for_management else f"has the audience {shown(audience)}, not {url}{MANAGEMENT_PATH}"
    if (tenant := _canonical(issuer)) is None:
        return "was issued by another tenant"
    return (
        f"was issued by {tenant} (if {domain} is a custom domain of it, set {found.audience_key} to "
        f"{base_url(tenant)}{MANAGEMENT_PATH})"
    )


def _canonical(domain: object) -> str | None:
    try:
        return canonical_domain(domain)
    except DomainError:
        return None


def _shown(domain: object) -> str:
    return _canonical(domain) or "another tenant"
