"""Every check of a fleet on its files, without a program and without a call."""

import pytest

from auth0_sessions.errors import listed
from auth0_sessions.fleet.entries import Defaults
from auth0_sessions.fleet.file import TenantsFile
from auth0_sessions.fleet.report import plan_fleet
from auth0_sessions.fleet.validation import validate

GOOD = {"domain": "acme.auth0.com", "plan": "free"}


def problems_of(tenants, **file):
    """Return what is wrong with one file."""
    return validate({"tenants.yaml": TenantsFile(tenants, **file)}).problems


def test_a_good_file():
    """Nothing is said of it but how many tenants it lists."""
    found = validate({"tenants.yaml": TenantsFile({"acme": GOOD})})
    assert (found.tenants, found.problems, found.warnings) == ({"tenants.yaml": 1}, [], [])


@pytest.mark.parametrize(
    "entry",
    [
        {"domain": "acme.auth0.com"},
        {"plan": "free"},
        {**GOOD, "plan": "gold"},
        {**GOOD, "profile": "strict", "sessionLifetime": "2d"},
        {**GOOD, "sessionLifetime": "31d"},
        {**GOOD, "sessionLifetime": 720},
        {**GOOD, "sessionLifetimes": "1d"},
        {**GOOD, "formerly": "acme"},
        "acme.auth0.com",
    ],
)
def test_what_a_fleet_refuses(entry):
    """The problems are those of a fleet, in its words."""
    fleet = plan_fleet({"acme": entry}, Defaults(None, "balanced"))
    assert fleet.problems
    assert problems_of({"acme": entry}) == [listed("tenants.yaml", fleet.problems)]


def test_what_the_file_says_for_all():
    """Plan, profile, a team's own profiles and the stack's name count as they do in a fleet."""
    entry = {"domain": "acme.auth0.com", "sessionLifetime": "20h"}
    own = {"ours": {"absolute": "12h"}}
    assert problems_of({"acme": entry}, plan="free") == []
    assert (
        "profile 'ours' allows at most 12h"
        in problems_of({"acme": entry}, plan="free", profile="ours", profiles=own)[0]
    )
    assert "profile is 'ours'" in problems_of({"acme": entry}, plan="free", profile="ours")[0]


def test_every_file_is_checked():
    """Problems of all files are there, each under its file's name, and a tenant in two files is one that names both."""
    good = TenantsFile({"acme": GOOD})
    found = validate({"a.yaml": good, "b.yaml": TenantsFile({"x": {}}), "c.yaml": TenantsFile({"other": GOOD})})
    assert [problem.partition("\n")[0] for problem in found.problems] == [
        "b.yaml has 2 problems:",
        (
            "acme.auth0.com is in a.yaml as acme and in c.yaml as other. "
            "A tenant is managed once; keep one of the entries."
        ),
    ]


@pytest.mark.parametrize(
    ("entry", "warning"),
    [
        ({"sessionLifetime": "1h", "idleSessionLifetime": "2h"}, "idleSessionLifetime (2h) is longer than"),
        ({"sessionLifetime": "40d", "overLimit": "warn"}, "It is sent unchanged, and Auth0 may supersede it."),
    ],
)
def test_what_a_preview_warns_about(entry, warning):
    """A resource's own warnings are there, with the file and the tenant, and are no problem."""
    found = validate({"tenants.yaml": TenantsFile({"acme": {**GOOD, **entry}})})
    assert found.problems == []
    (said,) = found.warnings
    assert said.startswith("tenants.yaml: acme: ")
    assert warning in said
