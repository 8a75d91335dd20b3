"""Sphinx's configuration: the pages are Markdown that reads as well on a Git host.

Links lead to files, as a Git host wants them. A link that leaves `docs` leads to the repository.
"""
# ruff: noqa: INP001  Sphinx reads this file by its name; the folder is no package.

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

import auth0_sessions
from auth0_sessions import publisher

DOCS = Path(__file__).resolve().parent

project = "auth0-sessions"
project_copyright = "the authors of auth0-sessions"
version = release = auth0_sessions.__version__
extensions = ["myst_parser"]
myst_heading_anchors = 3
nitpicky = True
exclude_patterns = ["_build", "_index.md", "installation-configuration.md"]  # The last two are the Registry's.
smartquotes = False

html_theme = "furo"
html_title = f"auth0-sessions {version}"
html_show_copyright = False
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["reference.css"]
html_copy_source = False
html_use_index = False

LINK = re.compile(r"(?<=\]\()([^)\s#]+)(?=(?:#[^)\s]*)?\))")
SECTION = re.compile(r"^## (.+)\n((?:.|\n)*?)(?=^## |\Z)", re.MULTILINE)


def setup(app: Sphinx) -> None:
    """Connect what changes pages as they are read."""
    app.connect("source-read", prepare)


def prepare(app: Sphinx, docname: str, source: list[str]) -> None:
    """Give a page the repository's address, and the index the tables of contents that Sphinx asks for."""
    folder = (DOCS / docname).parent
    if docname == app.config.root_doc:
        source[0] += "".join(contents(title, text) for title, text in SECTION.findall(source[0]))
    source[0] = LINK.sub(lambda link: led(link[1], folder), source[0])
    source[0] = source[0].replace("<repository>", publisher.REPOSITORY)


def contents(title: str, text: str) -> str:
    """Return a hidden table of contents with the pages that a section of the index links to."""
    pages = [link.removesuffix(".md") for link in LINK.findall(text) if not link.startswith("..")]
    return "\n".join(["\n```{toctree}", f":caption: {title}", ":hidden:", "", *dict.fromkeys(pages), "```\n"])


def led(target: str, folder: Path) -> str:
    """Return where a link of a page in a folder leads."""
    path = (folder / target).resolve()
    if re.match(r"[a-z]+:", target) or path.is_relative_to(DOCS):
        return target
    return f"{publisher.REPOSITORY}/blob/main/{path.relative_to(DOCS.parent).as_posix()}"
