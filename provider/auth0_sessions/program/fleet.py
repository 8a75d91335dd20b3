"""`TenantFleet`: many tenants and one report, generic over the front end that applies their policies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Self

import pulumi

from auth0_sessions.errors import listed, shown
from auth0_sessions.fleet.entries import Defaults, Entries, Entry, TenantSpec, plan_fleet
from auth0_sessions.fleet.file import TenantsFile, tenants_of
from auth0_sessions.fleet.report import Row, report
from auth0_sessions.model.ceiling import unmatched
from auth0_sessions.model.inputs import UNKNOWN
from auth0_sessions.model.settings import ABSOLUTE, IDLE, LOGIN_LIFETIMES
from auth0_sessions.program import run
from auth0_sessions.program.policy import SessionPolicy, defaults_of
from auth0_sessions.program.provider import provider_of

FLEET = "auth0-sessions:index:TenantFleet"


class TenantFleet(pulumi.ComponentResource):
    """Many tenants; the fleet of a front end names the class of their policies."""

    tenants: pulumi.Output[dict[str, dict[str, Any]]]
    """Name -> what was applied (domain, plan, profile, the four lifetimes, cookie mode, reasons)."""
    old_sessions_gone_by: pulumi.Output[str | None]
    """When the last persistent session of any tenant created under an earlier setting has ended; UTC, ISO 8601."""
    report: pulumi.Output[str]
    """A Markdown table of each tenant's plan, profile, lifetimes, shares of the plan's caps, dates, and reasons."""
    policies: dict[str, SessionPolicy]
    """Name -> the tenant's component."""
    sees_the_stack: ClassVar[bool] = True
    """Whether the program finds exempt names that match nothing; the plugin sees only its own part of a stack."""
    policy: ClassVar[type[SessionPolicy]]
    """The `SessionPolicy` of the front end that this component is for."""

    def __init__(  # noqa: PLR0913  One argument for each input.
        self,
        name: str,
        *,
        tenants: Mapping[str, TenantSpec | Mapping[str, Any]],
        plan: str | None = None,
        profile: str | None = None,
        profiles: Mapping[str, Any] | None = None,
        enforce: str | None = None,
        ceiling: Mapping[str, Any] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a fleet.

        Args:
            name: The component's name in the stack.
            tenants: Short name -> `TenantSpec`, or a mapping with its keys in camelCase or snake_case.
            plan: The plan of tenants that do not set one. Default: the configuration `auth0-sessions:plan`.
            profile: The profile of tenants that do not set one; default as for `SessionPolicy`.
            profiles: Your own profiles: name -> `{"absolute", "idle", "ephemeralAbsolute", "ephemeralIdle", "ceiling",
                "source"}`. Default: the configuration `auth0-sessions:profiles`.
            enforce: `"exact"`, or `"at-most"` to leave tenants with shorter lifetimes alone. Default: the configuration
                `auth0-sessions:enforce`, else `"exact"`.
            ceiling: The longest lifetimes, whatever else says: `{"absolute", "idle", "except", "reason"}`, where
                `except` lists short names. The configuration `auth0-sessions:ceiling` applies, too.
            opts: Resource options.

        Raises:
            pulumi.RunError: Reports all problems of all tenants.

        """
        super().__init__(FLEET, name, {}, opts)
        given = {"plan": plan, "profile": profile, "profiles": profiles, "enforce": enforce}
        fleet = self._planned(name, tenants, ceiling, opts, given)
        self.policies = {tenant.name: self._policy_of(name, tenant) for tenant in fleet.tenants.values()}
        # An `up` with `--target` leaves out tenants, and those that it does not create have no values.
        is_preview = pulumi.runtime.is_dry_run()
        known: Known = (lambda output: output) if is_preview else run.if_known
        policies = self.policies.items()
        self.tenants = _there({tenant: known(pulumi.Output.all(**made.applied)) for tenant, made in policies})
        dates = _there({tenant: known(made.old_sessions_gone_by) for tenant, made in policies})
        self.old_sessions_gone_by = dates.apply(lambda found: max(filter(None, found.values()), default=None))
        self.report = self._report(fleet, known)
        if is_preview and not any(tenant.secrets for tenant in fleet.tenants.values()):
            # A preview truncates long outputs, and this one is worth reading in full.
            self._report(fleet, run.if_known).apply(lambda table: pulumi.log.info(f"\n{table}", resource=self))
        self.register_outputs(self.applied)

    def _planned(
        self,
        name: str,
        tenants: Mapping[str, Any],
        ceiling: Any,
        opts: pulumi.ResourceOptions | None,
        given: Mapping[str, Any],
    ) -> Entries:
        """Return what each tenant gets; all problems of all tenants stop the program."""
        names = [one for tenant in tenants for one in Defaults(fleet=name).names_of(str(tenant))]
        defaults = defaults_of(self.policy.resource, opts, names, ceiling, **given)
        fleet = plan_fleet(tenants, replace(defaults, fleet=name))
        if fleet.problems:
            raise pulumi.RunError(listed(f"TenantFleet '{name}'", fleet.problems))
        if self.sees_the_stack:
            return fleet
        for of_stack in defaults.ceilings:
            for problem in unmatched(of_stack, names, tenants, "a tenant of this fleet"):
                pulumi.log.warn(f"{name}: {problem} Unless another resource has this name, correct it.", resource=self)
        return fleet

    @property
    def applied(self) -> dict[str, Any]:
        """The outputs: what was applied to which tenant, and why."""
        dates = self.policy.spelling.name("old_sessions_gone_by")
        return {"tenants": self.tenants, dates: self.old_sessions_gone_by, "report": self.report}

    def _report(self, fleet: Entries, known: Known) -> pulumi.Output[str]:
        """Return the report, from outputs as `known` returns them; only a preview has rows with unknown values."""

        def row(tenant: Entry) -> pulumi.Output[Any]:
            made = self.policies[tenant.name]
            names = {name: made.spelling.name(name) for name in (ABSOLUTE, IDLE)}
            found = pulumi.Output.all(
                plan=known(made.plan),
                profile=made.profile,
                lifetimes={name: known(getattr(made, name)) for name in LOGIN_LIFETIMES},
                gone_by=known(made.old_sessions_gone_by),
                why={name: known(made.reasons[spelled]) for name, spelled in names.items()},
            )
            # A tenant that an `up` does not create has its inputs, but no date. A preview does not know dates.
            last = "plan" if pulumi.runtime.is_dry_run() else "gone_by"
            return found.apply(lambda cells: UNKNOWN if cells[last] is UNKNOWN else Row(**cells, planned=tenant.picked))

        return _there({tenant.name: row(tenant) for tenant in fleet.tenants.values()}).apply(report)

    def _policy_of(self, name: str, tenant: Entry) -> SessionPolicy:
        """Declare one tenant's policy, with the arguments of its entry and the fleet's where it has none."""
        formerly = tenant.values.get("formerly")
        was = [pulumi.Alias(name=f"{name}-{formerly}")] if formerly else None
        given: dict[str, Any] = {
            key: pulumi.Output.secret(value) if key in tenant.secrets else value
            for key, value in tenant.arguments.items()
        }
        return self.policy(f"{name}-{tenant.name}", **given, opts=pulumi.ResourceOptions(parent=self, aliases=was))

    @classmethod
    def from_config(  # noqa: PLR0913  One argument for each input.
        cls,
        name: str,
        *,
        plan: str | None = None,
        profile: str | None = None,
        profiles: Mapping[str, Any] | None = None,
        enforce: str | None = None,
        ceiling: Mapping[str, Any] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> Self:
        """Declare the fleet that is configured in `auth0-sessions:tenants`.

        The value is an object with an entry for each tenant, or the name of a YAML or JSON file with such an object,
        relative to the folder of `Pulumi.yaml`. `auth0-sessions audit --tenants` reads the same format. Arguments take
        precedence over what such a file says beside its tenants, and that over the rest of the configuration.

        Args:
            name: The component's name in the stack.
            plan: As for a fleet, like the next four.
            profile: The profile of tenants that do not set one.
            profiles: Your own profiles.
            enforce: `"exact"` or `"at-most"`.
            ceiling: The longest lifetimes.
            opts: Resource options.

        Raises:
            pulumi.RunError: No tenants are configured, or some are wrong; reports all problems of all tenants.

        """
        provider = provider_of(opts, cls.policy.resource.package)
        file = _tenants_in(run.configured("tenants", provider=provider))
        given = {"plan": plan, "profile": profile, "profiles": profiles, "enforce": enforce}
        beside: dict[str, Any] = {key: getattr(file, key) if value is None else value for key, value in given.items()}
        other = run.configured("profile", provider=provider)
        if profile is None and None not in (file.profile, other) and file.profile != other:
            pulumi.log.warn(
                f"{name}: the tenants file sets the profile {shown(file.profile)}, which takes precedence over the "
                f"configuration auth0-sessions:profile ({shown(other)})."
            )
        return cls(name, tenants=file.tenants, **beside, ceiling=ceiling, opts=opts)


def _tenants_in(configured: Any) -> TenantsFile:
    """Return what the configuration lists, or the file that it names."""
    if configured is None:
        message = (
            "The configuration auth0-sessions:tenants is missing. Give one entry for each tenant, as in "
            "`pulumi config set --path 'auth0-sessions:tenants.acme.domain' acme.eu.auth0.com`, or the name of a "
            "file that holds them."
        )
        raise pulumi.RunError(message)
    with run.errors_shown("The configuration auth0-sessions:tenants is neither an object nor a usable file: "):
        return tenants_of(configured, run.project_folder())


Known = Callable[[pulumi.Output[Any]], pulumi.Output[Any]]


def _there(outputs: Mapping[str, pulumi.Output[Any]]) -> pulumi.Output[dict[str, Any]]:
    """Return the outputs by name, without those that are `UNKNOWN`."""
    return pulumi.Output.all(**outputs).apply(
        lambda found: {name: value for name, value in found.items() if value is not UNKNOWN}
    )
