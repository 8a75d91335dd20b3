"""`validate`: every check of a fleet, offline."""

import pytest
import requests

from command_line import FAILURE, FINE, USAGE, invoke


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    """No call is made, and there are no credentials for one."""
    monkeypatch.setattr(requests.Session, "send", lambda *_, **__: pytest.fail("a call"))


def validate(*paths):
    """Run the command without a terminal."""
    return invoke("validate", "--tenants", *paths)


@pytest.fixture
def file(tmp_path):
    """What writes a file and returns its path."""

    def _file(name, text):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return _file


def test_files_without_problems(file):
    """Each file is named with how many tenants it lists, and nothing is on the error stream."""
    one = file("one.yaml", "plan: free\ntenants: {a: {domain: a.auth0.com}}")
    two = file("two.yaml", "b: {domain: b.auth0.com, plan: free}\nc: {domain: c.auth0.com, plan: free}")
    result = validate(one, two)
    assert (result.exit_code, result.stderr) == (FINE, "")
    assert result.stdout == "one.yaml: 1 tenant, no problems.\ntwo.yaml: 2 tenants, no problems.\n"


def test_every_problem_of_every_file(file):
    """What is wrong is listed by file and by tenant, on the error stream, with exit code 1."""
    one = file("one.yaml", "plan: free\ntenants: {a: {domain: a.auth0.com, sessionLifetime: 31d}, b: {domain: x}}")
    two = file("two.yaml", "c: {domain: c.auth0.com}")
    result = validate(one, two)
    assert (result.exit_code, result.stdout) == (FAILURE, "")
    heads = [line.partition(":")[0] for line in result.stderr.splitlines()]
    assert heads == ["Error", "  - a", "  - b", "Error", "  - c"]


def test_a_stack_s_file_has_its_configuration(file):
    """The plan of the project, the profile of the stack, and a team's own profiles count."""
    file("Pulumi.yaml", "name: x\nconfig: {auth0-sessions:plan: enterprise}\n")
    own = "auth0-sessions:profiles: {ours: {absolute: 12h}}\n  auth0-sessions:profile: ours"
    tenants = "auth0-sessions:tenants: {{a: {{domain: a.auth0.com, sessionLifetime: {}}}}}"
    stack = file("Pulumi.prod.yaml", f"config:\n  {own}\n  {tenants.format('12h')}\n")
    assert validate(stack).exit_code == FINE
    file("Pulumi.prod.yaml", f"config:\n  {own}\n  {tenants.format('13h')}\n")
    result = validate(stack)
    assert result.exit_code == FAILURE
    assert "profile 'ours' allows at most 12h" in result.stderr


def test_a_warning_is_no_problem(file):
    """What a preview would warn about is a line on the error stream."""
    path = file("t.yaml", "a: {domain: a.auth0.com, plan: free, sessionLifetime: 1h, idleSessionLifetime: 2h}")
    result = validate(path)
    assert (result.exit_code, result.stdout) == (FINE, "t.yaml: 1 tenant, no problems.\n")
    assert result.stderr.startswith("Warning: t.yaml: a: a.auth0.com: idleSessionLifetime (2h) is longer than")


@pytest.mark.parametrize("text", [None, "text", "[", "{}"])
def test_a_file_that_cannot_be_used(file, tmp_path, text):
    """A file that is missing, is not YAML or lists nothing is an error with its name."""
    path = tmp_path / "gone.yaml" if text is None else file("t.yaml", text)
    result = validate(path)
    assert result.exit_code == (FAILURE if text == "{}" else USAGE)
    assert path.name in result.stderr
