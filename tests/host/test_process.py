"""A provider's process that has lost its engine."""

from __future__ import annotations

import socket

import pytest

from auth0_sessions.errors import CanceledError
from auth0_sessions.host import process


def test_an_orphan_is_refused():
    """A write that only a record can make safe needs an engine that still listens; one that never listened is none."""
    with socket.create_server(("127.0.0.1", 0)) as engine:
        address = f"127.0.0.1:{engine.getsockname()[1]}"
        assert process._listens(address)
        process.confirm_engine(address)
    with pytest.raises(CanceledError, match="engine has ended, so nothing was written"):
        process.confirm_engine(address)
    process.confirm_engine("127.0.0.1:9")
    process.confirm_engine(None)
