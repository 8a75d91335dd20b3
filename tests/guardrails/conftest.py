"""The ready-made pack's process, spoken to over gRPC as the engine does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

PACK = Path(__file__).parent.parent.parent / "examples" / "guardrails"


class Violation(NamedTuple):
    """What a policy reports, without its description."""

    policy: str
    message: str


@dataclass
class Pack:
    """A pack's process, and the engine's calls with plain dictionaries."""

    stub: analyzer_pb2_grpc.AnalyzerStub

    def info(self) -> analyzer_pb2.AnalyzerInfo:
        return self.stub.GetAnalyzerInfo(empty_pb2.Empty())

    def configure(self, **config: Mapping[str, Any]) -> None:
        """Configure policies, each by the end of its name (`plan_cap`)."""
        request = analyzer_pb2.ConfigureAnalyzerRequest()
        for name, keys in config.items():
            policy = request.policyConfig[f"session-lifetime-{name.replace('_', '-')}"]
            properties = {**keys}
            policy.enforcementLevel = properties.pop("enforcementLevel", analyzer_pb2.MANDATORY)
            policy.properties.update(properties)
        self.stub.Configure(request)

    def analyze(self, kind: str, props: Mapping[str, Any], name: str = "acme") -> list[Violation]:
        return _violations(self._analyze(kind, props, name))

    def analyze_stack(self, kinds: Mapping[str, str]) -> list[Violation]:
        """Return what is reported at the end of a run with these resources, by name, which is always advice."""
        resources = [analyzer_pb2.AnalyzerResource(name=name, type=kind) for name, kind in kinds.items()]
        answer = self.stub.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=resources))
        assert {one.enforcementLevel for one in answer.diagnostics} <= {analyzer_pb2.ADVISORY}
        return _violations(answer)

    def levels(self, kind: str, props: Mapping[str, Any]) -> dict[str, str]:
        """Return the level of each policy that a resource violates."""
        return {
            one.policyName.removeprefix("session-lifetime-"): analyzer_pb2.EnforcementLevel.Name(one.enforcementLevel)
            for one in self._analyze(kind, props, "acme").diagnostics
        }

    def _analyze(self, kind: str, props: Mapping[str, Any], name: str) -> analyzer_pb2.AnalyzeResponse:
        properties = struct_pb2.Struct()
        properties.update(props)
        return self.stub.Analyze(analyzer_pb2.AnalyzeRequest(type=kind, name=name, properties=properties))

    def policies(self, kind: str, props: Mapping[str, Any], name: str = "acme") -> list[str]:
        """Return the policies that a resource violates."""
        return [violation.policy for violation in self.analyze(kind, props, name)]


def _violations(answer: analyzer_pb2.AnalyzeResponse) -> list[Violation]:
    return [
        Violation(one.policyName.removeprefix("session-lifetime-"), one.message.removeprefix(f"{one.description}\n"))
        for one in answer.diagnostics
    ]


@pytest.fixture(scope="session")
def pack_process() -> Iterator[Pack]:
    """The process of `examples/guardrails`, ended by its own process id."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AUTH0_", "PULUMI_"))}
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:9", "."]
    with subprocess.Popen(command, cwd=PACK, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with grpc.insecure_channel(f"127.0.0.1:{process.stdout.readline().strip()}") as channel:
            yield Pack(analyzer_pb2_grpc.AnalyzerStub(channel))
        process.kill()


@pytest.fixture
def pack(pack_process: Pack) -> Pack:
    """The pack, without a configuration."""
    pack_process.configure()
    return pack_process


@pytest.fixture
def refusal(pack: Pack) -> Callable[..., str]:
    """Configure the pack with something wrong; return what it says."""

    def refused(**config: Mapping[str, Any]) -> str:
        with pytest.raises(grpc.RpcError) as caught:
            pack.configure(**config)
        assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        return str(caught.value.details())

    return refused
