"""The fault matrix on the real engine: a stack's whole life, with a fault in the way of each of its writes.

`tests/test_fault_matrix.py` has every cell, with the engine's part played by the test; here the engine plays it itself.
"""

from __future__ import annotations

import pytest

from auth0_sessions.sandbox.faults import Fault

pytestmark = pytest.mark.front_ends("dynamic", "native")

FIRST = {"session_lifetime": 10_000, "idle_session_lifetime": 4_320}
REFUSED = {Fault.INSUFFICIENT_SCOPE}
"""What another try cannot fix, so that the run fails."""


def run_through(engine, tenant, verb, fault):
    """Run a verb into a fault at its write, and again if it failed; return whether the first run went well."""
    tenant.fault(fault, operation="patch", times=1)
    run = getattr(engine, verb)()
    tenant.clear_faults()
    if not run.ok:
        printed = "\n".join(run.said("error"))
        assert tenant.domain in printed
        assert "Traceback" not in printed
        assert getattr(engine, verb)().ok
    return run.ok


# The write that took effect although nobody knows, a wait, and a refusal: each other fault ends like one of these.
@pytest.mark.every_case
@pytest.mark.parametrize(
    "fault", [Fault.DROP_AFTER, *(pytest.param(one, marks=pytest.mark.deep) for one in (Fault.RETRY_AFTER, *REFUSED))]
)
def test_a_stack_s_life_with_a_fault_at_each_write(engine, auth0_sandbox, fault):
    """Survived or failed, the next run converges, an unchanged one makes no calls, and destroy restores all."""
    tenant = auth0_sandbox.add_tenant("acme", plan="enterprise", settings=FIRST)
    engine.args = {"domain": tenant.domain, "plan": "enterprise", "on_delete": "restore", "session_lifetime": "30d"}
    went_well = [run_through(engine, tenant, "up", fault)]
    assert tenant.settings == {**FIRST, "session_lifetime": 43_200}
    assert engine.outputs["previous"] == {"session_lifetime": 10_000}

    engine.args["session_lifetime"] = "8h"
    went_well.append(run_through(engine, tenant, "up", fault))
    assert tenant.settings == {**FIRST, "session_lifetime": 480}
    assert engine.outputs["previous"] == {"session_lifetime": 10_000}
    auth0_sandbox.clear_requests()
    assert engine.up().changes == {"same": 2}
    assert tenant.calls == []

    went_well.append(run_through(engine, tenant, "destroy", fault))
    assert tenant.settings == FIRST
    assert went_well == [fault not in REFUSED] * 3
