"""The way that the pages show, walked: empty folder, fresh home, the commands as they stand, a repository on HTTPS."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import auth0_sessions
import git_host
import languages
import local_engine
import pulumi_cli
import python_host

ROOT = local_engine.ROOT
PAGE = ROOT / "docs" / "how-to" / "install.md"
CREDENTIALS = {"AUTH0_CLIENT_ID": "walk", "AUTH0_CLIENT_SECRET": "walk-secret"}

pytestmark = [pytest.mark.deep, pytest.mark.timeout(900)]


def section(page: Path, heading: str) -> str:
    """Return the text below a heading of the second level."""
    (text,) = re.findall(rf"^## {heading}$(.*?)(?=^## |\Z)", page.read_text(), re.MULTILINE | re.DOTALL)
    return text


def block(text: str, language: str) -> str:
    """Return the first block of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)[0]


@dataclass
class Walk:
    """A machine that has the CLI and has never seen the package."""

    folder: Path
    repository: str
    certificate: Path

    def __post_init__(self) -> None:
        """Put what the machine lacks on its PATH."""
        tools = self.folder / "tools"
        tools.mkdir()
        if not (pulumi_cli.BIN / "pulumi").resolve().with_name("pulumi-language-python").exists():
            # The official CLI has the host that builds plugins in Python; the one that `make` builds has not.
            python_host.place(tools)
        path = os.pathsep.join([str(tools), str(pulumi_cli.BIN), os.environ["PATH"]])
        own = {"PATH": path, "SSL_CERT_FILE": str(self.certificate), "PULUMI_SKIP_UPDATE_CHECK": "true"}
        self.environment = {**os.environ, **local_engine.stack_environment(self.folder), **CREDENTIALS, **own}

    @property
    def project(self) -> Path:
        """The folder of the project."""
        return self.folder / "work"

    def follow(self, commands: str) -> None:
        """Run a page's commands, each as it stands but for the repository's address."""
        for line in commands.replace("<repository>", self.repository).splitlines():
            if words := shlex.split(line, comments=True):
                self.run(*words)

    def run(self, *words: str) -> str:
        """Run a command in the project's folder; return what it prints."""
        done = subprocess.run(
            [*words, "--non-interactive"],
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{shlex.join(words)}\n{done.stdout}{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A Git host with this repository, as it is committed, tagged with its version."""
    give_up = pytest.fail if os.environ.get("CI") else pytest.skip
    if not (pulumi_cli.BIN / languages.YAML_HOST).exists():
        give_up("YAML is not ready; `make languages` prepares it")
    folder = tmp_path_factory.mktemp("host")
    bare = folder / "bare.git"
    clone = ["git", "clone", "--quiet", "--bare", str(ROOT), str(bare)]
    subprocess.run(clone, check=True)
    tag = ["git", "-C", str(bare), "tag", "--force", f"v{auth0_sessions.__version__}"]
    subprocess.run(tag, check=True, capture_output=True)
    try:
        with git_host.serving(bare, folder) as (address, certificate):
            yield f"https://{address}/example/auth0-sessions", certificate
    except PermissionError:
        give_up("a Git host needs port 443: `sysctl -w net.ipv4.ip_unprivileged_port_start=443` lets it have it")


def walk(folder: Path, host: tuple[str, Path]) -> Walk:
    """Return a new machine."""
    folder.mkdir()
    return Walk(folder, *host)


@pytest.mark.parametrize("page", [PAGE, ROOT / "README.md"], ids=["install", "readme"])
def test_yaml(page, host, tmp_path, tenant):
    """From an empty folder to a managed tenant, and on to a colleague's fresh clone, with the commands of the page."""
    text = section(page, "YAML" if page == PAGE else "In YAML, TypeScript, and Go")
    first = walk(tmp_path / "first", host)
    project = block(text, "yaml").replace("acme.eu.auth0.com", tenant.domain)
    (first.project / "Pulumi.yaml").write_text(project.replace("plan: essential", "plan: enterprise"))
    first.follow(block(text, "sh"))
    assert f"@v{auth0_sessions.__version__}" in (first.project / "Pulumi.yaml").read_text()
    if page != PAGE:
        first.run("pulumi", "stack", "select", "--create", "dev")
    assert tenant.calls == []
    first.run("pulumi", "up", "--yes", "--skip-preview")
    assert tenant.settings == {"session_lifetime": 43_200, "idle_session_lifetime": 90}

    second = walk(tmp_path / "second", host)
    shutil.copytree(first.project, second.project, dirs_exist_ok=True)
    shutil.copytree(first.folder / "state", second.folder / "state", dirs_exist_ok=True)
    before = {path: path.read_bytes() for path in second.project.rglob("*") if path.is_file()}
    steps = re.findall(r"- run: (pulumi .+)", block(section(PAGE, "In CI"), "yaml"))
    second.follow("\n".join(steps).replace("prod", "dev"))
    assert {path: path.read_bytes() for path in second.project.rglob("*") if path.is_file()} == before
    second.run("pulumi", "up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "dev")


def test_from_a_release(host, tmp_path):
    """An installed plugin is enough for `pulumi package add NAME@VERSION`, without the repository."""
    machine = walk(tmp_path / "machine", ("https://localhost:1/nowhere", host[1]))
    local_engine.place_plugin(machine.folder)
    (machine.project / "Pulumi.yaml").write_text("name: acme-sessions\nruntime: yaml\n")
    _, add = block(section(PAGE, "What a machine needs"), "sh").splitlines()
    machine.follow(add)
    assert f"auth0-sessions@{auth0_sessions.__version__}" in (machine.project / "Pulumi.yaml").read_text()
