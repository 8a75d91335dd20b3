"""What every test has in common: calm property tests, and an environment without anybody's real credentials."""

import os

import pytest
from hypothesis import settings

# The machines that run the tests are shared, so a slow example is no finding.
settings.register_profile("project", deadline=None, database=None)
settings.load_profile("project")

PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the number of values that what anybody may type is tried with: check and the parsers."""
    parser.addoption("--examples", type=int, default=300, help="values for each property that is marked thorough")


def pytest_configure(config: pytest.Config) -> None:
    """Make the profile of those properties, before a test module asks for it."""
    number = config.getoption("--examples")
    settings.register_profile("thorough", settings.get_profile("project"), max_examples=number)


@pytest.fixture(autouse=True)
def no_real_environment(monkeypatch):
    """Take away what a developer's shell holds about Auth0 and about proxies."""
    for name in list(os.environ):
        if name.startswith("AUTH0_") or name.upper() in PROXY_VARIABLES:
            monkeypatch.delenv(name)
