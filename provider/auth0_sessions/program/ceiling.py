"""The stack's ceiling in one run of a program: where it applies, and the names that it spares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class _OfStack:
    """The configured ceiling, and the names of this run's resources so far."""

    ceiling: StackCeiling | None
    names: set[str] = field(default_factory=set)


_of_runs: WeakKeyDictionary[object, _OfStack] = WeakKeyDictionary()


def _of_this_run() -> _OfStack:
    monitor = get_monitor()
    if monitor not in _of_runs:
        ceiling = _read(run.configured("ceiling"), "The configuration auth0-sessions:ceiling")
        _of_runs[monitor] = _OfStack(ceiling)
        if ceiling and ceiling.exempt:
            _check_at_the_end(monitor, ceiling, _of_runs[monitor].names)
    return _of_runs[monitor]


def _check_at_the_end(monitor: Any, ceiling: StackCeiling, names: set[str]) -> None:
    """Stop the program at its end if the ceiling spares a name that no resource has."""
    end = monitor.SignalAndWaitForShutdown

    def check_and_end(*arguments: Any) -> Any:
        if problems := unmatched(ceiling, names, names, "a resource of this program"):
            raise pulumi.RunError(listed("The configuration auth0-sessions:ceiling", problems))
        return end(*arguments)

    # The SDK calls this when nothing more can be declared, also not by an `apply`.
    monitor.SignalAndWaitForShutdown = check_and_end


def ceilings_of(names: Iterable[str], provider: pulumi.ProviderResource | None) -> tuple[StackCeiling, ...]:
    """Return the ceilings of the stack and of an explicit provider; `names` are those that they may spare."""
    of_run = _of_this_run()
    of_run.names.update(names)
    own = _read(run.of_provider("ceiling", provider), "The provider's ceiling")
    return tuple(filter(None, (of_run.ceiling, own if own != of_run.ceiling else None)))


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

    def lower(setting: str, was: str, value: Any) -> Any:
        less, by = lowered(setting, value, ceilings)
        if by is not None:
            pulumi.log.info(f"{name}: {setting} is lowered{was} to {less} by {by.phrase}.")
        return less

    values = dict(given)
    for setting in [setting for setting in LOGIN_LIFETIMES if ceilings and setting in values]:
        # What is an output may be a secret.
        was = "" if run.is_pending(values[setting]) else f" from {values[setting]}"
        values[setting] = run.when_known(values[setting], partial(lower, setting, was))
    return values


def _read(raw: object, where: str) -> StackCeiling | None:
    found, problems = read_ceiling(raw)
    if problems:
        raise pulumi.RunError(listed(where, problems))
    return found
