"""Random walks through the life of a few tenants, on an engine in miniature."""

import pytest
from hypothesis import settings

from walks import Walk

TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=150, stateful_step_count=20)


class LongWalk(Walk):
    """The same, for thousands of walks."""


TestLongWalk = pytest.mark.timeout(900)(pytest.mark.deep(LongWalk.TestCase))
TestLongWalk.settings = settings(max_examples=3_000, stateful_step_count=30)
