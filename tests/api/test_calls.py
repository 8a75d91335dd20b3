"""The calls that are made of a tenant."""

from datetime import UTC, datetime
from typing import Any

import pytest

from auth0_sessions.api import calls
from auth0_sessions.api.assertions import SigningKey
from auth0_sessions.api.credentials import ClientCredentials
from auth0_sessions.model.settings import Reported
from keys import pem_of

SECRET = "canary-client-secret"
URL = "https://acme.eu.auth0.com"


def now():
    """Return a time."""
    return datetime(2026, 11, 30, tzinfo=UTC)


def test_each_call_says_what_it_is():
    """A login is for a token, a write changes the tenant, and a read is neither."""
    login = calls.login(ClientCredentials("id", SECRET, None, "here"), URL, now)
    made: list[calls.Call[Any]] = [
        login,
        calls.read_settings(["x"], Reported),
        calls.write_settings({"session_lifetime": 480}, {}, Reported),
    ]
    assert [(call.method, call.is_login, call.is_write) for call in made] == [
        ("POST", True, False),
        ("GET", False, False),
        ("PATCH", False, True),
    ]


@pytest.mark.parametrize("answer", [None, [], "text", {}, {"access_token": None}, {"access_token": f"{SECRET} x"}])
def test_a_strange_login_is_not_repeated(answer):
    """What is wrong with the answer to a login is said without repeating what it holds."""
    login = calls.login(ClientCredentials("id", SECRET, None, "here"), URL, now)
    with pytest.raises(ValueError, match="there is no usable access_token") as raised:
        login.read(answer)
    assert SECRET not in str(raised.value)


def test_each_attempt_to_log_in_with_a_key_has_an_assertion_of_its_own():
    """The form has the client and the audience, and an assertion instead of a secret, which is never the same twice."""
    login = calls.login(ClientCredentials("id", SigningKey.read(pem_of(), "KEY"), None, "here"), URL, now)
    first, second = login.body(), login.body()
    assert first["client_assertion"] != second["client_assertion"]
    assert {key: value for key, value in first.items() if key != "client_assertion"} == {
        "grant_type": "client_credentials",
        "client_id": "id",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "audience": f"{URL}/api/v2/",
    }
