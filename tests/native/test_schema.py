"""The schema is built from the tables, checked in, complete, and accepted by Pulumi's schema reader."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from auth0_sessions.fleet.entries import TenantSpec
from auth0_sessions.lifecycle.record import OUTPUTS
from auth0_sessions.model.choices import Enforce, OnDelete, OverLimit
from auth0_sessions.model.inputs import INPUTS
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import LIFETIMES, SETTINGS, CookieMode, text
from auth0_sessions.model.spelling import camel_case
from auth0_sessions.native.codec import TO_CAMEL
from auth0_sessions.native.config import SECRET_KEYS
from auth0_sessions.native.schema import schema

ROOT = Path(__file__).parent.parent.parent
RESOURCE = schema()["resources"]["auth0-sessions:index:SessionLifetime"]
TENANT = schema()["types"]["auth0-sessions:index:TenantSpec"]
ENUMS = {"Plan": Plan, "OverLimit": OverLimit, "OnDelete": OnDelete, "Enforce": Enforce, "CookieMode": CookieMode}
HOMES = {
    "resources": ("inputProperties", "properties"),
    "types": ("properties",),
    "functions": ("inputs", "outputs"),
}


def properties() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every property in the schema with the place where it is."""
    made = schema()
    parts = {"config": made["config"]["variables"], "provider": made["provider"]["inputProperties"]}
    for home, sides in HOMES.items():
        for token, spec in made[home].items():
            parts |= {f"{token}.{side}": spec.get(side, {}).get("properties", spec.get(side, {})) for side in sides}
    for place, found in parts.items():
        for name, spec in found.items():
            yield f"{place}.{name}", spec


PROPERTIES = dict(properties())


def test_the_checked_in_schema_is_the_codes():
    """`provider/schema.json` matches the code; update it with `python -m auth0_sessions.native.schema`."""
    stored = (ROOT / "provider" / "schema.json").read_text()
    assert stored == f"{json.dumps(schema(), indent=2)}\n"
    printed = subprocess.run(
        [sys.executable, "-m", "auth0_sessions.native.schema"], capture_output=True, text=True, check=True
    )
    assert printed.stdout == stored


def test_the_resource_is_that_of_the_tables():
    """A new row is in the schema; state of the dynamic resource is taken over; the page says how to import."""
    assert set(RESOURCE["inputProperties"]) == {TO_CAMEL[name] for name in INPUTS}
    assert set(RESOURCE["properties"]) == {TO_CAMEL[name] for name in (*INPUTS, *OUTPUTS)}
    assert "requiredInputs" not in RESOURCE
    assert RESOURCE["aliases"] == [{"type": "pulumi-python:dynamic/auth0-sessions:SessionLifetime"}]
    assert "pulumi import auth0-sessions:index:SessionLifetime acme acme.eu.auth0.com" in RESOURCE["description"]
    for name in LIFETIMES:
        given = RESOURCE["inputProperties"][TO_CAMEL[name]]
        minutes = RESOURCE["properties"][TO_CAMEL[f"{name}_minutes"]]
        assert (given["type"], minutes["type"]) == ("string", "integer")
        assert '"1m"` to `"365d"`' in given["description"]
        assert given["description"].endswith(f"Auth0's default: `{text(SETTINGS[name].default)}`.")


@pytest.mark.parametrize("name", ENUMS)
def test_closed_sets_are_enums(name):
    """Each has exactly its values, with names that are identifiers in every language, and its inputs refer to it."""
    rows = schema()["types"][f"auth0-sessions:index:{name}"]["enum"]
    assert [row["value"] for row in rows] == [choice.value for choice in ENUMS[name]]
    for row in rows:
        assert re.fullmatch(r"([A-Z][a-z]+)+", row["name"])
        assert row["name"].lower() == row["value"].replace("-", "")
        assert row["description"].endswith(".")
    type_ = f"#/types/auth0-sessions:index:{name}"
    referring = {place.rpartition(".")[2] for place, found in PROPERTIES.items() if found.get("$ref") == type_}
    assert referring == {"sessionCookieMode" if name == "CookieMode" else f"{name[0].lower()}{name[1:]}"}


def test_secrets_are_marked():
    """The credentials of the provider's configuration are secret, also inside a set; no property of a resource is."""
    marked = {place for place, spec in PROPERTIES.items() if spec.get("secret")}
    inside = [f"auth0-sessions:index:CredentialSet.properties.{key}" for key in SECRET_KEYS if key != "credentials"]
    assert marked == {*inside, *(f"{part}.{key}" for part in ("config", "provider") for key in SECRET_KEYS)}


DESCRIBED = {token: spec for home in ("resources", "functions") for token, spec in schema()[home].items()}


@pytest.mark.parametrize("token", DESCRIBED)
def test_everything_has_an_example_in_each_language(token):
    """The page of a resource, a component or a function has one; that of YAML gives nothing that does not exist.

    `make languages` compiles those in TypeScript and Go, and runs those in Python.
    """
    blocks = dict(re.findall(r"^```(\w+)\n(.*?)^```$", DESCRIBED[token]["description"], re.MULTILINE | re.DOTALL))
    assert {"yaml", "typescript", "python", "go", "csharp", "java"} <= set(blocks)
    program = yaml.safe_load(blocks["yaml"])
    inputs = DESCRIBED[token].get("inputProperties") or DESCRIBED[token]["inputs"]["properties"]
    for made in program.get("resources", {}).values():
        assert made["type"] == token.replace(":index", "")
        assert set(made["properties"]) <= set(inputs)
    for variable in program.get("variables", {}).values():
        assert variable["fn::invoke"]["function"] == token.replace(":index", "")
        assert set(variable["fn::invoke"]["arguments"]) <= set(inputs)
    titled = {name[0].upper() + name[1:] for name in {*inputs, *TENANT["properties"]}}
    assert set(re.findall(r"^\s+(\w+) = (?!$)", blocks["csharp"], re.MULTILINE)) <= titled
    setters = set(re.findall(r"\.(\w+)\(\"", blocks["java"])) - {"of", "export"}
    assert setters <= {*inputs, *TENANT["properties"]}


@pytest.mark.parametrize("token", schema()["resources"])
def test_no_member_has_the_name_of_its_class(token):
    """C# refuses a property that is spelled as its class is."""
    for name, spec in schema()["resources"][token]["properties"].items():
        member = spec.get("language", {}).get("csharp", {}).get("name", name[0].upper() + name[1:])
        assert member != token.rpartition(":")[2]


GIVEN = ("inputProperties", "inputs", "TenantSpec", "Profile", "Ceiling", "CredentialSet", "config", "provider")
"""The places of properties that users give."""


def test_descriptions_are_written_for_their_place():
    """What is given may have a default, unless it is required; only what replaces a resource says that it does.

    A default from the environment would put the value of a variable into state, so none has one.
    """
    for place, spec in PROPERTIES.items():
        assert re.fullmatch(r"`?[A-Za-z].*\.", spec["description"], re.DOTALL), place
        assert "defaultInfo" not in spec, place
        is_required = place.endswith(("getPlanLimits.inputs.plan", "TenantSpec.properties.domain"))
        if is_required or not {*re.split(r"[.:]", place)} & {*GIVEN}:
            assert "efault: " not in spec["description"], place
        assert ("replaces" in spec["description"]) == spec.get("willReplaceOnChanges", False), place


def test_defaults_are_stated():
    """What falls back to nothing configured has its default in the schema, and in words where it falls back."""
    inputs = RESOURCE["inputProperties"]
    defaults = {name: spec["default"] for name, spec in inputs.items() if "default" in spec}
    assert defaults == {"overLimit": "error", "onDelete": "retain"}
    unstated = {name for name, spec in inputs.items() if "efault: " not in spec["description"]}
    assert unstated == {"sessionCookieMode"}


def test_components_take_what_the_python_classes_take():
    """A policy has an input for each field of an entry; what decides about a program is plain, and nothing required."""
    policy, fleet = (schema()["resources"][f"auth0-sessions:index:{name}"] for name in ("SessionPolicy", "TenantFleet"))
    fields = {camel_case(name) for name in TenantSpec.__dataclass_fields__}
    assert (set(policy["inputProperties"]), set(TENANT["properties"])) == (fields - {"formerly"} | {"ceiling"}, fields)
    plain = {name for name, spec in policy["inputProperties"].items() if spec.get("plain")}
    assert plain == {"plan", "profile", "enforce", "ceiling"}
    assert all(spec["plain"] for spec in fleet["inputProperties"].values())
    assert set(fleet["inputProperties"]) == {*plain, "profiles", "tenants"}
    assert [("requiredInputs" in spec, spec["isComponent"]) for spec in (policy, fleet)] == [(False, True)] * 2
