"""`make languages`: what it says where a tool is missing, and what the examples and the pins owe their readers."""

import json
import re

import pytest

import languages
import pulumi_cli


@pytest.mark.parametrize("name", ["go", "typescript", "yaml"])
def test_every_example_has_what_its_reader_needs(name):
    """A project file with a description, and a place in the page that says how to get the SDK and how to run it."""
    assert "description: " in (languages.EXAMPLES / name / "Pulumi.yaml").read_text()
    readme = (languages.EXAMPLES / "README.md").read_text()
    assert f"[{name}]({name}/" in readme
    assert "pulumi package add" in readme


def test_one_version_of_pulumi():
    """Generators, drivers and examples name the oldest version of the CLI, and the lock file names no registry."""
    version = str(pulumi_cli.OLDEST)
    node = json.loads((languages.MODULE / "node" / "package.json").read_text())
    assert node["dependencies"]["@pulumi/pulumi"] == version
    pinned = {languages.MODULE: version, languages.EXAMPLES / "go": version}
    pinned |= {pulumi_cli.MODULES / end: str(at) for end, at in pulumi_cli.ENDS.items()}
    for folder, at in pinned.items():
        named = re.findall(r"github.com/pulumi/pulumi/(?:pkg|sdk)/v3 v(\S+)", (folder / "go.mod").read_text())
        assert set(named) == {at}
    assert '"resolved"' not in (languages.MODULE / "node" / "package-lock.json").read_text()


def test_a_missing_tool_is_named(tmp_path, monkeypatch, capsys):
    """Without Go, each language says what is missing and what follows, and `make test` goes on."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(languages, "LANGUAGES", {"go": languages.Language("Go", tmp_path / "go", languages.make_go)})
    languages.main()
    said = capsys.readouterr().out
    assert said.count("go is not on PATH") == 2
    assert said.count("Install Go 1.25 or newer") == 2
