"""The tenants of a fleet: what each gets, or all problems of all tenants together."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.fleet.across import renamed_wrongly
from auth0_sessions.fleet.entries import Defaults, Secret, TenantSpec, plan_fleet, read_entries
from auth0_sessions.model.ceiling import StackCeiling
from auth0_sessions.model.choices import Enforce
from auth0_sessions.model.inputs import UNKNOWN
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.picking import Chosen, pick
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.profiles import PROFILES, Profile
from auth0_sessions.model.settings import LOGIN_LIFETIMES
from auth0_sessions.model.spelling import CAMEL_CASE, SNAKE_CASE, camel_case

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
A, B = {"domain": "a.auth0.com"}, {"domain": "b.auth0.com"}
STRICT = Defaults("free", "strict")


def tenants_of(tenants, defaults=STRICT):
    """Return a fleet's tenants by name."""
    fleet = plan_fleet(tenants, defaults)
    assert fleet.problems == []
    return fleet.tenants


def heads_of(problems, heads):
    """Return the beginnings of problems, as long as those expected, of which there are as many."""
    return [problem[: len(head)] for problem, head in zip(problems, heads, strict=True)]


@pytest.mark.parametrize("entry", [TenantSpec(**GOOD), GOOD, {camel_case(key): value for key, value in GOOD.items()}])
def test_every_way_to_write_a_tenant_is_the_same(entry):
    """`TenantSpec`, snake_case and camelCase mappings give the same plan, profile, lifetimes and canonical rest."""
    assert set(KEYS) == set(GOOD)
    acme = tenants_of({"acme": entry})["acme"]
    assert acme.chosen == Chosen(Plan.ENTERPRISE, PROFILES["strict"], Enforce.AT_MOST)
    assert (acme.picked.minutes, acme.rest, acme.values["formerly"]) == (MINUTES, REST, "acme-old")
    assert {type(value) for value in acme.rest.values()} == {str}


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({}, Chosen(Plan.PROFESSIONAL, PROFILES["nist-aal1"], Enforce.AT_MOST)),
        ({"plan": None, "profile": None}, Chosen(Plan.PROFESSIONAL, PROFILES["nist-aal1"], Enforce.AT_MOST)),
        ({"plan": "Enterprise"}, Chosen(Plan.ENTERPRISE, PROFILES["nist-aal1"], Enforce.AT_MOST)),
        ({"profile": "strict"}, Chosen(Plan.PROFESSIONAL, PROFILES["strict"], Enforce.AT_MOST)),
        ({"enforce": "exact"}, Chosen(Plan.PROFESSIONAL, PROFILES["nist-aal1"])),
    ],
)
def test_what_is_left_out_falls_back_to_the_fleet_s(own, expected):
    """A tenant's own plan, profile and enforcement take precedence over the fleet's."""
    defaults = Defaults("professional", "nist-aal1", enforce="at-most")
    assert tenants_of({"acme": {**A, **own}}, defaults)["acme"].chosen == expected


def test_a_tenant_gets_what_its_policy_picks():
    """Plan, profile and arguments of a tenant go into the pick, whose values and reasons are the tenant's."""
    entry = {**A, "plan": "free", "profile": "pci-dss", "sessionLifetime": "2h"}
    acme = tenants_of({"acme": entry})["acme"]
    assert acme.picked == pick(Chosen(Plan.FREE, PROFILES["pci-dss"]), {"session_lifetime": 120})


@pytest.mark.parametrize("key", WRONG)
@pytest.mark.parametrize("spelled", [str, camel_case], ids=["snake_case", "camelCase"])
def test_a_wrong_value_is_reported_with_tenant_and_key(key, spelled):
    """A problem opens with the tenant and names the key as it was written; the fleet's value does not replace it."""
    entries = plan_fleet({"acme": GOOD, "globex": {"domain": "g.auth0.com", spelled(key): WRONG[key]}}, STRICT)
    (problem,) = entries.problems
    assert problem.startswith("globex: ")
    assert spelled(key) in problem
    assert key == "formerly" or key not in entries.tenants["globex"].values


def test_every_problem_of_every_tenant_at_once():
    """Nothing hides behind an earlier problem, neither of the same tenant, nor of another, nor of the fleet."""
    profiles = {"ours": {"idle": 30}, "strict": {"idle": "1h"}}
    tenants = {
        "first": {"domain": "nonsense", "sessionLifetime": "8d", "profile": "strict", "idle": "1h", "onDelete": 1},
        "second": {**B, "plan": "free", "idleSessionLifetime": "4d"},
        "third": {"domain": "c.auth0.com", "profile": "ours"},
    }
    heads = [
        "profile 'ours': idle: 30",
        "profile 'strict': is built in",
        "the fleet: enforce is",
        "first: idle: unknown key",
        "first: domain: 'nonsense'",
        "first: onDelete is 1",
        "first: sessionLifetime is 8d; profile 'strict'",
        "second: idleSessionLifetime is 4d; the free plan",
    ]
    problems = plan_fleet(tenants, Defaults("essential", "convenient", profiles, "rarely")).problems
    assert heads_of(problems, heads) == heads


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"domain": None}, "acme: domain is missing"),
        ("a.auth0.com", "acme: is not a tenant; give an object"),
        (None, "acme: is not a tenant; give an object"),
        ({**A, "Plan": "free"}, "acme: Plan: unknown key; allowed: domain"),
        ({**A, "anonymousSessionLifetime": "1d"}, "acme: anonymousSessionLifetime: unknown key"),
        ({**A, "\ud800": 1}, "acme: \\ud800: unknown key"),
        (
            {**A, "sessionLifetime": "1h", "session_lifetime": "2h"},
            "acme: session_lifetime: is given twice, also as sessionLifetime",
        ),
    ],
)
def test_what_is_no_tenant_is_reported(spec, words):
    """A tenant without domain, an unknown key, the sixth setting, a key twice, or no object at all: one line each."""
    (problem,) = plan_fleet({"acme": spec}, STRICT).problems
    assert problem.startswith(words)


def test_only_a_fleet_needs_a_plan():
    """An audit and an export do without."""
    assert read_entries({"acme": A}, Defaults()).problems == []
    assert heads_of(plan_fleet({"acme": A}, Defaults()).problems, ["acme: plan is missing;"]) == [
        "acme: plan is missing;"
    ]


@pytest.mark.parametrize("tenants", [{}, [], None, "acme", [A]])
def test_what_is_no_fleet_is_reported(tenants):
    """A fleet is an object with at least one tenant."""
    (problem,) = plan_fleet(tenants, STRICT).problems
    assert problem.startswith("tenants should be an object")


@pytest.mark.parametrize(
    ("tenants", "heads"),
    [
        (
            {"one": {**A, "sessionLifetime": 7}, "two": {"domain": "https://A.auth0.com/"}, "three": B},
            ["one: sessionLifetime: 7", "one, two: all are a.auth0.com."],
        ),
        ({1: A, "1": B}, ["1: two tenants have this name."]),
    ],
)
def test_a_tenant_has_one_entry_and_a_name_of_its_own(tenants, heads):
    """Two names for one domain, however it is spelled, are one line; names that are the same as text are another."""
    assert heads_of(plan_fleet(tenants, STRICT).problems, heads) == heads


@pytest.mark.parametrize(
    ("formerly", "wrong"),
    [
        ({"a": None, "b": "c"}, []),
        ({"a": "a"}, ["a"]),
        ({"a": None, "b": "a"}, ["b"]),
        ({"b": "a", "c": "a"}, ["c"]),
    ],
)
def test_an_earlier_name_is_of_one_tenant_and_no_longer_in_use(formerly, wrong):
    """The second tenant that gives it, or the one that gives a name in use, has the problem."""
    assert [name for name, _ in renamed_wrongly(formerly)] == wrong
    tenants = {name: {"domain": f"{name}.auth0.com", "formerly": was} for name, was in formerly.items()}
    assert [problem.partition(": formerly is ")[0] for problem in plan_fleet(tenants, STRICT).problems] == wrong


@pytest.mark.parametrize(
    ("defaults", "words"),
    [
        (Defaults("gold", "strict"), "plan is 'gold'"),
        (Defaults("free", "x"), "profile is 'x'"),
        (Defaults("free", "strict", enforce="x"), "enforce is 'x'"),
        (Defaults(UNKNOWN, "strict"), "plan is not known yet"),
        (Defaults("free", UNKNOWN), "profile is not known yet"),
        (Defaults("free", "strict", enforce=UNKNOWN), "enforce is not known yet"),
    ],
)
def test_a_wrong_default_of_the_fleet_is_reported_once(defaults, words):
    """Not for each tenant that relies on it."""
    tenants = {name: {"domain": f"{name}.auth0.com"} for name in ("a", "b", "c")}
    (problem,) = plan_fleet(tenants, defaults).problems
    assert problem.startswith(f"the fleet: {words}")


@pytest.mark.parametrize(
    ("entry", "spelling"),
    [
        (A, SNAKE_CASE),
        ({**A, "on_delete": "reset"}, SNAKE_CASE),
        ({**A, "onDelete": "reset"}, CAMEL_CASE),
        ({**A, "on_delete": "reset", "overLimit": "warn"}, CAMEL_CASE),
    ],
)
def test_an_entry_keeps_its_spelling(entry, spelling):
    """What is said of an entry later spells its keys as it does."""
    assert read_entries({"acme": entry}, Defaults()).tenants["acme"].spelling is spelling


def test_a_fleet_s_own_profiles_may_be_named():
    """By a tenant, and by the fleet for all."""
    tenants = {"a": A, "b": {**B, "profile": "ours"}}
    found = tenants_of(tenants, Defaults("free", "ours", {"ours": {"idle": "30m"}}))
    assert [entry.values["profile"].idle_minutes for entry in found.values()] == [30, 30]
    (problem,) = read_entries(tenants, STRICT).problems
    assert problem.startswith("b: profile is 'ours'; allowed: 'convenient'")


# A ceiling for a whole stack.

CEILING = {"absolute": "1h", "idle": "5m", "reason": "incident 4711"}


def test_a_stack_s_ceiling_lowers_every_tenant_but_the_spared_ones():
    """A short name, or the name of one of the tenant's resources, is spared; arguments of others are lowered."""
    tenants = {name: {"domain": f"{name}.auth0.com", "sessionLifetime": "8h"} for name in ("a", "b", "c", "d")}
    ceiling = {**CEILING, "except": ["a", "fleet-b", "fleet-c-lifetime"]}
    found = tenants_of(tenants, Defaults("free", "strict", ceiling=ceiling, fleet="fleet"))
    assert [found[name].picked.minutes["session_lifetime"] for name in tenants] == [480, 480, 480, 60]
    assert found["d"].picked.reason("session_lifetime") == (
        "absolute 1h: explicit argument; lowered from 8h to the stack's ceiling (incident 4711)"
    )


def test_a_spared_name_that_is_not_there_is_a_problem():
    """With the wrong values, everything that is wrong with a ceiling is one error; a stack's may spare others."""
    for ceiling, heads in (
        ({**CEILING, "except": ["x"]}, ["ceiling.except: 'x' is not a tenant of this list; allowed: 'acme'."]),
        ({"idle": 5, "reason": []}, ["ceiling.idle", "ceiling.reason"]),
    ):
        problems = plan_fleet({"acme": A}, Defaults("free", "strict", ceiling=ceiling)).problems
        assert heads_of(problems, heads) == heads
    tenants_of({"acme": A}, Defaults("free", "strict", ceilings=(StackCeiling(60, exempt=frozenset({"x"})),)))


# Secrets, and values that a program does not have in plain.

CANARY = "Canary-5eCr3t"


@pytest.mark.parametrize(
    "tenants",
    [
        {"clientId": "id", "clientSecret": CANARY},
        {"acme": {"clientId": "id", "clientSecret": CANARY}},
        {"acme": {"domain": f"user:{CANARY}@acme.eu.auth0.com"}},
        {"acme": {**A, "credentials": CANARY}},
        {"acme": {**A, "credentials": {"clientSecret": CANARY}}},
        [CANARY],
        CANARY,
    ],
    ids=["credentials file", "one tenant's", "user info", "label", "object", "list", "text"],
)
def test_no_problem_repeats_what_may_be_a_secret(tenants):
    """A credentials file in the place of a tenants file is refused without its values."""
    problems = read_entries(tenants, STRICT).problems
    assert problems
    assert [problem for problem in problems if CANARY in problem] == []


@pytest.mark.parametrize(
    ("tenants", "problem"),
    [
        (UNKNOWN, "tenants is not known yet"),
        ({"acme": UNKNOWN}, "acme: is not known yet"),
        ({"acme": {"domain": UNKNOWN}}, "acme: domain is not known yet"),
        ({"acme": {**A, "sessionLifetime": UNKNOWN}}, "acme: sessionLifetime is not known yet"),
        ({"acme": {**A, "plan": Secret(UNKNOWN)}}, "acme: plan is not known yet"),
    ],
)
def test_what_is_not_known_is_named(tenants, problem):
    """Entry and key, and what to do instead."""
    first = read_entries(tenants, STRICT).problems[0]
    assert (first.startswith(problem), "SessionPolicy" in first) == (True, True)


def test_a_secret_is_a_value_that_is_not_repeated():
    """It decides like any other, and neither the entry's text nor a problem or warning has it."""
    given = {**A, "sessionLifetime": Secret("7h13m"), "onDelete": Secret(CANARY)}
    entries = read_entries({"acme": given}, Defaults("free", "convenient"))
    acme = entries.tenants["acme"]
    assert acme.secrets == {"session_lifetime", "on_delete"}
    assert acme.picked.minutes["session_lifetime"] == 433
    (problem,) = entries.problems
    assert problem.startswith("acme: onDelete: the value cannot be used")
    assert CANARY not in problem
    for over_limit in ("error", "clamp"):
        long = {**A, "sessionLifetime": Secret("63d"), "overLimit": over_limit}
        picked = read_entries({"acme": long}, Defaults("free", "convenient")).tenants["acme"].picked
        texts = [*picked.warnings, *(one.reason for one in picked.problems)]
        assert ["[secret]" in text and "63d" not in text for text in texts] == [True]


@pytest.mark.parametrize("key", ["plan", "profile", "enforce", "formerly"])
def test_what_names_things_cannot_be_secret(key):
    """Names and reasons are in plain, so a secret there is refused with its key."""
    (problem,) = read_entries({"acme": {**A, key: Secret(GOOD[key])}}, Defaults("free")).problems
    assert problem.startswith(f"acme: {key} is a secret")


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
