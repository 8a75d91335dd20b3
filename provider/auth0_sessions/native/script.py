"""The program that Pulumi starts as the plugin, for the Python that this package is installed in."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from auth0_sessions.publisher import NAME

_MODULE = "-P -m auth0_sessions"
"""`-P` keeps the folder of the user's program, in which the plugin is started, out of Python's path."""


def write_script(folder: Path, *, windows: bool = sys.platform == "win32") -> Path:
    """Write the program into a folder; return it."""
    script = folder / f"pulumi-resource-{NAME}{'.cmd' if windows else ''}"
    if windows:
        text = f'@"{sys.executable}" {_MODULE} %*\r\n'
    else:
        text = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {_MODULE} "$@"\n'
    script.write_bytes(text.encode())
    script.chmod(0o755)
    return script
