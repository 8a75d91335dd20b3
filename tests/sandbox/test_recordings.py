"""The sandbox against recorded traffic: the same request must get the same session settings."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
import requests

from auth0_sessions.sandbox import Sandbox, Tenant, api, schema
from auth0_sessions.sandbox.answers import Answer, insufficient_scope, no_client_grant, too_many_requests
from auth0_sessions.sandbox.settings import Stored, as_hours
from auth0_sessions.sandbox.tokens import EXPIRED

FOLDER = Path(__file__).parents[1] / "recordings"
RECORDINGS = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("[01]*.json"))}
SESSION_KEYS = {*schema.LIFETIMES, "session_cookie"}
OPENAPI = json.loads((FOLDER / "oas_session_fields.json").read_text())
ERRORS = json.loads((FOLDER / "error_bodies.json").read_text())


def of_method(method: str) -> list[str]:
    """Name the recordings of a method."""
    return [name for name, recording in RECORDINGS.items() if recording["request"]["method"] == method]


def session_part(body: dict[str, Any]) -> dict[str, Any]:
    """Return an answer's session settings."""
    return {name: value for name, value in body.items() if name in SESSION_KEYS}


def foreign_part(body: dict[str, Any]) -> dict[str, Any]:
    """Return an answer's other settings."""
    return {name: value for name, value in body.items() if name in schema.FOREIGN}


def seeded(sandbox: Sandbox, body: dict[str, Any], without: Collection[str] = ()) -> Tenant:
    """Add a tenant that stores what an answer shows, except the settings that a request is about to write."""
    kept = {name: value for name, value in session_part(body).items() if name not in without}
    cookie = kept.pop("session_cookie", None)
    settings = {name: round(hours * 60) for name, hours in kept.items()}
    if cookie:
        settings["session_cookie_mode"] = cookie["mode"]
    return sandbox.add_tenant("recorded", settings=settings, foreign=foreign_part(body))


def send(tenant: Tenant, request: dict[str, Any]) -> dict[str, Any]:
    """Send a recorded request and return the answer's body."""
    headers = {"Authorization": f"Bearer {tenant.issue_token()}"}
    url = f"{tenant.domain}/api/v2/tenants/settings"
    body = request["body"]
    answer = requests.request(request["method"], url, json=body, headers=headers, timeout=10)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def written(request: dict[str, Any]) -> set[str]:
    """Name the session settings that a recorded PATCH writes."""
    return {name.removesuffix(schema.MINUTES_SUFFIX) for name in request["body"]}


def test_every_recording_is_replayed() -> None:
    """The suite holds all ten recordings, five of each method."""
    assert (len(of_method("GET")), len(of_method("PATCH"))) == (5, 5)


@pytest.mark.parametrize("name", of_method("GET"))
def test_a_recorded_get_is_answered_alike(auth0_sandbox: Sandbox, name: str) -> None:
    """A GET shows the recorded settings, foreign ones too, and only a GET shows the versions."""
    expected = RECORDINGS[name]["response"]["body"]

    actual = send(seeded(auth0_sandbox, expected), RECORDINGS[name]["request"])

    assert session_part(expected) == session_part(actual)
    assert foreign_part(expected) == foreign_part(actual)
    assert set(expected) == set(actual)


@pytest.mark.parametrize("name", of_method("PATCH"))
def test_a_recorded_patch_is_answered_alike(auth0_sandbox: Sandbox, name: str) -> None:
    """A PATCH answers the recorded session settings and leaves every key alone that it does not name."""
    request, expected = RECORDINGS[name]["request"], RECORDINGS[name]["response"]["body"]
    tenant = seeded(auth0_sandbox, {**expected, "error_page": {"html": ""}}, without=written(request))
    before = tenant.foreign

    actual = send(tenant, request)

    assert session_part(expected) == session_part(actual)
    assert "sandbox_versions_available" not in actual
    untouched = set(before) - set(request["body"])
    assert {key: before[key] for key in untouched} == {key: tenant.foreign[key] for key in untouched}
    assert {key for key, value in request["body"].items() if value is None}.isdisjoint(actual)


@pytest.mark.parametrize(("patch", "get"), [("01", "02"), ("03", "04")])
def test_a_get_after_a_patch_shows_the_recorded_settings(auth0_sandbox: Sandbox, patch: str, get: str) -> None:
    """What a recorded PATCH wrote, the GET recorded after it shows."""
    first, second = (
        next(recording for name, recording in RECORDINGS.items() if name.startswith(number)) for number in (patch, get)
    )
    tenant = auth0_sandbox.add_tenant("recorded")
    send(tenant, first["request"])

    expected = session_part(second["response"]["body"])

    assert expected == session_part(send(tenant, second["request"]))


def test_an_unset_tenant_becomes_the_recorded_one(auth0_sandbox: Sandbox) -> None:
    """Recording 09 on the tenant of recording 08 gives 09's answer, the cookie mode of 08 included."""
    tenant = seeded(auth0_sandbox, RECORDINGS["08_get_full_tenant"]["response"]["body"])
    recording = RECORDINGS["09_patch_all_four_hours"]

    expected = session_part(recording["response"]["body"])

    assert expected == session_part(send(tenant, recording["request"]))


def test_every_recorded_key_is_known() -> None:
    """Each key that was ever sent or answered has a row in the sandbox's tables."""
    seen = set()
    for recording in RECORDINGS.values():
        seen |= set(recording["request"]["body"] or {}) | set(recording["response"]["body"])

    assert set() == seen - {*schema.LIFETIME_KEYS, *schema.ANSWER_KEYS}


def test_the_openapi_extract_agrees_with_the_tables() -> None:
    """Each session field of the published schema is known, and its minimum is 1."""
    fields = OPENAPI["request"]["properties"]

    assert set() == set(fields) - {*schema.LIFETIME_KEYS, *schema.FOREIGN, "session_cookie"}
    assert {1} == {fields[name]["minimum"] for name in schema.LIFETIME_KEYS}
    assert tuple(OPENAPI["components"]["SessionCookieModeEnum"]["enum"]) == schema.COOKIE_MODE.choices


def test_a_new_tenant_is_like_the_recorded_one() -> None:
    """What a tenant starts with has keys and types of the full tenant of recording 08."""
    recorded = RECORDINGS["08_get_full_tenant"]["response"]["body"]

    assert {
        key: type(value) for key, value in Stored().foreign.items() if not isinstance(value, type(recorded[key]))
    } == {}


@pytest.mark.parametrize(("minutes", "hours"), [(181, 3.0166666666666666), (5, 0.08333333333333333), (60, 1)])
def test_minutes_are_shown_as_the_recorded_hours(minutes: int, hours: float) -> None:
    """Hours are a plain double, and an integer when whole, as the recordings print them."""
    assert json.dumps(hours) == json.dumps(as_hours(minutes))


@pytest.mark.parametrize(
    ("answer", "source"),
    [
        (insufficient_scope("read:rate_limit_policies"), "auth0-deploy-cli test/e2e"),
        (too_many_requests("get"), "auth0-reset-tenant#31"),
        (too_many_requests("token"), "custom-rate-limit-policies"),
        (no_client_grant("https://TENANT/api/v2/"), "ruby-auth0#610"),
    ],
)
def test_refusals_are_worded_as_they_were_seen(answer: Answer, source: str) -> None:
    """The sandbox's refusals are those of the collected bodies, word for word."""
    expected = next(row for row in ERRORS if source in row["source"])

    assert (expected["status"], expected["body"]) == (answer.status, json.loads(answer.body))


def test_the_wording_of_an_expired_token_was_quoted() -> None:
    """The refusal of an expired token is the quoted one, and so is the grant the sandbox knows."""
    assert EXPIRED in {row.get("message") for row in ERRORS}
    assert api.GRANT == "client_credentials"


@pytest.mark.parametrize(
    ("key", "value"),
    [("idle_session_lifetime", 1.5), ("session_lifetime_in_minutes", None), ("session_lifetime", 20160)],
)
def test_quoted_refusals_of_a_patch_are_repeated(auth0_sandbox: Sandbox, key: str, value: Any) -> None:
    """A body that users were refused for is refused in the quoted words."""
    tenant = auth0_sandbox.add_tenant("acme")
    headers = {"Authorization": f"Bearer {tenant.issue_token()}"}

    answer = requests.patch(f"{tenant.domain}/api/v2/tenants/settings", json={key: value}, headers=headers, timeout=10)

    quoted = [row["message"] for row in ERRORS if row["endpoint"] == "PATCH /tenants/settings"]
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "invalid_body")
    assert any(answer.json()["message"].startswith(message) for message in quoted)
