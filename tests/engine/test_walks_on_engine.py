"""The random walks of `tests/support/walks.py`, on the real engine and a sandbox."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import pulumi
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from auth0_sessions.lifecycle.record import respelled
from auth0_sessions.model.inputs import INPUTS
from auth0_sessions.model.spelling import snake_case
from engine_model import Resource, RunFailedError
from fakes import FakeLog
from walks import ACME, OTHER, Walk

FAULTS = {True: "drop-after", False: "drop-before"}


class SandboxTenant:
    """A sandbox's tenant, with the interface of the one in memory."""

    def __init__(self, tenant: Any) -> None:
        self.tenant = tenant

    @property
    def stored(self) -> dict[str, Any]:
        """What was ever written."""
        return dict(self.tenant.settings)

    def change_on_the_dashboard(self, **values: Any) -> None:
        """Change settings outside of the program."""
        self.tenant.dashboard(**values)

    def fail(self, failures: list[Any]) -> None:
        """Let the next write fail, if the first of these does: refused, or unknown and then refused."""
        self.tenant.clear_faults()
        error, takes_effect = next(iter(failures), (None, True))
        if error is not None:
            if getattr(error, "may_have_written", False):
                self.tenant.fault(FAULTS[takes_effect], operation="patch", times=1)
            self.tenant.fault("403-scope", operation="patch", times=1)

    failures = property(fset=fail)


class RealEngine:
    """The real engine, with the interface of the miniature. `refused` holds the last run's errors."""

    def __init__(self, engine: Any, log: FakeLog, domains: Mapping[str, str]) -> None:
        self.engine, self.log, self.domains = engine, log, domains

    def up(
        self,
        program: Mapping[str, dict[str, Any]],
        *,
        aliases: Mapping[str, str] | None = None,
        targets: Collection[str] | None = None,
        replace: Collection[str] = (),
        is_refreshed: bool = False,
    ) -> None:
        """Run a program."""

        def declare() -> None:
            for name, inputs in program.items():
                old = (aliases or {}).get(name)
                opts = pulumi.ResourceOptions(aliases=[pulumi.Alias(name=old)] if old else None)
                given = {**inputs, "domain": self.domains[inputs["domain"]]}
                self.engine.api.SessionLifetime(name, **given, opts=opts)

        self.engine.program = declare
        options: dict[str, Any] = {"refresh": True} if is_refreshed else {}
        if targets is not None:
            options["target"] = [self.urn(name) for name in targets]
        elif replaced := [self.urn(name) for name in replace if name in self.state]:
            options["replace"] = replaced
        self.finish(self.engine.up(**options))

    def refresh(self) -> None:
        """Run `pulumi refresh`."""
        self.finish(self.engine.refresh())

    def destroy(self) -> None:
        """Run `pulumi destroy`."""
        self.finish(self.engine.destroy())

    def finish(self, run: Any) -> None:
        """Keep what a run said, with the walk's names of tenants."""
        self.log.warnings[:] = [self.named(line) for line in run.said("warning")]
        if not run.ok:
            raise RunFailedError(self.named(" ".join([*run.said("error"), run.failure])))

    def named(self, line: str) -> str:
        """Return a line with the walk's names of tenants."""
        for domain, url in self.domains.items():
            line = line.replace(url, domain)
        return line

    def urn(self, name: str) -> str:
        """Return a resource's URN."""
        kind = {
            "dynamic": "pulumi-python:dynamic/auth0-sessions:SessionLifetime",
            "native": "auth0-sessions:index:SessionLifetime",
        }[self.engine.front_end]
        stack, project = self.engine.stack.name, self.engine.stack.workspace.project_settings().name
        return f"urn:pulumi:{stack}::{project}::{kind}::{name}"

    @property
    def state(self) -> dict[str, Resource]:
        """The resources in the state, by name."""
        urls = {url: domain for domain, url in self.domains.items()}
        found = {}
        for one in self.engine.resources:
            if one["type"].endswith("SessionLifetime"):
                record = respelled(one["outputs"], snake_case)
                record["domain"] = urls[record["domain"]]
                inputs = {key: value for key, value in record.items() if key in INPUTS}
                found[one["urn"].rpartition("::")[2]] = Resource(inputs, record)
        return found


@pytest.mark.deep
@pytest.mark.timeout(1_500)
@pytest.mark.front_ends("dynamic", "native")
def test_walks(make_engine: Callable[..., Any], auth0_sandbox: Any) -> None:
    """Eight walks for each front end; what the walks of the miniature hold after each run is true of the real one."""
    engine = make_engine()

    class RealWalk(Walk):
        """Walks on one stack, which each walk leaves empty."""

        def begin_with(self, stored: Mapping[str, Mapping[str, Any]]) -> None:
            auth0_sandbox.reset()
            names = {domain: domain.partition(".")[0] for domain in (ACME, OTHER)}
            made = {
                domain: auth0_sandbox.add_tenant(name, plan="enterprise", settings=dict(stored[domain]))
                for domain, name in names.items()
            }
            self.tenants = {domain: SandboxTenant(tenant) for domain, tenant in made.items()}
            self.log = FakeLog()
            self.engine = RealEngine(engine, self.log, {domain: tenant.domain for domain, tenant in made.items()})

        def teardown(self) -> None:
            for tenant in self.tenants.values():
                tenant.failures = []
            engine.destroy()

    run_state_machine_as_test(
        RealWalk,
        settings=settings(
            max_examples=8,
            stateful_step_count=5,
            phases=[Phase.generate],
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
