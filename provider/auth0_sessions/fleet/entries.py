"""A fleet's tenants as a program or a file lists them: each entry read as values, and every problem collected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import fields as fields_of
from typing import Any

from auth0_sessions.errors import InputError, shown
from auth0_sessions.fleet.policy import choose_plan, choose_profile
from auth0_sessions.lifecycle.inputs import read_inputs
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.profiles import PROFILES, Profile
from auth0_sessions.model.spelling import CAMEL_CASE, SNAKE_CASE, Spelling, camel_case

NEEDS_DOMAIN = {"domain": "is missing; give the tenant's domain, as in acme.eu.auth0.com."}


@dataclass(frozen=True)
class TenantSpec:
    """One tenant of a fleet. What is left out falls back to the fleet's plan and profile.

    Nothing is checked here: the fleet checks all its tenants and reports every problem in one error.

    Attributes:
        domain: The tenant, as in `acme.eu.auth0.com`. Required.
        plan: `free`, `essential`, `professional` or `enterprise`.
        profile: A name of `PROFILES`.
        session_lifetime: Overrides the profile; text with a unit, `"1m"` to `"365d"`. So do the three that follow.
        idle_session_lifetime: Inactivity timeout of persistent sessions.
        ephemeral_session_lifetime: Absolute expiry of non-persistent sessions.
        idle_ephemeral_session_lifetime: Inactivity timeout of non-persistent sessions.
        session_cookie_mode: `persistent` or `non-persistent`; not managed if left out.
        over_limit: What happens to a value above the plan's cap: `error`, `clamp` or `warn`.
        on_delete: `retain`, `restore` or `reset`.
        credentials: Label of a credential set; never a secret.

    """

    domain: str | None = None
    plan: str | None = None
    profile: str | None = None
    session_lifetime: str | Lifetime | None = None
    idle_session_lifetime: str | Lifetime | None = None
    ephemeral_session_lifetime: str | Lifetime | None = None
    idle_ephemeral_session_lifetime: str | Lifetime | None = None
    session_cookie_mode: str | None = None
    over_limit: str | None = None
    on_delete: str | None = None
    credentials: str | None = None


KEYS = {camel_case(row.name): row.name for row in fields_of(TenantSpec)}
"""A key as configuration spells it -> as Python does."""


@dataclass(frozen=True)
class Entry:
    """One tenant, as far as its entry is right.

    Attributes:
        name: Its short name.
        values: Input -> value: minutes, a choice, a domain, a label, a plan, a profile's limits.
        spelling: How the entry spells its keys.

    """

    name: str
    values: Mapping[str, Any]
    spelling: Spelling


@dataclass(frozen=True)
class Entries:
    """A fleet's tenants.

    Attributes:
        tenants: Short name -> its entry, with the fleet's plan and profile where it names none.
        problems: Short name -> what is wrong with its entry.
        of_all: What is wrong with the fleet as a whole.

    """

    tenants: dict[str, Entry] = field(default_factory=dict)
    problems: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    of_all: list[str] = field(default_factory=list)

    @property
    def all_problems(self) -> list[str]:
        """Everything that is wrong, each with the tenant's name."""
        named = [f"{name}: {problem}" for name, problems in self.problems.items() for problem in problems]
        return [*self.of_all, *named, *_named_twice(self.tenants)]


def read_entries(tenants: object, plan: object, profile: object, *, needs: Mapping[str, str]) -> Entries:
    """Read a fleet's tenants; what is wrong is collected, not raised.

    Args:
        tenants: Short name -> `TenantSpec`, or a mapping with its keys in camelCase or snake_case.
        plan: The plan of tenants that name none.
        profile: The profile of tenants that name none.
        needs: The keys that every tenant has to have in the end, each with what to say where it has not.

    """
    entries = Entries()
    if not isinstance(tenants, Mapping) or not tenants:
        entries.of_all.append("tenants should be an object with an entry for each tenant, as in acme: {domain: ...}.")
        return entries
    defaults = _defaults(entries, plan, profile)
    for key, spec in tenants.items():
        name = _text(key)
        if name in entries.tenants:
            entries.problems[name].append("there are two tenants of this name.")
        given = _as_mapping(spec)
        if given is None:
            entries.problems[name].append(f"{shown(spec)} is not a tenant; give an object with at least its domain.")
            continue
        entry, problems = _read(name, given, defaults)
        missing = [key for key in needs if key not in entry.values and key not in _named(given)]
        entries.problems[name].extend([*problems, *(f"{key} {needs[key]}" for key in missing)])
        entries.tenants[name] = entry
    return entries


def _defaults(entries: Entries, plan: object, profile: object) -> dict[str, Any]:
    """Read a fleet's plan and profile; where one is wrong, say so once and go on with one that forbids the least."""
    defaults: dict[str, Any] = {}
    for key, value, choose, stand_in in (
        ("plan", plan, choose_plan, Plan.ENTERPRISE),
        ("profile", profile, choose_profile, PROFILES[Profile.CONVENIENT]),
    ):
        if not value:
            continue
        try:
            defaults[key] = choose(value)
        except InputError as error:
            entries.of_all.append(f"the fleet: {error}")
            defaults[key] = stand_in
    return defaults


def _read(name: str, given: Mapping[str, Any], defaults: Mapping[str, Any]) -> tuple[Entry, list[str]]:
    """Read one tenant's entry, under whichever spelling its keys have."""
    spelling = CAMEL_CASE if any(key in KEYS and key != KEYS[key] for key in given) else SNAKE_CASE
    values, problems = dict(defaults), []
    inputs: dict[str, Any] = {}
    for key, value in given.items():
        field_name = KEYS.get(key, key)
        if field_name not in KEYS.values():
            problems.append(f"{key}: there is no such key; the keys are {', '.join(KEYS)}.")
        elif key != field_name and field_name in given:
            problems.append(f"{field_name}: is given twice, as {key} too. Keep one of them.")
        else:
            inputs[field_name] = value
    if "profile" in inputs:
        try:
            values["profile"] = choose_profile(inputs.pop("profile"))
        except InputError as error:
            problems.append(str(error))
            values.pop("profile", None)
    read = read_inputs(inputs, spelling)
    for problem in read.problems:
        values.pop(problem.property, None)
        key = spelling.name(problem.property)
        problems.append(problem.reason if problem.reason.startswith(f"{key} ") else f"{key}: {problem.reason}")
    return Entry(name, {**values, **read.values}, spelling), problems


def _named(given: Mapping[str, Any]) -> set[str]:
    return {KEYS.get(key, key) for key in given}


def _as_mapping(spec: object) -> dict[str, Any] | None:
    if isinstance(spec, TenantSpec):
        values = {row.name: getattr(spec, row.name) for row in fields_of(TenantSpec)}
    elif isinstance(spec, Mapping):
        values = {_text(key): value for key, value in spec.items()}
    else:
        return None
    return {key: value for key, value in values.items() if value is not None}


def _text(key: object) -> str:
    """Return a key as text that can be encoded, which half a surrogate pair from JSON cannot."""
    return str(key).encode(errors="backslashreplace").decode()


def _named_twice(tenants: Mapping[str, Entry]) -> list[str]:
    names = defaultdict(list)
    for name, entry in tenants.items():
        if "domain" in entry.values:
            names[entry.values["domain"]].append(name)
    return [
        f"{', '.join(same)}: all are {domain}. A tenant is managed once; remove the others."
        for domain, same in names.items()
        if len(same) > 1
    ]
