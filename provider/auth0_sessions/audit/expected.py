"""What every tenant of a file should be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auth0_sessions.errors import InputError, listed
from auth0_sessions.fleet.entries import NEEDS_DOMAIN, read_roster
from auth0_sessions.fleet.file import TenantsFile
from auth0_sessions.fleet.policy import Picked, choose_profile, pick
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.plans import Plan, cap
from auth0_sessions.model.profiles import PROFILES, Profile, profile_of_stack
from auth0_sessions.model.settings import LIFETIMES, SETTINGS, Value, Values

THE_COMMAND_LINE = "the command line"


@dataclass(frozen=True)
class Expected:
    """What a file and the command line say that a tenant should be.

    Attributes:
        name: Its short name.
        domain: Canonical domain.
        plan: Its plan, or None.
        profile: Its baseline.
        profile_from: What named the profile.
        credentials: Label of a credential set.
        declared: Setting -> minutes or cookie mode, as the file sets it.
        targets: Setting -> what a declared one should be: what a fleet applies, within the baseline.
        limits: Setting -> the most that it may be, in minutes; one that nothing limits is missing.
        why: Setting -> the reason for its limit.
        is_own: True where the file may declare more than its profile has.
        is_foreign: True where the profile is the auditor's, whatever the file declares.

    """

    name: str
    domain: str
    plan: Plan | None
    profile: Profile
    profile_from: str
    credentials: str | None
    declared: Values
    targets: Values
    limits: Mapping[str, int]
    why: Mapping[str, str]
    is_own: bool
    is_foreign: bool

    def cap(self, setting: str) -> int | None:
        """Return the most that the plan honours, in minutes."""
        return cap(self.plan, setting) if self.plan else None


def expected_of(file: TenantsFile, source: str, profile: Profile | None) -> list[Expected]:
    """Return what every tenant of a file should be.

    Raises:
        InputError: With everything that is wrong with the file.

    """
    roster = read_roster(file.tenants, file.plan, None, needs=NEEDS_DOMAIN)
    fallback = Profile.BALANCED, ""
    try:
        fallback = _fallback(file)
    except InputError as error:
        roster.of_all.append(f"the fleet: {error}")
    expected = []
    for name, given in roster.tenants.items():
        own = (Profile(given["profile"]), "the tenant's entry") if "profile" in given else fallback
        # Without a plan nothing is held to a cap, and the highest ones stand for none.
        plan = Plan(given.get("plan", Plan.ENTERPRISE))
        applied = pick(plan, own[0], given, given["over_limit"])
        roster.problems[name].extend(problem.reason for problem in applied.problems)
        if not (roster.problems[name] or roster.of_all):
            expected.append(_expected(name, given, applied, own if profile is None else (profile, THE_COMMAND_LINE)))
    if problems := roster.told():
        raise InputError(listed(source, problems))
    return expected


def _expected(name: str, given: Mapping[str, Any], applied: Picked, chosen: tuple[Profile, str]) -> Expected:
    """Return what a tenant should be: what its file comes to, or under another profile what that one allows."""
    profile, profile_from = chosen
    plan = Plan(given["plan"]) if "plan" in given else None
    most = plan or Plan.ENTERPRISE
    is_foreign = profile_from == THE_COMMAND_LINE
    is_own = not is_foreign and not PROFILES[profile].is_ceiling
    top = applied if is_own else pick(most, profile, {})
    limits, why = {}, {}
    for setting in LIFETIMES:
        from_top = is_foreign or setting in given or top.minutes[setting] <= applied.minutes[setting]
        source, highest = top if from_top else applied, cap(most, setting) or 0
        if plan is not None or source.minutes[setting] < highest:
            limits[setting], why[setting] = min(source.minutes[setting], highest), source.why[setting]
    declared: dict[str, Value] = {s: Lifetime.parse(given[s]).minutes for s in LIFETIMES if s in given}
    mode = {setting: given[setting] for setting in SETTINGS if setting in given and setting not in LIFETIMES}
    return Expected(
        name=name,
        domain=given["domain"],
        plan=plan,
        profile=profile,
        profile_from=profile_from,
        credentials=given.get("credentials"),
        declared=declared | mode,
        targets={s: min(applied.minutes[s], limits.get(s, applied.minutes[s])) for s in declared} | mode,
        limits=limits,
        why=why,
        is_own=is_own,
        is_foreign=is_foreign,
    )


def _fallback(file: TenantsFile) -> tuple[Profile, str]:
    """Return the profile of tenants that name none, chosen as a fleet chooses it."""
    if file.profile is not None:
        return choose_profile(file.profile), "the file"
    if file.stack:
        return profile_of_stack(file.stack), f"the stack's name '{file.stack}'"
    return Profile.BALANCED, "nobody, so Auth0's defaults"
