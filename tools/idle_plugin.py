"""A native plugin that only sleeps, so that the benchmark can measure the cost of the engine and gRPC."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi import CustomResource, Input
from pulumi.runtime.proto import plugin_pb2
from pulumi.runtime.proto import provider_pb2 as proto
from pulumi.runtime.proto import provider_pb2_grpc as service

from idle import CALLS, SECONDS_PER_CALL, WIDE_INPUTS, WIDE_OUTPUTS

NAME, VERSION = "idle", "0.0.1"
THREADS = 128
NULLS = (
    *("anonymousSessionLifetime", "anonymousSessionLifetimeMinutes", "credentials", "ephemeralSessionLifetime"),
    *("ephemeralSessionLifetimeMinutes", "idleEphemeralSessionLifetime", "idleEphemeralSessionLifetimeMinutes"),
    *("idleSessionLifetime", "idleSessionLifetimeMinutes", "sessionCookieMode"),
)
OUTPUTS: dict[str, Any] = {**dict.fromkeys(NULLS), **WIDE_OUTPUTS}
"""The outputs of our resource."""


class IdlePlugin(service.ResourceProviderServicer):
    """Returns what each verb was given, after as long as our calls take."""

    def GetPluginInfo(self, _request: Any, _context: Any) -> plugin_pb2.PluginInfo:  # noqa: N802  The protocol's names.
        """Return the version."""
        return plugin_pb2.PluginInfo(version=VERSION)

    def CheckConfig(self, request: Any, _context: Any) -> proto.CheckResponse:  # noqa: N802
        """Return the configuration."""
        return proto.CheckResponse(inputs=request.news)

    def Configure(self, _request: Any, _context: Any) -> proto.ConfigureResponse:  # noqa: N802
        """Accept."""
        return proto.ConfigureResponse(supportsPreview=True)

    def Check(self, request: Any, _context: Any) -> proto.CheckResponse:  # noqa: N802
        """Return the inputs."""
        return proto.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, _context: Any) -> proto.DiffResponse:  # noqa: N802
        """Compare the one input that changes."""
        is_same = request.olds["value"] == request.news["value"]
        return proto.DiffResponse(changes=proto.DiffResponse.DIFF_NONE if is_same else proto.DiffResponse.DIFF_SOME)

    def Create(self, request: Any, _context: Any) -> proto.CreateResponse:  # noqa: N802
        """Sleep."""
        _sleep("create", preview=request.preview)
        return proto.CreateResponse(id=request.name, properties=_outputs(request.properties))

    def Read(self, request: Any, _context: Any) -> proto.ReadResponse:  # noqa: N802
        """Sleep."""
        _sleep("read")
        return proto.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)

    def Update(self, request: Any, _context: Any) -> proto.UpdateResponse:  # noqa: N802
        """Sleep."""
        _sleep("update", preview=request.preview)
        return proto.UpdateResponse(properties=_outputs(request.news))

    def Delete(self, _request: Any, _context: Any) -> empty_pb2.Empty:  # noqa: N802
        """Sleep."""
        _sleep("delete")
        return empty_pb2.Empty()

    def Cancel(self, _request: Any, _context: Any) -> empty_pb2.Empty:  # noqa: N802
        """Do nothing."""
        return empty_pb2.Empty()


def _outputs(inputs: struct_pb2.Struct) -> struct_pb2.Struct:
    properties = struct_pb2.Struct()
    if len(inputs) > 1:
        properties.update(OUTPUTS)
    properties.MergeFrom(inputs)
    return properties


def _sleep(verb: str, *, preview: bool = False) -> None:
    if not preview:
        time.sleep(CALLS[verb] * SECONDS_PER_CALL)


class Idle(CustomResource):
    """Does nothing.

    Args:
        name: Its name.
        value: Its one input.
        wide: Gives it as many properties as a resource of ours has, because the engine carries each of them.

    """

    def __init__(self, name: str, value: Input[str], *, wide: bool = False) -> None:
        ours = {"domain": f"{name}.eu.auth0.com", **WIDE_INPUTS, **dict.fromkeys(WIDE_OUTPUTS)} if wide else {}
        super().__init__("idle:index:Idle", name, {"value": value, **ours})


def main() -> None:
    """Serve until the engine exits."""
    server = grpc.server(ThreadPoolExecutor(THREADS))
    service.add_ResourceProviderServicer_to_server(IdlePlugin(), server)
    sys.stdout.write(f"{server.add_insecure_port('127.0.0.1:0')}\n")
    sys.stdout.flush()
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
