"""Explicit providers, labels and configuration: which credentials go where, and which never do."""

from __future__ import annotations

import json
from functools import partial

import pulumi
import pytest
from pulumi import automation

from auth0_sessions import Provider, SessionLifetime

CANARY = "canary-9f8e7d-secret"


def strict(tenant, label: str) -> None:
    """Let a tenant take only the credentials of its own."""
    tenant.add_client(f"{label}-id", f"{label}-{CANARY}")


def moving(domain: str, on_delete: str):
    """Return a program whose provider is at a domain."""

    def program() -> None:
        provider = Provider("p", domain=domain, client_id="id", client_secret=CANARY)
        options = pulumi.ResourceOptions(provider=provider)
        SessionLifetime("acme", plan="enterprise", session_lifetime="8h", on_delete=on_delete, opts=options)

    return program


def test_a_moved_provider_never_sends_credentials_to_the_old_tenant(engine, tenant, auth0_sandbox):
    """While a delete call is due at the old tenant the move is refused at preview; destroyed or retained it may go."""
    other = auth0_sandbox.add_tenant("other")
    engine.program = moving(tenant.domain, "restore")
    assert engine.up().ok
    auth0_sandbox.clear_requests()

    engine.program = moving(other.domain, "restore")
    run = engine.preview()
    assert not run.ok
    assert "now points to" in "\n".join(run.said("error"))
    assert not engine.up().ok
    assert auth0_sandbox.requests == []

    def only_provider() -> None:
        Provider("p", domain=other.domain, client_id="id", client_secret=CANARY)

    engine.program = only_provider
    assert not engine.up().ok
    assert tenant.calls == []

    engine.program = moving(tenant.domain, "retain")
    assert engine.up().ok
    auth0_sandbox.clear_requests()
    engine.program = moving(other.domain, "retain")
    assert engine.up().ok
    assert tenant.calls == []
    assert other.settings == {"session_lifetime": 480}


def test_labels_find_their_own_set_and_never_another(make_engine, auth0_sandbox):
    """A label is looked up in the secret object, then in the environment; the unlabeled set is never used for it."""
    tenants = {name: auth0_sandbox.add_tenant(name) for name in ("in-env", "in-config", "nowhere")}
    for name, one in tenants.items():
        strict(one, name)
    engine = make_engine(AUTH0_IN_ENV_CLIENT_ID="in-env-id", AUTH0_IN_ENV_CLIENT_SECRET=f"in-env-{CANARY}")
    entries = {"in-config": {"clientId": "in-config-id", "clientSecret": f"in-config-{CANARY}"}}
    value = automation.ConfigValue(json.dumps(entries), secret=True)
    engine.stack.set_config("auth0-sessions:credentials", value)

    def program() -> None:
        for name, one in tenants.items():
            SessionLifetime(name, domain=one.domain, credentials=name, plan="enterprise", session_lifetime="8h")

    engine.program = program
    assert engine.preview().ok
    run = engine.up()
    assert not run.ok
    assert tenants["in-env"].settings == tenants["in-config"].settings == {"session_lifetime": 480}
    assert tenants["nowhere"].calls == []
    printed = "\n".join(run.said("error"))
    assert "AUTH0_NOWHERE_CLIENT_ID" in printed
    assert "entry 'nowhere'" in printed
    assert "auth0-sessions:credentials" in engine.files
    assert CANARY not in engine.files + run.output
    assert [one["inputs"]["credentials"] for one in engine.resources if "SessionLifetime" in one["type"]]


@pytest.mark.parametrize(("front_end", "named"), [("dynamic", True), ("native", False)])
def test_a_token_that_names_no_tenant_goes_to_the_one_set_with_it(make_engine, tenant, auth0_sandbox, named):
    """An opaque token goes to the tenant of `AUTH0_DOMAIN`, and to none without one; a preview needs no credentials."""
    other = auth0_sandbox.add_tenant("other")
    nothing = {"AUTH0_CLIENT_ID": "", "AUTH0_CLIENT_SECRET": ""}
    engine = make_engine(**nothing, AUTH0_API_TOKEN="opaque", **({"AUTH0_DOMAIN": tenant.domain} if named else {}))

    def program(one) -> None:
        options = pulumi.ResourceOptions(provider=engine.api.Provider(one.name, domain=one.domain))
        engine.api.SessionLifetime(one.name, plan="enterprise", session_lifetime="8h", opts=options)

    for one, is_sent in ((tenant, named), (other, False)):
        engine.program = partial(program, one)
        assert engine.preview().ok
        said = "\n".join(engine.up().said("error"))
        # The sandbox refuses a token that it has not issued.
        assert ("400" in said, "not sent" in said, bool(one.calls)) == (is_sent, not is_sent, is_sent)


@pytest.mark.deep
def test_the_default_domain_reaches_a_provider_without_one(engine, tenant):
    """`auth0:domain` names the tenant of a resource whose provider has no domain, and does not bind it."""
    engine.stack.set_config("auth0:domain", automation.ConfigValue(tenant.domain))

    def program() -> None:
        options = pulumi.ResourceOptions(provider=Provider("p", client_id="id", client_secret=CANARY))
        SessionLifetime("acme", plan="enterprise", session_lifetime="8h", opts=options)

    engine.program = program
    assert engine.up().ok
    assert tenant.settings == {"session_lifetime": 480}
