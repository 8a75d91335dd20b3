"""The components as a program sees them, with the engine mocked."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pulumi
import pytest
from pulumi.runtime import rpc

import auth0_sessions
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
OWN = '{"ours": {"absolute": "12h", "idle": "30m", "source": "Handbook 4.2"}}'
ENTERPRISE_PCI = ("enterprise", "pci-dss")


def run(make, engine=None, *, stack="production", **config):
    """Run a program with one component and our own configuration; return the engine and the component's outputs."""
    engine, seen = engine or Engine(), {}

    async def program() -> None:
        for name, output in make().applied.items():
            seen[name] = await output.future()

    engine.run(program, stack=stack, config={f"auth0-sessions:{key}": value for key, value in config.items()})
    return engine, seen


def policy(**arguments: Any) -> Any:
    """Return what makes a policy named "acme"; an argument that is a function is called then."""
    given = {"domain": "acme.auth0.com", **arguments}
    return lambda: SessionPolicy("acme", **{key: value() if callable(value) else value for key, value in given.items()})


def fleet(**arguments: Any) -> Any:
    """Return what makes a fleet."""
    return lambda: TenantFleet("fleet", **{"tenants": ONE, **arguments})


def from_config() -> TenantFleet:
    """Make a fleet from the configuration."""
    return TenantFleet.from_config("fleet")


def minutes_in(values: dict[str, Any]) -> dict[str, int]:
    """Return the lifetimes among some values, in minutes."""
    return {name: Lifetime.parse(values[name]).minutes for name in LOGIN_LIFETIMES}


@pytest.fixture
def warned(monkeypatch) -> list[str]:
    """What a program warns of."""
    lines: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda message, **_: lines.append(message))
    return lines


# One tenant.


@pytest.mark.parametrize(
    ("api", "kind"),
    [
        (auth0_sessions, "pulumi-python:dynamic/auth0-sessions:SessionLifetime"),
        (native, "auth0-sessions:index:SessionLifetime"),
    ],
    ids=["dynamic", "native"],
)
def test_the_type_tokens_are_the_contract_s(api, kind):
    """The types `auth0-sessions:index:...` are in users' state, and so are the names of the children."""
    engine, _ = run(lambda: api.TenantFleet("fleet", plan="free", tenants={"acme": TenantSpec("acme.auth0.com")}))
    assert {name: args.typ for name, args in engine.registered.items()} == {
        "fleet": "auth0-sessions:index:TenantFleet",
        "fleet-acme": "auth0-sessions:index:SessionPolicy",
        "fleet-acme-lifetime": kind,
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


@pytest.mark.parametrize("make", [policy, fleet])
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
def test_where_plan_and_profile_come_from(make, stack, config, arguments, plan, profile):
    """Argument, configuration, then the stack's name, which the reasons mention; the child gets what is picked."""
    engine, seen = run(make(**arguments), stack=stack, **config)
    applied = seen["tenants"]["acme"] if make is fleet else seen
    sent = engine.sent("fleet-acme-lifetime" if make is fleet else "acme-lifetime")
    assert (tuple(applied), applied["plan"], applied["profile"], sent["plan"]) == (APPLIED, plan, profile, plan)
    assert minutes_in(applied) == minutes_in(sent) == expected_of(plan, profile)
    assert list(applied["reasons"]) == list(LOGIN_LIFETIMES)
    by_stack = [f"chosen by the stack's name '{stack}'" in reason for reason in applied["reasons"].values()]
    assert by_stack == [not {"profile"} & {*config, *arguments}] * 4


@pytest.mark.parametrize("lifetime", [Lifetime.parse("2h"), lambda: pulumi.Output.from_input("2h")])
def test_arguments_go_to_the_child(lifetime):
    """They take precedence over the profile, and what decides about no lifetime is the child's as it is."""
    rest = {"over_limit": "warn", "session_cookie_mode": "persistent", "on_delete": "reset", "credentials": "acme"}
    engine, seen = run(policy(plan="free", profile="strict", session_lifetime=lifetime, **rest))
    sent = engine.sent("acme-lifetime")
    assert {key: sent[key] for key in rest} == rest
    assert (sent["session_lifetime"], seen["session_lifetime"]) == ("2h", "2h")
    assert "explicit argument" in seen["reasons"]["session_lifetime"]
    assert seen["reasons"]["session_cookie_mode"] == "cookie mode persistent: explicit argument"


@pytest.mark.parametrize("pending", [False, True])
@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        (["plan is", "profile is", "enforce is"], {"plan": "gold", "profile": "lax", "enforce": "often"}),
        (["session_lifetime: ", "idle_session_lifetime is"], {"session_lifetime": 720, "idle_session_lifetime": "4d"}),
        (["session_lifetime is"], {"profile": "strict", "session_lifetime": "25h", "over_limit": "clamp"}),
        (["plan is missing"], {"plan": None}),
        # An empty text is not replaced by a default.
        (["plan is ''", "profile is ''", "enforce is ''"], {"plan": "", "profile": "", "enforce": ""}),
    ],
)
def test_what_is_wrong_stops_the_program(words, arguments, pending):
    """Every problem is in one `RunError` with the component's name, for outputs as for plain values."""
    given = {"plan": "free"} | arguments
    late = {key: lambda key=key: pulumi.Output.from_input(given[key]) for key in given.keys() & {*LOGIN_LIFETIMES}}
    with pytest.raises(pulumi.RunError) as printed:
        run(policy(**{**given, **(late if pending else {})}), profile="strict")
    first, *lines = str(printed.value).removeprefix("SessionPolicy 'acme'").splitlines()
    said = [line.removeprefix("  - ") for line in lines] or [first.removeprefix(": ")]
    assert [line.startswith(word) for line, word in zip(said, words, strict=True)] == [True] * len(words)


@pytest.mark.parametrize("is_secret", [False, True])
def test_a_clamp_warns(warned, is_secret):
    """What was lowered is said once, by a fleet's policies, too; a secret value is not repeated."""
    clamped: dict[str, Any] = {"plan": "free", "profile": "convenient", "over_limit": "clamp"}
    run(policy(session_lifetime=lambda: pulumi.Output.secret("60d") if is_secret else "60d", **clamped))
    run(fleet(tenants={"a": {"domain": "a.auth0.com", "session_lifetime": "60d", **clamped}}))
    of_policy, of_fleet = warned
    assert ("60d" in of_policy, "60d" in of_fleet) == (not is_secret, True)
    assert of_policy.removeprefix("acme: ").replace("[secret]", "60d") == of_fleet.removeprefix("fleet-a: ")


# Many tenants.


class Dated(Engine):
    """Responds as if the old sessions of two tenants were still there."""

    def outputs(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return a date for two of the tenants."""
        dates = {"acme.auth0.com": "2026-12-24T00:00:00Z", "globex.auth0.com": "2026-12-01T00:00:00Z"}
        return {**super().outputs(inputs), "old_sessions_gone_by": dates.get(inputs.get("domain", ""))}


TENANTS = {
    "acme": TenantSpec("acme.auth0.com"),
    "globex": {"domain": "globex.auth0.com", "plan": "enterprise", "profile": "nist-aal2", "sessionLifetime": "8h"},
    "initech": {"domain": "initech.auth0.com", "session_cookie_mode": "persistent", "credentials": "initech"},
}


def test_every_tenant_has_a_policy():
    """Each gets a child with its own values, else with the fleet's; outputs and report have all, and the last date."""
    engine, seen = run(fleet(tenants=TENANTS, plan="free", profile="balanced"), Dated())
    assert list(seen["tenants"]) == list(TENANTS)
    assert [row["domain"] for row in seen["tenants"].values()] == [f"{name}.auth0.com" for name in TENANTS]
    assert minutes_in(seen["tenants"]["acme"]) == expected_of(Plan.FREE, Profile.BALANCED)
    assert minutes_in(engine.sent("fleet-globex-lifetime")) == expected_of(Plan.ENTERPRISE, Profile.NIST_AAL2) | {
        "session_lifetime": 480,
        "ephemeral_session_lifetime": 480,
    }
    assert engine.sent("fleet-initech-lifetime")["credentials"] == "initech"
    assert seen["tenants"]["initech"]["session_cookie_mode"] == "persistent"
    assert [line.split(" | ")[0] for line in seen["report"].splitlines()[2:]] == [f"| {name}" for name in TENANTS]
    dates = [row["old_sessions_gone_by"] for row in seen["tenants"].values()]
    assert (dates, seen["old_sessions_gone_by"]) == (["2026-12-24T00:00:00Z", "2026-12-01T00:00:00Z", None], dates[0])


def test_nothing_is_declared_if_one_tenant_is_wrong():
    """All bad tenants are reported in one error, and no tenant is touched."""
    engine = Engine()
    bad = {**TENANTS, "bad": {"domain": "x", "idle": "1h"}, "worse": {"domain": "acme.auth0.com", "plan": "gold"}}
    with pytest.raises(pulumi.RunError) as printed:
        run(fleet(tenants=bad, plan="free", profile="strict"), engine)
    lines = str(printed.value).splitlines()
    assert lines[0] == "TenantFleet 'fleet' has 4 problems:"
    assert [line.split()[1] for line in lines[1:]] == ["bad:", "bad:", "worse:", "acme,"]
    assert list(engine.registered) in ([], ["fleet"])


def test_a_fleet_from_configuration():
    """`auth0-sessions:tenants` is one object, with keys in camelCase or in snake_case."""
    tenants = {"acme": {"domain": "acme.auth0.com", "sessionLifetime": "2h"}, "b": {"domain": "b.auth0.com"}}
    _, seen = run(from_config, plan="free", profile="convenient", tenants=json.dumps(tenants))
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
    engine, _ = run(from_config, plan="free", profile="convenient", tenants="tenants.json", enforce="exact")
    sent = engine.sent("fleet-acme-lifetime")
    assert (sent["plan"], sent["session_lifetime"], sent["enforce"]) == ("enterprise", "12h", "at-most")


@pytest.mark.parametrize("profile", ["strict", "balanced", None])
def test_a_file_s_profile_that_outranks_the_configured_one_is_said(tmp_path, monkeypatch, warned, profile):
    """Whoever configures a profile in an incident sees that the file beats it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tenants.json").write_text(json.dumps({"profile": profile, "tenants": ONE}))
    run(from_config, plan="free", profile="strict", tenants="tenants.json")
    assert ["'balanced', which takes precedence" in text for text in warned] == [True] * (profile == "balanced")


@pytest.mark.parametrize(
    "tenants", [None, "acme.yaml", '["acme"]', "{}", '{"acme": {"domain": "x", "sessionLifetime": 720}}']
)
def test_what_is_wrong_with_the_configuration_is_reported(tenants):
    """Missing or wrong tenants stop the program, and the key is named."""
    with pytest.raises(pulumi.RunError, match=r"tenants|acme: sessionLifetime: 720"):
        run(from_config, plan="free", **({} if tenants is None else {"tenants": tenants}))


@pytest.mark.parametrize(
    ("argument", "expected"), [({}, "nist-aal3"), ({"profile": "pci-dss"}, "pci-dss")], ids=["provider", "argument"]
)
def test_arguments_of_a_configured_fleet_and_its_provider(argument, expected):
    """A fleet from the configuration takes arguments like any other; the native provider's settings come next."""
    provided: dict[str, Any] = {
        "plan": "enterprise",
        "profile": "nist-aal3",
        "tenants": {"a": {"domain": "a.auth0.com"}},
    }

    def opts() -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(provider=native.Provider("p", **provided))

    config = {"plan": "free", "profile": "strict"}
    _, of_fleet = run(lambda: native.TenantFleet.from_config("fleet", **argument, opts=opts()), **config)
    _, of_policy = run(lambda: native.SessionPolicy("policy", domain="b.auth0.com", **argument, opts=opts()), **config)
    for applied in (of_fleet["tenants"]["a"], of_policy):
        assert (applied["plan"], applied["profile"]) == ("enterprise", expected)


def test_a_provider_s_plan_has_to_be_known():
    """A component decides by it, so an output is refused, unless an argument is given."""

    def make(**given: Any) -> Any:
        opts = pulumi.ResourceOptions(provider=native.Provider("p", plan=pulumi.Output.from_input("free")))
        return native.SessionPolicy("a", domain="a.auth0.com", **given, opts=opts)

    with pytest.raises(pulumi.RunError, match="plan of the provider is an output"):
        run(make)
    run(lambda: make(plan="free"))


# Ceilings, and a team's own profiles.


@pytest.mark.parametrize("configured", [None, "at-most"])
@pytest.mark.parametrize("argument", [None, "exact", "at-most"])
def test_where_enforcement_comes_from(argument, configured):
    """From an entry, the argument, the configuration, else it is exact, for policies and fleets."""
    config = {} if configured is None else {"enforce": configured}
    expected = argument or configured or "exact"
    tenants = {**ONE, "own": {"domain": "b.auth0.com", "enforce": "exact"}}
    of_policy, _ = run(policy(plan="free", enforce=argument), **config)
    of_fleet, _ = run(fleet(tenants=tenants, plan="free", enforce=argument), **config)
    found = [of_policy.sent("acme-lifetime"), *(of_fleet.sent(f"fleet-{name}-lifetime") for name in tenants)]
    assert [sent["enforce"] for sent in found] == [expected, expected, "exact"]


AT_MOST = {"a": {"domain": "a.auth0.com", "enforce": "at-most"}, "b": {"domain": "b.auth0.com"}}


def test_a_ceiling_s_outputs_are_what_the_tenant_has():
    """A shorter value of the tenant is what is applied, in reason and report, too; an exact one is what was asked."""
    engine, seen = run(fleet(tenants=AT_MOST, plan="free", profile="strict"))
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
        made = fleet(plan="free", profile="strict", tenants=AT_MOST)()
        outputs = {**made.policies["a"].applied, "report": made.report}
        seen["unknown"] = [name for name, output in outputs.items() if not await output.is_known()]
        seen["b"] = await made.policies["b"].reasons.future()

    Previewing().run(program, preview=True)
    assert seen["unknown"] == [*LOGIN_LIFETIMES, "reasons", "old_sessions_gone_by", "report"]
    assert seen["b"]["session_lifetime"] == "absolute 1d: profile 'strict' (a login a day)"
    (table,) = [text for text in said if "| tenant |" in text]
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith(("| a", "| b"))]
    assert [row[3:5] for row in rows] == [["at most 1d", "at most 1h"], ["1d", "1h"]]


class LeftOut(Engine):
    """Responds as for a tenant that a run does not change: resource and component have what they had."""

    def __init__(self, recorded: str) -> None:
        super().__init__()
        held = dict(zip(LOGIN_LIFETIMES, (recorded, "1h", "1d", "1h"), strict=True))
        self.component = {**held, "profile": "earlier", "reasons": {"session_lifetime": "an earlier run's words"}}

    def outputs(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return another value than was sent."""
        return {**super().outputs(inputs), "session_lifetime": "5h"} if inputs else self.component


@pytest.mark.parametrize(
    ("recorded", "profile", "reason"),
    [("5h", "earlier", "an earlier run's words"), ("9h", "strict", "absolute 5h: not changed by this run")],
)
def test_what_a_run_does_not_change_is_not_claimed(recorded, profile, reason):
    """Outputs have what the tenant has; the reasons are those of the run that applied it, if state has them."""
    _, seen = run(policy(plan="free", profile="strict"), LeftOut(recorded))
    assert (seen["session_lifetime"], seen["profile"]) == ("5h", profile)
    assert seen["reasons"]["session_lifetime"] == reason


@pytest.mark.parametrize("given", [{"profiles": {"ours": {"idle": "20m"}}}, {}], ids=["argument", "config"])
def test_an_own_profile_is_known_to_policy_and_fleet(given):
    """`auth0-sessions:profiles` is for both; a fleet's argument takes precedence over it."""
    _, seen = run(policy(plan="free", profile="ours"), profiles=OWN)
    assert (seen["profile"], seen["session_lifetime"], seen["idle_session_lifetime"]) == ("ours", "12h", "30m")
    assert seen["reasons"]["session_lifetime"] == "absolute 12h: profile 'ours' (Handbook 4.2)"
    _, seen = run(fleet(plan="free", profile="ours", **given), profiles=OWN)
    assert seen["tenants"]["acme"]["idle_session_lifetime"] == ("20m" if given else "30m")
