"""`SessionLifetime` and its provider.

Users' state refers to `SessionLifetimeProvider` by import path and name: never move or rename it. It is pickled by
reference, so a stack runs the installed code, and state holds neither code nor credentials.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import dynamic
from pulumi.runtime import rpc

from auth0_sessions.api.sources import DOMAIN_CONFIG_KEY, SECRET_CONFIG_KEYS, default_domain, sources
from auth0_sessions.host.log import EngineLog, engine_address, with_clean_errors
from auth0_sessions.host.process import confirm_engine, end_with_engine
from auth0_sessions.host.sealed import sealed
from auth0_sessions.lifecycle.record import State, respelled
from auth0_sessions.lifecycle.verbs import Verbs
from auth0_sessions.model.inputs import INPUTS, SECRETS, UNKNOWN
from auth0_sessions.model.settings import LIFETIMES
from auth0_sessions.model.spelling import snake_case
from auth0_sessions.program import fleet, policy, run
from auth0_sessions.program.provider import DEFAULT_DOMAIN_KEY, MARKER_KEY, PACKAGE
from auth0_sessions.program.resource import SessionLifetimeArguments
from auth0_sessions.program.secrets import named_secrets

NATIVE = "auth0-sessions:index:SessionLifetime"
"""The native plugin's type; state that it wrote is taken over."""


def _verbs_of(config: Any) -> Verbs:
    """Create this process's session, for the default provider or an explicit `Provider`."""
    explicit, address = config.get(MARKER_KEY) is not None, engine_address()
    domain = (config.get(DOMAIN_CONFIG_KEY) or None) if explicit else None
    elsewhere = {DOMAIN_CONFIG_KEY: config.get(DEFAULT_DOMAIN_KEY)} if explicit else config
    return Verbs(
        log=EngineLog(address),
        sources=lambda label: sources(config, label, explicit=explicit),
        bound_domain=domain,
        default_domain=domain or default_domain(elsewhere),
        confirm=lambda: confirm_engine(address),
        may_move=not (explicit and (domain or any(config.get(key) for key in SECRET_CONFIG_KEYS))),
    )


_verbs: Verbs | None = None
"""This process's session, shared by all resources of the default provider or of one explicit `Provider`."""


def _current() -> Verbs:
    """Return the session, or one without configuration if `configure` was never called."""
    return _verbs or _verbs_of({})


class SessionLifetimeProvider(dynamic.ResourceProvider):
    """Pulumi's verbs for `SessionLifetime`. It has no attributes, because they would end up in users' state."""

    serialize_as_secret_always = False

    @with_clean_errors
    def configure(self, req: dynamic.ConfigureRequest) -> None:
        """Take the configuration: the stack's, or the properties of an explicit `Provider`.

        The host calls this for each form of the pickled provider in state. Its process has one configuration.
        """
        global _verbs  # noqa: PLW0603  The provider itself has no attributes.
        if _verbs is None:
            if (address := engine_address()) is not None:
                end_with_engine(address)
            _verbs = _verbs_of(req.config)

    @with_clean_errors
    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> dynamic.CheckResult:
        """Check inputs offline, and report every problem on its property."""
        checked = _current().check(_known(news), _known(_record(_olds)))
        # The engine prints the value of a property that it names.
        failures = [
            dynamic.CheckFailure("" if problem.is_private else problem.property, problem.reason)
            for problem in checked.problems
        ]
        inputs = {name: rpc.UNKNOWN if value is UNKNOWN else value for name, value in checked.inputs.items()}
        return dynamic.CheckResult(inputs, failures)

    @with_clean_errors
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.DiffResult:
        """Compare in minutes; a change of domain replaces. A native record is rewritten without an API call."""
        result = _current().diff(_record(_olds), _known(_news))
        return dynamic.DiffResult(changes=result.changes or _is_native(_olds), replaces=list(result.replaces))

    @with_clean_errors
    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Start managing a tenant: 1 GET, 0 or 1 PATCH."""
        state = _current().create(_known(props))
        return dynamic.CreateResult(state.declared.domain, sealed(state.to_props(), props))

    @with_clean_errors
    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        """Refresh a managed tenant, or look up one that is not managed here: 1 GET."""
        if "previous" not in props:
            found = _current().look_up(id_, props.get("credentials"))
            return dynamic.ReadResult(found.domain, found.to_props())
        before, state = State.from_props(props).declared.wanted, _current().refresh(props)
        has_moved = any(row not in (before[name], state.own.get(name)) for name, row in state.declared.wanted.items())
        # Without inputs, Pulumi keeps those that it has: among them are ceilings, which are not in the record.
        inputs = sealed(state.declared.to_props(), props) if has_moved else None
        return dynamic.ReadResult(id_, sealed(state.to_props(), props), inputs)

    @with_clean_errors
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.UpdateResult:
        """Write what changed: 0 or 1 PATCH, and 1 GET only if a setting becomes managed."""
        return dynamic.UpdateResult(sealed(_current().update(_record(_olds), _known(_news)).to_props(), _news))

    @with_clean_errors
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Retain (no call), restore or reset (1 PATCH)."""
        _current().delete(_props)


def _is_native(record: Mapping[str, Any]) -> bool:
    """Return whether a record was written by the native plugin, so that this front end takes it over."""
    return "__provider" not in record


def _record(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with snake_case names; the native plugin's records use camelCase."""
    return respelled(record, snake_case) if _is_native(record) else dict(record)


def _known(props: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs among Pulumi's properties, with Pulumi's unknown values replaced by ours."""
    return {
        name: UNKNOWN if pulumi.contains_unknowns(props[name]) or props[name] == rpc.UNKNOWN else props[name]
        for name in (*INPUTS, SECRETS)
        if name in props
    }


class SessionLifetime(SessionLifetimeArguments, dynamic.Resource, module="auth0-sessions", name="SessionLifetime"):
    """The session lifetimes of one Auth0 tenant.

    Only the settings that you declare are sent, compared, and restored. The resource's ID is the tenant's canonical
    domain. Lifetimes are text with units, exact to the minute, from `"1m"` to `"365d"`.

    Every argument is an output too, in canonical form. For each lifetime, `..._minutes` is what the tenant reports, in
    minutes; None while it is not managed.

    >>> from auth0_sessions import SessionLifetime
    >>> SessionLifetime(
    ...     "acme",
    ...     domain="acme.eu.auth0.com",
    ...     plan="essential",
    ...     session_lifetime="30d",
    ...     idle_session_lifetime="90m",
    ... )  # doctest: +SKIP
    """

    package = PACKAGE

    def __init_subclass__(cls) -> None:
        """Register a subclass under the same type: policies, aliases and the native plugin know only this one."""
        super().__init_subclass__(module="auth0-sessions", name="SessionLifetime")

    def _plan(self, plan: pulumi.Input[str] | None) -> Any:
        """Return the plan; it is resolved here because an explicit provider's process has no stack configuration."""
        return run.plan_or_default(plan)

    def _create(self, name: str, props: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        is_look_up = opts is not None and opts.id is not None
        if opts is not None and opts.import_ is not None and not is_look_up:
            message = (
                f"'{name}' does not need an import: a tenant that already has these values is adopted without a write. "
                "Remove `import_`."
            )
            raise pulumi.RunError(message)
        # Two resources of one tenant cannot coexist: deleting the old one would undo the new one's create.
        own = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=NATIVE)], delete_before_replace=True)
        options = pulumi.ResourceOptions.merge(own, opts)
        # The engine does not tell a dynamic provider which inputs are secret.
        sent = {**props, **({} if is_look_up else named_secrets(props))}
        dynamic.Resource.__init__(self, SessionLifetimeProvider(), name, sent, options)


# Pulumi inspects the types of all outputs for each resource, which is slow. It only needs those of integers, because
# numbers on the wire are floats.
SessionLifetimeArguments.__annotations__ = {}
SessionLifetime.__annotations__ = {
    **{f"{name}_minutes": pulumi.Output[int | None] for name in LIFETIMES},
    **dict.fromkeys(("own", "previous"), pulumi.Output[dict[str, int] | None]),
}


class SessionPolicy(policy.SessionPolicy):
    """One tenant's session lifetimes, picked from arguments, profile and plan, each with a reason.

    Arguments take precedence over the profile, and the profile over the plan's cap. No value exceeds the plan's cap,
    unless `over_limit="warn"` allows it for an argument. An idle timeout does not exceed the absolute lifetime, and
    non-persistent sessions get the same values or shorter, unless an argument for them says otherwise. The
    lifetimes are outputs, as applied.

    >>> from auth0_sessions import SessionPolicy
    >>> SessionPolicy("acme", domain="acme.eu.auth0.com", plan="enterprise", profile="nist-aal2")  # doctest: +SKIP
    """

    resource = SessionLifetime


class TenantFleet(fleet.TenantFleet):
    """Many tenants, each with a `SessionPolicy`, and a report of what each tenant gets and why.

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

    policy = SessionPolicy
