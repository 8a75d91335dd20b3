"""What a session may do in each live tenant, and whether that meets the baseline.

A tenants file says what each tenant should be: its plan, its profile (the baseline) and the lifetimes that it sets
itself. A value of the live tenant is a finding where it is above the plan's cap, above the baseline, or not as
declared.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from auth0_sessions.api.reader import TenantSessions
from auth0_sessions.audit.expected import Expected, expected_of
from auth0_sessions.audit.findings import hold
from auth0_sessions.audit.model import Audit, AuditedLifetime, AuditedTenant, Finding, Rule, Status
from auth0_sessions.fleet.file import TenantsFile

__all__ = ["Audit", "AuditedLifetime", "AuditedTenant", "Finding", "Rule", "Status", "audit"]

WORKERS = 16
"""How many tenants are read at a time; each has a rate limit and a connection of its own."""

Reader = Callable[[str, str | None], TenantSessions]
"""Reads a tenant: domain and label of its credentials in, sessions out; raises `Auth0SessionsError`."""


def audit(
    file: TenantsFile,
    source: str,
    *,
    read: Reader,
    profile: str | None = None,
    on_progress: Callable[[int, int, str], None] = lambda *_: None,
) -> Audit:
    """Read every tenant of a file, several at a time, and hold it to its baseline.

    Args:
        file: The tenants.
        source: The file's name, for the report.
        read: Reads one tenant.
        profile: The baseline of all tenants, whatever the file says.
        on_progress: Told how many tenants are done, of how many, and which was the last.

    Raises:
        InputError: With everything that is wrong with the file.

    """
    expected = expected_of(file, source, profile)
    on_progress(0, len(expected), "")
    answers: queue.SimpleQueue[tuple[Expected, TenantSessions | BaseException]] = queue.SimpleQueue()
    waiting: queue.SimpleQueue[Expected] = queue.SimpleQueue()
    for tenant in expected:
        waiting.put(tenant)
    for _ in range(min(WORKERS, len(expected))):
        # Daemons, so that Ctrl-C need not wait until every tenant has answered.
        threading.Thread(target=_work, args=(waiting, answers, read), daemon=True).start()
    audited: dict[str, AuditedTenant] = {}
    try:
        while len(audited) < len(expected):
            tenant, answer = answers.get()
            # An error that is kept would keep its connection open.
            audited[tenant.name] = hold(tenant, answer)
            on_progress(len(audited), len(expected), tenant.name)
    finally:
        _drain(waiting)
    return Audit(
        generated_at=datetime.now(UTC).replace(microsecond=0),
        source=source,
        tenants=[audited[tenant.name] for tenant in expected],
    )


def _work(
    waiting: queue.SimpleQueue[Expected],
    answers: queue.SimpleQueue[tuple[Expected, TenantSessions | BaseException]],
    read: Reader,
) -> None:
    """Read tenants until none is left."""
    while True:
        try:
            tenant = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            answers.put((tenant, read(tenant.domain, tenant.credentials)))
        except BaseException as error:  # noqa: BLE001  Whoever waits for the answer raises it.
            answers.put((tenant, error))


def _drain(waiting: queue.SimpleQueue[Expected]) -> None:
    """Leave nothing to do for the workers."""
    with contextlib.suppress(queue.Empty):
        while True:
            waiting.get_nowait()
