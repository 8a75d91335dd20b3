"""The audit: live tenants compared with their plan's caps, their baseline, and their file's declaration."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pulumi
import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st

from auth0_sessions import TenantFleet
from auth0_sessions.api.reader import TenantSessions
from auth0_sessions.audit import Audit, Rule, Status, audit
from auth0_sessions.audit.expected import expected_of as expected_in
from auth0_sessions.errors import InputError, TenantUnreachableError
from auth0_sessions.fleet.entries import Defaults, plan_fleet
from auth0_sessions.fleet.file import TenantsFile, read_tenants_file
from auth0_sessions.model.choices import Enforce, OverLimit
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.profiles import Profile
from auth0_sessions.model.settings import ABSOLUTE, AUTH0_DEFAULTS, LOGIN_LIFETIMES, SETTINGS
from expected_values import cap_of, expected_of
from mocked import Engine

SCHEMA = Path(__file__).parents[2] / "docs" / "audit.schema.json"
DAY = 1_440
HELD_HOUR = dict.fromkeys(LOGIN_LIFETIMES, 60)


def holding(**values):
    """Return what reads a tenant that has these values, and Auth0's defaults for the rest."""
    defaulted = frozenset(SETTINGS) - values.keys()
    return lambda domain, _label: TenantSessions(domain, {**AUTH0_DEFAULTS, **values}, defaulted)


def each_holding(held):
    """Return what reads several tenants, by the first label of their domain; None for one that does not answer."""

    def read(domain, label):
        values = held[domain.partition(".")[0]]
        if values is None:
            message = f"{domain}: no answer."
            raise TenantUnreachableError(message)
        return holding(**values)(domain, label)

    return read


def fleet_of(names, *, plan=None, **file):
    """Return a file that lists some tenants."""
    return {"x": TenantsFile({name: {"domain": f"{name}.auth0.com"} for name in names}, plan=plan, **file)}


def audited(entry, *, read=None, baseline=None, **file):
    """Audit one tenant with this entry and return what came out for it."""
    listed = TenantsFile({"acme": {"domain": "acme.auth0.com", **entry}}, **file)
    (tenant,) = audit({"tenants.yaml": listed}, read=read or holding(), profile=baseline).tenants
    return tenant


def findings_of(tenant, name=ABSOLUTE):
    """Return the findings for one setting."""
    return [finding for finding in tenant.findings if finding.setting == name]


def rules_of(tenant):
    """Return setting -> rules of its findings."""
    return {name: rules for name in SETTINGS if (rules := tenant.rules(name))}


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
    assert (wrong.status, set(rules_of(wrong))) == (Status.FINDINGS, {name})


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
    return fleet.tenants["acme"].picked.minutes


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
            return sorted(make())
        except (InputError, pulumi.RunError) as error:
            return sorted(line.partition("  - ")[2] for line in str(error).splitlines()[1:])

    def fleet():
        engine = Engine()
        engine.run(lambda: TenantFleet.from_config("f"), config=config)
        sent = [engine.sent(name) for name in engine.registered if name.endswith("-lifetime")]
        return [(one["domain"], one.get("credentials")) for one in sent]

    def audit():
        return [tenant.entry.place for tenant in expected_in({"the file": read_tenants_file(stack_file)}, None)]

    listed, file, stack_file = yaml.safe_load(content), tmp_path / "tenants.yaml", tmp_path / "Pulumi.production.yaml"
    file.write_text(content)
    for tenants in (str(file), json.dumps(listed.get("tenants", listed))):
        config = {"auth0-sessions:plan": "free", "auth0-sessions:tenants": tenants}
        stack_file.write_text(yaml.safe_dump({"config": config}))
        assert outcome_of(audit) == outcome_of(fleet)


CAP, BASELINE, DECLARED = Rule.ABOVE_CAP, Rule.ABOVE_BASELINE, Rule.NOT_AS_DECLARED
UP = "`pulumi up` fixes this: it sets session_lifetime to {}."
FILE = "Set session_lifetime to {} in the tenants file, then run `pulumi up`."
BY_HAND = (
    'Set it to 1d: 1,440 minutes as "Maximum Session Lifetime (Persistent)" in the Dashboard, '
    "24 hours as session_lifetime in the Management API."
)
HOUR = {"ceiling": {"absolute": "1h", "reason": "incident 4711"}, "profile": "balanced"}
AAL2 = {"baseline": "nist-aal2"}


@pytest.mark.parametrize(
    ("entry", "others", "minutes", "rules", "change"),
    [
        # A declared value has to be there exactly, also above a profile that is not a ceiling.
        ({"sessionLifetime": "12h"}, {}, 720, [], None),
        ({"sessionLifetime": "12h"}, {}, 721, [DECLARED], UP.format("12h")),
        ({"sessionLifetime": "12h"}, {}, 719, [DECLARED], UP.format("12h")),
        ({"sessionLifetime": "20d"}, {}, 20 * DAY, [], None),
        ({"sessionLifetime": "1d", "profile": "strict"}, {}, 20 * DAY, [BASELINE], UP.format("1d")),
        # A shorter value under a ceiling is left as it is.
        *(({"sessionLifetime": "12h", "enforce": "at-most"}, {}, minutes, [], None) for minutes in (719, 720)),
        ({"sessionLifetime": "12h", "enforce": "at-most"}, {}, 721, [DECLARED], UP.format("12h")),
        ({"sessionLifetime": "12h"}, {"enforce": "at-most"}, 719, [], None),
        # Above the cap; where the baseline is the cap, one reason is enough.
        ({"profile": "strict"}, {}, 31 * DAY, [CAP, BASELINE], UP.format("1d")),
        ({"profile": "nist-aal1"}, {}, 31 * DAY, [CAP], UP.format("30d")),
        ({"profile": "convenient", "plan": None}, {}, 365 * DAY, [], None),
        ({"sessionLifetime": "2h", "profile": "strict"}, {}, 40 * DAY, [CAP, BASELINE], UP.format("2h")),
        ({"sessionLifetime": "40d", "overLimit": "clamp"}, {}, 30 * DAY, [], None),
        ({"sessionLifetime": "40d", "overLimit": "warn"}, {}, 40 * DAY, [CAP], FILE.format("30d")),
        ({"sessionLifetime": "40d", "overLimit": "warn"}, {}, 30 * DAY, [], None),
        # The auditor's profile binds what the file declares; what fixes it depends on what the file sets.
        ({"sessionLifetime": "1d"}, AAL2, 2_881, [BASELINE], UP.format("1d")),
        ({"sessionLifetime": "2d"}, AAL2, 2_880, [BASELINE], FILE.format("1d")),
        ({"sessionLifetime": "2d"}, AAL2, 1_440, [], None),
        ({"sessionLifetime": "1d"}, {"baseline": "balanced"}, 20 * DAY, [BASELINE], UP.format("1d")),
        ({"profile": "strict"}, AAL2, 2_881, [BASELINE], UP.format("1d")),
        ({}, {**AAL2, "profile": "strict"}, 2_881, [BASELINE], UP.format("1d")),
        ({}, {**AAL2, "profile": "strict", "stack": "dev"}, 2_881, [BASELINE], UP.format("1d")),
        ({}, {**AAL2, "profile": "balanced"}, 2_881, [BASELINE], FILE.format("1d")),
        ({}, {**AAL2, "stack": "prod"}, 2_881, [BASELINE], FILE.format("1d")),
        ({"idleSessionLifetime": "1h"}, AAL2, 2_881, [BASELINE], FILE.format("1d")),
        ({"credentials": "acme"}, {**AAL2, "enforce": "at-most"}, 2_881, [BASELINE], BY_HAND),
        ({}, AAL2, 2_881, [BASELINE], BY_HAND),
        # A stack's ceiling is the limit of everything but what is declared below it.
        *(
            ({**entry, **strict}, {**HOUR, **baseline}, minutes, rules, change)
            for entry in ({}, {"sessionLifetime": "12h"}, {"sessionLifetime": "12h", "enforce": "at-most"})
            for strict in ({}, {"profile": "strict"})
            for baseline in ({}, AAL2)
            for minutes, rules, change in [(61, [BASELINE], UP.format("1h")), (60, [], None)]
        ),
        ({"sessionLifetime": "30m"}, HOUR, 61, [DECLARED], UP.format("30m")),
        ({"sessionLifetime": "30m"}, HOUR, 30, [], None),
    ],
)
def test_what_is_a_finding(entry, others, minutes, rules, change):
    """What the file and the baseline make of one value, and what fixes it: `pulumi up`, the file, or the Dashboard."""
    tenant = audited({"plan": "free", **entry}, read=holding(session_lifetime=minutes), **others)
    found = findings_of(tenant)
    assert [finding.rule for finding in found] == rules
    assert {finding.change for finding in found} == ({change} if change else set())
    if BASELINE in rules and "ceiling" in others:
        assert "the stack's ceiling (incident 4711)" in found[0].message
        assert found[0].force is None  # The figure is the ceiling's, and not the profile's source's.


@pytest.mark.parametrize(
    ("entry", "held", "message", "change"),
    [
        (
            {"sessionCookieMode": "non-persistent", "enforce": "at-most"},
            {},
            "session_cookie_mode is persistent, Auth0's default; the tenants file declares non-persistent.",
            "`pulumi up` fixes this: it sets session_cookie_mode to non-persistent.",
        ),
        (
            {"idleSessionLifetime": "4d", "overLimit": "clamp"},
            {"idle_session_lifetime": 30},
            "idle_session_lifetime is 30m; the tenants file declares 4d, which comes to 3d.",
            "`pulumi up` fixes this: it sets idle_session_lifetime to 3d.",
        ),
        (
            # A fleet keeps an explicit idle timeout that is longer than the absolute lifetime, and so does its audit.
            {"sessionLifetime": "1h", "idleSessionLifetime": "2h"},
            HELD_HOUR | {"idle_session_lifetime": 30},
            "idle_session_lifetime is 30m; the tenants file declares 2h.",
            "`pulumi up` fixes this: it sets idle_session_lifetime to 2h.",
        ),
        (
            {"profile": "nist-aal2"},
            HELD_HOUR | {"session_lifetime": 2 * DAY},
            (
                "session_lifetime is 2d; the baseline allows at most 1d: "
                "profile 'nist-aal2' (NIST SP 800-63B-4 section 2.2.3)."
            ),
            "`pulumi up` fixes this: it sets session_lifetime to 1d.",
        ),
        (
            {"profile": "nist-aal1"},
            {"ephemeral_session_lifetime": 31 * DAY},
            (
                "ephemeral_session_lifetime is 31d; the free plan allows at most 30d. "
                "The cookie mode is persistent, so only Actions can create non-persistent sessions."
            ),
            "`pulumi up` fixes this: it sets ephemeral_session_lifetime to 30d.",
        ),
    ],
)
def test_what_a_finding_says(entry, held, message, change):
    """The value, what is allowed or declared, and what that comes to; a cookie mode is exact under a ceiling, too."""
    (finding,) = audited({"plan": "free", **entry}, read=holding(**held)).findings
    assert (finding.message, finding.change) == (message, change)


def test_a_cookie_mode_that_is_not_declared():
    """The kind of session is compared only if the file declares it."""
    assert audited({"plan": "free"}, read=holding(session_cookie_mode="non-persistent")).findings == []


@given(st.integers(1, 525_599))
def test_the_advice_is_in_both_units(minutes):
    """What to type into the Dashboard, and what to send: whole hours as hours, everything else as minutes."""
    own = {"ours": {"absolute": f"{minutes}m"}}
    read = holding(session_lifetime=minutes + 1)
    change = findings_of(audited({"plan": "enterprise"}, read=read, baseline="ours", profiles=own))[0].change
    here = f"{minutes:,} minute{'s' * (minutes > 1)}"
    there = f"{here} as session_lifetime_in_minutes"
    if minutes % 60 == 0:
        there = f"{minutes // 60:,} hour{'s' * (minutes > 60)} as session_lifetime"
    assert change.startswith(f"Set it to {Lifetime(minutes)}: {here} as ")
    assert change.endswith(f" in the Dashboard, {there} in the Management API.")


def test_a_ceiling_spares_the_tenants_that_it_excepts():
    """An excepted tenant is as the file says, and the report says how many tenants the ceiling applies to."""
    files = fleet_of("abc", plan="free", ceiling={"absolute": "1h", "except": ["b"], "reason": "incident 4711"})
    report = audit(files, read=each_holding({"a": HELD_HOUR, "b": {}, "c": {}}))
    assert [tenant.status for tenant in report.tenants] == [Status.MEETS, Status.MEETS, Status.FINDINGS]
    phrase = "the stack's ceiling (incident 4711)"
    assert [tenant.ceiling for tenant in report.tenants] == [phrase, None, phrase]
    assert report.remarks == [
        "Baseline of all 3 tenants: profile balanced, from the default, Auth0's own values.",
        "The stack's ceiling (incident 4711) applies to 2 of 3 tenants.",
    ]


@pytest.mark.parametrize(
    ("entry", "others"), [({"profile": "ours"}, {}), ({}, {"profile": "ours"}), ({}, {"baseline": "ours"})]
)
def test_a_team_s_own_profile_is_a_baseline(entry, others):
    """Wherever it is named, its lifetimes are the limits, and its source is the reason."""
    own = {"ours": {"absolute": "12h", "idle": "30m", "source": "Handbook 4.2"}}
    held = dict(zip(LOGIN_LIFETIMES, (721, 30, 720, 30), strict=True))
    tenant = audited({"plan": "free", **entry}, read=holding(**held), profiles=own, **others)
    (finding,) = tenant.findings
    assert (tenant.profile, finding.setting, finding.rule) == ("ours", ABSOLUTE, Rule.ABOVE_BASELINE)
    assert "Handbook 4.2" in finding.message


KEPT = (
    "The tenant's own values, stricter than the tenants file and kept (at-most): "
    "session_lifetime 1h instead of 12h, ephemeral_session_lifetime 1h instead of 12h."
)
USELESS = "idle_session_lifetime is longer than session_lifetime, so it never ends a session."
DISAGREE = "The tenants file declares session_lifetime 12h, more than the 1h allowed here."
NO_PLAN = "No plan is set, so no cap was checked. Set the tenant's plan in the tenants file."
OWN = {"baseline": "ours", "profiles": {"ours": {"absolute": "1h"}}}


@pytest.mark.parametrize(
    ("entry", "others", "idle", "notes"),
    [
        ({"profile": "strict", "sessionLifetime": "12h", "enforce": "at-most"}, {}, 60, [KEPT]),
        ({"profile": "strict", "sessionLifetime": "12h"}, {}, 60, []),
        ({"sessionLifetime": "12h", "enforce": "at-most"}, OWN, 60, [DISAGREE]),
        ({}, {}, 60, []),
        ({}, {}, 61, [USELESS]),
        ({"plan": None}, {}, 60, [NO_PLAN]),
    ],
)
def test_notes(entry, others, idle, notes):
    """What is no finding but worth a remark: a tenant's own stricter values, a file that disagrees, no plan."""
    held = HELD_HOUR | {"idle_session_lifetime": idle}
    assert audited({"plan": "enterprise", **entry}, read=holding(**held), **others).notes == notes


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
    assert findings_of(tenant)[0].force == ("shall" if profile == "nist-aal3" else None)


def test_the_worst_tenant_comes_first():
    """Reports list tenants by their worst finding, then those that were not read, then those that meet the baseline."""
    held = {
        "fine": HELD_HOUR,
        "gone": None,
        "unused": HELD_HOUR | {"ephemeral_session_lifetime": 30 * DAY},
        "near": HELD_HOUR | {"session_lifetime": 2 * DAY},
        "exact": HELD_HOUR | {"session_lifetime": DAY},
        "more": HELD_HOUR | {"session_lifetime": 2 * DAY, "idle_session_lifetime": 90},
        "far": HELD_HOUR | {"session_lifetime": 30 * DAY},
    }
    report = audit(fleet_of(held, plan="enterprise"), read=each_holding(held), profile="strict")
    assert [tenant.name for tenant in report.tenants] == list(held)
    assert [tenant.name for tenant in report.worst_first] == ["far", "more", "near", "unused", "gone", "fine", "exact"]
    assert [tenant.worst.times_allowed for tenant in report.worst_first[:4]] == [30.0, 2.0, 2.0, 30.0]


@pytest.mark.parametrize("name", ["idle_session_lifetime", "session_cookie_mode"])
def test_an_unusable_value_is_reported_for_what_it_is(name):
    """A setting without a usable value is a finding, and the tenant's other settings are judged as usual."""
    values = {key: value for key, value in {**AUTH0_DEFAULTS, "session_lifetime": 31 * DAY}.items() if key != name}
    unusable = {name: "0, which it is not", "anonymous_session_lifetime": "0"}
    tenant = audited({"plan": "free"}, read=lambda domain, _: TenantSessions(domain, values, frozenset(), unusable))
    assert rules_of(tenant) == {"session_lifetime": [CAP, BASELINE], name: [Rule.UNUSABLE]}
    (finding,) = findings_of(tenant, name)
    advice = "Set session_cookie_mode to a valid value." if "mode" in name else "Set it to 3d: "
    assert (finding.message, finding.is_in_use) == (f"{name} is 0, which it is not.", True)
    assert finding.change.startswith(advice)
    rows = {row.setting: (row.minutes, row.text) for row in tenant.lifetimes}
    assert rows["ephemeral_session_lifetime"] == (4_320, "3d")
    assert rows.get(name, (None, "unusable")) == (None, "unusable")
    assert tenant.session_cookie_mode == (None if name == "session_cookie_mode" else "persistent")


def test_the_sixth_setting_is_not_audited():
    """Anonymous sessions are not part of any baseline, whatever a tenant has."""
    tenant = audited({"plan": "free"}, read=holding(anonymous_session_lifetime=525_600))
    assert (tenant.findings, [row.setting for row in tenant.lifetimes]) == ([], list(LOGIN_LIFETIMES))


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


def test_what_a_lifetime_s_row_says():
    """Minutes, text, whether it was ever set, and its share of the cap; without a plan there is no cap."""
    tenant = audited(
        {"plan": "free", "idleSessionLifetime": "4d", "overLimit": "clamp"}, read=holding(idle_session_lifetime=2_160)
    )
    default, row = tenant.lifetimes[:2]
    assert (row.setting, row.minutes, row.text, row.is_default) == ("idle_session_lifetime", 2_160, "1d12h", False)
    assert (row.cap_minutes, row.share_of_cap, row.baseline_minutes, row.declared_minutes) == (4_320, 0.5, 4_320, 5_760)
    assert (default.minutes, default.is_default) == (AUTH0_DEFAULTS["session_lifetime"], True)
    planless = audited({"profile": "strict"}).lifetimes[0]
    assert (planless.cap_minutes, planless.share_of_cap, planless.baseline_minutes) == (None, None, DAY)


def test_a_report_of_several_tenants():
    """Tenants are in the file's order, read each with its label; one that gives no answer has its error and no rows.

    The report says when it was made, in UTC to the second, and can be read back from its JSON.
    """
    seen, done = [], []
    answers = each_holding({"a": {}, "b": None, "c": {}})

    def read(domain, label):
        seen.append((domain, label))
        return answers(domain, label)

    entries = {name: {"domain": f"{name.upper()}.auth0.com", "plan": "free"} for name in "abc"}
    entries["a"]["credentials"] = "blue"
    report = audit({"x": TenantsFile(entries)}, read=read, on_progress=lambda *state: done.append(state))
    assert sorted(seen, key=str) == [("a.auth0.com", "blue"), ("b.auth0.com", None), ("c.auth0.com", None)]
    assert done == [(count, 3) for count in range(4)]
    lost = report.tenants[1]
    assert [tenant.status for tenant in report.tenants] == [Status.MEETS, Status.UNREACHABLE, Status.MEETS]
    assert (lost.name, lost.error, lost.lifetimes, lost.findings) == ("b", "b.auth0.com: no answer.", [], [])
    assert (report.is_fine, report.count(Status.MEETS), report.count(Status.UNREACHABLE)) == (False, 2, 1)
    assert (report.generated_at.tzinfo, report.generated_at.microsecond) == (UTC, 0)
    assert timedelta() <= datetime.now(UTC) - report.generated_at < timedelta(minutes=1)
    assert Audit.model_validate_json(report.model_dump_json()) == report


def test_what_is_wrong_with_a_file_is_reported_in_one_go():
    """Nothing is read before the lists are right, no domain is in two of them, and the auditor's profile is known."""
    bad = TenantsFile({"a": {"profile": "lax"}, "b": {"domain": 1}}, profiles={"ours": {"idle": 1}})
    files = {"bad": bad, **fleet_of("c"), "y": TenantsFile({"d": {"domain": "c.auth0.com"}})}
    with pytest.raises(InputError) as raised:
        audit(files, read=lambda *_: pytest.fail("read"))
    words = [
        "bad has ",
        "profile 'ours': idle: 1",
        "a: profile is 'lax'",
        "a: domain is",
        "b: domain: 1",
        "c.auth0.com is",
    ]
    lines = str(raised.value).splitlines()
    assert [line.removeprefix("  - ")[: len(word)] for line, word in zip(lines, words, strict=True)] == words
    with pytest.raises(InputError, match="the command line: profile is 'none'"):
        audit(fleet_of("c"), read=lambda *_: pytest.fail("read"), profile="none")


def test_the_published_schema():
    """`docs/audit.schema.json` is what the classes say, and what a report keeps to; a key more or less is noticed."""
    schema = json.loads(SCHEMA.read_text())
    assert schema == Audit.model_json_schema(mode="serialization")
    assert schema["$schema"] == jsonschema.Draft202012Validator.META_SCHEMA["$schema"]
    read = each_holding({"a": {"session_lifetime": 400 * DAY}, "b": None, "c": {}})
    written = json.loads(audit(fleet_of("abc"), read=read).model_dump_json())
    jsonschema.validate(written, schema, cls=jsonschema.Draft202012Validator)
    for spoiled in (written | {"more": 1}, {key: value for key, value in written.items() if key != "tenants"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(spoiled, schema, cls=jsonschema.Draft202012Validator)
