"""Scalars: what Pulumi reads as text, and what is refused because it is something else."""

import pytest

from auth0_sessions.errors import InputError
from auth0_sessions.model.scalars import BOOLEANS, Misread, from_json, misread, read_object, texts

NUMBERS = "0042 34 1_0 0x1F 0b11 0o17 08 +7 -0 1. 1.50 .5 1e3 -1.5E-3 .inf -.Inf .NaN 99999999999999999999 0X1f 0b-1"
DATES = ("2024-01-01", "2024-1-1", "2001-12-14 21:59:43.10", "2001-12-14t21:59:43Z")
TEXTS = "no off y 12:30 1.2.3 8h 0x 0b2 1__a tRUE --1 2024-01 .inf1 '0042' nULL ~ null"
KINDS = {"number": NUMBERS.split(), "boolean": BOOLEANS, "date": DATES}
ODD = [(kind, source) for kind, sources in KINDS.items() for source in sources]


@pytest.mark.parametrize(("kind", "source"), ODD)
def test_what_pulumi_takes_for_something_else(kind, source):
    """Numbers, booleans and dates of Go's YAML are not text, in every spelling."""
    assert misread(source) == Misread(source, kind)


@pytest.mark.parametrize("source", TEXTS.split())
def test_what_pulumi_reads_as_text(source):
    """Everything else is text, or empty."""
    assert misread(source) is None


def problems_of(value):
    """Return the problems with a value."""
    with pytest.raises(InputError) as raised:
        texts(value, "the file")
    return [line.removeprefix("  - ") for line in str(raised.value).splitlines()[1:]]


@pytest.mark.parametrize(("kind", "source"), [*ODD, ("null", "~")])
@pytest.mark.parametrize("is_key", [False, True])
def test_what_is_not_text_is_refused(kind, source, is_key):
    """The message names the place, what is written, its kind, and the way out."""
    odd = Misread(source, kind)
    (problem,) = problems_of({"a": {odd: "x"} if is_key else {"b": odd}})
    place, what = (f"a.{source}", "the key ") if is_key else ("a.b", "")
    assert problem == f"{place}: {what}{source} is a {kind}, and text is expected. Quote it."


@pytest.mark.parametrize(
    ("value", "starts"),
    [
        ([{"a": Misread("1", "number")}, True], ["0.a: 1 is a number", "1: true is a boolean"]),
        ({"a": 1.5, "b": {"c": 7, 8: "x"}}, ["a: 1.5 is a number", "b.8: the key 8 is a number", "b.c: 7 is a number"]),
        ({"a": "\ud800", "\ud800": "é"}, ["\\ud800: half of a surrogate pair", "a: half of a surrogate pair"]),
        (Misread("7", "number"), ["7 is a number"]),
    ],
)
def test_every_problem_is_listed(value, starts):
    """Also of values that a program or JSON has, and of half a character, which Pulumi replaces."""
    assert [problem[: len(start)] for problem, start in zip(problems_of(value), starts, strict=True)] == starts


def test_text_stays():
    """Text, empty values, and lists and objects of them are as they were."""
    value = {"a": ["x", None, {"b": "é"}]}
    assert texts(value, "") == value


@pytest.mark.parametrize("key", ["sessionLifetime", "idle_ephemeral_session_lifetime", "absolute", "ephemeralIdle"])
def test_a_lifetime_that_is_a_number_stays_as_it_is_written(key):
    """It lacks a unit, not quotes, so the reader of lifetimes says that; a date in its place is refused."""
    assert texts({"a": {key: Misread("1_0", "number")}}, "") == {"a": {key: "1_0"}}
    assert problems_of({key: Misread("2024-01-01", "date")}) != []


@pytest.mark.parametrize(
    ("ceiling", "expected"),
    [*((Misread(source, "boolean"), value) for source, value in BOOLEANS.items()), (True, True), ("true", "true")],
)
def test_a_profile_s_ceiling_is_a_boolean(ceiling, expected):
    """In every spelling that Pulumi reads as one; text is left to its reader."""
    assert texts({"ceiling": ceiling}, "")["ceiling"] is expected


@pytest.mark.parametrize("number", ["7", "-7.50", "1e400", "NaN", "9" * 5000])
def test_a_number_in_json_stays_as_it_is_written(number):
    """However long it is."""
    assert from_json(f'{{"a": {number}}}') == {"a": Misread(number, "number")}


@pytest.mark.parametrize(
    ("content", "words"),
    [('{"a": 1, "b": {}, "a": 2}', "'a' is a duplicate key"), ("[" * 100_000, "nested too deeply")],
)
def test_json_that_loses_something_is_refused(content, words):
    """A key that is there twice, and what Python cannot read."""
    with pytest.raises(InputError, match=words):
        from_json(content)


def test_a_configuration_value_may_be_json_text():
    """Pulumi hands an object over as its JSON text; other text is a value of its own."""
    assert read_object('{"a": "b"}', "x") == read_object({"a": "b"}, "x") == {"a": "b"}
    assert read_object("list.yaml", "x") == "list.yaml"
    with pytest.raises(InputError, match="auth0-sessions:x: 'a' is a duplicate key"):
        read_object('{"a": 1, "a": 2}', "x")
    with pytest.raises(InputError, match="auth0-sessions:x has one problem:\n  - a: 1 is a number"):
        read_object('{"a": 1}', "x")
