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
    """The second resource of a tenant is refused at each check, and reads both names and the domain."""
    run, _ = run_with()
    for _ in range(2):
        run.claim(ACME, "'first'")
        run.claim(OTHER, "'third'")
        with pytest.raises(InputError, match=rf"^{ACME} is managed twice in this program: by 'first' and by 'second'."):
            run.claim(ACME, "'second'")


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


@pytest.mark.parametrize(
    ("spelling", "assignment"), [(SNAKE_CASE, "plan='enterprise'"), (CAMEL_CASE, 'plan: "enterprise"')]
)
def test_a_missing_plan_is_warned_of_once(spelling, assignment):
    """A hundred tenants without a plan cause one warning, even with other tenants in between, as the user spells it."""
    run, warnings = run_with(spelling=spelling)
    assert [run.plan_of(plan) for plan in (None, "free", None, None)] == [None, "free", None, None]
    assert [assignment in line and "auth0-sessions:plan" in line for line in warnings] == [True]
