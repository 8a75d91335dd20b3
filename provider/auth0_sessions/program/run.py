"""One run of a Pulumi program: its configuration, and the tenants that it manages so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.config import is_config_secret
from pulumi.runtime.settings import get_monitor

from auth0_sessions.api.sources import DOMAIN_CONFIG_KEY, SECRET_CONFIG_KEYS, default_domain
from auth0_sessions.errors import InputError
from auth0_sessions.fleet import stack
from auth0_sessions.lifecycle.claims import Claims
from auth0_sessions.model.domain import canonical_domain
from auth0_sessions.model.inputs import UNKNOWN
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.settings import LIFETIMES
from auth0_sessions.model.spelling import SNAKE_CASE

_runs: WeakKeyDictionary[object, Claims] = WeakKeyDictionary()


def _this_run() -> Claims:
    """Return the current run; its configuration is read once per run, not once per tenant.

    Each run has its own connection to the engine, even if an Automation API program runs again.
    """
    monitor = get_monitor()
    if monitor not in _runs:
        refuse_plain_secrets()
        _runs[monitor] = Claims(configured("plan"), pulumi.log.warn, SNAKE_CASE)
    return _runs[monitor]


def configured(key: str, given: Any = None, provider: pulumi.ProviderResource | None = None) -> Any:
    """Return a given value, else that of an explicit provider, else the stack's, as in `auth0-sessions:plan`."""
    own = of_provider(key, provider) if given is None else None
    values = (given, own, pulumi.Config("auth0-sessions").get(key))
    return next((value for value in values if value is not None), None)


def of_provider(key: str, provider: pulumi.ProviderResource | None) -> Any:
    """Return a setting of an explicit provider for the program's own decisions, or None."""
    own = getattr(provider, "defaults", {}).get(key)
    if is_pending(own):
        message = f"{key} of the provider is an output, but the program needs to know it. Give it as a plain value."
        raise pulumi.RunError(message)
    return own


def project_folder() -> Path:
    """Return the folder of `Pulumi.yaml`, or the current folder for inline programs and mocks, which have none.

    The native plugin knows no root and runs in the program's folder, which `main` in `Pulumi.yaml` may have changed.
    """
    root = Path(pulumi.get_root_directory() or "")
    return stack.project_folder(root if root.is_dir() else Path(), pulumi.get_project())


def is_pending(value: Any) -> bool:
    """Return whether the program does not know a value yet."""
    return isinstance(value, pulumi.Output) or hasattr(value, "__await__")


def when_known(value: Any, use: Callable[[Any], Any]) -> Any:
    """Return what `use` makes of a value: now if the program knows it, otherwise as an output."""
    return pulumi.Output.from_input(value).apply(use) if is_pending(value) else use(value)


def if_known(output: pulumi.Output[Any]) -> pulumi.Output[Any]:
    """Return an output that is `UNKNOWN`, instead of being unknown, at preview."""
    return output.apply(lambda value: UNKNOWN if pulumi.contains_unknowns(value) else value, run_with_unknowns=True)


@contextmanager
def errors_shown(where: str = "") -> Iterator[None]:
    """Raise our own errors as Pulumi's, which are shown without a traceback."""
    try:
        yield
    except InputError as error:
        message = f"{where}{error}"
        raise pulumi.RunError(message) from None


def plan_or_default(plan: pulumi.Input[str] | None) -> Any:
    """Return a resource's plan, or the configured one; if there is neither, warn once per run."""
    return when_known(plan, _this_run().plan_of)


def refuse_plain_secrets() -> None:
    """Stop a program whose stack file contains a credential in plain text, with the command that encrypts it."""
    of_plugin = (key.replace("auth0:", "auth0-sessions:") for key in SECRET_CONFIG_KEYS)
    for key in (*SECRET_CONFIG_KEYS, *of_plugin):
        if pulumi.runtime.get_config(key) is not None and not is_config_secret(key):
            message = (
                f"The configuration {key} holds a credential in plain text. Encrypt it with `pulumi config set "
                f"--secret {key}` (it prompts for the value), and rotate it: it may be in the history of your "
                "repository."
            )
            raise pulumi.RunError(message)


def claim(domain: pulumi.Input[str] | None, name: str, opts: pulumi.ResourceOptions | None) -> Any:
    """Record that a resource manages a tenant, or the default one if None, and return its domain.

    Stops the program if another resource already manages the tenant. If the domain is an output, this happens once it
    is known.
    """
    run = _this_run()
    parent = opts.parent if opts is not None else None
    # Under different parents, resources may have the same name. A program knows no URN yet.
    called = f"'{name}'" if parent is None else f"'{name}' in '{parent._name}' ({parent._type})"  # noqa: SLF001

    def claimed(known: str) -> None:
        with errors_shown():
            run.claim(known, called)

    if domain is None:
        claimed(_default_tenant())
        return None
    return canonical_when_known(domain, claimed)


def _default_tenant() -> str:
    """Return the best guess for the default domain; the provider's process decides."""
    try:
        return canonical_domain(default_domain({DOMAIN_CONFIG_KEY: pulumi.Config("auth0").get("domain")}))
    except InputError:
        return "the default tenant (auth0:domain or AUTH0_DOMAIN)"


def canonical_when_known(domain: pulumi.Input[str], use: Callable[[str], None] = lambda _: None) -> Any:
    """Return a domain's canonical spelling, and call `use` with it as soon as it is known.

    An invalid domain is returned as it is: the provider's check reports it, together with all other problems.
    """

    def used(value: str) -> str:
        try:
            canonical = canonical_domain(value)
        except InputError:
            return value
        use(canonical)
        return canonical

    return when_known(domain, used)


def sendable(name: str, value: Any) -> Any:
    """Return an argument in a form that Pulumi can send: a lifetime as text, also inside an output."""

    def sent(known: Any) -> Any:
        if known is None or isinstance(known, (str, int, float)):
            return known
        if name not in LIFETIMES:
            # The value is not repeated: it may be a credential in the wrong place.
            message = f"{name}: a value of type {type(known).__name__} cannot be used. Give text."
            raise pulumi.RunError(message)
        with errors_shown(f"{name}: "):
            return str(Lifetime.parse(known))

    return when_known(value, sent)
