"""The error tree."""

import pytest

from auth0_sessions import errors
from auth0_sessions.errors import (
    SHOWN_CHARACTERS,
    ApiError,
    Auth0SessionsError,
    InputError,
    listed,
    shown,
    visible,
)

EVERY_ERROR = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
API_ERRORS = [kind for kind in EVERY_ERROR if issubclass(kind, ApiError)]


class Unprintable:
    """A value whose `repr` fails."""

    def __repr__(self):
        """Fail."""
        raise RuntimeError


@pytest.mark.parametrize("kind", EVERY_ERROR)
def test_one_root(kind):
    """Catching the root catches every error of the package."""
    assert issubclass(kind, Auth0SessionsError)


def test_input_errors_are_value_errors():
    """A program that catches ValueError catches a mistyped value too."""
    assert issubclass(InputError, ValueError)


@pytest.mark.parametrize("kind", API_ERRORS)
def test_api_errors_say_status_and_code(kind):
    """An error of the API carries the HTTP status and Auth0's own code beside its text."""
    error = kind("no", status=418, error_code="teapot")
    assert (str(error), error.status, error.error_code) == ("no", 418, "teapot")


@pytest.mark.parametrize("kind", API_ERRORS)
def test_error_code_may_be_absent(kind):
    """Auth0 leaves `errorCode` out of some answers, and then it is None."""
    assert kind("no", status=500).error_code is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("4d", "'4d'"),
        (720, "720"),
        (None, "None"),
        ("two\nlines", r"'two\nlines'"),
        ("\ud800\x00", r"'\ud800\x00'"),
        (Unprintable(), "<Unprintable>"),
        pytest.param(10**5000, "<int>", id="huge"),
    ],
)
def test_shown(value, expected):
    """A value in a message is quoted, stays on its line, and is named by its type where it cannot be printed."""
    assert expected == shown(value)


@pytest.mark.parametrize("length", [1, SHOWN_CHARACTERS, 10_000])
def test_shown_is_short(length):
    """A message repeats no more of a value than a line holds."""
    assert min(length + 2, SHOWN_CHARACTERS) == len(shown("x" * length))


UNSEEN = {
    "\x1b": r"\x1b".replace("x", "u00"),
    "\u00ad": r"\u00ad",
    "\u3164": r"\u3164",
    "\u202e": r"\u202e",
    "\u200b": r"\u200b",
    "\u2800": r"\u2800",
    "\ufffa": r"\ufffa",
    "\ud800": r"\ud800",
    "\U000e0041": r"\U000e0041",
    "\U0001d173": r"\U0001d173",
}


@pytest.mark.parametrize("unseen", UNSEEN)
def test_what_cannot_be_seen_is_escaped(unseen):
    """A character that shows nothing, or changes how others are shown, is written as its number."""
    assert visible(f"a{unseen}b") == f"a{UNSEEN[unseen]}b"
    assert unseen not in shown(f"a{unseen}b")


@pytest.mark.parametrize(
    "text", ["a\tb\nc", "\u05e9\u05dc\u05d5\u05dd", "\U0001f469\u200d\U0001f467", "\u2764\ufe0f", "\u0645\u06cc\u200c"]
)
def test_what_can_be_seen_stays(text):
    """Letters of every script, emoji of several parts, and line breaks stay as they are."""
    assert visible(text) == text


@pytest.mark.parametrize(("problems", "count"), [(["x"], "one problem"), (["x", "y"], "2 problems")])
def test_problems_are_listed(problems, count):
    """Problems are counted, and each has a line of its own."""
    assert listed("it", problems) == "\n".join([f"it has {count}:", *(f"  - {problem}" for problem in problems)])
