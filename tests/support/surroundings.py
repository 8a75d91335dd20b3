"""The environment in which tests run: without what a developer or a runner has set up."""

import os
import re
from pathlib import Path

OURS = re.compile(
    r"AUTH0_|PULUMI_|(HTTPS?|ALL|NO)_PROXY$|(REQUESTS|CURL)_CA_BUNDLE$"  # Credentials, stacks, and the way to a tenant.
    r"|((NO|FORCE)_COLOR|PY_COLORS|CLICOLOR\w*|COLUMNS|LINES|GITHUB_ACTIONS)$",  # What a terminal shows.
    re.IGNORECASE,
)
"""The variables that change what is tested."""
PLUGIN = "pulumi-resource-auth0-sessions*"
"""What the engine would prefer to the plugin under test, if it were on PATH."""


def clean() -> None:
    """Remove these variables, and the folders with such a plugin from PATH."""
    for name in list(os.environ):
        if OURS.match(name):
            del os.environ[name]
    folders = os.environ["PATH"].split(os.pathsep)
    os.environ["PATH"] = os.pathsep.join(name for name in folders if not any(Path(name).glob(PLUGIN)))
