"""The released plugin: built, served, installed by the CLI, and used by a program."""

from __future__ import annotations

import functools
import hashlib
import http.server
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import local_engine
import python_host
import release
from auth0_sessions import __version__
from auth0_sessions.native import SessionLifetime

CLI = local_engine.CLI / "bin" / "pulumi"


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, the plugin's tarballs and their hashes."""
    folder = tmp_path_factory.mktemp("dist")
    release.package(folder)
    release.plugins(folder)
    release.hashes(folder)
    return folder


@pytest.fixture
def server(dist: Path) -> Iterator[str]:
    """A server of the release on loopback."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(dist))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()


def test_every_file_has_its_hash(dist):
    """SHA256SUMS names each file once, with the hash that it has."""
    listed = dict(line.split("  ")[::-1] for line in (dist / release.HASHES).read_text().splitlines())
    files = {path.name for path in dist.iterdir()} - {release.HASHES}
    assert set(listed) == files
    assert all(hashlib.sha256((dist / name).read_bytes()).hexdigest() == listed[name] for name in files)


@pytest.mark.deep
@pytest.mark.timeout(900)
def test_the_tarball_installs_from_a_server_and_runs(dist, server, tmp_path, tenant, monkeypatch):
    """`pulumi plugin install --server` is enough: a program creates, finds nothing to do, and gives back.

    The CLI asks Python's language host to install and to run the plugin. The official one is part of the official CLI,
    so a stand-in does it here. The wheel comes from a folder, because it is not on an index before the release.
    """
    python_host.place(tmp_path)
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path), str(CLI.parent), os.environ["PATH"]]))
    variables = {
        **local_engine.stack_environment(tmp_path),
        "PIP_FIND_LINKS": str(dist),
        "PIP_CONSTRAINT": str(tmp_path / "versions.txt"),
    }
    (tmp_path / "versions.txt").write_text("\n".join(release.locked()))
    install = [CLI, "plugin", "install", "resource", "auth0-sessions", f"v{__version__}", "--server", server]
    environment = {**os.environ, **variables}
    done = subprocess.run(install, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (plugin,) = (tmp_path / "home" / "plugins").glob("resource-auth0-sessions-v*[0-9]")
    assert {path.name for path in plugin.iterdir()} >= {*release.PLUGIN, "venv"}

    def program() -> None:
        SessionLifetime("acme", domain=tenant.domain, plan="enterprise", session_lifetime="30d", on_delete="restore")

    credentials = {"AUTH0_CLIENT_ID": "release", "AUTH0_CLIENT_SECRET": "release-secret"}
    stack = local_engine.open_stack(
        program, tmp_path, environment={**variables, **credentials, "PATH": os.environ["PATH"]}
    )
    up = local_engine.run(stack, "up")
    assert up.ok, up.output + up.failure
    assert tenant.settings == {"session_lifetime": 43_200}
    assert local_engine.run(stack, "up").changes == {"same": 2}
    assert local_engine.run(stack, "destroy").ok
    assert tenant.settings == {"session_lifetime": 10_080}
