"""Reads a fleet's tenants, as listed in a program or a file, into values, and collects all problems."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from dataclasses import fields as fields_of
from functools import cached_property
from typing import Any

from auth0_sessions.fleet.across import named_twice, renamed_wrongly
from auth0_sessions.model.ceiling import StackCeiling, read_ceiling, unmatched
from auth0_sessions.model.choices import Enforce, OverLimit
from auth0_sessions.model.inputs import READERS, SECRETS, UNKNOWN, Read, Reader, read_inputs
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.own_profiles import read_profiles
from auth0_sessions.model.picking import Chosen, Picked, choose_plan, choose_profile, pick
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.profiles import PROFILES, Profile, ProfileLimits
from auth0_sessions.model.settings import LOGIN_LIFETIMES
from auth0_sessions.model.spelling import CAMEL_CASE, SNAKE_CASE, Spelling, camel_case

_NO_DOMAIN = "domain is missing; give the tenant's domain, as in acme.eu.auth0.com."
_NO_PLAN = "plan is missing; set it here, for the fleet, or with `pulumi config set auth0-sessions:plan ...`."
_NOT_A_TENANT = "is not a tenant; give an object with at least its domain."
_NOT_KNOWN = (
    "is not known yet, and a fleet needs to know its tenants at preview. Give it as plain text or as configuration, or "
    "declare this tenant as a SessionPolicy, whose settings may be outputs."
)
_NOT_SECRET = "is a secret, but it becomes part of names and reasons. Give it as plain text."  # noqa: S105  A message.


@dataclass(frozen=True)
class TenantSpec:
    """One tenant of a fleet, with the arguments of `SessionPolicy`.

    `domain` is required; plan, profile and enforcement default to the fleet's. Nothing is checked here: the fleet
    checks all of its tenants and reports every problem in one error.

    Attributes:
        formerly: The tenant's earlier short name, so that a rename keeps its resource.

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
    enforce: str | None = None
    credentials: str | None = None
    formerly: str | None = None


ENTRY_KEYS = {camel_case(row.name): row.name for row in fields_of(TenantSpec)}
"""A key as configuration spells it -> as Python spells it."""

_PLAIN = ("plan", "profile", "enforce", "formerly")
"""The keys that decide about the program itself, so that their values cannot be secret."""


@dataclass(frozen=True)
class Secret:
    """A known value of an entry that outputs keep encrypted and that no message repeats."""

    value: Any = field(repr=False)


@dataclass(frozen=True)
class Entry:
    """The valid part of one tenant's entry, by input; those in `own` are set there, the others are the fleet's.

    `problems` says what is wrong with the rest.
    """

    name: str
    values: Mapping[str, Any]
    own: frozenset[str]
    spelling: Spelling
    secrets: frozenset[str] = frozenset()
    ceilings: tuple[StackCeiling, ...] = ()
    problems: list[str] = field(default_factory=list)

    @property
    def place(self) -> tuple[str, str | None]:
        """Its canonical domain and the label of its credentials."""
        return self.values["domain"], self.values.get("credentials")

    @property
    def plan(self) -> Plan | None:
        """Its plan, or None."""
        plan: Plan | None = self.values.get("plan")
        return plan

    @property
    def chosen(self) -> Chosen:
        """What determines its values. Without a plan, the highest caps apply."""
        enforce = self.values.get("enforce", Enforce.EXACT)
        return Chosen(self.plan or Plan.ENTERPRISE, self.values["profile"], enforce, self.ceilings)

    @cached_property
    def picked(self) -> Picked:
        """The values that it gets."""
        over_limit = self.values.get("over_limit", OverLimit.ERROR)
        return pick(self.chosen, self.values, over_limit, self.spelling, self.secrets)

    @property
    def arguments(self) -> dict[str, Any]:
        """Its policy's arguments."""
        given = {key: value for key, value in self.values.items() if key != "formerly"}
        lifetimes = {key: Lifetime(self.values[key]) for key in LOGIN_LIFETIMES if key in self.values}
        return {**given, **lifetimes, "ceiling": self.ceilings}

    @property
    def rest(self) -> dict[str, str]:
        """Its resource's other inputs, which are passed through."""
        return {key: str(value) for key, value in self.values.items() if key not in (*_PLAIN, *LOGIN_LIFETIMES)}


@dataclass(frozen=True)
class Defaults:
    """What decides about a fleet's tenants, not checked yet: its own defaults, and ceilings of its list.

    `ceilings` are those of the whole stack, which may also spare a resource that is not in the list, and `fleet` is the
    name of the fleet, with which the names of its resources start.
    """

    plan: object = None
    profile: object = None
    profiles: object = None
    enforce: object = None
    ceiling: object = None
    ceilings: tuple[StackCeiling, ...] = ()
    fleet: str = ""

    def read(self, profiles: Mapping[str, ProfileLimits], required: Collection[str] = ()) -> Read:
        """Read plan, profile and enforcement, given the available profiles."""
        given = {"plan": self.plan, "profile": self.profile, "enforce": self.enforce}
        readers: dict[str, Reader] = {
            "plan": lambda value, _: choose_plan(value),
            "profile": lambda value, _: choose_profile(value, profiles),
            "enforce": READERS["enforce"],
        }
        return read_inputs(given, SNAKE_CASE, readers, required)

    def names_of(self, tenant: str) -> tuple[str, ...]:
        """Return a tenant's short name, and the names of its resources."""
        return tenant, f"{self.fleet}-{tenant}", f"{self.fleet}-{tenant}-lifetime"


@dataclass(frozen=True)
class Entries:
    """A fleet's tenants by short name, the problems of the list as a whole, and the available profiles."""

    tenants: dict[str, Entry] = field(default_factory=dict)
    of_all: list[str] = field(default_factory=list)
    profiles: dict[str, ProfileLimits] = field(default_factory=lambda: dict(PROFILES))

    @property
    def problems(self) -> list[str]:
        """All problems, each with tenant and key; if there are any, the rest is meaningless."""
        named = [f"{name}: {problem}" for name, entry in self.tenants.items() for problem in entry.problems]
        domains = ((entry.values["domain"], name) for name, entry in self.tenants.items() if "domain" in entry.values)
        return [*self.of_all, *named, *named_twice(domains)]


def plan_fleet(tenants: object, defaults: Defaults, *, needs_plan: bool = True) -> Entries:
    """Read a fleet's tenants, and check the values that each would get."""
    entries = read_entries(tenants, defaults)
    for entry in entries.tenants.values():
        if needs_plan and "plan" not in (entry.values.keys() | entry.own):
            entry.problems.append(_NO_PLAN)
        if "profile" in entry.values:
            entry.problems.extend(problem.reason for problem in entry.picked.problems)
    return entries


def read_entries(tenants: object, defaults: Defaults) -> Entries:
    """Read a fleet's tenants by short name; problems are collected, not raised."""
    if tenants is UNKNOWN:
        return Entries(of_all=[f"tenants {_NOT_KNOWN}"])
    if not isinstance(tenants, Mapping) or not tenants:
        wanted = "tenants should be an object with an entry for each tenant, as in acme: {domain: ...}."
        return Entries(of_all=[wanted])
    profiles, problems = read_profiles(defaults.profiles)
    entries = Entries(of_all=problems, profiles=profiles)
    ceilings = _ceilings(entries, [*map(_text, tenants)], defaults)
    readers = {
        **READERS,
        "profile": lambda value, _: choose_profile(value, profiles),
        "formerly": lambda value, _: str(value),
    }
    filled = _filled(entries, defaults)
    for key, spec in tenants.items():
        name, given = _text(key), _as_mapping(spec)
        if given is None:
            entries.of_all.append(f"{name}: {_NOT_KNOWN if spec is UNKNOWN else _NOT_A_TENANT}")
        elif name in entries.tenants:
            entries.of_all.append(f"{name}: two tenants have this name.")
        else:
            applying = tuple(one for one in ceilings if not one.spares(*defaults.names_of(name)))
            entries.tenants[name] = _read(name, given, filled, readers, applying)
    formerly = {name: entry.values.get("formerly") for name, entry in entries.tenants.items()}
    for name, problem in renamed_wrongly(formerly):
        entries.tenants[name].problems.append(problem)
    return entries


def _ceilings(entries: Entries, names: list[str], defaults: Defaults) -> list[StackCeiling]:
    """Return the stack's ceilings and the list's own, which may only spare what is in the list."""
    own, problems = read_ceiling(defaults.ceiling)
    entries.of_all.extend(problems)
    if own is None:
        return [*defaults.ceilings]
    known = {known for name in names for known in defaults.names_of(name)}
    entries.of_all.extend(unmatched(own, known, names, "a tenant of this list"))
    return [*defaults.ceilings, own]


def _filled(entries: Entries, defaults: Defaults) -> dict[str, Any]:
    """Read a fleet's defaults; report a wrong one once, and continue with the most permissive value."""
    read = defaults.read(entries.profiles)
    entries.of_all.extend(f"the fleet: {problem.reason}" for problem in read.problems)
    entries.of_all.extend(f"the fleet: {key} {_NOT_KNOWN}" for key in sorted(read.unknown))
    return read.values | {key: _STAND_INS[key] for key in (*read.unknown, *(one.property for one in read.problems))}


_STAND_INS = {"plan": Plan.ENTERPRISE, "profile": PROFILES[Profile.CONVENIENT], "enforce": Enforce.EXACT}


def _read(
    name: str,
    given: Mapping[str, Any],
    filled: Mapping[str, Any],
    readers: Mapping[str, Reader],
    ceilings: tuple[StackCeiling, ...],
) -> Entry:
    """Read one tenant's entry, with keys in either spelling."""
    spelling = CAMEL_CASE if any(ENTRY_KEYS.get(key, key) != key for key in given) else SNAKE_CASE
    inputs, problems = _inputs(given)
    secrets = frozenset(key for key, value in inputs.items() if isinstance(value, Secret))
    known = {key: value.value if isinstance(value, Secret) else value for key, value in inputs.items()}
    read = read_inputs({**known, SECRETS: ",".join(secrets)}, spelling, readers)
    problems.extend(problem.named(spelling) for problem in read.problems)
    problems.extend(f"{spelling.name(key)} {_NOT_KNOWN}" for key in inputs if key in read.unknown)
    problems.extend(f"{spelling.name(key)} {_NOT_SECRET}" for key in _PLAIN if key in secrets)
    if "domain" not in inputs:
        problems.append(_NO_DOMAIN)
    values = {key: value for key, value in filled.items() if key not in inputs} | read.values
    return Entry(name, values, frozenset(inputs), spelling, secrets, ceilings, problems)


def _inputs(given: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return an entry by field name, and the problems with its keys."""
    inputs: dict[str, Any] = {}
    problems = []
    for key, value in given.items():
        field_name = ENTRY_KEYS.get(key, key)
        if field_name not in ENTRY_KEYS.values():
            problems.append(f"{key}: unknown key; allowed: {', '.join(ENTRY_KEYS)}.")
        elif key != field_name and field_name in given:
            problems.append(f"{field_name}: is given twice, also as {key}. Keep one of them.")
        else:
            inputs[field_name] = value
    return inputs, problems


def _as_mapping(spec: object) -> dict[str, Any] | None:
    if isinstance(spec, TenantSpec):
        values = vars(spec)
    elif isinstance(spec, Mapping):
        values = {_text(key): value for key, value in spec.items()}
    else:
        return None
    return {key: value for key, value in values.items() if value is not None}


def _text(key: object) -> str:
    """Return a key as text that can be encoded; JSON may contain half of a surrogate pair, which cannot."""
    return str(key).encode(errors="backslashreplace").decode()
