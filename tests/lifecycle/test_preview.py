"""Records that no write has made: what a preview can know, and what an import takes over."""

import pytest

from auth0_sessions.lifecycle.inputs import UNKNOWN
from auth0_sessions.lifecycle.preview import LookedUp, changed_record, new_record
from auth0_sessions.lifecycle.record import Declared, State
from auth0_sessions.model.choices import OverLimit
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import DEFAULTS, LOGIN_SETTINGS, SETTINGS

DOMAIN = "acme.eu.auth0.com"
DECLARED = Declared(DOMAIN, {"session_lifetime": 480, "idle_session_lifetime": 60})


def recorded(**reported):
    """Return a record of a tenant that reports something else than asked where it is said so."""
    values = {**DECLARED.wanted, **reported}
    return State(DECLARED, values, {"session_lifetime": 10_080, "idle_session_lifetime": 4_320}, "2026-12-01T00:00:00Z")


def test_a_new_record_knows_only_what_was_asked():
    """Before a create nothing of the tenant is known, and what is not managed is None rather than unknown."""
    props = new_record(DECLARED)
    assert (props["session_lifetime"], props["session_lifetime_minutes"]) == ("8h", UNKNOWN)
    assert (props["ephemeral_session_lifetime_minutes"], props["session_cookie_mode"]) == (None, None)
    assert [props[name] for name in ("previous", "superseded", "old_sessions_gone_by")] == [UNKNOWN] * 3


def test_a_new_record_of_a_tenant_that_was_read():
    """What the tenant has is `previous`, and a lifetime that it has already needs no write to be known."""
    props = new_record(DECLARED, {"session_lifetime": 480, "idle_session_lifetime": 4_320})
    assert props["previous"] == {"session_lifetime": 480, "idle_session_lifetime": 4_320}
    assert (props["session_lifetime_minutes"], props["idle_session_lifetime_minutes"]) == (480, UNKNOWN)


def test_what_does_not_change_stays_known():
    """An update leaves the outputs of other settings as they are."""
    later = Declared(DOMAIN, {**DECLARED.wanted, "idle_session_lifetime": 90})
    props = changed_record(recorded(), later)
    assert (props["session_lifetime_minutes"], props["idle_session_lifetime_minutes"]) == (480, UNKNOWN)
    assert props["old_sessions_gone_by"] == "2026-12-01T00:00:00Z"
    assert props["previous"] == {"session_lifetime": 10_080, "idle_session_lifetime": 4_320}


def test_a_changed_absolute_lifetime_moves_the_moment():
    """`old_sessions_gone_by` is unknown until an absolute lifetime is written."""
    props = changed_record(recorded(), Declared(DOMAIN, {**DECLARED.wanted, "session_lifetime": 960}))
    assert props["old_sessions_gone_by"] is UNKNOWN


def test_a_new_setting_has_to_be_read():
    """`previous` of a setting that becomes managed is unknown until the tenant is read."""
    props = changed_record(recorded(), Declared(DOMAIN, {**DECLARED.wanted, "session_cookie_mode": "persistent"}))
    assert props["previous"] is UNKNOWN


@pytest.mark.parametrize("found", [{}, {"session_lifetime": 90}, {"session_cookie_mode": "non-persistent"}])
def test_a_look_up_has_every_setting(found):
    """A look-up shows every setting, with Auth0's default where it was never written."""
    seen = LookedUp(DOMAIN, None, found)
    assert seen.values == {**DEFAULTS, **found}
    assert SETTINGS.keys() <= seen.to_props().keys()


def test_an_import_takes_what_was_ever_written():
    """The settings ever written are managed, and are what `restore` would put back."""
    state = LookedUp(DOMAIN, None, {"session_lifetime": 90}).adopted(None)
    assert (state.declared.wanted, state.previous) == ({"session_lifetime": 90}, {"session_lifetime": 90})


def test_an_import_of_an_untouched_tenant_takes_the_defaults():
    """A tenant on which nothing was ever set is imported with Auth0's defaults, early access left out."""
    assert LookedUp(DOMAIN, None, {}).adopted(None).declared.wanted.keys() == set(LOGIN_SETTINGS)


@pytest.mark.parametrize(("minutes", "over_limit"), [(43_200, OverLimit.ERROR), (43_201, OverLimit.WARN)])
def test_an_import_above_the_cap_is_allowed_to_stay(minutes, over_limit):
    """A value above the plan's cap is kept, because the tenant has it, and says so."""
    state = LookedUp(DOMAIN, None, {"session_lifetime": minutes}).adopted(Plan.ESSENTIAL)
    assert state.declared.over_limit is over_limit
