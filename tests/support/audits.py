"""Audits to show: tenants, lifetimes and findings with as little said as possible."""

from datetime import UTC, datetime

from auth0_sessions.audit.model import Audit, AuditedLifetime, AuditedTenant, Finding, Rule, Status
from auth0_sessions.model.plans import Plan, cap
from auth0_sessions.model.settings import DEFAULTS, LOGIN_LIFETIMES, text

WHEN = datetime(2026, 11, 23, 22, 48, 36, tzinfo=UTC)
YEAR = 525_600


def lifetime(setting, minutes, *, plan=Plan.ESSENTIAL, baseline=YEAR, **others):
    """Return one lifetime; None is a value that is not one."""
    most = cap(plan, setting) if plan else None
    values = {
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


def finding(setting="session_lifetime", rule=Rule.ABOVE_BASELINE, **others):
    """Return a finding."""
    values = {"message": f"{setting} is too long.", "change": f"Set {setting} to less."}
    return Finding(setting=setting, rule=rule, **{**values, **others})


def tenant(name="acme", *findings, minutes=None, plan=Plan.ESSENTIAL, baseline=YEAR, **others):
    """Return one tenant, with Auth0's defaults unless it has other `minutes`."""
    lengths = minutes or [DEFAULTS[setting] for setting in LOGIN_LIFETIMES]
    pairs = zip(LOGIN_LIFETIMES, lengths, strict=True)
    values = {
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


def unreachable(name="gone", error="No answer. Check the network.", **others):
    """Return a tenant that could not be read."""
    return tenant(
        name,
        **{"status": Status.UNREACHABLE, "error": error, "lifetimes": [], "session_cookie_mode": None, **others},
    )


def audit_of(*tenants, **others):
    """Return an audit."""
    return Audit(**{"generated_at": WHEN, "source": "tenants.yaml", "tenants": list(tenants), **others})
