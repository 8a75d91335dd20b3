"""The native plugin on the real engine, with programs in Python: what only it can do, and every call counted."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi import automation

import auth0_sessions
import local_engine
from auth0_sessions import publisher
from auth0_sessions.native import Provider, SessionLifetime
from auth0_sessions.native.script import write_script
from calls import GET, PATCH, TOKEN, calls_of
from command_line import COMMAND
from typed import Terminal

pytestmark = pytest.mark.front_ends("native")

KIND = "auth0-sessions:index:SessionLifetime"
CANARY = "Canary-7h3s3cr3t-x9"


def arguments(tenant: Any, **more: Any) -> dict[str, Any]:
    """Return the arguments of a tenant that is given back what it had."""
    return {"domain": tenant.domain, "plan": "enterprise", "on_delete": "restore", "session_lifetime": "30d", **more}


def with_provider(tenant: Any, **more: Any) -> Callable[[], None]:
    """Return a program whose one resource has an explicit provider, with the tenant's name as its credentials."""

    def program() -> None:
        given = {"client_id": tenant.name, "client_secret": f"{tenant.name}-{CANARY}"}
        provider = Provider("p", **{"domain": tenant.domain, **given, **more})
        opts = pulumi.ResourceOptions(provider=provider)
        SessionLifetime("acme", plan="enterprise", session_lifetime="8h", on_delete="restore", opts=opts)

    return program


def test_a_diff_shows_each_change_as_what_it_is(engine, tenant):
    """Changed, added and removed inputs are shown as such, also those with a default; outputs are in no diff."""
    engine.args = arguments(tenant, idle_session_lifetime="90m")
    assert engine.up().ok
    engine.args = arguments(tenant, session_lifetime="8h", ephemeral_session_lifetime="2h", over_limit="warn")
    del engine.args["on_delete"]
    shown = engine.preview(diff=True).output
    (diff, _) = shown.split("--outputs:--")
    assert '~ sessionLifetime         : "30d" => "8h"' in diff
    assert '+ ephemeralSessionLifetime: "2h"' in diff
    assert '- idleSessionLifetime     : "1h30m"' in diff
    assert '~ onDelete                : "restore" => "retain"' in diff
    assert '~ overLimit               : "error" => "warn"' in diff
    assert not [word for word in ("Minutes", "previous", "superseded", "oldSessions") if word in diff]


def test_an_import_takes_a_tenant_over(engine, tenant, auth0_sandbox):
    """One read, nothing written; an `up` with the code of the import makes no call; `previous` is what was found."""
    tenant.dashboard(session_lifetime=90, session_cookie_mode="non-persistent")
    given = {"session_lifetime": "90m", "session_cookie_mode": "non-persistent"}
    engine.args = {"domain": tenant.domain, "opts": pulumi.ResourceOptions(import_=tenant.domain), **given}
    assert engine.preview(diff=True).ok
    auth0_sandbox.clear_requests()
    run = engine.up()
    assert run.ok, run.output
    assert calls_of(tenant, auth0_sandbox) == [TOKEN, GET]
    assert engine.outputs["previous"] == {"session_lifetime": 90, "session_cookie_mode": "non-persistent"}

    engine.args = {"domain": tenant.domain, **given}
    assert engine.up().changes == {"same": 2}
    assert calls_of(tenant, auth0_sandbox) == []

    engine.args |= {"session_lifetime": "8h", "on_delete": "restore"}
    assert engine.up().ok
    assert calls_of(tenant, auth0_sandbox) == [TOKEN, PATCH]
    assert engine.destroy().ok
    assert tenant.settings == {"session_lifetime": 90, "session_cookie_mode": "non-persistent"}


@pytest.mark.deep
def test_an_import_and_a_change_go_in_one_run(engine, tenant):
    """The preview shows the import and the change as two steps, and `previous` is what was found."""
    tenant.dashboard(session_lifetime=90)
    engine.args = arguments(tenant, session_lifetime="8h", opts=pulumi.ResourceOptions(import_=tenant.domain))
    preview = engine.preview(diff=True)
    assert preview.changes == {"create": 1, "import": 1, "update": 1}
    shown = " ".join(preview.output.split()).replace(" :", ":")  # CLIs list more or fewer lines, and align them.
    assert '~ sessionLifetime: "1h30m" => "8h"' in shown
    run = engine.up()
    assert run.ok, run.output
    assert tenant.settings == {"session_lifetime": 480}
    assert engine.destroy().ok
    assert tenant.settings == {"session_lifetime": 90}


def test_an_import_that_cannot_be_imports_nothing(engine, tenant):
    """One clear paragraph on the resource, nothing in state, nothing written."""
    opts = pulumi.ResourceOptions(import_=f"{tenant.domain}x")
    engine.args = {"domain": tenant.domain, "plan": "enterprise", "session_lifetime": "7d", "opts": opts}
    run = engine.up()
    assert not run.ok
    (message,) = {text for text in run.said("error") if "could not get a Management API token (404)" in text}
    assert "\n" not in message
    assert [one for one in engine.resources if one["type"] == KIND] == []
    assert PATCH not in tenant.calls


def test_a_provider_that_moves_replaces_its_resources(engine, tenant, auth0_sandbox):
    """The old tenant gets its delete with the old credentials, the new one its create with the new ones."""
    other = auth0_sandbox.add_tenant("other", plan="enterprise")
    engine.program = with_provider(tenant)
    assert engine.up().ok
    engine.program = with_provider(other)
    auth0_sandbox.clear_requests()
    preview = engine.preview()
    assert preview.ok, preview.output
    assert auth0_sandbox.requests == []
    run = engine.up()
    assert run.ok, run.output
    assert tenant.settings == {"session_lifetime": 10_080}
    assert other.settings == {"session_lifetime": 480}
    for one in (tenant, other):
        assert {request.body["client_id"] for request in one.requests if request.call == TOKEN} == {one.name}
    calls = [(request.tenant, request.call) for request in auth0_sandbox.requests]
    assert calls.index(("other", PATCH)) < calls.index(("acme", PATCH)), "the new tenant comes first"
    auth0_sandbox.clear_requests()
    assert engine.up().ok
    assert auth0_sandbox.requests == []
    assert engine.destroy().ok
    assert other.settings == {"session_lifetime": 10_080}


@pytest.mark.deep
def test_a_provider_that_stays_replaces_nothing(engine, tenant, auth0_sandbox):
    """A rotated secret, another spelling of the domain, and the default provider of the same tenant: not one call."""
    engine.program = with_provider(tenant)
    assert engine.up().ok
    auth0_sandbox.clear_requests()
    engine.args = arguments(tenant, session_lifetime="8h")
    changed = with_provider(tenant, client_secret="rotated", domain=f"{tenant.domain}/")
    for program in (changed, engine.one_resource, with_provider(tenant)):
        engine.program = program
        run = engine.up()
        assert run.ok, run.output
        assert "replace" not in run.changes
        assert auth0_sandbox.requests == []
    assert engine.destroy().ok
    assert tenant.settings == {"session_lifetime": 10_080}


def test_a_live_preview_shows_what_would_be_written(engine, tenant, auth0_sandbox):
    """One read: `previous` is known at preview, and the row says what would be written and what it means."""
    tenant.dashboard(session_lifetime=90)
    engine.stack.set_config("auth0-sessions:livePreview", automation.ConfigValue("true"))
    engine.args = arguments(tenant)
    preview = engine.preview(diff=True)
    assert calls_of(tenant, auth0_sandbox) == [TOKEN, GET]
    assert "would write sessionLifetime 1h30m => 30d." in "\n".join(preview.said("info"))
    assert any("sessionLifetime goes from 1h30m to 30d" in text for text in preview.said("warning"))
    assert "session_lifetime: 90" in preview.output
    assert tenant.settings == {"session_lifetime": 90}
    tenant.fault("403-scope", times=None)
    preview = engine.preview()
    assert preview.ok
    assert any("preview could not read the tenant" in text for text in preview.said("warning"))


def test_the_command_installs_the_plugin(engine, tenant):
    """`auth0-sessions plugin install` puts this environment's plugin where the engine finds it, over an older one."""
    placed = local_engine.place_plugin(engine.folder)
    placed.write_text("not a plugin")
    done = subprocess.run(
        [COMMAND, "plugin", "install"],
        env=Terminal(engine.folder).environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert placed.read_text().endswith(' -P -m auth0_sessions "$@"\n')
    engine.args = arguments(tenant)
    assert engine.up().ok


def test_without_the_plugin_the_error_has_the_command(engine, tenant):
    """The engine tries to download the plugin of this version, and says which command installs it."""
    shutil.rmtree(engine.folder / "home" / "plugins")
    engine.args = arguments(tenant)
    run = engine.preview()
    assert not run.ok
    version = auth0_sessions.__version__
    command = f"pulumi plugin install resource auth0-sessions v{version} --server {publisher.downloads(version)}"
    assert f"install the plugin using `{command}`" in run.output


def test_pulumi_accepts_the_plugins_schema(tmp_path):
    """`pulumi package get-schema` starts the plugin and binds its schema."""
    found = subprocess.run(
        [local_engine.CLI / "bin" / "pulumi", "package", "get-schema", write_script(tmp_path)],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PULUMI_HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stderr) == (0, "")
    bound = json.loads(found.stdout)
    assert bound["version"] == auth0_sessions.__version__
    assert KIND in bound["resources"]
