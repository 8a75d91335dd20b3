"""Builds the package's schema from the tables; `provider/schema.json` is a copy, checked in for the Registry."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from functools import cache
from pathlib import Path

from auth0_sessions import __version__, publisher
from auth0_sessions.fleet.entries import TenantSpec
from auth0_sessions.lifecycle.record import OUTPUTS
from auth0_sessions.model.choices import OnDelete, OverLimit
from auth0_sessions.model.inputs import INPUTS
from auth0_sessions.model.plans import PLAN_LIMITS
from auth0_sessions.model.settings import LIFETIMES, LOGIN_LIFETIMES, SETTINGS
from auth0_sessions.model.spelling import camel_case
from auth0_sessions.native import texts
from auth0_sessions.native.codec import DYNAMIC, PACKAGE, RESOURCE
from auth0_sessions.native.specs import (
    BOOLEAN,
    ENUMS,
    INTEGER,
    STRING,
    STRINGS,
    Spec,
    enum_of,
    map_of,
    object_of,
    properties,
    token,
    type_of,
    with_secrets,
)
from auth0_sessions.program.policy import POLICY_OUTPUTS

EXAMPLES = (Path(__file__).parent / "examples.md").read_text(encoding="utf-8")


@cache
def schema() -> Spec:
    """Return the schema as plain JSON values."""
    return {
        "name": PACKAGE,
        "displayName": "Auth0 Sessions",
        "version": __version__,
        "namespace": publisher.ORGANIZATION,
        "description": "Login session lifetimes of Auth0 tenants as code, exact to the minute.",
        "keywords": ["pulumi", "auth0", "session", "security", "category/infrastructure", "kind/native"],
        "homepage": publisher.HOMEPAGE,
        "repository": publisher.REPOSITORY,
        "license": "Apache-2.0",
        "logoUrl": publisher.LOGO,
        "publisher": publisher.PUBLISHER,
        "pluginDownloadURL": publisher.downloads(__version__),
        "meta": {"supportPack": True},
        "language": _languages(),
        "config": {"variables": _config()},
        "provider": {
            "description": "Credentials and defaults for one or more tenants.",
            "inputProperties": _config(),
        },
        "types": {**{token(kind.__name__): enum_of(kind) for kind in ENUMS.values()}, **_types()},
        "resources": {RESOURCE: _resource(), token("SessionPolicy"): _policy(), token("TenantFleet"): _fleet()},
        "functions": {
            token("getTenantSessions"): _tenant_sessions(),
            token("getPlanLimits"): _plan_limits(),
        },
    }


def _languages() -> Spec:
    """Return the names of the SDKs. Most are the generators' own, stated so that no generator's default can differ."""
    root, _, namespace = publisher.SDKS["csharp"].rpartition(".")
    base, _, package = publisher.SDKS["java"].rpartition(".")
    return {
        "nodejs": {"packageName": publisher.SDKS["nodejs"], "respectSchemaVersion": True},
        "python": {"packageName": publisher.SDKS["python"], "respectSchemaVersion": True},
        # Without the last one, the generated `TenantFleetArgs` refers to a type that is not generated.
        "go": {
            "importBasePath": publisher.SDKS["go"],
            "respectSchemaVersion": True,
            "generateExtraInputTypes": True,
        },
        "csharp": {"rootNamespace": root, "namespaces": {PACKAGE: namespace}, "respectSchemaVersion": True},
        "java": {"basePackage": base, "packages": {PACKAGE: package}},
    }


def _config() -> Spec:
    specs = properties(
        texts.CONFIG,
        tenants={"oneOf": [map_of(type_of("TenantSpec")), STRING]},
        credentials=map_of(type_of("CredentialSet")),
        live_preview=BOOLEAN,
    )
    return with_secrets(specs)


def _resource() -> Spec:
    inputs = _with_defaults(properties(texts.INPUTS, INPUTS))
    inputs["domain"]["willReplaceOnChanges"] = True
    outputs = properties(texts.OUTPUTS, (*INPUTS, *OUTPUTS))
    # In C#, a member cannot have the name of its class.
    outputs["sessionLifetime"]["language"] = {"csharp": {"name": "SessionLifetimeValue"}}
    return {
        "description": f"{texts.ABOUT}\n\n{examples_of('SessionLifetime')}\n\n{texts.IMPORT}",
        "inputProperties": inputs,
        "properties": outputs,
        "required": ["domain", "overLimit", "onDelete", "enforce", "previous", "superseded"],
        "aliases": [{"type": DYNAMIC}],
    }


def _with_defaults(inputs: Spec) -> Spec:
    """Add the defaults of the inputs that do not fall back to anything configured."""
    inputs["overLimit"]["default"] = OverLimit.ERROR.value
    inputs["onDelete"]["default"] = OnDelete.RETAIN.value
    return inputs


def _types() -> Spec:
    superseded = {"asked": "The requested value.", "reported": "The value that the tenant reports."}
    return {
        token("TenantSpec"): object_of(
            "One tenant of a fleet.", properties(texts.TENANT, [row.name for row in fields(TenantSpec)]), "domain"
        ),
        token("Profile"): object_of(
            "A profile of your own. It needs at least one lifetime.", properties(texts.PROFILE, ceiling=BOOLEAN)
        ),
        token("Ceiling"): object_of(
            "A ceiling for an incident. It needs at least one lifetime.",
            properties(texts.CEILING, **{"except": STRINGS}),
        ),
        token("CredentialSet"): object_of(
            "The credentials for one tenant or more: an application with a client secret or a private key, or a token.",
            with_secrets(properties(texts.CREDENTIALS)),
        ),
        token("Superseded"): object_of(
            "A setting whose reported value differs from the requested one.", properties(superseded), *superseded
        ),
        token("AppliedTenant"): object_of(
            "What was applied to one tenant, and why.", properties(texts.APPLIED, POLICY_OUTPUTS), *APPLIED_ALWAYS
        ),
    }


APPLIED_ALWAYS = tuple(map(camel_case, ("domain", "plan", "profile", *LOGIN_LIFETIMES, "reasons")))
"""The outputs of a policy that always have a value."""


def _policy() -> Spec:
    names = [row.name for row in fields(TenantSpec) if row.name != "formerly"]
    inputs = _with_defaults(properties(texts.POLICY, [*names, "ceiling"]))
    for name in ("plan", "profile", "enforce", "ceiling"):
        inputs[name]["plain"] = True
    return {
        "isComponent": True,
        "description": f"{texts.POLICY_ABOUT}\n\n{examples_of('SessionPolicy')}",
        "inputProperties": inputs,
        "properties": properties(texts.APPLIED, POLICY_OUTPUTS),
        "required": list(APPLIED_ALWAYS),
    }


def _fleet() -> Spec:
    tenants, profiles = (map_of({**type_of(name), "plain": True}) for name in ("TenantSpec", "Profile"))
    inputs = properties(texts.FLEET, tenants=tenants, profiles=profiles)
    return {
        "isComponent": True,
        "description": f"{texts.FLEET_ABOUT}\n\n{examples_of('TenantFleet')}",
        "inputProperties": {name: {**spec, "plain": True} for name, spec in inputs.items()},
        "properties": properties(texts.FLEET_OUTPUTS, tenants=map_of(type_of("AppliedTenant"))),
        "required": ["tenants", "report"],
    }


def _function(meaning: str, inputs: Spec, outputs: Spec, *required: str) -> Spec:
    return {
        "description": meaning,
        "inputs": {"type": "object", "properties": inputs, "required": list(required)},
        "outputs": {"type": "object", "properties": outputs, "required": list(outputs)},
    }


def _tenant_sessions() -> Spec:
    outputs = {**texts.OUTPUTS, "defaults": "The settings that were never written."}
    names = ("domain", *SETTINGS, *(f"{name}_minutes" for name in LIFETIMES), "defaults")
    return _function(
        f"Reads every session setting of a live tenant: one login and one read.\n\n{examples_of('getTenantSessions')}",
        properties(texts.POLICY, ("domain", "credentials")),
        properties(outputs, names, defaults=STRINGS),
    )


def _plan_limits() -> Spec:
    outputs = {
        "plan": "The plan.",
        "absolute_minutes": "The cap on absolute lifetimes, in minutes.",
        "idle_minutes": "The cap on inactivity timeouts, in minutes.",
        "source": "Where the figures come from.",
    }
    caps = "; ".join(f"{plan} {row.absolute_minutes} and {row.idle_minutes}" for plan, row in PLAN_LIMITS.items())
    return _function(
        f"Returns a plan's caps on absolute lifetimes and inactivity timeouts, in minutes: {caps}."
        f"\n\n{examples_of('getPlanLimits')}",
        properties({"plan": "The plan to look up."}),
        properties(outputs, plan=STRING, absolute_minutes=INTEGER, idle_minutes=INTEGER),
        "plan",
    )


def examples_of(name: str) -> str:
    """Return a resource's or a function's section of examples, as the Registry reads it."""
    example: str
    (example,) = re.findall(rf"^## {name}\n\n(.*?)(?=\n\n## |\n\Z)", EXAMPLES, re.MULTILINE | re.DOTALL)
    return "{{% examples %}}\n## Example Usage\n{{% example %}}\n" + example + "\n{{% /example %}}\n{{% /examples %}}"


def main() -> None:
    """Print the schema in the format of `provider/schema.json`."""
    print(json.dumps(schema(), indent=2))  # noqa: T201  Printing is its purpose.


if __name__ == "__main__":
    main()
