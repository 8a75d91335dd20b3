"""The program that Pulumi starts as the plugin."""

from __future__ import annotations

import subprocess
import sys

from auth0_sessions.native.script import write_script


def test_it_starts_the_plugin_of_this_environment(tmp_path):
    """The script serves with this Python, also where the program's folder has modules of the same names as others."""
    for name in ("auth0_sessions.py", "yaml.py", "typing.py"):
        (tmp_path / name).write_text("raise SystemExit('the module of the program')")
    script = write_script(tmp_path)
    assert script.name == "pulumi-resource-auth0-sessions"
    with subprocess.Popen([script], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert 0 < int(process.stdout.readline()) < 65_536
        process.terminate()


def test_on_windows_it_is_a_command_file(tmp_path):
    """The engine looks for `.exe` and `.cmd` there."""
    script = write_script(tmp_path, windows=True)
    assert script.name == "pulumi-resource-auth0-sessions.cmd"
    assert script.read_bytes() == f'@"{sys.executable}" -P -m auth0_sessions %*\r\n'.encode()
