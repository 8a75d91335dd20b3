"""Check: a program's inputs -> canonical inputs, all problems together, and warnings."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auth0_sessions.lifecycle.check import check
from auth0_sessions.lifecycle.record import Declared
from auth0_sessions.model.choices import OnDelete, OverLimit
from auth0_sessions.model.inputs import INPUTS, SECRETS, UNKNOWN
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import ABSOLUTE_AND_IDLE, LIFETIMES, LOGIN_LIFETIMES, SETTINGS, CookieMode, Values
from auth0_sessions.model.spelling import CAMEL_CASE, camel_case
from expected_values import cap_of

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


def longer(minutes):
    """Return the text of a lifetime one minute longer."""
    return str(Lifetime(minutes + 1))


def test_good_inputs_pass():
    """What is right comes out as it is, without a problem or a warning."""
    outcome = checked(**GOOD)
    assert (outcome.inputs, outcome.problems, outcome.warnings) == (GOOD, [], [])


def test_defaults():
    """`over_limit` is "error", `on_delete` "retain" and `enforce` "exact" where the program says nothing."""
    defaults = {"over_limit": "error", "on_delete": "retain", "enforce": "exact"}
    assert checked(session_lifetime="8h").inputs == {"domain": DOMAIN, "session_lifetime": "8h", **defaults}


@pytest.mark.parametrize("name", INPUTS)
def test_none_is_the_same_as_nothing(name):
    """An input that is None is an input that was left out."""
    news = {**GOOD, name: None}
    left_out = {key: value for key, value in news.items() if value is not None}
    ways = [check(given_inputs, {}, default_domain=None, bound_domain=None) for given_inputs in (news, left_out)]
    assert ways[0] == ways[1]


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("value", [7, "7/20", [], {}, "\ud800", "\x00"])
def test_a_bad_value_is_a_problem_of_its_property(name, value):
    """A value that cannot be used is one problem, on the property it was given to, and stays as it was given."""
    outcome = checked(**{**GOOD, name: value})
    assert problems(outcome) == [name]
    assert value == outcome.inputs[name]


def test_every_problem_at_once():
    """All that is wrong is reported in one go."""
    outcome = checked(**dict.fromkeys(INPUTS, 720))
    assert sorted(INPUTS) == sorted(problems(outcome))


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


@pytest.mark.parametrize("name", INPUTS)
def test_unknowns_pass(name):
    """What a preview cannot know yet passes as it is, without a problem and without a default."""
    outcome = checked(**{**GOOD, name: UNKNOWN})
    assert outcome.inputs[name] is UNKNOWN
    assert outcome.problems == []


def test_everything_unknown_passes():
    """A preview that knows nothing yet has nothing to say."""
    outcome = checked(**dict.fromkeys(INPUTS, UNKNOWN))
    assert (outcome.problems, outcome.warnings) == ([], [])


@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
@pytest.mark.parametrize(
    ("over_limit", "is_refused", "kept"), [("error", True, False), ("clamp", False, True), ("warn", False, False)]
)
@pytest.mark.parametrize("secrets", ["", "all"])
def test_above_the_cap(name, over_limit, is_refused, kept, secrets):
    """A lifetime above the cap is a problem of its property or a warning with the tenant; the cap is neither."""
    limit, secret = cap_of(Plan.FREE, name), name if secrets else ""
    given_inputs = {"plan": "free", "over_limit": over_limit, SECRETS: secret}
    outcome = checked(**{name: longer(limit)}, **given_inputs)
    assert problems(outcome) == [name] * is_refused
    assert outcome.inputs[name] == (str(Lifetime(limit)) if kept else longer(limit))
    assert [DOMAIN in text and name in text for text in outcome.warnings] == [True] * (not is_refused)
    said = [*outcome.warnings, *(problem.reason for problem in outcome.problems)]
    assert [longer(limit) in text for text in said] == [not secret]
    assert [problem.is_private for problem in outcome.problems] == [bool(secret)] * is_refused
    at_cap = checked(**{name: str(Lifetime(limit))}, **given_inputs)
    assert (at_cap.problems, at_cap.warnings) == ([], [])


@pytest.mark.parametrize(("value", "name"), [("13 parsecs", "session_lifetime"), (137, "idle_session_lifetime")])
def test_a_secret_that_cannot_be_read_is_not_repeated(value, name):
    """The problem of a secret names it, and neither repeats what was given nor lets the engine print it."""
    (problem,) = checked(**{name: value, SECRETS: name}).problems
    assert (problem.reason.startswith(f"{name}: "), problem.is_private) == (True, True)
    assert "13" not in problem.reason


@pytest.mark.parametrize("plan", [{}, {"plan": UNKNOWN}, {"plan": "gold"}])
@pytest.mark.parametrize("name", LIFETIMES)
def test_without_a_plan_no_caps(plan, name):
    """Where the plan is not named, not known yet, or wrong, no cap is checked."""
    assert name not in problems(checked(**{name: "365d", **plan}))


@pytest.mark.parametrize("over_limit", [UNKNOWN, "perhaps"])
def test_without_a_policy_no_caps(over_limit):
    """Where it is not known what happens above the cap, nothing is said about it."""
    outcome = checked(session_lifetime="365d", plan="free", over_limit=over_limit)
    assert "session_lifetime" not in problems(outcome)


def test_clamped_values_are_what_counts():
    """What is lowered to the cap is compared as lowered: an idle value cut to the absolute one needs no warning."""
    outcome = checked(session_lifetime="3d", idle_session_lifetime="10d", plan="free", over_limit="clamp")
    assert [text for text in outcome.warnings if "never ends a session" in text] == []


RECORDED = {"domain": DOMAIN, "session_lifetime": "40d", "plan": "free", "over_limit": "error"}


@pytest.mark.parametrize("over_limit", OverLimit)
def test_what_the_record_holds_is_not_judged_again(over_limit):
    """With `ignore_changes`, the program passes a value above the cap that a refresh found: it is kept silently."""
    olds = {**RECORDED, "over_limit": over_limit.value}
    outcome = checked(olds=olds, **olds)
    assert (outcome.inputs["session_lifetime"], outcome.problems, outcome.warnings) == ("40d", [], [])


@pytest.mark.parametrize("was", [{}, {"over_limit": "error"}], ids=["left out", "stored"])
@pytest.mark.parametrize("given", [{}, {"over_limit": "error"}], ids=["left out", "given"])
def test_a_default_is_the_same_whether_it_is_stored(was, given):
    """The native record leaves it out; an earlier one has it. Neither counts as a change that judges values again."""
    rest = {name: value for name, value in RECORDED.items() if name != "over_limit"}
    assert checked(olds={**rest, **was}, **rest, **given).problems == []


@pytest.mark.parametrize(
    "change",
    [
        {"session_lifetime": "41d"},
        {"plan": "essential"},
        {"over_limit": "clamp"},
        {"domain": OTHER},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_a_program_changes_is_judged_again(change):
    """Another value, plan or tenant, or another word on what happens above the cap, and the cap counts."""
    outcome = checked(olds=RECORDED, **{**RECORDED, **change})
    expected = ["30d", []] if "over_limit" in change else [change.get("session_lifetime", "40d"), ["session_lifetime"]]
    assert [outcome.inputs["session_lifetime"], problems(outcome)] == expected


def test_each_setting_is_judged_by_its_own_record():
    """A recorded value above the cap excuses no other one."""
    outcome = checked(olds=RECORDED, **RECORDED, idle_session_lifetime="4d")
    assert problems(outcome) == ["idle_session_lifetime"]


def test_equal_lengths_are_the_recorded_value():
    """The record has canonical text, and a program may spell the same length otherwise."""
    assert checked(olds=RECORDED, **{**RECORDED, "session_lifetime": "960h"}).problems == []


@pytest.mark.parametrize(("absolute", "idle"), ABSOLUTE_AND_IDLE)
@pytest.mark.parametrize(("idle_value", "warned"), [("59m", False), ("1h", False), ("61m", True)])
def test_useless_idle(absolute, idle, idle_value, warned):
    """An idle value longer than the absolute one of its pair is a warning and no problem."""
    outcome = checked(**{absolute: "1h", idle: idle_value})
    assert ([], warned) == (
        outcome.problems,
        any(f"{idle} ({idle_value.replace('61m', '1h1m')})" in text for text in outcome.warnings),
    )
    assert warned == bool(outcome.warnings)


def test_pairs_are_not_mixed():
    """Persistent and non-persistent sessions are not compared with each other."""
    assert checked(session_lifetime="1h", idle_ephemeral_session_lifetime="2h").warnings == []


@pytest.mark.parametrize(("olds", "accepted"), [({}, False), ({"session_lifetime": "400d"}, True)])
@pytest.mark.parametrize("plan", [None, "free"])
def test_what_the_tenant_has_is_not_judged_again(olds, accepted, plan):
    """A refresh or an import may find more than the API accepts; an unchanged value is for the tenant to judge."""
    given = {} if plan is None else {"plan": plan}
    olds = {**given, "domain": DOMAIN, "over_limit": "error", **olds} if olds else {}
    found = problems(checked(olds, session_lifetime="400d", **given))
    assert ("session_lifetime" not in found) == accepted
    assert "session_lifetime" in problems(checked({**olds, "plan": "essential"}, session_lifetime="400d", **given))


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
    outcome = check({"session_lifetime": "8h"}, {}, default_domain=None, bound_domain=None)
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


MOVES = [{"may_move": False}, {"bound_domain": DOMAIN, "may_move": False}]
"""Credentials of one tenant that would be sent to another: those of a `Provider` with a secret, or with a domain."""


@pytest.mark.parametrize("on_delete", OnDelete)
@pytest.mark.parametrize("was", [OTHER, DOMAIN, UNKNOWN, None])
@pytest.mark.parametrize("provider", MOVES)
def test_a_provider_that_moved(on_delete, was, provider):
    """A `Provider` that moved to another tenant is refused while the old one still needs a call at its end."""
    olds = {"domain": was, "on_delete": on_delete.value, "session_lifetime": "8h"}
    outcome = checked(olds=olds, session_lifetime="8h", **provider)
    refused = was == OTHER and on_delete is not OnDelete.RETAIN
    assert (["domain"] if refused else []) == problems(outcome)


@pytest.mark.parametrize("provider", MOVES)
def test_a_provider_that_moved_reads_what_to_do(provider):
    """The refusal names both tenants and the two ways out."""
    olds = {"domain": OTHER, "on_delete": "restore"}
    reason = checked(olds=olds, session_lifetime="8h", **provider).problems[0].reason
    assert all(word in reason for word in (OTHER, DOMAIN, "'restore'", "on_delete='retain'", "of its own"))


@pytest.mark.parametrize("bound_domain", [None, DOMAIN])
def test_credentials_that_stay_with_their_tenant_allow_a_move(bound_domain):
    """Without a `Provider` of its own, or with one whose earlier credentials are kept, a resource may move."""
    olds = {"domain": OTHER, "on_delete": "restore", "session_lifetime": "8h"}
    assert checked(olds=olds, session_lifetime="8h", bound_domain=bound_domain).problems == []


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
        outcome = check(given_inputs, olds, default_domain=None, bound_domain=None, may_move=False, **spelling)
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
    once = check(news, {}, default_domain=None, bound_domain=None)
    again = check(once.inputs, {}, default_domain=None, bound_domain=None)
    assert once.problems or (once.inputs, []) == (again.inputs, again.problems)
