"""Canaries: a secret that comes in by any way is searched for everywhere that Pulumi or we could have put it."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pulumi
import pytest
from pulumi import automation

pytestmark = pytest.mark.front_ends("dynamic", "native")

CANARY = f"Canary-{uuid4().hex}"
"""Another process may run this test beside this one, and a stack's configuration is set by a command line."""

ENTRY = {"clientId": "canary-id", "clientSecret": CANARY}
NO_DEFAULT = {"AUTH0_CLIENT_ID": "", "AUTH0_CLIENT_SECRET": ""}


CHILDREN = {"dynamic": b"pulumi.dynamic", "native": b"pulumi-resource-auth0-sessions"}
"""What the arguments of each front end's provider process hold."""

OWN_NAMESPACE = {"dynamic": "auth0", "native": "auth0-sessions"}
"""Where each front end looks for unlabelled credentials in the configuration."""


def resource(api: Any, tenant: Any, **more: Any) -> None:
    """Declare the tenant."""
    given = {"domain": tenant.domain, "plan": "enterprise", "session_lifetime": "8h", "on_delete": "restore"}
    api.SessionLifetime("acme", **given, **more)


def through_provider(api: Any, tenant: Any, **credentials: str) -> None:
    """Declare the tenant with an explicit provider that gets plain strings."""
    resource(api, tenant, opts=pulumi.ResourceOptions(provider=api.Provider("p", domain=tenant.domain, **credentials)))


Program = Callable[[Any, Any, str], None]
"""Declares a tenant with a front end's module, the tenant and the secret."""

IN_ENVIRONMENT = {"AUTH0_CLIENT_ID": "canary-id", "AUTH0_CLIENT_SECRET": "{secret}"}
WAYS: dict[str, tuple[dict[str, str], dict[str, str], Program]] = {
    "environment": (IN_ENVIRONMENT, {}, lambda api, t, _: resource(api, t)),
    "environment, token": (NO_DEFAULT | {"AUTH0_API_TOKEN": "{token}"}, {}, lambda api, t, _: resource(api, t)),
    "environment, label": (
        NO_DEFAULT | {"AUTH0_LAB_CLIENT_ID": "canary-id", "AUTH0_LAB_CLIENT_SECRET": "{secret}"},
        {},
        lambda api, t, _: resource(api, t, credentials="lab"),
    ),
    "configuration": (
        NO_DEFAULT,
        {"{own}:clientId": "canary-id", "{own}:clientSecret": "{secret}"},
        lambda api, t, _: resource(api, t),
    ),
    "configuration, token": (NO_DEFAULT, {"{own}:apiToken": "{token}"}, lambda api, t, _: resource(api, t)),
    "configuration, label": (
        NO_DEFAULT,
        {"auth0-sessions:credentials": json.dumps({"lab": ENTRY}).replace(CANARY, "{secret}")},
        lambda api, t, _: resource(api, t, credentials="lab"),
    ),
    "provider": (NO_DEFAULT, {}, lambda api, t, s: through_provider(api, t, client_id="canary-id", client_secret=s)),
    "provider, token": (NO_DEFAULT, {}, lambda api, t, s: through_provider(api, t, api_token=s)),
}


class Witness(threading.Thread):
    """Looks at the arguments of every process, many times a second."""

    def __init__(self, secret: str) -> None:
        super().__init__(daemon=True)
        self.secret = secret.encode()
        self.looked_at: set[bytes] = set()
        self.done = threading.Event()

    def run(self) -> None:
        """Look until told to stop."""
        while not self.done.wait(0.02):
            for arguments in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.looked_at.add(arguments.read_bytes())
                except OSError:
                    continue


@pytest.mark.parametrize("way", WAYS)
def test_a_secret_is_found_nowhere(make_engine, tenant, way):
    """State, backups, history, events, output, errors, warnings, arguments and pickles: not in one of them."""
    environment, config, program = WAYS[way]
    tenant.add_client("canary-id", CANARY)
    secret = tenant.issue_token() if "token" in way else CANARY
    filled = {name: value.replace("{secret}", CANARY).replace("{token}", secret) for name, value in environment.items()}
    engine = make_engine(**filled)
    for key, value in config.items():
        text = value.replace("{secret}", CANARY).replace("{token}", secret)
        name = key.replace("{own}", OWN_NAMESPACE[engine.front_end])
        engine.stack.set_config(name, automation.ConfigValue(text, secret=not name.endswith("clientId")))
    engine.program = lambda: program(engine.api, tenant, secret)
    tenant.latency_seconds = 0.1
    witness = Witness(secret)
    witness.start()
    runs = [engine.preview(diff=True), engine.up(), engine.up(), engine.refresh(diff=True)]
    # What a refused login and a refused call say.
    tenant.add_client("canary-id", "another")
    tenant.fault("403-scope", times=None)
    engine.stack.set_config("unrelated", automation.ConfigValue("x"))
    runs.append(engine.refresh())
    assert [run.ok for run in runs] == [True, True, True, True, False]
    tenant.clear_faults()
    tenant.add_client("canary-id", CANARY)
    runs.append(engine.destroy())
    witness.done.set()
    witness.join()
    shown = "".join(run.output + run.failure + repr(run.events) for run in runs)
    pickles = [base64.b64decode(text) for text in re.findall(r'"__provider":\s*"([A-Za-z0-9+/=]+)"', engine.files)]
    for name, text in {
        "files": engine.files,
        "output and events": shown,
        "arguments": b" ".join(witness.looked_at).decode(errors="replace"),
        "pickles": b" ".join(pickles).decode(errors="replace"),
    }.items():
        assert secret not in text, name
        assert base64.b64encode(secret.encode()).decode() not in text, name
    assert any(CHILDREN[engine.front_end] in arguments for arguments in witness.looked_at)
    assert bool(pickles) is (engine.front_end == "dynamic")
