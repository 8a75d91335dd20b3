"""The layout of the package: what imports what, and what a contributor finds where.

Layers and libraries are contracts of import-linter; complexity, docstrings and the use of the environment are rules of
ruff. Both are in pyproject.toml and in `make check`.
"""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
MAX_LINES = 300


def test_modules_are_short():
    """A module of the package or of the tools fits on a few screens."""
    modules = [*(ROOT / "provider").rglob("*.py"), *(ROOT / "tools").glob("*.py")]
    lengths = {module.name: len(module.read_text().splitlines()) for module in modules}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}


def test_contributors_find_every_room():
    """CONTRIBUTING.md has a row for every folder and top module, in the order of imports."""
    rows = re.findall(r"^\| `(\w+)/?` \|", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert [row for row in rows if row != "__init__"] == SETTINGS["contracts"][0]["layers"][::-1]
