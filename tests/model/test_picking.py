"""From plan, profile and arguments to four lifetimes, each with its reason."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.errors import InputError
from auth0_sessions.model.ceiling import StackCeiling
from auth0_sessions.model.choices import Enforce, OverLimit
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.picking import Chosen, choose_plan, choose_profile, pick
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.profiles import PROFILES, Profile
from auth0_sessions.model.settings import ABSOLUTE_AND_IDLE, LOGIN_LIFETIMES
from auth0_sessions.model.spelling import CAMEL_CASE, camel_case
from expected_values import cap_of, ceiling_of, expected_of

SIBLINGS = list(zip(*ABSOLUTE_AND_IDLE, strict=True))
CEILINGS = [profile for profile in Profile if PROFILES[profile].is_ceiling]
SOFT = [profile for profile in Profile if not PROFILES[profile].is_ceiling]
DAY = 1_440
LONG = {"session_lifetime": 365 * DAY, "ephemeral_session_lifetime": 365 * DAY}
"""Absolute lifetimes that lower no idle one."""


def picked_for(plan, profile, over_limit=OverLimit.ERROR, **arguments):
    """Pick with a plan and a profile by their names, and arguments in minutes."""
    return pick(Chosen(Plan(plan), PROFILES[profile]), arguments, over_limit)


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("plan", Plan)
def test_every_plan_and_profile(plan, profile):
    """Without arguments the tables alone decide, and there is nothing to complain about."""
    picked = picked_for(plan, profile)
    assert expected_of(plan, profile) == picked.minutes
    assert picked.problems == []
    assert set(LOGIN_LIFETIMES) == set(picked.why)


@pytest.mark.parametrize(
    ("plan", "profile", "minutes"),
    [
        # Absolute, idle, non-persistent absolute, non-persistent idle.
        ("free", "convenient", (43_200, 4_320, 43_200, 4_320)),
        ("enterprise", "convenient", (525_600, 144_000, 525_600, 144_000)),
        ("essential", "balanced", (10_080, 4_320, 4_320, 1_440)),
        ("enterprise", "balanced", (10_080, 4_320, 4_320, 1_440)),
        ("professional", "strict", (1_440, 60, 1_440, 60)),
        ("enterprise", "nist-aal1", (43_200, 43_200, 43_200, 43_200)),
        ("essential", "nist-aal1", (43_200, 4_320, 43_200, 4_320)),
        ("free", "nist-aal2", (1_440, 60, 1_440, 60)),
        ("enterprise", "nist-aal3", (720, 15, 720, 15)),
        ("enterprise", "pci-dss", (525_600, 15, 525_600, 15)),
        ("professional", "pci-dss", (43_200, 15, 43_200, 15)),
    ],
)
def test_spot_values(plan, profile, minutes):
    """The figures of the contract, written out."""
    assert dict(zip(LOGIN_LIFETIMES, minutes, strict=True)) == picked_for(plan, profile).minutes


@pytest.mark.parametrize(
    ("plan", "profile", "name", "reason"),
    [
        (
            "essential",
            "convenient",
            "idle_session_lifetime",
            "idle 3d: profile 'convenient' uses the essential cap, 3d",
        ),
        (
            "enterprise",
            "nist-aal3",
            "session_lifetime",
            "absolute 12h: profile 'nist-aal3' (NIST SP 800-63B-4 section 2.3.3)",
        ),
        (
            "free",
            "balanced",
            "idle_ephemeral_session_lifetime",
            "non-persistent idle 1d: profile 'balanced' (Auth0's defaults)",
        ),
        (
            "enterprise",
            "nist-aal1",
            "idle_session_lifetime",
            ("idle 30d: profile 'nist-aal1' uses the enterprise cap, 100d; lowered from 100d to the absolute lifetime"),
        ),
    ],
)
def test_a_reason_is_one_sentence(plan, profile, name, reason):
    """A reviewer reads the value, who asked for it, and what lowered it."""
    assert picked_for(plan, profile).reason(name) == reason


@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("plan", Plan)
def test_an_argument_takes_precedence_over_profile_and_plan(plan, profile, name):
    """An argument that nothing forbids is taken as it is, and its reason names it and what the profile has."""
    picked = picked_for(plan, profile, **{name: 1})
    assert picked.problems == []
    assert picked.minutes[name] == 1
    minutes = ceiling_of(profile, name)
    has = Lifetime(minutes) if minutes else "the plan's cap"
    assert picked.why[name] == f"explicit argument; profile '{profile}' has {has}"


@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
@pytest.mark.parametrize("profile", CEILINGS)
@pytest.mark.parametrize("over_limit", OverLimit)
def test_a_ceiling_is_one_for_arguments(profile, name, over_limit):
    """The ceiling itself is allowed; a minute more names property, value, ceiling and source, whatever `over_limit`."""
    ceiling = ceiling_of(profile, name)
    if ceiling is None:
        longest = cap_of(Plan.ENTERPRISE, name)
        assert picked_for(Plan.ENTERPRISE, profile, over_limit, **{name: longest}).problems == []
        return
    assert picked_for(Plan.ENTERPRISE, profile, over_limit, **{name: ceiling}).problems == []
    (problem,) = picked_for(Plan.ENTERPRISE, profile, over_limit, **{name: ceiling + 1}).problems
    assert problem.property == name
    words = (f"{name} is {Lifetime(ceiling + 1)}", f"at most {Lifetime(ceiling)} ", PROFILES[profile].source, profile)
    assert [word for word in words if word not in problem.reason] == []


@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
@pytest.mark.parametrize("profile", SOFT)
def test_a_soft_profile_is_not_a_ceiling(profile, name):
    """`convenient` and `balanced` let an argument go up to the plan's cap."""
    most = cap_of(Plan.ENTERPRISE, name)
    assert picked_for(Plan.ENTERPRISE, profile, **LONG).problems == []
    picked = picked_for(Plan.ENTERPRISE, profile, **{**LONG, name: most})
    assert (picked.problems, picked.minutes[name]) == ([], most)


@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
@pytest.mark.parametrize("plan", [Plan.FREE, Plan.ESSENTIAL, Plan.PROFESSIONAL])
@pytest.mark.parametrize("over_limit", [{}, {"over_limit": OverLimit.ERROR}], ids=["default", "error"])
def test_an_argument_above_the_cap_is_an_error(plan, name, over_limit):
    """Under `error`, also by default, the cap is allowed; a minute more names property, value, plan and cap."""
    most = cap_of(plan, name)
    assert picked_for(plan, Profile.CONVENIENT, **over_limit, **{name: most}).problems == []
    (problem,) = picked_for(plan, Profile.CONVENIENT, **over_limit, **{name: most + 1}).problems
    assert problem.property == name
    assert problem.reason.startswith(
        f"{name} is {Lifetime(most + 1)}; the {plan} plan allows at most {Lifetime(most)}."
    )


@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
def test_clamp_lowers_and_says_so(name):
    """Under `clamp` an argument above the cap becomes the cap, with a warning, and the reason has both."""
    most = cap_of(Plan.FREE, name)
    picked = picked_for(Plan.FREE, Profile.CONVENIENT, OverLimit.CLAMP, **{**LONG, name: most + 60})
    assert (picked.problems, picked.minutes[name]) == ([], most)
    assert sorted(warning.split()[0] for warning in picked.warnings) == sorted({*LONG, name})
    assert picked.why[name] == f"explicit argument {Lifetime(most + 60)}, lowered to the free cap"


@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
@pytest.mark.parametrize("over_limit", OverLimit)
def test_only_what_is_above_the_cap_is_lowered(name, over_limit):
    """An argument of exactly the cap has no warning, whatever `over_limit` says."""
    assert picked_for(Plan.FREE, Profile.CONVENIENT, over_limit, **{name: cap_of(Plan.FREE, name)}).warnings == []


@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
def test_warn_keeps_and_says_so(name):
    """Under `warn` an argument above the cap stays, and the reason names the cap."""
    most = cap_of(Plan.FREE, name)
    picked = picked_for(Plan.FREE, Profile.CONVENIENT, OverLimit.WARN, **{name: most + 60})
    assert (picked.problems, picked.minutes[name], picked.warnings) == ([], most + 60, [])
    assert f"free allows {Lifetime(most)}" in picked.why[name]


@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
@pytest.mark.parametrize("plan", Plan)
def test_a_profile_above_the_plan_is_lowered_to_it(plan, name):
    """A profile's value above the plan's cap is not an error: it becomes the cap, and the reason has value and plan."""
    long = replace(PROFILES[Profile.STRICT], absolute_minutes=730 * DAY, idle_minutes=730 * DAY)
    picked = pick(Chosen(plan, long), {})
    assert (picked.problems, picked.minutes[name]) == ([], cap_of(plan, name))
    assert picked.why[name] == f"profile 'strict' has 730d, lowered to the {plan} cap"


@pytest.mark.parametrize(("absolute", "idle"), ABSOLUTE_AND_IDLE)
def test_an_idle_argument_is_kept(absolute, idle):
    """An idle argument longer than the absolute lifetime in force is kept: the resource's own check warns of it."""
    picked = picked_for(Plan.ENTERPRISE, Profile.CONVENIENT, **{absolute: 30, idle: 45})
    assert (picked.problems, picked.minutes[idle]) == ([], 45)
    assert picked.why[idle] == "explicit argument; profile 'convenient' has the plan's cap"


def test_a_profile_s_idle_is_lowered_to_the_absolute_lifetime():
    """An idle value that came from the profile is lowered to the absolute lifetime in force, with the reason."""
    picked = picked_for(Plan.ENTERPRISE, Profile.STRICT, session_lifetime=30)
    assert picked.reason("idle_session_lifetime") == (
        "idle 30m: profile 'strict' (a login a day); lowered from 1h to the absolute lifetime"
    )


@pytest.mark.parametrize(("persistent", "ephemeral"), SIBLINGS)
def test_non_persistent_sessions_follow_a_shorter_persistent_one(persistent, ephemeral):
    """A short argument for persistent sessions holds for non-persistent ones too, and the reason says so."""
    picked = picked_for(Plan.ENTERPRISE, Profile.BALANCED, **{persistent: 5})
    assert picked.minutes[ephemeral] == 5
    assert "as for persistent sessions" in picked.reason(ephemeral)


@pytest.mark.parametrize(("persistent", "ephemeral"), SIBLINGS)
def test_an_argument_for_non_persistent_sessions_is_left_alone(persistent, ephemeral):
    """A program that asks for longer non-persistent sessions gets them."""
    arguments = {persistent: 5, "ephemeral_session_lifetime": 2 * DAY, ephemeral: 2 * DAY}
    assert picked_for(Plan.ENTERPRISE, Profile.CONVENIENT, **arguments).minutes[ephemeral] == 2 * DAY


def test_non_persistent_idle_follows_the_lowered_persistent_idle():
    """What persistent idle was lowered to holds for non-persistent idle, also under a longer absolute argument."""
    arguments = {"session_lifetime": 60, "ephemeral_session_lifetime": 600}
    picked = picked_for(Plan.ENTERPRISE, Profile.BALANCED, **arguments)
    assert picked.minutes == dict(zip(LOGIN_LIFETIMES, (60, 60, 600, 60), strict=True))


def test_every_problem_is_collected():
    """All wrong arguments are reported together, each with its property in the text."""
    arguments = {"session_lifetime": 2 * DAY, "idle_session_lifetime": 120, "ephemeral_session_lifetime": 31 * DAY}
    problems = picked_for(Plan.FREE, Profile.STRICT, **arguments).problems
    assert [problem.property for problem in problems] == list(arguments)
    assert [problem.property for problem in problems if problem.property not in problem.reason] == []


@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
def test_problems_are_spelled_as_the_user_does(name):
    """A configuration's reader sees the keys of the configuration."""
    (problem,) = pick(Chosen(Plan.FREE, PROFILES["convenient"]), {name: 400 * DAY}, spelling=CAMEL_CASE).problems
    assert problem.property == name
    assert problem.reason.startswith(f"{camel_case(name)} is 400d")


@pytest.mark.parametrize("plan", Plan)
@pytest.mark.parametrize("spelled", [str, str.upper, " {} ".format])
def test_a_plan_is_chosen_by_name(plan, spelled):
    """Case and spaces around a plan's name do not matter."""
    assert choose_plan(spelled(plan.value)) is plan


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("spelled", [str, str.upper, " {} ".format])
def test_a_profile_is_chosen_by_name(profile, spelled):
    """Case and spaces around a profile's name do not matter."""
    assert choose_profile(spelled(profile.value)) is PROFILES[profile]


def test_a_table_of_one_s_own_is_chosen_from():
    """Another table's names are known where it is given, and its rows are the answer."""
    own = {"house": replace(PROFILES[Profile.STRICT], name="house")}
    assert choose_profile("House", own) is own["house"]
    with pytest.raises(InputError, match="allowed: 'house'"):
        choose_profile("strict", own)


@pytest.mark.parametrize(
    ("name", "choose", "names"), [("plan", choose_plan, Plan), ("profile", choose_profile, Profile)]
)
@pytest.mark.parametrize("value", ["gold", "", 3, None, ["free"]])
def test_another_name_is_refused_with_all_that_there_are(name, choose, names, value):
    """The message for a wrong plan or profile says what was given and what is allowed."""
    with pytest.raises(InputError) as refused:
        choose(value)
    assert [choice for choice in names if repr(choice.value) not in str(refused.value)] == []
    given_words = f"{name} is missing;" if value is None else f"{name} is {value!r};"
    assert str(refused.value).startswith(given_words)


LENGTHS = st.integers(1, 525_600)
ARGUMENTS = st.dictionaries(st.sampled_from(LOGIN_LIFETIMES), LENGTHS)


@given(st.sampled_from(Plan), st.sampled_from(Profile), ARGUMENTS, st.sampled_from(OverLimit))
def test_every_lifetime_is_picked_or_refused(plan, profile, arguments, over_limit):
    """Each argument is a problem on its property, or a lifetime with a reason, as are those that are not given."""
    picked = picked_for(plan, profile, over_limit, **arguments)
    for problem in picked.problems:
        assert problem.property in arguments
        assert problem.property in problem.reason
    assert set(picked.minutes) == set(LOGIN_LIFETIMES) == set(picked.why)


@given(st.sampled_from(Plan), st.sampled_from(Profile), ARGUMENTS, st.sampled_from([OverLimit.ERROR, OverLimit.CLAMP]))
def test_what_is_picked_exceeds_nothing_above_it(plan, profile, arguments, over_limit):
    """No value exceeds the plan's cap or a binding profile; one that is no argument, nor what is above it otherwise."""
    picked = picked_for(plan, profile, over_limit, **arguments)
    if picked.problems:
        return
    for name, minutes in picked.minutes.items():
        assert 1 <= minutes <= cap_of(plan, name)
        ceiling = ceiling_of(profile, name)
        assert ceiling is None or minutes <= ceiling or not PROFILES[profile].is_ceiling
    for absolute, idle in ABSOLUTE_AND_IDLE:
        assert idle in arguments or picked.minutes[idle] <= picked.minutes[absolute]
    for persistent, ephemeral in SIBLINGS:
        assert ephemeral in arguments or picked.minutes[ephemeral] <= picked.minutes[persistent]


@given(st.sampled_from(Plan), st.sampled_from(SOFT), ARGUMENTS)
def test_an_argument_is_taken_as_it_is(plan, profile, arguments):
    """An argument is changed by nothing but the plan's cap, under clamp."""
    picked = picked_for(plan, profile, OverLimit.CLAMP, **arguments)
    assert {name: min(asked, cap_of(plan, name)) for name, asked in arguments.items()} == {
        name: picked.minutes[name] for name in arguments
    }
    assert [name for name in arguments if "explicit argument" not in picked.reason(name)] == []


# A ceiling for the whole stack.

STACK = StackCeiling(60, 5, reason="incident 4711")


def test_a_stack_s_ceiling_lowers_whatever_was_picked():
    """Profile, plan and argument alike, for both kinds of sessions, and the reason repeats why."""
    chosen = Chosen(Plan.FREE, PROFILES["balanced"], ceilings=(STACK,))
    picked = pick(chosen, {"session_lifetime": 20 * DAY, "idle_ephemeral_session_lifetime": 3})
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
    chosen = Chosen(Plan.FREE, PROFILES[profile], ceilings=(STACK,))
    picked = pick(chosen, dict.fromkeys(LOGIN_LIFETIMES, 60 * DAY), over_limit)
    assert (picked.problems, picked.warnings) == ([], [])
    short = pick(
        Chosen(Plan.FREE, PROFILES["strict"], ceilings=(StackCeiling(3 * DAY),)), {"session_lifetime": 2 * DAY}
    )
    assert [problem.property for problem in short.problems] == ["session_lifetime"]


def test_a_tenant_s_own_value_is_kept_under_a_ceiling():
    """The reason has the value that the tenant holds, and the ceiling."""
    picked = pick(Chosen(Plan.FREE, PROFILES["strict"], Enforce.AT_MOST), {})
    assert (picked.value("session_lifetime"), picked.value("session_lifetime", 720)) == ("at most 1d", "12h")
    assert picked.reason("session_lifetime", 720) == (
        "absolute 12h, its own value; ceiling 1d: profile 'strict' (a login a day)"
    )
    assert picked.reason("session_lifetime", DAY) == "absolute 1d: profile 'strict' (a login a day)"
