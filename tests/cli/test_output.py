"""Files that `audit` and `export` write: checked before any tenant is read, and never left worse than they were."""

import errno
import json
import os
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

import command_line
from auth0_sessions.cli import output as written
from auth0_sessions.fleet.document import Document
from command_line import CREDENTIALS, FAILURE, FINE, USAGE

invoke = partial(command_line.invoke, **CREDENTIALS)


@pytest.fixture
def tenants(tmp_path, auth0_sandbox):
    """A list of one tenant."""
    acme = auth0_sandbox.add_tenant("acme", plan="enterprise")
    path = tmp_path / "tenants.yaml"
    path.write_text(f"# Ours\r\nacme:\r\n  domain: {acme.domain}\r\n  plan: enterprise\r\n", newline="")
    return path


@pytest.mark.parametrize("command", ["audit", "export"])
@pytest.mark.parametrize("output", ["/proc/tenants.json", "/proc/version"])
def test_what_cannot_be_written_is_noticed_before_a_tenant_is_read(tenants, auth0_sandbox, command, output):
    """A folder that takes no file, and a file that takes no change, even where they belong to the user."""
    if not Path("/proc/version").exists():
        pytest.skip("no folder that even root cannot write to")
    form = ["--format", "json"] if command == "audit" else []
    name = output if command == "audit" or output.endswith(".json") else "/proc/tenants.yaml"
    result = invoke(command, "--tenants", tenants, "--output", name, *form)
    assert (result.exit_code, f"{name} cannot be written" in result.stderr) == (USAGE, True), result.stderr
    assert auth0_sandbox.requests == []


def test_an_export_is_complete_or_not_there(tenants, monkeypatch):
    """A disk that fills up leaves the old file, and nothing beside it."""
    before = tenants.read_bytes()

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(written, "os", SimpleNamespace(fsync=full))
    result = invoke("export", "--tenants", tenants, "--output", tenants)
    assert result.exit_code == FAILURE
    assert "stays as it was: No space left on device" in result.stderr
    assert (tenants.read_bytes(), list(tenants.parent.iterdir())) == (before, [tenants])


def test_an_export_that_is_read_otherwise_is_not_kept(tenants, monkeypatch):
    """What was written is read back, and compared with what was meant."""
    before = tenants.read_bytes()
    monkeypatch.setattr(Document, "text", lambda _: "acme: {domain: other.auth0.com}\n")
    result = invoke("export", "--tenants", tenants, "--output", tenants)
    assert (result.exit_code, "is not read as it is meant" in result.stderr) == (FAILURE, True)
    assert tenants.read_bytes() == before
    monkeypatch.undo()
    output = tenants.with_name("Pulumi.prod.yaml")
    result = invoke("export", "--tenants", tenants, "--output", output)
    assert (result.exit_code, "has no auth0-sessions:tenants in its config" in result.stderr) == (FAILURE, True)
    assert not output.exists()


def test_an_exported_file_keeps_its_ends_and_its_mode(tenants):
    """Line ends, permissions, and the file that a link points to."""
    tenants.chmod(0o640)
    link = tenants.with_name("link.yaml")
    link.symlink_to(tenants)
    assert invoke("export", "--tenants", link, "--output", link).exit_code == FINE
    content = tenants.read_bytes()
    assert (content.count(b"\n"), tenants.stat().st_mode & 0o777) == (content.count(b"\r\n"), 0o640)
    assert link.is_symlink()
    assert yaml.safe_load(content)["acme"]["sessionLifetime"] == "7d"


def test_a_device_takes_an_export(tenants):
    """What is no regular file is written to as it is."""
    result = invoke("export", "--tenants", tenants, "--format", "import", "--output", tenants.with_name("import.json"))
    assert result.exit_code == FINE
    null = tenants.with_name("out.json")
    null.symlink_to("/dev/null")
    assert invoke("export", "--tenants", tenants, "--output", null).exit_code == FINE
    assert null.is_symlink()


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no paths for open files")
def test_a_pipe_takes_an_output(tenants):
    """`/dev/stdout` in a pipeline, or `>(jq)`: a link to what has no path of its own."""
    reading, writing = os.pipe()
    invoke("audit", "--tenants", tenants, "--format", "json", "--output", f"/dev/fd/{writing}")
    os.close(writing)
    with os.fdopen(reading) as pipe:
        assert [tenant["name"] for tenant in json.load(pipe)["tenants"]] == ["acme"]
