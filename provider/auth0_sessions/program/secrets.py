"""Secrets among a resource's properties: which inputs are, and what is one because of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.runtime import rpc

from auth0_sessions.lifecycle.inputs import SECRETS, secrets_of
from auth0_sessions.lifecycle.record import secrets_with


def secret(value: Any) -> dict[str, Any]:
    """Return a value so that the engine keeps it encrypted."""
    return {rpc._special_sig_key: rpc._special_secret_sig, "value": value}  # noqa: SLF001  Part of the protocol.


def sealed(record: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record for an engine that keeps from a provider which inputs are secrets.

    Args:
        record: The record.
        inputs: The inputs that it comes from, with the names of the secrets among them.

    """
    secrets = secrets_with(secrets_of(inputs))
    kept = {name: secret(value) if name in secrets and value is not None else value for name, value in record.items()}
    return {**kept, SECRETS: inputs[SECRETS]} if secrets else kept


def named_secrets(given: Mapping[str, Any]) -> dict[str, pulumi.Output[str | None]]:
    """Return what has to be beside some inputs so that no message repeats a secret; nothing if all are plain."""
    outputs = {name: value for name, value in given.items() if isinstance(value, pulumi.Output)}

    async def names() -> str | None:
        # An input that fails is reported where it is used.
        found = await asyncio.gather(*(value.is_secret() for value in outputs.values()), return_exceptions=True)
        return ",".join(name for name, is_secret in zip(outputs, found, strict=True) if is_secret is True) or None

    return {SECRETS: pulumi.Output.from_input(names())} if outputs else {}
