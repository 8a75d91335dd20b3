"""The audit's page: its content, its accessibility, and that external text is only ever text."""

import html
import os
import re
from datetime import timedelta, timezone

import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from playwright.sync_api import sync_playwright

import headless
from audits import WHEN, YEAR, audit_of, finding, lifetime, tenant, unreachable
from auth0_sessions.audit.model import Rule
from auth0_sessions.audit.page import FLEET, LONGEST, SHORTEST, TICKS, place, seen, sentence, to_html
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import LOGIN_LIFETIMES

DAY = 1_440
WIDTHS = (360, 800, 1_280, 1_440)
HOSTILE = (
    "</script></style></title></svg><script>alert(1)</script><img src=x onerror=alert(1)>",
    '"\'`><svg onload=alert(1)> onmouseover="alert(1)" x="',
    "{{ 7 * 7 }}{% raw %}{#<!--<![CDATA[&lt;&#0;&nbsp",
    "a\x00b\x1b[31mc\rd\x85\u2028e\ufeff \ud800 evil\u202egnp.exe",
    "שלום مرحبا 👩‍👩‍👧‍👦",
    "W" * 400,
)
"""Markup, invisible characters, text from right to left, and a long one."""


MIXED = audit_of(
    tenant("meets", minutes=(720, 15, 480, 10), plan=Plan.ENTERPRISE, baseline=DAY),
    tenant(
        "worst",
        finding(rule=Rule.ABOVE_CAP, message="It is above what the plan allows."),
        finding(message="It is above the profile's figure."),
        finding("session_cookie_mode", Rule.NOT_AS_DECLARED),
        minutes=(100_000, 60, 4_320, 5),
        baseline=10_080,
        notes=["Something to know."],
    ),
    tenant("planless", minutes=(YEAR + 1, 4_320, 60, 60), plan=None, baseline=None, notes=["No plan is set."]),
    tenant("short", finding("idle_session_lifetime"), minutes=(60, 60, 60, 60), baseline=30),
    unreachable(),
)
"""Every kind of tenant, row and mark."""


def many(count=FLEET):
    """Return an audit of a fleet, every third of whose tenants has no findings."""
    found = [finding(name) for name in LOGIN_LIFETIMES]
    return audit_of(*(tenant(f"tenant-{number}", *found[: number % 3]) for number in range(count)))


def hostile(evil):
    """Return an audit in which every text that comes from outside is this one."""
    texts = {"domain": evil, "profile_from": evil, "notes": [evil], "source": evil}
    found = [finding(rule=rule, message=evil, change=evil) for rule in Rule]
    rows = [lifetime(setting, 60, text=evil) for setting in LOGIN_LIFETIMES]
    return audit_of(
        tenant(evil, *found, session_cookie_mode=evil, lifetimes=rows, **texts),
        unreachable(evil, error=evil, profile=evil, **texts),
        source=evil,
    )


def text_of(*tenants, **others):
    """Return what can be read on the page of an audit of some tenants, in one line."""
    page = to_html(audit_of(*tenants, **others))
    return " ".join(html.unescape(re.sub(r"<(style|script)>.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)).split())


def test_the_policy_allows_this_style_and_this_script_only():
    """The Content-Security-Policy allows one style and one script by hash, and forbids the rest."""
    (policy,) = re.findall('Content-Security-Policy" content="(.*?)"', to_html(MIXED))
    assert re.sub(r"'sha256-[\w+/]+='", "#", html.unescape(policy)) == (
        "default-src 'none'; script-src #; style-src #; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


BAD = tenant("bad", finding())


@pytest.mark.parametrize(
    ("tenants", "expected"),
    [
        ([], "No tenant was audited."),
        ([tenant()], "The tenant meets its baseline."),
        ([BAD], "The tenant has findings."),
        ([unreachable()], "The tenant could not be read."),
        ([tenant()] * 2, "All 2 tenants meet their baseline."),
        ([tenant(), BAD], "1 of 2 tenants meets its baseline; 1 has findings."),
        ([tenant(), tenant(), unreachable()], "2 of 3 tenants meet their baseline; 1 could not be read."),
        (
            [unreachable(), BAD, BAD],
            "0 of 3 tenants meet their baseline; 2 have findings and 1 could not be read.",
        ),
    ],
)
def test_verdict(tenants, expected):
    """One plain sentence says how many tenants meet their baseline, and what is with the others."""
    assert audit_of(*tenants).verdict == expected
    assert expected in text_of(*tenants)


def test_head():
    """The head names the file, the moment in UTC, the shared baseline and every total."""
    east = WHEN.astimezone(timezone(timedelta(hours=9)))
    said = text_of(*MIXED.tenants, generated_at=east, source="fleet/eu.yaml")
    assert "fleet/eu.yaml , read 2026-11-23 at 22:48:36 UTC Baseline of all 5 tenants: profile balanced" in said
    assert "Tenants 5 Meets baseline 2 With findings 2 Unreachable 1" in said


def test_everything_that_was_found_is_reported():
    """Every message, change, note and error is on the page, and a change that two findings share is there once."""
    said = text_of(*MIXED.tenants)
    for row in MIXED.tenants:
        printed = (row.name, row.domain, row.error or "", *row.notes, *(each.message for each in row.findings))
        assert [text for text in printed if text not in said] == []
        assert all(said.count(change) == 1 for change in {each.change for each in row.findings})


@pytest.mark.parametrize(
    ("tenants", "expected"),
    [
        ([tenant()], ["cookie mode persistent", "essential persistent"]),
        ([tenant(plan=None), tenant(profile="strict")], ["not set profile balanced , from the file"]),
        ([tenant(), tenant(source="b.yaml")], ["in tenants.yaml", "in b.yaml"]),
        ([tenant(session_cookie_mode="non-persistent")], ["essential non-persistent"]),
        ([tenant(notes=["Mind this."])], ["Meets baseline, 1 note"]),
        (
            [tenant("a", finding("idle_ephemeral_session_lifetime", times_allowed=1.26), finding())],
            [
                "2 findings 1.3 times what is allowed",
                "Idle Session Lifetime (Non-Persistent) idle_ephemeral_session_lifetime",
                "above the baseline: idle_ephemeral_session_lifetime, session_lifetime",
            ],
        ),
        ([tenant("a", finding(times_allowed=30.4, force="shall"))], ["1 finding SHALL, 30 times what is allowed"]),
        ([tenant("a", finding(force="should"))], ["1 finding SHOULD essential"]),
        (
            [tenant("a", lifetimes=[lifetime(name, None if "idle" in name else 5) for name in LOGIN_LIFETIMES])],
            ["unusable Persistent idle lifetime: the tenant reports no usable value. not a lifetime", "off the scale"],
        ),
        ([tenant(plan=None, baseline=None)], ["cap not known no baseline"]),
    ],
)
def test_what_a_tenant_s_rows_say(tenants, expected):
    """Plan, profile, file, cookie mode, the kind of session that it creates first, and how bad its worst finding is."""
    said = text_of(*tenants)
    assert [words for words in expected if words not in said] == []


@given(st.integers(0, 2 * YEAR), st.integers(0, 2 * YEAR))
@example(SHORTEST - 1, SHORTEST)
@example(LONGEST, LONGEST + 1)
def test_a_longer_lifetime_is_never_drawn_shorter(one, other):
    """The scale grows with the lifetime, stays inside the drawing, and leaves room beyond its ends."""
    assert 0 < place(min(one, other)) <= place(max(one, other)) <= 100
    if min(one, other) < SHORTEST <= max(one, other) or min(one, other) <= LONGEST < max(one, other):
        assert place(min(one, other)) < place(max(one, other))


def test_the_scale_is_logarithmic():
    """Four times as long is the same step to the right, wherever it starts."""
    assert len({round(place(4 * minutes) - place(minutes), 2) for minutes in (15, 60, 1_440, 100_000)}) == 1


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (
            lifetime("session_lifetime", 10_080, baseline=DAY, is_default=True),
            "Persistent absolute lifetime 7d, Auth0's default: 23% of the plan's cap of 30d, above the baseline of 1d",
        ),
        (
            lifetime("idle_session_lifetime", 60, plan=None, baseline=60),
            "Persistent idle lifetime 1h: no cap is known, within the baseline of 1h",
        ),
        (
            lifetime("ephemeral_session_lifetime", 5, plan=None, baseline=None, declared_minutes=480),
            (
                "Non-persistent absolute lifetime 5m: no cap is known, no baseline limits it and not the 8h that the "
                "tenants file declares (off the scale, so the bar is cut)"
            ),
        ),
    ],
)
def test_a_bar_in_words(found, expected):
    """A sentence says everything that a bar shows."""
    assert " ".join(sentence(found)) == expected


SHAPE = """() => {
  const all = [...document.querySelectorAll("*")];
  const count = {};
  for (const each of all) count[each.localName] = (count[each.localName] ?? 0) + 1;
  return [count, [...new Set(all.flatMap((each) => each.getAttributeNames()))].sort()];
}"""


class Browsing:
    """Opens audits offline, and notes everything that a quiet page does not do."""

    def __init__(self, browser, file):
        self._browser, self._file, self.noise = browser, file, []

    def open(self, audit, *, width=1_440, **options):
        """Open an audit, or a page's source."""
        self._file.write_text(audit if isinstance(audit, str) else to_html(audit), encoding="utf-8")
        window = self._browser.new_context(offline=True, viewport={"width": width, "height": 900}, **options)
        page = window.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: self.noise.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.noise.append(f"error: {error}"))
        page.on("dialog", self._on_dialog)
        page.on("request", lambda request: self.noise.append(f"request: {request.url}"))
        page.goto(self._file.as_uri())
        assert self.noise.pop(0) == f"request: {self._file.as_uri()}"
        return page

    def _on_dialog(self, dialog):
        self.noise.append(f"dialog: {dialog.message}")
        dialog.dismiss()


@pytest.fixture(scope="module")
def chromium():
    """A Chromium; without one, tests are skipped at a desk, and fail under CI."""
    path = headless.find()
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(headless.MISSING)
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=path) as browser:
        yield browser


@pytest.fixture
def browsing(chromium, tmp_path):
    """Windows, which must have been quiet in the end."""
    opened = Browsing(chromium, tmp_path / "audit.html")
    yield opened
    for window in chromium.contexts:
        window.close()
    assert opened.noise == []


def names_on(page):
    """Return the names of the tenants that are shown, in their order."""
    return page.locator("tbody:visible .name").all_inner_texts()


def boxes(page, selector):
    """Return the left end, right end and width of each element."""
    return page.eval_on_selector_all(
        selector, "all => all.map(each => each.getBoundingClientRect()).map(box => [box.left, box.right, box.width])"
    )


def test_the_policy_holds(browsing):
    """If markup did get into the page, it could neither run nor load anything; the page itself is quiet."""
    assert browsing.open(MIXED).title() == "Session lifetime audit of tenants.yaml"
    assert browsing.noise == []
    evil = "<script>alert(1)</script><img src='https://example.com/x' onerror='alert(2)'><base href='//example.com'>"
    page = browsing.open(to_html(MIXED).replace("<main>", f"<main>{evil}<b style='color: red'>x</b>"))
    assert page.evaluate("document.baseURI").startswith("file:")
    refused = [line for line in browsing.noise if "Content Security Policy" in line]
    # Chromium reports the request for the image before the policy stops it.
    assert [line for line in browsing.noise if line not in refused and not line.startswith("request: ")] == []
    assert len(refused) >= 4
    browsing.noise.clear()


@pytest.mark.parametrize(
    ("audit", "width"), [(MIXED, 360), (MIXED, 1_440), (many(), 1_440), (hostile(HOSTILE[0]), 360)]
)
def test_accessible(browsing, audit, width):
    """The axe rules find nothing, in light and in dark, on a phone and on a desk."""
    page = browsing.open(audit, width=width, bypass_csp=True)
    page.eval_on_selector_all("details", "all => { for (const each of all) each.open = true; }")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()


def test_a_bar_has_its_sentence(browsing):
    """A screen reader meets each bar as one image that says everything, under its row's and column's header."""
    page = browsing.open(MIXED)
    page.get_by_role("button", name="Expand all").click()
    assert page.get_by_role("img").count() == 4 * 4
    name = "Persistent absolute lifetime 69d10h40m: 231% of the plan's cap of 30d, above the baseline of 7d."
    assert page.get_by_role("img", name=name).count() == 1
    assert page.get_by_role("table", name="Session lifetimes by tenant").count() == 1
    assert page.get_by_role("rowheader", name="non-persistent").count() == 4
    assert page.get_by_role("columnheader").count() == 6


def test_bars_end_at_their_tick(browsing):
    """On every width a bar as long as a tick of the axis ends at that tick, so equal lifetimes are equally long."""
    page = browsing.open(audit_of(*(tenant(f"t{tick}", finding(), minutes=[tick] * 4) for tick in TICKS)))
    page.get_by_role("button", name="Tenant").click()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for limit in ("absolute", "idle"):
            axis = "absolute" if width < 704 else limit
            ticks = [left for left, _, _ in boxes(page, f"thead .{axis} .axis line")]
            ends = [right for _, right, _ in boxes(page, f"tbody .{limit} .length")]
            assert ends == pytest.approx([tick for tick in ticks for _ in range(2)], abs=1.0)
            assert sorted(set(ticks)) == ticks


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
    """Without a plan there is no cap to see, without a baseline no mark of it, and without a value no bar.

    A bar that ends beyond the scale is marked.
    """
    unusable = [lifetime(name, None, plan=None, baseline=None) for name in LOGIN_LIFETIMES]
    off_the_scale = tenant(plan=None, baseline=None, minutes=[15, 1, YEAR, YEAR * 2])
    page = browsing.open(audit_of(off_the_scale, tenant("b", plan=None, lifetimes=unusable)))
    counts = {mark: page.locator(f"tbody .{mark}").count() for mark in ("cap", "baseline", "track", "open", "length")}
    assert counts == {"cap": 0, "baseline": 0, "track": 0, "open": 4, "length": 4}
    assert page.eval_on_selector_all("tbody .cut", "all => all.map(each => each.getAttribute('href'))") == [
        "#cut-short",
        "#cut-long",
    ]


SORTS = {
    # Column: the direction of the first click, names in that order, and in the other.
    "Tenant": ("ascending", ["a2", "a10", "b", "gone", "z"], ["z", "gone", "b", "a10", "a2"]),
    "Status": ("ascending", ["z", "a2", "a10", "gone", "b"], ["b", "gone", "z", "a2", "a10"]),
    "Plan": ("ascending", ["b", "a10", "z", "gone", "a2"], ["z", "b", "a10", "gone", "a2"]),
    "Absolute": ("descending", ["a2", "b", "z", "a10", "gone"], ["a10", "z", "b", "a2", "gone"]),
    "Idle": ("descending", ["b", "z", "a2", "a10", "gone"], ["z", "a2", "a10", "b", "gone"]),
}


@pytest.mark.parametrize(
    ("column", "press"), [*((column, "click") for column in SORTS), ("Tenant", "Enter"), ("Idle", "Space")]
)
def test_sorting(browsing, column, press):
    """The page starts with the worst; a column's button sorts by mouse and by key, turns round, and keeps equals."""
    page = browsing.open(
        audit_of(
            tenant("z", minutes=(60, 30, 60, 30), plan=Plan.ENTERPRISE),
            tenant("a2", minutes=(YEAR, 30, 60, 30), plan=None),
            tenant("a10", minutes=(50, 30, 50, 30), plan=Plan.FREE),
            tenant("b", finding(), minutes=(40, 30, 70, 60), plan=Plan.FREE),
            unreachable(plan=None),
        )
    )
    button, sorted_by = page.get_by_role("button", name=column), page.locator("[aria-sort]")
    first, names, turned = SORTS[column]
    other = "descending" if first == "ascending" else "ascending"
    steps = [("Status", "descending", SORTS["Status"][2]), (column, first, names), (column, other, turned)]
    for number, (by, direction, expected) in enumerate(steps):
        if number:
            button.click() if press == "click" else button.press(press)
            assert button.evaluate("each => each === document.activeElement")
        assert names_on(page) == expected
        assert sorted_by.locator("button").all_inner_texts() == [by]
        assert sorted_by.get_attribute("aria-sort") == direction


def test_one_tenant_has_no_order(browsing):
    """There is nothing to sort or to filter, and no button that would do nothing."""
    assert browsing.open(audit_of(tenant())).locator("button, input, [aria-sort]").count() == 0


def test_keyboard_alone(browsing):
    """The Tab key reaches every control in the order of reading, and each shows that it has the focus."""
    page = browsing.open(MIXED)
    reached = []
    for _ in range(9):
        page.keyboard.press("Tab")
        said, style, width = page.evaluate(
            """() => {
              const at = document.activeElement, style = getComputedStyle(at);
              const said = at.closest("label, button, summary").textContent.trim();
              return [said.split(/\\s{2,}|,/)[0], style.outlineStyle, parseFloat(style.outlineWidth)];
            }"""
        )
        reached.append(said)
        assert style != "none"
        assert width >= 1
    controls = ["How to read a bar", "Only failing tenants (3)", "Expand all"]
    assert reached == [*controls, "Tenant", "Status", "Plan", "Absolute", "Idle", "3 findings"]


def test_a_tenant_that_complies_takes_one_line(browsing):
    """On every width it is as high as its name, until everything is expanded; a failing tenant is shown in full."""
    fine = tenant("fine", minutes=(60, 30, 60, 30), notes=["Something to know."], session_cookie_mode="non-persistent")
    page = browsing.open(audit_of(fine, BAD))
    height_of = "each => each.getBoundingClientRect().height"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        height = page.locator("tbody.meets").evaluate(height_of)
        assert height < 3 * page.locator("tbody.meets .name").evaluate(height_of)
        assert page.locator("tbody.findings .bar:visible").count() == 4
        page.get_by_role("button", name="Expand all").click()
        assert page.locator("tbody.meets .bar:visible").count() == 4
        assert page.get_by_text("Something to know.").is_visible()
        page.get_by_role("button", name="Collapse all").click()
        assert page.locator("tbody.meets").evaluate(height_of) == height


def test_only_failing_tenants(browsing):
    """The filter leaves those that have findings or were not read; it says how many, and a sort keeps it."""
    page = browsing.open(MIXED)
    page.get_by_label("Only failing tenants (3)").check()
    assert names_on(page) == ["worst", "short", "gone"]
    page.get_by_role("button", name="Tenant").click()
    assert names_on(page) == ["gone", "short", "worst"]
    page.get_by_label("Only failing tenants").uncheck()
    assert len(names_on(page)) == 5


@pytest.mark.parametrize("count", [FLEET - 1, FLEET])
def test_a_fleet_is_folded(browsing, count):
    """From so many tenants on, findings are one line each until they are asked for."""
    page = browsing.open(many(count))
    folded = page.locator("tbody details:not([open])").count()
    assert folded == (0 if count < FLEET else page.locator("tbody details").count())
    page.get_by_role("button", name="Expand all").click()
    assert page.locator("tbody details:not([open])").count() == 0


# A folded tenant's digest is cut where its line ends.
PAST_THE_EDGE = """all => all.filter((each) => !each.closest("svg, caption, summary"))
  .filter((each) => each.getBoundingClientRect().right > innerWidth + 1).map((each) => each.outerHTML)"""


@pytest.mark.parametrize("audit", [MIXED, many(), *map(hostile, HOSTILE)])
def test_the_page_never_scrolls_sideways(browsing, audit):
    """Whatever the texts are, the page fits a phone and a desk."""
    page = browsing.open(audit)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.eval_on_selector_all("main *", PAST_THE_EDGE) == []


def test_print(browsing):
    """A printed page shows everything, even if it was collapsed, in black on white."""
    page = browsing.open(many())
    page.emulate_media(media="print", color_scheme="dark")
    shown = page.locator("tbody .name, .message, .change")
    assert all(each.is_visible() for each in shown.all())
    assert shown.count() == FLEET + 2 * sum(len(row.findings) for row in many().tenants)
    body = page.evaluate("(({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(document.body))")
    assert body == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert page.locator("tbody").first.evaluate("each => getComputedStyle(each).breakInside") == "avoid"


def test_without_script(browsing):
    """Without JavaScript every tenant, finding and note is there, and no control that would do nothing."""
    page = browsing.open(MIXED, java_script_enabled=False)
    assert names_on(page) == ["worst", "short", "gone", "meets", "planless"]
    assert all(each.is_visible() for each in page.locator(".message, .change, .note, .why, tbody .bar").all())
    assert page.locator("button, input").count() == 0


OUTSIDE = ".name, .domain, .why, .message, .change bdi, .note, .origin bdi, .plan bdi, small bdi"


def shape_and_text(page):
    """Return how often each kind of element is in a page with all attributes' names, and all texts from outside."""
    return page.evaluate(SHAPE), page.eval_on_selector_all(OUTSIDE, "all => all.map(each => each.textContent)")


def assert_text_stays_text(browsing, evil):
    """Assert that a page with this text has the elements of a harmless one, and that the text can be read on it."""
    shape, said = shape_and_text(browsing.open(hostile("harmless")))
    page = browsing.open(hostile(evil))
    page.mouse.move(100, 400)
    assert shape_and_text(page) == (shape, [line.replace("harmless", seen(evil)) for line in said])
    assert len(said) > 15
    assert browsing.noise == []


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_text_stays_text(browsing, evil):
    """Text from a tenant or a file is shown as it is: it adds no element, no attribute and no script."""
    assert_text_stays_text(browsing, evil)


@pytest.mark.deep
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(evil=st.text(st.characters(codec=None), min_size=1, max_size=60).filter(lambda each: each.strip()))
def test_any_text_stays_text(browsing, evil):
    """So is any other text."""
    assert_text_stays_text(browsing, evil)


STRAYS = """all => all.filter((each) => !each.closest("title, bdi, .value"))
  .filter((each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.data.includes("שלום")))
  .map((each) => each.outerHTML)"""


def test_text_from_right_to_left_keeps_to_itself(browsing):
    """Every text from outside is isolated, so what stands beside it stays where it was."""
    page = browsing.open(hostile("שלום-1"))
    assert page.eval_on_selector_all("*", STRAYS) == []
    name, moment = boxes(page, ".origin bdi, .origin time")[:2]
    assert name[1] < moment[0]
