"""Login session lifetimes of Auth0 tenants as code, exact to the minute.

The names below are the entire public interface. They are imported on first use, so that parts that do not need Pulumi
(the sandbox, the command line) do not have to wait for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auth0_sessions.api.reader import read_tenant_sessions as read_tenant_sessions
    from auth0_sessions.dynamic import SessionLifetime as SessionLifetime
    from auth0_sessions.errors import Auth0SessionsError as Auth0SessionsError
    from auth0_sessions.fleet.entries import TenantSpec as TenantSpec
    from auth0_sessions.fleet.file import read_tenants_file as read_tenants_file
    from auth0_sessions.model.lifetime import Lifetime as Lifetime
    from auth0_sessions.model.plans import PLAN_LIMITS as PLAN_LIMITS
    from auth0_sessions.model.plans import Plan as Plan
    from auth0_sessions.model.profiles import PROFILES as PROFILES
    from auth0_sessions.model.profiles import Profile as Profile
    from auth0_sessions.program.fleet import TenantFleet as TenantFleet
    from auth0_sessions.program.policy import SessionPolicy as SessionPolicy
    from auth0_sessions.program.provider import Provider as Provider

__version__ = "0.1.0"

_HOMES = {
    "SessionLifetime": "dynamic",
    "SessionPolicy": "dynamic",
    "TenantFleet": "dynamic",
    "TenantSpec": "fleet.entries",
    "Provider": "program.provider",
    "Profile": "model.profiles",
    "PROFILES": "model.profiles",
    "Plan": "model.plans",
    "PLAN_LIMITS": "model.plans",
    "Lifetime": "model.lifetime",
    "read_tenant_sessions": "api.reader",
    "read_tenants_file": "fleet.file",
    **dict.fromkeys(
        (
            "Auth0SessionsError",
            "InputError",
            "LifetimeError",
            "DomainError",
            "CredentialsError",
            "TenantUnreachableError",
            "CanceledError",
            "ApiError",
            "BadRequestError",
            "UnauthorizedError",
            "ForbiddenError",
            "RateLimitError",
            "UnexpectedAnswerError",
        ),
        "errors",
    ),
}

__all__ = sorted(_HOMES)  # noqa: PLE0605  Keeps a single list of names.


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
