"""The documentation: it builds strictly, its links lead somewhere, and what it shows is read by what it is for."""

import doctest
import json
import re
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command
from typer.testing import CliRunner

import auth0_sessions
import doc_tables
from auth0_sessions import cli, publisher
from auth0_sessions.api.sources import CONFIG_KEYS, DOMAIN_VARIABLE, SECRET_CONFIG_KEYS
from auth0_sessions.host.log import DEBUG_VARIABLE
from auth0_sessions.native.config import PROVIDER_KEYS, SECRET_KEYS

PACKAGE = Path(auth0_sessions.__file__).parent
ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
REGISTRY = ("_index.md", "installation-configuration.md")
"""The pages of Pulumi's Registry, which `test_registry.py` is about."""

PAGES = sorted(file for file in DOCS.rglob("*.md") if "_build" not in file.parts and file.name not in REGISTRY)
CONFIGURATION = DOCS / "reference" / "configuration.md"
NO_CONFIGURATION = {"auth0:index", "auth0-sessions:index", "auth0-sessions:provider", "auth0-sessions:defaultDomain"}
"""Names in the code that look like configuration keys: parts of types, and two properties of a provider in state."""

OTHERS = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("examples/**/README.md"))]

FENCE = re.compile(r"^```(\{?[\w-]*\}?)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
LOADED = re.compile(r'<(?:script|img|iframe|link [^>]*rel="(?:stylesheet|preload|icon)")[^>]*>')


def name_of(file: Path) -> str:
    """Return a file's name as a test shows it."""
    return str(file.relative_to(ROOT))


def blocks(file: Path, *languages: str) -> list[str]:
    """Return the fenced blocks of some languages."""
    return [text for language, text in FENCE.findall(file.read_text()) if language in languages]


def links(file: Path) -> Iterator[str]:
    """Yield the links of a page that do not leave the repository."""
    prose = re.sub(r"`[^`\n]*`", "", FENCE.sub("", file.read_text()))
    yield from (link for link in LINK.findall(prose) if not re.match(r"[a-z]+:", link))


@cache
def anchors(file: Path) -> set[str]:
    """Return the anchors of a page's headings, as a Git host makes them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", file.read_text()), re.MULTILINE)
    slugs = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
    seen: Counter[str] = Counter()
    found = set()
    for slug in slugs:
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The pages, built so that every warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    options = ["-W", "--keep-going", "-n", "-q", "-b", "html", "-d", str(folder / "doctrees")]
    command = [sys.executable, "-m", "sphinx", *options, str(DOCS), str(folder / "html")]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "html"


@pytest.mark.deep
def test_the_strict_build_has_every_page(site):
    """Sphinx builds every page without a warning."""
    assert [page for page in PAGES if not (site / page.relative_to(DOCS)).with_suffix(".html").is_file()] == []


@pytest.mark.deep
def test_the_pages_load_nothing_from_the_network(site):
    """No script, style, font or picture of the built pages is another host's."""
    pages = [page.read_text() for page in site.rglob("*.html")]
    loaded = [tag for page in pages for tag in LOADED.findall(page)]
    styles = [part for style in site.rglob("*.css") for part in re.findall(r"url\([^)]+\)", style.read_text())]
    assert loaded
    elsewhere = re.compile(r"""(?:src=|href=|url\()["']?(?:https?:)?//""")
    assert [part for part in [*loaded, *styles] if elsewhere.search(part)] == []


@pytest.mark.parametrize("file", [*PAGES, *OTHERS], ids=name_of)
def test_links_lead_somewhere(file):
    """Every relative link and its anchor exist, and those of a page lead to a file: the built pages have no folders."""
    broken = []
    for link in links(file):
        target, _, anchor = link.partition("#")
        path = (file.parent / target).resolve() if target else file
        is_there = path.is_file() if file in PAGES else path.exists()
        if not is_there or (anchor and anchor not in anchors(path)):
            broken.append(link)
    assert broken == []


@pytest.mark.deep
def test_what_is_elsewhere_is_in_the_repository(site):
    """A link that leaves `docs` leads to the repository, and the index has every page in its tables of contents."""
    index = (site / "index.html").read_text()
    assert f'href="{publisher.REPOSITORY}/blob/main/CONTRIBUTING.md"' in index
    listed = {*re.findall(r'class="reference internal" href="([\w/-]+\.html)"', index)}
    assert listed == {page.relative_to(DOCS).with_suffix(".html").as_posix() for page in PAGES} - {"index.html"}


def test_pages_have_what_the_code_has():
    """What pages take from the code is up to date (`make schema` writes it), used, and not a template."""
    texts = {page: page.read_text() for page in DOCS.rglob("*.md") if "_build" not in page.parts}
    assert [name_of(page) for page, text in texts.items() if doc_tables.filled(text) != text] == []
    used = [name for text in texts.values() for _, name in doc_tables.PLACE.findall(text)]
    assert sorted(used) == sorted(doc_tables.TABLES)
    assert [name_of(page) for page in PAGES if re.search(r"(?<!\$)\{\{|\{eval-rst\}|\{toctree\}", texts[page])] == []


def test_the_reference_has_every_public_name():
    """A name that can be imported from the package is in the reference."""
    text = "\n".join(page.read_text() for page in DOCS.glob("reference/*.md"))
    assert {name for name in auth0_sessions.__all__ if f"`{name}`" not in text and f"### {name}\n" not in text} == set()


def test_examples_show_what_is_printed():
    """An example in a public name's docstring that shows answers has the answers that Python gives."""
    names = {name: getattr(auth0_sessions, name) for name in auth0_sessions.__all__}
    runner = doctest.DocTestRunner()
    for name, public in names.items():
        for examples in doctest.DocTestFinder(recurse=False).find(public, name, auth0_sessions, extraglobs=names):
            runner.run(examples)
    assert (runner.failures, runner.tries > 0) == (0, True)


def test_the_configuration_page_has_every_key():
    """The page has each configuration key that the code names, and says which of them have to be secret."""
    rows = dict(re.findall(r"^\| `([\w:-]+)` \| (yes|no) \|", CONFIGURATION.read_text(), re.MULTILINE))
    code = "\n".join(file.read_text() for file in PACKAGE.rglob("*.py"))
    named = {*re.findall(r"\bauth0(?:-sessions)?:[a-z]\w*", code)} - NO_CONFIGURATION
    assert sorted(rows) == sorted({*named, *CONFIG_KEYS.values(), *(f"auth0-sessions:{key}" for key in PROVIDER_KEYS)})
    secret = {*SECRET_CONFIG_KEYS, *(f"auth0-sessions:{key}" for key in SECRET_KEYS)}
    assert sorted(key for key, is_secret in rows.items() if is_secret == "yes") == sorted(secret)


def test_the_configuration_page_has_every_variable():
    """The page has each environment variable, those of a credential set with a label and without one."""
    parts = {f"AUTH0_{label}{part.upper()}" for part in CONFIG_KEYS for label in ("", "ACME_")}
    shown = re.findall(r"`(AUTH0_\w+)`", CONFIGURATION.read_text())
    assert sorted({*shown}) == sorted({*parts, DOMAIN_VARIABLE, DEBUG_VARIABLE})


@pytest.mark.parametrize("file", [*PAGES, *OTHERS], ids=name_of)
def test_code_and_data_can_be_read(file):
    """Every Python block is Python, and every YAML and JSON block can be read."""
    for text in blocks(file, "python"):
        compile(text, name_of(file), "exec")
    for text in blocks(file, "yaml"):
        assert yaml.safe_load(text)
    for text in blocks(file, "json"):
        assert json.loads(text)


def commands(file: Path) -> Iterator[list[str]]:
    """Yield the words of every `auth0-sessions ...` command in a page's shell blocks."""
    for block in blocks(file, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            for command in re.split(r"\|\|?|&&|;", line):
                words = shlex.split(command, comments=True)
                while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                    words.pop(0)
                if words[:1] == ["auth0-sessions"]:
                    yield words[1:]


COMMANDS = [(name_of(file), words) for file in [*PAGES, *OTHERS] for words in commands(file)]


def names(command: Any) -> set[str]:
    """Return the names of a command's options."""
    return {"-h", "--help", *(name for option in command.params for name in (*option.opts, *option.secondary_opts))}


@pytest.mark.parametrize(("file", "words"), COMMANDS, ids=[f"{file}: {' '.join(words)}" for file, words in COMMANDS])
def test_commands_are_accepted(file, words):
    """The command line has every command and every option that a page shows."""
    command: Any = get_command(cli.app)
    if not words[0].startswith("-"):
        assert words[0] in command.commands, file
        command = command.commands[words[0]]
    assert {word.partition("=")[0] for word in words if word.startswith("-")} <= names(command), file


def test_there_are_commands_to_check():
    """The pages show every command of the command line."""
    shown = {words[0] for _, words in COMMANDS if not words[0].startswith("-")}
    assert shown == set(get_command(cli.app).commands)  # type: ignore[attr-defined]


AUDIT = DOCS / "how-to" / "audit.md"
DOMAIN = re.compile(r"\b([a-z]+)\.eu\.auth0\.com")


@pytest.fixture
def fleet(tmp_path, monkeypatch, auth0_sandbox):
    """The two files of the page on audits in a folder of their own, their tenants, and the credentials of each."""
    tenants = {name: auth0_sandbox.add_tenant(name) for name in ("acme", "globex")}
    listed, stack, _ = blocks(AUDIT, "yaml")
    (tmp_path / "tenants.yaml").write_text(DOMAIN.sub(lambda found: f"{auth0_sandbox.url}/{found[1]}", listed))
    (tmp_path / "Pulumi.prod.yaml").write_text(stack)
    for name in tenants:
        monkeypatch.setenv(f"AUTH0_{name.upper()}_CLIENT_ID", name)
        monkeypatch.setenv(f"AUTH0_{name.upper()}_CLIENT_SECRET", name)
    monkeypatch.chdir(tmp_path)
    return tenants


@pytest.mark.parametrize(
    "words", [words for words in commands(AUDIT) if words[0] != "--install-completion"], ids=" ".join
)
def test_the_commands_of_the_audit_page_run(fleet, auth0_sandbox, words):
    """Each command ends with 0 where all is well, and an audit with 1 where a tenant is not as it should be."""
    arguments = [DOMAIN.sub(lambda found: f"{auth0_sandbox.url}/{found[1]}", word) for word in words]
    for tenant in fleet.values():
        tenant.dashboard(session_lifetime=720, ephemeral_session_lifetime=720)
        tenant.dashboard(idle_session_lifetime=60, idle_ephemeral_session_lifetime=60)
    ran = CliRunner().invoke(cli.app, arguments)
    assert ran.exit_code == 0, ran.output
    for name, tenant in fleet.items():
        tenant.dashboard(session_lifetime=43_200)
        assert CliRunner().invoke(cli.app, arguments).exit_code == (1 if words[0] == "audit" else 0), name
    written = words[words.index("--output") + 1] if "--output" in words else None
    assert written is None or Path(written).read_text()
    assert not [call for tenant in fleet.values() for call in tenant.calls if call.startswith("PATCH")]
