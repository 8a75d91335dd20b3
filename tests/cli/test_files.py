"""Audits of several files: formats, how binding findings are, and pipes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from auth0_sessions import cli
from auth0_sessions.cli.files import REPORTS

COMMAND = Path(sys.executable).with_name("auth0-sessions")
CREDENTIALS = {"AUTH0_CLIENT_ID": "id", "AUTH0_CLIENT_SECRET": "canary-secret"}
FINE, FINDINGS, USAGE = 0, 1, 2


def invoke(*arguments, **environment):
    """Run the command line in this process, with credentials and without a terminal."""
    return CliRunner(env={**CREDENTIALS, "COLUMNS": "60", **environment}).invoke(
        cli.app, [str(one) for one in arguments]
    )


@pytest.fixture
def listing(tmp_path, auth0_sandbox):
    """What makes a tenant with these settings and a file that lists it; gives the file."""

    def _listing(name, settings=None, *, folder="", file=None, **entry):
        tenant = auth0_sandbox.add_tenant(name, plan="enterprise", settings=settings or {})
        path = tmp_path / folder / (file or f"{name}.yaml")
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"plan": "enterprise", "tenants": {name: {"domain": tenant.domain, **entry}}}))
        return path

    return _listing


def found(*arguments):
    """Return what an audit finds, as a program reads it."""
    return json.loads(invoke("audit", *arguments, "--format", "json").stdout)


@pytest.mark.parametrize("between", [["--tenants"], []])
def test_several_files_are_one_audit(listing, between):
    """Every file's tenants are there, each with its file, and the verdict is about all of them."""
    acme, beta = listing("acme", {"session_lifetime": 43_200}), listing("beta")
    report = found("--tenants", acme, *between, beta)
    assert [(tenant["name"], tenant["source"]) for tenant in report["tenants"]] == [
        ("acme", "acme.yaml"),
        ("beta", "beta.yaml"),
    ]
    assert report["source"] == "acme.yaml, beta.yaml"
    result = invoke("audit", "--tenants", acme, *between, beta)
    assert result.exit_code == FINDINGS
    assert result.output.splitlines()[-1] == "1 of 2 tenants meets its baseline; 1 has findings."
    assert [line.split()[:2] for line in result.output.splitlines() if ".yaml " in line] == [
        ["acme", "acme.yaml"],
        ["beta", "beta.yaml"],
    ]


def test_files_of_one_name_are_distinguished(listing):
    """Where two files have the same name, the report has their paths."""
    one, other = (listing(name, folder=name, file="tenants.yaml") for name in ("acme", "beta"))
    assert [tenant["source"] for tenant in found("--tenants", one, other)["tenants"]] == [str(one), str(other)]


@pytest.mark.parametrize("command", ["audit", "validate"])
def test_a_tenant_in_two_files_is_an_error_that_names_both(listing, tmp_path, auth0_sandbox, command):
    """A tenant in two files is an error, so that no entry silently wins; no tenant is called."""
    acme = listing("acme")
    domain = json.loads(acme.read_text())["tenants"]["acme"]["domain"]
    (tmp_path / "other.yaml").write_text(json.dumps({"plan": "free", "tenants": {"same": {"domain": domain}}}))
    result = invoke(command, "--tenants", acme, "--tenants", tmp_path / "other.yaml")
    assert result.exit_code == (USAGE if command == "audit" else FINDINGS)
    assert f"{domain} is in acme.yaml as acme and in other.yaml as same." in result.stderr
    assert auth0_sandbox.requests == []


@pytest.mark.parametrize("command", ["audit", "validate"])
def test_what_is_wrong_with_every_file_is_reported(tmp_path, command):
    """A missing file and a file that is not a list are both named."""
    (tmp_path / "text.yaml").write_text("text")
    result = invoke(command, "--tenants", tmp_path / "gone.yaml", "--tenants", tmp_path / "text.yaml")
    assert result.exit_code == USAGE
    assert [
        word for word in ("gone.yaml cannot be read", "text.yaml is not a tenants file") if word not in result.stderr
    ] == []


def test_a_file_given_twice_is_an_error(listing):
    """Giving a file twice is an error, because every tenant would be in two files."""
    acme = listing("acme")
    result = invoke("audit", "--tenants", acme, acme)
    assert (result.exit_code, "is given twice" in result.stderr) == (USAGE, True)


def test_the_baseline_may_be_a_team_s_own(listing):
    """`--profile` knows the profiles that the file defines, and says which there are where it does not."""
    acme = listing("acme")
    listed = json.loads(acme.read_text())
    acme.write_text(json.dumps({**listed, "profiles": {"ours": {"absolute": "8h", "source": "Handbook 4.2"}}}))
    (finding, *_) = found("--tenants", acme, "--profile", "ours")["tenants"][0]["findings"]
    assert "the baseline allows at most 8h (profile 'ours' (Handbook 4.2))" in finding["message"]
    assert finding["force"] is None
    result = invoke("audit", "--tenants", acme, "--profile", "yours")
    assert result.exit_code == USAGE
    assert "profile is 'yours'; allowed: " in result.stderr
    assert "'ours'" in result.stderr


LONG = dict.fromkeys(("session_lifetime", "idle_session_lifetime"), 50000)
"""Lifetimes above every baseline but the plan's."""


@pytest.mark.parametrize(
    ("profile", "forces"),
    [
        ("nist-aal1", ["should", None]),
        ("nist-aal2", ["should", "should"]),
        ("nist-aal3", ["shall", "should"]),
        ("pci-dss", ["shall"]),
        ("strict", [None, None]),
        ("balanced", [None, None]),
    ],
)
def test_how_binding_a_baseline_is(listing, profile, forces):
    """A finding says whether the profile's source requires its figure or recommends it, in every format."""
    acme = listing("acme", LONG | {"ephemeral_session_lifetime": 1, "idle_ephemeral_session_lifetime": 1})
    findings = found("--tenants", acme, "--profile", profile)["tenants"][0]["findings"]
    assert [finding["force"] for finding in findings] == forces
    for form, mark in (("table", "! {} "), ("markdown", "⚠ **{}** "), ("html", ">{}</b>")):
        shown = invoke("audit", "--tenants", acme, "--profile", profile, "--format", form).stdout
        for force in ("SHALL", "SHOULD"):
            assert shown.count(mark.format(force)) == forces.count(force.lower()), form


@pytest.mark.parametrize(
    ("mode", "idle"),
    [
        ({}, ["ephemeral_session_lifetime", "idle_ephemeral_session_lifetime"]),
        ({"session_cookie": {"mode": "persistent"}}, ["ephemeral_session_lifetime", "idle_ephemeral_session_lifetime"]),
        ({"session_cookie": {"mode": "non-persistent"}}, ["session_lifetime", "idle_session_lifetime"]),
    ],
)
def test_findings_of_the_other_kind_of_session_are_marked(listing, auth0_sandbox, mode, idle):
    """A lifetime of sessions that the tenant's cookie mode does not create is a finding, and is marked."""
    acme = listing("acme")
    if mode:
        auth0_sandbox.tenants["acme"].dashboard(session_cookie_mode=mode["session_cookie"]["mode"])
    findings = found("--tenants", acme, "--profile", "strict")["tenants"][0]["findings"]
    assert len(findings) == 4
    assert sorted(finding["setting"] for finding in findings if not finding["is_in_use"]) == sorted(idle)
    words = "so only Actions can create "
    assert sorted(finding["setting"] for finding in findings if words in finding["message"]) == sorted(idle)
    for form in ("table", "markdown", "html"):
        assert invoke("audit", "--tenants", acme, "--profile", "strict", "--format", form).stdout.count(words) == 2


@pytest.mark.parametrize("name", ["audit.pdf", "audit", "audit.yaml", ".html"])
def test_a_name_that_says_no_format_is_an_error(listing, tmp_path, auth0_sandbox, name):
    """An unknown extension is an error before any tenant is called, unless `--format` is given."""
    acme = listing("acme")
    result = invoke("audit", "--tenants", acme, "--output", tmp_path / name)
    assert result.exit_code == USAGE
    assert [f".{ending}" for ending in REPORTS if f".{ending}" not in result.stderr] == []
    assert (auth0_sandbox.requests, (tmp_path / name).exists()) == ([], False)
    assert invoke("audit", "--tenants", acme, "--output", tmp_path / name, "--format", "json").exit_code == FINE
    assert json.loads((tmp_path / name).read_text())["version"] == 1


@pytest.mark.parametrize("name", ["audit.md", "audit.MARKDOWN"])
def test_markdown_goes_to_a_file(listing, tmp_path, name):
    """A name that ends in .md makes Markdown, as `--format markdown` does."""
    acme = listing("acme")
    assert invoke("audit", "--tenants", acme, "--output", tmp_path / name).exit_code == FINE
    printed = invoke("audit", "--tenants", acme, "--format", "markdown").stdout
    assert (tmp_path / name).read_text() == printed
    assert printed.startswith("**The tenant meets its baseline.**\n\nBaseline of the tenant: profile balanced, from ")


@pytest.mark.parametrize("forced", ["FORCE_COLOR", "GITHUB_ACTIONS", "PY_COLORS", "TTY_COMPATIBLE"])
@pytest.mark.parametrize(
    "arguments", [["--help"], ["audit", "--help"], ["audit"], ["plans"], ["show"], ["audit", "--tenants", "{file}"]]
)
def test_a_pipe_has_no_escape_sequence(listing, arguments, forced):
    """Results, help and errors have no escape sequences in a pipe, regardless of the environment."""
    file = listing("acme", {"session_lifetime": 43_200})
    result = subprocess.run(
        [COMMAND, *(word.format(file=file) for word in arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **CREDENTIALS, forced: "1"},
    )
    assert result.stdout + result.stderr
    assert "\x1b" not in result.stdout + result.stderr


@pytest.mark.parametrize(("other", "code"), [("8h", FINDINGS), ("9h", USAGE)])
def test_a_profile_of_one_file_is_the_baseline_of_all(listing, other, code):
    """`--profile` takes a profile that any file defines, unless two files define it differently."""
    files = [listing(name, {"session_lifetime": 540, "idle_session_lifetime": 5}) for name in ("acme", "beta", "gamma")]
    for file, absolute in zip(files, ("8h", other), strict=False):
        own = {"ours": {"absolute": absolute, "source": "Handbook"}}
        file.write_text(json.dumps({**json.loads(file.read_text()), "profiles": own}))
    result = invoke("audit", "--tenants", *files, "--profile", "ours")
    assert result.exit_code == code
    assert result.output.count(
        "session_lifetime is 9h; the baseline allows at most 8h (profile 'ours' (Handbook))"
    ) == (3 if code == FINDINGS else 0)
    assert ("gamma.yaml has one problem" in result.output) == (code == USAGE)


NO_IDENTITY = dict.fromkeys(CREDENTIALS, "")


@pytest.mark.parametrize("command", ["audit", "export"])
def test_a_token_that_names_no_tenant_goes_to_the_one_that_is_set_with_it(tmp_path, auth0_sandbox, command):
    """It needs `AUTH0_DOMAIN`; only one that has is asked, also not with a label, and the others' error says why."""
    tenants = {name: auth0_sandbox.add_tenant(name) for name in ("acme", "beta", "labeled")}
    entries = {name: {"domain": tenant.domain, "plan": "free"} for name, tenant in tenants.items()}
    entries["labeled"]["credentials"] = "own"
    path = tmp_path / "tenants.yaml"
    path.write_text(json.dumps(entries))
    tokens = {"AUTH0_API_TOKEN": f"opaque-{command}", "AUTH0_OWN_API_TOKEN": f"opaque-own-{command}"}
    for beside, asked in (({}, []), ({"AUTH0_DOMAIN": tenants["beta"].domain}, ["beta"])):
        auth0_sandbox.clear_requests()
        result = invoke(command, "--tenants", path, **NO_IDENTITY, **tokens, **beside)
        assert result.exit_code == FINDINGS
        assert [name for name, tenant in tenants.items() if tenant.calls] == asked
        assert "it was not sent. Give each tenant its own credentials: a label" in result.output
