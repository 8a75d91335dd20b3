"""A Chromium without a window, for the tests of the audit's page and for its picture.

It is the system's own (`apt-get install chromium` on Debian), or the one that `CHROMIUM` names; none is downloaded.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = f"no Chromium: install one ({', '.join(NAMES)}) or name it in CHROMIUM"


def find() -> str | None:
    """Return the path of a Chromium, or None."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@contextlib.contextmanager
def opened(path: str) -> Iterator[Browser]:
    """Open a browser, and close it at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()
