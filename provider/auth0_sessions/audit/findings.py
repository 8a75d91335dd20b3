"""Compares a live tenant with what it should have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auth0_sessions.api.reader import TenantSessions
from auth0_sessions.api.wire import to_patch_body
from auth0_sessions.audit.expected import Expected
from auth0_sessions.audit.model import AuditedLifetime, AuditedTenant, Finding, Rule, Status
from auth0_sessions.errors import Auth0SessionsError
from auth0_sessions.model.judgment import judge
from auth0_sessions.model.plans import cap
from auth0_sessions.model.profiles import Force
from auth0_sessions.model.settings import ABSOLUTE_AND_IDLE, LOGIN_LIFETIMES, LOGIN_SETTINGS, SETTINGS, Value, text

MODE = "session_cookie_mode"


def compare(tenant: Expected, found: TenantSessions | Auth0SessionsError) -> AuditedTenant:
    """Compare one tenant with its baseline."""
    lifetimes: list[AuditedLifetime] = []
    findings: list[Finding] = []
    mode, error = None, None
    if isinstance(found, Auth0SessionsError):
        status, error = Status.UNREACHABLE, str(found)
    else:
        lifetimes = [_lifetime(tenant, name, found) for name in LOGIN_LIFETIMES]
        findings = [each for name in LOGIN_SETTINGS for each in _Comparison(tenant, name, found).findings()]
        status, mode = Status.FINDINGS if findings else Status.MEETS, found.values.get(MODE)
    return AuditedTenant(
        name=tenant.entry.name,
        source=tenant.source,
        domain=tenant.entry.place[0],
        plan=tenant.entry.plan,
        profile=str(tenant.profile.name),
        profile_from=tenant.profile_from,
        ceiling=", ".join(ceiling.phrase for ceiling in tenant.entry.ceilings) or None,
        status=status,
        error=error,
        lifetimes=lifetimes,
        session_cookie_mode=None if mode is None else str(mode),
        findings=_worst_first(findings),
        notes=list(_notes(tenant, {row.setting: row.minutes for row in lifetimes if row.minutes is not None})),
    )


def _worst_first(findings: list[Finding]) -> list[Finding]:
    """Sort findings by the worst one for the same setting."""

    def worst(finding: Finding) -> tuple[bool, bool, float]:
        return max(each.severity for each in findings if each.setting == finding.setting)

    return sorted(findings, key=worst, reverse=True)


def _lifetime(tenant: Expected, name: str, found: TenantSessions) -> AuditedLifetime:
    value, limit, declared = found.values.get(name), tenant.limits.get(name), tenant.declared(name)
    minutes = None if value is None else int(value)
    most = cap(tenant.entry.plan, name) if tenant.entry.plan else None
    return AuditedLifetime(
        setting=name,
        minutes=minutes,
        text="unusable" if minutes is None else text(minutes),
        is_default=name in found.defaulted,
        cap_minutes=most,
        share_of_cap=minutes / most if most and minutes is not None else None,
        baseline_minutes=limit.minutes if limit else None,
        declared_minutes=int(declared) if declared else None,
    )


@dataclass(frozen=True)
class _Comparison:
    """One setting of a tenant beside what it should be."""

    tenant: Expected
    name: str
    found: TenantSessions

    def findings(self) -> list[Finding]:
        """Return what is wrong: unusable, too long or, if neither, different from what the file declares."""
        if self.name in self.found.unusable:
            return [self._finding(Rule.UNUSABLE, self.found.unusable[self.name])]
        value = self.found.values[self.name]
        too_long = list(self._too_long(value)) if isinstance(value, int) else []
        return too_long or list(self._not_as_declared(value))

    def _too_long(self, minutes: int) -> Iterator[Finding]:
        tenant, name = self.tenant, self.name
        judged = judge(name, minutes, plan=tenant.entry.plan, ceiling=tenant.baseline(name))
        if judged.cap is not None:
            yield self._finding(Rule.ABOVE_CAP, judged.above_cap, judged.cap)
        if judged.ceiling is not None:
            most, why = judged.ceiling.minutes, judged.ceiling.source
            # A limit that follows from another setting or the file is not the source's, and has no force.
            force = tenant.profile.force_of(name) if most == tenant.profile.minutes(name) else None
            yield self._finding(Rule.ABOVE_BASELINE, f"the baseline allows at most {text(most)}: {why}", most, force)

    def _not_as_declared(self, value: Value) -> Iterator[Finding]:
        declared, target = self.tenant.declared(self.name), self.tenant.target(self.name)
        if declared is None or target is None or target == value or _is_kept(self.tenant, value, target):
            return
        comes_to = "" if target == declared else f", which comes to {text(target)}"
        yield self._finding(Rule.NOT_AS_DECLARED, f"the tenants file declares {text(declared)}{comes_to}", target)

    def _finding(self, rule: Rule, words: str, most: Value | None = None, force: Force | None = None) -> Finding:
        """Return a finding; `most` is the figure that the setting should not exceed, or should be."""
        name, found = self.name, self.found
        kind, mode, value = SETTINGS[name].kind, found.values.get(MODE), found.values.get(name)
        is_in_use = None in (kind, mode) or kind == mode
        where = "" if is_in_use else f" The cookie mode is {mode}, so only Actions can create {kind} sessions."
        default = ", Auth0's default" if name in found.defaulted else ""
        held = "" if value is None else f"{text(value)}{default}; "
        return Finding(
            setting=name,
            rule=rule,
            message=f"{name} is {held}{words}.{where}",
            change=_change(self.tenant, name),
            times_allowed=value / most if isinstance(value, int) and isinstance(most, int) else 1.0,
            force=force,
            is_in_use=is_in_use,
        )


def _is_kept(tenant: Expected, value: Value, goal: Value) -> bool:
    """Whether a fleet leaves a value alone, because it is shorter than its ceiling."""
    return tenant.entry.picked.is_ceiling and isinstance(value, int) and isinstance(goal, int) and value < goal


def _change(tenant: Expected, name: str) -> str:
    """Return what fixes a finding: `pulumi up` or the file for what the file sets, else the Dashboard or the API."""
    applied, goal = tenant.applied(name), tenant.goal(name)
    if isinstance(applied, int) and isinstance(goal, int) and applied > goal:
        return f"Set {name} to {text(goal)} in the tenants file, then run `pulumi up`."
    if applied is not None:
        return f"`pulumi up` fixes this: it sets {name} to {text(applied)}."
    if not isinstance(goal, int):
        return f"Set {name} to a valid value."
    ((key, figure),) = to_patch_body({name: goal}).items()
    here, there = _counted(goal, "minute"), _counted(figure, "hour" if key == name else "minute")
    label = SETTINGS[name].dashboard
    return f'Set it to {text(goal)}: {here} as "{label}" in the Dashboard, {there} as {key} in the Management API.'


def _counted(figure: int, unit: str) -> str:
    return f"{figure:,} {unit}{'' if figure == 1 else 's'}"


def _notes(tenant: Expected, minutes: Mapping[str, int]) -> Iterator[str]:
    if tenant.entry.plan is None and minutes:
        yield "No plan is set, so no cap was checked. Set the tenant's plan in the tenants file."
    yield from _more_than_allowed(tenant) if tenant.foreign else _kept(tenant, minutes)
    for absolute, idle in ABSOLUTE_AND_IDLE:
        if absolute in minutes and minutes.get(idle, 0) > minutes[absolute]:
            yield f"{idle} is longer than {absolute}, so it never ends a session."


def _more_than_allowed(tenant: Expected) -> Iterator[str]:
    for name, limit in tenant.limits.items():
        declared, most = int(tenant.declared(name) or 0), limit.minutes
        if declared > most:
            yield f"The tenants file declares {name} {text(declared)}, more than the {text(most)} allowed here."


def _kept(tenant: Expected, minutes: Mapping[str, int]) -> Iterator[str]:
    goals = {name: tenant.goal(name) or value for name, value in minutes.items()}
    kept = [name for name, value in minutes.items() if _is_kept(tenant, value, goals[name])]
    if kept:
        values = ", ".join(f"{name} {text(minutes[name])} instead of {text(goals[name])}" for name in kept)
        yield f"The tenant's own values, stricter than the tenants file and kept (at-most): {values}."
