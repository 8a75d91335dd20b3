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
from auth0_sessions.native.texts import ABOUT, CONFIG_MEANINGS, EXAMPLES, FLEET_MEANINGS, IMPORT, MEANINGS, RANGE

Spec = dict[str, Any]

ENUMS: Mapping[str, type[StrEnum]] = {
    "plan": Plan,
    "over_limit": OverLimit,
    "on_delete": OnDelete,
    "enforce": Enforce,
    "session_cookie_mode": CookieMode,
}
STRING: Spec = {"type": "string"}
INTEGER: Spec = {"type": "integer"}
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
        "types": {**{_token(kind.__name__): _enum(kind) for kind in ENUMS.values()}, **_types()},
        "resources": {RESOURCE: _resource(), _token("SessionPolicy"): _policy(), _token("TenantFleet"): _fleet()},
        "functions": {
            _token("getTenantSessions"): _tenant_sessions(),
            _token("getPlanLimits"): _plan_limits(),
        },
    }


def _token(name: str) -> str:
    return f"{PACKAGE}:index:{name}"


def _type(name: str) -> Spec:
    return {"$ref": f"#/types/{_token(name)}"}


def _described(meanings: Mapping[str, str], **kinds: Spec) -> Spec:
    """Return properties by name, which are text unless they are of another kind."""
    return {name: {**kinds.get(name, STRING), "description": meaning} for name, meaning in meanings.items()}


def _config() -> Spec:
    kinds = {"credentials": ANY_MAP, "profiles": ANY_MAP, "livePreview": {"type": "boolean"}}
    found = _described(CONFIG_MEANINGS, **kinds, tenants={"$ref": "pulumi.json#/Any"})
    return {key: {**spec, "secret": True} if key in SECRET_KEYS else spec for key, spec in found.items()}


def _enum(kind: type[StrEnum]) -> Spec:
    summary = (kind.__doc__ or "").splitlines()[0]
    return {"type": "string", "description": summary, "enum": [{"value": choice.value} for choice in kind]}


def _input(name: str) -> Spec:
    """Return the specification of one input."""
    meaning = MEANINGS.get(name) or f"{_meaning(name)}."
    if name in LIFETIMES:
        meaning += f" {RANGE} Auth0's default: `{text(SETTINGS[name].default)}`."
    return {**(_type(ENUMS[name].__name__) if name in ENUMS else STRING), "description": meaning}


def _output(name: str) -> Spec:
    """Return the specification of one output that is not an input."""
    if name in MEANINGS:
        kinds: Spec = {
            "own": ANY_MAP,
            "previous": ANY_MAP,
            "superseded": {**ANY_MAP, "additionalProperties": _type("Superseded")},
        }
        return {**kinds.get(name, STRING), "description": MEANINGS[name]}
    meaning = _meaning(name.removesuffix("_minutes"))
    return {**INTEGER, "description": f"{meaning}, as the tenant reports it, in minutes."}


def _meaning(setting: str) -> str:
    meaning = SETTINGS[setting].meaning
    return f"{meaning[0].upper()}{meaning[1:]}"


def _properties(specs: Mapping[str, Spec]) -> Spec:
    return {camel_case(name): spec for name, spec in specs.items()}


def _inputs(*names: str) -> Spec:
    return _properties({name: _input(name) for name in names})


def _resource() -> Spec:
    return {
        "description": f"{ABOUT}\n\n{_examples()}\n\n{IMPORT}",
        "inputProperties": _inputs(*INPUTS),
        "properties": {**_inputs(*INPUTS), **_properties({name: _output(name) for name in OUTPUTS})},
        "required": ["domain"],
        "aliases": [{"type": DYNAMIC}],
    }


def _object(meaning: str, properties: Spec, *required: str) -> Spec:
    return {"type": "object", "description": meaning, "properties": properties, "required": list(required)}


def _types() -> Spec:
    superseded = {"asked": "The value that was asked for.", "reported": "The value that the tenant reports."}
    return {
        _token("TenantSpec"): _object(
            "One tenant of a fleet. What is left out falls back to the fleet's plan and profile.",
            _inputs(*(row.name for row in fields(TenantSpec))),
            "domain",
        ),
        _token("Superseded"): _object(
            "A setting whose reported value differs from the requested one.", _described(superseded), *superseded
        ),
        _token("AppliedTenant"): _object("What was applied to one tenant, and why.", _applied()),
    }


def _applied() -> Spec:
    names = ("domain", "plan", "profile", *LOGIN_SETTINGS)
    plain = {name: {**STRING, "description": _input(name)["description"]} for name in names}
    reasons = {"type": "object", "additionalProperties": STRING, "description": MEANINGS["reasons"]}
    return _properties({**plain, "reasons": reasons, "previous": _output("previous")})


def _policy() -> Spec:
    lifetime = {"$ref": f"#/resources/{RESOURCE}", "description": "The resource that applies it."}
    return {
        "isComponent": True,
        "description": "One tenant's session lifetimes, picked from argument, profile and plan, each with its reason.",
        "inputProperties": _inputs(*(row.name for row in fields(TenantSpec) if row.name != "formerly")),
        "properties": {**_applied(), "lifetime": lifetime},
        "required": ["domain", "plan", "profile", "reasons"],
    }


def _fleet() -> Spec:
    tenants = {"type": "object", "additionalProperties": {**_type("TenantSpec"), "plain": True}}
    inputs = _described(FLEET_MEANINGS, tenants=tenants, profiles=ANY_MAP)
    outputs = {"tenants": "What was applied to each tenant, by short name.", "report": "A Markdown table of the fleet."}
    applied = {"type": "object", "additionalProperties": _type("AppliedTenant")}
    return {
        "isComponent": True,
        "description": "Many tenants, each with its `SessionPolicy`, and one report of what every tenant gets and why.",
        "inputProperties": {name: {**spec, "plain": True} for name, spec in inputs.items()},
        "properties": _described(outputs, tenants=applied),
        "required": list(outputs),
    }


def _function(meaning: str, inputs: Spec, outputs: Spec, *required: str) -> Spec:
    return {
        "description": meaning,
        "inputs": {"type": "object", "properties": inputs, "required": list(required)},
        "outputs": {"type": "object", "properties": outputs, "required": list(outputs)},
    }


def _tenant_sessions() -> Spec:
    settings = _described({"domain": "The tenant's domain.", **{name: f"{_meaning(name)}." for name in SETTINGS}})
    minutes = {f"{name}_minutes": _output(f"{name}_minutes") for name in LIFETIMES}
    defaults = {"type": "array", "items": STRING, "description": "The settings that were never written."}
    return _function(
        "Reads every session setting of a live tenant: one login and one read.",
        _inputs("domain", "credentials"),
        _properties({**settings, **minutes, "defaults": defaults}),
    )


def _plan_limits() -> Spec:
    outputs = {
        "plan": "The plan.",
        "absoluteMinutes": "The cap on absolute lifetimes, in minutes.",
        "idleMinutes": "The cap on inactivity timeouts, in minutes.",
        "source": "Where the figures come from.",
    }
    caps = "; ".join(f"{plan} {row.absolute_minutes} and {row.idle_minutes}" for plan, row in PLAN_LIMITS.items())
    return _function(
        f"Returns a plan's caps on absolute lifetimes and inactivity timeouts, in minutes: {caps}.",
        _inputs("plan"),
        _described(outputs, absoluteMinutes=INTEGER, idleMinutes=INTEGER),
        "plan",
    )


def _examples() -> str:
    blocks = "\n\n".join(f"```{name}\n{textwrap.dedent(code).strip()}\n```" for name, code in EXAMPLES.items())
    example = f"### 30 days, and 90 minutes without activity\n\n{blocks}"
    return "{{% examples %}}\n## Example Usage\n{{% example %}}\n" + example + "\n{{% /example %}}\n{{% /examples %}}"


def main() -> None:
    """Print the schema in the format of `provider/schema.json`."""
    print(json.dumps(schema(), indent=2))  # noqa: T201  Printing is its purpose.


if __name__ == "__main__":
    main()
