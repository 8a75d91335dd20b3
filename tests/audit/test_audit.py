"""The audit: live tenants compared with their plan's caps, their baseline, and their file's declaration."""

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pulumi
import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st

from auth0_sessions import TenantFleet
from auth0_sessions.api.reader import WORKERS, TenantSessions, read_tenant_sessions
from auth0_sessions.audit import Audit, Rule, Status, audit
from auth0_sessions.audit.expected import expected_of as expected_in
from auth0_sessions.errors import InputError, TenantUnreachableError
from auth0_sessions.fleet.entries import Defaults
from auth0_sessions.fleet.file import TenantsFile, read_tenants_file
from auth0_sessions.fleet.plan import plan_fleet
from auth0_sessions.model.choices import Enforce, OverLimit
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.profiles import Profile
from auth0_sessions.model.settings import ABSOLUTE, DEFAULTS, LOGIN_LIFETIMES, SETTINGS
from expected_values import cap_of, expected_of
from mocked import Engine

SCHEMA = Path(__file__).parents[2] / "docs" / "audit.schema.json"
DAY = 1_440


def holding(**values):
    """Return what reads a tenant that has these values, and Auth0's defaults for the rest."""
    defaulted = frozenset(SETTINGS) - values.keys()
    return lambda domain, _label: TenantSessions(domain, {**DEFAULTS, **values}, defaulted)


def audited(entry, *, read=None, baseline=None, **file):
    """Audit one tenant with this entry and return what came out for it."""
    listed = TenantsFile({"acme": {"domain": "acme.auth0.com", **entry}}, **file)
    (tenant,) = audit({"tenants.yaml": listed}, read=read or holding(), profile=baseline).tenants
    return tenant


def rules_of(tenant):
    """Return setting -> rules of its findings."""
    found = {}
    for finding in tenant.findings:
        found.setdefault(finding.setting, []).append(finding.rule)
    return found


@pytest.mark.parametrize("plan", Plan)
@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("name", LOGIN_LIFETIMES)
@pytest.mark.parametrize("named_by", ["entry", "command line"])
def test_a_minute_makes_the_difference(plan, profile, name, named_by):
    """What a policy picks meets the baseline, whatever names the profile; a minute more is a finding."""
    entry, baseline = ({"profile": profile}, None) if named_by == "entry" else ({}, profile)
    most = expected_of(plan, profile)
    fine = audited({"plan": plan, **entry}, baseline=baseline, read=holding(**most))
    assert (fine.status, fine.findings) == (Status.MEETS, [])
    wrong = audited({"plan": plan, **entry}, baseline=baseline, read=holding(**most | {name: most[name] + 1}))
    assert wrong.status is Status.FINDINGS
    assert set(rules_of(wrong)) == {name}
    to = Lifetime(most[name])
    fixed = f"`pulumi up` fixes this: it sets {name} to {to}." if named_by == "entry" else f"Set it to {to}: "
    assert all(finding.change.startswith(fixed) for finding in wrong.findings)


ENTRIES = st.fixed_dictionaries(
    {"plan": st.sampled_from(Plan), "profile": st.sampled_from(Profile)},
    optional={
        **dict.fromkeys(LOGIN_LIFETIMES, st.integers(1, 525_600).map("{}m".format)),
        "over_limit": st.sampled_from(OverLimit),
        "enforce": st.sampled_from(Enforce),
    },
)


CEILINGS = st.none() | st.fixed_dictionaries(
    {"absolute": st.integers(1, 525_600).map("{}m".format)},
    optional={"idle": st.integers(1, 525_600).map("{}m".format), "except": st.sampled_from([[], ["acme"]])},
)


def applied_by_a_fleet(entry, ceiling):
    """Return the lifetimes that a fleet applies for an entry; an entry that it refuses is skipped."""
    fleet = plan_fleet({"acme": {"domain": "acme.auth0.com", **entry}}, Defaults(profile="balanced", ceiling=ceiling))
    assume(not fleet.problems)
    return fleet.tenants[0].picked.minutes


@given(ENTRIES, CEILINGS, st.sampled_from(LOGIN_LIFETIMES))
@example({"plan": Plan.FREE, "profile": Profile.CONVENIENT, "over_limit": OverLimit.WARN}, None, "session_lifetime")
@example(
    {"plan": Plan.FREE, "profile": Profile.BALANCED, "over_limit": OverLimit.WARN, "session_lifetime": "40d"},
    None,
    "session_lifetime",
)
@example(
    {"plan": Plan.ENTERPRISE, "profile": Profile.NIST_AAL1, "idle_session_lifetime": "31d"}, None, "session_lifetime"
)
@example({"plan": Plan.FREE, "profile": Profile.STRICT, "session_lifetime": "2h"}, {"absolute": "1h"}, ABSOLUTE)
@example({"plan": Plan.FREE, "profile": Profile.BALANCED}, {"absolute": "1h", "except": ["acme"]}, ABSOLUTE)
@example(
    {"plan": Plan.FREE, "profile": Profile.BALANCED, "idle_session_lifetime": "4322m"}, {"idle": "4321m"}, ABSOLUTE
)
def test_an_audit_and_a_fleet_agree(entry, ceiling, name):
    """A tenant as a fleet applies its entry meets the baseline, but for what the plan does not allow, and that alone.

    Under `warn` a fleet sends a value above the cap. Auth0 supersedes it, which is the finding; a tenant that has the
    cap instead meets the baseline. A minute more than either is always a finding. So it is under a stack's ceiling.
    """
    applied = applied_by_a_fleet(entry, ceiling)
    above = {each for each, minutes in applied.items() if minutes > cap_of(entry["plan"], each)}
    assert above <= (entry.keys() if entry.get("over_limit") is OverLimit.WARN else set())
    assert rules_of(audited(entry, ceiling=ceiling, read=holding(**applied))) == {
        each: [Rule.ABOVE_CAP] for each in above
    }

    held = {each: min(minutes, cap_of(entry["plan"], each)) for each, minutes in applied.items()}
    assert audited(entry, ceiling=ceiling, read=holding(**held)).findings == []
    assert set(rules_of(audited(entry, ceiling=ceiling, read=holding(**held | {name: held[name] + 1})))) == {name}


@pytest.mark.parametrize(
    "content",
    [
        "acme: {domain: acme.auth0.com, credentials: 7}",
        "acme: {domain: acme.auth0.com, credentials: ''}",
        "acme: {domain: acme.auth0.com, profile: ''}",
        "acme: {domain: acme.auth0.com, enforce: ''}",
        "{tenants: {acme: {domain: acme.auth0.com}}, profile: ''}",
        "{tenants: {acme: {domain: acme.auth0.com}}, enforce: ''}",
        "config: {domain: acme.auth0.com}",
        "config: {domain: acme.auth0.com}\nacme: {domain: b.auth0.com}",
        "tenants: {domain: acme.auth0.com}",
        "tenants: {acme: acme.auth0.com}",
        "tenants: {}",
    ],
)
def test_an_audit_reads_a_file_as_a_fleet_does(content, tmp_path):
    """What one of them refuses the other refuses too, in the same words, and the tenants and labels are the same."""

    def outcome_of(make):
        try:
            return make()
        except (InputError, pulumi.RunError) as error:
            return sorted(line.partition("  - ")[2] for line in str(error).splitlines()[1:])

    (tmp_path / "tenants.yaml").write_text(content)
    stack_file = tmp_path / "Pulumi.production.yaml"
    listed = yaml.safe_load(content)
    of_the_stack = {"auth0-sessions:plan": "free", "auth0-sessions:tenants": listed.get("tenants", listed)}
    stack_file.write_text(yaml.safe_dump({"config": of_the_stack}))

    def fleet(tenants):
        engine = Engine()
        engine.run(
            lambda: TenantFleet.from_config("f"),
            config={"auth0-sessions:plan": "free", "auth0-sessions:tenants": tenants},
        )
        sent = [engine.sent(name) for name in engine.registered if name.endswith("-lifetime")]
        return sorted((one["domain"], one.get("credentials")) for one in sent)

    def audit(path):
        file = replace(read_tenants_file(path), plan="free")
        return sorted(tenant.entry.place for tenant in expected_in({"the file": file}, None))

    in_a_file = outcome_of(lambda: fleet(str(tmp_path / "tenants.yaml")))
    assert outcome_of(lambda: audit(tmp_path / "tenants.yaml")) == in_a_file
    in_a_stack = outcome_of(lambda: fleet(json.dumps(of_the_stack["auth0-sessions:tenants"])))
    assert outcome_of(lambda: audit(stack_file)) == in_a_stack


def test_the_two_reasons_why_a_value_is_too_long():
    """A value above cap and shorter profile is reported with both; where they are equal the cap is enough."""
    both = audited({"plan": "free", "profile": "strict"}, read=holding(session_lifetime=31 * DAY))
    assert rules_of(both)["session_lifetime"] == [Rule.ABOVE_CAP, Rule.ABOVE_BASELINE]
    one = audited({"plan": "free", "profile": "nist-aal1"}, read=holding(session_lifetime=31 * DAY))
    assert rules_of(one)["session_lifetime"] == [Rule.ABOVE_CAP]


@pytest.mark.parametrize(
    ("entry", "value", "rules", "target"),
    [
        ({"sessionLifetime": "12h"}, 720, [], None),
        ({"sessionLifetime": "12h"}, 721, [Rule.NOT_AS_DECLARED], "12h"),
        ({"sessionLifetime": "12h"}, 719, [Rule.NOT_AS_DECLARED], "12h"),
        ({"sessionLifetime": "20d"}, 20 * DAY, [], None),
        ({"sessionLifetime": "1d", "profile": "strict"}, 20 * DAY, [Rule.ABOVE_BASELINE], "1d"),
        ({"sessionLifetime": "40d", "overLimit": "clamp"}, 30 * DAY, [], None),
        ({"sessionLifetime": "40d", "overLimit": "warn"}, 40 * DAY, [Rule.ABOVE_CAP], "30d"),
        ({"sessionLifetime": "40d", "overLimit": "warn"}, 30 * DAY, [], None),
        ({"sessionLifetime": "2h", "profile": "strict"}, 40 * DAY, [Rule.ABOVE_CAP, Rule.ABOVE_BASELINE], "2h"),
    ],
)
def test_what_the_file_declares(entry, value, rules, target):
    """A declared value takes precedence over a profile that is not a ceiling, and has to be there exactly."""
    tenant = audited({"plan": "free", **entry}, read=holding(session_lifetime=value, idle_session_lifetime=5))
    assert rules_of(tenant).get("session_lifetime", []) == rules
    changes = {finding.change for finding in tenant.findings if finding.setting == "session_lifetime"}
    fixed = f"`pulumi up` fixes this: it sets session_lifetime to {target}."
    if entry.get("overLimit") == "warn":
        fixed = f"Set session_lifetime to {target} in the tenants file, then run `pulumi up`."
    assert changes == ({fixed} if target else set())


@pytest.mark.parametrize(
    ("enforce", "value", "rules"),
    [
        ("exact", 719, [Rule.NOT_AS_DECLARED]),
        ("at-most", 719, []),
        ("at-most", 720, []),
        ("at-most", 721, [Rule.NOT_AS_DECLARED]),
    ],
)
@pytest.mark.parametrize("of", ["entry", "file"])
def test_a_shorter_value_under_a_ceiling_is_no_finding(enforce, value, rules, of):
    """What a fleet leaves as it is an audit does not complain of; a minute more than declared is one."""
    entry, file = {"plan": "free", "sessionLifetime": "12h"}, {}
    (entry if of == "entry" else file)["enforce"] = enforce
    tenant = audited(entry, read=holding(session_lifetime=value, idle_session_lifetime=5), **file)
    assert rules_of(tenant).get("session_lifetime", []) == rules


@pytest.mark.parametrize("profile", [None, "nist-aal2"])
@pytest.mark.parametrize(
    ("entry", "rules"),
    [
        ({}, [Rule.ABOVE_BASELINE]),
        ({"sessionLifetime": "12h"}, [Rule.ABOVE_BASELINE]),
        ({"sessionLifetime": "12h", "enforce": "at-most"}, [Rule.ABOVE_BASELINE]),
        ({"profile": "strict", "sessionLifetime": "12h"}, [Rule.ABOVE_BASELINE]),
        ({"sessionLifetime": "30m"}, [Rule.NOT_AS_DECLARED]),
    ],
)
def test_a_stack_s_ceiling_is_the_limit(entry, rules, profile):
    """While a stack has a ceiling, a lifetime above it is a finding that names the ceiling and its reason.

    What the file declares below the ceiling stays as declared.
    """
    file = {"ceiling": {"absolute": "1h", "reason": "incident 4711"}, "profile": "balanced"}
    entry = {"plan": "free", **entry}
    above = audited(entry, read=holding(session_lifetime=61), baseline=profile, **file)
    findings = [finding for finding in above.findings if finding.setting == "session_lifetime"]
    declares_less = "30m" in entry.values()
    assert [finding.rule for finding in findings] == ([Rule.ABOVE_BASELINE] if profile else rules)
    if not declares_less:
        assert all("the stack's ceiling (incident 4711)" in finding.message for finding in findings)
        assert findings[0].change == "`pulumi up` fixes this: it sets session_lifetime to 1h."
        assert above.ceiling == "the stack's ceiling (incident 4711)"
    held = 30 if declares_less else 60
    within = audited(entry, read=holding(session_lifetime=held), baseline=profile, **file)
    assert "session_lifetime" not in rules_of(within)


def test_the_ceiling_of_a_stack_s_file(tmp_path):
    """`auth0-sessions:ceiling` in a stack's file applies to the tenants of the file that it names."""
    (tmp_path / "tenants.yaml").write_text("{a: {domain: a.auth0.com}, b: {domain: b.auth0.com}}")
    ceiling = {"absolute": "1h", "except": ["b"], "reason": "incident 4711"}
    config = {
        "auth0-sessions:tenants": "tenants.yaml",
        "auth0-sessions:plan": "free",
        "auth0-sessions:ceiling": ceiling,
    }
    stack = tmp_path / "Pulumi.prod.yaml"
    stack.write_text(yaml.safe_dump({"config": config}))
    report = audit({stack.name: read_tenants_file(stack)}, read=holding())
    assert [tenant.status for tenant in report.tenants] == [Status.FINDINGS, Status.MEETS]
    assert report.remarks[1] == "The stack's ceiling (incident 4711) applies to 1 of 2 tenants."


def test_a_ceiling_spares_the_tenants_that_it_excepts():
    """An excepted tenant is as the file says, and the reports say how many tenants the ceiling applies to."""
    tenants = {name: {"domain": f"{name}.auth0.com", "plan": "free"} for name in "abc"}
    file = TenantsFile(tenants, ceiling={"idle": "1h", "absolute": "1d", "except": ["b"]})
    held = {"session_lifetime": DAY, "idle_session_lifetime": 60}
    held |= {"ephemeral_session_lifetime": DAY, "idle_ephemeral_session_lifetime": 60}
    assert audit({"x": file}, read=holding(**held)).is_fine
    report = audit({"x": file}, read=holding())
    assert [tenant.status for tenant in report.tenants] == [Status.FINDINGS, Status.MEETS, Status.FINDINGS]
    assert [tenant.ceiling for tenant in report.tenants] == ["the stack's ceiling", None, "the stack's ceiling"]
    assert report.remarks == [
        "Baseline of all 3 tenants: profile balanced, from the default, Auth0's own values.",
        "The stack's ceiling applies to 2 of 3 tenants.",
    ]


def test_a_cookie_mode_is_exact_under_a_ceiling():
    """No mode is shorter than another."""
    tenant = audited({"plan": "free", "sessionCookieMode": "non-persistent", "enforce": "at-most"})
    assert rules_of(tenant) == {"session_cookie_mode": [Rule.NOT_AS_DECLARED]}


@pytest.mark.parametrize("named_by", ["entry", "file", "command line"])
def test_a_team_s_own_profile_is_a_baseline(named_by):
    """Wherever it is named, its lifetimes are the limits, and its source is the reason."""
    own = {"ours": {"absolute": "12h", "idle": "30m", "source": "Handbook 4.2"}}
    entry = {"plan": "free", **({"profile": "ours"} if named_by == "entry" else {})}
    file = {"profiles": own, **({"profile": "ours"} if named_by == "file" else {})}
    baseline = "ours" if named_by == "command line" else None
    held = {"session_lifetime": 720, "idle_session_lifetime": 30}
    held |= {"ephemeral_session_lifetime": 720, "idle_ephemeral_session_lifetime": 30}
    assert audited(entry, read=holding(**held), baseline=baseline, **file).findings == []
    tenant = audited(entry, read=holding(**held | {"session_lifetime": 721}), baseline=baseline, **file)
    (finding,) = tenant.findings
    assert (tenant.profile, finding.rule) == ("ours", Rule.ABOVE_BASELINE)
    assert "Handbook 4.2" in finding.message


def test_a_declared_cookie_mode():
    """The kind of session is compared only if the file declares it."""
    assert audited({"plan": "free"}, read=holding(session_cookie_mode="non-persistent")).findings == []
    (finding,) = audited({"plan": "free", "sessionCookieMode": "non-persistent"}).findings
    assert finding.message == (
        "session_cookie_mode is persistent, Auth0's default; the tenants file declares non-persistent."
    )
    assert finding.change == ("`pulumi up` fixes this: it sets session_cookie_mode to non-persistent.")


@given(st.integers(1, 525_599))
def test_the_advice_is_in_both_units(minutes):
    """What to type into the Dashboard, and what to send: whole hours as hours, everything else as minutes."""
    own = {"ours": {"absolute": f"{minutes}m"}}
    read = holding(session_lifetime=minutes + 1)
    tenant = audited({"plan": "enterprise"}, read=read, baseline="ours", profiles=own)
    (change,) = {finding.change for finding in tenant.findings if finding.setting == "session_lifetime"}
    here = f"{minutes:,} minute{'s' * (minutes > 1)}"
    there = f"{here} as session_lifetime_in_minutes"
    if minutes % 60 == 0:
        there = f"{minutes // 60:,} hour{'s' * (minutes > 60)} as session_lifetime"
    field = '"Maximum Session Lifetime (Persistent)" in the Dashboard'
    assert change == f"Set it to {Lifetime(minutes)}: {here} as {field}, {there} in the Management API."


@pytest.mark.parametrize(
    ("entry", "file", "is_fixed"),
    [
        ({"sessionLifetime": "1d"}, {}, True),
        ({"profile": "strict"}, {}, True),
        ({}, {"profile": "strict"}, True),
        ({}, {"stack": "dev", "profile": "strict"}, True),
        ({}, {"profile": "balanced"}, "Set session_lifetime to 1d in the tenants file, then run `pulumi up`."),
        ({}, {"stack": "prod"}, "Set session_lifetime to 1d in the tenants file, then run `pulumi up`."),
        ({"idleSessionLifetime": "1h"}, {}, "Set session_lifetime to 1d in the tenants file, then run `pulumi up`."),
        ({"credentials": "acme"}, {"enforce": "at-most"}, "Set it to 1d: 1,440 minutes as"),
        ({"sessionLifetime": "2d"}, {}, "Set session_lifetime to 1d in the tenants file, then run `pulumi up`."),
        ({}, {}, "Set it to 1d: 1,440 minutes as"),
    ],
)
def test_what_the_file_fixes(entry, file, is_fixed):
    """What `pulumi up` fixes is said, else where to change it: in a file that sets the value, or in the Dashboard."""
    tenant = audited({"plan": "free", **entry}, read=holding(session_lifetime=2_881), baseline="nist-aal2", **file)
    (change,) = {finding.change for finding in tenant.findings if finding.setting == "session_lifetime"}
    fixed = "`pulumi up` fixes this: it sets session_lifetime to 1d." if is_fixed is True else is_fixed
    assert change.startswith(fixed)


def test_what_a_declared_value_comes_to():
    """A value above the cap that a fleet lowers to it is advised as the fleet applies it."""
    entry = {"plan": "free", "idleSessionLifetime": "4d", "overLimit": "clamp"}
    tenant = audited(entry, read=holding(idle_session_lifetime=30))
    (finding,) = [one for one in tenant.findings if one.setting == "idle_session_lifetime"]
    assert finding.message == "idle_session_lifetime is 30m; the tenants file declares 4d, which comes to 3d."
    assert finding.change == "`pulumi up` fixes this: it sets idle_session_lifetime to 3d."


def test_an_idle_value_that_is_declared_is_wanted_as_it_is():
    """A fleet keeps an explicit idle timeout that is longer than the absolute lifetime, and so does its audit."""
    entry = {"plan": "enterprise", "sessionLifetime": "1h", "idleSessionLifetime": "2h"}
    fine = audited(entry, read=holding(session_lifetime=60, idle_session_lifetime=120))
    assert "idle_session_lifetime" not in rules_of(fine)
    tenant = audited(entry, read=holding(session_lifetime=60, idle_session_lifetime=30))
    (finding,) = [one for one in tenant.findings if one.setting == "idle_session_lifetime"]
    assert finding.message == "idle_session_lifetime is 30m; the tenants file declares 2h."


@pytest.mark.parametrize(("enforce", "baseline"), [("at-most", None), ("exact", None), ("at-most", "nist-aal2")])
def test_a_note_says_which_values_are_the_tenant_s_own(enforce, baseline):
    """Under the file's own ceilings the stricter values of the tenant are named, with what the file would allow."""
    entry = {"plan": "enterprise", "profile": "strict", "sessionLifetime": "12h", "enforce": enforce}
    held = dict.fromkeys(LOGIN_LIFETIMES, 60)
    notes = audited(entry, read=holding(**held), baseline=baseline).notes
    kept = "session_lifetime 1h instead of 12h, ephemeral_session_lifetime 1h instead of 12h"
    own = [f"The tenant's own values, stricter than the tenants file and kept (at-most): {kept}."]
    assert notes == (own if (enforce, baseline) == ("at-most", None) else [])


@pytest.mark.parametrize(
    ("profile", "rows"),
    [
        ("nist-aal3", ["session_lifetime", "idle_session_lifetime", "ephemeral_session_lifetime"]),
        ("balanced", ["idle_session_lifetime", "session_lifetime", "ephemeral_session_lifetime"]),
    ],
)
def test_the_worst_finding_comes_first(profile, rows):
    """Sessions in use come before those that are not, then what is required before the rest, then how far above."""
    held = {"session_lifetime": 14 * DAY, "idle_session_lifetime": 30 * DAY, "ephemeral_session_lifetime": 300 * DAY}
    tenant = audited({"plan": "enterprise"}, read=holding(**held), baseline=profile)
    assert list(dict.fromkeys(finding.setting for finding in tenant.findings))[:3] == rows
    assert [finding.is_in_use for finding in tenant.findings][:3] == [True, True, False]


def test_the_worst_tenant_comes_first():
    """Reports list tenants by their worst finding, then those that were not read, then those that meet the baseline."""
    held = {
        "fine": {},
        "gone": None,
        "unused": {"ephemeral_session_lifetime": 30 * DAY},
        "near": {"session_lifetime": 2 * DAY},
        "exact": {"session_lifetime": DAY},
        "more": {"session_lifetime": 2 * DAY, "idle_session_lifetime": 90},
        "far": {"session_lifetime": 30 * DAY},
    }

    def read(domain, label):
        values = held[domain.partition(".")[0]]
        if values is None:
            raise TenantUnreachableError(domain)
        return holding(**{**dict.fromkeys(LOGIN_LIFETIMES, 60), **values})(domain, label)

    tenants = {name: {"domain": f"{name}.auth0.com", "plan": "enterprise"} for name in held}
    report = audit({"x": TenantsFile(tenants)}, read=read, profile="strict")
    assert [tenant.name for tenant in report.tenants] == list(held)
    assert [tenant.name for tenant in report.worst_first] == ["far", "more", "near", "unused", "gone", "fine", "exact"]
    assert [tenant.worst.times_allowed for tenant in report.worst_first[:4]] == [30.0, 2.0, 2.0, 30.0]


@pytest.mark.parametrize(
    ("name", "words"),
    [("idle_session_lifetime", "0, which is not a lifetime"), ("session_cookie_mode", "None, which is not a mode")],
)
def test_an_unusable_value_is_reported_for_what_it_is(name, words):
    """A setting without a usable value is a finding, and the tenant's other settings are judged as usual."""

    def read(domain, _label):
        values = {key: value for key, value in {**DEFAULTS, "session_lifetime": 31 * DAY}.items() if key != name}
        return TenantSessions(domain, values, frozenset(), {name: words, "anonymous_session_lifetime": "0"})

    tenant = audited({"plan": "free"}, read=read)
    assert rules_of(tenant)[name] == [Rule.UNUSABLE]
    assert rules_of(tenant)["session_lifetime"] == [Rule.ABOVE_CAP, Rule.ABOVE_BASELINE]
    (finding,) = [one for one in tenant.findings if one.setting == name]
    assert (finding.message, finding.is_in_use) == (f"{name} is {words}.", True)
    rows = {row.setting: (row.minutes, row.text) for row in tenant.lifetimes}
    assert rows["ephemeral_session_lifetime"] == (4_320, "3d")
    assert rows.get(name, (None, "unusable")) == (None, "unusable")
    assert tenant.session_cookie_mode == (None if name == "session_cookie_mode" else "persistent")


def test_the_sixth_setting_is_not_audited():
    """Anonymous sessions are not part of any baseline, whatever a tenant has."""
    tenant = audited({"plan": "free"}, read=holding(anonymous_session_lifetime=525_600))
    assert tenant.findings == []
    assert [row.setting for row in tenant.lifetimes] == list(LOGIN_LIFETIMES)


@pytest.mark.parametrize(
    ("option", "own", "file", "expected", "named_by"),
    [
        (Profile.STRICT, "nist-aal1", {"profile": "nist-aal2", "stack": "dev"}, "strict", "the command line"),
        (None, "nist-aal1", {"profile": "nist-aal2", "stack": "dev"}, "nist-aal1", "the tenant's entry"),
        (None, None, {"profile": "nist-aal2", "stack": "dev"}, "nist-aal2", "the file"),
        (None, None, {"stack": "dev"}, "convenient", "the stack's name 'dev'"),
        (None, None, {"stack": "prod"}, "balanced", "the stack's name 'prod'"),
        (None, None, {}, "balanced", "the default, Auth0's own values"),
    ],
)
def test_who_names_the_profile(option, own, file, expected, named_by):
    """Command line, entry, file, stack's name, Auth0's defaults: in this order, and the report says which."""
    entry = {"plan": "free"} | ({"profile": own} if own else {})
    tenant = audited(entry, baseline=option, **file)
    assert (tenant.profile, tenant.profile_from) == (expected, named_by)


def test_a_profile_of_the_command_line_binds_what_the_file_declares():
    """An auditor's baseline holds for a value that the file allows itself, and a note says that the two disagree."""
    entry = {"plan": "enterprise", "sessionLifetime": "20d"}
    read = holding(session_lifetime=20 * DAY)
    assert "session_lifetime" not in rules_of(audited(entry, read=read))
    tenant = audited(entry, read=read, baseline=Profile.BALANCED)
    assert rules_of(tenant)["session_lifetime"] == [Rule.ABOVE_BASELINE]
    assert tenant.notes == ["The tenants file declares session_lifetime 20d, more than the 7d allowed here."]
    fine = audited(entry, read=holding(session_lifetime=7 * DAY), baseline=Profile.BALANCED)
    assert "session_lifetime" not in rules_of(fine)


def test_a_tenant_without_a_plan():
    """No cap is checked and no share is reported, a note says so, and the profile still holds."""
    tenant = audited({"profile": "strict"}, read=holding(session_lifetime=400 * DAY))
    assert rules_of(tenant)["session_lifetime"] == [Rule.ABOVE_BASELINE]
    assert {(row.cap_minutes, row.share_of_cap) for row in tenant.lifetimes} == {(None, None)}
    assert tenant.notes[0].startswith("No plan is set")


@pytest.mark.parametrize(("idle", "is_useless"), [(59, False), (60, False), (61, True)])
def test_an_idle_timeout_that_never_ends_a_session(idle, is_useless):
    """One that is longer than the absolute lifetime is a note and no finding."""
    tenant = audited({"plan": "enterprise"}, read=holding(session_lifetime=60, idle_session_lifetime=idle))
    assert tenant.findings == []
    note = "idle_session_lifetime is longer than session_lifetime, so it never ends a session."
    assert tenant.notes == ([note] if is_useless else [])


def test_what_a_lifetime_s_row_says():
    """Minutes, text, whether it was ever set, and its share of the cap."""
    tenant = audited(
        {"plan": "free", "idleSessionLifetime": "4d", "overLimit": "clamp"}, read=holding(idle_session_lifetime=2_160)
    )
    default, row = tenant.lifetimes[:2]
    assert (row.setting, row.minutes, row.text, row.is_default) == ("idle_session_lifetime", 2_160, "1d12h", False)
    assert (row.cap_minutes, row.share_of_cap, row.baseline_minutes, row.declared_minutes) == (4_320, 0.5, 4_320, 5_760)
    assert (default.minutes, default.is_default) == (DEFAULTS["session_lifetime"], True)


def test_a_tenant_that_gives_no_answer_is_reported():
    """It is in its place with the error, nothing is said of its settings, and it is not fine."""

    def read(domain, label):
        if domain == "b.auth0.com":
            message = "b.auth0.com: no answer."
            raise TenantUnreachableError(message)
        return holding()(domain, label)

    tenants = {name: {"domain": f"{name}.auth0.com", "plan": "free"} for name in "abc"}
    report = audit({"x": TenantsFile(tenants)}, read=read)
    assert [tenant.name for tenant in report.tenants] == ["a", "b", "c"]
    lost = report.tenants[1]
    assert (lost.status, lost.error, lost.lifetimes, lost.findings) == (
        Status.UNREACHABLE,
        "b.auth0.com: no answer.",
        [],
        [],
    )
    assert (report.is_fine, report.count(Status.MEETS), report.count(Status.UNREACHABLE)) == (False, 2, 1)


def test_a_fault_of_the_program_is_reported_with_all_other_tenants():
    """Whatever happens to one tenant, it is in the report as one that could not be read, and the others are there."""

    def read(domain, label):
        if domain == "b.auth0.com":
            raise ZeroDivisionError
        return holding()(domain, label)

    tenants = {name: {"domain": f"{name}.auth0.com", "plan": "free"} for name in "abc"}
    report = audit({"x": TenantsFile(tenants)}, read=read)
    assert [tenant.status for tenant in report.tenants] == [Status.MEETS, Status.UNREACHABLE, Status.MEETS]
    assert ("ZeroDivisionError" in str(report.tenants[1].error), report.is_fine) == (True, False)


def test_tenants_are_read_several_at_a_time_and_reported_in_order():
    """As many tenants as there are workers are read in parallel, but the report is in the file's order."""
    together = threading.Barrier(WORKERS, timeout=30)
    done = []

    def read(domain, label):
        together.wait()
        return holding()(domain, label)

    names = [f"t{number}" for number in range(2 * WORKERS)]
    tenants = {name: {"domain": f"{name}.auth0.com"} for name in names}
    report = audit({"x": TenantsFile(tenants)}, read=read, on_progress=lambda *state: done.append(state))
    assert [tenant.name for tenant in report.tenants] == names
    assert [state[:2] for state in done] == [(count, len(names)) for count in range(len(names) + 1)]


def test_each_tenant_is_read_with_its_own_label():
    """Domain and label go together."""
    seen = set()

    def read(domain, label):
        seen.add((domain, label))
        return holding()(domain, label)

    tenants = {"a": {"domain": "A.auth0.com", "credentials": "blue"}, "b": {"domain": "b.auth0.com"}}
    audit({"x": TenantsFile(tenants)}, read=read)
    assert seen == {("a.auth0.com", "blue"), ("b.auth0.com", None)}


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (TenantsFile({}), ["tenants should be an object"]),
        (TenantsFile({"a": {"domain": "a.auth0.com"}}, profile="lax"), ["the fleet: profile is 'lax'"]),
        (TenantsFile({"a": {"domain": "a.auth0.com"}}, plan=7), ["the fleet: plan is 7"]),
        (
            TenantsFile({"a": {"domain": "a.auth0.com"}}, profiles={"ours": {"idle": 1}}, enforce="often"),
            ["profile 'ours': idle: 1 has no unit", "the fleet: enforce is 'often'"],
        ),
        (
            TenantsFile({"a": {"domain": "a.auth0.com", "plan": "free", "sessionLifetime": "40d"}}),
            ["a: sessionLifetime is"],
        ),
        (
            TenantsFile({"a": {"domain": "a.auth0.com"}}, ceiling={"idle": 1, "except": ["b"]}),
            ["ceiling.idle: 1 has no unit"],
        ),
        (
            TenantsFile({"a": {"domain": "a.auth0.com"}}, ceiling={"idle": "1h", "except": ["b"]}),
            ["ceiling.except: 'b' is not a tenant of this list; allowed: 'a'."],
        ),
        (TenantsFile({"a": {}, "b": {"domain": 1}}), ["a: domain is missing", "b: domain: 1 is not a domain"]),
    ],
)
def test_what_is_wrong_with_a_file_is_reported_in_one_go(file, words):
    """Nothing is read before the whole list is right."""
    with pytest.raises(InputError) as raised:
        audit({"x": file}, read=lambda *_: pytest.fail("read"))
    head, *lines = str(raised.value).splitlines()
    assert head == f"x has {'one problem' if len(words) == 1 else '2 problems'}:"
    lines = [line.removeprefix("  - ") for line in lines]
    assert [line[: len(word)] for line, word in zip(lines, words, strict=True)] == words


def test_a_live_tenant(auth0_sandbox, monkeypatch):
    """Over real HTTP: one login and one read for each tenant, and nothing is written."""
    monkeypatch.setenv("AUTH0_CLIENT_ID", "id")
    monkeypatch.setenv("AUTH0_CLIENT_SECRET", "canary")
    tenant = auth0_sandbox.add_tenant("acme", plan="essential")
    tenant.dashboard(session_lifetime=31)
    listed = TenantsFile({"acme": {"domain": tenant.domain, "plan": "essential"}})
    report = audit({"x": listed}, read=lambda domain, label: read_tenant_sessions(domain, credentials=label))
    assert report.tenants[0].lifetimes[0].minutes == 31
    assert tenant.calls == ["POST /oauth/token", "GET /tenants/settings"]
    assert report.is_fine


def test_the_report_says_when_it_was_made():
    """In UTC, to the second."""
    made = audit({"x": TenantsFile({"a": {"domain": "a.auth0.com"}})}, read=holding()).generated_at
    assert made.tzinfo is UTC
    assert timedelta() <= datetime.now(UTC) - made < timedelta(minutes=1)


def test_the_published_schema_is_the_model_s():
    """`docs/audit.schema.json` is what the classes say, and names its dialect; `make schema` writes it."""
    published = json.loads(SCHEMA.read_text())
    assert published == Audit.model_json_schema(mode="serialization")
    assert published["$schema"] == jsonschema.Draft202012Validator.META_SCHEMA["$schema"]


def test_a_report_keeps_to_the_published_schema():
    """Findings, notes and an unreachable tenant included; and a key more or less is noticed."""

    def read(domain, label):
        if domain.startswith("b"):
            raise TenantUnreachableError(domain)
        return holding(session_lifetime=400 * DAY)(domain, label)

    report = audit(
        {"x": TenantsFile({name: {"domain": f"{name}.auth0.com"} for name in "abc"}, plan="free")}, read=read
    )
    schema = json.loads(SCHEMA.read_text())
    written = json.loads(report.model_dump_json())
    jsonschema.validate(written, schema, cls=jsonschema.Draft202012Validator)
    for spoiled in (written | {"more": 1}, {key: value for key, value in written.items() if key != "tenants"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(spoiled, schema, cls=jsonschema.Draft202012Validator)


def test_a_report_can_be_read_back():
    """What was written as JSON is the same report again."""
    report = audit({"x": TenantsFile({"a": {"domain": "a.auth0.com", "plan": "free"}})}, read=holding())
    assert Audit.model_validate_json(report.model_dump_json()) == report
