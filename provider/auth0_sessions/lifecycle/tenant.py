"""What operations need from their surroundings: one live tenant, and a way to talk to the user."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from auth0_sessions.model.settings import Reported, Values


class Tenant(Protocol):
    """One live tenant's settings."""

    def read(self) -> Reported:
        """Return the settings that were ever written."""

    def write(self, values: Values, *, just_read: bool = False) -> Reported:
        """Write settings, and return what the tenant then reports.

        `just_read` is True if this operation already read the tenant. It raises only if the tenant refused the write,
        or if the outcome is unknown, which the error's `may_have_written` says.
        """

    def put_back(self, values: Values) -> None:
        """Write what this operation has read or written over, once, however little time is left."""

    def now(self) -> datetime:
        """Return the tenant's time, in UTC."""


class Log(Protocol):
    """How an operation reports to its user."""

    def warning(self, message: str) -> None:
        """Log a warning."""

    def info(self, message: str) -> None:
        """Log information."""

    def status(self, message: str) -> None:
        """Show progress."""
