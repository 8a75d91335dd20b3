"""Canaries: a secret that comes in by any way is searched for everywhere that Pulumi or we could have put it."""

from __future__ import annotations

import base64
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

NO_DEFAULT = {"AUTH0_CLIENT_ID": "", "AUTH0_CLIENT_SECRET": ""}

CHILDREN = {"dynamic": b"pulumi.dynamic", "native": b"-m\0auth0_sessions\0"}
"""What the arguments of each front end's provider process hold."""

OWN_NAMESPACE = {"dynamic": "auth0", "native": "auth0-sessions"}
"""Where each front end looks for unlabeled credentials in the configuration."""


Program = Callable[[Any, Any, str], None]
"""Declares a tenant with a front end's module; the last argument is the tenant's token."""


def declared(api: Any, tenant: Any, **more: Any) -> None:
    """Declare a tenant."""
    given = {"domain": tenant.domain, "plan": "enterprise", "session_lifetime": "8h", "on_delete": "restore"}
    api.SessionLifetime(tenant.name, **given, **more)


def by_default(api: Any, tenant: Any, _token: str) -> None:
    """Declare a tenant with the credentials that have no label."""
    declared(api, tenant)


def by_label(api: Any, tenant: Any, _token: str) -> None:
    """Declare a tenant with the credentials of a label."""
    declared(api, tenant, credentials="lab")


def by_provider(**credentials: str) -> Program:
    """Return a program with an explicit provider that gets plain strings."""

    def program(api: Any, tenant: Any, token: str) -> None:
        given = {name: filled(template, token) for name, template in credentials.items()}
        provider = api.Provider(f"{tenant.name}-provider", domain=tenant.domain, **given)
        declared(api, tenant, opts=pulumi.ResourceOptions(provider=provider))

    return program


def filled(template: str, token: str) -> str:
    """Put a tenant's secrets into a text."""
    return template.replace("{secret}", CANARY).replace("{token}", token).replace("{key}", KEY)


def register(tenant: Any, way: str) -> None:
    """Let the application have its key, or its secret."""
    given = {"public_key": public_pem()} if "key" in way else {"client_secret": CANARY}
    tenant.add_client("canary-id", **given)


WAYS: dict[str, tuple[dict[str, str], dict[str, str], Program]] = {
    "environment": ({"AUTH0_CLIENT_ID": "canary-id", "AUTH0_CLIENT_SECRET": "{secret}"}, {}, by_default),
    "environment, key": (
        {"AUTH0_CLIENT_ID": "canary-id", "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY": "{key}"},
        {},
        by_default,
    ),
    "environment, label": ({"AUTH0_LAB_CLIENT_ID": "canary-id", "AUTH0_LAB_CLIENT_SECRET": "{secret}"}, {}, by_label),
    "configuration, token": ({}, {"{own}:apiToken": "{token}"}, by_default),
    "configuration, key": ({}, {"{own}:clientId": "canary-id", "{own}:clientAssertionPrivateKey": "{key}"}, by_default),
    "configuration, label": (
        {},
        {"auth0-sessions:credentials": '{"lab": {"clientId": "canary-id", "clientSecret": "{secret}"}}'},
        by_label,
    ),
    "configuration, label with a key": (
        {},
        {"auth0-sessions:credentials": '{"lab": {"clientId": "canary-id", "clientAssertionPrivateKey": "{key}"}}'},
        by_label,
    ),
    "provider": ({}, {}, by_provider(client_id="canary-id", client_secret="{secret}")),
    "provider, token": ({}, {}, by_provider(api_token="{token}")),
    "provider, key": ({}, {}, by_provider(client_id="canary-id", client_assertion_private_key="{key}")),
}
TOGETHER = [
    ("environment", "configuration, label", "provider, token"),
    ("configuration, token", "environment, label", "provider, key"),
    ("environment, key", "configuration, label with a key", "provider"),
    ("configuration, key",),
]
"""The ways of one stack, with a tenant for each."""


class Witness(threading.Thread):
    """Looks at the arguments of every process, many times a second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.looked_at: set[bytes] = set()
        self.done = threading.Event()

    def run(self) -> None:
        """Watch until stopped."""
        while not self.done.wait(0.05):
            for arguments in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.looked_at.add(arguments.read_bytes())
                except OSError:
                    continue


@pytest.mark.parametrize("ways", TOGETHER, ids="; ".join)
def test_a_secret_is_found_nowhere(make_engine, auth0_sandbox, ways):
    """State, backups, history, events, output, errors, warnings, arguments and pickles: not in one of them."""
    tenants = {way: auth0_sandbox.add_tenant(f"tenant-{number}") for number, way in enumerate(ways)}
    tokens = {way: tenant.issue_token() for way, tenant in tenants.items()}
    environment = dict(NO_DEFAULT)
    for way, tenant in tenants.items():
        register(tenant, way)
        tenant.latency_seconds = 0.1
        environment |= {name: filled(template, tokens[way]) for name, template in WAYS[way][0].items()}
    engine = make_engine(**environment)
    for way in ways:
        for key, template in WAYS[way][1].items():
            name = key.replace("{own}", OWN_NAMESPACE[engine.front_end])
            value = automation.ConfigValue(filled(template, tokens[way]), secret=not name.endswith("clientId"))
            engine.stack.set_config(name, value)

    def program() -> None:
        for way, tenant in tenants.items():
            WAYS[way][2](engine.api, tenant, tokens[way])

    engine.program = program
    witness = Witness()
    witness.start()
    runs = [engine.preview(diff=True), engine.up(diff=True)]
    # What a refused login and a refused call say.
    for tenant in tenants.values():
        tenant.add_client("canary-id", "another")
        tenant.fault("403-scope", times=None)
    runs.append(engine.refresh())
    assert [run.ok for run in runs] == [True, True, False]
    for way, tenant in tenants.items():
        tenant.clear_faults()
        register(tenant, way)
    runs.append(engine.destroy(refresh=True))
    assert runs[-1].ok
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
        for part in [CANARY, *LINES, *tokens.values()]:
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
