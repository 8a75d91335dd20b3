"""The plugin's process: what it prints, and when it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml
from google.protobuf import empty_pb2

from auth0_sessions.host.process import WATCH_SECONDS

PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-m", "auth0_sessions"])
print(child.pid, flush=True)
time.sleep(120)
"""


def test_it_ends_when_its_engine_was_killed():
    """It exits within a moment; on standard output is the port, which the engine reads, and nothing else."""
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        child, port = (int(parent.stdout.readline()) for _ in range(2))
        try:
            assert 0 < port < 65_536
            parent.kill()
            # The plugin holds the other end of this pipe: its end is the plugin's.
            rest, _ = parent.communicate(timeout=20 * WATCH_SECONDS)
            assert rest == ""
        finally:
            if is_plugin(child):
                os.kill(child, signal.SIGKILL)


def is_plugin(pid):
    """Return whether a process is still the plugin that was started here."""
    try:
        return b"auth0_sessions" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def test_it_stays_as_long_as_its_engine(host):
    """A plugin keeps serving while its engine is alive."""
    try:
        host.process.wait(2.5 * WATCH_SECONDS)
    except subprocess.TimeoutExpired:
        host.stub.GetPluginInfo(empty_pb2.Empty())
    else:
        raise AssertionError(host.process.returncode)


def test_pulumi_finds_no_component_in_the_package():
    """Pulumi's runner would serve component classes that it finds there, in place of the plugin: names stay lazy."""
    code = """
import auth0_sessions, inspect, pulumi
from pulumi.provider.experimental.host import components_from_module
assert components_from_module(auth0_sessions) == []
assert not [one for one in vars(auth0_sessions).values() if inspect.isclass(one) and issubclass(one, pulumi.Resource)]
assert issubclass(auth0_sessions.SessionPolicy, pulumi.ComponentResource)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_repository_is_a_plugin_package():
    """`pulumi package add <repository>` reads PulumiPlugin.yaml and the package's name at the root."""
    root = Path(__file__).parent.parent.parent
    assert yaml.safe_load((root / "PulumiPlugin.yaml").read_text()) == {"runtime": "python"}
    assert tomllib.loads((root / "pyproject.toml").read_text())["project"]["name"] == "auth0-sessions"
