"""The schema is built from the tables, checked in, complete, and accepted by Pulumi's schema reader."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auth0_sessions.fleet.entries import TenantSpec
from auth0_sessions.lifecycle.inputs import INPUTS
from auth0_sessions.lifecycle.record import OUTPUTS
from auth0_sessions.model.choices import OnDelete, OverLimit
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import LIFETIMES, SETTINGS, CookieMode, text
from auth0_sessions.model.spelling import camel_case
from auth0_sessions.native.config import SECRET_KEYS
from auth0_sessions.native.names import TO_CAMEL
from auth0_sessions.native.schema import schema

ROOT = Path(__file__).parent.parent.parent
RESOURCE, POLICY, FLEET = (
    f"auth0-sessions:index:{name}" for name in ("SessionLifetime", "SessionPolicy", "TenantFleet")
)
ENUMS = {"Plan": Plan, "OverLimit": OverLimit, "OnDelete": OnDelete, "CookieMode": CookieMode}
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


@pytest.mark.parametrize("place", PROPERTIES)
def test_every_property_is_described(place):
    """Every property says what it is in a sentence."""
    description = PROPERTIES[place]["description"]
    assert description.lstrip("`")[0].isalpha()
    assert description.endswith(".")


def test_the_properties_are_those_of_the_tables():
    """Inputs and outputs come from the tables: a new row is in the schema."""
    resource = schema()["resources"][RESOURCE]
    assert set(resource["inputProperties"]) == {TO_CAMEL[name] for name in INPUTS}
    assert set(resource["properties"]) == {TO_CAMEL[name] for name in (*INPUTS, *OUTPUTS)}
    assert resource["required"] == ["domain"]
    assert "requiredInputs" not in resource


@pytest.mark.parametrize("setting", LIFETIMES)
def test_lifetimes_state_unit_range_and_default(setting):
    """A lifetime is text; its description says the unit, the range and Auth0's default, its minutes the unit."""
    resource = schema()["resources"][RESOURCE]
    given = resource["inputProperties"][camel_case(setting)]
    assert given["type"] == "string"
    for part in ('`"1m"` to `"365d"`', "unit", f"`{text(SETTINGS[setting].default)}`"):
        assert part in given["description"]
    minutes = resource["properties"][f"{camel_case(setting)}Minutes"]
    assert minutes["type"] == "integer"
    assert "minutes" in minutes["description"]


@pytest.mark.parametrize("name", ENUMS)
def test_closed_sets_are_enums(name):
    """Each closed set is an enum with exactly its values, and its inputs refer to it."""
    spec = schema()["types"][f"auth0-sessions:index:{name}"]
    assert [row["value"] for row in spec["enum"]] == [choice.value for choice in ENUMS[name]]
    referring = {
        place.rpartition(".")[2]
        for place, found in PROPERTIES.items()
        if found.get("$ref") == f"#/types/auth0-sessions:index:{name}"
    }
    assert referring == {"sessionCookieMode" if name == "CookieMode" else f"{name[0].lower()}{name[1:]}"}


def test_secrets_are_marked():
    """The credentials of the provider's configuration are secret; no property of a resource is."""
    marked = {place for place, spec in PROPERTIES.items() if spec.get("secret")}
    assert marked == {f"{part}.{key}" for part in ("config", "provider") for key in SECRET_KEYS}


def test_no_value_comes_from_the_environment_by_itself():
    """A default from the environment would put the value of a variable into state."""
    assert not [place for place, spec in PROPERTIES.items() if "defaultInfo" in spec]


def test_the_dynamic_resource_is_an_alias():
    """State of the dynamic resource is taken over by every language."""
    assert schema()["resources"][RESOURCE]["aliases"] == [
        {"type": "pulumi-python:dynamic/auth0-sessions:SessionLifetime"}
    ]


def test_the_resource_says_how_to_import_and_has_examples():
    """The page of the resource has an import section, and an example in each language."""
    description = schema()["resources"][RESOURCE]["description"]
    assert "## Import" in description
    assert "pulumi import auth0-sessions:index:SessionLifetime acme acme.eu.auth0.com" in description
    for language in ("yaml", "typescript", "go", "python"):
        assert f"```{language}\n" in description


def test_components_take_what_the_python_classes_take():
    """The policy has an input for each field of an entry, and what may be configured is not required."""
    policy, fleet = schema()["resources"][POLICY], schema()["resources"][FLEET]
    fields = {camel_case(name) for name in TenantSpec.__dataclass_fields__}
    assert set(policy["inputProperties"]) == fields - {"formerly"}
    assert set(schema()["types"]["auth0-sessions:index:TenantSpec"]["properties"]) == fields
    assert {"tenants", "plan", "profile"} <= set(fleet["inputProperties"])
    assert [spec.get("requiredInputs", []) for spec in (policy, fleet)] == [[], []]
    assert policy["isComponent"]
    assert fleet["isComponent"]
