"""What time it is according to a tenant's responses; the clock of this machine may be wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


class ServerClock:
    """The time in the `Date` header of the last response, advanced since then; before the first, this machine's."""

    def __init__(
        self,
        elapsed: Callable[[], float] = time.monotonic,
        machine: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._elapsed = elapsed
        self._machine = machine
        self._last: tuple[datetime, float] | None = None

    def note(self, headers: Mapping[str, str]) -> None:
        """Take the time of a response; without a readable `Date`, nothing changes."""
        if (moment := moment_of(headers.get("Date"))) is not None:
            self._last = moment, self._elapsed()

    def now(self) -> datetime:
        """Return the time, in UTC."""
        if self._last is None:
            return self._machine()
        moment, since = self._last
        return moment + timedelta(seconds=self._elapsed() - since)


def moment_of(date: str | None) -> datetime | None:
    """Return the moment that an HTTP date stands for, in UTC, or None if it is missing or unreadable."""
    try:
        moment = parsedate_to_datetime(date or "")
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
