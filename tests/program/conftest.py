"""The front ends, whose programs are the same."""

import pytest

import auth0_sessions
from auth0_sessions import native


@pytest.fixture(params=[auth0_sessions, native], ids=["dynamic", "native"])
def api(request):
    """The module that a program imports its resources from."""
    return request.param
