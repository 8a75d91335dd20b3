"""Determines what each tenant in a file should have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auth0_sessions.errors import InputError, listed
from auth0_sessions.fleet.entries import NEEDS_DOMAIN, Entry, in_two_files, read_entries
from auth0_sessions.fleet.file import TenantsFile
from auth0_sessions.fleet.policy import Chosen, choose_profile, pick
from auth0_sessions.fleet.profiles import read_profiles
from auth0_sessions.model.judgment import Ceiling
from auth0_sessions.model.plans import cap
from auth0_sessions.model.profiles import ProfileLimits
from auth0_sessions.model.settings import LOGIN_LIFETIMES, Value

THE_COMMAND_LINE = "the command line"


@dataclass(frozen=True)
class Expected:
    """What a tenant should have: its entry in a file, and its baseline, which the auditor may choose instead.

    `limits` holds the maximum of each limited setting.
    """

    entry: Entry
    source: str
    profile: ProfileLimits
    profile_from: str
    limits: Mapping[str, Ceiling]

    @property
    def is_foreign(self) -> bool:
        """Whether the auditor chose the profile, regardless of the file."""
        return self.profile_from == THE_COMMAND_LINE

    @property
    def is_own(self) -> bool:
        """Whether the file may declare more than its profile allows."""
        return not self.is_foreign and not self.profile.is_ceiling

    def declared(self, setting: str) -> Value | None:
        """Return what the file declares for a setting."""
        return self.entry.values.get(setting)

    def target(self, setting: str) -> Value | None:
        """Return what a fleet applies of a declaration, within the baseline."""
        declared = self.declared(setting)
        if not isinstance(declared, int):
            return declared
        applied = self.entry.picked.minutes[setting]
        return min(applied, self.limits[setting].minutes) if setting in self.limits else applied

    def goal(self, setting: str) -> Value | None:
        """Return what a setting should be: its target, or else its maximum."""
        limit = self.limits.get(setting)
        return self.target(setting) or (limit.minutes if limit else None)


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
    plan, applied, profile = entry.chosen.plan, entry.picked, foreign or entry.chosen.profile
    allowed = applied if foreign is None and not profile.is_ceiling else pick(Chosen(plan, profile), {})
    limits: dict[str, Ceiling] = {}
    for setting in LOGIN_LIFETIMES:
        # A value that the profile leaves to the plan may be declared longer than its default.
        choose = max if setting in entry.values else min
        limit = allowed if foreign else choose(allowed, applied, key=lambda picked: picked.minutes[setting])
        most = cap(plan, setting) or 0
        if entry.plan or limit.minutes[setting] < most:
            limits[setting] = Ceiling(min(limit.minutes[setting], most), "the baseline", limit.why[setting])
    return Expected(entry, source, profile, THE_COMMAND_LINE if foreign else named_by, limits)
