"""The package's functions: read a live tenant's sessions, and look up a plan's limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auth0_sessions.errors import InputError
from auth0_sessions.lifecycle.check import missing_domain
from auth0_sessions.lifecycle.verbs import Verbs
from auth0_sessions.model.choices import choose
from auth0_sessions.model.inputs import PLAN_ADVICE, Problem
from auth0_sessions.model.plans import PLAN_LIMITS, Plan
from auth0_sessions.model.spelling import CAMEL_CASE
from auth0_sessions.native.codec import PACKAGE, TO_CAMEL

GET_TENANT_SESSIONS = f"{PACKAGE}:index:getTenantSessions"
GET_PLAN_LIMITS = f"{PACKAGE}:index:getPlanLimits"


def call(token: str, given: Mapping[str, Any], verbs: Verbs) -> tuple[dict[str, Any], list[Problem]]:
    """Call a function; return its result, or the problems with its arguments."""
    if token == GET_TENANT_SESSIONS:
        return _tenant_sessions(given, verbs)
    if token == GET_PLAN_LIMITS:
        return _plan_limits(given)
    message = f"This plugin has no function {token}; use {GET_TENANT_SESSIONS} or {GET_PLAN_LIMITS}."
    raise InputError(message)


def _tenant_sessions(given: Mapping[str, Any], verbs: Verbs) -> tuple[dict[str, Any], list[Problem]]:
    domain, label = given.get("domain") or verbs.default_domain, given.get("credentials")
    if domain is None:
        return {}, [missing_domain(CAMEL_CASE)]
    try:
        found = verbs.look_up(domain, label)
    except InputError as error:
        return {}, [Problem("domain", str(error), is_private=True)]
    props = {name: value for name, value in found.to_props().items() if name != "credentials"}
    return {**props, "defaults": [TO_CAMEL[name] for name in found.values if name not in found.found]}, []


def _plan_limits(given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    try:
        plan = choose(Plan, given.get("plan"), "plan", PLAN_ADVICE)
    except InputError as error:
        return {}, [Problem("plan", str(error))]
    limits = PLAN_LIMITS[plan]
    return {
        "plan": plan.value,
        "absoluteMinutes": limits.absolute_minutes,
        "idleMinutes": limits.idle_minutes,
        "source": limits.source,
    }, []
