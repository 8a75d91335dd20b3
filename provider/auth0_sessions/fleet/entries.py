"""A fleet's tenants as a program or a file lists them: each read, and every problem of each told at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from dataclasses import fields as fields_of
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from auth0_sessions.errors import InputError, shown
from auth0_sessions.fleet import policy
from auth0_sessions.lifecycle.check import PARSERS
from auth0_sessions.lifecycle.record import OnDelete, OverLimit
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.profiles import Profile

NEEDS_DOMAIN = {"domain": "is missing; give the tenant's domain, as in acme.eu.auth0.com."}


@dataclass(frozen=True)
class TenantSpec:
    """One tenant of a fleet. What is left out falls back to the fleet's plan and profile.

    Nothing is checked here: the fleet checks all its tenants and tells every problem at once.

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


@dataclass(frozen=True)
class Roster:
    """A fleet's tenants.

    Attributes:
        tenants: Short name -> what is right of its entry, in canonical form, with the fleet's plan and profile where it
            names none.
        problems: Short name -> what is wrong with its entry.
        of_all: What is wrong with the fleet as a whole.

    """

    tenants: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    of_all: list[str] = field(default_factory=list)

    def told(self) -> list[str]:
        """Return everything that is wrong, each with the tenant's name."""
        told = [f"{name}: {problem}" for name, problems in self.problems.items() for problem in problems]
        return [*self.of_all, *told, *_named_twice(self.tenants)]


def read_roster(tenants: object, plan: str | None, profile: str | None, *, needs: Mapping[str, str]) -> Roster:
    """Read a fleet's tenants; what is wrong is told, not raised.

    Args:
        tenants: Short name -> `TenantSpec`, or a mapping with its keys in camelCase or snake_case.
        plan: The plan of tenants that name none.
        profile: The profile of tenants that name none.
        needs: The keys that every tenant has to have in the end, each with what to say where it has not.

    """
    roster = Roster()
    if not isinstance(tenants, Mapping) or not tenants:
        roster.of_all.append("tenants should be an object with an entry for each tenant, as in acme: {domain: ...}.")
        return roster
    defaults = {
        "plan": _default(roster, "plan", plan, Plan.ENTERPRISE),
        "profile": _default(roster, "profile", profile, Profile.CONVENIENT),
    }
    for key, spec in tenants.items():
        name = _text(key)
        if name in roster.tenants:
            roster.problems[name].append("there are two tenants of this name.")
        given = _as_mapping(spec)
        if given is None:
            roster.problems[name].append(f"{shown(spec)} is no tenant; give an object with at least its domain.")
            continue
        given = {**{key: value for key, value in defaults.items() if value}, **given}
        checked, problems = _checked(given)
        missing = [key for key in needs if getattr(checked, key) is None and key not in given]
        roster.problems[name].extend([*problems, *(f"{key} {needs[key]}" for key in missing)])
        roster.tenants[name] = checked.model_dump(exclude_none=True)
    return roster


def _default(roster: Roster, key: str, value: str | None, stand_in: str) -> str | None:
    """Return a fleet's plan or profile; where it is wrong, tell it once and go on with one that forbids the least."""
    if not value:
        return None
    _, problems = _checked({key: value})
    roster.of_all.extend(f"the fleet: {problem}" for problem in problems)
    return stand_in if problems else value


def _read_by(name: str) -> BeforeValidator:
    """Return a pydantic validator that reads a value as an input of `SessionLifetime` is read."""
    return _reading(PARSERS[name])


def _reading(parse: Callable[[Any], str]) -> BeforeValidator:
    def read(value: Any) -> str:
        try:
            return parse(value)
        except InputError as error:
            raise PydanticCustomError(*_VERBATIM, {"reason": str(error)}) from None

    return BeforeValidator(read)


_VERBATIM = ("input", "{reason}")
"""Pydantic's own template for a message that may hold braces."""


class _Tenant(BaseModel):
    """The shape of one tenant, in snake_case or in the camelCase of Pulumi's configuration."""

    model_config = ConfigDict(
        extra="forbid", alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True, frozen=True
    )

    domain: Annotated[str | None, _read_by("domain")] = None
    plan: Annotated[str | None, _read_by("plan")] = None
    profile: Annotated[str | None, _reading(lambda value: policy.choose_profile(value).value)] = None
    session_lifetime: Annotated[str | None, _read_by("session_lifetime")] = None
    idle_session_lifetime: Annotated[str | None, _read_by("idle_session_lifetime")] = None
    ephemeral_session_lifetime: Annotated[str | None, _read_by("ephemeral_session_lifetime")] = None
    idle_ephemeral_session_lifetime: Annotated[str | None, _read_by("idle_ephemeral_session_lifetime")] = None
    session_cookie_mode: Annotated[str | None, _read_by("session_cookie_mode")] = None
    over_limit: Annotated[str, _read_by("over_limit")] = OverLimit.ERROR.value
    on_delete: Annotated[str, _read_by("on_delete")] = OnDelete.RETAIN.value
    credentials: Annotated[str | None, _read_by("credentials")] = None


def _checked(given: Mapping[str, Any]) -> tuple[_Tenant, list[str]]:
    """Return what is right with a tenant, and the problems of the rest."""
    try:
        return _Tenant.model_validate(given), []
    except ValidationError as error:
        rows = error.errors(include_url=False)
    wrong = {row["loc"][0] for row in rows}
    right = _Tenant.model_validate({key: value for key, value in given.items() if key not in wrong})
    return right, [_told(row) for row in rows]


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


def _told(row: Any) -> str:
    """Return one of pydantic's problems in our words, with its key."""
    key = ".".join(map(str, row["loc"]))
    if key in _Tenant.model_fields and row["type"] == "extra_forbidden":
        return f"{key}: is given twice, as {to_camel(key)} too. Keep one of them."
    if row["type"] == "extra_forbidden":
        return f"{key}: there is no such key; the keys are {', '.join(to_camel(key) for key in _Tenant.model_fields)}."
    return str(row["msg"]) if row["msg"].startswith(f"{key} ") else f"{key}: {row['msg']}"


def _named_twice(tenants: Mapping[str, Mapping[str, Any]]) -> list[str]:
    names = defaultdict(list)
    for name, given in tenants.items():
        if "domain" in given:
            names[given["domain"]].append(name)
    return [
        f"{', '.join(same)}: all are {domain}. A tenant is managed once; remove the others."
        for domain, same in names.items()
        if len(same) > 1
    ]
