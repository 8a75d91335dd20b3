"""The policies: what each reports about a resource, in which words, and what no word says."""

import pytest

from auth0_sessions.guardrails.config import BASELINE, PLAN_CAP, ROUNDING, UNDECLARED, read_config
from auth0_sessions.guardrails.declared import OFFICIAL, SECRET, SIGNATURE, SPELLINGS, UNKNOWN, read_resource
from auth0_sessions.guardrails.pack import POLICIES
from auth0_sessions.model.plans import PLAN_LIMITS, Plan
from auth0_sessions.model.settings import ABSOLUTE, IDLE, LOGIN_LIFETIMES

DYNAMIC, NATIVE, _ = SPELLINGS
BALANCED = "profile 'balanced' allows at most {} (Auth0's defaults: our choice, what a new tenant has)"
MAX_IDLE = "the baseline allows at most 1h30m (maxIdle of the policy's configuration)"
CAP = f"the essential plan allows at most 30d ({PLAN_LIMITS[Plan.ESSENTIAL].source})"
WRITES = "which the official provider writes as"
HALF_PAST = f"1.5 hours (1h30m), {WRITES} 2 hours"
RANGE = "the Management API accepts 1 minute to 365d (8,760 hours) on any plan"
OURS = "the SessionLifetime of auth0-sessions, which keeps"


def reported(policy, kind, props, **config):
    """Return the messages of a policy for a resource."""
    resource = read_resource(kind, props)
    assert resource is not None
    return list(POLICIES[policy].find(resource, read_config(policy, config)))


@pytest.mark.parametrize(
    ("policy", "config", "kind", "name", "value", "shown", "limit", "most"),
    [
        (BASELINE, {}, DYNAMIC, "session_lifetime", "8d", "8d", BALANCED.format("7d"), "7d"),
        (BASELINE, {}, NATIVE, "idleSessionLifetime", "3d1m", "3d1m", BALANCED.format("3d"), "3d"),
        (BASELINE, {}, OFFICIAL, "sessionLifetime", 169, "169 hours (7d1h)", BALANCED.format("7d"), "168 hours"),
        (BASELINE, {"maxIdle": "90m"}, OFFICIAL, "idleSessionLifetime", 1.5, HALF_PAST, MAX_IDLE, "1 hour"),
        (PLAN_CAP, {"plan": "essential"}, NATIVE, "sessionLifetime", "31d", "31d", CAP, "30d"),
        (PLAN_CAP, {"plan": "essential"}, OFFICIAL, "sessionLifetime", 721, "721 hours (30d1h)", CAP, "720 hours"),
    ],
)
def test_too_long(policy, config, kind, name, value, shown, limit, most):
    """A message has the setting, its value, the limit, its source, and what to do, in the resource's own terms."""
    message = f"{name} is {shown}; {limit}. Set {name} to {most} or less."
    assert reported(policy, kind, {name: value}, **config) == [message]
    assert reported(policy, kind, {name: float(most.split()[0]) if " " in most else most}, **config) == []


@pytest.mark.parametrize(("kind", "value"), [(DYNAMIC, "720"), (NATIVE, "x"), (OFFICIAL, "a day")])
def test_what_cannot_be_read_does_not_pass(kind, value):
    """A value that is not a lifetime is a violation, because nothing can hold it."""
    name = SPELLINGS[kind].name("session_lifetime")
    message = f"{name} is not a lifetime, so it cannot be compared with the baseline."
    assert reported(BASELINE, kind, {name: value}) == [message]


@pytest.mark.parametrize(
    ("hours", "shown", "instead"),
    [
        (1.5, HALF_PAST, f"1 hour or 2 hours, or {OURS} 1h30m"),
        (2.255, f"2.255 hours, {WRITES} 2 hours", "2 hours or 3 hours"),
        (0.255, f"0.255 hours, {WRITES} 0.25 hours", "0.25 hours"),
        (8_760.25, f"8760.25 hours (365d15m), {WRITES} 8760 hours", "8760 hours or less"),
    ],
)
def test_rounding(hours, shown, instead):
    """A message says what a value becomes and what to use instead."""
    messages = reported(ROUNDING, OFFICIAL, {"sessionLifetime": 24, "idleSessionLifetime": hours})
    assert messages == [f"idleSessionLifetime is {shown}. Use {instead}."]


@pytest.mark.parametrize("kind", SPELLINGS)
def test_undeclared(kind):
    """A persistent lifetime that is left out is reported, whichever resource leaves it out."""
    absolute, idle = (SPELLINGS[kind].name(name) for name in (ABSOLUTE, IDLE))
    assert reported(UNDECLARED, kind, {absolute: 1 if kind == OFFICIAL else "1h"}) == [
        f"{idle} is not declared, so it is not enforced: the tenant keeps its own value. Declare {idle}."
    ]
    assert len(reported(UNDECLARED, kind, {})) == 2


@pytest.mark.parametrize(("hours", "is_above"), [(23.9, False), (24, False), (24.001, True), (24.02, True)])
def test_fractions_count(hours, is_above):
    """The baseline is held to fractions of an hour, also where the provider would round them away."""
    assert bool(reported(BASELINE, OFFICIAL, {"sessionLifetime": hours}, profile="nist-aal2")) is is_above


def test_every_lifetime_is_held():
    """All four lifetimes of login sessions are held, whether they are exact or ceilings."""
    props = {SPELLINGS[NATIVE].name(name): "25h" for name in LOGIN_LIFETIMES}
    messages = reported(BASELINE, NATIVE, {**props, "enforce": "at-most"}, profile="nist-aal2")
    assert [message.split()[0] for message in messages] == list(props)


@pytest.mark.parametrize("policy", [BASELINE, PLAN_CAP])
@pytest.mark.parametrize(
    ("own", "configured", "is_above"),
    [
        (None, None, False),
        (None, "essential", True),
        ("essential", None, True),
        ("enterprise", "essential", False),
        ("essential", "enterprise", True),
        (min(UNKNOWN), "essential", False),
    ],
)
def test_whose_plan(policy, own, configured, is_above):
    """The resource's plan takes precedence over the configured one; one that is unknown yet is not replaced."""
    config = {"plan": configured} if configured else {}
    if policy == BASELINE:
        config["profile"] = "convenient"
        is_above = is_above and configured is not None
    assert bool(reported(policy, NATIVE, {"sessionLifetime": "60d", "plan": own}, **config)) is is_above


@pytest.mark.parametrize("baseline", [{"profile": "convenient"}, {"profile": "pci-dss"}, {"maxIdle": "1h"}, {}])
@pytest.mark.parametrize(
    ("kind", "value", "shown", "advice"),
    [
        (OFFICIAL, 46_000, "46000 hours (1916d16h)", None),
        (OFFICIAL, 8_760.25, f"8760.25 hours (365d15m), {WRITES} 8760 hours", None),
        (OFFICIAL, 0, "0 hours", "at least 0.01666667 hours"),
        (OFFICIAL, 0.005, f"0.005 hours, {WRITES} 0 hours", "at least 0.01666667 hours"),
        (OFFICIAL, -3, "-3 hours", "at least 0.01666667 hours"),
        (DYNAMIC, "366d", "366d", None),
        (NATIVE, "8761h", "365d1h", None),
    ],
)
def test_outside_the_api_s_range(baseline, kind, value, shown, advice):
    """What the Management API rejects on any plan violates every baseline, also one without a limit for it."""
    name = SPELLINGS[kind].name("session_lifetime")
    most = ("8760 hours" if kind == OFFICIAL else "365d") if baseline else "168 hours" if kind == OFFICIAL else "7d"
    expected = f"{name} is {shown}; {RANGE}. Set {name} to {advice or f'{most} or less'}."
    assert reported(BASELINE, kind, {name: value}, **baseline) == [expected]


@pytest.mark.parametrize("hours", [8_760, 1 / 60, 0.0167, 0.01666667])
def test_the_ends_of_the_api_s_range(hours):
    """One minute and 8,760 hours are within the range, and every advice for a value outside it can be followed."""
    assert reported(BASELINE, OFFICIAL, {"sessionLifetime": hours}, profile="convenient") == []


@pytest.mark.parametrize("kind", SPELLINGS)
@pytest.mark.parametrize("is_secret", [False, True])
def test_unknown_values_pass(kind, is_secret):
    """What the preview does not know yet violates nothing, and causes no remark either."""
    value = {SIGNATURE: SECRET, "value": min(UNKNOWN)} if is_secret else min(UNKNOWN)
    props = {SPELLINGS[kind].name(name): value for name in LOGIN_LIFETIMES}
    assert [reported(policy, kind, props) for policy in POLICIES] == [[], [], [], []]


@pytest.mark.parametrize(
    ("kind", "canary", "counts"),
    [
        (DYNAMIC, "271d7h13m", (1, 1, 0)),
        (NATIVE, "271d7h13m", (1, 1, 0)),
        (OFFICIAL, 6511.2167, (1, 1, 1)),
        (OFFICIAL, 1.5, (0, 0, 1)),
        (NATIVE, "canary", (1, 0, 0)),
        (OFFICIAL, "canary", (1, 0, 0)),
    ],
)
def test_a_secret_is_judged_and_not_printed(kind, canary, counts):
    """A secret value violates what a plain one violates, and no message has it, or what it becomes."""
    name = SPELLINGS[kind].name("session_lifetime")
    for policy, count in zip((BASELINE, PLAN_CAP, ROUNDING), counts, strict=True):
        config = {"plan": "essential"} if policy == PLAN_CAP else {}
        assert len(reported(policy, kind, {name: canary}, **config)) == count
        messages = reported(policy, kind, {name: {SIGNATURE: SECRET, "value": canary}}, **config)
        assert len(messages) == count
        assert all(message.startswith(f"{name} is a secret value") for message in messages)
        assert not [one for one in messages for trace in ("271d", "6511", "1.5", "1h30m", "canary") if trace in one]
