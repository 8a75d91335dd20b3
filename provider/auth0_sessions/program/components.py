"""Creates the components of a front end, whose children are its resources."""

from __future__ import annotations

from typing import Any

from auth0_sessions.model.spelling import SNAKE_CASE, Spelling
from auth0_sessions.program.fleet import TenantFleet
from auth0_sessions.program.policy import SessionPolicy


def over(resource: type[Any], spelling: Spelling = SNAKE_CASE) -> tuple[type[SessionPolicy], type[TenantFleet]]:
    """Return the components whose children are resources of a front end.

    Args:
        resource: The front end's `SessionLifetime`.
        spelling: How messages and stored outputs spell names.

    """
    shared = {"__module__": resource.__module__, "resource": resource, "spelling": spelling}
    policy_class = type("SessionPolicy", (SessionPolicy,), {"__doc__": SessionPolicy.__doc__, **shared})
    own = {"__module__": resource.__module__, "policy": policy_class}
    return policy_class, type("TenantFleet", (TenantFleet,), {"__doc__": TenantFleet.__doc__, **own})
