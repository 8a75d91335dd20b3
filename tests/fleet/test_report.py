"""A fleet's tenants: all problems of all tenants together, the report, and the same checks on files."""

import re
import string
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.errors import listed
from auth0_sessions.fleet.entries import Defaults, TenantSpec
from auth0_sessions.fleet.file import TenantsFile
from auth0_sessions.fleet.plan import plan_fleet
from auth0_sessions.fleet.report import HEADINGS, Row, report
from auth0_sessions.fleet.validation import validate
from auth0_sessions.model.ceiling import StackCeiling
from auth0_sessions.model.choices import Enforce
from auth0_sessions.model.inputs import UNKNOWN
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
    return {tenant.name: tenant for tenant in fleet.tenants}


def cells_of(row):
    """Return the cells of a Markdown row as GitHub reads them: a backslash takes the meaning from what follows."""
    cells = re.findall(r"((?:\\.|[^|\\])*)\|", row.removeprefix("|"))
    return [re.sub(r"\\(.)", r"\1", cell[1:-1]) for cell in cells]


@pytest.mark.parametrize(
    "spell",
    [
        lambda given: TenantSpec(**given),
        lambda given: given,
        lambda given: {camel_case(key): value for key, value in given.items()},
    ],
    ids=["TenantSpec", "snake_case", "camelCase"],
)
def test_every_way_to_write_a_tenant_is_the_same(spell):
    """`TenantSpec`, snake_case and camelCase mappings give the same plan, profile, lifetimes and canonical rest."""
    assert set(KEYS) == set(GOOD)
    acme = planned(fleet_of(acme=spell(GOOD)))["acme"]
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
        (None, {"domain": "a.auth0.com"}, "acme: plan is missing"),
        ("free", {}, "acme: domain is missing"),
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


# The report.


def row_of(tenant, lifetimes=None, gone_by=UNKNOWN, why=UNKNOWN):
    """Return a tenant's row; without lifetimes, as a preview of its create has it."""
    held = lifetimes or dict.fromkeys(LOGIN_LIFETIMES, UNKNOWN)
    reasons = dict.fromkeys(LOGIN_LIFETIMES, why)
    return Row(tenant.chosen.plan.value, tenant.chosen.profile.name, held, gone_by, reasons, tenant.picked)


def table_of(fleet):
    """Return the report at the preview of a fleet's creates."""
    return report({tenant.name: row_of(tenant) for tenant in fleet.tenants})


def test_the_report():
    """One row for each tenant, in order, with what it gets, how much of the caps that is, and why."""
    fleet = fleet_of(
        acme={"domain": "a.auth0.com"},
        globex={"domain": "b.auth0.com", "plan": "enterprise", "profile": "pci-dss", "sessionLifetime": "12h"},
    )
    header, _, acme, globex = map(cells_of, table_of(fleet).splitlines())
    assert header == list(HEADINGS)
    later = "known after the update"
    assert acme[:-1] == ["acme", "essential", "balanced", "7d", "3d", "3d / 1d", "absolute 23%, idle 100%", later]
    assert acme[-1] == "; ".join(
        f"{value}: profile 'balanced' (Auth0's defaults)" for value in ("absolute 7d", "idle 3d")
    )
    assert globex[:-1] == [
        "globex",
        "enterprise",
        "pci-dss",
        "12h",
        "15m",
        "12h / 15m",
        "absolute <1%, idle <1%",
        later,
    ]


@pytest.mark.parametrize("gone_by", [None, "2026-12-01T00:00:00Z"])
def test_a_row_says_what_was_applied(gone_by):
    """Values, date and reasons are those of the outputs, whatever the program asks for."""
    (acme,) = fleet_of(profile="strict", acme={"domain": "a.auth0.com"}).tenants
    held = dict(zip(LOGIN_LIFETIMES, ("60d", "90m", "2d", "5m"), strict=True))
    cells = cells_of(report({"acme": row_of(acme, held, gone_by, "as it was")}).splitlines()[2])
    shares = "absolute 200%, idle 2%"
    assert cells[3:] == ["60d", "90m", "2d / 5m", shares, gone_by or "-", "as it was; as it was"]


def test_the_report_of_ceilings():
    """Before a tenant's own value is known, a ceiling is no value, and the row says so."""
    fleet = plan_fleet({"acme": {"domain": "a.auth0.com"}}, Defaults("free", "strict", enforce="at-most"))
    cells = cells_of(table_of(fleet).splitlines()[2])
    assert cells[3:6] == ["at most 1d", "at most 1h", "at most 1d / at most 1h"]
    assert cells[-1].startswith("absolute at most 1d: profile 'strict'")


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
    """No value raises: either every tenant has its lifetimes and its row, or there are problems that can be printed."""
    fleet = plan_fleet(tenants, Defaults(plan, profile))
    if fleet.problems:
        assert "\n".join(fleet.problems).encode()
        return
    assert len(tenants) == len(fleet.tenants)
    assert all(set(tenant.picked.minutes) == set(LOGIN_LIFETIMES) for tenant in fleet.tenants)
    assert all(tenant.picked.problems == [] for tenant in fleet.tenants)
    assert len(table_of(fleet).splitlines()) == 2 + len(tenants)


@given(st.lists(st.text(alphabet="a|\\\n\r\x0b ", max_size=6) | st.text(string.printable), min_size=1, unique=True))
def test_a_report_has_a_row_for_each_tenant(names):
    """Whatever the names are, GitHub reads a cell for each heading in each row, the first of them the name."""
    table = table_of(fleet_of(**{name: {"domain": f"t{number}.auth0.com"} for number, name in enumerate(names)}))
    rows = [cells_of(row) for row in table.split("\n")[2:]]
    assert [len(row) for row in rows] == [len(HEADINGS)] * len(names)
    assert [row[0] for row in rows] == [" ".join(name.split()) for name in names]


@pytest.mark.parametrize(
    ("plan", "profile", "word"), [("gold", "balanced", "plan is 'gold'"), ("free", "x", "profile is 'x'")]
)
def test_a_wrong_plan_or_profile_of_the_fleet_is_reported_once(plan, profile, word):
    """A hundred tenants that rely on it do not make a hundred lines."""
    tenants = {f"t{number}": {"domain": f"t{number}.auth0.com"} for number in range(100)}
    (problem,) = plan_fleet(tenants, Defaults(plan, profile)).problems
    assert problem.startswith(f"the fleet: {word}")


# Validation of files.

LISTED = {"domain": "acme.auth0.com", "plan": "free"}


def problems_of(tenants, **file):
    """Return what is wrong with one file."""
    return validate({"tenants.yaml": TenantsFile(tenants, **file)}).problems


def test_a_good_file():
    """Nothing is said of it but how many tenants it lists."""
    found = validate({"tenants.yaml": TenantsFile({"acme": LISTED})})
    assert (found.tenants, found.problems, found.warnings) == ({"tenants.yaml": 1}, [], [])


@pytest.mark.parametrize("entry", [{}, {**LISTED, "sessionLifetime": "31d"}, "acme.auth0.com"])
def test_what_a_fleet_refuses(entry):
    """The problems are those of a fleet, in its words."""
    fleet = plan_fleet({"acme": entry}, Defaults(None, "balanced"))
    assert problems_of({"acme": entry}) == [listed("tenants.yaml", fleet.problems)]


def test_what_the_file_says_for_all():
    """Plan, profile, a team's own profiles and the stack's name count as they do in a fleet."""
    entry = {"domain": "acme.auth0.com", "sessionLifetime": "20h"}
    own = {"ours": {"absolute": "12h"}}
    assert problems_of({"acme": entry}, plan="free") == []
    (problem,) = problems_of({"acme": entry}, plan="free", profile="ours", profiles=own)
    assert "profile 'ours' allows at most 12h" in problem
    assert "profile is 'ours'" in problems_of({"acme": entry}, plan="free", profile="ours")[0]


def test_every_file_is_checked():
    """Problems of all files are there, each under its file's name, and a tenant in two files is one that names both."""
    good = TenantsFile({"acme": LISTED})
    found = validate({"a.yaml": good, "b.yaml": TenantsFile({"x": {}}), "c.yaml": TenantsFile({"other": LISTED})})
    of_b, of_both = found.problems
    assert of_b.startswith("b.yaml has 2 problems:\n")
    assert of_both.startswith("acme.auth0.com is in a.yaml as acme and in c.yaml as other.")


@pytest.mark.parametrize(
    ("entry", "warning"),
    [
        ({"sessionLifetime": "1h", "idleSessionLifetime": "2h"}, "idleSessionLifetime (2h) is longer than"),
        ({"sessionLifetime": "40d", "overLimit": "warn"}, "It is sent unchanged, and Auth0 may supersede it."),
        ({"sessionLifetime": "40d", "overLimit": "clamp"}, "sessionLifetime is 40d; the free plan allows at most 30d"),
    ],
)
def test_what_a_preview_warns_about(entry, warning):
    """A resource's own warnings are there, with the file and the tenant, and are no problem."""
    found = validate({"tenants.yaml": TenantsFile({"acme": {**LISTED, **entry}})})
    assert found.problems == []
    (said,) = found.warnings
    assert said.startswith("tenants.yaml: acme: ")
    assert warning in said


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


@pytest.mark.parametrize(("ceiling", "word"), [(None, "30d"), (CEILING, None)])
def test_validate_knows_the_ceiling_of_a_stack_s_file(ceiling, word):
    """A value that it lowers causes no problem about the plan."""
    problems = problems_of({"acme": {**LISTED, "sessionLifetime": "60d"}}, ceiling=ceiling)
    assert [word in problem for problem in problems] == [True] * (word is not None)
    (problem,) = problems_of({"acme": LISTED}, ceiling={**CEILING, "except": ["x"]})
    assert "ceiling.except: 'x' is not a tenant of this list" in problem
