"""The list of tenants: `test_fleet.py` holds how entries are read and told; here is what a list knows by itself."""

import pytest

from auth0_sessions.fleet.entries import NEEDS_DOMAIN, read_roster


def test_a_list_keeps_what_is_right_beside_what_is_wrong():
    """An entry's good keys are there in canonical form, and its problems are under its name."""
    roster = read_roster({"acme": {"domain": "ACME.auth0.com", "sessionLifetime": 7}}, "free", None, needs=NEEDS_DOMAIN)
    assert roster.tenants["acme"] == {
        "domain": "acme.auth0.com",
        "plan": "free",
        "over_limit": "error",
        "on_delete": "retain",
    }
    (problem,) = roster.problems["acme"]
    assert problem.startswith("sessionLifetime: 7 has no unit")


@pytest.mark.parametrize(("needs", "told"), [({}, []), (NEEDS_DOMAIN, ["acme: domain is missing"])])
def test_who_reads_the_list_says_what_it_has_to_hold(needs, told):
    """A key that nobody needs may be missing."""
    roster = read_roster({"acme": {"plan": "free"}}, None, None, needs=needs)
    assert [line[: len("acme: domain is missing")] for line in roster.told()] == told


def test_everything_is_told_in_order():
    """What is wrong with all comes first, then tenant by tenant, then the names that are one tenant."""
    tenants = {"b": {"domain": "x.auth0.com", "plan": 1}, "a": {"domain": "x.auth0.com", "credentials": "!"}}
    told = read_roster(tenants, "gold", None, needs=NEEDS_DOMAIN).told()
    assert [line.partition(":")[0] for line in told] == ["the fleet", "b", "a", "b, a"]
