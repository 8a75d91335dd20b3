"""The commands that only read: `plans`, `profiles` and `show`."""

import json
from functools import partial

import pytest

import command_line
from auth0_sessions.api.reader import TenantSessions
from auth0_sessions.model.plans import PLAN_LIMITS, Plan
from auth0_sessions.model.profiles import PROFILES
from auth0_sessions.model.settings import AUTH0_DEFAULTS, SETTINGS, text
from command_line import CREDENTIALS, FAILURE, FINE, SECRET, USAGE, cells_of

invoke = partial(command_line.invoke, **CREDENTIALS)


@pytest.fixture
def acme(auth0_sandbox):
    """A tenant of the essential plan whose absolute lifetime was set to 90 minutes."""
    tenant = auth0_sandbox.add_tenant("acme", plan="essential")
    tenant.dashboard(session_lifetime=90)
    return tenant


@pytest.mark.parametrize("plan", Plan)
def test_plans_shows_every_cap_in_every_unit(plan):
    """Days, hours and minutes of each plan, and where the figures come from."""
    result = invoke("plans")
    assert result.exit_code == FINE
    limits = PLAN_LIMITS[plan]
    rows = [line.split() for line in result.output.splitlines() if line.startswith(f"  {plan} ")]
    assert rows == [
        [plan, kind, f"{minutes // 1_440}", f"{minutes // 60:,}", f"{minutes:,}"]
        for kind, minutes in (("absolute", limits.absolute_minutes), ("idle", limits.idle_minutes))
    ]
    assert limits.source in result.output


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_profiles_shows_every_profile(profile):
    """Each has a row with its lifetimes, or that the cap applies, and its source."""
    figures = ["plan's cap" if one is None else text(one) for one in (profile.absolute_minutes, profile.idle_minutes)]
    (row,) = [
        cells_of(line) for line in invoke("profiles").output.splitlines() if line.startswith(f"  {profile.name} ")
    ]
    assert row[1:3] == figures
    assert row[4].startswith(profile.source)


def test_plans_for_programs():
    """The same as JSON, with the source of each row."""
    rows = json.loads(invoke("plans", "--format", "json").output)
    keys = ("absolute_minutes", "idle_minutes", "source", "inferred")
    assert rows == [{"plan": plan, **{key: getattr(row, key) for key in keys}} for plan, row in PLAN_LIMITS.items()]


def test_show_has_every_setting(acme):
    """Value, where it comes from, its share of the cap, and both units; two calls and no more."""
    result = invoke("show", acme.domain, "--plan", "essential")
    assert result.exit_code == FINE
    rows = {cells[0]: cells[1:] for line in result.output.splitlines() if (cells := cells_of(line))[0] in SETTINGS}
    assert rows == {
        "session_lifetime": ["1h30m", "<1%", "90", "1.5"],
        "idle_session_lifetime": ["3d*", "100%", "4,320", "72"],
        "ephemeral_session_lifetime": ["3d*", "10%", "4,320", "72"],
        "idle_ephemeral_session_lifetime": ["1d*", "33%", "1,440", "24"],
        "session_cookie_mode": ["persistent*"],
        "anonymous_session_lifetime": ["30d*", "43,200"],
    }
    assert acme.calls == ["POST /oauth/token", "GET /tenants/settings"]


@pytest.mark.parametrize(
    ("options", "words", "share"), [([], "Add --plan", 0), (["--plan", "free"], "! more than the plan allows", 4)]
)
def test_show_has_shares_of_a_plan(acme, options, words, share):
    """With a plan only; a value above the cap is marked. `AUTH0_DOMAIN` is used if no domain is given."""
    acme.dashboard(session_lifetime=86_400)
    output = invoke("show", *options, AUTH0_DOMAIN=acme.domain).output
    assert (words in output, output.count("%"), "200%!" in output) == (True, share, share > 0)


def test_show_for_programs(acme):
    """Minutes as numbers, the text beside them, and whether the tenant has it from Auth0."""
    found = json.loads(invoke("show", acme.domain, "--plan", "essential", "--format", "json").output)
    assert (found["domain"], found["plan"]) == (acme.domain, "essential")
    lifetime = {"value": "1h30m", "is_default": False, "minutes": 90, "cap_minutes": 43_200}
    assert found["settings"]["session_lifetime"] == lifetime
    assert found["settings"]["session_cookie_mode"] == {"value": "persistent", "is_default": True}


def test_show_reports_an_unusable_value_for_what_it_is(monkeypatch):
    """It has no value and is not a default, and the rest of the tenant is as usual."""
    values = {name: value for name, value in AUTH0_DEFAULTS.items() if name != "idle_session_lifetime"}
    odd = TenantSessions("acme.auth0.com", values, frozenset(), {"idle_session_lifetime": "0, which is not"})
    monkeypatch.setattr("auth0_sessions.api.reader.read_tenant_sessions", lambda *_, **__: odd)
    settings = json.loads(invoke("show", "acme.auth0.com", "--format", "json").output)["settings"]
    assert settings["idle_session_lifetime"] == {"value": None, "is_default": False, "unusable": "0, which is not"}
    lines = invoke("show", "acme.auth0.com", "--plan", "free").output.splitlines()
    rows = [cells_of(line) for line in lines]
    assert ["idle_session_lifetime", "unusable!"] in rows
    assert ["session_lifetime", "7d", "23%", "10,080", "168"] in rows
    assert "! idle_session_lifetime is 0, which is not." in lines


def test_show_uses_a_label(acme):
    """The label's credentials, and never the unlabeled ones."""
    labeled = {"AUTH0_BLUE_CLIENT_ID": "blue", "AUTH0_BLUE_CLIENT_SECRET": SECRET}
    assert invoke("show", acme.domain, "--credentials", "blue", **labeled).exit_code == FINE
    result = invoke("show", acme.domain, "--credentials", "green")
    assert result.exit_code == FAILURE
    assert "AUTH0_GREEN_CLIENT_ID" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show"], "Missing argument"),
        (["show", "not a domain"], "is not a tenant domain"),
        (["show", "a.auth0.com", "--credentials", "Not One"], "is not a label"),
        (["show", "a.auth0.com", "--plan", "gold"], "'gold'"),
        (["plans", "--format", "html"], "'html'"),
    ],
)
def test_what_cannot_be_done_is_reported(arguments, words):
    """Wrong usage is reported in words, on the error stream, with no traceback and no secret."""
    result = invoke(*arguments, COLUMNS="200")
    assert (result.exit_code, result.stdout) == (USAGE, "")
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert SECRET not in result.stderr
