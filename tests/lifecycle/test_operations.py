"""Create, update, refresh, delete and diff against a tenant in memory that counts its calls."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.errors import (
    BadRequestError,
    CanceledError,
    CredentialsError,
    RateLimitError,
    TenantUnreachableError,
    UnexpectedAnswerError,
)
from auth0_sessions.lifecycle.diff import Change, Diff, diff
from auth0_sessions.lifecycle.operations import Operations
from auth0_sessions.lifecycle.record import Declared, State
from auth0_sessions.model.choices import Enforce, OnDelete, OverLimit
from auth0_sessions.model.inputs import INPUTS
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import (
    ABSOLUTE_AND_IDLE,
    AUTH0_DEFAULTS,
    LIFETIMES,
    SETTINGS,
    CookieMode,
    text,
    with_defaults,
)
from auth0_sessions.model.spelling import CAMEL_CASE
from fakes import FakeLog, FakeTenant

DOMAIN = "acme.eu.auth0.com"
NOON = datetime(2026, 9, 21, 12, 0, 0, tzinfo=UTC)
OTHER = {
    name: default + 60 if isinstance(default, int) else "non-persistent" for name, default in AUTH0_DEFAULTS.items()
}
THIRD = {name: default + 90 if isinstance(default, int) else "persistent" for name, default in AUTH0_DEFAULTS.items()}
ABSOLUTE = [name for name, _ in ABSOLUTE_AND_IDLE]
SHARED = "anonymous_session_lifetime"
"""The setting inside an object that other features share."""


@dataclass
class Stage:
    """A tenant, the operations on it, and a clock that stands still."""

    tenant: FakeTenant
    log: FakeLog

    @property
    def operations(self):
        """Return the operations on the tenant."""
        return Operations(self.tenant, self.log)

    def managed(self, *, on_delete=OnDelete.RETAIN, **wanted):
        """Create a resource and forget the calls and words of that."""
        state = self.operations.create(declared(on_delete=on_delete, **wanted))
        self.forget()
        return state

    def forget(self):
        """Forget calls and words."""
        self.tenant.forget_calls()
        self.log.warnings.clear()
        self.log.infos.clear()


def declared(*, on_delete=OnDelete.RETAIN, plan=None, **wanted):
    """Return what a program asks for."""
    return Declared(DOMAIN, wanted, plan=plan, on_delete=on_delete)


def compared(old, new):
    """Compare two declarations, the old one as a record has it."""
    return diff(State(old, {}, {}), new)


def written(values):
    """Return the calls of a write by an operation that has not read the tenant: a shared object costs a GET first."""
    return [*(["GET"] if SHARED in values else []), values]


def stage(**stored):
    """Return a stage with a tenant on which these settings were written."""
    return Stage(FakeTenant(**stored), FakeLog())


# Create.


@pytest.mark.parametrize("name", SETTINGS)
def test_create_adopts_without_a_write(name):
    """A tenant that has the value already is adopted with one GET and nothing else."""
    scene = stage(**{name: OTHER[name]})
    state = scene.operations.create(declared(**{name: OTHER[name]}))
    assert scene.tenant.calls == ["GET"]
    assert ({name: OTHER[name]}, {name: OTHER[name]}, None) == (
        state.reported,
        state.previous,
        state.old_sessions_gone_by,
    )
    assert (scene.log.warnings, scene.log.infos) == ([], [])


@pytest.mark.parametrize("name", SETTINGS)
def test_create_counts_absent_as_the_default(name):
    """A setting that was never written has Auth0's default: asking for it needs no write."""
    scene = stage()
    state = scene.operations.create(declared(**{name: AUTH0_DEFAULTS[name]}))
    assert (["GET"], {name: AUTH0_DEFAULTS[name]}) == (scene.tenant.calls, state.previous)


@pytest.mark.parametrize("name", SETTINGS)
def test_create_writes_what_differs(name):
    """A value that differs is one GET and one PATCH of it, and what was found is kept as previous."""
    scene = stage(**{name: THIRD[name]})
    state = scene.operations.create(declared(**{name: OTHER[name]}))
    assert scene.tenant.calls == ["GET", {name: OTHER[name]}]
    assert ({name: THIRD[name]}, {name: OTHER[name]}, {}) == (state.previous, state.reported, state.superseded)


def test_create_writes_only_what_differs():
    """Of several settings only those that differ are in the PATCH, and a foreign setting never is."""
    scene = stage(session_lifetime=480, idle_session_lifetime=60, session_cookie_mode="non-persistent")
    scene.operations.create(declared(session_lifetime=480, idle_session_lifetime=90, ephemeral_session_lifetime=600))
    assert scene.tenant.calls == ["GET", {"idle_session_lifetime": 90, "ephemeral_session_lifetime": 600}]


def test_create_keeps_to_what_is_managed():
    """A record holds only managed settings, whatever else the tenant reports."""
    state = stage(**OTHER).operations.create(declared(session_lifetime=480))
    assert [
        list(state.reported),
        list(state.previous),
        list(state.declared.wanted),
    ] == [["session_lifetime"]] * 3


@pytest.mark.parametrize("name", LIFETIMES)
def test_create_says_what_is_superseded(name):
    """A value that the tenant does not take is recorded as asked and as reported, and warned of."""
    scene = stage()
    scene.tenant.caps[name] = 120
    state = scene.operations.create(declared(**{name: 600}))
    assert ({name: {"asked": "10h", "reported": "2h"}}, {name: 120}) == (state.superseded, state.reported)
    printed = [
        text for text in scene.log.warnings if "10h" in text and "2h" in text and name in text and DOMAIN in text
    ]
    assert len(printed) == 1


@pytest.mark.parametrize("name", ABSOLUTE)
@pytest.mark.parametrize(
    ("before", "after", "words"), [(60, 120, "next login"), (120, 60, "never outlives the earlier lifetime")]
)
def test_create_warns_of_a_changed_absolute_lifetime(name, before, after, words):
    """A create that raises or lowers an absolute lifetime says what it means for sessions that exist."""
    scene = stage(**{name: before})
    scene.operations.create(declared(**{name: after}))
    assert [words in text and DOMAIN in text for text in scene.log.warnings] == [True]


@pytest.mark.parametrize("name", LIFETIMES)
def test_no_message_repeats_a_secret(name):
    """A secret's value, what it was, and what the tenant makes of it are in the record and in no line."""
    scene, hidden = stage(**{name: 137}), {"secrets": frozenset({name})}
    scene.tenant.caps[name] = 331
    wanted = replace(declared(on_delete=OnDelete.RESTORE, **{name: 977}), **hidden)
    scene.operations.announce(wanted)
    state = scene.operations.create(wanted)
    assert state.superseded == {name: {"asked": text(977), "reported": text(331)}}
    state = scene.operations.update(state, declared(on_delete=OnDelete.RESTORE, **{name: 271}))
    scene.operations.delete(replace(state, declared=replace(state.declared, on_delete=OnDelete.RETAIN, **hidden)))
    scene.operations.delete(replace(state, declared=replace(state.declared, **hidden)))
    scene.tenant.caps[name] = 111
    scene.operations.delete(replace(state, declared=replace(state.declared, **hidden)))
    lines = " ".join([*scene.log.warnings, *scene.log.infos])
    assert lines.count("[secret]") >= 8
    assert [minutes for minutes in (137, 331, 977, 271, 111) if text(minutes) in lines] == []


def change_after_the_read(scene, **values):
    """Change settings right after the next reads."""
    read = scene.tenant.read

    def read_and_change():
        found = read()
        scene.tenant.change_on_the_dashboard(**values)
        return found

    scene.tenant.read = read_and_change


@pytest.mark.parametrize("name", [name for name in SETTINGS if name != SHARED])
def test_a_change_during_a_create_is_drift(name):
    """A setting that was right when it was read is not superseded: the record has it, and the next `up` repairs it."""
    scene = stage(**{name: OTHER[name]})
    change_after_the_read(scene, **{name: THIRD[name]})
    program = declared(**{name: OTHER[name], SHARED: OTHER[SHARED]})
    state = scene.operations.create(program)
    assert (state.reported[name], state.declared.wanted[name], state.superseded) == (THIRD[name], THIRD[name], {})
    assert state.previous[name] == OTHER[name]
    (warning,) = scene.log.warnings
    assert f"{name} was changed to {text(THIRD[name])} outside of Pulumi" in warning
    assert diff(state, program).changes
    scene.tenant.forget_calls()
    assert scene.operations.update(state, program).reported == program.wanted
    assert scene.tenant.calls == [{name: OTHER[name]}]


def test_a_change_of_what_a_create_writes_is_overwritten():
    """The PATCH overwrites the change, and its response is as declared."""
    scene = stage()
    change_after_the_read(scene, session_lifetime=90)
    state = scene.operations.create(declared(session_lifetime=60))
    assert (state.reported, state.superseded) == ({"session_lifetime": 60}, {})


def test_a_create_of_what_was_read_already_reads_no_more():
    """What was found a moment ago is taken for the tenant's, without a GET."""
    scene = stage(session_lifetime=480)
    state = scene.operations.create(declared(session_lifetime=60), {"session_lifetime": 480})
    assert (scene.tenant.calls, state.previous) == ([{"session_lifetime": 60}], {"session_lifetime": 480})


@pytest.mark.parametrize(
    ("on_delete", "previous"),
    [
        (OnDelete.RETAIN, {"session_lifetime": 480, "idle_session_lifetime": 90}),
        (OnDelete.RESTORE, {"session_lifetime": 480, "idle_session_lifetime": 90}),
        (OnDelete.RESET, {"session_lifetime": AUTH0_DEFAULTS["session_lifetime"], "idle_session_lifetime": 90}),
    ],
)
def test_a_replacement_keeps_what_was_there_before(on_delete, previous):
    """A tenant that keeps our values has what was there before them; one that was put back has it itself."""
    scene = stage(session_lifetime=480, idle_session_lifetime=90)
    first = scene.managed(session_lifetime=60, on_delete=on_delete)
    ended = scene.operations.delete(first)
    second = scene.operations.create(declared(session_lifetime=30, idle_session_lifetime=30), None, ended)
    assert second.previous == previous


@pytest.mark.parametrize("on_delete", OnDelete)
def test_a_replacement_keeps_the_moment(on_delete):
    """Sessions from before the first of two records are still there after the second one's create."""
    scene = stage(session_lifetime=43_200)
    first = scene.managed(session_lifetime=60, on_delete=on_delete)
    scene.tenant.moment = NOON.replace(hour=11)
    second = scene.operations.create(declared(session_lifetime=60), None, scene.operations.delete(first))
    assert second.old_sessions_gone_by == first.old_sessions_gone_by == "2026-10-21T12:00:01Z"


def lost(error):
    """Return an error of a write that the tenant may have applied."""
    error.may_have_written = True
    return error


LOST = [TenantUnreachableError, partial(UnexpectedAnswerError, status=502), partial(RateLimitError, status=429)]
REFUSED = [partial(BadRequestError, status=400), CredentialsError, TenantUnreachableError]


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("took_effect", [True, False])
def test_a_create_that_fails_puts_back_what_was_there(kind, took_effect):
    """A write that may have taken effect although it failed is undone, and the error stays the same."""
    scene, error = stage(session_lifetime=480), lost(kind("gone"))
    scene.tenant.failures = [(error, took_effect)]
    with pytest.raises(type(error), match=r"^gone$") as raised:
        scene.operations.create(declared(session_lifetime=60, idle_session_lifetime=30))
    assert raised.value is error
    assert scene.tenant.calls == [
        "GET",
        {"session_lifetime": 60, "idle_session_lifetime": 30},
        {"session_lifetime": 480, "idle_session_lifetime": AUTH0_DEFAULTS["idle_session_lifetime"]},
    ]
    assert scene.tenant.put_backs == 1
    assert with_defaults(scene.tenant.stored) == {**AUTH0_DEFAULTS, "session_lifetime": 480}


@pytest.mark.parametrize("second", [*LOST, *REFUSED])
def test_a_put_back_that_fails_lists_the_old_values(second):
    """The error of the write is what is raised, with what the tenant had and what to do about it."""
    scene, error = stage(session_lifetime=480), lost(TenantUnreachableError("gone"))
    scene.tenant.failures = [(error, True), (second("no"), False)]
    with pytest.raises(TenantUnreachableError) as raised:
        scene.operations.create(declared(session_lifetime=60))
    assert raised.value is error
    assert str(error).startswith("gone The write may have taken effect, and restoring the earlier values also failed.")
    assert "The tenant may have session_lifetime 1h; it had session_lifetime 8h. Run `pulumi refresh`" in str(error)
    assert len(scene.tenant.calls) == 3


@pytest.mark.parametrize("kind", REFUSED)
def test_a_refused_create_puts_nothing_back(kind):
    """A write that the tenant cannot have applied changed nothing, so there is nothing to undo."""
    scene, error = stage(), kind("no")
    scene.tenant.failures = [(error, False)]
    with pytest.raises(type(error), match=r"^no$"):
        scene.operations.create(declared(session_lifetime=60))
    assert scene.tenant.calls == ["GET", {"session_lifetime": 60}]


@pytest.mark.parametrize("took_effect", [True, False])
def test_an_update_that_fails_puts_back_all_of_it(took_effect):
    """What a record has is put back, and so is a setting that becomes managed: the next run has another intent."""
    scene, error = stage(idle_session_lifetime=480), lost(TenantUnreachableError("gone"))
    before = scene.managed(session_lifetime=60)
    scene.tenant.failures = [(error, took_effect)]
    program = declared(session_lifetime=90, idle_session_lifetime=30)
    with pytest.raises(TenantUnreachableError, match=r"^gone$"):
        scene.operations.update(before, program)
    assert scene.tenant.forget_calls() == [
        "GET",
        {"session_lifetime": 90, "idle_session_lifetime": 30},
        {"session_lifetime": 60, "idle_session_lifetime": 480},
    ]
    after = scene.operations.update(before, program)
    assert after.previous == {"session_lifetime": AUTH0_DEFAULTS["session_lifetime"], "idle_session_lifetime": 480}


def test_an_update_that_cannot_put_back_lists_the_old_values():
    """The error has what the tenant may have now, and what it had."""
    scene, error = stage(idle_session_lifetime=480), lost(TenantUnreachableError("gone"))
    before = scene.managed(session_lifetime=60)
    scene.tenant.failures = [(error, True), (RateLimitError("no", status=429), False)]
    with pytest.raises(TenantUnreachableError, match=r"it had session_lifetime 1h, idle_session_lifetime 8h\."):
        scene.operations.update(before, declared(session_lifetime=90, idle_session_lifetime=30))


@pytest.mark.parametrize("kind", LOST)
def test_an_update_that_took_effect_and_failed_leaves_nothing_behind(kind):
    """The program goes back to what the record says, which is no change, and the tenant has it."""
    scene = stage()
    before = scene.managed(session_lifetime=480)
    scene.tenant.failures = [(lost(kind("gone")), True)]
    with pytest.raises(kind if isinstance(kind, type) else kind.func):
        scene.operations.update(before, declared(session_lifetime=525_600))
    assert scene.tenant.calls == [{"session_lifetime": 525_600}, {"session_lifetime": 480}]
    assert not diff(before, declared(session_lifetime=480)).changes
    assert scene.tenant.stored == {"session_lifetime": 480}


@pytest.mark.parametrize("on_delete", [OnDelete.RESTORE, OnDelete.RESET])
def test_a_delete_that_took_effect_and_failed_leaves_nothing_behind(on_delete):
    """The record is still there, so the tenant has what it says."""
    scene = stage(session_lifetime=900)
    before = scene.managed(session_lifetime=480, on_delete=on_delete)
    scene.tenant.failures = [(lost(TenantUnreachableError("gone")), True)]
    with pytest.raises(TenantUnreachableError):
        scene.operations.delete(before)
    assert scene.tenant.stored == {"session_lifetime": 480}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_refused_update_puts_nothing_back(kind):
    """A write that the tenant cannot have applied changed nothing."""
    scene, error = stage(), kind("no")
    before = scene.managed(session_lifetime=60)
    scene.tenant.failures = [(error, False)]
    with pytest.raises(type(error)):
        scene.operations.update(before, declared(session_lifetime=120))
    assert scene.tenant.calls == [{"session_lifetime": 120}]


def test_only_values_without_a_record_need_an_engine():
    """Before a write of settings that no record has, the engine has to be there; any other write can be repeated."""
    scene, gone = stage(), CanceledError("the engine has ended")

    def fail():
        raise gone

    orphaned = replace(scene.operations, confirm=fail)
    with pytest.raises(CanceledError):
        orphaned.create(declared(session_lifetime=60))
    assert scene.tenant.forget_calls() == ["GET"]
    before = scene.managed(session_lifetime=60)
    orphaned.create(declared(session_lifetime=60))
    orphaned.update(before, declared(session_lifetime=90))
    scene.tenant.forget_calls()
    with pytest.raises(CanceledError):
        orphaned.update(before, declared(session_lifetime=90, idle_session_lifetime=30))
    assert scene.tenant.calls == ["GET"]


# Values that cannot be used.


def test_a_managed_value_that_cannot_be_used_stops_a_read():
    """The error names the setting as the front end spells it, and what the tenant reports."""
    scene = stage(session_lifetime=480)
    scene.tenant.unusable = {"idle_session_lifetime": "0, which is not a lifetime"}
    operations = replace(scene.operations, spelling=CAMEL_CASE)
    with pytest.raises(UnexpectedAnswerError, match=r"reports idleSessionLifetime as 0, which is not a lifetime\."):
        operations.create(declared(idle_session_lifetime=60))
    state = operations.create(declared(session_lifetime=60))
    assert scene.operations.refresh(state) == state


def test_a_written_value_that_is_reported_unusably_counts():
    """An accepted write is done: the record has the requested value, with a warning, and nothing is put back."""
    scene = stage()
    before = scene.managed(session_lifetime=60)
    scene.tenant.unusable = {"session_lifetime": "0, which is not a lifetime"}
    after = scene.operations.update(before, declared(session_lifetime=90))
    assert (scene.tenant.calls, after.reported) == ([{"session_lifetime": 90}], {"session_lifetime": 90})
    assert ["reports session_lifetime as 0" in line for line in scene.log.warnings] == [True]


# Tenants above what the API accepts.


def test_a_restore_sends_what_the_api_accepts():
    """A value above the API's maximum cannot be restored, which is said; the others are."""
    scene = stage(session_lifetime=600_000, idle_session_lifetime=480)
    state = scene.managed(session_lifetime=60, idle_session_lifetime=60, on_delete=OnDelete.RESTORE)
    scene.operations.delete(state)
    assert scene.tenant.calls == [{"idle_session_lifetime": 480}]
    (warning,) = scene.log.warnings
    assert "could not restore session_lifetime 416d16h" in warning
    assert "at most 365d. The tenant keeps session_lifetime 1h." in warning


def test_a_restore_of_nothing_that_the_api_accepts_is_no_call():
    """The end succeeds, and says what the tenant keeps."""
    scene = stage(session_lifetime=600_000)
    scene.operations.delete(scene.managed(session_lifetime=60, on_delete=OnDelete.RESTORE))
    assert (scene.tenant.calls, len(scene.log.warnings)) == ([], 1)


# A setting inside an object that other features share.


def test_a_shared_object_is_not_read_twice():
    """A create has read the tenant, and an update that reads for a new setting has too: exactly one GET each."""
    scene = stage()
    state = scene.operations.create(declared(**{SHARED: 60}))
    assert scene.tenant.forget_calls() == ["GET", {SHARED: 60}]
    program = declared(**{SHARED: 90, "session_lifetime": 60})
    scene.operations.update(state, program)
    assert scene.tenant.calls == ["GET", {SHARED: 90, "session_lifetime": 60}]


def test_a_shared_object_is_read_before_an_update_of_it():
    """Where no GET is due, a write of a shared object costs one, and a write of anything else none."""
    scene = stage()
    before = scene.managed(**{SHARED: 60, "session_lifetime": 60})
    after = scene.operations.update(before, declared(**{SHARED: 90, "session_lifetime": 60}))
    assert scene.tenant.forget_calls() == ["GET", {SHARED: 90}]
    scene.operations.update(after, declared(**{SHARED: 90, "session_lifetime": 90}))
    assert scene.tenant.calls == [{"session_lifetime": 90}]


@pytest.mark.parametrize("on_delete", [OnDelete.RESTORE, OnDelete.RESET])
def test_a_shared_object_is_read_before_an_end(on_delete):
    """An end has not read the tenant, so it does where it writes a shared object."""
    scene = stage(**{SHARED: 600})
    state = scene.managed(on_delete=on_delete, **{SHARED: 60})
    scene.operations.delete(state)
    assert scene.tenant.calls == ["GET", {SHARED: 600 if on_delete is OnDelete.RESTORE else AUTH0_DEFAULTS[SHARED]}]


def test_a_put_back_of_a_shared_object_reads_no_more():
    """The create that failed had read it."""
    scene = stage()
    scene.tenant.failures = [(lost(TenantUnreachableError("gone")), True)]
    with pytest.raises(TenantUnreachableError):
        scene.operations.create(declared(**{SHARED: 60}))
    assert scene.tenant.calls == ["GET", {SHARED: 60}, {SHARED: AUTH0_DEFAULTS[SHARED]}]


def test_anonymous_sessions_have_no_moment_and_no_warning():
    """What a changed absolute lifetime means for sessions that exist is known of login sessions only."""
    scene = stage()
    state = scene.operations.create(declared(**{SHARED: 60}))
    assert (state.old_sessions_gone_by, scene.log.warnings) == (None, [])


# When the old sessions are gone.


@pytest.mark.parametrize(
    ("before", "gone_by"),
    [
        (480, "2026-09-21T20:00:0"),
        (43_200, "2026-10-21T12:00:0"),
        (None, "2026-09-28T12:00:0"),
    ],
)
def test_old_sessions_are_gone_by(before, gone_by):
    """A write of the absolute lifetime: sessions from before it are gone after the lifetime before the write."""
    scene = stage() if before is None else stage(session_lifetime=before)
    state = scene.operations.create(declared(session_lifetime=60))
    assert state.old_sessions_gone_by in (f"{gone_by}0Z", f"{gone_by}1Z")


def test_a_moment_is_never_cut_short():
    """Part of a second counts up, so no session outlives the moment that is reported."""
    scene = stage(session_lifetime=480)
    scene.tenant.moment = NOON.replace(microsecond=999_999)
    state = scene.operations.create(declared(session_lifetime=60))
    assert state.old_sessions_gone_by == "2026-09-21T20:00:01Z"


@pytest.mark.parametrize("name", [name for name in SETTINGS if name != "session_lifetime"])
def test_other_settings_do_not_move_the_moment(name):
    """Only a write that changes `session_lifetime` counts."""
    scene = stage()
    assert scene.operations.create(declared(**{name: OTHER[name]})).old_sessions_gone_by is None
    before = scene.managed(session_lifetime=60, **{name: OTHER[name]})
    after = scene.operations.update(before, declared(session_lifetime=60, **{name: THIRD[name]}))
    assert before.old_sessions_gone_by == after.old_sessions_gone_by


def test_the_moment_only_moves_later():
    """The later of the earlier moment and the new one counts."""
    scene = stage(session_lifetime=43_200)
    first = scene.managed(session_lifetime=60)
    second = scene.operations.update(first, declared(session_lifetime=120))
    assert first.old_sessions_gone_by == second.old_sessions_gone_by
    third = scene.operations.update(second, declared(session_lifetime=525_600))
    scene.tenant.moment = NOON.replace(hour=13)
    fourth = scene.operations.update(third, declared(session_lifetime=60))
    assert fourth.old_sessions_gone_by.startswith("2027-09-21T13:00:0")


def test_the_moment_when_the_lifetime_becomes_managed():
    """An update that begins to manage `session_lifetime` counts from what it found."""
    scene = stage(session_lifetime=480)
    before = scene.managed(idle_session_lifetime=60)
    after = scene.operations.update(before, declared(idle_session_lifetime=60, session_lifetime=60))
    assert after.old_sessions_gone_by.startswith("2026-09-21T20:00:0")


@pytest.mark.parametrize(("recorded", "found"), [(480, 43_200), (43_200, 480)])
def test_the_moment_counts_from_the_longest_that_is_known(recorded, found):
    """Where an update reads the tenant anyway, the longer of what it found and what the record holds counts."""
    scene = stage(session_lifetime=recorded)
    before = scene.managed(session_lifetime=recorded)
    scene.tenant.change_on_the_dashboard(session_lifetime=found)
    after = scene.operations.update(before, declared(session_lifetime=60, idle_session_lifetime=30))
    assert after.old_sessions_gone_by == "2026-10-21T12:00:01Z"


def test_the_moment_survives_a_setting_that_leaves_and_returns():
    """Sessions from before an earlier write are still there when `session_lifetime` is managed again."""
    scene = stage(session_lifetime=43_200)
    first = scene.managed(session_lifetime=60, idle_session_lifetime=60)
    second = scene.operations.update(first, declared(idle_session_lifetime=60))
    assert (second.old_sessions_gone_by, scene.tenant.calls) == (first.old_sessions_gone_by, [])
    third = scene.operations.update(second, declared(idle_session_lifetime=60, session_lifetime=120))
    assert third.old_sessions_gone_by == first.old_sessions_gone_by


def test_the_moment_follows_a_write_that_seemed_to_fail():
    """A refresh that finds another lifetime than the record counts from the record's: a lost write may have done it."""
    scene = stage()
    before = scene.managed(session_lifetime=43_200)
    scene.tenant.failures = [(lost(TenantUnreachableError("gone")), True), (TenantUnreachableError("gone"), False)]
    with pytest.raises(TenantUnreachableError):
        scene.operations.update(before, declared(session_lifetime=60))
    after = scene.operations.refresh(before)
    assert after.old_sessions_gone_by == "2026-10-21T12:00:01Z"


def test_the_moment_follows_what_another_write_reports():
    """The answer to a write of another setting shows a lost write, too."""
    scene = stage()
    before = scene.managed(session_lifetime=60, idle_session_lifetime=60)
    scene.tenant.change_on_the_dashboard(session_lifetime=43_200)
    after = scene.operations.update(before, declared(session_lifetime=60, idle_session_lifetime=30))
    assert after.old_sessions_gone_by == "2026-10-21T12:00:01Z"


def test_the_moment_follows_a_value_that_a_ceiling_finds():
    """Nothing has to be written: an update that finds a shorter lifetime than the record counts from the record's."""
    scene = stage()
    before = scene.managed(session_lifetime=43_200)
    scene.tenant.change_on_the_dashboard(session_lifetime=60)
    after = scene.operations.update(before, replace(declared(session_lifetime=43_200), enforce=Enforce.AT_MOST))
    assert (scene.tenant.calls, after.old_sessions_gone_by) == (["GET"], "2026-10-21T12:00:01Z")


@pytest.mark.parametrize("on_delete", OnDelete)
def test_refresh_keeps_the_moment(on_delete):
    """A refresh that finds the lifetime as it was does not move the moment."""
    scene = stage()
    before = scene.managed(session_lifetime=60, idle_session_lifetime=30, on_delete=on_delete)
    scene.tenant.change_on_the_dashboard(idle_session_lifetime=120)
    scene.tenant.moment = NOON.replace(hour=13)
    assert before.old_sessions_gone_by == scene.operations.refresh(before).old_sessions_gone_by


# Update.


@pytest.mark.parametrize("name", SETTINGS)
def test_update_writes_what_changed(name):
    """A changed setting is one PATCH of it and no GET that is not due; previous stays what was found at first."""
    scene = stage(**OTHER)
    before = scene.managed(**OTHER)
    after = scene.operations.update(before, declared(**{**OTHER, name: THIRD[name]}))
    assert scene.tenant.calls == written({name: THIRD[name]})
    assert ({**OTHER, name: THIRD[name]}, OTHER) == (after.reported, after.previous)
    assert (after.declared.wanted, {}) == (after.reported, after.superseded)


@pytest.mark.parametrize(
    "change",
    [
        {"plan": Plan.ENTERPRISE},
        {"over_limit": OverLimit.WARN},
        {"on_delete": OnDelete.RESET},
        {"credentials": "acme"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_update_of_the_record_alone(change):
    """A change that does not concern the tenant makes no call, and is in the record."""
    scene = stage()
    before = scene.managed(**OTHER)
    wanted = replace(before.declared, **change)
    after = scene.operations.update(before, wanted)
    assert ([], replace(before, declared=wanted)) == (scene.tenant.calls, after)
    assert (scene.log.warnings, scene.log.infos) == ([], [])


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("there", [True, False])
def test_update_reads_what_becomes_managed(name, there):
    """A setting that becomes managed is read once for `previous`, and written if it differs."""
    other = next(kept for kept in SETTINGS if kept != name)
    scene = stage(**({name: THIRD[name]} if there else {}))
    found = with_defaults(scene.tenant.stored)[name]
    before = scene.managed(**{other: OTHER[other]})
    after = scene.operations.update(before, declared(**{other: OTHER[other], name: OTHER[name]}))
    written = [] if found == OTHER[name] else [{name: OTHER[name]}]
    assert ["GET", *written] == scene.tenant.calls
    assert {other: AUTH0_DEFAULTS[other], name: found} == after.previous


def test_update_adopts_what_becomes_managed():
    """A setting that becomes managed and has the value already is read and not written."""
    scene = stage(idle_session_lifetime=90)
    before = scene.managed(session_lifetime=600)
    after = scene.operations.update(before, declared(session_lifetime=600, idle_session_lifetime=90))
    assert (scene.tenant.calls, scene.log.warnings) == (["GET"], [])
    assert (
        after.previous,
        after.reported["idle_session_lifetime"],
    ) == ({"session_lifetime": 10_080, "idle_session_lifetime": 90}, 90)


@pytest.mark.parametrize("name", ABSOLUTE)
def test_update_warns_of_an_absolute_lifetime_that_becomes_managed(name):
    """No preview knows what an absolute lifetime was that becomes managed, so the update says what changes."""
    scene = stage()
    before = scene.managed(session_cookie_mode="persistent")
    scene.operations.update(before, declared(session_cookie_mode="persistent", **{name: 60}))
    assert [f"{name} goes from {text(AUTH0_DEFAULTS[name])} to 1h" in line for line in scene.log.warnings] == [True]


@pytest.mark.parametrize("name", ABSOLUTE)
def test_update_does_not_warn_twice(name):
    """What the preview said of a changed absolute lifetime the update does not say again."""
    scene = stage()
    before = scene.managed(**{name: 60})
    scene.operations.update(before, declared(**{name: 120}))
    assert scene.log.warnings == []


@pytest.mark.parametrize("name", SETTINGS)
def test_update_lets_go(name):
    """A setting that is no longer managed leaves the record and `previous`, without a call."""
    scene = stage()
    before = scene.managed(**OTHER)
    kept = {key: value for key, value in OTHER.items() if key != name}
    after = scene.operations.update(before, declared(**kept))
    assert scene.tenant.calls == []
    assert [sorted(kept)] * 3 == [sorted(after.reported), sorted(after.previous), sorted(after.declared.wanted)]
    assert OTHER[name] == with_defaults(scene.tenant.stored)[name]


def test_managed_again_is_managed_anew():
    """A setting that is managed again has as previous what is found then, not what was found long ago."""
    scene = stage(idle_session_lifetime=60)
    first = scene.managed(session_lifetime=600, idle_session_lifetime=120)
    second = scene.operations.update(first, declared(session_lifetime=600))
    third = scene.operations.update(second, declared(session_lifetime=600, idle_session_lifetime=180))
    assert third.previous["idle_session_lifetime"] == 120


def test_update_keeps_a_superseded_value_quiet():
    """A superseded value that the program still asks for is not written again, nor warned of again."""
    scene = stage()
    scene.tenant.caps["session_lifetime"] = 120
    before = scene.managed(session_lifetime=600, idle_session_lifetime=60)
    after = scene.operations.update(before, declared(session_lifetime=600, idle_session_lifetime=90))
    assert scene.tenant.calls == [{"idle_session_lifetime": 90}]
    assert (after.superseded, scene.log.warnings) == ({"session_lifetime": {"asked": "10h", "reported": "2h"}}, [])


def test_update_warns_of_a_value_superseded_by_it():
    """A value that this write was not given is warned of."""
    scene = stage()
    scene.tenant.caps["session_lifetime"] = 120
    before = scene.managed(session_lifetime=60)
    after = scene.operations.update(before, declared(session_lifetime=600))
    assert after.superseded == {"session_lifetime": {"asked": "10h", "reported": "2h"}}
    assert ["session_lifetime" in line and "10h" in line for line in scene.log.warnings] == [True]


def test_drift_in_an_answer():
    """A drift that a PATCH shows is warned of; the record stays until a refresh, as the program may ignore changes."""
    scene = stage()
    before = scene.managed(session_lifetime=600, idle_session_lifetime=60)
    scene.tenant.change_on_the_dashboard(session_lifetime=120)
    program = declared(session_lifetime=600, idle_session_lifetime=90)
    after = scene.operations.update(before, program)
    assert scene.tenant.forget_calls() == [{"idle_session_lifetime": 90}]
    assert (after.reported, after.superseded) == ({"session_lifetime": 600, "idle_session_lifetime": 90}, {})
    assert ["session_lifetime was changed to 2h" in line and "10h" in line for line in scene.log.warnings] == [True]
    assert not diff(after, program).changes
    refreshed = scene.operations.refresh(after)
    assert diff(refreshed, program).changes
    scene.operations.update(refreshed, program)
    assert scene.tenant.calls == ["GET", {"session_lifetime": 600}]


def test_drift_seen_when_a_setting_becomes_managed():
    """A GET for a new setting shows drift of the others as well, which is said."""
    scene = stage()
    before = scene.managed(session_lifetime=600)
    scene.tenant.change_on_the_dashboard(session_lifetime=120)
    after = scene.operations.update(before, declared(session_lifetime=600, idle_session_lifetime=4_320))
    assert (scene.tenant.calls, after.reported["session_lifetime"]) == (["GET"], 600)
    assert ["`pulumi up --refresh` will fix it" in line for line in scene.log.warnings] == [True]


def test_a_superseded_value_that_comes_true_is_no_trouble():
    """If a tenant now allows a superseded value, there is nothing to warn about or repair."""
    scene = stage()
    scene.tenant.caps["session_lifetime"] = 120
    before = scene.managed(session_lifetime=600, idle_session_lifetime=60)
    scene.tenant.caps.clear()
    program = declared(session_lifetime=600, idle_session_lifetime=90)
    after = scene.operations.update(before, program)
    assert (after.superseded, scene.log.warnings) == ({}, [])
    assert not diff(after, program).changes


@pytest.mark.parametrize(
    ("change", "is_written"),
    [
        ({"plan": Plan.ENTERPRISE}, True),
        ({"over_limit": OverLimit.WARN}, True),
        ({"on_delete": OnDelete.RESET}, False),
        ({"credentials": "acme"}, False),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_change_of_the_plan_writes_what_is_superseded(change, is_written):
    """A value that the tenant did not take may be allowed now; what the tenant has already is not written."""
    scene = stage()
    scene.tenant.caps["session_lifetime"] = 120
    before = scene.managed(session_lifetime=600, idle_session_lifetime=60)
    scene.tenant.caps.clear()
    after = scene.operations.update(State.from_props(before.to_props()), replace(before.declared, **change))
    assert scene.tenant.calls == ([{"session_lifetime": 600}] if is_written else [])
    assert (after.superseded == {}) == is_written
    assert ["session_lifetime goes from 2h to 10h" in line for line in scene.log.warnings] == [True] * is_written


def test_a_value_that_stays_superseded_on_another_plan_is_warned_of():
    """It was written again, so it is said again."""
    scene = stage()
    scene.tenant.caps["idle_session_lifetime"] = 120
    before = scene.managed(idle_session_lifetime=600)
    after = scene.operations.update(before, replace(before.declared, plan=Plan.ENTERPRISE))
    assert after.superseded == {"idle_session_lifetime": {"asked": "10h", "reported": "2h"}}
    assert ["set to 10h, but the tenant reports 2h" in line for line in scene.log.warnings] == [True]


def test_another_plan_does_not_write_what_drifted_unseen():
    """Only what the record knows to be otherwise than asked is written; drift is for a refresh to find."""
    scene = stage()
    before = scene.managed(session_lifetime=600)
    scene.tenant.change_on_the_dashboard(session_lifetime=120)
    scene.operations.update(before, replace(before.declared, plan=Plan.ENTERPRISE))
    assert scene.tenant.calls == []


# Refresh.


def test_refresh_without_drift():
    """A refresh is one GET, and without drift nothing of the record changes."""
    scene = stage()
    before = scene.managed(**OTHER)
    assert (before, ["GET"]) == (scene.operations.refresh(before), scene.tenant.calls)
    assert (scene.log.warnings, scene.log.infos) == ([], [])


@pytest.mark.parametrize("name", SETTINGS)
def test_refresh_follows_the_tenant(name):
    """Drift goes into the inputs and the outputs; `previous` stays, and nothing is said."""
    scene = stage()
    before = scene.managed(**OTHER)
    scene.tenant.change_on_the_dashboard(**{name: THIRD[name]})
    after = scene.operations.refresh(before)
    changed = {**OTHER, name: THIRD[name]}
    assert (changed, changed, before.previous) == (after.declared.wanted, after.reported, after.previous)
    assert (scene.log.warnings, after.superseded) == ([], {})


@pytest.mark.parametrize("name", LIFETIMES)
def test_refresh_keeps_what_is_superseded_as_before(name):
    """A refresh that finds exactly the recorded superseded value keeps the asked one, so no diff stays open."""
    scene = stage()
    scene.tenant.caps[name] = 120
    before = scene.managed(**{name: 600})
    after = scene.operations.refresh(State.from_props(before.to_props()))
    assert (before, False) == (after, diff(after, declared(**{name: 600})).changes)


@pytest.mark.parametrize("moved_to", [60, 180, 600])
def test_refresh_follows_a_superseded_value_that_moves(moved_to):
    """A superseded setting whose reported value moves is followed like any other."""
    scene = stage()
    scene.tenant.caps["session_lifetime"] = 120
    before = scene.managed(session_lifetime=600)
    scene.tenant.caps.clear()
    scene.tenant.change_on_the_dashboard(session_lifetime=moved_to)
    after = scene.operations.refresh(before)
    assert (moved_to, moved_to, {}) == (
        after.declared.wanted["session_lifetime"],
        after.reported["session_lifetime"],
        after.superseded,
    )


def test_refresh_does_not_look_at_what_is_not_managed():
    """A change of a setting that is not managed is not our business."""
    scene = stage()
    before = scene.managed(session_lifetime=600)
    scene.tenant.change_on_the_dashboard(idle_session_lifetime=60, session_cookie_mode="non-persistent")
    assert before == scene.operations.refresh(before)


def test_refresh_of_a_tenant_that_lost_a_key():
    """A key that is absent from the answer counts as Auth0's default."""
    scene = stage()
    before = scene.managed(session_lifetime=600)
    del scene.tenant.stored["session_lifetime"]
    assert scene.operations.refresh(before).reported == {"session_lifetime": 10_080}


# Delete.


def test_retain():
    """With "retain" an end makes no call, and says what the tenant keeps."""
    scene = stage()
    state = scene.managed(**OTHER)
    scene.operations.delete(state)
    assert scene.tenant.calls == []
    assert [all(f"{name} {text(OTHER[name])}" in line for name in OTHER) for line in scene.log.infos] == [True]


@pytest.mark.parametrize("drifted", [False, True])
def test_restore(drifted):
    """With "restore", a delete writes the values from before management, regardless of the record."""
    scene = stage(**THIRD)
    state = scene.managed(on_delete=OnDelete.RESTORE, **OTHER)
    if drifted:
        scene.tenant.change_on_the_dashboard(**THIRD)
    scene.operations.delete(state)
    assert scene.tenant.calls == written(THIRD)
    assert (scene.log.warnings, len(scene.log.infos)) == ([], 1)


@pytest.mark.parametrize("drifted", [False, True])
def test_reset(drifted):
    """With "reset", a delete writes Auth0's defaults, regardless of the record."""
    scene = stage(**THIRD)
    state = scene.managed(on_delete=OnDelete.RESET, **OTHER)
    if drifted:
        scene.tenant.change_on_the_dashboard(**AUTH0_DEFAULTS)
    scene.operations.delete(state)
    assert (scene.tenant.calls, scene.log.warnings) == (written(AUTH0_DEFAULTS), [])


@pytest.mark.parametrize("on_delete", [OnDelete.RESTORE, OnDelete.RESET])
@pytest.mark.parametrize("name", SETTINGS)
def test_delete_writes_only_what_is_managed(on_delete, name):
    """An end writes the managed settings and no other."""
    scene = stage(**THIRD)
    state = scene.managed(on_delete=on_delete, **{name: OTHER[name]})
    scene.operations.delete(state)
    target = THIRD[name] if on_delete is OnDelete.RESTORE else AUTH0_DEFAULTS[name]
    assert written({name: target}) == scene.tenant.calls


def test_restore_without_anything_known():
    """A record that knows of nothing to put back makes no call."""
    scene = stage()
    state = replace(scene.managed(session_lifetime=600, on_delete=OnDelete.RESTORE), previous={})
    scene.operations.delete(state)
    assert scene.tenant.calls == []


def test_an_end_that_the_tenant_does_not_take():
    """A tenant that reports otherwise than was put back is warned of."""
    scene = stage(session_lifetime=600)
    state = scene.managed(session_lifetime=60, on_delete=OnDelete.RESTORE)
    scene.tenant.caps["session_lifetime"] = 120
    scene.operations.delete(state)
    assert scene.log.warnings == [f"{DOMAIN}: the tenant did not apply the requested value: session_lifetime 10h."]


# Diff.


FULL = Declared(
    DOMAIN,
    {"session_lifetime": 1_440, "session_cookie_mode": "persistent"},
    Plan.FREE,
    OverLimit.ERROR,
    OnDelete.RETAIN,
    "acme",
    Enforce.EXACT,
)
OTHER_VALUES = {
    "domain": "other.eu.auth0.com",
    **OTHER,
    "plan": Plan.ENTERPRISE,
    "over_limit": OverLimit.WARN,
    "on_delete": OnDelete.RESET,
    "enforce": Enforce.AT_MOST,
    "credentials": "other",
}


DEFAULTED = ("over_limit", "on_delete", "enforce")


def test_a_declaration_does_not_differ_from_itself():
    """The same values are no change, and nothing is replaced."""
    found = compared(FULL, replace(FULL))
    assert (found, found.changes, found.replaces) == (Diff(), False, ())


def test_outputs_are_not_compared():
    """A record's outputs are not compared."""
    record = State(FULL, {**FULL.wanted, "session_lifetime": 60}, {"session_lifetime": 90}, "2026-09-21T14:13:20Z")
    assert not diff(State.from_props(record.to_props()), FULL).changes


@pytest.mark.parametrize("name", OTHER_VALUES)
def test_each_input_that_differs_is_named(name):
    """A difference is a change of its input alone, and says whether it came, went or has another value."""
    there, gone = dict(FULL.values), dict(FULL.values)
    gone.pop(name, None)
    changed = {**there, name: OTHER_VALUES[name]}
    expected = {name: Change.UPDATE if name in there else Change.ADD}
    assert compared(FULL, Declared.of(changed)) == Diff(expected)
    if name in there and name not in DEFAULTED:
        assert compared(Declared.of(there), Declared.of(gone)) == Diff({name: Change.DELETE})
        assert compared(Declared.of(gone), Declared.of(there)) == Diff({name: Change.ADD})


@pytest.mark.parametrize("name", INPUTS)
def test_an_unknown_value_counts_as_a_change(name):
    """What a preview cannot know yet may be anything."""
    values = {key: value for key, value in FULL.values.items() if key != name}
    found = compared(FULL, Declared.of(values, frozenset({name})))
    assert found == Diff({name: Change.UPDATE if name in FULL.values else Change.ADD})


@pytest.mark.parametrize("minutes", [1_439, 1_441, 400 * 1_440])
def test_a_minute_is_a_difference(minutes):
    """Lengths are compared in minutes, those above today's ceiling too."""
    found = compared(FULL, replace(FULL, wanted={**FULL.wanted, "session_lifetime": minutes}))
    assert found == Diff({"session_lifetime": Change.UPDATE})


@pytest.mark.parametrize("name", INPUTS)
def test_only_another_tenant_replaces(name):
    """Another domain, or one that is not known yet, is another tenant; everything else changes in place."""
    replaces = ("domain",) if name == "domain" else ()
    assert compared(FULL, Declared.of({**FULL.values, name: OTHER_VALUES[name]})).replaces == replaces
    assert compared(FULL, Declared.of(FULL.values, frozenset({name}))).replaces == replaces


@pytest.mark.parametrize("name", DEFAULTED)
def test_a_record_without_a_default_is_the_same(name):
    """A record that lacks an input whose default the program has now is the same."""
    props = {key: value for key, value in FULL.to_props().items() if key != name}
    assert not compared(Declared.from_props(props), FULL).changes


# All of it together.


def values(*, at_least=0):
    """Return a strategy for values of settings."""
    rows = {
        name: st.integers(1, 3_000) if name in LIFETIMES else st.sampled_from([mode.value for mode in CookieMode])
        for name in SETTINGS
    }
    return st.sets(st.sampled_from(list(SETTINGS)), min_size=at_least).flatmap(
        lambda names: st.fixed_dictionaries({name: rows[name] for name in sorted(names)})
    )


@given(values(), values(at_least=1))
def test_an_up_without_changes_makes_no_call(stored, wanted):
    """After a create there is no diff, and an update would make no call and leave the record alone."""
    scene = stage(**stored)
    state = scene.managed(**wanted)
    assert not diff(state, declared(**wanted)).changes
    assert (state, []) == (scene.operations.update(state, declared(**wanted)), scene.tenant.calls)


@given(values(), values(at_least=1), values(at_least=1))
def test_a_write_never_holds_more_than_it_must(stored, first, second):
    """Every write of create and update holds only managed settings, each with the value that the program asks for."""
    scene = stage(**stored)
    state = scene.operations.create(declared(**first))
    scene.operations.update(state, declared(**second))
    gets = [call for call in scene.tenant.calls if call == "GET"]
    patches = [call for call in scene.tenant.calls if call != "GET"]
    is_read = bool(set(second) - set(first))
    writes_shared = {SHARED} <= first.keys() & second.keys() and first[SHARED] != second[SHARED]
    assert (1 + (is_read or writes_shared)) == len(gets)
    assert all(patch and (patch.items() <= first.items() or patch.items() <= second.items()) for patch in patches)
