"""One provider process over the core, on plain dictionaries and tenants in memory."""

import json
from contextlib import contextmanager

import pytest

from auth0_sessions.api.sources import in_environment
from auth0_sessions.api.tokens import ApiToken
from auth0_sessions.errors import (
    Auth0SessionsError,
    BadRequestError,
    CredentialsError,
    DomainError,
    TenantUnreachableError,
)
from auth0_sessions.lifecycle.claims import Claims
from auth0_sessions.lifecycle.diff import Change
from auth0_sessions.lifecycle.memory import Memory
from auth0_sessions.lifecycle.verbs import Verbs
from auth0_sessions.model.choices import OnDelete
from auth0_sessions.model.inputs import SECRETS, UNKNOWN
from auth0_sessions.model.settings import AUTH0_DEFAULTS
from auth0_sessions.model.spelling import CAMEL_CASE
from fakes import FakeLog, FakeTenant

ACME, OTHER = "acme.eu.auth0.com", "other.eu.auth0.com"
INPUTS = {"domain": ACME, "session_lifetime": "8h", "over_limit": "error", "on_delete": "restore"}
ENVIRONMENT = {
    "AUTH0_API_TOKEN": "token",
    "AUTH0_DOMAIN": ACME,
    "AUTH0_BLUE_CLIENT_ID": "blue",
    "AUTH0_BLUE_CLIENT_SECRET": "secret",
}


class World:
    """Tenants in memory by their domain, and what was asked of them.

    Attributes:
        tenants: Domain -> tenant.
        connected: Domain and found credentials of each client that was made, with the way to show a wait.
        log: What they said.

    """

    def __init__(self):
        self.tenants = {ACME: FakeTenant(), OTHER: FakeTenant()}
        self.connected = []
        self.log = FakeLog()

    def verbs(self, **arguments):
        """Return the verbs of a process for these tenants."""
        return Verbs(log=self.log, sources=self.sources, connect=self.connect, **arguments)

    def sources(self, label):
        """Return the places of a label."""
        return [[in_environment(ENVIRONMENT, label)]]

    def connect(self, domain, find_credentials, on_wait, _cancelled):
        """Return what begins an operation on a tenant, and note who asked for it and how."""
        self.connected.append((domain, find_credentials, on_wait))
        return lambda: self.tenants[domain]

    def credentials_of(self, index=0):
        """Return the credentials that a client of these would use."""
        return self.connected[index][1]()


@pytest.fixture
def world():
    """Two tenants on which nothing was ever set."""
    return World()


def reasons(checked):
    """Return property -> reason of what is wrong."""
    return {problem.property: problem.reason for problem in checked.problems}


# Check.


def test_a_check_is_offline(world):
    """Neither a client nor credentials are needed."""
    checked = world.verbs().check({"domain": ACME, "session_lifetime": "1440m"}, {})
    assert (checked.inputs["session_lifetime"], checked.problems, world.connected) == ("1d", [], [])


def test_warnings_are_shown_where_nothing_is_wrong(world):
    """A resource that will not be made needs no advice about its values."""
    useless = {"domain": ACME, "session_lifetime": "1h", "idle_session_lifetime": "2h"}
    world.verbs().check({**useless, "plan": "gold"}, {})
    assert world.log.warnings == []
    world.verbs().check(useless, {})
    assert ["never ends a session" in line for line in world.log.warnings] == [True]


@pytest.mark.parametrize(
    ("verbs", "expected"),
    [
        ({"default_domain": OTHER}, {}),
        ({"bound_domain": ACME}, {"domain": f"is for {ACME} only"}),
        ({"may_move": False}, {"domain": f"now points to {OTHER}"}),
    ],
    ids=["default", "bound", "may not move"],
)
def test_what_a_front_end_knows_decides_about_the_domain(world, verbs, expected):
    """The default domain, the only domain, and whether credentials may move go into every check."""
    news = {"session_lifetime": "8h", **({} if "default_domain" in verbs else {"domain": OTHER})}
    checked = world.verbs(**verbs).check(news, {"domain": ACME, "on_delete": "reset"})
    assert checked.inputs["domain"] == OTHER
    assert reasons(checked).keys() == expected.keys()
    assert all(words in reasons(checked)[name] for name, words in expected.items())


def test_messages_are_spelled_as_the_front_end_says(world):
    """Checks, warnings and operations use its spelling."""
    verbs = world.verbs(spelling=CAMEL_CASE)
    checked = verbs.check({"domain": ACME, "session_lifetime": "31d", "plan": "free"}, {})
    assert reasons(checked)["session_lifetime"].startswith("sessionLifetime is 31d")
    verbs.create({**INPUTS, "session_lifetime": "1d"})
    assert ["sessionLifetime goes from 7d to 1d" in line for line in world.log.warnings] == [True]


@pytest.mark.parametrize(("plan", "expected"), [("free", "free"), (None, "enterprise"), (UNKNOWN, UNKNOWN)])
def test_the_run_knows_the_default_plan(world, plan, expected):
    """A resource that names no plan has the configured one; one that a preview cannot know yet is left alone."""
    verbs = world.verbs(claims=Claims("enterprise", world.log.warning, CAMEL_CASE))
    assert verbs.check({**INPUTS, "plan": plan}, {}, "acme").inputs["plan"] == expected
    assert world.log.warnings == []


def test_the_run_finds_a_tenant_that_is_managed_twice(world):
    """The second of two resources has a problem on its domain, unless the program itself knows its resources."""
    verbs = world.verbs(claims=Claims("enterprise", world.log.warning, CAMEL_CASE))
    assert verbs.check(INPUTS, {}, "first").problems == []
    assert "by first and by second" in reasons(verbs.check(INPUTS, {}, "second"))["domain"]
    assert verbs.check({**INPUTS, "domain": UNKNOWN}, {}, "third").problems == []
    assert [world.verbs().check(INPUTS, {}, name).problems for name in ("first", "second")] == [[], []]


# The other verbs.


def test_a_tenant_s_life(world):
    """Create, diff, update, refresh and delete on the dictionaries that a front end keeps, with the calls of each."""
    tenant = world.tenants[ACME]
    verbs = world.verbs()
    state = json.loads(json.dumps(verbs.create(INPUTS).to_props()))
    assert tenant.forget_calls() == ["GET", {"session_lifetime": 480}]
    assert state["previous"] == {"session_lifetime": 10_080}
    assert not verbs.diff(state, INPUTS).changes
    assert verbs.diff(state, {**INPUTS, "session_lifetime": "9h"}).inputs == {"session_lifetime": Change.UPDATE}

    tenant.change_on_the_dashboard(session_lifetime=90)
    state = verbs.refresh(state).to_props()
    assert (state["session_lifetime"], tenant.forget_calls()) == ("1h30m", ["GET"])

    state = verbs.update(state, INPUTS).to_props()
    assert tenant.forget_calls() == [{"session_lifetime": 480}]

    world.verbs().delete(state)
    assert tenant.calls == [{"session_lifetime": 10_080}]


def test_a_look_up_reads_once(world):
    """The domain in its canonical form, with the label as it was given; what is not a domain is refused offline."""
    found = world.verbs().look_up("https://ACME.eu.auth0.com/", "blue")
    assert (found.domain, found.label, found.found, world.tenants[ACME].calls) == (ACME, "blue", {}, ["GET"])
    world.connected.clear()
    with pytest.raises(DomainError):
        world.verbs().look_up("acme", None)
    assert world.connected == []


# Clients and credentials.


def test_one_client_for_each_tenant_and_label(world):
    """A tenant's verbs share a client, and its token; another label or another tenant has one of its own."""
    verbs = world.verbs()
    for domain, label in ((ACME, None), (ACME, None), (ACME, "blue"), (OTHER, None), (ACME, None)):
        verbs.look_up(domain, label)
    assert [domain for domain, _, _ in world.connected] == [ACME, ACME, OTHER]


@pytest.mark.parametrize(("label", "place"), [(None, "AUTH0_API_TOKEN"), ("blue", "AUTH0_BLUE_CLIENT_ID")])
def test_credentials_are_those_of_the_label(world, label, place):
    """They are looked up at the first network use, in the places of the resource's label."""
    world.verbs().create({**INPUTS, **({"credentials": label} if label else {})})
    assert place in world.credentials_of().source


def test_a_bound_session_sends_no_credentials_elsewhere(world):
    """Credentials of one tenant do not go to another one, which a delete may still name."""
    verbs = world.verbs(bound_domain=ACME)
    verbs.look_up(ACME, None)
    verbs.look_up(OTHER, None)
    assert isinstance(world.credentials_of(0), ApiToken)
    with pytest.raises(CredentialsError, match=rf"{OTHER}: .* is for {ACME} only, so no credentials were sent"):
        world.credentials_of(1)


def test_waits_are_status_lines(world):
    """What a client says before it waits goes to the log as a status."""
    world.verbs().look_up(ACME, None)
    world.connected[0][2]("busy; trying again in 3 s")
    assert (world.log.statuses, world.log.warnings) == (["busy; trying again in 3 s"], [])


# A tenant that another resource has taken over.


def record_of(world, **inputs):
    """Return a record that an earlier run made, and forget the calls and words of that."""
    record = world.verbs().create({**INPUTS, **inputs}).to_props()
    for tenant in world.tenants.values():
        tenant.forget_calls()
    world.log.warnings.clear()
    return json.loads(json.dumps(record))


def warned_of_another_resource(world):
    """Return whether the only warning says that another resource manages the tenant, and how to keep its values."""
    words = (f"{ACME}: another resource manages this tenant", "`aliases`", "`formerly`")
    return [[word in line for word in words] for line in world.log.warnings] == [[True] * len(words)]


@pytest.mark.parametrize("is_shared", [False, True])
@pytest.mark.parametrize("on_delete", OnDelete)
def test_a_delete_does_not_undo_a_create_of_the_same_run(world, on_delete, is_shared):
    """A renamed resource's old self sends nothing and warns, also if a host has configured the session anew."""
    memory = Memory()
    verbs = world.verbs(memory=memory)
    old = verbs.create({**INPUTS, "on_delete": on_delete.value}).to_props()
    world.tenants[ACME].forget_calls()
    world.log.warnings.clear()
    (world.verbs(memory=memory) if is_shared else verbs).delete(old)
    assert world.tenants[ACME].calls == []
    if on_delete is OnDelete.RETAIN:
        assert world.log.warnings == []
    else:
        assert warned_of_another_resource(world)


def test_a_failed_create_takes_nothing_over(world):
    """Only a create that succeeded keeps a delete of the same tenant from its work."""
    old, verbs = record_of(world), world.verbs()
    world.tenants[ACME].failures = [(CredentialsError("none"), False)]
    with pytest.raises(CredentialsError):
        verbs.create({**INPUTS, "session_lifetime": "9h"})
    world.tenants[ACME].forget_calls()
    verbs.delete(old)
    assert world.tenants[ACME].calls == [{"session_lifetime": 10_080}]


@pytest.mark.parametrize("on_delete", ["restore", "reset"])
@pytest.mark.parametrize("changed", [{}, {"session_lifetime": "9h"}, {"on_delete": "retain"}], ids=str)
def test_a_rename_that_an_earlier_run_left_unfinished(world, on_delete, changed):
    """The new resource is only checked, or updated, in the run that deletes the old one, which sends nothing."""
    program = {**INPUTS, "on_delete": on_delete}
    old, new, verbs = record_of(world, **program), record_of(world, **program), world.verbs()
    checked = verbs.check({**program, **changed}, program).inputs
    if verbs.diff(new, checked).changes:
        new = verbs.update(new, checked).to_props()
    world.tenants[ACME].forget_calls()
    world.log.warnings.clear()
    verbs.delete(old)
    assert world.tenants[ACME].calls == []
    assert world.tenants[ACME].stored["session_lifetime"] == new["session_lifetime_minutes"]
    assert warned_of_another_resource(world)
    assert "run `pulumi up --refresh`" in world.log.warnings[0]


def test_a_run_that_declares_nothing_restores(world):
    """A destroy checks nothing, so each delete does what `on_delete` says; another tenant does not matter."""
    old, verbs = record_of(world), world.verbs()
    verbs.check({**INPUTS, "domain": OTHER}, INPUTS)
    verbs.delete(old)
    assert world.tenants[ACME].stored == {"session_lifetime": 10_080}


@pytest.mark.parametrize("first", ["old", "new"])
def test_a_destroy_of_two_records_ends_with_the_oldest_values(world, first):
    """In whatever order they are deleted, the record that was created first has the values from before management."""
    tenant = world.tenants[ACME]
    tenant.change_on_the_dashboard(session_lifetime=900, idle_session_lifetime=90)
    old = record_of(world)
    tenant.moment = tenant.moment.replace(hour=13)
    new = record_of(world, session_lifetime="9h", idle_session_lifetime="1h")
    verbs = world.verbs()
    for record in (old, new) if first == "old" else (new, old):
        verbs.delete(record)
    assert tenant.stored == {"session_lifetime": 900, "idle_session_lifetime": 90}


# What a preview says about an update.


@pytest.mark.parametrize(
    ("asked", "secret", "words"),
    [
        ("9h", None, "session_lifetime goes from 8h to 9h"),
        ("9h", "session_lifetime", "goes from [secret] to [secret]"),
        ("8h", None, None),
        (UNKNOWN, None, None),
    ],
)
def test_a_preview_says_what_an_update_means(world, asked, secret, words):
    """An absolute lifetime that changes from one known value to another is explained once, before it changes.

    What was secret in the last run is hidden, also if the program gives it openly now.
    """
    record, verbs = {**record_of(world), SECRETS: secret}, world.verbs()
    checked = verbs.check({**INPUTS, "session_lifetime": asked}, INPUTS).inputs
    verbs.diff(record, checked)
    if asked is not UNKNOWN:
        verbs.update(record, checked)
    assert [words and words in line for line in world.log.warnings] == [True] * bool(words)


def test_a_preview_does_not_say_what_only_a_read_shows(world):
    """What a new ceiling leads to depends on the tenant, so the update says it."""
    record, verbs = record_of(world), world.verbs()
    checked = verbs.check({**INPUTS, "session_lifetime": "7h", "enforce": "at-most"}, INPUTS).inputs
    verbs.diff(record, checked)
    assert world.log.warnings == []
    verbs.update(record, checked)
    assert ["session_lifetime goes from 8h to 7h" in line for line in world.log.warnings] == [True]


def test_a_refresh_says_nothing(world):
    """The engine compares after a refresh, too, and has checked nothing then."""
    record, verbs = record_of(world), world.verbs()
    verbs.refresh(record)
    verbs.diff(record, {**INPUTS, "session_lifetime": "9h"})
    assert (world.log.warnings, world.log.infos) == ([], [])


def test_a_preview_says_what_a_ceiling_keeps(world):
    """A change of a ceiling that changes no value to hold is no diff, and one line says what the tenant keeps."""
    world.tenants[ACME].change_on_the_dashboard(session_lifetime=720)
    program = {**INPUTS, "session_lifetime": "1d", "enforce": "at-most"}
    record, verbs = record_of(world, **program), world.verbs()
    world.log.infos.clear()
    raised = verbs.check({**program, "session_lifetime": "2d"}, program).inputs
    assert not verbs.diff(record, raised).changes
    assert world.log.infos == [f"{ACME}: session_lifetime keeps 12h, its own value (ceiling 2d)."]


# A record that goes on from another one, in the same run.


def test_a_replacement_does_not_believe_a_stale_read(world):
    """What a delete wrote a moment ago takes precedence over a read that still shows the value before it."""
    tenant = world.tenants[ACME]
    tenant.change_on_the_dashboard(session_lifetime=600)
    old, verbs, stale = record_of(world), world.verbs(), tenant.read()
    tenant.forget_calls()
    verbs.delete(old)
    tenant.read = lambda: stale
    assert verbs.create(INPUTS).previous == {"session_lifetime": 600}
    assert tenant.calls == [{"session_lifetime": 600}, {"session_lifetime": 480}]


@pytest.mark.parametrize("on_delete", ["retain", "restore"])
def test_what_a_replacement_inherits_survives_a_create_that_fails(world, on_delete):
    """Only a create that succeeded uses it up: one that is tried again has it, and a later one reads the tenant."""
    tenant = world.tenants[ACME]
    tenant.change_on_the_dashboard(session_lifetime=43_200)
    first, verbs = record_of(world, on_delete=on_delete), world.verbs()
    program = {**INPUTS, "on_delete": on_delete, "session_lifetime": "9h"}
    verbs.delete(first)
    tenant.failures = [(BadRequestError("no", status=400), False)]
    with pytest.raises(BadRequestError):
        verbs.create(program)
    second = verbs.create(program)
    assert second.previous == {"session_lifetime": 43_200}
    assert second.old_sessions_gone_by >= first["old_sessions_gone_by"]
    tenant.change_on_the_dashboard(session_lifetime=90)
    assert verbs.create(program).previous == {"session_lifetime": 90}


@pytest.mark.parametrize("on_delete", ["retain", "restore"])
def test_a_forced_replacement_reads_the_tenant_before_it_gives_up_the_record(world, on_delete):
    """Also for the same tenant: if it cannot be read, the create would fail after the record is gone."""
    program = {**INPUTS, "on_delete": on_delete}
    old, verbs = record_of(world, **program), world.verbs()
    verbs.check(program, program)
    checked = verbs.check(program, {}).inputs
    with unreachable(world.tenants[ACME]), pytest.raises(TenantUnreachableError, match=r"^no such host\.$"):
        verbs.delete(old)
    assert world.tenants[ACME].calls == []
    verbs.delete(old)
    verbs.create(checked)
    assert world.tenants[ACME].calls.count("GET") == 1


def test_an_update_is_no_replacement(world):
    """A delete after a diff that replaces nothing reads no tenant first."""
    old, verbs = record_of(world), world.verbs()
    verbs.diff(old, {**INPUTS, "session_lifetime": "9h"})
    verbs.delete(old)
    assert world.tenants[ACME].calls == [{"session_lifetime": 10_080}]


# A change of domain.


@contextmanager
def unreachable(tenant):
    """A tenant that cannot be read meanwhile."""

    def fail():
        message = "no such host."
        raise TenantUnreachableError(message)

    read, tenant.read = tenant.read, fail
    yield
    tenant.read = read


def moved(world, **news):
    """Return verbs that have found a record to move to another tenant, the record, and the new inputs."""
    old, news, verbs = record_of(world), {**INPUTS, "domain": OTHER, **news}, world.verbs()
    assert verbs.diff(old, news).replaces == ("domain",)
    world.connected.clear()
    return verbs, old, news


@pytest.mark.parametrize("on_delete", ["retain", "restore"])
def test_the_new_tenant_is_reached_before_the_old_one_is_touched(world, on_delete):
    """One GET of the new tenant, with its own credentials, comes before the old one's end, and is enough."""
    verbs, old, news = moved(world, credentials="blue")
    verbs.delete({**old, "on_delete": on_delete})
    state = verbs.create(news)
    assert [domain for domain, _, _ in world.connected] == [OTHER, ACME]
    assert world.credentials_of().client_id == "blue"
    assert world.tenants[ACME].calls == ([{"session_lifetime": 10_080}] if on_delete == "restore" else [])
    assert world.tenants[OTHER].calls == ["GET", {"session_lifetime": 480}]
    assert (state.declared.domain, state.previous) == (OTHER, {"session_lifetime": AUTH0_DEFAULTS["session_lifetime"]})


@pytest.mark.parametrize("on_delete", OnDelete)
def test_a_tenant_that_cannot_be_read_leaves_the_old_one_as_it_is(world, on_delete):
    """A typo in a domain fails before anything is given up, and the error says that the old tenant stays as it is."""
    verbs, old, _ = moved(world)
    expected = pytest.raises(Auth0SessionsError, match=rf"{ACME} stays as it is, .*no such host\.")
    with unreachable(world.tenants[OTHER]), expected:
        verbs.delete({**old, "on_delete": on_delete.value})
    assert (world.tenants[ACME].calls, world.tenants[ACME].stored) == ([], {"session_lifetime": 480})


def test_an_unknown_domain_reaches_no_tenant(world):
    """A preview that does not know the new tenant yet has nothing to read."""
    verbs, old, _ = moved(world, domain=UNKNOWN)
    verbs.delete(old)
    assert world.tenants[OTHER].calls == []


def test_a_new_tenant_that_is_managed_already_is_not_read_again(world):
    """A create of this run has reached it."""
    verbs, old, news = moved(world)
    verbs.create(news)
    world.tenants[OTHER].forget_calls()
    verbs.delete(old)
    assert (world.tenants[OTHER].calls, world.tenants[ACME].calls) == ([], [{"session_lifetime": 10_080}])
