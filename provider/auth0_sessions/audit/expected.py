"""What every tenant of a file should be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auth0_sessions.errors import InputError, listed
from auth0_sessions.fleet.entries import NEEDS_DOMAIN, Defaults, Entry, in_two_files, read_entries
from auth0_sessions.fleet.file import TenantsFile
from auth0_sessions.fleet.policy import Chosen, Picked, choose_profile, pick
from auth0_sessions.fleet.profiles import read_profiles
from auth0_sessions.model.choices import Enforce, OverLimit
from auth0_sessions.model.plans import Plan, cap
from auth0_sessions.model.profiles import PROFILES, Profile, ProfileLimits
from auth0_sessions.model.settings import LOGIN_LIFETIMES, LOGIN_SETTINGS, Values

THE_COMMAND_LINE = "the command line"


@dataclass(frozen=True)
class Expected:
    """What a file and the command line say that a tenant should be.

    Attributes:
        name: Its short name.
        source: The file that lists it.
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
        is_ceiling: True where the tenant keeps a lifetime that is shorter than declared.
        is_foreign: True where the profile is the auditor's, whatever the file declares.

    """

    name: str
    source: str
    domain: str
    plan: Plan | None
    profile: ProfileLimits
    profile_from: str
    credentials: str | None
    declared: Values
    targets: Values
    limits: Mapping[str, int]
    why: Mapping[str, str]
    is_own: bool
    is_foreign: bool
    is_ceiling: bool = False

    def cap(self, setting: str) -> int | None:
        """Return the most that the plan allows, in minutes."""
        return cap(self.plan, setting) if self.plan else None


def expected_of_all(files: Mapping[str, TenantsFile], profile: str | None) -> list[Expected]:
    """Return what every tenant of some files should be.

    Args:
        files: The tenants, under the name that messages have for each file.
        profile: The baseline of all tenants, whatever the files say.

    Raises:
        InputError: With everything that is wrong with the files.

    """
    expected: list[Expected] = []
    problems: list[str] = []
    others = _profiles_of_all(files.values())
    for source, file in files.items():
        try:
            expected.extend(expected_of(file, source, profile, others))
        except InputError as error:
            problems.append(str(error))
    problems.extend(in_two_files((tenant.domain, tenant.source, tenant.name) for tenant in expected))
    if problems:
        raise InputError("\n".join(problems))
    return expected


def _profiles_of_all(files: Iterable[TenantsFile]) -> dict[str, ProfileLimits]:
    """Return the profiles of some files by name, without those that two files define differently."""
    found: dict[str, list[ProfileLimits]] = {}
    for file in files:
        for name, limits in read_profiles(file.profiles)[0].items():
            found.setdefault(name, []).append(limits)
    return {name: first for name, (first, *rest) in found.items() if all(other == first for other in rest)}


def expected_of(
    file: TenantsFile, source: str, profile: str | None, others: Mapping[str, ProfileLimits]
) -> list[Expected]:
    """Return what every tenant of a file should be.

    Args:
        file: The tenants.
        source: The file's name.
        profile: The baseline of all tenants, whatever the file says.
        others: The profiles that the command line may name besides the file's own.

    Raises:
        InputError: With everything that is wrong with the file.

    """
    entries = read_entries(file.tenants, Defaults(file.plan, None, file.profiles, file.enforce), needs=NEEDS_DOMAIN)
    named, named_by = file.default_profile
    fallback = PROFILES[Profile.BALANCED], named_by
    try:
        fallback = choose_profile(named, entries.profiles), named_by
    except InputError as error:
        entries.of_all.append(f"the fleet: {error}")
    foreign = None
    try:
        if profile is not None:
            foreign = choose_profile(profile, {**others, **entries.profiles}), THE_COMMAND_LINE
    except InputError as error:
        entries.of_all.append(f"{THE_COMMAND_LINE}: {error}")
    expected = []
    for name, entry in entries.tenants.items():
        own = (entry.values["profile"], "the tenant's entry") if "profile" in entry.values else fallback
        # Without a plan nothing is held to a cap, and the highest ones stand for none.
        enforce = entry.values.get("enforce", Enforce.EXACT)
        chosen = Chosen(entry.values.get("plan", Plan.ENTERPRISE), own[0], enforce)
        over_limit = entry.values.get("over_limit", OverLimit.ERROR)
        applied = pick(chosen, entry.values, over_limit, entry.spelling)
        entries.problems[name].extend(problem.reason for problem in applied.problems)
        if not (entries.problems[name] or entries.of_all):
            expected.append(_expected(entry, source, applied, *(foreign or own)))
    if problems := entries.all_problems:
        raise InputError(listed(source, problems))
    return expected


def _expected(entry: Entry, source: str, applied: Picked, profile: ProfileLimits, profile_from: str) -> Expected:
    """Return what a tenant should be: what its file comes to, or under another profile what that one allows."""
    values = entry.values
    plan = values.get("plan")
    most = plan or Plan.ENTERPRISE
    is_foreign = profile_from == THE_COMMAND_LINE
    is_own = not is_foreign and not profile.is_ceiling
    top = applied if is_own else pick(Chosen(most, profile), {})
    limits, why = {}, {}
    for setting in LOGIN_LIFETIMES:
        # What the profile leaves to the plan may be declared longer than it comes to without a declaration.
        choose = max if setting in values else min
        limit = top if is_foreign else choose(top, applied, key=lambda picked: picked.minutes[setting])
        highest = cap(most, setting) or 0
        if plan is not None or limit.minutes[setting] < highest:
            limits[setting], why[setting] = min(limit.minutes[setting], highest), limit.why[setting]
    declared = {name: values[name] for name in LOGIN_SETTINGS if name in values}
    lifetimes = {name: applied.minutes[name] for name in LOGIN_LIFETIMES if name in declared}
    return Expected(
        name=entry.name,
        source=source,
        domain=values["domain"],
        plan=plan,
        profile=profile,
        profile_from=profile_from,
        credentials=values.get("credentials"),
        declared=declared,
        targets={**declared, **{name: min(value, limits.get(name, value)) for name, value in lifetimes.items()}},
        limits=limits,
        why=why,
        is_own=is_own,
        is_foreign=is_foreign,
        is_ceiling=values.get("enforce") is Enforce.AT_MOST,
    )
