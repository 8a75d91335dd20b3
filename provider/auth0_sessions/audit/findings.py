"""Compares one live tenant with what it should have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auth0_sessions.api.reader import TenantSessions
from auth0_sessions.api.wire import to_patch_body
from auth0_sessions.audit.expected import Expected
from auth0_sessions.audit.model import AuditedLifetime, AuditedTenant, Finding, Rule, Status
from auth0_sessions.errors import Auth0SessionsError
from auth0_sessions.model.judgment import judge
from auth0_sessions.model.plans import cap
from auth0_sessions.model.profiles import Force
from auth0_sessions.model.settings import ABSOLUTE_AND_IDLE, LOGIN_LIFETIMES, LOGIN_SETTINGS, SETTINGS, Value, text


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
