"""Resources that only sleep, for the benchmark: a dynamic one, and one of a native plugin, which this script serves."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi import CustomResource, dynamic
from pulumi.runtime.proto import plugin_pb2
from pulumi.runtime.proto import provider_pb2 as proto
from pulumi.runtime.proto import provider_pb2_grpc as service

VARIABLE = "BENCH_SECONDS_PER_CALL"
VERSION = "0.0.1"
CALLS = {"create": 3, "read": 2, "update": 2, "delete": 2}
"""How many calls our resource makes, including logins."""


def sleep(verb: str) -> None:
    """Sleep as long as our calls take."""
    time.sleep(CALLS.get(verb, 0) * float(os.environ[VARIABLE]))


class IdleProvider(dynamic.ResourceProvider):
    """Returns what it is given."""

    serialize_as_secret_always = False

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Sleep."""
        sleep("create")
        return dynamic.CreateResult("idle", props)

    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        """Sleep."""
        sleep("read")
        return dynamic.ReadResult(id_, props)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.UpdateResult:
        """Sleep."""
        sleep("update")
        return dynamic.UpdateResult(_news)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Sleep."""
        sleep("delete")


class Dynamic(dynamic.Resource, module="bench", name="Idle"):
    """A dynamic resource that does nothing."""


class Native(CustomResource):
    """A resource of the plugin, with a class of its own, as ours: the SDK then stores where it was declared."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__("idle:index:Idle", name, {"value": value})


RESPONSES: dict[str, Callable[[Any], object]] = {
    "GetPluginInfo": lambda _: plugin_pb2.PluginInfo(version=VERSION),
    "Configure": lambda _: proto.ConfigureResponse(supportsPreview=True),
    "Check": lambda request: proto.CheckResponse(inputs=request.news),
    "Diff": lambda _: proto.DiffResponse(),
    "Create": lambda request: proto.CreateResponse(id=request.name, properties=request.properties),
    "Read": lambda request: proto.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs),
    "Update": lambda request: proto.UpdateResponse(properties=request.news),
    "Delete": lambda _: empty_pb2.Empty(),
}


def answer(name: str) -> Callable[[Any, Any], object]:
    """Return what sleeps as long as our calls take, and answers."""

    def answered(request: Any, _context: Any) -> object:
        if not getattr(request, "preview", False):
            sleep(name.lower())
        return RESPONSES[name](request)

    return answered


def main() -> None:
    """Serve the native plugin until the engine exits."""
    servicer = service.ResourceProviderServicer()
    vars(servicer).update({name: answer(name) for name in RESPONSES})
    server = grpc.server(ThreadPoolExecutor(128))
    service.add_ResourceProviderServicer_to_server(servicer, server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
