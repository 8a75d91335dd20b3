"""Checks a program's inputs offline: inputs -> declaration, all problems, and warnings. It never raises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from auth0_sessions.lifecycle.record import INPUT_DEFAULTS, Declared
from auth0_sessions.model.choices import OnDelete
from auth0_sessions.model.inputs import READERS, UNKNOWN, Problem, Reader, read_inputs, secrets_of
from auth0_sessions.model.judgment import judge, settle
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.settings import ABSOLUTE_AND_IDLE, LIFETIMES, SETTINGS, text
from auth0_sessions.model.spelling import SNAKE_CASE, Spelling


@dataclass
class Checked:
    """The result of a check: the known and valid part of the declaration, the problems and the warnings.

    `given` holds the inputs with the provider's defaults, `unread` those that could not be read.
    """

    declared: Declared
    given: dict[str, Any]
    unread: frozenset[str]
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def inputs(self) -> dict[str, Any]:
        """Canonical inputs, including defaults; wrong values are kept as given."""
        return {**self.given, **self.declared.to_props(), **{name: self.given[name] for name in self.unread}}


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
    declared = Declared.of(read.values, read.unknown, secrets_of(given))
    checked = Checked(declared, given, frozenset(problem.property for problem in read.problems), read.problems)
    checked.problems.extend(_missing(given, spelling))
    checked.problems.extend(_move_problems(declared, olds, bound_domain, spelling, may_move=may_move))
    _hold_to_caps(checked, olds, spelling)
    checked.warnings.extend(_useless_idle(checked.declared, spelling))
    checked.warnings.extend(_undone_elsewhere(checked.declared, olds, bound_domain, spelling))
    return replace(
        checked,
        problems=[
            replace(one, is_private=one.is_private or one.property in declared.secrets) for one in checked.problems
        ],
        warnings=[f"{declared.domain or 'the tenant'}: {message}" for message in checked.warnings],
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
    domain, was = declared.domain, olds.get("domain")
    if not domain:
        return
    if bound_domain not in (None, domain):
        reason = f"{domain} is not the tenant of this Provider, which is for {bound_domain} only. "
        yield Problem("domain", f"{reason}Give {domain} a Provider of its own.")
    elif (
        not may_move
        and was not in (None, UNKNOWN, domain)
        and olds.get("on_delete") in (OnDelete.RESTORE, OnDelete.RESET)
    ):
        reason = (
            f"this Provider now points to {domain}, but the {spelling.assign('on_delete', olds['on_delete'])} of {was} "
            f"would still call {was}, with the credentials of {domain}. "
            f"Give {domain} a Provider and a resource of its own and remove the old ones in a later run, or first run "
            f"once with {spelling.assign('on_delete', 'retain')} for {was}."
        )
        yield Problem("domain", reason)


def _hold_to_caps(checked: Checked, olds: Mapping[str, Any], spelling: Spelling) -> None:
    """Check every lifetime against the plan's cap, and apply `over_limit`."""
    declared = checked.declared
    if declared.plan is None or "over_limit" in declared.unknown | checked.unread:
        return
    wanted = dict(declared.wanted)
    for name in _to_judge(declared, olds):
        found = judge(name, int(wanted[name]), plan=declared.plan)
        if found.cap is None:
            continue
        outcome = settle(found, declared.over_limit, spelling, is_secret=name in declared.secrets)
        wanted[name] = outcome.minutes
        if outcome.problem:
            checked.problems.append(Problem(name, outcome.problem))
        if outcome.warning:
            checked.warnings.append(outcome.warning)
    checked.declared = replace(declared, wanted=wanted)


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
            long, short = (
                f"{spelling.name(name)} ({declared.masked(name, wanted[name])})" for name in (idle, absolute)
            )
            yield f"{long} is longer than {short}, so it never ends a session. Shorten it."


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
