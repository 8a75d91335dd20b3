"""Checks a lifetime against the plan's cap and a profile's ceiling, and words the result."""

from __future__ import annotations

from dataclasses import dataclass

from auth0_sessions.model.choices import OverLimit
from auth0_sessions.model.plans import Plan, cap
from auth0_sessions.model.settings import masked, text
from auth0_sessions.model.spelling import Spelling


@dataclass(frozen=True)
class Ceiling:
    """The longest value that a baseline allows for one lifetime; `name` is what sets it, as in "profile 'strict'"."""

    minutes: int
    name: str
    source: str


@dataclass(frozen=True)
class Judgment:
    """A lifetime and the limits that it exceeds: the cap of a plan, in minutes, and a ceiling; if None, it does not."""

    setting: str
    minutes: int
    plan: Plan | None = None
    cap: int | None = None
    ceiling: Ceiling | None = None

    @property
    def above_cap(self) -> str:
        """The sentence about the cap, without the final period."""
        return f"the {self.plan} plan allows at most {text(self.cap or 0)}"

    @property
    def above_ceiling(self) -> str:
        """The sentence about the ceiling, without the final period."""
        if self.ceiling is None:
            return ""
        return f"{self.ceiling.name} allows at most {text(self.ceiling.minutes)} ({self.ceiling.source})"


def judge(setting: str, minutes: int, *, plan: Plan | None = None, ceiling: Ceiling | None = None) -> Judgment:
    """Check a lifetime against the plan's cap and a ceiling; either may be missing."""
    most = cap(plan, setting) if plan else None
    return Judgment(
        setting,
        minutes,
        plan,
        most if most is not None and minutes > most else None,
        ceiling if ceiling is not None and minutes > ceiling.minutes else None,
    )


@dataclass(frozen=True)
class Outcome:
    """What to send to the tenant, in minutes, and why that is rejected, or what to warn the user about."""

    minutes: int
    problem: str | None = None
    warning: str | None = None


def settle(found: Judgment, over_limit: OverLimit, spelling: Spelling, *, is_secret: bool = False) -> Outcome:
    """Apply a judgment: exceeding a ceiling is always an error; for the cap, `over_limit` decides."""
    if found.cap is None and found.ceiling is None:
        return Outcome(found.minutes)
    what = f"{spelling.name(found.setting)} is {masked(found.minutes, is_secret=is_secret)}"
    if found.cap is None or found.ceiling is not None:
        return Outcome(found.minutes, f"{what}; {found.above_ceiling}. Shorten it, or choose another profile.")
    what, most = f"{what}; {found.above_cap}", text(found.cap)
    if over_limit is OverLimit.CLAMP:
        return Outcome(found.cap, None, f"{what}: lowered to {most} ({spelling.assign('over_limit', 'clamp')}).")
    if over_limit is OverLimit.WARN:
        return Outcome(found.minutes, None, f"{what}. It is sent unchanged, and Auth0 may supersede it.")
    clamp, warn = (spelling.assign("over_limit", choice.value) for choice in (OverLimit.CLAMP, OverLimit.WARN))
    advice = f"Shorten it, set {clamp} to lower it to {most} or {warn} to send it unchanged"
    if found.cap < max(cap(plan, found.setting) or 0 for plan in Plan):
        advice += f", or correct {spelling.name('plan')} if it is wrong"
    return Outcome(found.minutes, f"{what}. Auth0 would supersede it. {advice}.")
