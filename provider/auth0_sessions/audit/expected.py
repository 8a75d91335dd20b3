"""Determines what each tenant in a file should have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auth0_sessions.errors import InputError, listed
from auth0_sessions.fleet.entries import NEEDS_DOMAIN, Entry, in_two_files, read_entries
from auth0_sessions.fleet.file import TenantsFile
from auth0_sessions.fleet.policy import Chosen, choose_profile, pick
from auth0_sessions.fleet.profiles import read_profiles
from auth0_sessions.model.plans import Plan, cap
from auth0_sessions.model.profiles import ProfileLimits
from auth0_sessions.model.settings import LOGIN_LIFETIMES, LOGIN_SETTINGS, Values

THE_COMMAND_LINE = "the command line"


@dataclass(frozen=True)
class Expected:
    """What a tenant should have, according to a file and the command line.

    Attributes:
        entry: Its entry in the file.
        source: The file that lists it.
        profile: Its baseline.
        profile_from: Where the profile is set.
        declared: Setting -> minutes or cookie mode, as declared in the file.
        targets: Setting -> the target of a declared setting: what a fleet applies, within the baseline.
        limits: Setting -> its maximum in minutes; unlimited settings are missing.
        why: Setting -> the reason for its limit.
        is_own: True if the file may declare more than its profile allows.
        is_foreign: True if the auditor chose the profile, regardless of the file.

    """

    entry: Entry
    source: str
    profile: ProfileLimits
    profile_from: str
    declared: Values
    targets: Values
    limits: Mapping[str, int]
    why: Mapping[str, str]
    is_own: bool
    is_foreign: bool

    @property
    def plan(self) -> Plan | None:
        """Its plan, or None."""
        plan: Plan | None = self.entry.values.get("plan")
        return plan

    def cap(self, setting: str) -> int | None:
        """Return the plan's cap, in minutes."""
        return cap(self.plan, setting) if self.plan else None


def expected_of(files: Mapping[str, TenantsFile], profile: str | None) -> list[Expected]:
    """Return what each tenant in some files should have; a given profile overrides the files.

    Raises:
        InputError: The files have problems, all of which are reported.

    """
    expected: list[Expected] = []
    problems: list[str] = []
    others = _profiles_of_all(files.values())
    for source, file in files.items():
        found, wrong = _in_file(file, source, profile, others)
        expected.extend(found)
        problems.extend([listed(source, wrong)] if wrong else [])
    problems.extend(in_two_files((tenant.entry.place[0], tenant.source, tenant.entry.name) for tenant in expected))
    if problems:
        raise InputError("\n".join(problems))
    return expected


def _profiles_of_all(files: Iterable[TenantsFile]) -> dict[str, ProfileLimits]:
    """Return the profiles of some files by name, except those that two files define differently."""
    found: dict[str, list[ProfileLimits]] = {}
    for file in files:
        for name, limits in read_profiles(file.profiles)[0].items():
            found.setdefault(name, []).append(limits)
    return {name: first for name, (first, *rest) in found.items() if all(other == first for other in rest)}


def _in_file(
    file: TenantsFile, source: str, profile: str | None, others: Mapping[str, ProfileLimits]
) -> tuple[list[Expected], list[str]]:
    """Return what the tenants of a file should have, and all problems; `others` are other files' profiles."""
    entries = read_entries(file.tenants, file.defaults, needs=NEEDS_DOMAIN)
    foreign = None
    try:
        if profile is not None:
            foreign = choose_profile(profile, {**others, **entries.profiles})
    except InputError as error:
        entries.of_all.append(f"{THE_COMMAND_LINE}: {error}")
    expected = []
    for entry in entries.tenants.values():
        if "profile" in entry.values:
            entries.problems[entry.name].extend(problem.reason for problem in entry.picked.problems)
            if not (entries.problems[entry.name] or entries.of_all):
                named_by = "the tenant's entry" if "profile" in entry.own else file.default_profile[1]
                expected.append(_expected(entry, source, foreign, named_by))
    return expected, entries.all_problems


def _expected(entry: Entry, source: str, foreign: ProfileLimits | None, named_by: str) -> Expected:
    """Return what a tenant should have: what its file declares, or what the auditor's profile allows."""
    values, applied, profile = entry.values, entry.picked, foreign or entry.chosen.profile
    plan = values.get("plan")
    most, is_foreign = entry.chosen.plan, foreign is not None
    is_own = not is_foreign and not profile.is_ceiling
    top = applied if is_own else pick(Chosen(most, profile), {})
    limits, why = {}, {}
    for setting in LOGIN_LIFETIMES:
        # A value that the profile leaves to the plan may be declared longer than its default.
        choose = max if setting in values else min
        limit = top if is_foreign else choose(top, applied, key=lambda picked: picked.minutes[setting])
        highest = cap(most, setting) or 0
        if plan is not None or limit.minutes[setting] < highest:
            limits[setting], why[setting] = min(limit.minutes[setting], highest), limit.why[setting]
    declared = {name: values[name] for name in LOGIN_SETTINGS if name in values}
    lifetimes = {name: applied.minutes[name] for name in LOGIN_LIFETIMES if name in declared}
    return Expected(
        entry=entry,
        source=source,
        profile=profile,
        profile_from=THE_COMMAND_LINE if is_foreign else named_by,
        declared=declared,
        targets={**declared, **{name: min(value, limits.get(name, value)) for name, value in lifetimes.items()}},
        limits=limits,
        why=why,
        is_own=is_own,
        is_foreign=is_foreign,
    )
