"""The programs of the documentation run: on the real engine, against the sandbox, or in a pytest of their own."""

from __future__ import annotations

import doctest
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from pulumi import automation
from typer.testing import CliRunner

import auth0_sessions
import benches
import languages
import local_engine
from auth0_sessions import cli
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.profiles import PROFILES
from auth0_sessions.model.settings import LOGIN_LIFETIMES
from auth0_sessions.model.spelling import camel_case
from benches import SET_BY_HAND, four, labeled
from calls import GET, PATCH, TOKEN
from typed import PATH, Terminal

DOCS = local_engine.ROOT / "docs"
README = "../README.md"
IN_ENVIRONMENT = {"AUTH0_CLIENT_ID": "docs-id", "AUTH0_CLIENT_SECRET": "docs-secret"}


EXAMPLES = [
    name for name in auth0_sessions.__all__ if "# doctest: +SKIP" in (getattr(auth0_sessions, name).__doc__ or "")
]
"""The public names whose docstring, and so the reference, has a program."""


def blocks(page: str, language: str) -> list[str]:
    """Return the blocks of one language in a page; a public name stands for its entry in the reference."""
    if page in EXAMPLES:
        examples = doctest.DocTestParser().get_examples(getattr(auth0_sessions, page).__doc__)
        return ["".join(example.source for example in examples)]
    return re.findall(rf"^```{language}\n(.*?)^```$", (DOCS / page).read_text(), re.MULTILINE | re.DOTALL)


def block(page: str, words: str, language: str = "python") -> str:
    """Return the one block of a page that holds these words."""
    (found,) = [text for text in blocks(page, language) if words in text]
    return found


def shown(page: str) -> list[str]:
    """Return the lines of output that a page shows."""
    return [words(line) for text in blocks(page, "console") for line in text.splitlines()]


def words(text: str) -> str:
    """Return a text on one line, however wide its columns were."""
    return " ".join(text.split()).replace(" :", ":")


class Bench(benches.Bench):
    """A sandbox, and one stack that runs the programs of a page on it."""

    def on_sandbox(self, text: str, **options: Any) -> str:
        """Return a text of a page with the sandbox's domains in it, those that a program puts together included."""
        return super().on_sandbox(text, **options).replace("{name}.eu.auth0.com", f"{self.sandbox.url}/{{name}}")

    def open(
        self,
        program: str,
        config: dict[str, Any] | None = None,
        project: str = "sessions",
        stack: str = "prod",
        **environment: str,
    ) -> automation.Stack:
        """Open a stack with a program and its configuration."""
        code = compile(self.on_sandbox(program), "docs", "exec")
        opened = local_engine.open_stack(
            lambda: exec(code, {}),  # noqa: S102  Our own pages.
            self.folder,
            project=project,
            stack=stack,
            environment={**IN_ENVIRONMENT, **environment},
        )
        return self.configured(opened, config or {})

    def open_yaml(self, program: str, config: dict[str, Any] | None = None, **environment: str) -> automation.Stack:
        """Open the stack `prod` with a program in YAML, which uses the native plugin."""
        file = self.folder / "Pulumi.yaml"
        given = {"name": "sessions", "runtime": "yaml", **yaml.safe_load(self.on_sandbox(program))}
        file.write_text(yaml.safe_dump(given))
        everything = {**IN_ENVIRONMENT, "PATH": PATH, **environment}
        stack = local_engine.open_stack(None, self.folder, project_file=file, stack="prod", environment=everything)
        return self.configured(stack, config or {})

    def configured(self, stack: automation.Stack, config: dict[str, Any]) -> automation.Stack:
        """Configure a stack; what has a secret's name is a secret."""
        for key, value in config.items():
            text = value if isinstance(value, str) else json.dumps(value)
            stack.set_config(key, automation.ConfigValue(self.on_sandbox(text), secret="Secret" in key))
        return stack

    def calls(self) -> list[str]:
        """Return the calls since the last time, and forget them."""
        made = [request.call for request in self.sandbox.requests]
        self.sandbox.clear_requests()
        return made


@pytest.fixture
def bench(tmp_path: Path, auth0_sandbox: Any) -> Bench:
    """A sandbox without tenants, and an empty folder for a stack."""
    local_engine.place_plugin(tmp_path)
    return Bench(tmp_path, auth0_sandbox)


def run(stack: automation.Stack, verb: str, **options: Any) -> local_engine.Run:
    """Let the engine do something that has to go well."""
    done = local_engine.run(stack, verb, **options)
    assert done.ok, done.output
    return done


BALANCED = four(10_080, 4_320, 4_320, 1_440)


@dataclass(frozen=True)
class Program:
    """A program of a page that needs nothing but one `up`: in Python, or in YAML for the native plugin.

    Attributes:
        page: The page, or the public name.
        words: What only this program of the page holds.
        settings: Tenant -> what it has after the `up`.
        config: The stack's configuration, beyond what the page itself shows.
        labels: The labels whose credentials are in the environment.
        named: Tenants that the program names by an expression.
        outputs: The stack's outputs, as far as the page speaks of them.

    """

    page: str
    words: str
    settings: dict[str, dict[str, int]] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    outputs: dict[str, Any] = field(default_factory=dict)


PROGRAMS = (
    Program(
        "how-to/many-tenants.md",
        "Provider(",
        {"acme": four(720, 15), "globex": four(720, 15)},
        config={f"sessions:{name}Client{part}": "x" for name in ("acme", "globex") for part in ("Id", "Secret")},
        named=("acme", "globex"),
    ),
    Program("SessionLifetime", "SessionLifetime(", {"acme": {"session_lifetime": 43_200, "idle_session_lifetime": 90}}),
    Program("SessionPolicy", "SessionPolicy(", {"acme": four(1_440, 60)}),
    Program("TenantFleet", "TenantFleet(", {"acme": BALANCED, "globex": BALANCED}, labels=("acme", "globex")),
    Program("Provider", "Provider(", {"acme": {"session_lifetime": 43_200}}, config={"sessions:acmeSecret": "x"}),
)

WITH_MORE = {
    ("how-to/first-tenant.md", 'session_lifetime="30d"'): "test_the_first_tenant_goes_as_described",
    ("how-to/take-over.md", 'session_lifetime="14d"'): "test_looking_and_taking_over",
    ("how-to/many-tenants.md", 'from_config("fleet")'): "test_a_baseline_of_their_own",
    ("how-to/rotate-a-secret.md", "Provider("): "test_the_table_of_rotations",
    ("how-to/move-to-the-native-plugin.md", "auth0_sessions.native"): "test_a_stack_moves_to_the_native_plugin",
    ("how-to/change-tenants.md", "keep_record"): "test_single_resources_move_into_a_fleet",
    ("how-to/many-tenants.md", "REGIONS"): "test_the_list_in_python_runs",
    ("how-to/existing-estates.md", "import csv"): "test_an_existing_estate",
    ("how-to/existing-estates.md", 'from_config("fleet")'): "test_an_existing_estate",
    ("read_tenants_file", "read_tenants_file("): "test_the_fleet_of_a_file_runs",
    ("how-to/take-over.md", "SessionLifetime.get"): "test_looking_and_taking_over",
    ("how-to/from-the-official-provider.md", "pulumi_auth0"): "test_the_program_beside_the_official_provider_runs",
    ("how-to/test-your-stack.md", "auth0_sandbox"): "test_the_tests_of_the_page_pass",
    ("how-to/test-your-stack.md", "set_mocks"): "test_the_tests_of_the_page_pass",
    ("how-to/many-tenants.md", "get_stack()"): "test_a_stack_for_each_tenant",
}
"""The programs that a test of their own runs: page and words -> that test."""

NOT_RUN = {
    ("how-to/test-your-stack.md", "drop-after"): "tests/sandbox has each of its lines",
    ("_index.md", "example_auth0_sessions"): "the generated SDK is compiled by `make languages`; the page runs in YAML",
}
"""The programs that nothing runs: page and words -> the reason."""


@pytest.mark.deep
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: f"{program.page}: {program.words}")
def test_a_program_of_a_page_runs(bench, program):
    """It does what the table says."""
    bench.add_tenants(*program.named)
    run(bench.open(block(program.page, program.words), program.config, **labeled(*program.labels)), "up")
    assert bench.settings == {name: {**SET_BY_HAND, **values} for name, values in program.settings.items()}


def test_the_readme_s_ten_lines(bench):
    """The program that people copy does what it says; the one in YAML declares the same."""
    program = block(README, 'on_delete="restore"')
    assert len([line for line in program.splitlines() if line and not line.startswith("import pulumi")]) == 10
    run(bench.open(program), "up")
    assert bench.settings == {"acme": {**SET_BY_HAND, "session_lifetime": 43_200, "idle_session_lifetime": 90}}
    (acme,) = yaml.safe_load(block(README, "runtime: yaml", "yaml"))["resources"].values()
    assert acme["type"] == "auth0-sessions:SessionLifetime"
    declared = dict(re.findall(r'^    (\w+)="(\S+)",$', program, re.MULTILINE))
    assert acme["properties"] == {camel_case(name): value for name, value in declared.items()}


@pytest.mark.deep
def test_the_readme_s_list_of_tenants_serves_up_and_audit(bench, monkeypatch):
    """The stack's file of the README is applied by the program of the README, and then audited as it stands there."""
    stack_file = block(README, "config:", "yaml")
    config = yaml.safe_load(stack_file)["config"]
    names = tuple(config["auth0-sessions:tenants"])
    stack = bench.open(block(README, "from_config"), config, **labeled(*names))
    run(stack, "up")
    assert local_engine.outputs(stack)["report"].count("\n") == 1 + len(names)

    for key, value in labeled(*names).items():
        monkeypatch.setenv(key, value)
    monkeypatch.chdir(bench.folder)
    Path("Pulumi.prod.yaml").write_text(bench.on_sandbox(stack_file))
    (arguments,) = [words for words in commands(README) if words[0] == "audit"]
    strict = CliRunner().invoke(cli.app, arguments)
    assert (strict.exit_code, "2 have findings" in strict.stderr) == (1, True), strict.output
    assert Path("audit.html").read_text().startswith("<!doctype html>")
    # Without the auditor's own baseline every tenant is as its entry and its profile say.
    own = CliRunner().invoke(cli.app, arguments[:3])
    assert own.exit_code == 0, own.output


def test_every_program_is_run():
    """Each Python block of the pages is in one of the tables, once, and each row of a table is in a page."""
    rows = [(row.page, row.words) for row in PROGRAMS] + [*WITH_MORE, *NOT_RUN]
    held = {}
    for page in [*(str(file.relative_to(DOCS)) for file in sorted(DOCS.rglob("*.md"))), *EXAMPLES]:
        for text in blocks(page, "python"):
            held[page, text] = [words for at, words in rows if at == page and words in text]
    assert [key for key, found in held.items() if len(found) != 1] == []
    assert len(rows) == len(held)
    assert set(WITH_MORE.values()) <= set(globals())


@pytest.mark.deep
def test_the_first_tenant_goes_as_described(bench):
    """The page's refusal, outputs and calls are those of a run, and destroy brings back what was there."""
    page = "how-to/first-tenant.md"
    config, project, _ = [yaml.safe_load(text) for text in blocks(page, "yaml")]
    assert project["runtime"] == {"name": "python", "options": {"toolchain": "pip", "virtualenv": "venv"}}
    program = block(page, 'session_lifetime="30d"')
    bench.add_tenants("acme", settings={})
    too_long = bench.open(program.replace('"90m"', '"120d"'), config["config"], project["name"])
    printed = words(local_engine.run(too_long, "preview").output)
    stack = bench.open(program, config["config"], project["name"])
    assert bench.calls() == []
    up = run(stack, "up")
    assert bench.calls() == [TOKEN, GET, PATCH]
    for line in shown(page):
        assert line in f"{printed} {words(up.output)}"
    run(stack, "destroy")
    assert bench.settings == {"acme": {"session_lifetime": 10_080, "idle_session_lifetime": 4_320}}


def test_what_the_examples_have():
    """These texts of the pages are those of the examples, which the tests of the examples and languages run."""
    for language, file in (("yaml", "yaml/Pulumi.yaml"), ("typescript", "typescript/index.ts"), ("go", "go/main.go")):
        assert (languages.EXAMPLES / file).read_text() in blocks("how-to/first-tenant.md", language)
    page = "how-to/many-tenants.md"
    assert (languages.EXAMPLES / "fleet" / "Pulumi.prod.yaml").read_text() == block(page, "profile: balanced", "yaml")
    providers = yaml.safe_load((languages.EXAMPLES / "providers" / "Pulumi.yaml").read_text())
    default_is_off = yaml.safe_load(block(page, "disable-default", "yaml"))
    assert default_is_off["config"].items() <= providers["config"].items()


FLEET = block("how-to/many-tenants.md", 'from_config("fleet")')


@pytest.mark.deep
def test_a_baseline_of_their_own(bench):
    """Tenants get the team's profile; under `at-most` a stricter one keeps its values, and `exact` overrules that."""
    config = yaml.safe_load(block("how-to/many-tenants.md", "office:", "yaml"))["config"]
    names = tuple(config["auth0-sessions:tenants"])
    bench.add_tenants(*names, settings={**four(60, 1_000)})
    run(bench.open(FLEET, config, **labeled(*names)), "up")
    assert bench.settings == {"acme": four(60, 30), "globex": four(60, 15), "initech": four(480, 30)}


@pytest.mark.deep
def test_a_renamed_tenant_keeps_its_record(bench):
    """With `formerly`, as the page has it, a rename makes no call and keeps `previous`."""
    config = {"auth0-sessions:plan": "enterprise", "auth0-sessions:tenants": {"acme": {"domain": "acme.eu.auth0.com"}}}
    stack = bench.open(FLEET, {**config, "auth0-sessions:profile": "strict"})
    run(stack, "up")
    renamed = yaml.safe_load(block("how-to/change-tenants.md", "formerly:", "yaml"))["config"]
    stack = bench.open(FLEET + 'pulumi.export("tenants", fleet.tenants)', renamed, **labeled("acme"))
    bench.calls()
    assert run(stack, "up").changes.get("delete") is None
    assert bench.calls() == []
    assert local_engine.outputs(stack)["tenants"]["acme-eu"]["previous"] == SET_BY_HAND


@pytest.mark.deep
def test_single_resources_move_into_a_fleet(bench):
    """With the page's transform no resource is deleted, no call is made, and `previous` is kept."""
    config = {
        "auth0-sessions:plan": "enterprise",
        "auth0-sessions:profile": "nist-aal2",
        "auth0-sessions:tenants": {"acme": {"domain": "acme.eu.auth0.com", "onDelete": "restore"}},
    }
    lifetimes = "".join(f'{name}="{"1h" if "idle" in name else "1d"}", ' for name in LOGIN_LIFETIMES)
    single = f'SessionLifetime("acme", domain="acme.eu.auth0.com", {lifetimes}on_delete="restore")'
    run(bench.open(f"from auth0_sessions import SessionLifetime\n{single}", config), "up")
    stack = bench.open(block("how-to/change-tenants.md", "keep_record"), config)
    bench.calls()
    assert run(stack, "up").changes == {"create": 2, "same": 2}
    assert bench.calls() == []
    assert local_engine.outputs(stack)["tenants"]["acme"]["previous"] == SET_BY_HAND
    run(stack, "destroy")
    assert bench.settings == {"acme": SET_BY_HAND}


def test_the_guidance_has_the_figures_of_the_profiles():
    """A row that names a profile has its figures, with a dash where the source has none."""
    page = (DOCS / "guidance.md").read_text()
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \| ([^|]+) \| [^|]+ \| `([\w-]+)` \|$", page, re.MULTILINE)
    figures = {
        name: tuple("-" if minutes is None else str(Lifetime(minutes)) for minutes in (absolute, idle))
        for name, absolute, idle in (
            (profile.name, profile.absolute_minutes, profile.idle_minutes) for profile in PROFILES.values()
        )
    }
    assert {name: (absolute, idle) for absolute, idle, name in rows} == {
        name: figures[name] for name in ("nist-aal1", "nist-aal2", "nist-aal3", "pci-dss", "balanced")
    }


YAML_PROGRAMS = (
    Program(
        "how-to/many-tenants.md",
        "type: auth0-sessions:TenantFleet",
        {"acme": BALANCED},
        config={
            "auth0-sessions:plan": "essential",
            "auth0-sessions:tenants": {"acme": {"domain": "acme.eu.auth0.com"}},
        },
    ),
    Program("how-to/take-over.md", "protect", {"acme": {"session_lifetime": 20_160, "idle_session_lifetime": 2_880}}),
    Program("how-to/change-tenants.md", "deleteBeforeReplace", {"acme": {"session_lifetime": 20_160}}),
    Program(
        "reference/provider.md",
        "pulumi:providers:auth0-sessions",
        {"acme": {"session_lifetime": 480}},
        config={"acmeClientId": "x", "acmeClientSecret": "x"},
    ),
    Program(
        "reference/functions.md",
        "getTenantSessions",
        outputs={"sessionLifetime": "5m", "minutes": 5, "defaults": ["sessionCookieMode", "anonymousSessionLifetime"]},
    ),
    Program("_index.md", "sessionLifetime: 30d", {"acme": {"session_lifetime": 43_200, "idle_session_lifetime": 90}}),
    Program("reference/functions.md", "getPlanLimits", outputs={"absolute": 43_200, "idle": 4_320}),
)

IN_YAML_ELSEWHERE = {
    ("how-to/move-to-the-native-plugin.md", "sessionLifetime: 14d"): "test_a_stack_moves_to_the_native_plugin",
    ("how-to/install.md", "idleSessionLifetime: 90m"): "tests/engine/test_install_page.py",
}
"""The programs in YAML that another test runs: page and words -> that test."""


@pytest.mark.deep
@pytest.mark.usefixtures("yaml_host")
@pytest.mark.parametrize("program", YAML_PROGRAMS, ids=lambda program: f"{program.page}: {program.words}")
def test_a_program_in_yaml_runs(bench, program):
    """It does what the table says."""
    text = block(program.page, program.words, "yaml")
    if "${acmeClientId}" in text:
        text = f"config: {{acmeClientId: {{type: string}}, acmeClientSecret: {{type: string, secret: true}}}}\n{text}"
    stack = bench.open_yaml(text, program.config)
    run(stack, "up")
    if program.settings:
        assert bench.settings == {name: {**SET_BY_HAND, **values} for name, values in program.settings.items()}
    assert program.outputs.items() <= local_engine.outputs(stack).items()


def test_every_program_in_yaml_is_run():
    """Each YAML block with resources or functions is in one of the tables, or is the first tenant's."""
    rows = [(row.page, row.words) for row in YAML_PROGRAMS] + [*IN_YAML_ELSEWHERE]
    found = [
        (str(file.relative_to(DOCS)), text)
        for file in sorted(DOCS.rglob("*.md"))
        for text in blocks(str(file.relative_to(DOCS)), "yaml")
        if {"resources", "variables"} & yaml.safe_load(text).keys() and "first-tenant" not in file.name
    ]
    assert len(found) == len(rows)
    for page, text in found:
        assert len([words for at, words in rows if at == page and words in text]) == 1


@pytest.mark.deep
def test_a_stack_moves_to_the_native_plugin(bench):
    """The page's programs, the dynamic one first: each move is an update without a call, and `previous` is kept."""
    page = "how-to/move-to-the-native-plugin.md"
    in_python, in_yaml = block(page, "auth0_sessions.native"), block(page, "sessionLifetime: 14d", "yaml")
    dynamic = in_python.replace("auth0_sessions.native", "auth0_sessions")
    run(bench.open(dynamic, PATH=PATH), "up")
    assert bench.calls() == [TOKEN, GET, PATCH]
    moved, same = {"update": 1, "same": 1}, {"same": 2}
    for program, changes in ((in_python, moved), (in_yaml, same), (dynamic, moved)):
        stack = bench.open_yaml(program) if program is in_yaml else bench.open(program, PATH=PATH)
        assert run(stack, "up").changes == changes
        assert local_engine.outputs(stack)["previous"] in ({"session_lifetime": 5}, {"sessionLifetime": 5})
    assert bench.calls() == []
    run(stack, "destroy")
    assert bench.settings == {"acme": SET_BY_HAND}


ESTATE = {
    "acme": ("enterprise", {"session_lifetime": 20_160, "idle_session_lifetime": 2_880}),
    "globex": ("essential", {"session_lifetime": 64_800}),
    "initech": ("free", four(720, 15)),
}
"""The tenants of the page on existing estates: their plans, and what was set by hand."""


def commands(page: str) -> list[list[str]]:
    """Return the words of each command of our own in a page's shell blocks."""
    lines = [line for text in blocks(page, "sh") for line in text.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("auth0-sessions ")]


@pytest.mark.deep
def test_an_existing_estate(bench, monkeypatch):
    """From a spreadsheet to a fleet without a write, then to a stricter one that loosens nothing, then to drift."""
    page = "how-to/existing-estates.md"
    for name, (plan, settings) in ESTATE.items():
        bench.add_tenants(name, plan=plan, settings=settings)
    for key, value in labeled(*ESTATE).items():
        monkeypatch.setenv(key, value)
    monkeypatch.chdir(bench.folder)
    listed, stack_file, tight = blocks(page, "yaml")
    workflow = yaml.safe_load(block("how-to/install.md", "name: drift", "yaml"))
    Path("tenants.csv").write_text(bench.on_sandbox(block(page, "name,domain", "text")))
    exec(compile(block(page, "import csv"), "docs", "exec"), {})  # noqa: S102  Our own page.
    *steps, lines = commands(page)
    assert [CliRunner().invoke(cli.app, words).exit_code for words in steps] == [0, 0, 1]
    assert Path("tenants.yaml").read_text() == bench.on_sandbox(listed)
    assert Path("baseline.html").read_text().count("SHOULD") > 0

    config = yaml.safe_load(stack_file)["config"]
    bench.calls()
    stack = bench.open(block(page, 'from_config("fleet")'), config, **labeled(*ESTATE))
    run(stack, "preview")
    assert bench.calls() == []
    run(stack, "up")
    assert sorted(bench.calls()) == sorted([TOKEN, GET] * len(ESTATE))

    Path("tenants.yaml").write_text(bench.on_sandbox(tight))
    run(stack, "up")
    assert bench.settings == {"acme": four(1_440, 60), "globex": four(1_440, 60), "initech": four(720, 15)}
    assert "~ report" not in run(stack, "preview", diff=True).output

    printed = CliRunner().invoke(cli.app, lines).stdout
    assert set(labeled(*ESTATE)) == set(yaml.safe_load(printed))
    assert set(block("how-to/install.md", "vars.AUTH0_ACME", "console").splitlines()) <= set(printed.splitlines())
    refresh, both = [step["run"] for step in workflow["jobs"]["drift"]["steps"] if "name" in step]
    audit = both.splitlines()[1]
    assert refresh == "pulumi refresh --preview-only --expect-no-changes --diff --stack prod"
    options: dict[str, Any] = {"preview_only": True, "expect_no_changes": True, "diff": True}
    words, _, target = audit.partition(" >> ")
    (bench.folder / "Pulumi.prod.yaml").write_text(stack_file)
    audit_words = shlex.split(words)[1:]
    assert target == '"$GITHUB_STEP_SUMMARY"'
    assert local_engine.run(stack, "refresh", **options).ok
    assert CliRunner().invoke(cli.app, audit_words).exit_code == 0
    bench.tenants["globex"].dashboard(session_lifetime=43_200)
    drifted = local_engine.run(stack, "refresh", **options)
    assert not drifted.ok
    assert '"1d" => "30d"' in drifted.output
    audited = CliRunner().invoke(cli.app, audit_words)
    assert (audited.exit_code, "| `globex` |" in audited.stdout) == (1, True)


@pytest.mark.deep
def test_the_fleet_of_a_file_runs(bench, monkeypatch):
    """The tenants of a file are a fleet, with the file's plan and profile."""
    (bench.folder / "tenants.yaml").write_text(
        bench.on_sandbox("plan: enterprise\nprofile: nist-aal2\ntenants: {acme: {domain: acme.eu.auth0.com}}")
    )
    monkeypatch.chdir(bench.folder)
    run(bench.open(block("read_tenants_file", "read_tenants_file(")), "up")
    assert bench.settings == {"acme": {**SET_BY_HAND, **four(1_440, 60)}}


@pytest.mark.deep
def test_the_list_in_python_runs(bench):
    """A dictionary that a program makes is a fleet like any other."""
    bench.add_tenants("eu", "us")
    text = block("how-to/many-tenants.md", "REGIONS").replace(
        "acme-{region}.{region}.auth0.com", f"{bench.sandbox.url}/{{region}}"
    )
    run(bench.open(text, **labeled("eu", "us")), "up")
    assert bench.settings == {"eu": four(480, 60), "us": four(480, 60)}


@pytest.mark.deep
def test_a_stack_for_each_tenant(bench, monkeypatch):
    """The first job of the page's workflow lists the tenants, and each stack manages the tenant of its name only."""
    page = "how-to/many-tenants.md"
    listed, workflow = block(page, "acme: {domain: acme.eu.auth0.com}\n", "yaml"), block(page, "fromJSON", "yaml")
    monkeypatch.chdir(bench.folder)
    Path("tenants.yaml").write_text(bench.on_sandbox(listed))
    jobs = yaml.safe_load(workflow)["jobs"]
    script = "\n".join(step["run"] for step in jobs["list"]["steps"] if "pip" not in step.get("run", "pip"))
    environment = {**os.environ, "PATH": PATH, "GITHUB_OUTPUT": "output"}
    command = ["bash", "-e", "-c", script]
    subprocess.run(command, env=environment, check=True)
    names = json.loads(Path("output").read_text().removeprefix("names="))
    assert names == ["acme", "globex"]
    for name in names:
        bench.calls()
        run(bench.open(block(page, "get_stack()"), stack=name), "up")
        assert {request.tenant for request in bench.sandbox.requests} == {name}
        assert bench.settings[name] == four(1_440, 60)


@pytest.mark.deep
def test_looking_and_taking_over(bench):
    """A look-up writes nothing; matching values are adopted without a write; `previous` survives changes."""
    page = "how-to/take-over.md"
    had = {"session_lifetime": 20_160, "idle_session_lifetime": 2_880}
    bench.on_sandbox("acme.eu.auth0.com", settings=had)
    looked = bench.open(block(page, "SessionLifetime.get"))
    run(looked, "up")
    assert local_engine.outputs(looked) == {
        "session_lifetime": "14d",
        "idle_session_lifetime": "2d",
        "ephemeral_session_lifetime": "3d",
        "idle_ephemeral_session_lifetime": "1d",
        "session_cookie_mode": "persistent",
    }
    adopting = block(page, 'session_lifetime="14d"')
    stack = bench.open(adopting)
    bench.calls()
    up = run(stack, "up")
    assert bench.calls() == [TOKEN, GET]
    for line in shown(page):
        assert line in words(up.output)
    stack = bench.open(adopting.replace('"14d"', '"8h"'))
    run(stack, "up")
    run(stack, "destroy")
    assert bench.settings == {"acme": had}


SECRET = {"configuration": "auth0:clientSecret", "provider": "sessions:acmeClientSecret"}
UNLABELED = 'from auth0_sessions import SessionLifetime\nSessionLifetime("acme", session_lifetime="8h")\n'


@pytest.mark.deep
@pytest.mark.parametrize("place", ["environment", *SECRET])
def test_the_table_of_rotations(bench, place):
    """Each command uses the secret that the page's table names."""
    program = block("how-to/rotate-a-secret.md", "Provider(") if place == "provider" else UNLABELED
    ids = {"auth0:clientId": "id", "sessions:acmeClientId": "id", "auth0:domain": "acme.eu.auth0.com"}
    none = {"AUTH0_CLIENT_ID": "", "AUTH0_CLIENT_SECRET": ""}
    stack = bench.open(program, {**ids, "auth0-sessions:plan": "enterprise"}, **none)

    def rotate(secret: str) -> None:
        # The tenant's application gets a new secret, and so does the place that the stack takes it from.
        bench.tenants["acme"].add_client("id", secret)
        if place == "environment":
            stack.workspace.env_vars |= {"AUTH0_CLIENT_ID": "id", "AUTH0_CLIENT_SECRET": secret}
        else:
            stack.set_config(SECRET[place], automation.ConfigValue(secret, secret=True))

    def works(verb: str, **options: Any) -> bool:
        return local_engine.run(stack, verb, **options).ok

    rotate("one")
    assert works("up")
    rotate("two")
    if place == "environment":
        assert works("up", refresh=True)
        return
    assert not works("refresh")
    assert not works("up", refresh=True)
    assert works("refresh", run_program=True)
    bench.calls()
    assert works("up")
    assert bench.calls() == []
    assert works("refresh")
    rotate("three")
    assert works("up", refresh=True, run_program=True)


@pytest.mark.deep
def test_the_program_beside_the_official_provider_runs(bench, official):
    """Our resource writes the session keys, and the official resource declares none of them."""
    page = "how-to/from-the-official-provider.md"
    run(bench.open(block(page, "pulumi_auth0"), {"auth0:domain": "acme.eu.auth0.com"}), "up")
    assert bench.settings == {
        "acme": {
            **SET_BY_HAND,
            "session_lifetime": 720,
            "idle_session_lifetime": 90,
            "session_cookie_mode": "non-persistent",
        }
    }
    assert official["declared"] == {"friendly_name"}


QUICK = """\
from pulumi import automation

automation.Stack.outputs = lambda _: {}
automation.Stack.info = lambda *_: ""
"""
"""Leaves out the calls of the CLI that only gather what these tests do not look at."""


@pytest.mark.deep
def test_the_tests_of_the_page_pass(tmp_path):
    """Each pytest example of the page passes as a file of its own; the mocked one in the plugin's spelling too."""
    on_engine, mocked = (block("how-to/test-your-stack.md", words) for words in ("auth0_sandbox", "set_mocks"))
    native = mocked.replace("from auth0_sessions", "from auth0_sessions.native")
    native = re.sub(r'declared\["(\w+)"]', lambda found: f'declared["{camel_case(found[1])}"]', native)
    files = {"conftest": QUICK, "test_on_engine": on_engine, "test_mocked": mocked, "test_native": native}
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    environment = Terminal(tmp_path).environment
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
    assert f"{sum(text.count('def test_') for text in files.values())} passed" in ran.stdout


def curls() -> Iterator[tuple[str, str, Any]]:
    """Yield method, path and body of the requests that the page makes with curl."""
    (text,) = [text for text in blocks("how-to/test-your-stack.md", "sh") if "curl" in text]
    for line in text.splitlines():
        method, path, body = re.fullmatch(r"curl -X (\w+) http://127\.0\.0\.1:8400(\S+)(?: -d '(.*)')?", line).groups()
        yield method, path, json.loads(body) if body else None


@pytest.mark.parametrize(("method", "path", "body"), list(curls()))
@pytest.mark.every_case
def test_the_control_door_is_as_described(auth0_sandbox, method, path, body):
    """Every request of the page to the sandbox's control door is taken."""
    auth0_sandbox.add_tenant("acme")
    answer = requests.request(method, f"{auth0_sandbox.url}{path}", json=body, timeout=10)
    assert answer.ok, answer.text
    assert auth0_sandbox.requests == []
