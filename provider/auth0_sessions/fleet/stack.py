"""Reads this package's configuration from a stack's file and its project's, as Pulumi does."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auth0_sessions.errors import InputError
from auth0_sessions.fleet.loader import load
from auth0_sessions.model.scalars import NAMESPACE, read_object, texts

BESIDE = ("plan", "profile", "profiles", "enforce")
"""The keys that may appear next to a list of tenants."""

STACK_KEYS = ("tenants", *BESIDE, "ceiling")
"""The keys of this package's configuration that describe a fleet."""
OBJECTS = ("profiles", "ceiling")
"""Those whose value is an object, or its JSON text."""

_PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")
_OF_A_DECLARATION = ("value", "description", "items", "secret", "type", "default")
"""The keys with which a project's file declares a value."""


def project_folder(start: Path, project: str | None) -> Path:
    """Return the folder of a project's file, which is `start` or above it, as `main` in that file may name a subfolder.

    Without such a file, as in tests of a program, it is `start`.
    """
    for folder in (start, *start.absolute().parents):
        for name in _PROJECT_FILES:
            with suppress(InputError):
                if load(folder / name).get("name") == project:
                    return folder
    return start


@dataclass(frozen=True)
class Settings:
    """A stack's configuration.

    Attributes:
        folder: The project's folder.
        path: The file that has the tenants.
        keys: The path to them within that file.
        values: Every setting, by key without the namespace.

    """

    folder: Path
    path: Path
    keys: tuple[str, ...]
    values: dict[str, Any]


@dataclass(frozen=True)
class _Setting:
    """A value of this package's configuration, the file that has it, and the keys that lead to it there."""

    value: Any
    path: Path
    keys: tuple[str, ...]


def settings_of(path: Path, found: Mapping[str, Any]) -> Settings:
    """Return the configuration that a stack's file and its project's contain.

    Raises:
        InputError: There are no tenants in it, or Pulumi does not read it as it is written.

    """
    if found.get("environment"):
        message = (
            f"{path} imports environments, and tenants, plan and profile may come from there. Give `--stack NAME` "
            "instead of the file: it reads the stack's whole configuration, as `pulumi up` does."
        )
        raise InputError(message)
    project_file = nearest_project(path.parent) or path
    project = load(project_file) if project_file != path else {}
    settings = _own(project.get("config"), project_file, project) | _own(found.get("config"), path, project)
    tenants = settings.get("tenants")
    if tenants is None:
        message = f"{path} has no {NAMESPACE}:tenants in its config; list the tenants there, or name another file."
        raise InputError(message)
    return Settings(project_file.parent, tenants.path, tenants.keys, _checked(settings))


def is_project_file(path: Path) -> bool:
    """Return whether a file is a project's, in which an object declares a value."""
    return path.name in _PROJECT_FILES


def nearest_project(folder: Path) -> Path | None:
    """Return the project's file in a folder or the nearest one above it, or None."""
    places = (place / name for place in (folder, *folder.absolute().parents) for name in _PROJECT_FILES)
    return next((place for place in places if place.is_file()), None)


def _own(config: Any, path: Path, project: Mapping[str, Any]) -> dict[str, _Setting]:
    """Return this package's settings from the configuration in a file, by key without the namespace."""
    found: dict[str, _Setting] = {}
    for key, value in config.items() if isinstance(config, Mapping) else ():
        # A key without a namespace is the project's; Pulumi still reads an older form with `config` in the middle.
        full = key if ":" in str(key) else f"{project.get('name')}:{key}"
        namespace, _, name = full.replace(":config:", ":").partition(":")
        if namespace != NAMESPACE:
            continue
        if name in found:
            message = f"{path}: {found[name].keys[1]} and {key} are the same key; keep one."
            raise InputError(message)
        row = _Setting(value, path, ("config", key))
        found[name] = _declared(row, is_own=project.get("name") == NAMESPACE) if is_project_file(path) else row
    return found


def _declared(row: _Setting, *, is_own: bool) -> _Setting:
    """Return a value from a project's file, in which an object declares it; only the project's own may have a type."""
    if not isinstance(row.value, Mapping):
        return row
    allowed = _OF_A_DECLARATION if is_own else _OF_A_DECLARATION[:4]
    for key in ("value", "default"):
        if key in row.value and row.value.keys() <= set(allowed):
            return _Setting(row.value[key], row.path, (*row.keys, key))
    message = (
        f"{row.path}: Pulumi does not accept this object as {row.keys[-1]}. Put it under `value:`, without a type."
    )
    raise InputError(message)


def _checked(settings: Mapping[str, _Setting]) -> dict[str, Any]:
    """Return the values of settings if Pulumi reads them as they are written; all problems are reported."""
    problems, values = [], {}
    for key in [key for key in STACK_KEYS if key in settings]:
        row = settings[key]
        try:
            values[key] = _plain(row.value, key)
        except InputError as error:
            problems.append(f"{row.path}: {error}")
    if problems:
        raise InputError("\n".join(problems))
    return values


def _plain(value: Any, key: str) -> Any:
    if value is None:
        message = f"{NAMESPACE}:{key} has no value. Give it one, or remove the line."
        raise InputError(message)
    if _is_encrypted(value):
        message = (
            f"{NAMESPACE}:{key} is encrypted, and only Pulumi can read it. Nothing in it is a secret, so set it "
            "without --secret, or give `--stack NAME` instead of the file."
        )
        raise InputError(message)
    return read_object(value, key) if key in OBJECTS else texts(value, f"{NAMESPACE}:{key}")


def _is_encrypted(value: Any) -> bool:
    """Return whether a value contains one that `pulumi config set --secret` wrote; a tenant may be named `secure`."""
    if isinstance(value, list):
        return any(map(_is_encrypted, value))
    if not isinstance(value, Mapping):
        return False
    is_one = value.keys() == {"secure"} and isinstance(value["secure"], str)
    return is_one or any(map(_is_encrypted, value.values()))
