"""Reading live tenants without Pulumi: one, or several at a time with each answer in its place."""

import threading
from functools import partial

import pytest

from auth0_sessions import (
    BadRequestError,
    CanceledError,
    CredentialsError,
    DomainError,
    ForbiddenError,
    InputError,
    TenantUnreachableError,
    read_tenant_sessions,
)
from auth0_sessions.api import reader as reader_module
from auth0_sessions.api.client import TenantClient
from auth0_sessions.api.reader import WORKERS, TenantReader, TenantSessions, read_many
from auth0_sessions.api.retry import RetryPolicy
from auth0_sessions.errors import Auth0SessionsError
from auth0_sessions.model.settings import DEFAULTS, LIFETIMES, LOGIN_LIFETIMES, SETTINGS

TOKEN, GET = "POST /oauth/token", "GET /tenants/settings"


@pytest.fixture
def tenant(auth0_sandbox):
    """A tenant on which nothing was ever set."""
    return auth0_sandbox.add_tenant("acme")


@pytest.fixture
def credentials(monkeypatch):
    """The unlabeled credentials in the environment."""
    monkeypatch.setenv("AUTH0_CLIENT_ID", "id")
    monkeypatch.setenv("AUTH0_CLIENT_SECRET", "canary")


def test_a_tenant_on_which_nothing_was_set(tenant, credentials):
    """Every setting has Auth0's default and is marked so, for one token and one GET."""
    found = read_tenant_sessions(tenant.domain)
    assert found.domain == tenant.domain
    assert found.values == DEFAULTS
    assert found.defaulted == set(SETTINGS)
    assert tenant.calls == [TOKEN, GET]


WRITTEN = {**dict.fromkeys(LIFETIMES, 91), "session_cookie_mode": "non-persistent"}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_written_setting_is_distinguished_from_a_default(tenant, credentials, name):
    """A setting that was written has its value and is not a default; the other four are defaults."""
    tenant.dashboard(**{name: WRITTEN[name]})
    found = read_tenant_sessions(tenant.domain)
    assert found.values == {**DEFAULTS, name: WRITTEN[name]}
    assert found.defaulted == set(SETTINGS) - {name}


def test_a_written_default_is_no_default(tenant, credentials):
    """A written setting is not a default, even if it has the default's value."""
    tenant.dashboard(session_lifetime=DEFAULTS["session_lifetime"])
    assert "session_lifetime" not in read_tenant_sessions(tenant.domain).defaulted


def test_an_unusable_value_is_neither_a_value_nor_a_default(serve, monkeypatch):
    """What a tenant reports and nobody can use is named for what it is, and the rest of the tenant is as usual."""
    body = b'{"session_lifetime": 8, "idle_session_lifetime": 0, "session_cookie": {"mode": null}}'
    server = serve(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    monkeypatch.setenv("AUTH0_API_TOKEN", "t")
    monkeypatch.setenv("AUTH0_DOMAIN", server.domain)
    found = read_tenant_sessions(server.domain)
    usable = SETTINGS.keys() - {"idle_session_lifetime", "session_cookie_mode"}
    assert found.values["session_lifetime"] == 480
    assert found.values.keys() == usable
    assert found.defaulted == usable - {"session_lifetime"}
    assert found.problems == [
        "the tenant reports idle_session_lifetime as 0, which is not a lifetime",
        "the tenant reports session_cookie_mode as null, which is not a cookie mode",
    ]


def test_only_session_settings_are_asked_for(tenant, credentials):
    """The one GET names its fields, so nothing else of the tenant comes over the wire."""
    read_tenant_sessions(tenant.domain)
    query = tenant.requests[-1].query
    assert query["include_fields"] == "true"
    assert set(query["fields"].split(",")) == {*LOGIN_LIFETIMES, "session_cookie", "sessions"}


def test_a_token_is_enough(tenant, monkeypatch):
    """`AUTH0_API_TOKEN` with the reading scope alone serves without a token request."""
    monkeypatch.setenv("AUTH0_API_TOKEN", tenant.issue_token(["read:tenant_settings"]))
    assert read_tenant_sessions(f"{tenant.domain}/").domain == tenant.domain
    assert tenant.calls == [GET]


@pytest.mark.parametrize("named", ["acme", "globex"])
def test_a_token_goes_to_the_tenant_that_auth0_domain_names(auth0_sandbox, tenant, monkeypatch, named):
    """An opaque token goes to the tenant of `AUTH0_DOMAIN`, however many others are read, and to no other."""
    other = auth0_sandbox.add_tenant("globex")
    tenants = {"acme": tenant, "globex": other}
    monkeypatch.setenv("AUTH0_API_TOKEN", f"opaque-{named}")
    monkeypatch.setenv("AUTH0_DOMAIN", tenants[named].domain)
    for one in tenants.values():
        with pytest.raises((CredentialsError, BadRequestError)):
            read_tenant_sessions(one.domain)
    assert [len(one.calls) for one in tenants.values()] == [name == named for name in tenants]


def test_an_opaque_token_without_a_domain_goes_nowhere(tenant, monkeypatch):
    """Where nothing says which tenant a token is for, it is not sent, even if only one tenant is read."""
    monkeypatch.setenv("AUTH0_API_TOKEN", "opaque")
    with pytest.raises(CredentialsError, match="AUTH0_DOMAIN would be"):
        read_tenant_sessions(tenant.domain)
    assert tenant.calls == []


def test_a_reader_can_be_canceled(tenant, credentials):
    """A reader that is canceled makes no call any more."""
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(CanceledError):
        TenantReader(cancelled=cancelled).read(tenant.domain, None)
    assert tenant.calls == []


def test_a_label_names_its_own_set_and_no_other(tenant, monkeypatch, credentials):
    """With a label, only that set is used, never the unlabeled one."""
    tenant.add_client("labeled-id", "labeled-secret")
    with pytest.raises(CredentialsError, match="AUTH0_ACME_EU_CLIENT_ID"):
        read_tenant_sessions(tenant.domain, credentials="acme-eu")
    assert tenant.calls == []
    monkeypatch.setenv("AUTH0_ACME_EU_CLIENT_ID", "labeled-id")
    monkeypatch.setenv("AUTH0_ACME_EU_CLIENT_SECRET", "labeled-secret")
    assert read_tenant_sessions(tenant.domain, credentials="acme-eu").values == DEFAULTS


def test_without_credentials_the_places_are_named(tenant):
    """What is missing is reported with the variables to set; a stack's configuration is neither read nor named."""
    with pytest.raises(CredentialsError, match="AUTH0_CLIENT_ID") as refused:
        read_tenant_sessions(tenant.domain)
    assert "configuration" not in str(refused.value)
    assert tenant.calls == []


@pytest.mark.parametrize(
    ("domain", "label", "error"),
    [("acme", None, DomainError), ("http://acme.auth0.com", None, DomainError), ("acme.auth0.com", "A b", InputError)],
)
def test_wrong_arguments_are_reported_before_any_call(auth0_sandbox, credentials, domain, label, error):
    """A domain or a label that is none is an `InputError`, and no call is made."""
    with pytest.raises(error):
        read_tenant_sessions(domain, credentials=label)
    assert auth0_sandbox.requests == []


def test_a_refusal_is_an_api_error(tenant, monkeypatch):
    """A token without the reading scope is reported as the 403 that it is."""
    monkeypatch.setenv("AUTH0_API_TOKEN", tenant.issue_token(["update:tenant_settings"]))
    with pytest.raises(ForbiddenError, match="read:tenant_settings"):
        read_tenant_sessions(tenant.domain)


def test_no_answer_is_an_error_of_its_own(monkeypatch):
    """A tenant that does not exist is distinguished from one that rejects the call."""
    monkeypatch.setenv("AUTH0_API_TOKEN", "token")
    monkeypatch.setenv("AUTH0_DOMAIN", "http://127.0.0.1:1/acme")
    impatient = partial(TenantClient, policy=RetryPolicy.immediate())
    monkeypatch.setattr(reader_module, "TenantClient", impatient)
    with pytest.raises(TenantUnreachableError):
        read_tenant_sessions("http://127.0.0.1:1/acme")


# Many.

TENANTS = [(f"t{number}.auth0.com", None) for number in range(3 * WORKERS)]


def test_answers_keep_their_order():
    """Results are in the order of the tenants, regardless of which responds first; progress counts up."""
    together, done = threading.Barrier(WORKERS, timeout=30), []

    def read(domain, _label):
        together.wait()
        return TenantSessions(domain, {}, frozenset())

    made = read_many(TENANTS, read, lambda place, answer: (place, answer.domain), lambda *state: done.append(state))
    assert made == [(place, domain) for place, (domain, _) in enumerate(TENANTS)]
    assert done == [(count, len(TENANTS)) for count in range(len(TENANTS) + 1)]


def test_a_tenant_that_is_not_read_is_an_answer():
    """An error of a tenant is handed over like what another one has."""

    def read(domain, label):
        message = f"{domain} {label}"
        raise TenantUnreachableError(message)

    assert read_many([("a.auth0.com", "blue")], read, lambda _, answer: str(answer)) == ["a.auth0.com blue"]


def test_a_fault_of_ours_is_the_answer_of_one_tenant():
    """It is reported as a bug, without its message, and all other tenants are read."""

    def read(domain, _label):
        if domain == TENANTS[0][0]:
            raise ZeroDivisionError(SECRET)
        return TenantSessions(domain, {}, frozenset())

    first, *others = read_many(TENANTS, read, lambda _, answer: answer)
    assert isinstance(first, Auth0SessionsError)
    assert ("ZeroDivisionError" in str(first), TENANTS[0][0] in str(first), SECRET in str(first)) == (True, True, False)
    assert [answer.domain for answer in others] == [domain for domain, _ in TENANTS[1:]]


SECRET = "Canary-5eCr3t"


@pytest.mark.parametrize("fault", [SystemExit, KeyboardInterrupt])
def test_the_end_of_the_program_ends_it(fault):
    """It comes out, and tenants that were not begun are not read."""
    begun, may_go_on = [], threading.Event()

    def read(domain, _label):
        begun.append(domain)
        if domain == TENANTS[0][0]:
            raise fault
        may_go_on.wait(30)

    with pytest.raises(fault):
        read_many(TENANTS, read, lambda *_: None)
    may_go_on.set()
    assert len(begun) <= WORKERS + 1


def test_no_tenants():
    """There is nothing to read, and that is said."""
    done = []
    assert read_many([], lambda *_: pytest.fail("read"), lambda *_: None, lambda *state: done.append(state)) == []
    assert done == [(0, 0)]
