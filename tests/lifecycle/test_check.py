"""Check: a program's inputs -> canonical inputs, all problems together, and warnings."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auth0_sessions.lifecycle.check import check
from auth0_sessions.lifecycle.record import Declared
from auth0_sessions.model.choices import OnDelete, OverLimit
from auth0_sessions.model.inputs import INPUTS, SECRETS, UNKNOWN
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import ABSOLUTE_AND_IDLE, LIFETIMES, SETTINGS, CookieMode, Values
from auth0_sessions.model.spelling import CAMEL_CASE, camel_case

DOMAIN = "acme.eu.auth0.com"
OTHER = "other.eu.auth0.com"
GOOD = {
    "domain": DOMAIN,
    **dict.fromkeys(LIFETIMES, "1d"),
    "session_cookie_mode": "persistent",
    "plan": "free",
    "over_limit": "clamp",
    "on_delete": "restore",
    "enforce": "at-most",
    "credentials": "acme",
}


def checked(olds=None, default_domain=None, bound_domain=None, *, may_move=True, **news):
    """Check inputs of a tenant; `domain` is filled in unless it is given."""
    return check(
        {"domain": DOMAIN, **news},
        olds or {},
        default_domain=default_domain,
        bound_domain=bound_domain,
        may_move=may_move,
    )


def problems(outcome):
    """Return the properties that have a problem, in order."""
    return [problem.property for problem in outcome.problems]


def test_good_inputs_pass():
    """What is right comes out as it is, without a problem or a warning, and defaults are filled in."""
    outcome = checked(**GOOD)
    assert (outcome.inputs, outcome.problems, outcome.warnings) == (GOOD, [], [])
    defaults = {"over_limit": "error", "on_delete": "retain", "enforce": "exact"}
    assert checked(session_lifetime="8h").inputs == {"domain": DOMAIN, "session_lifetime": "8h", **defaults}


@pytest.mark.parametrize("name", INPUTS)
def test_none_is_the_same_as_nothing(name):
    """An input that is None is an input that was left out."""
    left_out = {key: value for key, value in GOOD.items() if key != name}
    assert check({**GOOD, name: None}, {}) == check(left_out, {})


def test_every_problem_at_once():
    """All that is wrong is reported in one go, each on its property, and stays as it was given."""
    wrong = dict.fromkeys(INPUTS, 720)
    outcome = checked(**wrong)
    assert (sorted(problems(outcome)), outcome.inputs) == (sorted(INPUTS), wrong)


def test_at_least_one_setting():
    """A program that declares no setting manages nothing, and reads which ones there are."""
    outcome = checked(plan="free")
    assert problems(outcome) == ["session_lifetime"]
    assert all(name in outcome.problems[0].reason for name in SETTINGS)


@pytest.mark.parametrize("name", SETTINGS)
def test_one_setting_is_enough(name):
    """Any one setting is enough, also one that is not known yet."""
    assert checked(**{name: GOOD[name]}).problems == []
    assert checked(**{name: UNKNOWN}).problems == []


@pytest.mark.parametrize("names", [*([name] for name in INPUTS), INPUTS], ids=str)
def test_unknowns_pass(names):
    """What a preview cannot know yet passes as it is, without a problem and without a default."""
    outcome = checked(**{**GOOD, **dict.fromkeys(names, UNKNOWN)})
    assert {name for name, value in outcome.inputs.items() if value is UNKNOWN} == {*names}
    assert (outcome.problems, outcome.warnings) == ([], [])


@pytest.mark.parametrize("secret", ["", "session_lifetime"])
@pytest.mark.parametrize(("over_limit", "kept"), [("error", "31d"), ("clamp", "30d"), ("warn", "31d")])
def test_above_the_cap(over_limit, kept, secret):
    """A problem of its property, or a warning of the tenant; neither repeats a secret."""
    outcome = checked(session_lifetime="31d", plan="free", over_limit=over_limit, **{SECRETS: secret})
    assert outcome.inputs["session_lifetime"] == kept
    refusals = [(one.property, one.is_private) for one in outcome.problems]
    assert refusals == ([("session_lifetime", bool(secret))] if over_limit == "error" else [])
    lines = [*outcome.warnings, *(problem.reason for problem in outcome.problems)]
    assert [(line.startswith(f"{DOMAIN}: "), "31d" in line) for line in lines] == [(refusals == [], not secret)]


@pytest.mark.parametrize(
    "inputs",
    [
        {},
        {"plan": UNKNOWN},
        {"plan": "gold"},
        {"plan": "free", "over_limit": UNKNOWN},
        {"plan": "free", "over_limit": "perhaps"},
    ],
)
def test_what_is_not_known_to_be_above_the_cap_is_left_alone(inputs):
    """Without a plan, or what to do above its cap, no cap is checked; a wrong one is the only problem."""
    assert {*problems(checked(**dict.fromkeys(LIFETIMES, "365d"), **inputs))} <= inputs.keys()


def test_clamped_values_are_what_counts():
    """What is lowered to the cap is compared as lowered: an idle value cut to the absolute one needs no warning."""
    outcome = checked(session_lifetime="3d", idle_session_lifetime="10d", plan="free", over_limit="clamp")
    assert [text for text in outcome.warnings if "never ends a session" in text] == []


RECORDED = {"domain": DOMAIN, "session_lifetime": "40d", "plan": "free", "over_limit": "error"}


@pytest.mark.parametrize(
    ("olds", "news", "kept", "wrong"),
    [
        # With `ignore_changes`, the program passes a value above the cap that a refresh found: it is kept silently.
        *(({"over_limit": choice.value}, {"over_limit": choice.value}, "40d", []) for choice in OverLimit),
        ({}, {"session_lifetime": "960h"}, "40d", []),
        # A native record leaves a default out, an earlier one has it.
        ({"over_limit": None}, {}, "40d", []),
        ({}, {"over_limit": None}, "40d", []),
        # What the program changes counts: the value, the plan, the tenant, or what happens above the cap.
        ({}, {"session_lifetime": "41d"}, "41d", ["session_lifetime"]),
        ({}, {"plan": "essential"}, "40d", ["session_lifetime"]),
        ({}, {"domain": OTHER}, "40d", ["session_lifetime"]),
        ({}, {"over_limit": "clamp"}, "30d", []),
        # A recorded value excuses no other one.
        ({}, {"idle_session_lifetime": "4d"}, "40d", ["idle_session_lifetime"]),
        # A tenant may even have more than the API accepts; that is for the tenant to judge, unless the plan changes.
        ({"session_lifetime": "400d"}, {"session_lifetime": "400d"}, "400d", []),
        ({"session_lifetime": "400d"}, {"session_lifetime": "400d", "plan": "essential"}, "400d", ["session_lifetime"]),
        ({"session_lifetime": "400d"}, {"session_lifetime": "400d", "plan": None}, "400d", ["session_lifetime"]),
        ({}, {"session_lifetime": "400d"}, "400d", ["session_lifetime"]),
    ],
)
def test_what_the_record_holds_is_not_judged_again(olds, news, kept, wrong):
    """A value above the limits that a program did not change has no problem and no warning."""
    olds, news = ({name: row for name, row in {**RECORDED, **rows}.items() if row is not None} for rows in (olds, news))
    outcome = check(news, olds)
    assert (outcome.inputs["session_lifetime"], problems(outcome)) == (kept, wrong)
    assert bool(outcome.warnings) == (news.get("over_limit") == "clamp" and kept == "30d")


@pytest.mark.parametrize(("absolute", "idle"), ABSOLUTE_AND_IDLE)
@pytest.mark.parametrize(("minutes", "warned"), [("59m", False), ("60m", False), ("61m", True)])
def test_useless_idle(absolute, idle, minutes, warned):
    """An idle value longer than the absolute one of its pair is a warning and no problem; pairs are not mixed."""
    others = {name: "1m" for name, _ in ABSOLUTE_AND_IDLE}
    outcome = checked(**{**others, absolute: "1h", idle: minutes})
    line = f"{DOMAIN}: {idle} (1h1m) is longer than {absolute} (1h), so it never ends a session. Shorten it."
    assert (outcome.problems, outcome.warnings) == ([], [line] * warned)


@pytest.mark.parametrize("on_delete", OnDelete)
@pytest.mark.parametrize("olds", [{}, {"domain": DOMAIN}], ids=["new", "known"])
@pytest.mark.parametrize("bound", [None, DOMAIN], ids=["default provider", "its own provider"])
def test_a_delete_in_another_process(on_delete, olds, bound):
    """A delete that this process cannot see may undo a new resource with its own provider."""
    warnings = checked(olds, None, bound, session_lifetime="8h", plan="free", on_delete=on_delete.value).warnings
    is_possible = bound is not None and not olds and on_delete is not OnDelete.RETAIN
    assert ["`aliases`" in text and DOMAIN in text for text in warnings] == [True] * is_possible


def test_no_tenant_named():
    """Without a domain anywhere the problem names every place where one can be given."""
    outcome = check({"session_lifetime": "8h"}, {})
    assert problems(outcome) == ["domain"]
    places = ("domain=", "Provider", "AUTH0_DOMAIN", "auth0:domain")
    assert all(place in outcome.problems[0].reason for place in places)


@pytest.mark.parametrize(
    ("given_domain", "default", "expected"),
    [(None, DOMAIN, DOMAIN), (OTHER, DOMAIN, OTHER), (None, "https://ACME.eu.auth0.com/", DOMAIN)],
)
def test_default_domain(given_domain, default, expected):
    """The default domain fills in for a missing one, in canonical form, and never overrides."""
    outcome = checked(domain=given_domain, default_domain=default, session_lifetime="8h")
    assert ([], expected) == (outcome.problems, outcome.inputs["domain"])


@pytest.mark.parametrize(("domain", "wrong"), [(DOMAIN, []), (OTHER, ["domain"]), (UNKNOWN, []), ("acme", ["domain"])])
def test_bound_domain(domain, wrong):
    """A `Provider` with a domain speaks to that domain only; a domain that is not known yet passes."""
    assert wrong == problems(checked(domain=domain, bound_domain=DOMAIN, session_lifetime="8h"))


@pytest.mark.parametrize("on_delete", OnDelete)
@pytest.mark.parametrize("was", [OTHER, DOMAIN, UNKNOWN, None])
@pytest.mark.parametrize(
    "provider", [{"may_move": False}, {"bound_domain": DOMAIN, "may_move": False}, {}, {"bound_domain": DOMAIN}]
)
def test_a_provider_that_moved(on_delete, was, provider):
    """Credentials of one tenant must not go to another: refused while the old one still needs a call at its end.

    The refusal names both tenants and the two ways out.
    """
    olds = {"domain": was, "on_delete": on_delete.value, "session_lifetime": "8h"}
    found = [problem.reason for problem in checked(olds=olds, session_lifetime="8h", **provider).problems]
    is_refused = was == OTHER and on_delete is not OnDelete.RETAIN and "may_move" in provider
    words = (OTHER, DOMAIN, f"'{on_delete}'", "on_delete='retain'", "of its own")
    assert [all(word in reason for word in words) for reason in found] == [True] * is_refused


def test_a_declaration_is_values():
    """A check's declaration holds only known and valid inputs, as minutes, modes and choices."""
    outcome = checked(
        session_lifetime="1d",
        idle_session_lifetime=UNKNOWN,
        ephemeral_session_lifetime="720",
        session_cookie_mode="persistent",
        anonymous_session_lifetime="PT1H",
        plan="Enterprise",
    )
    wanted: Values = {"session_lifetime": 1_440, "session_cookie_mode": "persistent", "anonymous_session_lifetime": 60}
    assert outcome.declared == Declared(DOMAIN, wanted, Plan.ENTERPRISE, unknown=frozenset({"idle_session_lifetime"}))
    assert problems(outcome) == ["ephemeral_session_lifetime"]


@pytest.mark.parametrize(
    "news",
    [
        {"session_lifetime": "31d", "plan": "free"},
        {"session_lifetime": "31d", "plan": "free", "over_limit": "clamp"},
        {"session_lifetime": "31d", "plan": "free", "over_limit": "warn"},
        {"session_lifetime": "1h", "idle_session_lifetime": "2h"},
        {"over_limit": "explode"},
        {"session_cookie_mode": "sticky"},
        {},
        {"session_lifetime": "8h", "domain": OTHER, "olds": {"domain": DOMAIN, "on_delete": "reset"}},
    ],
    ids=str,
)
def test_everything_is_said_in_the_user_s_spelling(news):
    """No name in snake_case is left in what users of camelCase read, and each name of theirs is there."""
    olds, given_inputs = news.get("olds", {}), {"domain": DOMAIN, **news}
    given_inputs.pop("olds", None)

    def said(**spelling):
        outcome = check(given_inputs, olds, may_move=False, **spelling)
        return [*(problem.reason for problem in outcome.problems), *outcome.warnings]

    ours, theirs = said(), said(spelling=CAMEL_CASE)
    snake = [name for name in INPUTS if "_" in name]
    assert any(name in line for line in ours for name in snake)
    assert [name for name in snake for line in theirs if name in line] == []
    for line, other in zip(ours, theirs, strict=True):
        assert [name for name in snake if name in line and camel_case(name) not in other] == []


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(UNKNOWN) | st.binary()
PLAUSIBLE = st.sampled_from([*GOOD.values(), OTHER, "365d", "720h", "warn", "error", "enterprise", UNKNOWN, None])
ANYTHING = PLAUSIBLE | SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(), SCALARS, max_size=2)
PROPERTIES = st.fixed_dictionaries({}, optional=dict.fromkeys([*INPUTS, "previous", "superseded", "typo"], ANYTHING))


@pytest.mark.thorough
@settings(settings.get_profile("thorough"))
@given(
    PROPERTIES,
    PROPERTIES,
    st.none() | st.sampled_from([DOMAIN, OTHER]) | st.text(),
    st.none() | st.sampled_from([DOMAIN, OTHER]),
)
def test_check_never_raises(news, olds, default_domain, bound_domain):
    """Whatever a program writes: no exception, every problem names an input, all text is printable, twice the same."""
    outcome = check(news, olds, default_domain=default_domain, bound_domain=bound_domain)
    assert set(problems(outcome)) <= set(INPUTS)
    assert all(problem.reason.isprintable() for problem in outcome.problems)
    assert {int, str, CookieMode} >= {type(value) for value in outcome.declared.wanted.values()}


@given(PROPERTIES)
def test_check_is_idempotent(news):
    """Checked inputs that have no problem are their own canonical form."""
    once = check(news, {})
    again = check(once.inputs, {})
    assert once.problems or (once.inputs, []) == (again.inputs, again.problems)
