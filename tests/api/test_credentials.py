"""What makes a complete set of credentials, and to which domain it may be sent; with both front ends."""

import os
from typing import Any
from unittest import mock

import jwt
import pytest

from auth0_sessions.api.assertions import SigningKey
from auth0_sessions.api.credentials import ClientCredentials, find_credentials
from auth0_sessions.api.sources import sources
from auth0_sessions.api.tokens import ApiToken
from auth0_sessions.errors import CredentialsError
from auth0_sessions.model.spelling import camel_case
from auth0_sessions.native.config import OF_STACK, ProviderConfig
from keys import pem_of

ACME, OTHER, CUSTOM = "acme.eu.auth0.com", "other.eu.auth0.com", "login.acme.com"
CANARY = "canary-S3CR3T"
SCOPES = ("read:tenant_settings", "update:tenant_settings")
ENVIRON = {"AUTH0_CLIENT_ID": "the-id", "AUTH0_CLIENT_SECRET": "the-secret"}


def found(environ, tenant=ACME, label=None, **config):
    """Return a tenant's credentials that the environment and configuration lead to."""
    given = {f"auth0:{key}": value for key, value in config.items()}
    with mock.patch.dict(os.environ, environ):
        return find_credentials(sources(given, label, explicit=False), tenant)


def error_of(environ, **options):
    """Return the text of the refusal, which never repeats a secret."""
    with pytest.raises(CredentialsError) as refused:
        found(environ, **options)
    assert CANARY not in f"{refused.value!r} {refused.value.__cause__}"
    return str(refused.value)


# Complete sets.


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"CLIENT_ID": "i"}, "CLIENT_SECRET"),
        ({"CLIENT_SECRET": CANARY}, "CLIENT_ID"),
        ({"CLIENT_ASSERTION_PRIVATE_KEY": CANARY}, "CLIENT_ID"),
    ],
)
@pytest.mark.parametrize("label", [None, "acme"])
def test_an_incomplete_set_names_what_is_missing(given, missing, label):
    """What is set is named, and what is not, everywhere where it may be; a label is not completed from elsewhere."""
    prefix = "AUTH0_ACME_" if label else "AUTH0_"
    environ = {f"{prefix}{part}": value for part, value in given.items()}
    text = error_of({**environ, **({"AUTH0_CLIENT_SECRET": "s", "AUTH0_CLIENT_ID": "i"} if label else {})}, label=label)
    assert f"The credentials for {ACME} are incomplete: {prefix}{next(iter(given))} is set, but " in text
    assert f"{prefix}{missing} " in text
    assert ("Private Key JWT" in text) == (missing == "CLIENT_SECRET")
    assert ("never completed from elsewhere" in text) == (label is not None)
    assert [scope for scope in SCOPES if scope in text] == list(SCOPES)


@pytest.mark.parametrize("part", ["client_id", "client_secret", "client_assertion_private_key"])
@pytest.mark.parametrize("front_end", ["dynamic", "native"])
def test_an_incomplete_provider_is_an_error(monkeypatch, part, front_end):
    """A provider with half a set does not get the rest from the environment."""
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(CredentialsError, match=r"are incomplete: the [Pp]rovider's client") as refused:
        find_credentials(sources_of(front_end, "provider", {part: CANARY}), ACME)
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize(("blank", "around"), [("", " {}"), (" ", "{}\n"), ("\t\n", "\t{} \r\n")])
def test_space_around_is_cut(blank, around):
    """A line break at the end of a secret is not part of it, and a variable with nothing else counts as not set."""
    given = {name: around.format(value) for name, value in ENVIRON.items()}
    credentials = found({**given, "AUTH0_API_TOKEN": blank})
    assert (credentials.client_id, credentials.proof) == ("the-id", "the-secret")


@pytest.mark.parametrize("inside", ["a b", "a\r\nb", "a\x00b", "\u00fc", "\ud800"])
@pytest.mark.parametrize("part", ["clientId", "clientSecret", "audience", "apiToken"])
def test_what_no_header_can_hold_is_refused(part, inside):
    """A secret with a space or a line break inside is refused before it can turn up in a library's error."""
    assert error_of(ENVIRON, **{part: f"{CANARY}{inside}"}).startswith(f"auth0:{part} has a space")


@pytest.mark.parametrize("given", ["https://acme.eu.auth0.com/api/v2", "https://acme.eu.auth0.com/api/v2/"])
def test_an_audience_ends_in_a_slash(given):
    """A missing final slash of an audience is added, and what sets it is known."""
    credentials = found({**ENVIRON, "AUTH0_AUDIENCE": given})
    assert (credentials.audience, credentials.audience_key) == ("https://acme.eu.auth0.com/api/v2/", "AUTH0_AUDIENCE")
    assert (found(ENVIRON).audience, found(ENVIRON).audience_key) == (None, "AUTH0_AUDIENCE")
    assert found(ENVIRON, audience=given).audience_key == "auth0:audience"


def test_a_private_key():
    """A key replaces the secret, with real or escaped line breaks; its algorithm may come with it."""
    key = {"AUTH0_CLIENT_ID": "the-id", "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY": pem_of().replace("\n", r"\n")}
    assert found(key).proof.algorithm == "RS256"
    assert found({**key, "AUTH0_CLIENT_ASSERTION_SIGNING_ALG": "PS256"}).proof.algorithm == "PS256"
    assert found({**key, "AUTH0_CLIENT_SECRET": "s"}).source == "AUTH0_CLIENT_ID and AUTH0_CLIENT_ASSERTION_PRIVATE_KEY"
    assert found(key, clientSecret="s").source == "AUTH0_CLIENT_ID and auth0:clientSecret"
    wrong = {**key, "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY": f"-----BEGIN PRIVATE KEY-----{CANARY}"}
    assert error_of(wrong).startswith("AUTH0_CLIENT_ASSERTION_PRIVATE_KEY is not an unencrypted RSA private key")


def test_no_secret_in_a_repr():
    """Printing an object never reveals the secret in it."""
    assert CANARY not in f"{ApiToken(CANARY, 'here')!r} {ClientCredentials('id', CANARY, None, 'here')!r}"


# To which domain a set is sent.


TOKEN = jwt.encode(
    {"iss": f"https://{ACME}/", "aud": f"https://{ACME}/api/v2/"}, "a key of at least 32 bytes, as it has to be"
)
KINDS = {
    "secret": {"client_id": "the-id", "client_secret": "the-secret"},
    "key": {"client_id": "the-id", "client_assertion_private_key": pem_of()},
    "token": {"api_token": TOKEN},
    "opaque token": {"api_token": "opaque"},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("along", "named"),
    [
        *[(None, None), (ACME, None), (f"https://{ACME.upper()}/", None)],
        *[(OTHER, OTHER), (CUSTOM, CUSTOM), ("a b", "another tenant")],
    ],
)
def test_a_set_that_comes_with_a_domain_is_only_sent_there(kind, along, named):
    """A secret, a key or a token goes to the domain that is set along with it and to no other, however it is written.

    Without one, a token that is a JWT names its tenant, and one that is not goes nowhere.
    """
    environ = {f"AUTH0_{part.upper()}": value for part, value in KINDS[kind].items()}
    environ |= {"AUTH0_DOMAIN": along} if along else {}
    if named is None and (along or kind != "opaque token"):
        credentials = found(environ)
        proof = credentials.token if isinstance(credentials, ApiToken) else credentials.proof
        assert isinstance(proof, SigningKey) if kind == "key" else proof in KINDS[kind].values()
        return
    text = error_of(environ)
    assert not [value for value in KINDS[kind].values() if value in text]
    why = f"comes with AUTH0_DOMAIN ({named}), so it was not sent to {ACME}, which the resource names"
    assert (why if named else "no domain is set along with it (AUTH0_DOMAIN would be)") in text


def sources_of(front_end, place, parts, domain=None):
    """Return where a front end looks, with these parts in one place and a domain."""
    own: dict[str, Any] = {camel_case(part): value for part, value in parts.items()}
    label = "lab" if place == "label" else None
    if label:
        own = {"credentials": {label: own}}
    if front_end == "native":
        origin = {} if place == "provider" else {OF_STACK: "true"}
        return ProviderConfig({**own, "domain": domain, **origin}).sources(label)
    config = {f"auth0-sessions:{key}" if label else f"auth0:{key}": value for key, value in own.items()}
    return sources({**config, "auth0:domain": domain}, label, explicit=place == "provider")


@pytest.mark.parametrize(
    ("front_end", "place", "name"),
    [
        ("dynamic", "provider", "the Provider's domain"),
        ("dynamic", "configuration", "auth0:domain"),
        ("native", "provider", "the provider's domain"),
        ("native", "configuration", "auth0-sessions:domain"),
    ],
)
def test_every_configuration_has_a_domain_for_its_own_set(front_end, place, name):
    """The domain beside the credentials is named where it keeps them from a tenant."""
    assert find_credentials(sources_of(front_end, place, KINDS["secret"], ACME), ACME).client_id == "the-id"
    with pytest.raises(CredentialsError) as refused:
        find_credentials(sources_of(front_end, place, KINDS["secret"], OTHER), ACME)
    assert f"comes with {name} ({OTHER})" in str(refused.value)


def test_no_domain_is_set_along_with_a_label():
    """A label belongs to the tenant that the program uses it for."""
    for front_end in ("dynamic", "native"):
        assert find_credentials(sources_of(front_end, "label", KINDS["secret"], OTHER), ACME).client_id == "the-id"
    environ = {"AUTH0_LAB_CLIENT_ID": "the-id", "AUTH0_LAB_CLIENT_SECRET": "s", "AUTH0_DOMAIN": OTHER}
    assert found(environ, label="lab").client_id == "the-id"


def test_every_half_of_a_set_is_held_to_its_own_domain():
    """Neither a secret from the environment nor a configured client ID goes to another domain than its own."""
    text = error_of({"AUTH0_CLIENT_SECRET": "s", "AUTH0_DOMAIN": OTHER}, clientId="i", domain=ACME)
    assert f"AUTH0_CLIENT_SECRET comes with AUTH0_DOMAIN ({OTHER})" in text
    assert f"not sent to {ACME}, which auth0:domain names" in text
    text = error_of({"AUTH0_CLIENT_SECRET": "s"}, clientId="i", domain=OTHER)
    assert f"auth0:clientId comes with auth0:domain ({OTHER}), so it was not sent to {ACME}" in text
    assert found({"AUTH0_CLIENT_SECRET": "s"}, clientId="i").client_id == "i"


def test_the_environment_of_a_bound_provider_is_held_to_its_own_domain(monkeypatch):
    """A provider for one domain that falls back to the environment does not get the credentials of another one."""
    for name, value in {**ENVIRON, "AUTH0_DOMAIN": OTHER}.items():
        monkeypatch.setenv(name, value)
    for front_end in ("dynamic", "native"):
        with pytest.raises(CredentialsError, match=rf"AUTH0_DOMAIN \({OTHER}\).*{ACME}, which the [Pp]rovider"):
            find_credentials(sources_of(front_end, "provider", {}, ACME), ACME)


@pytest.mark.parametrize("audience", [f"https://{ACME}/api/v2/", f"https://{ACME}/api/v2"])
def test_a_token_of_a_custom_domain_needs_the_audience(audience):
    """A token of the canonical domain is sent to the custom one with the audience, which the refusal names."""
    environ = {"AUTH0_API_TOKEN": TOKEN}
    text = error_of(environ, tenant=CUSTOM)
    assert f"if {CUSTOM} is a custom domain of it, set AUTH0_AUDIENCE to https://{ACME}/api/v2/" in text
    assert found({**environ, "AUTH0_AUDIENCE": audience}, tenant=CUSTOM).token == TOKEN
