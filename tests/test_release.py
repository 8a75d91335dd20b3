"""What a release and its workflows promise: valid, pinned, few rights, and one place for the version."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from check_jsonschema import main as check_jsonschema  # type: ignore[import-untyped]
from click.testing import CliRunner, Result

import auth0_sessions
import local_engine
import pulumi_cli
import standalone

ROOT = local_engine.ROOT
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
SCHEMAS = {
    "github-workflows": WORKFLOWS,
    "dependabot": [GITHUB / "dependabot.yml"],
    "github-issue-forms": [GITHUB / "ISSUE_TEMPLATE" / "bug.yml", GITHUB / "ISSUE_TEMPLATE" / "feature.yml"],
    "github-issue-config": [GITHUB / "ISSUE_TEMPLATE" / "config.yml"],
}


def workflow(name: str) -> dict:
    """Return a workflow; YAML 1.1 reads its key `on` as true."""
    return yaml.safe_load((GITHUB / "workflows" / name).read_text())


def check(schema: str, *files: Path) -> Result:
    """Check files against a schema that check-jsonschema ships."""
    return CliRunner().invoke(check_jsonschema, ["--builtin-schema", f"vendor.{schema}", *map(str, files)])


@pytest.mark.parametrize("schema", SCHEMAS)
def test_what_github_reads_is_valid(schema):
    """Workflows, dependency updates and issue forms are what GitHub's own schemas ask for."""
    run = check(schema, *SCHEMAS[schema])
    assert run.exit_code == 0, run.output


PAGES = [ROOT / "docs" / "how-to" / f"{page}.md" for page in ("esc", "install", "many-tenants")]


def test_the_workflows_that_users_copy_are_valid(tmp_path):
    """Those of the pages and of the example are what GitHub's schema asks for, too."""
    files = [ROOT / "examples" / "pull_request" / "preview.yml"]
    for page in PAGES:
        blocks = re.findall(r"^```yaml\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
        for number, text in enumerate(text for text in blocks if re.search("^jobs:$", text, re.MULTILINE)):
            files.append(tmp_path / f"{page.stem}-{number}.yml")
            files[-1].write_text(text)
    assert len(files) == 1 + len(PAGES) + 1
    run = check("github-workflows", *files)
    assert run.exit_code == 0, run.output


def test_pull_requests_need_no_secret():
    """What runs for a pull request may only read, names no secret, and leaves no token in the checkout."""
    text = (GITHUB / "workflows" / "ci.yml").read_text()
    ci = workflow("ci.yml")
    assert "secrets." not in text
    assert "pull_request_target" not in text
    assert ci["permissions"] == {"contents": "read"}
    assert [job for job in ci["jobs"].values() if "permissions" in job] == []
    assert text.count("actions/checkout@") == text.count("persist-credentials: false")


def test_only_publishing_may_write():
    """The release's build may only read; what writes runs none of the repository's code, in an approved environment."""
    jobs = workflow("release.yml")["jobs"]
    assert workflow("release.yml")["permissions"] == {}
    assert jobs["build"]["permissions"] == {"contents": "read"}
    assert jobs["publish"]["environment"] == "release"
    assert "checkout" not in str(jobs["publish"])
    assert "secrets." not in (GITHUB / "workflows" / "release.yml").read_text()


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_actions_are_pinned(file):
    """Each action is named by its commit, which cannot change, with its version beside it."""
    used = re.findall(r"uses: (.+)$", file.read_text(), re.MULTILINE)
    assert used
    assert [action for action in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*", action)] == []


def test_a_release_has_a_plugin_for_each_system():
    """Linux, macOS and Windows, and both kinds of processor where Pulumi has them; nothing else is left to write."""
    jobs = workflow("release.yml")["jobs"]
    runners = {jobs["build"]["runs-on"], *jobs["plugin"]["strategy"]["matrix"]["runner"]}
    systems = {runner.split("-")[0] for runner in runners}
    names = {"linux": "ubuntu", "darwin": "macos", "win32": "windows"}
    assert systems == {names[system] for system in standalone.SYSTEMS}
    assert jobs["publish"]["needs"] == "collect"
    assert jobs["plugin"]["permissions"] == {"contents": "read"}
    tried = workflow("ci.yml")["jobs"]["plugin"]["strategy"]["matrix"]["runner"]
    assert {runner.split("-")[0] for runner in tried} == systems


def test_both_ends_run_in_ci():
    """CI names the Pythons that the noxfile has, and the SDKs start at the declared floor."""
    nox = (ROOT / "noxfile.py").read_text()
    pythons = workflow("ci.yml")["jobs"]["compat"]["strategy"]["matrix"]["python"]
    assert pythons == re.findall(r'"(3\.\d+)"', nox)
    project = (ROOT / "pyproject.toml").read_text()
    (floor,) = re.findall(r'"pulumi>=([\d.]+),', project)
    assert re.findall(r'"(3\.\d+\.\d+)"', nox)[0] == f"{floor}.0"
    assert re.findall(r'requires-python = ">=([\d.]+)"', project) == pythons[:1]
    versions = workflow("ci.yml")["jobs"]["cli"]["strategy"]["matrix"]["version"]
    assert versions == [*map(str, pulumi_cli.ENDS.values()), "^3"]


def test_ci_runs_the_three_commands():
    """`.ci/run` leaves nothing out: the quick tests, the exhaustive ones, and the checks."""
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in lines if line.startswith("make ")] == ["make test", "make test-deep", "make check"]


def test_the_version_is_in_one_place():
    """The package has it, and what else shows it is generated from there."""
    text = f'"{auth0_sessions.__version__}"'
    tracked = subprocess.run(
        ["git", "ls-files", "*.py", "*.toml"],  # noqa: S607  Git is wherever it is.
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    holders = [name for name in tracked.stdout.split() if text in (ROOT / name).read_text()]
    sources = [name for name in holders if not name.startswith("tests/")]
    assert sources == ["provider/auth0_sessions/__init__.py"]


def test_every_dependency_is_locked_with_its_hash():
    """Each pin has a hash, names no index, and is the version of constraints.txt."""
    lock = standalone.LOCK.read_text()
    pins = standalone.locked()
    assert len(pins) == len(re.findall(r"^\S+==[^\n]*\\\n    --hash=sha256:[0-9a-f]{64}", lock, re.MULTILINE))
    assert "://" not in lock
    assert "--index" not in lock
    constrained = re.findall(r"^[\w.-]+==[^\s;]+", (ROOT / "constraints.txt").read_text(), re.MULTILINE)

    def normal(pins: list[str]) -> set[str]:
        return {pin.lower().replace("_", "-") for pin in pins}

    assert normal(constrained) - normal(pins) == set()
