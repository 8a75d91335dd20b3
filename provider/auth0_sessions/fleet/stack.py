"""Reads this package's configuration from a stack's file and its project's, as Pulumi does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
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


@dataclass(frozen=True)
class Setting:
    """A value of this package's configuration, the file that has it, and the keys that lead to it there."""

    value: Any
    path: Path
    keys: tuple[str, ...]


def settings_of(path: Path, found: Mapping[str, Any]) -> dict[str, Setting]:
    """Return the configuration that a stack's file and its project's contain, by key without the namespace.

    Raises:
        InputError: There are no tenants in it, or Pulumi does not read it as it is written.

    """
    if found.get("environment"):
        message = (
            f"{path} imports environments, and tenants, plan and profile may come from there. Give `--stack NAME` "
            "instead of the file: it reads the stack's whole configuration, as `pulumi up` does."
        )
        raise InputError(message)
    project_file = next(filter(Path.is_file, _project_files(path.parent)), path)
    project = load(project_file)
    settings = _own(project.get("config"), project_file, project) | _own(found.get("config"), path, project)
    if "tenants" not in settings:
        message = f"{path} has no {NAMESPACE}:tenants in its config; list the tenants there, or name another file."
        raise InputError(message)
    return _checked(settings)


def is_project_file(path: Path) -> bool:
    """Return whether a file is a project's, in which an object declares a value."""
    return path.name in _PROJECT_FILES


def project_folder(start: Path, project: str | None = None) -> Path:
    """Return the folder of a project's file, which is `start` or above it, as `main` in that file may name a subfolder.

    Without such a file, as in tests of a program, it is `start`. Without a name, it is the nearest project.
    """
    for path in _project_files(start):
        with suppress(InputError):
            if project in (None, load(path).get("name")):
                return path.parent
    return start


def _project_files(folder: Path) -> Iterator[Path]:
    """Yield where a project's file may be, the nearest place first."""
    return (place / name for place in (folder, *folder.absolute().parents) for name in _PROJECT_FILES)


def _own(config: Any, path: Path, project: Mapping[str, Any]) -> dict[str, Setting]:
    """Return this package's settings from the configuration in a file, by key without the namespace."""
    found: dict[str, Setting] = {}
    for key, value in config.items() if isinstance(config, Mapping) else ():
        # A key without a namespace is the project's; Pulumi still reads an older form with `config` in the middle.
        full = key if ":" in str(key) else f"{project.get('name')}:{key}"
        namespace, _, name = full.replace(":config:", ":").partition(":")
        if namespace != NAMESPACE:
            continue
        if name in found:
            message = f"{path}: {found[name].keys[1]} and {key} are the same key; keep one."
            raise InputError(message)
        setting = Setting(value, path, ("config", key))
        is_declaration = is_project_file(path) and isinstance(value, Mapping)
        found[name] = _declared(setting, is_own=project.get("name") == NAMESPACE) if is_declaration else setting
    return found


def _declared(setting: Setting, *, is_own: bool) -> Setting:
    """Return a value from the object that declares it in a project's file; only the project's own may have a type."""
    allowed = _OF_A_DECLARATION if is_own else _OF_A_DECLARATION[:4]
    for key in ("value", "default"):
        if key in setting.value and setting.value.keys() <= set(allowed):
            return Setting(setting.value[key], setting.path, (*setting.keys, key))
    message = (
        f"{setting.path}: Pulumi does not accept this object as {setting.keys[-1]}. Put it under `value:`, without a "
        "type."
    )
    raise InputError(message)


def _checked(settings: Mapping[str, Setting]) -> dict[str, Setting]:
    """Return the settings of a fleet if Pulumi reads them as they are written; all problems are reported."""
    problems, checked = [], {}
    for key in [key for key in STACK_KEYS if key in settings]:
        setting = settings[key]
        try:
            checked[key] = replace(setting, value=_plain(setting.value, key))
        except InputError as error:
            problems.append(f"{setting.path}: {error}")
    if problems:
        raise InputError("\n".join(problems))
    return checked


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
