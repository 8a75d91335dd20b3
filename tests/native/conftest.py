"""The real plugin: the process that the engine starts, called over gRPC as the engine calls it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from provider_process import PluginHost, starter

CREDENTIALS = {"AUTH0_CLIENT_ID": "plugin-client", "AUTH0_CLIENT_SECRET": "plugin-canary"}


@pytest.fixture
def start() -> Iterator[Callable[..., PluginHost]]:
    """Start plugin processes; each is ended by its own process id."""
    with starter(**CREDENTIALS) as made:

        def started(*arguments: str, attached: bool = True, **environment: str) -> PluginHost:
            command = arguments or (sys.executable, "-m", "auth0_sessions")
            return made.start(PluginHost, [*command, *([made.address] if attached else [])], **environment)

        yield started


@pytest.fixture(scope="session")
def shared() -> Iterator[PluginHost]:
    """One process for all tests that do not need their own environment; each test is a run of its own."""
    with starter(**CREDENTIALS) as made:
        yield made.start(PluginHost, [sys.executable, "-m", "auth0_sessions", made.address])


@pytest.fixture
def configured(shared: PluginHost) -> Callable[..., PluginHost]:
    """Configure the shared process, as `PluginHost.configure` does, and clear earlier log lines."""
    shared.engine.said.clear()
    return shared.new_run().configure


@pytest.fixture
def host(configured: Callable[..., PluginHost]) -> PluginHost:
    """The default provider without configuration."""
    return configured()


@pytest.fixture
def tenant(auth0_sandbox: Any) -> Any:
    """An Enterprise tenant on which nothing was ever set."""
    return auth0_sandbox.add_tenant("acme", plan="enterprise")
