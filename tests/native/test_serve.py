"""The plugin's process: what it prints, and when it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from google.protobuf import empty_pb2

from auth0_sessions.errors import CanceledError
from auth0_sessions.host import process
from auth0_sessions.host.process import WATCH_SECONDS

PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-m", "auth0_sessions"])
print(child.pid, flush=True)
time.sleep(120)
"""


def test_it_ends_when_its_engine_was_killed():
    """When an engine is killed, the plugin notices and exits within a moment."""
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        child, port = (int(parent.stdout.readline()) for _ in range(2))
        try:
            assert port > 0
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


def test_only_the_port_is_on_standard_output():
    """The engine reads the port from the first line, and nothing else is printed, also not by a failing call."""
    with subprocess.Popen(
        [sys.executable, "-m", "auth0_sessions"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        line = process.stdout.readline()
        process.terminate()
        rest, errors = process.communicate(timeout=20)
    assert 0 < int(line) < 65_536
    assert (rest, errors) == ("", "")


def test_an_orphan_is_refused():
    """A write that only a record can make safe needs an engine that still listens; one that never listened is none."""
    with socket.create_server(("127.0.0.1", 0)) as engine:
        address = f"127.0.0.1:{engine.getsockname()[1]}"
        assert process._listens(address)
        process.confirm_engine(address)
    with pytest.raises(CanceledError, match="engine has ended, so nothing was written"):
        process.confirm_engine(address)
    process.confirm_engine("127.0.0.1:9")
    process.confirm_engine(None)
