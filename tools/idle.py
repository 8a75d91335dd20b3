"""A dynamic resource that only sleeps, so that the benchmark can measure the engine's own cost."""

from __future__ import annotations

import os
import time
from typing import Any

from pulumi import Input, dynamic

VARIABLE = "BENCH_SECONDS_PER_CALL"
SECONDS_PER_CALL = float(os.environ.get(VARIABLE, "0.05"))
CALLS = {"create": 3, "read": 2, "update": 2, "delete": 2}
"""How many calls our resource makes, including logins, which determines the sleep."""


class IdleProvider(dynamic.ResourceProvider):
    """Sleeps as long as our calls take."""

    serialize_as_secret_always = False

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.DiffResult:
        """Compare the one input."""
        return dynamic.DiffResult(changes=_olds["value"] != _news["value"])

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Sleep."""
        _sleep("create")
        return dynamic.CreateResult(props["value"], _outputs(props))

    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        """Sleep."""
        _sleep("read")
        return dynamic.ReadResult(id_, _outputs(props))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.UpdateResult:
        """Sleep."""
        _sleep("update")
        return dynamic.UpdateResult(_outputs(_news))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Sleep."""
        _sleep("delete")


def _sleep(verb: str) -> None:
    time.sleep(CALLS[verb] * SECONDS_PER_CALL)


def _outputs(props: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in props.items() if name != "__provider"}
    return {**given, **WIDE_OUTPUTS} if given.keys() > {"value"} else given


WIDE_INPUTS: dict[str, Any] = {
    "plan": "enterprise",
    "session_lifetime": "8h",
    "on_delete": "restore",
    "over_limit": "error",
    "enforce": "exact",
}
WIDE_OUTPUTS: dict[str, Any] = {
    "session_lifetime_minutes": 480,
    "previous": {"session_lifetime": 10_080},
    "superseded": {},
    "old_sessions_gone_by": "2026-11-30T19:36:50Z",
}


class Idle(dynamic.Resource, module="bench", name="Idle"):
    """Does nothing.

    Args:
        name: Its name.
        value: Its one input.
        wide: Gives it as many properties as a resource of ours has, because the engine carries each of them.

    """

    def __init__(self, name: str, value: Input[str], *, wide: bool = False) -> None:
        ours = {"domain": f"{name}.eu.auth0.com", **WIDE_INPUTS, **dict.fromkeys(WIDE_OUTPUTS)} if wide else {}
        super().__init__(IdleProvider(), name, {"value": value, **ours})
