"""Checking a lifetime against the plan's cap and a ceiling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.model.choices import OverLimit
from auth0_sessions.model.judgment import Ceiling, Outcome, judge, settle
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import LIFETIMES, LOGIN_LIFETIMES
from auth0_sessions.model.spelling import CAMEL_CASE, SNAKE_CASE
from expected_values import cap_of

DAY = 1_440
STRICT = Ceiling(DAY, "profile 'strict'", "a login a day: our choice")


@pytest.mark.parametrize("plan", Plan)
@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
@pytest.mark.parametrize(("more", "above"), [(-1, False), (0, False), (1, True)])
def test_the_cap_is_the_last_value_allowed(plan, name, more, above):
    """A value at the cap is allowed, one minute more is not, and the judgment holds the cap."""
    limit = cap_of(plan, name)
    found = judge(name, limit + more, plan=plan)
    assert (found.cap, found.ceiling) == (limit if above else None, None)


@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize(("more", "above"), [(-1, False), (0, False), (1, True)])
def test_the_ceiling_is_the_last_value_allowed(name, more, above):
    """The same holds for a ceiling, which counts without a plan as well."""
    found = judge(name, DAY + more, ceiling=STRICT)
    assert (found.cap, found.ceiling) == (None, STRICT if above else None)


@pytest.mark.parametrize("name", LIFETIMES)
def test_without_limits_nothing_is_wrong(name):
    """A lifetime without limits is always allowed, however long it is."""
    found = judge(name, 10**9)
    assert (found.cap, found.ceiling) == (None, None)
    assert settle(found, OverLimit.ERROR, SNAKE_CASE) == Outcome(10**9)


@pytest.mark.parametrize("plan", Plan)
def test_a_lifetime_without_a_published_cap_has_none(plan):
    """No plan limits anonymous sessions."""
    assert judge("anonymous_session_lifetime", 525_600, plan=plan).cap is None


def test_both_limits_are_found():
    """A value above the cap and above a ceiling is reported with both."""
    found = judge("session_lifetime", 31 * DAY, plan=Plan.FREE, ceiling=STRICT)
    assert found.above_cap == "the free plan allows at most 30d"
    assert found.above_ceiling == "profile 'strict' allows at most 1d (a login a day: our choice)"


def test_a_value_above_the_cap_is_a_problem_by_default():
    """The message says what was given, what is allowed, what would happen, and every way to fix it."""
    outcome = settle(judge("idle_session_lifetime", 4 * DAY, plan=Plan.FREE), OverLimit.ERROR, SNAKE_CASE)
    assert outcome == Outcome(
        4 * DAY,
        "idle_session_lifetime is 4d; the free plan allows at most 3d. Auth0 would supersede it. "
        "Shorten it, set over_limit='clamp' to lower it to 3d or over_limit='warn' to send it unchanged, or correct "
        "plan if it is wrong.",
    )


def test_another_plan_is_no_advice_where_none_allows_more():
    """On the highest plan only the value and `over_limit` are left to change."""
    outcome = settle(judge("idle_session_lifetime", 101 * DAY, plan=Plan.ENTERPRISE), OverLimit.ERROR, SNAKE_CASE)
    assert str(outcome.problem).endswith(
        "Shorten it, set over_limit='clamp' to lower it to 100d or over_limit='warn' to send it unchanged."
    )


def test_clamp_takes_the_cap_and_says_so():
    """The value becomes the cap, with a warning and without a problem."""
    outcome = settle(judge("session_lifetime", 31 * DAY, plan=Plan.FREE), OverLimit.CLAMP, SNAKE_CASE)
    assert outcome == Outcome(
        30 * DAY,
        None,
        "session_lifetime is 31d; the free plan allows at most 30d: lowered to 30d (over_limit='clamp').",
    )


def test_warn_keeps_the_value_and_says_so():
    """The value stays, with a warning and without a problem."""
    outcome = settle(judge("session_lifetime", 31 * DAY, plan=Plan.FREE), OverLimit.WARN, SNAKE_CASE)
    assert outcome == Outcome(
        31 * DAY,
        None,
        "session_lifetime is 31d; the free plan allows at most 30d. It is sent unchanged, and Auth0 may supersede it.",
    )


@pytest.mark.parametrize("over_limit", OverLimit)
@pytest.mark.parametrize("minutes", [2 * DAY, 31 * DAY])
def test_a_ceiling_is_firm(over_limit, minutes):
    """Above a ceiling, only another value or profile helps, regardless of `over_limit`."""
    outcome = settle(judge("session_lifetime", minutes, plan=Plan.FREE, ceiling=STRICT), over_limit, SNAKE_CASE)
    assert outcome == Outcome(
        minutes,
        f"session_lifetime is {Lifetime(minutes)}; profile 'strict' allows at most 1d (a login a day: our choice). "
        "Shorten it, or choose another profile.",
    )


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
