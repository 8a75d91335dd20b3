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
    findings: list[Finding] = []
    lifetimes: list[AuditedLifetime] = []
    status, mode, error = Status.UNREACHABLE, None, None
    if isinstance(found, Auth0SessionsError):
        error = str(found)
    else:
        findings = _worst_first([list(_findings(tenant, name, found)) for name in LOGIN_SETTINGS])
        lifetimes = [_lifetime(tenant, name, found) for name in LOGIN_LIFETIMES]
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
        findings=findings,
        notes=list(_notes(tenant, {row.setting: row.minutes for row in lifetimes if row.minutes is not None})),
    )


def _worst_first(of_each: list[list[Finding]]) -> list[Finding]:
    """Return the findings for each setting, the worst setting first."""
    worst = sorted(filter(None, of_each), key=lambda each: max(finding.severity for finding in each), reverse=True)
    return [finding for each in worst for finding in each]


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
class _Reason:
    """Why a value is a finding, in words; `most` is the figure that it should not exceed, or should be."""

    rule: Rule
    words: str
    most: Value | None = None


def _findings(tenant: Expected, name: str, found: TenantSessions) -> Iterator[Finding]:
    """Yield the findings for one setting."""
    kind, mode = SETTINGS[name].kind, found.values.get(MODE)
    is_in_use = kind is None or mode is None or kind == mode
    where = "" if is_in_use else f" The cookie mode is {mode}, so only Actions can create {kind} sessions."
    value = found.values.get(name)
    default = ", Auth0's default" if name in found.defaulted else ""
    reasons = _unusable(found, name) if value is None else _reasons(tenant, name, value)
    for reason in reasons:
        shown = "" if value is None else f"{text(value)}{default}; "
        yield Finding(
            setting=name,
            rule=reason.rule,
            message=f"{name} is {shown}{reason.words}.{where}",
            change=_change(tenant, name),
            times_allowed=value / reason.most if isinstance(value, int) and isinstance(reason.most, int) else 1.0,
            force=_force(tenant, name) if reason.rule is Rule.ABOVE_BASELINE else None,
            is_in_use=is_in_use,
        )


def _unusable(found: TenantSessions, name: str) -> Iterator[_Reason]:
    if name in found.unusable:
        yield _Reason(Rule.UNUSABLE, found.unusable[name])


def _reasons(tenant: Expected, name: str, value: Value) -> list[_Reason]:
    """Return why a value is a finding: it is too long or, if not, different from what the file declares."""
    too_long = list(_too_long(tenant, name, value)) if isinstance(value, int) else []
    return too_long or list(_not_as_declared(tenant, name, value))


def _too_long(tenant: Expected, name: str, minutes: int) -> Iterator[_Reason]:
    judged = judge(name, minutes, plan=tenant.entry.plan, ceiling=tenant.baseline(name))
    if judged.cap is not None:
        yield _Reason(Rule.ABOVE_CAP, judged.above_cap, judged.cap)
    if judged.ceiling is not None:
        yield _Reason(Rule.ABOVE_BASELINE, judged.above_ceiling, judged.ceiling.minutes)


def _not_as_declared(tenant: Expected, name: str, value: Value) -> Iterator[_Reason]:
    declared, target = tenant.declared(name), tenant.target(name)
    if declared is None or target is None or target == value:
        return
    if tenant.entry.picked.is_ceiling and isinstance(value, int) and value < int(target):
        return
    comes_to = "" if target == declared else f", which comes to {text(target)}"
    yield _Reason(Rule.NOT_AS_DECLARED, f"the tenants file declares {text(declared)}{comes_to}", target)


def _force(tenant: Expected, name: str) -> Force | None:
    """Return how binding a limit is; None if it follows from another setting or the file, not from the source."""
    is_profiles = tenant.limits[name].minutes == tenant.profile.minutes(name)
    return tenant.profile.force_of(name) if is_profiles else None


def _change(tenant: Expected, name: str) -> str:
    """Return what fixes a finding: `pulumi up` or the file for what the file sets, else the Dashboard or the API."""
    applied, goal = tenant.applied(name), tenant.goal(name)
    if applied is not None and not (isinstance(applied, int) and isinstance(goal, int) and applied > goal):
        return f"`pulumi up` fixes this: it sets {name} to {text(applied)}."
    if goal is None:
        return f"Set {name} to a valid value."
    if applied is not None:
        return f"Set {name} to {text(goal)} in the tenants file, then run `pulumi up`."
    if not isinstance(goal, int):
        return f"Set {name} to {goal}."
    ((key, figure),) = to_patch_body({name: goal}).items()
    here, there = _counted(goal, "minute"), _counted(figure, "hour" if key == name else "minute")
    label = SETTINGS[name].dashboard
    return f'Set it to {text(goal)}: {here} as "{label}" in the Dashboard, {there} as {key} in the Management API.'


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
        if absolute in minutes and minutes.get(idle, 0) > minutes[absolute]:
            yield f"{idle} is longer than {absolute}, so it never ends a session."
