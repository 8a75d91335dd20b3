"""The page "Shorten sessions in an incident" as a procedure: its commands, on a fleet of a dozen tenants."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from typer.testing import CliRunner

from auth0_sessions.cli import app
from auth0_sessions.model.settings import ABSOLUTE, IDLE, LOGIN_LIFETIMES, SETTINGS, Clock, with_defaults
from calls import PATCH

pytestmark = [pytest.mark.deep, pytest.mark.front_ends("native")]

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "incident.md").read_text()
LIMITS = {Clock.ABSOLUTE: 60, Clock.IDLE: 15}
"""What the page sets: one hour, and fifteen minutes."""
NAMES = ["acme", *(f"tenant-{number}" for number in range(11))]


def commands(start: str) -> list[list[str]]:
    """Return the page's commands that begin with some words, in order, without `pulumi`."""
    lines = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith(start)]


def entry(index: int, domain: str) -> dict[str, Any]:
    """Return one tenant of the file: some have explicit values, some a ceiling, and one is strict by itself."""
    own: list[dict[str, Any]] = [
        {},
        {"sessionLifetime": "2d", "idleSessionLifetime": "1h"},
        {"enforce": "at-most"},
        {"enforce": "at-most", "sessionLifetime": "5d"},
        {"profile": "nist-aal2"},
        {"sessionLifetime": "40m", "idleSessionLifetime": "10m"},
    ]
    return {"domain": domain, **own[index % len(own)]}


def exceeding(tenant: Any) -> set[str]:
    """Return the lifetimes of a tenant that are longer than the page's ceiling."""
    found = with_defaults(tenant.settings)
    return {name for name in LOGIN_LIFETIMES if found[name] > LIMITS[SETTINGS[name].clock]}


def test_the_incident_and_its_undo(engine, auth0_sandbox, monkeypatch):
    """One configuration shortens every tenant but the excepted one, and without it each has what it had before."""
    had = {"session_lifetime": 20_000, "idle_session_lifetime": 2_000, "ephemeral_session_lifetime": 3_000}
    strict = {"session_lifetime": 30, "idle_session_lifetime": 5}
    tenants = {
        name: auth0_sandbox.add_tenant(name, plan="enterprise", settings=strict if index == 2 else had)
        for index, name in enumerate(NAMES)
    }
    file = Path(engine.stack.workspace.work_dir) / "tenants.yaml"
    listed = {name: entry(index, tenant.domain) for index, (name, tenant) in enumerate(tenants.items())}
    baseline = {"absolute": "7d", "idle": "1d", "source": "Security handbook"}
    file.write_text(
        yaml.safe_dump({"plan": "enterprise", "profile": "ours", "profiles": {"ours": baseline}, "tenants": listed})
    )
    engine.stack.set_config("auth0-sessions:tenants", pulumi.automation.ConfigValue(str(file)))

    def program() -> None:
        fleet = engine.api.TenantFleet.from_config("fleet")
        for name in ("tenants", "report", "old_sessions_gone_by"):
            pulumi.export(name, getattr(fleet, name))

    engine.program = program
    run = engine.up()
    assert run.ok, run.output + run.failure
    before = {name: with_defaults(tenant.settings) for name, tenant in tenants.items()}

    for command in commands("pulumi config set"):
        engine.stack._run_pulumi_cmd_sync([*command, "--stack", engine.stack.name])
    auth0_sandbox.clear_requests()
    preview = engine.preview()
    assert preview.ok, preview.output + preview.failure
    assert "the stack's ceiling (INC-4711)" in preview.output
    assert [call for tenant in tenants.values() for call in tenant.calls] == []

    tenants["tenant-6"].fault("403-scope", operation="patch", times=1)
    assert ["up", "--yes", "--continue-on-error"] in commands("pulumi up")
    run = engine.up(continue_on_error=True)
    assert not run.ok
    assert {name for name, tenant in tenants.items() if exceeding(tenant)} == {"acme", "tenant-6"}
    assert [line for line in run.said("error") if tenants["tenant-6"].domain in line]
    auth0_sandbox.clear_requests()
    assert engine.up(continue_on_error=True).ok
    assert {name for name, tenant in tenants.items() if PATCH in tenant.calls} == {"tenant-6"}
    assert {name for name, tenant in tenants.items() if exceeding(tenant)} == {"acme"}
    assert with_defaults(tenants["acme"].settings) == before["acme"]
    assert tenants["tenant-1"].settings[ABSOLUTE] == 30

    outputs = engine.outputs
    dates = [row.get("old_sessions_gone_by") for row in outputs["tenants"].values()]
    assert outputs["old_sessions_gone_by"] == max(date for date in dates if date)
    assert "INC-4711" in outputs["report"]
    assert outputs["old_sessions_gone_by"][:10] in outputs["report"]

    monkeypatch.setenv("AUTH0_CLIENT_ID", "engine-client")
    monkeypatch.setenv("AUTH0_CLIENT_SECRET", "engine-canary-secret")
    stack_file = next(Path(engine.stack.workspace.work_dir).glob("Pulumi.*.yaml"))
    audited = CliRunner().invoke(app, ["audit", "--tenants", str(stack_file)])
    assert audited.exit_code == 0, audited.output
    tenants["tenant-3"].dashboard(idle_session_lifetime=16)
    audited = CliRunner().invoke(app, ["audit", "--tenants", str(stack_file)])
    assert (audited.exit_code, "tenant-3" in audited.output) == (1, True)
    tenants["tenant-3"].dashboard(idle_session_lifetime=15)

    (undo,) = commands("pulumi config rm")
    engine.stack._run_pulumi_cmd_sync([*undo, "--stack", engine.stack.name])
    run = engine.up()
    assert run.ok, run.output + run.failure
    assert {name: with_defaults(tenant.settings) for name, tenant in tenants.items()} == before
    assert engine.preview().changes.keys() == {"same"}
    assert IDLE in before["acme"]
