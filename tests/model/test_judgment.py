"""Checking a lifetime against the plan's cap and a ceiling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.model.choices import OverLimit
from auth0_sessions.model.judgment import Ceiling, Outcome, judge, settle
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import LOGIN_LIFETIMES
from auth0_sessions.model.spelling import CAMEL_CASE, SNAKE_CASE
from expected_values import cap_of

DAY = 1_440
STRICT = Ceiling(DAY, "profile 'strict'", "a login a day: our choice")


@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
@pytest.mark.parametrize(("more", "is_above"), [(-1, False), (0, False), (1, True)])
def test_a_limit_is_the_last_value_allowed(name, more, is_above):
    """A value at a cap or ceiling is allowed, one minute more is not, and the judgment holds each limit on its own."""
    limit = cap_of(Plan.FREE, name)
    ceiling = Ceiling(limit, "the baseline", "here")
    for plan, row in ((None, None), (None, ceiling), (Plan.FREE, None), (Plan.FREE, ceiling)):
        found = judge(name, limit + more, plan=plan, ceiling=row)
        assert (found.cap, found.ceiling) == ((plan and limit, row) if is_above else (None, None))


@pytest.mark.parametrize("plan", [None, *Plan])
def test_a_lifetime_without_limits_is_allowed(plan):
    """No plan limits anonymous sessions, so they may be as long as the API accepts."""
    found = judge("anonymous_session_lifetime", 525_600, plan=plan)
    assert settle(found, OverLimit.ERROR, SNAKE_CASE) == Outcome(525_600)


ABOVE_CAP = "session_lifetime is 31d; the free plan allows at most 30d"
ABOVE_CEILING = (
    "session_lifetime is 31d; profile 'strict' allows at most 1d (a login a day: our choice). "
    "Shorten it, or choose another profile."
)


@pytest.mark.parametrize(
    ("over_limit", "ceiling", "expected"),
    [
        (
            OverLimit.ERROR,
            None,
            Outcome(
                31 * DAY,
                f"{ABOVE_CAP}. Auth0 would supersede it. Shorten it, set over_limit='clamp' to lower it to 30d or "
                "over_limit='warn' to send it unchanged, or correct plan if it is wrong.",
            ),
        ),
        (OverLimit.CLAMP, None, Outcome(30 * DAY, None, f"{ABOVE_CAP}: lowered to 30d (over_limit='clamp').")),
        (
            OverLimit.WARN,
            None,
            Outcome(31 * DAY, None, f"{ABOVE_CAP}. It is sent unchanged, and Auth0 may supersede it."),
        ),
        *((over_limit, STRICT, Outcome(31 * DAY, ABOVE_CEILING)) for over_limit in OverLimit),
    ],
)
def test_a_value_above_a_limit(over_limit, ceiling, expected):
    """`over_limit` decides about the cap, and a ceiling is firm. The text says what is given, allowed, and to do."""
    found = judge("session_lifetime", 31 * DAY, plan=Plan.FREE, ceiling=ceiling)
    assert settle(found, over_limit, SNAKE_CASE) == expected


def test_another_plan_is_no_advice_where_none_allows_more():
    """On the highest plan only the value and `over_limit` are left to change."""
    outcome = settle(judge("idle_session_lifetime", 101 * DAY, plan=Plan.ENTERPRISE), OverLimit.ERROR, SNAKE_CASE)
    assert str(outcome.problem).endswith("or over_limit='warn' to send it unchanged.")


@pytest.mark.parametrize("over_limit", OverLimit)
def test_names_are_spelled_as_the_user_does(over_limit):
    """Another front end's users read their own names and assignments."""
    outcome = settle(judge("idle_session_lifetime", 400 * DAY, plan=Plan.FREE), over_limit, CAMEL_CASE)
    words = str(outcome.problem or outcome.warning)
    assert words.startswith("idleSessionLifetime is 400d;")
    assert ("over_limit" in words, 'overLimit: "clamp"' in words) == (False, over_limit is not OverLimit.WARN)


@given(
    st.sampled_from(LOGIN_LIFETIMES),
    st.integers(1, 525_600),
    st.none() | st.sampled_from(Plan),
    st.none() | st.just(STRICT),
    st.sampled_from(OverLimit),
)
def test_what_passes_keeps_to_every_limit(name, minutes, plan, ceiling, over_limit):
    """Without a problem or a warning a value is the given one and within its limits; a problem never changes it."""
    outcome = settle(judge(name, minutes, plan=plan, ceiling=ceiling), over_limit, SNAKE_CASE)
    limits = [*([cap_of(plan, name)] if plan else []), *([ceiling.minutes] if ceiling else [])]
    within = all(minutes <= limit for limit in limits)
    assert within == (outcome.problem is None and outcome.warning is None)
    assert outcome.problem is None or outcome.warning is None
    assert outcome.minutes == minutes or (over_limit is OverLimit.CLAMP and outcome.minutes == min(limits))
