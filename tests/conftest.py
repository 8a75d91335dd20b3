"""Shared by all tests: stable property tests, and the same environment wherever they run."""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import surroundings

# The machines that run the tests are shared, so a slow example is not a failure.
settings.register_profile("project", deadline=None, database=None)
settings.load_profile("project")

# A mocked program that fails leaves futures behind whose exception is never retrieved. asyncio reports each when it is
# collected, at any later moment; formatting its traceback parses source code, and Python 3.11 cannot nest two parses.
logging.getLogger("asyncio").setLevel(logging.CRITICAL)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option for how many values to try on the check and the parsers."""
    parser.addoption("--examples", type=int, default=100, help="values for each property that is marked thorough")


def pytest_configure(config: pytest.Config) -> None:
    """Clean the environment, and make the profile of those properties, before a test module asks for either."""
    surroundings.clean()
    number = config.getoption("--examples")
    settings.register_profile("thorough", settings.get_profile("project"), max_examples=number)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that may take longest: at the end, no process waits long for another one's last test."""

    def seconds(item: pytest.Item) -> float:
        mark = item.get_closest_marker("timeout")
        return float(mark.args[0] if mark else item.config.getini("timeout"))

    items.sort(key=seconds, reverse=True)


LEFT = pytest.StashKey[Counter[str]]()


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Count what this run leaves out, in each file."""
    config = items[0].config
    left = Counter(item.nodeid.partition("::")[0] for item in items)
    config.stash[LEFT] = config.stash.get(LEFT, Counter()) + left
    if hasattr(config, "workeroutput"):
        config.workeroutput["left"] = dict(config.stash[LEFT])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the count from one of the processes that the tests run in: it is the same in all."""
    node.config.stash[LEFT] = Counter(node.workeroutput.get("left", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was left out: nothing is skipped silently."""
    if left := config.stash.get(LEFT, Counter()):
        terminalreporter.section(f"tests not selected: {left.total()}")
        terminalreporter.write_line(", ".join(f"{Path(name).name} {count}" for name, count in left.items()))
