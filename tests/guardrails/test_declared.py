"""What a resource declares: lifetimes as text and in hours, and what the official provider makes of hours."""

import pytest

from auth0_sessions.guardrails.declared import OFFICIAL, SECRET, SIGNATURE, SPELLINGS, UNKNOWN, read_resource
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import LOGIN_LIFETIMES
from auth0_sessions.model.spelling import camel_case

OURS = [kind for kind in SPELLINGS if kind != OFFICIAL]


def in_official(hours):
    """Return an absolute lifetime that the official provider's resource declares."""
    return read_resource(OFFICIAL, {"sessionLifetime": hours}).lifetimes["session_lifetime"]


def as_the_provider_writes(minutes):
    """Return what go-auth0 v1 sends for whole minutes given in hours, in integers: auth0.md has it from its source."""
    return minutes if minutes < 60 else (minutes + 30) // 60 * 60


@pytest.mark.parametrize(
    ("minutes", "written"),
    [(30, 30), (59, 59), (60, 60), (61, 60), (89, 60), (90, 120), (149, 120), (150, 180), (181, 180)],
)
def test_the_rounding_that_was_seen(minutes, written):
    """The official provider writes what its users have seen it write."""
    assert as_the_provider_writes(minutes) == written
    assert in_official(minutes / 60).written_minutes == written


@pytest.mark.parametrize("decimals", [None, 4])
def test_every_minute_is_rounded_as_the_official_provider_rounds_it(decimals):
    """From 1 minute to 1,000, as a quotient or as a person writes it, hours become what the provider sends."""
    for minutes in range(1, 1_001):
        hours = minutes / 60 if decimals is None else round(minutes / 60, decimals)
        declared = in_official(hours)
        written = as_the_provider_writes(minutes)
        assert (declared.minutes, declared.written_minutes) == (minutes, written)
        assert declared.is_rounded is (written != minutes)


@pytest.mark.parametrize("kind", OURS)
@pytest.mark.parametrize("spell", [str, camel_case])
def test_our_resources_in_both_spellings(kind, spell):
    """A lifetime is found in snake_case and in camelCase, and named as the resource's users spell it."""
    resource = read_resource(kind, {spell(name): "1d12h" for name in LOGIN_LIFETIMES})
    assert {name: declared.minutes for name, declared in resource.known.items()} == dict.fromkeys(
        LOGIN_LIFETIMES, 2_160
    )
    assert [one.name for one in resource.known.values()] == [SPELLINGS[kind].name(name) for name in LOGIN_LIFETIMES]
    assert not any(declared.is_rounded for declared in resource.known.values())


@pytest.mark.parametrize(("kind", "length"), [(OURS[0], 480), (OURS[1], 60)])
def test_the_resource_s_own_spelling_comes_first(kind, length):
    """Where a name is there in both spellings, the one that the resource reads is judged."""
    resource = read_resource(kind, {"session_lifetime": "8h", "sessionLifetime": "1h"})
    assert resource.known["session_lifetime"].minutes == length


@pytest.mark.parametrize("kind", SPELLINGS)
def test_what_is_left_out_is_not_declared(kind):
    """A missing property and null are not declared; anonymous sessions are not login sessions."""
    props = {"sessionLifetime": None, "anonymous_session_lifetime": "365d", "anonymousSessionLifetime": 8_760}
    assert read_resource(kind, props).lifetimes == {}


@pytest.mark.parametrize("sentinel", sorted(UNKNOWN))
@pytest.mark.parametrize("kind", SPELLINGS)
def test_what_is_unknown_is_declared(kind, sentinel):
    """A value that the preview does not know yet is declared, and not judged."""
    props = {"sessionLifetime": sentinel, "idleSessionLifetime": None}
    resource = read_resource(kind, props)
    assert resource.lifetimes == {"session_lifetime": None}
    assert resource.known == {}


def test_an_unknown_plan():
    """A plan that is not known yet is not replaced by another one."""
    resource = read_resource(OURS[0], {"plan": min(UNKNOWN)})
    assert (resource.plan, resource.plan_or(Plan.FREE)) == (None, None)
    assert read_resource(OURS[0], {}).plan_or(Plan.FREE) is Plan.FREE


@pytest.mark.parametrize("kind", OURS)
def test_the_plan_of_our_resources(kind):
    """Our resources name a plan; one that is not a plan is refused by the resource itself, and counts as none here."""
    assert read_resource(kind, {"plan": "essential"}).plan is Plan.ESSENTIAL
    assert read_resource(kind, {"plan": ["gold"]}).plan is None


@pytest.mark.parametrize(
    ("kind", "own", "plan"), [(OURS[1], None, "free"), (OURS[1], "essential", "essential"), (OURS[0], None, None)]
)
def test_the_plan_of_the_native_provider(kind, own, plan):
    """A native resource without a plan of its own has its provider's; the dynamic provider's configuration has none."""
    resource = read_resource(kind, {"plan": own}, {"plan": "free"})
    assert resource.plan == plan
    assert read_resource(OURS[1], {}, {"plan": min(UNKNOWN)}).plan_or(Plan.FREE) is None


def test_the_official_resource_names_no_plan():
    """A property of another resource with the same name says nothing about the tenant's plan."""
    assert read_resource(OFFICIAL, {"plan": "essential"}, {"plan": "essential"}).plan is None


@pytest.mark.parametrize(
    ("hours", "shown"),
    [
        (1, "1 hour (1h)"),
        ("24", "24 hours (1d)"),
        (0.25, "0.25 hours (15m)"),
        (1.5, "1.5 hours (1h30m), which the official provider writes as 2 hours"),
        (0.255, "0.255 hours, which the official provider writes as 0.25 hours"),
        (24.005, "24.005 hours, which the official provider writes as 24 hours"),
        (8_760.25, "8760.25 hours (365d15m), which the official provider writes as 8760 hours"),
        ("a day", "not a lifetime"),
        (float("inf"), "not a lifetime"),
        (float("nan"), "not a lifetime"),
        ([1], "not a lifetime"),
    ],
)
def test_hours_as_they_are_shown(hours, shown):
    """Hours are shown as they are written, with their length, and with what becomes of them."""
    assert in_official(hours).described == shown


@pytest.mark.parametrize("value", ["720", 720, "1 month", "", ["1d"], True])
def test_text_that_is_not_a_lifetime(value):
    """What the resource itself refuses is shown as what it is, and has no length."""
    declared = read_resource(OURS[0], {"session_lifetime": value}).lifetimes["session_lifetime"]
    assert (declared.described, declared.minutes) == ("not a lifetime", None)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (OFFICIAL, 1.2345),
        (OFFICIAL, 24),
        (OFFICIAL, "canary"),
        (OFFICIAL, float("inf")),
        (OURS[0], "17d"),
        (OURS[1], "x"),
    ],
)
def test_a_secret_is_not_shown(kind, value):
    """No message has anything to show of a secret but that it is one."""
    key = SPELLINGS[kind].name("session_lifetime")
    declared = read_resource(kind, {key: {SIGNATURE: SECRET, "value": value}}).lifetimes["session_lifetime"]
    assert declared.described == "a secret value"


@pytest.mark.parametrize(
    ("minutes", "in_text", "in_hours"),
    [(1_440, "1d", "24 hours"), (90, "1h30m", "1 hour"), (60, "1h", "1 hour"), (15, "15m", "0.25 hours")],
)
def test_the_most_in_the_unit_of_the_resource(minutes, in_text, in_hours):
    """Advice is in the resource's own unit, and is written to the tenant as it stands."""
    ours = read_resource(OURS[0], {"session_lifetime": "2d"}).lifetimes["session_lifetime"]
    assert ours.most(minutes) == in_text
    assert in_official(1).most(minutes) == in_hours
    assert not in_official(float(in_hours.split()[0])).is_rounded


def test_every_advice_in_hours_can_be_followed():
    """The longest value that a message offers is within the ceiling, and is written as it stands."""
    for minutes in range(1, 1_001):
        advised = in_official(float(in_official(1).most(minutes).split()[0]))
        assert not advised.is_rounded
        assert advised.written_minutes <= minutes


def test_other_types_declare_nothing():
    """A resource of any other type has no session lifetimes, regardless of its property names."""
    assert read_resource("auth0:index/client:Client", {"sessionLifetime": 9_000}) is None
