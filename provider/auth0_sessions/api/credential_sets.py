"""The secret configuration object `auth0-sessions:credentials`: label -> one set of credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from auth0_sessions.errors import CredentialsError


class LabeledEntry(BaseModel):
    """One set of credentials; its keys in configuration are `clientId` and so on."""

    model_config = ConfigDict(
        extra="forbid", alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True, frozen=True
    )

    client_id: str | None = None
    client_secret: str | None = None
    client_assertion_private_key: str | None = None
    client_assertion_signing_alg: str | None = None
    api_token: str | None = None
    audience: str | None = None


_ENTRIES = TypeAdapter(dict[str, LabeledEntry])
_WORDS = dict.fromkeys(("dict_type", "model_type"), "Input should be an object")


def read_entry(raw: Any, label: str) -> Mapping[str, str | None]:
    """Return a label's entry in the object or its JSON text; empty if it is missing.

    Errors name malformed parts by key and never repeat a value.
    """
    try:
        entries = _ENTRIES.validate_json(raw) if isinstance(raw, str) else _ENTRIES.validate_python(raw)
    except ValidationError as error:
        raise CredentialsError(_malformed(error, label)) from None
    entry = entries.get(label)
    return entry.model_dump() if entry else {}


def _malformed(error: ValidationError, label: str) -> str:
    rows = error.errors(include_input=False, include_url=False)
    problems = "; ".join(f"{_place(row['loc'], label)}: {_WORDS.get(row['type'], row['msg'])}" for row in rows)
    return (
        f"The configuration object auth0-sessions:credentials is malformed ({problems}). Each label has "
        '"clientId" with "clientSecret" or "clientAssertionPrivateKey", or "apiToken", and may have "audience".'
    )


def _place(location: Sequence[int | str], label: str) -> str:
    """Return where a problem is. Only known keys are named: any other may be a misplaced secret."""
    known = {label, *LabeledEntry.model_fields, *map(to_camel, LabeledEntry.model_fields)}
    return ".".join(str(step) if step in known else "another key" for step in location) or "the object"
