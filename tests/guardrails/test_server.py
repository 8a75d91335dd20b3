"""The engine's calls: configuration, levels, exemptions, and a process that ends with its engine."""

from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2

from auth0_sessions.guardrails import server
from auth0_sessions.guardrails.config import BASELINE, PLAN_CAP, ROUNDING, SCHEMAS, UNDECLARED
from auth0_sessions.guardrails.declared import OFFICIAL, SECRET, SIGNATURE, SPELLINGS
from auth0_sessions.guardrails.pack import POLICIES

PACK = Path(__file__).parents[2] / "examples" / "guardrails"
DYNAMIC, NATIVE, _ = SPELLINGS
BOTH = {"sessionLifetime": "1h", "idleSessionLifetime": "1h"}


class RefusedError(Exception):
    """What a refused call ends with."""


class Engine:
    """A pack, and the engine's calls of it with plain dictionaries."""

    def __init__(self):
        self.analyzer: Any = server.Analyzer()

    def abort(self, code, details):
        assert code == grpc.StatusCode.INVALID_ARGUMENT
        raise RefusedError(details)

    def configure(self, level=analyzer_pb2.MANDATORY, **config):
        """Configure policies, each by the end of its name (`plan_cap`)."""
        request = analyzer_pb2.ConfigureAnalyzerRequest()
        for name, keys in config.items():
            policy = request.policyConfig[f"session-lifetime-{name.replace('_', '-')}"]
            policy.enforcementLevel = level
            policy.properties.update(keys)
        self.analyzer.Configure(request, self)

    def analyze(self, kind, props, name="acme"):
        """Return policy, level and message of each violation."""
        request = analyzer_pb2.AnalyzeRequest(type=kind, name=name)
        request.properties.update(props)
        return violations(self.analyzer.Analyze(request, self))

    def analyze_stack(self, kinds):
        """Return the same for what is reported at the end of a run with these resources, by name."""
        resources = [analyzer_pb2.AnalyzerResource(name=name, type=kind) for name, kind in kinds.items()]
        return violations(self.analyzer.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=resources), self))

    def policies(self, kind, props, name="acme"):
        """Return the policies that a resource violates."""
        return [policy for policy, *_ in self.analyze(kind, props, name)]


def violations(answer):
    """Return policy, level and message of each violation in an answer."""
    return [
        (one.policyName, analyzer_pb2.EnforcementLevel.Name(one.enforcementLevel), one.message)
        for one in answer.diagnostics
    ]


@pytest.fixture
def pack():
    """A pack without a configuration."""
    return Engine()


def test_what_the_engine_learns(pack):
    """Four policies, two of them mandatory, each with its rule and the schema of its configuration."""
    info = pack.analyzer.GetAnalyzerInfo(None, pack)
    assert (info.name, info.version, info.supportsConfig) == (
        server.NAME,
        pack.analyzer.GetPluginInfo(None, pack).version,
        True,
    )
    assert {one.name: one.enforcementLevel for one in info.policies} == {
        BASELINE: analyzer_pb2.MANDATORY,
        PLAN_CAP: analyzer_pb2.MANDATORY,
        ROUNDING: analyzer_pb2.ADVISORY,
        UNDECLARED: analyzer_pb2.ADVISORY,
    }
    assert [one.description for one in info.policies] == [policy.rule for policy in POLICIES.values()]
    assert {one.name: json_format.MessageToDict(one.configSchema.properties) for one in info.policies} == SCHEMAS


@pytest.mark.parametrize(
    ("level", "reported"),
    [("ADVISORY", "ADVISORY"), ("MANDATORY", "MANDATORY"), ("REMEDIATE", "MANDATORY"), (None, "MANDATORY")],
)
def test_levels(pack, level, reported):
    """A violation has the configured level, else the policy's own, and says the rule; remediation is mandatory."""
    if level:
        pack.configure(analyzer_pb2.EnforcementLevel.Value(level), baseline={})
    above, undeclared = pack.analyze(NATIVE, {"sessionLifetime": "300d"})
    assert (above[:2], undeclared[:2]) == ((BASELINE, reported), (UNDECLARED, "ADVISORY"))
    assert above[2].startswith(f"{POLICIES[BASELINE].rule}\nsessionLifetime is 300d; ")


def test_a_disabled_policy_reports_nothing(pack):
    """A disabled policy runs neither on a resource nor at the end of the run, until it is enabled again."""
    pack.configure(analyzer_pb2.DISABLED, baseline={"exempt": ["typo"]})
    assert pack.policies(NATIVE, {**BOTH, "sessionLifetime": "300d"}) == []
    assert pack.analyze_stack({}) == []
    pack.configure()
    assert pack.policies(NATIVE, {**BOTH, "sessionLifetime": "300d"}) == [BASELINE]


def test_each_policy_has_its_own_configuration(pack):
    """The provider's plan, a secret and hours reach the policies, each with its own configuration."""
    pack.configure(baseline={"profile": "convenient"}, plan_cap={"plan": "free"})
    assert pack.policies(OFFICIAL, {"sessionLifetime": 720.5, "idleSessionLifetime": 72}) == [PLAN_CAP, ROUNDING]
    assert pack.policies(NATIVE, {**BOTH, "sessionLifetime": {SIGNATURE: SECRET, "value": "31d"}}) == [PLAN_CAP]
    request = analyzer_pb2.AnalyzeRequest(type=NATIVE, provider=analyzer_pb2.AnalyzerProviderResource())
    request.properties.update({**BOTH, "sessionLifetime": "31d"})
    request.provider.properties.update({"plan": "enterprise"})
    assert violations(pack.analyzer.Analyze(request, pack)) == []


@pytest.mark.parametrize("policy", POLICIES)
def test_exempt(pack, policy):
    """A policy leaves the resources that it exempts alone, and judges every other one; each policy has its own list."""
    config: dict[str, dict[str, Any]] = {"plan_cap": {"plan": "free"}}
    key = policy.removeprefix("session-lifetime-").replace("-", "_")
    config[key] = {**config.get(key, {}), "exempt": ["legacy"]}
    pack.configure(**config)
    props = {"sessionLifetime": 9_000.4}
    assert set(pack.policies(OFFICIAL, props)) == set(POLICIES)
    assert set(pack.policies(OFFICIAL, props, "legacy")) == set(POLICIES) - {policy}


def test_an_exempt_name_that_matches_nothing(pack):
    """A name in `exempt` without a resource is reported at the end of the run, as advice, once for each policy."""
    pack.configure(baseline={"exempt": ["kiosk", "bucket", "typo"]}, undeclared={"exempt": ["typo", "kiosk"]})
    stack = {"kiosk": NATIVE, "bucket": "aws:s3/bucket:Bucket"}
    message = (
        "exempt: no resource with session lifetimes is named {!r} in this stack. "
        "Correct the name, or remove it if no other stack needs it."
    )
    assert pack.analyze_stack(stack) == [
        (BASELINE, "ADVISORY", message.format("bucket")),
        (BASELINE, "ADVISORY", message.format("typo")),
        (UNDECLARED, "ADVISORY", message.format("typo")),
    ]
    assert pack.analyze_stack({**stack, "typo": DYNAMIC, "bucket": OFFICIAL}) == []


def test_other_resources_are_left_alone(pack):
    """A resource of another type violates nothing."""
    assert pack.analyze("aws:s3/bucket:Bucket", {"sessionLifetime": 9_000}) == []


def test_a_wrong_configuration_is_refused_at_the_start(pack):
    """What is wrong with any policy, or names none, is in one refusal, which leaves the old configuration in force."""
    pack.configure(baseline={"maxAbsolute": "8d"})
    with pytest.raises(RefusedError) as refused:
        pack.configure(
            baseline={"profile": "x"}, plan_cap={"plan": "gold"}, rounding={"minutes": 1}, basline={"profile": "strict"}
        )
    text = str(refused.value)
    assert [part for part in ("profile is 'x'", "plan is 'gold'", "minutes: unknown key") if part not in text] == []
    assert "'session-lifetime-basline' is not a policy; allowed: session-lifetime-baseline, " in text
    assert pack.policies(NATIVE, {**BOTH, "sessionLifetime": "8d"}) == []


def test_the_level_of_all_policies_is_the_engine_s(pack):
    """The engine's own key for the level of every policy is not taken for the name of a policy."""
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    request.policyConfig["all"].enforcementLevel = analyzer_pb2.ADVISORY
    pack.analyzer.Configure(request, pack)
    assert pack.policies(NATIVE, {**BOTH, "sessionLifetime": "8d"}) == [BASELINE]
