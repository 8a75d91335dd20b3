"""The functions: a live tenant's sessions, and a plan's limits."""

from __future__ import annotations

import pytest

from auth0_sessions.model.plans import PLAN_LIMITS, Plan
from auth0_sessions.model.settings import LIFETIMES
from auth0_sessions.native.codec import TO_CAMEL
from auth0_sessions.native.schema import schema

OUTPUTS = {
    name: schema()["functions"][f"auth0-sessions:index:{name}"]["outputs"]["properties"]
    for name in ("getTenantSessions", "getPlanLimits")
}


def test_a_tenants_sessions(host, tenant):
    """One login and one read: each setting, its minutes, and which of them are Auth0's defaults."""
    tenant.dashboard(session_lifetime=90, session_cookie_mode="non-persistent")
    found, failures = host.invoke("getTenantSessions", domain=f"{tenant.domain}/")
    assert failures == {}
    assert tenant.calls == ["POST /oauth/token", "GET /tenants/settings"]
    assert found.keys() == OUTPUTS["getTenantSessions"].keys()
    assert (found["domain"], found["sessionLifetime"], found["idleSessionLifetimeMinutes"]) == (
        *(tenant.domain, "1h30m", 4_320),
    )
    assert found["defaults"] == [TO_CAMEL[name] for name in LIFETIMES if name != "session_lifetime"]


def test_a_tenant_by_its_label(start, tenant):
    """A label picks the credential set, and is not part of the result."""
    host = start(AUTH0_LAB_CLIENT_ID="lab-client", AUTH0_LAB_CLIENT_SECRET="s").configure()
    found, failures = host.invoke("getTenantSessions", domain=tenant.domain, credentials="lab")
    assert (found.keys(), failures) == (OUTPUTS["getTenantSessions"].keys(), {})
    assert tenant.requests[0].body["client_id"] == "lab-client"


def test_the_providers_domain_is_the_default(configured, tenant):
    """Without a domain, the provider's is read; without any, the argument is missing."""
    found, _ = configured(domain=tenant.domain).invoke("getTenantSessions")
    assert found["domain"] == tenant.domain
    assert set(configured().invoke("getTenantSessions")[1]) == {"domain"}


@pytest.mark.parametrize("wrong", [{"domain": "https://user:Canary@acme.auth0.com"}, {"credentials": "Canary S3cret"}])
def test_a_secret_in_the_wrong_place_is_not_repeated(host, wrong):
    """The engine prints the value of an argument that a failure names, so this failure does not name one."""
    _, failures = host.invoke("getTenantSessions", **{"domain": "acme.auth0.com", **wrong})
    assert list(failures) == [""]
    assert "canary" not in failures[""].lower()


@pytest.mark.parametrize("plan", Plan)
def test_a_plans_limits(host, plan):
    """The caps of the table, in minutes, with their source; the plan's case does not matter."""
    limits = PLAN_LIMITS[plan]
    minutes = {"absoluteMinutes": limits.absolute_minutes, "idleMinutes": limits.idle_minutes}
    found = host.invoke("getPlanLimits", plan=plan.value.upper())
    assert found == ({"plan": plan, **minutes, "source": limits.source}, {})
    assert found[0].keys() == OUTPUTS["getPlanLimits"].keys()


@pytest.mark.parametrize("arguments", [{}, {"plan": "gold"}, {"plan": 7}])
def test_an_unknown_plan_is_a_failure_of_the_plan(host, arguments):
    """An unknown or missing plan is a failure of the argument."""
    assert set(host.invoke("getPlanLimits", **arguments)[1]) == {"plan"}


def test_an_unknown_function_is_refused(host):
    """A function from another version is rejected by name."""
    assert "auth0-sessions:index:getNothing" in host.refused(lambda: host.invoke("getNothing"))
