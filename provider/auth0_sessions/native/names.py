"""Converts names and values for the engine: snake_case <-> camelCase, dictionaries <-> protobuf structs."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime import rpc

from auth0_sessions.lifecycle.inputs import INPUTS, SECRETS, UNKNOWN
from auth0_sessions.lifecycle.record import OUTPUTS, secrets_with
from auth0_sessions.model.spelling import camel_case
from auth0_sessions.program.secrets import secret

PACKAGE = "auth0-sessions"
RESOURCE = f"{PACKAGE}:index:SessionLifetime"
DYNAMIC = "pulumi-python:dynamic/auth0-sessions:SessionLifetime"
"""The dynamic resource's type; state that it wrote is taken over."""

TO_CAMEL = {name: camel_case(name) for name in (*INPUTS, *OUTPUTS)}
"""Property in a record -> property on the wire."""

TO_SNAKE = {camel: name for name, camel in TO_CAMEL.items()}

BY_SETTING = ("previous", "superseded", "reasons")
"""The properties whose keys are settings."""

_SIGNATURE, _SECRET, _OUTPUT = rpc._special_sig_key, rpc._special_secret_sig, rpc._special_output_value_sig  # noqa: SLF001  Part of the protocol.


@dataclass(frozen=True)
class Props:
    """Properties from the engine, by name in snake_case, with `UNKNOWN` for unknown ones; and which are secret."""

    values: dict[str, Any]
    secrets: frozenset[str] = frozenset()

    @property
    def record(self) -> dict[str, Any]:
        """The values, plus the names of the secrets, which messages must not repeat."""
        return {**self.values, SECRETS: ",".join(sorted(self.secrets))}


def from_wire(struct: struct_pb2.Struct) -> Props:
    """Read properties. Records of the dynamic resource already use snake_case."""
    values, secrets = {}, set()
    for key, value in struct.fields.items():
        name = TO_SNAKE.get(key, key)
        if _is_secret(value):
            secrets.add(name)
        plain = plain_value(value)
        if name in BY_SETTING and isinstance(plain, dict):
            plain = {TO_SNAKE.get(inner, inner): row for inner, row in plain.items()}
        values[name] = plain
    return Props(values, frozenset(secrets))


def to_wire(values: Mapping[str, Any], secrets: Iterable[str] = ()) -> struct_pb2.Struct:
    """Write properties; everything derived from a secret setting is sent as a secret."""
    hidden = secrets_with(secrets)
    sent = {TO_CAMEL.get(name, name): _sent(name, value, hidden) for name, value in values.items() if name != SECRETS}
    struct = struct_pb2.Struct()
    struct.update(sent)
    return struct


def _sent(name: str, value: Any, hidden: Container[str]) -> Any:
    if name in BY_SETTING and isinstance(value, Mapping):
        value = {TO_CAMEL.get(inner, inner): row for inner, row in value.items()}
    value = rpc.UNKNOWN if value is UNKNOWN else value
    return secret(value) if name in hidden and value is not None else value


def plain_value(value: struct_pb2.Value) -> Any:
    """Unwrap secrets and outputs, and turn whole numbers back into integers."""
    kind = value.WhichOneof("kind")
    if kind == "number_value":
        return int(value.number_value) if value.number_value.is_integer() else value.number_value
    if kind == "list_value":
        return [plain_value(item) for item in value.list_value.values]
    if kind == "struct_value":
        fields = value.struct_value.fields
        if fields[_SIGNATURE].string_value in (_SECRET, _OUTPUT) if _SIGNATURE in fields else False:
            return plain_value(fields["value"]) if "value" in fields else UNKNOWN
        return {key: plain_value(item) for key, item in fields.items()}
    if kind == "string_value":
        return UNKNOWN if value.string_value == rpc.UNKNOWN else value.string_value
    return value.bool_value if kind == "bool_value" else None


def _is_secret(value: struct_pb2.Value) -> bool:
    """Return whether a value is a secret or contains one."""
    kind = value.WhichOneof("kind")
    if kind == "list_value":
        return any(map(_is_secret, value.list_value.values))
    if kind != "struct_value":
        return False
    fields = value.struct_value.fields
    signature = fields[_SIGNATURE].string_value if _SIGNATURE in fields else ""
    if signature == _OUTPUT:
        return "secret" in fields and fields["secret"].bool_value
    return signature == _SECRET or any(map(_is_secret, fields.values()))
