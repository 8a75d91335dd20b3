"""The file that lists tenants."""

import json
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auth0_sessions.errors import InputError
from auth0_sessions.fleet.file import TenantsFile, read_tenants_file, tenants_of

TENANTS = {"acme": {"domain": "acme.eu.auth0.com", "sessionLifetime": "8h"}}
STACK = {
    "config": {"auth0-sessions:plan": "free", "auth0-sessions:profile": "strict", "auth0-sessions:tenants": TENANTS}
}

OF_A_TEAM: dict[str, Any] = {"profile": "ours", "profiles": {"ours": {"idle": "30m"}}, "enforce": "at-most"}
NO_WRAPPER = {"tenants": {"domain": "a.auth0.com"}, "plan": {"domain": "b.auth0.com"}, "x": {}}
PIECES = (
    *(
        "a",
        "1",
        "0x1",
        "no",
        "~",
        "domain",
        "tenants",
        "config",
        ": ",
        "\n",
        "  ",
        "\t",
        "{",
        "}",
        "[",
        "]",
        ", ",
        "- ",
    ),
    *(
        "? ",
        "&a ",
        "*a",
        "<<: ",
        "!!map ",
        "!!bool ",
        "!!set ",
        "!!int ",
        "!!timestamp ",
        "!x ",
        "|",
        ">",
        '"',
        "'",
        "#",
    ),
)


@pytest.fixture
def file(tmp_path):
    """Write a file and return its path."""

    def write(content, name="tenants.yaml"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (TENANTS, TenantsFile(TENANTS)),
        ("acme: {domain: acme.eu.auth0.com, sessionLifetime: 8h}", TenantsFile(TENANTS)),
        ({"tenants": TENANTS}, TenantsFile(TENANTS)),
        ({"tenants": TENANTS, "plan": "free", "profile": "strict"}, TenantsFile(TENANTS, "free", "strict")),
        ({"tenants": TENANTS, **OF_A_TEAM}, TenantsFile(TENANTS, **OF_A_TEAM)),
        ({"auth0-sessions:tenants": TENANTS}, TenantsFile(TENANTS)),
        (STACK, TenantsFile(TENANTS, "free", "strict")),
        ({"config": {"auth0-sessions:tenants": json.dumps(TENANTS)}}, TenantsFile(TENANTS)),
        (NO_WRAPPER, TenantsFile(NO_WRAPPER)),
        ('\ufeff{\t"a": {"domain":\t"a.auth0.com"}}', TenantsFile({"a": {"domain": "a.auth0.com"}})),
        ('{"\\ud83d\\ude00": {"domain": "a.auth0.com"}}', TenantsFile({"\U0001f600": {"domain": "a.auth0.com"}})),
        ("no: {plan: off}\noff: {plan: 010}", TenantsFile({"no": {"plan": "off"}, "off": {"plan": "010"}})),
        ("a: {b: 12:30, c: ~, d: , ~: null}", TenantsFile({"a": {"b": "12:30", "c": None, "d": None, "~": None}})),
        ("x: &x {b: c}\na: {<<: *x, d: e}", TenantsFile({"x": {"b": "c"}, "a": {"b": "c", "d": "e"}})),
    ],
)
def test_every_shape_of_a_list(file, content, expected):
    """A stack's file, a plain object of tenants, or one under `tenants`, in YAML or JSON."""
    assert read_tenants_file(file(content)) == expected


@pytest.mark.parametrize(
    ("name", "stack"),
    [("Pulumi.prod.yaml", "prod"), ("Pulumi.pr-7.yml", "pr-7"), ("Pulumi.a.b.json", "a.b"), ("Pulumi.yaml", None)],
)
def test_a_stack_s_file_names_the_stack(file, name, stack):
    """`Pulumi.STACK.yaml` is Pulumi's own way to name it."""
    assert read_tenants_file(file(STACK, name)).stack == stack


def test_a_stack_s_file_may_name_another(file):
    """The path is relative to the stack's file; the named file's plan and profile take precedence."""
    file({"tenants": TENANTS, "profile": "nist-aal2"}, "list.json")
    config = {"auth0-sessions:plan": "free", "auth0-sessions:profile": "strict", "auth0-sessions:tenants": "list.json"}
    found = read_tenants_file(file({"config": config}, "Pulumi.prod.yaml"))
    assert found == TenantsFile(TENANTS, "free", "nist-aal2", stack="prod")


def test_a_project_s_file_says_what_the_stack_s_does_not(file, tmp_path):
    """Pulumi lays the configuration of `Pulumi.yaml` under the stack's, and a file's name starts from its folder."""
    (tmp_path / "conf").mkdir()
    file({"tenants": TENANTS}, "list.yaml")
    project = {"auth0-sessions:plan": "free", "auth0-sessions:profile": {"type": "string", "default": "strict"}}
    file({"name": "x", "config": project}, "Pulumi.yaml")
    stack = file({"config": {"auth0-sessions:tenants": "list.yaml"}}, "conf/Pulumi.prod.yaml")
    assert read_tenants_file(stack) == TenantsFile(TENANTS, "free", "strict", stack="prod")
    file({"config": {"auth0-sessions:tenants": "list.yaml", "auth0-sessions:profile": "nist-aal2"}}, stack)
    assert read_tenants_file(stack).profile == "nist-aal2"


def test_a_team_s_own_profiles_and_enforcement_may_be_the_stack_s(file, tmp_path):
    """What the list has of its own takes precedence over the stack's configuration, and that over the project's."""
    config = {f"auth0-sessions:{key}": value for key, value in OF_A_TEAM.items()}
    file({"name": "x", "config": {"auth0-sessions:enforce": {"default": "exact"}}}, "Pulumi.yaml")
    stack = file({"config": {**config, "auth0-sessions:tenants": TENANTS}}, "Pulumi.prod.yaml")
    found = read_tenants_file(stack)
    assert {key: getattr(found, key) for key in OF_A_TEAM} == OF_A_TEAM
    file({"tenants": TENANTS, "profiles": {"theirs": {"idle": "1h"}}}, "list.json")
    file({"config": {**config, "auth0-sessions:tenants": "list.json"}}, "Pulumi.prod.yaml")
    found = read_tenants_file(stack)
    assert {key: getattr(found, key) for key in OF_A_TEAM} == {**OF_A_TEAM, "profiles": {"theirs": {"idle": "1h"}}}
    file({"config": {"auth0-sessions:tenants": TENANTS}}, "Pulumi.prod.yaml")
    assert read_tenants_file(stack).enforce == "exact"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            "acme: {domain: a.auth0.com}\nacme: {domain: b.auth0.com}",
            "line 2: 'acme' is a duplicate key; keep one.",
        ),
        ('{"acme": {"domain": "a.auth0.com", "domain": "b.auth0.com"}}', "'domain' is a duplicate key"),
        ("acme: {domain", "is neither YAML nor JSON"),
        ("acme: !!python/object:os.system {}", "is neither YAML nor JSON"),
        ("acme: !!bool perhaps", "is neither YAML nor JSON"),
        ("acme: !!map [a]", "is neither YAML nor JSON: expected an object"),
        ("acme: !!set [a]", "is neither YAML nor JSON"),
        ("&a {b: *a}: 1", "expands to more than"),
        ('{"acme": ' + "[" * 20_000, "is nested too deeply"),
        (
            {"tenants": TENANTS, "profil": "strict"},
            "profil: unknown key; next to tenants, these are allowed: plan, profile, profiles, enforce.",
        ),
        ("[" * 5000, "is neither YAML nor JSON"),
        ("? {a: 1}\n: b", "is neither YAML nor JSON"),
        ("- acme", "is not a tenants file"),
        ("", "is not a tenants file"),
        ({"config": {"auth0-sessions:plan": "free"}}, "has no auth0-sessions:tenants in its config"),
        *(
            ({"config": {"auth0-sessions:tenants": TENANTS, f"auth0-sessions:{key}": value}}, f"{key} is encrypted in")
            for key in ("tenants", "plan", "profile", "profiles", "enforce")
            for value in ({"secure": "v1:abc"}, {"acme": {"plan": {"secure": "v1:abc"}}})
        ),
        ({"config": {"auth0-sessions:plan": {"secure": "x"}}}, "has no auth0-sessions:tenants in its config"),
        ({"config": {"auth0-sessions:tenants": '{"a": {}, "a": {}}'}}, "'a' is a duplicate key"),
        ({"config": {"auth0-sessions:tenants": "gone.yaml"}}, "gone.yaml cannot be read: No such file or directory."),
    ],
)
def test_what_is_no_list_is_reported(file, content, words):
    """Each with the file, what is wrong with it, and no traceback."""
    with pytest.raises(InputError) as raised:
        read_tenants_file(file(content))
    assert words in str(raised.value)


def unfolding(join):
    """Return a few lines whose aliases unfold to nine to the ninth values."""
    lines = ["a: &a x"]
    for name, inner in zip("bcdefghij", "abcdefghi", strict=True):
        lines.append(f"{name}: &{name} {join([f'*{inner}'] * 9)}")
    return "\n".join(lines)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(unfolding(lambda parts: f"[{', '.join(parts)}]") + "\nacme: {domain: *j}", id="lists"),
        pytest.param(
            unfolding(lambda parts: "{" + ", ".join(f"k{n}: {part} " for n, part in enumerate(parts)) + "}"),
            id="objects",
        ),
        pytest.param("acme: &a {domain: *a }", id="itself"),
        pytest.param("acme: {domain: " + "x" * 5_000_000 + "}", id="long"),
    ],
)
def test_a_list_is_bounded(file, content):
    """A list that is too long, even if only after expanding aliases, is rejected quickly with a short message."""
    started = time.monotonic()
    with pytest.raises(InputError) as raised:
        read_tenants_file(file(content))
    assert ("more than" in str(raised.value), len(str(raised.value)) < 400) == (True, True)
    assert time.monotonic() - started < 10


def test_aliases_may_be_used(file):
    """An entry that others repeat is read as if it were written out."""
    content = "a: &a {domain: a.auth0.com, plan: free}\nb: {<<: *a, domain: b.auth0.com}\nc: *a"
    tenants = read_tenants_file(file(content)).tenants
    assert tenants["b"] == {"domain": "b.auth0.com", "plan": "free"}
    assert tenants["c"] == tenants["a"]


def test_what_cannot_be_read_is_reported(tmp_path):
    """A folder, a missing file and bytes that are not text are reported like everything else."""
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\xfa")
    for name, words in (("", "cannot be read"), ("gone", "cannot be read"), ("bytes.yaml", "is not a text file")):
        with pytest.raises(InputError, match=words):
            read_tenants_file(tmp_path / name)


@pytest.mark.thorough
@settings(settings.get_profile("thorough"))
@given(
    content=st.text(st.characters(codec="utf-8"), max_size=60)
    | st.lists(st.sampled_from(PIECES), max_size=20).map("".join)
)
def test_no_text_raises_anything_else(tmp_path_factory, content):
    """Whatever a file holds, there is a list, or an error in words."""
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(content, newline="")
    with suppress(InputError):
        assert read_tenants_file(path).stack is None


@pytest.mark.parametrize("value", [TENANTS, json.dumps(TENANTS)])
def test_a_configuration_value_may_be_the_tenants_themselves(value, tmp_path):
    """Pulumi hands an object over as its JSON text."""
    assert tenants_of(value, tmp_path) == TenantsFile(TENANTS)
