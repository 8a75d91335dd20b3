"""The ready-made policy pack on the real engine: what it refuses, what it lets pass, and what it never prints."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest

import local_engine
import official_tenant
import pulumi_cli
from auth0_sessions import SessionLifetime, SessionPolicy, TenantFleet, native
from official_tenant import Tenant
from typed import Terminal

PACK = local_engine.ROOT / "examples" / "guardrails"
PAGES = (PACK / "README.md", local_engine.ROOT / "docs" / "how-to" / "guardrails.md")
AAL2 = {"session-lifetime-baseline": {"enforcementLevel": "mandatory", "profile": "nist-aal2"}}
DYNAMIC, NATIVE = "pulumi-python:dynamic/auth0-sessions:SessionLifetime", "auth0-sessions:index:SessionLifetime"
OFFICIAL = "auth0:index:Tenant"
"""As the engine shows `auth0:index/tenant:Tenant`."""


class Guarded:
    """A stack that is run with the pack, and what its policies report."""

    def __init__(self, folder: Path) -> None:
        (folder / "plugins").mkdir()
        official_tenant.place(folder / "plugins")
        local_engine.place_plugin(folder)
        path = [folder / "plugins", Path(sys.executable).parent, os.environ["PATH"]]
        self.folder = folder
        self.environment = {
            "PATH": os.pathsep.join(map(str, path)),
            "AUTH0_CLIENT_ID": "guarded",
            "AUTH0_CLIENT_SECRET": "guarded-canary-secret",
        }

    def run(
        self, program: Callable[[], Any], verb: str = "preview", config: dict[str, Any] | None = None, **options: Any
    ) -> local_engine.Run:
        """Run a program with the pack and its configuration."""
        stack = local_engine.open_stack(program, self.folder, environment=self.environment)
        if config is not None:
            options["policy_pack_configs"] = [str(self.write(config))]
        return local_engine.run(stack, verb, policy_packs=[str(PACK)], color="never", **options)

    def write(self, config: dict[str, Any]) -> Path:
        """Write a configuration of the pack into a file."""
        file = self.folder / "guardrails.json"
        file.write_text(json.dumps(config))
        return file


def violations(run: local_engine.Run) -> set[tuple[str, str, str]]:
    """Return each violation's policy, level and resource name, as the engine reports them."""
    events = (event.policy_event for event in run.events if event.policy_event)
    return {
        (one.policy_name.removeprefix("session-lifetime-"), one.enforcement_level, one.resource_urn.split("::")[-1])
        for one in events
    }


@pytest.fixture
def guarded(tmp_path: Path) -> Guarded:
    """A stack with the pack, the native plugin and the stand-in for the official one."""
    return Guarded(tmp_path)


class Team(pulumi.ComponentResource):
    """A component of a user's own, with one resource of each kind inside."""

    def __init__(self, name: str) -> None:
        super().__init__("acme:index:Team", name)
        inside = pulumi.ResourceOptions(parent=self)
        hours = {"sessionLifetime": 25.5, "idleSessionLifetime": 1}
        text = {"session_lifetime": "1d1h", "idle_session_lifetime": "1h"}
        Tenant(f"{name}-official", inside, **hours)
        SessionLifetime(f"{name}-dynamic", domain="a.auth0.com", plan="free", **text, opts=inside)
        native.SessionLifetime(f"{name}-native", domain="b.auth0.com", plan="free", **text, opts=inside)


class OurLifetime(SessionLifetime):
    """A subclass of a user's own, over the dynamic resource."""


class OurNativeLifetime(native.SessionLifetime):
    """A subclass of a user's own, over the native resource."""


def test_all_three_resources_inside_and_outside_components(guarded):
    """Each resource above the baseline is refused at preview, wherever it is declared; each within it passes.

    A subclass is refused like its base.
    """

    def program() -> None:
        Team("team")
        Tenant("above", sessionLifetime=24, idleSessionLifetime=1.25)
        Tenant("within", sessionLifetime=24, idleSessionLifetime=0.5)
        SessionLifetime(
            "exactly", domain="c.auth0.com", plan="free", session_lifetime="24h", idle_session_lifetime="60m"
        )
        OurLifetime("ours", domain="g.auth0.com", plan="free", session_lifetime="1d1h", idle_session_lifetime="1h")
        OurNativeLifetime(
            "ours-native", domain="h.auth0.com", plan="free", session_lifetime="1d1h", idle_session_lifetime="1h"
        )
        SessionPolicy("policy", domain="d.auth0.com", plan="free", profile="balanced")
        native.SessionPolicy("remote", domain="e.auth0.com", plan="free", profile="balanced")
        TenantFleet("fleet", tenants={"f": {"domain": "f.auth0.com", "profile": "nist-aal2"}}, plan="free")

    run = guarded.run(program, config=AAL2)
    assert not run.ok
    refused = {name for policy, level, name in violations(run) if (policy, level) == ("baseline", "mandatory")}
    assert refused == {
        *("team-official", "team-dynamic", "team-native", "above", "ours", "ours-native"),
        *("policy-lifetime", "remote-lifetime"),
    }
    assert {policy for policy, *_ in violations(run)} == {"baseline", "rounding"}
    shown = " ".join(run.output.split())
    source = "NIST SP 800-63B-4 section 2.2.3: overall timeout required (SHALL), at most 24 hours (SHOULD)"
    for kind, name, message in (
        (
            OFFICIAL,
            "team-official",
            "sessionLifetime is 25.5 hours (1d1h30m), which the official provider writes as 26",
        ),
        (DYNAMIC, "team-dynamic", f"session_lifetime is 1d1h; profile 'nist-aal2' allows at most 1d ({source}"),
        (NATIVE, "team-native", f"sessionLifetime is 1d1h; profile 'nist-aal2' allows at most 1d ({source}"),
    ):
        assert f"[mandatory] session-lifetime-baseline ({kind}: {name})" in shown
        assert message in shown


@pytest.mark.deep
def test_without_configuration(guarded):
    """The pack as it is holds every stack to Auth0's defaults, and to the plan that a resource names."""

    def program() -> None:
        Tenant("defaults", sessionLifetime=168, idleSessionLifetime=72)
        Tenant("longer", sessionLifetime=168.01, idleSessionLifetime=72)
        arguments: dict[str, Any] = {"session_lifetime": "7d", "idle_session_lifetime": "4d", "over_limit": "warn"}
        SessionLifetime("warned", domain="a.auth0.com", plan="free", **arguments)
        SessionLifetime("clamped", domain="b.auth0.com", plan="free", **{**arguments, "over_limit": "clamp"})
        provider = native.Provider("theirs", plan="free")
        native.SessionLifetime(
            "provided", domain="c.auth0.com", **arguments, opts=pulumi.ResourceOptions(provider=provider)
        )

    run = guarded.run(program)
    assert not run.ok
    assert {(policy, name) for policy, level, name in violations(run) if level == "mandatory"} == {
        ("baseline", "longer"),
        ("baseline", "warned"),
        ("plan-cap", "warned"),
        ("baseline", "provided"),
        ("plan-cap", "provided"),
    }


@pytest.mark.deep
def test_unknown_values_pass_the_preview_and_meet_the_up(guarded, tenant):
    """A value of a resource that does not exist yet passes at preview; at up, when it is known, it is held.

    A refused resource makes no call.
    """

    def program() -> None:
        first = Tenant("first", sessionLifetime=24, idleSessionLifetime=1)
        later: dict[str, Any] = {
            "sessionLifetime": first.id.apply(lambda _: 9_000),
            "idleSessionLifetime": first.id.apply(lambda _: 1.5),
        }
        Tenant("official", **later)
        text: dict[str, Any] = {"session_lifetime": first.id.apply(lambda _: "300d"), "idle_session_lifetime": "1h"}
        SessionLifetime("dynamic", domain=tenant.domain, plan="enterprise", **text)
        native.SessionLifetime("native", domain="b.auth0.com", plan="enterprise", **text)

    preview = guarded.run(program)
    assert preview.ok, preview.output
    assert violations(preview) == set()
    assert "can't run policy" not in preview.output
    up = guarded.run(program, "up", AAL2)
    assert not up.ok
    assert ("baseline", "mandatory", "official") in violations(up)
    assert tenant.calls == []


def test_secrets_are_held_and_never_printed(guarded):
    """A secret lifetime is refused like any other, and neither the terminal nor an event has it."""

    def program() -> None:
        secret = pulumi.Output.secret("271d7h13m")
        ours: dict[str, Any] = {
            "plan": "essential",
            "session_lifetime": secret,
            "idle_session_lifetime": "1h",
            "over_limit": "warn",
        }
        SessionLifetime("dynamic", domain="a.auth0.com", **{**ours, "plan": "enterprise"})
        native.SessionLifetime("native", domain="b.auth0.com", **{**ours, "plan": "enterprise"})
        Tenant("official", sessionLifetime=pulumi.Output.secret(6511.2167), idleSessionLifetime=1)

    config = {"session-lifetime-plan-cap": {"enforcementLevel": "mandatory", "plan": "essential"}}
    run = guarded.run(program, config=config, diff=True)
    assert not run.ok
    assert {(policy, name) for policy, _, name in violations(run)} == {
        *(("baseline", name) for name in ("dynamic", "native", "official")),
        ("plan-cap", "official"),
        ("rounding", "official"),
    }
    said = (
        run.output + run.failure + "".join(str(vars(event.policy_event)) for event in run.events if event.policy_event)
    )
    assert said.count("is a secret value") >= 5
    assert not [trace for trace in ("271d", "6511", "6512", "390673") if trace in said]


@pytest.mark.deep
def test_existing_stacks_are_analyzed_from_state(guarded):
    """`pulumi policy analyze` holds what a stack has in state, without the program and without a call."""
    made = guarded.run(lambda: Tenant("acme", sessionLifetime=25, idleSessionLifetime=1.5), "up")
    assert made.ok, made.output
    (guarded.folder / "work" / "Pulumi.yaml").write_text("name: sessions\nruntime: python\n")
    path = os.pathsep.join([str(pulumi_cli.BIN), guarded.environment["PATH"]])
    terminal = Terminal(guarded.folder, **{**guarded.environment, "PATH": path})
    packs = ("--policy-pack", str(PACK), "--policy-pack-config", str(guarded.write(AAL2)))
    done = terminal.tried("pulumi", "policy", "analyze", "--stack", "dev", *packs, "--color", "never")
    assert done.returncode != 0
    assert "sessionLifetime is 25 hours (1d1h); profile 'nist-aal2' allows at most 1d" in done.stdout
    assert "idleSessionLifetime is 1.5 hours (1h30m), which the official provider writes as 2 hours" in done.stdout


def test_a_wrong_configuration_is_refused(guarded):
    """A wrong key, value or policy stops the run before any resource, with its name and what is allowed."""
    config = {"session-lifetime-baseline": {"enforcementLevel": "mandatory", "profile": "nist"}}
    run = guarded.run(lambda: None, config=config)
    assert not run.ok
    shown = " ".join((run.output + run.failure).split())
    assert "profile is 'nist'; allowed: 'convenient', 'balanced'" in shown
    assert "Traceback" not in shown


@pytest.mark.deep
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_pages_show_what_is_printed(guarded, page):
    """The configuration of a page is taken, and what the page shows is what a preview with it prints."""

    def program() -> None:
        Tenant("acme", sessionLifetime=36 if page.name == "README.md" else 8, idleSessionLifetime=1.5)

    text = page.read_text()
    (config,), (shown,) = (re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL) for kind in ("json", "console"))
    run = guarded.run(program, config=json.loads(config))
    printed = [" ".join(line.split()) for line in run.output.replace(f"{local_engine.ROOT}/", "").splitlines()]
    assert [line for line in shown.splitlines() if " ".join(line.split()) not in printed] == []
