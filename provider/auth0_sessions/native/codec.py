"""Converts names and values for the engine: snake_case <-> camelCase, dictionaries <-> protobuf structs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime import rpc

from auth0_sessions.host.sealed import secret
from auth0_sessions.lifecycle.record import OUTPUTS, respelled, secrets_with
from auth0_sessions.model.inputs import INPUTS, SECRETS, UNKNOWN
from auth0_sessions.model.settings import SETTINGS
from auth0_sessions.model.spelling import camel_case

PACKAGE = "auth0-sessions"
RESOURCE = f"{PACKAGE}:index:SessionLifetime"
PROVIDER = f"pulumi:providers:{PACKAGE}"
DYNAMIC = "pulumi-python:dynamic/auth0-sessions:SessionLifetime"
"""The dynamic resource's type; state that it wrote is taken over."""

TO_CAMEL = {name: camel_case(name) for name in (*INPUTS, *OUTPUTS)}
"""Property in a record -> property on the wire."""

TO_SNAKE = {camel: name for name, camel in TO_CAMEL.items()}

_UNKNOWN = struct_pb2.Value(string_value=rpc.UNKNOWN)
_SIGNATURE, _SECRET, _OUTPUT = rpc._special_sig_key, rpc._special_secret_sig, rpc._special_output_value_sig  # noqa: SLF001  Part of the protocol.


@dataclass(frozen=True)
class Props:
    """Properties from the engine, by name in snake_case, with `UNKNOWN` for unknown ones; and which are secret."""

    values: dict[str, Any]
    secrets: frozenset[str] = frozenset()

    @property
    def record(self) -> dict[str, Any]:
        """The values, plus the names of the secrets, which messages must not repeat.

        Newer engines (3.276) send an import like a look-up, and so keep every setting: those in `previous` are managed.
        """
        values, previous = self.values, self.values.get("previous") or {}
        if previous and "superseded" not in values:
            values = {name: value for name, value in values.items() if name not in SETTINGS or name in previous}
        return {**values, SECRETS: ",".join(sorted(self.secrets))}

    @property
    def inputs(self) -> dict[str, Any]:
        """The inputs in the record."""
        return {name: value for name, value in self.record.items() if name in (*INPUTS, SECRETS)}


def from_wire(struct: struct_pb2.Struct) -> Props:
    """Read properties. Records of the dynamic resource already use snake_case."""
    values = {key: decoded(value) for key, value in struct.fields.items()}
    secrets = frozenset(TO_SNAKE.get(key, key) for key, value in struct.fields.items() if _has_secret(value))
    return Props(respelled(values, lambda name: TO_SNAKE.get(name, name)), secrets)


def to_wire(values: Mapping[str, Any], secrets: Iterable[str] = ()) -> struct_pb2.Struct:
    """Write properties; everything derived from a secret setting is sent as a secret."""
    known = {name: rpc.UNKNOWN if value is UNKNOWN else value for name, value in values.items() if name != SECRETS}
    sent = respelled(known, lambda name: TO_CAMEL.get(name, name))
    hidden = {TO_CAMEL.get(name, name) for name in secrets_with(secrets)}
    struct = struct_pb2.Struct()
    struct.update({key: secret(row) if key in hidden and row is not None else row for key, row in sent.items()})
    return struct


def unwrapped(value: struct_pb2.Value) -> tuple[struct_pb2.Value, bool]:
    """Return what is inside of secrets and outputs, and whether any of them is a secret."""
    fields = value.struct_value.fields if value.WhichOneof("kind") == "struct_value" else {}
    signature = fields[_SIGNATURE].string_value if _SIGNATURE in fields else ""
    if signature not in (_SECRET, _OUTPUT):
        return value, False
    is_secret = signature == _SECRET or ("secret" in fields and fields["secret"].bool_value)
    inner, is_more = unwrapped(fields["value"]) if "value" in fields else (_UNKNOWN, False)
    return inner, is_secret or is_more


def _has_secret(value: struct_pb2.Value) -> bool:
    """Return whether a value, or any value inside of it, is a secret."""
    value, is_secret = unwrapped(value)
    return is_secret or any(map(_has_secret, (*value.list_value.values, *value.struct_value.fields.values())))


def decoded(value: struct_pb2.Value) -> Any:
    """Unwrap secrets and outputs, and turn whole numbers back into integers."""
    value, _ = unwrapped(value)
    kind = value.WhichOneof("kind")
    if kind == "number_value":
        return int(value.number_value) if value.number_value.is_integer() else value.number_value
    if kind == "list_value":
        return [decoded(item) for item in value.list_value.values]
    if kind == "struct_value":
        return {key: decoded(item) for key, item in value.struct_value.fields.items()}
    if kind == "string_value":
        return UNKNOWN if value.string_value == rpc.UNKNOWN else value.string_value
    return value.bool_value if kind == "bool_value" else None
