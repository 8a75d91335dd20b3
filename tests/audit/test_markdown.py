"""An audit as Markdown: its content, and that external text is never markup."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from audits import audit_of, finding, lifetime, tenant, unreachable
from auth0_sessions.audit.markdown import code, escaped, to_markdown
from auth0_sessions.audit.model import Rule
from auth0_sessions.errors import visible
from auth0_sessions.model.profiles import Force
from auth0_sessions.model.settings import AUTH0_DEFAULTS, LOGIN_LIFETIMES

ZERO_WIDTH = "\u200b"
HOSTILE = (
    "a|b",
    "a\\|b",
    "a\\",
    "`code`",
    "``",
    "` `",
    "<img src=x onerror=alert(1)>",
    "[click](https://evil.example)",
    "![](https://evil.example/pixel.png)",
    "https://evil.example",
    "www.evil.example",
    "WWW.evil.example",
    "mailto:a@evil.example",
    "**bold** _it_ ~~gone~~",
    "# heading",
    "- [ ] task",
    "a\n\n| x |\n|---|\n",
    "a\r\nb\u2028c",
    "&lt;b&gt; &#124;",
    "$x^2$",
    "\u202egnp.exe",
    "<!-- -->",
    " ",
    "",
)


def test_the_whole_of_it():
    """The outcome, a row for each tenant, and of those that need it the findings with what to change."""
    two = (finding(force=Force.SHALL), finding(rule=Rule.ABOVE_CAP, message="It is above the cap."))
    rows = [
        lifetime(name, int(AUTH0_DEFAULTS[name]), is_default=name != "session_lifetime") for name in LOGIN_LIFETIMES
    ]
    bad = tenant("bad", *two, plan=None, lifetimes=rows, notes=["Mind this."], profile="strict")
    audit = audit_of(tenant("meets"), bad, unreachable())
    assert to_markdown(audit).splitlines() == [
        "**1 of 3 tenants meets its baseline; 1 has findings and 1 could not be read.**",
        "",
        "| tenant | plan | profile | absolute | idle | non-persistent | result |",
        "| --- | --- | --- | --: | --: | --: | --- |",
        r"| `bad` | not set | `strict` | ⚠ 7d | 3d\* | 3d\* / 1d\* | **findings** |",
        "| `gone` | essential | `balanced` | - | - | - / - | **unreachable** |",
        r"| `meets` | essential | `balanced` | 7d | 3d | 3d / 1d | meets |",
        "",
        r"\* Auth0's default, never set. ⚠ A finding, explained below.",
        "",
        "#### `bad` (`bad.eu.auth0.com`)",
        "",
        r"- ⚠ **SHALL** session\_lifetime is too long.",
        "- ⚠ It is above the cap.",
        r"  - → Set session\_lifetime to less.",
        "- Note: Mind this.",
        "",
        "#### `gone` (`gone.eu.auth0.com`)",
        "",
        r"- **Could not be read.** No answer. Check the network.",
    ]


def test_what_all_tenants_share_and_what_they_do_not():
    """The baseline of all tenants is in one line instead of in a column; each row names its file if there are two."""
    audit = audit_of(tenant("a"), tenant("b", profile_from="the tenant's entry", source="other.yaml"))
    lines = to_markdown(audit).splitlines()
    assert lines[2] == "Baseline of all 2 tenants: profile balanced, from the file, the tenant's entry."
    assert lines[4] == "| tenant | plan | absolute | idle | non-persistent | result |"
    assert [line.split(" | ")[0] for line in lines[6:8]] == ["| `a`<br>`tenants.yaml`", "| `b`<br>`other.yaml`"]


def test_no_tenant():
    """An audit of nothing is its outcome."""
    assert to_markdown(audit_of()) == "**No tenant was audited.**\n"


ANY = st.text() | st.lists(st.sampled_from(HOSTILE)).map("".join)


def tokens_of(markdown):
    """Return what a renderer with GitHub's tables sees, the inline parts beside the blocks."""
    renderer = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    blocks = renderer.parse(markdown)
    return blocks, [child for block in blocks for child in block.children or []]


def hostile(evil):
    """Return an audit in which every text that may come from outside is this one."""
    texts = {"profile": evil, "domain": evil, "notes": [evil]}
    wrong = finding(message=f"It is {evil}", change=evil)
    return audit_of(tenant(evil, wrong, **texts), unreachable(evil, evil, source=f"other {evil}", **texts))


def shape(markdown):
    """Return the kinds of a text's parts, without the text."""
    blocks, inline = tokens_of(markdown)
    plain = [part.type for part in inline if part.type not in ("text", "text_special", "entity")]
    return [block.type for block in blocks], plain


CODE = re.compile(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)", re.DOTALL)
AUTOLINK = re.compile(r"www\.|\w://|mailto:|xmpp:|\w@\w", re.IGNORECASE)
"""What GitHub makes a link of without any markup (GFM, "Autolinks (extension)")."""


def is_harmless(evil):
    """Return whether a hostile text renders with the same structure as a harmless one, and is shown literally."""
    markdown = to_markdown(hostile(evil))
    _, inline = tokens_of(markdown)
    wanted = visible(" ".join(evil.split()))
    codes = [part.content.strip() for part in inline if part.type == "code_inline"]
    is_plain = shape(markdown) == shape(to_markdown(hostile("harmless")))
    return is_plain and not AUTOLINK.search(CODE.sub("", markdown)) and wanted.replace("|", "\\u007c") in codes


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_text_stays_text(evil):
    """No external name, error, profile or file name becomes a cell, a link, a picture, HTML or emphasis."""
    assert is_harmless(evil)


@given(ANY)
def test_any_text_stays_text(evil):
    """Whatever characters there are, and a sentence reads the same but for line breaks and what undoes references."""
    assert is_harmless(evil)
    _, inline = tokens_of(f"x {escaped(evil)} x")
    shown = "".join(part.content for part in inline).replace(ZERO_WIDTH, "")
    assert " ".join(shown.split()) == " ".join(f"x {visible(' '.join(evil.split()))} x".split())


@pytest.mark.parametrize(("evil", "reference"), [("@octocat", "@octocat"), ("fixes #17", "#17"), ("a@b.example", "@b")])
def test_no_one_is_notified(evil, reference):
    """In a sentence, a mention or a reference to an issue is not one; in code, GitHub looks for none."""
    _, inline = tokens_of(escaped(evil))
    assert reference not in "".join(part.content for part in inline)
    assert code(evil) == f"`{evil}`"
