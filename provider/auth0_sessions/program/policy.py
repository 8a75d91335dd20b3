"""`SessionPolicy`: plan-aware settings for one tenant, generic over the front end that applies them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import pulumi

from auth0_sessions.errors import listed
from auth0_sessions.fleet.entries import Defaults
from auth0_sessions.model.ceiling import StackCeiling, read_ceiling, unmatched
from auth0_sessions.model.choices import OverLimit
from auth0_sessions.model.inputs import UNKNOWN, read_inputs, secrets_of
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.own_profiles import read_profiles
from auth0_sessions.model.picking import Chosen, Picked, pick
from auth0_sessions.model.profiles import ProfileLimits, chosen_by_stack
from auth0_sessions.model.settings import LOGIN_LIFETIMES, LOGIN_SETTINGS, SETTINGS, text
from auth0_sessions.model.spelling import SNAKE_CASE, Spelling
from auth0_sessions.program import run
from auth0_sessions.program.ceiling import POLICY, ceilings_of
from auth0_sessions.program.provider import provider_of
from auth0_sessions.program.secrets import named_secrets

POLICY_OUTPUTS = ("domain", "plan", "profile", *LOGIN_SETTINGS, "reasons", "previous", "old_sessions_gone_by")


class SessionPolicy(pulumi.ComponentResource):
    """One tenant's policy; the policy of a front end names the class of its child."""

    domain: pulumi.Output[str]
    """Canonical domain of the tenant."""
    plan: pulumi.Output[str]
    """The plan whose caps are enforced."""
    profile: pulumi.Output[str]
    """The profile in use."""
    session_lifetime: pulumi.Output[str]
    idle_session_lifetime: pulumi.Output[str]
    ephemeral_session_lifetime: pulumi.Output[str]
    idle_ephemeral_session_lifetime: pulumi.Output[str]
    session_cookie_mode: pulumi.Output[str | None]
    """The kind of session that the tenant creates; None unless given as an argument."""
    reasons: pulumi.Output[dict[str, str]]
    """Setting -> one sentence that says where its value comes from."""
    previous: pulumi.Output[dict[str, int | str] | None]
    """Setting -> its value before it was managed."""
    old_sessions_gone_by: pulumi.Output[str | None]
    """When the last persistent session created under an earlier setting has ended; UTC, ISO 8601."""
    lifetime: Any
    """The `SessionLifetime` that applies the policy."""
    resource: ClassVar[type[Any]]
    """The `SessionLifetime` of the front end that this component is for."""
    spelling: ClassVar[Spelling] = SNAKE_CASE
    """How messages and stored outputs spell names."""

    def __init__(  # noqa: PLR0913  One argument for each input.
        self,
        name: str,
        *,
        domain: pulumi.Input[str] | None = None,
        plan: str | None = None,
        profile: str | ProfileLimits | None = None,
        enforce: str | None = None,
        session_lifetime: pulumi.Input[str | Lifetime] | None = None,
        idle_session_lifetime: pulumi.Input[str | Lifetime] | None = None,
        ephemeral_session_lifetime: pulumi.Input[str | Lifetime] | None = None,
        idle_ephemeral_session_lifetime: pulumi.Input[str | Lifetime] | None = None,
        session_cookie_mode: pulumi.Input[str] | None = None,
        over_limit: pulumi.Input[str] = "error",
        on_delete: pulumi.Input[str] = "retain",
        credentials: pulumi.Input[str] | None = None,
        ceiling: Mapping[str, Any] | tuple[StackCeiling, ...] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare one tenant's policy.

        Args:
            name: The component's name in the stack.
            domain: The tenant; default as for `SessionLifetime`.
            plan: The tenant's plan, a plain value; required here or as the configuration `auth0-sessions:plan`.
            profile: A name or a row of `PROFILES`, a plain value. Default: the configuration `auth0-sessions:profile`,
                else by the stack's name: dev, development, test, sandbox, preview and pr-* get `convenient`, others
                `balanced`.
            enforce: `"exact"`, or `"at-most"` to leave a tenant with shorter lifetimes alone; a plain value. Default:
                the configuration `auth0-sessions:enforce`, else `"exact"`.
            session_lifetime: Overrides the profile; text with a unit, `"1m"` to `"365d"`. A built-in profile
                other than `convenient` and `balanced` is a ceiling. The same applies to the next three.
            idle_session_lifetime: Inactivity timeout of persistent sessions.
            ephemeral_session_lifetime: Absolute expiry of non-persistent sessions.
            idle_ephemeral_session_lifetime: Inactivity timeout of non-persistent sessions.
            session_cookie_mode: `"persistent"` or `"non-persistent"`; not managed unless set.
            over_limit: What happens to an argument above the plan's cap, as for `SessionLifetime`.
            on_delete: `"retain"`, `"restore"` or `"reset"`, as for `SessionLifetime`.
            credentials: Label of a credential set; never a secret.
            ceiling: The longest lifetimes, whatever else says: `{"absolute", "idle", "except", "reason"}`; a plain
                value. The configuration `auth0-sessions:ceiling` applies, too.
            opts: Resource options.

        Raises:
            pulumi.RunError: An argument is wrong, weakens the profile, or exceeds the plan; all problems are reported.

        """
        decided = {"plan": plan, "profile": profile, "enforce": enforce}
        chosen = _chosen(name, defaults_of(self.resource, opts, _names_of(name), ceiling, **decided))
        lifetimes = {
            "session_lifetime": session_lifetime,
            "idle_session_lifetime": idle_session_lifetime,
            "ephemeral_session_lifetime": ephemeral_session_lifetime,
            "idle_ephemeral_session_lifetime": idle_ephemeral_session_lifetime,
        }
        rest = {"domain": domain, "session_cookie_mode": session_cookie_mode, "over_limit": over_limit}
        super().__init__(POLICY, name, {}, opts)
        given: Any = {**lifetimes, "over_limit": over_limit, **named_secrets(lifetimes)}
        given = pulumi.Output.all(**given) if any(map(run.is_pending, given.values())) else given
        picked = run.when_known(given, lambda known: self._picked(name, chosen, known))
        self._declare(name, chosen, picked, {**rest, "on_delete": on_delete, "credentials": credentials})
        self._explain(str(chosen.profile.name), picked, session_cookie_mode)
        self.register_outputs(self.applied)

    def _declare(self, name: str, chosen: Chosen, picked: Any, given: Mapping[str, Any]) -> None:
        """Register the component's child, whose outputs are the component's."""
        texts = run.when_known(picked, lambda known: {key: text(value) for key, value in known.minutes.items()})
        self.lifetime = self.resource(
            f"{name}-lifetime",
            plan=chosen.plan.value,
            enforce=chosen.enforce.value,
            opts=pulumi.ResourceOptions(parent=self),
            **{setting: texts[setting] for setting in LOGIN_LIFETIMES},
            **{key: value for key, value in given.items() if value is not None},
        )
        for output in ("domain", "plan", *LOGIN_SETTINGS, "old_sessions_gone_by"):
            setattr(self, output, getattr(self.lifetime, output))
        self.previous = self.lifetime.previous.apply(self._spelled)

    def _explain(self, profile: str, picked: Any, mode: Any) -> None:
        """Set the profile and the reasons, which say what was applied and not what was planned."""
        held = {setting: getattr(self.lifetime, setting) for setting in LOGIN_LIFETIMES}
        known = pulumi.Output.all(picked=picked, own=self.lifetime.own, held=held, mode=mode, urn=self.urn)
        applied: Any = known.apply(lambda found: self._applied(profile, **found))
        self.profile = run.if_known(applied).apply(lambda found: profile if found is UNKNOWN else found["profile"])
        self.reasons = applied["reasons"]

    @property
    def applied(self) -> dict[str, Any]:
        """The outputs: what was applied to which tenant, and why."""
        return {self.spelling.name(name): getattr(self, name) for name in POLICY_OUTPUTS}

    def _applied(  # noqa: PLR0913  What decides about the reasons.
        self, profile: str, *, picked: Picked, own: Any, mode: str | None, held: Any, urn: str
    ) -> Any:
        """Return the profile and the reasons of the values that the tenant holds."""
        minutes = {name: Lifetime.parse(value, max_minutes=None).minutes for name, value in held.items()}
        planned = {name: picked.applied(name, (own or {}).get(name, most)) for name, most in picked.minutes.items()}
        if minutes != planned:
            return self._as_before(profile, minutes, urn)
        reasons = {name: picked.reason(name, minutes[name]) for name in LOGIN_LIFETIMES}
        of_mode = {} if mode is None else {"session_cookie_mode": f"cookie mode {mode}: explicit argument"}
        return {"profile": profile, "reasons": self._spelled({**reasons, **of_mode})}

    def _as_before(self, profile: str, minutes: Mapping[str, int], urn: str) -> Any:
        """Return the profile and the reasons of a tenant that this run does not change, as with `--target`.

        They are those in state, if they are about the values that the tenant holds.
        """
        held = self._spelled({name: text(value) for name, value in minutes.items()}) or {}
        why = {name: f"{SETTINGS[name].label} {text(row)}: not changed by this run" for name, row in minutes.items()}
        names = ("profile", "reasons", *held)
        # The engine hands over what state has of this component.
        recorded = pulumi.ComponentResource(POLICY, "recorded", dict.fromkeys(names), pulumi.ResourceOptions(urn=urn))

        def chosen(found: Mapping[str, Any]) -> dict[str, Any]:
            if all(found[name] == value for name, value in held.items()):
                return {"profile": found["profile"], "reasons": found["reasons"]}
            return {"profile": profile, "reasons": self._spelled(why)}

        return pulumi.Output.all(**{name: getattr(recorded, name) for name in names}).apply(chosen)

    def _spelled(self, by_setting: Mapping[str, Any] | None) -> dict[str, Any] | None:
        return None if by_setting is None else {self.spelling.name(name): row for name, row in by_setting.items()}

    def _picked(self, name: str, chosen: Chosen, known: Mapping[str, Any]) -> Picked:
        """Read the arguments and pick the values, once all are known."""
        given = {setting: value for setting, value in known.items() if value is not None}
        read = read_inputs(given, self.spelling)
        problems = [problem.named(self.spelling) for problem in read.problems]
        over_limit = read.values.pop("over_limit", OverLimit.ERROR)
        secrets = secrets_of(given)
        picked = pick(chosen, read.values, over_limit, self.spelling, secrets)
        if problems or picked.problems:
            reasons = [*problems, *(problem.reason for problem in picked.problems)]
            raise pulumi.RunError(listed(f"SessionPolicy '{name}'", reasons))
        for warning in picked.warnings:
            pulumi.log.warn(f"{name}: {warning}", resource=self)
        return picked


def defaults_of(
    resource: type[Any], opts: pulumi.ResourceOptions | None, names: Iterable[str], ceiling: Any, **given: Any
) -> Defaults:
    """Return what decides about a component's tenants: its arguments, else its provider's or the stack's settings.

    The stack's ceilings may spare `names`, and apply in addition to the component's own. A fleet, which knows the short
    names of its tenants, hands them to its policies as a tuple.
    """
    provider = provider_of(opts, resource.package)
    own, ceilings = (None, ceiling) if isinstance(ceiling, tuple) else (ceiling, ceilings_of(names, provider))
    found = {key: run.configured(key, given.get(key), provider) for key in ("plan", "profile", "profiles", "enforce")}
    by_stack = chosen_by_stack(pulumi.get_stack())
    profile = by_stack if found["profile"] is None else found["profile"]
    return Defaults(**{**found, "profile": profile}, ceiling=own, ceilings=ceilings)


def _chosen(name: str, defaults: Defaults) -> Chosen:
    """Read what decides about a policy; all problems together stop the program."""
    profiles, problems = read_profiles(None if isinstance(defaults.profile, ProfileLimits) else defaults.profiles)
    read = defaults.read(profiles, required=("plan",))
    own, of_ceiling = read_ceiling(defaults.ceiling)
    problems += [*(problem.reason for problem in read.problems), *of_ceiling]
    if own is not None:
        problems += unmatched(own, _names_of(name), [name], "this policy")
    if problems:
        raise pulumi.RunError(listed(f"SessionPolicy '{name}'", problems))
    ceilings = (*defaults.ceilings, *filter(None, [own]))
    return Chosen(**read.values, ceilings=tuple(one for one in ceilings if not one.spares(*_names_of(name))))


def _names_of(name: str) -> tuple[str, str]:
    return name, f"{name}-lifetime"
