"""An audit as one HTML page to read, print and file; it needs no network and works without its script."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC
from functools import cache
from hashlib import sha256
from math import log
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from auth0_sessions.audit.model import Audit, AuditedLifetime, AuditedTenant, Rule, Status
from auth0_sessions.errors import visible
from auth0_sessions.model.lifetime import MAX_MINUTES
from auth0_sessions.model.plans import Plan, share_of
from auth0_sessions.model.settings import ABSOLUTE_AND_IDLE, SETTINGS, text

SHORTEST, LONGEST = 15, MAX_MINUTES
"""The ends of the scale, in minutes. Bars beyond them are cut off in the margins."""

START, END = 4.0, 97.0
"""The positions of the scale's ends, in percent of the drawing's width."""

TICKS = (15, 60, 480, 1_440, 10_080, 43_200, 144_000, 525_600)
MINOR_TICKS = (480, 144_000)
"""The ticks that are hidden when the scale is narrow."""

FLEET = 10
"""From this many tenants on, findings are collapsed."""

OUTCOMES = {Status.MEETS: "Meets baseline", Status.FINDINGS: "With findings", Status.UNREACHABLE: "Unreachable"}
RULES = {
    Rule.ABOVE_CAP: "above the cap",
    Rule.ABOVE_BASELINE: "above the baseline",
    Rule.NOT_AS_DECLARED: "not as declared",
    Rule.UNUSABLE: "not usable",
}


def to_html(audit: Audit) -> str:
    """Return an audit as a self-contained page that makes no network requests."""
    severities = sorted({tenant.severity for tenant in audit.tenants})
    return _template().render(
        audit=audit,
        at=audit.generated_at.astimezone(UTC),
        tenants=[(tenant, severities.index(tenant.severity)) for tenant in audit.worst_first],
        is_fleet=len(audit.tenants) >= FLEET,
    )


def place(minutes: int) -> float:
    """Return the position of a duration on the logarithmic scale, in percent of the drawing's width."""
    if minutes < SHORTEST:
        return START / 2
    if minutes > LONGEST:
        return 100.0
    return round(START + (END - START) * log(minutes / SHORTEST) / log(LONGEST / SHORTEST), 3)


def seen(value: Any) -> Any:
    r"""Escape characters that are invisible or reverse text, as in `\u202e`."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def kinds(tenant: AuditedTenant) -> list[tuple[str, AuditedLifetime, AuditedLifetime]]:
    """Return each kind of session with its two lifetimes, the kind that the tenant creates first."""
    rows = {row.setting: row for row in tenant.lifetimes}
    found = [(str(SETTINGS[idle].kind), rows[absolute], rows[idle]) for absolute, idle in ABSOLUTE_AND_IDLE if rows]
    return sorted(found, key=lambda row: row[0] != tenant.session_cookie_mode)


def worst(tenant: AuditedTenant) -> str:
    """Return how bad a tenant's worst finding is, which is what tenants are sorted by."""
    if tenant.worst is None:
        return ""
    times = tenant.worst.times_allowed
    figure = f"{times:,.0f}" if times >= 10 else f"{times:.2g}"  # noqa: PLR2004  Two digits are enough.
    how_far = f"{figure} times what is allowed" if times > 1 and figure != "1" else ""
    return ", ".join(filter(None, (tenant.worst.tag, how_far)))


def digest(tenant: AuditedTenant) -> dict[Rule, list[str]]:
    """Return reason for findings -> the settings."""
    found: dict[Rule, list[str]] = {}
    for finding in tenant.findings:
        found.setdefault(finding.rule, []).append(finding.setting)
    return found


def cut(minutes: int) -> str | None:
    """Return "short" or "long" if a bar would end beyond the scale."""
    return "short" if minutes < SHORTEST else "long" if minutes > LONGEST else None


def sentence(found: AuditedLifetime) -> Iterator[str]:
    """Yield the words that describe a drawing."""
    most, baseline, declared = found.cap_minutes, found.baseline_minutes, found.declared_minutes
    row, default = SETTINGS[found.setting], ", Auth0's default" if found.is_default else ""
    what = f"{row.kind} {row.clock}".capitalize()
    if found.minutes is None:
        yield f"{what} lifetime: the tenant reports no usable value"
        return
    yield f"{what} lifetime {found.text}{default}:"
    if most:
        yield f"{share_of(found.minutes, most)} of the plan's cap of {text(most)},"
    else:
        yield "no cap is known,"
    if baseline is None:
        yield "no baseline limits it"
    else:
        yield f"{'above' if found.minutes > baseline else 'within'} the baseline of {text(baseline)}"
    if declared not in (None, found.minutes):
        yield f"and not the {text(declared)} that the tenants file declares"
    if cut(found.minutes):
        yield "(off the scale, so the bar is cut)"


def _hash(content: str) -> str:
    """Return the Content-Security-Policy source expression that allows only this text."""
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("auth0_sessions.audit", ""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=seen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["csp_hash"] = _hash
    environment.globals |= {
        **{use.__name__: use for use in (cut, digest, kinds, place, sentence, share_of, text, worst)},
        "MINOR_TICKS": MINOR_TICKS,
        "OUTCOMES": OUTCOMES,
        "PLANS": list(Plan),
        "RULE": Rule,
        "RULES": RULES,
        "SETTINGS": SETTINGS,
        "TICKS": TICKS,
    }
    return environment.get_template("page.html")
