"""What the resources of one run have in common."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from auth0_sessions.errors import InputError
from auth0_sessions.lifecycle.claims import Claims
from auth0_sessions.model.spelling import CAMEL_CASE, SNAKE_CASE

ACME, OTHER = "acme.eu.auth0.com", "other.eu.auth0.com"


def run_with(plan=None, spelling=SNAKE_CASE):
    """Return a run with this configured plan, and the list of its warnings."""
    warnings = []
    return Claims(plan, warnings.append, spelling), warnings


def test_a_tenant_is_managed_once():
    """The second resource of a tenant is refused, and reads both names and the domain."""
    run, _ = run_with()
    run.claim(ACME, "'first'")
    with pytest.raises(InputError) as refused:
        run.claim(ACME, "'second'")
    assert str(refused.value).startswith(f"{ACME} is managed twice in this program: by 'first' and by 'second'.")


def test_a_resource_may_say_so_twice():
    """The same resource claims its tenant at each check, and other tenants are other tenants."""
    run, _ = run_with()
    for _ in range(2):
        run.claim(ACME, "'first'")
        run.claim(OTHER, "'second'")


def test_the_first_owner_stays():
    """A refused claim takes nothing over."""
    run, _ = run_with()
    run.claim(ACME, "'first'")
    for _ in range(2):
        with pytest.raises(InputError, match="by 'first' and by 'second'"):
            run.claim(ACME, "'second'")
    run.claim(ACME, "'first'")


def test_another_run_knows_nothing_of_it():
    """Claims are of one run."""
    for _ in range(2):
        run_with()[0].claim(ACME, "'first'" if _ else "'second'")


def test_only_one_of_many_threads_gets_a_tenant():
    """Resources are checked at the same time, and all but one are refused."""
    run, _ = run_with()
    together = Barrier(8)

    def claim(number):
        together.wait(30)
        try:
            run.claim(ACME, f"'{number}'")
        except InputError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claim, range(8))) == 1


@pytest.mark.parametrize(
    ("own", "configured", "expected"),
    [("free", "enterprise", "free"), (None, "enterprise", "enterprise"), ("free", None, "free"), ("", "free", "free")],
)
def test_a_resource_s_plan_takes_precedence(own, configured, expected):
    """The configured plan is for resources that name none, and nothing is said then."""
    run, warnings = run_with(configured)
    assert (run.plan_of(own), warnings) == (expected, [])


def test_a_missing_plan_is_warned_of_once():
    """A hundred tenants without a plan cause one warning, even with other tenants in between."""
    run, warnings = run_with()
    assert [run.plan_of(plan) for plan in (None, "free", None, None)] == [None, "free", None, None]
    assert len(warnings) == 1
    assert "plan='enterprise'" in warnings[0]
    assert "auth0-sessions:plan" in warnings[0]


def test_the_warning_is_spelled_as_the_user_does():
    """Other languages' users read their own assignment."""
    run, warnings = run_with(spelling=CAMEL_CASE)
    run.plan_of(None)
    assert 'plan: "enterprise"' in warnings[0]
