"""The components as a program sees them, with the engine mocked."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

import pulumi
import pytest
from pulumi.runtime import rpc

import mocked
from auth0_sessions import Lifetime, Plan, Profile, SessionPolicy, TenantFleet, TenantSpec, native
from auth0_sessions.model.inputs import INPUTS
from auth0_sessions.model.settings import LOGIN_LIFETIMES, LOGIN_SETTINGS
from expected_values import expected_of
from mocked import Engine

APPLIED = (
    *("domain", "plan", "profile", *LOGIN_LIFETIMES, "session_cookie_mode", "reasons", "previous"),
    "old_sessions_gone_by",
)
ONE = {"acme": {"domain": "acme.auth0.com"}}
ENTERPRISE_PCI = ("enterprise", "pci-dss")


def run(program: Any, *, stack: str = "production", **config: str) -> Engine:
    """Run a program in a stack, with these values of our own configuration."""
    return mocked.run(program, stack=stack, config={f"auth0-sessions:{key}": value for key, value in config.items()})


def policy_of(seen: dict[str, Any] | None = None, **arguments: Any) -> Callable[[], Any]:
    """Return a program with one policy named "acme", which puts its outputs into `seen`."""

    async def program() -> None:
        made = SessionPolicy("acme", **{"domain": "acme.auth0.com", **arguments})
        for name in APPLIED if seen is not None else ():
            seen[name] = await getattr(made, name).future()

    return program


def minutes_in(values: dict[str, Any]) -> dict[str, int]:
    """Return the lifetimes among some values, in minutes."""
    return {name: Lifetime.parse(values[name]).minutes for name in LOGIN_LIFETIMES}


# One tenant.


def test_the_type_tokens_are_the_contract_s():
    """The types `auth0-sessions:index:...` are in users' state, and so are the names of the children."""

    def program() -> None:
        TenantFleet("fleet", plan="free", tenants={"acme": TenantSpec("acme.auth0.com")})

    registered = run(program).registered
    assert {name: args.typ for name, args in registered.items()} == {
        "fleet": "auth0-sessions:index:TenantFleet",
        "fleet-acme": "auth0-sessions:index:SessionPolicy",
        "fleet-acme-lifetime": "pulumi-python:dynamic/auth0-sessions:SessionLifetime",
    }


def test_every_setting_is_a_typed_argument_of_both():
    """A new row of login sessions is missing here until policy and tenant have it, each with the type of its kind."""
    parameters = inspect.signature(SessionPolicy.__init__).parameters
    arguments = set(parameters) - {"self", "name", "opts"}
    kinds = {field.name: field for field in fields(TenantSpec)}
    assert kinds.keys() == arguments - {"ceiling"} | {"formerly"}
    assert {*INPUTS, "profile", "ceiling"} - {"anonymous_session_lifetime"} == arguments
    for name in LOGIN_SETTINGS:
        kind = "str | Lifetime" if name in LOGIN_LIFETIMES else "str"
        assert (parameters[name].annotation, parameters[name].default) == (f"pulumi.Input[{kind}] | None", None)
        assert (kinds[name].type, kinds[name].default) == (f"{kind} | None", None)


@pytest.mark.parametrize("of", ["policy", "fleet"])
@pytest.mark.parametrize(
    ("stack", "config", "arguments", "plan", "profile"),
    [
        ("dev", {"plan": "free", "profile": "strict"}, {"plan": "enterprise", "profile": "pci-dss"}, *ENTERPRISE_PCI),
        ("dev", {"plan": "essential", "profile": "nist-aal3"}, {}, "essential", "nist-aal3"),
        ("pr-17", {"plan": "essential"}, {}, "essential", "convenient"),
        ("production", {}, {"plan": "free"}, "free", "balanced"),
    ],
    ids=["argument", "configuration", "a stack that comes and goes", "every other stack"],
)
def test_where_plan_and_profile_come_from(of, stack, config, arguments, plan, profile):
    """Argument, configuration, then the stack's name, which the reasons mention; the child gets what is picked."""
    seen: dict[str, Any] = {}
    program = policy_of(seen, **arguments) if of == "policy" else fleet_of(seen, tenants=ONE, **arguments)
    engine = run(program, stack=stack, **config)
    applied = seen if of == "policy" else seen["tenants"]["acme"]
    sent = engine.sent("acme-lifetime" if of == "policy" else "fleet-acme-lifetime")
    assert (applied["plan"], applied["profile"], sent["plan"]) == (plan, profile, plan)
    assert minutes_in(applied) == minutes_in(sent) == expected_of(plan, profile)
    assert list(applied["reasons"]) == list(LOGIN_LIFETIMES)
    by_stack = [f"chosen by the stack's name '{stack}'" in reason for reason in applied["reasons"].values()]
    assert by_stack == [not {"profile"} & {*config, *arguments}] * 4


@pytest.mark.parametrize("is_output", [False, True])
def test_arguments_go_to_the_child(is_output):
    """They take precedence over the profile, and what decides about no lifetime is the child's as it is."""
    seen: dict[str, Any] = {}
    rest: dict[str, Any] = {"session_cookie_mode": "persistent", "on_delete": "reset", "credentials": "acme"}

    async def program() -> None:
        lifetime: Any = pulumi.Output.from_input("2h") if is_output else Lifetime.parse("2h")
        await policy_of(seen, plan="free", profile="strict", session_lifetime=lifetime, over_limit="warn", **rest)()

    sent = run(program).sent("acme-lifetime")
    assert {key: sent[key] for key in ("over_limit", *rest)} == {"over_limit": "warn", **rest}
    assert (sent["session_lifetime"], seen["session_lifetime"]) == ("2h", "2h")
    assert "explicit argument" in seen["reasons"]["session_lifetime"]
    assert seen["reasons"]["session_cookie_mode"] == "cookie mode persistent: explicit argument"


@pytest.mark.parametrize("pending", [False, True])
def test_what_is_wrong_stops_the_program(pending):
    """Every problem is in one `RunError` with the component's name, for outputs as for plain values."""
    heads = {
        ("plan is", "profile is", "enforce is"): {"plan": "gold", "profile": "lax", "enforce": "often"},
        ("session_lifetime: ", "idle_session_lifetime is"): {"session_lifetime": 720, "idle_session_lifetime": "4d"},
        ("session_lifetime is",): {"profile": "strict", "session_lifetime": "25h", "over_limit": "clamp"},
    }
    for words, arguments in heads.items():

        def program(arguments: dict[str, Any] = {"plan": "free"} | arguments) -> Any:
            late = {key: pulumi.Output.from_input(arguments[key]) for key in arguments.keys() & {*LOGIN_LIFETIMES}}
            return policy_of({}, **{**arguments, **(late if pending else {})})()

        with pytest.raises(pulumi.RunError) as printed:
            run(program)
        first, *lines = str(printed.value).removeprefix("SessionPolicy 'acme'").splitlines()
        said = [line.removeprefix("  - ") for line in lines] or [first.removeprefix(": ")]
        assert [line.startswith(word) for line, word in zip(said, words, strict=True)] == [True] * len(words)


# Many tenants.

TENANTS = {
    "acme": TenantSpec("acme.auth0.com"),
    "globex": {"domain": "globex.auth0.com", "plan": "enterprise", "profile": "nist-aal2", "sessionLifetime": "8h"},
    "initech": {"domain": "initech.auth0.com", "session_cookie_mode": "persistent", "credentials": "initech"},
}


def fleet_of(seen: dict[str, Any], **arguments: Any) -> Callable[[], Any]:
    """Return a program with one fleet, which puts its outputs into `seen`."""

    async def program() -> None:
        made = TenantFleet("fleet", **{"tenants": TENANTS, **arguments})
        for name in ("tenants", "report", "old_sessions_gone_by"):
            seen[name] = await getattr(made, name).future()

    return program


def test_every_tenant_has_a_policy():
    """Each tenant gets a child with its own values, else with the fleet's; outputs and report have all of them."""
    seen: dict[str, Any] = {}
    engine = run(fleet_of(seen, plan="free", profile="balanced"))
    assert list(seen["tenants"]) == list(TENANTS)
    assert [tuple(row) for row in seen["tenants"].values()] == [APPLIED] * 3
    assert [row["domain"] for row in seen["tenants"].values()] == [f"{name}.auth0.com" for name in TENANTS]
    assert minutes_in(seen["tenants"]["acme"]) == expected_of(Plan.FREE, Profile.BALANCED)
    assert minutes_in(engine.sent("fleet-globex-lifetime")) == expected_of(Plan.ENTERPRISE, Profile.NIST_AAL2) | {
        "session_lifetime": 480,
        "ephemeral_session_lifetime": 480,
    }
    assert engine.sent("fleet-initech-lifetime")["credentials"] == "initech"
    assert seen["tenants"]["initech"]["session_cookie_mode"] == "persistent"
    assert [line.split(" | ")[0] for line in seen["report"].splitlines()[2:]] == [f"| {name}" for name in TENANTS]


@pytest.mark.parametrize("key", ["plan", "profile", "enforce"])
@pytest.mark.parametrize("is_argument", [True, False])
def test_an_empty_text_is_not_left_out(key, is_argument):
    """An empty text is rejected, as in an audit of the same list, and not replaced by a default."""
    arguments, config = {"plan": "free"}, {"profile": "strict"}
    (arguments if is_argument else config)[key] = ""
    given = {name: value for name, value in arguments.items() if is_argument or name != key}
    for program in (fleet_of({}, tenants={"acme": TENANTS["acme"]}, **given), policy_of({}, **given)):
        with pytest.raises(pulumi.RunError, match=f"{key} is ''"):
            run(program, **config)


def test_nothing_is_declared_if_one_tenant_is_wrong():
    """All bad tenants are reported in one error, and no tenant is touched."""
    engine = Engine()
    bad = {**TENANTS, "bad": {"domain": "x", "idle": "1h"}, "worse": {"domain": "acme.auth0.com", "plan": "gold"}}
    with pytest.raises(pulumi.RunError) as printed:
        engine.run(fleet_of({}, tenants=bad, plan="free", profile="strict"))
    lines = str(printed.value).splitlines()
    assert lines[0] == "TenantFleet 'fleet' has 4 problems:"
    assert [line.split()[1] for line in lines[1:]] == ["bad:", "bad:", "worse:", "acme,"]
    assert list(engine.registered) in ([], ["fleet"])


def test_a_tenant_is_managed_once_in_a_program():
    """A tenant of a fleet that another resource of the program manages is an error with both names."""

    async def program() -> None:
        SessionPolicy("own", domain="https://ACME.auth0.com", plan="free", profile="strict")
        await fleet_of({}, plan="free", profile="strict")()

    with pytest.raises(pulumi.RunError, match=r"managed twice.*'own-lifetime'.*'fleet-acme-lifetime'"):
        run(program)


def from_config(seen: dict[str, Any]) -> Callable[[], Any]:
    """Return a program with one fleet from the configuration."""

    async def program() -> None:
        made = TenantFleet.from_config("fleet")
        seen.update(tenants=await made.tenants.future())

    return program


def test_a_fleet_from_configuration():
    """`auth0-sessions:tenants` is one object, with keys in camelCase or in snake_case."""
    seen: dict[str, Any] = {}
    tenants = {"acme": {"domain": "acme.auth0.com", "sessionLifetime": "2h"}, "b": {"domain": "b.auth0.com"}}
    run(from_config(seen), plan="free", profile="convenient", tenants=json.dumps(tenants))
    assert minutes_in(seen["tenants"]["acme"]) == dict.fromkeys(LOGIN_LIFETIMES, 120)
    assert minutes_in(seen["tenants"]["b"]) == expected_of(Plan.FREE, Profile.CONVENIENT)


@pytest.mark.parametrize("project", [True, False], ids=["project", "no project"])
def test_a_fleet_from_a_file_that_the_configuration_names(tmp_path, monkeypatch, project):
    """The name starts at the project's folder, else the current one; what a file says for all goes first."""
    if project:
        monkeypatch.setattr(pulumi, "get_root_directory", lambda: str(tmp_path))
    else:
        monkeypatch.chdir(tmp_path)
    beside = {"plan": "enterprise", "profile": "ours", "profiles": json.loads(OWN), "enforce": "at-most"}
    (tmp_path / "tenants.json").write_text(json.dumps({**beside, "tenants": ONE}))
    engine = run(from_config({}), plan="free", profile="convenient", tenants="tenants.json", enforce="exact")
    sent = engine.sent("fleet-acme-lifetime")
    assert (sent["plan"], sent["session_lifetime"], sent["enforce"]) == ("enterprise", "12h", "at-most")


# Ceilings, and a team's own profiles.

OWN = '{"ours": {"absolute": "12h", "idle": "30m", "source": "Handbook 4.2"}}'


@pytest.mark.parametrize("configured", [None, "at-most"])
@pytest.mark.parametrize("argument", [None, "exact", "at-most"])
def test_where_enforcement_comes_from(argument, configured):
    """From an entry, the argument, the configuration, else it is exact, for policies and fleets."""
    config = {} if configured is None else {"enforce": configured}
    expected = argument or configured or "exact"
    tenants = {**ONE, "own": {"domain": "b.auth0.com", "enforce": "exact"}}
    policy = run(policy_of(plan="free", enforce=argument), **config).sent("acme-lifetime")
    fleet = run(fleet_of({}, tenants=tenants, plan="free", enforce=argument), **config)
    found = [policy, fleet.sent("fleet-acme-lifetime"), fleet.sent("fleet-own-lifetime")]
    assert [sent["enforce"] for sent in found] == [expected, expected, "exact"]


def test_a_ceiling_s_outputs_are_what_the_tenant_has():
    """A shorter value of the tenant is what is applied, in reason and report, too; an exact one is what was asked."""
    seen: dict[str, Any] = {}
    tenants = {"a": {"domain": "a.auth0.com", "enforce": "at-most"}, "b": {"domain": "b.auth0.com"}}
    engine = run(fleet_of(seen, tenants=tenants, plan="free", profile="strict"))
    for name, held in (("a", "8h"), ("b", "1d")):
        applied = seen["tenants"][name]
        assert [engine.sent(f"fleet-{name}-lifetime")[key] for key in LOGIN_LIFETIMES] == ["1d", "1h"] * 2
        assert [applied[key] for key in LOGIN_LIFETIMES] == [held, "1h"] * 2
        assert ("8h, its own value" in applied["reasons"]["session_lifetime"]) is (name == "a")
    rows = [line.split(" | ") for line in seen["report"].splitlines()[2:]]
    assert [row[3:6] for row in rows] == [["8h", "1h", "8h / 1h"], ["1d", "1h", "1d / 1h"]]


class Previewing(Engine):
    """Responds like the preview of a create: under a ceiling, the tenant decides."""

    def outputs(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the inputs, without what is not known."""
        unknown = [*LOGIN_LIFETIMES, "own"] if inputs.get("enforce") == "at-most" else []
        return {**super().outputs(inputs), **dict.fromkeys([*unknown, "old_sessions_gone_by"], rpc.UNKNOWN)}


def test_a_preview_claims_no_value_under_a_ceiling(monkeypatch):
    """Outputs, reasons and report are unknown; what is logged says "at most", and a known tenant's row is complete."""
    seen: dict[str, Any] = {}
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda message, **_: said.append(message))

    async def program() -> None:
        tenants = {"a": {"domain": "a.auth0.com", "enforce": "at-most"}, "b": {"domain": "b.auth0.com"}}
        made = TenantFleet("fleet", plan="free", profile="strict", tenants=tenants)
        policies = made.policies
        outputs = {name: getattr(policies["a"], name) for name in APPLIED} | {"report": made.report}
        seen["unknown"] = [name for name, output in outputs.items() if not await output.is_known()]
        seen["b"] = await policies["b"].reasons.future()

    Previewing().run(program, preview=True)
    assert seen["unknown"] == [*LOGIN_LIFETIMES, "reasons", "old_sessions_gone_by", "report"]
    assert seen["b"]["session_lifetime"] == "absolute 1d: profile 'strict' (a login a day)"
    (table,) = [text for text in said if "| tenant |" in text]
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith(("| a", "| b"))]
    assert [row[3:5] for row in rows] == [["at most 1d", "at most 1h"], ["1d", "1h"]]


class LeftOut(Engine):
    """Responds as for tenants that a run does not change: they have what they had."""

    def outputs(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return another value."""
        return {**super().outputs(inputs), "session_lifetime": "5h"}


def test_what_a_run_does_not_change_is_not_claimed():
    """Outputs and reasons have what the tenant has; on the engine, they are the words of the run that applied it."""
    seen: dict[str, Any] = {}
    LeftOut().run(policy_of(seen, plan="free", profile="strict"))
    assert seen["session_lifetime"] == "5h"
    assert seen["reasons"]["session_lifetime"] == "absolute 5h: not changed by this run"


@pytest.mark.parametrize("where", ["argument", "config"])
def test_an_own_profile_is_known_to_policy_and_fleet(where):
    """`auth0-sessions:profiles` is for both; a fleet's argument takes precedence over it."""
    seen: dict[str, Any] = {}
    run(policy_of(seen, plan="free", profile="ours"), profiles=OWN)
    assert (seen["profile"], seen["session_lifetime"], seen["idle_session_lifetime"]) == ("ours", "12h", "30m")
    assert seen["reasons"]["session_lifetime"] == "absolute 12h: profile 'ours' (Handbook 4.2)"
    given = {"profiles": {"ours": {"idle": "20m"}}} if where == "argument" else {}
    run(fleet_of(seen, tenants={"acme": {"domain": "a.auth0.com"}}, plan="free", profile="ours", **given), profiles=OWN)
    assert seen["tenants"]["acme"]["idle_session_lifetime"] == ("20m" if given else "30m")


# One path to each component, for both front ends.


@pytest.mark.parametrize("is_secret", [False, True])
def test_a_clamp_warns(monkeypatch, is_secret):
    """What was lowered is said once, by a fleet's policies, too; a secret value is not repeated."""
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda message, **_: said.append(message))
    clamped: dict[str, Any] = {"plan": "free", "profile": "convenient", "over_limit": "clamp"}

    async def program() -> None:
        lifetime: Any = pulumi.Output.secret("60d") if is_secret else "60d"
        await policy_of(session_lifetime=lifetime, **clamped)()

    run(program)
    run(fleet_of({}, tenants={"a": {"domain": "a.auth0.com", "session_lifetime": "60d", **clamped}}))
    policy, fleet = said
    assert ("60d" in policy, "60d" in fleet) == (not is_secret, True)
    assert policy.removeprefix("acme: ").replace("[secret]", "60d") == fleet.removeprefix("fleet-a: ")


@pytest.mark.parametrize(
    ("argument", "expected"), [({}, "nist-aal3"), ({"profile": "pci-dss"}, "pci-dss")], ids=["provider", "argument"]
)
def test_arguments_of_a_configured_fleet_and_its_provider(argument, expected):
    """A fleet from the configuration takes arguments like any other; the native provider's settings come next."""
    seen: dict[str, Any] = {}

    async def program() -> None:
        provider = native.Provider(
            "p", plan="enterprise", profile="nist-aal3", tenants={"a": {"domain": "a.auth0.com"}}
        )
        opts = pulumi.ResourceOptions(provider=provider)
        made: Any = native.TenantFleet.from_config("fleet", **argument, opts=opts)
        policy: Any = native.SessionPolicy("policy", domain="b.auth0.com", **argument, opts=opts)
        seen.update(fleet=(await made.tenants.future())["a"], policy=await policy.profile.future())

    run(program, plan="free", profile="strict")
    assert (seen["fleet"]["plan"], seen["fleet"]["profile"], seen["policy"]) == ("enterprise", expected, expected)


def test_a_provider_s_plan_has_to_be_known():
    """A component decides by it, so an output is refused, unless an argument is given."""

    def program(**given: Any) -> Callable[[], None]:
        def declared() -> None:
            provider = native.Provider("p", plan=pulumi.Output.from_input("free"))
            native.SessionPolicy("a", domain="a.auth0.com", **given, opts=pulumi.ResourceOptions(provider=provider))

        return declared

    with pytest.raises(pulumi.RunError, match="plan of the provider is an output"):
        run(program())
    run(program(plan="free"))


@pytest.mark.parametrize("profile", ["strict", "balanced", None])
def test_a_file_s_profile_that_outranks_the_configured_one_is_said(tmp_path, monkeypatch, profile):
    """Whoever configures a profile in an incident sees that the file beats it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tenants.json").write_text(json.dumps({"profile": profile, "tenants": ONE}))
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda message, **_: said.append(message))
    run(from_config({}), plan="free", profile="strict", tenants="tenants.json")
    assert ["'balanced', which takes precedence" in text for text in said] == ([True] if profile == "balanced" else [])


@pytest.mark.parametrize(
    "tenants", [None, "acme.yaml", '["acme"]', "{}", '{"acme": {"domain": "x", "sessionLifetime": 720}}']
)
def test_what_is_wrong_with_the_configuration_is_reported(tenants):
    """Missing or wrong tenants stop the program, and the key is named."""
    with pytest.raises(pulumi.RunError, match=r"tenants|acme: sessionLifetime: 720"):
        run(from_config({}), plan="free", **({} if tenants is None else {"tenants": tenants}))


class Dated(Engine):
    """Responds as if the old sessions of two tenants were still there."""

    def outputs(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return a date for two of the tenants."""
        dates = {"acme.auth0.com": "2026-12-24T00:00:00Z", "globex.auth0.com": "2026-12-01T00:00:00Z"}
        return {**super().outputs(inputs), "old_sessions_gone_by": dates.get(inputs.get("domain", ""))}


def test_dates_are_outputs_of_tenants_and_fleet():
    """A fleet's own date is the latest one of its tenants."""
    seen: dict[str, Any] = {}
    Dated().run(fleet_of(seen, plan="free"))
    found = [row["old_sessions_gone_by"] for row in seen["tenants"].values()]
    assert (found, seen["old_sessions_gone_by"]) == (["2026-12-24T00:00:00Z", "2026-12-01T00:00:00Z", None], found[0])
