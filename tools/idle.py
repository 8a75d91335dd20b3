"""A dynamic resource that does nothing but take its time: what the engine itself costs, for the bench."""

from __future__ import annotations

import os
import time
from typing import Any

from pulumi import Input, ResourceOptions, dynamic

VARIABLE = "BENCH_SECONDS_PER_CALL"
SECONDS_PER_CALL = float(os.environ.get(VARIABLE, "0.05"))
CALLS = {"create": 3, "read": 2, "update": 2, "delete": 2}
"""How many calls ours makes, logins included, for as long a sleep."""


class IdleProvider(dynamic.ResourceProvider):
    """Sleeps as long as our calls take."""

    serialize_as_secret_always = False

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.DiffResult:
        """Compare the one input."""
        return dynamic.DiffResult(changes=_olds["value"] != _news["value"])

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Sleep."""
        _sleep("create")
        return dynamic.CreateResult(props["value"], {"value": props["value"]})

    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        """Sleep."""
        _sleep("read")
        return dynamic.ReadResult(id_, {"value": props["value"]})

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.UpdateResult:
        """Sleep."""
        _sleep("update")
        return dynamic.UpdateResult({"value": _news["value"]})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Sleep."""
        _sleep("delete")


def _sleep(verb: str) -> None:
    time.sleep(CALLS[verb] * SECONDS_PER_CALL)


class Idle(dynamic.Resource, module="bench", name="Idle"):
    """Does nothing."""

    def __init__(self, name: str, value: Input[str], opts: ResourceOptions | None = None) -> None:
        super().__init__(IdleProvider(), name, {"value": value}, opts)
