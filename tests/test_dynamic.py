"""The dynamic front end in a program: the names in users' state, and the explicit provider, with the engine mocked."""

from __future__ import annotations

import base64
from functools import partial

import dill

from auth0_sessions import SessionLifetime
from auth0_sessions.dynamic import SessionLifetimeProvider
from mocked import run


def test_the_type_token_is_the_contract_s():
    """`pulumi-python:dynamic/auth0-sessions:SessionLifetime` is in users' state, also for a subclass."""

    class Own(SessionLifetime):
        """A class of a user."""

    for kind in (SessionLifetime, Own):
        engine = run(partial(kind, "acme", domain="acme.auth0.com", plan="free", session_lifetime="8h"))
        assert engine.registered["acme"].typ == "pulumi-python:dynamic/auth0-sessions:SessionLifetime"


def test_the_provider_is_pickled_by_reference():
    """State names the class and holds nothing of its code, so that a stack runs the installed version."""
    raw = dill.dumps(SessionLifetimeProvider())
    assert b"auth0_sessions.dynamic" in raw
    assert b"SessionLifetimeProvider" in raw
    assert len(base64.b64encode(raw)) < 200
    assert SessionLifetimeProvider.serialize_as_secret_always is False
    assert vars(SessionLifetimeProvider()) == {}
