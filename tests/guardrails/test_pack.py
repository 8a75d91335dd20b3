"""The policies over gRPC: what each reports, in which words, and what no word says."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2

from auth0_sessions.guardrails import server
from auth0_sessions.guardrails.config import BASELINE, PLAN_CAP, ROUNDING, SCHEMAS, UNDECLARED
from auth0_sessions.guardrails.declared import OFFICIAL, SPELLINGS
from auth0_sessions.guardrails.pack import POLICIES
from auth0_sessions.host.process import WATCH_SECONDS
from auth0_sessions.model.plans import PLAN_LIMITS, Plan

PACK = Path(__file__).parents[2] / "examples" / "guardrails"
DYNAMIC, NATIVE, _ = SPELLINGS
BALANCED = "Auth0's defaults: our choice, what a new tenant has"
AAL2 = (
    "NIST SP 800-63B-4 section 2.2.3: overall timeout required (SHALL), at most 24 hours (SHOULD); inactivity timeout "
    "at most 1 hour (SHOULD)"
)
ESSENTIAL = PLAN_LIMITS[Plan.ESSENTIAL].source
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
BOTH = {"sessionLifetime": "1h", "idleSessionLifetime": "1h"}
IN_HOURS = {"sessionLifetime": 1, "idleSessionLifetime": 1}


def secret(value):
    """Return a value as the engine sends a secret."""
    return {**SECRET, "value": value}


def test_what_the_engine_learns(pack):
    """Four policies, two of them mandatory, each with its description and the schema of its configuration."""
    info = pack.info()
    assert (info.name, info.supportsConfig) == (server.NAME, True)
    assert list(POLICIES) == list(SCHEMAS) == [one.name for one in info.policies]
    assert {one.name: one.enforcementLevel for one in info.policies} == {
        BASELINE: analyzer_pb2.MANDATORY,
        PLAN_CAP: analyzer_pb2.MANDATORY,
        ROUNDING: analyzer_pb2.ADVISORY,
        UNDECLARED: analyzer_pb2.ADVISORY,
    }
    assert all(one.description for one in info.policies)
    schemas = {one.name: json_format.MessageToDict(one.configSchema.properties) for one in info.policies}
    assert schemas == SCHEMAS


@pytest.mark.parametrize(
    ("kind", "props", "message"),
    [
        (
            DYNAMIC,
            {"session_lifetime": "8d", "idle_session_lifetime": "3d"},
            (
                f"session_lifetime is 8d; profile 'balanced' allows at most 7d ({BALANCED}). "
                "Set session_lifetime to 7d or less."
            ),
        ),
        (
            NATIVE,
            {"sessionLifetime": "7d", "idleSessionLifetime": "3d1m"},
            (
                f"idleSessionLifetime is 3d1m; profile 'balanced' allows at most 3d ({BALANCED}). "
                "Set idleSessionLifetime to 3d or less."
            ),
        ),
        (
            OFFICIAL,
            {"sessionLifetime": 169, "idleSessionLifetime": 72},
            (
                f"sessionLifetime is 169 hours (7d1h); profile 'balanced' allows at most 7d ({BALANCED}). "
                "Set sessionLifetime to 168 hours or less."
            ),
        ),
    ],
)
def test_above_the_baseline(pack, kind, props, message):
    """A message has the setting, its value, the baseline, its source, and what to do, in the resource's own terms."""
    assert pack.analyze(kind, props) == [("baseline", message)]


@pytest.mark.parametrize(
    ("hours", "policies"),
    [(24, []), (24.02, ["baseline", "rounding"]), (24.001, ["baseline", "rounding"]), (23.9, ["rounding"])],
)
def test_fractions_count(pack, hours, policies):
    """The baseline is held to fractions of an hour, also where the provider would round them away."""
    pack.configure(baseline={"profile": "nist-aal2"})
    assert pack.policies(OFFICIAL, {**IN_HOURS, "sessionLifetime": hours}) == policies


def test_a_value_that_is_rounded_above_the_baseline(pack):
    """What the official provider writes is held too: 90 minutes become 2 hours on the tenant."""
    pack.configure(baseline={"maxIdle": "90m"})
    above, rounding = pack.analyze(OFFICIAL, {**IN_HOURS, "idleSessionLifetime": 1.5})
    assert (above.policy, rounding.policy) == ("baseline", "rounding")
    assert above.message == (
        "idleSessionLifetime is 1.5 hours (1h30m), which the official provider writes as 2 hours; the baseline allows "
        "at most 1h30m (maxIdle of the policy's configuration). Set idleSessionLifetime to 1 hour or less."
    )
    assert pack.policies(NATIVE, {**BOTH, "idleSessionLifetime": "1h30m"}) == []


def test_every_lifetime_is_held(pack):
    """All four lifetimes of login sessions are held, each to its own figure."""
    pack.configure(baseline={"profile": "nist-aal2"})
    props = dict.fromkeys(
        ("sessionLifetime", "idleSessionLifetime", "ephemeralSessionLifetime", "idleEphemeralSessionLifetime"), "25h"
    )
    messages = [message for policy, message in pack.analyze(NATIVE, props) if policy == "baseline"]
    assert [message.split()[0] for message in messages] == list(props)
    assert all(AAL2 in message for message in messages)


@pytest.mark.parametrize("enforce", ["exact", "at-most"])
def test_a_ceiling_is_held_like_a_value(pack, enforce):
    """`enforce: at-most` declares the longest that a tenant may have, so it is held to the baseline in the same way."""
    assert pack.policies(NATIVE, {**BOTH, "sessionLifetime": "8d", "enforce": enforce}) == ["baseline"]


@pytest.mark.parametrize(("kind", "value"), [(DYNAMIC, "720"), (NATIVE, "x"), (OFFICIAL, "a day")])
def test_what_cannot_be_read_does_not_pass(pack, kind, value):
    """A value that is not a lifetime is a violation, because nothing can hold it."""
    name = SPELLINGS[kind].name("session_lifetime")
    found = pack.analyze(kind, {**(IN_HOURS if kind == OFFICIAL else BOTH), name: value})
    assert found == [("baseline", f"{name} is not a lifetime, so it cannot be compared with the baseline.")]


def test_above_the_plan_s_cap(pack):
    """The plan is the resource's; the message has the cap's source."""
    found = pack.analyze(NATIVE, {**BOTH, "sessionLifetime": "31d", "plan": "essential", "overLimit": "warn"})
    assert [one.policy for one in found] == ["baseline", "plan-cap"]
    assert found[1].message == (
        f"sessionLifetime is 31d; the essential plan allows at most 30d ({ESSENTIAL}). "
        "Set sessionLifetime to 30d or less."
    )


@pytest.mark.parametrize(
    ("own", "configured", "is_above"),
    [
        (None, None, False),
        (None, "essential", True),
        ("enterprise", "essential", False),
        ("essential", "enterprise", True),
        (UNKNOWN, "essential", False),
    ],
)
def test_whose_plan(pack, own, configured, is_above):
    """The resource's plan takes precedence over the configured one; one that is unknown yet is not replaced."""
    pack.configure(baseline={"profile": "convenient"}, plan_cap={} if configured is None else {"plan": configured})
    props = {**BOTH, "sessionLifetime": "60d", **({} if own is None else {"plan": own})}
    assert pack.policies(NATIVE, props) == (["plan-cap"] if is_above else [])


def test_the_configured_plan_holds_the_official_provider(pack):
    """The official resource names no plan; the configured one caps it in hours."""
    pack.configure(baseline={"profile": "convenient"}, plan_cap={"plan": "free"})
    ((policy, message),) = pack.analyze(OFFICIAL, {**IN_HOURS, "sessionLifetime": 720.5, "idleSessionLifetime": 72})[:1]
    assert policy == "plan-cap"
    assert message.startswith(
        "sessionLifetime is 720.5 hours (30d30m), which the official provider writes as 721 hours"
    )
    assert message.endswith("Set sessionLifetime to 720 hours or less.")


@pytest.mark.parametrize(
    ("hours", "becomes", "instead"),
    [
        (
            1.5,
            "1.5 hours (1h30m)|2 hours",
            "1 hour or 2 hours, or the SessionLifetime of auth0-sessions, which keeps 1h30m",
        ),
        (2.255, "2.255 hours|2 hours", "2 hours or 3 hours"),
        (0.255, "0.255 hours|0.25 hours", "0.25 hours"),
    ],
)
def test_rounding(pack, hours, becomes, instead):
    """A message says what a value becomes and what to use instead."""
    shown, written = becomes.split("|")
    message = f"idleSessionLifetime is {shown}, which the official provider writes as {written}. Use {instead}."
    assert pack.analyze(OFFICIAL, {**IN_HOURS, "idleSessionLifetime": hours}) == [("rounding", message)]


def test_rounding_of_every_minute(pack):
    """From 1 minute to 1,000, exactly the values that the official provider changes are reported, with the new one."""
    for minutes in range(1, 1_001):
        written = minutes if minutes < 60 else (minutes + 30) // 60 * 60
        found = pack.analyze(OFFICIAL, {**IN_HOURS, "sessionLifetime": minutes / 60})
        hours = written // 60
        becomes = f"which the official provider writes as {hours} hour{'' if hours == 1 else 's'}. Use "
        assert [one.policy for one in found] == (["rounding"] if written != minutes else [])
        assert all(becomes in one.message for one in found)


@pytest.mark.parametrize("kind", SPELLINGS)
def test_undeclared(pack, kind):
    """A persistent lifetime that is left out is reported, whichever resource leaves it out."""
    name = SPELLINGS[kind].name("idle_session_lifetime")
    value = 1 if kind == OFFICIAL else "1h"
    assert pack.analyze(kind, {SPELLINGS[kind].name("session_lifetime"): value}) == [
        (
            "undeclared",
            f"{name} is not declared, so it is not enforced: the tenant keeps its own value. Declare {name}.",
        )
    ]
    assert pack.policies(kind, {}) == ["undeclared", "undeclared"]


@pytest.mark.parametrize("kind", SPELLINGS)
def test_unknown_values_pass(pack, kind):
    """What the preview does not know yet violates nothing, and causes no remark either."""
    props = {SPELLINGS[kind].name(name): UNKNOWN for name in ("session_lifetime", "idle_session_lifetime")}
    assert pack.analyze(kind, props) == []
    assert pack.analyze(kind, {name: secret(value) for name, value in props.items()}) == []


@pytest.mark.parametrize(
    ("kind", "canary", "policies"),
    [
        (DYNAMIC, "271d7h13m", ["baseline", "plan-cap"]),
        (NATIVE, "271d7h13m", ["baseline", "plan-cap"]),
        (OFFICIAL, 6511.2167, ["baseline", "plan-cap", "rounding"]),
        (NATIVE, "canary", ["baseline"]),
        (OFFICIAL, "canary", ["baseline"]),
    ],
)
def test_a_secret_is_judged_and_not_printed(pack, kind, canary, policies):
    """A secret value violates what a plain one violates, and no message has it, or what it becomes."""
    pack.configure(plan_cap={"plan": "essential"})
    name = SPELLINGS[kind].name("session_lifetime")
    plain = {**(IN_HOURS if kind == OFFICIAL else BOTH), name: canary}
    found = pack.analyze(kind, {**plain, name: secret(canary)})
    assert [one.policy for one in found] == policies == pack.policies(kind, plain)
    assert all(f"{name} is a secret value" in one.message for one in found)
    assert not [one for one in found for trace in ("271d", "6511", "canary") if trace in one.message]


def test_a_secret_is_remembered_for_its_own_resource_only(pack):
    """A plain value is shown, also after another resource had a secret in its place."""
    pack.analyze(NATIVE, {**BOTH, "sessionLifetime": secret("8d")})
    ((_, message),) = pack.analyze(NATIVE, {**BOTH, "sessionLifetime": "8d"})
    assert message.startswith("sessionLifetime is 8d;")


@pytest.mark.parametrize("policy", ["baseline", "plan_cap", "rounding", "undeclared"])
def test_exempt(pack, policy):
    """A policy leaves the resources that it exempts alone, and judges every other one; each policy has its own list."""
    config: dict[str, dict[str, Any]] = {"plan_cap": {"plan": "free"}}
    config[policy] = {**config.get(policy, {}), "exempt": ["legacy"]}
    pack.configure(**config)
    props = {"sessionLifetime": 9_000.4}
    every = ["baseline", "plan-cap", "rounding", "undeclared"]
    assert pack.policies(OFFICIAL, props) == every
    assert pack.policies(OFFICIAL, props, "legacy") == [one for one in every if one != policy.replace("_", "-")]


@pytest.mark.parametrize("baseline", [{"profile": "convenient"}, {"profile": "pci-dss"}, {"maxIdle": "1h"}, {}])
@pytest.mark.parametrize(
    ("kind", "value", "shown", "advice"),
    [
        (OFFICIAL, 46_000, "46000 hours (1916d16h)", "{most} or less"),
        (
            OFFICIAL,
            8_760.25,
            "8760.25 hours (365d15m), which the official provider writes as 8760 hours",
            "{most} or less",
        ),
        (OFFICIAL, 0, "0 hours", "at least 0.01666667 hours"),
        (OFFICIAL, 0.005, "0.005 hours, which the official provider writes as 0 hours", "at least 0.01666667 hours"),
        (OFFICIAL, -3, "-3 hours", "at least 0.01666667 hours"),
        (DYNAMIC, "366d", "366d", "{most} or less"),
        (NATIVE, "8761h", "365d1h", "{most} or less"),
    ],
)
def test_outside_the_api_s_range(pack, baseline, kind, value, shown, advice):
    """What the Management API rejects on any plan violates every baseline, also one without a limit for it."""
    pack.configure(baseline=baseline)
    name = SPELLINGS[kind].name("session_lifetime")
    most = ("168 hours" if kind == OFFICIAL else "7d") if not baseline else "8760 hours" if kind == OFFICIAL else "365d"
    found = pack.analyze(kind, {**(IN_HOURS if kind == OFFICIAL else BOTH), name: value})
    message = f"{name} is {shown}; the Management API accepts 1 minute to 365d (8,760 hours) on any plan. "
    message += f"Set {name} to {advice.format(most=most)}."
    assert [one.message for one in found if one.policy == "baseline" and one.message.startswith(name)] == [message]


@pytest.mark.parametrize("value", [8_760, 1 / 60, 0.0167])
def test_the_ends_of_the_api_s_range(pack, value):
    """One minute and 8,760 hours are within the range, and every advice for a value outside it can be followed."""
    pack.configure(baseline={"profile": "convenient"})
    assert "baseline" not in pack.policies(OFFICIAL, {**IN_HOURS, "sessionLifetime": value})
    assert pack.policies(OFFICIAL, {**IN_HOURS, "sessionLifetime": 0.01666667}) == []


@pytest.mark.parametrize(
    ("own", "configured", "is_above"),
    [
        ("enterprise", "essential", False),
        ("essential", "enterprise", True),
        (None, "essential", True),
        (UNKNOWN, "essential", False),
    ],
)
def test_the_baseline_s_plan_is_for_resources_that_name_none(pack, own, configured, is_above):
    """The plan in the baseline's configuration does not override a resource's own plan."""
    pack.configure(baseline={"profile": "convenient", "plan": configured})
    props = {**BOTH, "sessionLifetime": "60d", **({} if own is None else {"plan": own})}
    assert ("baseline" in pack.policies(NATIVE, props)) is is_above


def test_an_exempt_name_that_matches_nothing(pack):
    """A name in `exempt` without a resource is reported at the end of the run, as advice, once for each policy."""
    pack.configure(baseline={"exempt": ["kiosk", "bucket", "typo"]}, undeclared={"exempt": ["typo", "kiosk"]})
    stack = {"kiosk": NATIVE, "bucket": "aws:s3/bucket:Bucket"}
    message = (
        "exempt: no resource with session lifetimes is named {!r} in this stack. "
        "Correct the name, or remove it if no other stack needs it."
    )
    assert pack.analyze_stack(stack) == [
        ("baseline", message.format("bucket")),
        ("baseline", message.format("typo")),
        ("undeclared", message.format("typo")),
    ]
    assert pack.analyze_stack({**stack, "typo": DYNAMIC, "bucket": OFFICIAL}) == []


def test_a_disabled_policy_reports_nothing(pack):
    """A disabled policy runs neither on a resource nor at the end of the run."""
    pack.configure(baseline={"exempt": ["typo"], "enforcementLevel": analyzer_pb2.DISABLED})
    assert pack.policies(NATIVE, {**BOTH, "sessionLifetime": "300d"}) == []
    assert pack.analyze_stack({}) == []


def test_levels(pack):
    """A violation has the configured level, else the policy's own; `remediate` counts as mandatory."""
    props = {"sessionLifetime": "300d"}
    for level, reported in [(None, "MANDATORY"), ("ADVISORY", "ADVISORY"), ("REMEDIATE", "MANDATORY")]:
        pack.configure(
            **({} if level is None else {"baseline": {"enforcementLevel": analyzer_pb2.EnforcementLevel.Value(level)}})
        )
        assert pack.levels(NATIVE, props) == {"baseline": reported, "undeclared": "ADVISORY"}


PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-u", "__main__.py"], cwd=sys.argv[1])
time.sleep(120)
"""


def test_it_ends_when_its_engine_was_killed():
    """A pack does not outlive the engine that started it."""
    command = [sys.executable, "-c", PARENT, str(PACK)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert int(parent.stdout.readline()) > 0
        parent.kill()
        # The pack holds the other end of this pipe: its end is the pack's.
        rest, _ = parent.communicate(timeout=20 * WATCH_SECONDS)
    assert rest == ""


def test_other_resources_are_left_alone(pack):
    """A resource of another type violates nothing."""
    assert pack.analyze("aws:s3/bucket:Bucket", {"sessionLifetime": 9_000}) == []


def test_a_wrong_configuration_is_refused_at_the_start(refusal):
    """Everything that is wrong with any policy's configuration is in one refusal, before a resource is looked at."""
    text = refusal(baseline={"profile": "x"}, plan_cap={"plan": "gold"}, rounding={"minutes": 1})
    assert "profile is 'x'; allowed: 'convenient'" in text
    assert "plan is 'gold'; allowed: 'free'" in text
    assert "minutes: unknown key; allowed: exempt." in text


def test_a_policy_that_does_not_exist_is_refused(refusal):
    """A typo in a policy's name would leave that policy as it was: it is refused with the names that exist."""
    text = refusal(basline={"profile": "strict"})
    assert text.startswith("'session-lifetime-basline' is not a policy; allowed: session-lifetime-baseline, ")


def test_a_refused_configuration_leaves_the_old_one(pack, refusal):
    """What is refused changes nothing."""
    pack.configure(baseline={"maxAbsolute": "8d"})
    refusal(baseline={"maxAbsolute": "400d"})
    assert pack.policies(NATIVE, {**BOTH, "sessionLifetime": "8d"}) == []
