"""An audit as one HTML page to read, print and file; it needs no network and works without its script.

This module computes everything that is drawn; `page.html` only lays it out.
"""

from __future__ import annotations

from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from hashlib import sha256
from itertools import groupby
from math import log
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from auth0_sessions.audit.model import Audit, AuditedLifetime, AuditedTenant, Finding, Rule, Status
from auth0_sessions.errors import visible
from auth0_sessions.model.lifetime import MAX_MINUTES
from auth0_sessions.model.plans import Plan, share_of
from auth0_sessions.model.settings import (
    ABSOLUTE_AND_IDLE,
    LOGIN_LIFETIMES,
    LOGIN_SETTINGS,
    SETTINGS,
    Kind,
    text,
)

SHORTEST, LONGEST = 15, MAX_MINUTES
"""The ends of the scale, in minutes. Bars beyond them are cut off in the margins."""

START, END = 4.0, 97.0
"""The positions of the scale's ends, in percent of the drawing's width."""

TICKS = (15, 60, 480, 1_440, 10_080, 43_200, 144_000, 525_600)
MINOR_TICKS = (480, 144_000)
"""The ticks that are hidden when the scale is narrow."""

FLEET = 10
"""From this many tenants on, findings are collapsed."""

KINDS = (Kind.PERSISTENT, Kind.NON_PERSISTENT)
LABELS = {name: f"{SETTINGS[name].kind} {SETTINGS[name].clock}" for name in LOGIN_LIFETIMES}
(COOKIE_MODE,) = set(LOGIN_SETTINGS) - set(LOGIN_LIFETIMES)

WORST_FIRST = (Status.FINDINGS, Status.UNREACHABLE, Status.MEETS)
OUTCOMES = {Status.MEETS: "Meets baseline", Status.FINDINGS: "With findings", Status.UNREACHABLE: "Unreachable"}
RULES = {
    Rule.ABOVE_CAP: "above the cap",
    Rule.ABOVE_BASELINE: "above the baseline",
    Rule.NOT_AS_DECLARED: "not as declared",
}


@dataclass(frozen=True)
class Line:
    """One lifetime as drawn, and as a sentence. Positions are in percent of the drawing's width.

    `cut` is "short" or "long" if the bar would end beyond the scale.
    """

    found: AuditedLifetime
    end: float
    cap: float | None
    baseline: float | None
    cut: str | None
    share: str | None
    rules: frozenset[Rule]
    sentence: str


@dataclass(frozen=True)
class Row:
    """One tenant as shown.

    Attributes:
        badness: The sort key for its status.
        kinds: Kind of session -> its absolute and idle lifetimes; empty if the tenant was not read.
        is_mode_wrong: True if the cookie mode is a finding.
        digest: Reason for findings -> the settings.
        advice: Findings grouped by setting and change.

    """

    tenant: AuditedTenant
    badness: tuple[int, int]
    kinds: dict[str, tuple[Line, Line]]
    is_mode_wrong: bool
    digest: dict[Rule, list[str]]
    advice: list[list[Finding]]


def to_html(audit: Audit) -> str:
    """Return an audit as a self-contained page that makes no network requests."""
    tenants = sorted(audit.tenants, key=_badness, reverse=True)
    return _template().render(
        audit=audit,
        at=audit.generated_at.astimezone(UTC),
        totals={status: audit.count(status) for status in OUTCOMES},
        verdict=audit.verdict,
        rows=[_row(tenant) for tenant in tenants],
        is_fleet=len(tenants) >= FLEET,
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
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value)
    return value


def _row(tenant: AuditedTenant) -> Row:
    rules: defaultdict[str, set[Rule]] = defaultdict(set)
    digest: defaultdict[Rule, list[str]] = defaultdict(list)
    for finding in tenant.findings:
        rules[finding.setting].add(finding.rule)
        digest[finding.rule].append(finding.setting)
    lines = {row.setting: _line(row, frozenset(rules[row.setting])) for row in tenant.lifetimes}
    pairs = [(lines[absolute], lines[idle]) for absolute, idle in ABSOLUTE_AND_IDLE if lines]
    return Row(
        tenant=tenant,
        badness=_badness(tenant),
        kinds=dict(zip(KINDS, pairs, strict=False)),
        is_mode_wrong=bool(rules[COOKIE_MODE]),
        digest=digest,
        advice=[list(group) for _, group in groupby(tenant.findings, lambda row: (row.setting, row.change))],
    )


def _badness(tenant: AuditedTenant) -> tuple[int, int]:
    return len(WORST_FIRST) - WORST_FIRST.index(tenant.status), len(tenant.findings)


def _line(found: AuditedLifetime, rules: frozenset[Rule]) -> Line:
    minutes, most, baseline = found.minutes, found.cap_minutes, found.baseline_minutes
    return Line(
        found=found,
        end=place(minutes),
        cap=None if most is None else place(most),
        baseline=None if baseline is None else place(baseline),
        cut="short" if minutes < SHORTEST else "long" if minutes > LONGEST else None,
        share=share_of(minutes, most) if most else None,
        rules=rules,
        sentence=f"{' '.join(_sentence(found))}.",
    )


def _sentence(found: AuditedLifetime) -> Iterator[str]:
    """Yield a description of a drawing."""
    most, baseline, declared = found.cap_minutes, found.baseline_minutes, found.declared_minutes
    default = ", Auth0's default" if found.is_default else ""
    yield f"{LABELS[found.setting].capitalize()} lifetime {found.text}{default}:"
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
    if not SHORTEST <= found.minutes <= LONGEST:
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
        "MINOR_TICKS": MINOR_TICKS,
        "OUTCOMES": OUTCOMES,
        "PLANS": list(Plan),
        "RULE": Rule,
        "RULES": RULES,
        "TICKS": TICKS,
        "place": place,
        "text": text,
    }
    return environment.get_template("page.html")
