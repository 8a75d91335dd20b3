"""From plan, profile and arguments to four lifetimes, each with its reason."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.errors import InputError
from auth0_sessions.model.ceiling import StackCeiling
from auth0_sessions.model.choices import Enforce, OverLimit
from auth0_sessions.model.picking import Chosen, choose_plan, choose_profile, pick
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.profiles import PROFILES, Profile
from auth0_sessions.model.settings import ABSOLUTE_AND_IDLE, LOGIN_LIFETIMES
from auth0_sessions.model.spelling import CAMEL_CASE
from expected_values import cap_of, ceiling_of, expected_of

SIBLINGS = list(zip(*ABSOLUTE_AND_IDLE, strict=True))
HOUR, DAY = 60, 1_440
ABSOLUTE, IDLE, EPHEMERAL, EPHEMERAL_IDLE = LOGIN_LIFETIMES


def picked_for(plan, profile, over_limit=OverLimit.ERROR, **arguments):
    """Pick with a plan and a profile by their names, and arguments in minutes."""
    return pick(Chosen(Plan(plan), PROFILES[profile]), arguments, over_limit)


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("plan", Plan)
def test_every_plan_and_profile(plan, profile):
    """Without arguments the tables alone decide, and there is nothing to complain about."""
    picked = picked_for(plan, profile)
    assert (picked.minutes, picked.problems, picked.warnings) == (expected_of(plan, profile), [], [])


@pytest.mark.parametrize(
    ("plan", "profile", "arguments", "minutes"),
    [
        # An argument is taken as it is, shorter or longer than a profile that does not bind.
        ("free", "balanced", {ABSOLUTE: 30 * DAY}, (30 * DAY, 3 * DAY, 3 * DAY, DAY)),
        ("enterprise", "convenient", {IDLE: 90 * DAY}, (365 * DAY, 90 * DAY, 365 * DAY, 90 * DAY)),
        ("enterprise", "strict", {ABSOLUTE: DAY, IDLE: 5}, (DAY, 5, DAY, 5)),
        # A profile's idle value is lowered to the absolute one in force; an argument is not.
        ("enterprise", "strict", {ABSOLUTE: 30}, (30, 30, 30, 30)),
        ("enterprise", "convenient", {ABSOLUTE: 30, IDLE: 45}, (30, 45, 30, 30)),
        ("enterprise", "balanced", {EPHEMERAL: 30, EPHEMERAL_IDLE: 45}, (7 * DAY, 3 * DAY, 30, 45)),
        # Non-persistent sessions follow shorter persistent ones, unless an argument says otherwise.
        ("enterprise", "balanced", {ABSOLUTE: 2 * DAY}, (2 * DAY, 2 * DAY, 2 * DAY, DAY)),
        ("enterprise", "balanced", {IDLE: 5}, (7 * DAY, 5, 3 * DAY, 5)),
        ("enterprise", "convenient", {ABSOLUTE: 5, EPHEMERAL: 2 * DAY}, (5, 5, 2 * DAY, 5)),
        ("enterprise", "convenient", {IDLE: 5, EPHEMERAL_IDLE: 2 * DAY}, (365 * DAY, 5, 365 * DAY, 2 * DAY)),
        ("enterprise", "balanced", {ABSOLUTE: 60, EPHEMERAL: 600}, (60, 60, 600, 60)),
        ("enterprise", "balanced", {EPHEMERAL: 45}, (7 * DAY, 3 * DAY, 45, 45)),
    ],
)
def test_arguments(plan, profile, arguments, minutes):
    """Arguments take precedence; what is not given keeps within them."""
    picked = picked_for(plan, profile, **arguments)
    assert (tuple(picked.minutes.values()), picked.problems) == (minutes, [])


@pytest.mark.parametrize(
    ("plan", "profile", "arguments", "name", "reason"),
    [
        (*("essential", "convenient", {}, IDLE), "idle 3d: profile 'convenient' uses the essential cap, 3d"),
        (*("free", "balanced", {}, EPHEMERAL_IDLE), "non-persistent idle 1d: profile 'balanced' (Auth0's defaults)"),
        (
            *("enterprise", "nist-aal1", {}, IDLE),
            "idle 30d: profile 'nist-aal1' uses the enterprise cap, 100d; lowered from 100d to the absolute lifetime",
        ),
        (*("free", "strict", {IDLE: 5}, IDLE), "idle 5m: explicit argument; profile 'strict' has 1h"),
        (
            *("free", "pci-dss", {ABSOLUTE: 5}, ABSOLUTE),
            "absolute 5m: explicit argument; profile 'pci-dss' has the plan's cap",
        ),
        (*("free", "strict", {ABSOLUTE: 5}, EPHEMERAL), "non-persistent absolute 5m: as for persistent sessions"),
    ],
)
def test_a_reason_is_one_sentence(plan, profile, arguments, name, reason):
    """A reviewer reads the value, who asked for it, and what lowered it."""
    assert picked_for(plan, profile, **arguments).reason(name) == reason


@pytest.mark.parametrize("plan", Plan)
def test_a_profile_above_the_plan_is_lowered_to_it(plan):
    """A profile's value above the plan's cap is not an error: it becomes the cap, and the reason has value and plan."""
    long = replace(PROFILES[Profile.STRICT], absolute_minutes=730 * DAY, idle_minutes=730 * DAY)
    picked = pick(Chosen(plan, long), {})
    assert (picked.problems, picked.minutes) == ([], {name: cap_of(plan, name) for name in LOGIN_LIFETIMES})
    assert all(why.startswith("profile 'strict' has 730d, lowered") for why in picked.why.values())


@pytest.mark.parametrize(
    ("over_limit", "minutes", "problems", "warnings", "why"),
    [
        (OverLimit.ERROR, 40 * DAY, [ABSOLUTE], 0, "explicit argument; profile 'convenient' has the plan's cap"),
        (OverLimit.CLAMP, 30 * DAY, [], 1, "explicit argument 40d, lowered to"),
        (OverLimit.WARN, 40 * DAY, [], 0, "explicit argument; profile 'convenient' has the plan's cap; free allows"),
    ],
)
def test_an_argument_above_the_cap(over_limit, minutes, problems, warnings, why):
    """It is an error, lowered with a warning, or kept; the cap is allowed. `test_judgment.py` has the matrix."""
    picked = picked_for("free", "convenient", over_limit, **{ABSOLUTE: 40 * DAY})
    assert ([problem.property for problem in picked.problems], len(picked.warnings)) == (problems, warnings)
    assert picked.minutes[ABSOLUTE] == minutes
    assert picked.why[ABSOLUTE].startswith(why)
    within = picked_for("free", "convenient", over_limit, **{ABSOLUTE: 30 * DAY})
    assert (within.problems, within.warnings) == ([], [])


@pytest.mark.parametrize("over_limit", OverLimit)
def test_every_problem_is_collected(over_limit):
    """What weakens a binding profile is an error, whatever `over_limit` says; each is spelled as the user does."""
    arguments = {ABSOLUTE: DAY + 1, IDLE: 60, EPHEMERAL: 31 * DAY}
    chosen = Chosen(Plan.FREE, PROFILES["strict"])
    problems = pick(chosen, arguments, over_limit, CAMEL_CASE).problems
    assert [(problem.property, problem.reason.split()[0]) for problem in problems] == [
        (ABSOLUTE, "sessionLifetime"),
        (EPHEMERAL, "ephemeralSessionLifetime"),
    ]


@pytest.mark.parametrize("over_limit", [OverLimit.ERROR, OverLimit.CLAMP])
def test_a_secret_is_not_repeated(over_limit):
    """Neither a problem nor a warning has the value."""
    picked = pick(Chosen(Plan.FREE, PROFILES["convenient"]), {ABSOLUTE: 40 * DAY}, over_limit, secrets={ABSOLUTE})
    assert "40d" not in str([*picked.problems, *picked.warnings])


def test_a_plan_and_a_profile_are_chosen_by_name():
    """From the built-in ones or a table of one's own; `test_choices.py` has the rule."""
    assert (choose_plan(" FREE "), choose_profile("Strict")) == (Plan.FREE, PROFILES["strict"])
    own = {"house": replace(PROFILES[Profile.STRICT], name="house")}
    assert choose_profile("House", own) is choose_profile(own["house"]) is own["house"]
    for choose in (lambda: choose_plan("gold"), lambda: choose_plan(None), lambda: choose_profile("strict", own)):
        with pytest.raises(InputError, match=r"allowed: '(free|house)'"):
            choose()


ARGUMENTS = st.dictionaries(st.sampled_from(LOGIN_LIFETIMES), st.integers(1, 525_600))


@given(st.sampled_from(Plan), st.sampled_from(Profile), ARGUMENTS, st.sampled_from([OverLimit.ERROR, OverLimit.CLAMP]))
def test_what_is_picked_exceeds_nothing_above_it(plan, profile, arguments, over_limit):
    """No value exceeds the cap or a binding profile. Only the cap changes an argument; the rest keeps within all."""
    picked = picked_for(plan, profile, over_limit, **arguments)
    assert {problem.property for problem in picked.problems} <= arguments.keys()
    if picked.problems:
        return
    for name, minutes in picked.minutes.items():
        assert 1 <= minutes <= cap_of(plan, name)
        if name in arguments:
            assert minutes == min(arguments[name], cap_of(plan, name))
            assert "explicit argument" in picked.reason(name)
        ceiling = ceiling_of(profile, name)
        assert ceiling is None or minutes <= ceiling or not PROFILES[profile].is_ceiling
    for absolute, idle in ABSOLUTE_AND_IDLE:
        assert idle in arguments or picked.minutes[idle] <= picked.minutes[absolute]
    for persistent, ephemeral in SIBLINGS:
        assert ephemeral in arguments or picked.minutes[ephemeral] <= picked.minutes[persistent]


# A ceiling for the whole stack.

STACK = StackCeiling(60, 5, reason="incident 4711")


def test_a_stack_s_ceiling_lowers_whatever_was_picked():
    """Profile, plan and argument alike, for both kinds of sessions, and the reason repeats why."""
    chosen = Chosen(Plan.FREE, PROFILES["balanced"], ceilings=(STACK,))
    picked = pick(chosen, {ABSOLUTE: 20 * DAY, EPHEMERAL_IDLE: 3})
    assert list(picked.minutes.values()) == [60, 5, 60, 3]
    to = "to the stack's ceiling (incident 4711)"
    assert [picked.reason(name) for name in LOGIN_LIFETIMES] == [
        f"absolute 1h: explicit argument; lowered from 20d {to}",
        f"idle 5m: profile 'balanced' (Auth0's defaults); lowered from 3d {to}",
        f"non-persistent absolute 1h: profile 'balanced' (Auth0's defaults); lowered from 3d {to}",
        "non-persistent idle 3m: explicit argument; profile 'balanced' has 1d",
    ]


@pytest.mark.parametrize("over_limit", OverLimit)
@pytest.mark.parametrize("profile", ["strict", "convenient"])
def test_a_value_that_it_lowers_causes_no_problem(profile, over_limit):
    """An argument above the profile's ceiling and the plan's cap is neither a problem nor a warning."""
    picked = pick(
        Chosen(Plan.FREE, PROFILES[profile], ceilings=(STACK,)), dict.fromkeys(LOGIN_LIFETIMES, 60 * DAY), over_limit
    )
    assert (picked.problems, picked.warnings) == ([], [])
    before = "60d" if over_limit is OverLimit.WARN else "30d"
    assert picked.why[ABSOLUTE].startswith(f"explicit argument; lowered from {before} to")


def test_one_that_it_does_not_lower_is_judged():
    """A longer ceiling of the stack takes nothing from the profile's."""
    chosen = Chosen(Plan.FREE, PROFILES["strict"], ceilings=(StackCeiling(3 * DAY),))
    assert [problem.property for problem in pick(chosen, {ABSOLUTE: 2 * DAY}).problems] == [ABSOLUTE]


def test_a_tenant_s_own_value_is_kept_under_a_ceiling():
    """The reason has the value that the tenant holds, and the ceiling."""
    picked = pick(Chosen(Plan.FREE, PROFILES["strict"], Enforce.AT_MOST), {})
    assert (picked.value(ABSOLUTE), picked.value(ABSOLUTE, 720)) == ("at most 1d", "12h")
    assert (picked.applied(ABSOLUTE, 720), picked.applied(ABSOLUTE, 2 * DAY)) == (720, DAY)
    assert picked.reason(ABSOLUTE, 720) == "absolute 12h, its own value; ceiling 1d: profile 'strict' (a login a day)"
    assert picked.reason(ABSOLUTE, DAY) == "absolute 1d: profile 'strict' (a login a day)"
