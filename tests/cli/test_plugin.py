"""`auth0-sessions plugin install`: what it runs, and how it reports failures."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import auth0_sessions
from command_line import invoke


@pytest.fixture
def pulumi(tmp_path, monkeypatch):
    """Put a program on PATH that stands for `pulumi`, notes its arguments and ends with a code."""

    def made(code: int = 0) -> Path:
        program, noted = tmp_path / "pulumi", tmp_path / "arguments"
        program.write_text(
            f'#!/bin/sh\nfor each; do echo "$each"; done > {noted}\n/bin/ls "$each" >> {noted}\nexit {code}\n'
        )
        program.chmod(0o755)
        return noted

    monkeypatch.setenv("PATH", str(tmp_path))
    return made


def test_it_installs_a_script_for_this_environment(pulumi):
    """The plugin of the running version is installed, and replaces one of the same version."""
    noted = pulumi()
    done = invoke("plugin", "install")
    assert done.exit_code == 0, done.output
    *given, folder, listed = noted.read_text().splitlines()
    version = auth0_sessions.__version__
    assert given == ["plugin", "install", "resource", "auth0-sessions", version, "--reinstall", "--file"]
    assert listed == "pulumi-resource-auth0-sessions"
    assert not Path(folder).exists()
    assert f"auth0-sessions {version}" in done.output
    assert sys.executable in done.output


def test_without_pulumi_it_says_where_to_get_it(pulumi):
    """No `pulumi` on PATH is one sentence, and the exit code of a failure."""
    done = invoke("plugin", "install")
    assert done.exit_code == 1
    assert "There is no `pulumi` on PATH" in done.stderr
    assert "https://www.pulumi.com/docs/install" in done.stderr


def test_a_failure_of_pulumi_is_a_failure(pulumi):
    """The exit code of `pulumi` is named, and the command fails too."""
    pulumi(code=3)
    done = invoke("plugin", "install")
    assert done.exit_code == 1
    assert "exit code 3" in done.stderr
