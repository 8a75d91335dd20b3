"""Checks a program's inputs offline: inputs -> declaration, all problems, and warnings. It never raises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from auth0_sessions.lifecycle.record import INPUT_DEFAULTS, Declared
from auth0_sessions.model.choices import OnDelete
from auth0_sessions.model.inputs import READERS, UNKNOWN, Problem, Reader, read_inputs, secrets_of
from auth0_sessions.model.judgment import Outcome, judge, settle
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.settings import ABSOLUTE_AND_IDLE, LIFETIMES, SETTINGS, text
from auth0_sessions.model.spelling import SNAKE_CASE, Spelling


@dataclass(frozen=True)
class Checked:
    """The result of a check: the known and valid part of the declaration, the problems and the warnings.

    `inputs` are canonical and include defaults; wrong values are kept as given.
    """

    declared: Declared
    inputs: dict[str, Any]
    problems: list[Problem]
    warnings: list[str]


def check(  # noqa: PLR0913  One argument for each choice of the front end.
    news: Mapping[str, Any],
    olds: Mapping[str, Any],
    *,
    default_domain: str | None = None,
    bound_domain: str | None = None,
    may_move: bool = True,
    spelling: Spelling = SNAKE_CASE,
) -> Checked:
    """Check a program's inputs; values may be `UNKNOWN`. On the first run, the last run's inputs are empty.

    A resource without a domain gets the default one; a bound domain is the only one that the credentials may be used
    for. `may_move` is False if these credentials, which are for one tenant, would also be used to delete the old one.
    """
    given = {name: value for name, value in news.items() if value is not None}
    if default_domain is not None:
        given.setdefault("domain", default_domain)
    read = read_inputs(given, spelling, {**READERS, **_readers_of_unchanged(given, olds)})
    unread = {problem.property: given[problem.property] for problem in read.problems}
    asked = Declared.of(read.values, read.unknown, secrets_of(given))
    outcomes = {} if "over_limit" in asked.unknown | unread.keys() else _held_to_caps(asked, olds, spelling)
    declared = replace(asked, wanted={**asked.wanted, **{name: one.minutes for name, one in outcomes.items()}})
    problems = [
        *read.problems,
        *_missing(given, spelling),
        *_move_problems(declared, olds, bound_domain, spelling, may_move=may_move),
        *(Problem(name, one.problem) for name, one in outcomes.items() if one.problem),
    ]
    warnings = [
        *(one.warning for one in outcomes.values() if one.warning),
        *_useless_idle(declared, spelling),
        *_undone_elsewhere(declared, olds, bound_domain, spelling),
    ]
    secrets = declared.secrets
    return Checked(
        declared,
        {**given, **declared.to_props(), **unread},
        [replace(one, is_private=one.is_private or one.property in secrets) for one in problems],
        [f"{declared.domain or 'the tenant'}: {message}" for message in warnings],
    )


def _missing(given: Mapping[str, Any], spelling: Spelling) -> Iterator[Problem]:
    """Yield what a resource needs and does not have: a tenant, and a setting to manage."""
    if "domain" not in given:
        yield missing_domain(spelling)
    if not any(name in given for name in SETTINGS):
        names = ", ".join(map(spelling.name, SETTINGS))
        reason = f"no setting is declared, so there is nothing to manage. Give at least one of {names}."
        yield Problem("session_lifetime", reason)


def _readers_of_unchanged(given: Mapping[str, Any], olds: Mapping[str, Any]) -> dict[str, Reader]:
    """Return readers for lifetimes that are as in the last run: a tenant may have more than the API accepts."""
    is_same = given.get("plan") == olds.get("plan")
    unchanged = [name for name in LIFETIMES if is_same and name in given and given[name] == olds.get(name)]
    return dict.fromkeys(unchanged, lambda value, _: Lifetime.parse(value, max_minutes=None).minutes)


def missing_domain(spelling: Spelling) -> Problem:
    """Return the problem that neither a resource nor its provider has a domain."""
    reason = (
        f"domain is missing. Set {spelling.assign('domain', 'acme.eu.auth0.com')}, use a Provider that has one, "
        f"or set AUTH0_DOMAIN or the configuration {spelling.namespace}:domain."
    )
    return Problem("domain", reason)


def _move_problems(
    declared: Declared, olds: Mapping[str, Any], bound_domain: str | None, spelling: Spelling, *, may_move: bool
) -> Iterator[Problem]:
    """Yield the reasons why a provider's credentials must not be used for a tenant."""
    domain, was, on_delete = declared.domain, olds.get("domain"), olds.get("on_delete")
    if not domain:
        return
    if bound_domain not in (None, domain):
        reason = f"{domain} is not the tenant of this Provider, which is for {bound_domain} only. "
        yield Problem("domain", f"{reason}Give {domain} a Provider of its own.")
        return
    moves = was not in (None, UNKNOWN, domain)
    if moves and not may_move and on_delete in (OnDelete.RESTORE, OnDelete.RESET):
        reason = (
            f"this Provider now points to {domain}, but the {spelling.assign('on_delete', on_delete)} of {was} "
            f"would still call {was}, with the credentials of {domain}. "
            f"Give {domain} a Provider and a resource of its own and remove the old ones in a later run, or first run "
            f"once with {spelling.assign('on_delete', 'retain')} for {was}."
        )
        yield Problem("domain", reason)


def _held_to_caps(declared: Declared, olds: Mapping[str, Any], spelling: Spelling) -> dict[str, Outcome]:
    """Return what `over_limit` makes of each lifetime that is to be compared with the plan's cap."""
    return {
        name: settle(
            judge(name, int(declared.wanted[name]), plan=declared.plan),
            declared.over_limit,
            spelling,
            is_secret=name in declared.secrets,
        )
        for name in _to_judge(declared, olds)
    }


def _to_judge(declared: Declared, olds: Mapping[str, Any]) -> list[str]:
    """Return the lifetimes to compare with the cap.

    Values already in the record were compared earlier: with `ignore_changes`, they are what the tenant had.
    """
    lifetimes = [name for name in LIFETIMES if name in declared.wanted]
    # State may leave out an input that has its default.
    before = {**INPUT_DEFAULTS, **olds}
    if any(before.get(name) != declared.values.get(name) for name in ("domain", "plan", "over_limit")):
        return lifetimes
    return [name for name in lifetimes if olds.get(name) != text(declared.wanted[name])]


def _useless_idle(declared: Declared, spelling: Spelling) -> Iterator[str]:
    wanted = declared.wanted
    for absolute, idle in ABSOLUTE_AND_IDLE:
        if absolute in wanted and idle in wanted and int(wanted[idle]) > int(wanted[absolute]):
            said = {name: f"{spelling.name(name)} ({declared.masked(name, wanted[name])})" for name in (idle, absolute)}
            yield f"{said[idle]} is longer than {said[absolute]}, so it never ends a session. Shorten it."


def _undone_elsewhere(
    declared: Declared, olds: Mapping[str, Any], bound_domain: str | None, spelling: Spelling
) -> Iterator[str]:
    """Warn about conflicts that are not detected, because each provider with its own tenant has its own process."""
    if bound_domain is not None and "domain" not in olds and declared.on_delete is not OnDelete.RETAIN:
        yield (
            "this resource is new, and its provider has a tenant. If it replaces a resource that "
            "had another name and another provider, the old one is deleted last, which undoes what the new one wrote "
            f"({spelling.assign('on_delete', declared.on_delete.value)}). In that case, give it `aliases`, or rename "
            "it in one run and change its provider in another."
        )
