"""What a new user runs first: the demo, and the quickstart with the project file at the root."""

from __future__ import annotations

import subprocess
import sys

import pytest

import local_engine


@pytest.mark.deep
@pytest.mark.timeout(180)
def test_the_demo_goes_as_described():
    """The demo checks its own calls, errors and the tenant's final settings."""
    command = [sys.executable, str(local_engine.ROOT / "tools" / "demo.py")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    printed = " ".join(run.stdout.split())
    assert "restored the earlier values: session_lifetime 14d, idle_session_lifetime 2d" in printed
    assert "Traceback" not in run.stdout
    assert run.stderr == ""


@pytest.fixture
def front_door(tmp_path, tenant):
    """The stack of the root's Pulumi.yaml with the quickstart's program."""
    program = local_engine.program_of(local_engine.ROOT / "examples" / "quickstart")
    credentials = {"AUTH0_CLIENT_ID": "front", "AUTH0_CLIENT_SECRET": "door", "AUTH0_DOMAIN": tenant.domain}
    project_file = local_engine.ROOT / "Pulumi.yaml"
    return local_engine.open_stack(program, tmp_path, project_file=project_file, environment=credentials)


@pytest.mark.deep
def test_the_quickstart_runs_with_the_root_s_project_file(front_door, tenant):
    """The typed configuration at the root has defaults for all that the quickstart needs but the tenant."""
    assert local_engine.run(front_door, "up").ok
    assert tenant.settings == {"session_lifetime": 43_200, "idle_session_lifetime": 90}
    assert local_engine.run(front_door, "destroy").ok
