"""An export: what each live tenant has, declared so that a fleet of the file writes nothing."""

import json
import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.api.reader import TenantSessions
from auth0_sessions.errors import InputError, TenantUnreachableError
from auth0_sessions.fleet.entries import Defaults, plan_fleet
from auth0_sessions.fleet.export import export
from auth0_sessions.fleet.file import read_tenants_file
from auth0_sessions.model.choices import Enforce
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.profiles import PROFILES, Profile
from auth0_sessions.model.settings import AUTH0_DEFAULTS, LOGIN_LIFETIMES, SETTINGS, CookieMode
from auth0_sessions.model.spelling import camel_case

DAY = 1_440


def holding(**tenants):
    """Return what reads tenants by the first part of their domain: what each was ever set to, or why it is not read.

    Text in place of a value is why that is unusable.
    """

    def read(domain, _label):
        found = tenants.get(domain.partition(".")[0], {})
        if isinstance(found, str):
            raise TenantUnreachableError(found)
        unusable = {name: value for name, value in found.items() if str(value).startswith("unusable")}
        values = {name: value for name, value in {**AUTH0_DEFAULTS, **found}.items() if name not in unusable}
        return TenantSessions(domain, values, frozenset(SETTINGS) - found.keys(), unusable)

    return read


@pytest.fixture
def exported(tmp_path):
    """What exports a text and returns the file that comes of it, with what came beside it."""

    def _export(text, name="tenants.yaml", *, only_set=False, **tenants):
        path = tmp_path / name
        path.write_text(text)
        made = export(read_tenants_file(path), name, read=holding(**tenants), only_set=only_set)
        return made.document.text(), made

    return _export


def said(text, key):
    """Return the lines of a file that set a key, without their indentation, and what comments say of it."""
    lines = [line.strip() for line in text.splitlines()]
    remarks = [re.fullmatch("# export: ([A-Za-z, ]+): (.*)[.]", line) for line in lines]
    phrases = [f"# {found[2]}" for found in remarks if found and key in found[1].split(", ")]
    return [*(line for line in lines if line.startswith(f"{key}:")), *phrases]


ACME = "plan: {}\nprofile: {}\ntenants:\n  acme:\n    domain: acme.auth0.com\n    credentials: acme\n"


def test_every_lifetime_is_declared(exported):
    """All four lifetimes, each default with a comment that says so, and the cookie mode only where it was set."""
    text, made = exported(ACME.format("free", "balanced"), acme={"session_lifetime": 90})
    assert text.partition("profile: balanced\n")[2] == (
        "tenants:\n"
        "  # export: idleSessionLifetime, ephemeralSessionLifetime, idleEphemeralSessionLifetime: Auth0's default, "
        "never set.\n"
        "  # export: idleSessionLifetime: longer than sessionLifetime, so it never ends a session.\n"
        "  acme:\n"
        "    domain: acme.auth0.com\n"
        "    credentials: acme\n"
        "    sessionLifetime: 1h30m\n"
        "    idleSessionLifetime: 3d\n"
        "    ephemeralSessionLifetime: 3d\n"
        "    idleEphemeralSessionLifetime: 1d\n"
    )
    assert (made.unread, made.notes) == ({}, [])


def test_a_value_that_cannot_be_declared_is_left_out_and_named(exported):
    """An unusable value, and one above the API's range, have no line in the entry; a comment and a note say why."""
    found = {"idle_session_lifetime": "unusable", "session_cookie_mode": "unusable", "session_lifetime": 400 * DAY}
    text, made = exported(ACME.format("enterprise", "convenient"), acme=found)
    assert [said(text, camel_case(name)) for name in found] == [[], [], []]
    left = [
        "`pulumi up` would write sessionLifetime 365d; the tenant has 400d.",
        "The tenant reports idleSessionLifetime as unusable.",
        "The tenant reports sessionCookieMode as unusable.",
    ]
    assert made.notes == [f"acme: {sentence}" for sentence in left]
    assert re.findall("  # export: (.*)", text)[1:] == left


@pytest.mark.parametrize(
    ("before", "found", "expected"),
    [
        ("", {}, []),
        ("", {"session_cookie_mode": "persistent"}, ["sessionCookieMode: persistent"]),
        ("", {"session_cookie_mode": "non-persistent"}, ["sessionCookieMode: non-persistent"]),
        (
            "    sessionCookieMode: non-persistent\n",
            {},
            ["sessionCookieMode: persistent", "# Auth0's default, never set"],
        ),
    ],
)
def test_the_cookie_mode(exported, before, found, expected):
    """It is there where it was ever set, or where the file declares it, as the tenant has it."""
    assert said(exported(ACME.format("free", "balanced") + before, acme=found)[0], "sessionCookieMode") == expected


def test_only_set(exported):
    """Auth0's defaults are left out, and what a fleet would write nevertheless is noted in the file and the result."""
    text, made = exported(ACME.format("free", "balanced"), only_set=True, acme={"session_lifetime": 90})
    entry = yaml.safe_load(text)["tenants"]["acme"]
    assert entry == {"domain": "acme.auth0.com", "credentials": "acme", "sessionLifetime": "1h30m"}
    has = {"idleSessionLifetime": "3d", "ephemeralSessionLifetime": "3d", "idleEphemeralSessionLifetime": "1d"}
    lines = [f"`pulumi up` would write {key} 1h30m; the tenant has {value}." for key, value in has.items()]
    assert re.findall("  # export: (.*)", text) == lines
    assert made.notes == [f"acme: {line}" for line in lines]
    text, made = exported(ACME.format("free", "balanced"), only_set=True, acme={"session_lifetime": 20 * DAY})
    assert ("would write session" in text, made.notes) == (False, [])


@pytest.mark.parametrize(
    ("plan", "minutes", "phrase"),
    [
        ("essential", 30 * DAY, None),
        ("essential", 30 * DAY + 1, "the essential plan allows at most 30d"),
        ("enterprise", 365 * DAY, None),
        ("", 30 * DAY, None),
        ("", 30 * DAY + 1, "only the enterprise plan allows more than 30d"),
    ],
)
def test_a_value_above_the_cap(exported, plan, minutes, phrase):
    """It gets `overLimit: warn` and a comment, also where no plan is named and only the largest one allows it."""
    text, made = exported(ACME.format(plan, "balanced"), acme={"session_lifetime": minutes})
    assert said(text, "sessionLifetime")[1:] == ([f"# {phrase}"] if phrase else [])
    assert said(text, "overLimit") == (
        ["overLimit: warn", "# sends a value above the plan's cap unchanged"] if phrase else []
    )
    needs = "No plan is set for acme. A fleet needs the plan of each tenant."
    assert made.notes == ([] if plan else [needs])


def test_another_way_to_treat_the_cap_gives_way(exported):
    """An entry that would lower a value above the cap sends it as it is from now on."""
    before = ACME.format("free", "balanced") + "    overLimit: clamp\n"
    assert said(exported(before, acme={"session_lifetime": 40 * DAY})[0], "overLimit")[0] == "overLimit: warn"
    assert said(exported(before)[0], "overLimit") == ["overLimit: clamp"]


@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
def test_a_profile_that_allows_less(exported, name):
    """A tenant with more than its profile allows gets profile balanced; one within it keeps its profile."""
    most = PROFILES["nist-aal3"].minutes(name)
    for minutes, added in (
        (most, []),
        (most + 1, ["profile: balanced", "# the tenant has more than 'nist-aal3' allows"]),
    ):
        text, _ = exported(ACME.format("free", "nist-aal3"), acme={**dict.fromkeys(LOGIN_LIFETIMES, 1), name: minutes})
        assert said(text, "profile") == ["profile: nist-aal3", *added]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("tenants.yaml", "acme:\n  domain: acme.auth0.com\n", ["  profile: balanced"]),
        ("tenants.yaml", "tenants:\n  acme:\n    domain: acme.auth0.com\n", ["profile: balanced"]),
        ("tenants.yaml", "profile: nist-aal1\ntenants:\n  acme:\n    domain: acme.auth0.com\n", ["profile: nist-aal1"]),
        ("tenants.yaml", "acme:\n  domain: acme.auth0.com\n  profile: nist-aal1\n", ["  profile: nist-aal1"]),
        ("Pulumi.prod.yaml", "config:\n  auth0-sessions:tenants:\n    acme:\n      domain: acme.auth0.com\n", []),
    ],
)
def test_the_profile_is_named(exported, name, text, expected):
    """Where a file does not say which profile its tenants have, it names one: a stack may have a stricter one."""
    made, _ = exported(text, name)
    assert [line for line in made.splitlines() if line.strip().startswith("profile:")] == expected


def test_a_tenant_that_cannot_be_read_is_kept(exported):
    """Its entry is as it was, with a comment above that says why; the others are exported."""
    before = "free: {domain: gone.auth0.com, plan: free, profile: balanced}\n"
    text, made = exported(f"{before}acme: {{domain: acme.auth0.com, plan: free}}\n", gone="No answer.\nTry again.")
    assert before in text
    assert "# export: Not read: No answer.\n# export: Try again.\n" in text
    assert made.unread == {"free": "No answer.\nTry again."}
    assert said(text, "sessionLifetime") == ["sessionLifetime: 7d", "# Auth0's default, never set"]


def test_a_list_that_a_stack_names(tmp_path):
    """The file that has the list is the one that is completed, by the plan and the profile of the stack."""
    (tmp_path / "Pulumi.yaml").write_text("name: x\nconfig:\n  auth0-sessions:plan: essential\n")
    stack = tmp_path / "Pulumi.prod.yaml"
    stack.write_text("config:\n  auth0-sessions:profile: strict\n  auth0-sessions:tenants: list.yaml\n")
    (tmp_path / "list.yaml").write_text("# mine\nacme:\n  domain: acme.auth0.com\n")
    made = export(read_tenants_file(stack), "x", read=holding(acme={"session_lifetime": 40 * DAY}))
    text = made.document.text()
    assert re.search("# mine\n(# export: .*\n)+acme:\n", text)
    assert said(text, "profile") == ["profile: balanced", "# the tenant has more than 'strict' allows"]
    assert said(text, "overLimit") != []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("acme: {}", "acme: domain is missing"),
        ("profile: lax\ntenants: {acme: {domain: acme.auth0.com}}", "the fleet: profile is 'lax'"),
        ("acme: {domain: acme.auth0.com, sessionLifetime: 720}", "acme: sessionLifetime: 720 has no unit"),
    ],
)
def test_a_file_with_mistakes_is_refused(tmp_path, text, problem):
    """Everything that is wrong is said before any tenant is read."""
    path = tmp_path / "tenants.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=re.escape(problem)):
        export(read_tenants_file(path), "x", read=lambda *_: pytest.fail("read"))


MINUTES = st.integers(1, 525_600)
FOUND = st.fixed_dictionaries(
    {}, optional={**dict.fromkeys(LOGIN_LIFETIMES, MINUTES), "session_cookie_mode": st.sampled_from(CookieMode)}
)
ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "plan": st.sampled_from(Plan),
        "profile": st.sampled_from(Profile),
        "enforce": st.sampled_from(Enforce),
        "overLimit": st.sampled_from(("error", "clamp", "warn")),
        "sessionLifetime": MINUTES.map("{}m".format),
        "sessionCookieMode": st.sampled_from(CookieMode),
    },
)
BESIDE = st.fixed_dictionaries(
    {}, optional={"plan": st.sampled_from(Plan), "profile": st.sampled_from(Profile), "enforce": st.just("at-most")}
)


@given(st.lists(st.tuples(ENTRY, FOUND), min_size=1, max_size=3), st.none() | BESIDE, st.data())
def test_a_fleet_of_the_file_writes_nothing(tmp_path_factory, tenants, beside, data):
    """No value differs, whatever the tenants have and whatever plan and profile a stack adds."""
    path = tmp_path_factory.mktemp("export") / "tenants.yaml"
    listed = {f"t{place}": {"domain": f"t{place}.auth0.com", **entry} for place, (entry, _) in enumerate(tenants)}
    written = listed if beside is None else {**beside, "tenants": listed}
    path.write_text(yaml.safe_dump(json.loads(json.dumps(written))))
    live = {f"t{place}": found for place, (_, found) in enumerate(tenants)}
    made = export(read_tenants_file(path), "x", read=holding(**live))
    path.write_text(made.document.text())
    file = read_tenants_file(path)
    plan = file.plan or data.draw(st.sampled_from(Plan))
    profile = file.profile or data.draw(st.sampled_from(Profile))
    fleet = plan_fleet(file.tenants, Defaults(plan, profile, file.profiles, file.enforce))
    assert fleet.problems == []
    for tenant in fleet.tenants.values():
        found = {**AUTH0_DEFAULTS, **live[tenant.name]}
        applied = {name: tenant.picked.applied(name, found[name]) for name in LOGIN_LIFETIMES}
        assert applied == {name: found[name] for name in LOGIN_LIFETIMES}
        assert tenant.rest.get("session_cookie_mode", found["session_cookie_mode"]) == found["session_cookie_mode"]
