"""What a plan allows."""

import pytest

from auth0_sessions.model.plans import PLAN_LIMITS, Plan, cap, share_of, violations
from auth0_sessions.model.settings import LIFETIMES, SETTINGS, CookieMode, Limit

DOCUMENTED = {
    # Plan: absolute and idle cap in hours, as Auth0's documentation writes them.
    "free": (720, 72),
    "essential": (720, 72),
    "professional": (720, 72),
    "enterprise": (8_760, 2_400),
}


def test_every_plan_has_limits():
    """The table has one row for each plan, and the documented figures."""
    found = {plan.value: (row.absolute_minutes / 60, row.idle_minutes / 60) for plan, row in PLAN_LIMITS.items()}
    assert found == DOCUMENTED
    assert list(Plan) == list(PLAN_LIMITS)


@pytest.mark.parametrize("plan", Plan)
def test_every_row_names_its_source(plan):
    """A figure says where it is written, and whether the plan is named there."""
    row = PLAN_LIMITS[plan]
    assert row.source
    assert row.inferred == (plan is Plan.FREE)


@pytest.mark.parametrize("plan", Plan)
@pytest.mark.parametrize("name", LIFETIMES)
def test_cap(plan, name):
    """The cap of a lifetime is the plan's own for its kind, the same for persistent and non-persistent sessions."""
    row = PLAN_LIMITS[plan]
    expected = row.absolute_minutes if SETTINGS[name].limit is Limit.ABSOLUTE else row.idle_minutes
    assert expected == cap(plan, name)


@pytest.mark.parametrize("plan", Plan)
def test_cookie_mode_has_no_cap(plan):
    """The plan does not matter for a setting that is no lifetime."""
    assert cap(plan, "session_cookie_mode") is None
    assert violations(plan, {"session_cookie_mode": CookieMode.PERSISTENT.value}) == {}


@pytest.mark.parametrize("plan", Plan)
@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize(("more", "violated"), [(-1, False), (0, False), (1, True)])
def test_violations(plan, name, more, violated):
    """A value at the cap is allowed, one minute more is not, and the answer holds the cap."""
    limit = cap(plan, name)
    assert ({name: limit} if violated else {}) == violations(plan, {name: limit + more})


@pytest.mark.parametrize("plan", Plan)
def test_every_violation_is_found(plan):
    """All settings above their cap are found at once."""
    values = {name: cap(plan, name) + 1 for name in LIFETIMES}
    assert set(LIFETIMES) == set(violations(plan, values))


@pytest.mark.parametrize(
    ("minutes", "most", "expected"),
    [
        (0, 100, "0%"),
        (1, 525_600, "<1%"),
        (1, 100, "1%"),
        (43_199, 43_200, "<100%"),
        (43_200, 43_200, "100%"),
        (43_201, 43_200, ">100%"),
        (144_000, 4_320, "3,333%"),
    ],
)
def test_share_of_the_cap(minutes, most, expected):
    """No rounding makes a share of the cap read as none or as all of it."""
    assert expected == share_of(minutes, most)
