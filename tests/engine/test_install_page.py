"""The way that the pages show, walked: empty folder, fresh home, the commands as they stand, a repository on HTTPS."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import auth0_sessions
import git_host
import local_engine
import pulumi_cli
from auth0_sessions import publisher
from typed import Terminal

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


class Walk(Terminal):
    """A machine that has the CLI and has never seen the package."""

    def __init__(self, folder: Path, network: dict[str, str]) -> None:
        folder.mkdir()
        path = os.pathsep.join([str(pulumi_cli.BIN), os.environ["PATH"]])
        # Without a network, to ask the Registry first is an error; what is never imported need not be compiled.
        quick = {"PULUMI_DISABLE_REGISTRY_RESOLVE": "true", "PIP_NO_COMPILE": "true"}
        super().__init__(folder, **CREDENTIALS, **network, **quick, PATH=path)

    def follow(self, commands: str) -> None:
        """Run a page's commands, each as it stands but for the repository's address."""
        for line in commands.replace("<repository>", publisher.REPOSITORY).splitlines():
            if words := shlex.split(line, comments=True):
                self.run(*words)


@pytest.fixture(scope="module")
def network(yaml_host: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The publisher's Git host with this repository, as it is committed, tagged with its version."""
    folder = tmp_path_factory.mktemp("host")
    bare = folder / "bare.git"
    clone = ["git", "clone", "--quiet", "--bare", str(ROOT), str(bare)]
    subprocess.run(clone, check=True)
    tag = ["git", "-C", str(bare), "tag", "--force", f"v{auth0_sessions.__version__}"]
    subprocess.run(tag, check=True, capture_output=True)
    with git_host.serving(bare, publisher.REPOSITORY.split("/")[2], folder) as environment:
        yield environment


def test_the_readme_is_the_page():
    """The README's program and command are those of the page, on the plan of the README's other programs."""
    readme = section(ROOT / "README.md", "In YAML, TypeScript, and Go")
    page = section(PAGE, "YAML")
    assert (
        yaml.safe_load(block(readme, "yaml").replace("essential", "enterprise"))["resources"]
        == (yaml.safe_load(block(page, "yaml"))["resources"])
    )
    assert block(readme, "sh").strip() in block(page, "sh").splitlines()


def test_the_install_page_and_a_fresh_clone(network, tmp_path, tenant):
    """The page's commands lead from an empty folder to a managed tenant.

    On another machine its CI steps install the same version and change no file.
    """
    first, second = (Walk(tmp_path / name, network) for name in ("first", "second"))
    text = section(PAGE, "YAML")
    (first.work / "Pulumi.yaml").write_text(block(text, "yaml").replace("acme.eu.auth0.com", tenant.domain))
    first.follow(block(text, "sh"))
    assert f"@v{auth0_sessions.__version__}" in (first.work / "Pulumi.yaml").read_text()
    assert tenant.calls == []
    first.run("pulumi", "up", "--yes", "--skip-preview", "--stack", "dev")
    assert tenant.settings == {"session_lifetime": 43_200, "idle_session_lifetime": 90}

    for part in ("work", "state"):
        shutil.copytree(first.folder / part, second.folder / part, dirs_exist_ok=True)
    before = {path: path.read_bytes() for path in second.work.rglob("*") if path.is_file()}
    steps = re.findall(r"- run: (pulumi .+)", block(section(PAGE, "In CI"), "yaml"))
    second.follow("\n".join(steps).replace('"$STACK"', "dev"))
    assert {path: path.read_bytes() for path in second.work.rglob("*") if path.is_file()} == before
    second.run("pulumi", "up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "dev")


def test_from_a_template(network, tmp_path):
    """`pulumi new` makes a project of an example, whose stack's file has the project's key for the domain."""
    machine = Walk(tmp_path / "machine", network)
    new, *rest = block(section(PAGE, "From a template"), "sh").splitlines()
    machine.follow(new)
    assert all(line in block(section(PAGE, "YAML"), "sh") for line in rest)
    made, configured = (yaml.safe_load((machine.work / f"Pulumi{name}.yaml").read_text()) for name in ("", ".dev"))
    assert made["resources"]["acme"]["type"] == "auth0-sessions:SessionLifetime"
    assert configured["config"] == {f"{made['name']}:domain": "acme.eu.auth0.com"}


def test_from_a_release(tmp_path):
    """An installed plugin is enough for `pulumi package add NAME@VERSION`, without the repository."""
    machine = Walk(tmp_path / "machine", {})
    local_engine.place_plugin(machine.folder)
    (machine.work / "Pulumi.yaml").write_text("name: acme-sessions\nruntime: yaml\n")
    _, add = block(section(PAGE, "What a machine needs"), "sh").splitlines()
    machine.follow(add)
    assert f"auth0-sessions@{auth0_sessions.__version__}" in (machine.work / "Pulumi.yaml").read_text()
