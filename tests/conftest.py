"""What every test has in common: calm property tests, and an environment without anybody's real credentials."""

import os

import pytest
from hypothesis import settings

# The machines that run the tests are shared, so a slow example is no finding.
settings.register_profile("project", deadline=None, database=None)
settings.load_profile("project")
# For what anybody may type: check and the parsers. Ten thousand values each in CI, fewer at a desk.
settings.register_profile(
    "thorough", settings.get_profile("project"), max_examples=10_000 if os.environ.get("CI") else 300
)

PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture(autouse=True)
def no_real_environment(monkeypatch):
    """Take away what a developer's shell holds about Auth0 and about proxies."""
    for name in list(os.environ):
        if name.startswith("AUTH0_") or name.upper() in PROXY_VARIABLES:
            monkeypatch.delenv(name)
