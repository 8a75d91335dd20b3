"""Compares one live tenant with what it should have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auth0_sessions.api.reader import TenantSessions
from auth0_sessions.api.wire import to_patch_body
from auth0_sessions.audit.expected import Expected
from auth0_sessions.audit.model import AuditedLifetime, AuditedTenant, Finding, Rule, Status
from auth0_sessions.errors import Auth0SessionsError
from auth0_sessions.model.judgment import Ceiling, judge
from auth0_sessions.model.profiles import Force
from auth0_sessions.model.settings import ABSOLUTE_AND_IDLE, LOGIN_LIFETIMES, LOGIN_SETTINGS, SETTINGS, Value, text


def hold(tenant: Expected, found: TenantSessions | Auth0SessionsError) -> AuditedTenant:
    """Compare one tenant with its baseline."""
    if isinstance(found, Auth0SessionsError):
        findings: list[Finding] = []
        lifetimes: list[AuditedLifetime] = []
        mode = None
    else:
        findings = [finding for name in LOGIN_SETTINGS for finding in _findings(tenant, name, found)]
        lifetimes = [_lifetime(tenant, name, found) for name in LOGIN_LIFETIMES]
        mode = str(found.values["session_cookie_mode"])
    status = Status.FINDINGS if findings else Status.MEETS
    return AuditedTenant(
        name=tenant.entry.name,
        source=tenant.source,
        domain=tenant.entry.place[0],
        plan=tenant.plan,
        profile=str(tenant.profile.name),
        profile_from=tenant.profile_from,
        status=status if lifetimes else Status.UNREACHABLE,
        error=None if lifetimes else str(found),
        lifetimes=lifetimes,
        session_cookie_mode=mode,
        findings=findings,
        notes=list(_notes(tenant, {row.setting: row.minutes for row in lifetimes})),
    )


def _lifetime(tenant: Expected, name: str, found: TenantSessions) -> AuditedLifetime:
    minutes, most = int(found.values[name]), tenant.cap(name)
    declared = tenant.declared.get(name)
    return AuditedLifetime(
        setting=name,
        minutes=minutes,
        text=text(minutes),
        is_default=name in found.defaulted,
        cap_minutes=most,
        share_of_cap=minutes / most if most else None,
        baseline_minutes=tenant.limits.get(name),
        declared_minutes=declared if isinstance(declared, int) else None,
    )


def _findings(tenant: Expected, name: str, found: TenantSessions) -> list[Finding]:
    """Return the findings for one setting."""
    value, limit, target = found.values[name], tenant.limits.get(name), tenant.targets.get(name)
    rules: dict[Rule, str] = {}
    if isinstance(value, int):
        is_declared = tenant.is_own and target is not None
        is_own_limit = limit is not None and limit != tenant.cap(name) and not is_declared
        ceiling = Ceiling(limit, "the baseline", tenant.why[name]) if limit is not None and is_own_limit else None
        judged = judge(name, value, plan=tenant.plan, ceiling=ceiling)
        if judged.cap is not None:
            rules[Rule.ABOVE_CAP] = judged.above_cap
        if judged.ceiling is not None:
            rules[Rule.ABOVE_BASELINE] = judged.above_ceiling
    if (
        target not in (None, value)
        and not rules
        and not (tenant.entry.picked.is_ceiling and _is_shorter(value, target))
    ):
        rules[Rule.NOT_AS_DECLARED] = _declared(tenant, name)
    default = ", Auth0's default" if name in found.defaulted else ""
    kind, mode = SETTINGS[name].kind, found.values["session_cookie_mode"]
    is_in_use = kind is None or kind == mode
    where = "" if is_in_use else f" Only an Action creates {kind} sessions here: the cookie mode is {mode}."
    return [
        Finding(
            setting=name,
            rule=rule,
            message=f"{name} is {text(value)}{default}; {reason}.{where}",
            change=_change(name, target or limit),
            force=_force(tenant, name) if rule is Rule.ABOVE_BASELINE else None,
            is_in_use=is_in_use,
        )
        for rule, reason in rules.items()
    ]


def _force(tenant: Expected, name: str) -> Force | None:
    """Return how binding a limit is; None if it follows from another setting or the file, not from the source."""
    is_profiles = tenant.limits.get(name) == tenant.profile.minutes(name)
    return tenant.profile.force_of(name) if is_profiles else None


def _is_shorter(value: Value, target: Value | None) -> bool:
    return isinstance(value, int) and isinstance(target, int) and value < target


def _declared(tenant: Expected, name: str) -> str:
    declared, target = text(tenant.declared[name]), text(tenant.targets[name])
    return f"the tenants file declares {declared}{'' if declared == target else f', which comes to {target}'}"


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
    if tenant.plan is None and minutes:
        yield "No plan is set, so no cap was checked. Set the tenant's plan in the tenants file."
    for name, limit in tenant.limits.items():
        declared = tenant.declared.get(name)
        if tenant.is_foreign and isinstance(declared, int) and declared > limit:
            yield f"The tenants file declares {name} {text(declared)}, more than the {text(limit)} allowed here."
    if kept := list(_kept(tenant, minutes)):
        yield f"The tenant's own values, stricter than the tenants file and kept (at-most): {', '.join(kept)}."
    for absolute, idle in ABSOLUTE_AND_IDLE:
        if minutes and minutes[idle] > minutes[absolute]:
            yield f"{idle} is longer than {absolute}, so it never ends a session."


def _kept(tenant: Expected, minutes: Mapping[str, int]) -> Iterator[str]:
    """Yield the lifetimes that a fleet does not change because its own are ceilings."""
    for name, value in minutes.items():
        most = tenant.targets.get(name, tenant.limits.get(name))
        if tenant.entry.picked.is_ceiling and not tenant.is_foreign and _is_shorter(value, most):
            yield f"{name} {text(value)} instead of {text(most or value)}"
