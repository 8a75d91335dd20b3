"""Create, update, refresh and delete against a tenant in memory that counts its calls."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.errors import CanceledError, UnexpectedAnswerError
from auth0_sessions.lifecycle.diff import diff
from auth0_sessions.lifecycle.record import State
from auth0_sessions.model.choices import Enforce, OnDelete, OverLimit
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import (
    ABSOLUTE,
    ABSOLUTE_AND_IDLE,
    AUTH0_DEFAULTS,
    IDLE,
    LIFETIMES,
    SETTINGS,
    CookieMode,
    text,
    with_defaults,
)
from auth0_sessions.model.spelling import CAMEL_CASE
from stages import DOMAIN, Stage, declared

OTHER = {
    name: default + 60 if isinstance(default, int) else "non-persistent" for name, default in AUTH0_DEFAULTS.items()
}
THIRD = {name: default + 90 if isinstance(default, int) else "persistent" for name, default in AUTH0_DEFAULTS.items()}
SHARED = "anonymous_session_lifetime"
"""The setting inside an object that other features share: a write of it needs a GET, if there was none yet."""

SUPERSEDED = {ABSOLUTE: {"asked": "10h", "reported": "2h"}}


def said(lines, *words):
    """Return whether there is exactly one line, with all of these words."""
    return len(lines) == 1 and all(word in lines[0] for word in words)


# Create and update.


def values(*, at_least=0):
    """Return a strategy for values of settings, often the same ones."""
    lengths = st.sampled_from([1, 60, 1_440, 4_320, 10_080, 43_200, 600_000])
    modes = st.sampled_from([mode.value for mode in CookieMode])
    rows = {name: lengths if name in LIFETIMES else modes for name in SETTINGS}
    return st.sets(st.sampled_from(list(SETTINGS)), min_size=at_least).flatmap(
        lambda names: st.fixed_dictionaries({name: rows[name] for name in sorted(names)})
    )


@given(values(), values(at_least=1), values(at_least=1))
def test_only_what_differs_is_written(stored, first, second):
    """A create reads and compares; an update compares with the record, and reads only what becomes managed."""
    scene = Stage(**stored)
    has = with_defaults(stored)
    written = {name: value for name, value in first.items() if has[name] != value}
    before = scene.operations.create(declared(**first))
    assert scene.tenant.forget_calls() == ["GET", *([written] if written else [])]
    assert (before.reported, before.previous, before.superseded) == (first, {name: has[name] for name in first}, {})

    has |= first
    written = {name: value for name, value in second.items() if has[name] != value}
    after = scene.operations.update(before, declared(**second))
    is_read = second.keys() - first.keys() or SHARED in written
    assert scene.tenant.forget_calls() == [*(["GET"] if is_read else []), *([written] if written else [])]
    assert (after.reported, after.declared.wanted, after.superseded) == (second, second, {})
    assert after.previous == {name: before.previous.get(name, has[name]) for name in second}
    assert with_defaults(scene.tenant.stored) == {**has, **second}

    assert not diff(after, declared(**second)).changes
    assert (scene.operations.update(after, declared(**second)), scene.tenant.calls) == (after, [])


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("stored", [{}, OTHER, THIRD], ids=["never written", "the same", "another"])
def test_each_setting_is_compared_with_the_tenant(name, stored):
    """A value that the tenant has is adopted, also Auth0's default; another one is a PATCH of it alone."""
    scene, found = Stage(**stored), with_defaults(stored)[name]
    assert scene.operations.create(declared(**{name: found})).previous == {name: found}
    assert scene.tenant.forget_calls() == ["GET"]
    state = scene.operations.create(declared(**{name: OTHER[name]}))
    assert scene.tenant.calls == ["GET", *([] if found == OTHER[name] else [{name: OTHER[name]}])]
    assert (state.reported, state.previous) == ({name: OTHER[name]}, {name: found})


@pytest.mark.parametrize("enforce", Enforce)
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
def test_a_change_of_the_record_alone_makes_no_call(change, enforce):
    """A change that does not concern the tenant is in the record, and nothing is said."""
    scene = Stage(session_lifetime=30)
    before = scene.managed(declared(enforce=enforce, **OTHER))
    program = replace(declared(enforce=enforce, **OTHER), **change)
    after = scene.operations.update(before, program)
    assert (scene.tenant.calls, after) == ([], replace(before, declared=program.held(before.own)))
    assert (scene.log.warnings, scene.log.infos) == ([], [])


@pytest.mark.parametrize("name", [name for name, _ in ABSOLUTE_AND_IDLE])
def test_a_changed_absolute_lifetime_is_explained_once(name):
    """By a create, and by an update that begins to manage it; of any other change, the preview has said it."""
    scene = Stage()
    state = scene.operations.create(declared(**{name: 60}))
    assert said(scene.log.warnings, f"{name} goes from {text(AUTH0_DEFAULTS[name])} to 1h", DOMAIN)
    scene.forget()
    scene.operations.update(state, declared(**{name: 120}))
    assert scene.log.warnings == []
    state = scene.managed(declared(**{SHARED: 60}))
    scene.operations.update(state, declared(**{SHARED: 60, name: 60}))
    assert said(scene.log.warnings, f"{name} goes from 2h to 1h", DOMAIN)


@pytest.mark.parametrize("on_delete", OnDelete)
def test_a_replacement_goes_on_from_the_record(on_delete):
    """A tenant that kept our values has its earlier ones in the record; one that was put back has them itself."""
    scene = Stage(session_lifetime=43_200, idle_session_lifetime=90)
    first = scene.managed(declared(session_lifetime=60, on_delete=on_delete))
    scene.tenant.moment = scene.tenant.moment.replace(hour=11)
    ended = scene.operations.delete(first)
    second = scene.operations.create(declared(session_lifetime=30, idle_session_lifetime=30), None, ended)
    absolute = AUTH0_DEFAULTS[ABSOLUTE] if on_delete is OnDelete.RESET else 43_200
    assert second.previous == {ABSOLUTE: absolute, IDLE: 90}
    assert second.old_sessions_gone_by == first.old_sessions_gone_by == "2026-10-21T12:00:01Z"


@pytest.mark.parametrize("name", LIFETIMES)
def test_no_message_repeats_a_secret(name):
    """A secret's value, what it was, and what the tenant makes of it are in the record and in no line."""
    scene, secrets = Stage(**{name: 137}), frozenset({name})
    scene.tenant.caps[name] = 331
    wanted = replace(declared(on_delete=OnDelete.RESTORE, **{name: 977}), secrets=secrets)
    scene.operations.announce(wanted)
    state = scene.operations.create(wanted)
    assert state.superseded == {name: {"asked": text(977), "reported": text(331)}}
    state = scene.operations.update(state, declared(on_delete=OnDelete.RESTORE, **{name: 599}))
    for cap, on_delete in ((331, OnDelete.RETAIN), (331, OnDelete.RESTORE), (111, OnDelete.RESTORE)):
        scene.tenant.caps[name] = cap
        ended = replace(state.declared, on_delete=on_delete, secrets=secrets)
        scene.operations.delete(replace(state, declared=ended))
    lines = " ".join([*scene.log.warnings, *scene.log.infos])
    assert lines.count("[secret]") >= 8
    assert [minutes for minutes in (137, 331, 977, 599, 111) if text(minutes) in lines] == []


def test_only_values_without_a_record_need_an_engine():
    """Before a write of settings that no record has, the engine has to be there; any other write can be repeated."""
    scene = Stage()

    def fail():
        message = "the engine has ended"
        raise CanceledError(message)

    orphaned = replace(scene.operations, confirm=fail)
    with pytest.raises(CanceledError):
        orphaned.create(declared(session_lifetime=60))
    assert scene.tenant.forget_calls() == ["GET"]
    before = scene.managed(declared(session_lifetime=60))
    orphaned.create(declared(session_lifetime=60))
    orphaned.update(before, declared(session_lifetime=90))
    scene.forget()
    with pytest.raises(CanceledError):
        orphaned.update(before, declared(session_lifetime=90, idle_session_lifetime=30))
    assert scene.tenant.calls == ["GET"]


# What the tenant did not take, and what somebody changed.


@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize("enforce", Enforce)
def test_a_create_says_what_is_superseded(name, enforce):
    """A value that the tenant does not take is recorded as asked and as reported, and warned of."""
    scene = Stage()
    scene.tenant.caps[name] = 120
    state = scene.operations.create(declared(enforce=enforce, **{name: 600}), {name: 1_440})
    assert (state.superseded, state.reported) == ({name: {"asked": "10h", "reported": "2h"}}, {name: 120})
    warnings = [line for line in scene.log.warnings if "set to" in line]
    assert said(warnings, f"{DOMAIN}: {name} was set to 10h, but the tenant reports 2h")


@pytest.mark.parametrize(
    ("change", "cap", "write", "superseded", "words"),
    [
        # What the program still asks for is neither written nor mentioned again; the answer may show that it came true.
        ({"wanted": {ABSOLUTE: 600, IDLE: 90}}, 120, {IDLE: 90}, SUPERSEDED, None),
        ({"wanted": {ABSOLUTE: 600, IDLE: 90}}, 999, {IDLE: 90}, {}, None),
        # Another plan may allow it.
        ({"plan": Plan.ENTERPRISE}, 999, {ABSOLUTE: 600}, {}, "session_lifetime goes from 2h to 10h"),
        ({"over_limit": OverLimit.WARN}, 999, {ABSOLUTE: 600}, {}, "session_lifetime goes from 2h to 10h"),
        ({"on_delete": OnDelete.RESET}, 999, None, SUPERSEDED, None),
        ({"credentials": "acme"}, 999, None, SUPERSEDED, None),
        # Another value is another try.
        ({"wanted": {ABSOLUTE: 601, IDLE: 60}}, 999, {ABSOLUTE: 601}, {}, None),
    ],
)
def test_a_superseded_value_is_written_again_if_it_may_be_allowed(change, cap, write, superseded, words):
    """A change of the plan or of `over_limit` writes it; nothing else does."""
    scene = Stage()
    scene.tenant.caps[ABSOLUTE] = 120
    before = scene.managed(declared(session_lifetime=600, idle_session_lifetime=60))
    scene.tenant.caps[ABSOLUTE] = cap
    program = replace(declared(session_lifetime=600, idle_session_lifetime=60), **change)
    after = scene.operations.update(State.from_props(before.to_props()), program)
    assert scene.tenant.calls == ([write] if write else [])
    assert (after.superseded, diff(after, program).changes) == (superseded, False)
    assert said(scene.log.warnings, words) if words else scene.log.warnings == []


def test_a_value_that_stays_superseded_on_another_plan_is_warned_of():
    """It was written again, so it is said again."""
    scene = Stage()
    scene.tenant.caps[IDLE] = 120
    before = scene.managed(declared(idle_session_lifetime=600))
    after = scene.operations.update(before, replace(before.declared, plan=Plan.ENTERPRISE))
    assert after.superseded == {IDLE: {"asked": "10h", "reported": "2h"}}
    assert said(scene.log.warnings, "set to 10h, but the tenant reports 2h")


@pytest.mark.parametrize("name", [name for name in SETTINGS if name != SHARED])
def test_a_change_during_a_create_is_drift(name, monkeypatch):
    """A setting that was right when it was read is not superseded: the record has it, and the next `up` repairs it."""
    scene = Stage(**{name: OTHER[name]})
    read = scene.tenant.read

    def read_and_change():
        found = read()
        scene.tenant.change_on_the_dashboard(**{name: THIRD[name]})
        return found

    monkeypatch.setattr(scene.tenant, "read", read_and_change)
    program = declared(**{name: OTHER[name], SHARED: OTHER[SHARED]})
    state = scene.operations.create(program)
    assert (state.reported[name], state.declared.wanted[name], state.superseded) == (THIRD[name], THIRD[name], {})
    assert state.previous[name] == OTHER[name]
    assert said(scene.log.warnings, f"{name} was changed to {text(THIRD[name])} outside of Pulumi", "`pulumi up` will")
    assert diff(state, program).changes
    scene.tenant.forget_calls()
    assert scene.operations.update(state, program).reported == program.wanted
    assert scene.tenant.calls == [{name: OTHER[name]}]


@pytest.mark.parametrize(
    ("change", "calls", "words"),
    [
        ({"wanted": {ABSOLUTE: 600, IDLE: 90}}, [{IDLE: 90}], "changed to 2h outside of Pulumi"),
        ({"wanted": {ABSOLUTE: 600, IDLE: 60, SHARED: 43_200}}, ["GET"], "`pulumi up --refresh` will fix it"),
        ({"plan": Plan.ENTERPRISE}, [], None),
    ],
    ids=["the answer to a write", "a read for a new setting", "no call"],
)
def test_drift_that_an_update_shows(change, calls, words):
    """It is warned of; the record stays until a refresh, because the program may ignore changes of it."""
    scene = Stage()
    before = scene.managed(declared(session_lifetime=600, idle_session_lifetime=60))
    scene.tenant.change_on_the_dashboard(session_lifetime=120)
    program = replace(before.declared, **change)
    after = scene.operations.update(before, program)
    assert scene.tenant.forget_calls() == calls
    assert (after.reported, after.superseded, diff(after, program).changes) == (program.wanted, {}, False)
    assert said(scene.log.warnings, words, "10h") if words else scene.log.warnings == []
    scene.operations.update(scene.operations.refresh(after), program)
    assert scene.tenant.calls == ["GET", {ABSOLUTE: 600}]


# Values that cannot be used.


def test_a_managed_value_that_cannot_be_used_stops_a_read():
    """The error names the setting as the front end spells it, and what the tenant reports."""
    scene = Stage(session_lifetime=480)
    scene.tenant.unusable = {IDLE: "0, which is not a lifetime"}
    operations = replace(scene.operations, spelling=CAMEL_CASE)
    with pytest.raises(UnexpectedAnswerError, match=r"reports idleSessionLifetime as 0, which is not a lifetime\."):
        operations.create(declared(idle_session_lifetime=60))
    state = operations.create(declared(session_lifetime=60))
    assert scene.operations.refresh(state) == state


def test_a_written_value_that_is_reported_unusably_counts():
    """An accepted write is done: the record has the requested value, with a warning, and nothing is put back."""
    scene = Stage()
    before = scene.managed(declared(session_lifetime=60))
    scene.tenant.unusable = {ABSOLUTE: "0, which is not a lifetime"}
    after = scene.operations.update(before, declared(session_lifetime=90))
    assert (scene.tenant.calls, after.reported) == ([{ABSOLUTE: 90}], {ABSOLUTE: 90})
    assert said(scene.log.warnings, "reports session_lifetime as 0")


# Refresh.


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("found", [OTHER, THIRD, {}], ids=["as recorded", "changed", "gone"])
def test_a_refresh_follows_the_tenant(name, found):
    """With one GET, drift of managed settings goes into inputs and outputs; `previous` stays, and nothing is said."""
    scene = Stage()
    before = scene.managed(declared(**{name: OTHER[name]}))
    scene.tenant.stored = {**THIRD, name: found[name]} if found else {}
    after = scene.operations.refresh(before)
    now = {name: with_defaults(found)[name]}
    assert (after.declared.wanted, after.reported, after.previous) == (now, now, before.previous)
    assert (after == before) == (found is OTHER)
    assert (scene.tenant.calls, scene.log.warnings, scene.log.infos) == (["GET"], [], [])


@pytest.mark.parametrize("found", [120, 60, 180, 600])
def test_a_refresh_follows_a_superseded_value_that_moves(found):
    """Exactly the recorded value keeps the asked one, so that no diff stays open; another one is followed."""
    scene = Stage()
    scene.tenant.caps[ABSOLUTE] = 120
    before = scene.managed(declared(session_lifetime=600))
    scene.tenant.caps.clear()
    scene.tenant.change_on_the_dashboard(session_lifetime=found)
    after = scene.operations.refresh(State.from_props(before.to_props()))
    if found == 120:
        assert (after, diff(after, declared(session_lifetime=600)).changes) == (before, False)
    else:
        assert (after.declared.wanted, after.reported, after.superseded) == ({ABSOLUTE: found}, {ABSOLUTE: found}, {})


# Delete.


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("is_there", [False, True])
@pytest.mark.parametrize("on_delete", OnDelete)
def test_a_delete_writes_what_was_managed(on_delete, is_there, name):
    """Whatever the tenant has: the values from before, or Auth0's defaults; with "retain", nothing. It says so."""
    scene = Stage(**THIRD)
    state = scene.managed(declared(on_delete=on_delete, **{name: OTHER[name]}))
    target = {OnDelete.RESTORE: THIRD, OnDelete.RESET: AUTH0_DEFAULTS, OnDelete.RETAIN: OTHER}[on_delete][name]
    if is_there:
        scene.tenant.change_on_the_dashboard(**{name: target})
    scene.operations.delete(state)
    write = [*(["GET"] if name == SHARED else []), {name: target}]
    assert scene.tenant.calls == ([] if on_delete is OnDelete.RETAIN else write)
    assert scene.log.warnings == []
    assert said(scene.log.infos, f"{name} {text(target)}", f"on_delete='{on_delete}'")


def test_a_restore_without_anything_known():
    """A record that knows of nothing to put back makes no call."""
    scene = Stage()
    state = replace(scene.managed(declared(session_lifetime=600, on_delete=OnDelete.RESTORE)), previous={})
    scene.operations.delete(state)
    assert scene.tenant.calls == []


def test_a_restore_that_the_tenant_does_not_take():
    """A tenant that reports otherwise than was put back is warned of."""
    scene = Stage(session_lifetime=600)
    state = scene.managed(declared(session_lifetime=60, on_delete=OnDelete.RESTORE))
    scene.tenant.caps[ABSOLUTE] = 120
    scene.operations.delete(state)
    assert scene.log.warnings == [f"{DOMAIN}: the tenant did not apply the requested value: session_lifetime 10h."]


@pytest.mark.parametrize("others", [{}, {IDLE: 480}])
def test_a_restore_sends_what_the_api_accepts(others):
    """A value above the API's maximum cannot be restored, which is said; the others are."""
    scene = Stage(session_lifetime=600_000, **others)
    state = scene.managed(declared(session_lifetime=60, on_delete=OnDelete.RESTORE, **dict.fromkeys(others, 60)))
    scene.operations.delete(state)
    assert scene.tenant.calls == ([others] if others else [])
    words = ("could not restore session_lifetime 416d16h", "at most 365d. The tenant keeps session_lifetime 1h.")
    assert said(scene.log.warnings, *words)
