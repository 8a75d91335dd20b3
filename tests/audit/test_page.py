"""The audit's page: its content, its accessibility, and that external text is only ever text."""

import base64
import hashlib
import os
import re
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from html.parser import HTMLParser

import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import example, given, settings
from hypothesis import strategies as st
from playwright.sync_api import sync_playwright

import headless
from auth0_sessions.audit.model import Audit, AuditedLifetime, AuditedTenant, Finding, Rule, Status
from auth0_sessions.audit.page import FLEET, LONGEST, OUTCOMES, RULES, SHORTEST, TICKS, place, seen, to_html
from auth0_sessions.model.plans import PLAN_LIMITS, Plan
from auth0_sessions.model.profiles import Profile
from auth0_sessions.model.settings import LOGIN_LIFETIMES, SETTINGS, Clock, text

WHEN = datetime(2026, 11, 23, 22, 48, 36, tzinfo=UTC)
DAY, YEAR = 1_440, 525_600
DEFAULTS = (10_080, 4_320, 4_320, 1_440)
WIDTHS = (360, 800, 1_280, 1_440)
HOSTILE = (
    "</script><script>alert(1)</script>",
    "</style></title></svg><img src=x onerror=alert(1)>",
    "\"'`><svg onload=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "{{ 7 * 7 }}{% raw %}{#",
    "javascript:alert(1)",
    "<!--<![CDATA[&lt;&#0;&nbsp",
    "evil\u202egnp.exe",
    "a\x00b\x1b[31mc\rd\x85\u2028e\ufeff",
    "broken \ud800 pair",
    "שלום مرحبا 👩‍👩‍👧‍👦",
    "W" * 400,
)
KINDS = (HOSTILE[0], HOSTILE[8], HOSTILE[10], HOSTILE[11])
"""One of each kind: markup, invisible characters, from right to left, long."""

EACH_HOSTILE = [pytest.param(evil, marks=() if evil in KINDS else pytest.mark.deep) for evil in HOSTILE]

# Data.


def audited(setting, minutes, *, plan=Plan.ESSENTIAL, baseline=YEAR, **others):
    """Return one lifetime as the audit says it."""
    most = None
    if plan:
        limits = PLAN_LIMITS[plan]
        most = limits.absolute_minutes if SETTINGS[setting].limit is Clock.ABSOLUTE else limits.idle_minutes
    return AuditedLifetime(
        **{
            "setting": setting,
            "minutes": minutes,
            "text": text(minutes),
            "is_default": False,
            "cap_minutes": most,
            "share_of_cap": minutes / most if most else None,
            "baseline_minutes": baseline,
            "declared_minutes": None,
            **others,
        }
    )


def found(setting, rule=Rule.ABOVE_BASELINE, message="{} is too long.", change="Set {} to less."):
    """Return a finding."""
    return Finding(
        setting=setting, rule=rule, message=message.replace("{}", setting), change=change.replace("{}", setting)
    )


def tenant(name="acme", minutes=DEFAULTS, *, plan=Plan.ESSENTIAL, baseline=YEAR, **others):
    """Return one tenant, with findings if any are given."""
    findings = others.get("findings", ())
    return AuditedTenant(
        **{
            "name": name,
            "domain": f"{name}.eu.auth0.com",
            "plan": plan,
            "profile": Profile.BALANCED,
            "profile_from": "the file",
            "status": Status.FINDINGS if findings else Status.MEETS,
            "error": None,
            "lifetimes": [
                audited(setting, each, plan=plan, baseline=baseline)
                for setting, each in zip(LOGIN_LIFETIMES, minutes, strict=True)
            ],
            "session_cookie_mode": "persistent",
            "notes": [],
            **others,
            "findings": list(findings),
        }
    )


def unreachable(name="gone", error="No answer. Check the network.", **others):
    """Return a tenant that could not be read."""
    values = {"status": Status.UNREACHABLE, "error": error, "lifetimes": [], "session_cookie_mode": None, **others}
    return tenant(name, **values)


def audit_of(*tenants, **others):
    """Return an audit."""
    return Audit(**{"generated_at": WHEN, "source": "tenants.yaml", "tenants": list(tenants), **others})


def mixed():
    """Return an audit with every kind of tenant, row and mark."""
    worst = (100_000, 60, 4_320, 5)
    findings = (
        found("session_lifetime", Rule.ABOVE_CAP, "{} is above what the plan allows."),
        found("session_lifetime", Rule.ABOVE_BASELINE, "{} is above the profile's figure."),
        found("session_cookie_mode", Rule.NOT_AS_DECLARED, "{} is not as the file says."),
    )
    return audit_of(
        tenant("meets", (720, 15, 480, 10), plan=Plan.ENTERPRISE, baseline=DAY),
        tenant("worst", worst, baseline=10_080, findings=findings, notes=["Something to know."]),
        tenant("planless", (YEAR + 1, 4_320, 60, 60), plan=None, baseline=None, notes=["No plan is set."]),
        tenant("short", (60, 60, 60, 60), baseline=30, findings=[found("idle_session_lifetime")]),
        unreachable(),
    )


def many(count=300):
    """Return an audit of a fleet, whose lifetimes and outcomes come round."""
    lengths = (15, 60, 480, DAY, 10_080, 43_200, YEAR)
    tenants = []
    for number in range(count):
        minutes = [lengths[(number + shift) % len(lengths)] for shift in range(4)]
        findings = [found(name) for name in LOGIN_LIFETIMES[: number % 3]]
        plan = [*Plan, None][number % 5]
        tenants.append(tenant(f"tenant-{number}", minutes, plan=plan, baseline=DAY, findings=findings))
    return audit_of(*tenants[:-1], unreachable())


def hostile(evil):
    """Return an audit in which every text that comes from outside is this one."""
    printed = [found(evil, rule, evil, evil) for rule in Rule]
    texts = {"domain": evil, "profile_from": evil, "notes": [evil]}
    lengths = [audited(setting, 60).model_copy(update={"text": evil}) for setting in LOGIN_LIFETIMES]
    tenants = (
        tenant(evil, findings=printed, session_cookie_mode=evil, lifetimes=lengths, **texts),
        unreachable(evil, error=evil, **texts),
    )
    return audit_of(*tenants, source=evil)


# A reader of the source.


class Source(HTMLParser):
    """The elements of a page, its text, and the text of its style and script."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.elements, self.pieces, self.inline, self._open = [], [], {}, ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._open = tag

    def handle_data(self, data):
        if self._open in ("style", "script"):
            self.inline[self._open] = self.inline.get(self._open, "") + data
        else:
            self.pieces.append(data)

    def handle_endtag(self, tag):  # noqa: ARG002  The name is the parser's.
        self._open = ""

    @property
    def text(self):
        """Everything that can be read, in one line."""
        return " ".join(" ".join(self.pieces).split())


def text_of(audit):
    """Return what can be read on an audit's page, in one line."""
    return Source(to_html(audit)).text


# Without a browser.


@pytest.mark.parametrize("audit", [audit_of(), mixed(), many(FLEET), hostile(HOSTILE[0])])
def test_nothing_is_fetched(audit):
    """The page refers to nothing but its own fragments, and holds no style or script in an attribute."""
    for tag, attributes in Source(to_html(audit)).elements:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "form", "a"}
        assert {"src", "style", "srcset", "action"}.isdisjoint(attributes)
        assert attributes.get("href", "#").startswith("#")
        assert not [name for name in attributes if name.startswith("on")]


def test_the_policy_allows_this_style_and_this_script_only():
    """The Content-Security-Policy names the hashes of the page's style and script, and forbids the rest."""
    source = Source(to_html(mixed()))
    (policy,) = (row["content"] for tag, row in source.elements if row.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.split(maxsplit=1) for rule in policy.split("; "))
    for kind in ("style", "script"):
        digest = hashlib.sha256(source.inline[kind].encode()).digest()
        assert rules.pop(f"{kind}-src") == f"'sha256-{base64.b64encode(digest).decode()}'"
    assert rules == {
        "default-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }


def test_the_same_audit_makes_the_same_page():
    """A page that is kept can be compared with the next one."""
    assert to_html(mixed()) == to_html(mixed())


BAD = [found("session_lifetime")]


@pytest.mark.parametrize(
    ("tenants", "expected"),
    [
        ([], "No tenant was audited."),
        ([tenant()], "The tenant meets its baseline."),
        ([tenant(findings=BAD)], "The tenant has findings."),
        ([unreachable()], "The tenant could not be read."),
        ([tenant()] * 2, "All 2 tenants meet their baseline."),
        ([tenant(), tenant(findings=BAD)], "1 of 2 tenants meets its baseline; 1 has findings."),
        ([tenant(), tenant(), unreachable()], "2 of 3 tenants meet their baseline; 1 could not be read."),
        (
            [unreachable(), tenant(findings=BAD), tenant(findings=BAD)],
            "0 of 3 tenants meet their baseline; 2 have findings and 1 could not be read.",
        ),
    ],
)
def test_verdict(tenants, expected):
    """One plain sentence says how many tenants meet their baseline, and what is with the others."""
    audit = audit_of(*tenants)
    assert expected == audit.verdict
    assert expected in text_of(audit)


def test_head():
    """The head names the file, the moment in UTC and every total."""
    east = WHEN.astimezone(timezone(timedelta(hours=9)))
    said = text_of(audit_of(*mixed().tenants, generated_at=east, source="fleet/eu.yaml"))
    assert "fleet/eu.yaml , read 2026-11-23 at 22:48:36 UTC" in said
    assert "Tenants 5 Meets baseline 2 With findings 2 Unreachable 1" in said


def test_everything_that_was_found_is_reported():
    """Every message, change, note and error is on the page, and a change that two findings share is there once."""
    audit, said = mixed(), text_of(mixed())
    for row in audit.tenants:
        for printed in (row.name, row.domain, row.error, *row.notes, *(finding.message for finding in row.findings)):
            assert (printed or "") in said
        for change in {finding.change for finding in row.findings}:
            assert said.count(change) == 1


def test_a_tenant_names_its_plan_its_profile_and_its_cookie_mode():
    """A missing plan is reported as such, and a profile is shown with where it was set."""
    said = text_of(audit_of(tenant(plan=None, profile=Profile.NIST_AAL2, profile_from="the command line")))
    assert "Baseline of the tenant: profile nist-aal2, from the command line." in said
    assert "cookie mode persistent" in said
    said = text_of(audit_of(tenant(plan=None, profile=Profile.NIST_AAL2), tenant()))
    assert "Baseline of" not in said
    assert "not set profile nist-aal2 , from the file" in said


def test_the_worst_come_first():
    """Tenants with most findings come first, those that could not be read next; equals keep the file's order."""
    rows = (tenant("a"), unreachable("b"), tenant("c"), tenant("d", findings=BAD), tenant("e", findings=BAD * 2))
    names = re.findall(r'class="name">(\w+)<', to_html(audit_of(*rows)))
    assert names == ["e", "d", "b", "a", "c"]


@given(st.integers(0, 2 * YEAR), st.integers(0, 2 * YEAR))
@example(SHORTEST, LONGEST)
def test_a_longer_lifetime_is_never_drawn_shorter(one, other):
    """The scale grows with the lifetime, and stays inside the drawing."""
    assert 0 < place(min(one, other)) <= place(max(one, other)) <= 100


def test_the_scale_is_logarithmic():
    """Four times as long is the same step to the right, wherever it starts."""
    steps = {round(place(4 * minutes) - place(minutes), 2) for minutes in (15, 60, 1_440, 100_000)}
    assert len(steps) == 1


def test_what_is_beyond_the_scale_is_drawn_beyond_it():
    """A lifetime under the first tick ends before it, one above the last tick ends after it."""
    assert place(SHORTEST - 1) < place(SHORTEST) < place(LONGEST) < place(LONGEST + 1)
    assert list(TICKS) == sorted({SHORTEST, *TICKS, LONGEST})


@pytest.mark.parametrize(
    ("lifetime", "expected"),
    [
        (
            audited("session_lifetime", 10_080, baseline=DAY, is_default=True),
            "Persistent absolute lifetime 7d, Auth0's default: 23% of the plan's cap of 30d, above the baseline of 1d.",
        ),
        (
            audited("idle_session_lifetime", 60, plan=None, baseline=60),
            "Persistent idle lifetime 1h: no cap is known, within the baseline of 1h.",
        ),
        (
            audited("ephemeral_session_lifetime", 60, baseline=480),
            "Non-persistent absolute lifetime 1h: <1% of the plan's cap of 30d, within the baseline of 8h.",
        ),
        (
            audited("ephemeral_session_lifetime", 60, plan=None, baseline=None, declared_minutes=480),
            "lifetime 1h: no cap is known, no baseline limits it and not the 8h that the tenants file declares.",
        ),
        (
            audited("idle_ephemeral_session_lifetime", 5, plan=None, baseline=None),
            "lifetime 5m: no cap is known, no baseline limits it (off the scale, so the bar is cut).",
        ),
    ],
)
def test_a_bar_in_words(lifetime, expected):
    """A sentence says everything that a bar shows."""
    rows = [audited(setting, 60) if setting != lifetime.setting else lifetime for setting in LOGIN_LIFETIMES]
    assert expected in text_of(audit_of(tenant(lifetimes=rows)))


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("acme\n\tgmbh", "acme\n\tgmbh"),
        ("שלום 👩‍👩‍👧‍👦", "שלום 👩‍👩‍👧‍👦"),
        ("evil\u202egnp", r"evil\u202egnp"),
        ("\x00\r\x1b\x7f\x85\u2028\u2066\ud800\ufeff", r"\u0000\u000d\u001b\u007f\u0085\u2028\u2066\ud800\ufeff"),
    ],
)
def test_what_cannot_be_seen_is_shown(given_text, expected):
    """Control characters show as escapes; letters of any script and emoji stay as they are."""
    assert expected == seen(given_text)


def test_a_page_can_always_be_written():
    """Half of a surrogate pair in a name does not keep the page from being a file."""
    assert rb"broken \ud800 pair" in to_html(hostile("broken \ud800 pair")).encode()


def test_every_outcome_and_rule_has_its_words():
    """A new outcome or rule arrives with words of its own."""
    assert set(OUTCOMES) == set(Status)
    assert set(RULES) == set(Rule)


# In a browser.


def chromium():
    """Return the path of a Chromium; without one skip the test with the way to get it, but fail under CI."""
    path = headless.find()
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(headless.MISSING)
    return path


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_without_a_browser(monkeypatch, ci, outcome):
    """Without a Chromium the tests in a browser are skipped at a desk, and fail under CI."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", ci)
    monkeypatch.delenv("CHROMIUM", raising=False)
    with pytest.raises(outcome, match="install one"):
        chromium()


@pytest.fixture(scope="module")
def browser():
    """A Chromium without a window."""
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=chromium()) as browser:
        yield browser


class Browsing:
    """Opens audits in windows of their own, offline, and notes everything that a quiet page does not do."""

    def __init__(self, browser, folder):
        self._browser, self._folder, self._contexts = browser, folder, []
        self.noise = []

    def open(self, audit, *, width=1_440, **options):
        """Open an audit, or a page's source."""
        html = audit if isinstance(audit, str) else to_html(audit)
        file = self._folder / f"{len(self._contexts)}.html"
        file.write_text(html, encoding="utf-8")
        context = self._browser.new_context(offline=True, viewport={"width": width, "height": 900}, **options)
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: self.noise.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.noise.append(f"error: {error}"))
        page.on("dialog", self._on_dialog)
        page.on("request", lambda request: self._on_request(request, file.as_uri()))
        page.goto(file.as_uri())
        return page

    def _on_dialog(self, dialog):
        self.noise.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _on_request(self, request, own):
        if request.url != own:
            self.noise.append(f"request: {request.url}")

    def close(self):
        """Close every window."""
        for context in self._contexts:
            context.close()


@pytest.fixture
def browsing(browser, tmp_path):
    """Windows, which must have been quiet in the end."""
    browsing = Browsing(browser, tmp_path)
    yield browsing
    browsing.close()
    assert browsing.noise == []


def names_on(page):
    """Return the names of the tenants that are shown, in their order."""
    return page.locator(".tenants tbody .name").all_inner_texts()


def expanded(page):
    """Return a page of several tenants after "Expand all" was pressed."""
    page.get_by_role("button", name="Expand all").click()
    return page


def boxes(page, selector):
    """Return the left end, right end and width of each element."""
    return page.eval_on_selector_all(
        selector, "all => all.map(each => each.getBoundingClientRect()).map(box => [box.left, box.right, box.width])"
    )


def test_the_page_is_quiet(browsing):
    """Opened offline, the page asks for nothing, logs nothing and breaks no policy of its own."""
    page = browsing.open(mixed())
    assert page.title() == "Session lifetime audit of tenants.yaml"
    assert page.evaluate("document.compatMode") == "CSS1Compat"
    assert page.evaluate("performance.getEntriesByType('resource').length") == 0


def test_the_policy_holds(browsing):
    """If markup did get into the page, it could neither run nor load anything."""
    evil = "<script>alert(1)</script><img src='https://example.com/x' onerror='alert(2)'><base href='//example.com'>"
    page = browsing.open(to_html(mixed()).replace("<main>", f"<main>{evil}<b style='color: red'>x</b>"))
    assert page.evaluate("document.baseURI").startswith("file:")
    refused = [line for line in browsing.noise if "Content Security Policy" in line]
    # Chromium reports the request for the image before the policy stops it.
    assert [line for line in browsing.noise if line not in refused and not line.startswith("request: ")] == []
    assert len(refused) >= 4
    browsing.noise.clear()


@pytest.mark.parametrize(
    ("audit", "width"),
    [(mixed, 360), (mixed, 1_440), (partial(many, FLEET), 1_440), (partial(hostile, HOSTILE[0]), 360)],
)
def test_accessible(browsing, audit, width):
    """The axe rules find nothing, in light and in dark, on a phone and on a desk."""
    page = browsing.open(audit(), width=width, bypass_csp=True)
    page.eval_on_selector_all("details", "all => { for (const each of all) each.open = true; }")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()


def test_a_bar_has_its_sentence(browsing):
    """A screen reader meets each bar as one image that says everything, under its row's and column's header."""
    page = expanded(browsing.open(mixed()))
    assert page.get_by_role("img").count() == 4 * 4
    name = "Persistent absolute lifetime 69d10h40m: 231% of the plan's cap of 30d, above the baseline of 7d."
    assert page.get_by_role("img", name=name).count() == 1
    assert page.get_by_role("table", name="Session lifetimes by tenant").count() == 1
    assert page.get_by_role("rowheader", name="non-persistent").count() == 4
    assert page.get_by_role("columnheader").count() == 6


@pytest.mark.parametrize("width", WIDTHS)
def test_bars_end_at_their_tick(browsing, width):
    """On every width a bar as long as a tick of the axis ends at that tick, so equal lifetimes are equally long."""
    rows = [tenant(f"t{tick}", [tick] * 4) for tick in TICKS]
    page = expanded(browsing.open(audit_of(*rows), width=width))
    for limit in ("absolute", "idle"):
        axis = "absolute" if width < 704 else limit
        ticks = [left for left, _, _ in boxes(page, f"thead .{axis} .axis line")]
        ends = [right for _, right, _ in boxes(page, f"tbody .{limit} .length")]
        assert ends == pytest.approx([tick for tick in ticks for _ in range(2)], abs=1.0)
        assert sorted(set(ticks)) == ticks


def test_a_quarter_of_an_hour_and_a_year_can_both_be_seen(browsing):
    """The shortest lifetime of the scale is wide enough to see, the longest leaves nothing of it."""
    page = browsing.open(audit_of(tenant(minutes=[15, 1, YEAR, YEAR * 2])), width=360)
    widths = [width for _, _, width in boxes(page, "tbody .length")]
    (whole, *_) = [width for _, _, width in boxes(page, "tbody .bar")]
    assert 6 < widths[0] < 0.1 * whole
    assert 0 < widths[1] < widths[0]
    assert 0.9 * whole < widths[2] < widths[3] <= whole
    assert page.locator("tbody .cut").count() == 2
    assert page.locator("tbody .meta", has_text="off the scale").count() == 2


def test_marks_are_where_their_minutes_are(browsing):
    """The cap's mark is where a bar of the cap's length ends; so is the baseline's, and the hatching starts there."""
    page = browsing.open(audit_of(tenant(minutes=[43_200, 1_440, 43_201, 60], baseline=DAY)))
    ends = [right for _, right, _ in boxes(page, "tbody .length")]
    caps = [right for _, right, _ in boxes(page, "tbody .cap")]
    baselines = [(left + right) / 2 for left, right, _ in boxes(page, "tbody .baseline")]
    assert caps[0] == pytest.approx(ends[0], abs=1.5)
    assert baselines[1] == pytest.approx(ends[1], abs=1.5)
    hatched = boxes(page, "tbody .excess")
    assert [left for left, _, _ in hatched] == pytest.approx([baselines[0], baselines[2]], abs=1.5)
    assert [right for _, right, _ in hatched] == pytest.approx([ends[0], ends[2]], abs=1.0)


def test_missing_marks(browsing):
    """Without a plan there is no cap to see and the row says so; the same goes for the baseline."""
    page = browsing.open(audit_of(tenant(plan=None, baseline=None)))
    assert page.locator("tbody .cap, tbody .baseline, tbody .track").count() == 0
    assert page.locator("tbody .open").count() == 4
    assert page.locator("tbody .meta").first.inner_text().split("\n") == ["cap not known", "no baseline"]


SORTS = {
    # Column: the direction of the first click, names in that order, and in the other.
    "Tenant": ("ascending", ["a2", "a10", "b", "gone", "z"], ["z", "gone", "b", "a10", "a2"]),
    "Status": ("ascending", ["z", "a2", "a10", "gone", "b"], ["b", "gone", "z", "a2", "a10"]),
    "Plan": ("ascending", ["b", "a10", "z", "gone", "a2"], ["z", "b", "a10", "gone", "a2"]),
    "Absolute": ("descending", ["a2", "b", "z", "a10", "gone"], ["a10", "z", "b", "a2", "gone"]),
    "Idle": ("descending", ["b", "z", "a2", "a10", "gone"], ["z", "a2", "a10", "b", "gone"]),
}


def sortable():
    """Return an audit whose every column has another order; in the file's order z, a2, a10, b, gone."""
    return audit_of(
        tenant("z", (60, 30, 60, 30), plan=Plan.ENTERPRISE),
        tenant("a2", (YEAR, 30, 60, 30), plan=None),
        tenant("a10", (50, 30, 50, 30), plan=Plan.FREE),
        tenant("b", (40, 30, 70, 60), plan=Plan.FREE, findings=BAD),
        unreachable(plan=None),
    )


@pytest.mark.parametrize(
    ("column", "press"), [*((column, "click") for column in SORTS), ("Tenant", "Enter"), ("Idle", "Space")]
)
def test_sorting(browsing, column, press):
    """A column's button sorts by mouse and by key, turns round the second time, keeps equals, and says so."""
    page = browsing.open(sortable())
    button = page.get_by_role("button", name=column)
    first, names, turned = SORTS[column]
    other = "descending" if first == "ascending" else "ascending"
    for direction, expected in ((first, names), (other, turned)):
        button.click() if press == "click" else button.press(press)
        assert expected == names_on(page)
        sorted_by = page.locator("[aria-sort]")
        assert [column] == [text.strip() for text in sorted_by.locator("button").all_inner_texts()]
        assert sorted_by.get_attribute("aria-sort") == direction
        assert button.evaluate("each => each === document.activeElement")


def test_the_page_starts_sorted_by_status(browsing):
    """What the page says of its order is true before anything was pressed; one tenant has no order."""
    page = browsing.open(sortable())
    assert names_on(page) == SORTS["Status"][2]
    assert page.locator("[aria-sort]").inner_text() == "Status"
    assert page.locator("[aria-sort]").get_attribute("aria-sort") == "descending"
    assert browsing.open(audit_of(tenant())).locator("button, [aria-sort]").count() == 0


def test_keyboard_alone(browsing):
    """The Tab key reaches every control in the order of reading, and each shows that it has the focus."""
    page = browsing.open(mixed())
    reached = []
    for _ in range(10):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            """() => {
              const at = document.activeElement, style = getComputedStyle(at);
              const said = (at.ariaLabel ?? at.closest("label, button, summary")?.textContent ?? at.tagName).trim();
              return [said.split(/\\s{2,}|,/)[0], style.outlineStyle, parseFloat(style.outlineWidth)];
            }"""
        )
        reached.append(focused[0])
        assert focused[1:] != ["none", 0]
        assert focused[2] >= 1
    controls = ["How to read a bar", "Only failing tenants (3)", "Expand all"]
    assert reached[:8] == [*controls, "Tenant", "Status", "Plan", "Absolute", "Idle"]
    assert "3 findings" in reached[8]


@pytest.mark.parametrize("width", WIDTHS)
def test_a_tenant_that_complies_takes_one_line(browsing, width):
    """It is as high as its name, until everything is expanded; a failing tenant is always shown in full."""
    fine = tenant("fine", (60, 30, 60, 30), notes=["Something to know."], session_cookie_mode="non-persistent")
    page = browsing.open(audit_of(fine, tenant("bad", findings=BAD)), width=width)
    (row,) = page.locator("tbody.meets .name").all()
    height = page.locator("tbody.meets").evaluate("each => each.getBoundingClientRect().height")
    assert height < 3 * row.evaluate("each => each.getBoundingClientRect().height")
    assert page.locator("tbody.meets").inner_text().split()[:5] == ["fine", "Meets", "baseline,", "1", "note"]
    assert page.locator("tbody.findings .bar:visible").count() == 4
    expanded(page)
    assert page.locator("tbody.meets .bar:visible").count() == 4
    assert page.get_by_text("Something to know.").is_visible()
    page.get_by_role("button", name="Collapse all").click()
    assert page.locator("tbody.meets").evaluate("each => each.getBoundingClientRect().height") == height


def test_only_failing_tenants(browsing):
    """The filter leaves those that have findings or were not read; it says how many, and a sort keeps it."""
    page = browsing.open(mixed())
    page.get_by_label("Only failing tenants (3)").check()
    assert sorted(each.inner_text() for each in page.locator(".name:visible").all()) == ["gone", "short", "worst"]
    page.get_by_role("button", name="Tenant").click()
    assert page.locator("tbody:visible .name").all_inner_texts() == ["gone", "short", "worst"]
    page.get_by_label("Only failing tenants").uncheck()
    assert page.locator(".name:visible").count() == 5


def test_the_sessions_that_a_tenant_creates_come_first(browsing):
    """The kind of session that the cookie mode creates is the first row of a tenant."""
    page = browsing.open(audit_of(tenant(session_cookie_mode="non-persistent")))
    assert page.locator("tbody .kind").all_inner_texts() == ["non-persistent", "persistent"]


def test_an_unusable_value_has_no_bar(browsing):
    """A value that is not a lifetime is marked, without a bar that would mean something."""
    rows = [audited(setting, 60) for setting in LOGIN_LIFETIMES[1:]]
    unusable = audited(LOGIN_LIFETIMES[0], 60, share_of_cap=None).model_copy(
        update={"minutes": None, "text": "unusable"}
    )
    wrong = found(LOGIN_LIFETIMES[0], Rule.UNUSABLE, "{} is 0, which is not a lifetime.")
    page = browsing.open(audit_of(tenant(lifetimes=[unusable, *rows], findings=[wrong])))
    assert page.locator("tbody .length").count() == 3
    assert "unusable" in page.locator("tbody .absolute").first.inner_text()
    assert page.get_by_role("img", name="the tenant reports no usable value").count() == 1
    assert "Not usable. session_lifetime is 0, which is not a lifetime." in page.inner_text("details .message >> ..")


def test_a_finding_has_the_dashboard_s_words(browsing):
    """A setting's name in the Dashboard stands beside its name in the API."""
    page = browsing.open(audit_of(tenant(findings=[found("idle_ephemeral_session_lifetime")])))
    field = page.locator(".field").inner_text()
    assert field == "Idle Session Lifetime (Non-Persistent) idle_ephemeral_session_lifetime"


def test_how_bad_a_tenant_is(browsing):
    """Its status says how bad the worst finding is, which is what tenants are sorted by."""
    far = found("session_lifetime").model_copy(update={"times_allowed": 30.4, "force": "shall"})
    near = found("session_lifetime").model_copy(update={"times_allowed": 1.26})
    page = browsing.open(audit_of(tenant("near", findings=[near]), tenant("far", findings=[far])))
    assert page.locator("td.status small").all_inner_texts() == [
        "SHALL, 30 times what is allowed",
        "1.3 times what is allowed",
    ]


def test_a_fleet(browsing):
    """Three hundred tenants are folded and can be sorted; one that was not read comes last."""
    page = browsing.open(many())
    assert page.locator("details[open]").count() == 0
    assert page.locator("tbody.meets .bar:visible").count() == 2 * page.locator("tbody.meets").count()
    page.get_by_role("button", name="Absolute").click()
    longest = page.eval_on_selector_all("tbody[data-absolute]", "all => all.map(each => each.dataset.absolute)")
    figures = [[int(figure) for figure in each.split()] for each in longest]
    assert len(figures) == 300
    assert figures[:-1] == sorted(figures[:-1], reverse=True)
    assert figures[-1] == []


# A folded tenant's digest is cut where its line ends.
PAST_THE_EDGE = """all => all.filter((each) => !each.closest("svg, .unseen, caption, summary"))
  .filter((each) => each.getBoundingClientRect().right > innerWidth + 1).map((each) => each.outerHTML)"""


@pytest.mark.parametrize("audit", [mixed, partial(many, FLEET), *(partial(hostile, evil) for evil in KINDS)])
def test_the_page_never_scrolls_sideways(browsing, audit):
    """Whatever the texts are, the page fits a phone and a desk."""
    page = browsing.open(audit())
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.eval_on_selector_all("main *", PAST_THE_EDGE) == []


def test_print(browsing):
    """A printed page shows everything, even if it was collapsed, in black on white."""
    page = browsing.open(many(FLEET), color_scheme="dark")
    page.emulate_media(media="print")
    assert (
        page.locator("tbody .name").count()
        == FLEET
        == len([each for each in page.locator("tbody .name").all() if each.is_visible()])
    )
    assert all(each.is_visible() for each in page.locator(".message, .change").all())
    assert page.locator(".message").count() == sum(len(row.findings) for row in many(FLEET).tenants)
    body = page.evaluate("(({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(document.body))")
    assert body == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert page.locator("tbody.row, .tenants tbody").first.evaluate("each => getComputedStyle(each).breakInside") == (
        "avoid"
    )


def test_without_script(browsing):
    """Without JavaScript every tenant, finding and note is there, and no control that would do nothing."""
    page = browsing.open(mixed(), java_script_enabled=False)
    assert page.locator("tbody .name").all_inner_texts() == ["worst", "short", "gone", "meets", "planless"]
    shown = page.locator(".message, .change, .note, .why, tbody .bar")
    assert all(each.is_visible() for each in shown.all())
    assert page.locator("button, input").count() == 0


def test_no_motion_for_those_who_asked_for_none(browsing):
    """Nothing moves where the reader prefers reduced motion."""
    page = browsing.open(mixed(), reduced_motion="reduce")
    moving = "all => all.filter(each => getComputedStyle(each, '::details-content').transitionDuration !== '0s')"
    assert page.eval_on_selector_all("details", f"all => ({moving})(all).length") == 0
    assert page.evaluate("document.getAnimations().length") == 0


def shape_of(page):
    """Return how often each kind of element is in a page, and the names of all attributes."""
    return page.evaluate(
        """() => {
          const all = [...document.querySelectorAll("*")];
          const count = {};
          for (const each of all) count[each.localName] = (count[each.localName] ?? 0) + 1;
          return [count, [...new Set(all.flatMap((each) => each.getAttributeNames()))].sort()];
        }"""
    )


OUTSIDE = ".name, .domain, .why, .message, .change bdi, .note, .origin bdi, .plan bdi, small bdi, .digest bdi"


def assert_text_stays_text(browsing, evil):
    """Assert that a page with this text has the elements of a harmless one, and that the text can be read on it."""
    page, harmless = browsing.open(hostile(evil)), browsing.open(hostile("harmless"))
    assert shape_of(page) == shape_of(harmless)
    said = page.eval_on_selector_all(OUTSIDE, "all => all.map(each => each.textContent)")
    plain = harmless.eval_on_selector_all(OUTSIDE, "all => all.map(each => each.textContent)")
    assert said == [line.replace("harmless", seen(evil)) for line in plain]
    assert len(said) > 15
    page.mouse.move(100, 400)
    assert browsing.noise == []


@pytest.mark.parametrize("evil", EACH_HOSTILE)
def test_hostile_text_stays_text(browsing, evil):
    """Text from a tenant or a file is shown as it is: it adds no element, no attribute and no script."""
    assert_text_stays_text(browsing, evil)


@pytest.mark.deep
@settings(max_examples=8)
@given(evil=st.text(st.characters(codec=None), min_size=1, max_size=60).filter(lambda each: each.strip()))
def test_any_text_stays_text(browser, tmp_path_factory, evil):
    """So is any other text."""
    browsing = Browsing(browser, tmp_path_factory.mktemp("any"))
    try:
        assert_text_stays_text(browsing, evil)
    finally:
        browsing.close()


STRAYS = """all => all.filter((each) => !each.closest("title, bdi, .value"))
  .filter((each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.data.includes("שלום")))
  .map((each) => each.outerHTML)"""


def test_text_from_right_to_left_keeps_to_itself(browsing):
    """Every text from outside is isolated, so what stands beside it stays where it was."""
    page = browsing.open(hostile("שלום-1"))
    assert page.eval_on_selector_all("*", STRAYS) == []
    name, moment = boxes(page, ".origin:not(.shared) bdi, .origin time")
    assert name[1] < moment[0]
