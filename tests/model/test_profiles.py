"""The named policies, as data with their sources."""

import re

import pytest

from auth0_sessions.model.judgment import Ceiling
from auth0_sessions.model.profiles import PROFILES, Profile, chosen_by_stack
from auth0_sessions.model.settings import AUTH0_DEFAULTS, LOGIN_LIFETIMES
from expected_values import ceiling_of

PUBLISHED = {
    # Whether an argument may be longer, the source, and how binding absolute lifetimes and inactivity timeouts are.
    "convenient": (True, "the plan's own caps", None, None),
    "balanced": (True, "Auth0's defaults", None, None),
    "strict": (False, "a login a day", None, None),
    "nist-aal1": (False, "NIST SP 800-63B-4 section 2.1.3", "should", None),
    "nist-aal2": (False, "NIST SP 800-63B-4 section 2.2.3", "should", "should"),
    "nist-aal3": (False, "NIST SP 800-63B-4 section 2.3.3", "shall", "should"),
    "pci-dss": (False, "PCI DSS 4.0.1 requirement 8.2.8", None, "shall"),
}


def test_the_table_is_the_published_one():
    """There is one row for each profile, with its source and its month, and how binding that is, in words as well."""
    found = {
        str(profile): (not row.is_ceiling, row.source, row.absolute_force, row.idle_force)
        for profile, row in PROFILES.items()
    }
    assert (found, list(PROFILES)) == (PUBLISHED, list(Profile))
    assert all(row.force and re.match(r"20[0-9]{2}-[01][0-9]\b", row.date) for row in PROFILES.values())


@pytest.mark.parametrize("profile", Profile)
def test_how_binding_a_figure_is(profile):
    """For persistent and non-persistent sessions alike; no standard requires the figures of our own profiles."""
    assert tuple(map(PROFILES[profile].force_of, LOGIN_LIFETIMES)) == PUBLISHED[profile][2:] * 2


@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
def test_balanced_is_what_a_new_tenant_does(name):
    """`balanced` has Auth0's own default for every lifetime, non-persistent sessions included."""
    assert AUTH0_DEFAULTS[name] == PROFILES[Profile.BALANCED].minutes(name)


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


@pytest.mark.parametrize(
    ("profile", "stacks"),
    [
        (Profile.CONVENIENT, ["dev", "development", "test", "sandbox", "preview", "pr-1", "pr-x-2"]),
        (
            Profile.BALANCED,
            ["prod", "production", "staging", "main", "", "pr", "devel", "my-dev", "test-eu", "Dev"],
        ),
    ],
)
def test_the_stack_s_name_chooses_a_profile(profile, stacks):
    """A name that is exactly on the contract's list gets `convenient`, every other one `balanced`, with the reason."""
    chosen = [chosen_by_stack(stack) for stack in stacks]
    assert chosen == [PROFILES[profile]] * len(stacks)
    assert chosen[0].phrase == f"profile '{profile}' (chosen by the stack's name '{stacks[0]}')"
