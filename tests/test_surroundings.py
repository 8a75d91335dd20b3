"""What is set up on the machine that runs the tests changes none of them."""

import os

import pytest

import surroundings


@pytest.mark.parametrize(
    "name",
    [
        "AUTH0_DOMAIN",
        "AUTH0_ACME_CLIENT_SECRET",
        "PULUMI_HOME",
        "PULUMI_ACCESS_TOKEN",
        "HTTPS_PROXY",
        "https_proxy",
        "REQUESTS_CA_BUNDLE",
        "FORCE_COLOR",
        "NO_COLOR",
        "COLUMNS",
        "GITHUB_ACTIONS",
    ],
)
def test_a_variable_is_left_out(monkeypatch, name):
    """Credentials, stacks, proxies and the look of a terminal are those of the tests."""
    assert name not in os.environ
    monkeypatch.setenv(name, "theirs")
    surroundings.clean()
    assert name not in os.environ


def test_a_plugin_on_path_is_left_out(monkeypatch, tmp_path):
    """The engine would prefer a plugin on PATH to the one under test; other folders stay in order."""
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "pulumi-resource-auth0-sessions").touch()
    monkeypatch.setenv("PATH", os.pathsep.join(["/first", str(tmp_path / "theirs"), "/last"]))
    surroundings.clean()
    assert os.environ["PATH"] == os.pathsep.join(["/first", "/last"])
