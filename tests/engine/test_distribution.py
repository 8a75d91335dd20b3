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
from typing import Any

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
done = {}
for verb in ("preview", "up", "refresh", "up", "destroy"):
    run = local_engine.run(stack, verb)
    done.setdefault(verb, []).append([run.ok, run.changes, "" if run.ok else run.output])
import auth0_sessions
print(json.dumps({"runs": done, "home": auth0_sessions.__file__, "version": auth0_sessions.__version__}))
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


def install(folder: Path, wheel: Path, extras: str = "") -> Path:
    """Install the wheel, its dependencies pinned, into an environment of its own; return the folder of commands."""
    if not folder.exists():
        venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--constraint", str(ROOT / "constraints.txt")]
    subprocess.run([*pip, f"{wheel}{extras}"], check=True)
    return folder / "bin"


def names_in(commands: Path) -> set[str]:
    """Return the names of the packages of an environment."""
    listed = [str(commands / "python"), "-m", "pip", "list", "--format", "json", "--disable-pip-version-check"]
    found = json.loads(subprocess.run(listed, check=True, capture_output=True, text=True).stdout)
    return {package["name"].lower() for package in found}


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
def test_a_plain_install_names_the_extra_that_is_missing(wheel, tmp_path):
    """It brings no more than the provider needs, the fixture works, and the command says what to install."""
    commands = install(tmp_path / "venv", wheel)
    ours = names_in(commands)
    assert ours.isdisjoint({"typer", "rich", "jinja2", "pulumi-policy"})
    subprocess.run(
        [commands / "python", "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", "pytest"], check=True
    )
    ran = subprocess.run([commands / "auth0-sessions", "plans"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == "Error: the command line is an extra. Install it with: pip install 'auth0-sessions[cli]'\n"
    (tmp_path / "test_stack.py").write_text(USES_THE_SANDBOX)
    pytest_run = [commands / "python", "-m", "pytest", "-p", "no:cacheprovider", tmp_path / "test_stack.py"]
    ran = subprocess.run(pytest_run, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "1 passed" in ran.stdout, ran.stdout

    install(tmp_path / "venv", wheel, "[cli]")
    for arguments in (["plans"], ["sandbox", "--help"]):
        subprocess.run([commands / "auth0-sessions", *arguments], check=True, capture_output=True)


@pytest.mark.deep
@pytest.mark.timeout(600)
def test_a_program_in_another_folder_runs_on_the_installed_wheel(wheel, tmp_path, auth0_sandbox):
    """Preview, up, refresh, up and destroy, with nothing of the repository on the way but the engine."""
    tenant = auth0_sandbox.add_tenant("acme", plan="essential", settings={"session_lifetime": 600})
    environment = tmp_path / "venv"
    python = install(environment, wheel) / "python"
    program = tmp_path / "elsewhere"
    program.mkdir()
    (program / "__main__.py").write_text(PROGRAM)
    done = drive(python, program, tmp_path / "engine", tenant)
    assert Path(done["home"]).is_relative_to(environment)
    assert [ok for runs in done["runs"].values() for ok, *_ in runs] == [True] * 5, done
    assert [changes for _, changes, _ in done["runs"]["up"]] == [{"create": 2}, {"same": 2}]
    assert tenant.settings == {"session_lifetime": 600, "idle_session_lifetime": 4_320}
    install(environment, wheel, "[cli]")
    (tmp_path / "tenants.json").write_text(json.dumps({"acme": {"domain": tenant.domain, "plan": "essential"}}))
    audit = subprocess.run(
        [environment / "bin" / "auth0-sessions", "audit", "--tenants", tmp_path / "tenants.json", "--format", "html"],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "AUTH0_CLIENT_ID": "wheel", "AUTH0_CLIENT_SECRET": "wheel-secret"},
    ).stdout
    assert audit.startswith("<!doctype html>")


def drive(python: Path, program: Path, folder: Path, tenant: Any) -> dict[str, Any]:
    """Run the driver with another environment's Python and return what it reports."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        "AUTH0_DOMAIN": tenant.domain,
        "AUTH0_CLIENT_ID": "wheel",
        "AUTH0_CLIENT_SECRET": "wheel-secret",
    }
    run = subprocess.run(
        [python, "-c", DRIVER, str(ROOT / "tools"), str(folder)],
        cwd=program,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return found
