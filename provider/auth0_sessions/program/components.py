"""`SessionPolicy`: plan-aware settings for one tenant; `TenantFleet`: many tenants and one report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self, TypeVar

import pulumi

from auth0_sessions.errors import InputError, listed
from auth0_sessions.fleet.entries import TenantSpec
from auth0_sessions.fleet.file import tenants_of
from auth0_sessions.fleet.policy import Chosen, Picked, choose_plan, choose_profile, pick
from auth0_sessions.fleet.report import FleetTenant, plan_fleet, report
from auth0_sessions.lifecycle.inputs import read_inputs
from auth0_sessions.model.choices import OverLimit
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.profiles import profile_of_stack
from auth0_sessions.model.settings import LOGIN_LIFETIMES, LOGIN_SETTINGS, text
from auth0_sessions.model.spelling import SNAKE_CASE, Spelling
from auth0_sessions.program import run

T = TypeVar("T")
NAMESPACE = "auth0-sessions"
POLICY_OUTPUTS = ("domain", "plan", "profile", *LOGIN_SETTINGS, "reasons")


class SessionPolicy(pulumi.ComponentResource):
    """One tenant's session lifetimes, picked from argument, profile and plan, each with its reason.

    An explicit argument goes before the profile, the profile before the plan's cap. Nothing exceeds the plan's cap,
    unless `over_limit="warn"` lets an argument do so. An idle timeout never exceeds the absolute lifetime, and
    non-persistent sessions get the same values or shorter, unless an argument of their own asks for more.

    >>> from auth0_sessions import SessionPolicy
    >>> SessionPolicy("acme", domain="acme.eu.auth0.com", plan="enterprise", profile="nist-aal2")  # doctest: +SKIP
    """

    domain: pulumi.Output[str]
    """Canonical domain of the tenant."""
    plan: pulumi.Output[str]
    """The plan whose caps were held."""
    profile: pulumi.Output[str]
    """The profile that was used."""
    session_lifetime: pulumi.Output[str]
    """Absolute expiry of persistent sessions, as applied."""
    idle_session_lifetime: pulumi.Output[str]
    """Inactivity timeout of persistent sessions, as applied."""
    ephemeral_session_lifetime: pulumi.Output[str]
    """Absolute expiry of non-persistent sessions, as applied."""
    idle_ephemeral_session_lifetime: pulumi.Output[str]
    """Inactivity timeout of non-persistent sessions, as applied."""
    session_cookie_mode: pulumi.Output[str | None]
    """Kind of session that the tenant creates; None unless it was an argument."""
    reasons: pulumi.Output[dict[str, str]]
    """Setting -> one sentence that says where its value comes from."""
    lifetime: Any
    """The `SessionLifetime` that does it."""
    resource: ClassVar[type[Any]]
    """The `SessionLifetime` of the front end that this component is for."""
    spelling: ClassVar[Spelling] = SNAKE_CASE
    """How its messages and its outputs in state spell names."""

    def __init__(  # noqa: PLR0913  One argument for each input.
        self,
        name: str,
        *,
        domain: pulumi.Input[str] | None = None,
        plan: str | None = None,
        profile: str | None = None,
        session_lifetime: pulumi.Input[str | Lifetime] | None = None,
        idle_session_lifetime: pulumi.Input[str | Lifetime] | None = None,
        ephemeral_session_lifetime: pulumi.Input[str | Lifetime] | None = None,
        idle_ephemeral_session_lifetime: pulumi.Input[str | Lifetime] | None = None,
        session_cookie_mode: pulumi.Input[str] | None = None,
        over_limit: pulumi.Input[str] = "error",
        on_delete: pulumi.Input[str] = "retain",
        credentials: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare one tenant's policy.

        Args:
            name: The component's name in the stack.
            domain: The tenant; default as for `SessionLifetime`.
            plan: The tenant's plan, a plain value: required here or as the configuration `auth0-sessions:plan`.
            profile: A name of `PROFILES`, a plain value. Default: the configuration `auth0-sessions:profile`, else by
                the stack's name: dev, development, test, sandbox, preview and pr-* get `convenient`, others `balanced`.
            session_lifetime: Overrides the profile; text with a unit, `"1m"` to `"365d"`. A `nist-*`, `pci-dss` or
                `strict` profile is a ceiling. The same for the three that follow.
            idle_session_lifetime: Inactivity timeout of persistent sessions.
            ephemeral_session_lifetime: Absolute expiry of non-persistent sessions.
            idle_ephemeral_session_lifetime: Inactivity timeout of non-persistent sessions.
            session_cookie_mode: `"persistent"` or `"non-persistent"`; not managed if left out.
            over_limit: What happens to an argument above the plan's cap, as for `SessionLifetime`.
            on_delete: `"retain"`, `"restore"` or `"reset"`, as for `SessionLifetime`.
            credentials: Label of a credential set; never a secret.
            opts: Resource options.

        Raises:
            pulumi.RunError: An argument is wrong, weakens the profile or exceeds the plan; every problem is told.

        """
        chosen = _chosen(name, plan or run.configured("plan"), profile or default_profile())
        arguments = {
            "session_lifetime": session_lifetime,
            "idle_session_lifetime": idle_session_lifetime,
            "ephemeral_session_lifetime": ephemeral_session_lifetime,
            "idle_ephemeral_session_lifetime": idle_ephemeral_session_lifetime,
        }
        given = {**arguments, "over_limit": over_limit}
        rest = {"domain": domain, "session_cookie_mode": session_cookie_mode, "on_delete": on_delete}
        self._declare(
            name,
            chosen,
            lambda: _when_known(given, lambda known: self._picked(name, chosen, known)),
            {**rest, "over_limit": over_limit, "credentials": credentials},
            opts,
        )

    def _declare(
        self,
        name: str,
        chosen: Chosen,
        picked_by: Callable[[], Picked | pulumi.Output[Picked]],
        given: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
    ) -> None:
        """Register the component and its child; `picked_by` is called in between, so that it may log on its row."""
        super().__init__(f"{NAMESPACE}:index:SessionPolicy", name, {}, opts)
        picked = picked_by()
        self.lifetime = self.resource(
            f"{name}-lifetime",
            plan=chosen.plan.value,
            opts=pulumi.ResourceOptions(parent=self),
            **{setting: _map(picked, _text_of(setting)) for setting in LOGIN_LIFETIMES},
            **{key: value for key, value in given.items() if value is not None},
        )
        self.domain = self.lifetime.domain
        self.plan = pulumi.Output.from_input(chosen.plan.value)
        self.profile = pulumi.Output.from_input(str(chosen.profile.name))
        self.session_cookie_mode = self.lifetime.session_cookie_mode
        mode = given.get("session_cookie_mode")
        self.reasons = pulumi.Output.all(picked, mode).apply(lambda known: self._reasons(*known))
        for setting in LOGIN_LIFETIMES:
            setattr(self, setting, getattr(self.lifetime, setting))
        self.register_outputs({**self.applied, "lifetime": self.lifetime})

    @property
    def applied(self) -> dict[str, Any]:
        """What was applied, where and for which reason, as outputs are spelled."""
        return {self.spelling.name(name): getattr(self, name) for name in POLICY_OUTPUTS}

    def _reasons(self, picked: Picked, cookie_mode: str | None) -> dict[str, str]:
        mode = {} if cookie_mode is None else {"session_cookie_mode": f"cookie mode {cookie_mode}: the argument"}
        return {self.spelling.name(name): reason for name, reason in {**picked.reasons, **mode}.items()}

    def _picked(self, name: str, chosen: Chosen, known: Mapping[str, Any]) -> Picked:
        """Read the arguments and pick, once all of them are known."""
        given = {setting: value for setting, value in known.items() if value is not None}
        read = read_inputs(given, self.spelling)
        problems = [
            f"{self.spelling.name(problem.property)}: {problem.reason}"
            if problem.property in LOGIN_LIFETIMES
            else problem.reason
            for problem in read.problems
        ]
        over_limit = read.values.pop("over_limit", OverLimit.ERROR)
        picked = pick(chosen, read.values, over_limit, self.spelling)
        if problems or picked.problems:
            reasons = [*problems, *(problem.reason for problem in picked.problems)]
            raise pulumi.RunError(listed(f"SessionPolicy '{name}'", reasons))
        for setting in picked.lowered:
            because = self.spelling.assign("over_limit", OverLimit.CLAMP.value)
            pulumi.log.warn(f"{name}: {picked.reasons[setting]} ({because}).", resource=self)
        return picked


class TenantFleet(pulumi.ComponentResource):
    """Many tenants, each with its `SessionPolicy`, and one report of what every tenant gets and why.

    >>> from auth0_sessions import TenantFleet, TenantSpec
    >>> fleet = TenantFleet(
    ...     "fleet",
    ...     plan="essential",
    ...     tenants={
    ...         "acme": TenantSpec(domain="acme.eu.auth0.com", credentials="acme"),
    ...         "globex": TenantSpec(domain="globex.eu.auth0.com", credentials="globex", plan="enterprise"),
    ...     },
    ... )  # doctest: +SKIP
    """

    tenants: pulumi.Output[dict[str, dict[str, Any]]]
    """Name -> what was applied (domain, plan, profile, the four lifetimes, cookie mode, reasons)."""
    report: pulumi.Output[str]
    """A Markdown table of each tenant's plan, profile, lifetimes, shares of the plan's caps, and reasons."""
    policies: dict[str, SessionPolicy]
    """Name -> the tenant's component."""
    policy: ClassVar[type[SessionPolicy]]
    """The `SessionPolicy` of the front end that this component is for."""

    def __init__(
        self,
        name: str,
        *,
        tenants: Mapping[str, TenantSpec | Mapping[str, Any]],
        plan: str | None = None,
        profile: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a fleet.

        Args:
            name: The component's name in the stack.
            tenants: Short name -> `TenantSpec`, or a mapping with its keys in camelCase or snake_case.
            plan: The plan of tenants that name none. Default: the configuration `auth0-sessions:plan`.
            profile: The profile of tenants that name none; default as for `SessionPolicy`.
            opts: Resource options.

        Raises:
            pulumi.RunError: With every problem of every tenant.

        """
        super().__init__(f"{NAMESPACE}:index:TenantFleet", name, {}, opts)
        fleet = plan_fleet(tenants, plan or run.configured("plan"), profile or default_profile())
        if fleet.problems:
            raise pulumi.RunError(listed(f"TenantFleet '{name}'", fleet.problems))
        self.policies = {tenant.name: self._policy_of(name, tenant) for tenant in fleet.tenants}
        table = report(fleet)
        if pulumi.runtime.is_dry_run():
            # A preview shortens a long output, and this is the one to read.
            pulumi.log.info(f"\n{table}", resource=self)
        applied = {tenant: made.applied for tenant, made in self.policies.items()}
        self.tenants = pulumi.Output.from_input(applied)
        self.report = pulumi.Output.from_input(table)
        self.register_outputs({"tenants": self.tenants, "report": self.report})

    def _policy_of(self, name: str, tenant: FleetTenant) -> SessionPolicy:
        """Declare one tenant's policy with what the fleet has picked for it already."""
        made = self.policy.__new__(self.policy)
        options = pulumi.ResourceOptions(parent=self)
        made._declare(f"{name}-{tenant.name}", tenant.chosen, lambda: tenant.picked, tenant.rest, options)  # noqa: SLF001
        return made

    @classmethod
    def from_config(cls, name: str, *, opts: pulumi.ResourceOptions | None = None) -> Self:
        """Declare the fleet of the configuration `auth0-sessions:tenants`.

        It is an object with an entry for each tenant, or the name of a YAML or JSON file with such an object, which
        starts from the folder of `Pulumi.yaml`. `auth0-sessions audit --tenants` reads the same.

        Args:
            name: The component's name in the stack.
            opts: Resource options.

        Raises:
            pulumi.RunError: There are no tenants, or with every problem of every tenant.

        """
        configured = run.configured("tenants")
        if configured is None:
            message = (
                "The configuration auth0-sessions:tenants is missing. Give one entry for each tenant, as in "
                "`pulumi config set --path 'auth0-sessions:tenants.acme.domain' acme.eu.auth0.com`, or the name of a "
                "file that holds them."
            )
            raise pulumi.RunError(message)
        try:
            file = tenants_of(configured, run.project_folder())
        except InputError as error:
            message = f"The configuration auth0-sessions:tenants is no object and no usable file: {error}"
            raise pulumi.RunError(message) from None
        return cls(name, tenants=file.tenants, plan=file.plan, profile=file.profile, opts=opts)


def default_profile() -> str:
    """Return the profile of those that name none: the configured one, else by the stack's name."""
    return run.configured("profile") or profile_of_stack(pulumi.get_stack()).value


def _chosen(name: str, plan: str | None, profile: str) -> Chosen:
    try:
        return Chosen(choose_plan(plan), choose_profile(profile))
    except InputError as error:
        raise pulumi.RunError(listed(f"SessionPolicy '{name}'", [str(error)])) from None


def _when_known(given: Mapping[str, Any], use: Callable[[Mapping[str, Any]], T]) -> T | pulumi.Output[T]:
    """Use values at once where all are known, so that a preview shows the result; else as soon as they are."""
    if any(isinstance(value, pulumi.Output) or hasattr(value, "__await__") for value in given.values()):
        return pulumi.Output.all(**given).apply(use)
    return use(given)


def _text_of(setting: str) -> Callable[[Picked], str]:
    return lambda picked: text(picked.minutes[setting])


def _map(value: Picked | pulumi.Output[Picked], use: Callable[[Picked], T]) -> T | pulumi.Output[T]:
    return value.apply(use) if isinstance(value, pulumi.Output) else use(value)


def over(resource: type[Any], spelling: Spelling = SNAKE_CASE) -> tuple[type[SessionPolicy], type[TenantFleet]]:
    """Return the components whose children are resources of one front end.

    Args:
        resource: The front end's `SessionLifetime`.
        spelling: How messages and outputs in state spell names.

    """
    made_for = {"__module__": resource.__module__, "resource": resource, "spelling": spelling}
    policy_class = type("SessionPolicy", (SessionPolicy,), {"__doc__": SessionPolicy.__doc__, **made_for})
    made_of = {"__module__": resource.__module__, "policy": policy_class}
    return policy_class, type("TenantFleet", (TenantFleet,), {"__doc__": TenantFleet.__doc__, **made_of})
