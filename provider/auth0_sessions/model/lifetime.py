"""Text <-> whole minutes. Inside this package, the minute is the only unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from auth0_sessions.errors import SHOWN_CHARACTERS, LifetimeError, shown

MINUTES_PER_UNIT = {"w": 10_080, "d": 1_440, "h": 60, "m": 1}
MAX_MINUTES = 525_600
"""365 days: the Management API rejects more ("greater than maximum 8760" hours, auth0-deploy-cli#1110)."""

ALLOWED = "Write whole minutes with units, like '90m', '8h', '1h30m', '30d', '2w' or 'PT8H'."

_MICROSECOND = timedelta(microseconds=1)
_NUMBER = r"([0-9]{1,12}(?:\.[0-9]{1,6})?)"
_COMPACT = re.compile(rf"(?:{_NUMBER}w)?(?:{_NUMBER}d)?(?:{_NUMBER}h)?(?:{_NUMBER}m)?")
_ISO_WEEKS = re.compile(rf"P{_NUMBER}W")
_ISO = re.compile(rf"P()(?:{_NUMBER}D)?(?:T(?=[0-9])(?:{_NUMBER}H)?(?:{_NUMBER}M)?)?")
_BARE_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_REFUSED_UNITS = (
    (re.compile(r".*[0-9]\s*(?:mo|mon|months?)", re.IGNORECASE), "a month has no fixed length: count days"),
    (re.compile(r"P[0-9.]+M.*", re.IGNORECASE), "a month has no fixed length: count days"),
    (re.compile(r".*[0-9]\s*(?:y|years?).*", re.IGNORECASE), "a year has no fixed length: count days"),
    (re.compile(r".*[0-9]\s*(?:s|secs?|seconds?)", re.IGNORECASE), "Auth0 counts whole minutes, not seconds"),
    (re.compile(r"\s*-.*"), "a lifetime is at least one minute"),
)


@dataclass(frozen=True, order=True)
class Lifetime:
    """A length of time in whole minutes.

    Texts that mean the same length are equal, and each length has one canonical text:

    >>> Lifetime.parse("1440m") == Lifetime.parse("P1D")
    True
    >>> str(Lifetime.parse("36h"))
    '1d12h'
    >>> Lifetime.parse("1h30m").minutes
    90

    Attributes:
        minutes: The length in minutes: 1 to 525,600 (365 days) if parsed from text; a tenant may report more.

    """

    minutes: int

    def __post_init__(self) -> None:
        """Reject anything but a number of minutes; for text, there is `Lifetime.parse`."""
        if not isinstance(self.minutes, int) or isinstance(self.minutes, bool):
            message = f"Lifetime takes whole minutes, not {shown(self.minutes)}. Write Lifetime.parse('8h') for text."
            raise LifetimeError(message)

    @classmethod
    def parse(cls, value: object, *, max_minutes: int | None = MAX_MINUTES) -> Lifetime:
        """Parse a lifetime as users write it.

        Args:
            value: Text with units (`"90m"`, `"8h"`, `"1h30m"`, `"1.5h"`, `"30d"`, `"2w"`, `"PT8H"`, `"P30D"`),
                a `Lifetime`, or a `timedelta`. The total must be whole minutes, from 1 minute to 365 days.
            max_minutes: The longest allowed lifetime, in minutes; None for values that a tenant reported.

        Raises:
            LifetimeError: The value is not a lifetime. A bare number is rejected because it is ambiguous: the
                Management API counts hours, the Dashboard minutes.

        """
        if isinstance(value, Lifetime):
            return cls(_in_range(Fraction(value.minutes), value, max_minutes))
        if isinstance(value, timedelta):
            return cls(_in_range(Fraction(value // _MICROSECOND, 60_000_000), value, max_minutes))
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            raise LifetimeError(_no_unit(f"{value:.12g}" if isinstance(value, float) else shown(value)))
        if not isinstance(value, str):
            message = f"{shown(value)} is not a lifetime. {ALLOWED}"
            raise LifetimeError(message)
        return cls(_in_range(_length(value.strip(), value), value, max_minutes))

    def __str__(self) -> str:
        """Return the canonical text: days, hours and minutes, largest unit first."""
        days, rest = divmod(self.minutes, 1_440)
        hours, minutes = divmod(rest, 60)
        parts = ((days, "d"), (hours, "h"), (minutes, "m"))
        return "".join(f"{count}{unit}" for count, unit in parts if count) or "0m"


def parse_each(given: Mapping[Any, Any], keys: Iterable[str]) -> tuple[dict[str, int], list[str]]:
    """Return the lifetimes under some keys, in minutes, and a problem for each that is not a lifetime; None is none."""
    minutes, problems = {}, []
    for key in keys:
        if given.get(key) is None:
            continue
        try:
            minutes[key] = Lifetime.parse(given[key]).minutes
        except LifetimeError as error:
            problems.append(f"{key}: {error}")
    return minutes, problems


def _length(text: str, given: object) -> Fraction:
    """Return the minutes that a text stands for, including fractions."""
    if _BARE_NUMBER.fullmatch(text):
        raise LifetimeError(_no_unit(text))
    match = _COMPACT.fullmatch(text) or _ISO_WEEKS.fullmatch(text) or _ISO.fullmatch(text)
    counts = match.groups() if match else ()
    if not any(counts):
        raise LifetimeError(_not_understood(text, given))
    pairs = [(count, unit) for count, unit in zip(counts, MINUTES_PER_UNIT.values(), strict=False) if count]
    if any("." in count for count, _ in pairs[:-1]):
        message = f"{shown(given)}: only the last part may have a fraction. {ALLOWED}"
        raise LifetimeError(message)
    return sum((Fraction(count) * minutes for count, minutes in pairs), Fraction(0))


def _in_range(minutes: Fraction, given: object, max_minutes: int | None) -> int:
    if minutes.denominator != 1:
        message = f"{shown(given)} is not a whole number of minutes, and Auth0 only stores whole minutes. {ALLOWED}"
        raise LifetimeError(message)
    if minutes < 1:
        message = f"{shown(given)} is {'negative' if minutes else 'zero'}; the shortest lifetime is '1m'."
        raise LifetimeError(message)
    if max_minutes is not None and minutes > max_minutes:
        message = (
            f"{shown(given)} is longer than the Management API accepts on any plan. "
            "The longest lifetime is '365d' (525,600 minutes)."
        )
        raise LifetimeError(message)
    return int(minutes)


def _no_unit(number: str) -> str:
    whole = re.sub(r"\.0+$", "", number)
    hint = " or ".join(map(repr, [*_readings(whole)] or ["8h", "90m"]))
    given = whole if len(whole) <= SHOWN_CHARACTERS else f"{whole[:20]}..."
    return f"{given} has no unit: write {hint}. The Management API counts hours, the Dashboard counts minutes."


def _readings(number: str) -> Iterator[str]:
    """Yield a bare number with each unit that makes it an allowed lifetime; a fraction is hours."""
    for unit in ("h", "m"):
        match = _COMPACT.fullmatch(f"{number}{unit}")
        minutes = Fraction(number) * MINUTES_PER_UNIT[unit] if match else Fraction(0)
        if minutes.denominator == 1 and 1 <= minutes <= MAX_MINUTES:
            yield f"{number}{unit}" if number.isdecimal() else str(Lifetime(int(minutes)))


def _not_understood(text: str, given: object) -> str:
    for pattern, reason in _REFUSED_UNITS:
        if pattern.fullmatch(text):
            return f"{shown(given)} is not a lifetime: {reason}. {ALLOWED}"
    return f"{shown(given)} is not a lifetime. {ALLOWED} Units are lowercase, the largest first, each at most once."
