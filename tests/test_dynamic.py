"""The dynamic front end in a program: the names in users' state, and the explicit provider, with the engine mocked."""

from __future__ import annotations

import base64
from functools import partial
from typing import Any

import dill
from pulumi.runtime import rpc

from auth0_sessions import Provider, SessionLifetime
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


def test_a_provider_marks_its_secrets_and_itself():
    """Secrets are secret even if a plain string was passed; a marker says the process what it is."""

    def program() -> None:
        key = {"client_assertion_private_key": "k1", "client_assertion_signing_alg": "PS256"}
        secrets: dict[str, Any] = {"client_secret": "s3", "api_token": "t0", **key}
        Provider("p", domain="acme.auth0.com", client_id="id", audience="aud", **secrets)

    given = run(program).registered["p"]
    assert given.typ == "pulumi:providers:pulumi-python"
    hidden = {name: value["value"] for name, value in given.inputs.items() if rpc._special_sig_key in value}
    assert hidden == {"auth0:clientSecret": "s3", "auth0:clientAssertionPrivateKey": "k1", "auth0:apiToken": "t0"}
    assert {name: value for name, value in given.inputs.items() if name not in hidden} == {
        "auth0-sessions:provider": "p",
        "auth0:domain": "acme.auth0.com",
        "auth0:clientId": "id",
        "auth0:clientAssertionSigningAlg": "PS256",
        "auth0:audience": "aud",
    }
