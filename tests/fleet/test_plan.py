"""A fleet's plan: what each tenant gets, or all problems of all tenants together."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.fleet.entries import Defaults, TenantSpec, plan_fleet
from auth0_sessions.model.ceiling import StackCeiling
from auth0_sessions.model.choices import Enforce
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.picking import Chosen, pick
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.profiles import PROFILES, Profile
from auth0_sessions.model.settings import LOGIN_LIFETIMES
from auth0_sessions.model.spelling import camel_case

KEYS = tuple(row.name for row in fields(TenantSpec))
GOOD = {
    "domain": "Acme.eu.auth0.com/",
    "plan": "Enterprise",
    "profile": "strict",
    "session_lifetime": "60m",
    "idle_session_lifetime": "PT30M",
    "ephemeral_session_lifetime": "40m",
    "idle_ephemeral_session_lifetime": "20m",
    "session_cookie_mode": "Persistent",
    "over_limit": "clamp",
    "on_delete": "restore",
    "enforce": "At-Most",
    "credentials": "acme",
    "formerly": "acme-old",
}
MINUTES = dict(zip(LOGIN_LIFETIMES, (60, 30, 40, 20), strict=True))
REST = {
    "domain": "acme.eu.auth0.com",
    "session_cookie_mode": "persistent",
    "over_limit": "clamp",
    "on_delete": "restore",
    "credentials": "acme",
}
WRONG = {
    "domain": "not a domain",
    "plan": "gold",
    "profile": "lax",
    **dict.fromkeys(LOGIN_LIFETIMES, 720),
    "session_cookie_mode": "sticky",
    "over_limit": "ignore",
    "on_delete": "explode",
    "enforce": "sometimes",
    "credentials": "Not A Label",
    "formerly": "acme",
}


def fleet_of(*, plan="essential", profile="balanced", **tenants):
    """Plan a fleet of these tenants."""
    return plan_fleet(tenants, Defaults(plan, profile))


def planned(fleet):
    """Return a fleet's tenants by name."""
    assert fleet.problems == []
    return fleet.tenants


@pytest.mark.parametrize("entry", [TenantSpec(**GOOD), GOOD, {camel_case(key): value for key, value in GOOD.items()}])
def test_every_way_to_write_a_tenant_is_the_same(entry):
    """`TenantSpec`, snake_case and camelCase mappings give the same plan, profile, lifetimes and canonical rest."""
    assert set(KEYS) == set(GOOD)
    acme = planned(fleet_of(acme=entry))["acme"]
    assert acme.chosen == Chosen(Plan.ENTERPRISE, PROFILES["strict"], Enforce.AT_MOST)
    assert (acme.picked.minutes, acme.rest, acme.values["formerly"]) == (MINUTES, REST, "acme-old")
    assert {type(value) for value in acme.rest.values()} == {str}


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({}, Chosen(Plan.PROFESSIONAL, PROFILES["nist-aal1"])),
        ({"plan": None, "profile": None}, Chosen(Plan.PROFESSIONAL, PROFILES["nist-aal1"])),
        ({"plan": "Enterprise"}, Chosen(Plan.ENTERPRISE, PROFILES["nist-aal1"])),
        ({"profile": "strict"}, Chosen(Plan.PROFESSIONAL, PROFILES["strict"])),
    ],
)
def test_what_is_left_out_falls_back_to_the_fleet_s(own, expected):
    """A tenant's own plan and profile take precedence over the fleet's."""
    fleet = fleet_of(plan="professional", profile="nist-aal1", acme={"domain": "a.auth0.com", **own})
    assert planned(fleet)["acme"].chosen == expected


def test_a_tenant_gets_what_its_policy_picks():
    """Plan, profile and arguments of a tenant go into the pick, whose values and reasons are the tenant's."""
    entry = {"domain": "a.auth0.com", "plan": "free", "profile": "pci-dss", "sessionLifetime": "2h"}
    acme = planned(fleet_of(acme=entry))["acme"]
    assert acme.picked == pick(Chosen(Plan.FREE, PROFILES["pci-dss"]), {"session_lifetime": 120})


@pytest.mark.parametrize("key", WRONG)
@pytest.mark.parametrize("spelled", [str, camel_case], ids=["snake_case", "camelCase"])
def test_a_wrong_value_is_reported_with_tenant_and_key(key, spelled):
    """A problem opens with the tenant and names the key as it was written, or the key's own name."""
    (problem,) = fleet_of(acme=GOOD, globex={"domain": "g.auth0.com", spelled(key): WRONG[key]}).problems
    assert problem.startswith("globex: ")
    assert spelled(key) in problem


def test_every_problem_of_every_tenant_at_once():
    """Nothing hides behind an earlier problem, neither of the same tenant nor of another."""
    fleet = plan_fleet(
        {
            "first": {"domain": "nonsense", "sessionLifetime": "8d", "profile": "strict", "idle": "1h", "onDelete": 1},
            "second": {"domain": "b.auth0.com", "plan": "free", "idleSessionLifetime": "4d"},
            "third": {"domain": "c.auth0.com"},
        },
        Defaults("essential", "convenient"),
    )
    expected = [
        "first: idle: unknown key",
        "first: domain: 'nonsense'",
        "first: onDelete is 1",
        "first: sessionLifetime is 8d; profile 'strict'",
        "second: idleSessionLifetime is 4d; the free plan",
    ]
    assert [problem[: len(words)] for problem, words in zip(fleet.problems, expected, strict=True)] == expected


@pytest.mark.parametrize(
    ("plan", "spec", "words"),
    [
        ("free", {"domain": None}, "acme: domain is missing"),
        ("free", "a.auth0.com", "acme: is not a tenant; give an object"),
        ("free", None, "acme: is not a tenant; give an object"),
        ("free", {"domain": "a.auth0.com", "Plan": "free"}, "acme: Plan: unknown key; allowed: domain"),
        ("free", {"domain": "a.auth0.com", "\ud800": 1}, "acme: \\ud800: unknown key"),
        (
            "free",
            {"domain": "a.auth0.com", "sessionLifetime": "1d", "session_lifetime": "2d"},
            "acme: session_lifetime: is given twice, also as sessionLifetime",
        ),
    ],
)
def test_what_is_no_tenant_is_reported(plan, spec, words):
    """A tenant without domain or plan, an unknown key, a key twice, or no object at all: one line each."""
    (problem,) = fleet_of(plan=plan, acme=spec).problems
    assert problem.startswith(words)


@pytest.mark.parametrize("tenants", [{}, [], None, "acme", [{"domain": "a.auth0.com"}]])
def test_what_is_no_fleet_is_reported(tenants):
    """A fleet is an object with at least one tenant."""
    (problem,) = plan_fleet(tenants, Defaults("free", "strict")).problems
    assert problem.startswith("tenants should be an object")


def test_a_tenant_named_twice_is_an_error():
    """Two names for one domain, however it is spelled, are one line with both names, also beside other problems."""
    tenants = {"one": {"domain": "a.auth0.com", "sessionLifetime": 7}, "two": {"domain": "https://A.auth0.com/"}}
    first, second = plan_fleet(tenants, Defaults("free", "strict")).problems
    assert first.startswith("one: sessionLifetime: 7")
    assert second.startswith("one, two: all are a.auth0.com.")


def test_two_tenants_of_one_name_are_an_error():
    """Names that are the same as text do not silently replace one another."""
    (problem,) = plan_fleet(
        {1: {"domain": "a.auth0.com"}, "1": {"domain": "b.auth0.com"}}, Defaults("free", "strict")
    ).problems
    assert problem.startswith("1: ")


def test_a_wrong_default_of_the_fleet_is_reported_once():
    """Not for each tenant that relies on it."""
    tenants = {name: {"domain": f"{name}.auth0.com"} for name in ("a", "b", "c")}
    for defaults, word in ((Defaults("gold", "strict"), "plan is 'gold'"), (Defaults("free", "x"), "profile is 'x'")):
        (problem,) = plan_fleet(tenants, defaults).problems
        assert problem.startswith(f"the fleet: {word}")


# A ceiling for a whole stack.

CEILING = {"absolute": "1h", "idle": "5m", "reason": "incident 4711"}


def test_a_stack_s_ceiling_lowers_every_tenant_but_the_spared_ones():
    """A short name, or the name of one of the tenant's resources, is spared; arguments of others are lowered."""
    tenants = {name: {"domain": f"{name}.auth0.com", "sessionLifetime": "8h"} for name in ("a", "b", "c", "d")}
    ceiling = {**CEILING, "except": ["a", "fleet-b", "fleet-c-lifetime"]}
    defaults = Defaults("free", "strict", ceiling=ceiling, fleet="fleet")
    found = planned(plan_fleet(tenants, defaults))
    assert [found[name].picked.minutes["session_lifetime"] for name in tenants] == [480, 480, 480, 60]
    assert found["d"].picked.reason("session_lifetime") == (
        "absolute 1h: explicit argument; lowered from 8h to the stack's ceiling (incident 4711)"
    )


def test_a_spared_name_that_is_not_there_is_a_problem():
    """With the wrong values, everything that is wrong with a ceiling is one error; a stack's may spare others."""
    tenants = {"acme": {"domain": "a.auth0.com"}}
    (problem,) = plan_fleet(tenants, Defaults("free", "strict", ceiling={**CEILING, "except": ["x"]})).problems
    assert problem == "ceiling.except: 'x' is not a tenant of this list; allowed: 'acme'."
    problems = plan_fleet(tenants, Defaults("free", "strict", ceiling={"idle": 5, "reason": []})).problems
    assert [problem.partition(":")[0].partition(" ")[0] for problem in problems] == ["ceiling.idle", "ceiling.reason"]
    stack = StackCeiling(60, exempt=frozenset({"x"}))
    assert plan_fleet(tenants, Defaults("free", "strict", ceilings=(stack,))).problems == []


# Any value.

NAMES = st.one_of(st.text(st.characters(), max_size=4), st.integers(), st.none(), st.sampled_from(["|", "\\", "\n"]))
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(st.characters(), max_size=6),
        st.binary(max_size=3),
        st.builds(Lifetime, st.integers(-5, 1_000_000)),
        st.sampled_from([*Plan, *Profile, *GOOD.values(), *WRONG.values(), "{reason}", "{0}", "%s"]),
    ),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=4,
)
SPECS = st.one_of(
    st.dictionaries(st.sampled_from([*KEYS, *map(camel_case, KEYS)]) | NAMES, VALUES, max_size=6),
    st.builds(TenantSpec, **dict.fromkeys(KEYS, VALUES)),
    VALUES,
)


@given(
    st.dictionaries(NAMES, SPECS, max_size=3) | VALUES,
    st.sampled_from([None, "gold", *Plan]),
    st.sampled_from([*Profile, "lax"]),
)
def test_any_value_is_planned_or_reported(tenants, plan, profile):
    """No value raises: either every tenant has its lifetimes, or there are problems that can be printed."""
    fleet = plan_fleet(tenants, Defaults(plan, profile))
    if fleet.problems:
        assert "\n".join(fleet.problems).encode()
        return
    assert len(tenants) == len(fleet.tenants)
    assert all(set(tenant.picked.minutes) == set(LOGIN_LIFETIMES) for tenant in fleet.tenants.values())
    assert all(tenant.picked.problems == [] for tenant in fleet.tenants.values())
