"""The Python classes over the plugin, with the engine mocked: the arguments of `auth0_sessions`, names of the wire."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pytest

import auth0_sessions
import mocked
from auth0_sessions import native
from auth0_sessions.api.sources import SECRET_CONFIG_KEYS
from auth0_sessions.lifecycle.record import OUTPUTS
from auth0_sessions.model.inputs import INPUTS
from auth0_sessions.model.settings import LIFETIMES, SETTINGS
from auth0_sessions.native import Provider, SessionLifetime, SessionPolicy, TenantFleet, TenantSpec
from auth0_sessions.native.config import SECRET_KEYS

SIGNATURE = "4dabf18193072939515e22adb298388d"
ACME = "acme.eu.auth0.com"


class Engine(mocked.Engine):
    """Answers as our plugin would at a create."""

    def outputs(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        minutes = {f"{name}Minutes": 480 for name, value in inputs.items() if name.endswith("Lifetime") and value}
        return {**inputs, **minutes, "previous": {"sessionLifetime": 10_080}, "superseded": {}}


def run(program: Callable[[], Any], **config: str) -> Engine:
    """Run a program as the engine would, with a configuration; `__` stands for the colon of a key."""
    engine = Engine()
    engine.run(program, stack="dev", config={key.replace("__", ":"): value for key, value in config.items()})
    return engine


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
    assert ours - theirs == {
        *("plan", "profile", "profiles", "enforce", "ceiling", "tenants"),
        *("credentials", "live_preview"),
    }


def test_what_is_sent_has_the_names_of_the_wire():
    """The type is the plugin's, properties are in camelCase, and unmanaged settings are left out."""

    def program() -> None:
        SessionLifetime("acme", domain=f"https://{ACME.upper()}/", plan="free", session_lifetime="8h")

    engine = run(program)
    assert engine.registered["acme"].typ == "auth0-sessions:index:SessionLifetime"
    assert engine.sent("acme") == {
        "domain": ACME,
        "sessionLifetime": "8h",
        "plan": "free",
    }


def test_outputs_have_the_names_of_python():
    """Outputs are read in snake_case, whole numbers are integers, and what is not managed is None."""
    seen: dict[str, Any] = {}

    async def program() -> None:
        made = SessionLifetime("acme", domain=ACME, plan="free", session_lifetime="8h")
        for name in (*INPUTS, *OUTPUTS):
            seen[name] = await getattr(made, name).future()

    run(program)
    assert (seen["session_lifetime_minutes"], type(seen["session_lifetime_minutes"])) == (480, int)
    assert {name for name, value in seen.items() if value is None} == {
        *(name for name in SETTINGS if name != "session_lifetime"),
        *(f"{name}_minutes" for name in LIFETIMES if name != "session_lifetime"),
        "credentials",
        "old_sessions_gone_by",
        "own",
    }


def test_settings_inside_outputs_have_the_names_of_python():
    """The keys of `previous` are settings, so they are the names of arguments, as in `auth0_sessions`."""
    seen: dict[str, Any] = {}

    async def program() -> None:
        made = SessionLifetime("acme", domain=ACME, plan="free", session_lifetime="8h")
        seen["previous"] = await made.previous.future()

    run(program)
    assert seen["previous"] == {"session_lifetime": 10_080}


@pytest.mark.parametrize("how", ["direct", "inherited", "overridden"])
def test_the_domain_comes_from_the_provider(how):
    """A resource's domain defaults to its provider's, also through components; its own argument takes precedence."""

    def program() -> None:
        provider = Provider("p", domain="https://Acme.auth0.com", api_token="t")
        if how == "inherited":
            group = pulumi.ComponentResource("t:i:G", "g", {}, pulumi.ResourceOptions(providers=[provider]))
            opts = pulumi.ResourceOptions(parent=group)
        else:
            opts = pulumi.ResourceOptions(provider=provider)
        domain = "other.auth0.com" if how == "overridden" else None
        SessionLifetime("acme", domain=domain, plan="free", session_lifetime="8h", opts=opts)

    expected = "other.auth0.com" if how == "overridden" else "acme.auth0.com"
    assert run(program).sent("acme")["domain"] == expected


@pytest.mark.parametrize(
    ("config", "environment", "expected"),
    [
        ({}, None, None),
        ({"auth0__domain": ACME}, None, ACME),
        ({"auth0__domain": ACME}, "other.auth0.com", None),
        ({"auth0__domain": ACME, "auth0-sessions__domain": "own.auth0.com"}, None, None),
    ],
)
def test_the_program_hands_over_what_the_plugin_cannot_see(monkeypatch, config, environment, expected):
    """The plugin cannot see `auth0:domain`, but can see everything that takes precedence over it."""
    if environment:
        monkeypatch.setenv("AUTH0_DOMAIN", environment)

    def program() -> None:
        SessionLifetime("acme", plan="free", session_lifetime="8h")

    assert run(program, **config).sent("acme").get("domain") == expected


def test_a_provider_marks_its_secrets():
    """Secrets are secret even if a plain string was passed; the plan is the stack's where none is given."""

    def program() -> None:
        Provider(
            "p",
            domain="acme.auth0.com",
            client_id="id",
            client_secret="s3",
            client_assertion_private_key="k1",
            client_assertion_signing_alg="PS256",
            api_token="t0",
            audience="aud",
            credentials={"lab": {"apiToken": "t1"}},
            live_preview=True,
        )

    given = run(program, **{"auth0-sessions__plan": "free"}).registered["p"]
    assert given.typ == "pulumi:providers:auth0-sessions"
    hidden = {name: value["value"] for name, value in given.inputs.items() if SIGNATURE in value}
    assert hidden == {
        "clientSecret": "s3",
        "clientAssertionPrivateKey": "k1",
        "apiToken": "t0",
        "credentials": '{"lab": {"apiToken": "t1"}}',
    }
    assert {name: value for name, value in given.inputs.items() if name not in hidden} == {
        "domain": "acme.auth0.com",
        "clientId": "id",
        "clientAssertionSigningAlg": "PS256",
        "audience": "aud",
        "plan": "free",
        "livePreview": "true",
        "__ofStack": "false",
    }


def test_a_tenant_that_is_managed_twice_is_refused_in_the_program():
    """The program's own check works across providers, where the plugin's cannot."""

    def program() -> None:
        for name in ("first", "second"):
            provider = Provider(f"{name}-provider", domain=ACME, api_token="t")
            opts = pulumi.ResourceOptions(provider=provider)
            SessionLifetime(name, plan="free", session_lifetime="8h", opts=opts)

    with pytest.raises(pulumi.RunError, match=r"managed twice.*'first'.*'second'"):
        run(program)


@pytest.mark.parametrize("key", sorted({*SECRET_CONFIG_KEYS, *(f"auth0-sessions:{key}" for key in SECRET_KEYS)}))
@pytest.mark.parametrize(
    "declare",
    [
        lambda: SessionLifetime("acme", domain=ACME, plan="free", session_lifetime="8h"),
        lambda: SessionLifetime.get("acme", ACME),
        lambda: Provider("p"),
    ],
    ids=["resource", "look-up", "provider"],
)
def test_a_credential_in_plain_configuration_is_refused(key, declare):
    """The message contains the command to type, and never the value."""
    with pytest.raises(pulumi.RunError, match=f"pulumi config set --secret {key}") as caught:
        run(declare, **{key.replace(":", "__"): "canary"})
    assert "canary" not in str(caught.value)


def test_a_look_up_registers_no_input():
    """`get` reads by ID: only the credentials label is sent, and no tenant is claimed."""

    def program() -> None:
        SessionLifetime("managed", domain=ACME, plan="free", session_lifetime="8h")
        SessionLifetime.get("looked-up", ACME, credentials="lab")

    assert run(program).sent("looked-up") == {"credentials": "lab"}


def test_components_declare_the_plugins_resource():
    """A policy's and a fleet's children are the plugin's resources; the components' types are the same for both."""
    seen: dict[str, Any] = {}

    async def program() -> None:
        policy = SessionPolicy("one", domain=ACME, plan="essential", session_lifetime="12h")
        fleet = TenantFleet("fleet", plan="free", tenants={"two": TenantSpec(domain="two.auth0.com")})
        seen["reasons"] = await policy.reasons.future()
        seen["tenants"] = await fleet.tenants.future()

    engine = run(program)
    assert engine.registered["one"].typ == "auth0-sessions:index:SessionPolicy"
    assert engine.registered["one-lifetime"].typ == "auth0-sessions:index:SessionLifetime"
    assert engine.sent("one-lifetime")["sessionLifetime"] == "12h"
    assert engine.registered["fleet-two-lifetime"].typ == "auth0-sessions:index:SessionLifetime"
    assert "session_lifetime" in seen["reasons"]
    assert "session_lifetime" in seen["tenants"]["two"]["reasons"]
