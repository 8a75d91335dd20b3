"""`--stack`: a stack's resolved configuration, through a stand-in for the Pulumi CLI."""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from auth0_sessions.errors import InputError
from auth0_sessions.fleet import resolved
from auth0_sessions.fleet.file import TenantsFile
from auth0_sessions.fleet.resolved import read_stack
from command_line import FAILURE, FINE, USAGE, invoke

CANARY = "canary-5eCr3t"
TENANTS = {"acme": {"domain": "acme.eu.auth0.com", "plan": "enterprise"}}


@pytest.fixture
def pulumi(tmp_path, monkeypatch):
    """What makes a `pulumi` on PATH print a configuration; returns the folder in which it notes how it was called."""
    tools = tmp_path / "tools"
    tools.mkdir()
    script = tools / "pulumi"
    script.write_text(
        f"#!{sys.executable}\nimport json, os, pathlib, sys\n"
        f"here = pathlib.Path({str(tools)!r})\n"
        "(here / 'called').write_text(json.dumps([sys.argv[1:], os.getcwd()]))\n"
        "sys.stderr.write((here / 'errors').read_text())\n"
        "sys.stdout.write((here / 'config').read_text())\n"
        "sys.exit((here / 'errors').read_text() != '')\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")

    def _pulumi(values=None, *, secrets=(), text=None, errors=""):
        """Answer with values by key, objects as Pulumi prints them."""
        rows = {
            key: {"value": value if isinstance(value, str) else json.dumps(value), "secret": key in secrets}
            for key, value in (values or {}).items()
        }
        (tools / "config").write_text(json.dumps(rows) if text is None else text)
        (tools / "errors").write_text(errors)
        return tools / "called"

    return _pulumi


def test_the_cli_is_asked_for_everything_that_is_resolved(pulumi, tmp_path):
    """Environments are opened and secrets decrypted in the project's folder, and no secret is an argument."""
    called = pulumi({"auth0-sessions:tenants": TENANTS})
    assert read_stack("org/project/prod", tmp_path) == TenantsFile(TENANTS, stack="prod")
    arguments, folder = json.loads(called.read_text())
    assert arguments == ["config", "--json", "--show-secrets", "--non-interactive", "--stack", "org/project/prod"]
    assert folder == str(tmp_path)


def test_the_configuration_is_what_up_has(pulumi, tmp_path):
    """Plan, profile, own profiles, enforcement and ceiling count as in `up`; a file that is named is found."""
    own = {"ours": {"idle": "30m", "ceiling": False}}
    values: dict[str, Any] = {
        "plan": "free",
        "profile": "ours",
        "profiles": own,
        "enforce": "at-most",
        "ceiling": {"idle": "1h"},
    }
    config = {f"auth0-sessions:{key}": value for key, value in values.items()}
    pulumi({**config, "auth0-sessions:tenants": TENANTS, "demo:other": "x"})
    assert read_stack("prod", tmp_path) == TenantsFile(TENANTS, **values, stack="prod")
    below = tmp_path / "src"
    below.mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: demo\nmain: src\n")
    (tmp_path / "list.yaml").write_text(f"profile: strict\ntenants: {json.dumps(TENANTS)}\n")
    pulumi({**config, "auth0-sessions:tenants": "list.yaml"})
    found = read_stack("prod", below)
    assert found == TenantsFile(TENANTS, **{**values, "profile": "strict"}, stack="prod")
    assert found.path == tmp_path / "list.yaml"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"values": {}}, "Stack prod has no auth0-sessions:tenants in its configuration."),
        ({"values": {"auth0-sessions:tenants": {"a": {"credentials": 34}}}}, "a.credentials: 34 is a number"),
        ({"text": CANARY}, "its output is not the JSON of a configuration"),
        ({"errors": "warning: x\nerror: no stack named 'prod' found\n"}, "stack prod: no stack named 'prod' found"),
        ({"errors": f"{CANARY}\n"}, "stack prod: exit code 1"),
    ],
)
def test_what_cannot_be_read_is_wrong_usage(pulumi, auth0_sandbox, answer, words):
    """The CLI's own error is repeated, its other output is not, and no tenant is asked."""
    pulumi(**answer)
    result = invoke("export", "--stack", "prod")
    assert (result.exit_code, result.stdout) == (USAGE, "")
    assert words in result.stderr
    assert CANARY not in result.stderr
    assert auth0_sandbox.requests == []


def test_without_a_cli(monkeypatch, tmp_path):
    """The message says what is missing; a CLI that does not answer is given up."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "there is no `pulumi` on PATH" in invoke("validate", "--stack", "prod").stderr
    slow = tmp_path / "pulumi"
    slow.write_text("#!/bin/sh\nexec /bin/sleep 5\n")
    slow.chmod(0o755)
    monkeypatch.setattr(resolved, "SECONDS", 0.2)
    with pytest.raises(InputError, match="no answer within"):
        read_stack("prod", tmp_path)


@pytest.mark.parametrize(
    "arguments",
    [[], ["--stack", "prod", "--tenants", "t.yaml"], ["--cwd", "."], ["--tenants", "t.yaml", "--cwd", "."]],
)
@pytest.mark.parametrize("command", ["audit", "validate", "export"])
def test_either_files_or_a_stack(command, arguments):
    """Both, neither, and a folder without a stack are wrong usage."""
    result = invoke(command, *arguments)
    assert (result.exit_code, "Give files with --tenants, or a stack with --stack" in result.stderr) == (USAGE, True)


@pytest.fixture
def stack(pulumi, auth0_sandbox):
    """A stack of two tenants with labeled credentials, one of them in its configuration."""
    tenants = {name: auth0_sandbox.add_tenant(name, plan="enterprise") for name in ("acme", "beta")}
    listed = {name: {"domain": one.domain, "credentials": name} for name, one in tenants.items()}
    values = {
        "auth0-sessions:plan": "enterprise",
        "auth0-sessions:profile": "convenient",
        "auth0-sessions:tenants": listed,
        "auth0-sessions:credentials": {"acme": {"clientId": "id", "clientSecret": CANARY}},
    }
    pulumi(values, secrets=["auth0-sessions:credentials"])
    return values


IN_ENVIRONMENT = {"AUTH0_BETA_CLIENT_ID": "id", "AUTH0_BETA_CLIENT_SECRET": CANARY}


def test_an_audit_uses_the_stack_s_credentials(stack, tmp_path):
    """Labels come from the configuration or the environment, and what is in neither names both; nothing is shown."""
    result = invoke("audit", "--stack", "prod")
    assert (result.exit_code, "auth0-sessions:credentials" in result.output) == (FAILURE, True)
    found = invoke("audit", "--stack", "prod", "--format", "json", **IN_ENVIRONMENT)
    assert found.exit_code == FINE, found.output
    assert [(one["name"], one["source"], one["profile"]) for one in json.loads(found.stdout)["tenants"]] == [
        (name, "stack prod", "convenient") for name in ("acme", "beta")
    ]
    assert CANARY not in result.output + found.output + repr(read_stack("prod", tmp_path))


def test_an_export_of_a_stack_is_a_new_file(stack, tmp_path):
    """What the configuration lists becomes a tenants file, which the configuration may then name."""
    output = tmp_path / "tenants.yaml"
    result = invoke("export", "--stack", "prod", "--output", output, **IN_ENVIRONMENT)
    assert result.exit_code == FINE, result.output
    found = yaml.safe_load(output.read_text())
    assert list(found) == ["tenants"]
    assert {name: row["sessionLifetime"] for name, row in found["tenants"].items()} == {"acme": "7d", "beta": "7d"}
    assert "pulumi config set auth0-sessions:tenants FILE" in result.stderr
    assert CANARY not in output.read_text() + result.output
    assert yaml.safe_load(invoke("export", "--stack", "prod", **IN_ENVIRONMENT).stdout) == found


def test_a_stack_may_name_a_file_to_export(stack, pulumi, tmp_path):
    """That file is completed, comments and all."""
    listed = tmp_path / "list.yaml"
    listed.write_text(f"# Ours\nacme: {json.dumps(stack['auth0-sessions:tenants']['acme'])}\n")
    (tmp_path / "Pulumi.yaml").write_text("name: demo\n")
    pulumi({**stack, "auth0-sessions:tenants": "list.yaml"}, secrets=["auth0-sessions:credentials"])
    result = invoke("export", "--stack", "prod", "--cwd", tmp_path)
    assert result.exit_code == FINE, result.output
    assert "# Ours\n" in result.stdout
    assert yaml.safe_load(result.stdout)["acme"]["sessionLifetime"] == "7d"


@pytest.mark.parametrize(
    "key", ["auth0:clientSecret", "auth0:apiToken", "auth0-sessions:clientSecret", "auth0-sessions:credentials"]
)
def test_a_credential_in_plain_text_is_refused(stack, pulumi, key):
    """As in `up`, and it is not repeated."""
    pulumi({**stack, key: CANARY}, secrets={"auth0-sessions:credentials"} - {key})
    result = invoke("validate", "--stack", "prod")
    assert (result.exit_code, CANARY in result.output) == (USAGE, False)
    assert f"pulumi config set --secret {key}" in result.stderr


@pytest.mark.parametrize(
    ("prefix", "others"),
    [("auth0", {}), ("auth0-sessions", {}), ("auth0", {"auth0-sessions:domain": "other.auth0.com"})],
)
def test_credentials_without_a_label_are_those_of_either_front_end(pulumi, auth0_sandbox, prefix, others):
    """The dynamic resource's keys, or else the native plugin's."""
    acme = auth0_sandbox.add_tenant("acme", plan="enterprise")
    values = {"clientId": "id", "clientSecret": CANARY, "domain": acme.domain}
    config = {**others, **{f"{prefix}:{key}": value for key, value in values.items()}}
    tenants = {"acme": {"domain": acme.domain, "plan": "enterprise", "profile": "convenient"}}
    pulumi({**config, "auth0-sessions:tenants": tenants}, secrets=[f"{prefix}:clientSecret"])
    result = invoke("audit", "--stack", "prod")
    assert result.exit_code == FINE, result.output


PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "esc.md"


def on_page(words):
    """Return the block of the page that has some words, as YAML holds it."""
    blocks = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    (block,) = [text for text in blocks if words in text]
    return yaml.safe_load(block)


def opened(environment, value):
    """Return a value as an environment that is opened has it: secrets and references are resolved."""
    if isinstance(value, dict):
        return value.get("fn::secret") or {key: opened(environment, inner) for key, inner in value.items()}
    if isinstance(value, str) and (found := re.fullmatch(r"\$\{(.*)\}", value)):
        for key in found[1].split("."):
            environment = environment[key]
        return opened(environment, environment)
    return value


@pytest.mark.parametrize("place", ["environmentVariables", "auth0-sessions:credentials"])
def test_the_environments_of_the_page(pulumi, auth0_sandbox, place):
    """An audit of a stack that imports one has its plan, its profile, and its credentials from either place."""
    tenants = on_page("environment:\n  - auth0/prod")["config"]["auth0-sessions:tenants"]
    for name, entry in tenants.items():
        entry["domain"] = auth0_sandbox.add_tenant(name, plan="enterprise").domain
    values = on_page("environmentVariables")["values"]
    config = {**values["pulumiConfig"], "auth0-sessions:tenants": tenants}
    variables = opened(values, values["environmentVariables"])
    if place != "environmentVariables":
        other = on_page(place)["values"]
        config, variables = {**config, **opened(other, other["pulumiConfig"])}, {}
    pulumi(config, secrets=["auth0-sessions:credentials"])
    result = invoke("audit", "--stack", "prod", "--format", "json", **variables)
    report = json.loads(result.stdout)
    assert [(one["plan"], one["profile"], one["status"]) for one in report["tenants"]] == [
        ("enterprise", "nist-aal2", "findings")
    ] * 2
    assert "ClientSecret" not in result.output
    assert invoke("validate", "--stack", "prod").exit_code == FINE
