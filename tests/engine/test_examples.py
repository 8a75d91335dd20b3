"""Every example runs on the real engine as it stands in its folder; only its tenants' domains are the sandbox's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi import automation

import benches
import local_engine
from auth0_sessions.model.settings import LOGIN_LIFETIMES
from benches import SET_BY_HAND, four, labeled
from typed import PATH, Terminal

EXAMPLES = local_engine.ROOT / "examples"
PROGRAMS = ("beside_official", "environments", "fleet", "providers")


def text_of(name: str, file: str) -> str:
    """Return one file of an example."""
    return (EXAMPLES / name / file).read_text()


def shown_in(name: str, kind: str = "console") -> list[str]:
    """Return the lines of output that an example's README shows, without the commands."""
    blocks = re.findall(rf"```{kind}\n(.*?)```", text_of(name, "README.md"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [words(line) for line in lines if line.strip() and not line.startswith("$ ")]


def words(text: str) -> str:
    """Return a text on one line with single spaces, however wide its columns were, and whatever the time."""
    return re.sub(r"[0-9]{4}-[0-9-]+T[0-9:]+Z", "TIME", " ".join(text.split()))


class Bench(benches.Bench):
    """A sandbox with the tenants of an example, and stacks that run the example on it."""

    def printed(self, text: str) -> str:
        """Return an output as a README says it."""
        return words(re.sub(rf"{self.sandbox.url}/([a-z-]+)", r"\1.eu.auth0.com", text))

    def open(self, name: str, stack: str = "prod", plan: str = "enterprise", **environment: str) -> automation.Stack:
        """Open a stack of an example with its own project file and its own stack file."""
        (self.folder / "work").mkdir(exist_ok=True)
        stack_file = f"Pulumi.{stack}.yaml"
        (self.folder / "work" / stack_file).write_text(self.on_sandbox(text_of(name, stack_file), plan=plan))
        return local_engine.open_stack(
            local_engine.program_of(EXAMPLES / name),
            self.folder,
            project_file=EXAMPLES / name / "Pulumi.yaml",
            stack=stack,
            environment=environment,
        )

    def runs(self, name: str, opened: automation.Stack) -> None:
        """Run `pulumi up`, which prints what the README shows."""
        up = local_engine.run(opened, "up")
        assert up.ok, up.output
        for line in shown_in(name):
            assert line in self.printed(up.output + local_engine.outputs(opened).get("report", ""))

    def ends(self, opened: automation.Stack) -> dict[str, list[str]]:
        """Destroy, and return the calls that each tenant saw."""
        self.sandbox.clear_requests()
        assert local_engine.run(opened, "destroy").ok
        return {name: tenant.calls for name, tenant in self.tenants.items() if tenant.calls}


@pytest.fixture
def bench(tmp_path: Path, auth0_sandbox: Any) -> Bench:
    """A sandbox without tenants, and an empty folder for stacks."""
    return Bench(tmp_path, auth0_sandbox)


UNLABELED = {"AUTH0_CLIENT_ID": "id", "AUTH0_CLIENT_SECRET": "secret"}


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_example_has_what_its_reader_needs(name):
    """A program, an environment of its own with this package in it, and a short README that names the commands."""
    project = yaml.safe_load(text_of(name, "Pulumi.yaml"))
    assert project["runtime"] == {"name": "python", "options": {"toolchain": "pip", "virtualenv": "venv"}}
    assert "../..\n" in text_of(name, "requirements.txt")
    assert project["description"]
    assert (EXAMPLES / name / "__main__.py").is_file()
    readme = text_of(name, "README.md")
    assert "pulumi install" in readme
    assert "pulumi up" in readme
    assert shown_in(name)
    assert len(readme.splitlines()) < 70


def test_no_example_is_forgotten():
    """A folder among the examples is one of those that are run here, or one that other tests name."""
    folders = {path.name for path in EXAMPLES.iterdir() if path.is_dir()}
    in_other_languages = {"go", "typescript", "yaml"}
    assert folders == {*PROGRAMS, *in_other_languages, "automation", "guardrails", "pull_request", "quickstart"}


@pytest.mark.deep
def test_an_environment_has_the_policy_of_its_name(bench):
    """Of dev, a preview needs no credentials, warns of nothing and makes no calls; staging has Auth0's defaults."""
    preview = local_engine.run(bench.open("environments", "dev"), "preview")
    assert preview.ok, preview.output
    assert preview.said("warning") == preview.said("error") == []
    assert bench.sandbox.requests == []
    up = local_engine.run(bench.open("environments", "staging", "essential", **UNLABELED), "up")
    assert up.ok, up.output
    assert bench.settings["acme-staging"] == four(10_080, 4_320, 4_320, 1_440)


@pytest.mark.deep
def test_an_environment_may_name_its_policy(bench):
    """The stack file of prod asks for NIST AAL2, and the README shows that run."""
    opened = bench.open("environments", **UNLABELED)
    bench.runs("environments", opened)
    assert bench.settings == {"acme": four(1_440, 60)}
    assert bench.ends(opened) == {}


@pytest.mark.deep
def test_the_fleet_runs_from_its_stack_file(bench):
    """Each tenant gets what the report says, through its own credentials; initech gets back what it had."""
    opened = bench.open("fleet", **labeled("acme", "globex", "initech"))
    for name, tenant in bench.tenants.items():
        tenant.add_client(f"{name}-id", f"{name}-secret")
    bench.runs("fleet", opened)
    assert bench.settings == {
        "acme": four(10_080, 4_320, 4_320, 1_440),
        "globex": four(1_440, 60),
        "initech": four(720, 90),
    }
    assert list(local_engine.outputs(opened)) == ["report"]
    assert list(bench.ends(opened)) == ["initech"]
    assert bench.settings["initech"] == SET_BY_HAND


@pytest.mark.deep
def test_each_tenant_has_a_provider_of_its_own(bench):
    """Each secret goes to its own tenant and is nowhere in the backend's files; the policy needs no domain.

    The project file turns the default provider off, so a forgotten provider is an error.
    """
    opened = bench.open("providers")
    for name, tenant in bench.tenants.items():
        tenant.add_client(f"client-id-of-{name}", f"canary-of-{name}")
        opened.set_config(f"{name}ClientSecret", automation.ConfigValue(f"canary-of-{name}", secret=True))
    bench.runs("providers", opened)
    assert bench.settings == {"acme": four(1_440, 60), "globex": four(1_440, 60)}
    kept = [path.read_text(errors="replace") for path in bench.folder.rglob("*") if path.is_file()]
    assert "canary-of" not in "".join(kept)
    assert bench.ends(opened) == {}
    opened.workspace.program = forgetful
    run = local_engine.run(opened, "preview")
    assert not run.ok
    assert "Default provider for 'pulumi-python' disabled" in run.output


def forgetful() -> None:
    """Declare a resource without a provider."""
    from auth0_sessions import SessionLifetime  # noqa: PLC0415  As a program does.

    SessionLifetime("acme", domain="acme.eu.auth0.com", plan="essential", session_lifetime="8h")


class Automation:
    """The script of the automation example, started as a person starts it."""

    def __init__(self, folder: Path) -> None:
        self.tenants = folder / "tenants.yaml"
        labels = labeled("acme", "globex", "initech")
        self.environment = Terminal(folder, **labels, TMPDIR=str(folder)).environment

    def run(self, verb: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Run one verb over the tenants' file."""
        command = [sys.executable, str(EXAMPLES / "automation" / "tenants.py"), verb, str(self.tenants), *options]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)


@pytest.fixture
def script(bench: Bench) -> Automation:
    """The script, with the tenants' file of the example on the sandbox."""
    made = Automation(bench.folder)
    made.tenants.write_text(bench.on_sandbox(text_of("automation", "tenants.yaml"), plan="enterprise"))
    return made


@pytest.mark.deep
def test_the_automation_script_runs_every_tenant(bench, script):
    """Previews make no calls, up brings every tenant where the file says, destroy ends all."""
    preview = script.run("preview")
    assert preview.returncode == 0, preview.stdout + preview.stderr
    assert bench.sandbox.requests == []
    up = script.run("up", "--parallel", "3")
    for line in shown_in("automation"):
        assert line in words(preview.stdout + up.stdout)
    assert bench.settings == {
        "acme": four(10_080, 4_320, 4_320, 1_440),
        "globex": four(1_440, 60),
        "initech": four(720, 90),
    }
    bench.sandbox.clear_requests()
    destroy = script.run("destroy")
    assert destroy.returncode == 0
    assert destroy.stdout.count("4 delete") == 3
    assert bench.sandbox.requests == []


@pytest.mark.deep
def test_a_tenant_that_fails_stops_no_other(bench, script):
    """A refused secret and a bad entry are reported under their tenants' names, the third tenant is done, exit 1."""
    bench.tenants["globex"].add_client("another", "one")
    script.tenants.write_text(script.tenants.read_text().replace("idleSessionLifetime: 90m", "idleSessionLifetime: 90"))
    run = script.run("up")
    assert run.returncode == 1
    lines = shown_in("automation", "text")
    assert len(lines) == 5
    for line in lines:
        assert line in bench.printed(run.stdout)
    assert "error occurred" not in run.stdout
    assert bench.settings["initech"] == SET_BY_HAND
    assert "Traceback" not in run.stdout + run.stderr
    assert "globex-secret" not in run.stdout + run.stderr


def test_a_file_without_tenants_is_a_wrong_command(tmp_path):
    """Exit 2, and nothing is started."""
    script = Automation(tmp_path)
    script.tenants.write_text("{}")
    run = script.run("up")
    assert run.returncode == 2
    assert "Traceback" not in run.stderr


@pytest.mark.deep
def test_ours_runs_beside_the_official_one(bench, official):
    """Only our three settings are written, and the official Tenant declares no session key and ignores each."""
    opened = bench.open("beside_official", **UNLABELED)
    foreign = bench.tenants["acme"].foreign
    bench.runs("beside_official", opened)
    assert official["declared"] == {"friendly_name", "support_email"}
    assert official["ignored"] == {*LOGIN_LIFETIMES, "session_cookie"}
    changed = {"session_lifetime": 720, "idle_session_lifetime": 90, "session_cookie_mode": "non-persistent"}
    assert bench.settings == {"acme": {**SET_BY_HAND, **changed}}
    assert bench.tenants["acme"].foreign == foreign
    assert bench.ends(opened) == {}


WORKFLOW = text_of("pull_request", "preview.yml") if (EXAMPLES / "pull_request" / "preview.yml").exists() else "{}"


def test_the_workflow_knows_no_auth0_secret():
    """It runs on pull requests, may only read, and none of its secrets is Auth0's."""
    workflow = yaml.safe_load(WORKFLOW)
    # YAML 1.1 reads the key `on` as true.
    assert list(workflow[True]) == ["pull_request"]
    assert workflow["permissions"] == {"contents": "read"}
    assert set(re.findall(r"secrets\.(\w+)", WORKFLOW)) <= {"PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"}
    (job,) = workflow["jobs"].values()
    environments = [workflow.get("env", {}), job.get("env", {}), *(step.get("env", {}) for step in job["steps"])]
    assert not [key for environment in environments for key in environment if key.startswith("AUTH0_")]
    commands = "\n".join(step.get("run", "") for step in job["steps"])
    assert "pulumi preview" in commands
    assert not re.search(r"pulumi (up|destroy|refresh)|AUTH0_", commands)


def test_the_workflow_previews_stacks_that_exist():
    """Every stack of its matrix has a file in the environments example, and every such file is in the matrix."""
    (job,) = yaml.safe_load(WORKFLOW)["jobs"].values()
    files = {path.name for path in (EXAMPLES / "environments").glob("Pulumi.*.yaml")}
    assert {f"Pulumi.{stack}.yaml" for stack in job["strategy"]["matrix"]["stack"]} == files


@pytest.mark.deep
def test_a_fork_s_preview_needs_no_passphrase(bench):
    """The workflow's step for forks makes a stack file usable that Pulumi refuses without its passphrase."""
    opened = bench.open("environments")
    for key, is_path in (("auth0:clientSecret", False), ("auth0-sessions:credentials.acme.clientSecret", True)):
        opened.set_config(key, automation.ConfigValue("canary", secret=True), path=is_path)
    work, fork = bench.folder / "work", bench.folder / "fork"
    without = {"PULUMI_CONFIG_PASSPHRASE": ""}
    (step,) = [step for step in yaml.safe_load(WORKFLOW)["jobs"]["preview"]["steps"] if "env." in step.get("if", "")]
    assert step["if"] == "${{ !env.PULUMI_ACCESS_TOKEN && !env.PULUMI_CONFIG_PASSPHRASE }}"

    def open_fork() -> automation.Stack:
        options: dict[str, Any] = {"stack": "prod", "project": "acme-sessions", "environment": without}
        return local_engine.open_stack(local_engine.program_of(EXAMPLES / "environments"), fork, **options)

    (fork / "work").mkdir(parents=True)
    shutil.copy(work / "Pulumi.prod.yaml", fork / "work")
    with pytest.raises(automation.CommandError, match="incorrect passphrase"):
        open_fork()
    script = ["bash", "-e", "-c", step["run"]]
    environment = {**os.environ, "PATH": PATH, "GITHUB_ENV": str(fork / "variables")}
    subprocess.run(script, cwd=fork / "work", env=environment, check=True)
    assert (fork / "variables").read_text() == "PULUMI_BACKEND_URL=file:///tmp\n"
    run = local_engine.run(open_fork(), "preview")
    assert run.ok, run.output
    assert run.changes == {"create": 3}
    assert bench.sandbox.requests == []
