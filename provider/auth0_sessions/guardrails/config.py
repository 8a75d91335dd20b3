"""The configuration of the policies: its JSON schema, and the function that reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from auth0_sessions.errors import InputError, listed, shown
from auth0_sessions.model.choices import choose
from auth0_sessions.model.judgment import Ceiling
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.own_profiles import read_profiles
from auth0_sessions.model.plans import PLAN_LIMITS, Plan, cap
from auth0_sessions.model.profiles import PROFILE_KEYS, PROFILES, Profile, ProfileLimits
from auth0_sessions.model.settings import SETTINGS, Clock

BASELINE = "session-lifetime-baseline"
PLAN_CAP = "session-lifetime-plan-cap"
ROUNDING = "session-lifetime-rounding"
UNDECLARED = "session-lifetime-undeclared"

MAXIMA: Mapping[str, Clock | None] = {"maxAbsolute": Clock.ABSOLUTE, "maxIdle": Clock.IDLE}

Schema = dict[str, dict[str, Any]]

_LENGTH = "text with a unit, as in '90m', '24h' or '30d'"


def _text(description: str, **others: Any) -> dict[str, Any]:
    return {"type": "string", "description": description, **others}


_EXEMPT: Schema = {
    "exempt": {
        "type": "array",
        "items": {"type": "string"},
        "description": "The names of resources that this policy skips.",
    }
}
_PLAN: Schema = {
    "plan": _text("The plan of tenants whose resource does not set one.", enum=[str(plan) for plan in Plan])
}
_PROFILES: Schema = {
    "profile": _text(f"The baseline: {', '.join(PROFILES)}, or one of `profiles`. Default: {Profile.BALANCED}."),
    "profiles": {
        "type": "object",
        "description": "Your own profiles, by name.",
        "additionalProperties": {
            "type": "object",
            "properties": {
                **{key: _text(f"A lifetime, {_LENGTH}.") for key in PROFILE_KEYS},
                "ceiling": {"type": "boolean", "description": "Ignored: a baseline is always a ceiling."},
                "source": _text("The source of its figures, which messages repeat."),
            },
        },
    },
    "maxAbsolute": _text(f"Instead of a profile: the longest absolute lifetime, {_LENGTH}."),
    "maxIdle": _text(f"Instead of a profile: the longest inactivity timeout, {_LENGTH}."),
}
SCHEMAS: Mapping[str, Schema] = {
    BASELINE: {**_PROFILES, **_PLAN, **_EXEMPT},
    PLAN_CAP: {**_PLAN, **_EXEMPT},
    ROUNDING: _EXEMPT,
    UNDECLARED: _EXEMPT,
}
"""Policy -> the keys of its configuration, in the engine's schema format."""


@dataclass(frozen=True)
class Config:
    """The configuration of one policy: its baseline profile, or None if `maxima` are given instead."""

    profile: ProfileLimits | None
    maxima: Mapping[Clock | None, Ceiling]
    plan: Plan | None
    exempt: frozenset[str]

    def baseline(self, setting: str, plan: Plan | None) -> Ceiling | None:
        """Return the baseline's ceiling for a lifetime, or the plan's cap if the profile leaves it to the plan."""
        ceilings = [plan_ceiling(plan, setting), self.maxima.get(SETTINGS[setting].clock)]
        if self.profile is not None:
            ceilings.append(replace(self.profile, is_ceiling=True).ceiling(setting))
        return min(filter(None, ceilings), key=lambda ceiling: ceiling.minutes, default=None)


def plan_ceiling(plan: Plan | None, setting: str) -> Ceiling | None:
    """Return a plan's cap on a lifetime, or None without a plan."""
    most = cap(plan, setting) if plan else None
    return Ceiling(most, f"the {plan} plan", PLAN_LIMITS[plan].source) if plan and most else None


def read_config(policy: str, raw: Mapping[str, Any]) -> Config:
    """Read the configuration of a policy.

    Raises:
        InputError: The configuration has problems, all of which are reported by key.

    """
    keys = SCHEMAS[policy]
    problems = [f"{key}: unknown key; allowed: {', '.join(keys)}." for key in raw if key not in keys]
    profiles, wrong = read_profiles(raw.get("profiles"))
    problems.extend(wrong)
    readers: dict[str, Callable[[Any, str], Any]] = {
        "profile": lambda value, key: profiles[choose(profiles, value, key, "Your own are defined under profiles.")],
        **dict.fromkeys(MAXIMA, _maximum),
        "plan": lambda value, key: choose(Plan, value, key, "It is the plan of your tenants."),
        "exempt": _names,
    }
    found = {}
    for key, read in readers.items():
        if key not in raw:
            continue
        try:
            found[key] = read(raw[key], key)
        except InputError as error:
            problems.append(str(error))
    maxima = [key for key in MAXIMA if key in raw]
    if maxima and "profile" in raw:
        problems.append(f"{' and '.join(maxima)} cannot be combined with profile; keep one or the other.")
    if problems:
        raise InputError(listed(f"the configuration of {policy}", problems))
    return Config(
        found.get("profile", None if maxima else PROFILES[Profile.BALANCED]),
        {MAXIMA[key]: found[key] for key in maxima},
        found.get("plan"),
        found.get("exempt", frozenset()),
    )


def _maximum(value: Any, key: str) -> Ceiling:
    try:
        minutes = Lifetime.parse(value).minutes
    except InputError as error:
        message = f"{key}: {error}"
        raise InputError(message) from error
    return Ceiling(minutes, "the baseline", f"{key} of the policy's configuration")


def _names(value: Any, key: str) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        message = f"{key} is {shown(value)}; allowed: a list of resource names."
        raise InputError(message)
    return frozenset(value)
