"""The file that lists tenants: the stack's own, or one that a fleet and an audit share."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from auth0_sessions.errors import InputError, shown

NAMESPACE = "auth0-sessions"
TENANTS_KEY = f"{NAMESPACE}:tenants"
_STACK_FILE = re.compile(r"Pulumi\.(.+)\.(?:ya?ml|json)")


@dataclass(frozen=True)
class TenantsFile:
    """What a file says of its tenants; nothing in it is checked yet.

    Where a stack's file names another one, plan and profile in that one go before the stack's.

    Attributes:
        tenants: Short name -> a tenant's entry.
        plan: The plan of tenants that name none, or None.
        profile: The profile of tenants that name none, or None.
        stack: The stack whose file it is, by its name `Pulumi.STACK.yaml`; None for any other.

    """

    tenants: Any
    plan: Any = None
    profile: Any = None
    stack: str | None = None


def read_tenants_file(path: Path) -> TenantsFile:
    """Read a list of tenants, in YAML or JSON.

    It is a stack's file (`Pulumi.prod.yaml`, with the tenants under `auth0-sessions:tenants`), or an object with
    an entry for each tenant, or one with these under `tenants` and perhaps `plan` and `profile` beside them.

    Args:
        path: The file.

    Raises:
        InputError: There is no such file, or it holds no such list.

    """
    found = _load(path)
    if not isinstance(found, Mapping):
        message = f"{path} is no list of tenants; it should be an object like acme: {{domain: acme.eu.auth0.com}}."
        raise InputError(message)
    config = found.get("config")
    if isinstance(config, Mapping):
        return _of_stack(path, config)
    if TENANTS_KEY in found:
        return _of_stack(path, found)
    if isinstance(found.get("tenants"), Mapping) and set(found) <= {"tenants", "plan", "profile"}:
        return TenantsFile(found["tenants"], found.get("plan"), found.get("profile"))
    return TenantsFile(found)


def tenants_of(value: object, folder: Path) -> TenantsFile:
    """Return the tenants of a configuration value: an object, its JSON text, or the name of a file.

    Args:
        value: What `auth0-sessions:tenants` holds.
        folder: Where a file's name starts from.

    Raises:
        InputError: It names a file that is not there, or that holds no list of tenants.

    """
    if not isinstance(value, str):
        return TenantsFile(value)
    try:
        return TenantsFile(json.loads(value))
    except ValueError:
        return read_tenants_file(folder / value)


def _of_stack(path: Path, config: Mapping[str, Any]) -> TenantsFile:
    value = config.get(TENANTS_KEY)
    if value is None:
        message = f"{path} has no {TENANTS_KEY} in its config; list the tenants there, or name another file."
        raise InputError(message)
    if isinstance(value, Mapping) and set(value) == {"secure"}:
        message = (
            f"{TENANTS_KEY} is encrypted in {path}, and only Pulumi can read it. Nothing in a list of tenants is a "
            f"secret: set it without --secret, or write `pulumi config get {TENANTS_KEY}` to a file."
        )
        raise InputError(message)
    listed, stack = tenants_of(value, path.parent), _STACK_FILE.fullmatch(path.name)
    return TenantsFile(
        listed.tenants,
        listed.plan or config.get(f"{NAMESPACE}:plan"),
        listed.profile or config.get(f"{NAMESPACE}:profile"),
        stack.group(1) if stack else None,
    )


def _load(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  It is a safe loader.
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
    except UnicodeDecodeError:
        message = f"{path} is no text; it should be YAML or JSON in UTF-8."
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where else ""
        message = f"{path}{line} is neither YAML nor JSON: {getattr(error, 'problem', None) or error}."
    raise InputError(message)


class _Loader(yaml.SafeLoader):
    """Refuses what YAML lets pass in silence: a key that is there twice, so that a tenant would be lost."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  As inherited.
        seen = set()
        for key, _ in node.value:
            name = (key.tag, key.value) if isinstance(key, yaml.ScalarNode) else id(key)
            if name in seen:
                problem = f"{shown(key.value)} is there twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep=deep)
