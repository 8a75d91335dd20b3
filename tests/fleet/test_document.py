"""Editing a tenants file in place: only what is set changes."""

import json
import re
from itertools import count

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.errors import InputError
from auth0_sessions.fleet.document import Document, Row
from auth0_sessions.fleet.file import read_tenants_file
from auth0_sessions.fleet.loader import Loader
from auth0_sessions.fleet.scalars import Misread

OWN = re.compile("ours[0-9]*")
FORMS = {"flat": (), "tenants": ("tenants",), "stack": ("config", "auth0-sessions:tenants")}


@pytest.fixture
def opened(tmp_path):
    """What opens a text as the file that lists tenants."""

    def _open(text, name="tenants.yaml"):
        path = tmp_path / name
        path.write_text(text)
        return Document(path, read_tenants_file(path).keys, OWN)

    return _open


BEFORE = """\
# Ours since 2019.

acme:   # the first
    domain: acme.auth0.com   # in Frankfurt
    sessionLifetime: 12h   # agreed with legal; ours1
    credentials: 'acme'

# The second group
globex: {domain: globex.auth0.com, credentials: "no"}  # by hand
no:
    # inside
    domain: no.auth0.com
    # behind
# the end
"""

AFTER = """\
# export: Read today.
# Ours since 2019.

acme:   # the first
    domain: acme.auth0.com   # in Frankfurt
    sessionLifetime: 7d  # ours2; agreed with legal
    credentials: 'acme'
    overLimit: warn

# The second group
globex:
  # by hand
  domain: globex.auth0.com
  credentials: "no"
  sessionLifetime: 3d  # ours2
# export: Not read.
# export: Twice.
no:
    # inside
    domain: no.auth0.com
    # behind
# the end
"""


def complete(document):
    """Complete the three tenants."""
    document.say_first(["Read today."])
    document.complete("acme", {"session_lifetime": Row("7d", ("ours2",)), "over_limit": Row("warn")})
    document.complete("globex", {"session_lifetime": Row("3d", ("ours2",))})
    document.complete("no", {})
    document.say_of("no", ["Not read.\nTwice."])
    return document.text()


def test_what_is_not_set_stays(opened):
    """Comments, quotes, indentation and blank lines stay; new values stand behind what an entry has."""
    assert complete(opened(BEFORE)) == AFTER


def test_completing_again_changes_nothing(opened):
    """What an earlier export has said is replaced, not repeated."""
    assert complete(opened(AFTER)) == AFTER


def test_a_field_that_goes_leaves_its_comment(opened):
    """A removed line goes, its comment stays unless it was ours, and a new last line is in its place."""
    document = opened(
        "acme:\n  domain: a.auth0.com\n  plan: free # theirs; ours1\n  sessionLifetime: 7d # ours1\n\n# next\n"
    )
    document.complete("acme", {"plan": None, "session_lifetime": None, "over_limit": Row("warn")})
    assert document.text() == "acme:\n  domain: a.auth0.com\n  # theirs\n  overLimit: warn\n\n# next\n"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("  domain: a.auth0.com\n", "sessionLifetime: 7d"),
        ("  domain: a.auth0.com\n  on_delete: retain\n", "session_lifetime: 7d"),
        ("  domain: a.auth0.com\n  session_lifetime: 1h\n", "session_lifetime: 7d"),
        ("  domain: a.auth0.com\n  sessionLifetime:\n", "sessionLifetime: 7d"),
        ("  domain: a.auth0.com\n  sessionLifetime: |\n    1h\n", "sessionLifetime: 7d"),
        ("  sessionLifetime: |\n    1h\n  domain: a.auth0.com\n", "sessionLifetime: 7d"),
        ("  domain: a.auth0.com\n  sessionLifetime:\n    1h\n", "sessionLifetime: 7d"),
        ("  domain: a.auth0.com\n  'sessionLifetime' : \"1h\"\n", "sessionLifetime: 7d"),
        ("  domain: a.auth0.com", "sessionLifetime: 7d"),
    ],
)
def test_a_value_has_one_place(opened, entry, expected):
    """A key is spelled as its entry spells keys, and is there once, however its value was written."""
    document = opened(f"acme:\n{entry}")
    document.complete("acme", {"session_lifetime": Row("7d")})
    lines = document.text().splitlines()
    assert [line for line in lines if "ifetime" in line] == [f"  {expected}"]
    assert "1h" not in document.text()
    assert "  domain: a.auth0.com" in lines


def test_an_alias_is_replaced_where_it_is_used(opened):
    """The value that an alias refers to belongs to another tenant, and is unchanged."""
    text = (
        "acme:\n  domain: a.auth0.com\n  sessionLifetime: &it 1h\n"
        "beta:\n  domain: b.auth0.com\n  sessionLifetime: *it # theirs\n"
    )
    document = opened(text)
    document.complete("beta", {"session_lifetime": Row("7d")})
    assert document.text() == text.replace("*it # theirs", "7d  # theirs")


def test_a_merged_entry_is_written_out(opened):
    """An entry that merges another one does not get what that one is completed with."""
    document = opened(
        "acme: &it\n  domain: a.auth0.com\n  plan: free\nbeta:\n  <<: *it # theirs\n  domain: b.auth0.com\n"
    )
    document.complete("acme", {"session_lifetime": Row("7d")})
    document.complete("beta", {})
    found = yaml.load(document.text(), Loader=Loader)  # noqa: S506  Text only.
    assert found["beta"] == {"domain": "b.auth0.com", "plan": "free"}
    assert "# theirs" in document.text()


def test_a_rewritten_entry_has_its_values_written_out(opened):
    """An alias whose target is replaced, and a block of text, are values of the entry when it is rewritten."""
    document = opened(
        "acme: &it\n  domain: a.auth0.com\n  sessionLifetime: &one 1h\n"
        "beta:\n  <<: *it\n  domain: |\n    b.auth0.com\n  idleSessionLifetime: *one\n"
    )
    document.complete("acme", {"session_lifetime": Row("7d")})
    document.complete("beta", {"session_lifetime": Row("2d")})
    found = yaml.load(document.text(), Loader=Loader)["beta"]  # noqa: S506  Text only.
    assert found == {"domain": "b.auth0.com\n", "idleSessionLifetime": "1h", "sessionLifetime": "2d"}


DOMAIN = "domain: a.auth0.com"
LIST = "config:\n  auth0-sessions:tenants:"
ODD_FILES = {
    "list is an alias": f"config:\n  x: &x\n    a:\n      {DOMAIN}\n  auth0-sessions:tenants: *x\n",
    "config is an alias": f"x: &x\n  auth0-sessions:tenants:\n    a:\n      {DOMAIN}\nconfig: *x\n",
    "key is an alias": f"x: &x auth0-sessions:tenants\nconfig:\n  *x :\n    a:\n      {DOMAIN}\n",
    "name is an alias": f"x: &x a\n{LIST}\n    *x :\n      {DOMAIN}\n",
    "entry is an alias": f"x: &x\n  {DOMAIN}\n{LIST}\n    a: *x\n",
    "explicit key": f"{LIST}\n    a:\n      {DOMAIN}\n      ? sessionLifetime\n      : 8h\n",
    "quoted hash": f"{LIST}\n    a: {{{DOMAIN}, formerly: 'x  #y'}}\n",
    "list of merges": f"x: &x\n  {DOMAIN}\n{LIST}\n    a:\n      <<:\n        - *x\n    b:\n      {DOMAIN}\n",
    "block of JSON text": f'{LIST} |\n    {{"a": {{"domain": "a.auth0.com"}}}}\n  other: 1\n',
}


@pytest.mark.parametrize("text", ODD_FILES.values(), ids=ODD_FILES)
def test_odd_files(opened, text):
    """However YAML allows a file to be written, what is set is set, and everything else means the same."""
    document = opened(text, "Pulumi.prod.yaml")
    document.complete("a", {"session_lifetime": Row("7d")})
    found, before = (yaml.load(one, Loader=Loader)["config"] for one in (document.text(), text))  # noqa: S506  Text only.
    given = before.pop("auth0-sessions:tenants")
    given = json.loads(given) if isinstance(given, str) else given
    given["a"] = {**given["a"], "sessionLifetime": "7d"}
    assert found.pop("auth0-sessions:tenants") == given
    assert found == {name: given if name == "x" else value for name, value in before.items()}


def test_a_hash_in_a_name_is_no_comment(opened):
    """A name with a space and a hash is not repeated in a comment when its entry is rewritten."""
    document = opened('tenants:\n  "acme #1": {domain: a.auth0.com} # theirs\n')
    document.complete("acme #1", {"session_lifetime": Row("7d")})
    assert document.text().count("#1") == 1
    assert document.text().count("# theirs") == 1


def test_a_list_from_a_merge_is_refused(opened):
    """A list that comes from a merge has no place of its own to be edited."""
    with pytest.raises(InputError, match="comes from a merge"):
        opened(f"x: &x\n  auth0-sessions:tenants:\n    a:\n      {DOMAIN}\nconfig:\n  <<: *x\n", "Pulumi.prod.yaml")


def test_json_stays_json(opened):
    """JSON is completed as JSON, with its numbers and truths, and as YAML where that is asked for."""
    document = opened(
        '{"profiles": {"own": {"idle": "1h", "ceiling": true}}, "tenants": {"a": {"domain": "a.auth0.com"}}}'
    )
    assert document.is_json
    document.complete("a", {"session_lifetime": Row("7d", ("ours1",))})
    document.set_beside("profile", "balanced")
    assert json.loads(document.json()) == {
        "profile": "balanced",
        "profiles": {"own": {"idle": "1h", "ceiling": True}},
        "tenants": {"a": {"domain": "a.auth0.com", "sessionLifetime": "7d"}},
    }
    assert "sessionLifetime: 7d  # ours1" in document.text()


def test_tenants_as_json_text_become_an_object(opened):
    """A configuration value that is JSON text is written as an object, which has a place for values."""
    text = 'config:\n  auth0-sessions:tenants: \'{"a": {"domain": "a.auth0.com"}}\' # theirs\n  other: 1\n'
    document = opened(text, "Pulumi.prod.yaml")
    document.complete("a", {"session_lifetime": Row("7d")})
    assert yaml.load(document.text(), Loader=Loader)["config"] == {  # noqa: S506  Text only.
        "auth0-sessions:tenants": {"a": {"domain": "a.auth0.com", "sessionLifetime": "7d"}},
        "other": Misread("1", "number"),
    }
    assert "# theirs" in document.text()


def test_a_list_in_braces(opened):
    """It is written as blocks; where that would lose a comment, it is refused."""
    document = opened("{acme: {domain: a.auth0.com}}")
    document.complete("acme", {"session_lifetime": Row("7d")})
    assert document.text() == "acme:\n  domain: a.auth0.com\n  sessionLifetime: 7d\n"
    with pytest.raises(InputError, match="the list of tenants is in braces"):
        opened("{acme: {domain: a.auth0.com} # mine\n}")


def test_a_value_beside_the_tenants(opened):
    """It is set where it stands, or before everything else."""
    document = opened("# head\ntenants:\n  a: {domain: a.auth0.com}\n")
    document.set_beside("profile", "balanced")
    assert document.text() == "# head\nprofile: balanced\ntenants:\n  a: {domain: a.auth0.com}\n"
    document = opened("profile:\ntenants:\n  a: {domain: a.auth0.com}\n")
    document.set_beside("profile", "balanced")
    assert document.text() == "profile: balanced\ntenants:\n  a: {domain: a.auth0.com}\n"


KEYS = ("domain", "plan", "sessionLifetime", "idleSessionLifetime", "credentials", "profile")
ROWS = st.dictionaries(
    st.sampled_from(("session_lifetime", "idle_session_lifetime", "over_limit", "profile")),
    st.none() | st.builds(Row, st.sampled_from(("7d", "1h30m")), st.lists(st.just("ours"), max_size=2).map(tuple)),
)


@st.composite
def listings(draw):
    """Return a list of tenants in some form, with comments in every place, and what to complete each with."""
    form, step = draw(st.sampled_from(sorted(FORMS))), " " * draw(st.integers(1, 4))
    number = count()

    def comment(indent):
        return draw(st.sampled_from(["", f"{indent}# mark{next(number)}.\n", "\n"]))

    def behind():
        return draw(st.sampled_from(["", f"  # mark{next(number)}.", " # ours", f" # mark{next(number)}.; ours"]))

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
        found = yaml.load(content, Loader=Loader)  # noqa: S506  Text only.
        for key in keys:
            found = found[key]
        return found

    document = Document(path, keys, OWN)
    expected = {}
    for name, entry in entries(text).items():
        changed = {document.key_of(name, field): row and row.value for field, row in rows[name].items()}
        expected[name] = {key: value for key, value in {**entry, **changed}.items() if value is not None}
        document.complete(name, rows[name])
    completed = document.text()
    assert entries(completed) == expected
    assert sorted(re.findall(r"mark\d+\.", completed)) == sorted(re.findall(r"mark\d+\.", text))
    path.write_text(completed)
    again = Document(path, keys, OWN)
    for name, changed in rows.items():
        again.complete(name, changed)
    assert again.text() == completed
