"""Determines which inputs are secret, and marks the outputs that are derived from them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.runtime import rpc

from auth0_sessions.lifecycle.inputs import SECRETS, secrets_of
from auth0_sessions.lifecycle.record import secrets_with


def secret(value: Any) -> dict[str, Any]:
    """Wrap a value so that the engine encrypts it."""
    return {rpc._special_sig_key: rpc._special_secret_sig, "value": value}  # noqa: SLF001  Part of the protocol.


def encrypted(value: pulumi.Input[str] | None) -> pulumi.Output[str] | None:
    """Mark a value as a secret, even if the program passed a plain one."""
    return None if value is None else pulumi.Output.secret(value)


def sealed(record: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with its secrets marked, which its inputs name: the engine does not say which are secret."""
    secrets = secrets_with(secrets_of(inputs))
    kept = {name: secret(value) if name in secrets and value is not None else value for name, value in record.items()}
    return {**kept, SECRETS: inputs[SECRETS]} if secrets else kept


def named_secrets(given: Mapping[str, Any]) -> dict[str, pulumi.Output[str | None]]:
    """Return the names of the secret inputs as an extra input; empty if no input is an output."""
    outputs = {name: value for name, value in given.items() if isinstance(value, pulumi.Output)}

    async def names() -> str | None:
        # A failing input is reported where it is used.
        found = await asyncio.gather(*(value.is_secret() for value in outputs.values()), return_exceptions=True)
        return ",".join(name for name, is_secret in zip(outputs, found, strict=True) if is_secret is True) or None

    return {SECRETS: pulumi.Output.from_input(names())} if outputs else {}
