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
from pulumi.runtime import rpc

from auth0_sessions.model.settings import text
from keys import pem_of, public_pem

pytestmark = pytest.mark.front_ends("dynamic", "native")

CANARY = f"Canary-{uuid4().hex}"
"""Another process may run this test beside this one, and a stack's configuration is set by a command line."""

KEY = pem_of().replace("\n", r"\n")
"""A private key with its line breaks escaped, as environment variables and JSON often hold it."""

LINES = [line for line in pem_of().splitlines() if "-----" not in line]

ENTRY = {"clientId": "canary-id", "clientSecret": CANARY}
NO_DEFAULT = {"AUTH0_CLIENT_ID": "", "AUTH0_CLIENT_SECRET": ""}


CHILDREN = {"dynamic": b"pulumi.dynamic", "native": b"-m\0auth0_sessions\0"}
"""What the arguments of each front end's provider process hold."""

OWN_NAMESPACE = {"dynamic": "auth0", "native": "auth0-sessions"}
"""Where each front end looks for unlabeled credentials in the configuration."""


def resource(api: Any, tenant: Any, **more: Any) -> None:
    """Declare the tenant."""
    given = {"domain": tenant.domain, "plan": "enterprise", "session_lifetime": "8h", "on_delete": "restore"}
    api.SessionLifetime("acme", **given, **more)


def through_provider(api: Any, tenant: Any, **credentials: str) -> None:
    """Declare the tenant with an explicit provider that gets plain strings."""
    resource(api, tenant, opts=pulumi.ResourceOptions(provider=api.Provider("p", domain=tenant.domain, **credentials)))


def register(tenant: Any, *, has_key: bool) -> None:
    """Let the application have its key, or its secret."""
    tenant.add_client("canary-id", **({"public_key": public_pem()} if has_key else {"client_secret": CANARY}))


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
    "environment, key": (
        NO_DEFAULT | {"AUTH0_CLIENT_ID": "canary-id", "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY": "{key}"},
        {},
        lambda api, t, _: resource(api, t),
    ),
    "configuration, key": (
        NO_DEFAULT,
        {"{own}:clientId": "canary-id", "{own}:clientAssertionPrivateKey": "{key}"},
        lambda api, t, _: resource(api, t),
    ),
    "configuration, label with a key": (
        NO_DEFAULT,
        {"auth0-sessions:credentials": '{"lab": {"clientId": "canary-id", "clientAssertionPrivateKey": "{key}"}}'},
        lambda api, t, _: resource(api, t, credentials="lab"),
    ),
    "provider, key": (
        NO_DEFAULT,
        {},
        lambda api, t, s: through_provider(api, t, client_id="canary-id", client_assertion_private_key=s),
    ),
    "provider": (NO_DEFAULT, {}, lambda api, t, s: through_provider(api, t, client_id="canary-id", client_secret=s)),
    "provider, token": (NO_DEFAULT, {}, lambda api, t, s: through_provider(api, t, api_token=s)),
}


class Witness(threading.Thread):
    """Looks at the arguments of every process, many times a second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.looked_at: set[bytes] = set()
        self.done = threading.Event()

    def run(self) -> None:
        """Watch until stopped."""
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
    has_key = "key" in way
    register(tenant, has_key=has_key)
    secret = tenant.issue_token() if "token" in way else KEY if has_key else CANARY

    def filled(text: str) -> str:
        return text.replace("{secret}", CANARY).replace("{token}", secret).replace("{key}", KEY)

    engine = make_engine(**{name: filled(value) for name, value in environment.items()})
    for key, value in config.items():
        name = key.replace("{own}", OWN_NAMESPACE[engine.front_end])
        # A key may have its line breaks escaped, as JSON and environment variables have them.
        engine.stack.set_config(name, automation.ConfigValue(filled(value), secret=not name.endswith("clientId")))
    engine.program = lambda: program(engine.api, tenant, secret)
    tenant.latency_seconds = 0.1
    witness = Witness()
    witness.start()
    runs = [engine.preview(diff=True), engine.up(), engine.up(), engine.refresh(diff=True)]
    # What a refused login and a refused call say.
    tenant.add_client("canary-id", "another")
    tenant.fault("403-scope", times=None)
    engine.stack.set_config("unrelated", automation.ConfigValue("x"))
    runs.append(engine.refresh())
    assert [run.ok for run in runs] == [True, True, True, True, False]
    tenant.clear_faults()
    register(tenant, has_key=has_key)
    runs.append(engine.destroy())
    witness.done.set()
    witness.join()
    shown = "".join(run.output + run.failure + repr(run.events) for run in runs)
    pickles = [base64.b64decode(text) for text in re.findall(r'"__provider":\s*"([A-Za-z0-9+/=]+)"', engine.files)]
    for name, found in {
        "files": engine.files,
        "output and events": shown,
        "arguments": b" ".join(witness.looked_at).decode(errors="replace"),
        "pickles": b" ".join(pickles).decode(errors="replace"),
    }.items():
        for part in LINES if has_key else [secret]:
            assert part not in found, name
            assert base64.b64encode(part.encode()).decode() not in found, name
    assert any(CHILDREN[engine.front_end] in arguments for arguments in witness.looked_at)
    assert bool(pickles) is (engine.front_end == "dynamic")


def hidden_in(properties: dict[str, Any]) -> set[str]:
    """Return the properties in state that are encrypted."""
    return {name for name, value in properties.items() if isinstance(value, dict) and rpc._special_sig_key in value}


@pytest.mark.deep
def test_what_repeats_a_secret_setting_is_a_secret(engine, auth0_sandbox):
    """Neither state nor a warning nor an error shows a setting that is a secret, what it was, or what came of it."""
    tenant = auth0_sandbox.add_tenant("acme", plan="essential", over_cap="clamp")
    tenant.dashboard(session_lifetime=11_111, idle_session_lifetime=2_222)
    secrets = {11_111, 2_222, 77_777, 66_666, 7_777, 9_999, 8_888}
    engine.args = {"domain": tenant.domain, "plan": "essential", "on_delete": "restore"}
    given: dict[str, str] = {"session_lifetime": "77777m"}

    def program() -> None:
        # It is known late that these are secrets.
        late = {name: pulumi.Output.secret(value).apply(str) for name, value in given.items()}
        plain = {} if "idle_session_lifetime" in given else {"idle_session_lifetime": pulumi.Output.from_input("1d")}
        engine.args |= {**plain, **late}
        engine.one_resource()

    engine.program = program
    refused = [engine.preview()]
    given["session_lifetime"] = "77777 parsecs"
    refused.append(engine.preview())
    name = engine.spelling.name("session_lifetime")
    errors = ["".join(run.said("error")) for run in refused]
    assert [f"{name} is [secret]; the essential plan" in errors[0], f"{name}: the value" in errors[1]] == [True, True]

    given["session_lifetime"], engine.args["over_limit"] = "77777m", "warn"
    runs = [engine.up()]
    expected = {"session_lifetime", "session_lifetime_minutes", "previous", "superseded", "old_sessions_gone_by"}
    assert hidden_in(engine.resource()["outputs"]) == {engine.spelling.name(name) for name in expected}
    assert len([line for line in runs[0].said("warning") if "[secret]" in line]) >= 3
    given["session_lifetime"] = "66666m"
    given["idle_session_lifetime"] = "9999m"
    runs += [engine.preview(diff=True), engine.up()]
    tenant.dashboard(session_lifetime=7_777)
    runs.append(engine.refresh(diff=True))
    assert hidden_in(engine.resource()["outputs"]) >= {engine.spelling.name(name) for name in expected}
    given["session_lifetime"] = "8888m"
    runs += [engine.up(), engine.destroy()]
    assert [run.ok for run in runs] == [True] * len(runs)
    shown = "".join(run.output + run.failure for run in [*refused, *runs])
    words = {str(minutes) for minutes in secrets} | {text(minutes) for minutes in secrets}
    assert [word for word in words if re.search(rf"\b{word}\b", shown + engine.files)] == []
    assert tenant.settings == {"session_lifetime": 11_111, "idle_session_lifetime": 2_222}
