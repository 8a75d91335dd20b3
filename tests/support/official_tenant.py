"""A stand-in for the official provider's plugin, which accepts any `Tenant` and writes to no real tenant."""

from __future__ import annotations

import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

SCRIPT = '#!/bin/sh\nexec "{python}" -u "{module}" "$@"\n'


class Tenant(pulumi.CustomResource):
    """The official provider's resource, with the properties of a test."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__("auth0:index/tenant:Tenant", name, props, opts)


class Plugin(provider_pb2_grpc.ResourceProviderServicer):
    """The verbs that a preview and an up need."""

    def GetPluginInfo(self, _request: Any, _context: Any) -> plugin_pb2.PluginInfo:  # noqa: N802
        return plugin_pb2.PluginInfo(version="3.55.1")

    def CheckConfig(self, request: Any, _context: Any) -> provider_pb2.CheckResponse:  # noqa: N802
        return provider_pb2.CheckResponse(inputs=request.news)

    def Configure(self, _request: Any, _context: Any) -> provider_pb2.ConfigureResponse:  # noqa: N802
        return provider_pb2.ConfigureResponse(acceptSecrets=True)

    def Check(self, request: Any, _context: Any) -> provider_pb2.CheckResponse:  # noqa: N802
        """Return the inputs with what a bridged provider adds."""
        checked = provider_pb2.CheckResponse(inputs=request.news)
        checked.inputs.update({"__defaults": []})
        return checked

    def Create(self, request: Any, _context: Any) -> provider_pb2.CreateResponse:  # noqa: N802
        return provider_pb2.CreateResponse(id="a-random-string", properties=request.properties)

    def Delete(self, _request: Any, _context: Any) -> empty_pb2.Empty:  # noqa: N802
        return empty_pb2.Empty()

    def Cancel(self, _request: Any, _context: Any) -> empty_pb2.Empty:  # noqa: N802
        return empty_pb2.Empty()


def place(folder: Path) -> None:
    """Put the plugin into a folder of PATH, where the engine finds it by its name."""
    script = folder / "pulumi-resource-auth0"
    script.write_text(SCRIPT.format(python=sys.executable, module=Path(__file__).resolve()))
    script.chmod(script.stat().st_mode | stat.S_IXUSR)


def main() -> None:
    """Serve the plugin until the engine that started it exits."""
    server = grpc.server(ThreadPoolExecutor(4))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Plugin(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # noqa: T201  That is the protocol.
    parent = os.getppid()
    while os.getppid() == parent:
        server.wait_for_termination(1)


if __name__ == "__main__":
    main()
