"""What each verb does under each sandbox fault: the table that the tests check and the documentation shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import OK
from typing import Any

from requests.structures import CaseInsensitiveDict

from auth0_sessions.api.credentials import ClientCredentials
from auth0_sessions.api.failures import Attempt, no_answer, refused, unusable
from auth0_sessions.api.http import ExchangeError, Reply, Trouble
from auth0_sessions.errors import Auth0SessionsError
from auth0_sessions.sandbox.answers import Answer
from auth0_sessions.sandbox.faults import Fault, FaultRule

SURVIVED = "survived"

CALLS: Mapping[str, frozenset[str]] = {
    "create": frozenset({"token", "get", "patch"}),
    "read": frozenset({"token", "get"}),
    "update": frozenset({"token", "patch"}),
    "delete, restore": frozenset({"token", "patch"}),
    "delete, reset": frozenset({"token", "patch"}),
    "delete, retain": frozenset(),
}
"""Verb -> the operations that it calls, in its own process."""

CREDENTIALS = ClientCredentials("id", "secret", None, "SOURCE", is_stale=True)
ATTEMPTS = {
    "token": Attempt("TENANT", "get a Management API token", CREDENTIALS, is_login=True),
    "get": Attempt("TENANT", "read the session settings", CREDENTIALS),
    "patch": Attempt("TENANT", "write the session settings", CREDENTIALS),
}
"""Each operation, as messages describe it."""

WAITS = {Fault.RATE_LIMITED: 1, Fault.RETRY_AFTER: 2}
"""How many seconds the faults ask to wait that do."""

LOST = {
    Fault.HANG: "no answer in time",
    Fault.DROP_BEFORE: "the connection was closed before the answer was complete",
    Fault.DROP_AFTER: "the connection was closed before the answer was complete",
}
DONE = {Fault.HTML_OK, Fault.TRUNCATED_JSON, Fault.WRONG_TYPES, Fault.NOT_AN_OBJECT}
"""The faults whose status is 2xx, so that a write is done whatever comes with it."""

FINAL_AT_CALL = {Fault.INSUFFICIENT_SCOPE, Fault.BAD_REQUEST, Fault.REDIRECT, Fault.WRONG_TYPES}
FINAL_AT_LOGIN = {*FINAL_AT_CALL, Fault.EXPIRED_TOKEN, Fault.INVALID_TOKEN} - {Fault.WRONG_TYPES}
"""The faults that fail a verb although they occur only once."""

REFUSALS = {*FINAL_AT_LOGIN, *WAITS} - {Fault.REDIRECT}
"""The faults after which a write is known to have changed nothing."""


def final_at(operation: str) -> set[Fault]:
    """Return the faults that fail an operation although they occur only once."""
    return FINAL_AT_LOGIN if operation == "token" else FINAL_AT_CALL


def survives(verb: str, fault: Fault, operation: str, *, stays: bool) -> bool:
    """Return whether a verb succeeds although one operation meets a fault."""
    if operation not in CALLS[verb] or (operation == "patch" and fault in DONE):
        return True
    return not stays and fault not in final_at(operation)


def error(operation: str, fault: Fault) -> str:
    """Return the error of an operation that meets a lasting fault."""
    if operation == "get" and fault is Fault.WRONG_TYPES:
        return (
            "TENANT: the tenant reports SETTING as VALUE, which is not a lifetime. Correct it in the Dashboard or "
            "through the Management API, or remove it from the program."
        )
    return str(_error(ATTEMPTS[operation], operation, fault))


def _error(attempt: Attempt, operation: str, fault: Fault) -> Auth0SessionsError:
    answer = FaultRule(kind=fault).instead(operation, "TENANT/api/v2/", 0.0)
    if isinstance(answer, Answer):
        asked = WAITS.get(fault)
        too_long = f"the tenant asks to wait {asked} s, longer than is left of the 120 s limit" if asked else None
        reply = Reply(
            answer.status,
            CaseInsensitiveDict({name: value or "" for name, value in answer.headers.items()}),
            answer.body,
        )
        return refused(attempt, reply, _json(answer.body), too_long)
    if fault in LOST:
        return no_answer(attempt, ExchangeError(Trouble.NO_ANSWER, LOST[fault]), 0)
    if fault is Fault.TRUNCATED_JSON:
        return refused(attempt, Reply(OK, {"Content-Type": "application/json"}, b""), None)
    what = "without a usable access_token" if attempt.is_login else "that is not a JSON object"
    return unusable(attempt, f"an answer {what}", OK)


def _json(body: bytes) -> Any:
    """Return a body's JSON, or None."""
    try:
        return json.loads(body)
    except ValueError:
        return None
