"""Named policies for session lifetimes, as data with sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fnmatch import fnmatchcase

from auth0_sessions.model.judgment import Ceiling
from auth0_sessions.model.settings import SETTINGS, Clock, Kind


class Profile(StrEnum):
    """A named policy."""

    CONVENIENT = "convenient"
    BALANCED = "balanced"
    STRICT = "strict"
    NIST_AAL1 = "nist-aal1"
    NIST_AAL2 = "nist-aal2"
    NIST_AAL3 = "nist-aal3"
    PCI_DSS = "pci-dss"


class Force(StrEnum):
    """How binding a figure is according to its source."""

    SHALL = "shall"
    SHOULD = "should"


@dataclass(frozen=True)
class ProfileLimits:
    """A profile's lifetimes in minutes; None means the plan's cap and no ceiling.

    Attributes:
        name: The profile's name.
        absolute_minutes: Absolute lifetime of persistent sessions.
        idle_minutes: Inactivity timeout of persistent sessions.
        source: Where the figures come from.
        date: The date of the source.
        force: How binding the source is, in words.
        is_ceiling: True if arguments must not exceed the figures.
        ephemeral_absolute_minutes: Absolute lifetime of non-persistent sessions; None means as for persistent ones.
        ephemeral_idle_minutes: Inactivity timeout of non-persistent sessions; None means as for persistent ones.
        absolute_force: How binding the absolute lifetimes are; None if no standard requires them.
        idle_force: The same for the inactivity timeouts.
        chosen_by: What chose it, if it was not named, as in "the stack's name 'dev'".

    """

    name: str
    absolute_minutes: int | None
    idle_minutes: int | None
    source: str
    date: str = ""
    force: str = ""
    is_ceiling: bool = True
    ephemeral_absolute_minutes: int | None = None
    ephemeral_idle_minutes: int | None = None
    absolute_force: Force | None = None
    idle_force: Force | None = None
    chosen_by: str = field(default="", compare=False)

    @property
    def phrase(self) -> str:
        """Its name for reasons, with what chose it."""
        chosen = f" (chosen by {self.chosen_by})" if self.chosen_by else ""
        return f"profile '{self.name}'{chosen}"

    def ceiling(self, setting: str) -> Ceiling | None:
        """Return the profile's ceiling for a lifetime setting, or None."""
        minutes = self.minutes(setting)
        if minutes is None or not self.is_ceiling:
            return None
        return Ceiling(minutes, f"profile '{self.name}'", ": ".join(filter(None, (self.source, self.force))))

    def minutes(self, setting: str) -> int | None:
        """Return the profile's value for a lifetime setting; None means the plan's cap."""
        row = SETTINGS[setting]
        is_idle = row.clock is Clock.IDLE
        persistent = self.idle_minutes if is_idle else self.absolute_minutes
        ephemeral = self.ephemeral_idle_minutes if is_idle else self.ephemeral_absolute_minutes
        return persistent if row.kind is Kind.PERSISTENT or ephemeral is None else ephemeral

    def force_of(self, setting: str) -> Force | None:
        """Return how binding the profile's figure for a lifetime setting is."""
        return self.idle_force if SETTINGS[setting].clock is Clock.IDLE else self.absolute_force


PROFILE_KEYS = {
    "absolute": "absolute_minutes",
    "idle": "idle_minutes",
    "ephemeralAbsolute": "ephemeral_absolute_minutes",
    "ephemeralIdle": "ephemeral_idle_minutes",
}
"""A lifetime's key, where a team defines its own profiles -> its field of `ProfileLimits`."""

_NIST, _NIST_DATE = "NIST SP 800-63B-4 section", "2025-07"

PROFILES: Mapping[str, ProfileLimits] = {
    row.name: row
    for row in (
        ProfileLimits(
            Profile.CONVENIENT,
            None,
            None,
            "the plan's own caps",
            "2026-08",
            "our choice, as long as the plan allows",
            is_ceiling=False,
        ),
        ProfileLimits(
            Profile.BALANCED,
            10_080,
            4_320,
            "Auth0's defaults",
            "2026-06-25 (OpenAPI of the Management API)",
            "our choice, what a new tenant has",
            is_ceiling=False,
            ephemeral_absolute_minutes=4_320,
            ephemeral_idle_minutes=1_440,
        ),
        ProfileLimits(
            Profile.STRICT, 1_440, 60, "a login a day", "2026-11", "our choice, with the figures of NIST AAL2"
        ),
        ProfileLimits(
            Profile.NIST_AAL1,
            43_200,
            None,
            f"{_NIST} 2.1.3",
            _NIST_DATE,
            "overall timeout required (SHALL), at most 30 days (SHOULD); inactivity timeout optional (MAY)",
            absolute_force=Force.SHOULD,
        ),
        ProfileLimits(
            Profile.NIST_AAL2,
            1_440,
            60,
            f"{_NIST} 2.2.3",
            _NIST_DATE,
            "overall timeout required (SHALL), at most 24 hours (SHOULD); inactivity timeout at most 1 hour (SHOULD)",
            absolute_force=Force.SHOULD,
            idle_force=Force.SHOULD,
        ),
        ProfileLimits(
            Profile.NIST_AAL3,
            720,
            15,
            f"{_NIST} 2.3.3",
            _NIST_DATE,
            "at most 12 hours overall (SHALL); inactivity timeout at most 15 minutes (SHOULD)",
            absolute_force=Force.SHALL,
            idle_force=Force.SHOULD,
        ),
        ProfileLimits(
            Profile.PCI_DSS,
            None,
            15,
            "PCI DSS 4.0.1 requirement 8.2.8",
            "2024-06",
            "at most 15 minutes idle (MUST), for users of system components in scope; no overall limit",
            idle_force=Force.SHALL,
        ),
    )
}

CONVENIENT_STACKS = ("dev", "development", "test", "sandbox", "preview", "pr-*")


def chosen_by_stack(stack: str) -> ProfileLimits:
    """Return a stack's default profile, by its name: `convenient` for short-lived stacks, else `balanced`."""
    is_short_lived = any(fnmatchcase(stack, pattern) for pattern in CONVENIENT_STACKS)
    profile = Profile.CONVENIENT if is_short_lived else Profile.BALANCED
    return replace(PROFILES[profile], chosen_by=f"the stack's name '{stack}'")
