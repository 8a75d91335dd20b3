"""The calls that are made of a tenant."""

from dataclasses import replace
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
FORM = {"grant_type": "client_credentials", "client_id": "id", "audience": f"{URL}/api/v2/"}


def login(**changes):
    """Return the login of a client."""
    client = replace(ClientCredentials("id", SECRET, None, "here"), **changes)
    return calls.login(client, URL, lambda: datetime(2026, 11, 30, tzinfo=UTC))


def test_each_call_says_what_it_is():
    """A login is for a token, a write changes the tenant, and a read is neither."""
    made: list[calls.Call[Any]] = [
        login(),
        calls.read_settings(["x"], Reported),
        calls.write_settings({"session_lifetime": 480}, {}),
    ]
    assert [(call.method, call.is_login, call.is_write) for call in made] == [
        ("POST", True, False),
        ("GET", False, False),
        ("PATCH", False, True),
    ]


@pytest.mark.parametrize("audience", [None, "https://canonical.auth0.com/api/v2/"])
def test_the_form_of_a_login(audience):
    """A login has the client's credentials; its audience is the tenant's own unless one is given."""
    expected = {**FORM, "client_secret": SECRET, "audience": audience or FORM["audience"]}
    assert login(audience=audience).body() == expected


def test_each_attempt_to_log_in_with_a_key_has_an_assertion_of_its_own():
    """The form has an assertion instead of a secret, which is never the same twice."""
    call = login(proof=SigningKey.read(pem_of(), "KEY"))
    first, second = call.body(), call.body()
    assert first.pop("client_assertion") != second.pop("client_assertion")
    assert first == {**FORM, "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}


NO_HEADER_CAN_HOLD = [None, 5, "", [SECRET], f"{SECRET} x", f"{SECRET}\r\n", f"{SECRET}\u00fc"]


@pytest.mark.parametrize("answer", [None, [], "text", {}, *[{"access_token": one} for one in NO_HEADER_CAN_HOLD]])
def test_a_login_without_a_usable_token(answer):
    """An answer without a token that a header can hold is refused, and not repeated in the error."""
    with pytest.raises(ValueError, match=r"^an answer without a usable access_token$"):
        login().read(answer)


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        (86_400, 86_370),
        (61, 31),
        (20, 10),
        (0.5, 0.25),
        *[(unusable, 86_370) for unusable in (0, -5, "soon", None, True, 1e300)],
    ],
)
def test_how_long_a_token_is_used(expires_in, seconds):
    """Until a little before it expires, a short-lived one for half its life, any other for Auth0's default of a day."""
    assert login().read({"access_token": "x.y.z", "expires_in": expires_in}) == ("x.y.z", seconds)
