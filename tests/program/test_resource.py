"""The resource as a program sees it, in both front ends, with the engine mocked."""

from __future__ import annotations

import ast
import inspect
from functools import partial
from typing import Any

import pulumi
import pytest

import auth0_sessions
from auth0_sessions import Lifetime, Plan
from auth0_sessions.lifecycle.record import INPUT_DEFAULTS, OUTPUTS
from auth0_sessions.model.inputs import INPUTS
from auth0_sessions.model.settings import LIFETIMES, SETTINGS
from auth0_sessions.program.resource import SessionLifetimeArguments
from mocked import MINUTES, Engine, run

ACME, OTHER = "acme.eu.auth0.com", "other.eu.auth0.com"
VALUES: dict[str, Any] = {
    "domain": ACME,
    **dict.fromkeys(LIFETIMES, "8h"),
    "session_cookie_mode": "persistent",
    "plan": Plan.ENTERPRISE,
    "over_limit": "warn",
    "on_delete": "reset",
    "enforce": "at-most",
    "credentials": "acme",
}


def declared(api: Any, config: dict[str, str] | None = None, **arguments: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run a program with one resource; return what was sent for it, and its outputs."""
    seen: dict[str, Any] = {}

    async def program() -> None:
        made = api.SessionLifetime("acme", **{"domain": ACME, "plan": "free", "session_lifetime": "8h", **arguments})
        for name in (*INPUTS, *OUTPUTS):
            seen[name] = await getattr(made, name).future()

    return run(program, config=config).sent("acme"), seen


def test_every_setting_of_the_table_is_a_typed_argument_and_output():
    """A new row of the field table is missing here; a lifetime is text or a `Lifetime`, and has minutes."""
    (body,) = ast.parse(inspect.getsource(SessionLifetimeArguments)).body
    assert isinstance(body, ast.ClassDef)
    rows = (row for row in body.body if isinstance(row, ast.AnnAssign))
    outputs = {ast.unparse(row.target): ast.unparse(row.annotation) for row in rows}
    parameters = inspect.signature(SessionLifetimeArguments.__init__).parameters
    assert set(parameters) - {"self", "name", "opts"} == set(INPUTS)
    assert set(outputs) - {"package"} == {*INPUTS, *OUTPUTS}
    for name in SETTINGS:
        kind = "str | Lifetime" if name in LIFETIMES else "str"
        assert (parameters[name].annotation, parameters[name].default) == (f"pulumi.Input[{kind}] | None", None)
        assert outputs[name] == "pulumi.Output[str | None]"
        assert outputs.get(f"{name}_minutes") == ("pulumi.Output[int | None]" if name in LIFETIMES else None)


@pytest.mark.parametrize("name", INPUTS)
def test_every_argument_is_sent(api, name):
    """An input goes to the provider under its name and comes back as an output; minutes are whole numbers."""
    sent, seen = declared(api, **{"domain": OTHER, name: VALUES[name]})
    assert sent[name] == seen[name] == VALUES[name]
    minutes = seen.get(f"{name}_minutes")
    assert (minutes, type(minutes)) == ((MINUTES, int) if name in LIFETIMES else (None, type(None)))


def test_what_is_left_out_is_not_sent(api):
    """Inputs with a default have it, given or not; any other is not sent, and its outputs are None."""
    for given in ({}, INPUT_DEFAULTS, dict.fromkeys(INPUT_DEFAULTS)):
        domain = f"https://{ACME.upper()}/"
        sent, seen = declared(api, domain=domain, session_lifetime=Lifetime.parse("90m"), **given)
        assert sent == {"domain": ACME, "session_lifetime": "1h30m", "plan": "free", **INPUT_DEFAULTS}
        assert {name: value for name, value in seen.items() if value is not None} == {
            "domain": ACME,
            "plan": "free",
            "session_lifetime": "1h30m",
            "session_lifetime_minutes": MINUTES,
            **INPUT_DEFAULTS,
            "previous": {},
            "superseded": {},
        }


def test_an_output_is_what_a_transformation_made_of_its_input(api):
    """A stack may change inputs that its programs leave out; the outputs have what was sent."""

    def restore(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
        changed = {name: "restore" if name in ("on_delete", "onDelete") else row for name, row in args.props.items()}
        return pulumi.ResourceTransformationResult(changed, args.opts)

    sent, seen = declared(api, opts=pulumi.ResourceOptions(transformations=[restore]))
    assert (sent["on_delete"], seen["on_delete"]) == ("restore", "restore")


@pytest.mark.parametrize(
    ("first", "default"), [(None, OTHER), (f"https://{OTHER.upper()}/", OTHER), ("output", OTHER), (None, None)]
)
def test_a_tenant_is_managed_once(api, first, default):
    """The error has both names, also where the domain is the default one, which may be unknown, or known late."""

    def program() -> None:
        domain: Any = pulumi.Output.from_input(OTHER) if first == "output" else first
        api.SessionLifetime("first", domain=domain, plan="free", session_lifetime="8h")
        api.SessionLifetime("second", plan="free", idle_session_lifetime="8h")

    with pytest.raises(pulumi.RunError, match=r"managed twice.*'(first|second)'.*'(first|second)'"):
        run(program, config={"auth0:domain": default} if default else {})


class Group(pulumi.ComponentResource):
    """A component that somebody else wrote, of a type of its own, with a resource of ours inside."""

    def __init__(self, kind: str, name: str, make: Any) -> None:
        super().__init__(f"test:index:{kind}", name)
        make("acme", domain=ACME, plan="free", session_lifetime="8h", opts=pulumi.ResourceOptions(parent=self))


def test_resources_of_one_name_are_distinguished(api):
    """Children of one name are two resources, although their parents' names are the same, too."""

    def program() -> None:
        for kind in ("One", "Other"):
            Group(kind, "group", api.SessionLifetime)

    words = r"managed twice.*'acme' in 'group' \(test:index:One\) and by .* \(test:index:Other\)"
    with pytest.raises(pulumi.RunError, match=words):
        run(program)


def test_a_look_up_is_neither_claim_nor_create(api):
    """`get` may be used beside the resource of the tenant; only its label is sent, whatever the options are for."""

    def program() -> None:
        label, opts = pulumi.Output.secret("acme"), pulumi.ResourceOptions(import_=ACME)
        api.SessionLifetime("managed", domain=ACME, plan="free", session_lifetime="8h")
        api.SessionLifetime.get("looked-up", ACME, credentials=label, opts=opts)

    assert run(program).sent("looked-up").keys() == {"credentials"}


def test_a_new_run_forgets_the_last_one():
    """Another run may manage a tenant under another name, and one program may run many times with the same mocks."""
    engine = Engine()
    for name in ("first", "second"):
        program = partial(auth0_sessions.SessionLifetime, name, domain=ACME, session_lifetime="8h")
        engine.run(program)
    pulumi.runtime.test(program)()
    assert list(engine.registered) == ["first", "second"]


@pytest.mark.parametrize("own", ["free", None])
def test_a_configured_plan_is_the_default(own):
    """`auth0-sessions:plan` is the plan of a resource that does not set one."""
    sent, _ = declared(auth0_sessions, {"auth0-sessions:plan": "enterprise"}, plan=own)
    assert sent["plan"] == (own or "enterprise")


def test_each_run_warns_of_a_missing_plan_once(monkeypatch):
    """Tenants without a plan make one warning a run, and the next run has its own."""
    warnings: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", warnings.append)

    def program() -> None:
        for number in range(3):
            auth0_sessions.SessionLifetime(f"t{number}", domain=f"t{number}.auth0.com", session_lifetime="8h")

    for runs in (1, 2):
        run(program)
        assert len(warnings) == runs
