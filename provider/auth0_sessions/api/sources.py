"""Where a tenant's credentials are looked up, in order.

1. an explicit `Provider` that has credentials of its own;
2. with a label: its entry in the secret object `auth0-sessions:credentials`, else `AUTH0_<LABEL>_CLIENT_ID` and so on;
3. without a label: the stack's configuration (`auth0:clientId` and so on), completed key by key from the environment
   (`AUTH0_CLIENT_ID` and so on).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from auth0_sessions.errors import CredentialsError
from auth0_sessions.model.spelling import camel_case

TOKEN, KEY, SECRET = "api_token", "client_assertion_private_key", "client_secret"
PARTS = ("client_id", SECRET, KEY, "client_assertion_signing_alg", TOKEN, "audience")
CONFIG_KEYS = {part: f"auth0:{camel_case(part)}" for part in PARTS}
LABELED_CONFIG_KEY = "auth0-sessions:credentials"
SECRET_CONFIG_KEYS = (*(CONFIG_KEYS[part] for part in (TOKEN, KEY, SECRET)), LABELED_CONFIG_KEY)
DOMAIN_CONFIG_KEY = "auth0:domain"
DOMAIN_VARIABLE = "AUTH0_DOMAIN"

_PRINTABLE = re.compile(r"[\x21-\x7e]+")


class Configuration(Protocol):
    """A stack's configuration, or the properties of an explicit `Provider`; keys are `namespace:name`."""

    def get(self, key: str, /) -> Any:
        """Return a value, or None."""


@dataclass(frozen=True)
class Source:
    """One place where credentials may be.

    Attributes:
        place: What it is, for messages.
        names: Part -> the variable or key that sets it.
        values: Part -> its value there, or None.
        tenant: The domain that is set along with them, as written, or None.
        domain_name: What sets that domain, or would; None if nothing can.
        is_stale: Whether `pulumi refresh` and `pulumi destroy` may see an earlier value.
        note: What else to know when nothing is found.

    """

    place: str
    names: Mapping[str, str]
    values: Mapping[str, Any] = field(repr=False)
    tenant: object = field(default=None, repr=False)
    domain_name: str | None = None
    is_stale: bool = False
    note: str = ""

    def parts(self) -> dict[str, Part]:
        """Return the parts that are set to a text."""
        return {
            part: Part(value.strip(), self.names[part], self)
            for part, value in self.values.items()
            if isinstance(value, str) and value.strip()
        }


@dataclass(frozen=True)
class Part:
    """One part of a set of credentials, with what sets it."""

    value: str = field(repr=False)
    name: str
    source: Source

    @property
    def printable(self) -> str:
        """The value, unless HTTP cannot transmit it: a library would repeat it in an error."""
        if _PRINTABLE.fullmatch(self.value):
            return self.value
        message = f"{self.name} has a space, a line break or an unusual character in it. Set it again."
        raise CredentialsError(message)


Sources = Sequence[Sequence[Source]]
"""Sets of sources. The first set with credentials counts; within a set, each source completes those before it."""


def in_environment(environ: Mapping[str, str], label: str | None) -> Source:
    """Return the environment variables as a source; `AUTH0_DOMAIN` goes with those without a label."""
    prefix = f"{label.upper().replace('-', '_')}_" if label else ""
    names = {part: f"AUTH0_{prefix}{part.upper()}" for part in PARTS}
    values = {part: environ.get(name) for part, name in names.items()}
    if label:
        return Source("the environment", names, values)
    return Source("the environment", names, values, environ.get(DOMAIN_VARIABLE) or None, DOMAIN_VARIABLE)


def in_config(config: Configuration, place: str, names: Mapping[str, str], domain_name: str, note: str = "") -> Source:
    """Return configuration, or the properties of an explicit provider, as a source.

    Their keys are those of `CONFIG_KEYS`; `names` and `domain_name` are what messages call them.
    """
    values = {part: config.get(key) for part, key in CONFIG_KEYS.items()}
    return Source(place, names, values, config.get(DOMAIN_CONFIG_KEY) or None, domain_name, is_stale=True, note=note)


def in_labeled_config(config: Configuration, label: str) -> Source:
    """Return a label's entry in `auth0-sessions:credentials` as a source."""
    place = f"{LABELED_CONFIG_KEY}, entry {label!r}"
    values: Mapping[str, str | None] = {}
    if (raw := config.get(LABELED_CONFIG_KEY)) is not None:
        # Imported here because only users of this object should have to wait for the library.
        from auth0_sessions.api.credential_sets import read_entry  # noqa: PLC0415

        values = read_entry(raw, label)
    return Source(place, {part: f"{camel_case(part)} in {place}" for part in PARTS}, values, is_stale=True)


def sources(config: Configuration, label: str | None, *, explicit: bool) -> Sources:
    """Return where the dynamic resource looks.

    `explicit` is True in the process of an explicit `Provider`, whose configuration is its own properties.
    """
    if explicit:
        names = {part: f"the Provider's {part}" for part in PARTS}
        own = in_config(config, "the explicit Provider", names, "the Provider's domain")
        return arranged(own, None, label, explicit=True)
    own = in_config(config, "the configuration", CONFIG_KEYS, DOMAIN_CONFIG_KEY)
    return arranged(own, config, label, explicit=False)


def arranged(own: Source, labeled: Configuration | None, label: str | None, *, explicit: bool) -> Sources:
    """Return a provider's own source and the others in order; `labeled` is the configuration that may have labels."""
    environment = in_environment(os.environ, label)
    if explicit and has_credentials(own.parts()):
        return ((own,),)
    if label is None:
        return ((own, environment),)
    return ((environment,),) if labeled is None else ((in_labeled_config(labeled, label),), (environment,))


def of_environment(label: str | None) -> Sources:
    """Return the environment of this process as the only source, for reading tenants without Pulumi."""
    return ((in_environment(os.environ, label),),)


def default_domain(config: Configuration) -> str | None:
    """Return the domain of resources that do not set one: `auth0:domain`, else `AUTH0_DOMAIN`."""
    domain = config.get(DOMAIN_CONFIG_KEY) or os.environ.get(DOMAIN_VARIABLE)
    return domain if isinstance(domain, str) else None


def has_credentials(parts: Mapping[str, Part]) -> bool:
    """Return whether parts are those of a set, complete or not, rather than just its audience."""
    return any(part in parts for part in ("client_id", TOKEN, KEY, SECRET))
