"""The policies' configuration: the limits that it sets, what is rejected, and its schema."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from auth0_sessions.errors import InputError
from auth0_sessions.guardrails.config import (
    BASELINE,
    PLAN_CAP,
    ROUNDING,
    SCHEMAS,
    UNDECLARED,
    read_config,
)
from auth0_sessions.model.own_profiles import read_profiles
from auth0_sessions.model.plans import Plan, cap
from auth0_sessions.model.profiles import PROFILES
from auth0_sessions.model.settings import LOGIN_LIFETIMES

OWN = {"ours": {"absolute": "12h", "idle": "30m", "ephemeralIdle": "10m", "ceiling": False, "source": "Handbook 4.2"}}


def baseline(**raw):
    """Return the baseline's minutes, by setting; a setting without one is missing."""
    config = read_config(BASELINE, raw)
    return {name: found.minutes for name in LOGIN_LIFETIMES if (found := config.baseline(name, config.plan))}


@pytest.mark.parametrize("profile", [*PROFILES, "ours"])
def test_every_profile_is_a_baseline(profile):
    """A profile's own values are the baseline, whether or not it is a ceiling elsewhere; with the profile's source."""
    config = read_config(BASELINE, {"profile": profile, "profiles": OWN})
    known = {**PROFILES, **read_profiles(OWN)[0]}[profile]
    for name in LOGIN_LIFETIMES:
        minutes, ceiling = known.minutes(name), config.baseline(name, None)
        assert (ceiling.minutes if ceiling else None) == minutes
        if ceiling:
            assert ceiling.name == f"profile '{profile}'"
            assert ceiling.source.startswith(known.source)


@pytest.mark.parametrize("plan", Plan)
@pytest.mark.parametrize("profile", PROFILES)
def test_a_plan_stands_in_for_what_a_profile_leaves_to_it(profile, plan):
    """With a plan, the baseline is never above its cap."""
    expected = {name: min(PROFILES[profile].minutes(name) or 10**6, cap(plan, name)) for name in LOGIN_LIFETIMES}
    assert baseline(profile=profile, plan=str(plan)) == expected


@pytest.mark.parametrize(
    ("maxima", "four"),
    [
        ({}, [10_080, 4_320, 4_320, 1_440]),
        ({"maxAbsolute": "PT90M"}, [90, None, 90, None]),
        ({"maxIdle": "90m"}, [None, 90, None, 90]),
        ({"maxAbsolute": "24h", "maxIdle": "1h"}, [1_440, 60, 1_440, 60]),
    ],
)
def test_figures_instead_of_a_profile(maxima, four):
    """A figure holds the lifetimes of its clock, persistent or not, and is its source; the others are not held.

    Without any configuration, the baseline is the profile balanced.
    """
    assert [baseline(**maxima).get(name) for name in LOGIN_LIFETIMES] == four
    ceilings = read_config(BASELINE, maxima).maxima.values()
    assert {ceiling.source.split()[0] for ceiling in ceilings} == set(maxima)


@pytest.mark.parametrize(
    ("raw", "problems"),
    [
        ({"colour": 1}, ["colour: unknown key; allowed: profile, profiles, maxAbsolute, maxIdle, plan, exempt."]),
        ({"profile": "nist-aal9"}, ["profile is 'nist-aal9'"]),
        ({"profile": None}, ["profile is missing"]),
        ({"maxAbsolute": "24"}, ["maxAbsolute: 24 has no unit"]),
        ({"maxIdle": 24.0}, ["maxIdle: 24 has no unit"]),
        ({"maxAbsolute": "366d"}, ["maxAbsolute: '366d' is longer"]),
        ({"exempt": "acme"}, ["exempt is 'acme'; allowed: a list of resource names."]),
        ({"exempt": [1]}, ["exempt is [1]; allowed: a list"]),
        ({"profiles": {"ours": {"idle": "1"}}}, ["profile 'ours': idle: 1 has no unit"]),
        ({"profiles": ["ours"]}, ["profiles should be an object"]),
        ({"profile": "strict", "maxIdle": "1h"}, ["maxIdle cannot be combined with profile; keep one or the other."]),
        (
            {"profile": "x", "maxIdle": "1", "maxAbsolute": "2", "plan": 3, "color": 1},
            [
                "color: ",
                "profile is 'x'",
                "maxAbsolute: 2",
                "maxIdle: 1",
                "plan is 3",
                "maxAbsolute and maxIdle cannot",
            ],
        ),
    ],
)
def test_what_is_refused(raw, problems):
    """Everything that is wrong is in one error: each key, what was given, and what is allowed."""
    with pytest.raises(InputError) as caught:
        read_config(BASELINE, raw)
    first, *lines = str(caught.value).splitlines()
    assert first.startswith(f"the configuration of {BASELINE} has ")
    assert [line[4 : 4 + len(problem)] for line, problem in zip(lines, problems, strict=True)] == problems


@pytest.mark.parametrize(
    ("policy", "example"),
    [
        (BASELINE, {"profile": "ours", "profiles": OWN, "plan": "free", "exempt": ["a"]}),
        (BASELINE, {"maxAbsolute": "24h", "maxIdle": "1h"}),
        (PLAN_CAP, {"plan": "enterprise", "exempt": []}),
        (ROUNDING, {"exempt": ["a"]}),
        (UNDECLARED, {"exempt": ["a"]}),
    ],
)
def test_the_schema(policy, example):
    """The schema is one, describes every key, takes what is right, and has no default that the engine would fill in.

    A key of another policy is refused, because it would have no effect.
    """
    schema = {"type": "object", "properties": SCHEMAS[policy]}
    jsonschema.Draft7Validator.check_schema(schema)
    assert all(row["description"] and "default" not in row for row in SCHEMAS[policy].values())
    jsonschema.validate(example, schema)
    assert read_config(policy, example).exempt == set(example.get("exempt", []))
    wrong = dict.fromkeys(SCHEMAS[policy], 1)
    assert {error.path[0] for error in jsonschema.Draft7Validator(schema).iter_errors(wrong)} == set(SCHEMAS[policy])
    for key in SCHEMAS[BASELINE].keys() - SCHEMAS[policy].keys():
        with pytest.raises(InputError, match=f"{key}: unknown key; allowed:"):
            read_config(policy, {key: "strict"})


ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "how-to" / "guardrails.md"


@pytest.mark.parametrize("page", [PAGE, ROOT / "examples" / "guardrails" / "README.md"], ids=lambda page: page.name)
def test_the_configurations_of_the_pages(page):
    """Every configuration that a page shows is one that the policies take."""
    shown = re.findall(r"^```json\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
    assert shown
    for text in shown:
        for policy, keys in json.loads(text).items():
            assert read_config(policy, {key: value for key, value in keys.items() if key != "enforcementLevel"})


def test_the_page_has_every_policy_and_every_key():
    """The how-to page has a row for each policy, and one for each key of any of them."""
    rows = [row.split("|")[1] for row in PAGE.read_text().splitlines() if row.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`([\w-]+)`", row)]
    assert sorted(named) == sorted({*SCHEMAS, "enforcementLevel", *(key for keys in SCHEMAS.values() for key in keys)})
