"""The plugin's process: what it prints, and when it ends."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import yaml
from google.protobuf import empty_pb2

from auth0_sessions.host.process import WATCH_SECONDS


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
