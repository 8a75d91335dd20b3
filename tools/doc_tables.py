"""Generates the documentation's tables from the code; Sphinx inserts them where a page names them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.plans import PLAN_LIMITS
from auth0_sessions.model.profiles import CONVENIENT_STACKS, PROFILES, ProfileLimits
from auth0_sessions.model.settings import SETTINGS
from auth0_sessions.model.spelling import snake_case
from auth0_sessions.native.schema import schema
from auth0_sessions.native.texts import RANGE
from fault_matrix import AT_CALL, AT_LOGIN, ATTEMPTS, CALLS, FINAL_AT_CALL, FINAL_AT_LOGIN


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def code(value: object) -> str:
    """Return a value as code."""
    return f"`{value}`"


def length(minutes: int) -> str:
    """Return a length in the units of this package, the Management API and the Dashboard."""
    return f"{code(Lifetime(minutes))} = {minutes / 60:,g} hours = {minutes:,} minutes"


def asked(minutes: int | None) -> str:
    """Return a profile's figure."""
    return "the plan's cap" if minutes is None else code(Lifetime(minutes))


def non_persistent(row: ProfileLimits) -> str:
    """Return a profile's figures for non-persistent sessions."""
    own = (row.ephemeral_absolute_minutes, row.ephemeral_idle_minutes)
    return "the same" if own == (None, None) else " and ".join(map(asked, own))


def properties(specs: Mapping[str, Any]) -> str:
    """Return properties of the schema in both spellings, with what each may be and what it means."""
    rows = (
        (code(snake_case(name)), code(name), value_of(spec), spec["description"].replace(f" {RANGE}", ""))
        for name, spec in specs.items()
    )
    return table(("Python", "other languages", "value", "meaning"), rows)


def value_of(spec: Mapping[str, Any]) -> str:
    """Return what a property may be."""
    named = schema()["types"].get(spec.get("$ref", "").removeprefix("#/types/"), {})
    if "enum" in named:
        return ", ".join(code(choice["value"]) for choice in named["enum"])
    if RANGE in spec["description"]:
        return "[lifetime](../concepts.md#units)"
    kind = str(spec.get("type", "resource"))
    return {"string": "text", "boolean": "true or false"}.get(kind, kind)


def of_resource(name: str) -> dict[str, str]:
    """Return the tables of a resource's inputs, and of the outputs that are not inputs."""
    found = schema()["resources"][f"auth0-sessions:index:{name}"]
    inputs = found["inputProperties"]
    outputs = {key: spec for key, spec in found["properties"].items() if key not in inputs}
    page = snake_case(name).removeprefix("_")
    return {f"{page}_inputs": properties(inputs), f"{page}_outputs": properties(outputs)}


UNUSABLE = "the tenant reports SETTING as VALUE, which is not a lifetime"


def faults(endings: Mapping[str, str], final: Collection[str]) -> str:
    """Return the outcome of each fault."""
    rows = (
        (
            code(fault),
            "fails" if fault in final else "survives",
            message.format(tenant="TENANT", source="SOURCE", scope="SCOPE", unusable=UNUSABLE).lstrip(": "),
        )
        for fault, message in endings.items()
    )
    return table(("fault", "comes once", "stays: the error ends with"), rows)


TABLES = {
    "plans": table(
        ("plan", "absolute, at most", "idle, at most", "source"),
        (
            (code(plan), length(limits.absolute_minutes), length(limits.idle_minutes), limits.source)
            for plan, limits in PLAN_LIMITS.items()
        ),
    ),
    "settings": table(
        ("setting", "meaning", "Auth0's default"),
        (
            (code(name), row.meaning, length(row.default) if isinstance(row.default, int) else code(row.default))
            for name, row in SETTINGS.items()
        ),
    ),
    "profiles": table(
        ("profile", "absolute", "idle", "non-persistent sessions", "ceiling", "source", "how binding it is"),
        (
            (
                code(profile),
                asked(row.absolute_minutes),
                asked(row.idle_minutes),
                non_persistent(row),
                "yes" if row.is_ceiling else "no",
                f"{row.source}, {row.date}",
                row.force,
            )
            for profile, row in PROFILES.items()
        ),
    ),
    **of_resource("SessionLifetime"),
    **of_resource("SessionPolicy"),
    **of_resource("TenantFleet"),
    "tenant_spec": properties(schema()["types"]["auth0-sessions:index:TenantSpec"]["properties"]),
    "provider_inputs": properties(schema()["provider"]["inputProperties"]),
    "convenient_stacks": ", ".join(map(code, CONVENIENT_STACKS)),
    "calls": table(
        ("verb", "calls"),
        ((verb, ", ".join(code(name) for name in ATTEMPTS if name in made) or "none") for verb, made in CALLS.items()),
    ),
    "faults_at_login": faults(AT_LOGIN, FINAL_AT_LOGIN),
    "faults_at_call": faults(AT_CALL, FINAL_AT_CALL),
}
"""Name in a page -> Markdown."""
