"""Which explicit provider, and so which tenant, a resource has, following Pulumi's rules."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi.runtime import rpc

import auth0_sessions
from auth0_sessions import native
from auth0_sessions.program.provider import provider_of
from mocked import run

ACME, OTHER = "acme.auth0.com", "other.auth0.com"


class Foreign(pulumi.ProviderResource):
    """A provider of another package."""

    def __init__(self, name: str) -> None:
        super().__init__("foreign", name)
        self.domain = "foreign.auth0.com"


def providers(api: Any) -> tuple[Any, Any, Foreign]:
    """Declare one provider for each tenant, and a foreign one."""
    acme, other = (api.Provider(name, domain=f"{name}.auth0.com", api_token="t") for name in ("acme", "other"))
    return acme, other, Foreign("foreign")


CASES: dict[str, tuple[Callable[..., dict[str, Any]], str]] = {
    "provider": (lambda acme, _, __: {"provider": acme}, ACME),
    "list": (lambda acme, _, __: {"providers": [acme]}, ACME),
    "dictionary": (lambda acme, _, __: {"providers": {acme.package: acme}}, ACME),
    "among others": (lambda acme, _, foreign: {"providers": [foreign, acme]}, ACME),
    "the last one": (lambda acme, other, _: {"providers": [acme, other]}, OTHER),
    "beside a foreign one": (lambda acme, _, foreign: {"provider": foreign, "providers": [acme]}, ACME),
}


@pytest.mark.parametrize("inherited", [False, True], ids=["own", "inherited"])
@pytest.mark.parametrize(("options", "expected"), CASES.values(), ids=CASES)
def test_the_domain_is_that_of_the_provider_that_pulumi_uses(api, options, expected, inherited):
    """A provider given alone, in a list or by package is the resource's in our checks as it is in the engine."""

    def program() -> None:
        opts = pulumi.ResourceOptions(**options(*providers(api)))
        if inherited:
            opts = pulumi.ResourceOptions(parent=pulumi.ComponentResource("t:i:Group", "group", {}, opts))
        api.SessionLifetime("mine", plan="free", session_lifetime="8h", opts=opts)

    engine = run(program)
    name = engine.registered["mine"].provider.split("::")[-2]
    assert (engine.sent("mine")["domain"], f"{name}.auth0.com") == (expected, expected)


def test_an_own_domain_takes_precedence(api):
    """A resource may name another tenant than its provider, which then refuses it."""

    def program() -> None:
        opts = pulumi.ResourceOptions(provider=providers(api)[0])
        api.SessionLifetime("mine", domain=OTHER, plan="free", session_lifetime="8h", opts=opts)

    assert run(program).sent("mine")["domain"] == OTHER


def test_one_tenant_through_two_ways_is_managed_twice(api):
    """A tenant named by a provider and by `domain` is the same tenant."""

    def program() -> None:
        opts = pulumi.ResourceOptions(providers=[providers(api)[0]])
        api.SessionLifetime("first", plan="free", session_lifetime="8h", opts=opts)
        api.SessionLifetime("second", domain=ACME, plan="free", session_lifetime="8h")

    with pytest.raises(pulumi.RunError, match=rf"{ACME} is managed twice.*'first'.*'second'"):
        run(program)


@pytest.mark.parametrize(
    "options",
    [lambda *_: None, lambda *_: pulumi.ResourceOptions(), lambda *all_: pulumi.ResourceOptions(provider=all_[2])],
)
def test_without_a_provider_of_ours_there_is_none(options):
    """No options, empty ones, and a foreign provider alone leave the resource to the default provider."""
    seen: list[Any] = []
    run(lambda: seen.append(provider_of(options(*providers(auth0_sessions)))))
    assert seen == [None]


GIVEN: dict[str, Any] = {
    "domain": ACME,
    "client_id": "id",
    "client_assertion_signing_alg": "PS256",
    "audience": "aud",
    "client_secret": "s3",
    "client_assertion_private_key": "k1",
    "api_token": "t0",
}
LABELED = {"lab": {"apiToken": "t1"}}


@pytest.mark.parametrize(
    ("api", "own", "marks"),
    [
        (auth0_sessions, {}, {"auth0-sessions:provider": "p"}),
        (
            native,
            {"credentials": LABELED, "live_preview": True},
            {"plan": "free", "livePreview": "true", "__ofStack": "false"},
        ),
    ],
    ids=["dynamic", "native"],
)
def test_a_provider_marks_its_secrets_and_itself(api, own, marks):
    """Secrets are secret even if they were plain; a marker says what the process is for; the plan is the stack's."""
    given = run(lambda: api.Provider("p", **GIVEN, **own), config={"auth0-sessions:plan": "free"}).registered["p"]
    assert given.typ == f"pulumi:providers:{'auth0-sessions' if own else 'pulumi-python'}"
    sent = {key.removeprefix("auth0:"): value for key, value in given.inputs.items()}
    hidden = {key: value["value"] for key, value in sent.items() if rpc._special_sig_key in value}
    labeled = {"credentials": json.dumps(LABELED)} if own else {}
    assert hidden == {"clientSecret": "s3", "clientAssertionPrivateKey": "k1", "apiToken": "t0", **labeled}
    rest = {"domain": ACME, "clientId": "id", "clientAssertionSigningAlg": "PS256", "audience": "aud"}
    assert {key: value for key, value in sent.items() if key not in hidden} == {**rest, **marks}
