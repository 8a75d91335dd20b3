"""The real plugin: the process that the engine starts, called over gRPC as the engine calls it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pulumi.runtime.proto import plugin_pb2, provider_pb2

import provider_process
from auth0_sessions.native.config import OF_STACK
from provider_process import plain, starter, struct

CREDENTIALS = {"AUTH0_CLIENT_ID": "plugin-client", "AUTH0_CLIENT_SECRET": "plugin-canary"}
PROVIDER = "urn:pulumi:dev::sessions::pulumi:providers:auth0-sessions::p"


class Host(provider_process.Host):
    """A plugin's process, its engine, and the engine's calls that only a plugin answers."""

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

    def invoke(self, function: str, **arguments: Any) -> tuple[dict[str, Any], dict[str, str]]:
        request = provider_pb2.InvokeRequest(tok=f"auth0-sessions:index:{function}", args=struct(arguments))
        answer = self.stub.Invoke(request)
        failures = {failure.property: failure.reason for failure in answer.failures}
        return plain(getattr(answer, "return")), failures


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
