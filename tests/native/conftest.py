"""The real plugin: the process that the engine starts, called over gRPC as the engine calls it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import plugin_pb2, provider_pb2

import provider_process
from auth0_sessions.native.config import OF_STACK
from provider_process import plain, starter, struct

CREDENTIALS = {"AUTH0_CLIENT_ID": "plugin-client", "AUTH0_CLIENT_SECRET": "plugin-canary"}
STACK = "urn:pulumi:dev::sessions::"
KIND = "auth0-sessions:index:SessionLifetime"
PROVIDER = f"{STACK}pulumi:providers:auth0-sessions::p"
URN = f"{STACK}{KIND}::acme"


class Host(provider_process.Host):
    """A plugin's process, its engine, and the engine's calls with plain dictionaries."""

    def configure(self, *, explicit: bool = False, **config: Any) -> Host:
        """Configure the default provider, or an explicit one."""
        args = struct({**config, OF_STACK: "false" if explicit else "true"})
        request = provider_pb2.ConfigureRequest(args=args, name="p", urn=PROVIDER)
        answer = self.stub.Configure(request)
        assert (answer.acceptSecrets, answer.supportsPreview) == (True, True)
        return self

    def new_run(self) -> Host:
        """Let another engine attach, whose run starts from nothing."""
        self.stub.Attach(plugin_pb2.PluginAttach(address=self.address))
        return self

    def check_config(self, news: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        answer = self.stub.CheckConfig(provider_pb2.CheckRequest(urn=PROVIDER, news=struct(news)))
        return plain(answer.inputs), {failure.property: failure.reason for failure in answer.failures}

    def diff_config(self, olds: dict[str, Any], news: dict[str, Any]) -> provider_pb2.DiffResponse:
        return self.stub.DiffConfig(provider_pb2.DiffRequest(urn=PROVIDER, olds=struct(olds), news=struct(news)))

    def check(
        self, news: dict[str, Any], olds: dict[str, Any] | None = None, name: str = "acme"
    ) -> tuple[dict[str, Any], dict[str, str]]:
        request = provider_pb2.CheckRequest(urn=f"{STACK}{KIND}::{name}", olds=struct(olds or {}), news=struct(news))
        answer = self.stub.Check(request)
        return plain(answer.inputs), {failure.property: failure.reason for failure in answer.failures}

    def diff(self, olds: dict[str, Any], news: dict[str, Any]) -> provider_pb2.DiffResponse:
        return self.stub.Diff(provider_pb2.DiffRequest(id="x", urn=URN, olds=struct(olds), news=struct(news)))

    def create(self, news: dict[str, Any], *, preview: bool = False, name: str = "acme") -> dict[str, Any]:
        urn = f"{STACK}{KIND}::{name}"
        answer = self.stub.Create(provider_pb2.CreateRequest(urn=urn, properties=struct(news), preview=preview))
        return {**plain(answer.properties), **({"id": answer.id} if answer.id else {})}

    def read(
        self, id_: str, state: dict[str, Any] | None, inputs: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any], dict[str, Any]]:
        request = provider_pb2.ReadRequest(id=id_, urn=f"{STACK}{KIND}::acme")
        if state is not None:
            request.properties.CopyFrom(struct(state))
            request.inputs.CopyFrom(struct(inputs or {}))
        answer = self.stub.Read(request)
        return answer.id, plain(answer.properties), plain(answer.inputs)

    def update(self, olds: dict[str, Any], news: dict[str, Any], *, preview: bool = False) -> dict[str, Any]:
        request = provider_pb2.UpdateRequest(id="x", urn=URN, olds=struct(olds), news=struct(news), preview=preview)
        return plain(self.stub.Update(request).properties)

    def delete(self, state: dict[str, Any]) -> None:
        self.stub.Delete(provider_pb2.DeleteRequest(id="x", urn=URN, properties=struct(state)))

    def invoke(self, function: str, **arguments: Any) -> tuple[dict[str, Any], dict[str, str]]:
        request = provider_pb2.InvokeRequest(tok=f"auth0-sessions:index:{function}", args=struct(arguments))
        answer = self.stub.Invoke(request)
        failures = {failure.property: failure.reason for failure in answer.failures}
        return plain(getattr(answer, "return")), failures

    @staticmethod
    def refused(call: Callable[[], Any]) -> str:
        """Return what the engine would show for a call that fails."""
        with pytest.raises(grpc.RpcError) as caught:
            call()
        return str(caught.value.details())


@pytest.fixture
def start() -> Iterator[Callable[..., Host]]:
    """Start plugin processes; each is ended by its own process id."""
    with starter(**CREDENTIALS) as made:

        def started(*arguments: str, attached: bool = True, **environment: str) -> Host:
            command = arguments or (sys.executable, "-m", "auth0_sessions")
            return made.start(Host, [*command, *([made.address] if attached else [])], **environment)

        yield started


@pytest.fixture(scope="session")
def shared() -> Iterator[Host]:
    """One process for all tests that do not need their own environment; each test is a run of its own."""
    with starter(**CREDENTIALS) as made:
        yield made.start(Host, [sys.executable, "-m", "auth0_sessions", made.address])


@pytest.fixture
def configured(shared: Host) -> Callable[..., Host]:
    """Configure the shared process, as `Host.configure` does, and clear earlier log lines."""
    shared.engine.said.clear()
    return shared.new_run().configure


@pytest.fixture
def host(configured: Callable[..., Host]) -> Host:
    """The default provider without configuration."""
    return configured()


@pytest.fixture
def tenant(auth0_sandbox: Any) -> Any:
    """An Enterprise tenant on which nothing was ever set."""
    return auth0_sandbox.add_tenant("acme", plan="enterprise")
