"""The checks of files, offline: those of a fleet of each, and those of a resource of each tenant."""

import pytest

from auth0_sessions.errors import listed
from auth0_sessions.fleet.entries import Defaults, plan_fleet
from auth0_sessions.fleet.file import TenantsFile
from auth0_sessions.fleet.validation import validate

LISTED = {"domain": "acme.auth0.com", "plan": "free"}
CEILING = {"absolute": "1h", "idle": "5m", "reason": "incident 4711"}


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


@pytest.mark.parametrize(("ceiling", "word"), [(None, "30d"), (CEILING, None)])
def test_validate_knows_the_ceiling_of_a_stack_s_file(ceiling, word):
    """A value that it lowers causes no problem about the plan."""
    problems = problems_of({"acme": {**LISTED, "sessionLifetime": "60d"}}, ceiling=ceiling)
    assert [word in problem for problem in problems] == [True] * (word is not None)
    (problem,) = problems_of({"acme": LISTED}, ceiling={**CEILING, "except": ["x"]})
    assert "ceiling.except: 'x' is not a tenant of this list" in problem
