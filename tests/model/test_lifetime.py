"""Text <-> whole minutes."""

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auth0_sessions.errors import SHOWN_CHARACTERS, LifetimeError
from auth0_sessions.model.lifetime import MAX_MINUTES, MINUTES_PER_UNIT, Lifetime

MINUTES = st.integers(1, MAX_MINUTES)
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.fractions(),
    st.text(),
    st.text(st.characters(categories=["Cs", "Cc", "Nd", "Zs"])),
    st.text("0123456789.-+wdhmPTWDHMYS \x00\n"),
    st.binary(),
    st.lists(st.integers()),
    st.dictionaries(st.text(), st.integers()),
)


def error_of(value):
    """Return the error message for a value."""
    with pytest.raises(LifetimeError) as refused:
        Lifetime.parse(value)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("1m", 1),
        ("90m", 90),
        ("8h", 480),
        ("1h30m", 90),
        ("30d", 43_200),
        ("1d12h", 2_160),
        ("2w", 20_160),
        ("1w1d1h1m", 11_581),
        ("PT8H", 480),
        ("P30D", 43_200),
        ("P2W", 20_160),
        ("P1DT12H", 2_160),
        ("PT1H30M", 90),
        ("PT90M", 90),
        ("365d", 525_600),
        ("8760h", 525_600),
        ("525600m", 525_600),
        ("1.5h", 90),
        ("0.5d", 720),
        ("PT0.25H", 15),
        ("0h90m", 90),
        ("090m", 90),
        (" 8h\n", 480),
    ],
)
def test_accepted(text, minutes):
    """A lifetime is text with units, or ISO 8601, of whole minutes in the end."""
    assert minutes == Lifetime.parse(text).minutes


@pytest.mark.parametrize("unit", MINUTES_PER_UNIT)
def test_every_unit(unit):
    """Every unit of the table is understood by itself."""
    assert MINUTES_PER_UNIT[unit] == Lifetime.parse(f"1{unit}").minutes


@pytest.mark.parametrize(
    ("given_text", "canonical"),
    [
        ("1440m", "1d"),
        ("36h", "1d12h"),
        ("90m", "1h30m"),
        ("2w", "14d"),
        ("PT8H", "8h"),
        ("P30D", "30d"),
        ("1501m", "1d1h1m"),
        ("1d1m", "1d1m"),
        ("59m", "59m"),
        ("365d", "365d"),
    ],
)
def test_canonical(given_text, canonical):
    """Canonical text uses days, hours and minutes, the largest first, and no part that is zero."""
    assert canonical == str(Lifetime.parse(given_text))


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        ("720", "720 has no unit: write '720h' or '720m'"),
        (720, "720 has no unit: write '720h' or '720m'"),
        (720.0, "720 has no unit: write '720h' or '720m'"),
        ("720.0", "720 has no unit: write '720h' or '720m'"),
        (20160, "20160 has no unit: write '20160m'"),
        (0.5, "0.5 has no unit: write '30m'"),
        ("0.5", "0.5 has no unit: write '30m'"),
        ("1.50", "1.50 has no unit: write '1h30m'"),
        ("0.001", "0.001 has no unit: write '8h' or '90m'"),
        (" 720 ", "720 has no unit: write '720h' or '720m'"),
        (0, "0 has no unit"),
        ("0", "0 has no unit"),
        (-5, "-5 has no unit"),
        ("+8", "+8 has no unit"),
        ("1.5", "1.5 has no unit"),
        (1.5, "1.5 has no unit"),
        pytest.param(10**5000, "has no unit", id="huge"),
        pytest.param("9" * 5000, "has no unit", id="long"),
        (float("nan"), "nan has no unit"),
        (float("inf"), "inf has no unit"),
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


@pytest.mark.parametrize("text", ["720", 8760, 1])
def test_advice_for_a_plausible_number_names_it(text):
    """For a number that may be a lifetime the advice repeats it with both units."""
    assert all(f"'{text}{unit}'" in error_of(text) for unit in "hm")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("0m", "is zero; the shortest"),
        (timedelta(0), "is zero; the shortest"),
        (timedelta(minutes=-5), "is negative; the shortest"),
        ("0h0m", "is zero; the shortest"),
        ("PT0S", "not seconds"),
        ("PT0M", "is zero; the shortest"),
        ("0.5m", "not a whole number of minutes"),
        ("0.01h", "not a whole number of minutes"),
        ("1.0001d", "not a whole number of minutes"),
        ("PT1.5M", "not a whole number of minutes"),
        ("30s", "not seconds"),
        ("1h30s", "not seconds"),
        ("PT30S", "not seconds"),
        ("90 seconds", "not seconds"),
        ("-8h", "at least one minute"),
        ("-PT8H", "at least one minute"),
        ("1mo", "a month has no fixed length"),
        ("2 months", "a month has no fixed length"),
        ("P1M", "a month has no fixed length"),
        ("P1MT8H", "a month has no fixed length"),
        ("1y", "a year has no fixed length"),
        ("1 year", "a year has no fixed length"),
        ("P1Y", "a year has no fixed length"),
        ("P1Y6M", "has no fixed length"),
        ("366d", "longer than the Management API accepts on any plan"),
        ("525601m", "longer than the Management API accepts on any plan"),
        ("53w", "longer than the Management API accepts on any plan"),
        ("999999999999w", "longer than the Management API accepts on any plan"),
        ("1.5h30m", "only the last part may have a fraction"),
        ("8H", "Units are lowercase"),
        ("8 h", "Write whole minutes with units"),
        ("30m1h", "the largest first, each at most once"),
        ("1h1h", "the largest first, each at most once"),
        ("8h,5m", "Write whole minutes with units"),
        ("", "Write whole minutes with units"),
        ("   ", "Write whole minutes with units"),
        ("h", "Write whole minutes with units"),
        ("P", "Write whole minutes with units"),
        ("PT", "Write whole minutes with units"),
        ("P1DT", "Write whole minutes with units"),
        ("P1W1D", "Write whole minutes with units"),
        ("pt8h", "Write whole minutes with units"),
        ("forever", "Write whole minutes with units"),
        ("\u0668h", "Write whole minutes with units"),
        ("8\u200bh", "Write whole minutes with units"),
        ("8h\x00", "Write whole minutes with units"),
        ("\ud800", "Write whole minutes with units"),
        (True, "Write whole minutes with units"),
        (None, "Write whole minutes with units"),
        (["8h"], "Write whole minutes with units"),
        ({"hours": 8}, "Write whole minutes with units"),
        (b"8h", "Write whole minutes with units"),
    ],
)
def test_refused(value, reason):
    """Fractions of a minute, zero, negatives, months, years and more than 365 days are refused with the reason."""
    assert reason in error_of(value)


@pytest.mark.parametrize("text", ["x", "9", "1mo", "1h ", "-", "P", "PT1."])
def test_message_is_bounded(text):
    """A message repeats at most one line of the given value, and parsing fails quickly."""
    assert max(len(error_of(value)) for value in (text * 50_000, [text] * 50_000)) < SHOWN_CHARACTERS + 300


@pytest.mark.parametrize("minutes", [0, -1, MAX_MINUTES + 1])
def test_a_lifetime_object_is_held_to_the_range_too(minutes):
    """The range holds for a ready-made `Lifetime` as for its text."""
    with pytest.raises(LifetimeError):
        Lifetime.parse(Lifetime(minutes))


def test_a_lifetime_parses_to_itself():
    """A `Lifetime` is accepted wherever its text is."""
    assert Lifetime(90) == Lifetime.parse(Lifetime(90))


def test_zero_has_a_text():
    """Zero has a text, although no text for zero is accepted."""
    assert str(Lifetime(0)) == "0m"


@pytest.mark.parametrize("minutes", [MAX_MINUTES + 1, 60_000_000])
def test_what_a_tenant_reported_may_be_longer(minutes):
    """What a tenant once reported is read again however long it is, when no ceiling is asked for."""
    assert minutes == Lifetime.parse(str(Lifetime(minutes)), max_minutes=None).minutes


@example(MAX_MINUTES)
@given(MINUTES)
def test_canonical_text_is_a_fixed_point(minutes):
    """Text of a lifetime parses to that lifetime, and its text is the same text."""
    text = str(Lifetime(minutes))
    assert (minutes, text) == (Lifetime.parse(text).minutes, str(Lifetime.parse(text)))


@given(MINUTES)
def test_equal_lengths_are_equal(minutes):
    """Two texts of the same length are the same lifetime: they compare, hash and print alike."""
    hours, rest = divmod(minutes, 60)
    texts = [f"{minutes}m", f"PT{minutes}M", f"{hours}h{rest}m", f"PT{hours}H{rest}M"]
    same = {Lifetime.parse(text) for text in texts}
    assert {Lifetime(minutes)} == same


@given(MINUTES, MINUTES)
def test_order_is_the_order_of_lengths(one, other):
    """A lifetime is less than another when it is shorter, whatever their texts."""
    assert (one < other) == (Lifetime.parse(f"{one}m") < Lifetime.parse(str(Lifetime(other))))


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
@given(ANYTHING)
def test_parse_raises_nothing_else(value):
    """Any value gives a lifetime in the range or a `LifetimeError`."""
    outcome: int | str
    try:
        outcome = Lifetime.parse(value).minutes
    except LifetimeError as error:
        outcome = str(error)
    assert outcome.isprintable() if isinstance(outcome, str) else 1 <= outcome <= MAX_MINUTES
