"""From plan, profile and arguments to four lifetimes, each with its reason."""

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.errors import InputError
from auth0_sessions.fleet.policy import choose_plan, choose_profile, pick
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.plans import PLAN_LIMITS, Plan
from auth0_sessions.model.profiles import PROFILES, Profile
from auth0_sessions.model.settings import ABSOLUTE_AND_IDLE, LIFETIMES

PERSISTENT, EPHEMERAL = ABSOLUTE_AND_IDLE
SIBLINGS = list(zip(PERSISTENT, EPHEMERAL, strict=True))
CEILINGS = [profile for profile in Profile if PROFILES[profile].is_ceiling]
SOFT = [profile for profile in Profile if not PROFILES[profile].is_ceiling]


def cap_of(plan, name):
    """Return the plan's cap, by the name of the setting."""
    return PLAN_LIMITS[plan].idle_minutes if name.startswith("idle_") else PLAN_LIMITS[plan].absolute_minutes


def ceiling_of(profile, name):
    """Return what a profile has in its table for a setting, by the setting's name."""
    row = PROFILES[profile]
    persistent, own = (
        (row.idle_minutes, row.ephemeral_idle_minutes)
        if name.startswith("idle_")
        else (row.absolute_minutes, row.ephemeral_absolute_minutes)
    )
    return own if "ephemeral" in name and own is not None else persistent


def expected_of(plan, profile):
    """Return the four lifetimes that follow from the two tables alone."""
    values = {name: min(cap_of(plan, name), ceiling_of(profile, name) or cap_of(plan, name)) for name in LIFETIMES}
    for persistent, ephemeral in SIBLINGS:
        values[ephemeral] = min(values[ephemeral], values[persistent])
    for absolute, idle in ABSOLUTE_AND_IDLE:
        values[idle] = min(values[idle], values[absolute])
    return values


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("plan", Plan)
def test_every_plan_and_profile(plan, profile):
    """Without arguments the tables alone decide, and there is nothing to complain about."""
    picked = pick(plan, profile, {})
    assert expected_of(plan, profile) == picked.minutes
    assert picked.problems == []
    assert set(LIFETIMES) == set(picked.reasons)


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
    assert dict(zip(LIFETIMES, minutes, strict=True)) == pick(Plan(plan), Profile(profile), {}).minutes


@pytest.mark.parametrize(
    ("plan", "profile", "name", "reason"),
    [
        (
            "essential",
            "convenient",
            "idle_session_lifetime",
            "idle 3d: profile 'convenient' asks for the plan's cap, essential allows 3d",
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
            (
                "idle 30d: profile 'nist-aal1' asks for the plan's cap, enterprise allows 100d; "
                "lowered from 100d to the absolute lifetime"
            ),
        ),
    ],
)
def test_a_reason_is_one_sentence(plan, profile, name, reason):
    """A reviewer reads the value, who asked for it, and what lowered it."""
    assert pick(Plan(plan), Profile(profile), {}).reasons[name] == reason


@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("plan", Plan)
def test_an_argument_goes_before_profile_and_plan(plan, profile, name):
    """An argument that nothing forbids is taken as it is, and its reason names it and what the profile has."""
    picked = pick(plan, profile, {name: "7m"})
    assert picked.problems == []
    assert picked.minutes[name] == 7
    minutes = ceiling_of(profile, name)
    has = Lifetime(minutes) if minutes else "the plan's cap"
    assert picked.why[name] == f"the argument; profile '{profile}' has {has}"


@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize("profile", CEILINGS)
@pytest.mark.parametrize("over_limit", ["error", "clamp", "warn"])
def test_a_ceiling_is_one_for_arguments(profile, name, over_limit):
    """The ceiling itself is allowed; a minute more names property, value, ceiling and source, whatever `over_limit`."""
    ceiling = ceiling_of(profile, name)
    if ceiling is None:
        longest = cap_of(Plan.ENTERPRISE, name)
        assert pick(Plan.ENTERPRISE, profile, {name: Lifetime(longest)}, over_limit).problems == []
        return
    assert pick(Plan.ENTERPRISE, profile, {name: Lifetime(ceiling)}, over_limit).problems == []
    (problem,) = pick(Plan.ENTERPRISE, profile, {name: Lifetime(ceiling + 1)}, over_limit).problems
    assert problem.property == name
    told = (f"{name} is {Lifetime(ceiling + 1)}", f"at most {Lifetime(ceiling)} ", PROFILES[profile].source, profile)
    assert [word for word in told if word not in problem.reason] == []


@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize("profile", SOFT)
def test_a_soft_profile_is_no_ceiling(profile, name):
    """`convenient` and `balanced` let an argument go up to the plan's cap."""
    most = cap_of(Plan.ENTERPRISE, name)
    picked = pick(Plan.ENTERPRISE, profile, {"session_lifetime": "365d", "ephemeral_session_lifetime": "365d"})
    assert picked.problems == []
    picked = pick(
        Plan.ENTERPRISE,
        profile,
        {"session_lifetime": "365d", "ephemeral_session_lifetime": "365d", name: Lifetime(most)},
    )
    assert (picked.problems, picked.minutes[name]) == ([], most)


@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize("plan", [Plan.FREE, Plan.ESSENTIAL, Plan.PROFESSIONAL])
@pytest.mark.parametrize("over_limit", ["error", None, 7, " ERROR "])
def test_an_argument_above_the_cap_is_an_error(plan, name, over_limit):
    """Under `error`, also by default, the cap is allowed; a minute more names property, value, plan and cap."""
    most = cap_of(plan, name)
    assert pick(plan, Profile.CONVENIENT, {name: Lifetime(most)}, over_limit).problems == []
    (problem,) = pick(plan, Profile.CONVENIENT, {name: Lifetime(most + 1)}, over_limit).problems
    assert problem.property == name
    assert problem.reason.startswith(
        f"{name} is {Lifetime(most + 1)}; the {plan} plan allows at most {Lifetime(most)}."
    )


@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize("over_limit", ["clamp", " Clamp"])
def test_clamp_lowers_and_says_so(name, over_limit):
    """Under `clamp` an argument above the cap becomes the cap, is in `lowered`, and the reason has both."""
    most = cap_of(Plan.FREE, name)
    arguments = {"session_lifetime": "30d", "ephemeral_session_lifetime": "30d", name: Lifetime(most + 60)}
    picked = pick(Plan.FREE, Profile.CONVENIENT, arguments, over_limit)
    assert (picked.problems, picked.minutes[name], picked.lowered) == ([], most, {name: most + 60})
    assert picked.why[name] == f"the argument is {Lifetime(most + 60)}, lowered to what free allows"


@pytest.mark.parametrize("name", LIFETIMES)
def test_warn_keeps_and_says_so(name):
    """Under `warn` an argument above the cap stays, and the reason names the cap."""
    most = cap_of(Plan.FREE, name)
    arguments = {"session_lifetime": "30d", "ephemeral_session_lifetime": "30d", name: Lifetime(most + 60)}
    picked = pick(Plan.FREE, Profile.CONVENIENT, arguments, "warn")
    assert (picked.problems, picked.minutes[name], picked.lowered) == ([], most + 60, {})
    assert f"free allows {Lifetime(most)}" in picked.why[name]


@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize("plan", Plan)
def test_a_profile_above_the_plan_is_lowered_to_it(plan, name, monkeypatch):
    """A profile's value above the plan's cap is no error: it becomes the cap, and the reason has value and plan."""
    most = cap_of(plan, name)
    long = replace(PROFILES[Profile.STRICT], absolute_minutes=525_600 * 2, idle_minutes=525_600 * 2)
    monkeypatch.setitem(PROFILES, Profile.STRICT, long)
    picked = pick(plan, Profile.STRICT, {})
    assert (picked.problems, picked.minutes[name]) == ([], most)
    assert picked.why[name] == f"profile 'strict' has 730d, lowered to what {plan} allows"


@pytest.mark.parametrize(("absolute", "idle"), ABSOLUTE_AND_IDLE)
def test_an_idle_argument_is_lowered_to_the_absolute_lifetime(absolute, idle):
    """An idle argument longer than the absolute lifetime in force is lowered to it, with the reason."""
    picked = pick(Plan.ENTERPRISE, Profile.CONVENIENT, {absolute: "30m", idle: "45m"})
    assert (picked.problems, picked.minutes[idle]) == ([], 30)
    assert picked.reasons[idle].endswith("; lowered from 45m to the absolute lifetime")


def test_a_profile_s_idle_is_lowered_to_the_absolute_lifetime():
    """The same holds for an idle value that came from the profile."""
    picked = pick(Plan.ENTERPRISE, Profile.STRICT, {"session_lifetime": "30m"})
    assert picked.reasons["idle_session_lifetime"] == (
        "idle 30m: profile 'strict' (a login a day); lowered from 1h to the absolute lifetime"
    )


@pytest.mark.parametrize(("persistent", "ephemeral"), SIBLINGS)
def test_non_persistent_sessions_follow_a_shorter_persistent_one(persistent, ephemeral):
    """A short argument for persistent sessions holds for non-persistent ones too, and the reason says so."""
    picked = pick(Plan.ENTERPRISE, Profile.BALANCED, {persistent: "5m"})
    assert picked.minutes[ephemeral] == 5
    assert "as for persistent sessions" in picked.reasons[ephemeral]


@pytest.mark.parametrize(("persistent", "ephemeral"), SIBLINGS)
def test_an_argument_for_non_persistent_sessions_is_left_alone(persistent, ephemeral):
    """Who asks for longer non-persistent sessions gets them."""
    picked = pick(
        Plan.ENTERPRISE, Profile.CONVENIENT, {persistent: "5m", "ephemeral_session_lifetime": "2d", ephemeral: "2d"}
    )
    assert picked.minutes[ephemeral] == 2_880


def test_non_persistent_idle_follows_the_lowered_persistent_idle():
    """What persistent idle was lowered to holds for non-persistent idle, also under a longer absolute argument."""
    arguments = {"session_lifetime": "1h", "idle_session_lifetime": "2h", "ephemeral_session_lifetime": "10h"}
    picked = pick(Plan.ENTERPRISE, Profile.BALANCED, arguments)
    assert picked.minutes == dict(zip(LIFETIMES, (60, 60, 600, 60), strict=True))


def test_every_problem_at_once():
    """All wrong arguments are told in one go, each with its property in the text."""
    arguments = {"session_lifetime": 720, "idle_session_lifetime": "2h", "ephemeral_session_lifetime": "31d"}
    problems = pick(Plan.FREE, Profile.STRICT, arguments).problems
    assert [problem.property for problem in problems] == list(arguments)
    assert [problem.property for problem in problems if problem.property not in problem.reason] == []


@pytest.mark.parametrize("plan", Plan)
@pytest.mark.parametrize("spelled", [str, str.upper, " {} ".format])
def test_a_plan_is_chosen_by_name(plan, spelled):
    """Case and spaces around a plan's name do not matter."""
    assert choose_plan(spelled(plan.value)) is plan


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("spelled", [str, str.upper, " {} ".format])
def test_a_profile_is_chosen_by_name(profile, spelled):
    """Case and spaces around a profile's name do not matter."""
    assert choose_profile(spelled(profile.value)) is profile


@pytest.mark.parametrize(("choose", "names"), [(choose_plan, Plan), (choose_profile, Profile)])
@pytest.mark.parametrize("value", ["gold", "", 3, None, ["free"]])
def test_another_name_is_refused_with_all_that_there_are(choose, names, value):
    """A wrong plan or profile is answered with what was given and what is allowed."""
    with pytest.raises(InputError) as told:
        choose(value)
    assert [name for name in names if repr(name.value) not in str(told.value)] == []
    assert "no plan is named" in str(told.value) or repr(value) in str(told.value)


TEXTS = st.one_of(
    st.builds("{}{}".format, st.integers(0, 600_000), st.sampled_from("mhdwsy")),
    st.text(alphabet=string.ascii_letters + string.digits + " .-{}%", max_size=8),
)
ANYTHING = st.one_of(
    st.none(),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.binary(max_size=3),
    st.lists(st.integers(), max_size=2),
    st.builds(Lifetime, st.integers(-5, 1_000_000)),
    st.text(st.characters(), max_size=5),
    TEXTS,
)
LENGTHS = st.integers(1, 525_600).map(Lifetime)


@given(
    st.sampled_from(Plan),
    st.sampled_from(Profile),
    st.dictionaries(st.sampled_from(LIFETIMES), ANYTHING),
    ANYTHING | st.sampled_from(["error", "clamp", "warn"]),
)
def test_whatever_is_given_is_picked_or_told(plan, profile, arguments, over_limit):
    """No argument makes it raise; each is either a problem on its property or a lifetime with a reason."""
    picked = pick(plan, profile, arguments, over_limit)
    for problem in picked.problems:
        assert problem.property in arguments
        assert problem.property in problem.reason
    if not picked.problems:
        assert list(picked.minutes) == list(LIFETIMES) == list(picked.reasons)


@given(
    st.sampled_from(Plan),
    st.sampled_from(Profile),
    st.dictionaries(st.sampled_from(LIFETIMES), LENGTHS),
    st.sampled_from(["error", "clamp"]),
)
def test_what_is_picked_exceeds_nothing_above_it(plan, profile, arguments, over_limit):
    """No value exceeds the plan's cap, a binding profile, the absolute lifetime or the persistent session's value."""
    picked = pick(plan, profile, arguments, over_limit)
    if picked.problems:
        return
    for name, minutes in picked.minutes.items():
        assert 1 <= minutes <= cap_of(plan, name)
        if PROFILES[profile].is_ceiling and ceiling_of(profile, name) is not None:
            assert minutes <= ceiling_of(profile, name)
    for absolute, idle in ABSOLUTE_AND_IDLE:
        assert picked.minutes[idle] <= picked.minutes[absolute]
    for persistent, ephemeral in SIBLINGS:
        assert ephemeral in arguments or picked.minutes[ephemeral] <= picked.minutes[persistent]


@given(st.sampled_from(Plan), st.sampled_from(SOFT), st.dictionaries(st.sampled_from(LIFETIMES), LENGTHS, min_size=1))
def test_an_argument_within_all_limits_is_taken_as_it_is(plan, profile, arguments):
    """An argument is changed only by the plan's cap (under clamp) and, for idle, by the absolute lifetime in force."""
    picked = pick(plan, profile, arguments, "clamp")
    absolute_of = {idle: absolute for absolute, idle in ABSOLUTE_AND_IDLE}
    for name, asked in arguments.items():
        held = min(asked.minutes, cap_of(plan, name))
        assert picked.minutes[name] == min(held, picked.minutes[absolute_of.get(name, name)])
        assert "argument" in picked.reasons[name]
