"""What a plan allows."""

import pytest

from auth0_sessions.model.plans import PLAN_LIMITS, Plan, cap, share_of
from auth0_sessions.model.settings import LOGIN_LIFETIMES, SETTINGS
from expected_values import CAPS, cap_of


def test_every_plan_has_limits():
    """The table has one row for each plan."""
    assert list(Plan) == list(PLAN_LIMITS) == list(CAPS)


@pytest.mark.parametrize("plan", Plan)
def test_every_row_names_its_source(plan):
    """A figure says where it is written, and whether the plan is named there."""
    row = PLAN_LIMITS[plan]
    assert row.source
    assert row.inferred == (plan is Plan.FREE)


@pytest.mark.parametrize("plan", Plan)
@pytest.mark.parametrize("name", SETTINGS)
def test_cap(plan, name):
    """A login lifetime has the cap of its clock; the cookie mode and anonymous sessions have none."""
    assert cap(plan, name) == (cap_of(plan, name) if name in LOGIN_LIFETIMES else None)


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
    """Rounding never makes a share of the cap read 0% or 100%."""
    assert expected == share_of(minutes, most)
