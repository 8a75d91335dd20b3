"""What only the Python classes over the plugin have: names of the wire, and the provider's own arguments."""

from __future__ import annotations

import inspect
from typing import Any

import pulumi
import pytest

import auth0_sessions
from auth0_sessions import native
from auth0_sessions.api.sources import SECRET_CONFIG_KEYS
from auth0_sessions.native import Provider, SessionLifetime
from auth0_sessions.native.config import SECRET_KEYS
from mocked import run

ACME = "acme.eu.auth0.com"


def acme(**arguments: Any) -> SessionLifetime:
    """Declare a resource."""
    return SessionLifetime("acme", plan="free", session_lifetime="8h", **arguments)


@pytest.mark.parametrize("name", auth0_sessions.__all__)
def test_every_promised_name_can_be_had(name):
    """`auth0_sessions.native` has all names of `auth0_sessions`, and no others."""
    assert getattr(native, name) is not None
    assert name in native.__all__
    assert not hasattr(native, "Nothing")


@pytest.mark.parametrize("name", ["SessionLifetime", "SessionPolicy", "TenantFleet"])
def test_arguments_are_those_of_the_other_front_end(name):
    """Moving a program is a change of its import: each argument has the same name, kind and default."""
    ours, theirs = (inspect.signature(getattr(module, name).__init__) for module in (native, auth0_sessions))
    assert ours == theirs


def test_a_provider_takes_what_the_other_front_ends_takes():
    """The explicit provider has the same arguments, and those that only the plugin knows."""
    ours, theirs = (set(inspect.signature(module.Provider.__init__).parameters) for module in (native, auth0_sessions))
    assert theirs < ours
    decided = {"plan", "profile", "profiles", "enforce", "ceiling", "tenants"}
    assert ours - theirs == {*decided, "credentials", "live_preview"}


def test_what_is_sent_has_the_names_of_the_wire():
    """The type is the plugin's, and properties are in camelCase."""
    made = run(lambda: acme(domain=ACME)).registered["acme"]
    assert made.typ == "auth0-sessions:index:SessionLifetime"
    assert {"domain", "sessionLifetime", "plan"} <= made.inputs.keys()
    assert not [name for name, value in made.inputs.items() if value is not None and "_" in name]


@pytest.mark.parametrize(
    ("config", "environment", "expected"),
    [
        ({}, None, None),
        ({"auth0:domain": ACME}, None, ACME),
        ({"auth0:domain": ACME}, "other.auth0.com", None),
        ({"auth0:domain": ACME, "auth0-sessions:domain": "own.auth0.com"}, None, None),
    ],
)
def test_the_program_hands_over_what_the_plugin_cannot_see(monkeypatch, config, environment, expected):
    """The plugin cannot see `auth0:domain`, but can see everything that takes precedence over it."""
    if environment:
        monkeypatch.setenv("AUTH0_DOMAIN", environment)
    assert run(acme, config=config).sent("acme").get("domain") == expected


@pytest.mark.parametrize("key", sorted({*SECRET_CONFIG_KEYS, *(f"auth0-sessions:{key}" for key in SECRET_KEYS)}))
@pytest.mark.parametrize(
    "declare",
    [lambda: acme(domain=ACME), lambda: SessionLifetime.get("acme", ACME), lambda: Provider("p")],
    ids=["resource", "look-up", "provider"],
)
def test_a_credential_in_plain_configuration_is_refused(key, declare):
    """The message contains the command to type, and never the value."""
    with pytest.raises(pulumi.RunError, match=f"pulumi config set --secret {key}") as caught:
        run(declare, config={key: "canary"})
    assert "canary" not in str(caught.value)
