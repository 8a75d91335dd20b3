"""`SessionLifetime`, the components and the provider, for Python programs that use the native plugin.

Names and arguments match `auth0_sessions`, so moving a program to the plugin only takes a change of its import. They
are imported on first use because the plugin itself does not need them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import auth0_sessions

if TYPE_CHECKING:
    from auth0_sessions.native.resources import Provider as Provider
    from auth0_sessions.native.resources import SessionLifetime as SessionLifetime
    from auth0_sessions.native.resources import SessionPolicy as SessionPolicy
    from auth0_sessions.native.resources import TenantFleet as TenantFleet

_OWN = ("Provider", "SessionLifetime", "SessionPolicy", "TenantFleet")

__all__ = auth0_sessions.__all__


def __getattr__(name: str) -> Any:
    if name in _OWN:
        from auth0_sessions.native import resources  # noqa: PLC0415

        return getattr(resources, name)
    if name in __all__:
        return getattr(auth0_sessions, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
