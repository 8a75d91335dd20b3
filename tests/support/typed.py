"""The real CLI as a person types it, and the PATH on which it and this environment's commands are found."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import local_engine
import pulumi_cli

PATH = os.pathsep.join([str(pulumi_cli.BIN), str(Path(sys.executable).parent), os.environ["PATH"]])


class Terminal:
    """A folder with a stack's state and home, and its project in `work`; keyword arguments are more variables."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.work = folder / "work"
        self.environment = {**os.environ, **local_engine.stack_environment(folder), "PATH": PATH, **environment}

    def tried(self, *command: str, folder: str = "work") -> subprocess.CompletedProcess[str]:
        """Run a command in a folder, and return what became of it."""
        return subprocess.run(
            [*command, "--non-interactive"],
            cwd=self.folder / folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def run(self, *command: str, folder: str = "work") -> str:
        """Run a command that has to go well; return what it prints."""
        done = self.tried(*command, folder=folder)
        assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def pulumi(self, *arguments: str, folder: str = "work") -> str:
        """Run the CLI, which has to go well; return what it prints."""
        return self.run("pulumi", *arguments, folder=folder)
