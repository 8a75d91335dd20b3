"""The provider's configuration, which the plugin receives before any resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from pulumi.runtime.config import get_config_env

from auth0_sessions.api.sources import (
    CONFIG_KEYS,
    DOMAIN_CONFIG_KEY,
    LABELED_CONFIG_KEY,
    PARTS,
    SECRET_CONFIG_KEYS,
    Sources,
    arranged,
    default_domain,
    in_config,
)
from auth0_sessions.errors import InputError
from auth0_sessions.model.ceiling import StackCeiling, read_ceiling
from auth0_sessions.model.domain import canonical_domain
from auth0_sessions.model.inputs import READERS, UNKNOWN, Problem, read_inputs
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.spelling import CAMEL_CASE, camel_case

SECRET_KEYS = tuple(key.partition(":")[2] for key in SECRET_CONFIG_KEYS)
COMPONENT_KEYS = ("plan", "profile", "profiles", "enforce", "ceiling", "tenants")
"""The keys that components take as defaults."""

PROVIDER_KEYS = ("domain", *map(camel_case, PARTS), *COMPONENT_KEYS, "credentials", "livePreview")
OF_STACK = "__ofStack"
"""The key that marks a default provider in state: its configuration is the stack's. Pulumi does not show such a key."""

_TRUE, _FALSE = (True, "true"), (False, "false", None, UNKNOWN)


@dataclass(frozen=True)
class ProviderConfig:
    """The configuration of one provider, by key in camelCase."""

    given: Mapping[str, Any] = field(repr=False)

    @property
    def explicit(self) -> bool:
        """Whether a program declares it; the engine declares a default provider."""
        return self.given.get(OF_STACK) != "true"

    @property
    def plan(self) -> Plan | None:
        """The plan of resources that do not set one."""
        plan: Plan | None = READERS["plan"](self.given["plan"], "plan") if self.given.get("plan") else None
        return plan

    @property
    def bound_domain(self) -> str | None:
        """The domain of an explicit provider that sets one; the provider manages no other tenant."""
        return canonical_domain(self.given["domain"]) if self.explicit and self.given.get("domain") else None

    @property
    def default_domain(self) -> str | None:
        """The domain of resources that do not set one."""
        return self.bound_domain or default_domain({"auth0:domain": self.given.get("domain")})

    @cached_property
    def ceilings(self) -> tuple[StackCeiling, ...]:
        """The ceilings of the stack and of an explicit provider."""
        found = (read_ceiling(raw)[0] for raw in (get_config_env().get("ceiling"), self.given.get("ceiling")))
        return tuple(dict.fromkeys(filter(None, found)))

    @property
    def live_preview(self) -> bool:
        """Whether the preview of a create reads the tenant."""
        return self.given.get("livePreview") in _TRUE

    def has_moved_from(self, earlier: ProviderConfig) -> bool:
        """Return whether an explicit provider has another tenant's domain; False if either is unknown or missing."""
        old, new = earlier.given.get("domain"), self.given.get("domain")
        if not (self.explicit and isinstance(old, str) and isinstance(new, str)):
            return False
        return canonical_domain(old) != canonical_domain(new)

    def sources(self, label: str | None) -> Sources:
        """Return the sources of credentials."""
        spell, place, note = "the provider's {}", "the explicit provider", ""
        if not self.explicit:
            spell, place = "auth0-sessions:{}", "the configuration"
            note = "The plugin cannot see keys that start with auth0:."
        names = {part: spell.format(camel_case(part)) for part in PARTS}
        own = in_config(self._adapted, place, names, spell.format("domain"), note)
        return arranged(own, self._adapted, label, explicit=self.explicit)

    @property
    def _adapted(self) -> dict[str, Any]:
        """The credentials, under the keys that the credential sources use."""
        own = {key: self.given.get(key.removeprefix("auth0:")) for key in CONFIG_KEYS.values()}
        return {**own, DOMAIN_CONFIG_KEY: self.given.get("domain"), LABELED_CONFIG_KEY: self.given.get("credentials")}


def check_config(given: Mapping[str, Any]) -> list[Problem]:
    """Return the problems with a provider's configuration, without repeating values that could be secret."""
    problems = read_inputs({key: given.get(key) for key in _READERS}, CAMEL_CASE, _READERS).problems
    return [replace(one, is_private=one.is_private or "@" in str(given[one.property])) for one in problems]


def is_of_stack(given: Mapping[str, Any], stack: Mapping[str, Any]) -> bool:
    """Return whether a provider's configuration is the stack's, as that of a default provider, which has no other mark.

    Whoever declares a provider with exactly the stack's configuration gets what the default one does.
    """
    return OF_STACK not in given and all(given.get(key) == stack.get(key) for key in {*PROVIDER_KEYS, *stack})


def _ceiling(value: Any, _: str) -> None:
    if problems := read_ceiling(value)[1]:
        raise InputError(" ".join(problems))


def _live_preview(value: Any, _: str) -> None:
    if value not in (*_TRUE, *_FALSE):
        message = "livePreview should be true or false."
        raise InputError(message)


_READERS = {
    "domain": READERS["domain"],
    "plan": READERS["plan"],
    "ceiling": _ceiling,
    "livePreview": _live_preview,
}
