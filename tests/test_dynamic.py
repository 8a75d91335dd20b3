"""The resource as a program sees it, with the engine mocked."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from auth0_sessions import Lifetime, Plan, Provider, SessionLifetime
from auth0_sessions.dynamic import INPUTS
from auth0_sessions.lifecycle.record import OUTPUTS
from auth0_sessions.model.settings import LIFETIMES, SETTINGS


class Engine(pulumi.runtime.Mocks):
    """Answers as our provider would at a create, and remembers what was registered."""

    def __init__(self) -> None:
        self.registered: dict[str, mocks.MockResourceArgs] = {}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.registered[args.name] = args
        minutes = {f"{name}_minutes": 480 for name in LIFETIMES if name in args.inputs}
        return args.inputs.get("domain", args.name), {**args.inputs, **minutes, "previous": {}, "superseded": {}}

    def call(self, _args: mocks.MockCallArgs) -> dict[str, Any]:
        return {}


@pytest.fixture
def engine() -> Engine:
    """A mocked engine, and a new run of the program."""
    made = Engine()
    pulumi.runtime.set_mocks(made, project="test", stack="dev", preview=False)
    return made


async def value_of(output: pulumi.Output[Any]) -> Any:
    """Return an output's value."""
    return await output.future()


def run(program: Any) -> None:
    """Run a program as the engine would."""
    pulumi.runtime.test(program)()


def test_every_setting_of_the_table_is_an_argument_and_an_output():
    """A new row in the field table is missing here until the resource has its two typed arguments."""
    arguments = set(inspect.signature(SessionLifetime.__init__).parameters) - {"self", "name", "opts"}
    assert arguments == set(INPUTS)
    assert set(SETTINGS) <= arguments
    (body,) = ast.parse(inspect.getsource(SessionLifetime)).body
    assert isinstance(body, ast.ClassDef)
    annotated = {node.target.id for node in body.body if isinstance(node, ast.AnnAssign)}
    assert annotated == {*INPUTS, *OUTPUTS}


def test_the_type_token_is_the_contract_s(engine):
    """`pulumi-python:dynamic/auth0-sessions:SessionLifetime` is in users' state."""

    def program() -> None:
        SessionLifetime("acme", domain="acme.eu.auth0.com", plan="enterprise", session_lifetime="8h")

    run(program)
    assert engine.registered["acme"].typ == "pulumi-python:dynamic/auth0-sessions:SessionLifetime"


def test_what_is_left_out_is_none_and_not_sent(engine):
    """An unmanaged setting is no property of the resource, and its outputs are None."""
    seen: dict[str, Any] = {}

    async def program() -> None:
        made = SessionLifetime("acme", domain="https://ACME.eu.auth0.com/", plan=Plan.FREE, session_lifetime="8h")
        for name in (*INPUTS, *OUTPUTS):
            seen[name] = await value_of(getattr(made, name))

    run(program)
    sent = {name for name, value in engine.registered["acme"].inputs.items() if value is not None}
    assert sent == {"domain", "session_lifetime", "plan", "over_limit", "on_delete", "__provider"}
    assert seen["domain"] == "acme.eu.auth0.com"
    assert seen["session_lifetime_minutes"] == 480
    assert {name for name, value in seen.items() if value is None} == {
        *(name for name in SETTINGS if name != "session_lifetime"),
        *(f"{name}_minutes" for name in LIFETIMES if name != "session_lifetime"),
        "credentials",
        "old_sessions_gone_by",
    }


def test_lifetimes_and_plans_may_be_values_of_ours(engine):
    """`Lifetime` and `Plan` objects go to the provider as their text."""

    def program() -> None:
        SessionLifetime("acme", domain="acme.auth0.com", plan=Plan.FREE, session_lifetime=Lifetime.parse("90m"))

    run(program)
    assert engine.registered["acme"].inputs["session_lifetime"] == "1h30m"
    assert engine.registered["acme"].inputs["plan"] == "free"


@pytest.mark.parametrize("how", ["direct", "inherited", "overridden"])
def test_the_domain_comes_from_the_provider(engine, how):
    """A resource's domain defaults to its provider's, through components as well; its own argument goes first."""

    def program() -> None:
        provider = Provider("p", domain="https://Acme.auth0.com", api_token="t")
        if how == "inherited":
            group = pulumi.ComponentResource("t:i:G", "g", {}, pulumi.ResourceOptions(providers=[provider]))
            opts = pulumi.ResourceOptions(parent=group)
        else:
            opts = pulumi.ResourceOptions(provider=provider)
        domain = "other.auth0.com" if how == "overridden" else None
        SessionLifetime("acme", domain=domain, plan="free", session_lifetime="8h", opts=opts)

    run(program)
    expected = "other.auth0.com" if how == "overridden" else "acme.auth0.com"
    assert engine.registered["acme"].inputs["domain"] == expected


def test_a_provider_marks_its_secrets_and_itself(engine):
    """Secrets are secret even if a plain string was passed; a marker tells the process what it is."""

    def program() -> None:
        Provider("p", domain="acme.auth0.com", client_id="id", client_secret="s3", api_token="t0", audience="aud")

    run(program)
    given = engine.registered["p"]
    assert given.typ == "pulumi:providers:pulumi-python"
    signature = "4dabf18193072939515e22adb298388d"
    plain = {name: value for name, value in given.inputs.items() if not isinstance(value, dict)}
    assert plain == {
        "auth0-sessions:provider": "p",
        "auth0:domain": "acme.auth0.com",
        "auth0:clientId": "id",
        "auth0:audience": "aud",
    }
    hidden = {
        name: value["value"] for name, value in given.inputs.items() if isinstance(value, dict) and signature in value
    }
    assert hidden == {"auth0:clientSecret": "s3", "auth0:apiToken": "t0"}


def test_two_resources_without_a_domain_are_the_same_tenant(engine):
    """Both would manage the default tenant, whatever it is."""

    def program() -> None:
        SessionLifetime("first", plan="free", session_lifetime="8h")
        SessionLifetime("second", plan="free", idle_session_lifetime="8h")

    with pytest.raises(pulumi.RunError, match=r"managed twice.*'first'.*'second'"):
        run(program)


def test_the_same_name_in_two_components_is_told_apart(engine):
    """Two children of one name are two resources, and the message says whose children they are."""

    def program() -> None:
        for parent in ("left", "right"):
            group = pulumi.ComponentResource("t:i:G", parent)
            opts = pulumi.ResourceOptions(parent=group)
            SessionLifetime("child", domain="acme.auth0.com", plan="free", session_lifetime="8h", opts=opts)

    with pytest.raises(pulumi.RunError, match=r"'child' in 'left' and by 'child' in 'right'"):
        run(program)


def test_a_lookup_is_no_claim(engine):
    """`get` may stand beside the resource that manages the tenant."""

    def program() -> None:
        SessionLifetime("managed", domain="acme.auth0.com", plan="free", session_lifetime="8h")
        SessionLifetime.get("looked-up", "acme.auth0.com")

    run(program)
    assert "looked-up" in engine.registered


def test_a_new_run_forgets_the_last_one(engine):
    """Users' own tests run one program many times with the same mocks."""

    def program() -> None:
        SessionLifetime("acme", domain="acme.auth0.com", plan="free", session_lifetime="8h")

    run(program)
    run(program)
    assert "acme" in engine.registered


def test_an_output_may_hold_a_lifetime(engine):
    """A `Lifetime` in an output goes to the provider as its text, too."""

    def program() -> None:
        later = pulumi.Output.from_input(Lifetime.parse("90m"))
        SessionLifetime("acme", domain="acme.auth0.com", plan="free", idle_session_lifetime=later)

    run(program)
    assert engine.registered["acme"].inputs["idle_session_lifetime"] == "1h30m"


def test_the_configured_domain_is_the_default_tenant(engine, monkeypatch):
    """A resource without a domain and one that names the configured domain are the same tenant."""
    monkeypatch.delenv("AUTH0_DOMAIN", raising=False)
    pulumi.runtime.set_config("auth0:domain", "acme.auth0.com")

    def program() -> None:
        SessionLifetime("first", plan="free", session_lifetime="8h")
        SessionLifetime("second", domain="https://acme.auth0.com/", plan="free", idle_session_lifetime="8h")

    try:
        with pytest.raises(pulumi.RunError, match="managed twice"):
            run(program)
    finally:
        pulumi.runtime.set_all_config({})
