"""Reading live tenants without Pulumi: one, or several at a time with each answer in its place."""

import threading

import pytest

from auth0_sessions import CredentialsError, DomainError, InputError, read_tenant_sessions
from auth0_sessions.api.reader import WORKERS, TenantSessions, read_many
from auth0_sessions.errors import Auth0SessionsError, TenantUnreachableError
from auth0_sessions.model.settings import AUTH0_DEFAULTS, SETTINGS
from raw_server import answer

SECRET = "Canary-5eCr3t"


@pytest.fixture
def tenant(auth0_sandbox):
    """A tenant on which nothing was ever set."""
    return auth0_sandbox.add_tenant("acme")


@pytest.fixture
def credentials(monkeypatch):
    """The unlabeled credentials in the environment."""
    monkeypatch.setenv("AUTH0_CLIENT_ID", "id")
    monkeypatch.setenv("AUTH0_CLIENT_SECRET", SECRET)


def test_a_tenant_on_which_nothing_was_set(tenant, credentials):
    """Every setting has Auth0's default and is marked so, for one token and one GET."""
    found = read_tenant_sessions(f"{tenant.domain}/")
    assert (found.domain, found.values) == (tenant.domain, AUTH0_DEFAULTS)
    assert found.defaulted == set(SETTINGS)
    assert tenant.calls == ["POST /oauth/token", "GET /tenants/settings"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("idle_session_lifetime", 91),
        ("session_cookie_mode", "non-persistent"),
        ("session_lifetime", AUTH0_DEFAULTS["session_lifetime"]),
    ],
)
def test_a_written_setting_is_distinguished_from_a_default(tenant, credentials, name, value):
    """A setting that was written has its value and is not a default, even if it has the default's value."""
    tenant.dashboard(**{name: value})
    found = read_tenant_sessions(tenant.domain)
    assert found.values == {**AUTH0_DEFAULTS, name: value}
    assert found.defaulted == set(SETTINGS) - {name}


def test_an_unusable_value_is_neither_a_value_nor_a_default(serve, monkeypatch):
    """What a tenant reports and nobody can use is named for what it is, and the rest of the tenant is as usual."""
    server = serve(answer(body=b'{"session_lifetime": 8, "idle_session_lifetime": 0, "session_cookie": {}}'))
    monkeypatch.setenv("AUTH0_API_TOKEN", "t")
    monkeypatch.setenv("AUTH0_DOMAIN", server.domain)
    found = read_tenant_sessions(server.domain)
    usable = SETTINGS.keys() - {"idle_session_lifetime", "session_cookie_mode"}
    assert found.values["session_lifetime"] == 480
    assert found.values.keys() == usable
    assert found.defaulted == usable - {"session_lifetime"}
    assert [problem.split(" as ")[0] for problem in found.problems] == [
        "the tenant reports idle_session_lifetime",
        "the tenant reports session_cookie_mode",
    ]


def test_a_label_names_its_own_set_and_no_other(tenant, monkeypatch, credentials):
    """With a label, only that set is used, never the unlabeled one; no configuration is read or named."""
    tenant.add_client("labeled-id", "labeled-secret")
    with pytest.raises(CredentialsError, match="AUTH0_ACME_EU_CLIENT_ID") as refused:
        read_tenant_sessions(tenant.domain, credentials="acme-eu")
    assert ("configuration" in str(refused.value), tenant.calls) == (False, [])
    monkeypatch.setenv("AUTH0_ACME_EU_CLIENT_ID", "labeled-id")
    monkeypatch.setenv("AUTH0_ACME_EU_CLIENT_SECRET", "labeled-secret")
    assert read_tenant_sessions(tenant.domain, credentials="acme-eu").values == AUTH0_DEFAULTS


@pytest.mark.parametrize(
    ("domain", "label", "error"), [("acme", None, DomainError), ("acme.auth0.com", "A b", InputError)]
)
def test_wrong_arguments_are_reported_before_any_call(credentials, domain, label, error):
    """A domain or a label that is none is an `InputError`."""
    with pytest.raises(error):
        read_tenant_sessions(domain, credentials=label)


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


@pytest.mark.parametrize(
    ("fault", "kind", "word"),
    [
        (TenantUnreachableError("its text"), TenantUnreachableError, "its text"),
        (ZeroDivisionError(SECRET), Auth0SessionsError, "t0.auth0.com: ZeroDivisionError"),
    ],
)
def test_a_fault_is_the_answer_of_one_tenant(fault, kind, word):
    """An error is handed over like an answer; a bug is reported as one, without its message; the others are read."""

    def read(domain, _label):
        if domain == TENANTS[0][0]:
            raise fault
        return TenantSessions(domain, {}, frozenset())

    first, *others = read_many(TENANTS, read, lambda _, answer: answer)
    assert (type(first), word in str(first), SECRET in str(first)) == (kind, True, False)
    assert [answer.domain for answer in others] == [domain for domain, _ in TENANTS[1:]]


def test_the_end_of_the_program_ends_it():
    """Ctrl-C comes out, and tenants that were not begun are not read."""
    begun, may_go_on, others = [], threading.Event(), set(threading.enumerate())

    def read(domain, _label):
        begun.append(domain)
        may_go_on.wait(0 if domain == TENANTS[0][0] else 30)
        return TenantSessions(domain, {}, frozenset())

    def use(_place, _answer):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_many(TENANTS, read, use)
    may_go_on.set()
    for worker in set(threading.enumerate()) - others:
        worker.join(10)
    assert len(begun) <= WORKERS + 1


def test_no_tenants():
    """There is nothing to read, and that is said."""
    done = []
    assert read_many([], lambda *_: pytest.fail("read"), lambda *_: None, lambda *state: done.append(state)) == []
    assert done == [(0, 0)]
