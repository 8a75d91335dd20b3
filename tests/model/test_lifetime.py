"""Text <-> whole minutes."""

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auth0_sessions.errors import SHOWN_CHARACTERS, LifetimeError
from auth0_sessions.model.lifetime import MAX_MINUTES, MINUTES_PER_UNIT, Lifetime

MINUTES = st.integers(1, MAX_MINUTES)
ANYTHING = (
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.complex_numbers(), st.fractions(), st.binary()),
    *(st.text(), st.text(st.characters(categories=["Cs", "Cc", "Nd", "Zs"]))),
    *(st.text("0123456789.-+wdhmPTWDHMYS \x00\n"), st.lists(st.integers()), st.dictionaries(st.text(), st.integers())),
)


def error_of(value):
    """Return the error message for a value."""
    with pytest.raises(LifetimeError) as refused:
        Lifetime.parse(value)
    return str(refused.value)


ACCEPTED = {
    1: "1m",
    15: "PT0.25H",
    60: "1h",
    90: "90m 1h30m PT1H30M PT90M 1.5h 0h90m 090m",
    480: "8h PT8H",
    720: "0.5d",
    2_160: "1d12h P1DT12H",
    11_581: "1w1d1h1m",
    20_160: "2w P2W",
    43_200: "30d P30D",
    525_600: "365d 8760h 525600m",
}


@pytest.mark.parametrize(
    ("text", "minutes"),
    [(" 8h\n", 480), *((text, minutes) for minutes, row in ACCEPTED.items() for text in row.split())],
)
def test_accepted(text, minutes):
    """A lifetime is text with units, or ISO 8601, of whole minutes in the end."""
    assert minutes == Lifetime.parse(text).minutes


CANONICAL = "1440m=1d 36h=1d12h 90m=1h30m 2w=14d PT8H=8h P30D=30d 1501m=1d1h1m 1d1m=1d1m 59m=59m 365d=365d"


@pytest.mark.parametrize(("given_text", "canonical"), [pair.split("=") for pair in CANONICAL.split()])
def test_canonical(given_text, canonical):
    """Canonical text uses days, hours and minutes, the largest first, and no part that is zero."""
    assert canonical == str(Lifetime.parse(given_text))


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        *((number, "720 has no unit: write '720h' or '720m'") for number in ("720", 720, 720.0, "720.0", " 720 ")),
        (20160, "20160 has no unit: write '20160m'"),
        *((number, "0.5 has no unit: write '30m'") for number in (0.5, "0.5")),
        ("1.50", "1.50 has no unit: write '1h30m'"),
        ("0.001", "0.001 has no unit: write '8h' or '90m'"),
        *((number, f"{number} has no unit") for number in (0, "0", -5, "+8", "1.5", 1.5)),
        pytest.param(10**5000, "has no unit", id="huge"),
        pytest.param("9" * 5000, "has no unit", id="long"),
        *((float(number), f"{number} has no unit") for number in ("nan", "inf")),
    ],
)
def test_bare_number(number, hint):
    """A bare number, quoted or not, is rejected with a message that mentions both hours and minutes."""
    text = error_of(number)
    assert hint in text
    assert "The Management API counts hours, the Dashboard counts minutes." in text


@pytest.mark.parametrize(
    "number", [0, "0", -5, "-5", "1.5", 1.5, 10**9, "9" * 30, 20_160, 8_761, 525_601, "0.01", 1e-9]
)
def test_bare_number_gets_only_advice_that_works(number):
    """Advice in a message always works: it never suggests a text that would be rejected."""
    proposed = [part for part in error_of(number).split("'")[1::2] if part]
    assert proposed == [text for text in proposed if Lifetime.parse(text)]


REFUSED = {
    "is zero; the shortest": "0m 0h0m PT0M",
    "not seconds": "PT0S 30s 1h30s PT30S",
    "not a whole number of minutes": "0.5m 0.01h 1.0001d PT1.5M",
    "at least one minute": "-8h -PT8H",
    "a month has no fixed length": "1mo P1M P1MT8H",
    "a year has no fixed length": "1y P1Y",
    "has no fixed length": "P1Y6M",
    "longer than the Management API accepts on any plan": "366d 525601m 53w 999999999999w",
    "only the last part may have a fraction": "1.5h30m",
    "Units are lowercase": "8H",
    "the largest first, each at most once": "30m1h 1h1h",
    "Write whole minutes with units": "8h,5m h P PT P1DT P1W1D pt8h forever \u0668h 8\u200bh 8h\x00 \ud800",
}
ODD = (
    *((timedelta(0), "is zero; the shortest"), (timedelta(minutes=-5), "is negative; the shortest")),
    *(("90 seconds", "not seconds"), ("2 months", "a month has no"), ("1 year", "a year has no")),
    *((value, "Write whole minutes") for value in ("8 h", "", "   ", True, None, ["8h"], {"hours": 8}, b"8h")),
)


@pytest.mark.parametrize(
    ("value", "reason"), [*((text, reason) for reason, row in REFUSED.items() for text in row.split()), *ODD]
)
def test_refused(value, reason):
    """Fractions of a minute, zero, negatives, months, years and more than 365 days are refused with the reason."""
    assert reason in error_of(value)


@pytest.mark.parametrize("text", ["x", "9", "1mo", "1h ", "-", "P", "PT1."])
def test_message_is_bounded(text):
    """A message repeats at most one line of the given value, and parsing fails quickly."""
    assert max(len(error_of(value)) for value in (text * 50_000, [text] * 50_000)) < SHOWN_CHARACTERS + 300


def test_a_lifetime_object_is_held_to_the_range_too():
    """The range holds for a ready-made `Lifetime` as for its text; what is no number of minutes is none."""
    assert Lifetime.parse(Lifetime(90)) == Lifetime.parse(timedelta(hours=1, minutes=30)) == Lifetime(90)
    assert str(Lifetime(0)) == "0m"
    for minutes in (0, -1, MAX_MINUTES + 1):
        error_of(Lifetime(minutes))
    with pytest.raises(LifetimeError, match="takes whole minutes"):
        Lifetime("8h")  # type: ignore[arg-type]


@pytest.mark.parametrize("minutes", [MAX_MINUTES + 1, 60_000_000])
def test_what_a_tenant_reported_may_be_longer(minutes):
    """What a tenant once reported is read again however long it is, when no ceiling is asked for."""
    assert minutes == Lifetime.parse(str(Lifetime(minutes)), max_minutes=None).minutes


@example(MAX_MINUTES)
@given(MINUTES)
def test_equal_lengths_are_equal(minutes):
    """Texts of the same length are the same lifetime: they compare, hash and print alike, and so does their text."""
    hours, rest = divmod(minutes, 60)
    texts = [f"{minutes}m", f"PT{minutes}M", f"{hours}h{rest}m", f"PT{hours}H{rest}M", str(Lifetime(minutes))]
    assert {Lifetime.parse(text) for text in texts} == {Lifetime(minutes)}
    assert {str(Lifetime.parse(text)) for text in texts} == {str(Lifetime(minutes))}


@given(st.integers(1, 10**7), st.sampled_from(sorted(MINUTES_PER_UNIT)))
def test_decimal_fractions_are_exact(thousandths, unit):
    """A fraction is taken exactly: it is accepted just when it makes whole minutes in the range."""
    exact = Fraction(thousandths, 1000) * MINUTES_PER_UNIT[unit]
    text = f"{thousandths // 1000}.{thousandths % 1000:03}{unit}"
    try:
        found = Lifetime.parse(text).minutes
    except LifetimeError:
        found = None
    assert (exact if exact.denominator == 1 and exact <= MAX_MINUTES else None) == found


@pytest.mark.thorough
@settings(settings.get_profile("thorough"))
@given(st.one_of(ANYTHING))
def test_parse_raises_nothing_else(value):
    """Any value gives a lifetime in the range or a `LifetimeError`."""
    outcome: int | str
    try:
        outcome = Lifetime.parse(value).minutes
    except LifetimeError as error:
        outcome = str(error)
    assert outcome.isprintable() if isinstance(outcome, str) else 1 <= outcome <= MAX_MINUTES
