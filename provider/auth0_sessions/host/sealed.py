"""Marks the values of a record that the engine has to encrypt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi.runtime import rpc

from auth0_sessions.lifecycle.record import secrets_with
from auth0_sessions.model.inputs import SECRETS, secrets_of


def secret(value: Any) -> dict[str, Any]:
    """Wrap a value so that the engine encrypts it."""
    return {rpc._special_sig_key: rpc._special_secret_sig, "value": value}  # noqa: SLF001  Part of the protocol.


def sealed(record: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with its secrets marked, which its inputs name: the engine does not say which are secret."""
    secrets = secrets_with(secrets_of(inputs))
    kept = {name: secret(value) if name in secrets and value is not None else value for name, value in record.items()}
    return {**kept, SECRETS: inputs[SECRETS]} if secrets else kept
