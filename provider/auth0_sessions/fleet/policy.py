"""From plan, profile and arguments to one tenant's settings, each with its reason: what the components decide.

An argument goes before the profile, the profile before the plan. Then every value is held to what is above it: the
plan's cap, the absolute lifetime (for an idle one), the persistent session's value (for a non-persistent one).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from auth0_sessions.errors import InputError, shown
from auth0_sessions.lifecycle.check import Problem
from auth0_sessions.lifecycle.record import OverLimit
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.plans import Plan, cap
from auth0_sessions.model.profiles import PROFILES, Profile
from auth0_sessions.model.settings import ABSOLUTE_AND_IDLE, LIFETIMES, text

KINDS = {
    "session_lifetime": "absolute",
    "idle_session_lifetime": "idle",
    "ephemeral_session_lifetime": "non-persistent absolute",
    "idle_ephemeral_session_lifetime": "non-persistent idle",
}


@dataclass(frozen=True)
class Picked:
    """What one tenant gets.

    Attributes:
        minutes: Setting -> minutes.
        why: Setting -> the reason, without the value.
        problems: What is wrong with the arguments; with any, the rest does not count.
        lowered: The settings whose argument was lowered to the plan's cap, with the argument.

    """

    minutes: dict[str, int] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    lowered: dict[str, int] = field(default_factory=dict)

    @property
    def reasons(self) -> dict[str, str]:
        """Setting -> one sentence that a reviewer understands."""
        return {name: f"{KINDS[name]} {text(value)}: {self.why[name]}" for name, value in self.minutes.items()}


def choose_plan(value: object) -> Plan:
    """Return a plan by its name.

    Raises:
        InputError: There is no such plan, or none is named.

    """
    if isinstance(value, str) and value.strip().lower() in list(Plan):
        return Plan(value.strip().lower())
    given = "no plan is named" if value is None else f"plan is {shown(value)}"
    message = (
        f"{given}; allowed: {', '.join(repr(plan.value) for plan in Plan)}. Give plan=..., or "
        "`pulumi config set auth0-sessions:plan ...`."
    )
    raise InputError(message)


def choose_profile(value: object) -> Profile:
    """Return a profile by its name.

    Raises:
        InputError: There is no such profile.

    """
    if isinstance(value, str) and value.strip().lower() in list(Profile):
        return Profile(value.strip().lower())
    message = f"profile is {shown(value)}; allowed: {', '.join(repr(profile.value) for profile in Profile)}."
    raise InputError(message)


def pick(plan: Plan, profile: Profile, arguments: Mapping[str, Any], over_limit: str | None = "error") -> Picked:
    """Pick a tenant's four lifetimes.

    Args:
        plan: The tenant's plan.
        profile: The policy.
        arguments: Setting -> text with a unit; a setting that is missing is left to profile and plan.
        over_limit: What happens to an argument above the plan's cap: `error` (also for None), `clamp` or `warn`.

    """
    picked = Picked()
    over_limit = over_limit.strip().lower() if isinstance(over_limit, str) else OverLimit.ERROR
    for name in LIFETIMES:
        if arguments.get(name) is None:
            _from_profile(picked, plan, profile, name)
        else:
            _from_argument(picked, plan, profile, name, arguments[name], over_limit)
    if not picked.problems:
        persistent, ephemeral = ABSOLUTE_AND_IDLE
        _hold_idle(picked, *persistent)
        _hold_ephemeral(picked, arguments)
        _hold_idle(picked, *ephemeral)
    return picked


def _from_profile(picked: Picked, plan: Plan, profile: Profile, name: str) -> None:
    asked, most = PROFILES[profile].minutes(name), cap(plan, name) or 0
    if asked is None:
        picked.why[name] = f"profile '{profile}' asks for the plan's cap, {plan} allows {text(most)}"
    elif asked > most:
        picked.why[name] = f"profile '{profile}' has {text(asked)}, lowered to what {plan} allows"
    else:
        picked.why[name] = f"profile '{profile}' ({PROFILES[profile].source})"
    picked.minutes[name] = most if asked is None else min(asked, most)


def _from_argument(  # noqa: PLR0913, PLR0917  One for each thing that has a say.
    picked: Picked, plan: Plan, profile: Profile, name: str, given: Any, over_limit: str
) -> None:
    try:
        minutes = Lifetime.parse(given).minutes
    except InputError as error:
        picked.problems.append(Problem(name, f"{name}: {error}"))
        return
    limits, most = PROFILES[profile], cap(plan, name) or 0
    ceiling = limits.minutes(name) if limits.is_ceiling else None
    if ceiling is not None and minutes > ceiling:
        reason = (
            f"{name} is {text(minutes)}; profile '{profile}' allows at most {text(ceiling)} ({limits.source}: "
            f"{limits.force}). Shorten it, or choose another profile."
        )
        picked.problems.append(Problem(name, reason))
    elif minutes > most and over_limit == OverLimit.ERROR:
        reason = (
            f"{name} is {text(minutes)}; the {plan} plan allows at most {text(most)}. Shorten it, or set "
            f"over_limit='clamp' to take {text(most)}."
        )
        picked.problems.append(Problem(name, reason))
    picked.why[name] = f"the argument; profile '{profile}' has {_asked(profile, name)}"
    if minutes > most and over_limit == OverLimit.CLAMP:
        picked.lowered[name] = minutes
        picked.why[name] = f"the argument is {text(minutes)}, lowered to what {plan} allows"
        minutes = most
    elif minutes > most:
        picked.why[name] += f"; {plan} allows {text(most)}"
    picked.minutes[name] = minutes


def _asked(profile: Profile, name: str) -> str:
    minutes = PROFILES[profile].minutes(name)
    return "the plan's cap" if minutes is None else text(minutes)


def _hold_ephemeral(picked: Picked, arguments: Mapping[str, Any]) -> None:
    """Hold what was not asked for non-persistent sessions to the same as for persistent ones, or less."""
    for persistent, ephemeral in zip(*ABSOLUTE_AND_IDLE, strict=True):
        most = picked.minutes[persistent]
        if arguments.get(ephemeral) is None and picked.minutes[ephemeral] > most:
            picked.minutes[ephemeral] = most
            picked.why[ephemeral] = "as for persistent sessions"


def _hold_idle(picked: Picked, absolute: str, idle: str) -> None:
    if picked.minutes[idle] > picked.minutes[absolute]:
        picked.why[idle] += f"; lowered from {text(picked.minutes[idle])} to the absolute lifetime"
        picked.minutes[idle] = picked.minutes[absolute]
