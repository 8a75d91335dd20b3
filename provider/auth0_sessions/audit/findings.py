"""Determines what each tenant in a file should have, and compares the live tenant with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from auth0_sessions.api.reader import TenantSessions
from auth0_sessions.api.wire import to_patch_body
from auth0_sessions.audit.model import AuditedLifetime, AuditedTenant, Finding, Rule, Status
from auth0_sessions.errors import Auth0SessionsError, InputError, listed
from auth0_sessions.fleet.entries import Entry, in_two_files, read_entries
from auth0_sessions.fleet.file import TenantsFile
from auth0_sessions.fleet.policy import Chosen, choose_profile, pick
from auth0_sessions.fleet.profiles import read_profiles
from auth0_sessions.model.judgment import Ceiling, judge
from auth0_sessions.model.plans import cap
from auth0_sessions.model.profiles import Force, ProfileLimits
from auth0_sessions.model.settings import ABSOLUTE_AND_IDLE, LOGIN_LIFETIMES, LOGIN_SETTINGS, SETTINGS, Value, text

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
    entries = read_entries(file.tenants, file.defaults)
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


def hold(tenant: Expected, found: TenantSessions | Auth0SessionsError) -> AuditedTenant:
    """Compare one tenant with its baseline."""
    findings: list[Finding] = []
    lifetimes: list[AuditedLifetime] = []
    status, mode, error = Status.UNREACHABLE, None, None
    if isinstance(found, Auth0SessionsError):
        error = str(found)
    else:
        findings = [finding for name in LOGIN_SETTINGS for finding in _findings(tenant, name, found)]
        lifetimes = [_lifetime(tenant, name, found) for name in LOGIN_LIFETIMES]
        status, mode = Status.FINDINGS if findings else Status.MEETS, str(found.values["session_cookie_mode"])
    return AuditedTenant(
        name=tenant.entry.name,
        source=tenant.source,
        domain=tenant.entry.place[0],
        plan=tenant.entry.plan,
        profile=str(tenant.profile.name),
        profile_from=tenant.profile_from,
        status=status,
        error=error,
        lifetimes=lifetimes,
        session_cookie_mode=mode,
        findings=findings,
        notes=list(_notes(tenant, {row.setting: row.minutes for row in lifetimes})),
    )


def _lifetime(tenant: Expected, name: str, found: TenantSessions) -> AuditedLifetime:
    minutes, limit, declared = int(found.values[name]), tenant.limits.get(name), tenant.declared(name)
    most = cap(tenant.entry.plan, name) if tenant.entry.plan else None
    return AuditedLifetime(
        setting=name,
        minutes=minutes,
        text=text(minutes),
        is_default=name in found.defaulted,
        cap_minutes=most,
        share_of_cap=minutes / most if most else None,
        baseline_minutes=limit.minutes if limit else None,
        declared_minutes=int(declared) if declared else None,
    )


def _findings(tenant: Expected, name: str, found: TenantSessions) -> Iterator[Finding]:
    """Yield the findings for one setting."""
    value = found.values[name]
    default = ", Auth0's default" if name in found.defaulted else ""
    kind, mode = SETTINGS[name].kind, found.values["session_cookie_mode"]
    is_in_use = kind is None or kind == mode
    where = "" if is_in_use else f" Only an Action creates {kind} sessions here: the cookie mode is {mode}."
    for rule, reason in _rules(tenant, name, value).items():
        yield Finding(
            setting=name,
            rule=rule,
            message=f"{name} is {text(value)}{default}; {reason}.{where}",
            change=_change(name, tenant.goal(name)),
            force=_force(tenant, name) if rule is Rule.ABOVE_BASELINE else None,
            is_in_use=is_in_use,
        )


def _rules(tenant: Expected, name: str, value: Value) -> dict[Rule, str]:
    """Return why a value is a finding, each reason in words."""
    rules, declared, target, plan = {}, tenant.declared(name), tenant.target(name), tenant.entry.plan
    if isinstance(value, int):
        # A limit that is the cap, or is what the file itself declares, is reported as such.
        limit = None if tenant.is_own and target is not None else tenant.limits.get(name)
        is_cap = limit is not None and plan is not None and limit.minutes == cap(plan, name)
        judged = judge(name, value, plan=plan, ceiling=None if is_cap else limit)
        if judged.cap is not None:
            rules[Rule.ABOVE_CAP] = judged.above_cap
        if judged.ceiling is not None:
            rules[Rule.ABOVE_BASELINE] = judged.above_ceiling
    is_shorter = isinstance(value, int) and isinstance(target, int) and value < target
    is_kept = tenant.entry.picked.is_ceiling and is_shorter
    if declared is not None and target is not None and target != value and not rules and not is_kept:
        comes_to = "" if target == declared else f", which comes to {text(target)}"
        rules[Rule.NOT_AS_DECLARED] = f"the tenants file declares {text(declared)}{comes_to}"
    return rules


def _force(tenant: Expected, name: str) -> Force | None:
    """Return how binding a limit is; None if it follows from another setting or the file, not from the source."""
    is_profiles = tenant.limits[name].minutes == tenant.profile.minutes(name)
    return tenant.profile.force_of(name) if is_profiles else None


def _change(name: str, target: Value | None) -> str:
    """Return the change to make, in the units of the Dashboard and of the Management API."""
    if not isinstance(target, int):
        return f"Set {name} to {target}."
    ((key, figure),) = to_patch_body({name: target}).items()
    here, there = _counted(target, "minute"), _counted(figure, "hour" if key == name else "minute")
    return f"Set {name} to {text(target)}: {here} in the Dashboard, {there} as {key} in the Management API."


def _counted(figure: int, unit: str) -> str:
    return f"{figure:,} {unit}{'' if figure == 1 else 's'}"


def _notes(tenant: Expected, minutes: Mapping[str, int]) -> Iterator[str]:
    if tenant.entry.plan is None and minutes:
        yield "No plan is set, so no cap was checked. Set the tenant's plan in the tenants file."
    for name, limit in tenant.limits.items():
        declared = tenant.declared(name)
        if tenant.is_foreign and isinstance(declared, int) and declared > limit.minutes:
            most = text(limit.minutes)
            yield f"The tenants file declares {name} {text(declared)}, more than the {most} allowed here."
    if tenant.entry.picked.is_ceiling and not tenant.is_foreign:
        goals = ((name, value, tenant.goal(name)) for name, value in minutes.items())
        kept = [
            f"{name} {text(value)} instead of {text(goal)}"
            for name, value, goal in goals
            if isinstance(goal, int) and value < goal
        ]
        if kept:
            yield f"The tenant's own values, stricter than the tenants file and kept (at-most): {', '.join(kept)}."
    for absolute, idle in ABSOLUTE_AND_IDLE:
        if minutes and minutes[idle] > minutes[absolute]:
            yield f"{idle} is longer than {absolute}, so it never ends a session."
