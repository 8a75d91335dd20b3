"""What one run of a Pulumi program has in common: its configuration, and which tenants it manages so far."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.config import is_config_secret
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from auth0_sessions.api.credentials import DOMAIN_CONFIG_KEY, SECRET_CONFIG_KEYS, default_domain
from auth0_sessions.errors import InputError
from auth0_sessions.model.domain import canonical_domain

DEFAULT_TENANT = "the default tenant (AUTH0_DOMAIN or auth0:domain)"

PLAN_UNKNOWN = (
    "No plan is named for at least one tenant, so its caps cannot be checked before Auth0 supersedes a value. "
    "Give plan='enterprise' (or free, essential, professional), or `pulumi config set auth0-sessions:plan enterprise`."
)


@dataclass
class _Run:
    """One run of a program. Automation API programs run many times in one process."""

    default_plan: str | None
    managed_by: dict[str, str] = field(default_factory=dict)
    warned_of_plan: bool = False


_runs: WeakKeyDictionary[object, _Run] = WeakKeyDictionary()


def _this_run() -> _Run:
    """Return this run; its configuration is looked at once, not once a tenant."""
    key = _what_lives_as_long_as_this_run()
    if key not in _runs:
        _refuse_plain_secrets()
        _runs[key] = _Run(configured("plan"))
    return _runs[key]


def _what_lives_as_long_as_this_run() -> object:
    """Return the stack's root resource; under mocks, where all tests share one, what runs the test."""
    monitor = get_monitor()
    if not isinstance(monitor, MockMonitor):
        return pulumi.runtime.get_root_resource() or monitor
    try:
        return asyncio.current_task() or monitor
    except RuntimeError:
        return monitor


def configured(key: str) -> str | None:
    """Return a value of this package's own configuration, as in `auth0-sessions:plan`."""
    return pulumi.Config("auth0-sessions").get(key)


def project_folder() -> Path:
    """Return the folder of `Pulumi.yaml`, else the current one: an inline program and mocks have none."""
    root = Path(pulumi.get_root_directory() or "")
    return root if root.is_dir() else Path()


def plan_or_warning(plan: pulumi.Input[str] | None) -> pulumi.Input[str | None] | None:
    """Return a resource's plan, or the configured one; warn, once a run, where there is neither."""
    run = _this_run()

    def filled(value: str | None) -> str | None:
        if (value or run.default_plan) is None:
            _warn_of_unknown_plan(run)
        return value or run.default_plan

    if plan is None or isinstance(plan, str):
        return filled(plan)
    return pulumi.Output.all(plan).apply(lambda known: filled(known[0]))


def refuse_plain_secrets() -> None:
    """Stop a program whose stack file holds a credential that anybody can read.

    Raises:
        pulumi.RunError: With the line to type.

    """
    _this_run()


def _refuse_plain_secrets() -> None:
    for key in SECRET_CONFIG_KEYS:
        if pulumi.runtime.get_config(key) is not None and not is_config_secret(key):
            message = (
                f"The configuration {key} holds a credential in plain text. Encrypt it with `pulumi config set "
                f"--secret {key}` (the value is asked for), and rotate it: it may be in the history of your repository."
            )
            raise pulumi.RunError(message)


def _warn_of_unknown_plan(run: _Run) -> None:
    """Say that caps are not checked; once a run, not once a tenant."""
    if not run.warned_of_plan:
        run.warned_of_plan = True
        pulumi.log.warn(PLAN_UNKNOWN)


def claim(domain: pulumi.Input[str] | None, name: str, opts: pulumi.ResourceOptions | None) -> pulumi.Input[str] | None:
    """Note that a resource manages a tenant, and return its domain.

    Raises:
        pulumi.RunError: Another resource of this run manages it already. Where the domain is an output, as soon as
            it is known.

    """
    run = _this_run()
    parent = getattr(opts.parent, "_name", None) if opts is not None else None
    called = f"'{name}'" if parent is None else f"'{name}' in '{parent}'"
    if domain is None:
        _claim(run, _default_tenant(), called)
        return None
    return when_known(domain, lambda text: _claim(run, text, called))


def _default_tenant() -> str:
    """Return the domain of resources that name none, as far as a program can tell: the provider's process decides."""
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
            # The provider's check reports it, beside everything else that is wrong.
            return value
        use(canonical)
        return canonical

    if isinstance(domain, str):
        return used(domain)
    return pulumi.Output.all(domain).apply(lambda known: used(known[0]))


def _claim(run: _Run, tenant: str, name: str) -> None:
    if tenant in run.managed_by:
        message = (
            f"{tenant} is managed twice in this program: by {run.managed_by[tenant]} and by {name}. They would undo "
            "each other's work at every run. Put all settings of a tenant into one resource."
        )
        raise pulumi.RunError(message)
    run.managed_by[tenant] = name
