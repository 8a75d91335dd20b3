"""Serves the policies to the engine, over the analyzer protocol of Pulumi's SDK.

pulumi-policy is not used, because a policy of that library learns neither which values are secrets nor that its
configuration is wrong before the first resource.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf import empty_pb2
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2

import auth0_sessions
from auth0_sessions.errors import InputError
from auth0_sessions.guardrails.config import SCHEMAS, Config, read_config
from auth0_sessions.guardrails.declared import SPELLINGS, read_resource
from auth0_sessions.guardrails.pack import POLICIES
from auth0_sessions.host.process import end_with_engine

NAME = "auth0-sessions"
ALL = "all"
"""The engine's key for the level of every policy, which it resolves itself."""

MAX_MESSAGE_BYTES = 400 * 1024 * 1024
"""What Pulumi's SDKs accept: the request at the end of a run has every resource of the stack."""

ADVISORY, MANDATORY = analyzer_pb2.ADVISORY, analyzer_pb2.MANDATORY


@dataclass(frozen=True)
class Configured:
    """A policy's enforcement level and configuration."""

    level: analyzer_pb2.EnforcementLevel.ValueType
    config: Config


PACK_DEFAULTS: Mapping[str, Configured] = {
    name: Configured(MANDATORY if policy.is_mandatory else ADVISORY, read_config(name, {}))
    for name, policy in POLICIES.items()
}


def _configured(name: str, given: analyzer_pb2.PolicyConfig) -> Configured:
    if name not in POLICIES:
        message = f"{name!r} is not a policy; allowed: {', '.join(POLICIES)}."
        raise InputError(message)
    # A level that asks for remediation has nothing to remediate with.
    level = MANDATORY if given.enforcementLevel == analyzer_pb2.REMEDIATE else given.enforcementLevel
    return Configured(level, read_config(name, MessageToDict(given.properties)))


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """The engine's calls. Those that are missing here are optional."""

    def __init__(self) -> None:
        """Start with every policy's defaults."""
        self._enabled = PACK_DEFAULTS

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802  The protocol's names.
        """Return the version."""
        return plugin_pb2.PluginInfo(version=auth0_sessions.__version__)

    def GetAnalyzerInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """Describe the policies."""
        info = analyzer_pb2.AnalyzerInfo(name=NAME, version=auth0_sessions.__version__, supportsConfig=True)
        for name, policy in POLICIES.items():
            added = info.policies.add(name=name, description=policy.rule, enforcementLevel=PACK_DEFAULTS[name].level)
            added.policy_type = analyzer_pb2.POLICY_TYPE_RESOURCE
            added.configSchema.properties.update(SCHEMAS[name])
        return info

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Take the configuration of all policies, or reject it before the engine analyzes any resource."""
        enabled, problems = dict(PACK_DEFAULTS), []
        for name, given in request.policyConfig.items():
            if name == ALL:
                continue
            try:
                enabled[name] = _configured(name, given)
            except InputError as error:
                problems.append(str(error))
        if problems:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "\n".join(problems))
        self._enabled = {name: policy for name, policy in enabled.items() if policy.level != analyzer_pb2.DISABLED}
        return empty_pb2.Empty()

    def Analyze(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """Run the policies on one resource."""
        answer = analyzer_pb2.AnalyzeResponse()
        resource = read_resource(
            request.type, MessageToDict(request.properties), MessageToDict(request.provider.properties)
        )
        for name, policy in self._enabled.items():
            if resource is None:
                answer.not_applicable.add(policy_name=name, reason="It declares no session lifetimes.")
            elif request.name in policy.config.exempt:
                answer.not_applicable.add(policy_name=name, reason="It is exempt by name.")
            else:
                for message in POLICIES[name].find(resource, policy.config):
                    # The CLI prints only the message, so it starts with the rule, as in Pulumi's own SDKs.
                    _report(answer, name, policy.level, f"{POLICIES[name].rule}\n{message}")
        return answer

    def AnalyzeStack(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """Report exempt names that match no resource. It is advice: another stack may have the resource."""
        answer = analyzer_pb2.AnalyzeResponse()
        names = {resource.name for resource in request.resources if resource.type in SPELLINGS}
        for name, policy in self._enabled.items():
            for unmatched in sorted(policy.config.exempt - names):
                message = f"exempt: no resource with session lifetimes is named {unmatched!r} in this stack. "
                advice = "Correct the name, or remove it if no other stack needs it."
                _report(answer, name, ADVISORY, message + advice)
        return answer


def _report(answer: Any, policy: str, level: int, message: str) -> None:
    answer.diagnostics.add(
        policyName=policy,
        policyPackName=NAME,
        policyPackVersion=auth0_sessions.__version__,
        description=POLICIES[policy].rule,
        message=message,
        enforcementLevel=level,
    )


def policy_pack() -> None:
    """Serve the pack until the engine that started this process ends it, or is gone."""
    server = grpc.server(ThreadPoolExecutor(), options=[("grpc.max_receive_message_length", MAX_MESSAGE_BYTES)])
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Analyzer(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    end_with_engine(None)
    print(port, flush=True)  # noqa: T201  The protocol requires it.
    try:
        server.wait_for_termination()
    except KeyboardInterrupt:
        server.stop(None)
