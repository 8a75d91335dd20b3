"""Reads a file that lists tenants: a stack's file, or one that a fleet and an audit share."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from auth0_sessions.errors import InputError, shown
from auth0_sessions.fleet.entries import KEYS, Defaults
from auth0_sessions.fleet.loader import Loader
from auth0_sessions.model.profiles import Profile, chosen_by_stack

NAMESPACE = "auth0-sessions"
_STACK_FILE = re.compile(r"Pulumi\.(.+)\.(?:ya?ml|json)")
_BESIDE = ("plan", "profile", "profiles", "enforce")
"""The keys that may appear next to a list of tenants."""

MAX_CHARACTERS = 5_000_000
"""The longest allowed file, enough for tens of thousands of tenants."""

_PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")


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
        stack: The stack that the file belongs to, from its name `Pulumi.STACK.yaml`; None for any other file.
        path: The file that contains the list: this one, or the one that it names.
        keys: The path to the list within that file, outermost key first.

    """

    tenants: Any
    plan: Any = None
    profile: Any = None
    profiles: Any = None
    enforce: Any = None
    stack: str | None = None
    path: Path | None = field(default=None, compare=False)
    keys: tuple[str, ...] = field(default=(), compare=False)

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
        return Defaults(self.plan, self.default_profile[0], self.profiles, self.enforce)


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
        InputError: The file cannot be read, is neither YAML nor JSON, or lists no tenants.

    """
    found = _load(path)
    return _of_stack(path, found) if _is_stacks(path, found) else _of_list(path, found)


def tenants_of(value: object, folder: Path) -> TenantsFile:
    """Return the tenants of a configuration value: an object, its JSON text, or the name of a file in a folder.

    Raises:
        InputError: It names a file that does not exist or does not list tenants.

    """
    if not isinstance(value, str):
        return TenantsFile(value)
    try:
        return TenantsFile(_json(value))
    except json.JSONDecodeError:
        path = folder / value
        return _of_list(path, _load(path))


def _is_stacks(path: Path, found: Mapping[str, Any]) -> bool:
    """Return whether a file has a stack's configuration, whose keys have colons, and not a tenant named `config`."""
    config = found.get("config")
    has_config = isinstance(config, Mapping) and (_STACK_FILE.fullmatch(path.name) or any(":" in key for key in config))
    return bool(has_config) or f"{NAMESPACE}:tenants" in found


def _of_list(path: Path, found: Mapping[str, Any]) -> TenantsFile:
    inner = found.get("tenants")
    if not isinstance(inner, Mapping) or _is_entry(inner):
        return TenantsFile(found, path=path)
    if unknown := found.keys() - {"tenants", *_BESIDE}:
        names = ", ".join(sorted(map(str, unknown)))
        message = f"{path}: {names}: unknown key; next to tenants, these are allowed: {', '.join(_BESIDE)}."
        raise InputError(message)
    return TenantsFile(inner, **{key: found.get(key) for key in _BESIDE}, path=path, keys=("tenants",))


def _is_entry(found: Mapping[str, Any]) -> bool:
    """Return whether an object is the entry of a tenant that is named `tenants`."""
    keys = {*KEYS, *KEYS.values()}
    return bool(found.keys() & keys) and not any(isinstance(value, Mapping) for value in found.values())


def _of_stack(path: Path, found: Mapping[str, Any]) -> TenantsFile:
    project_file, project = _project(path)
    is_nested = isinstance(found.get("config"), Mapping)
    configs = [_own(found["config"] if is_nested else found), {key: _value(row) for key, row in _own(project).items()}]
    value = _first(config.get("tenants") for config in configs)
    if value is None:
        message = f"{path} has no {NAMESPACE}:tenants in its config; list the tenants there, or name another file."
        raise InputError(message)
    for key in ("tenants", *_BESIDE):
        if _is_encrypted(configs[0].get(key)):
            message = (
                f"{NAMESPACE}:{key} is encrypted in {path}, and only Pulumi can read it. Nothing in it is a secret, so "
                "set it without --secret."
            )
            raise InputError(message)
    listed, stack = tenants_of(value, project_file.parent), _STACK_FILE.fullmatch(path.name)
    beside = {key: _first([getattr(listed, key), *(config.get(key) for config in configs)]) for key in _BESIDE}
    if listed.path is None:
        is_own = configs[0].get("tenants") is not None
        keys = ("config", f"{NAMESPACE}:tenants")[is_own and not is_nested :]
        listed = replace(listed, path=path if is_own else project_file, keys=keys)
    return replace(listed, **beside, stack=stack.group(1) if stack else None)


def _project(path: Path) -> tuple[Path, Mapping[str, Any]]:
    """Return the project file for a stack's file and its configuration, or the stack's file if there is none."""
    for folder in path.absolute().parents:
        for name in _PROJECT_FILES:
            if (folder / name).is_file():
                config = _load(folder / name).get("config")
                return folder / name, config if isinstance(config, Mapping) else {}
    return path, {}


def _own(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return this package's values from a configuration."""
    return {key.removeprefix(f"{NAMESPACE}:"): row for key, row in config.items() if key.startswith(f"{NAMESPACE}:")}


def _is_encrypted(value: Any) -> bool:
    """Return whether a value contains one that `pulumi config set --secret` wrote."""
    if not isinstance(value, Mapping):
        return False
    return value.keys() == {"secure"} or any(map(_is_encrypted, value.values()))


def _value(declared: Any) -> Any:
    """Return a value from a project file, which may also declare the value's type."""
    is_typed = isinstance(declared, Mapping) and declared.keys() & {"type", "value", "default"}
    return _first(map(declared.get, ("value", "default"))) if is_typed else declared


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value is not None), None)


def _load(path: Path) -> Mapping[str, Any]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            content = file.read(MAX_CHARACTERS + 1)
        found = _parsed(content)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
    except UnicodeDecodeError:
        message = f"{path} is not a text file; it should be YAML or JSON in UTF-8."
    except InputError as error:
        message = f"{path}: {error}"
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where else ""
        message = f"{path}{line} is neither YAML nor JSON: {getattr(error, 'problem', None) or error}."
    else:
        if isinstance(found, Mapping):
            return found
        message = f"{path} is not a tenants file; it should be an object like acme: {{domain: acme.eu.auth0.com}}."
    raise InputError(message)


def _parsed(content: str) -> Any:
    if len(content) > MAX_CHARACTERS:
        message = f"it has more than {MAX_CHARACTERS:,} characters. Split the list into several files."
        raise InputError(message)
    # JSON is not always YAML: it may contain tabs, or characters written as surrogate pairs.
    if content.lstrip().startswith("{"):
        try:
            return _json(content)
        except json.JSONDecodeError:
            pass
    return yaml.load(content, Loader=Loader)  # noqa: S506  It makes text, lists and objects only.


def _json(content: str) -> Any:
    try:
        return json.loads(content, object_pairs_hook=_no_key_twice)
    except RecursionError:
        message = "the JSON is nested too deeply to be a list of tenants."
        raise InputError(message) from None


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        message = f"{shown(twice)} is a duplicate key; keep one."
        raise InputError(message)
    return made
