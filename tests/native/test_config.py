"""The provider's configuration: the order of credentials, the tenant it is bound to, and its problems."""

from __future__ import annotations

import json

import pytest

from auth0_sessions.api.credentials import find_credentials
from auth0_sessions.errors import CredentialsError
from auth0_sessions.model.inputs import UNKNOWN
from auth0_sessions.model.plans import Plan
from auth0_sessions.native.config import OF_STACK, PROVIDER_KEYS, ProviderConfig, check_config, is_of_stack
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


def test_the_keys_are_those_of_the_schema():
    """Configuration, explicit provider and schema have the same keys."""
    for part in (schema()["config"]["variables"], schema()["provider"]["inputProperties"]):
        assert set(part) == set(PROVIDER_KEYS)


@pytest.mark.parametrize(
    ("config", "label", "expected"),
    [
        (default(OWN), None, "own"),
        (default({"clientId": "own"}), None, "own"),
        (default({"clientSecret": "s"}), None, "environment"),
        (default(OWN), "lab", "labeled-environment"),
        (default({**OWN, **LABELED}), "lab", "labeled"),
        (default({**OWN, "credentials": json.loads(LABELED["credentials"])}), "lab", "labeled"),
        (explicit(OWN), None, "own"),
        (explicit(OWN), "lab", "own"),
        (explicit({}), None, "environment"),
        (explicit(LABELED), "lab", "labeled"),
    ],
    ids=repr,
)
def test_the_order_of_credentials(monkeypatch, config, label, expected):
    """Configuration first, key by key for a default provider; a label, whose object may be text, has its own set."""
    for prefix, client in (("AUTH0", "environment"), ("AUTH0_LAB", "labeled-environment")):
        monkeypatch.setenv(f"{prefix}_CLIENT_ID", client)
        monkeypatch.setenv(f"{prefix}_CLIENT_SECRET", "s")
    assert find_credentials(config.sources(label), ACME).client_id == expected


@pytest.mark.parametrize(
    ("config", "label", "places"),
    [
        (default({}), None, ["AUTH0_CLIENT_ID", "auth0-sessions:clientId", "cannot see keys that start with auth0:"]),
        (default(OWN), "lab", ["AUTH0_LAB_CLIENT_ID", "auth0-sessions:credentials, entry 'lab'"]),
        (explicit({}), None, ["the provider's clientId with the provider's clientSecret"]),
        (explicit({"clientId": "own"}), None, ["the provider's clientSecret"]),
        (explicit({"clientSecret": "s"}), None, ["the provider's clientId"]),
    ],
)
def test_missing_credentials_name_the_keys_that_this_front_end_has(monkeypatch, config, label, places):
    """An incomplete explicit provider is never completed; a native plugin cannot see `auth0:` keys, and says so."""
    if {"clientId", "clientSecret"} & config.given.keys():
        monkeypatch.setenv("AUTH0_CLIENT_ID", "environment")
        monkeypatch.setenv("AUTH0_CLIENT_SECRET", "s")
    with pytest.raises(CredentialsError) as caught:
        find_credentials(config.sources(label), ACME)
    assert [place for place in places if place not in str(caught.value)] == []


def test_only_an_explicit_provider_is_bound_to_its_domain(monkeypatch):
    """The configured domain is a default for the stack; an explicit provider's domain is the only one it manages."""
    monkeypatch.setenv("AUTH0_DOMAIN", "environment.auth0.com")
    given = {"domain": f"https://{ACME.upper()}/"}
    assert (default(given).bound_domain, default(given).default_domain) == (None, given["domain"])
    assert (explicit(given).bound_domain, explicit(given).default_domain) == (ACME, ACME)
    assert default({}).default_domain == explicit({}).default_domain == "environment.auth0.com"


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


def test_values_may_come_as_text():
    """Configuration is text, so `"true"` and `true` are the same, and a plan is read as everywhere."""
    found = [ProviderConfig({"livePreview": value}).live_preview for value in (True, "true", False, "false", None)]
    assert found == [True, True, False, False, False]
    assert (ProviderConfig({"plan": " Enterprise "}).plan, ProviderConfig({}).plan) == (Plan.ENTERPRISE, None)


def test_right_and_unknown_configuration_has_no_problem():
    """Values that are unknown at preview are not checked, and no key is required."""
    right = {
        "domain": ACME,
        "plan": "free",
        "livePreview": "true",
        "ceiling": {"idle": "1h"},
        **OWN,
        "tenants": "t.yaml",
    }
    assert check_config(right) == []
    assert check_config(dict.fromkeys(PROVIDER_KEYS, UNKNOWN)) == []
    assert check_config(dict.fromkeys(PROVIDER_KEYS)) == []


def test_every_mistake_is_reported_in_one_go():
    """Each mistake is a problem of its own key; the engine does not print a value that may hold a password."""
    problems = check_config({"livePreview": "maybe", "plan": "gold", "domain": "not a domain", "ceiling": {"idle": 5}})
    assert {problem.property for problem in problems} == {"domain", "plan", "livePreview", "ceiling"}
    assert not any(problem.is_private for problem in problems)
    hidden = check_config({"livePreview": "s@cret", "plan": "s@cret", "domain": f"https://user:s@cret@{ACME}"})
    assert [problem.is_private for problem in hidden] == [True, True, True]


def test_secrets_are_not_in_its_text():
    """A configuration that gets into a log or a traceback shows no credentials."""
    plugin = Plugin(None)
    plugin._start(ProviderConfig({"clientSecret": "canary"}))
    assert "canary" not in f"{plugin._config} {plugin._verbs}"
