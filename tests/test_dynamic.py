"""The resource as a program sees it, with the engine mocked."""

from __future__ import annotations

import ast
import functools
import inspect
from functools import partial
from typing import Any

import pulumi
import pytest

from auth0_sessions import Lifetime, Plan, Provider, SessionLifetime
from auth0_sessions.lifecycle.record import OUTPUTS
from auth0_sessions.model.inputs import INPUTS
from auth0_sessions.model.settings import LIFETIMES, SETTINGS
from auth0_sessions.program.resource import SessionLifetimeArguments
from mocked import MINUTES, Engine, run


async def value_of(output: pulumi.Output[Any]) -> Any:
    """Return an output's value."""
    return await output.future()


@functools.cache
def outputs() -> dict[str, str]:
    """Return the annotated names in the resource's class, each with its annotation."""
    (body,) = ast.parse(inspect.getsource(SessionLifetimeArguments)).body
    assert isinstance(body, ast.ClassDef)
    return {
        ast.unparse(node.target): ast.unparse(node.annotation) for node in body.body if isinstance(node, ast.AnnAssign)
    }


def test_every_setting_of_the_table_is_an_argument_and_an_output():
    """A new row in the field table is missing here until the resource has its two typed arguments."""
    arguments = set(inspect.signature(SessionLifetime.__init__).parameters) - {"self", "name", "opts"}
    assert arguments == set(INPUTS)
    assert set(SETTINGS) <= arguments
    assert set(outputs()) - {"package"} == {*INPUTS, *OUTPUTS}


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_has_the_types_of_its_kind(name):
    """A lifetime is text or a `Lifetime` and has minutes, a mode is text; each may be left out."""
    argument = inspect.signature(SessionLifetime.__init__).parameters[name]
    kind = "str | Lifetime" if name in LIFETIMES else "str"
    assert (argument.annotation, argument.default) == (f"pulumi.Input[{kind}] | None", None)
    assert outputs()[name] == "pulumi.Output[str | None]"
    assert outputs().get(f"{name}_minutes") == ("pulumi.Output[int | None]" if name in LIFETIMES else None)


VALUES: dict[str, Any] = {
    "domain": "acme.auth0.com",
    **dict.fromkeys(LIFETIMES, "8h"),
    "session_cookie_mode": "persistent",
    "plan": "enterprise",
    "over_limit": "warn",
    "on_delete": "reset",
    "enforce": "at-most",
    "credentials": "acme",
}


@pytest.mark.parametrize("name", INPUTS)
def test_every_argument_is_sent(name):
    """What a program says of an input goes to the provider under the input's name, and comes back as its output."""
    seen: dict[str, Any] = {}

    async def program() -> None:
        made = SessionLifetime("acme", **{"domain": "x.auth0.com", "plan": "free", name: VALUES[name]})
        seen[name] = await value_of(getattr(made, name))
        seen["minutes"] = await value_of(getattr(made, f"{name}_minutes")) if name in LIFETIMES else None

    engine = run(program)
    assert (engine.sent("acme")[name], seen[name]) == (VALUES[name], VALUES[name])
    assert seen["minutes"] == (MINUTES if name in LIFETIMES else None)


def test_the_type_token_is_the_contract_s():
    """`pulumi-python:dynamic/auth0-sessions:SessionLifetime` is in users' state."""

    def program() -> None:
        SessionLifetime("acme", domain="acme.eu.auth0.com", plan="enterprise", session_lifetime="8h")

    engine = run(program)
    assert engine.registered["acme"].typ == "pulumi-python:dynamic/auth0-sessions:SessionLifetime"


def test_what_is_left_out_is_none_and_not_sent():
    """An unmanaged setting is no property of the resource, and its outputs are None."""
    seen: dict[str, Any] = {}

    async def program() -> None:
        made = SessionLifetime("acme", domain="https://ACME.eu.auth0.com/", plan=Plan.FREE, session_lifetime="8h")
        for name in (*INPUTS, *OUTPUTS):
            seen[name] = await value_of(getattr(made, name))

    engine = run(program)
    sent = {name for name, value in engine.registered["acme"].inputs.items() if value is not None}
    assert sent == {"domain", "session_lifetime", "plan", "__provider"}
    assert (seen["over_limit"], seen["on_delete"], seen["enforce"]) == ("error", "retain", "exact")
    assert seen["domain"] == "acme.eu.auth0.com"
    assert seen["session_lifetime_minutes"] == MINUTES
    assert {name for name, value in seen.items() if value is None} == {
        *(name for name in SETTINGS if name != "session_lifetime"),
        *(f"{name}_minutes" for name in LIFETIMES if name != "session_lifetime"),
        "credentials",
        "old_sessions_gone_by",
        "own",
    }


def test_lifetimes_and_plans_may_be_values_of_ours():
    """`Lifetime` and `Plan` objects go to the provider as their text."""

    def program() -> None:
        SessionLifetime("acme", domain="acme.auth0.com", plan=Plan.FREE, session_lifetime=Lifetime.parse("90m"))

    engine = run(program)
    assert engine.registered["acme"].inputs["session_lifetime"] == "1h30m"
    assert engine.registered["acme"].inputs["plan"] == "free"


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

    engine = run(program)
    expected = "other.auth0.com" if how == "overridden" else "acme.auth0.com"
    assert engine.registered["acme"].inputs["domain"] == expected


def test_a_provider_marks_its_secrets_and_itself():
    """Secrets are secret even if a plain string was passed; a marker says the process what it is."""

    def program() -> None:
        key = {"client_assertion_private_key": "k1", "client_assertion_signing_alg": "PS256"}
        secrets: dict[str, Any] = {"client_secret": "s3", "api_token": "t0", **key}
        Provider("p", domain="acme.auth0.com", client_id="id", audience="aud", **secrets)

    engine = run(program)
    given = engine.registered["p"]
    assert given.typ == "pulumi:providers:pulumi-python"
    signature = "4dabf18193072939515e22adb298388d"
    plain = {name: value for name, value in given.inputs.items() if not isinstance(value, dict)}
    assert plain == {
        "auth0-sessions:provider": "p",
        "auth0:domain": "acme.auth0.com",
        "auth0:clientId": "id",
        "auth0:clientAssertionSigningAlg": "PS256",
        "auth0:audience": "aud",
    }
    hidden = {
        name: value["value"] for name, value in given.inputs.items() if isinstance(value, dict) and signature in value
    }
    assert hidden == {
        "auth0:clientSecret": "s3",
        "auth0:clientAssertionPrivateKey": "k1",
        "auth0:apiToken": "t0",
    }


def test_two_resources_without_a_domain_are_the_same_tenant():
    """Both would manage the default tenant, whatever it is."""

    def program() -> None:
        SessionLifetime("first", plan="free", session_lifetime="8h")
        SessionLifetime("second", plan="free", idle_session_lifetime="8h")

    with pytest.raises(pulumi.RunError, match=r"managed twice.*'first'.*'second'"):
        run(program)


def test_the_same_name_in_two_components_is_distinguished():
    """Two children of one name are two resources, and the message says whose children they are."""

    def program() -> None:
        for parent in ("left", "right"):
            group = pulumi.ComponentResource("t:i:G", parent)
            opts = pulumi.ResourceOptions(parent=group)
            SessionLifetime("child", domain="acme.auth0.com", plan="free", session_lifetime="8h", opts=opts)

    with pytest.raises(pulumi.RunError, match=r"'child' in 'left' \(t:i:G\) and by 'child' in 'right'"):
        run(program)


def test_a_lookup_is_no_claim():
    """`get` may be used alongside the resource that manages the tenant."""

    def program() -> None:
        SessionLifetime("managed", domain="acme.auth0.com", plan="free", session_lifetime="8h")
        SessionLifetime.get("looked-up", "acme.auth0.com")

    engine = run(program)
    assert "looked-up" in engine.registered


def test_a_lookup_is_no_create():
    """What is for a new resource, a refused import and the names of its secrets, has no place in a look-up."""

    def program() -> None:
        label, opts = pulumi.Output.secret("acme"), pulumi.ResourceOptions(import_="acme.auth0.com")
        SessionLifetime.get("looked-up", "acme.auth0.com", credentials=label, opts=opts)

    assert run(program).sent("looked-up").keys() == {"credentials"}


def test_the_same_program_may_run_again():
    """Users' own tests run one program many times with the same mocks."""
    engine = Engine()

    def program() -> None:
        SessionLifetime("acme", domain="acme.auth0.com", plan="free", session_lifetime="8h")

    engine.run(program)
    pulumi.runtime.test(program)()
    assert "acme" in engine.registered


def test_a_new_run_forgets_the_last_one():
    """Another run, with a connection to the engine of its own, may manage a tenant under another name."""
    for name in ("first", "second"):
        engine = run(partial(SessionLifetime, name, domain="acme.auth0.com", plan="free", session_lifetime="8h"))
        assert list(engine.registered) == [name]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_each_run_warns_of_a_missing_plan_once(count, monkeypatch):
    """Tenants without a plan make one warning a run, and the next run has its own."""
    warnings: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", warnings.append)

    def program() -> None:
        for number in range(count):
            SessionLifetime(f"t{number}", domain=f"t{number}.auth0.com", session_lifetime="8h")

    for _ in range(2):
        run(program)
    assert ["has no plan" in text for text in warnings] == [True, True]


def test_an_output_may_hold_a_lifetime():
    """A `Lifetime` in an output goes to the provider as its text, too."""

    def program() -> None:
        later = pulumi.Output.from_input(Lifetime.parse("90m"))
        SessionLifetime("acme", domain="acme.auth0.com", plan="free", idle_session_lifetime=later)

    engine = run(program)
    assert engine.registered["acme"].inputs["idle_session_lifetime"] == "1h30m"


def test_the_configured_domain_is_the_default_tenant(monkeypatch):
    """A resource without a domain and one that names the configured domain are the same tenant."""
    monkeypatch.delenv("AUTH0_DOMAIN", raising=False)

    def program() -> None:
        SessionLifetime("first", plan="free", session_lifetime="8h")
        SessionLifetime("second", domain="https://acme.auth0.com/", plan="free", idle_session_lifetime="8h")

    with pytest.raises(pulumi.RunError, match="managed twice"):
        run(program, config={"auth0:domain": "acme.auth0.com"})


@pytest.mark.parametrize("own", ["free", None])
def test_a_configured_plan_is_the_default(own):
    """`auth0-sessions:plan` is the plan of a resource that does not set one."""

    def program() -> None:
        SessionLifetime("acme", domain="acme.auth0.com", plan=own, session_lifetime="8h")

    engine = run(program, config={"auth0-sessions:plan": "enterprise"})
    assert engine.sent("acme")["plan"] == (own or "enterprise")
