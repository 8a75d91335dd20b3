"""Where a tenant's credentials are looked up."""

import json
import os
from unittest import mock

import pytest

from auth0_sessions.api.credentials import find_credentials
from auth0_sessions.api.sources import (
    CONFIG_KEYS,
    LABELED_CONFIG_KEY,
    SECRET_CONFIG_KEYS,
    default_domain,
    in_config,
    in_environment,
    in_labeled_config,
    of_environment,
    sources,
)
from auth0_sessions.api.tokens import ApiToken
from auth0_sessions.errors import CredentialsError

DOMAIN = "acme.eu.auth0.com"
CANARY = "canary-S3CR3T"
CLIENT = {"AUTH0_CLIENT_ID": "env-id", "AUTH0_CLIENT_SECRET": "env-secret"}
CONFIG = {"auth0:clientId": "config-id", "auth0:clientSecret": "config-secret"}
BOUND = {"AUTH0_API_TOKEN": "env-token", "AUTH0_DOMAIN": DOMAIN}
BOUND_CONFIG = {"auth0:apiToken": "config-token", "auth0:domain": DOMAIN}
ENTRY = {"clientId": "entry-id", "clientSecret": "entry-secret"}
LABELED = {"AUTH0_ACME_CLIENT_ID": "env-acme", "AUTH0_ACME_CLIENT_SECRET": "s"}


def found(config=None, environ=None, label=None, *, explicit=False):
    """Return the credentials that a configuration and an environment lead to."""
    with mock.patch.dict(os.environ, environ or {}):
        return find_credentials(sources(config or {}, label, explicit=explicit), DOMAIN)


def labeled(**entries):
    """Return a configuration that holds the secret object of labeled sets, as JSON text."""
    return {LABELED_CONFIG_KEY: json.dumps(entries)}


def error_of(*arguments, **options):
    """Return the text of the refusal where no credentials are found."""
    with pytest.raises(CredentialsError) as refused:
        found(*arguments, **options)
    return str(refused.value)


def identity(credentials):
    """Return what the tenant would see of credentials."""
    if isinstance(credentials, ApiToken):
        return credentials.token
    return credentials.client_id, credentials.proof, credentials.audience


X, IN_CONFIG = {"AUTH0_AUDIENCE": "https://x/"}, {"auth0:audience": "https://y/"}


@pytest.mark.parametrize(
    ("config", "environ", "expected"),
    [
        ({}, CLIENT, ("env-id", "env-secret", None)),
        ({}, {**CLIENT, **X}, ("env-id", "env-secret", "https://x/")),
        ({}, {**CLIENT, **BOUND}, "env-token"),
        (CONFIG, CLIENT, ("config-id", "config-secret", None)),
        (BOUND_CONFIG, CLIENT, "config-token"),
        (CONFIG, BOUND, ("config-id", "config-secret", None)),
        ({"auth0:clientId": "config-id"}, CLIENT, ("config-id", "env-secret", None)),
        ({"auth0:clientSecret": "config-secret"}, CLIENT, ("env-id", "config-secret", None)),
        (CONFIG, X, ("config-id", "config-secret", "https://x/")),
        (IN_CONFIG, CLIENT, ("env-id", "env-secret", "https://y/")),
        ({**CONFIG, **IN_CONFIG}, X, ("config-id", "config-secret", "https://y/")),
    ],
)
def test_configuration_and_environment(config, environ, expected):
    """Configuration takes precedence, and the environment completes it key by key."""
    assert expected == identity(found(config, environ))


@pytest.mark.parametrize(
    ("config", "environ", "label", "expected"),
    [
        (CONFIG, {**CLIENT, **X}, None, ("config-id", "config-secret", None)),
        (CONFIG, LABELED, "acme", ("config-id", "config-secret", None)),
        ({}, CLIENT, None, ("env-id", "env-secret", None)),
        (IN_CONFIG, CLIENT, None, ("env-id", "env-secret", "https://y/")),
        (labeled(acme=ENTRY), LABELED, "acme", ("env-acme", "s", None)),
    ],
)
def test_an_explicit_provider(config, environ, label, expected):
    """Its own credentials come before everything else; without any, the environment counts."""
    assert expected == identity(found(config, environ, label, explicit=True))


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (CONFIG, ("env-acme", "s", None)),
        (labeled(acme=ENTRY), ("entry-id", "entry-secret", None)),
        (labeled(acme={**ENTRY, "audience": "x"}), ("entry-id", "entry-secret", "x/")),
        (labeled(acme={}), ("env-acme", "s", None)),
        (labeled(acme={"audience": "https://x/"}), ("env-acme", "s", None)),
        (labeled(other=ENTRY), ("env-acme", "s", None)),
    ],
)
def test_a_label(config, expected):
    """A label's entry in configuration takes precedence over its variables as a whole."""
    assert expected == identity(found(config, {**CLIENT, **LABELED}, "acme"))


@pytest.mark.parametrize("label", ["acme", "client", "api", None])
def test_labels_never_fall_back(label):
    """With a label neither the unlabeled sets count nor those of other labels, and without one no label's."""
    config, environ = labeled(other=ENTRY), {"AUTH0_OTHER_CLIENT_ID": "i", "AUTH0_OTHER_CLIENT_SECRET": "s"}
    if label:
        config, environ = {**config, **CONFIG, **BOUND_CONFIG}, {**environ, **CLIENT, **BOUND}
    assert (f"entry '{label}'" in error_of(config, environ, label)) == (label is not None)


@pytest.mark.parametrize(
    ("label", "explicit", "places"),
    [
        (None, False, ["the configuration: auth0:clientId with", "the environment: AUTH0_CLIENT_ID with"]),
        (None, True, ["the explicit Provider: the Provider's client_id with", "the environment: AUTH0_CLIENT_ID with"]),
        ("a-b", False, ["auth0-sessions:credentials, entry 'a-b': clientId in", "AUTH0_A_B_CLIENT_ASSERTION"]),
        ("a-b-2", True, ["the environment: AUTH0_A_B_2_CLIENT_ID with", ", or AUTH0_A_B_2_API_TOKEN"]),
    ],
)
def test_every_place_is_listed(label, explicit, places):
    """Where nothing is found, every place that was looked at is named, and where a provider looks."""
    text = error_of(label=label, explicit=explicit)
    assert text.startswith(f"No credentials for {DOMAIN}. None of these is set: ")
    assert places == [place for place in places if place in text]
    assert ("`os.environ`" in text) == ("--run-program" in text) == (label is None or not explicit)


def test_where_no_configuration_is_read_none_is_explained():
    """The command line looks at the environment only, and says nothing of providers and their configuration."""
    with pytest.raises(CredentialsError) as refused:
        find_credentials(of_environment(None), DOMAIN)
    assert "pulumi" not in str(refused.value)


@pytest.mark.parametrize(
    "thing",
    [
        in_environment({"AUTH0_API_TOKEN": CANARY}, None),
        in_config({"auth0:apiToken": CANARY}, "here", CONFIG_KEYS, "auth0:domain"),
        in_labeled_config(labeled(acme={"apiToken": CANARY}), "acme"),
    ],
)
def test_no_secret_in_a_repr(thing):
    """Printing an object never reveals the secret in it."""
    assert CANARY not in f"{thing!r} {thing} {thing.parts()!r}"


@pytest.mark.parametrize(
    ("config", "environ", "expected"),
    [
        ({}, {}, None),
        ({"auth0:domain": "c.auth0.com"}, {}, "c.auth0.com"),
        ({}, {"AUTH0_DOMAIN": "e.auth0.com"}, "e.auth0.com"),
        ({"auth0:domain": "c.auth0.com"}, {"AUTH0_DOMAIN": "e.auth0.com"}, "c.auth0.com"),
        ({"auth0:domain": ""}, {"AUTH0_DOMAIN": "e.auth0.com"}, "e.auth0.com"),
        ({"auth0:domain": 5}, {}, None),
    ],
)
def test_default_domain(config, environ, expected):
    """The domain of resources that name none is `auth0:domain`, else `AUTH0_DOMAIN`."""
    with mock.patch.dict(os.environ, environ):
        assert expected == default_domain(config)


def test_secret_keys_are_all_named():
    """The keys that must be secret are those that hold a secret, and the labeled object."""
    keys = {"auth0:clientSecret", "auth0:clientAssertionPrivateKey", "auth0:apiToken", "auth0-sessions:credentials"}
    assert keys == set(SECRET_CONFIG_KEYS)
