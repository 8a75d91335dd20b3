"""Error output: at preview if possible, in one paragraph, without a traceback."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pulumi import automation

pytestmark = pytest.mark.front_ends("dynamic", "native")

CANARY = "canary-1b2c3d-secret"


def test_every_problem_is_reported_in_one_preview(engine, tenant):
    """Seven bad inputs make seven errors, each with its property, its value, what is allowed and what to do."""
    engine.args = {
        "domain": "http://acme.eu.auth0.com",
        "session_lifetime": 720,
        "idle_session_lifetime": "1mo",
        "ephemeral_session_lifetime": "0m",
        "session_cookie_mode": "sticky",
        "plan": "gold",
        "over_limit": "maybe",
        "on_delete": "explode",
        "enforce": "perhaps",
        "credentials": "not/a/label",
    }
    run = engine.preview()
    printed = "\n".join(run.said("error"))
    assert not run.ok
    for name, words in {
        "domain": "loopback hosts only",
        "session_lifetime": "720 has no unit: write '720h' or '720m'",
        "idle_session_lifetime": "no fixed length",
        "ephemeral_session_lifetime": "the shortest lifetime is '1m'",
        "session_cookie_mode": "'non-persistent'",
        "plan": "'enterprise'",
        "over_limit": "'clamp'",
        "on_delete": "'restore'",
        "enforce": "'at-most'",
    }.items():
        # A label may be a secret in the wrong place, and the engine prints the value of a property that is named.
        assert (f"property {engine.spelling.name(name)} value" in printed) == (name != "credentials")
        assert words in printed
    # The engine repeats the value of a property, and this one may be a secret in the wrong place.
    assert "never a secret" in printed
    assert "not/a/label" not in run.output
    assert tenant.calls == []


def refused(run: Any) -> str:
    """Return the one error about a resource, which must be one paragraph with no Python in it."""
    assert not run.ok
    printed = [text for text in run.said("error") if "Traceback" not in text and "failed" not in text[:20]]
    (message,) = [text for text in printed if "could not" in text or "No credentials" in text or "Provider" in text]
    assert "\n" not in message
    assert "Traceback" not in run.output.split("pulumi:pulumi:Stack")[0]
    return message


def test_a_refusal_is_one_clean_paragraph(engine, tenant):
    """What the tenant says reaches the terminal as what, where, why and what to do; never as a traceback."""
    tenant.fault("403-scope", operation="patch")
    engine.args = {"domain": tenant.domain, "plan": "enterprise", "session_lifetime": "8h"}
    message = refused(engine.up())
    assert all(word in message for word in ["403 insufficient_scope", "update:tenant_settings", "AUTH0_CLIENT_ID"])
    assert message.startswith("http://127.0.0.1")
    tenant.clear_faults()
    assert engine.up().ok
    assert tenant.settings == {"session_lifetime": 480}


def test_missing_credentials_list_every_place(make_engine, tenant):
    """A preview needs no credentials; the first call without them names every place that was looked at."""
    engine = make_engine(AUTH0_CLIENT_ID="", AUTH0_CLIENT_SECRET="")
    engine.args = {"domain": tenant.domain, "plan": "enterprise", "session_lifetime": "8h"}
    assert engine.preview().ok
    message = refused(engine.up())
    namespace = "auth0-sessions" if engine.front_end == "native" else "auth0"
    places = ("AUTH0_CLIENT_ID", "AUTH0_API_TOKEN", f"{namespace}:clientId", f"{namespace}:apiToken")
    for place in (*places, "read:tenant_settings"):
        assert place in message
    assert tenant.calls == []


def test_a_tenant_managed_twice_is_an_error_that_names_both(engine, tenant):
    """Also across providers, two resources for one tenant stop the run; the next one starts from nothing."""

    def program() -> None:
        engine.api.SessionLifetime("first", domain=tenant.domain, plan="enterprise", session_lifetime="8h")
        provider = engine.api.Provider("p", domain=f"{tenant.domain}/", client_id="a", client_secret="b")
        options = pulumi.ResourceOptions(provider=provider)
        engine.api.SessionLifetime("second", plan="enterprise", idle_session_lifetime="8h", opts=options)

    engine.program = program
    run = engine.preview()
    assert not run.ok
    printed = "\n".join(run.said("error"))
    assert [word for word in ("managed twice", "'first'", "'second'") if word not in printed] == []
    assert "Traceback" not in printed
    engine.program = engine.one_resource
    engine.args = {"domain": tenant.domain, "plan": "enterprise", "session_lifetime": "8h"}
    assert engine.preview().ok


def test_a_plain_credential_in_config_is_refused_with_the_line_to_type(engine, tenant):
    """A plain-text secret in the stack file stops a run."""
    key = "auth0-sessions:credentials"
    engine.stack.set_config(key, automation.ConfigValue(CANARY, secret=False))
    engine.args = {"domain": tenant.domain, "plan": "enterprise", "session_lifetime": "8h"}
    run = engine.preview()
    assert not run.ok
    printed = "\n".join(run.said("error"))
    assert f"pulumi config set --secret {key}" in printed
    assert "Traceback" not in printed
    assert CANARY not in run.output


def test_warnings_come_when_they_help(engine, tenant):
    """Idle above absolute at once; a changed absolute lifetime at up for a create, at preview for an update."""
    engine.args = {"domain": tenant.domain, "plan": "enterprise", "session_lifetime": "8h"}
    assert engine.preview().said("warning") == []
    (created,) = engine.up().said("warning")
    assert "from 7d to 8h" in created

    engine.args["session_lifetime"] = "30d"
    (raised,) = engine.preview().said("warning")
    assert "from 8h to 30d" in raised
    assert "next login" in raised
    assert engine.up().ok

    tenant.dashboard(session_lifetime=60)
    assert engine.refresh().said("warning") == []

    engine.args["idle_session_lifetime"] = "31d"
    printed = engine.preview().said("warning")
    idle, absolute = map(engine.spelling.name, ("idle_session_lifetime", "session_lifetime"))
    assert any(f"{idle} (31d) is longer than {absolute} (30d)" in text for text in printed)


def test_a_rate_limit_shows_as_status_and_leaves_no_trace(engine, tenant):
    """A wait is shown while it lasts, and is not in the final report."""
    tenant.fault("429", operation="get", times=1)
    engine.args = {"domain": tenant.domain, "plan": "enterprise", "session_lifetime": "7d"}
    run = engine.up()
    assert run.ok
    printed = [event.diagnostic_event for event in run.events if event.diagnostic_event]
    assert [one.ephemeral for one in printed if "rate limit" in one.message] == [True]
    assert "rate limit" in run.output
    assert "Diagnostics:" not in run.output


@pytest.mark.deep
@pytest.mark.front_ends("native")
def test_a_full_bucket_is_waited_for_and_never_spun_on(engine, auth0_sandbox):
    """Nine reads of one free tenant exceed its bucket: each 429 is followed by a wait that is shown; all succeed."""
    tenant = auth0_sandbox.add_tenant("busy", plan="free", rate_limits=True)

    def program() -> None:
        for number in range(9):
            engine.api.SessionLifetime.get(f"look-{number}", tenant.domain)

    engine.program = program
    run = engine.up()
    assert run.ok
    refused = [request for request in tenant.requests if request.status == 429]
    read = [request for request in tenant.requests if request.method == "GET" and request.status == 200]
    # Two calls are free at once. The bucket gives two tokens a second and a wait is at least one second long, so that
    # after each refusal two calls are free again.
    assert len(read) == 9
    assert 0 < len(refused) <= 5
    waits = [event.diagnostic_event for event in run.events if event.diagnostic_event]
    printed = [one for one in waits if "rate limit" in one.message]
    assert all(one.ephemeral for one in printed)
    assert printed


@pytest.mark.deep
@pytest.mark.front_ends("native")
def test_a_tenant_that_is_gone_names_the_way_out(engine, tenant, auth0_sandbox):
    """Refresh and destroy fail with the command that forgets the resource, and after it the stack is fine."""
    engine.args = {"domain": tenant.domain, "plan": "enterprise", "session_lifetime": "8h", "on_delete": "restore"}
    assert engine.up().ok
    urn = engine.resource()["urn"]
    auth0_sandbox.reset()
    for run in (engine.refresh(), engine.destroy()):
        assert not run.ok
        assert [line for line in run.said("error") if f"`pulumi state delete '{urn}'`" in line]
    kept = engine.stack.export_stack()
    kept.deployment["resources"] = [one for one in kept.deployment["resources"] if "SessionLifetime" not in one["type"]]
    engine.stack.import_stack(kept)
    assert engine.destroy().ok
