"""Audits to show: tenants, lifetimes and findings with as little said as possible."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from auth0_sessions.audit.model import Audit, AuditedLifetime, AuditedTenant, Finding, Rule, Status
from auth0_sessions.model.plans import Plan, cap
from auth0_sessions.model.settings import AUTH0_DEFAULTS, LOGIN_LIFETIMES, text

WHEN = datetime(2026, 11, 23, 22, 48, 36, tzinfo=UTC)
YEAR = 525_600


def lifetime(
    setting: str, minutes: int | None, *, plan: Plan | None = Plan.ESSENTIAL, baseline: int | None = YEAR, **others: Any
) -> AuditedLifetime:
    """Return one lifetime; None is a value that is not one."""
    most = cap(plan, setting) if plan else None
    values: dict[str, Any] = {
        "setting": setting,
        "minutes": minutes,
        "text": "unusable" if minutes is None else text(minutes),
        "is_default": False,
        "cap_minutes": most,
        "share_of_cap": minutes / most if minutes and most else None,
        "baseline_minutes": baseline,
        "declared_minutes": None,
    }
    return AuditedLifetime(**{**values, **others})


def finding(setting: str = "session_lifetime", rule: Rule = Rule.ABOVE_BASELINE, **others: Any) -> Finding:
    """Return a finding."""
    values: dict[str, Any] = {"message": f"{setting} is too long.", "change": f"Set {setting} to less."}
    return Finding(setting=setting, rule=rule, **{**values, **others})


def tenant(
    name: str = "acme",
    *findings: Finding,
    minutes: Sequence[int] | None = None,
    plan: Plan | None = Plan.ESSENTIAL,
    baseline: int | None = YEAR,
    **others: Any,
) -> AuditedTenant:
    """Return one tenant, with Auth0's defaults unless it has other `minutes`."""
    lengths = minutes or [int(AUTH0_DEFAULTS[setting]) for setting in LOGIN_LIFETIMES]
    pairs = zip(LOGIN_LIFETIMES, lengths, strict=True)
    values: dict[str, Any] = {
        "source": "tenants.yaml",
        "domain": f"{name}.eu.auth0.com",
        "profile": "balanced",
        "profile_from": "the file",
        "status": Status.FINDINGS if findings else Status.MEETS,
        "error": None,
        "lifetimes": [lifetime(setting, each, plan=plan, baseline=baseline) for setting, each in pairs],
        "session_cookie_mode": "persistent",
        "notes": [],
    }
    return AuditedTenant(name=name, plan=plan, findings=list(findings), **{**values, **others})


def unreachable(name: str = "gone", error: str = "No answer. Check the network.", **others: Any) -> AuditedTenant:
    """Return a tenant that could not be read."""
    values: dict[str, Any] = {
        "status": Status.UNREACHABLE,
        "error": error,
        "lifetimes": [],
        "session_cookie_mode": None,
    }
    return tenant(name, **{**values, **others})


def audit_of(*tenants: AuditedTenant, **others: Any) -> Audit:
    """Return an audit."""
    return Audit(**{"generated_at": WHEN, "source": "tenants.yaml", "tenants": list(tenants), **others})
