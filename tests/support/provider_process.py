"""The engine's side of a provider process: starts it, calls it over gRPC, and records its log lines."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, plugin_pb2, provider_pb2, provider_pb2_grpc

from auth0_sessions.native.config import OF_STACK


class FakeEngine(engine_pb2_grpc.EngineServicer):
    """Records what providers log."""

    def __init__(self) -> None:
        self.said: list[engine_pb2.LogRequest] = []

    def Log(self, request: engine_pb2.LogRequest, _context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        """Note a line."""
        self.said.append(request)
        return empty_pb2.Empty()


PROVIDER = "urn:pulumi:dev::sessions::pulumi:providers:auth0-sessions::p"


@dataclass
class Host:
    """A provider's process and the engine it speaks to; a kind of provider adds the engine's calls.

    Attributes:
        stub: What makes a call.
        engine: The engine.
        address: Where the engine listens.
        process: The process.

    """

    stub: provider_pb2_grpc.ResourceProviderStub
    engine: FakeEngine
    address: str
    process: subprocess.Popen[str]

    def warnings(self) -> list[str]:
        """Return the warnings so far."""
        return [line.message for line in self.engine.said if line.severity == engine_pb2.WARNING]

    @staticmethod
    def sent(values: dict[str, Any]) -> struct_pb2.Struct:
        """Return a resource's properties as the engine sends them to this kind of provider."""
        return struct(values)

    @staticmethod
    def received(values: struct_pb2.Struct) -> dict[str, Any]:
        """Return a resource's properties as the tests write them."""
        return plain(values)

    def check(
        self, news: dict[str, Any], olds: dict[str, Any] | None = None, name: str = "acme"
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the checked inputs, and property -> what is wrong with it."""
        request = provider_pb2.CheckRequest(urn=urn_of(name), olds=struct(olds or {}), news=self.sent(news))
        answer = self.stub.Check(request)
        return self.received(answer.inputs), {failure.property: failure.reason for failure in answer.failures}

    def diff(self, olds: dict[str, Any], news: dict[str, Any]) -> provider_pb2.DiffResponse:
        """Return the whole answer."""
        request = provider_pb2.DiffRequest(id="x", urn=urn_of("acme"), olds=self.sent(olds), news=self.sent(news))
        answer: provider_pb2.DiffResponse = self.stub.Diff(request)
        return answer

    def create(self, news: dict[str, Any], *, preview: bool = False, name: str = "acme") -> dict[str, Any]:
        """Return the record, with its ID if it has one."""
        request = provider_pb2.CreateRequest(urn=urn_of(name), properties=self.sent(news), preview=preview)
        answer = self.stub.Create(request)
        return {**self.received(answer.properties), **({"id": answer.id} if answer.id else {})}

    def read(
        self, id_: str, state: dict[str, Any] | None, inputs: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """Return ID, record and inputs; without a state it is an import."""
        request = provider_pb2.ReadRequest(id=id_, urn=urn_of("acme"))
        if state is not None:
            request.properties.CopyFrom(self.sent(state))
            request.inputs.CopyFrom(self.sent(inputs or {}))
        answer = self.stub.Read(request)
        return answer.id, self.received(answer.properties), self.received(answer.inputs)

    def update(self, olds: dict[str, Any], news: dict[str, Any], *, preview: bool = False) -> dict[str, Any]:
        """Return the record."""
        request = provider_pb2.UpdateRequest(id="x", urn=urn_of("acme"), olds=self.sent(olds), preview=preview)
        request.news.CopyFrom(self.sent(news))
        return self.received(self.stub.Update(request).properties)

    def delete(self, state: dict[str, Any]) -> None:
        """Delete a record."""
        self.stub.Delete(provider_pb2.DeleteRequest(id="x", urn=urn_of("acme"), properties=self.sent(state)))

    @staticmethod
    def refused(call: Callable[[], Any]) -> str:
        """Return what the engine would show for a call that fails."""
        with pytest.raises(grpc.RpcError) as caught:
            call()
        return str(caught.value.details())


def urn_of(name: str) -> str:
    """Return the URN of a resource of ours."""
    return f"urn:pulumi:dev::sessions::auth0-sessions:index:SessionLifetime::{name}"


class PluginHost(Host):
    """A plugin's process, its engine, and the engine's calls that only a plugin answers."""

    def configure(self, *, explicit: bool = False, **config: Any) -> PluginHost:
        """Configure the default provider, or an explicit one."""
        args = struct({**config, OF_STACK: "false" if explicit else "true"})
        request = provider_pb2.ConfigureRequest(args=args, name="p", urn=PROVIDER)
        answer = self.stub.Configure(request)
        assert (answer.acceptSecrets, answer.supportsPreview) == (True, True)
        return self

    def new_run(self) -> PluginHost:
        """Let another engine attach, whose run starts from nothing."""
        self.stub.Attach(plugin_pb2.PluginAttach(address=self.address))
        return self

    def check_config(self, news: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        answer = self.stub.CheckConfig(provider_pb2.CheckRequest(urn=PROVIDER, news=struct(news)))
        return plain(answer.inputs), {failure.property: failure.reason for failure in answer.failures}

    def diff_config(self, olds: dict[str, Any], news: dict[str, Any]) -> provider_pb2.DiffResponse:
        request = provider_pb2.DiffRequest(urn=PROVIDER, olds=struct(olds), news=struct(news))
        answer: provider_pb2.DiffResponse = self.stub.DiffConfig(request)
        return answer

    def invoke(self, function: str, **arguments: Any) -> tuple[dict[str, Any], dict[str, str]]:
        request = provider_pb2.InvokeRequest(tok=f"auth0-sessions:index:{function}", args=struct(arguments))
        answer = self.stub.Invoke(request)
        failures = {failure.property: failure.reason for failure in answer.failures}
        return plain(getattr(answer, "return")), failures


AnyHost = TypeVar("AnyHost", bound=Host)


@dataclass
class Starter:
    """Starts provider processes that speak to one engine.

    Attributes:
        address: Where the engine listens.
        engine: The engine.
        environment: What every process has in its environment.

    """

    address: str
    engine: FakeEngine
    environment: dict[str, str]
    _ends: list[tuple[subprocess.Popen[str], grpc.Channel]] = field(default_factory=list)

    def start(self, kind: type[AnyHost], arguments: Sequence[object], **environment: str) -> AnyHost:
        """Start a process, which prints its port first, with a clean environment."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("AUTH0_", "PULUMI_"))}
        process = subprocess.Popen(
            [str(word) for word in arguments],
            env={**clean, **self.environment, **environment},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        channel = grpc.insecure_channel(f"127.0.0.1:{process.stdout.readline().strip()}")
        self._ends.append((process, channel))
        return kind(provider_pb2_grpc.ResourceProviderStub(channel), self.engine, self.address, process)

    def end(self) -> None:
        """End each process by its own id."""
        for process, channel in self._ends:
            channel.close()
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


@contextmanager
def starter(**environment: str) -> Iterator[Starter]:
    """Serve an engine, and end every process that was started for it."""
    engine = FakeEngine()
    server = grpc.server(ThreadPoolExecutor(2))
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    made = Starter(f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}", engine, environment)
    server.start()
    try:
        yield made
    finally:
        made.end()
        server.stop(None).wait()


def struct(values: dict[str, Any]) -> struct_pb2.Struct:
    """Return a dictionary as the engine sends it."""
    made = struct_pb2.Struct()
    made.update(values)
    return made


def plain(values: struct_pb2.Struct) -> dict[str, Any]:
    """Return a provider's response, with whole numbers as integers and without a dynamic provider's pickle."""

    def read(value: Any) -> Any:
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, struct_pb2.Struct):
            return {key: read(inner) for key, inner in value.items()}
        return [read(item) for item in value] if isinstance(value, struct_pb2.ListValue) else value

    return {key: read(value) for key, value in values.items() if key != "__provider"}
