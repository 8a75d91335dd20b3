"""`enforce="at-most"` on the real engine: what previews, outputs and diffs say is what `up` does."""

from __future__ import annotations

import pulumi
import pytest

from calls import PATCH, reads_and_writes

pytestmark = pytest.mark.front_ends("dynamic", "native")


def test_an_output_under_a_ceiling_never_claims_too_much(engine, tenant, auth0_sandbox):
    """Unknown at the preview of a create, the value to hold afterwards, also in another resource."""
    other = auth0_sandbox.add_tenant("other", plan="enterprise")
    tenant.dashboard(session_lifetime=720)
    ceiling = "1d"

    def program() -> None:
        strict = engine.api.SessionLifetime(
            "strict", domain=tenant.domain, plan="enterprise", session_lifetime=ceiling, enforce="at-most"
        )
        copy = engine.api.SessionLifetime(
            "copy", domain=other.domain, plan="enterprise", session_lifetime=strict.session_lifetime
        )
        pulumi.export("strict", strict.session_lifetime)
        pulumi.export("copy", copy.session_lifetime)

    engine.program = program
    preview = engine.preview()
    assert preview.ok, preview.output + preview.failure
    assert '"1d"' not in "".join(line for line in preview.output.splitlines() if "strict:" in line or "copy:" in line)
    assert engine.up().ok
    assert (tenant.settings, other.settings) == ({"session_lifetime": 720}, {"session_lifetime": 720})
    assert (engine.outputs["strict"], engine.outputs["copy"]) == ("12h", "12h")
    reads_and_writes(tenant, auth0_sandbox)

    ceiling = "2d"
    preview = engine.preview()
    kept = f"{engine.spelling.name('session_lifetime')} keeps 12h, its own value (ceiling 2d)."
    assert len([line for line in preview.said("info") + preview.said("info#err") if kept in line]) == 1
    assert preview.changes.keys() == {"same"}
    assert engine.up().changes.keys() == {"same"}
    assert reads_and_writes(tenant, auth0_sandbox) == []

    ceiling = "6h"
    preview = engine.preview()
    assert preview.changes["update"] >= 1
    if engine.front_end == "native":
        assert [line for line in preview.output.splitlines() if "strict" in line and '"12h"' in line and '"6h"' in line]
    assert engine.up().ok
    assert (tenant.settings, other.settings) == ({"session_lifetime": 360}, {"session_lifetime": 360})
    ceiling = "1d"
    assert engine.up().ok
    assert (tenant.settings, other.settings) == ({"session_lifetime": 720}, {"session_lifetime": 720})
    assert reads_and_writes(tenant, auth0_sandbox) == [PATCH, PATCH]
