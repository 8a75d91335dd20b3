"""What operations say about changes, in the names of the front end."""

import pytest

from auth0_sessions.lifecycle.messages import Messages
from auth0_sessions.lifecycle.record import Declared
from auth0_sessions.model.choices import Enforce
from auth0_sessions.model.settings import ABSOLUTE_AND_IDLE
from auth0_sessions.model.spelling import CAMEL_CASE
from fakes import FakeLog

DOMAIN = "acme.eu.auth0.com"


def warnings_of(changed):
    """Return what is said about changed lifetimes."""
    log = FakeLog()
    Messages(log).changed_absolute(Declared(DOMAIN, {}), changed)
    return log.warnings


@pytest.mark.parametrize("absolute", [name for name, _ in ABSOLUTE_AND_IDLE])
@pytest.mark.parametrize(
    ("old", "new", "change", "meaning"),
    [
        (480, 43_200, "8h to 30d", "users get the longer lifetime at their next login"),
        (43_200, 480, "30d to 8h", "never outlives the earlier lifetime"),
        (61, 60, "1h1m to 1h", "never outlives the earlier lifetime"),
    ],
)
def test_a_changed_absolute_lifetime(absolute, old, new, change, meaning):
    """A raised or lowered absolute lifetime is a warning that says what it means for sessions that exist."""
    (warning,) = warnings_of({absolute: (old, new)})
    assert warning.startswith(f"{DOMAIN}: {absolute} goes from {change}. ")
    assert meaning in warning


def test_an_unchanged_absolute_lifetime():
    """Equal lengths, idle timeouts, and anonymous sessions, whose rules are not known, are not mentioned."""
    same = {"session_lifetime": (60, 60)}
    assert warnings_of({**same, "idle_session_lifetime": (60, 30), "anonymous_session_lifetime": (60, 30)}) == []


def test_one_line_for_each_direction():
    """Both kinds of session in one line, so that a fleet's warnings stay readable."""
    (both,) = warnings_of({"session_lifetime": (60, 120), "ephemeral_session_lifetime": (60, 120)})
    assert "session_lifetime goes from 1h to 2h and ephemeral_session_lifetime goes from 1h to 2h." in both
    assert len(warnings_of({"session_lifetime": (60, 30), "ephemeral_session_lifetime": (60, 90)})) == 2


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (720, [f"{DOMAIN}: sessionLifetime keeps 12h, its own value (ceiling 1d)."]),
        (1_440, []),
        (2_880, []),
    ],
)
def test_what_a_ceiling_keeps(own, expected):
    """A tenant that is stricter by its own choice is mentioned, with its value and the ceiling."""
    ceiling = Declared(DOMAIN, {"session_lifetime": 1_440, "idle_session_lifetime": 60}, enforce=Enforce.AT_MOST)
    log = FakeLog()
    Messages(log, CAMEL_CASE).kept(ceiling, ceiling.held({"session_lifetime": own}), ceiling.ceilings)
    assert log.infos == expected
