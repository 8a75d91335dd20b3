"""A stand-in for `pulumi-language-python` on machines without the official CLI, which `make setup` prefers to a build.

CLIs built from Go modules lack the Python language host. This one installs and runs plugins (folders with a
`pyproject.toml`) and runs policy packs (folders with a `__main__.py`). Programs run through the Automation API instead.
"""

import contextlib
import os
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from auth0_sessions.host.process import end_with_engine

NO_PROGRAMS = (
    "The CLI that make builds does not run programs in Python. Install Pulumi's own "
    "(https://www.pulumi.com/docs/install), or use the Automation API."
)


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    """The verbs that plugins and policy packs need, and an answer for programs."""

    def GetPluginInfo(self, _request: Any, _context: Any) -> plugin_pb2.PluginInfo:  # noqa: N802
        """Return a version."""
        return plugin_pb2.PluginInfo(version="1.0.0")

    def InstallDependencies(self, request: Any, _context: Any) -> Iterator[Any]:  # noqa: N802
        """Make an environment, and install the requirements in it."""
        folder = Path(request.info.program_directory or request.directory)
        venv.create(folder / "venv")
        pip = [sys.executable, "-m", "pip", "--python", str(folder / "venv" / "bin" / "python"), "install", "--quiet"]
        subprocess.run([*pip, "--requirement", "requirements.txt"], cwd=folder, check=True, stdout=sys.stderr)
        yield language_pb2.InstallDependenciesResponse(stdout=b"installed\n")

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        """Run a plugin in its environment; a policy pack that has none yet runs with this project's Python."""
        folder = Path(request.info.program_directory)
        own = folder / "venv" / "bin" / "python"
        process = subprocess.Popen(
            [own if own.exists() else sys.executable, "-u", *started(folder), *request.args],
            cwd=request.pwd,
            env=dict(pair.split("=", 1) for pair in request.env) or dict(os.environ),
            stdout=subprocess.PIPE,
        )
        context.add_callback(process.kill)
        for line in process.stdout or ():
            yield language_pb2.RunPluginResponse(stdout=line)
        yield language_pb2.RunPluginResponse(exitcode=process.wait())

    def Run(self, _request: Any, _context: Any) -> language_pb2.RunResponse:  # noqa: N802
        """Say what to do instead."""
        return language_pb2.RunResponse(error=NO_PROGRAMS)


def started(folder: Path) -> list[str]:
    """Return what Python runs for a folder: its `__main__.py`, or the package that it is."""
    if (folder / "__main__.py").exists():
        return [str(folder)]
    return ["-m", "pulumi.run.plugin", tomllib.loads((folder / "pyproject.toml").read_text())["project"]["name"]]


if __name__ == "__main__":
    end_with_engine(sys.argv[-1])
    server = grpc.server(ThreadPoolExecutor(64))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(Host(), server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    with contextlib.suppress(KeyboardInterrupt):
        server.wait_for_termination()
