"""The four policies: what each reports about a resource."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from auth0_sessions.guardrails.config import BASELINE, PLAN_CAP, ROUNDING, UNDECLARED, Config, plan_ceiling
from auth0_sessions.guardrails.declared import HOUR, DeclaredLifetime, Resource, in_hours
from auth0_sessions.model.judgment import Ceiling, judge
from auth0_sessions.model.lifetime import MAX_MINUTES
from auth0_sessions.model.settings import ABSOLUTE, IDLE, text

RANGE = f"the Management API accepts 1 minute to {text(MAX_MINUTES)} ({MAX_MINUTES // HOUR:,} hours) on any plan"


def above_baseline(resource: Resource, config: Config) -> Iterator[str]:
    """Return a message for each lifetime that the API rejects, that exceeds the baseline, or that is not one."""
    plan = resource.plan_or(config.plan) if config.plan else None
    for setting, declared in resource.known.items():
        ceiling = config.baseline(setting, plan)
        if declared.minutes is None:
            yield f"{declared}, so it cannot be compared with the baseline."
        elif declared.shortest < 1:
            yield f"{declared}; {RANGE}. Set {declared.name} to at least {declared.most(1)}."
        elif declared.longest > MAX_MINUTES:
            yield f"{declared}; {RANGE}. {_at_most(declared, ceiling.minutes if ceiling else MAX_MINUTES)}"
        else:
            yield from _above(setting, declared, ceiling)


def above_cap(resource: Resource, config: Config) -> Iterator[str]:
    """Return a message for each lifetime above the cap of the resource's plan, or of the configured one."""
    plan = resource.plan_or(config.plan)
    for setting, declared in resource.known.items():
        yield from _above(setting, declared, plan_ceiling(plan, setting))


def _above(setting: str, declared: DeclaredLifetime, ceiling: Ceiling | None) -> Iterator[str]:
    """Return a message if a lifetime, or what the tenant gets for it, exceeds a ceiling."""
    judged = judge(setting, math.ceil(declared.longest), ceiling=ceiling)
    if judged.ceiling is not None:
        yield f"{declared}; {judged.above_ceiling}. {_at_most(declared, judged.ceiling.minutes)}"


def _at_most(declared: DeclaredLifetime, minutes: int) -> str:
    return f"Set {declared.name} to {declared.most(minutes)} or less."


def rounded(resource: Resource, _config: Config) -> Iterator[str]:
    """Return a message for each hours value that the official provider rounds."""
    for declared in resource.known.values():
        if declared.is_rounded:
            yield f"{declared}. {_instead_of(declared)}"


def _instead_of(declared: DeclaredLifetime) -> str:
    minutes = declared.minutes or 0
    ours = "the SessionLifetime of auth0-sessions"
    if declared.is_secret:
        return f"The official provider rounds it to whole hours. Use whole hours, or {ours}, which keeps every minute."
    if minutes < HOUR:
        return f"Use {in_hours(max(1, declared.written_minutes or 0))}."
    if minutes > MAX_MINUTES:
        return f"Use {in_hours(MAX_MINUTES)} or less."
    below = minutes // HOUR * HOUR
    exact = f", or {ours}, which keeps {declared.exactly}" if declared.exactly else ""
    return f"Use {in_hours(below)} or {in_hours(below + HOUR)}{exact}."


def undeclared(resource: Resource, _config: Config) -> Iterator[str]:
    """Return a message for each lifetime of persistent sessions that is not declared."""
    for setting in (ABSOLUTE, IDLE):
        if setting not in resource.lifetimes:
            name = resource.spelling.name(setting)
            yield f"{name} is not declared, so it is not enforced: the tenant keeps its own value. Declare {name}."


@dataclass(frozen=True)
class Policy:
    """One policy: its rule in a sentence, what finds violations, and whether one fails the run by default."""

    rule: str
    find: Callable[[Resource, Config], Iterator[str]]
    is_mandatory: bool = False


POLICIES: Mapping[str, Policy] = {
    BASELINE: Policy("A session lifetime must not exceed the baseline.", above_baseline, is_mandatory=True),
    PLAN_CAP: Policy("A session lifetime must not exceed the cap of the tenant's plan.", above_cap, is_mandatory=True),
    ROUNDING: Policy("A session lifetime should reach the tenant as it is declared.", rounded),
    UNDECLARED: Policy("Both lifetimes of persistent sessions should be declared.", undeclared),
}
