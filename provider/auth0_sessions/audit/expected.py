"""What every tenant of a file should be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auth0_sessions.errors import InputError, listed
from auth0_sessions.lifetime import Lifetime
from auth0_sessions.plans import Plan, cap, violations
from auth0_sessions.policy import choose_profile
from auth0_sessions.profiles import PROFILES, Profile, profile_of_stack
from auth0_sessions.roster import NEEDS_DOMAIN, read_roster
from auth0_sessions.settings import LIFETIMES, SETTINGS, Value, Values
from auth0_sessions.state import OverLimit
from auth0_sessions.tenants_file import TenantsFile


@dataclass(frozen=True)
class Expected:
    """What a file and the command line say that a tenant should be.

    Attributes:
        name: Its short name.
        domain: Canonical domain.
        plan: Its plan, or None.
        profile: Its baseline.
        profile_from: What named the profile.
        is_binding: True where what the file declares must not be longer than the profile.
        declared: Setting -> minutes or cookie mode, as the file sets it.
        credentials: Label of a credential set.

    """

    name: str
    domain: str
    plan: Plan | None
    profile: Profile
    profile_from: str
    is_binding: bool
    declared: Values
    credentials: str | None

    def cap(self, setting: str) -> int | None:
        """Return the most that the plan honours, in minutes."""
        return cap(self.plan, setting) if self.plan else None

    def profile_minutes(self, setting: str) -> int | None:
        """Return what the profile says, in minutes; None for the plan's cap, or where the file may say otherwise."""
        overridden = setting in self.declared and not self.is_binding
        return None if overridden else PROFILES[self.profile].minutes(setting)

    def baseline(self, setting: str) -> int | None:
        """Return the most that a setting may be, in minutes; None where nothing limits it."""
        declared = None if self.is_binding else self.declared.get(setting)
        limits = (declared, self.profile_minutes(setting), self.cap(setting))
        return min((limit for limit in limits if isinstance(limit, int)), default=None)


def expected_of(file: TenantsFile, source: str, profile: Profile | None) -> list[Expected]:
    """Return what every tenant of a file should be.

    Raises:
        InputError: With everything that is wrong with the file.

    """
    roster = read_roster(file.tenants, file.plan, None, needs=NEEDS_DOMAIN)
    try:
        fallback, fallback_from = _fallback(file)
    except InputError as error:
        roster.of_all.append(f"the fleet: {error}")
    if problems := roster.told():
        raise InputError(listed(source, problems))
    expected = []
    for name, given in roster.tenants.items():
        own = given.get("profile")
        chosen, chosen_from = (Profile(own), "the tenant's entry") if own else (fallback, fallback_from)
        if profile is not None:
            chosen, chosen_from = profile, "the command line"
        expected.append(
            Expected(
                name=name,
                domain=given["domain"],
                plan=Plan(given["plan"]) if "plan" in given else None,
                profile=chosen,
                profile_from=chosen_from,
                is_binding=profile is not None or PROFILES[chosen].is_ceiling,
                declared=_declared(given),
                credentials=given.get("credentials"),
            )
        )
    return expected


def _fallback(file: TenantsFile) -> tuple[Profile, str]:
    """Return the profile of tenants that name none, chosen as a fleet chooses it."""
    if file.profile:
        return choose_profile(file.profile), "the file"
    if file.stack:
        return profile_of_stack(file.stack), f"the stack's name '{file.stack}'"
    return Profile.BALANCED, "nobody, so Auth0's defaults"


def _declared(given: Mapping[str, Any]) -> dict[str, Value]:
    """Return the settings of an entry, those above the plan's cap lowered where the entry says so."""
    values: dict[str, Value] = {name: Lifetime.parse(given[name]).minutes for name in LIFETIMES if name in given}
    if "plan" in given and given["over_limit"] == OverLimit.CLAMP:
        values |= violations(Plan(given["plan"]), values)
    mode = {name: given[name] for name in SETTINGS if name in given and name not in LIFETIMES}
    return {**values, **mode}
