"""What a session may do in each live tenant, and whether that meets the baseline.

A tenants file says what each tenant should be: its plan, its profile (the baseline) and the lifetimes that it sets
itself. A value of the live tenant is a finding where it is above the plan's cap, above the baseline, or not as
declared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from auth0_sessions.api.reader import Reader, read_many
from auth0_sessions.audit.expected import expected_of
from auth0_sessions.audit.findings import hold
from auth0_sessions.audit.model import Audit, AuditedLifetime, AuditedTenant, Finding, Rule, Status
from auth0_sessions.fleet.file import TenantsFile

__all__ = ["Audit", "AuditedLifetime", "AuditedTenant", "Finding", "Rule", "Status", "audit"]


def audit(
    files: Mapping[str, TenantsFile],
    *,
    read: Reader,
    profile: str | None = None,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> Audit:
    """Read every tenant of some files, several at a time, and hold it to its baseline.

    With a `profile`, it is the baseline of all tenants, whatever the files say. `on_progress` is called with how many
    tenants are done, of how many.

    Raises:
        InputError: With everything that is wrong with the files.

    """
    expected = expected_of(files, profile)
    tenants = [tenant.entry.place for tenant in expected]
    return Audit(
        generated_at=datetime.now(UTC).replace(microsecond=0),
        source=", ".join(files),
        tenants=read_many(tenants, read, lambda place, answer: hold(expected[place], answer), on_progress),
    )
