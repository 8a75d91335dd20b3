"""Starts and stops the plugin's process."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import provider_pb2_grpc

from auth0_sessions.host.log import reach_engine_directly
from auth0_sessions.host.process import end_with_engine
from auth0_sessions.native.plugin import Plugin


def main() -> None:
    """Serve the plugin until its engine exits; the engine reads the port from standard output.

    The engine passes its address; without one, an engine attaches later.
    """
    reach_engine_directly()
    # A component waits for calls to this plugin, so a limit would let the components of a large stack wait for ever.
    server = grpc.server(ThreadPoolExecutor(sys.maxsize), options=_GRPC_CHANNEL_OPTIONS)
    address = next((argument for argument in sys.argv[1:] if not argument.startswith("-")), None)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Plugin(address), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    # Start watching before printing the port, in case the engine is killed right after reading it.
    end_with_engine(address)
    print(port, flush=True)  # noqa: T201  The protocol requires it.
    server.wait_for_termination()
