"""The calls that are made of a tenant."""

from typing import Any

import pytest

from auth0_sessions.api import calls
from auth0_sessions.api.credentials import ClientCredentials
from auth0_sessions.model.settings import Reported

SECRET = "canary-client-secret"


def test_each_call_says_what_it_is():
    """A login is for a token, a write changes the tenant, and a read is neither."""
    login = calls.login(ClientCredentials("id", SECRET, None, "here"), "https://acme.eu.auth0.com")
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
    login = calls.login(ClientCredentials("id", SECRET, None, "here"), "https://acme.eu.auth0.com")
    with pytest.raises(ValueError, match="there is no usable access_token") as raised:
        login.read(answer)
    assert SECRET not in str(raised.value)
