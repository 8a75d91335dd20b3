"""The sandbox, tested with auth0-python, Auth0's own client.

Its two halves are used as they are, over plain HTTP: the login by its `protocol` argument, the Management API by its
`base_url`.
"""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from auth0.authentication import GetToken
from auth0.authentication.exceptions import Auth0Error
from auth0.management.client import Auth0
from auth0.management.errors import BadRequestError, ForbiddenError, TooManyRequestsError, UnauthorizedError
from auth0.management.types import SessionCookieSchema, TenantSettingsSessions, TenantSettingsSessionsAnonymous

from auth0_sessions.sandbox import Sandbox, Tenant

SECRET = "canary-secret"
FIELDS = "session_lifetime,idle_session_lifetime,session_cookie,sessions"
Connect = Callable[..., Auth0]


@pytest.fixture
def acme(auth0_sandbox: Sandbox) -> Tenant:
    """Return a tenant with one registered client."""
    tenant = auth0_sandbox.add_tenant("acme", settings={"session_lifetime": 90})
    tenant.add_client("id", SECRET)
    return tenant


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Return what makes a Management API client; it retries as often as it is asked to."""
    with httpx.Client() as http:

        def make(tenant: Tenant, token: str | None = None, retries: int = 0) -> Auth0:
            return Auth0(
                base_url=f"{tenant.domain}/api/v2",
                token=token or login(tenant, SECRET)["access_token"],
                httpx_client=http,
                max_retries=retries,
            )

        yield make


def login(tenant: Tenant, secret: str) -> dict[str, Any]:
    """Get a token with client credentials."""
    client = GetToken(tenant.domain.removeprefix("http://"), "id", secret, protocol="http")
    granted: dict[str, Any] = client.client_credentials(f"{tenant.domain}/api/v2/")
    return granted


def test_it_logs_in(acme: Tenant) -> None:
    """Client credentials give a bearer token for a day; a wrong secret is the client's own error."""
    granted = login(acme, SECRET)

    assert (granted["token_type"], granted["expires_in"]) == ("Bearer", 86_400)
    with pytest.raises(Auth0Error) as refused:
        login(acme, "wrong")
    error = refused.value
    assert (error.status_code, error.error_code, error.message) == (401, "access_denied", "Unauthorized")


def test_it_reads_and_writes_hours_and_minutes(acme: Tenant, connect: Connect) -> None:
    """Its typed answers have the hours of what was written in either unit, and all else is read as well."""
    settings = connect(acme).tenants.settings

    written = settings.update(
        session_lifetime_in_minutes=181,
        idle_session_lifetime=2,
        session_cookie=SessionCookieSchema(mode="non-persistent"),
        sessions=TenantSettingsSessions(anonymous=TenantSettingsSessionsAnonymous(lifetime_in_minutes=1440)),
    )
    narrow = settings.get(fields=FIELDS, include_fields=True)

    assert acme.requests[-2].body == {
        "session_lifetime_in_minutes": 181,
        "idle_session_lifetime": 2,
        "session_cookie": {"mode": "non-persistent"},
        "sessions": {"anonymous": {"lifetime_in_minutes": 1440}},
    }
    for answer in (written, narrow):
        assert (answer.session_lifetime, answer.idle_session_lifetime) == (181 / 60, 2)
        assert answer.session_cookie == SessionCookieSchema(mode="non-persistent")
        assert answer.sessions is not None
        assert answer.sessions.anonymous == TenantSettingsSessionsAnonymous(lifetime_in_minutes=1440)
        assert answer.ephemeral_session_lifetime is None
    assert (narrow.friendly_name, settings.get().friendly_name) == (None, acme.foreign["friendly_name"])
    assert settings.get().sandbox_versions_available == ["22", "18"]


def test_its_errors_have_the_refusals(acme: Tenant, connect: Connect) -> None:
    """A 400, a 401 and a 403 are its own errors, with the body that a tenant sends."""
    with pytest.raises(BadRequestError) as refused:
        connect(acme).tenants.settings.update(session_lifetime=8761)
    assert refused.value.body["errorCode"] == "invalid_body"
    assert "Value 8761 is greater than maximum 8760" in refused.value.body["message"]
    with pytest.raises(BadRequestError) as malformed:
        connect(acme, token="opaque").tenants.settings.get()
    assert malformed.value.body["errorCode"] == "Bearer"
    with pytest.raises(UnauthorizedError) as expired:
        connect(acme, token=acme.issue_token(seconds=0)).tenants.settings.get()
    assert "Expired token" in expired.value.headers["www-authenticate"]
    with pytest.raises(ForbiddenError, match="insufficient_scope"):
        connect(acme, token=acme.issue_token(["read:tenant_settings"])).tenants.settings.update(session_lifetime=1)
    assert acme.settings == {"session_lifetime": 90}


def test_a_rate_limit_reaches_it(acme: Tenant, connect: Connect) -> None:
    """A 429 is its own error when it does not retry, and is waited out when it does."""
    acme.fault("429", operation="get")
    with pytest.raises(TooManyRequestsError) as refused:
        connect(acme).tenants.settings.get()
    assert refused.value.body["errorCode"] == "too_many_requests"
    assert refused.value.headers["x-ratelimit-remaining"] == "0"

    acme.fault("429-retry-after", operation="patch", retry_after=0)
    assert connect(acme, retries=1).tenants.settings.update(session_lifetime=8).session_lifetime == 8
    assert acme.calls.count("PATCH /tenants/settings") == 2
