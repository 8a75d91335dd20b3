"""The secret configuration object of labeled credential sets."""

import json
import traceback

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auth0_sessions.api.credential_sets import LabeledEntry, read_entry
from auth0_sessions.api.sources import CONFIG_KEYS, LABELED_CONFIG_KEY
from auth0_sessions.errors import CredentialsError
from auth0_sessions.model.spelling import camel_case

CANARY = "canary-S3CR3T"
ENTRY = {
    "client_id": "i",
    "client_secret": "s",
    "client_assertion_private_key": "k",
    "client_assertion_signing_alg": "PS256",
    "api_token": "t",
    "audience": "https://x/",
}
CAMEL = {camel_case(part): value for part, value in ENTRY.items()}


def found(parts):
    """Return the parts that are there."""
    return {part: value for part, value in parts.items() if value is not None}


def error_of(raw):
    """Return the text of the refusal of an object, with all that a traceback would show."""
    with pytest.raises(CredentialsError) as refused:
        read_entry(raw, "acme")
    return "".join(traceback.format_exception(refused.value))


def test_an_entry_has_the_parts_of_every_source():
    """An entry has the same parts as the environment and the configuration have."""
    assert list(LabeledEntry.model_fields) == list(CONFIG_KEYS)


@pytest.mark.parametrize("entry", [ENTRY, CAMEL], ids=["snake_case", "camelCase"])
@pytest.mark.parametrize("form", [json.dumps, dict], ids=["text", "object"])
def test_entry(entry, form):
    """An entry is read under the names of Pulumi's configuration or of Python, from JSON text or from the object."""
    assert read_entry(form({"acme": entry, "other": {"apiToken": "no"}}), "acme") == ENTRY


@pytest.mark.parametrize("raw", [{}, {"other": {"apiToken": "t"}}, {"acme": {}}, "{}"])
def test_no_entry(raw):
    """A label without an entry, or with an empty one, has no parts."""
    assert found(read_entry(raw, "acme")) == {}


@pytest.mark.parametrize(
    ("raw", "printed"),
    [
        (CANARY, "Invalid JSON"),
        (f'["{CANARY}"]', "the object: "),
        ([CANARY], "the object: Input should be an object"),
        (f'{{"acme": "{CANARY}"}}', "acme: "),
        ({"acme": CANARY}, "acme: Input should be an object"),
        (f'{{"acme": {{"secret": "{CANARY}"}}}}', "acme.another key: "),
        (f'{{"acme": {{"{CANARY}": "x"}}}}', "acme.another key: "),
        (f'{{"{CANARY}": "x"}}', "another key: "),
        (f'{{"acme": {{"apiToken": ["{CANARY}"]}}}}', "acme.apiToken: "),
        ('{"acme": {"apiToken": 12345678901234}}', "acme.apiToken: "),
    ],
)
def test_malformed(raw, printed):
    """A malformed object is an error that says where and shows how to write it, without what it holds."""
    text = error_of(raw)
    assert [word for word in (LABELED_CONFIG_KEY, printed, '"clientId" with') if word not in text] == []
    assert [word for word in (CANARY, "12345678901234") if word in text] == []


@pytest.mark.thorough
@settings(settings.get_profile("thorough"))
@given(st.text() | st.dictionaries(st.text(), st.text() | st.dictionaries(st.text(), st.text())) | st.lists(st.text()))
def test_anything(raw):
    """Whatever the object holds, the outcome is the parts of an entry or a `CredentialsError`."""
    try:
        parts = read_entry(raw, "acme")
    except CredentialsError:
        return
    assert set(parts) <= set(ENTRY)
