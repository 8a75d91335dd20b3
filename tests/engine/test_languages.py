"""The native plugin in every language: one tenant's whole life on the real engine, with every call counted.

Each program is the one of `examples/`, as it stands. YAML runs as typed; TypeScript, Go and Python run through the
Automation API of their own language, which needs no language host.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest

import languages
import local_engine
import pulumi_cli
from calls import GET, PATCH, TOKEN
from typed import Terminal

CREDENTIALS = {"AUTH0_CLIENT_ID": "languages", "AUTH0_CLIENT_SECRET": "languages-canary-secret"}
PROJECT, STACK = "acme-sessions", "dev"
TYPE = "auth0-sessions:index:SessionLifetime"
IN_YAML = f"name: {PROJECT}\nruntime: yaml\n"
BY_HAND = {"session_lifetime": 10_000, "idle_session_lifetime": 2_880}
AS_PROGRAMMED = {"session_lifetime": 43_200, "idle_session_lifetime": 90}


class Home(Terminal):
    """The folders of one stack, and a Pulumi home in which the plugin is installed."""

    def __init__(self, folder: Path, domain: str) -> None:
        super().__init__(folder, **CREDENTIALS)
        self.domain = domain
        local_engine.place_plugin(folder)

    def copy_project(self, example: str) -> Path:
        """Copy an example's project, its stack's file with the tenant's domain; return the project file."""
        for path in (languages.EXAMPLES / example).glob("Pulumi*.yaml"):
            text = path.read_text().replace("acme.eu.auth0.com", self.domain)
            (self.work / path.name).write_text(text)
        return self.work / "Pulumi.yaml"

    def import_tenant(self) -> str:
        """Run `pulumi import` for the tenant on this stack; return the code that it writes.

        The command needs the language host of its project, and YAML's is the one that can be had everywhere, so it runs
        in a project of the same name in YAML. State has no language.
        """
        folder = self.folder / "import"
        folder.mkdir()
        (folder / "Pulumi.yaml").write_text(IN_YAML)
        settings = f"Pulumi.{STACK}.yaml"
        (folder / settings).write_text((self.work / settings).read_text())
        resource = (TYPE, "acme", self.domain)
        options = ("--yes", "--skip-preview", "--protect=false", "--out", "generated.yaml", "--stack", STACK)
        self.pulumi("import", *resource, *options, folder="import")
        return (folder / "generated.yaml").read_text()


class Inline:
    """A program of this process, or a project in YAML, which the real command runs as it stands."""

    def __init__(self, home: Home, example: str, program: Callable[[], None] | None) -> None:
        home.copy_project(example)
        self.stack = local_engine.open_stack(
            program, home.folder, project=PROJECT, stack=STACK, environment=home.environment
        )

    def run(self, verb: str) -> local_engine.Run:
        """Let the engine do something."""
        options: dict[str, Any] = {"diff": True} if verb == "preview" else {}
        return local_engine.run(self.stack, verb, color="never", **options)

    @property
    def outputs(self) -> dict[str, Any]:
        """The stack's outputs."""
        return local_engine.outputs(self.stack)

    def close(self) -> None:
        """End nothing: each run has ended by itself."""


class Driver:
    """A program that the Automation API of its own language runs, in a process that takes verbs and gives answers."""

    def __init__(self, home: Home, example: str, *command: str) -> None:
        home.copy_project(example)
        self.outputs: dict[str, Any] = {}
        self.process = subprocess.Popen(
            [*command, str(home.folder / "work"), PROJECT, STACK],
            env=home.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, verb: str) -> local_engine.Run:
        """Let the engine do something."""
        print(verb, file=self.process.stdin, flush=True)
        answer = json.loads(self.process.stdout.readline())
        self.outputs = answer["outputs"]
        return local_engine.Run(answer["ok"], answer["failure"], answer["output"], changes=answer["changes"])

    def close(self) -> None:
        """End the process."""
        self.process.communicate(timeout=30)


def of_yaml(home: Home) -> Inline:
    """Open examples/yaml."""
    return Inline(home, "yaml", None)


def of_typescript(home: Home) -> Driver:
    """Open examples/typescript."""
    return Driver(home, "typescript", "node", str(languages.HOME / "typescript" / "bin" / "driver.js"))


def of_go(home: Home) -> Driver:
    """Open examples/go."""
    return Driver(home, "go", str(languages.HOME / "go" / "program"))


def of_generated_python(home: Home) -> Inline:
    """Open the same program over the generated SDK."""
    site = languages.HOME / "python" / "site"
    (package,) = [path.parent.name for path in site.glob("*/pulumi-plugin.json")]
    sys.path.append(str(site))

    def program() -> None:
        acme = importlib.import_module(package).SessionLifetime(
            "acme",
            domain=pulumi.Config().require("domain"),
            plan="enterprise",
            session_lifetime="30d",
            idle_session_lifetime="90m",
            on_delete="restore",
        )
        pulumi.export("sessionLifetime", acme.session_lifetime)
        pulumi.export("oldSessionsGoneBy", acme.old_sessions_gone_by)

    return Inline(home, "yaml", program)


OPEN: dict[str, Callable[[Home], Inline | Driver]] = {
    "yaml": of_yaml,
    "typescript": of_typescript,
    "go": of_go,
    "generated python": of_generated_python,
}
WAITS_FOR = {"typescript": "typescript", "go": "go", "generated python": "python"}
"""What is made by `make languages` for each, beside YAML's language host."""
QUICK = {"yaml", "typescript"}
"""One that the CLI runs itself, and one whose generated SDK runs through its own Automation API."""


def require_languages(name: str) -> None:
    """Skip with the reason where a language is missing; under CI, or where what was made is out of date, fail."""
    made = languages.LANGUAGES.get(WAITS_FOR.get(name, ""))
    if not (pulumi_cli.BIN / languages.YAML_HOST).exists() or (made and not made.note.exists()):
        reason = f"{name} is not ready; `make languages` prepares it, and says what it misses"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    if made and not made.is_current:
        pytest.fail(f"{made.title}: the SDK or the example has changed; run `make languages`")


class Life:
    """A program, its tenant, and what each step calls."""

    def __init__(self, program: Inline | Driver, home: Home, tenant: Any) -> None:
        self.program = program
        self.home = home
        self.tenant = tenant
        self.seen = 0

    def step(self, verb: str) -> tuple[dict[str, int], list[str]]:
        """Run a verb; return what it changed and what it called."""
        run = self.program.run(verb)
        assert run.ok, run.failure + run.output
        self.output = " ".join(run.output.split())
        return run.changes, self.calls()

    def calls(self) -> list[str]:
        """Return the tenant's calls since the last time."""
        self.seen, made = len(self.tenant.calls), self.tenant.calls[self.seen :]
        return made


@pytest.fixture(params=[pytest.param(name, marks=[] if name in QUICK else pytest.mark.deep) for name in OPEN])
def life(request: pytest.FixtureRequest, tmp_path: Path, tenant: Any) -> Iterator[Life]:
    """A program in one language on a tenant that was set by hand."""
    require_languages(request.param)
    tenant.dashboard(**BY_HAND)
    home = Home(tmp_path, tenant.domain)
    program = OPEN[request.param](home)
    yield Life(program, home, tenant)
    program.close()


def test_a_whole_life(life):
    """Preview and an unchanged `up` make no call, `up` applies, and destroy restores."""
    assert life.step("preview") == ({"create": 2}, [])
    assert 'sessionLifetime : "30d"' in life.output
    assert life.step("up") == ({"create": 2}, [TOKEN, GET, PATCH])
    assert life.tenant.settings == AS_PROGRAMMED
    outputs = life.program.outputs
    assert set(outputs) == {"sessionLifetime", "oldSessionsGoneBy"}
    assert outputs["sessionLifetime"] == "30d"
    assert life.step("up") == ({"same": 2}, [])
    assert "warning" not in life.output
    assert life.step("destroy") == ({"delete": 2}, [TOKEN, PATCH])
    assert life.tenant.settings == BY_HAND


@pytest.mark.deep
@pytest.mark.parametrize("life", ["yaml"], indirect=True)  # State has no language.
def test_an_imported_tenant(life):
    """`pulumi import` is one read, its code and the program take over without a call, and destroy restores."""
    life.tenant.dashboard(**AS_PROGRAMMED)
    code = life.home.import_tenant()
    assert life.calls() == [TOKEN, GET]
    for line in (f"domain: {life.tenant.domain}", "sessionLifetime: 30d", "idleSessionLifetime: 1h30m"):
        assert line in code
    (life.home.folder / "import" / "Pulumi.yaml").write_text(IN_YAML + code)
    life.home.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", STACK, folder="import")
    # The program's plan and onDelete are news to the state, and none of the tenant's business.
    assert life.step("up") == ({"same": 1, "update": 1}, [])

    life.tenant.dashboard(**BY_HAND)
    assert life.step("destroy") == ({"delete": 2}, [TOKEN, PATCH])
    assert life.tenant.settings == AS_PROGRAMMED
