"""What time it is according to a tenant's responses."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.api.clock import ServerClock, moment_of

DATE = "Mon, 30 Nov 2026 18:00:00 GMT"
MOMENT = datetime(2026, 11, 30, 18, tzinfo=UTC)
MACHINE = datetime(2036, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ([], MACHINE),
        (["soon"], MACHINE),
        ([DATE], MOMENT + timedelta(seconds=90)),
        ([DATE, None], MOMENT + timedelta(seconds=90)),
        ([DATE, "soon"], MOMENT + timedelta(seconds=90)),
    ],
)
def test_the_server_knows_the_time(dates, expected):
    """The time is the last readable one of an answer, advanced since then; before the first, the machine's."""
    seconds = [1_000.0]
    clock = ServerClock(lambda: seconds[0], lambda: MACHINE)
    for date in dates:
        clock.note({} if date is None else {"Date": date})
    seconds[0] += 90
    assert clock.now() == expected


@pytest.mark.parametrize(
    "date", [DATE, "30 Nov 2026 19:00:00 +0100", "Mon, 30 Nov 2026 18:00:00 -0000", "Monday, 30-Nov-26 18:00:00 GMT"]
)
def test_dates(date):
    """Every form of an HTTP date, and one without a zone, is a moment in UTC."""
    assert moment_of(date) == MOMENT


@given(st.text() | st.from_regex(r"\w{3}, \d{2} Nov \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4,14}", fullmatch=True))
def test_any_date(date):
    """Whatever a date says, it is a moment or none."""
    moment = moment_of(date)
    assert moment is None or moment.utcoffset() == timedelta(0)
