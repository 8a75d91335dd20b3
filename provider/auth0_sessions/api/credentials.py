"""The sources of a tenant's credentials, in order; the first complete set wins, and sets are never mixed.

1. an explicit `Provider`;
2. the environment: `AUTH0_CLIENT_ID`, `AUTH0_CLIENT_SECRET`, `AUTH0_API_TOKEN`, `AUTH0_AUDIENCE`; with a label,
   `AUTH0_<LABEL>_CLIENT_ID` and so on;
3. the stack's configuration: `auth0:clientId`, `auth0:clientSecret`, `auth0:apiToken`, `auth0:audience`; with a
   label, its entry in the secret object `auth0-sessions:credentials`.

The environment takes precedence over the configuration because `pulumi refresh` and `pulumi destroy` use the copy of
the configuration in state, in which a rotated secret still has its old value.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from auth0_sessions.api.tokens import DOMAIN_VARIABLE, ApiToken, hold_to_tenant
from auth0_sessions.errors import CredentialsError, InputError

SCOPES = ("read:tenant_settings", "update:tenant_settings")
NEEDED_SCOPES = f"{SCOPES[0]} and, to write, {SCOPES[1]}"
LABELED_CONFIG_KEY = "auth0-sessions:credentials"
CONFIG_KEYS = {
    "client_id": "auth0:clientId",
    "client_secret": "auth0:clientSecret",
    "api_token": "auth0:apiToken",
    "audience": "auth0:audience",
}
SECRET_CONFIG_KEYS = (CONFIG_KEYS["client_secret"], CONFIG_KEYS["api_token"], LABELED_CONFIG_KEY)
DOMAIN_CONFIG_KEY = "auth0:domain"
OWN_PROCESS = (
    "The provider is a process of its own and sees the environment of `pulumi`, not what a program puts into "
    "`os.environ`."
)
STALE_CONFIG = (
    "`pulumi refresh` and `pulumi destroy` use the configuration of the last `pulumi up`, unless run with "
    "--run-program."
)

_ENVIRONMENT = "environment"
_LABEL = re.compile(r"[a-z0-9-]+")
_PRINTABLE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True)
class ClientCredentials:
    """A machine-to-machine application; `audience` None means `https://DOMAIN/api/v2/`.

    `audience_key` is the variable or key that sets the audience, or would.
    """

    client_id: str
    client_secret: str = field(repr=False)
    audience: str | None
    source: str
    audience_key: str = "the audience"


Credentials = ApiToken | ClientCredentials


class Configuration(Protocol):
    """A stack's configuration, or the properties of an explicit `Provider`; keys are `namespace:name`."""

    def get(self, key: str, /) -> Any:
        """Return a value, or None."""


@dataclass(frozen=True)
class Source:
    """One place where credentials may be, with a description for messages.

    `find` returns the parts that are set, under the names in `CONFIG_KEYS`; `tenant` is the domain that is set along
    with them, as written. `audience_key` is the variable or key that sets the audience.
    """

    place: str
    find: Callable[[], Mapping[str, Any]] = field(repr=False)
    tenant: str | None = field(default=None, repr=False)
    audience_key: str = "the audience"


def in_environment(environ: Mapping[str, str], label: str | None) -> Source:
    """Return the environment variables as a source; `AUTH0_DOMAIN` goes with those without a label."""
    prefix = f"{label.upper().replace('-', '_')}_" if label else ""
    names = {part: f"AUTH0_{prefix}{part.upper()}" for part in CONFIG_KEYS}
    place = f"{_ENVIRONMENT} {names['client_id']} and {names['client_secret']}, or {names['api_token']}"
    tenant = None if label else environ.get(DOMAIN_VARIABLE) or None
    return Source(place, lambda: {part: environ.get(name) for part, name in names.items()}, tenant, names["audience"])


def in_config(config: Configuration, place: str, tenant: str | None, audience_key: str) -> Source:
    """Return the configuration keys without a label as a source, including those of an explicit `Provider`."""
    return Source(place, lambda: {part: config.get(key) for part, key in CONFIG_KEYS.items()}, tenant, audience_key)


def in_labeled_config(config: Configuration, label: str) -> Source:
    """Return a label's entry in `auth0-sessions:credentials` as a source."""

    def find() -> Mapping[str, str | None]:
        if (raw := config.get(LABELED_CONFIG_KEY)) is None:
            return {}
        # Imported here because only users of this object should have to wait for the library.
        from auth0_sessions.api.credential_sets import read_entry  # noqa: PLC0415

        return read_entry(raw, label)

    place = f"configuration {LABELED_CONFIG_KEY}, entry {label!r}"
    return Source(place, find, audience_key=f"audience in {place}")


def check_label(value: object) -> str:
    """Return a credential set's label, which consists of lowercase letters, digits and hyphens."""
    if isinstance(value, str) and _LABEL.fullmatch(value):
        return value
    # The value is not repeated because it may be a misplaced secret.
    message = (
        "credentials is not a label of a credential set: use lowercase letters, digits, and '-'. "
        "Give the label, such as acme, and never a secret."
    )
    raise InputError(message)


def sources(
    config: Configuration, label: str | None, *, explicit: bool, environ: Mapping[str, str] | None = None
) -> Sequence[Source]:
    """Return the sources to search, in order; the default environment is that of this process.

    `explicit` is True in the process of an explicit `Provider`, whose configuration is its own properties.
    """
    environment = in_environment(os.environ if environ is None else environ, label)
    domain = config.get(DOMAIN_CONFIG_KEY)
    if explicit:
        place = "the explicit Provider's client_id and client_secret, or api_token"
        return (in_config(config, place, domain, "the explicit Provider's audience"), environment)
    if label:
        return (environment, in_labeled_config(config, label))
    place = "configuration auth0:clientId and auth0:clientSecret, or auth0:apiToken"
    return (environment, in_config(config, place, domain or environment.tenant, CONFIG_KEYS["audience"]))


def find_credentials(places: Sequence[Source], domain: str) -> Credentials:
    """Return the first complete set of credentials, which may be sent to the tenant.

    Raises:
        CredentialsError: There is none, so the error names all sources, or it is a token for another tenant.

    """
    looked_at = []
    for source in places:
        parts = {part: value for part, value in source.find().items() if isinstance(value, str) and value.strip()}
        if found := _complete(parts, source):
            if isinstance(found, ApiToken):
                hold_to_tenant(found, domain)
            return found
        looked_at.append(f"{source.place} ({_lacking(parts)})")
    message = (
        f"No credentials for {domain}. Looked at: {'; '.join(looked_at)}. Give one complete set; the application "
        f"needs {NEEDED_SCOPES} of the Management API."
    )
    if not all(source.place.startswith(_ENVIRONMENT) for source in places):
        message += f" {OWN_PROCESS} {STALE_CONFIG}"
    raise CredentialsError(message)


def default_domain(config: Configuration, *, environ: Mapping[str, str] | None = None) -> str | None:
    """Return the domain of resources that do not set one: `AUTH0_DOMAIN`, else `auth0:domain`."""
    domain = (os.environ if environ is None else environ).get(DOMAIN_VARIABLE) or config.get(DOMAIN_CONFIG_KEY)
    return domain if isinstance(domain, str) else None


def _complete(parts: Mapping[str, str], source: Source) -> Credentials | None:
    if "api_token" not in parts and not {"client_id", "client_secret"} <= parts.keys():
        return None
    place = source.place
    clean = {part: _printable(value.strip(), part, place) for part, value in parts.items()}
    audience = f"{clean['audience'].removesuffix('/')}/" if "audience" in clean else None
    if token := clean.get("api_token"):
        return ApiToken(token, place, audience, source.tenant, source.audience_key)
    return ClientCredentials(clean["client_id"], clean["client_secret"], audience, place, source.audience_key)


def _printable(value: str, part: str, place: str) -> str:
    """Reject values that HTTP cannot transmit, before a library repeats them in an error."""
    if _PRINTABLE.fullmatch(value):
        return value
    message = f"The {part} from {place} has a space, a line break or an unusual character in it. Set it again."
    raise CredentialsError(message)


def _lacking(parts: Mapping[str, str]) -> str:
    if "client_id" in parts:
        return "the client secret is missing"
    if "client_secret" in parts:
        return "the client id is missing"
    return "not set"
