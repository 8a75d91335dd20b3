"""An audit as Markdown, for a pull request or a job summary. External text is never interpreted as markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from auth0_sessions.audit.model import Audit, AuditedLifetime, AuditedTenant
from auth0_sessions.errors import visible
from auth0_sessions.model.settings import LOGIN_LIFETIMES

HEADINGS = ("tenant", "plan", "profile", "absolute", "idle", "non-persistent", "result")
RULE = ("---", "---", "---", "--:", "--:", "--:", "---")

_MARKUP = re.compile(r"([\\`*_~|<>&\[\]!$#@]|:(?=\S)|(?<=www)\.)", re.IGNORECASE)
_REFERENCE = re.compile(r"(\\[#@])")
_NOTHING = "&#8203;"


def to_markdown(audit: Audit) -> str:
    """Return an audit: the outcome, a table of the tenants, and the details worth reading."""
    return "".join(f"{line}\n" for line in _lines(audit))


def _lines(audit: Audit) -> Iterator[str]:
    yield f"**{audit.verdict}**"
    if not audit.tenants:
        return
    yield ""
    for remark in audit.remarks:
        yield escaped(remark)
        yield ""
    for cells in (HEADINGS, RULE, *(_cells(audit, tenant) for tenant in audit.worst_first)):
        yield _row([cell for cell, heading in zip(cells, HEADINGS, strict=True) if _is_shown(audit, heading)])
    yield ""
    yield r"\* Auth0's default, never set. ⚠ A finding, explained below."
    for tenant in audit.worst_first:
        if tenant.findings or tenant.error is not None or tenant.notes:
            yield ""
            yield f"#### {code(tenant.name)} ({code(tenant.domain)})"
            yield ""
            yield from _details(tenant)


def _is_shown(audit: Audit, heading: str) -> bool:
    return heading != "profile" or audit.shared_baseline is None


def _cells(audit: Audit, tenant: AuditedTenant) -> Iterator[str]:
    cells = [_lifetime(tenant, row) for row in tenant.lifetimes] or ["-"] * len(LOGIN_LIFETIMES)
    file = f"<br>{code(tenant.source)}" if audit.has_many_files else ""
    yield f"{code(tenant.name)}{file}"
    yield tenant.plan or "not set"
    yield code(tenant.profile)
    yield from cells[:2]
    yield " / ".join(cells[2:])
    yield tenant.status if tenant.status == "meets" else f"**{tenant.status}**"


def _lifetime(tenant: AuditedTenant, row: AuditedLifetime) -> str:
    return f"{'⚠ ' if tenant.rules(row.setting) else ''}{escaped(row.text)}{chr(92) + '*' if row.is_default else ''}"


def _details(tenant: AuditedTenant) -> Iterator[str]:
    for findings in tenant.advice:
        for finding in findings:
            tag = f"**{finding.tag}** " if finding.tag else ""
            yield f"- ⚠ {tag}{escaped(finding.message)}"
        yield f"  - → {escaped(findings[0].change)}"
    if tenant.error is not None:
        yield f"- **Could not be read.** {escaped(tenant.error)}"
    for note in tenant.notes:
        yield f"- Note: {escaped(note)}"


def escaped(text: str) -> str:
    """Return a text on one line, escaped so that Markdown shows it literally and no GitHub user is mentioned."""
    return _REFERENCE.sub(rf"\1{_NOTHING}", _MARKUP.sub(r"\\\1", _on_one_line(text)))


def code(text: str) -> str:
    """Return a text on one line as code that also works inside a table."""
    shown = _on_one_line(text).replace("|", "\\u007c")
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    pad = " " if not shown or shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _on_one_line(text: str) -> str:
    return visible(" ".join(text.split()))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
