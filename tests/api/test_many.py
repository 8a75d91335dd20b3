"""Reading many tenants: several at a time, each answer in its place."""

import threading

import pytest

from auth0_sessions.api.many import WORKERS, read_many
from auth0_sessions.api.reader import TenantSessions
from auth0_sessions.errors import Auth0SessionsError, TenantUnreachableError

TENANTS = [(f"t{number}.auth0.com", None) for number in range(3 * WORKERS)]


def test_answers_keep_their_order():
    """Whichever tenant answers first, what is made of an answer is in the tenant's place; progress counts up."""
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
    """It is named and called a fault of the program, without what it says, and every other tenant is read."""

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
