"""Find a Chromium for the tests of the audit's page and for its picture.

It is the system's own (`apt-get install chromium` on Debian), or the one that `CHROMIUM` names; none is downloaded.
"""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = f"no Chromium: install one ({', '.join(NAMES)}) or name it in CHROMIUM"


def find() -> str | None:
    """Return the path of a Chromium, or None."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
