"""The file that lists tenants."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auth0_sessions.errors import InputError
from auth0_sessions.tenants_file import TenantsFile, read_tenants_file, tenants_of

TENANTS = {"acme": {"domain": "acme.eu.auth0.com", "sessionLifetime": "8h"}}
STACK = {
    "config": {"auth0-sessions:plan": "free", "auth0-sessions:profile": "strict", "auth0-sessions:tenants": TENANTS}
}


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
        ({"auth0-sessions:tenants": TENANTS}, TenantsFile(TENANTS)),
        (STACK, TenantsFile(TENANTS, "free", "strict")),
        ({"config": {"auth0-sessions:tenants": json.dumps(TENANTS)}}, TenantsFile(TENANTS)),
        ({"tenants": {"domain": "a.auth0.com"}, "plan": {"domain": "b.auth0.com"}, "x": {}}, None),
    ],
)
def test_every_shape_of_a_list(file, content, expected):
    """A stack's file, a plain object of tenants, or one under `tenants`, in YAML or JSON."""
    path = file(content)
    assert read_tenants_file(path) == (expected or TenantsFile(content))


@pytest.mark.parametrize(
    ("name", "stack"),
    [("Pulumi.prod.yaml", "prod"), ("Pulumi.pr-7.yml", "pr-7"), ("Pulumi.a.b.json", "a.b"), ("Pulumi.yaml", None)],
)
def test_a_stack_s_file_tells_the_stack(file, name, stack):
    """`Pulumi.STACK.yaml` is Pulumi's own way to name it."""
    assert read_tenants_file(file(STACK, name)).stack == stack


def test_a_stack_s_file_may_name_another(file):
    """The name starts from the stack's file; what that one says of plan and profile goes first."""
    file({"tenants": TENANTS, "profile": "nist-aal2"}, "list.json")
    config = {"auth0-sessions:plan": "free", "auth0-sessions:profile": "strict", "auth0-sessions:tenants": "list.json"}
    found = read_tenants_file(file({"config": config}, "Pulumi.prod.yaml"))
    assert found == TenantsFile(TENANTS, "free", "nist-aal2", "prod")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            "acme: {domain: a.auth0.com}\nacme: {domain: b.auth0.com}",
            "line 2 is neither YAML nor JSON: 'acme' is there twice",
        ),
        ('{"acme": {"domain": "a.auth0.com", "domain": "b.auth0.com"}}', "'domain' is there twice"),
        ("acme: {domain", "is neither YAML nor JSON"),
        ("acme: !!python/object:os.system {}", "is neither YAML nor JSON"),
        ("acme: 2026-13-77", "is neither YAML nor JSON"),
        ("[" * 5000, "is neither YAML nor JSON"),
        ("? {a: 1}\n: b", "is neither YAML nor JSON"),
        ("- acme", "is no list of tenants"),
        ("", "is no list of tenants"),
        ({"config": {"auth0-sessions:plan": "free"}}, "has no auth0-sessions:tenants in its config"),
        ({"config": {"auth0-sessions:tenants": {"secure": "v1:abc"}}}, "is encrypted in"),
        ({"config": {"auth0-sessions:tenants": "gone.yaml"}}, "gone.yaml cannot be read: No such file or directory."),
    ],
)
def test_what_is_no_list_is_told(file, content, words):
    """Each with the file, what is wrong with it, and no traceback."""
    with pytest.raises(InputError) as raised:
        read_tenants_file(file(content))
    assert words in str(raised.value)


def test_what_cannot_be_read_is_told(tmp_path):
    """A folder, a missing file and bytes that are no text are told like everything else."""
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\xfa")
    for name, words in (("", "cannot be read"), ("gone", "cannot be read"), ("bytes.yaml", "is no text")):
        with pytest.raises(InputError, match=words):
            read_tenants_file(tmp_path / name)


@settings(settings.get_profile("thorough"))
@given(content=st.text(st.characters(codec="utf-8"), max_size=60))
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
