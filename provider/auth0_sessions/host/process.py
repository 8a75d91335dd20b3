"""Ends a provider's process when its engine exits, even if the engine was killed."""

from __future__ import annotations

import os
import socket
import threading
import time

from auth0_sessions.errors import CanceledError

WATCH_SECONDS = 1.0


def end_with_engine(address: str | None) -> None:
    """End this process as soon as its parent is gone or its engine, if it has an address, no longer listens."""
    threading.Thread(target=_watch, args=(os.getppid(), address), daemon=True).start()


def confirm_engine(address: str | None) -> None:
    """Raise if this process is an orphan, because what it writes would stay without a record.

    Raises:
        CanceledError: The parent is gone, or the engine no longer listens.

    """
    if os.getppid() != _PARENT or (address in _HAVE_LISTENED and not _listens(address)):
        message = "Pulumi's engine has ended, so nothing was written. Run it again to continue."
        raise CanceledError(message)


_PARENT = os.getppid()
_HAVE_LISTENED: set[str] = set()
"""The engines' addresses; a host without an engine has one that never listens."""


def _watch(parent: int, address: str | None) -> None:
    while os.getppid() == parent:
        if address is not None and not _listens(address) and address in _HAVE_LISTENED:
            break
        time.sleep(WATCH_SECONDS)
    os._exit(1)


def _listens(address: str) -> bool:
    """Return False only if the connection is refused; a slow engine is still running."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), WATCH_SECONDS).close()
    except (OSError, ValueError) as error:
        return not isinstance(error, ConnectionRefusedError)
    _HAVE_LISTENED.add(address)
    return True
