"""The list of tenants: `test_plan.py` holds how entries are read; here is what a list knows by itself."""

from typing import Any

import pytest

from auth0_sessions.fleet.entries import Defaults, Secret, plan_fleet, read_entries
from auth0_sessions.model.choices import Enforce
from auth0_sessions.model.inputs import UNKNOWN
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.spelling import CAMEL_CASE, SNAKE_CASE


def test_a_list_keeps_what_is_right_beside_what_is_wrong():
    """An entry's good keys are there as values, and its problems are under its name."""
    given = {"acme": {"domain": "ACME.auth0.com", "sessionLifetime": 7, "idleSessionLifetime": "1h"}}
    entries = read_entries(given, Defaults("free"))
    assert entries.tenants["acme"].values == {
        "domain": "acme.auth0.com",
        "plan": Plan.FREE,
        "idle_session_lifetime": 60,
    }
    (problem,) = entries.problems
    assert problem.startswith("acme: sessionLifetime: 7 has no unit")


@pytest.mark.parametrize("key", ["plan", "profile", "over_limit"])
def test_a_wrong_value_is_not_replaced_by_the_fleet_s(key):
    """A tenant that names a wrong plan or profile has none, so that nothing is decided by a value it did not name."""
    entries = read_entries({"acme": {"domain": "a.auth0.com", key: "x"}}, Defaults("free", "strict"))
    assert key not in entries.tenants["acme"].values
    assert len(entries.problems) == 1


@pytest.mark.parametrize(
    ("entry", "spelling"),
    [
        ({"domain": "a.auth0.com"}, SNAKE_CASE),
        ({"domain": "a.auth0.com", "on_delete": "reset"}, SNAKE_CASE),
        ({"domain": "a.auth0.com", "onDelete": "reset"}, CAMEL_CASE),
        ({"domain": "a.auth0.com", "on_delete": "reset", "overLimit": "warn"}, CAMEL_CASE),
    ],
)
def test_an_entry_keeps_its_spelling(entry, spelling):
    """What is said of an entry later spells its keys as it does."""
    assert read_entries({"acme": entry}, Defaults()).tenants["acme"].spelling is spelling


def test_the_reader_of_a_list_says_what_it_has_to_hold():
    """A domain is always needed, and a fleet needs a plan."""
    for read, missing in ((read_entries, ["domain"]), (plan_fleet, ["domain", "plan"])):
        problems = read({"acme": {"profile": "strict"}}, Defaults()).problems
        assert [line.partition(" is missing;")[0] for line in problems] == [f"acme: {key}" for key in missing]


def test_the_sixth_setting_is_not_a_fleet_s():
    """Anonymous sessions are not part of a tenant's policy."""
    entry = {"domain": "a.auth0.com", "anonymousSessionLifetime": "1d"}
    (problem,) = read_entries({"acme": entry}, Defaults("free")).problems
    assert problem.startswith("acme: anonymousSessionLifetime: unknown key")


# A short name that changed.


def test_an_earlier_name_that_is_still_there_is_refused():
    """Two resources would claim one record; `test_across.py` has the rule."""
    tenants = {"acme": {"domain": "a.auth0.com", "formerly": "other"}, "other": {"domain": "b.auth0.com"}}
    (problem,) = read_entries(tenants, Defaults("free")).problems
    assert problem == "acme: formerly is 'other', but there is still a tenant with that name."


# Defaults of the whole fleet.


def test_a_tenant_s_own_word_on_enforcement_takes_precedence():
    """The fleet's is for tenants that have none."""
    tenants = {"a": {"domain": "a.auth0.com"}, "b": {"domain": "b.auth0.com", "enforce": "exact"}}
    entries = read_entries(tenants, Defaults("free", enforce="at-most"))
    assert {name: entry.values["enforce"] for name, entry in entries.tenants.items()} == {
        "a": Enforce.AT_MOST,
        "b": Enforce.EXACT,
    }


def test_a_fleet_s_own_profiles_may_be_named():
    """By a tenant, and by the fleet for all."""
    own = {"ours": {"idle": "30m"}}
    tenants = {"a": {"domain": "a.auth0.com"}, "b": {"domain": "b.auth0.com", "profile": "ours"}}
    entries = read_entries(tenants, Defaults("free", "ours", own))
    assert [entry.values["profile"].idle_minutes for entry in entries.tenants.values()] == [30, 30]
    (problem,) = read_entries(tenants, Defaults("free", "strict")).problems
    assert problem.startswith("b: profile is 'ours'; allowed: 'convenient'")


def test_problems_of_profiles_and_of_tenants_come_together():
    """A wrong profile and a wrong tenant are one error, and a tenant that names the wrong profile is not blamed."""
    own = {"ours": {"idle": 30}, "strict": {"idle": "1h"}}
    tenants = {"a": {"domain": "a.auth0.com", "profile": "ours"}, "b": {"domain": "b.auth0.com", "enforce": "often"}}
    problems = read_entries(tenants, Defaults("free", None, own, "rarely")).problems
    heads = ["profile 'ours': idle: 30", "profile 'strict': is built in", "the fleet: enforce is", "b: enforce is"]
    assert [problem[: len(head)] for problem, head in zip(problems, heads, strict=True)] == heads


# Secrets in the wrong place.

CANARY = "Canary-5eCr3t"


@pytest.mark.parametrize(
    "tenants",
    [
        {"clientId": "id", "clientSecret": CANARY},
        {"acme": {"clientId": "id", "clientSecret": CANARY}},
        {"acme": {"domain": f"user:{CANARY}@acme.eu.auth0.com"}},
        {"acme": {"domain": "acme.eu.auth0.com", "credentials": CANARY}},
        {"acme": {"domain": "acme.eu.auth0.com", "credentials": {"clientSecret": CANARY}}},
        [CANARY],
        CANARY,
    ],
    ids=["credentials file", "one tenant's", "user info", "label", "object", "list", "text"],
)
def test_no_problem_repeats_what_may_be_a_secret(tenants):
    """A credentials file in the place of a tenants file is refused without its values."""
    problems = read_entries(tenants, Defaults("free")).problems
    assert problems
    assert [problem for problem in problems if CANARY in problem] == []


# Values that a program does not have in plain.


@pytest.mark.parametrize(
    ("tenants", "problem"),
    [
        (UNKNOWN, "tenants is not known yet"),
        ({"acme": UNKNOWN}, "acme: is not known yet"),
        ({"acme": {"domain": UNKNOWN}}, "acme: domain is not known yet"),
        ({"acme": {"domain": "a.auth0.com", "sessionLifetime": UNKNOWN}}, "acme: sessionLifetime is not known yet"),
        ({"acme": {"domain": "a.auth0.com", "plan": Secret(UNKNOWN)}}, "acme: plan is not known yet"),
    ],
)
def test_what_is_not_known_is_named(tenants, problem):
    """Entry and key, and what to do instead."""
    problems = read_entries(tenants, Defaults("free")).problems
    assert problems[0].startswith(problem)
    assert "SessionPolicy" in problems[0]


@pytest.mark.parametrize("key", ["plan", "profile", "enforce"])
def test_a_default_that_is_not_known_is_named(key):
    """It is the fleet's, and no tenant is blamed for it."""
    given: dict[str, Any] = {"plan": "free", key: UNKNOWN}
    defaults = Defaults(**given)
    problems = read_entries({"acme": {"domain": "a.auth0.com", "plan": "free"}}, defaults).problems
    assert [problem.partition(" is not known")[0] for problem in problems] == [f"the fleet: {key}"]


def test_a_secret_is_a_value_that_is_not_repeated():
    """It decides like any other, and neither the entry's text nor a problem or warning has it."""
    given = {"domain": "a.auth0.com", "sessionLifetime": Secret("7h13m"), "onDelete": Secret(CANARY)}
    entries = read_entries({"acme": given}, Defaults("free", "convenient"))
    acme = entries.tenants["acme"]
    assert acme.secrets == {"session_lifetime", "on_delete"}
    assert acme.picked.minutes["session_lifetime"] == 433
    (problem,) = entries.problems
    assert problem.startswith("acme: onDelete: the value cannot be used")
    assert CANARY not in problem
    for over_limit in ("error", "clamp"):
        long = {"domain": "a.auth0.com", "sessionLifetime": Secret("63d"), "overLimit": over_limit}
        picked = read_entries({"acme": long}, Defaults("free", "convenient")).tenants["acme"].picked
        texts = [*picked.warnings, *(one.reason for one in picked.problems)]
        assert ["[secret]" in text and "63d" not in text for text in texts] == [True]


@pytest.mark.parametrize("key", ["plan", "profile", "enforce", "formerly"])
def test_what_names_things_cannot_be_secret(key):
    """Names and reasons are in plain, so a secret there is refused with its key."""
    values = {"plan": "free", "profile": "strict", "enforce": "exact", "formerly": "old"}
    entry = {"domain": "a.auth0.com", key: Secret(values[key])}
    (problem,) = read_entries({"acme": entry}, Defaults("free")).problems
    assert problem.startswith(f"acme: {key} is a secret")
