"""`enforce="at-most"` on the real engine: what previews, outputs and diffs say is what `up` does."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

pytestmark = pytest.mark.front_ends("dynamic", "native")

GET, PATCH = "GET /tenants/settings", "PATCH /tenants/settings"


def calls(tenant: Any, sandbox: Any) -> list[str]:
    """Return a tenant's reads and writes since the last time, and forget them."""
    made = [call for call in tenant.calls if call in (GET, PATCH)]
    sandbox.clear_requests()
    return made


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
    calls(tenant, auth0_sandbox)

    ceiling = "2d"
    preview = engine.preview()
    kept = f"{engine.spelling.name('session_lifetime')} keeps 12h, its own value (ceiling 2d)."
    assert len([line for line in preview.said("info") + preview.said("info#err") if kept in line]) == 1
    assert preview.changes.keys() == {"same"}
    assert engine.up().changes.keys() == {"same"}
    assert calls(tenant, auth0_sandbox) == []

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
    assert calls(tenant, auth0_sandbox) == [PATCH, PATCH]


@pytest.mark.deep
def test_a_loosened_tenant_is_drift_below_its_ceiling(engine, tenant, auth0_sandbox):
    """A tenant that is stricter by its own choice keeps that for good, and a tightened one keeps the tighter value."""
    tenant.dashboard(session_lifetime=720)
    engine.args = {
        "domain": tenant.domain,
        "plan": "enterprise",
        "session_lifetime": "1d",
        "enforce": "at-most",
    }
    assert engine.up().ok
    tenant.dashboard(session_lifetime=900)
    assert engine.refresh().changes.get("update") == 1
    assert engine.up().changes.get("update") == 1
    assert tenant.settings == {"session_lifetime": 720}
    tenant.dashboard(session_lifetime=300)
    assert "update" not in engine.up(refresh=True).changes
    calls(tenant, auth0_sandbox)
    engine.args["session_lifetime"] = "3d"
    assert engine.up().ok
    assert (calls(tenant, auth0_sandbox), tenant.settings) == ([], {"session_lifetime": 300})
    engine.args["enforce"] = "exact"
    assert engine.up().ok
    assert tenant.settings == {"session_lifetime": 4_320}
    assert engine.outputs.get("own") is None


@pytest.mark.deep
@pytest.mark.front_ends("native")
def test_a_live_preview_knows_the_value_to_hold(make_engine, tenant):
    """With `livePreview`, the preview of a create reads the tenant and shows what it keeps."""
    engine = make_engine()
    tenant.dashboard(session_lifetime=720)

    def program() -> None:
        provider = engine.api.Provider("p", live_preview=True)
        made = engine.api.SessionLifetime(
            "acme",
            domain=tenant.domain,
            plan="enterprise",
            session_lifetime="1d",
            enforce="at-most",
            opts=pulumi.ResourceOptions(provider=provider),
        )
        pulumi.export("held", made.session_lifetime)

    engine.program = program
    preview = engine.preview()
    assert preview.ok, preview.output + preview.failure
    assert [line for line in preview.output.splitlines() if "held" in line and '"12h"' in line]
    assert tenant.calls.count(GET) == 1
    assert tenant.calls.count(PATCH) == 0
