"""The released plugin: built, served, installed by the CLI, and used where there is no Python."""

import hashlib
import os
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pulumi
import pytest

import git_host
import languages
import local_engine
import pulumi_cli
import release
import standalone
from auth0_sessions import __version__
from auth0_sessions.native import SessionLifetime
from calls import GET, PATCH, TOKEN
from typed import Terminal

CREDENTIALS = {"AUTH0_CLIENT_ID": "release", "AUTH0_CLIENT_SECRET": "release-secret"}

FLEET = """\
  fleet:
    type: auth0-sessions:TenantFleet
    properties:
      plan: enterprise
      profile: nist-aal2
      tenants:
        globex: {domain: DOMAIN, sessionLifetime: 8h, onDelete: restore}
outputs:
  report: ${fleet.report}
"""
"""Follows the resource of the example."""

pytestmark = [pytest.mark.deep, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, this machine's plugin and their hashes."""
    folder = tmp_path_factory.mktemp("dist")
    with pytest.MonkeyPatch.context() as patched:
        # PyInstaller compiles what it takes.
        patched.setenv("PIP_NO_COMPILE", "true")
        standalone.build(release.package(folder), folder)
    release.hashes(folder)
    return folder


@pytest.fixture
def server(dist: Path) -> Iterator[str]:
    """A server of the release on loopback."""
    with git_host.serving_files(dist) as address:
        yield address


def test_every_file_has_its_hash(dist):
    """SHA256SUMS names each file once, with the hash that it has."""
    listed = dict(line.split("  ")[::-1] for line in (dist / release.HASHES).read_text().splitlines())
    files = {path.name for path in dist.iterdir()} - {release.HASHES}
    assert set(listed) == files
    assert all(hashlib.sha256((dist / name).read_bytes()).hexdigest() == listed[name] for name in files)


def test_what_is_bundled_comes_with_its_license(dist):
    """The plugin has the license of each package and library in it, of Python, and of what put it together."""
    (tarball,) = dist.glob("pulumi-resource-auth0-sessions-v*.tar.gz")
    with tarfile.open(tarball) as packed:
        names = [Path(name) for name in packed.getnames()]
    licensed = {name.parts[1] for name in names if name.parts[0] == "licenses" and len(name.parts) == 3}
    assert {"auth0-sessions", "Python", "pyinstaller", "pulumi", "grpcio", "requests", "PyYAML"} <= licensed
    libraries = {name.name for name in names if name.match("_internal/lib*.so*") and len(name.parts) == 2}
    assert {name for name in libraries if not name.startswith("libpython")} <= licensed
    assert libraries


def test_a_tenant_and_a_fleet_without_python(server, tmp_path, tenant, auth0_sandbox):
    """A program in YAML previews, applies, finds nothing to do, and gives back, with the calls that it always makes.

    A remote component registers its resources from the plugin's own process.
    """
    machine, bin_ = Terminal(tmp_path), tmp_path / "bin"
    bin_.mkdir()
    for name in ("pulumi", languages.YAML_HOST):
        pulumi_cli.place((pulumi_cli.BIN / name).resolve(), bin_ / name)
    machine.environment = {**local_engine.stack_environment(tmp_path), **CREDENTIALS, "PATH": str(bin_)}
    del machine.environment["PULUMI_PYTHON_CMD"]
    assert shutil.which("python3", path=str(bin_)) is None
    machine.pulumi("plugin", "install", "resource", "auth0-sessions", f"v{__version__}", "--server", server)
    other = auth0_sandbox.add_tenant("globex", plan="enterprise")
    tenant.dashboard(session_lifetime=10_000)
    for path in (languages.EXAMPLES / "yaml").glob("Pulumi*.yaml"):
        text = path.read_text().replace("acme.eu.auth0.com", tenant.domain)
        (machine.work / path.name).write_text(text.replace("outputs:\n", FLEET.replace("DOMAIN", other.domain)))
    machine.pulumi("stack", "init", "dev")
    machine.pulumi("preview")
    assert auth0_sandbox.requests == []
    machine.pulumi("up", "--yes", "--skip-preview")
    assert (tenant.settings["session_lifetime"], other.settings["session_lifetime"]) == (43_200, 480)
    assert "globex" in machine.pulumi("stack", "output", "report")
    machine.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert tenant.calls == other.calls == [TOKEN, GET, PATCH]
    machine.pulumi("destroy", "--yes", "--skip-preview")
    assert tenant.settings == {"session_lifetime": 10_000, "idle_session_lifetime": 4_320}
    assert other.settings["session_lifetime"] == 10_080


def test_a_program_in_python_gets_the_plugin_by_itself(server, tmp_path, tenant, monkeypatch):
    """On a machine without the plugin, the engine downloads the version that the package names."""
    monkeypatch.setattr(
        SessionLifetime, "pinned", pulumi.ResourceOptions(version=__version__, plugin_download_url=server)
    )

    def program() -> None:
        SessionLifetime("acme", domain=tenant.domain, plan="enterprise", session_lifetime="30d")

    stack = local_engine.open_stack(program, tmp_path, environment={**CREDENTIALS, "PATH": os.environ["PATH"]})
    up = local_engine.run(stack, "up")
    assert up.ok, up.output + up.failure
    assert tenant.settings == {"session_lifetime": 43_200}
    assert [path.name for path in (tmp_path / "home" / "plugins").glob("*[0-9]")] == [
        f"resource-auth0-sessions-v{__version__}"
    ]
