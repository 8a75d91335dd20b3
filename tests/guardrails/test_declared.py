"""What a resource declares: lifetimes as text and in hours, and what the official provider makes of hours."""

import pytest

from auth0_sessions.guardrails.declared import OFFICIAL, SECRET, SIGNATURE, SPELLINGS, UNKNOWN, read_resource
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import LOGIN_LIFETIMES

DYNAMIC, NATIVE, _ = SPELLINGS
OURS = (DYNAMIC, NATIVE)


def declared(kind, value):
    """Return an absolute lifetime that a resource declares."""
    return read_resource(kind, {SPELLINGS[kind].name("session_lifetime"): value}).lifetimes["session_lifetime"]


@pytest.mark.parametrize(
    ("minutes", "written"),
    [(30, 30), (59, 59), (60, 60), (61, 60), (89, 60), (90, 120), (149, 120), (150, 180), (181, 180)],
)
def test_the_rounding_that_was_seen(minutes, written):
    """The official provider writes what its users have seen it write."""
    found = declared(OFFICIAL, minutes / 60)
    assert (found.written_minutes, found.is_rounded) == (written, written != minutes)


@pytest.mark.parametrize("decimals", [None, 4])
def test_hours_mean_whole_minutes(decimals):
    """From 1 minute to 1,000, hours as a quotient or as a person writes it are those minutes."""
    for minutes in range(1, 1_001):
        hours = minutes / 60 if decimals is None else round(minutes / 60, decimals)
        assert declared(OFFICIAL, hours).minutes == minutes


@pytest.mark.parametrize("kind", OURS)
def test_our_resources(kind):
    """A lifetime is named as the resource's users spell it, and is never rounded."""
    resource = read_resource(kind, {SPELLINGS[kind].name(name): "1d12h" for name in LOGIN_LIFETIMES})
    assert {name: (one.name, one.minutes, one.is_rounded) for name, one in resource.known.items()} == {
        name: (SPELLINGS[kind].name(name), 2_160, False) for name in LOGIN_LIFETIMES
    }


@pytest.mark.parametrize("kind", SPELLINGS)
def test_what_is_left_out_is_not_declared(kind):
    """A missing property and null are not declared; anonymous sessions are not login sessions."""
    props = {"session_lifetime": None, "anonymous_session_lifetime": "365d", "anonymousSessionLifetime": 8_760}
    assert read_resource(kind, props).lifetimes == {}


@pytest.mark.parametrize("sentinel", sorted(UNKNOWN))
@pytest.mark.parametrize("kind", SPELLINGS)
def test_what_is_unknown_is_declared(kind, sentinel):
    """A value that the preview does not know yet is declared, and not judged."""
    resource = read_resource(kind, {SPELLINGS[kind].name("session_lifetime"): sentinel})
    assert (resource.lifetimes, resource.known) == ({"session_lifetime": None}, {})


@pytest.mark.parametrize(
    ("kind", "own", "providers", "plan"),
    [
        (DYNAMIC, "essential", None, Plan.ESSENTIAL),
        (DYNAMIC, None, "free", Plan.PROFESSIONAL),
        (DYNAMIC, ["gold"], None, Plan.PROFESSIONAL),
        (NATIVE, None, "free", Plan.FREE),
        (NATIVE, "essential", "free", Plan.ESSENTIAL),
        (OFFICIAL, "essential", "essential", Plan.PROFESSIONAL),
        (NATIVE, min(UNKNOWN), None, None),
        (NATIVE, None, min(UNKNOWN), None),
    ],
)
def test_the_plan_of_a_resource(kind, own, providers, plan):
    """Our resources name a plan; a native one without has its provider's; the official one's property is another.

    The configured plan replaces a missing one, but not one that is not known yet.
    """
    assert read_resource(kind, {"plan": own}, {"plan": providers}).plan_or(Plan.PROFESSIONAL) == plan


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (OFFICIAL, 1, "1 hour (1h)"),
        (OFFICIAL, "24", "24 hours (1d)"),
        (OFFICIAL, 0.25, "0.25 hours (15m)"),
        (OFFICIAL, 1.5, "1.5 hours (1h30m), which the official provider writes as 2 hours"),
        (OFFICIAL, 0.255, "0.255 hours, which the official provider writes as 0.25 hours"),
        (OFFICIAL, 24.005, "24.005 hours, which the official provider writes as 24 hours"),
        (OFFICIAL, 8_760.25, "8760.25 hours (365d15m), which the official provider writes as 8760 hours"),
        *((OFFICIAL, value, "not a lifetime") for value in ("a day", float("inf"), float("nan"), [1])),
        *((DYNAMIC, value, "not a lifetime") for value in ("720", 720, "1 month", "", ["1d"], True)),
        (NATIVE, "90m", "1h30m"),
    ],
)
def test_a_value_as_it_is_shown(kind, value, shown):
    """A value is shown as it is written, with its length and what becomes of it; a secret one only as a secret."""
    name = SPELLINGS[kind].name("session_lifetime")
    assert str(declared(kind, value)) == f"{name} is {shown}"
    assert str(declared(kind, {SIGNATURE: SECRET, "value": value})) == f"{name} is a secret value"
    assert (declared(kind, value).minutes is None) is (shown == "not a lifetime")


def test_the_most_in_the_unit_of_the_resource():
    """Advice is in the resource's own unit; in hours, it is within the limit and is written as it stands."""
    for minutes in range(1, 1_001):
        advised = declared(OFFICIAL, float(declared(OFFICIAL, 1).most(minutes).split()[0]))
        assert not advised.is_rounded
        assert advised.written_minutes == (minutes if minutes < 60 else minutes // 60 * 60)
        assert declared(DYNAMIC, declared(DYNAMIC, "2d").most(minutes)).minutes == minutes
