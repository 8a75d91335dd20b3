"""A tenant's credentials: what makes a complete set, and to which domain it may be sent.

A `Provider` or a label is complete or an error. Credentials that come with a domain are only sent to that domain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from auth0_sessions.api.assertions import SigningKey
from auth0_sessions.api.sources import KEY, PARTS, SECRET, TOKEN, Part, Source, Sources, has_credentials
from auth0_sessions.api.tokens import ApiToken, canonical_or_none, hold_to_issuer
from auth0_sessions.errors import CredentialsError

SCOPES = ("read:tenant_settings", "update:tenant_settings")
NEEDED_SCOPES = f"{SCOPES[0]} and, to write, {SCOPES[1]}"
OWN_PROCESS = (
    "The provider is a process of its own and sees the environment of `pulumi`, not what a program puts into "
    "`os.environ`."
)
STALE_CONFIG = (
    "`pulumi refresh` and `pulumi destroy` use the configuration of the last `pulumi up`, unless run with "
    "--run-program."
)


@dataclass(frozen=True)
class ClientCredentials:
    """A machine-to-machine application, with a secret or a private key.

    Attributes:
        audience: The audience of its tokens; None means `https://DOMAIN/api/v2/`.
        source: The variables or keys that set the client ID and the secret or key.
        audience_key: The variable or key that sets the audience, or would.
        is_stale: Whether `pulumi refresh` and `pulumi destroy` may see an earlier value.

    """

    client_id: str
    proof: str | SigningKey = field(repr=False)
    audience: str | None
    source: str
    audience_key: str = "the audience"
    is_stale: bool = False


Credentials = ApiToken | ClientCredentials


def find_credentials(places: Sources, domain: str) -> Credentials:
    """Return the first set of credentials, which may be sent to the tenant.

    Raises:
        CredentialsError: There is none, it is incomplete, or it is for another tenant.

    """
    for merged in places:
        parts = {part: found for source in reversed(merged) for part, found in source.parts().items()}
        if has_credentials(parts):
            return _of(parts, merged, domain)
    raise CredentialsError(_none(domain, places))


def _of(parts: Mapping[str, Part], merged: Sequence[Source], domain: str) -> Credentials:
    """Return a set that is complete and may be sent to a tenant."""
    # The first source with a secret decides, so that configuration takes precedence as a whole.
    present = [part for part in (TOKEN, KEY, SECRET) if part in parts]
    decisive = min(present, key=lambda part: merged.index(parts[part].source), default=None)
    if decisive == TOKEN:
        return _token(parts, merged, domain)
    if decisive is None or "client_id" not in parts:
        raise CredentialsError(_incomplete(domain, merged, parts))
    client_id, proof = parts["client_id"], parts[decisive]
    for part in (client_id, proof):
        _hold_to_domain(part, domain, merged)
    audience, audience_key = _audience(parts, proof)
    secret = proof.printable if decisive == SECRET else _key(parts)
    source = f"{client_id.name} and {proof.name}"
    return ClientCredentials(client_id.printable, secret, audience, source, audience_key, proof.source.is_stale)


def _token(parts: Mapping[str, Part], merged: Sequence[Source], domain: str) -> ApiToken:
    found = parts[TOKEN]
    _hold_to_domain(found, domain, merged)
    token = ApiToken(found.printable, found.name, *_audience(parts, found))
    hold_to_issuer(token, domain, is_bound=found.source.tenant is not None, domain_name=found.source.domain_name)
    return token


def _audience(parts: Mapping[str, Part], proof: Part) -> tuple[str | None, str]:
    """Return the audience, if one is given, and the name of what sets it, or would."""
    given = parts.get("audience")
    if given is None:
        return None, proof.source.names["audience"]
    return f"{given.printable.removesuffix('/')}/", given.name


def _key(parts: Mapping[str, Part]) -> SigningKey:
    key, algorithm = parts[KEY], parts.get("client_assertion_signing_alg")
    if algorithm is None:
        return SigningKey.read(key.value, key.name)
    return SigningKey.read(key.value, key.name, algorithm.value, algorithm.name)


def _hold_to_domain(part: Part, domain: str, merged: Sequence[Source]) -> None:
    """Refuse to send a part of a set to another domain than the one that is set along with it."""
    source = part.source
    if source.tenant is None or (own := canonical_or_none(source.tenant)) == domain:
        return
    asked = next((other.domain_name for other in merged if canonical_or_none(other.tenant) == domain), "the resource")
    along = f"{source.domain_name} ({own or 'another tenant'})"
    message = (
        f"{domain}: {part.name} comes with {along}, so it was not sent to {domain}, which {asked} names. Give each "
        "tenant its own credentials: a label, or a Provider."
    )
    raise CredentialsError(message)


def _incomplete(domain: str, merged: Sequence[Source], parts: Mapping[str, Part]) -> str:
    """Return the message for a set that lacks a part."""
    given = " and ".join(parts[part].name for part in ("client_id", KEY, SECRET) if part in parts)
    either = {part: " or ".join(source.names[part] for source in merged) for part in PARTS}
    missing = either["client_id"]
    if "client_id" in parts:
        missing = f"{either[SECRET]} (or, for an application that uses Private Key JWT, {either[KEY]})"
    message = f"The credentials for {domain} are incomplete: {given} is set, but {missing} is not. {_scopes(merged)}"
    return f"{message} A label or a Provider is never completed from elsewhere." if len(merged) == 1 else message


def _none(domain: str, places: Sources) -> str:
    """Return the message for a tenant without credentials, with every place that was looked at."""
    every = [source for merged in places for source in merged]
    listed = "; ".join(
        f"{source.place}: {source.names['client_id']} with {source.names[SECRET]} or {source.names[KEY]}, or "
        f"{source.names[TOKEN]}"
        for source in every
    )
    return f"No credentials for {domain}. None of these is set: {listed}. {_scopes(every)}"


def _scopes(looked_at: Sequence[Source]) -> str:
    """Return what an application needs, and where a provider looks."""
    words = [f"The application needs {NEEDED_SCOPES} of the Management API.", *(source.note for source in looked_at)]
    if any(source.is_stale for source in looked_at):
        words += [OWN_PROCESS, STALE_CONFIG]
    return " ".join(word for word in words if word)
