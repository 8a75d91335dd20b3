"""The secret configuration object `auth0-sessions:credentials`: label -> one set of credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from auth0_sessions.errors import CredentialsError


class LabelledEntry(BaseModel):
    """One set of credentials; in the configuration its keys are `clientId` and so on."""

    model_config = ConfigDict(
        extra="forbid", alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True, frozen=True
    )

    client_id: str | None = None
    client_secret: str | None = None
    api_token: str | None = None
    audience: str | None = None


_ENTRIES = TypeAdapter(dict[str, LabelledEntry])


def read_entry(raw: Any, label: str) -> Mapping[str, str | None]:
    """Return the parts of a label's entry; nothing where there is no such entry.

    Args:
        raw: The object, or its JSON text.
        label: The entry's name.

    Raises:
        CredentialsError: The object is malformed. The text names keys and never repeats a value.

    """
    try:
        entries = _ENTRIES.validate_json(raw) if isinstance(raw, str) else _ENTRIES.validate_python(raw)
    except ValidationError as error:
        raise CredentialsError(_malformed(error)) from None
    entry = entries.get(label)
    return entry.model_dump() if entry else {}


def _malformed(error: ValidationError) -> str:
    problems = "; ".join(f"{'.'.join(map(str, row['loc'])) or 'the object'}: {row['msg']}" for row in error.errors())
    return (
        f"The configuration object auth0-sessions:credentials is not as it should be ({problems}). Each label has "
        '"clientId" and "clientSecret", or "apiToken", and may have "audience".'
    )
