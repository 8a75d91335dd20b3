"""Write docs/reference and docs/audit.schema.json from the code, so that they say of a name what the code says of it.

`python tools/reference.py` writes the files. With `--check` it writes nothing, names the files that are not up to date,
and exits with 1 if there are any.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic.alias_generators import to_camel
from typer.main import get_command

import auth0_sessions
from auth0_sessions import (
    PLAN_LIMITS,
    PROFILES,
    Auth0SessionsError,
    Lifetime,
    Provider,
    SessionLifetime,
    SessionPolicy,
    TenantFleet,
    TenantSpec,
    cli,
    credentials,
    engine,
    read_tenant_sessions,
)
from auth0_sessions.api.reader import TenantSessions
from auth0_sessions.audit import Audit
from auth0_sessions.dynamic import SessionLifetimeProvider
from auth0_sessions.model.profiles import CONVENIENT_STACKS
from auth0_sessions.model.settings import LIFETIMES, SETTINGS, Limit, text

DOCS = Path(__file__).resolve().parent.parent / "docs"
FOLDER = "reference"
SCHEMA = "audit.schema.json"
SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"
LAYOUT = DOCS.parent / "tests" / "test_layout.py"
BANNER = "<!-- Written by tools/reference.py from the code: change the code and run it again. -->"
SECTIONS = re.compile(r"^(Args|Attributes|Raises):\n((?:[ ]{4}.*\n?|\n)*)", re.MULTILINE)
ENTRY = re.compile(r"^[ ]{4}(\w[\w.]*): (.*(?:\n[ ]{8}.*)*)", re.MULTILINE)
SETTING_IN_NAME = re.compile(rf"({'|'.join(sorted(LIFETIMES, key=len, reverse=True))})(_minutes)?")

OWN_KEYS = {
    "plan": "The plan of a tenant that names none.",
    "profile": "The profile of a policy that names none; without it the stack's name decides.",
    "tenants": "The tenants of `TenantFleet.from_config`: short name to [entry](tenant-fleet.md#tenantspec), or the "
    "name of a YAML or JSON file that has them.",
}
"""The keys that the code asks for in `auth0-sessions:`; a key that is missing here, or too much, stops this tool."""

PARTS = {
    "client_id": "Client id of a machine-to-machine application.",
    "client_secret": "Its secret.",
    "api_token": "A Management API token, instead of the two.",
    "audience": "Audience of the token request; `https://DOMAIN/api/v2/` without it. With a custom domain give the "
    "tenant's canonical one.",
}


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [" | ".join(headings), " | ".join("---" for _ in headings)]
    lines += [" | ".join(_cell(cell) for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def _cell(value: str) -> str:
    return " ".join(value.split()).replace("|", "\\|")


def code(value: object) -> str:
    """Return a value as code."""
    return f"`{value}`"


# What the code says of its classes.


def summary(thing: Any) -> str:
    """Return a docstring without its sections, with its examples as blocks."""
    doc = SECTIONS.sub("", inspect.getdoc(thing) or "").strip()
    parts = re.split(r"((?:^(?:>>>|\.\.\.).*\n?(?:^(?!>>>|\.\.\.)\S.*\n?)*)+)", f"{doc}\n", flags=re.MULTILINE)
    return "\n\n".join(_example(part) if part.startswith(">>>") else part.strip() for part in parts if part.strip())


def _example(part: str) -> str:
    """Return a doctest as a program, or as a dialogue where it shows answers."""
    lines = [re.sub(r"\s*# doctest: \+SKIP$", "", line) for line in part.strip().splitlines()]
    if any(not line.startswith((">>>", "...")) for line in lines):
        return "```pycon\n" + "\n".join(lines) + "\n```"
    return "```python\n" + _formatted("\n".join(line[4:] for line in lines)) + "```"


def _formatted(program: str) -> str:
    """Return a program as the formatter wants it, which looks at the pages' programs too."""
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", "example.py", "-"]
    return subprocess.run(command, input=program, capture_output=True, text=True, check=True).stdout


def entries(thing: Any, section: str) -> dict[str, str]:
    """Return the entries of one section of a docstring: name to text."""
    bodies = [body for name, body in SECTIONS.findall(f"{inspect.getdoc(thing)}\n") if name == section]
    return {name: " ".join(said.split()) for body in bodies for name, said in ENTRY.findall(body)}


def arguments(function: Callable[..., Any]) -> str:
    """Return a function's arguments as a table."""
    said = entries(function, "Args")
    parameters = [one for one in inspect.signature(function).parameters.values() if one.name not in ("self", "cls")]
    rows = (
        (code(one.name), code(_type(str(one.annotation))), _with_default(said[one.name], one)) for one in parameters
    )
    return table(("argument", "type", "meaning"), rows)


def _type(annotation: str) -> str:
    return annotation.replace("pulumi.", "").removesuffix(" | None")


def _with_default(said: str, parameter: inspect.Parameter) -> str:
    if parameter.default is inspect.Parameter.empty:
        return f"{said} Required."
    return said if parameter.default is None else f"{said} Default: {code(repr(parameter.default))}."


def raises(thing: Any) -> str:
    """Return what a function raises, as a list."""
    return "\n".join(f"- {code(name)}: {said}" for name, said in entries(thing, "Raises").items())


def outputs(component: type) -> str:
    """Return the attributes that a class declares, each with the docstring below it."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(component))).body
    rows = list(_attributes(definition.body)) if isinstance(definition, ast.ClassDef) else []
    return table(("output", "type", "meaning"), rows)


def _attributes(body: Sequence[ast.stmt]) -> Iterator[tuple[str, str, str]]:
    for statement, after in zip(body, [*body[1:], ast.Pass()], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            is_told = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            said = str(after.value.value) if is_told else _as_above(name)  # type: ignore[attr-defined]
            yield code(name), code(_type(ast.unparse(statement.annotation))), said


def _as_above(name: str) -> str:
    """Return what to say of one of several lifetimes whose first has the docstring for all."""
    found = SETTING_IN_NAME.fullmatch(name)
    if found is None:
        message = f"the attribute {name} has no docstring"
        raise ValueError(message)
    return f"The same for the {SETTINGS[found[1]].meaning}."


# The pages.


def session_lifetime() -> str:
    """Return the page of the resource."""
    verbs = ("check", "diff", "create", "read", "update", "delete")
    return f"""# SessionLifetime

{summary(SessionLifetime)}

## Inputs

{summary(SessionLifetime.__init__)}

{arguments(SessionLifetime.__init__)}

Raises:

{raises(SessionLifetime.__init__)}

## Outputs

{outputs(SessionLifetime)}

## SessionLifetime.get

{summary(SessionLifetime.get)}

{arguments(SessionLifetime.get)}

## What each verb does

`pulumi` calls these. A token request comes before the first call of a process to a tenant.

{table(("verb", "does"), ((code(verb), summary(getattr(SessionLifetimeProvider, verb))) for verb in verbs))}

The type token in state is `pulumi-python:dynamic/auth0-sessions:SessionLifetime`.
"""


def session_policy() -> str:
    """Return the page of the component for one tenant."""
    return f"""# SessionPolicy

{summary(SessionPolicy)}

## Arguments

{arguments(SessionPolicy.__init__)}

Raises:

{raises(SessionPolicy.__init__)}

## Outputs

{outputs(SessionPolicy)}

The [profiles](profiles.md) and the [plans' caps](plans.md) have pages of their own. The type token in state is
`auth0-sessions:index:SessionPolicy`.
"""


def tenant_fleet() -> str:
    """Return the page of the component for many tenants."""
    said = entries(TenantSpec, "Attributes")
    rows = [
        (code(row.name), code(to_camel(row.name)), code(_type(str(row.type))), said[row.name])
        for row in fields(TenantSpec)
    ]
    return f"""# TenantFleet

{summary(TenantFleet)}

## Arguments

{arguments(TenantFleet.__init__)}

Raises:

{raises(TenantFleet.__init__)}

## TenantFleet.from_config

{summary(TenantFleet.from_config)}

{arguments(TenantFleet.from_config)}

Raises:

{raises(TenantFleet.from_config)}

## Outputs

{outputs(TenantFleet)}

## TenantSpec

{summary(TenantSpec)} In configuration the keys are in camelCase; snake_case is taken too.

{table(("argument", "key in configuration", "type", "meaning"), rows)}

The type token in state is `auth0-sessions:index:TenantFleet`.
"""


def provider() -> str:
    """Return the page of the explicit provider."""
    return f"""# Provider

{summary(Provider)}

## Arguments

{arguments(Provider.__init__)}

`Provider` has one output that programs use: `domain`, as it was given.
"""


def python() -> str:
    """Return the page of what needs no Pulumi."""
    names = textwrap.fill(", ".join(code(name) for name in auth0_sessions.__all__), 120)
    attributes = entries(TenantSessions, "Attributes")
    return f"""# Python, without Pulumi

All public names can be imported from `auth0_sessions`:

{names}.

## Lifetime

{summary(Lifetime)}

{table(("attribute", "meaning"), ((code(name), said) for name, said in entries(Lifetime, "Attributes").items()))}

### Lifetime.parse

{summary(Lifetime.parse)}

{arguments(Lifetime.parse)}

Raises:

{raises(Lifetime.parse)}

## read_tenant_sessions

{summary(read_tenant_sessions)}

{arguments(read_tenant_sessions)}

Raises:

{raises(read_tenant_sessions)}

It returns a `TenantSessions`:

{table(("attribute", "meaning"), ((code(name), said) for name, said in attributes.items()))}

## Plan, PLAN_LIMITS, Profile, PROFILES

`Plan` and `Profile` are string enumerations, `PLAN_LIMITS` and `PROFILES` map them to [caps](plans.md) and
[figures](profiles.md).
"""


def plans() -> str:
    """Return the page of the caps and the defaults."""
    rows = [
        (code(plan), *(_three_units(limits.cap(limit)) for limit in Limit), limits.source)
        for plan, limits in PLAN_LIMITS.items()
    ]
    inferred = ", ".join(code(plan) for plan, limits in PLAN_LIMITS.items() if limits.inferred)
    settings = [
        (
            code(name),
            row.meaning,
            f"{row.limit.value} cap" if row.limit else "no cap",
            _three_units(row.default) if isinstance(row.default, int) else code(row.default),
        )
        for name, row in SETTINGS.items()
    ]
    return f"""# Plan caps and defaults

## Caps

The longest lifetimes that a plan honours. The same figures hold for persistent and for non-persistent sessions.

{table(("plan", "absolute, at most", "idle, at most", "source"), rows)}

That the caps hold for {inferred} is a decision of ours: the source does not name the plan.

Whatever the plan and `over_limit`, no lifetime may be longer than {_three_units(Lifetime.parse("365d").minutes)}. The
Management API was seen to refuse more for `session_lifetime`; for the other lifetimes this is a decision of ours.

## Settings and Auth0's defaults

A tenant on which a setting was never written does what the default says, and its answers do not have the setting. No
way is known to unset a lifetime that was written once.

{table(("setting", "meaning", "held to", "Auth0's default"), settings)}

On the wire a lifetime of whole hours has the setting's own name and is in hours. Any other has the name with
`_in_minutes` and is in minutes. Answers are in hours, with fractions. The cookie mode is `session_cookie.mode`.
"""


def _three_units(minutes: int) -> str:
    days = f"{minutes / 1440:g}"
    return f"{text(minutes)} = {days} day{'' if days == '1' else 's'} = {minutes / 60:,g} hours = {minutes:,} minutes"


def profiles() -> str:
    """Return the page of the profiles."""
    figures = [
        (
            code(profile),
            _or_cap(limits.absolute_minutes),
            _or_cap(limits.idle_minutes),
            _non_persistent(limits),
            "no" if limits.is_ceiling else "yes",
        )
        for profile, limits in PROFILES.items()
    ]
    sources = [(code(profile), row.source, row.date, row.force) for profile, row in PROFILES.items()]
    return f"""# Profiles

A profile is a named set of lifetimes for [SessionPolicy](session-policy.md) and [TenantFleet](tenant-fleet.md). What it
asks for above the plan's cap is lowered to the cap, and an idle timeout above the absolute lifetime to that lifetime.

## Figures

{table(("profile", "absolute", "idle", "non-persistent sessions", "an argument may be longer"), figures)}

## Sources

{table(("profile", "from", "of", "how binding it is"), sources)}

## Without a profile

The configuration `auth0-sessions:profile` decides. Without it the stack's name does:
{", ".join(code(pattern) for pattern in CONVENIENT_STACKS)} get `convenient`, every other stack gets `balanced`.
"""


def _or_cap(minutes: int | None) -> str:
    return "the plan's cap" if minutes is None else text(minutes)


def _non_persistent(limits: Any) -> str:
    own = (limits.ephemeral_absolute_minutes, limits.ephemeral_idle_minutes)
    return "the same" if own == (None, None) else " and ".join(f"{_or_cap(minutes)}" for minutes in own)


def configuration() -> str:
    """Return the page of configuration keys and environment variables."""
    own = [(code(f"auth0-sessions:{key}"), "no", said) for key, said in _own_keys().items()]
    shared = [
        (code(key), "yes" if key in credentials.SECRET_CONFIG_KEYS else "no", PARTS[part])
        for part, key in credentials.CONFIG_KEYS.items()
    ]
    parts = ", ".join(code(to_camel(part)) for part in credentials.CONFIG_KEYS)
    domain = (code(credentials.DOMAIN_CONFIG_KEY), "no", "The tenant of resources that name none.")
    labels = (code(credentials.LABELLED_CONFIG_KEY), "yes", f"Label to one set of credentials: {parts}.")
    variables = [
        (code(plain), code(labelled), PARTS[part])
        for part, plain, labelled in zip(credentials.CONFIG_KEYS, _variables(None), _variables("acme"), strict=True)
    ]
    variables += [
        (code(credentials.DOMAIN_VARIABLE), "", "The tenant of resources that name none."),
        (code(engine.DEBUG_VARIABLE), "", "Anything but nothing: errors come with the Python traceback."),
    ]
    scopes = " and ".join(code(scope) for scope in credentials.SCOPES)
    return f"""# Configuration and environment

## Where credentials are looked for

The first complete set wins, and sets are never mixed. A complete set is a client id with a client secret, or a
Management API token.

1. An explicit [Provider](provider.md); without credentials of its own, the environment of its process.
2. The environment.
3. The stack's configuration. The process of an explicit `Provider` does not see it.

With a label (`credentials="acme"`) only that label's variables and its entry in the configuration are looked at. A
label has small letters, digits and hyphens; in a variable's name a hyphen is an underscore.

The application needs the scopes {scopes} of the Auth0
Management API. Reading needs the first one only. A preview needs no credentials, unless the program uses
`SessionLifetime.get`.

## Environment variables

{table(("variable", "with the label `acme`", "meaning"), variables)}

Proxies and certificates are those of the `requests` library: `HTTPS_PROXY`, `NO_PROXY`, `REQUESTS_CA_BUNDLE`. None of
them matters for a tenant on a loopback address.

## Configuration keys

{table(("key", "has to be secret", "meaning"), [*own, domain, *shared, labels])}

A key that has to be secret stops the program if it is in plain text. `--secret` encrypts it:

```sh
pulumi config set --secret auth0:clientSecret
pulumi config set --secret {credentials.LABELLED_CONFIG_KEY} '{{"acme": {{"clientId": "...", "clientSecret": "..."}}}}'
```

Set `{credentials.LABELLED_CONFIG_KEY}` as one value, as above, and not with `--path`: Pulumi calls an object secret
as soon as one part of it is. [Rotate a secret](../how-to/rotate-a-secret.md) tells when a new value is used.
"""


def _own_keys() -> dict[str, str]:
    """Return the keys of our own namespace; they have to be those that the code asks for."""
    asked: set[str] = set()
    for file in Path(str(auth0_sessions.__file__)).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and _name_of(node.func) in ("configured", "get_object"):
                asked.update(str(one.value) for one in node.args if isinstance(one, ast.Constant))
    if asked != set(OWN_KEYS):
        message = f"the code asks for the configuration keys {sorted(asked)}; this tool knows {sorted(OWN_KEYS)}"
        raise ValueError(message)
    return OWN_KEYS


def _name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _variables(label: str | None) -> list[str]:
    """Return the variables that the search for credentials looks at, by letting it look."""
    looked_at: list[str] = []

    class Environ(Mapping[str, str]):
        def __getitem__(self, name: str) -> str:
            looked_at.append(name)
            raise KeyError(name)

        def __iter__(self) -> Iterator[str]:
            return iter(())

        def __len__(self) -> int:
            return 0

    credentials.EnvironmentSource(Environ(), label).find()
    return looked_at


def errors() -> str:
    """Return the page of the error tree."""
    attributes = [
        (code(f"{kind.__name__}.{name}"), said)
        for kind in _tree(Auth0SessionsError)
        for name, said in entries(kind, "Attributes").items()
    ]
    return f"""# Errors

{chr(10).join(_branches(Auth0SessionsError, 0))}

All of them can be imported from `auth0_sessions`. A message reads: what, where, given, allowed, do this. It never holds
a secret. In `pulumi preview` and `pulumi up` a wrong input is a failed check on its property, and a failed call is an
error of its resource. What only the program can know, as a tenant that is managed twice, is a `pulumi.RunError`.

{table(("attribute", "meaning"), attributes)}

[When something fails](../how-to/when-something-fails.md) says what to check, and the [fault matrix](../fault-matrix.md)
has the messages of failed calls.
"""


def _tree(kind: type[Exception]) -> list[type[Exception]]:
    below = (one for child in kind.__subclasses__() if child.__module__ == kind.__module__ for one in _tree(child))
    return [kind, *below]


def _branches(kind: type[Exception], depth: int) -> list[str]:
    children = [child for child in kind.__subclasses__() if child.__module__ == kind.__module__]
    line = f"{'  ' * depth}- {code(kind.__name__)}: {summary(kind)}"
    return [line, *(row for child in children for row in _branches(child, depth + 1))]


def command_line() -> str:
    """Return the page of the command line: its whole tree, whatever is in it."""
    root: Any = get_command(cli.app)
    commands = "\n".join(_command(name, command) for name, command in sorted(root.commands.items()))
    options = _options(root)
    general = f"\n{options}\n" if options else ""
    return f"""# Command line

{inspect.cleandoc(root.help)}
{general}
`--help` (`-h`) on each command tells what is on this page.

{commands}"""


_UNBROKEN = "\N{NO-BREAK SPACE}"
"""Stands for a blank at which no line is broken, while lines are broken."""


def _command(name: str, command: Any) -> str:
    parts = ["auth0-sessions", name, *(_usage(one) for one in command.params if not one.hidden)]
    words = " ".join(part.replace(" ", _UNBROKEN) for part in parts)
    usage = textwrap.fill(words, 88, subsequent_indent="    ", break_on_hyphens=False)
    options = _options(command)
    return f"""## {name}

```text
{usage.replace(_UNBROKEN, " ")}
```

{inspect.cleandoc(command.help)}
""" + (f"\n{options}\n" if options else "")


def _options(command: Any) -> str:
    rows = [
        (", ".join(code(name) for name in _names(one)), _value(one), _shown_default(one), one.help or "")
        for one in command.params
        if not one.hidden
    ]
    return table(("argument or option", "value", "default", "meaning"), rows) if rows else ""


def _names(option: Any) -> list[str]:
    is_option = option.opts[0].startswith("-")
    return [*option.opts, *option.secondary_opts] if is_option else [option.metavar or option.name.upper()]


def _usage(option: Any) -> str:
    name = "/".join(_names(option))
    value = "" if not option.opts[0].startswith("-") or _is_flag(option) else f" {_value(option).strip('`')}"
    used = f"{name}{value}{' ...' if option.multiple or option.nargs == -1 else ''}"
    return used if option.required else f"[{used}]"


def _value(option: Any) -> str:
    """Return what an option takes: its choices, its own word for it, or the kind of value."""
    choices = _choices(option)
    if _is_flag(option):
        return ""
    if choices:
        return code("|".join(choices))
    return code(option.metavar or ("NUMBER" if isinstance(option.default, int) else option.name.upper()))


def _is_flag(option: Any) -> bool:
    return bool(getattr(option, "is_flag", False))


def _choices(option: Any) -> list[str]:
    kind = getattr(getattr(option, "type_descriptor", None), "annotation", type(option.default))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [str(one.value) for one in kind]
    return list(getattr(getattr(option, "type", None), "choices", ()))


def _shown_default(option: Any) -> str:
    if option.envvar:
        return code(f"${option.envvar}")
    if option.required:
        return "required"
    if isinstance(option.show_default, str):
        return code(option.show_default)
    value = option.default.value if isinstance(option.default, Enum) else option.default
    if option.secondary_opts:
        return code(option.opts[0] if value else option.secondary_opts[0])
    return "" if value is None or callable(value) or value is False else code(value)


def modules() -> str:
    """Return the page of the modules, in the order of imports that a test holds."""
    rows = [(code(name), _first_words(_source_of(name)), ", ".join(map(code, _imports(name)))) for name in _order()]
    return f"""# Modules

In the order in which they may import each other: a module imports earlier ones only. `tests/test_layout.py` holds this
order. [Architecture](../architecture.md) has the picture.

{table(("module", "what it is for", "imports"), rows)}
"""


def _order() -> list[str]:
    """Return the list in the test of the layout."""
    for node in ast.parse(LAYOUT.read_text()).body:
        if isinstance(node, ast.Assign) and _name_of(node.targets[0]) == "ORDER":
            return [str(name) for name in ast.literal_eval(node.value)]
    message = f"there is no ORDER in {LAYOUT}"
    raise LookupError(message)


def _source_of(module: str) -> ast.Module:
    folder = Path(str(auth0_sessions.__file__)).parent
    file = folder / f"{module}.py"
    return ast.parse((file if file.is_file() else folder / module / "__init__.py").read_text())


def _first_words(source: ast.Module) -> str:
    return (ast.get_docstring(source) or "").split("\n\n")[0]


def _imports(module: str) -> list[str]:
    """Return the modules of the package that a module imports; what it imports for its types only counts too."""
    froms = [node for node in ast.walk(_source_of(module)) if isinstance(node, ast.ImportFrom)]
    package = auth0_sessions.__name__
    named = {one.name for node in froms if node.module == package for one in node.names}
    named |= {str(node.module).split(".")[1] for node in froms if str(node.module).startswith(f"{package}.")}
    return [name for name in _order() if name in named - {module}]


PAGES: Mapping[str, Callable[[], str]] = {
    "session-lifetime.md": session_lifetime,
    "session-policy.md": session_policy,
    "tenant-fleet.md": tenant_fleet,
    "provider.md": provider,
    "configuration.md": configuration,
    "plans.md": plans,
    "profiles.md": profiles,
    "errors.md": errors,
    "python.md": python,
    "command-line.md": command_line,
    "modules.md": modules,
}
"""File name to what writes it."""


def schema() -> str:
    """Return the JSON schema of what an audit prints."""
    return json.dumps({"$schema": SCHEMA_DIALECT, **Audit.model_json_schema(mode="serialization")}, indent=2)


def written() -> dict[str, str]:
    """Return every file as it should be, by its place in docs."""
    pages = {f"{FOLDER}/{name}": f"{BANNER}\n\n{page().strip()}\n" for name, page in PAGES.items()}
    return {**pages, SCHEMA: f"{schema()}\n"}


def stale() -> list[str]:
    """Return the files that are not as they should be: changed, missing or left over."""
    wanted = written()
    files = {*DOCS.glob(f"{FOLDER}/*.md"), *(DOCS / name for name in wanted)}
    there = {file.relative_to(DOCS).as_posix(): file.read_text() for file in files if file.is_file()}
    return sorted(name for name in {*there, *wanted} if there.get(name) != wanted.get(name))


def main(words: Sequence[str]) -> int:
    """Write the files, or with `--check` only name the stale ones."""
    if list(words) not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    names = stale()
    if words:
        for name in names:
            print(f"docs/{name} is not up to date; run `python tools/reference.py`.")
        return 1 if names else 0
    (DOCS / FOLDER).mkdir(parents=True, exist_ok=True)
    wanted = written()
    for name in names:
        if name in wanted:
            (DOCS / name).write_text(wanted[name])
        else:
            (DOCS / name).unlink()
        print(f"docs/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
