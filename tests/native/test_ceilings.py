"""The ceilings of a stack in the plugin: what they lower, and what they leave alone."""

from __future__ import annotations

import pytest

from auth0_sessions.model.ceiling import read_ceiling
from auth0_sessions.model.inputs import UNKNOWN
from auth0_sessions.native.ceilings import under_ceilings
from auth0_sessions.native.codec import Props
from fakes import FakeLog

KIND = "auth0-sessions:index:SessionLifetime"


@pytest.mark.parametrize(
    ("kind", "name", "lifetime", "expected"),
    [
        (KIND, "acme", "60d", "1h"),
        (f"test:index:Group${KIND}", "acme", "60d", "1h"),
        (KIND, "spared", "60d", "60d"),
        (f"auth0-sessions:index:SessionPolicy${KIND}", "acme-lifetime", "60d", "60d"),
        (KIND, "acme", "30m", "30m"),
        (KIND, "acme", UNKNOWN, UNKNOWN),
        (KIND, "acme", "bad", "bad"),
    ],
)
@pytest.mark.parametrize("secrets", [frozenset(), frozenset({"session_lifetime"})], ids=["plain", "secret"])
def test_what_a_ceiling_lowers(kind, name, lifetime, expected, secrets):
    """Not a spared name, a policy's child (which has its ceiling), and what is not longer or no value; each is said."""
    ceiling, _ = read_ceiling({"absolute": "1h", "reason": "incident 4711", "except": ["spared"]})
    log, given = FakeLog(), Props({"session_lifetime": lifetime, "plan": "free"}, secrets)
    assert ceiling is not None
    lowered = under_ceilings(given, f"urn:pulumi:dev::sessions::{kind}::{name}", [ceiling], log)
    assert lowered == Props({"session_lifetime": expected, "plan": "free"}, secrets)
    was = "[secret]" if secrets else "60d"
    line = f"sessionLifetime is lowered from {was} to 1h by the stack's ceiling (incident 4711)."
    assert log.infos == ([line] if expected == "1h" else [])
