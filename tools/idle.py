"""Resources that only sleep, for the benchmark: a dynamic one, and one of a native plugin, which this script serves."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import grpc
from google.protobuf import empty_pb2
from pulumi import CustomResource, dynamic
from pulumi.runtime.proto import plugin_pb2
from pulumi.runtime.proto import provider_pb2 as proto
from pulumi.runtime.proto import provider_pb2_grpc as service

VARIABLE = "BENCH_SECONDS_PER_CALL"
Answer = TypeVar("Answer")


def after(calls: int, answer: Answer) -> Answer:
    """Return an answer after as long as our calls take: three for a create, login included, and else two."""
    time.sleep(calls * float(os.environ[VARIABLE]))
    return answer


class _Provider(dynamic.ResourceProvider):
    serialize_as_secret_always = False

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        return after(3, dynamic.CreateResult("idle", props))

    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        return after(2, dynamic.ReadResult(id_, props))

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> dynamic.UpdateResult:
        return after(2, dynamic.UpdateResult(news))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        after(2, None)


class Dynamic(dynamic.Resource, module="bench", name="Idle"):
    """A dynamic resource that takes the arguments of ours and stores one value."""

    def __init__(self, name: str, *, session_lifetime: str, **_others: str) -> None:
        super().__init__(_Provider(), name, {"value": session_lifetime})


class Native(CustomResource):
    """The same of the plugin, with a class of its own, as ours: the SDK then stores where it was declared."""

    def __init__(self, name: str, *, session_lifetime: str, **_others: str) -> None:
        super().__init__("idle:index:Idle", name, {"value": session_lifetime})


METHODS: dict[str, Any] = {
    "GetPluginInfo": lambda *_: plugin_pb2.PluginInfo(version="0.0.1"),
    "Configure": lambda *_: proto.ConfigureResponse(supportsPreview=True),
    "Check": lambda asked, _: proto.CheckResponse(inputs=asked.news),
    "Diff": lambda *_: proto.DiffResponse(),
    "Create": lambda asked, _: after(3, proto.CreateResponse(id=asked.name, properties=asked.properties)),
    "Read": lambda asked, _: after(
        2, proto.ReadResponse(id=asked.id, inputs=asked.inputs, properties=asked.properties)
    ),
    "Update": lambda asked, _: after(2, proto.UpdateResponse(properties=asked.news)),
    "Delete": lambda *_: after(2, empty_pb2.Empty()),
}

if __name__ == "__main__":
    plugin = service.ResourceProviderServicer()
    vars(plugin).update(METHODS)
    server = grpc.server(ThreadPoolExecutor(128))
    service.add_ResourceProviderServicer_to_server(plugin, server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    server.wait_for_termination()
