"""The file that lists tenants."""

import json
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auth0_sessions.errors import InputError
from auth0_sessions.fleet.file import TenantsFile, read_tenants_file, tenants_of
from auth0_sessions.fleet.stack import project_folder

TENANTS = {"acme": {"domain": "acme.eu.auth0.com", "sessionLifetime": "8h"}}
OF_A_TEAM: dict[str, Any] = {"profile": "ours", "profiles": {"ours": {"idle": "30m"}}, "enforce": "at-most"}
WORDS = "a 1 0x1 no ~ domain tenants config"
TAGS = "!!map !!bool !!set !!int !!timestamp !x"
PIECES = (
    *("\n", "  ", ": ", ", ", "- ", "? ", "&a ", "*a", "<<: ", *"\t{}[]|>\"'#"),
    *(*WORDS.split(), *(f"{tag} " for tag in TAGS.split())),
)


def in_config(**values):
    """Return a stack's file with these values, beside its tenants."""
    return {"config": {f"auth0-sessions:{key}": value for key, value in {"tenants": TENANTS, **values}.items()}}


@pytest.fixture
def file(tmp_path):
    """Write a file and return its path."""

    def write(content, name="tenants.yaml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
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
        ({"config": {"auth0-sessions:tenants": json.dumps(TENANTS)}}, TenantsFile(TENANTS)),
        ('\ufeff{\t"a": {"domain":\t"a.auth0.com"}}', TenantsFile({"a": {"domain": "a.auth0.com"}})),
        ('{"\\ud83d\\ude00": {"domain": "a.auth0.com"}}', TenantsFile({"\U0001f600": {"domain": "a.auth0.com"}})),
        ("no: {plan: off}\noff: {plan: '010'}", TenantsFile({"no": {"plan": "off"}, "off": {"plan": "010"}})),
        ("a: {b: 12:30, c: ~, d: , '~': null}", TenantsFile({"a": {"b": "12:30", "c": None, "d": None, "~": None}})),
        ("secure: {domain: a.auth0.com}", TenantsFile({"secure": {"domain": "a.auth0.com"}})),
        ({"config": {"auth0-sessions:tenants": {"secure": {}}}}, TenantsFile({"secure": {}})),
        (
            "x: &x {b: c}\na: {<<: *x, d: e}\ny: *x",
            TenantsFile({"x": {"b": "c"}, "a": {"b": "c", "d": "e"}, "y": {"b": "c"}}),
        ),
        ("x: {<<: [{a: b}, {a: c, d: e}], f: g}", TenantsFile({"x": {"a": "b", "d": "e", "f": "g"}})),
    ],
)
def test_every_shape_of_a_list(file, content, expected):
    """A stack's file, a plain object of tenants, or one under `tenants`, in YAML or JSON."""
    assert read_tenants_file(file(content)) == expected


@pytest.mark.parametrize(
    ("name", "stack"),
    [("Pulumi.prod.yaml", "prod"), ("Pulumi.pr-7.yml", "pr-7"), ("Pulumi.a.b.json", "a.b"), ("other.yaml", None)],
)
def test_a_stack_s_file_names_the_stack(file, name, stack):
    """`Pulumi.STACK.yaml` is Pulumi's own way to name it."""
    assert read_tenants_file(file(in_config(), name)).stack == stack


@pytest.fixture
def stack_file(file):
    """What writes the files of a project and of a stack in a folder of it, and returns the stack's."""

    def _write(project, stack):
        config = {f"auth0-sessions:{key}": value for key, value in project.items()}
        file({"name": "x", "config": config}, "Pulumi.yaml")
        return file(in_config(**stack), "conf/Pulumi.dev.yaml")

    return _write


LIST = {"tenants": TENANTS, "profile": "nist-aal2", "profiles": {"theirs": {"idle": "1h"}}}
CEILING = {"absolute": "1h", "except": ["acme"]}


@pytest.mark.parametrize(
    ("project", "stack", "expected"),
    [
        ({}, OF_A_TEAM, OF_A_TEAM),
        ({}, {**OF_A_TEAM, "tenants": "list.json"}, {**OF_A_TEAM, **LIST}),
        ({"plan": "free", "profile": "strict"}, {"tenants": "list.json"}, {**LIST, "plan": "free"}),
        ({"plan": "free", "profile": {"value": "strict"}}, {"profile": "ours"}, {"plan": "free", "profile": "ours"}),
        ({"plan": {"value": "free", "description": "x"}}, {}, {"plan": "free"}),
        ({"config:plan": "free"}, {}, {"plan": "free"}),
        ({"plan": "free"}, {"config:plan": "essential"}, {"plan": "essential"}),
        ({}, {"ceiling": CEILING}, {"ceiling": CEILING}),
        ({}, {"ceiling": json.dumps(CEILING)}, {"ceiling": CEILING}),
    ],
)
def test_a_stack_s_settings(file, stack_file, project, stack, expected):
    """A named file, in the project's folder, takes precedence over the stack's, and that over the project's.

    Values may be declared, and keys may have Pulumi's older form.
    """
    file(LIST, "list.json")
    found = read_tenants_file(stack_file(project, stack))
    assert found == TenantsFile(**{"tenants": TENANTS, **expected}, stack="dev")


def test_keys_without_a_namespace_are_the_project_s(file):
    """A project of our name may give them a type and a default; another one's are not ours."""
    own = {"plan": "free", "profile": {"type": "string", "default": "strict"}, "enforce": {"value": "exact"}}
    file({"name": "auth0-sessions", "config": own}, "Pulumi.yaml")
    found = read_tenants_file(file({"config": {"tenants": TENANTS, "plan": "essential"}}, "Pulumi.dev.yaml"))
    assert found == TenantsFile(TENANTS, "essential", "strict", enforce="exact", stack="dev")
    for config in (own, "folder"):
        file({"name": "x", "config": config}, "Pulumi.yaml")
        assert read_tenants_file(file(in_config(), "Pulumi.dev.yaml")) == TenantsFile(TENANTS, stack="dev")


@pytest.mark.parametrize(
    ("project", "stack", "words"),
    [
        ({"tenants": TENANTS}, {}, "Put it under `value:`"),
        ({"plan": {"default": "free"}}, {}, "Put it under `value:`"),
        ({"plan": {"type": "string", "value": "free"}}, {}, "Put it under `value:`"),
        ({}, {"plan": "free", "config:plan": "free"}, "are the same key"),
        ({}, {"plan": None}, "auth0-sessions:plan has no value"),
        ({"plan": {"value": None}}, {}, "auth0-sessions:plan has no value"),
    ],
)
def test_what_pulumi_refuses_or_drops_is_refused(stack_file, project, stack, words):
    """An object without `value`, a default for another namespace, one key in two forms, no value."""
    assert words in refusal(stack_file(project, stack))


def refusal(path):
    """Return why a file is refused."""
    with pytest.raises(InputError) as raised:
        read_tenants_file(path)
    return str(raised.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("acme: {domain: a.auth0.com}\nacme: {domain: b.auth0.com}", "line 2: 'acme' is a duplicate key; keep one."),
        ('{"acme": {"domain": "a.auth0.com", "domain": "b.auth0.com"}}', "'domain' is a duplicate key"),
        ("a: {<<: {b: c}, <<: {d: e}}", "'<<' is a duplicate key"),
        ("a: {<<: b}", "only objects can be merged"),
        ("acme: {domain", "is neither YAML nor JSON"),
        ("acme: !!python/object:os.system {}", "line 1 is neither YAML nor JSON: a value does not fit its tag"),
        *(
            (f"acme: {value}", "does not fit its tag")
            for value in ("!!bool perhaps", "!!map [a]", "!!set [a]", "!!null x")
        ),
        *((content, "a key should be text") for content in ("!!map acme: {}", "&a {b: *a}: 1", "? {a: 1}\n: b")),
        *((content, "is nested too deeply") for content in ('{"acme": ' + "[" * 20_000, "[" * 1000, "a: &a {b: *a }")),
        ({"tenants": TENANTS, "profil": "strict"}, "profil: unknown key; next to tenants, these are allowed: plan"),
        ({"tenants": TENANTS, "ceiling": {"absolute": "1h"}}, "ceiling: unknown key"),
        ("- acme", "is not a tenants file"),
        ("", "is not a tenants file"),
        ({"config": {"auth0-sessions:plan": {"secure": "x"}}}, "has no auth0-sessions:tenants in its config"),
        ({"auth0-sessions:tenants": TENANTS}, "has no auth0-sessions:tenants in its config"),
        *((in_config(**{key: {"secure": "v1:abc"}}), f"{key} is encrypted") for key in ("tenants", "plan", "enforce")),
        *(
            (in_config(**{key: {"a": [{"secure": "v1:abc"}]}}), f"{key} is encrypted")
            for key in ("tenants", "profiles")
        ),
        (in_config(tenants='{"a": {}, "a": {}}'), "'a' is a duplicate key"),
        (in_config(tenants='{"a": {}'), "is neither JSON nor the name of a file"),
        (in_config(tenants="gone.yaml"), "gone.yaml cannot be read: No such file or directory."),
    ],
)
def test_what_is_no_list_is_reported(file, content, words):
    """Each with the file, what is wrong with it, and no traceback."""
    assert words in refusal(file(content))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("tenants.yaml", "acme: {credentials: 0042}", "one problem:\n  - acme.credentials: 0042 is a number"),
        ("tenants.yaml", "true: {domain: a.auth0.com}", "the key true is a boolean"),
        ("tenants.json", '{"acme": {"formerly": 7}}', "acme.formerly: 7 is a number"),
        ("tenants.json", '{"\\ud800": {"domain": "a.auth0.com"}}', "half of a surrogate pair"),
        ("Pulumi.dev.json", in_config(tenants={"acme": {"formerly": True}}), "acme.formerly: true is a boolean"),
        ("Pulumi.dev.yaml", "config: {auth0-sessions:tenants: {0042: {}, '34': {}}}", "the key 0042 is a number"),
        ("Pulumi.dev.yaml", "config: {auth0-sessions:tenants: {~: {}}}", "the key ~ is a null"),
        ("Pulumi.dev.json", "config: {}", "is neither YAML nor JSON"),
        (
            "Pulumi.dev.yaml",
            "config: {auth0-sessions:plan: 2024-01-01, auth0-sessions:tenants: {7: {formerly: 1}}}",
            "7.formerly: 1 is a number, and text is expected. Quote it.\n",
        ),
    ],
)
def test_a_scalar_that_pulumi_does_not_read_as_text_is_refused(file, name, content, words):
    """`up` sees 34 where a file says 0042; `model/test_scalars.py` has all of them, and a file says them all."""
    assert words in f"{refusal(file(content, name))}\n"


@pytest.mark.parametrize("environment", [["base"], {"imports": ["base"]}, {"values": {"a": "b"}}])
@pytest.mark.parametrize("config", [{}, in_config()])
def test_a_stack_that_imports_environments_is_not_read_from_its_file(file, environment, config):
    """Tenants, plan and profile may come from there; the message names the option that reads them."""
    assert "Give `--stack NAME`" in refusal(file({**config, "environment": environment}, "Pulumi.dev.yaml"))
    assert read_tenants_file(file({**in_config(), "environment": []}, "Pulumi.dev.yaml")).tenants == TENANTS


SETTINGS = {"friendly_name": "Acme", "session_lifetime": 168, "flags": {}}


@pytest.mark.parametrize(
    "content", [{"tenant": {}, "clients": [{}], "pages": []}, {"tenant": SETTINGS}, SETTINGS, {"rules": []}]
)
def test_a_file_of_the_deploy_cli_is_recognized(file, content):
    """One sentence says what it is, and what to write."""
    message = refusal(file(content))
    assert ("as Auth0's Deploy CLI writes it" in message, message.count(". "), message.count("\n")) == (True, 0, 0)


@pytest.mark.parametrize("name", ["tenant", "clients", "friendly_name", "config"])
def test_a_tenant_may_be_named_as_a_part_of_another_file(file, name):
    """An entry is an object, and has a domain; a stack's configuration has keys with colons."""
    for entry in (TENANTS["acme"], {**TENANTS["acme"], "session_lifetime": "8h"}):
        assert read_tenants_file(file({name: entry})).tenants == {name: entry}


@pytest.mark.parametrize("value", [{"value": TENANTS}, {"value": json.dumps(TENANTS)}, json.dumps(TENANTS)])
def test_a_project_s_list_is_found_in_its_file(file, value):
    """The path and keys lead to the list, also under `value`."""
    project = file({"name": "x", "config": {"auth0-sessions:tenants": value}}, "Pulumi.yaml")
    found = read_tenants_file(file({"config": {}}, "Pulumi.dev.yaml"))
    keys = ("config", "auth0-sessions:tenants", *(value if isinstance(value, dict) else ()))
    assert (found.tenants, found.path, found.keys) == (TENANTS, project, keys)


def test_the_project_s_folder_is_found_from_below(tmp_path):
    """It has the file with the project's name; a folder between may have another project's."""
    inner = tmp_path / "src" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "Pulumi.yml").write_text("name: ours\nmain: src/inner\n")
    (inner / "Pulumi.yaml").write_text("name: theirs\n")
    assert project_folder(inner, "ours") == tmp_path
    assert project_folder(inner, "theirs") == inner
    assert project_folder(inner, "no such project") == inner


def test_a_list_is_bounded(file):
    """A list that is too long, even if only after expanding aliases, is rejected with a short message."""
    lines = [f"{name}: &{name} [{', '.join([f'*{inner}'] * 9)}]" for inner, name in pairwise("abcdefghij")]
    for content in ("\n".join(["a: &a x", *lines]), "acme: {domain: " + "x" * 5_000_000 + "}"):
        message = refusal(file(content))
        assert ("more than" in message, len(message) < 400) == (True, True)


def test_what_cannot_be_read_is_reported(tmp_path):
    """A folder, a missing file and bytes that are not text are reported like everything else."""
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\xfa")
    for name, words in (("", "cannot be read"), ("gone", "cannot be read"), ("bytes.yaml", "is not a text file")):
        assert words in refusal(tmp_path / name)


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
