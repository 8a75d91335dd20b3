"""The README's examples work as shown."""

from __future__ import annotations

import json
import re
import shlex

import pytest
import yaml
from pulumi import automation
from typer.testing import CliRunner

import local_engine
from auth0_sessions import cli
from auth0_sessions.model.spelling import camel_case

README = (local_engine.ROOT / "README.md").read_text()
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def block(words: str) -> str:
    """Return the one Python block of the README that holds these words."""
    (found,) = [text for text in PYTHON if words in text]
    return found


def in_yaml(words: str) -> str:
    """Return the one YAML block of the README that holds these words."""
    (found,) = [text for text in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL) if words in text]
    return str(found)


def run_as_program(engine, text: str) -> None:
    """Let the engine run a block of the README."""
    engine.program = lambda: exec(compile(text, "README.md", "exec"), {})  # noqa: S102  Our own README.
    run = engine.up()
    assert run.ok, run.output


def test_the_ten_lines_run_on_the_real_engine(engine, tenant):
    """The program that people copy does what it says, on the engine, with the tenant's domain put in."""
    program = block('on_delete="restore"').replace("acme.eu.auth0.com", tenant.domain)
    assert len([line for line in program.splitlines() if line and not line.startswith("import pulumi")]) == 10
    run_as_program(engine, program)
    assert tenant.settings == {"session_lifetime": 43_200, "idle_session_lifetime": 90}


def test_the_yaml_is_the_python():
    """The README's program in YAML declares what the one in Python does."""
    (acme,) = yaml.safe_load(in_yaml("runtime: yaml"))["resources"].values()
    assert acme["type"] == "auth0-sessions:SessionLifetime"
    declared = dict(re.findall(r'^    (\w+)="(\S+)",$', block('on_delete="restore"'), re.MULTILINE))
    assert acme["properties"] == {camel_case(name): value for name, value in declared.items()}


@pytest.mark.deep
def test_the_list_of_tenants_serves_up_and_audit(tmp_path, auth0_sandbox, monkeypatch):
    """The stack's file of the README is applied by the program of the README, and then audited as it stands there."""
    content = yaml.safe_load(in_yaml("config:"))
    config = content["config"]
    for name, given in config["auth0-sessions:tenants"].items():
        given["domain"] = auth0_sandbox.add_tenant(name, plan=given.get("plan", "essential")).domain
        monkeypatch.setenv(f"AUTH0_{name.upper()}_CLIENT_ID", name)
        monkeypatch.setenv(f"AUTH0_{name.upper()}_CLIENT_SECRET", name)
    program = compile(block("from_config"), "README.md", "exec")
    stack = local_engine.open_stack(lambda: exec(program, {}), tmp_path, stack="prod")  # noqa: S102  Our own README.
    for key, value in config.items():
        stack.set_config(key, automation.ConfigValue(value if isinstance(value, str) else json.dumps(value)))
    assert local_engine.run(stack, "up").ok
    assert local_engine.outputs(stack)["report"].count("\n") == 1 + len(config["auth0-sessions:tenants"])

    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.prod.yaml").write_text(yaml.safe_dump(content))
    (command,) = [line for line in README.splitlines() if line.startswith("auth0-sessions audit")]
    _, *arguments = shlex.split(command)
    strict = CliRunner().invoke(cli.app, arguments)
    assert (strict.exit_code, "2 have findings" in strict.stderr) == (1, True), strict.output
    assert (tmp_path / "audit.html").read_text().startswith("<!doctype html>")
    # Without the auditor's own baseline every tenant is as its entry and its profile say.
    own = CliRunner().invoke(cli.app, arguments[:3])
    assert own.exit_code == 0, own.output
