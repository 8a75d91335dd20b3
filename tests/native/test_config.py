"""The provider's configuration: the order of credentials, the tenant it is bound to, and its problems."""

from __future__ import annotations

import pytest

from auth0_sessions.api.credentials import find_credentials
from auth0_sessions.api.sources import CONFIG_KEYS
from auth0_sessions.errors import CredentialsError
from auth0_sessions.model.inputs import UNKNOWN
from auth0_sessions.model.plans import Plan
from auth0_sessions.native.config import OF_STACK, PROVIDER_KEYS, SECRET_KEYS, ProviderConfig, check_config, is_of_stack
from auth0_sessions.native.plugin import Plugin
from auth0_sessions.native.schema import schema

ACME = "acme.eu.auth0.com"
OWN = {"clientId": "own", "clientSecret": "own-secret"}
LABELED = {"credentials": '{"lab": {"clientId": "labeled", "clientSecret": "s"}}'}


def default(given):
    """Return the configuration of a default provider."""
    return ProviderConfig({**given, OF_STACK: "true"})


def explicit(given):
    """Return the configuration of an explicit provider."""
    return ProviderConfig(given)


def client_of(config, label=None):
    """Return the client id that would be used."""
    return find_credentials(config.sources(label), ACME).client_id


def test_the_keys_are_those_of_the_schema():
    """Configuration, explicit provider and schema have the same keys, and the same keys are secret."""
    for part in (schema()["config"]["variables"], schema()["provider"]["inputProperties"]):
        assert set(part) == set(PROVIDER_KEYS)
        assert {key for key, spec in part.items() if spec.get("secret")} == set(SECRET_KEYS)
    assert {key.removeprefix("auth0:") for key in CONFIG_KEYS.values()} < set(PROVIDER_KEYS)


def test_the_environment_completes_the_default_providers_configuration(monkeypatch):
    """Configuration takes precedence, key by key; what it does not set comes from the environment."""
    monkeypatch.setenv("AUTH0_CLIENT_ID", "environment")
    monkeypatch.setenv("AUTH0_CLIENT_SECRET", "s")
    assert client_of(default(OWN)) == "own"
    assert client_of(default({"clientId": "own"})) == "own"
    assert client_of(default({"clientSecret": "s"})) == "environment"


def test_an_explicit_providers_credentials_take_precedence(monkeypatch):
    """An explicit provider's own credentials win; without any it falls back to the environment."""
    monkeypatch.setenv("AUTH0_CLIENT_ID", "environment")
    monkeypatch.setenv("AUTH0_CLIENT_SECRET", "s")
    assert client_of(explicit(OWN)) == "own"
    assert client_of(explicit(OWN), "lab") == "own"
    assert client_of(explicit({})) == "environment"


@pytest.mark.parametrize("credentials", [LABELED["credentials"], {"lab": {"clientId": "labeled", "clientSecret": "s"}}])
def test_a_label_is_looked_up_in_the_configuration_and_then_in_the_environment(monkeypatch, credentials):
    """A label never falls back to the unlabeled set; its object may come as text or as an object."""
    monkeypatch.setenv("AUTH0_CLIENT_ID", "unlabeled")
    monkeypatch.setenv("AUTH0_CLIENT_SECRET", "s")
    config = default({**OWN, "credentials": credentials})
    assert client_of(config, "lab") == "labeled"
    assert client_of(explicit({"credentials": credentials}), "lab") == "labeled"
    with pytest.raises(CredentialsError):
        client_of(config, "other")
    monkeypatch.setenv("AUTH0_LAB_CLIENT_ID", "labeled-environment")
    monkeypatch.setenv("AUTH0_LAB_CLIENT_SECRET", "s")
    assert client_of(config, "lab") == "labeled"
    assert client_of(default(OWN), "lab") == "labeled-environment"


def test_missing_credentials_name_the_keys_that_this_front_end_has():
    """A native plugin cannot see `auth0:` keys, and the message says so."""
    with pytest.raises(CredentialsError) as caught:
        client_of(default({}))
    assert "the environment: AUTH0_CLIENT_ID with AUTH0_CLIENT_SECRET" in str(caught.value)
    assert ": auth0-sessions:clientId with auth0-sessions:clientSecret or auth0-sessions:client" in str(caught.value)
    assert "cannot see keys that start with auth0:" in str(caught.value)
    with pytest.raises(CredentialsError) as caught:
        client_of(explicit({}))
    assert "the explicit provider: the provider's clientId with the provider's clientSecret" in str(caught.value)
    with pytest.raises(CredentialsError) as caught:
        client_of(default({}), "lab")
    assert "AUTH0_LAB_CLIENT_ID" in str(caught.value)
    assert "auth0-sessions:credentials, entry 'lab'" in str(caught.value)


def test_only_an_explicit_provider_is_bound_to_its_domain(monkeypatch):
    """The configured domain is a default for the stack; an explicit provider's domain is the only one it manages."""
    given = {"domain": f"https://{ACME.upper()}/"}
    assert (default(given).bound_domain, default(given).default_domain) == (None, given["domain"])
    assert (explicit(given).bound_domain, explicit(given).default_domain) == (ACME, ACME)
    monkeypatch.setenv("AUTH0_DOMAIN", "environment.auth0.com")
    assert default(given).default_domain == given["domain"]
    assert default({}).default_domain == "environment.auth0.com"
    assert explicit(given).default_domain == ACME
    assert explicit({}).default_domain == "environment.auth0.com"


@pytest.mark.parametrize(
    ("half", "missing"), [({"clientId": "own"}, "clientSecret"), ({"clientSecret": "s"}, "clientId")]
)
def test_an_incomplete_explicit_provider_is_never_completed(monkeypatch, half, missing):
    """Its missing part is an error that names it, although the environment has a whole set of another tenant."""
    monkeypatch.setenv("AUTH0_CLIENT_ID", "environment")
    monkeypatch.setenv("AUTH0_CLIENT_SECRET", "s")
    with pytest.raises(CredentialsError) as caught:
        client_of(explicit(half))
    assert f"is set, but the provider's {missing} " in str(caught.value)
    assert "AUTH0_CLIENT_ID" not in str(caught.value)


STACK = {"domain": ACME, "tenants": '{"acme": {}}'}


@pytest.mark.parametrize(
    ("given", "stack", "expected"),
    [
        ({}, {}, True),
        (STACK, STACK, True),
        ({**STACK, "version": "0.1.0"}, STACK, True),
        ({"domain": ACME}, STACK, False),
        ({**STACK, "plan": "free"}, STACK, False),
        ({**STACK, "domain": "b.auth0.com"}, STACK, False),
        (STACK, {}, False),
        ({**STACK, "domain": UNKNOWN}, STACK, False),
        ({**STACK, OF_STACK: "false"}, STACK, False),
    ],
)
def test_a_default_provider_has_the_configuration_of_the_stack(given, stack, expected):
    """Nothing depends on a provider's name: one whose configuration is not the stack's is explicit."""
    assert is_of_stack(given, stack) is expected


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), ("true", True), (False, False), ("false", False), (None, False)]
)
def test_live_preview_is_a_boolean_that_may_come_as_text(value, expected):
    """Configuration is text, so `"true"` and `true` are the same."""
    assert ProviderConfig({"livePreview": value}).live_preview is expected


@pytest.mark.parametrize("value", ["Enterprise", "enterprise", " enterprise "])
def test_the_plan_is_read_as_everywhere(value):
    """A plan's case and surrounding spaces do not matter."""
    assert ProviderConfig({"plan": value}).plan is Plan.ENTERPRISE
    assert default({}).plan is None


def test_right_and_unknown_configuration_has_no_problem():
    """Values that are unknown at preview are not checked, and no key is required."""
    right = {"domain": ACME, "plan": "free", "livePreview": "true", **OWN, "tenants": "tenants.yaml"}
    assert check_config(right) == []
    assert check_config(dict.fromkeys(PROVIDER_KEYS, UNKNOWN)) == []
    assert check_config(dict.fromkeys(PROVIDER_KEYS)) == []


def test_every_mistake_is_reported_in_one_go():
    """Each mistake is a problem of its own key."""
    problems = check_config({"livePreview": "maybe", "plan": "gold", "domain": "not a domain"})
    assert [problem.property for problem in problems] == ["domain", "plan", "livePreview"]
    assert not any(problem.is_private for problem in problems)
    assert all(problem.is_private for problem in check_config({"livePreview": "s@cret", "plan": "s@cret"}))


def test_secrets_are_not_in_its_text():
    """A configuration that gets into a log or a traceback shows no credentials."""
    plugin = Plugin(None)
    plugin._start(ProviderConfig({"clientSecret": "canary"}))
    assert "canary" not in f"{plugin._config} {plugin._verbs}"


def test_user_info_in_the_domain_is_not_repeated():
    """A password in the domain is not in any message, and the engine is not asked to print the value."""
    (problem,) = check_config({"domain": f"https://user:canary@{ACME}"})
    assert problem.is_private
    assert "canary" not in problem.reason
