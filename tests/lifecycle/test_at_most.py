"""`enforce="at-most"`: a lifetime is a ceiling, and a tenant that is stricter is left as it is."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.lifecycle.check import check
from auth0_sessions.lifecycle.operations import Operations, diff
from auth0_sessions.lifecycle.record import Declared, State
from auth0_sessions.model.choices import Enforce, OnDelete, OverLimit
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import (
    ABSOLUTE_AND_IDLE,
    DEFAULTS,
    LIFETIMES,
    CookieMode,
    Reported,
    text,
    with_defaults,
)
from fakes import FakeLog, FakeTenant

DOMAIN = "acme.eu.auth0.com"
ABSOLUTE = [name for name, _ in ABSOLUTE_AND_IDLE]


def ceiling(**wanted):
    """Return what a program asks for at most."""
    return Declared(DOMAIN, wanted, enforce=Enforce.AT_MOST)


class Stage:
    """A tenant on which these settings were written, and the operations on it."""

    def __init__(self, **stored):
        self.tenant, self.log = FakeTenant(**stored), FakeLog()
        self.operations = Operations(self.tenant, self.log)

    def managed(self, declared):
        """Create a resource and forget the calls and words of that."""
        state = self.operations.create(declared)
        self.tenant.forget_calls()
        self.log.warnings.clear()
        return state


# Create.


@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize(("found", "writes"), [(59, []), (60, []), (61, [60])])
def test_only_what_is_longer_is_written(name, found, writes):
    """A tenant that is as strict or stricter is adopted with one GET; a minute more is one PATCH of the ceiling."""
    scene = Stage(**{name: found})
    state = scene.operations.create(ceiling(**{name: 60}))
    assert scene.tenant.calls == ["GET", *({name: value} for value in writes)]
    assert (state.reported, state.previous) == ({name: min(found, 60)}, {name: found})
    assert (state.declared.wanted, state.superseded) == ({name: 60}, {})


def test_a_longer_setting_is_written_alone():
    """Of several lifetimes only those that are longer are in the PATCH."""
    scene = Stage(session_lifetime=30, idle_session_lifetime=90)
    scene.operations.create(ceiling(session_lifetime=60, idle_session_lifetime=60))
    assert scene.tenant.calls == ["GET", {"idle_session_lifetime": 60}]


@pytest.mark.parametrize("found", CookieMode)
@pytest.mark.parametrize("wanted", CookieMode)
def test_the_cookie_mode_is_exact(found, wanted):
    """No mode is shorter than another, so each is written where it differs."""
    scene = Stage(session_cookie_mode=found.value)
    scene.operations.create(ceiling(session_cookie_mode=wanted.value))
    assert scene.tenant.calls == ["GET", *([] if found is wanted else [{"session_cookie_mode": wanted.value}])]


def test_a_tenant_that_stays_longer_is_superseded(monkeypatch):
    """A ceiling that the tenant does not take is reported and warned of like an exact value."""
    scene = Stage(session_lifetime=600)
    monkeypatch.setattr(scene.tenant, "write", lambda *_, **__: Reported({"session_lifetime": 90}))
    state = scene.operations.create(ceiling(session_lifetime=60))
    assert state.superseded == {"session_lifetime": {"asked": "1h", "reported": "1h30m"}}
    assert ["set to 1h, but the tenant reports 1h30m" in line for line in scene.log.warnings] == [True, False]


# Refresh.


@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize("found", [1, 30, 60])
def test_a_stricter_tenant_is_no_drift(name, found):
    """The ceiling stays what the program asks for, the outputs follow the tenant, and the next `up` has no diff."""
    scene = Stage(**{name: 60})
    before = scene.managed(ceiling(**{name: 60}))
    scene.tenant.change_on_the_dashboard(**{name: found})
    after = scene.operations.refresh(before)
    assert (after.reported, after.superseded) == ({name: found}, {})
    assert not diff(after.declared, ceiling(**{name: 60})).changes
    assert after == State.from_props(after.to_props())


@pytest.mark.parametrize("name", LIFETIMES)
def test_a_longer_tenant_is_drift(name):
    """The input follows the tenant, so that the preview shows it and the next `up` brings the ceiling back."""
    scene = Stage(**{name: 30})
    before = scene.managed(ceiling(**{name: 60}))
    scene.tenant.change_on_the_dashboard(**{name: 61})
    after = scene.operations.refresh(before)
    assert after.declared.wanted == {name: 61}
    assert diff(after.declared, ceiling(**{name: 60})).changes
    scene.tenant.forget_calls()
    repaired = scene.operations.update(after, ceiling(**{name: 60}))
    assert [call for call in scene.tenant.calls if call != "GET"] == [{name: 60}]
    assert (repaired.reported, repaired.previous) == ({name: 60}, {name: 30})


# Update.


@pytest.mark.parametrize(
    ("found", "asked", "writes"),
    [
        (30, 45, []),
        (30, 120, []),
        (30, 20, [20]),
        (60, 59, [59]),
    ],
)
def test_an_update_reads_first(found, asked, writes):
    """A changed ceiling is one GET, and a PATCH only where the tenant is longer; a raised one lengthens nothing."""
    scene = Stage(session_lifetime=found)
    before = scene.managed(ceiling(session_lifetime=60))
    after = scene.operations.update(before, ceiling(session_lifetime=asked))
    assert scene.tenant.calls == ["GET", *({"session_lifetime": value} for value in writes)]
    assert (after.reported, after.declared.wanted) == (
        {"session_lifetime": min(found, asked)},
        {"session_lifetime": asked},
    )
    assert (after.previous, after.superseded) == (before.previous, {})


def test_an_update_holds_what_drifted_unseen():
    """A tenant that became longer since the last run is brought back by an update of anything else, as it is read."""
    scene = Stage(session_lifetime=30, idle_session_lifetime=30)
    before = scene.managed(ceiling(session_lifetime=60, idle_session_lifetime=60))
    scene.tenant.change_on_the_dashboard(session_lifetime=90)
    after = scene.operations.update(before, ceiling(session_lifetime=60, idle_session_lifetime=50))
    assert scene.tenant.calls == ["GET", {"session_lifetime": 60}]
    assert after.reported == {"session_lifetime": 60, "idle_session_lifetime": 30}


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
def test_a_change_of_the_record_alone_writes_nothing(change):
    """A stricter tenant is not changed, whatever else changes."""
    scene = Stage(session_lifetime=30)
    before = scene.managed(ceiling(session_lifetime=60))
    after = scene.operations.update(before, replace(before.declared, **change))
    assert scene.tenant.calls == ["GET"]
    assert (after.reported, scene.log.warnings) == ({"session_lifetime": 30}, [])


def test_a_ceiling_that_becomes_exact_is_written():
    """When a stricter tenant's record becomes "exact", the update writes the declared value and says so."""
    scene = Stage(session_lifetime=30)
    before = scene.managed(ceiling(session_lifetime=60))
    exact = Declared(DOMAIN, {"session_lifetime": 60})
    assert diff(before.declared, exact).changes
    after = scene.operations.update(before, exact)
    assert (scene.tenant.calls, after.reported) == ([{"session_lifetime": 60}], {"session_lifetime": 60})
    assert after.previous == {"session_lifetime": 30}
    assert ["session_lifetime goes from 30m to 1h" in line for line in scene.log.warnings] == [True]


@pytest.mark.parametrize(("asked", "writes"), [(60, []), (90, []), (45, [45])])
def test_an_exact_value_that_becomes_a_ceiling(asked, writes):
    """The tenant keeps what it has, unless the ceiling is lower."""
    scene = Stage()
    before = scene.managed(Declared(DOMAIN, {"session_lifetime": 60}))
    after = scene.operations.update(before, ceiling(session_lifetime=asked))
    assert scene.tenant.calls == ["GET", *({"session_lifetime": value} for value in writes)]
    assert after.reported == {"session_lifetime": min(60, asked)}


def test_restore_puts_back_what_was_longer():
    """A delete restores what the tenant had, even a longer lifetime, because it is no longer managed."""
    scene = Stage(session_lifetime=600)
    state = scene.managed(replace(ceiling(session_lifetime=60), on_delete=OnDelete.RESTORE))
    scene.operations.delete(state)
    assert scene.tenant.calls == [{"session_lifetime": 600}]


# What is said.


@pytest.mark.parametrize("name", ABSOLUTE)
@pytest.mark.parametrize(("old", "new"), [("1h", "2h"), ("2h", "1h")])
@pytest.mark.parametrize(
    ("was", "is_now", "said"),
    [
        ("exact", "exact", True),
        ("at-most", "at-most", False),
        ("exact", "at-most", False),
        ("at-most", "exact", False),
    ],
)
def test_a_preview_does_not_guess(name, old, new, was, is_now, said):
    """A ceiling that goes up or down says nothing of the tenant, so the preview speaks of exact values alone."""
    olds = {"domain": DOMAIN, name: old, "enforce": was}
    news = {"domain": DOMAIN, name: new, "enforce": is_now}
    warnings = check(news, olds, default_domain=None, bound_domain=None).warnings
    assert [f"{name} goes from {old} to {new}" in line for line in warnings] == [True] * said


@pytest.mark.parametrize("name", ABSOLUTE)
def test_an_update_says_what_it_changes(name):
    """A tenant that is shortened by a lower ceiling is reported with the values that it had and has."""
    scene = Stage(**{name: 50})
    before = scene.managed(ceiling(**{name: 60}))
    scene.operations.update(before, ceiling(**{name: 40}))
    assert [f"{name} goes from 50m to 40m" in line for line in scene.log.warnings] == [True]


LENGTHS = st.dictionaries(st.sampled_from(list(LIFETIMES)), st.integers(1, 3_000), min_size=1)


@given(stored=LENGTHS, drift=LENGTHS, first=LENGTHS, second=LENGTHS, refreshed=st.booleans())
def test_no_tenant_is_ever_lengthened(stored, drift, first, second, refreshed):
    """Create and update write only what is longer than asked, and what is managed ends up within every ceiling."""
    scene = Stage(**stored)
    has = with_defaults(scene.tenant.stored)
    state = scene.operations.create(ceiling(**first))
    assert with_defaults(scene.tenant.stored) == {
        name: min(value, first[name]) if name in first else value for name, value in has.items()
    }
    scene.tenant.change_on_the_dashboard(**drift)
    if refreshed:
        state = scene.operations.refresh(State.from_props(state.to_props()))
    has = with_defaults(scene.tenant.stored)
    state = scene.operations.update(state, ceiling(**second))
    expected = {name: min(value, second[name]) if name in second else value for name, value in has.items()}
    assert with_defaults(scene.tenant.stored) == expected
    assert state.reported == {name: expected[name] for name in second}
    assert (state.declared.wanted, state.superseded) == (second, {})


@given(LENGTHS, LENGTHS)
def test_a_record_of_a_ceiling_is_an_inverse_pair(wanted, shorter):
    """A record keeps what was asked and what the tenant reports apart, in text and back."""
    reported = {name: min(value, shorter.get(name, value)) for name, value in wanted.items()}
    state = State(ceiling(**wanted), reported, reported)
    props = state.to_props()
    assert {name: props[name] for name in wanted} == {name: text(value) for name, value in wanted.items()}
    assert {name: props[f"{name}_minutes"] for name in wanted} == reported
    assert State.from_props(props) == state


@pytest.mark.parametrize("name", LIFETIMES)
def test_an_absent_key_counts_as_the_default(name):
    """A tenant on which nothing was ever set has Auth0's default, which a ceiling may be above or below."""
    scene = Stage()
    scene.operations.create(ceiling(**{name: int(DEFAULTS[name])}))
    assert scene.tenant.forget_calls() == ["GET"]
    scene.operations.create(ceiling(**{name: int(DEFAULTS[name]) - 1}))
    assert scene.tenant.calls == ["GET", {name: int(DEFAULTS[name]) - 1}]
