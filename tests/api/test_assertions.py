"""Private Key JWT: an application's key and the assertions that it signs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from auth0_sessions.api.assertions import ALGORITHMS, SigningKey
from auth0_sessions.errors import CredentialsError
from keys import ec_pem, pem_of, public_pem, rsa_key

URL = "https://acme.eu.auth0.com"
NOW = datetime(2026, 11, 30, 18, tzinfo=UTC)
FORMS = {
    "as it is": lambda pem: pem,
    "the older form": lambda _: pem_of(is_old=True),
    "escaped line breaks": lambda pem: pem.replace("\n", r"\n"),
    "escaped line breaks of Windows": lambda pem: pem.replace("\n", r"\r\n"),
    "line breaks of Windows": lambda pem: pem.replace("\n", "\r\n"),
    "without the last one": lambda pem: pem.strip(),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_key_is_read_in_every_form(form):
    """A key may have real or escaped line breaks, of any system, and be in either PEM form."""
    assert SigningKey.read(FORMS[form](pem_of()), "KEY").key.private_numbers() == rsa_key().private_numbers()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_assertion(algorithm):
    """An assertion names the application and the tenant, is good for a minute at most, and is never the same twice."""
    key = SigningKey.read(pem_of(), "KEY", algorithm, "ALG")
    first, second = (key.assertion("the-id", URL, NOW) for _ in range(2))
    assert first["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    options: Any = {"verify_exp": False, "verify_iat": False}
    claims, other = (
        jwt.decode(one["client_assertion"], public_pem(), [algorithm], options=options, audience=f"{URL}/")
        for one in (first, second)
    )
    assert (claims["iss"], claims["sub"], claims["aud"]) == ("the-id", "the-id", f"{URL}/")
    assert claims["iat"] == NOW.timestamp()
    assert 0 < claims["exp"] - claims["iat"] <= timedelta(minutes=1).total_seconds()
    assert claims["jti"] != other["jti"]


BAD_KEYS = {
    "text": "canary-key",
    "an encrypted key": pem_of(password="canary"),
    "another kind of key": ec_pem(),
    "a public key": public_pem(),
    "a cut key": pem_of()[:200],
}


@pytest.mark.parametrize("kind", BAD_KEYS)
def test_an_unusable_key_is_named_and_not_shown(kind):
    """A key that cannot sign is an error with the name of what sets it, and with nothing of its value."""
    with pytest.raises(CredentialsError, match=r"^AUTH0_KEY is not an unencrypted RSA private key") as raised:
        SigningKey.read(BAD_KEYS[kind], "AUTH0_KEY")
    parts = [line for line in BAD_KEYS[kind].split("\n") if line and "-----" not in line]
    assert [part for part in parts if part in f"{raised.value!r} {raised.value.__cause__}"] == []


@pytest.mark.parametrize("algorithm", ["HS256", "rs256", ""])
def test_an_unusable_algorithm(algorithm):
    """An algorithm that Auth0 does not take is refused with those that it takes."""
    with pytest.raises(CredentialsError, match=r"^AUTH0_ALG is '.*'; allowed: RS256, RS384, RS512, PS256"):
        SigningKey.read(pem_of(), "AUTH0_KEY", algorithm, "AUTH0_ALG")


def test_no_key_in_a_repr():
    """Printing a key never reveals it."""
    assert repr(SigningKey.read(pem_of(), "KEY")) == "SigningKey(algorithm='RS256')"
