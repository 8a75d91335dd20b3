"""Sphinx's configuration: the pages are Markdown that reads as well on a Git host.

Links lead to files, as a Git host wants them. Some files stand at the root of the repository or in `examples`, and the
pages of `STAND_INS` show them here. Before Sphinx reads a page, its links to such a file are turned to the stand-in.
"""
# ruff: noqa: INP001  Sphinx reads this file by its name; the folder is no package.

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from sphinx.application import Sphinx

import auth0_sessions
from auth0_sessions import publisher

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path.insert(0, str(ROOT / "tools"))

from doc_tables import TABLES  # noqa: E402  Found by the line above.

project = "auth0-sessions"
project_copyright = "the authors of auth0-sessions"
version = release = auth0_sessions.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinxcontrib.typer"]
myst_enable_extensions = ["substitution"]
myst_heading_anchors = 3
myst_substitutions = TABLES
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", r"(pulumi|collections\.abc|pathlib|auth0_sessions\.model\.profiles\.Force|StackCeiling)\b.*")
]  # Documented elsewhere.
exclude_patterns = ["_build", "_index.md", "installation-configuration.md"]  # The last two are the Registry's.
smartquotes = False

autoclass_content = "both"
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
autodoc_typehints_format = "short"
napoleon_use_ivar = True
default_role = "literal"  # A docstring writes code as Markdown does.

html_theme = "furo"
html_title = f"auth0-sessions {version}"
html_show_copyright = False
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["reference.css"]
html_copy_source = False
html_use_index = False

STAND_INS = {
    "project/contributing": ROOT / "CONTRIBUTING.md",
    "project/security": ROOT / "SECURITY.md",
    "project/changelog": ROOT / "CHANGELOG.md",
    **{f"examples/{file.parent.name}": file for file in sorted((ROOT / "examples").glob("*/README.md"))},
}
"""Page -> the file outside of docs whose text it shows."""

LINK = re.compile(r"(\]\()([^)\s#]+)((?:#[^)\s]*)?\))")


def setup(app: Sphinx) -> None:
    """Connect what changes pages as they are read."""
    app.connect("source-read", bring_in)


def bring_in(app: Sphinx, docname: str, source: list[str]) -> None:
    """Give a stand-in the text that it stands for, and let every link lead to a page of these."""
    page = DOCS / f"{docname}.md"
    home = STAND_INS.get(docname, page)
    if home != page:
        app.env.note_dependency(str(home))
        source[0] = home.read_text(encoding="utf-8")
    source[0] = source[0].replace("<repository>", publisher.REPOSITORY)
    source[0] = LINK.sub(lambda link: f"{link[1]}{led(link[2], home.parent, page.parent)}{link[3]}", source[0])


def led(target: str, home: Path, folder: Path) -> str:
    """Return where a link leads from a page's folder that was written for the folder `home`."""
    if re.match(r"[a-z]+:", target):
        return target
    path = (home / target).resolve()
    path = path / "README.md" if (path / "README.md").is_file() else path
    stand_ins = {file: DOCS / f"{docname}.md" for docname, file in STAND_INS.items()}
    return Path(os.path.relpath(stand_ins.get(path, path), folder)).as_posix()
