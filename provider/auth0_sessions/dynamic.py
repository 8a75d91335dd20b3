"""`SessionLifetime` and its provider.

The import path and the name of `SessionLifetimeProvider` are in users' state: never move or rename it. It is pickled
by reference, so a stack runs the installed code, and state holds no code and no credentials.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import dynamic
from pulumi.runtime import rpc

from auth0_sessions.api.credentials import DOMAIN_CONFIG_KEY, SECRET_CONFIG_KEYS, default_domain, sources
from auth0_sessions.lifecycle.inputs import INPUTS, UNKNOWN
from auth0_sessions.lifecycle.record import OUTPUTS
from auth0_sessions.lifecycle.session import Session
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.settings import LIFETIMES, SETTINGS
from auth0_sessions.program import components, run
from auth0_sessions.program.log import EngineLog, report_errors_cleanly
from auth0_sessions.program.provider import DEFAULT_DOMAIN_KEY, MARKER_KEY, domain_of


def _session_of(config: Any) -> Session:
    """Return the session of this process: of the default provider, or of an explicit `Provider`."""
    explicit = config.get(MARKER_KEY) is not None
    domain = (config.get(DOMAIN_CONFIG_KEY) or None) if explicit else None
    elsewhere = {DOMAIN_CONFIG_KEY: config.get(DEFAULT_DOMAIN_KEY)} if explicit else config
    return Session(
        log=EngineLog.of_dynamic_host(),
        sources=lambda label: sources(config, label, explicit=explicit),
        bound_domain=domain,
        default_domain=domain or default_domain(elsewhere),
        may_move=not (explicit and any(config.get(key) for key in SECRET_CONFIG_KEYS)),
    )


_session: Session | None = None
"""The session of this process: one for all resources of the default provider, or of one explicit `Provider`."""


def _current() -> Session:
    """Return the session; one without configuration where the engine has given none."""
    return _session or _session_of({})


class SessionLifetimeProvider(dynamic.ResourceProvider):
    """Pulumi's verbs for `SessionLifetime`. It holds nothing, because what it held would be in users' state."""

    serialize_as_secret_always = False

    def configure(self, req: dynamic.ConfigureRequest) -> None:
        """Take the configuration: the stack's, or the properties of an explicit `Provider`."""
        global _session  # noqa: PLW0603  The provider itself holds nothing.
        report_errors_cleanly()
        _session = _session_of(req.config)

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> dynamic.CheckResult:
        """Check inputs offline; every problem at once, each on its property."""
        checked = _current().check(_known(news), _known(_olds))
        failures = [dynamic.CheckFailure(problem.property, problem.reason) for problem in checked.problems]
        return dynamic.CheckResult(_for_pulumi(checked.inputs), failures)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.DiffResult:
        """Compare in minutes; a change of domain replaces."""
        result = _current().diff(_olds, _known(_news))
        return dynamic.DiffResult(changes=result.changes, replaces=list(result.replaces))

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Bring a tenant under management: 1 GET, 0 or 1 PATCH."""
        state = _current().create(_known(props))
        return dynamic.CreateResult(state.declared.domain, state.to_props())

    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        """Follow the tenant, or look one up that is not managed here: 1 GET."""
        if "previous" not in props:
            outs = _current().look_up(id_, props.get("credentials"))
            return dynamic.ReadResult(outs["domain"], outs)
        state = _current().refresh(props)
        return dynamic.ReadResult(id_, state.to_props(), state.declared.to_props())

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.UpdateResult:
        """Write what changed: 0 or 1 PATCH, 1 GET only for a setting that becomes managed."""
        return dynamic.UpdateResult(_current().update(_olds, _known(_news)).to_props())

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Retain (no call), restore or reset (1 PATCH)."""
        _current().delete(_props)


def _known(props: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs among Pulumi's properties, with Pulumi's unknown values as ours."""
    return {
        name: UNKNOWN if pulumi.contains_unknowns(props[name]) or props[name] == rpc.UNKNOWN else props[name]
        for name in INPUTS
        if name in props
    }


def _for_pulumi(props: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs with our unknown values as Pulumi's."""
    return {name: rpc.UNKNOWN if value is UNKNOWN else value for name, value in props.items()}


class SessionLifetime(dynamic.Resource, module="auth0-sessions", name="SessionLifetime"):
    """The session lifetimes of one Auth0 tenant.

    Only the settings that are declared are sent, compared or given back. The resource's id is the tenant's canonical
    domain. Lifetimes are text with units, exact to the minute, from `"1m"` to `"365d"`.

    >>> from auth0_sessions import SessionLifetime
    >>> SessionLifetime(
    ...     "acme",
    ...     domain="acme.eu.auth0.com",
    ...     plan="essential",
    ...     session_lifetime="30d",
    ...     idle_session_lifetime="90m",
    ... )  # doctest: +SKIP
    """

    domain: pulumi.Output[str]
    """Canonical domain of the tenant."""
    session_lifetime: pulumi.Output[str | None]
    """Absolute expiry of persistent sessions, as asked."""
    idle_session_lifetime: pulumi.Output[str | None]
    """Inactivity timeout of persistent sessions, as asked."""
    ephemeral_session_lifetime: pulumi.Output[str | None]
    """Absolute expiry of non-persistent sessions, as asked."""
    idle_ephemeral_session_lifetime: pulumi.Output[str | None]
    """Inactivity timeout of non-persistent sessions, as asked."""
    session_cookie_mode: pulumi.Output[str | None]
    """Kind of session that the tenant creates: `persistent` or `non-persistent`."""
    anonymous_session_lifetime: pulumi.Output[str | None]
    """Absolute expiry of anonymous sessions, as asked."""
    plan: pulumi.Output[str | None]
    """The tenant's plan, as declared."""
    over_limit: pulumi.Output[str | None]
    """What happens to a value above the plan's cap."""
    on_delete: pulumi.Output[str | None]
    """What happens to the settings at the end."""
    credentials: pulumi.Output[str | None]
    """Label of the credential set."""
    session_lifetime_minutes: pulumi.Output[int | None]
    """What the tenant reports, in minutes; None while not managed. The same for the four that follow."""
    idle_session_lifetime_minutes: pulumi.Output[int | None]
    ephemeral_session_lifetime_minutes: pulumi.Output[int | None]
    idle_ephemeral_session_lifetime_minutes: pulumi.Output[int | None]
    anonymous_session_lifetime_minutes: pulumi.Output[int | None]
    previous: pulumi.Output[dict[str, int | str] | None]
    """Setting -> minutes, or cookie mode, found when it was first managed: what `on_delete="restore"` puts back."""
    superseded: pulumi.Output[dict[str, dict[str, str]] | None]
    """The settings that the tenant reports otherwise than asked: `{setting: {"asked": .., "reported": ..}}`."""
    old_sessions_gone_by: pulumi.Output[str | None]
    """UTC ISO 8601: no persistent session created under an earlier setting outlives it."""

    def __init__(  # noqa: PLR0913  One argument for each input.
        self,
        name: str,
        *,
        domain: pulumi.Input[str] | None = None,
        session_lifetime: pulumi.Input[str | Lifetime] | None = None,
        idle_session_lifetime: pulumi.Input[str | Lifetime] | None = None,
        ephemeral_session_lifetime: pulumi.Input[str | Lifetime] | None = None,
        idle_ephemeral_session_lifetime: pulumi.Input[str | Lifetime] | None = None,
        session_cookie_mode: pulumi.Input[str] | None = None,
        anonymous_session_lifetime: pulumi.Input[str | Lifetime] | None = None,
        plan: pulumi.Input[str] | None = None,
        over_limit: pulumi.Input[str] = "error",
        on_delete: pulumi.Input[str] = "retain",
        credentials: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Manage the session lifetimes of a tenant. A setting that is left out is not managed.

        Args:
            name: The resource's name in the stack.
            domain: The tenant, as in `acme.eu.auth0.com`. Default: the provider's domain, `AUTH0_DOMAIN`, the
                configuration `auth0:domain`. Plain `http://` only for a loopback host.
            session_lifetime: Absolute expiry of persistent sessions ("Require log in after"); `"1m"` to `"365d"`,
                and at most the plan's cap.
            idle_session_lifetime: Inactivity timeout of persistent sessions; range as above.
            ephemeral_session_lifetime: Absolute expiry of non-persistent sessions; range as above.
            idle_ephemeral_session_lifetime: Inactivity timeout of non-persistent sessions; range as above.
            session_cookie_mode: `"persistent"` or `"non-persistent"`.
            anonymous_session_lifetime: Absolute expiry of anonymous sessions, which are early access at Auth0; `"1m"`
                to `"365d"`. No plan cap is published.
            plan: `"free"`, `"essential"`, `"professional"` or `"enterprise"`: its caps are held at preview. Default:
                the configuration `auth0-sessions:plan`. Without one no caps are checked, and a warning says so.
            over_limit: What happens to a value above the cap: `"error"` fails at preview, `"clamp"` lowers it,
                `"warn"` sends it as it is.
            on_delete: `"retain"` leaves the tenant as it is, `"restore"` puts back what it had before it was
                managed, `"reset"` writes Auth0's defaults (7d, 3d, 3d, 1d, persistent).
            credentials: Label of a credential set, as in `"acme"` for `AUTH0_ACME_CLIENT_ID`; never a secret.
            opts: Resource options; `provider` may be an `auth0_sessions.Provider`.

        Raises:
            pulumi.RunError: The tenant is managed twice in this program, a credential is configured in plain text, or
                `opts` asks for an import.

        """
        if opts is not None and opts.import_ is not None:
            message = (
                f"'{name}' needs no import: a tenant that has the values already is adopted without a write. Leave "
                "`import_` out."
            )
            raise pulumi.RunError(message)
        props: dict[str, Any] = {
            "domain": run.claim(domain if domain is not None else domain_of(opts), name, opts),
            "session_lifetime": session_lifetime,
            "idle_session_lifetime": idle_session_lifetime,
            "ephemeral_session_lifetime": ephemeral_session_lifetime,
            "idle_ephemeral_session_lifetime": idle_ephemeral_session_lifetime,
            "session_cookie_mode": session_cookie_mode,
            "anonymous_session_lifetime": anonymous_session_lifetime,
            "plan": run.plan_or_default(plan),
            "over_limit": over_limit,
            "on_delete": on_delete,
            "credentials": credentials,
        }
        self._register(name, {key: _plain(value) for key, value in props.items() if value is not None}, opts)

    def _register(self, name: str, given: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        """Register the resource. A property that it will never have is None from the start, not unknown."""
        minutes = tuple(f"{setting}_minutes" for setting in LIFETIMES if setting in given)
        outputs = ("domain", *minutes, "previous", "superseded", "old_sessions_gone_by")
        props = {**dict.fromkeys(outputs), **given}
        # Two resources of one tenant cannot stand side by side: the old one's delete would undo the new one's create.
        options = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(delete_before_replace=True), opts)
        super().__init__(SessionLifetimeProvider(), name, props, options)
        self._none_but(props)
        for key, value in given.items():
            if isinstance(value, pulumi.Output):
                self._none_if_none(value, key, f"{key}_minutes")

    def _none_but(self, props: Mapping[str, Any]) -> None:
        """Set every property to None that the engine does not know of."""
        none = pulumi.Output.from_input(None)
        for missing in {*INPUTS, *OUTPUTS} - props.keys():
            setattr(self, missing, none)

    def _none_if_none(self, given: pulumi.Output[Any], *outputs: str) -> None:
        """Let outputs be None as soon as their input is known to be; the engine would call them unknown."""
        for name in set(outputs) & vars(self).keys():
            setattr(self, name, _unless_none(given, getattr(self, name)))

    @classmethod
    def get(
        cls,
        name: str,
        id: pulumi.Input[str],  # noqa: A002  Pulumi's own name for it.
        *,
        credentials: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> SessionLifetime:
        """Look a tenant up: every setting and its minutes, Auth0's defaults where a setting was never written.

        Nothing is written, and the tenant does not count as managed.

        Args:
            name: The resource's name in the stack.
            id: The tenant's domain.
            credentials: Label of a credential set.
            opts: Resource options.

        """
        run.refuse_plain_secrets()
        found = cls.__new__(cls)
        given = {"credentials": credentials} if credentials is not None else {}
        looked_up = dict.fromkeys(("domain", *SETTINGS, *(f"{setting}_minutes" for setting in LIFETIMES)))
        domain = run.when_known(id, lambda _: None)
        options = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=domain))
        dynamic.Resource.__init__(found, SessionLifetimeProvider(), name, {**looked_up, **given}, options)
        found._none_but({**looked_up, **given})  # noqa: SLF001  It is one of this class.
        return found


# Pulumi looks at the types of all outputs at each resource, which takes time, and needs them only where a number has to
# be whole: those of the wire are floats.
SessionLifetime.__annotations__ = {
    **{f"{name}_minutes": pulumi.Output[int | None] for name in LIFETIMES},
    "previous": pulumi.Output[dict[str, int] | None],
}


def _unless_none(given: pulumi.Output[Any], answer: pulumi.Output[Any]) -> pulumi.Output[Any]:
    return given.apply(lambda known: None if known is None else answer)


def _plain(value: Any) -> Any:
    """Return a lifetime as its text, also in an output; everything else as it is."""
    if isinstance(value, pulumi.Output):
        return value.apply(_plain)
    return str(value) if isinstance(value, Lifetime) else value


SessionPolicy, TenantFleet = components.over(SessionLifetime)
