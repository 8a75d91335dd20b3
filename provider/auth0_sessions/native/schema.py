"""Builds the package's schema from the tables; `provider/schema.json` is a copy, checked in for the Registry."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from functools import cache
from typing import Any

from auth0_sessions import __version__
from auth0_sessions.fleet.entries import TenantSpec
from auth0_sessions.lifecycle.inputs import INPUTS
from auth0_sessions.lifecycle.record import OUTPUTS
from auth0_sessions.model.choices import Enforce, OnDelete, OverLimit
from auth0_sessions.model.plans import PLAN_LIMITS, Plan
from auth0_sessions.model.settings import LIFETIMES, LOGIN_SETTINGS, SETTINGS, CookieMode, text
from auth0_sessions.model.spelling import camel_case
from auth0_sessions.native.config import SECRET_KEYS
from auth0_sessions.native.names import DYNAMIC, PACKAGE, RESOURCE
from auth0_sessions.native.texts import ABOUT, CONFIG_MEANINGS, EXAMPLES, IMPORT, MEANINGS, OWN_PROFILES, RANGE

Spec = dict[str, Any]

ENUMS: Mapping[str, type[StrEnum]] = {
    "plan": Plan,
    "over_limit": OverLimit,
    "on_delete": OnDelete,
    "enforce": Enforce,
    "session_cookie_mode": CookieMode,
}
STRING: Spec = {"type": "string"}
TEXTS: Spec = {"type": "object", "additionalProperties": STRING}
ANY_MAP: Spec = {"type": "object", "additionalProperties": {"$ref": "pulumi.json#/Any"}}


@cache
def schema() -> Spec:
    """Return the schema as plain JSON values."""
    return {
        "name": PACKAGE,
        "displayName": "Auth0 Sessions",
        "version": __version__,
        "namespace": PACKAGE,
        "description": "Login session lifetimes of Auth0 tenants as code, exact to the minute.",
        "keywords": ["pulumi", "auth0", "session", "security", "category/infrastructure", "kind/native"],
        "license": "Apache-2.0",
        "publisher": PACKAGE,
        "meta": {"supportPack": True},
        "language": {
            "nodejs": {"respectSchemaVersion": True},
            "python": {"respectSchemaVersion": True},
            # Without the second one, the generated `TenantFleetArgs` refers to a type that is not generated.
            "go": {"respectSchemaVersion": True, "generateExtraInputTypes": True},
        },
        "config": {"variables": _config()},
        "provider": {
            "description": "One tenant and its credentials, or a plan and a profile for many.",
            "inputProperties": _config(),
        },
        "types": {**{_enum_token(name): _enum(kind) for name, kind in ENUMS.items()}, **_types()},
        "resources": {
            RESOURCE: _resource(),
            f"{PACKAGE}:index:SessionPolicy": _policy(),
            f"{PACKAGE}:index:TenantFleet": _fleet(),
        },
        "functions": {
            f"{PACKAGE}:index:getTenantSessions": _tenant_sessions(),
            f"{PACKAGE}:index:getPlanLimits": _plan_limits(),
        },
    }


def _config() -> Spec:
    kinds = {"credentials": ANY_MAP, "livePreview": {"type": "boolean"}}
    return {
        key: {**kinds.get(key, STRING), "description": meaning, **({"secret": True} if key in SECRET_KEYS else {})}
        for key, meaning in CONFIG_MEANINGS.items()
    }


def _enum_token(name: str) -> str:
    return f"{PACKAGE}:index:{ENUMS[name].__name__}"


def _enum(kind: type[StrEnum]) -> Spec:
    summary = (kind.__doc__ or "").splitlines()[0]
    return {"type": "string", "description": summary, "enum": [{"value": choice.value} for choice in kind]}


def _input(name: str) -> Spec:
    """Return the specification of one input."""
    if name in ENUMS:
        meaning = MEANINGS.get(name) or f"{_capital(SETTINGS[name].meaning)}."
        return {"$ref": f"#/types/{_enum_token(name)}", "description": meaning}
    if name in SETTINGS:
        row = SETTINGS[name]
        meaning = f"{_capital(row.meaning)}. {RANGE} Auth0's default: `{text(row.default)}`."
        return {**STRING, "description": meaning}
    return {**STRING, "description": MEANINGS[name]}


def _output(name: str) -> Spec:
    """Return the specification of one output that is not an input."""
    if name.endswith("_minutes"):
        meaning = _capital(SETTINGS[name.removesuffix("_minutes")].meaning)
        return {"type": "integer", "description": f"{meaning}, as the tenant reports it, in minutes."}
    kind: Spec = {"previous": ANY_MAP, "superseded": {**ANY_MAP, "additionalProperties": _type("Superseded")}}.get(
        name, STRING
    )
    return {**kind, "description": MEANINGS[name]}


def _capital(meaning: str) -> str:
    return f"{meaning[0].upper()}{meaning[1:]}"


def _type(name: str) -> Spec:
    return {"$ref": f"#/types/{PACKAGE}:index:{name}"}


def _properties(names: Mapping[str, Spec]) -> Spec:
    return {camel_case(name): spec for name, spec in names.items()}


def _inputs() -> Spec:
    return _properties({name: _input(name) for name in INPUTS})


def _resource() -> Spec:
    inputs = _inputs()
    return {
        "description": f"{ABOUT}\n\n{_examples()}\n\n{IMPORT}",
        "inputProperties": inputs,
        "properties": {
            **inputs,
            **_properties({name: _output(name) for name in OUTPUTS}),
        },
        "required": ["domain"],
        "aliases": [{"type": DYNAMIC}],
    }


def _policy_inputs(*others: str) -> Spec:
    names = (row.name for row in fields(TenantSpec) if row.name != "formerly")
    return _properties({name: _input(name) for name in (*names, *others)})


def _types() -> Spec:
    return {
        f"{PACKAGE}:index:TenantSpec": {
            "type": "object",
            "description": "One tenant of a fleet. What is left out falls back to the fleet's plan and profile.",
            "properties": _policy_inputs("formerly"),
            "required": ["domain"],
        },
        f"{PACKAGE}:index:Superseded": {
            "type": "object",
            "description": "A setting whose reported value differs from the requested one.",
            "properties": {
                "asked": {**STRING, "description": "The value that was asked for."},
                "reported": {**STRING, "description": "The value that the tenant reports."},
            },
            "required": ["asked", "reported"],
        },
        f"{PACKAGE}:index:AppliedTenant": {
            "type": "object",
            "description": "What was applied to one tenant, and why.",
            "properties": _applied(),
        },
    }


def _applied() -> Spec:
    names = ("domain", "plan", "profile", *LOGIN_SETTINGS)
    plain = {name: {**STRING, "description": _input(name)["description"]} for name in names}
    reasons, previous = {**TEXTS, "description": MEANINGS["reasons"]}, _output("previous")
    return _properties({**plain, "reasons": reasons, "previous": previous})


def _policy() -> Spec:
    lifetime = {"$ref": f"#/resources/{RESOURCE}", "description": "The resource that applies it."}
    return {
        "isComponent": True,
        "description": "One tenant's session lifetimes, picked from argument, profile and plan, each with its reason.",
        "inputProperties": _policy_inputs(),
        "properties": {**_applied(), "lifetime": lifetime},
        "required": ["domain", "plan", "profile", "reasons"],
    }


def _fleet() -> Spec:
    named = {**_type("TenantSpec"), "plain": True}
    applied = {"type": "object", "additionalProperties": _type("AppliedTenant")}
    return {
        "isComponent": True,
        "description": "Many tenants, each with its `SessionPolicy`, and one report of what every tenant gets and why.",
        "inputProperties": {
            "tenants": {
                "type": "object",
                "additionalProperties": named,
                "plain": True,
                "description": "The tenants, by short name. Default: the configuration `auth0-sessions:tenants`.",
            },
            "plan": {**STRING, "plain": True, "description": "The plan of tenants that set none."},
            "profile": {**STRING, "plain": True, "description": "The profile of tenants that set none."},
            "profiles": {**ANY_MAP, "plain": True, "description": OWN_PROFILES},
            "enforce": {**STRING, "plain": True, "description": MEANINGS["enforce"]},
        },
        "properties": {
            "tenants": {**applied, "description": "What was applied to each tenant, by short name."},
            "report": {**STRING, "description": "A Markdown table of the fleet."},
        },
        "required": ["tenants", "report"],
    }


def _tenant_sessions() -> Spec:
    settings = {name: {**STRING, "description": f"{_capital(row.meaning)}."} for name, row in SETTINGS.items()}
    minutes = {f"{name}_minutes": _output(f"{name}_minutes") for name in LIFETIMES}
    domain = {**STRING, "description": "The tenant's domain."}
    defaults = {"type": "array", "items": STRING, "description": "The settings that were never written."}
    outputs = _properties({"domain": domain, **settings, **minutes, "defaults": defaults})
    return {
        "description": "Reads every session setting of a live tenant: one login and one read.",
        "inputs": {"type": "object", "properties": {key: _input(key) for key in ("domain", "credentials")}},
        "outputs": {"type": "object", "properties": outputs, "required": list(outputs)},
    }


def _plan_limits() -> Spec:
    outputs = {
        "plan": {**STRING, "description": "The plan."},
        "absoluteMinutes": {"type": "integer", "description": "The cap on absolute lifetimes, in minutes."},
        "idleMinutes": {"type": "integer", "description": "The cap on inactivity timeouts, in minutes."},
        "source": {**STRING, "description": "Where the figures come from."},
    }
    caps = "; ".join(f"{plan} {row.absolute_minutes} and {row.idle_minutes}" for plan, row in PLAN_LIMITS.items())
    return {
        "description": f"Returns a plan's caps on absolute lifetimes and inactivity timeouts, in minutes: {caps}.",
        "inputs": {"type": "object", "properties": {"plan": _input("plan")}, "required": ["plan"]},
        "outputs": {"type": "object", "properties": outputs, "required": list(outputs)},
    }


def _examples() -> str:
    blocks = "\n\n".join(f"```{name}\n{textwrap.dedent(code).strip()}\n```" for name, code in EXAMPLES.items())
    example = f"### 30 days, and 90 minutes without activity\n\n{blocks}"
    return "{{% examples %}}\n## Example Usage\n{{% example %}}\n" + example + "\n{{% /example %}}\n{{% /examples %}}"


def main() -> None:
    """Print the schema in the format of `provider/schema.json`."""
    print(json.dumps(schema(), indent=2))  # noqa: T201  Printing is its purpose.


if __name__ == "__main__":
    main()
