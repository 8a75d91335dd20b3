"""`validate`: every check of a fleet, offline."""

import pytest
import requests

from command_line import FAILURE, FINE, invoke


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    """No call is made, and there are no credentials for one."""
    monkeypatch.setattr(requests.Session, "send", lambda *_, **__: pytest.fail("a call"))


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
    result = invoke("validate", "--tenants", one, two)
    assert (result.exit_code, result.stderr) == (FINE, "")
    assert result.stdout == "one.yaml: 1 tenant, no problems.\ntwo.yaml: 2 tenants, no problems.\n"


def test_every_problem_of_every_file(file):
    """What is wrong is listed by file and by tenant, on the error stream, with exit code 1."""
    one = file("one.yaml", "plan: free\ntenants: {a: {domain: a.auth0.com, sessionLifetime: 31d}, b: {domain: x}}")
    two = file("two.yaml", "c: {domain: c.auth0.com}")
    result = invoke("validate", "--tenants", one, two)
    assert (result.exit_code, result.stdout) == (FAILURE, "")
    heads = [line.partition(":")[0] for line in result.stderr.splitlines()]
    assert heads == ["Error", "  - a", "  - b", "Error", "  - c"]


def test_a_warning_is_no_problem(file):
    """What a preview would warn about is a line on the error stream."""
    path = file("t.yaml", "a: {domain: a.auth0.com, plan: free, sessionLifetime: 1h, idleSessionLifetime: 2h}")
    result = invoke("validate", "--tenants", path)
    assert (result.exit_code, result.stdout) == (FINE, "t.yaml: 1 tenant, no problems.\n")
    assert result.stderr.startswith("Warning: t.yaml: a: a.auth0.com: idleSessionLifetime (2h) is longer than")
