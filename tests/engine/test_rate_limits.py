"""Tenants with the smallest bucket: a run waits as the bucket asks, says so, and finishes."""

from __future__ import annotations

import pytest


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
