"""What time it is according to a tenant's responses."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.api.clock import ServerClock, moment_of

DATE = "Mon, 30 Nov 2026 18:00:00 GMT"
MOMENT = datetime(2026, 11, 30, 18, tzinfo=UTC)
MACHINE = datetime(2036, 1, 1, tzinfo=UTC)


class Hours:
    """A clock that counts seconds, and a wrong machine's."""

    def __init__(self):
        self.seconds = 1_000.0
        self.clock = ServerClock(lambda: self.seconds, lambda: MACHINE)

    def after(self, *headers, seconds=0.0):
        """Return the time some seconds after these answers."""
        for found in headers:
            self.clock.note(found)
        self.seconds += seconds
        return self.clock.now()


def test_the_server_knows_the_time():
    """The time is the last answer's, advanced since then, however wrong the machine's clock is."""
    assert Hours().after({"Date": DATE}, seconds=90) == MOMENT + timedelta(seconds=90)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Date": ""},
        {"Date": "soon"},
        {"Date": "Mon, 30 Nov 9999 18:00:00 GMT"},
        {"Date": "Thu, 01 Jan 1970 00:00:00 GMT"},
    ],
)
def test_without_a_date(headers):
    """An answer whose date is missing, unreadable or absurd changes nothing; at first, the machine's counts."""
    assert Hours().after(headers) == MACHINE
    assert Hours().after({"Date": DATE}, headers, seconds=5) == MOMENT + timedelta(seconds=5)


@pytest.mark.parametrize(
    "date", [DATE, "30 Nov 2026 19:00:00 +0100", "Mon, 30 Nov 2026 18:00:00 -0000", "Monday, 30-Nov-26 18:00:00 GMT"]
)
def test_dates(date):
    """Every form of an HTTP date, and one without a zone, is a moment in UTC."""
    assert moment_of(date) == MOMENT


@given(st.text() | st.from_regex(r"\w{3}, \d{2} Nov \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}", fullmatch=True))
def test_any_date(date):
    """Whatever a date says, it is a moment or none."""
    moment = moment_of(date)
    assert moment is None or moment.utcoffset() == timedelta(0)
    assert ServerClock().now().tzinfo is UTC
