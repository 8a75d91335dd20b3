"""The pytest fixture ``auth0_sandbox``: a fake Auth0 for the tests of your own stacks.

    def test_my_stack(auth0_sandbox):
        acme = auth0_sandbox.add_tenant("acme")
        ...  # Run your program against acme.domain, then look at acme.settings and acme.calls.

pytest loads this module in every run, so it imports the server only when a test asks for the fixture.
"""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auth0_sessions.sandbox import Sandbox


@pytest.fixture(scope="session")
def _auth0_sandbox_server() -> "Iterator[Sandbox]":
    from auth0_sessions.sandbox import Sandbox  # noqa: PLC0415 - See the module's docstring.

    with Sandbox(rate_limits=False) as sandbox:
        yield sandbox


@pytest.fixture
def auth0_sandbox(_auth0_sandbox_server: "Sandbox") -> "Sandbox":
    """Return a running sandbox without tenants, faults or rate limits; it is empty for every test."""
    _auth0_sandbox_server.reset()
    return _auth0_sandbox_server
