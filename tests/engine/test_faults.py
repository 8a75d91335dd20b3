"""The fault matrix on the real engine: a stack's whole life, with a fault in the way of each of its writes.

`tests/test_fault_matrix.py` has every cell, with the engine's part played by the test; here the engine plays it itself.
"""

from __future__ import annotations

import pytest

from auth0_sessions.sandbox.faults import Fault

FIRST = {"session_lifetime": 10_000, "idle_session_lifetime": 4_320}
TAKES_EFFECT_AND_FAILS = [Fault.DROP_AFTER, Fault.INSUFFICIENT_SCOPE]


def run_through(engine, tenant, verb, faults):
    """Run a verb into faults at its write, and again if it failed; return whether the first run went well."""
    before = tenant.settings
    for fault in faults:
        tenant.fault(fault, operation="patch", times=1)
    run = getattr(engine, verb)()
    tenant.clear_faults()
    if not run.ok:
        printed = "\n".join(run.said("error"))
        assert tenant.domain in printed
        assert "Traceback" not in printed
        assert tenant.settings == before
        assert getattr(engine, verb)().ok
    return run.ok


# A write that took effect although nobody knows, a wait, a refusal, and a write that took effect and is put back after
# a refusal: each other fault ends like one of these.
@pytest.mark.every_case
@pytest.mark.parametrize(
    ("front_end", "faults", "survived"),
    [
        pytest.param("dynamic", [Fault.DROP_AFTER], True, marks=pytest.mark.deep),
        ("native", [Fault.DROP_AFTER], True),
        pytest.param("dynamic", [Fault.RETRY_AFTER], True, marks=pytest.mark.deep),
        pytest.param("native", [Fault.INSUFFICIENT_SCOPE], False, marks=pytest.mark.deep),
        pytest.param("dynamic", TAKES_EFFECT_AND_FAILS, False, marks=pytest.mark.deep),
    ],
    ids=["survived", "survived", "a wait", "refused", "put back"],
)
def test_a_stack_s_life_with_a_fault_at_each_write(engine, auth0_sandbox, faults, survived):
    """Survived or failed, the next run converges, an unchanged one makes no calls, and destroy restores all."""
    tenant = auth0_sandbox.add_tenant("acme", plan="enterprise", settings=FIRST)
    engine.args = {"domain": tenant.domain, "plan": "enterprise", "on_delete": "restore", "session_lifetime": "30d"}
    went_well = [run_through(engine, tenant, "up", faults)]
    assert tenant.settings == {**FIRST, "session_lifetime": 43_200}
    assert engine.outputs["previous"] == {"session_lifetime": 10_000}

    engine.args["session_lifetime"] = "8h"
    went_well.append(run_through(engine, tenant, "up", faults))
    assert tenant.settings == {**FIRST, "session_lifetime": 480}
    assert engine.outputs["previous"] == {"session_lifetime": 10_000}
    auth0_sandbox.clear_requests()
    assert engine.up().changes == {"same": 2}
    assert tenant.calls == []

    went_well.append(run_through(engine, tenant, "destroy", faults))
    assert tenant.settings == FIRST
    assert went_well == [survived] * 3
