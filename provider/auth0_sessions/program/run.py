"""One run of a Pulumi program: its configuration, and the tenants that it manages so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.config import is_config_secret
from pulumi.runtime.settings import get_monitor

from auth0_sessions.api.credentials import DOMAIN_CONFIG_KEY, SECRET_CONFIG_KEYS, default_domain, sources
from auth0_sessions.api.tokens import claims_of
from auth0_sessions.errors import InputError
from auth0_sessions.lifecycle.run import Run
from auth0_sessions.model.domain import canonical_domain
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.settings import LIFETIMES
from auth0_sessions.model.spelling import SNAKE_CASE

NATIVE_SECRET_CONFIG_KEYS = ("auth0-sessions:clientSecret", "auth0-sessions:apiToken")
DEFAULT_TENANT = "the default tenant (AUTH0_DOMAIN or auth0:domain)"

_runs: WeakKeyDictionary[object, Run] = WeakKeyDictionary()


def _this_run() -> Run:
    """Return the current run; its configuration is read once per run, not once per tenant.

    Each run has its own connection to the engine, even if an Automation API program runs again.
    """
    monitor = get_monitor()
    if monitor not in _runs:
        _refuse_plain_secrets()
        _runs[monitor] = Run(configured("plan"), pulumi.log.warn, SNAKE_CASE)
    return _runs[monitor]


def configured(key: str) -> str | None:
    """Return a value of this package's configuration, as in `auth0-sessions:plan`."""
    return pulumi.Config("auth0-sessions").get(key)


def project_folder() -> Path:
    """Return the folder of `Pulumi.yaml`, or the current folder for inline programs and mocks, which have none."""
    root = Path(pulumi.get_root_directory() or "")
    return root if root.is_dir() else Path()


def plan_or_default(plan: pulumi.Input[str] | None) -> pulumi.Input[str | None] | None:
    """Return a resource's plan, or the configured one; if there is neither, warn once per run."""
    run = _this_run()
    if plan is None or isinstance(plan, str):
        return run.plan_of(plan)
    return pulumi.Output.all(plan).apply(lambda known: run.plan_of(known[0]))


def refuse_plain_secrets() -> None:
    """Stop a program whose stack file contains a credential in plain text.

    Raises:
        pulumi.RunError: A credential is in plain text; the message gives the command that encrypts it.

    """
    _this_run()


def _refuse_plain_secrets() -> None:
    for key in (*SECRET_CONFIG_KEYS, *NATIVE_SECRET_CONFIG_KEYS):
        if pulumi.runtime.get_config(key) is not None and not is_config_secret(key):
            message = (
                f"The configuration {key} holds a credential in plain text. Encrypt it with `pulumi config set "
                f"--secret {key}` (it prompts for the value), and rotate it: it may be in the history of your "
                "repository."
            )
            raise pulumi.RunError(message)


def claim(
    domain: pulumi.Input[str] | None, name: str, opts: pulumi.ResourceOptions | None, *, shares_credentials: bool
) -> pulumi.Input[str] | None:
    """Record that a resource manages a tenant, and return its domain.

    Args:
        domain: The tenant, or None for the default one.
        name: The resource's name.
        opts: Its options.
        shares_credentials: True if it uses the credentials without a label.

    Raises:
        pulumi.RunError: Another resource of this run already manages the tenant, or tenants would share a token that is
            for one of them. If the domain is an output, this is raised once it is known.

    """
    run = _this_run()
    parent = getattr(opts.parent, "_name", None) if opts is not None else None
    # Resources under different parents may have the same name.
    called = f"'{name}'" if parent is None else f"'{name}' in '{parent}'"

    def claimed(known: str) -> None:
        _claim(run, known, called)
        if shares_credentials:
            _refuse_shared_token(run.share(known))

    if domain is None:
        claimed(_default_tenant())
        return None
    return when_known(domain, claimed)


def _refuse_shared_token(tenants: Sequence[str]) -> None:
    """Stop a program that would send one tenant's token to another tenant."""
    environment, *_ = sources({}, None, explicit=False)
    token = environment.find().get("api_token")
    if len(tenants) > 1 and token and environment.tenant is None and claims_of(token) is None:
        message = (
            f"The token in AUTH0_API_TOKEN does not say which tenant it is for, and {' and '.join(tenants)} would use "
            "it. Set AUTH0_DOMAIN to its tenant, and give the others credentials of their own: a label, or a Provider."
        )
        raise pulumi.RunError(message)


def _default_tenant() -> str:
    """Return the best guess for the default domain; the provider's process decides."""
    try:
        return canonical_domain(default_domain({DOMAIN_CONFIG_KEY: pulumi.Config("auth0").get("domain")}))
    except InputError:
        return DEFAULT_TENANT


def when_known(domain: pulumi.Input[str], use: Callable[[str], None]) -> pulumi.Input[str]:
    """Call `use` with a domain's canonical spelling as soon as it is known, and return the domain."""

    def used(value: str) -> str:
        try:
            canonical = canonical_domain(value)
        except InputError:
            # The provider's check reports it, together with all other problems.
            return value
        use(canonical)
        return canonical

    return _with_known(domain, used)


def checked_domain(domain: pulumi.Input[str], provider: str) -> pulumi.Input[str]:
    """Return the canonical spelling of a provider's domain.

    Raises:
        pulumi.RunError: The domain is invalid. Pulumi would show and store it, including any user name and password.

    """

    def checked(value: str) -> str:
        try:
            return canonical_domain(value)
        except InputError as error:
            message = f"Provider '{provider}': {error}"
            raise pulumi.RunError(message) from None

    return _with_known(domain, checked)


def _with_known(domain: pulumi.Input[str], use: Callable[[str], str]) -> pulumi.Input[str]:
    if isinstance(domain, str):
        return use(domain)
    return pulumi.Output.all(domain).apply(lambda known: use(known[0]))


def domain_only_in_program() -> str | None:
    """Return `auth0:domain` unless something takes precedence; a native plugin cannot read that namespace."""
    return None if default_domain({}) or configured("domain") else pulumi.Config("auth0").get("domain")


def plain(name: str, value: Any) -> Any:
    """Return an argument in a form that Pulumi can send: a lifetime as text, also inside an output.

    Raises:
        pulumi.RunError: The value's type is not allowed for any argument.

    """
    if isinstance(value, pulumi.Output):
        return value.apply(lambda known: plain(name, known))
    if hasattr(value, "__await__"):
        return pulumi.Output.from_input(value).apply(lambda known: plain(name, known))
    if value is None or isinstance(value, (str, int, float)):
        return value
    if name not in LIFETIMES:
        # The value is not repeated: it may be a credential in the wrong place.
        message = f"{name}: a value of type {type(value).__name__} cannot be used. Give text."
        raise pulumi.RunError(message)
    try:
        return str(Lifetime.parse(value))
    except InputError as error:
        message = f"{name}: {error}"
        raise pulumi.RunError(message) from None


def _claim(run: Run, tenant: str, name: str) -> None:
    try:
        run.claim(tenant, name)
    except InputError as error:
        raise pulumi.RunError(str(error)) from None
