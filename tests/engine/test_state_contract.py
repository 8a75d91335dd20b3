"""State is a contract: what version 0.1.0 wrote, every later version refreshes, updates and destroys."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import dill
import pytest
from pulumi import automation

from auth0_sessions import SessionLifetime
from auth0_sessions.dynamic import SessionLifetimeProvider

STORED = Path(__file__).parent.parent / "state"
FILES = sorted(path.stem for path in STORED.glob("*.json"))
"""A version, and `-native` behind it where the native plugin wrote the state."""
DOMAIN = "http://127.0.0.1:8400/acme"
"""The domain in the stored files; a test puts that of its sandbox in its place."""

WHY = (
    "Users' state names this class. Whoever moves or renames it breaks `pulumi refresh` and `pulumi destroy` of every "
    "stack: they load the class by this name before any program runs. Leave it where it is."
)


def test_the_provider_class_is_where_state_says():
    """The name in users' state is the class's own name."""
    name = f"{SessionLifetimeProvider.__module__}.{SessionLifetimeProvider.__qualname__}"
    assert name == "auth0_sessions.dynamic.SessionLifetimeProvider", WHY
    assert SessionLifetime._resource_type_name == "dynamic/auth0-sessions:SessionLifetime", WHY


def test_there_is_a_stored_state():
    """Without a stored file of each front end the tests below would hold nothing."""
    assert {"0.1.0", "0.1.0-native"} <= set(FILES)


@pytest.mark.parametrize("file", [file for file in FILES if not file.endswith("-native")])
def test_a_stored_pickle_loads(file):
    """The reference that an earlier version stored leads to the class of this one."""
    pickles = [
        one["inputs"]["__provider"] for one in stored(file)["resources"] if "__provider" in one.get("inputs", {})
    ]
    loaded = [type(dill.loads(base64.b64decode(text))) for text in pickles]  # noqa: S301  Our own file.
    assert loaded == [SessionLifetimeProvider], WHY


@pytest.mark.front_ends("dynamic", "native")
@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("verb", ["up", "refresh", "destroy"])
def test_a_stored_state_goes_on(engine, tenant, auth0_sandbox, file, verb):
    """Each front end goes on from an earlier version's stack, whichever of the two wrote it: nothing is lost.

    Unchanged means no call; the record of the other front end is written anew in an update.
    """
    tenant.dashboard(session_lifetime=43_200, idle_session_lifetime=90, session_cookie_mode="non-persistent")
    text = json.dumps(stored(file)).replace(DOMAIN, tenant.domain)
    engine.stack.import_stack(automation.Deployment(version=3, deployment=json.loads(text)))
    engine.args = {
        "domain": tenant.domain,
        "plan": "essential",
        "session_lifetime": "30d",
        "idle_session_lifetime": "90m",
        "session_cookie_mode": "non-persistent",
        "on_delete": "restore",
    }
    if verb == "up":
        is_own = file.endswith("-native") == (engine.front_end == "native")
        assert engine.up().changes == ({"same": 2} if is_own else {"same": 1, "update": 1})
        assert auth0_sandbox.requests == []
        engine.args["session_lifetime"] = "8h"
        assert engine.up().changes == {"same": 1, "update": 1}
        assert tenant.requests[-1].body == {"session_lifetime": 8}
        assert engine.outputs["previous"]["session_lifetime"] == 10_000
    elif verb == "refresh":
        tenant.dashboard(session_lifetime=480)
        assert engine.refresh().ok
        assert engine.preview().changes == {"same": 1, "update": 1}
    else:
        assert engine.destroy().ok
        assert tenant.settings == {
            "session_lifetime": 10_000,
            "idle_session_lifetime": 4_320,
            "session_cookie_mode": "persistent",
        }


def stored(file: str) -> dict:
    """Return the deployment that a version wrote."""
    return json.loads((STORED / f"{file}.json").read_text())
