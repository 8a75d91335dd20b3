"""Talks to the Pulumi engine from a provider's process: warnings, status, and errors without a traceback."""

from __future__ import annotations

import functools
import inspect
import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import grpc
import pulumi
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from auth0_sessions.errors import Auth0SessionsError

DEBUG_VARIABLE = "AUTH0_SESSIONS_DEBUG"
"""Set this environment variable to any value to get Python tracebacks."""

LOG_TIMEOUT_SECONDS = 5.0

_WITHOUT_PROXY = [("grpc.enable_http_proxy", 0)]
"""The engine runs on this machine, but gRPC would look for it behind the proxy of a lowercase `https_proxy`."""


def is_user_error(error: Exception) -> bool:
    """Return whether to show an error as text only; a bug is shown with its traceback."""
    return isinstance(error, (Auth0SessionsError, pulumi.RunError)) and not os.environ.get(DEBUG_VARIABLE)


def engine_address() -> str | None:
    """Return the engine's address in a dynamic provider's process, or None in any other process."""
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    is_provider = getattr(spec, "name", "").startswith("pulumi.dynamic") and len(sys.argv) > 1
    return sys.argv[1] if is_provider else None


def reach_engine_directly() -> None:
    """Make the SDK's connections to the engine, too, bypass a proxy."""
    name = "no_grpc_proxy"
    own = os.environ.get(name) or os.environ.get("no_proxy")
    os.environ[name] = ",".join(filter(None, (own, "127.0.0.1", "localhost")))


class EngineLog:
    """Writes to the terminal of the user who runs `pulumi`, through the engine's log, if the engine has an address.

    `urn` returns the resource whose row a line belongs on, or "" for the stack's row.
    """

    def __init__(self, address: str | None, urn: Callable[[], str] = lambda: "") -> None:
        self._stub: Any = (
            engine_pb2_grpc.EngineStub(grpc.insecure_channel(address, _WITHOUT_PROXY)) if address else None
        )
        self._urn = urn

    def warning(self, message: str) -> None:
        """Log a warning."""
        self._log(engine_pb2.WARNING, message)

    def info(self, message: str) -> None:
        """Log information."""
        self._log(engine_pb2.INFO, message)

    def status(self, message: str) -> None:
        """Show progress, which is not kept in the final report."""
        self._log(engine_pb2.INFO, message, ephemeral=True)

    def _log(self, severity: Any, message: str, *, ephemeral: bool = False) -> None:
        if self._stub is None:
            return
        request = engine_pb2.LogRequest(severity=severity, message=message, ephemeral=ephemeral, urn=self._urn())
        # Failing to show a line must not fail a write that succeeded.
        with suppress(grpc.RpcError):
            self._stub.Log(request, timeout=LOG_TIMEOUT_SECONDS)


def with_clean_errors(verb: Callable[..., Any]) -> Callable[..., Any]:
    """Make a dynamic provider's verb report a user's mistake as plain text, and a bug with its traceback.

    The host reports every exception with a traceback. Before SDK 3.260, it leaves them to gRPC, which prefixes the
    message and logs the traceback.
    """

    @functools.wraps(verb)
    def reporting(*args: Any) -> Any:
        try:
            return verb(*args)
        except Exception as error:
            call = _current_call()
            if call is None:
                raise
            text = str(error) if is_user_error(error) else traceback.format_exc()
            abort = functools.partial(call.abort, grpc.StatusCode.UNKNOWN, text)
            # The host catches what `abort` raises, and aborts with a text of its own.
            call.abort = lambda *_: abort()
            abort()

    return reporting


def _current_call() -> Any:
    """Return the host's current call, or None outside of a host."""
    frame = inspect.currentframe()
    while frame is not None:
        call = frame.f_locals.get("context")
        if isinstance(call, grpc.ServicerContext):
            return call
        frame = frame.f_back
    return None
