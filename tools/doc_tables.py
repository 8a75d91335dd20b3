"""Writes what pages say of the code into them: tables, the command line, and the docstrings of public names.

A page marks each place with `<!-- from the code: NAME -->` and `<!-- end -->`; `make schema` fills it.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from typer.cli import get_docs_for_click
from typer.main import get_command

import auth0_sessions
from auth0_sessions.api.reader import TenantSessions
from auth0_sessions.cli import app
from auth0_sessions.fleet.file import TenantsFile
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.plans import PLAN_LIMITS, PlanLimits
from auth0_sessions.model.profiles import CONVENIENT_STACKS, PROFILES, ProfileLimits
from auth0_sessions.model.settings import SETTINGS
from auth0_sessions.model.spelling import snake_case
from auth0_sessions.native.schema import schema
from auth0_sessions.native.texts import RANGE
from auth0_sessions.sandbox.faults import Fault
from fault_matrix import ATTEMPTS, CALLS, error, final_at

DOCS = Path(__file__).resolve().parent.parent / "docs"
PLACE = re.compile(r"(<!-- from the code: (\S+) -->\n).*?<!-- end -->", re.DOTALL)


def main() -> None:
    """Fill every page."""
    for page in DOCS.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        if (made := filled(text)) != text:
            page.write_text(made, encoding="utf-8")
            print(f"Filled {page.relative_to(DOCS.parent)}.")


def filled(text: str) -> str:
    """Return a page with what the code has now."""
    return PLACE.sub(lambda found: f"{found[1]}\n{TABLES[found[2]]}\n\n<!-- end -->", text)


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
    kinds = [str(one.get("type", "object")) for one in spec.get("oneOf", [spec])]
    return " or ".join({"string": "text", "boolean": "true or false"}.get(kind, kind) for kind in kinds)


def of_resource(name: str) -> dict[str, str]:
    """Return the tables of a resource's inputs, and of the outputs that are not inputs."""
    found = schema()["resources"][f"auth0-sessions:index:{name}"]
    inputs = found["inputProperties"]
    outputs = {key: spec for key, spec in found["properties"].items() if key not in inputs}
    page = snake_case(name).removeprefix("_")
    return {f"{page}_inputs": properties(inputs), f"{page}_outputs": properties(outputs)}


def command_line() -> str:
    """Return the help of every command."""
    command = get_command(app)
    text = get_docs_for_click(obj=command, ctx=typer.Context(command), name="auth0-sessions")
    text = re.sub(r"\*\*Commands\*\*:\n\n(\* .*\n)+\n?|^\* `--help`.*\n", "", text, flags=re.MULTILINE)
    _, _, sections = re.sub(r"\*\*Options\*\*:\n+(?=#|\Z)", "", text).partition("\n")
    return re.sub(r"\n{3,}", "\n\n", sections).strip()


def of_public(public: Callable[..., Any], methods: Iterable[str]) -> str:
    """Return a public name's docstring as Markdown, with those of some methods."""
    title = public.__name__
    parts = [f"### {title}", *_described(title, public)]
    for name in methods:
        parts += _described(f"{title}.{name}", getattr(public, name))
    return "\n\n".join(parts)


def _described(title: str, public: Callable[..., Any]) -> Iterator[str]:
    """Yield the parts of a docstring as Markdown, after the signature of a function or method."""
    if inspect.isroutine(public):
        signature = re.sub(r"'([\w.\[\], |]+)'(?=[,)\s]|$)", r"\1", str(inspect.signature(public)))
        yield f"```text\n{title}{signature}\n```"
    yield from _paragraphs(inspect.getdoc(public) or "")


def _paragraphs(docstring: str) -> Iterator[str]:
    """Yield a docstring's paragraphs: examples as code, and its sections as lists."""
    for text in docstring.split("\n\n"):
        named = re.fullmatch(r"(Args|Attributes|Raises|Returns):\n(.*)", text, re.DOTALL)
        if text.startswith(">>>"):
            yield f"```pycon\n{re.sub(r' *# doctest: .SKIP', '', text)}\n```"
        elif named is None:
            yield text
        elif named[1] == "Returns":
            yield f"Returns: {' '.join(named[2].split())}"
        else:
            items = re.sub(r"^    ([\w.]+): ", r"- `\1`: ", named[2], flags=re.MULTILINE)
            yield f"{named[1]}:\n\n" + re.sub(r"\n +", " ", items)


def faults(operation: str) -> str:
    """Return the outcome of each fault at an operation."""
    start = f"could not {ATTEMPTS[operation].doing}"
    rows = (
        (
            code(fault),
            "fails" if fault in final_at(operation) else "survives",
            error(operation, fault).removeprefix("TENANT: ").removeprefix(start).lstrip(": "),
        )
        for fault in Fault
    )
    return table(("fault", "comes once", "stays: the error ends with"), rows)


PUBLIC: dict[Callable[..., Any], tuple[str, ...]] = {
    auth0_sessions.SessionLifetime: ("get",),
    auth0_sessions.SessionPolicy: (),
    auth0_sessions.TenantFleet: ("from_config",),
    auth0_sessions.read_tenants_file: (),
    TenantsFile: (),
    auth0_sessions.Provider: (),
    Lifetime: ("parse",),
    auth0_sessions.read_tenant_sessions: (),
    TenantSessions: (),
    PlanLimits: (),
    ProfileLimits: (),
}
"""What the reference describes from its docstring -> its methods there."""


def errors() -> str:
    """Return every exception, with its base and its meaning."""
    rows = []
    for name in (name for name in auth0_sessions.__all__ if name.endswith("Error")):
        error = getattr(auth0_sessions, name)
        meaning, *_ = _paragraphs(inspect.getdoc(error) or "")
        rows.append((code(name), code(error.__bases__[0].__name__), meaning.replace("\n", " ")))
    return table(("exception", "is a", "meaning"), rows)


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
    "convenient_stacks": table(
        ("stack's name", "profile"),
        ((", ".join(map(code, CONVENIENT_STACKS)), "`convenient`"), ("any other", "`balanced`")),
    ),
    "calls": table(
        ("verb", "calls"),
        ((verb, ", ".join(code(name) for name in ATTEMPTS if name in made) or "none") for verb, made in CALLS.items()),
    ),
    "faults_at_login": faults("token"),
    "faults_at_call": faults("get"),
    "command_line": command_line(),
    "errors": errors(),
    **{public.__name__: of_public(public, methods) for public, methods in PUBLIC.items()},
}
"""Name in a page -> Markdown."""

if __name__ == "__main__":
    main()
