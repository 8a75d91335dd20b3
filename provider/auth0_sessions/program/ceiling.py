"""The stack's ceiling in one run of a program: where it applies, and the names that it spares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.settings import get_monitor

from auth0_sessions.errors import listed
from auth0_sessions.model.ceiling import StackCeiling, lowered, read_ceiling, unmatched
from auth0_sessions.model.settings import LOGIN_LIFETIMES
from auth0_sessions.program import run

POLICY = "auth0-sessions:index:SessionPolicy"


class _OfStack:
    """The configured ceiling, and the names of this run's resources so far."""

    def __init__(self) -> None:
        configured = run.configured("ceiling")
        self.ceiling = _read(configured, "The configuration auth0-sessions:ceiling")
        self.names: dict[str, None] = {}
        monitor: Any = get_monitor()
        if self.ceiling and self.ceiling.exempt:
            # The SDK calls this when nothing more can be declared, also not by an `apply`.
            monitor.SignalAndWaitForShutdown = partial(self._end, monitor.SignalAndWaitForShutdown)

    def _end(self, signal: Any, *arguments: Any) -> Any:
        if self.ceiling and (problems := unmatched(self.ceiling, self.names, self.names, "a resource of this program")):
            raise pulumi.RunError(listed("The configuration auth0-sessions:ceiling", problems))
        return signal(*arguments)


_of_stacks: WeakKeyDictionary[object, _OfStack] = WeakKeyDictionary()


def ceilings_of(names: Iterable[str], provider: pulumi.ProviderResource | None) -> tuple[StackCeiling, ...]:
    """Return the ceilings of the stack and of an explicit provider; `names` are those that they may spare."""
    monitor = get_monitor()
    if monitor not in _of_stacks:
        _of_stacks[monitor] = _OfStack()
    of_stack = _of_stacks[monitor]
    of_stack.names.update(dict.fromkeys(names))
    own = _read(run.of_provider("ceiling", provider), "The provider's ceiling")
    return tuple(filter(None, (of_stack.ceiling, own if own != of_stack.ceiling else None)))


def lowered_by_stack(
    name: str,
    given: Mapping[str, Any],
    opts: pulumi.ResourceOptions | None,
    provider: pulumi.ProviderResource | None,
) -> dict[str, Any]:
    """Return a resource's arguments under the ceilings, and say what they lower. A policy's child has them already."""
    if opts is not None and opts.parent is not None and opts.parent.pulumi_resource_type == POLICY:
        return dict(given)
    ceilings = [ceiling for ceiling in ceilings_of((name,), provider) if not ceiling.spares(name)]

    def lower(setting: str, is_output: bool, value: Any) -> Any:  # noqa: FBT001  Called through `partial`.
        less, by = lowered(setting, value, ceilings)
        if by is not None:
            # What is an output may be a secret.
            was = "" if is_output else f" from {value}"
            pulumi.log.info(f"{name}: {setting} is lowered{was} to {less} by {by.phrase}.")
        return less

    return {
        key: run.when_known(value, partial(lower, key, run.is_pending(value)))
        if ceilings and key in LOGIN_LIFETIMES
        else value
        for key, value in given.items()
    }


def _read(raw: object, where: str) -> StackCeiling | None:
    found, problems = read_ceiling(raw)
    if problems:
        raise pulumi.RunError(listed(where, problems))
    return found
