"""Editing a tenants file in place: only what is set changes."""

import json
import re
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from auth0_sessions.errors import InputError
from auth0_sessions.fleet.document import Document
from auth0_sessions.fleet.file import read_tenants_file
from auth0_sessions.fleet.loader import parsed

WEEK = {"session_lifetime": "7d"}
FORMS = {"flat": (), "tenants": ("tenants",), "stack": ("config", "auth0-sessions:tenants")}


@pytest.fixture
def opened(tmp_path):
    """What opens a text as the file that lists tenants."""

    def _open(text, name="tenants.yaml"):
        path = tmp_path / name
        path.write_text(text, newline="")
        return Document(path, read_tenants_file(path).keys)

    return _open


def loaded(text):
    """Return what a text holds."""
    return parsed(text, Path())


BEFORE = """\
# Ours since 2019.

acme:   # the first
    domain: acme.auth0.com   # in Frankfurt
    sessionLifetime: 12h   # agreed with legal
    credentials:   'acme'

# The second group
globex: {domain: globex.auth0.com, credentials: "no"}  # by hand

# The third
no:
    # inside
    domain: no.auth0.com
    # behind
# the end
"""

AFTER = """\
# export: Read today.
# Ours since 2019.

# export: sessionLifetime: agreed.
acme:   # the first
    domain: acme.auth0.com   # in Frankfurt
    sessionLifetime: 7d    # agreed with legal
    credentials:   'acme'
    overLimit: warn

# The second group
globex: # by hand
    domain: globex.auth0.com
    credentials: "no"
    sessionLifetime: 3d

# The third
# export: Not read.
# export: Twice.
no:
    # inside
    domain: no.auth0.com
    # behind
# the end
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("before", [BEFORE, AFTER], ids=["first", "again"])
def test_what_is_not_set_stays(opened, before, line_end, start):
    """Comments, quotes, spaces, line ends and byte order mark stay; what an earlier export has said is replaced."""
    document = opened(start + before.replace("\n", line_end))
    document.say(["Read today."])
    document.complete("acme", {"session_lifetime": "7d", "over_limit": "warn"})
    document.say(["sessionLifetime: agreed."], "acme")
    document.complete("globex", {"session_lifetime": "3d"})
    document.complete("no", {})
    document.say(["Not read.\nTwice."], "no")
    assert document.text() == start + AFTER.replace("\n", line_end)


@pytest.mark.parametrize(("remark", "kept"), [(" # theirs", "  # theirs\n"), ("", "")])
def test_a_field_that_goes_leaves_its_comment(opened, remark, kept):
    """A removed row goes, its comment stays in its place, and a new last row is above the next comment."""
    document = opened(f"acme:\n  plan: x{remark}\n  domain: a.auth0.com\n  sessionLifetime: 7d # ours\n\n# next\n")
    document.complete("acme", {"plan": None, "session_lifetime": None, "over_limit": "warn"})
    assert document.text() == f"acme:\n{kept}  domain: a.auth0.com\n  overLimit: warn\n  # ours\n\n# next\n"


IN_TEXT = """\
x: |
  # export: not a comment
  it's text
acme:
  domain: a.auth0.com
  formerly: "a
    # export: nor this
    b"
"""


def test_a_hash_in_a_text_is_not_a_comment(opened):
    """A line of a block or of a quoted text that looks like an export's comment stays."""
    remarks = ("# export: this is one\n", "  # export: and this\n", "  plan: free\n", "# export: and this\n")
    document = opened("".join([IN_TEXT, *remarks]))
    document.complete("acme", WEEK)
    assert document.text() == f"{IN_TEXT}  plan: free\n  sessionLifetime: 7d\n"


KEPT = """\
%YAML 1.1
---
config:
    other:  0x1F   # a number
    more: {a: ~, "b":   'c', d: True}
    dates: [2024-01-01,  1_000]
    text: >-
          folded
          text
    escaped: "\\u00e9 \\
        more"
    tagged: !!str 42
    empty:
    anchor: &it one
    alias: *it
    auth0-sessions:tenants:
        acme:
            domain: a.auth0.com
        # last
    behind:
      - two
      -   three # spaces
"""


def test_the_rest_of_a_file_stays_byte_for_byte(opened):
    """Numbers, dates, braces, blocks, escapes, tags, anchors, indentation: none of it is the export's business."""
    document = opened(KEPT, "Pulumi.dev.yaml")
    document.complete("acme", WEEK)
    added = "            domain: a.auth0.com\n            sessionLifetime: 7d\n"
    assert document.text() == KEPT.replace("            domain: a.auth0.com\n", added)


def test_a_document_s_start_and_end_stay(opened):
    """A library drops their marks and blank lines above them, also where the next line is edited or one is added."""
    document = opened("\n---\nacme: {domain: a.auth0.com}\n...\n")
    document.complete("acme", WEEK)
    assert document.text() == "\n---\nacme:\n  domain: a.auth0.com\n  sessionLifetime: 7d\n...\n"
    document = opened("---\nacme:\n    domain: a.auth0.com # ours\n...\n")
    document.complete("acme", WEEK)
    assert document.text() == "---\nacme:\n    domain: a.auth0.com # ours\n    sessionLifetime: 7d\n...\n"


def test_what_would_change_something_else_is_refused(opened, monkeypatch):
    """Whatever the library makes of a file, a text that is not read as it is meant, or lacks a comment, is an error."""
    for spoiled in ("a:\n  domain: other.auth0.com # mine\n", "a:\n  domain: a.auth0.com\n", "a: [\n"):
        document = opened("a:\n  domain: a.auth0.com # mine\n")
        monkeypatch.setattr("auth0_sessions.fleet.document.dumped", lambda *_, text=spoiled: text)
        with pytest.raises(InputError, match="cannot be completed without changing something else"):
            document.text()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["domain: a.auth0.com"], "sessionLifetime: 7d"),
        (["domain: a.auth0.com", "on_delete: retain"], "session_lifetime: 7d"),
        (["domain: a.auth0.com", "on_delete: retain", "sessionLifetime: 1h"], "sessionLifetime: 7d"),
        (["domain: a.auth0.com", "session_lifetime: 1h"], "session_lifetime: 7d"),
        (["domain: a.auth0.com", "sessionLifetime:"], "sessionLifetime: 7d"),
        (["sessionLifetime: |\n    1h", "domain: a.auth0.com"], "sessionLifetime: 7d"),
        (["domain: a.auth0.com", "sessionLifetime:\n    1h"], "sessionLifetime: 7d"),
        (["domain: a.auth0.com", "'sessionLifetime' : \"1h\""], "'sessionLifetime': 7d"),
    ],
)
def test_a_value_has_one_place(opened, rows, expected):
    """A key is spelled as its entry spells keys, and is there once, however its value was written."""
    document = opened("acme:\n" + "\n".join(f"  {row}" for row in rows))
    document.complete("acme", WEEK)
    kept = [row for row in rows if "ifetime" not in row]
    after = [expected if "ifetime" in row else row for row in rows] if len(kept) < len(rows) else [*rows, expected]
    assert document.text() == "acme:\n" + "".join(f"  {row}\n" for row in after)


A, B = "a:\n  domain: a\n", "b:\n  domain: b\n"


@pytest.mark.parametrize(
    ("text", "rows", "expected"),
    [
        (f"{A}  plan: &p free\n{B}  plan: *p\n", {"a": {"plan": "essential"}}, {"plan": "free"}),
        (f"{A}  plan: &p free\n{B}  plan: *p # kept\n", {"b": {"plan": "essential"}}, {"plan": "essential"}),
        (f"{A}  plan: &p free\n{B}  plan: *p\n", {"a": {"plan": None}}, {"plan": "free"}),
        (f"a: &it\n  domain: a\n  plan: free\n{B}  <<: *it # kept\n", {"a": WEEK, "b": {}}, {"plan": "free"}),
        (f"a: &it\n  domain: a\n  plan: free\n{B}  <<: *it\n", {"a": WEEK, "b": {"plan": None}}, {}),
        ("a: &it {domain: a, plan: free}\nb: {<<: *it, domain: b}\n", {"a": WEEK}, {"plan": "free"}),
        (
            f"{A}  plan: &p free\n{B}  <<: [{{plan: *p}}, {{plan: x, profile: strict}}]\n",
            {"a": WEEK},
            {"plan": "free", "profile": "strict"},
        ),
    ],
)
def test_tenants_that_share_text_are_edited_alone(opened, text, rows, expected):
    """What an alias or a merge stands for is written out, so that one tenant's edit is not another's."""
    document = opened(text)
    for name, changed in rows.items():
        document.complete(name, changed)
    assert loaded(document.text())["b"] == {"domain": "b", **expected}
    assert document.text().count("# kept") == text.count("# kept")


@pytest.mark.parametrize(
    "text", ["a:\n  domain: # x\n    a.auth0.com\n\n  plan: free\n", "a: {\n  domain: a, # x\n  plan: b # y\n}\n"]
)
def test_comments_in_odd_places_are_kept_or_refused(opened, text):
    """Where the library has no place for a comment, the file is refused."""
    try:
        document = opened(text)
        document.complete("a", {"session_lifetime": "7d"})
        result = document.text()
    except InputError as error:
        result = str(error)
    assert ("# x" in result) != ("Write its list of tenants as plain blocks." in result)


def test_a_merged_field_goes_from_its_entry_alone(opened):
    """The entry is written out without it, and what it merged stays."""
    document = opened(
        f"x: &x\n  plan: free\n  profile: strict\n{LIST}\n    a: {{<<: *x, domain: a}}\n", "Pulumi.prod.yaml"
    )
    document.complete("a", {"plan": None})
    found = loaded(document.text())
    assert found["x"] == {"plan": "free", "profile": "strict"}
    assert found["config"]["auth0-sessions:tenants"] == {"a": {"domain": "a", "profile": "strict"}}


DOMAIN = "domain: a.auth0.com"
LIST = "config:\n  auth0-sessions:tenants:"
AS_JSON = '{"a": {"domain": "a.auth0.com"}}'
ODD_FILES = {
    "list is an alias": f"config:\n  x: &x\n    a:\n      {DOMAIN}\n  auth0-sessions:tenants: *x\n",
    "config is an alias": f"x: &x\n  auth0-sessions:tenants:\n    a:\n      {DOMAIN}\nconfig: *x\n",
    "key is an alias": f"x: &x auth0-sessions:tenants\nconfig:\n  *x :\n    a:\n      {DOMAIN}\n",
    "name is an alias": f"x: &x a\n{LIST}\n    *x :\n      {DOMAIN}\n",
    "entry is an alias": f"x: &x\n  {DOMAIN}\n{LIST}\n    a: *x\n",
    "explicit key": f"{LIST}\n    a:\n      {DOMAIN}\n      ? sessionLifetime\n      : 8h\n",
    "quoted hash": f"{LIST}\n    a: {{{DOMAIN}, formerly: 'x  #y'}}\n",
    "list of merges": f"x: &x\n  {DOMAIN}\n{LIST}\n    a:\n      <<:\n        - *x\n    b:\n      {DOMAIN}\n",
    "JSON text": f"{LIST} '{AS_JSON}' # theirs\n  other: 1\n",
    "list in braces": f"config: {{auth0-sessions:tenants: {{a: {{{DOMAIN}}}}}, other: 0042}}\n",
    "block of JSON text": f"{LIST} |\n    {AS_JSON}\n  other: 1\n",
}


@pytest.mark.parametrize("text", ODD_FILES.values(), ids=ODD_FILES)
def test_odd_files(opened, text):
    """However YAML allows a file to be written, what is set is set, and everything else means the same."""
    document = opened(text, "Pulumi.prod.yaml")
    document.complete("a", WEEK)
    found, before = (loaded(one)["config"] for one in (document.text(), text))
    given = before.pop("auth0-sessions:tenants")
    given = json.loads(given) if isinstance(given, str) else given
    assert found.pop("auth0-sessions:tenants") == {**given, "a": {**given["a"], "sessionLifetime": "7d"}}
    assert found == before
    assert [document.text().count(kept) for kept in ("# theirs", "&x")] == [text.count("# theirs"), text.count("&x")]


@pytest.mark.parametrize("value", [AS_JSON, f"'{AS_JSON}'"])
def test_a_list_in_a_project_s_file(opened, value):
    """An object or its JSON text is completed under `value`."""
    document = opened(f"{LIST} {{value: {value}}}\n", "Pulumi.yaml")
    document.complete("a", WEEK)
    row = loaded(document.text())["config"]["auth0-sessions:tenants"]["value"]
    assert row == {"a": {"domain": "a.auth0.com", "sessionLifetime": "7d"}}


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("Pulumi.prod.yaml", "x: &x {auth0-sessions:tenants: {a: {domain: a}}}\nconfig: {<<: *x}\n", "from a merge"),
        ("Pulumi.yaml", f"{LIST} '{AS_JSON}'\n", "Put an object under `value:`"),
    ],
)
def test_a_list_that_has_no_place_is_refused(opened, name, text, words):
    """In a merge, or as text in the short form of a project's file, where no object can be."""
    with pytest.raises(InputError, match=words):
        opened(text, name)


JSON = {"profiles": {"own": {"idle": "1h", "ceiling": True}}, "tenants": {"0042": {"domain": "a", "formerly": "1e3"}}}


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_json_stays_json(opened, line_end, start):
    """It is completed as JSON, and as YAML where that is asked for, with quotes where Pulumi would read a number."""
    document = opened(start + json.dumps(JSON, indent=2).replace("\n", line_end))
    assert document.is_json
    document.complete("0042", WEEK)
    document.set_beside("profile", "balanced")
    entry = {**JSON["tenants"]["0042"], "sessionLifetime": "7d"}
    expected = {**JSON, "tenants": {"0042": entry}, "profile": "balanced"}
    assert document.json() == start + f"{json.dumps(expected, indent=2)}\n".replace("\n", line_end)
    assert document.text() == start + (
        "profile: balanced\nprofiles:\n  own:\n    idle: 1h\n    ceiling: true\ntenants:\n  '0042':\n"
        "    domain: a\n    formerly: '1e3'\n    sessionLifetime: 7d\n"
    ).replace("\n", line_end)


def test_yaml_as_json(opened):
    """Booleans and numbers are written as such; what JSON does not have is refused."""
    text = "config:\n  other: {}\n  auth0-sessions:tenants:\n    a:\n      domain: a.auth0.com\n"
    document = opened(text.format("[True, 7, ~]"), "Pulumi.dev.yaml")
    assert json.loads(document.json())["config"]["other"] == [True, 7, None]
    with pytest.raises(InputError, match="0042 cannot be written as JSON"):
        opened(text.format("0042"), "Pulumi.dev.yaml").json()


def test_a_value_beside_the_tenants(opened):
    """It is set where it stands, or before everything else."""
    for before, after in (("# head\n", "# head\nprofile: balanced\n"), ("profile:\n", "profile: balanced\n")):
        document = opened(f"{before}tenants:\n  a: {{domain: a.auth0.com}}\n")
        document.set_beside("profile", "balanced")
        assert document.text() == f"{after}tenants:\n  a: {{domain: a.auth0.com}}\n"


KEYS = ("domain", "plan", "sessionLifetime", "idleSessionLifetime", "credentials", "profile")
ROWS = st.dictionaries(
    st.sampled_from(("session_lifetime", "idle_session_lifetime", "over_limit", "profile")),
    st.none() | st.sampled_from(("7d", "1h30m")),
)


@st.composite
def listings(draw):
    """Return a list of tenants in some form, with comments in every place, and what to complete each with."""
    form, step = draw(st.sampled_from(sorted(FORMS))), " " * draw(st.integers(1, 4))
    number = count()

    def comment(indent):
        return draw(st.sampled_from(["", f"{indent}# mark{next(number)}.\n", "\n"]))

    def behind():
        return draw(st.sampled_from(["", f"  # mark{next(number)}.", f" # mark{next(number)}."]))

    head = {"flat": [], "tenants": ["tenants:"], "stack": ["config:", f"{step}auth0-sessions:tenants:"]}[form]
    lines = [comment(""), *(f"{line}{behind()}\n" for line in head)]
    base = step * len(head)
    rows = {}
    for place in range(draw(st.integers(1, 4))):
        name, inner = f"t{place}", base + step
        rows[name] = draw(ROWS)
        keys = draw(st.lists(st.sampled_from(KEYS[1:]), unique=True).map(lambda found: ["domain", *found]))
        pairs = [
            f"{key}: {draw(st.sampled_from(['{}', chr(34) + '{}' + chr(34)])).format(f'{key}{place}')}" for key in keys
        ]
        lines.append(comment(base))
        if draw(st.booleans()):
            lines.append(f"{base}{name}: {{{', '.join(pairs)}}}{behind()}\n")
        else:
            lines.append(f"{base}{name}:{behind()}\n")
            lines.extend(f"{comment(inner)}{inner}{pair}{behind()}\n" for pair in pairs)
    return form, "".join([*lines, comment(base)]), rows


@given(listings())
def test_nothing_is_lost(tmp_path_factory, listing):
    """In any style, each entry keeps what it had and gets what was set, and all user comments are kept."""
    form, text, rows = listing
    path = tmp_path_factory.mktemp("listing") / "tenants.yaml"
    path.write_text(text)
    keys = FORMS[form]

    def entries(content):
        found = loaded(content)
        for key in keys:
            found = found[key]
        return found

    document = Document(path, keys)
    expected = {}
    for name, entry in entries(text).items():
        changed = {document.key_of(name, field): row for field, row in rows[name].items()}
        expected[name] = {key: value for key, value in {**entry, **changed}.items() if value is not None}
        document.complete(name, rows[name])
    completed = document.text()
    assert entries(completed) == expected
    assert sorted(re.findall(r"mark\d+\.", completed)) == sorted(re.findall(r"mark\d+\.", text))
    path.write_text(completed)
    again = Document(path, keys)
    for name, changed in rows.items():
        again.complete(name, changed)
    assert again.text() == completed


PLACES = "&a *a ? : - , !!map !x"
PIECES = (
    *("a: ", "b: ", "tenants:\n  ", "{domain: a.auth0.com}", "{domain: a.auth0.com, plan: &p free}", "\n", "\n  "),
    *("\n    ", "domain: a.auth0.com", "plan: *p", "<<: *a", "# c\n", " # export: x\n", "  # d\n", "|\n    x\n"),
    *('"q"', "'s'", "\r\n", *"{}[]\t", "sessionLifetime: 1h", "sessionLifetime: >\n"),
    *(f"{place} " for place in PLACES.split()),
)


@pytest.mark.thorough
@settings(settings.get_profile("thorough"))
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_any_file_is_completed_or_refused(tmp_path_factory, text):
    """Whatever a reader accepts, the result is read as it is meant, or there is an error in words."""
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(text, newline="")
    with suppress(InputError):
        file = read_tenants_file(path)
        before = {name: entry for name, entry in file.tenants.items() if isinstance(entry, dict)}
        assume(before and all(isinstance(entry, dict) for entry in file.tenants.values()))
        document = Document(path, file.keys)
        for name in before:
            document.complete(name, {"session_lifetime": "7d", "plan": None})
            document.say(["x"], name)
        path.write_text(document.text(), newline="")
        after = read_tenants_file(path).tenants
        assert [entry.get(document.key_of(name, "session_lifetime")) for name, entry in after.items()] == ["7d"] * len(
            after
        )
        assert [entry.get("domain") for entry in after.values()] == [entry.get("domain") for entry in before.values()]
