"""Determines what each tenant in some files should have: what a fleet would apply, or the auditor's profile allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from auth0_sessions.errors import InputError, listed
from auth0_sessions.fleet.across import in_two_files
from auth0_sessions.fleet.entries import Entry, plan_fleet
from auth0_sessions.fleet.file import TenantsFile
from auth0_sessions.model.judgment import Ceiling
from auth0_sessions.model.own_profiles import read_profiles
from auth0_sessions.model.picking import Picked, choose_profile, pick
from auth0_sessions.model.plans import cap
from auth0_sessions.model.profiles import ProfileLimits
from auth0_sessions.model.settings import LOGIN_LIFETIMES, Value

THE_COMMAND_LINE = "the command line"


@dataclass(frozen=True)
class Expected:
    """What a tenant should have: its entry in a file, and its baseline, which the auditor may choose instead.

    `foreign` is the profile that the auditor chose, regardless of the file.
    """

    entry: Entry
    file: TenantsFile
    source: str
    foreign: ProfileLimits | None = None

    @property
    def profile(self) -> ProfileLimits:
        """The profile that is the baseline."""
        return self.foreign or self.entry.chosen.profile

    @property
    def profile_from(self) -> str:
        """Where the profile is set."""
        if self.foreign:
            return THE_COMMAND_LINE
        return "the tenant's entry" if "profile" in self.entry.own else self.file.default_profile[1]

    @property
    def is_managed(self) -> bool:
        """Whether the file says how long sessions last, and not just where the tenant is."""
        sets_something = self.entry.own - {"domain", "plan", "credentials"}
        return bool(sets_something or self.file.profile is not None or self.file.stack)

    @cached_property
    def limits(self) -> dict[str, Ceiling]:
        """The longest lifetime that meets the baseline, for each setting that has one."""
        of_profile = pick(replace(self.entry.chosen, profile=self.profile), {})
        limits = {}
        for name in LOGIN_LIFETIMES:
            longest = self._longest(name, of_profile)
            minutes, most = longest.minutes[name], cap(self.entry.chosen.plan, name) or 0
            # Without a plan, the highest cap stands in for the tenant's own and limits nothing.
            if self.entry.plan or minutes < most:
                limits[name] = Ceiling(min(minutes, most), "the baseline", longest.why[name])
        return limits

    def _longest(self, name: str, of_profile: Picked) -> Picked:
        """Return what sets the limit of a setting: the profile alone, or what a fleet applies."""
        if self.foreign:
            return of_profile
        if name in self.entry.values and self.profile.is_ceiling:
            # What the profile alone allows beyond a declaration is not as declared, but within the baseline.
            return max(of_profile, self.entry.picked, key=lambda picked: picked.minutes[name])
        return self.entry.picked

    def declared(self, setting: str) -> Value | None:
        """Return what the file declares for a setting."""
        return self.entry.values.get(setting)

    def applied(self, setting: str) -> Value | None:
        """Return what `pulumi up` writes for a setting; None if the file leaves the tenant alone."""
        return self.entry.picked.minutes.get(setting, self.declared(setting)) if self.is_managed else None

    def target(self, setting: str) -> Value | None:
        """Return what a fleet applies of a declaration, within the baseline."""
        if self.declared(setting) is None:
            return None
        applied, limit = self.applied(setting), self.limits.get(setting)
        return min(applied, limit.minutes) if isinstance(applied, int) and limit else applied

    def goal(self, setting: str) -> Value | None:
        """Return what a setting should be: its target, or else its limit."""
        limit = self.limits.get(setting)
        return self.target(setting) or (limit.minutes if limit else None)

    def baseline(self, setting: str) -> Ceiling | None:
        """Return the limit of a setting, unless another rule reports it: as the plan's cap, or as not declared."""
        limit, plan, declared = self.limits.get(setting), self.entry.plan, self.declared(setting)
        if limit and plan and limit.minutes == cap(plan, setting):
            return None
        may_declare_more = not self.foreign and not self.profile.is_ceiling
        is_applied = declared is not None and declared == self.target(setting)
        return None if may_declare_more and is_applied else limit


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
    """Return what the tenants of a file should have, or all problems; `others` are other files' profiles."""
    entries = plan_fleet(file.tenants, file.defaults, needs_plan=False)
    foreign = None
    if profile is not None:
        try:
            foreign = choose_profile(profile, {**others, **entries.profiles})
        except InputError as error:
            entries.of_all.append(f"{THE_COMMAND_LINE}: {error}")
    if entries.problems:
        return [], entries.problems
    return [Expected(entry, file, source, foreign) for entry in entries.tenants.values()], []
