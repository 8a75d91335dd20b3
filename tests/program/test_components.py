"""The components as a program sees them, with the engine mocked."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

import pulumi
import pytest
from pulumi.runtime import rpc

import auth0_sessions
import mocked
from auth0_sessions import Lifetime, Plan, Profile, SessionPolicy, TenantFleet, TenantSpec, native
from auth0_sessions.model.inputs import INPUTS
from auth0_sessions.model.profiles import PROFILES
from auth0_sessions.model.settings import LOGIN_LIFETIMES, LOGIN_SETTINGS
from expected_values import expected_of
from mocked import MINUTES, Engine

APPLIED = (
    *("domain", "plan", "profile", *LOGIN_LIFETIMES, "session_cookie_mode", "reasons", "previous"),
    "old_sessions_gone_by",
)
CONVENIENT_STACKS = ("dev", "development", "test", "sandbox", "preview", "pr-17")
BALANCED_STACKS = ("prod", "production", "staging", "main", "pr", "test-eu")


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


def test_every_setting_is_an_argument_of_both():
    """A new row of login sessions is missing here until policy and tenant have it; a tenant has an earlier name too."""
    arguments = set(inspect.signature(SessionPolicy.__init__).parameters) - {"self", "name", "opts"}
    assert {field.name for field in fields(TenantSpec)} == arguments - {"ceiling"} | {"formerly"}
    assert {*INPUTS, "profile", "ceiling"} - {"anonymous_session_lifetime"} == arguments


@pytest.mark.parametrize("name", LOGIN_SETTINGS)
def test_every_setting_has_the_types_of_its_kind(name):
    """A lifetime is text or a `Lifetime`, the mode is text; each may be left out."""
    kind = "str | Lifetime" if name in LOGIN_LIFETIMES else "str"
    argument = inspect.signature(SessionPolicy.__init__).parameters[name]
    assert (argument.annotation, argument.default) == (f"pulumi.Input[{kind}] | None", None)
    (field,) = (field for field in fields(TenantSpec) if field.name == name)
    assert (field.type, field.default) == (f"{kind} | None", None)


@pytest.mark.parametrize("stack", ["pr-17", "production"])
@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("plan", Plan)
def test_plan_and_profile_decide_whatever_the_stack(plan, profile, stack):
    """With plan and profile as arguments the tables decide, on every kind of stack, and the child gets the values."""
    seen: dict[str, Any] = {}
    engine = run(policy_of(seen, plan=plan.value, profile=profile.value), stack=stack, profile="strict", plan="free")
    assert (seen["plan"], seen["profile"], seen["domain"]) == (plan, profile, "acme.auth0.com")
    assert minutes_in(seen) == minutes_in(engine.sent("acme-lifetime")) == expected_of(plan, profile)
    assert engine.sent("acme-lifetime")["plan"] == plan
    assert seen["session_cookie_mode"] is None
    assert list(seen["reasons"]) == list(LOGIN_LIFETIMES)


@pytest.mark.parametrize("plan", Plan)
@pytest.mark.parametrize(
    ("stack", "profile"),
    [
        *((stack, Profile.CONVENIENT) for stack in CONVENIENT_STACKS),
        *((stack, Profile.BALANCED) for stack in BALANCED_STACKS),
    ],
)
def test_without_a_profile_the_stack_s_name_decides(plan, stack, profile):
    """Short-lived stacks get `convenient`, all others `balanced`; here, the plan comes from the configuration."""
    seen: dict[str, Any] = {}
    run(policy_of(seen), stack=stack, plan=plan.value)
    assert (seen["plan"], seen["profile"]) == (plan, profile)
    assert minutes_in(seen) == expected_of(plan, profile)


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("stack", ["dev", "production"])
def test_a_configured_profile_takes_precedence_over_the_stack_s_name(stack, profile):
    """`auth0-sessions:profile` applies if the program does not set a profile."""
    seen: dict[str, Any] = {}
    run(policy_of(seen, plan="free"), stack=stack, profile=profile.value)
    assert minutes_in(seen) == expected_of(Plan.FREE, profile)


@pytest.mark.parametrize(
    ("stack", "config", "arguments", "expected"),
    [
        ("dev", {}, {"plan": "essential"}, ("30d", "3d", "30d", "3d")),
        ("pr-1", {}, {"plan": "enterprise"}, ("365d", "100d", "365d", "100d")),
        ("production", {}, {"plan": "enterprise"}, ("7d", "3d", "3d", "1d")),
        ("dev", {"profile": "nist-aal3"}, {"plan": "free"}, ("12h", "15m", "12h", "15m")),
        ("dev", {"profile": "nist-aal3"}, {"plan": "free", "profile": "pci-dss"}, ("30d", "15m", "30d", "15m")),
        ("production", {"plan": "enterprise"}, {"profile": "nist-aal1"}, ("30d", "30d", "30d", "30d")),
        ("production", {}, {"plan": "free", "session_lifetime": "2h"}, ("2h", "2h", "2h", "2h")),
    ],
)
def test_spot_values(stack, config, arguments, expected):
    """Figures of the contract, written out, in the order of the field table."""
    seen: dict[str, Any] = {}
    run(policy_of(seen, **arguments), stack=stack, **config)
    assert tuple(seen[name] for name in LOGIN_LIFETIMES) == expected


@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("given", ["PT1M", Lifetime(1), "output"])
def test_an_argument_takes_precedence_over_the_profile(name, profile, given):
    """An explicit argument wins, plain, as a `Lifetime` or as an output, and the reason says that it was one."""
    seen: dict[str, Any] = {}

    def value() -> Any:
        return pulumi.Output.from_input("1m") if given == "output" else given

    async def program() -> None:
        await policy_of(seen, plan="free", profile=profile.value, **{name: value()})()

    engine = run(program)
    assert seen[name] == engine.sent("acme-lifetime")[name] == "1m"
    assert "1m: explicit argument" in seen["reasons"][name]


def test_reasons_are_sentences():
    """A reviewer reads the kind, the value and who asked for it."""
    seen: dict[str, Any] = {}
    run(policy_of(seen, plan="essential", profile="convenient", session_lifetime="2d"))
    assert seen["reasons"] == {
        "session_lifetime": "absolute 2d: explicit argument; profile 'convenient' has the plan's cap",
        "idle_session_lifetime": (
            "idle 2d: profile 'convenient' uses the essential cap, 3d; lowered from 3d to the absolute lifetime"
        ),
        "ephemeral_session_lifetime": "non-persistent absolute 2d: as for persistent sessions",
        "idle_ephemeral_session_lifetime": "non-persistent idle 2d: as for persistent sessions",
    }


def test_the_rest_goes_to_the_child():
    """Cookie mode, over_limit, on_delete and credentials are the child's; an unset cookie mode is not managed."""
    rest: dict[str, Any] = {
        "session_cookie_mode": "persistent",
        "over_limit": "warn",
        "on_delete": "reset",
        "credentials": "acme",
    }
    sent = run(policy_of(plan="free", profile="strict", **rest)).sent("acme-lifetime")
    assert {key: sent[key] for key in rest} == rest
    assert "session_cookie_mode" not in run(policy_of(plan="free", profile="strict")).sent("acme-lifetime")


@pytest.mark.parametrize(
    ("over_limit", "applied", "reason"),
    [
        ("clamp", "30d", "absolute 30d: explicit argument 60d, lowered to the free cap"),
        ("Clamp", "30d", "absolute 30d: explicit argument 60d, lowered to the free cap"),
        ("warn", "60d", "absolute 60d: explicit argument; profile 'convenient' has the plan's cap; free allows 30d"),
    ],
)
def test_over_limit_holds_for_an_argument(over_limit, applied, reason):
    """`clamp` and `warn` are no error, and the reason says what was done."""
    seen: dict[str, Any] = {}
    run(policy_of(seen, plan="free", profile="convenient", session_lifetime="60d", over_limit=over_limit))
    assert (seen["session_lifetime"], seen["reasons"]["session_lifetime"]) == (applied, reason)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, ["plan is missing", "'enterprise'", "auth0-sessions:plan"]),
        ({"plan": "gold"}, ["plan is 'gold'", "'free'"]),
        ({"plan": "free", "profile": "lax"}, ["profile is 'lax'", "'pci-dss'"]),
        ({"plan": "free", "session_lifetime": 720}, ["session_lifetime: 720 has no unit"]),
        ({"plan": "free", "session_lifetime": "31d"}, ["session_lifetime is 31d", "free plan", "30d"]),
        (
            {"plan": "free", "profile": "nist-aal3", "session_lifetime": "13h", "idle_session_lifetime": "16m"},
            ["2 problems", "session_lifetime is 13h", "12h (NIST SP 800-63B-4", "idle_session_lifetime is 16m", "15m"],
        ),
    ],
)
@pytest.mark.parametrize("pending", [False, True])
def test_what_is_wrong_stops_the_program(arguments, words, pending):
    """A wrong argument is a `RunError` with the component's name and every problem, for outputs as for plain values."""

    def program() -> Any:
        given = {
            key: pulumi.Output.from_input(value) if pending and key in LOGIN_LIFETIMES else value
            for key, value in arguments.items()
        }
        return policy_of({}, **given)()

    with pytest.raises(pulumi.RunError) as printed:
        run(program)
    assert [word for word in ["SessionPolicy 'acme'", *words] if word not in str(printed.value)] == []


@pytest.mark.parametrize("profile", [profile for profile in Profile if PROFILES[profile].is_ceiling])
def test_a_binding_profile_is_not_weakened(profile):
    """An argument above a `nist-*`, `pci-dss` or `strict` profile is an error, even with `clamp`."""
    weakened: dict[str, Any] = (
        {"session_lifetime": "31d"} if profile is Profile.NIST_AAL1 else {"idle_session_lifetime": "61m"}
    )
    (name,) = weakened
    with pytest.raises(pulumi.RunError, match=rf"{name} is .*profile '{profile}' allows at most"):
        run(policy_of(plan="enterprise", profile=profile.value, over_limit="clamp", **weakened))


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
        seen.update(tenants=await made.tenants.future(), report=await made.report.future(), policies=made.policies)

    return program


def test_every_tenant_has_a_policy():
    """Each tenant gets a child with its own values, else with the fleet's; outputs and report have all of them."""
    seen: dict[str, Any] = {}
    engine = run(fleet_of(seen, plan="free", profile="balanced"))
    assert list(seen["policies"]) == list(seen["tenants"]) == list(TENANTS)
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


@pytest.mark.parametrize("stack", ["dev", "production"])
def test_a_fleet_falls_back_to_configuration_and_stack(stack):
    """Plan and profile that neither tenant nor fleet names come from the configuration, then from the stack's name."""
    seen: dict[str, Any] = {}
    run(fleet_of(seen, tenants={"acme": TENANTS["acme"]}), stack=stack, plan="essential")
    profile = Profile.CONVENIENT if stack == "dev" else Profile.BALANCED
    assert minutes_in(seen["tenants"]["acme"]) == expected_of(Plan.ESSENTIAL, profile)
    run(fleet_of(seen, tenants={"acme": TENANTS["acme"]}), stack=stack, plan="essential", profile="strict")
    assert minutes_in(seen["tenants"]["acme"]) == expected_of(Plan.ESSENTIAL, Profile.STRICT)


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


@pytest.mark.parametrize("key", ["sessionLifetime", "session_lifetime"])
def test_a_fleet_from_configuration(key):
    """`auth0-sessions:tenants` is one object, with keys in camelCase or in snake_case."""
    seen: dict[str, Any] = {}
    run(
        from_config(seen),
        plan="free",
        profile="convenient",
        tenants=f'{{"acme": {{"domain": "acme.auth0.com", "{key}": "2h"}}, "b": {{"domain": "b.auth0.com"}}}}',
    )
    assert minutes_in(seen["tenants"]["acme"]) == dict.fromkeys(LOGIN_LIFETIMES, 120)
    assert minutes_in(seen["tenants"]["b"]) == expected_of(Plan.FREE, Profile.CONVENIENT)


@pytest.mark.parametrize("project", [True, False], ids=["project", "no project"])
def test_a_fleet_from_a_file_that_the_configuration_names(tmp_path, monkeypatch, project):
    """The name starts from the project's folder, else the current one; the file's plan and profile go first."""
    if project:
        monkeypatch.setattr(pulumi, "get_root_directory", lambda: str(tmp_path))
    else:
        monkeypatch.chdir(tmp_path)
    listed = "plan: enterprise\nprofile: nist-aal3\ntenants:\n  acme: {domain: acme.auth0.com}\n"
    (tmp_path / "tenants.yaml").write_text(listed)
    seen: dict[str, Any] = {}
    run(from_config(seen), plan="free", profile="convenient", tenants="tenants.yaml")
    assert minutes_in(seen["tenants"]["acme"]) == expected_of(Plan.ENTERPRISE, Profile.NIST_AAL3)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({}, "auth0-sessions:tenants is missing"),
        ({"tenants": "acme.yaml"}, "is neither an object nor a usable file: .*acme.yaml cannot be read"),
        ({"tenants": '["acme"]'}, "tenants should be an object"),
        ({"tenants": "{}"}, "tenants should be an object"),
        (
            {"tenants": '{"acme": {"domain": "acme.auth0.com", "sessionLifetime": 720}}'},
            "acme: sessionLifetime: 720 has",
        ),
        ({"tenants": '{"acme": {"domain": "acme.auth0.com"}}', "plan": "gold"}, "the fleet: plan is 'gold'"),
        ({"tenants": '{"acme": {"domain": "acme.auth0.com"}}', "profile": "lax"}, "the fleet: profile is 'lax'"),
    ],
)
def test_what_is_wrong_with_the_configuration_is_reported(config, words):
    """A missing or wrong configuration stops the program with what to write instead."""
    with pytest.raises(pulumi.RunError, match=words):
        run(from_config({}), **{"plan": "free", **config})


def test_a_cookie_mode_has_a_reason_where_it_is_managed():
    """The cookie mode is managed only if it was an argument, and then its reason says so."""
    seen: dict[str, Any] = {}
    run(policy_of(seen, plan="free", session_cookie_mode=pulumi.Output.from_input("non-persistent")))
    assert seen["reasons"]["session_cookie_mode"] == "cookie mode non-persistent: explicit argument"


# Ceilings, and a team's own profiles.

OWN = '{"ours": {"absolute": "12h", "idle": "30m", "source": "Handbook 4.2"}}'


@pytest.mark.parametrize(
    ("argument", "config", "expected"),
    [
        (None, {}, "exact"),
        ("at-most", {}, "at-most"),
        (None, {"enforce": "at-most"}, "at-most"),
        ("exact", {"enforce": "at-most"}, "exact"),
    ],
)
def test_enforcement_is_an_argument_or_configured(argument, config, expected):
    """It goes to the child, from the argument, else from the configuration, else "exact"; so it does in a fleet."""
    assert (
        run(policy_of(plan="free", enforce=argument), **config).sent("acme-lifetime").get("enforce", "exact")
        == expected
    )
    engine = run(fleet_of({}, plan="free", enforce=argument), **config)
    assert {engine.sent(f"fleet-{name}-lifetime").get("enforce", "exact") for name in TENANTS} == {expected}


def test_a_tenant_of_a_fleet_may_have_its_own_enforcement():
    """An entry's own value takes precedence over the fleet's."""
    tenants = {"acme": TenantSpec("acme.auth0.com", enforce="exact"), "b": {"domain": "b.auth0.com"}}
    engine = run(fleet_of({}, tenants=tenants, plan="free", enforce="at-most"))
    assert [engine.sent(f"fleet-{name}-lifetime").get("enforce") for name in tenants] == [None, "at-most"]


def test_a_ceiling_s_outputs_are_what_the_tenant_has():
    """Under "at-most" a shorter value of the tenant is what is applied, and its reason says whose it is."""
    seen: dict[str, Any] = {}
    engine = run(policy_of(seen, plan="free", profile="strict", enforce="at-most"))
    assert [engine.sent("acme-lifetime")[name] for name in LOGIN_LIFETIMES] == ["1d", "1h", "1d", "1h"]
    assert [seen[name] for name in LOGIN_LIFETIMES] == [str(Lifetime(MINUTES)), "1h"] * 2
    assert [seen["reasons"][name] for name in LOGIN_LIFETIMES[:2]] == [
        "absolute 8h, its own value; ceiling 1d: profile 'strict' (a login a day)",
        "idle 1h: profile 'strict' (a login a day)",
    ]


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


def test_an_exact_value_s_outputs_are_what_was_asked():
    """Without a ceiling a value that the tenant reports otherwise is superseded, and the outputs stay."""
    seen: dict[str, Any] = {}
    run(policy_of(seen, plan="free", profile="strict"))
    assert [seen[name] for name in LOGIN_LIFETIMES] == ["1d", "1h", "1d", "1h"]


def test_a_fleet_s_report_has_what_tenants_keep():
    """The rows of ceilings follow the tenants, and those of exact values do not."""
    seen: dict[str, Any] = {}
    tenants = {"a": {"domain": "a.auth0.com", "enforce": "at-most"}, "b": {"domain": "b.auth0.com"}}
    run(fleet_of(seen, tenants=tenants, plan="free", profile="strict"))
    rows = [line.split(" | ") for line in seen["report"].splitlines()[2:]]
    assert [row[3:6] for row in rows] == [["8h", "1h", "8h / 1h"], ["1d", "1h", "1d / 1h"]]
    assert ["its own value" in row[-1] for row in rows] == [True, False]


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


@pytest.mark.parametrize("of", [policy_of, fleet_of])
def test_an_own_profile_may_be_the_configured_one(of):
    """`auth0-sessions:profile` may name one of `auth0-sessions:profiles`."""
    seen: dict[str, Any] = {}
    engine = run(of(seen, plan="free"), profile="ours", profiles=OWN)
    name = "acme-lifetime" if of is policy_of else "fleet-acme-lifetime"
    assert engine.sent(name)["session_lifetime"] == "12h"


def test_everything_that_is_wrong_with_a_policy_is_reported_together():
    """Profiles, plan, profile and enforcement are one error."""
    profiles = '{"strict": {"idle": "1h"}, "ours": {"idle": 30}}'
    with pytest.raises(pulumi.RunError) as printed:
        run(policy_of(plan="gold", profile="lax", enforce="often"), profiles=profiles)
    heads = [
        "SessionPolicy 'acme' has 5 problems:",
        "profile 'strict'",
        "profile 'ours'",
        "plan is",
        "profile is",
        "enforce is",
    ]
    lines = [line.removeprefix("  - ") for line in str(printed.value).splitlines()]
    assert [line[: len(head)] for line, head in zip(lines, heads, strict=True)] == heads


def test_a_file_may_hold_profiles_and_enforcement(tmp_path, monkeypatch):
    """What a tenants file has beside its tenants is the fleet's."""
    monkeypatch.chdir(tmp_path)
    listed = f"profiles: {OWN}\nprofile: ours\nenforce: at-most\ntenants:\n  acme: {{domain: acme.auth0.com}}\n"
    (tmp_path / "tenants.yaml").write_text(listed)
    engine = run(from_config({}), plan="free", tenants="tenants.yaml", enforce="exact")
    sent = engine.sent("fleet-acme-lifetime")
    assert (sent["session_lifetime"], sent["enforce"]) == ("12h", "at-most")


def test_previous_is_an_output_of_a_policy_and_of_a_fleet():
    """What a tenant had before it was managed is in the fleet's outputs."""
    seen: dict[str, Any] = {}
    run(policy_of(seen, plan="free"))
    assert seen["previous"] == {}
    run(fleet_of(seen, plan="free"))
    assert [row["previous"] for row in seen["tenants"].values()] == [{}] * len(TENANTS)


# One path to each component, for both front ends.


class Group(pulumi.ComponentResource):
    """A component that somebody else wrote, of a type of its own, with a resource of ours inside."""

    def __init__(self, kind: str, name: str, make: Any, domain: str) -> None:
        super().__init__(f"test:index:{kind}", name)
        opts = pulumi.ResourceOptions(parent=self)
        make(f"{name}-lifetime", domain=domain, plan="free", session_lifetime="8h", opts=opts)


@pytest.mark.parametrize("api", [auth0_sessions, native], ids=["dynamic", "native"])
@pytest.mark.parametrize("domain", ["acme.auth0.com", "output"])
def test_components_of_one_name_are_two_resources(api, domain):
    """A tenant is managed twice by children of two types of components, although all their names are the same."""

    def program() -> None:
        for kind in ("One", "Other"):
            known: Any = pulumi.Output.from_input("acme.auth0.com") if domain == "output" else domain
            Group(kind, "acme", api.SessionLifetime, known)

    words = r"managed twice.*'acme-lifetime' in 'acme' \(test:index:One\) and by .* \(test:index:Other\)"
    with pytest.raises(pulumi.RunError, match=words):
        run(program)


@pytest.mark.parametrize("of", [policy_of, fleet_of])
@pytest.mark.parametrize("stack", ["dev", "production"])
def test_a_reason_says_that_the_stack_s_name_chose_the_profile(of, stack):
    """After `pulumi stack rename` a reader sees why the values changed; a named profile has no such remark."""
    for config, has_remark in (({}, True), ({"profile": "balanced"}, False)):
        seen: dict[str, Any] = {}
        run(of(seen, plan="free"), stack=stack, **config)
        reasons = seen["reasons"] if of is policy_of else seen["tenants"]["acme"]["reasons"]
        chosen = [f"chosen by the stack's name '{stack}'" in reason for reason in reasons.values()]
        assert chosen == [has_remark] * len(LOGIN_LIFETIMES)


def warnings_of(program: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Run a program and return its warnings."""
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda message, **_: said.append(message))
    run(program)
    return said


def test_a_clamp_warns_in_policy_and_fleet(monkeypatch):
    """What was lowered is said once for each setting, in the words of the resource's own check."""
    given: dict[str, Any] = {"plan": "free", "profile": "convenient", "session_lifetime": "60d", "over_limit": "clamp"}
    (policy,) = warnings_of(policy_of(**given), monkeypatch)
    entry = {"domain": "a.auth0.com", **given}
    (fleet,) = warnings_of(fleet_of({}, tenants={"a": entry}), monkeypatch)
    assert policy.removeprefix("acme: ") == fleet.removeprefix("fleet-a: ")
    assert "lowered to 30d (over_limit='clamp')" in policy


@pytest.mark.parametrize("secret", [True, False])
def test_a_clamp_does_not_repeat_a_secret(monkeypatch, secret):
    """The value of a secret argument is in no warning."""
    given: Any = pulumi.Output.secret("60d") if secret else "60d"

    async def program() -> None:
        await policy_of(plan="free", profile="convenient", session_lifetime=given, over_limit="clamp")()

    (warning,) = warnings_of(program, monkeypatch)
    assert ("60d" in warning) is not secret


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


def test_dates_are_outputs_of_a_policy_and_of_a_fleet():
    """A fleet's own date is the latest one of its tenants."""

    class Dated(Engine):
        """Responds as if the first tenant's old sessions lived longest."""

        def outputs(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
            """Return a date for two of the tenants."""
            dates = {"acme.auth0.com": "2026-12-24T00:00:00Z", "globex.auth0.com": "2026-12-01T00:00:00Z"}
            return {**super().outputs(inputs), "old_sessions_gone_by": dates.get(inputs.get("domain", ""))}

    seen: dict[str, Any] = {}

    async def program() -> None:
        made: Any = TenantFleet("fleet", plan="free", tenants=dict[str, Any](TENANTS))
        seen.update(tenants=await made.tenants.future(), date=await made.old_sessions_gone_by.future())

    Dated().run(program)
    assert [row["old_sessions_gone_by"] for row in seen["tenants"].values()] == [
        "2026-12-24T00:00:00Z",
        "2026-12-01T00:00:00Z",
        None,
    ]
    assert seen["date"] == "2026-12-24T00:00:00Z"


@pytest.mark.parametrize("profile", ["strict", "balanced", None])
def test_a_file_s_profile_that_outranks_the_configured_one_is_said(tmp_path, monkeypatch, profile):
    """Whoever configures a profile in an incident sees that the file beats it."""
    monkeypatch.chdir(tmp_path)
    top = f"profile: {profile}\n" if profile else ""
    (tmp_path / "tenants.yaml").write_text(f"{top}tenants:\n  acme: {{domain: acme.auth0.com}}\n")
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda message, **_: said.append(message))
    run(from_config({}), plan="free", profile="strict", tenants="tenants.yaml")
    expected = (
        "fleet: the tenants file sets the profile 'balanced', which takes precedence over the configuration "
        "auth0-sessions:profile ('strict')."
    )
    assert said == ([expected] if profile == "balanced" else [])
