"""An exported file on the real engine: a fleet of it writes nothing, and its resources can be imported."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi import automation
from typer.testing import CliRunner

import local_engine
from auth0_sessions import cli
from calls import GET, TOKEN
from typed import Terminal

pytestmark = pytest.mark.front_ends("dynamic", "native")

IDENTITY = {"CLIENT_ID": "export", "CLIENT_SECRET": "export-canary"}
DAY = 1_440

ESTATE: dict[str, tuple[str, dict[str, Any]]] = {
    "untouched": ("essential", {}),
    "idle-longer": ("enterprise", {"session_lifetime": 60, "idle_session_lifetime": 90}),
    "above-cap": ("essential", {"session_lifetime": 40 * DAY, "idle_ephemeral_session_lifetime": 5 * DAY}),
    "to-the-minute": ("enterprise", {"session_lifetime": 721, "ephemeral_session_lifetime": 31}),
    "non-persistent": ("essential", {"session_cookie_mode": "non-persistent"}),
    "persistent": ("essential", {"session_cookie_mode": "persistent"}),
    "strict": ("enterprise", dict.fromkeys(("session_lifetime", "idle_session_lifetime"), 15)),
}
"""Tenant -> its plan, and what was set on it by hand."""

READ_ONCE = {name: [TOKEN, GET] for name in ESTATE}


@pytest.fixture
def estate(auth0_sandbox: Any) -> dict[str, Any]:
    """Tenants that were set by hand over the years; the sandbox reports a value above the cap as it was written."""
    made = {}
    for name, (plan, settings) in ESTATE.items():
        made[name] = auth0_sandbox.add_tenant(name, plan=plan)
        if settings:
            made[name].dashboard(**settings)
    return made


def credentials() -> dict[str, str]:
    """Return credentials for the label of each tenant."""
    labels = [name.upper().replace("-", "_") for name in ESTATE]
    return {f"AUTH0_{label}_{part}": value for label in labels for part, value in IDENTITY.items()}


def export(*arguments: object) -> None:
    """Run the command, which has to go well."""
    ran = CliRunner(env=credentials()).invoke(cli.app, ["export", *map(str, arguments)])
    assert ran.exit_code == 0, ran.output


def listing(estate: dict[str, Any]) -> str:
    """Return a list of the estate as its owners keep it."""
    tenants = {name: {"domain": tenant.domain, "credentials": name} for name, tenant in estate.items()}
    return f"# Ours\n{yaml.safe_dump(tenants, sort_keys=False)}"


@pytest.mark.timeout(600)
def test_the_first_up_writes_nothing(
    make_engine: Callable[..., Any], estate: dict[str, Any], auth0_sandbox: Any, tmp_path: Path
) -> None:
    """A fleet of an exported file reads each tenant once and writes none, and then nothing is left to do.

    Where the file itself names no plan and no profile, the stack's may be stricter than what the tenants have.
    """
    path = tmp_path / "tenants.yaml"
    path.write_text(listing(estate))
    export("--tenants", path, "--output", path)
    before = {name: tenant.settings for name, tenant in estate.items()}
    auth0_sandbox.clear_requests()

    engine = make_engine(**credentials())
    engine.program = lambda: engine.api.TenantFleet.from_config("fleet")
    stack = {"tenants": str(path), "plan": "essential", "profile": "strict"}
    for key, value in stack.items():
        engine.stack.set_config(f"auth0-sessions:{key}", automation.ConfigValue(value))
    up = engine.up()
    assert up.ok, up.output
    assert {name: tenant.calls for name, tenant in estate.items()} == READ_ONCE
    assert {name: tenant.settings for name, tenant in estate.items()} == before

    auth0_sandbox.clear_requests()
    again = engine.up()
    assert (again.ok, set(again.changes), auth0_sandbox.requests) == (True, {"same"}, [])
    assert engine.refresh(expect_no_changes=True).ok


@pytest.mark.front_ends("native")
@pytest.mark.usefixtures("yaml_host", "front_end")
def test_the_file_for_import_is_taken(estate: dict[str, Any], auth0_sandbox: Any, tmp_path: Path) -> None:
    """`pulumi import -f` brings every tenant of the file under management, with one read each."""
    path = tmp_path / "tenants.yaml"
    path.write_text(listing(estate))
    export("--tenants", path, "--format", "import", "--output", tmp_path / "import.json")
    auth0_sandbox.clear_requests()

    local_engine.place_plugin(tmp_path)
    terminal = Terminal(tmp_path, **{f"AUTH0_{part}": value for part, value in IDENTITY.items()})
    (terminal.work / "Pulumi.yaml").write_text("name: sessions\nruntime: yaml\n")
    terminal.pulumi("stack", "init", "dev")
    options = ("--yes", "--skip-preview", "--protect=false", "--generate-code=false")
    terminal.pulumi("import", "-f", str(tmp_path / "import.json"), *options)
    exported = json.loads(terminal.pulumi("stack", "export"))
    held = [row for row in exported["deployment"]["resources"] if row["type"].endswith("SessionLifetime")]
    assert sorted(row["id"] for row in held) == sorted(tenant.domain for tenant in estate.values())
    assert {name: tenant.calls for name, tenant in estate.items()} == READ_ONCE
