"""Stands in for `pulumi-language-python`, which comes with the official CLI: it installs a Python plugin and runs it.

It does what the official host does for a package with a requirements.txt and a pyproject.toml, and nothing else.
"""

from __future__ import annotations

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
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

SCRIPT = '#!/bin/sh\nexec "{python}" "{here}" "$@"\n'


def place(folder: Path) -> None:
    """Put the host where the CLI finds it on PATH."""
    script = folder / "pulumi-language-python"
    script.write_text(SCRIPT.format(python=sys.executable, here=__file__))
    script.chmod(0o755)


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    """The two verbs that a plugin needs."""

    def GetPluginInfo(self, _request: Any, _context: Any) -> plugin_pb2.PluginInfo:  # noqa: N802
        return plugin_pb2.PluginInfo(version="1.0.0")

    def InstallDependencies(self, request: Any, _context: Any) -> Iterator[Any]:  # noqa: N802
        folder = Path(request.info.program_directory or request.directory)
        venv.create(folder / "venv", with_pip=True)
        pip = [str(folder / "venv" / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "--requirement", "requirements.txt"], cwd=folder, check=True, stdout=sys.stderr)
        yield language_pb2.InstallDependenciesResponse(stdout=b"installed\n")

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        folder = Path(request.info.program_directory)
        name = tomllib.loads((folder / "pyproject.toml").read_text())["project"]["name"]
        process = subprocess.Popen(
            [folder / "venv" / "bin" / "python", "-u", "-m", "pulumi.run.plugin", name, *request.args],
            cwd=request.pwd,
            env=dict(pair.split("=", 1) for pair in request.env) or dict(os.environ),
            stdout=subprocess.PIPE,
        )
        context.add_callback(process.kill)
        assert process.stdout is not None
        for line in process.stdout:
            yield language_pb2.RunPluginResponse(stdout=line)
        yield language_pb2.RunPluginResponse(exitcode=process.wait())

    def Cancel(self, _request: Any, _context: Any) -> empty_pb2.Empty:  # noqa: N802
        return empty_pb2.Empty()


if __name__ == "__main__":
    server = grpc.server(ThreadPoolExecutor(8))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(Host(), server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)  # noqa: T201  That is the protocol.
    server.start()
    with contextlib.suppress(KeyboardInterrupt):
        server.wait_for_termination()
