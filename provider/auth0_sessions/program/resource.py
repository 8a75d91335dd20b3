"""The arguments and outputs of `SessionLifetime`, for both front ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self

import pulumi

from auth0_sessions.lifecycle.record import INPUT_DEFAULTS, OUTPUTS
from auth0_sessions.model.choices import Enforce
from auth0_sessions.model.inputs import INPUTS
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.settings import LIFETIMES, SETTINGS
from auth0_sessions.program import run
from auth0_sessions.program.ceiling import lowered_by_stack
from auth0_sessions.program.provider import provider_of


class SessionLifetimeArguments:
    """The arguments and outputs; each front end adds how the resource is registered."""

    package: ClassVar[str]
    """The package whose providers the resource accepts."""
    looked_up = ("domain", *SETTINGS, *(f"{setting}_minutes" for setting in LIFETIMES))
    """The outputs of a look-up."""

    domain: pulumi.Output[str]
    session_lifetime: pulumi.Output[str | None]
    idle_session_lifetime: pulumi.Output[str | None]
    ephemeral_session_lifetime: pulumi.Output[str | None]
    idle_ephemeral_session_lifetime: pulumi.Output[str | None]
    session_cookie_mode: pulumi.Output[str | None]
    anonymous_session_lifetime: pulumi.Output[str | None]
    plan: pulumi.Output[str | None]
    over_limit: pulumi.Output[str | None]
    on_delete: pulumi.Output[str | None]
    enforce: pulumi.Output[str | None]
    credentials: pulumi.Output[str | None]
    session_lifetime_minutes: pulumi.Output[int | None]
    idle_session_lifetime_minutes: pulumi.Output[int | None]
    ephemeral_session_lifetime_minutes: pulumi.Output[int | None]
    idle_ephemeral_session_lifetime_minutes: pulumi.Output[int | None]
    anonymous_session_lifetime_minutes: pulumi.Output[int | None]
    own: pulumi.Output[dict[str, int] | None]
    """Under `enforce="at-most"`: lifetime -> the tenant's own value, in minutes, which it keeps if it is shorter."""
    previous: pulumi.Output[dict[str, int | str] | None]
    """Setting -> its minutes or cookie mode before it was managed; `on_delete="restore"` restores them."""
    superseded: pulumi.Output[dict[str, dict[str, str]] | None]
    """Setting -> `asked` and `reported`, for each setting whose requested value the tenant did not apply."""
    old_sessions_gone_by: pulumi.Output[str | None]
    """When the last persistent session created under an earlier setting has ended; UTC, ISO 8601."""

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
        enforce: pulumi.Input[str] = "exact",
        credentials: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Manage the session lifetimes of a tenant. A setting that you leave out is not managed.

        Args:
            name: The resource's name in the stack.
            domain: The tenant, as in `acme.eu.auth0.com`. Default: the provider's domain, the
                configuration `auth0:domain`, `AUTH0_DOMAIN`. Plain `http://` is only for a loopback host.
            session_lifetime: Absolute expiry of persistent sessions ("Maximum Session Lifetime" in the Dashboard);
                `"1m"` to `"365d"`, and at most the plan's cap.
            idle_session_lifetime: Inactivity timeout of persistent sessions; range as above.
            ephemeral_session_lifetime: Absolute expiry of non-persistent sessions; range as above.
            idle_ephemeral_session_lifetime: Inactivity timeout of non-persistent sessions; range as above.
            session_cookie_mode: `"persistent"` or `"non-persistent"`.
            anonymous_session_lifetime: Absolute expiry of anonymous sessions, which are early access at Auth0; `"1m"`
                to `"365d"`. No plan cap is published.
            plan: `"free"`, `"essential"`, `"professional"` or `"enterprise"`. Its caps are enforced at preview.
                Default: the configuration `auth0-sessions:plan`. Without a plan, no caps are checked, with a warning.
            over_limit: What happens to a value above the cap: `"error"` fails at preview, `"clamp"` lowers it,
                `"warn"` sends it unchanged.
            on_delete: `"retain"` leaves the tenant unchanged, `"restore"` writes the values it had before it was
                managed, `"reset"` writes Auth0's defaults (7d, 3d, 3d, 1d, persistent).
            enforce: `"exact"` sets each lifetime as declared. `"at-most"` makes each lifetime a ceiling: the tenant
                gets the ceiling, or keeps its own value if that is shorter. The lifetimes among the outputs are the
                values to hold. The cookie mode is always exact.
            credentials: Label of a credential set, as in `"acme"` for `AUTH0_ACME_CLIENT_ID`; never a secret.
            opts: Resource options; `provider` may be an `auth0_sessions.Provider`.

        Raises:
            pulumi.RunError: The tenant is managed twice in this program, a credential is configured in plain text, or
                (dynamic resource only) `opts` requests an import.

        """
        provider = provider_of(opts, self.package)
        if domain is None:
            domain = getattr(provider, "domain", None)
        if domain is None:
            domain = self._default_domain()
        given = {
            "domain": run.claim(domain, name, opts),
            "session_lifetime": session_lifetime,
            "idle_session_lifetime": idle_session_lifetime,
            "ephemeral_session_lifetime": ephemeral_session_lifetime,
            "idle_ephemeral_session_lifetime": idle_ephemeral_session_lifetime,
            "session_cookie_mode": session_cookie_mode,
            "anonymous_session_lifetime": anonymous_session_lifetime,
            "plan": self._plan(plan),
            "over_limit": over_limit,
            "on_delete": on_delete,
            "enforce": enforce,
            "credentials": credentials,
        }
        sent = {key: run.sendable(key, value) for key, value in given.items() if value is not None}
        sent = lowered_by_stack(name, {**INPUT_DEFAULTS, **sent}, opts, provider)
        minutes = [f"{setting}_minutes" for setting in LIFETIMES if setting in sent]
        own = [] if _is_exact(sent["enforce"]) else ["own"]
        self._declare(name, ["domain", *minutes, *own, "previous", "superseded", "old_sessions_gone_by"], sent, opts)

    @classmethod
    def get(
        cls,
        name: str,
        id: pulumi.Input[str],  # noqa: A002  Pulumi's name for it.
        *,
        credentials: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> Self:
        """Look up a tenant: every setting and its minutes, with Auth0's default for those never written.

        Nothing is written, and the tenant does not count as managed.

        Args:
            name: The resource's name in the stack.
            id: The tenant's domain.
            credentials: Label of a credential set.
            opts: Resource options.

        """
        run.refuse_plain_secrets()
        options = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=run.canonical_when_known(id)))
        given = {} if credentials is None else {"credentials": credentials}
        found = cls.__new__(cls)
        found._declare(name, cls.looked_up, given, options)  # noqa: SLF001  An instance of this class.
        return found

    def _default_domain(self) -> str | None:
        """Return the default domain, if the program has to pass it to the provider."""
        return None

    def _plan(self, plan: pulumi.Input[str] | None) -> Any:
        """Return the plan to register."""
        return plan

    def _create(self, name: str, props: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        """Register or, if the options have an ID, read the resource."""
        raise NotImplementedError

    def _declare(
        self, name: str, outputs: Iterable[str], given: Mapping[str, Any], opts: pulumi.ResourceOptions | None
    ) -> None:
        """Create the resource, and set the outputs that would otherwise claim too much, or be unknown in a preview."""
        props = {**dict.fromkeys(outputs), **given}
        self._create(name, props, opts)
        for unmanaged in {*INPUTS, *OUTPUTS} - props.keys():
            setattr(self, unmanaged, pulumi.Output.from_input(None))
        if "own" in props:
            for setting in given.keys() & {*LIFETIMES}:
                setattr(self, setting, _held(given["enforce"], self.own, getattr(self, setting)))
        for key, value in given.items():
            if isinstance(value, pulumi.Output):
                for output in {key, f"{key}_minutes"} & vars(self).keys():
                    setattr(self, output, _unless_none(value, getattr(self, output)))


def _is_exact(enforce: Any) -> bool:
    return isinstance(enforce, str) and enforce.strip().lower() == Enforce.EXACT


def _held(enforce: Any, own: pulumi.Output[Any], value: pulumi.Output[Any]) -> pulumi.Output[Any]:
    """Return the value to hold. Before the tenant's own value is known, a preview has only the ceiling."""
    held = pulumi.Output.all(own, value).apply(lambda known: known[1])
    return pulumi.Output.from_input(enforce).apply(lambda known: value if _is_exact(known) else held)


def _unless_none(given: pulumi.Output[Any], answer: pulumi.Output[Any]) -> pulumi.Output[Any]:
    return given.apply(lambda known: None if known is None else answer)
