"""Which explicit provider, and so which tenant, a resource has, following Pulumi's rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from auth0_sessions import Provider, SessionLifetime
from auth0_sessions.program.provider import provider_of
from mocked import run

ACME, OTHER = "acme.auth0.com", "other.auth0.com"


class Foreign(pulumi.ProviderResource):
    """A provider of another package."""

    def __init__(self, name: str) -> None:
        super().__init__("foreign", name)
        self.domain = "foreign.auth0.com"


def providers() -> tuple[Provider, Provider, Foreign]:
    """Declare one provider for each tenant, and a foreign one."""
    return (
        Provider("acme", domain=ACME, api_token="t"),
        Provider("other", domain=OTHER, api_token="t"),
        Foreign("foreign"),
    )


Options = Callable[[Provider, Provider, Foreign], pulumi.ResourceOptions]

CASES: dict[str, tuple[Options, str]] = {
    "provider": (lambda acme, _, __: pulumi.ResourceOptions(provider=acme), ACME),
    "list": (lambda acme, _, __: pulumi.ResourceOptions(providers=[acme]), ACME),
    "dictionary": (lambda acme, _, __: pulumi.ResourceOptions(providers={"pulumi-python": acme}), ACME),
    "among others": (lambda acme, _, foreign: pulumi.ResourceOptions(providers=[foreign, acme]), ACME),
    "the last one": (lambda acme, other, _: pulumi.ResourceOptions(providers=[acme, other]), OTHER),
    "beside a foreign one": (
        lambda acme, _, foreign: pulumi.ResourceOptions(provider=foreign, providers=[acme]),
        ACME,
    ),
}


def tenant_of(options: Options, *, inherited: bool) -> tuple[str, str]:
    """Return the domain of a resource with these options, or of a child of one, and its provider's in the engine."""

    def program() -> None:
        opts = options(*providers())
        if inherited:
            opts = pulumi.ResourceOptions(parent=pulumi.ComponentResource("t:i:Group", "group", {}, opts))
        SessionLifetime("mine", plan="free", session_lifetime="8h", opts=opts)

    engine = run(program)
    name = engine.registered["mine"].provider.split("::")[-2]
    return engine.sent("mine")["domain"], engine.registered[name].inputs["auth0:domain"]


@pytest.mark.parametrize("inherited", [False, True], ids=["own", "inherited"])
@pytest.mark.parametrize(("options", "expected"), CASES.values(), ids=CASES)
def test_the_domain_is_that_of_the_provider_that_pulumi_uses(options, expected, inherited):
    """A provider given alone, in a list or by package is the resource's in our checks as it is in the engine."""
    assert tenant_of(options, inherited=inherited) == (expected, expected)


@pytest.mark.parametrize("shape", [list, lambda given: {"pulumi-python": given[0]}], ids=["list", "dictionary"])
def test_one_tenant_through_two_ways_is_managed_twice(shape):
    """A tenant named by `providers` and by `domain` is the same tenant."""

    def program() -> None:
        acme, _, _ = providers()
        opts = pulumi.ResourceOptions(providers=shape([acme]))
        SessionLifetime("first", plan="free", session_lifetime="8h", opts=opts)
        SessionLifetime("second", domain=ACME, plan="free", session_lifetime="8h")

    with pytest.raises(pulumi.RunError, match=rf"{ACME} is managed twice.*'first'.*'second'"):
        run(program)


@pytest.mark.parametrize("shape", [list, lambda given: {"pulumi-python": given[0]}], ids=["list", "dictionary"])
def test_two_tenants_through_providers_are_two(shape):
    """Resources without a domain are distinguished by their providers."""

    def program() -> None:
        for domain, provider in zip((ACME, OTHER), providers()[:2], strict=True):
            opts = pulumi.ResourceOptions(providers=shape([provider]))
            SessionLifetime(domain, plan="free", session_lifetime="8h", opts=opts)

    engine = run(program)
    assert [engine.sent(name)["domain"] for name in (ACME, OTHER)] == [ACME, OTHER]


@pytest.mark.parametrize(
    "options",
    [lambda *_: None, lambda *_: pulumi.ResourceOptions(), lambda *all_: pulumi.ResourceOptions(provider=all_[2])],
)
def test_without_a_provider_of_ours_there_is_none(options):
    """No options, empty ones, and a foreign provider alone leave the resource to the default provider."""
    seen: list[Any] = []
    run(lambda: seen.append(provider_of(options(*providers()))))
    assert seen == [None]
