"""The wheel, in an empty environment outside the repository, used by a program in another folder."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import auth0_sessions
import git_host
import local_engine

ROOT = local_engine.ROOT

DRIVER = """\
import json, sys
from pathlib import Path
sys.path.append(sys.argv[1])
import local_engine

stack = local_engine.open_stack(local_engine.program_of(Path.cwd()), Path(sys.argv[2]))
done = [local_engine.run(stack, verb) for verb in ("up", "up", "destroy")]
runs = [[run.ok, run.changes, "" if run.ok else run.output] for run in done]
import auth0_sessions
print(json.dumps({"runs": runs, "home": auth0_sessions.__file__}))
"""

PROGRAM = """\
from auth0_sessions import SessionLifetime

SessionLifetime("acme", plan="essential", session_lifetime="30d", idle_session_lifetime="90m", on_delete="restore")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, just built."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (made,) = folder.glob("auth0_sessions-*.whl")
    return made


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    """Everything of the package is in it, typed marker and sandbox included, and nothing of the repository."""
    names = zipfile.ZipFile(wheel).namelist()
    package = ROOT / "provider" / "auth0_sessions"
    files = (path for path in package.rglob("*.*") if path.is_file() and path.suffix != ".pyc")
    assert {f"auth0_sessions/{path.relative_to(package)}" for path in files} <= set(names)
    assert "auth0_sessions/py.typed" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"auth0_sessions"}
    assert any(name.endswith("licenses/LICENSE") for name in names)
    # A plugin on PATH would replace the one that a project has pinned.
    (commands,) = [name for name in names if name.endswith("entry_points.txt")]
    assert b"pulumi-resource-" not in zipfile.ZipFile(wheel).read(commands)


LINE = re.compile(
    rf"^auth0-sessions(?:\[\w+\])? @ git\+<repository>@v{re.escape(auth0_sessions.__version__)}$", re.MULTILINE
)


@pytest.mark.deep
def test_the_install_line_works_in_a_requirements_file(tmp_path):
    """Each page has a line that pip takes in a requirements file, with the address of a repository in it."""
    pages = ("README.md", "docs/how-to/install.md", "docs/how-to/first-tenant.md", "examples/guardrails/README.md")
    lines = [LINE.findall((ROOT / page).read_text()) for page in pages]
    assert [len(found) for found in lines] == [1, 1, 1, 1]
    git = ["git", "-C", str(tmp_path)]
    subprocess.run([*git, "clone", "--quiet", "--bare", str(ROOT), "sessions.git"], check=True)
    subprocess.run([*git, "-C", "sessions.git", "tag", f"v{auth0_sessions.__version__}"], check=True)
    subprocess.run([*git, "-C", "sessions.git", "update-server-info"], check=True)
    with git_host.serving_files(tmp_path) as address:
        (tmp_path / "requirements.txt").write_text(lines[0][0].replace("<repository>", f"{address}/sessions.git"))
        pip = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps"]
        pip += ["--no-build-isolation", "--disable-pip-version-check", "--requirement", "requirements.txt"]
        ran = subprocess.run(pip, cwd=tmp_path, check=False, capture_output=True, text=True)
        assert "Would install auth0-sessions-" in ran.stdout, ran.stderr


USES_THE_SANDBOX = """\
def test_with(auth0_sandbox):
    assert auth0_sandbox.add_tenant("acme").domain
"""


@pytest.mark.deep
@pytest.mark.timeout(600)
def test_the_installed_wheel_works_outside_of_the_repository(wheel, tmp_path, tenant):
    """A plain install brings what a provider and the fixture need, and no more; the extra adds the command line."""
    tenant.dashboard(session_lifetime=600)
    commands = tmp_path / "venv" / "bin"
    venv.create(commands.parent)
    (tmp_path / "work").mkdir()
    identity = {"AUTH0_DOMAIN": tenant.domain, "AUTH0_CLIENT_ID": "wheel", "AUTH0_CLIENT_SECRET": "wheel-secret"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | identity

    def run(command: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        line = [str(commands / command), *map(str, arguments)]
        return subprocess.run(line, cwd=tmp_path / "work", env=environment, capture_output=True, text=True, check=False)

    def install(*packages: str) -> None:
        pip = [sys.executable, "-m", "pip", "--python", str(commands / "python"), "install", "--quiet"]
        # What is never imported here need not be compiled.
        pip += ["--no-compile", "--constraint", str(ROOT / "constraints.txt")]
        subprocess.run([*pip, *packages], check=True)

    install(str(wheel), "pytest")
    (site,) = (commands.parent / "lib").glob("python*/site-packages")
    installed = {path.name.partition("-")[0].lower() for path in site.glob("*.dist-info")}
    assert "auth0_sessions" in installed
    assert installed.isdisjoint({"typer", "rich", "jinja2", "pulumi_policy"})
    plain = run("auth0-sessions", "plans")
    assert (plain.returncode, plain.stdout) == (1, "")
    assert plain.stderr == "Error: the command line is an extra. Install it with: pip install 'auth0-sessions[cli]'\n"
    (tmp_path / "work" / "test_stack.py").write_text(USES_THE_SANDBOX)
    tested = run("python", "-m", "pytest", "-p", "no:cacheprovider", "test_stack.py")
    assert "1 passed" in tested.stdout, tested.stdout
    (tmp_path / "work" / "__main__.py").write_text(PROGRAM)
    done = json.loads(run("python", "-c", DRIVER, ROOT / "tools", tmp_path / "engine").stdout.splitlines()[-1])
    assert Path(done["home"]).is_relative_to(commands.parent)
    assert done["runs"] == [[True, {"create": 2}, ""], [True, {"same": 2}, ""], [True, {"delete": 2}, ""]]
    assert tenant.settings == {"session_lifetime": 600, "idle_session_lifetime": 4_320}

    install(f"{wheel}[cli]")
    assert run("auth0-sessions", "sandbox", "--help").returncode == 0
    (tmp_path / "work" / "tenants.json").write_text(json.dumps({"acme": {"domain": tenant.domain, "plan": "free"}}))
    audit = run("auth0-sessions", "audit", "--tenants", "tenants.json", "--format", "html")
    assert audit.stdout.startswith("<!doctype html>"), audit.stderr
