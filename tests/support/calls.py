"""The names of the calls of a tenant, and those that were made since a test last asked."""

from __future__ import annotations

from typing import Any

TOKEN, GET, PATCH = "POST /oauth/token", "GET /tenants/settings", "PATCH /tenants/settings"


def calls_of(tenant: Any, sandbox: Any) -> list[str]:
    """Return a tenant's calls since the last time, and forget those of all tenants."""
    made = list(tenant.calls)
    sandbox.clear_requests()
    return made


def reads_and_writes(tenant: Any, sandbox: Any) -> list[str]:
    """Return a tenant's calls since the last time without the logins, and forget those of all tenants."""
    return [call for call in calls_of(tenant, sandbox) if call != TOKEN]
