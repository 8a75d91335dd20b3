"""A faithful fake Auth0 on loopback, so that a stack can be tested without an Auth0 tenant.

It speaks HTTP like a real tenant: ``POST /oauth/token``, then ``GET`` and ``PATCH`` of ``/api/v2/tenants/settings``,
with a path prefix for each tenant. It is independent: it imports nothing from the rest of the package, and its figures
come from Auth0's documentation and recorded responses.

    >>> from auth0_sessions.sandbox import Sandbox
    >>> with Sandbox(rate_limits=False) as sandbox:
    ...     acme = sandbox.add_tenant("acme", settings={"session_lifetime": 10080})
    ...     acme.dashboard(session_lifetime=480)
    ...     acme.settings
    {'session_lifetime': 480}

The same server is a pytest fixture, ``auth0_sandbox``, and a command, ``auth0-sessions sandbox``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auth0_sessions.sandbox.faults import Fault
    from auth0_sessions.sandbox.journal import LoggedRequest
    from auth0_sessions.sandbox.plans import OverCap
    from auth0_sessions.sandbox.server import Sandbox
    from auth0_sessions.sandbox.tenant import Tenant

__all__ = ["Fault", "LoggedRequest", "OverCap", "Sandbox", "Tenant"]

_HOMES = dict(zip(__all__, ("faults", "journal", "plans", "server", "tenant"), strict=True))


def __getattr__(name: str) -> Any:
    """Import a public name on first use, because pytest loads this package in every run, often without using it."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
