"""Reads a stack's whole configuration through the Pulumi CLI, as `pulumi up` does: environments, project, secrets."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from auth0_sessions.api.sources import (
    CONFIG_KEYS,
    DOMAIN_CONFIG_KEY,
    LABELED_CONFIG_KEY,
    SECRET_CONFIG_KEYS,
    Sources,
    arranged,
    in_config,
)
from auth0_sessions.errors import InputError, visible
from auth0_sessions.fleet.file import TenantsFile, in_settings
from auth0_sessions.fleet.stack import OBJECTS, STACK_KEYS, project_folder
from auth0_sessions.model.scalars import NAMESPACE, read_object

SECONDS = 120
"""How long the CLI may take to read the configuration: opening an environment may call other services."""


def read_stack(stack: str, cwd: Path) -> TenantsFile:
    """Read the tenants and the credentials of a stack's resolved configuration.

    Args:
        stack: The stack's name, as for `pulumi --stack`.
        cwd: A folder of the project.

    Raises:
        InputError: The CLI cannot read the configuration, or the configuration has no tenants, a credential in plain
            text, or a number, a boolean or a date where text is expected.

    """
    rows = _rows(stack, cwd)
    values = {key: row.get("value") for key, row in rows.items()}
    own = {key: values[f"{NAMESPACE}:{key}"] for key in STACK_KEYS if values.get(f"{NAMESPACE}:{key}") is not None}
    if "tenants" not in own:
        message = f"Stack {visible(stack)} has no {NAMESPACE}:tenants in its configuration."
        raise InputError(message)
    for key in _SECRETS:
        if key in rows and not rows[key].get("secret"):
            message = f"{key} is in plain text. Encrypt it with `pulumi config set --secret {key}`, and rotate it."
            raise InputError(message)
    settings = {key: read_object(value, key) if key in OBJECTS else value for key, value in own.items()}
    found = in_settings(settings, project_folder(cwd), stack.rpartition("/")[2])
    credentials = {key: values.get(key) for key in (*_NATIVE, *_NATIVE.values(), LABELED_CONFIG_KEY)}
    return replace(found, credentials=credentials)


_KEYS = (*CONFIG_KEYS.values(), DOMAIN_CONFIG_KEY)
_NATIVE = {key: key.replace("auth0:", f"{NAMESPACE}:") for key in _KEYS}
"""A key of the dynamic resource's credentials -> the native plugin's."""

_SECRETS = {*SECRET_CONFIG_KEYS, *(_NATIVE[key] for key in SECRET_CONFIG_KEYS if key in _NATIVE)}


def found_in(credentials: Mapping[str, Any], label: str | None) -> Sources:
    """Return the sources of credentials as `up` has them, of whichever front end the configuration is for."""
    is_native = not any(map(credentials.get, CONFIG_KEYS.values())) and any(map(credentials.get, _NATIVE.values()))
    called = _NATIVE if is_native else {key: key for key in _KEYS}
    names = {part: called[key] for part, key in CONFIG_KEYS.items()}
    adapted = {key: credentials.get(called[key]) for key in _KEYS}
    own = in_config(adapted, "the configuration", names, called[DOMAIN_CONFIG_KEY])
    return arranged(own, credentials, label, explicit=False)


def _rows(stack: str, cwd: Path) -> Mapping[str, Mapping[str, Any]]:
    """Return what `pulumi config --json` prints; its output has secrets and is never shown."""
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        message = "`--stack` needs the Pulumi CLI, and there is no `pulumi` on PATH. Install it, or give a file."
        raise InputError(message)
    command = [pulumi, "config", "--json", "--show-secrets", "--non-interactive", "--stack", stack]
    where = f"`pulumi config` cannot read stack {visible(stack)}"
    try:
        ran = subprocess.run(command, cwd=cwd, capture_output=True, check=False, timeout=SECONDS)  # noqa: S603  No shell.
    except (OSError, subprocess.TimeoutExpired) as error:
        message = f"{where}: {getattr(error, 'strerror', None) or f'no answer within {SECONDS} seconds'}."
        raise InputError(message) from None
    if ran.returncode:
        lines = ran.stderr.decode(errors="replace").splitlines()
        problems = [visible(line.removeprefix("error: ")) for line in lines if line.startswith("error: ")]
        message = f"{where}: {' '.join(problems) or f'exit code {ran.returncode}'}"
        raise InputError(message)
    try:
        rows: dict[str, dict[str, Any]] = json.loads(ran.stdout)
    except ValueError:
        message = f"{where}: its output is not the JSON of a configuration. Update the Pulumi CLI."
        raise InputError(message) from None
    return rows
