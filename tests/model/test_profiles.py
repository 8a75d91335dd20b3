"""The named policies, as data with their sources."""

import re

import pytest

from auth0_sessions.model.judgment import Ceiling
from auth0_sessions.model.profiles import PROFILES, Profile, profile_of_stack
from auth0_sessions.model.settings import ABSOLUTE_AND_IDLE, AUTH0_DEFAULTS, LOGIN_LIFETIMES
from expected_values import ceiling_of

DOCUMENTED = {
    # Profile: absolute and idle in hours (None: the plan's cap), whether an argument may be longer, and the source.
    "convenient": (None, None, True, "the plan's own caps"),
    "balanced": (168, 72, True, "Auth0's defaults"),
    "strict": (24, 1, False, "a login a day"),
    "nist-aal1": (720, None, False, "NIST SP 800-63B-4 section 2.1.3"),
    "nist-aal2": (24, 1, False, "NIST SP 800-63B-4 section 2.2.3"),
    "nist-aal3": (12, 0.25, False, "NIST SP 800-63B-4 section 2.3.3"),
    "pci-dss": (None, 0.25, False, "PCI DSS 4.0.1 requirement 8.2.8"),
}


def in_hours(minutes):
    """Return hours, or None where there are none."""
    return None if minutes is None else minutes / 60


def test_the_table_is_the_documented_one():
    """There is one row for each profile, with the figures, the binding and the source that its standard writes."""
    found = {
        str(profile): (in_hours(row.absolute_minutes), in_hours(row.idle_minutes), not row.is_ceiling, row.source)
        for profile, row in PROFILES.items()
    }
    assert found == DOCUMENTED
    assert list(Profile) == list(PROFILES)


@pytest.mark.parametrize("profile", Profile)
def test_every_row_has_a_dated_source(profile):
    """A row says where its figures are written, as of which month, and how binding they are."""
    row = PROFILES[profile]
    assert row.source
    assert row.force
    assert re.match(r"20[0-9]{2}-[01][0-9]\b", row.date)


FORCES = {
    # Profile: how binding the absolute lifetimes and the inactivity timeouts are.
    "nist-aal1": ("should", None),
    "nist-aal2": ("should", "should"),
    "nist-aal3": ("shall", "should"),
    "pci-dss": (None, "shall"),
}


@pytest.mark.parametrize("profile", Profile)
def test_how_binding_a_figure_is(profile):
    """For persistent and non-persistent sessions alike; no standard requires the figures of our own profiles."""
    assert tuple(map(PROFILES[profile].force_of, LOGIN_LIFETIMES)) == FORCES.get(profile, (None, None)) * 2


@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
def test_balanced_is_what_a_new_tenant_does(name):
    """`balanced` has Auth0's own default for every lifetime, non-persistent sessions included."""
    assert AUTH0_DEFAULTS[name] == PROFILES[Profile.BALANCED].minutes(name)


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize(("name", "other"), list(zip(*ABSOLUTE_AND_IDLE, strict=True)))
def test_non_persistent_sessions_get_the_same_or_shorter(profile, name, other):
    """A profile never asks for more for non-persistent sessions than for persistent ones."""
    persistent, ephemeral = PROFILES[profile].minutes(name), PROFILES[profile].minutes(other)
    assert (ephemeral is None) if persistent is None else 0 < ephemeral <= persistent


@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
@pytest.mark.parametrize("profile", Profile)
def test_a_profile_s_figure_for_each_lifetime(profile, name):
    """Each lifetime has its figure of the table: non-persistent ones their own, else the persistent one."""
    assert PROFILES[profile].minutes(name) == ceiling_of(profile, name)


@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
@pytest.mark.parametrize("profile", Profile)
def test_a_binding_profile_sets_a_ceiling(profile, name):
    """A profile that binds arguments sets its figure as a ceiling, with its name and source; others set none."""
    row, minutes = PROFILES[profile], ceiling_of(profile, name)
    expected = Ceiling(minutes, f"profile '{profile}'", f"{row.source}: {row.force}") if minutes is not None else None
    assert row.ceiling(name) == (expected if row.is_ceiling else None)


@pytest.mark.parametrize("profile", Profile)
def test_an_idle_timeout_is_not_longer_than_the_absolute_one(profile):
    """Where a profile has both figures, the inactivity timeout can end a session."""
    row = PROFILES[profile]
    if None not in (row.absolute_minutes, row.idle_minutes):
        assert row.minutes("idle_session_lifetime") <= row.minutes("session_lifetime")
    if None not in (row.ephemeral_absolute_minutes, row.ephemeral_idle_minutes):
        assert row.minutes("idle_ephemeral_session_lifetime") <= row.minutes("ephemeral_session_lifetime")


@pytest.mark.parametrize("stack", ["dev", "development", "test", "sandbox", "preview", "pr-1", "pr-x-2"])
def test_a_stack_that_comes_and_goes_is_convenient(stack):
    """The stacks of the contract's list get `convenient`."""
    assert profile_of_stack(stack) is Profile.CONVENIENT


@pytest.mark.parametrize(
    "stack", ["prod", "production", "staging", "main", "", "pr", "devel", "my-dev", "test-eu", "Dev"]
)
def test_every_other_stack_is_balanced(stack):
    """A name that is not exactly on the list gets `balanced`, however much it looks like one that is."""
    assert profile_of_stack(stack) is Profile.BALANCED
