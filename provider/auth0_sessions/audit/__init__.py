"""Audits how long sessions last in each live tenant, and whether that meets the baseline.

A tenants file declares each tenant's plan, its profile (the baseline) and its own lifetimes. A live tenant's value is
a finding if it exceeds the plan's cap or the baseline, or differs from the declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from auth0_sessions.api.reader import ReadTenant, read_many
from auth0_sessions.audit.expected import expected_of
from auth0_sessions.audit.findings import compare
from auth0_sessions.audit.model import Audit, AuditedLifetime, AuditedTenant, Finding, Rule, Status
from auth0_sessions.fleet.file import TenantsFile

__all__ = ["Audit", "AuditedLifetime", "AuditedTenant", "Finding", "Rule", "Status", "audit"]


def audit(
    files: Mapping[str, TenantsFile],
    *,
    read: ReadTenant,
    profile: str | None = None,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> Audit:
    """Read every tenant of some files, several in parallel, and compare it with its baseline.

    A `profile` is the baseline of all tenants, regardless of the files. `on_progress` is called with the number of
    tenants done and the total.

    Raises:
        InputError: The files have problems, all of which are reported.

    """
    expected = expected_of(files, profile)
    tenants = [tenant.entry.place for tenant in expected]
    return Audit(
        generated_at=datetime.now(UTC).replace(microsecond=0),
        source=", ".join(files),
        tenants=read_many(tenants, read, lambda place, answer: compare(expected[place], answer), on_progress),
    )
