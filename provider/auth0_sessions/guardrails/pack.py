"""The four policies, and the pack that serves them to the engine."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

import grpc
import pulumi_policy.policy
from google.protobuf import json_format, struct_pb2
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY

from auth0_sessions.errors import InputError
from auth0_sessions.guardrails.config import (
    BASELINE,
    PLAN_CAP,
    ROUNDING,
    SCHEMAS,
    UNDECLARED,
    Config,
    plan_ceiling,
    read_config,
)
from auth0_sessions.guardrails.declared import HOUR, Declared, Resource, in_hours, read_resource
from auth0_sessions.model.judgment import Ceiling, judge
from auth0_sessions.model.settings import ABSOLUTE, IDLE, text

NAME = "auth0-sessions"

Finder = Callable[[Resource, Config], Iterator[str]]

_secrets: ContextVar[frozenset[str]] = ContextVar("secrets")
"""The names of the secret inputs of the resource that this thread analyzes. They have no default, so that no
policy runs before they are known."""


def above_baseline(resource: Resource, config: Config) -> Iterator[str]:
    """Return a message for each lifetime above the baseline, and for each that cannot be compared with it."""
    for setting, declared in resource.known.items():
        if declared.minutes is None:
            yield f"{declared.name} is {declared.shown}, so it cannot be held to the baseline."
        else:
            yield from _above(setting, declared, config.baseline(setting))


def above_cap(resource: Resource, config: Config) -> Iterator[str]:
    """Return a message for each lifetime above the cap of the resource's plan, or of the configured one."""
    plan = resource.plan or config.plan
    if plan is not None and not resource.is_plan_unknown:
        for setting, declared in resource.known.items():
            yield from _above(setting, declared, plan_ceiling(plan, setting))


def _above(setting: str, declared: Declared, ceiling: Ceiling | None) -> Iterator[str]:
    """Return a message if a lifetime, or what the tenant gets for it, exceeds a ceiling."""
    longest = math.ceil(max(declared.minutes or 0, declared.written_minutes or 0))
    judged = judge(setting, longest, ceiling=ceiling)
    if judged.ceiling is not None:
        advice = f"Set {declared.name} to {declared.most(judged.ceiling.minutes)} or less."
        yield f"{declared.name} is {declared.shown}; {judged.above_ceiling}. {advice}"


def rounded(resource: Resource, _config: Config) -> Iterator[str]:
    """Return a message for each hours value that the official provider rounds."""
    for declared in resource.known.values():
        if declared.is_rounded:
            yield f"{declared.name} is {declared.shown}. {_instead_of(declared)}"


def _instead_of(declared: Declared) -> str:
    minutes = declared.minutes or 0
    ours = "the SessionLifetime of auth0-sessions"
    if declared.is_secret:
        return f"The official provider rounds it to whole hours. Use whole hours, or {ours}, which keeps every minute."
    if minutes < HOUR:
        return f"Use {in_hours(declared.written_minutes)}."
    below = minutes // HOUR * HOUR
    exact = f", or {ours}, which keeps {text(int(minutes))}" if declared.is_whole else ""
    return f"Use {in_hours(below)} or {in_hours(below + HOUR)}{exact}."


def undeclared(resource: Resource, _config: Config) -> Iterator[str]:
    """Return a message for each lifetime of persistent sessions that is not declared."""
    for setting in (ABSOLUTE, IDLE):
        if setting not in resource.lifetimes:
            name = resource.spelling.name(setting)
            yield f"{name} is not declared, so it is not enforced: the tenant keeps its own value. Declare {name}."


def policies() -> list[Policy]:
    """Return the four policies."""
    mandatory, advisory = EnforcementLevel.MANDATORY, EnforcementLevel.ADVISORY
    return [
        _policy(BASELINE, mandatory, "A session lifetime must not exceed the baseline.", above_baseline),
        _policy(PLAN_CAP, mandatory, "A session lifetime must not exceed the cap of the tenant's plan.", above_cap),
        _policy(ROUNDING, advisory, "A session lifetime should reach the tenant as it is declared.", rounded),
        _policy(UNDECLARED, advisory, "Both lifetimes of persistent sessions should be declared.", undeclared),
    ]


def _policy(name: str, level: EnforcementLevel, description: str, find: Finder) -> ResourceValidationPolicy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        resource = read_resource(args.resource_type, args.props, _secrets.get())
        if resource is None:
            args.not_applicable("It declares no session lifetimes.")
            return
        config = read_config(name, args.get_config())
        if args.name in config.exempt:
            args.not_applicable("It is exempt by name.")
            return
        for message in find(resource, config):
            report(message, None)

    return ResourceValidationPolicy(name, description, validate, level, PolicyConfigSchema(dict(SCHEMAS[name])))


class Analyzer(pulumi_policy.policy._PolicyAnalyzerServicer):  # noqa: SLF001  It has no public name or hook.
    """The pack's server, which does what a policy cannot: reject a configuration up front, and recognize secrets."""

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802  The protocol's names.
        """Reject an invalid configuration before the engine analyzes any resource."""
        problems = []
        for policy, given in request.policyConfig.items():
            try:
                if policy in SCHEMAS:
                    read_config(policy, json_format.MessageToDict(given.properties))
                elif policy != "all":
                    problems.append(f"{policy!r} is not a policy; allowed: {', '.join(SCHEMAS)}.")
            except InputError as error:
                problems.append(str(error))
        if problems:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "\n".join(problems))
        return super().Configure(request, context)  # type: ignore[no-untyped-call]

    def Analyze(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Run the policies on a resource whose secrets are known by name."""
        _secrets.set(frozenset(name for name, value in request.properties.fields.items() if _is_secret(value)))
        return super().Analyze(request, context)  # type: ignore[no-untyped-call]


def _is_secret(value: struct_pb2.Value) -> bool:
    fields = value.struct_value.fields
    return SPECIAL_SIG_KEY in fields and fields[SPECIAL_SIG_KEY].string_value == SPECIAL_SECRET_SIG


def policy_pack() -> None:
    """Serve the pack until the engine that started this process ends it."""
    # `PolicyPack` looks up its server class by this name.
    pulumi_policy.policy._PolicyAnalyzerServicer = Analyzer  # type: ignore[misc]  # noqa: SLF001
    PolicyPack(NAME, policies(), EnforcementLevel.MANDATORY)
