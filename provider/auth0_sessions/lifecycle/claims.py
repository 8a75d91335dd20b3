"""The tenants that the resources of one run claim, and their default plan."""

from __future__ import annotations

import threading
from collections.abc import Callable

from auth0_sessions.errors import InputError
from auth0_sessions.model.spelling import Spelling


class Claims:
    """One run of a program, with the configured plan, or None."""

    def __init__(self, default_plan: str | None, warn: Callable[[str], None], spelling: Spelling) -> None:
        self._default_plan = default_plan
        self._warn = warn
        self._spelling = spelling
        self._managed_by: dict[str, str] = {}
        self._has_warned = False
        self._lock = threading.Lock()

    def claim(self, domain: str, name: str) -> None:
        """Record that a resource manages a tenant, unless another one already does; `name` must be unique."""
        with self._lock:
            owner = self._managed_by.setdefault(domain, name)
        if owner != name:
            message = (
                f"{domain} is managed twice in this program: by {owner} and by {name}. They would undo each other's "
                "work on every run. Put all settings of a tenant into one resource."
            )
            raise InputError(message)

    def plan_of(self, plan: str | None) -> str | None:
        """Return a resource's plan, or the configured one; if there is neither, warn once per run."""
        if plan := plan or self._default_plan:
            return plan
        with self._lock:
            has_warned, self._has_warned = self._has_warned, True
        if not has_warned:
            self._warn(
                "At least one tenant has no plan, so its caps cannot be checked before Auth0 supersedes a value. Set "
                f"{self._spelling.assign('plan', 'enterprise')} (or free, essential, professional), or run `pulumi "
                "config set auth0-sessions:plan enterprise`."
            )
        return None
