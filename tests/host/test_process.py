"""A process that has lost its engine."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from auth0_sessions.errors import CanceledError
from auth0_sessions.host import process

ROOT = Path(__file__).parents[2]
PROCESSES = {
    "the native plugin": ["-m", "auth0_sessions"],
    "the policy pack": [ROOT / "examples" / "guardrails" / "__main__.py"],
    "the stand-in for Pulumi's host": [ROOT / "tools" / "python_host.py", "127.0.0.1:9"],
}
PARENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-u", *sys.argv[1:]])
time.sleep(120)
"""


@pytest.mark.parametrize("command", PROCESSES.values(), ids=PROCESSES)
def test_it_ends_when_its_engine_was_killed(command):
    """It exits within a moment; on standard output is the port, which the engine reads, and nothing else."""
    with subprocess.Popen([sys.executable, "-c", PARENT, *command], stdout=subprocess.PIPE, text=True) as parent:
        assert 0 < int(parent.stdout.readline()) < 65_536
        parent.kill()
        # The process holds the other end of this pipe: its end is the process's.
        rest, _ = parent.communicate(timeout=20 * process.WATCH_SECONDS)
    assert rest == ""


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
