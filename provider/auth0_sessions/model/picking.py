"""Picks one tenant's settings from plan, profile and arguments, each with a reason.

Arguments take precedence over the profile, and the profile over the plan's cap. Then every value is limited: to the
plan's cap, to the absolute lifetime (for idle timeouts), and to the persistent session's value (for non-persistent
sessions).
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from auth0_sessions.model.ceiling import StackCeiling, lowest
from auth0_sessions.model.choices import Enforce, OverLimit, choose
from auth0_sessions.model.inputs import Problem
from auth0_sessions.model.judgment import Judgment, Outcome, judge, settle
from auth0_sessions.model.plans import Plan, cap
from auth0_sessions.model.profiles import PROFILES, ProfileLimits
from auth0_sessions.model.settings import ABSOLUTE_AND_IDLE, LOGIN_LIFETIMES, SETTINGS, Value, text
from auth0_sessions.model.spelling import SNAKE_CASE, Spelling

_IDLE = "{why}; lowered from {before} to the absolute lifetime"
_EPHEMERAL = "as for persistent sessions"


@dataclass(frozen=True)
class Chosen:
    """The plan, profile, enforcement and ceilings that determine a tenant's values."""

    plan: Plan
    profile: ProfileLimits
    enforce: Enforce = Enforce.EXACT
    ceilings: tuple[StackCeiling, ...] = ()


@dataclass(frozen=True)
class Picked:
    """What one tenant gets, in minutes, and why; if there are problems, the rest is meaningless.

    `warnings` holds a sentence for each argument that was lowered to the plan's cap. If `is_ceiling`, the tenant keeps
    a shorter lifetime.
    """

    minutes: dict[str, int] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    is_ceiling: bool = False

    def applied(self, name: str, found: int) -> int:
        """Return what a tenant ends up with, in minutes: under a ceiling, what it has if that is shorter."""
        return min(found, self.minutes[name]) if self.is_ceiling else self.minutes[name]

    def value(self, name: str, held: int | None = None) -> str:
        """Return a lifetime as text, given the value that the tenant holds, if known."""
        most = text(self.minutes[name])
        return text(held) if held is not None else f"at most {most}" if self.is_ceiling else most

    def reason(self, name: str, held: int | None = None) -> str:
        """Return why a setting has its value, given the value that the tenant holds, if known."""
        is_own = held is not None and held < self.minutes[name]
        remark = f", its own value; ceiling {text(self.minutes[name])}" if is_own else ""
        return f"{SETTINGS[name].label} {self.value(name, held)}{remark}: {self.why[name]}"


def choose_plan(value: object) -> Plan:
    """Return a plan by name, which is required."""
    return choose(Plan, value, "plan", "Set it here, or run `pulumi config set auth0-sessions:plan ...`.")


def choose_profile(value: object, known: Mapping[str, ProfileLimits] = PROFILES) -> ProfileLimits:
    """Return a profile by name; one that was already chosen is returned as it is."""
    if isinstance(value, ProfileLimits):
        return value
    return known[choose(known, value, "profile", "It sets the lifetimes that are not given.")]


def pick(
    chosen: Chosen,
    arguments: Mapping[str, Value],
    over_limit: OverLimit = OverLimit.ERROR,
    spelling: Spelling = SNAKE_CASE,
    secrets: Container[str] = (),
) -> Picked:
    """Pick a tenant's four lifetimes; settings without an argument come from the profile or plan.

    Problems and warnings never repeat the arguments in `secrets`; reasons do.
    """
    picked = Picked(is_ceiling=chosen.enforce is Enforce.AT_MOST)
    for name in LOGIN_LIFETIMES:
        given = arguments.get(name)
        if given is None:
            minutes, why = _from_profile(chosen, name)
        elif lowest(name, int(given), chosen.ceilings)[1]:
            minutes, why = _from_lowered_argument(chosen, name, int(given), over_limit)
        else:
            found = judge(name, int(given), plan=chosen.plan, ceiling=chosen.profile.ceiling(name))
            outcome = settle(found, over_limit, spelling, is_secret=name in secrets)
            minutes, why = outcome.minutes, _why_argument(chosen, found, outcome)
            if outcome.problem:
                picked.problems.append(Problem(name, outcome.problem))
            elif minutes < found.minutes:
                picked.warnings.append(str(outcome.warning))
        picked.minutes[name], by = lowest(name, minutes, chosen.ceilings)
        picked.why[name] = f"{why}; lowered from {text(minutes)} to {by.phrase}" if by else why
    (absolute, idle), (ephemeral, idle_ephemeral) = ABSOLUTE_AND_IDLE
    # Each of these may lower what the next one compares with.
    _hold(picked, arguments, idle, absolute, _IDLE)
    _hold(picked, arguments, ephemeral, absolute, _EPHEMERAL)
    _hold(picked, arguments, idle_ephemeral, idle, _EPHEMERAL)
    _hold(picked, arguments, idle_ephemeral, ephemeral, _IDLE)
    return picked


def _from_profile(chosen: Chosen, name: str) -> tuple[int, str]:
    plan, profile = chosen.plan, chosen.profile
    asked, most = profile.minutes(name), cap(plan, name) or 0
    if asked is None:
        return most, f"{profile.phrase} uses the {plan} cap, {text(most)}"
    if asked > most:
        return most, f"{profile.phrase} has {text(asked)}, lowered to the {plan} cap"
    return asked, f"{profile.phrase} ({profile.source})"


def _from_lowered_argument(chosen: Chosen, name: str, given: int, over_limit: OverLimit) -> tuple[int, str]:
    """Take an argument that the stack's ceiling lowers, even if it is above the profile's ceiling or the plan's cap."""
    most = cap(chosen.plan, name) or given
    return given if over_limit is OverLimit.WARN else min(given, most), "explicit argument"


def _why_argument(chosen: Chosen, found: Judgment, outcome: Outcome) -> str:
    if outcome.minutes < found.minutes:
        return f"explicit argument {text(found.minutes)}, lowered to the {chosen.plan} cap"
    asked = chosen.profile.minutes(found.setting)
    asked_text = "the plan's cap" if asked is None else text(asked)
    why = f"explicit argument; profile '{chosen.profile.name}' has {asked_text}"
    return why if found.cap is None else f"{why}; {chosen.plan} allows {text(found.cap)}"


def _hold(picked: Picked, arguments: Mapping[str, Value], name: str, most: str, reason: str) -> None:
    """Limit a lifetime to another one, unless given as an argument; the resource warns about those."""
    if name not in arguments and picked.minutes[name] > picked.minutes[most]:
        picked.why[name] = reason.format(why=picked.why[name], before=text(picked.minutes[name]))
        picked.minutes[name] = picked.minutes[most]
