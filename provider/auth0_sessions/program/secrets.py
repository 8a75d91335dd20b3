"""Marks inputs as secrets, and names those that are."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pulumi

from auth0_sessions.model.inputs import SECRETS


def encrypted(value: pulumi.Input[str] | None) -> pulumi.Output[str] | None:
    """Mark a value as a secret, even if the program passed a plain one."""
    return None if value is None else pulumi.Output.secret(value)


def named_secrets(given: Mapping[str, Any]) -> dict[str, pulumi.Output[str | None]]:
    """Return the names of the secret inputs as an extra input; empty if no input is an output."""
    outputs = {name: value for name, value in given.items() if isinstance(value, pulumi.Output)}

    async def names() -> str | None:
        # A failing input is reported where it is used.
        found = await asyncio.gather(*(value.is_secret() for value in outputs.values()), return_exceptions=True)
        return ",".join(name for name, is_secret in zip(outputs, found, strict=True) if is_secret is True) or None

    return {SECRETS: pulumi.Output.from_input(names())} if outputs else {}
