"""Reads a file that lists tenants: a stack's file, or one that a fleet and an audit share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from auth0_sessions.errors import InputError
from auth0_sessions.fleet.entries import Defaults
from auth0_sessions.fleet.loader import load
from auth0_sessions.fleet.stack import BESIDE, project_folder, settings_of
from auth0_sessions.model.profiles import Profile, chosen_by_stack
from auth0_sessions.model.scalars import NAMESPACE, read_object, texts

_STACK_FILE = re.compile(r"Pulumi\.(.+)\.(?:ya?ml|json)")
_DEPLOY_CLI = {"tenant", "clients", "clientGrants", "connections", "databases", "pages", "resourceServers", "rules"}
"""Some of the keys of a tenant.yaml that Auth0's Deploy CLI writes; in folders, tenant.json has the next ones."""
_OF_A_TENANT = {"friendly_name", "enabled_locales", "sandbox_version", "session_lifetime", "idle_session_lifetime"}


@dataclass(frozen=True)
class TenantsFile:
    """The tenants of a file, as written there. A fleet or an audit checks them.

    If a stack's file names another file, `plan` and `profile` in that file take precedence over the stack's, and the
    stack's over the project's.

    Attributes:
        tenants: Short name -> a tenant's entry.
        plan: The plan of tenants that do not set one, or None.
        profile: The profile of tenants that do not set one, or None.
        profiles: A team's own profiles, or None.
        enforce: Whether lifetimes are exact or ceilings, or None.
        ceiling: The stack's ceiling, or None.
        stack: The stack that the file belongs to, from its name `Pulumi.STACK.yaml`; None for any other file.
        path: The file that contains the list: this one, or the one that it names; None if no file does.
        keys: The path to the list within that file, outermost key first.
        credentials: The credentials in the stack's resolved configuration, by configuration key; None for a file.

    """

    tenants: Any
    plan: Any = None
    profile: Any = None
    profiles: Any = None
    enforce: Any = None
    ceiling: Any = None
    stack: str | None = None
    path: Path | None = field(default=None, compare=False)
    keys: tuple[str, ...] = field(default=(), compare=False)
    credentials: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    @property
    def default_profile(self) -> tuple[Any, str]:
        """The profile of tenants that do not set one, as a fleet chooses it, and where it is set."""
        if self.profile is not None:
            return self.profile, "the file"
        if self.stack:
            profile = chosen_by_stack(self.stack)
            return profile, profile.chosen_by
        return Profile.BALANCED, "the default, Auth0's own values"

    @property
    def defaults(self) -> Defaults:
        """The defaults of a fleet built from the file."""
        return Defaults(self.plan, self.default_profile[0], self.profiles, self.enforce, self.ceiling)


def read_tenants_file(path: Path) -> TenantsFile:
    """Read a tenants file, in YAML or JSON, as a fleet and an audit do.

    It has one of three forms: a stack's file (`Pulumi.prod.yaml`) with `auth0-sessions:tenants` in its configuration,
    an object with an entry for each tenant, or such an object under `tenants`, with an optional `plan` and `profile`.

    >>> from pathlib import Path
    >>> from auth0_sessions import TenantFleet, read_tenants_file
    >>> file = read_tenants_file(Path("tenants.yaml"))  # doctest: +SKIP
    >>> TenantFleet(
    ...     "fleet",
    ...     tenants=file.tenants,
    ...     plan=file.plan,
    ...     profile=file.profile,
    ... )  # doctest: +SKIP

    Args:
        path: The file.

    Returns:
        Its tenants, and the default plan and profile. Entries are not checked here.

    Raises:
        InputError: The file cannot be read, is neither YAML nor JSON, lists no tenants, or has a number, a boolean or a
            date where text is expected.

    """
    found = load(path)
    return _of_stack(path, found) if _is_stacks(path, found) else _of_list(path, found)


def tenants_of(value: object, folder: Path) -> TenantsFile:
    """Return the tenants of a configuration value: an object, its JSON text, or the name of a file in a folder.

    Raises:
        InputError: It names a file that does not exist or does not list tenants, or has a number, a boolean or a date
            where text is expected.

    """
    found = read_object(value, "tenants")
    if not isinstance(found, str):
        return TenantsFile(found)
    if found.lstrip().startswith("{"):
        message = f"{NAMESPACE}:tenants is neither JSON nor the name of a file."
        raise InputError(message)
    path = folder / found
    return _of_list(path, load(path))


def _is_stacks(path: Path, found: Mapping[str, Any]) -> bool:
    """Return whether a file is a stack's or has its configuration, whose keys have colons: `config` may be a tenant."""
    config = found.get("config")
    has_config = isinstance(config, Mapping) and any(":" in str(key) for key in config)
    return has_config or bool(_STACK_FILE.fullmatch(path.name)) or f"{NAMESPACE}:tenants" in found


def _of_list(path: Path, found: Mapping[str, Any]) -> TenantsFile:
    if _is_deploy_cli_s(found):
        message = (
            f"{path} is the configuration of one tenant, as Auth0's Deploy CLI writes it, and not a list of tenants; "
            "list yours as in acme: {domain: acme.eu.auth0.com}, and `auth0-sessions export` adds what each one has."
        )
        raise InputError(message)
    found = texts(found, str(path))
    inner = found.get("tenants")
    if not isinstance(inner, Mapping):
        return TenantsFile(found, path=path)
    if unknown := found.keys() - {"tenants", *BESIDE}:
        names = ", ".join(sorted(map(str, unknown)))
        message = f"{path}: {names}: unknown key; next to tenants, these are allowed: {', '.join(BESIDE)}."
        raise InputError(message)
    beside: dict[str, Any] = {key: found.get(key) for key in BESIDE}
    return TenantsFile(inner, **beside, path=path, keys=("tenants",))


def _is_deploy_cli_s(found: Mapping[Any, Any]) -> bool:
    """Return whether a file is Auth0's, which has lists, or a tenant's settings where an entry has a domain."""
    if any(isinstance(found.get(key), list) for key in _DEPLOY_CLI):
        return True
    tenant = found.get("tenant", found)
    if not isinstance(tenant, Mapping) or "domain" in tenant:
        return False
    return any(key in tenant and not isinstance(tenant[key], Mapping) for key in _OF_A_TENANT)


def _of_stack(path: Path, found: Mapping[str, Any]) -> TenantsFile:
    settings = settings_of(path, found)
    name = _STACK_FILE.fullmatch(path.name)
    values = {key: setting.value for key, setting in settings.items()}
    listing = in_settings(values, project_folder(path.parent), name[1] if name else None)
    return listing if listing.path else replace(listing, path=settings["tenants"].path, keys=settings["tenants"].keys)


def in_settings(settings: Mapping[str, Any], folder: Path, stack: str | None) -> TenantsFile:
    """Return the tenants in a stack's settings; what a file that they name sets beside its list takes precedence."""
    listing = tenants_of(settings["tenants"], folder)
    own = {key: getattr(listing, key) for key in BESIDE if getattr(listing, key) is not None}
    return replace(listing, **{**settings, "tenants": listing.tenants, **own}, stack=stack)
