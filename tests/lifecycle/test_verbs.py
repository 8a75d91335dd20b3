"""One provider process over the core, on plain dictionaries and tenants in memory."""

import json

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
from auth0_sessions.model.inputs import SECRETS, UNKNOWN
from auth0_sessions.model.settings import AUTH0_DEFAULTS, LIFETIMES, SETTINGS, text
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
    defaults = {"over_limit": "error", "on_delete": "retain", "enforce": "exact"}
    assert checked.inputs == {"domain": ACME, "session_lifetime": "1d", **defaults}
    assert (checked.problems, world.connected) == ([], [])


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
    news = {"domain": ACME, "session_lifetime": "8h", **({} if plan is None else {"plan": plan})}
    assert verbs.check(news, {}, "acme").inputs["plan"] == expected
    assert world.log.warnings == []


def test_the_run_finds_a_tenant_that_is_managed_twice(world):
    """The second of two resources has a problem on its domain; the first may be checked again."""
    verbs = world.verbs(claims=Claims("enterprise", world.log.warning, CAMEL_CASE))
    news = {"domain": ACME, "session_lifetime": "8h"}
    assert verbs.check(news, {}, "first").problems == []
    assert "by first and by second" in reasons(verbs.check(news, {}, "second"))["domain"]
    assert verbs.check(news, {}, "first").problems == []
    assert verbs.check({**news, "domain": UNKNOWN}, {}, "third").problems == []


def test_without_a_run_the_program_decides(world):
    """Where the program itself knows its resources, nothing is said of plans and owners here."""
    verbs = world.verbs()
    for name in ("first", "second"):
        assert verbs.check({"domain": ACME, "session_lifetime": "8h"}, {}, name).problems == []
    assert world.log.warnings == []


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


@pytest.mark.parametrize("label", [None, "blue"])
def test_a_look_up_has_every_setting(world, label):
    """Every setting as text, every lifetime in minutes as well, the canonical domain, and the label as it was given."""
    world.tenants[ACME].change_on_the_dashboard(idle_session_lifetime=15)
    found = {**AUTH0_DEFAULTS, "idle_session_lifetime": 15}
    assert world.verbs().look_up("https://ACME.eu.auth0.com/", label).to_props() == {
        "domain": ACME,
        **{name: text(found[name]) for name in SETTINGS},
        **{f"{name}_minutes": found[name] for name in LIFETIMES},
        **({"credentials": label} if label else {}),
    }
    assert world.tenants[ACME].calls == ["GET"]


def test_a_look_up_of_nonsense_makes_no_call(world):
    """What is not a domain is refused before a client is made."""
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


def test_missing_credentials_name_the_places(world):
    """What was looked at is in the error, for the label that was asked for."""
    world.verbs().look_up(ACME, "red")
    with pytest.raises(CredentialsError, match="AUTH0_RED_API_TOKEN"):
        world.credentials_of()


def test_a_bound_session_sends_no_credentials_elsewhere(world):
    """Credentials of one tenant do not go to another one, which a delete may still name."""
    verbs = world.verbs(bound_domain=ACME)
    verbs.look_up(ACME, None)
    verbs.look_up(OTHER, None)
    assert isinstance(world.credentials_of(0), ApiToken)
    with pytest.raises(CredentialsError, match=rf"{OTHER}: .* is for {ACME} only, so no credentials were sent"):
        world.credentials_of(1)


def test_a_token_is_of_one_tenant(world):
    """A Management API token is not sent to another tenant than its own."""
    verbs = world.verbs()
    verbs.look_up(ACME, None)
    verbs.look_up(OTHER, None)
    assert isinstance(world.credentials_of(0), ApiToken)
    with pytest.raises(CredentialsError, match=rf"AUTH0_DOMAIN \({ACME}\), so it was not sent to {OTHER}"):
        world.credentials_of(1)


def test_waits_are_status_lines(world):
    """What a client says before it waits goes to the log as a status."""
    world.verbs().look_up(ACME, None)
    world.connected[0][2]("busy; trying again in 3 s")
    assert (world.log.statuses, world.log.warnings) == (["busy; trying again in 3 s"], [])


# A tenant that another resource has taken over.


@pytest.mark.parametrize("on_delete", ["restore", "reset"])
def test_a_delete_does_not_undo_a_create_of_the_same_run(world, on_delete):
    """A renamed resource's old self sends nothing and warns, with the ways to keep what was there before."""
    verbs = world.verbs()
    old = verbs.create({**INPUTS, "on_delete": on_delete}).to_props()
    world.tenants[ACME].forget_calls()
    verbs.delete(old)
    assert world.tenants[ACME].calls == []
    (warning,) = (line for line in world.log.warnings if "another resource manages this tenant" in line)
    assert all(word in warning for word in (ACME, "`aliases`", "`formerly`"))


def test_a_retaining_delete_needs_no_warning(world):
    """A delete that would send nothing anyway has nothing to warn of."""
    verbs = world.verbs()
    state = verbs.create({**INPUTS, "session_lifetime": "7d", "on_delete": "retain"}).to_props()
    verbs.delete(state)
    assert (world.log.warnings, world.tenants[ACME].calls) == ([], ["GET"])


def test_another_run_may_delete(world):
    """The next process has created nothing, so its delete does what `on_delete` says."""
    state = world.verbs().create(INPUTS).to_props()
    world.tenants[ACME].forget_calls()
    world.verbs().delete(state)
    assert world.tenants[ACME].calls == [{"session_lifetime": 10_080}]


def test_a_failed_create_takes_nothing_over(world):
    """Only a create that succeeded keeps a delete of the same tenant from its work."""
    verbs = world.verbs()
    old = verbs.create({**INPUTS, "domain": OTHER}).to_props()
    fresh = world.verbs()
    world.tenants[OTHER].failures = [(CredentialsError("none"), False)]
    with pytest.raises(CredentialsError):
        fresh.create({**INPUTS, "domain": OTHER, "session_lifetime": "9h"})
    world.tenants[OTHER].forget_calls()
    fresh.delete(old)
    assert world.tenants[OTHER].calls == [{"session_lifetime": 10_080}]


def up(verbs, program, olds=None, record=None):
    """Do what the engine does for a resource that stays: check and, if there is a record, compare and update."""
    checked = verbs.check(program, olds or {}).inputs
    if record is None:
        return verbs.create(checked).to_props()
    if verbs.diff(record, checked).changes:
        return verbs.update(record, checked).to_props()
    return record


@pytest.mark.parametrize("on_delete", ["restore", "reset"])
@pytest.mark.parametrize("changed", [{}, {"session_lifetime": "9h"}, {"on_delete": "retain"}], ids=str)
def test_a_rename_that_an_earlier_run_left_unfinished(world, on_delete, changed):
    """The new resource is only checked, or updated, in the run that deletes the old one, which sends nothing."""
    program = {**INPUTS, "on_delete": on_delete}
    old = world.verbs().create(program).to_props()
    new = world.verbs().create(program).to_props()
    verbs = world.verbs()
    new = up(verbs, {**program, **changed}, program, new)
    world.tenants[ACME].forget_calls()
    verbs.delete(old)
    assert world.tenants[ACME].calls == []
    assert world.tenants[ACME].stored["session_lifetime"] == new["session_lifetime_minutes"]
    assert ["another resource manages this tenant" in line for line in world.log.warnings if ACME in line][-1:] == [
        True
    ]


def test_a_run_that_declares_nothing_restores(world):
    """A destroy checks nothing, so each delete does what `on_delete` says."""
    old = world.verbs().create(INPUTS).to_props()
    verbs = world.verbs()
    verbs.check({**INPUTS, "domain": OTHER}, INPUTS)
    verbs.delete(old)
    assert world.tenants[ACME].stored == {"session_lifetime": 10_080}


@pytest.mark.parametrize("first", ["old", "new"])
def test_a_destroy_of_two_records_ends_with_the_oldest_values(world, first):
    """In whatever order they are deleted, the record that was created first has the values from before management."""
    tenant = world.tenants[ACME]
    tenant.change_on_the_dashboard(session_lifetime=900, idle_session_lifetime=90)
    old = world.verbs().create(INPUTS).to_props()
    tenant.moment = tenant.moment.replace(hour=13)
    new = world.verbs().create({**INPUTS, "session_lifetime": "9h", "idle_session_lifetime": "1h"}).to_props()
    verbs = world.verbs()
    for record in (old, new) if first == "old" else (new, old):
        verbs.delete(json.loads(json.dumps(record)))
    assert tenant.stored == {"session_lifetime": 900, "idle_session_lifetime": 90}


def test_a_session_that_is_configured_anew_remembers_its_run(world):
    """A host may configure a process for each form of a provider in state; what the run created is one memory."""
    memory = Memory()
    old = world.verbs(memory=memory).create(INPUTS).to_props()
    world.tenants[ACME].forget_calls()
    world.verbs(memory=memory).delete(old)
    assert world.tenants[ACME].calls == []


# What a preview says about an update.


@pytest.mark.parametrize(("asked", "said"), [("9h", True), ("8h", False), (UNKNOWN, False)])
def test_a_preview_says_what_an_update_means(world, asked, said):
    """An absolute lifetime that changes from one known value to another is explained once, before it changes."""
    record = world.verbs().create(INPUTS).to_props()
    world.log.warnings.clear()
    verbs = world.verbs()
    checked = verbs.check({**INPUTS, "session_lifetime": asked}, INPUTS).inputs
    verbs.diff(record, checked)
    assert ["session_lifetime goes from 8h to 9h" in line for line in world.log.warnings] == [True] * said
    if asked == "9h":
        verbs.update(record, checked)
        assert len(world.log.warnings) == 1


def test_a_refresh_says_nothing(world):
    """The engine compares after a refresh, too, and has checked nothing then."""
    record = world.verbs().create(INPUTS).to_props()
    world.log.warnings.clear()
    verbs = world.verbs()
    verbs.refresh(record)
    verbs.diff(record, {**INPUTS, "session_lifetime": "9h"})
    assert (world.log.warnings, world.log.infos) == ([], [])


def test_a_secret_of_the_last_run_is_not_repeated(world):
    """What was secret in the record is hidden, also if the program gives it openly now."""
    record = {**world.verbs().create(INPUTS).to_props(), SECRETS: "session_lifetime"}
    verbs = world.verbs()
    world.log.warnings.clear()
    verbs.diff(record, verbs.check({**INPUTS, "session_lifetime": "9h"}, INPUTS).inputs)
    assert ["goes from [secret] to [secret]" in line for line in world.log.warnings] == [True]


def test_a_preview_says_what_a_ceiling_keeps(world):
    """A change of a ceiling that changes no value to hold is no diff, and one line says what the tenant keeps."""
    world.tenants[ACME].change_on_the_dashboard(session_lifetime=720)
    program = {**INPUTS, "session_lifetime": "1d", "enforce": "at-most"}
    record = world.verbs().create(program).to_props()
    world.log.infos.clear()
    verbs = world.verbs()
    raised = verbs.check({**program, "session_lifetime": "2d"}, program).inputs
    assert not verbs.diff(record, raised).changes
    assert world.log.infos == [f"{ACME}: session_lifetime keeps 12h, its own value (ceiling 2d)."]


# A record that goes on from another one, in the same run.


def test_a_replacement_does_not_believe_a_stale_read(world):
    """What a delete wrote a moment ago takes precedence over a read that still shows the value before it."""
    tenant = world.tenants[ACME]
    tenant.change_on_the_dashboard(session_lifetime=600)
    old = world.verbs().create(INPUTS).to_props()
    tenant.forget_calls()
    verbs, stale = world.verbs(), tenant.read()
    verbs.delete(old)
    tenant.read = lambda: stale
    state = verbs.create(INPUTS)
    assert tenant.stored["session_lifetime"] == 480
    assert tenant.calls == ["GET", {"session_lifetime": 600}, {"session_lifetime": 480}]
    assert state.previous == {"session_lifetime": 600}


@pytest.mark.parametrize("on_delete", ["retain", "restore"])
def test_a_replacement_goes_on_from_the_record(world, on_delete):
    """`previous` is what was there before the first record, and the moment of old sessions does not move earlier."""
    world.tenants[ACME].change_on_the_dashboard(session_lifetime=43_200)
    first = world.verbs().create({**INPUTS, "on_delete": on_delete})
    verbs = world.verbs()
    verbs.delete(first.to_props())
    second = verbs.create({**INPUTS, "on_delete": on_delete, "session_lifetime": "9h"})
    assert second.previous == first.previous == {"session_lifetime": 43_200}
    assert second.old_sessions_gone_by >= first.old_sessions_gone_by


@pytest.mark.parametrize("on_delete", ["retain", "restore"])
def test_what_a_replacement_inherits_survives_a_create_that_fails(world, on_delete):
    """Only a create that succeeded uses it up, so a create that is tried again in the same process has it."""
    tenant = world.tenants[ACME]
    tenant.change_on_the_dashboard(session_lifetime=43_200)
    program = {**INPUTS, "on_delete": on_delete}
    first = world.verbs().create(program)
    verbs = world.verbs()
    verbs.delete(first.to_props())
    tenant.failures = [(BadRequestError("no", status=400), False)]
    with pytest.raises(BadRequestError):
        verbs.create({**program, "session_lifetime": "9h"})
    second = verbs.create({**program, "session_lifetime": "9h"})
    assert second.previous == {"session_lifetime": 43_200}
    assert second.old_sessions_gone_by >= first.old_sessions_gone_by


@pytest.mark.parametrize("on_delete", ["retain", "restore"])
def test_a_forced_replacement_reads_the_tenant_before_it_gives_up_the_record(world, on_delete):
    """Also for the same tenant: if it cannot be read, the create would fail after the record is gone."""
    program = {**INPUTS, "on_delete": on_delete}
    old = world.verbs().create(program).to_props()
    verbs = world.verbs()
    checked = verbs.check(program, {}).inputs
    read = world.tenants[ACME].read
    world.tenants[ACME].read = lambda: (_ for _ in ()).throw(TenantUnreachableError("gone"))
    world.tenants[ACME].forget_calls()
    with pytest.raises(TenantUnreachableError, match=r"^gone$"):
        verbs.delete(old)
    assert world.tenants[ACME].calls == []
    world.tenants[ACME].read = read
    verbs.delete(old)
    verbs.create(checked)
    assert world.tenants[ACME].calls.count("GET") == 1


def test_only_one_create_goes_on_from_a_record(world):
    """A later create of the tenant reads it like any other."""
    tenant = world.tenants[ACME]
    old = world.verbs().create({**INPUTS, "on_delete": "retain"}).to_props()
    verbs = world.verbs()
    verbs.delete(old)
    verbs.create(INPUTS)
    tenant.change_on_the_dashboard(session_lifetime=90)
    assert verbs.create(INPUTS).previous == {"session_lifetime": 90}


# A change of domain.


def moved(world, domain=OTHER, **verbs):
    """Return verbs that have found a record to move to another tenant, the record, and the new inputs."""
    old, news = world.verbs().create(INPUTS).to_props(), {**INPUTS, "domain": domain}
    for tenant in world.tenants.values():
        tenant.forget_calls()
    made = world.verbs(**verbs)
    assert made.diff(old, news).replaces == ("domain",)
    return made, old, news


@pytest.mark.parametrize("on_delete", ["retain", "restore"])
def test_the_new_tenant_is_reached_before_the_old_one_is_touched(world, on_delete):
    """One GET of the new tenant comes before the old one's end, and the create needs no other."""
    verbs, old, news = moved(world)
    order = []
    read, write = world.tenants[OTHER].read, world.tenants[ACME].write
    world.tenants[OTHER].read = lambda: order.append("new") or read()
    world.tenants[ACME].write = lambda *given, **named: order.append("old") or write(*given, **named)
    verbs.delete({**old, "on_delete": on_delete})
    state = verbs.create(news)
    assert order == ["new", *(["old"] if on_delete == "restore" else [])]
    assert world.tenants[OTHER].calls == ["GET", {"session_lifetime": 480}]
    assert (state.declared.domain, state.previous) == (OTHER, {"session_lifetime": AUTH0_DEFAULTS["session_lifetime"]})


@pytest.mark.parametrize("on_delete", ["retain", "restore", "reset"])
def test_a_tenant_that_cannot_be_read_leaves_the_old_one_as_it_is(world, on_delete):
    """A typo in a domain fails before anything is given up, and the error names both tenants."""
    verbs, old, _ = moved(world)

    def fail():
        message = f"{OTHER}: no such host."
        raise TenantUnreachableError(message)

    world.tenants[OTHER].read = fail
    with pytest.raises(Auth0SessionsError, match=rf"{ACME} stays as it is, .*{OTHER}: no such host\."):
        verbs.delete({**old, "on_delete": on_delete})
    assert (world.tenants[ACME].calls, world.tenants[ACME].stored) == ([], {"session_lifetime": 480})


def test_the_new_tenant_is_reached_with_its_own_label(world):
    """The credentials are those that its create will use."""
    verbs, old, news = moved(world)
    verbs.diff(old, {**news, "credentials": "blue"})
    world.connected.clear()
    verbs.delete(old)
    (index,) = (number for number, (domain, _, _) in enumerate(world.connected) if domain == OTHER)
    assert world.credentials_of(index).client_id == "blue"


def test_an_unknown_domain_reaches_no_tenant(world):
    """A preview that does not know the new tenant yet has nothing to read."""
    old = world.verbs().create(INPUTS).to_props()
    verbs = world.verbs()
    assert verbs.diff(old, {**INPUTS, "domain": UNKNOWN}).replaces == ("domain",)
    verbs.delete(old)
    assert world.tenants[OTHER].calls == []


def test_a_new_tenant_that_is_managed_already_is_not_read_again(world):
    """A create of this run has reached it."""
    verbs, old, news = moved(world)
    verbs.create(news)
    world.tenants[OTHER].forget_calls()
    verbs.delete(old)
    assert (world.tenants[OTHER].calls, world.tenants[ACME].calls) == ([], [{"session_lifetime": 10_080}])


def test_a_replacement_of_the_same_tenant_reads_nothing_first(world):
    """Only another domain is reached before the end."""
    old = world.verbs().create(INPUTS).to_props()
    world.tenants[ACME].forget_calls()
    verbs = world.verbs()
    verbs.diff(old, {**INPUTS, "session_lifetime": "9h"})
    verbs.delete(old)
    assert world.tenants[ACME].calls == [{"session_lifetime": 10_080}]
