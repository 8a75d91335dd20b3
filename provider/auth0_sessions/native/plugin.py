"""The native plugin: Pulumi's provider protocol over gRPC, with one thread per call."""

from __future__ import annotations

import functools
import json
import traceback
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from threading import Event
from typing import Any, TypeVar

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.config import get_config_env
from pulumi.runtime.proto import plugin_pb2
from pulumi.runtime.proto import provider_pb2 as proto
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer

import auth0_sessions
from auth0_sessions.errors import URN, InputError, shown
from auth0_sessions.host.log import EngineLog, is_user_error
from auth0_sessions.host.process import confirm_engine
from auth0_sessions.host.sealed import secret
from auth0_sessions.lifecycle.claims import Claims
from auth0_sessions.lifecycle.diff import Change, Diff
from auth0_sessions.lifecycle.memory import Memory
from auth0_sessions.lifecycle.preview import NOTHING
from auth0_sessions.lifecycle.record import INPUT_DEFAULTS, State
from auth0_sessions.lifecycle.verbs import Verbs
from auth0_sessions.model.inputs import UNKNOWN, Problem
from auth0_sessions.model.spelling import CAMEL_CASE
from auth0_sessions.native import functions, remote
from auth0_sessions.native.ceilings import under_ceilings
from auth0_sessions.native.codec import PROVIDER, RESOURCE, TO_CAMEL, Props, from_wire, to_wire
from auth0_sessions.native.config import OF_STACK, SECRET_KEYS, ProviderConfig, check_config, is_of_stack
from auth0_sessions.native.schema import schema

T = TypeVar("T")
Verb = Callable[["Plugin", Any, grpc.ServicerContext], T]

_urn: ContextVar[str] = ContextVar("urn", default="")
"""The resource that this thread's call is for, so that log lines appear on its row."""


def _verb(call: Verb[T]) -> Verb[T]:
    """Report our own errors as plain text on the resource's row, and bugs with a traceback."""

    @functools.wraps(call)
    def wrapped(self: Plugin, request: Any, context: grpc.ServicerContext) -> T:
        _urn.set(getattr(request, "urn", ""))
        try:
            _refuse_other_types(_urn.get())
            return call(self, request, context)
        except Exception as error:
            if is_user_error(error):
                context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error).replace(URN, _urn.get() or URN))
            context.abort(grpc.StatusCode.INTERNAL, traceback.format_exc())
            raise

    return wrapped


def _refuse_other_types(urn: str) -> None:
    """Stop a call for a resource that this plugin does not have."""
    kind = urn.split("::")[2].rpartition("$")[2] if urn else RESOURCE
    if kind not in (RESOURCE, PROVIDER):
        message = f"This plugin has no resource {kind}; use {RESOURCE}."
        raise InputError(message)


class Plugin(ResourceProviderServicer):
    """The methods of the provider protocol; without the engine's address, `Attach` provides it later."""

    def __init__(self, engine_address: str | None) -> None:
        self._cancelled = Event()
        self._begin_run(engine_address, ProviderConfig({}))

    def _begin_run(self, engine_address: str | None, config: ProviderConfig) -> None:
        self._address = engine_address
        self._memory = Memory()
        self._is_configured = False
        self._start(config)

    def _start(self, config: ProviderConfig) -> None:
        log = EngineLog(self._address, _urn.get)
        self._config = config
        self._verbs = Verbs(
            log=log,
            sources=config.sources,
            bound_domain=config.bound_domain,
            default_domain=config.default_domain,
            cancelled=self._cancelled,
            claims=Claims(config.plan, log.warning, CAMEL_CASE),
            spelling=CAMEL_CASE,
            confirm=lambda: confirm_engine(self._address),
            memory=self._memory,
        )

    def GetPluginInfo(self, _request: Any, _context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:  # noqa: N802  The protocol's names.
        """Return the version."""
        return plugin_pb2.PluginInfo(version=auth0_sessions.__version__)

    def GetSchema(self, _request: Any, _context: grpc.ServicerContext) -> proto.GetSchemaResponse:  # noqa: N802
        """Return the package's schema."""
        return proto.GetSchemaResponse(schema=json.dumps(schema()))

    def Attach(self, request: Any, _context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        """Take the address of an engine that did not start this plugin, and whose run begins now."""
        self._begin_run(request.address, self._config)
        return empty_pb2.Empty()

    def Cancel(self, _request: Any, _context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        """Interrupt calls that are waiting."""
        self._cancelled.set()
        return empty_pb2.Empty()

    @_verb
    def CheckConfig(self, request: Any, _context: grpc.ServicerContext) -> proto.CheckResponse:  # noqa: N802
        """Check the provider's configuration, and mark its credentials as secrets."""
        given = from_wire(request.news).values
        response = proto.CheckResponse(failures=[_failure(problem, Props({})) for problem in check_config(given)])
        response.inputs.CopyFrom(request.news)
        response.inputs.update(_encrypted(given))
        if is_of_stack(given, get_config_env()):
            response.inputs.update({OF_STACK: "true"})
        return response

    @_verb
    def DiffConfig(self, request: Any, _context: grpc.ServicerContext) -> proto.DiffResponse:  # noqa: N802
        """Request a replacement if an explicit provider has moved, so that each tenant keeps its own credentials.

        After `Configure`, the engine asks again for each resource of the previous provider. `Diff` decides about
        those, so that a resource whose tenant is unchanged is not replaced.
        """
        old, new = ProviderConfig(from_wire(request.olds).values), ProviderConfig(from_wire(request.news).values)
        if self._is_configured or not new.has_moved_from(old):
            return proto.DiffResponse(changes=proto.DiffResponse.DIFF_UNKNOWN)
        return proto.DiffResponse(changes=proto.DiffResponse.DIFF_SOME, replaces=["domain"], diffs=["domain"])

    @_verb
    def Configure(self, request: Any, _context: grpc.ServicerContext) -> proto.ConfigureResponse:  # noqa: N802
        """Take the configuration of this provider."""
        self._start(ProviderConfig(from_wire(request.args).values))
        self._is_configured = True
        return proto.ConfigureResponse(acceptSecrets=True, supportsPreview=True, acceptResources=True)

    @_verb
    def Check(self, request: Any, _context: grpc.ServicerContext) -> proto.CheckResponse:  # noqa: N802
        """Check inputs offline, and report every problem on its property."""
        news = under_ceilings(from_wire(request.news), request.urn, self._config.ceilings, self._verbs.log)
        checked = self._verbs.check(news.record, from_wire(request.olds).record, _name_of(request.urn))
        inputs = to_wire(_without_defaults(checked.inputs, news), news.secrets)
        return proto.CheckResponse(inputs=inputs, failures=[_failure(problem, news) for problem in checked.problems])

    @_verb
    def Diff(self, request: Any, _context: grpc.ServicerContext) -> proto.DiffResponse:  # noqa: N802
        """Compare in minutes; a change of domain replaces the resource, creating the new one first."""
        olds, news = from_wire(request.olds).record, from_wire(request.news).inputs
        found = self._verbs.diff(olds, news)
        # A record of the dynamic resource is rewritten by an update that makes no API call.
        has_changes = found.changes or "__provider" in olds
        return proto.DiffResponse(
            changes=proto.DiffResponse.DIFF_SOME if has_changes else proto.DiffResponse.DIFF_NONE,
            replaces=[TO_CAMEL[name] for name in found.replaces],
            deleteBeforeReplace=not found.replaces,
            diffs=[TO_CAMEL[name] for name in found.inputs],
            detailedDiff=_detailed(found, news),
            hasDetailedDiff=True,
        )

    @_verb
    def Create(self, request: Any, _context: grpc.ServicerContext) -> proto.CreateResponse:  # noqa: N802
        """Start managing a tenant: 1 GET, 0 or 1 PATCH; a preview makes no calls unless `livePreview` is set."""
        given = from_wire(request.properties)
        if request.preview:
            outs = self._verbs.preview_create(given.inputs, reads=self._config.live_preview)
            return proto.CreateResponse(properties=to_wire(outs, given.secrets))
        state = self._verbs.create(given.inputs)
        return proto.CreateResponse(id=state.declared.domain, properties=_record(state, given.secrets))

    @_verb
    def Read(self, request: Any, _context: grpc.ServicerContext) -> proto.ReadResponse:  # noqa: N802
        """Refresh a managed tenant, or read one that is not managed: 1 GET."""
        outs, given = from_wire(request.properties), from_wire(request.inputs)
        if "previous" not in outs.values:
            # An import sends no properties; a look-up sends those that the program set, even if there are none.
            label = outs.values.get("credentials") or given.values.get("credentials")
            return self._read_unknown(request.id, label, is_look_up=request.HasField("properties"))
        state = self._verbs.refresh(outs.record)
        kept = _without_defaults(state.inputs(given.inputs), given)
        secrets = outs.secrets | given.secrets
        return proto.ReadResponse(id=request.id, properties=_record(state, secrets), inputs=to_wire(kept, secrets))

    def _read_unknown(self, id_: str, label: str | None, *, is_look_up: bool) -> proto.ReadResponse:
        """Read a tenant for a look-up or an import; an import leaves out inputs that have their defaults."""
        found = self._verbs.look_up(id_, label)
        state = found.adopted(self._config.plan)
        inputs = {name: value for name, value in state.declared.to_props().items() if value != INPUT_DEFAULTS.get(name)}
        outs = to_wire({**found.to_props(), "previous": state.previous}) if is_look_up else _record(state)
        return proto.ReadResponse(id=found.domain, properties=outs, inputs=to_wire(inputs))

    @_verb
    def Update(self, request: Any, _context: grpc.ServicerContext) -> proto.UpdateResponse:  # noqa: N802
        """Write what changed: 0 or 1 PATCH, and 1 GET only if a setting becomes managed."""
        olds, news = from_wire(request.olds).record, from_wire(request.news)
        if request.preview:
            outs = self._verbs.preview_update(olds, news.inputs)
            return proto.UpdateResponse(properties=to_wire(outs, news.secrets))
        state = self._verbs.update(olds, news.inputs)
        return proto.UpdateResponse(properties=_record(state, news.secrets))

    @_verb
    def Delete(self, request: Any, _context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        """Retain (no call), restore or reset (1 PATCH)."""
        self._verbs.delete(from_wire(request.properties).record)
        return empty_pb2.Empty()

    @_verb
    def Invoke(self, request: Any, _context: grpc.ServicerContext) -> proto.InvokeResponse:  # noqa: N802
        """Call a function."""
        result, problems = functions.call(request.tok, from_wire(request.args).values, self._verbs)
        response = proto.InvokeResponse(failures=[_failure(problem, Props({})) for problem in problems])
        getattr(response, "return").CopyFrom(to_wire(result))
        return response

    @_verb
    def Construct(self, request: Any, context: grpc.ServicerContext) -> proto.ConstructResponse:  # noqa: N802
        """Create a component; omitted arguments come from the configuration."""
        return remote.construct(request, context, self._address or "", self._config.given)


def _record(state: State, secrets: frozenset[str] = frozenset()) -> struct_pb2.Struct:
    """Return a record with null for unmanaged properties; a preview takes those that state does not have as unknown."""
    return to_wire({**NOTHING, **state.to_props()}, secrets)


def _without_defaults(inputs: Mapping[str, Any], given: Props) -> dict[str, Any]:
    """Return inputs without defaults that the program does not give: the record has them, once is enough in state."""
    return {name: value for name, value in inputs.items() if name in given.values or name not in INPUT_DEFAULTS}


def _failure(problem: Problem, given: Props) -> proto.CheckFailure:
    """Return a problem as a check failure; no property is named if the engine would print its secret value."""
    name, reason = TO_CAMEL.get(problem.property, problem.property), problem.reason
    if problem.property in given.secrets:
        value = given.values[problem.property]
        hidden = reason.replace(shown(value), "[secret]").replace(str(value), "[secret]")
        return proto.CheckFailure(reason=f"{name}: {hidden}")
    return proto.CheckFailure(property="" if problem.is_private else name, reason=reason)


def _detailed(found: Diff, news: Mapping[str, Any]) -> dict[str, proto.PropertyDiff]:
    def kind(name: str, change: Change) -> str:
        if name in found.replaces:
            return "UPDATE_REPLACE"
        # The program no longer gives an input, which has its default again.
        return change.name if name in news else "DELETE"

    return {
        TO_CAMEL[name]: proto.PropertyDiff(kind=proto.PropertyDiff.Kind.Value(kind(name, change)), inputDiff=False)
        for name, change in found.inputs.items()
    }


def _name_of(urn: str) -> str:
    """Return a resource's name for messages, with its parent's type if it has a parent."""
    *_, kind, name = urn.split("::")
    return f"'{name}' ({kind})" if "$" in kind else f"'{name}'"


def _encrypted(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the known credentials, marked as secrets and as text; an unknown one keeps the mark that it came with."""
    known = {key: given[key] for key in SECRET_KEYS if given.get(key) is not None and not _has_unknown(given[key])}
    return {key: secret(json.dumps(row) if isinstance(row, Mapping) else row) for key, row in known.items()}


def _has_unknown(value: Any) -> bool:
    return any(map(_has_unknown, value.values())) if isinstance(value, Mapping) else value is UNKNOWN
