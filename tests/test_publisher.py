"""Publisher, addresses and names of SDKs stand in one file; everything else takes them from there."""

import json
import re
import runpy
import subprocess
from importlib.metadata import metadata
from itertools import pairwise
from pathlib import Path

import names
from auth0_sessions import publisher

ROOT = Path(__file__).parent.parent
HOME = ROOT / "provider" / "auth0_sessions" / "publisher.py"
GENERATED = ROOT / "provider" / "schema.json"


def tracked() -> dict[Path, str]:
    """Return the text of every file in the repository."""
    listed = ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"]
    files = [ROOT / name for name in subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()]
    return {file: file.read_text() for file in files if file.is_file() and file.suffix != ".png"}


def test_the_address_is_in_one_place():
    """No other file than the schema, which is generated, repeats the example address or the organization."""
    organization = f'"{publisher.ORGANIZATION}"'
    held = {file for file, text in tracked().items() if publisher.REPOSITORY in text or f"= {organization}" in text}
    assert held <= {HOME, GENERATED, Path(__file__)}
    assert "EXAMPLE" in HOME.read_text()


def test_the_project_takes_its_urls_from_there():
    """The wheel's metadata has the publisher's URLs, which pyproject.toml does not repeat; the logo is there."""
    urls = dict(line.split(", ") for line in metadata("auth0-sessions").get_all("Project-URL"))
    assert urls["Homepage"] == publisher.HOMEPAGE
    assert urls["Source"] == publisher.REPOSITORY
    assert (ROOT / publisher.LOGO.rpartition("/main/")[2]).is_file()


def test_the_readme_works_on_a_package_index():
    """Every link and picture has an address, and pictures that of the file itself."""
    page = runpy.run_path(str(ROOT / "hatch_build.py"))["standalone"]((ROOT / "README.md").read_text(), "https://here")
    targets = re.findall(r"(!?)\[[^\]]*\]\(([^)]+)\)", page)
    assert [target for _, target in targets if not target.startswith("https://")] == []
    assert {target.partition("/docs/")[0] for image, target in targets if image} == {"https://here/raw/main"}
    assert "https://here/blob/main/docs/index.md" in [target for _, target in targets]
    assert "<repository>" not in page


def test_no_name_is_doubled():
    """No part of an SDK's name repeats the part before it, and the organization is the publisher's."""
    for name in publisher.SDKS.values():
        parts = [re.sub(r"[\W_]", "", part).lower() for part in re.split(r"[/.]", name)]
        assert not [part for part, following in pairwise(parts) if part == following], name
        assert publisher.ORGANIZATION in name.lower()
        assert "auth0sessionsauth0sessions" not in "".join(parts)


def test_pages_and_examples_use_the_names():
    """Every import of an SDK, in every page and example, is of the name in the one place."""
    patterns = {
        "nodejs": r'from "(@[\w-]+/auth0-sessions)"',
        "python": r"import (\w+_auth0_sessions)\b",
        "go": r'"([\w./-]+/auth0sessions)"',
        "csharp": r"using Auth0Sessions = ([\w.]+);",
        "java": r"import ([\w.]+\.auth0sessions)\.",
    }
    text = "\n".join(text for file, text in tracked().items() if file.suffix in {".md", ".go", ".ts", ".json"})
    assert {language: {*re.findall(pattern, text)} for language, pattern in patterns.items()} == {
        language: {name} for language, name in publisher.SDKS.items()
    }


def test_a_change_reaches_every_page(tmp_path):
    """`make schema` replaces the names that the stored schema has by those of the one place."""
    stored = names.names_in(json.loads(GENERATED.read_text()))
    assert stored == names.CURRENT
    page = tmp_path / "page.md"
    page.write_text("\n".join(stored.values()))
    other = {language: f"{language}-of-another" for language in stored}
    assert names.rename(stored, other, [page]) == [page]
    assert page.read_text() == "\n".join(other.values())
    assert names.rename(stored, other, [page]) == []
