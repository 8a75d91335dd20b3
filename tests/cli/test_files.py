"""Audits of several files: formats, how binding findings are, and pipes."""

import json
import os
import subprocess
from functools import partial

import pytest

import command_line
from auth0_sessions.cli.files import REPORTS
from command_line import COMMAND, CREDENTIALS, FAILURE, FINE, USAGE

invoke = partial(command_line.invoke, **CREDENTIALS)


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
    result = invoke("audit", "--tenants", acme, *between, beta)
    assert result.exit_code == FAILURE
    lines = result.output.splitlines()
    assert lines[-1].startswith("1 of 2 tenants meets its baseline")
    assert [line.split()[:2] for line in lines if ".yaml " in line] == [["acme", "acme.yaml"], ["beta", "beta.yaml"]]


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
    assert result.exit_code == (USAGE if command == "audit" else FAILURE)
    assert f"{domain} is in acme.yaml as acme and in other.yaml as same." in result.stderr
    assert auth0_sandbox.requests == []


@pytest.mark.parametrize("command", ["audit", "validate"])
def test_what_is_wrong_with_every_file_is_reported(tmp_path, command):
    """A missing file and a file that is not a list are both named."""
    (tmp_path / "text.yaml").write_text("text")
    result = invoke(command, "--tenants", tmp_path / "gone.yaml", "--tenants", tmp_path / "text.yaml")
    assert result.exit_code == USAGE
    assert [name in result.stderr for name in ("gone.yaml cannot", "text.yaml is not")] == [True, True]


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
    assert "profile 'ours' (Handbook 4.2)" in finding["message"]
    result = invoke("audit", "--tenants", acme, "--profile", "yours")
    assert result.exit_code == USAGE
    assert "profile is 'yours'; allowed: " in result.stderr
    assert "'ours'" in result.stderr


@pytest.mark.parametrize(
    ("form", "mark"), [("table", "! {} "), ("markdown", "⚠ **{}** "), ("html", ">{}</b>"), ("json", '"force": "{}"')]
)
def test_every_format_says_how_binding_a_finding_is_and_what_is_not_in_use(listing, form, mark):
    """Whether the profile's source requires its figure, and which sessions the tenant's cookie mode does not create."""
    acme = listing("acme")
    shown = invoke("audit", "--tenants", acme, "--profile", "nist-aal3", "--format", form).stdout
    spelled = str.lower if form == "json" else str
    assert [shown.count(mark.format(spelled(force))) for force in ("SHALL", "SHOULD")] == [2, 2]
    assert shown.count("so only Actions can create ") == 2


@pytest.mark.parametrize("name", ["audit.pdf", "audit", ".html"])
def test_a_name_that_says_no_format_is_an_error(listing, tmp_path, auth0_sandbox, name):
    """An unknown extension is an error before any tenant is called, unless `--format` is given."""
    acme = listing("acme")
    result = invoke("audit", "--tenants", acme, "--output", tmp_path / name)
    assert result.exit_code == USAGE
    assert [f".{ending}" for ending in REPORTS if f".{ending}" not in result.stderr] == []
    assert (auth0_sandbox.requests, (tmp_path / name).exists()) == ([], False)
    assert invoke("audit", "--tenants", acme, "--output", tmp_path / name, "--format", "json").exit_code == FINE
    assert json.loads((tmp_path / name).read_text())["version"] == 1


@pytest.mark.parametrize("arguments", [["audit", "--help"], ["audit"], ["plans"], ["audit", "--tenants", "{file}"]])
def test_a_pipe_has_no_escape_sequence(listing, arguments):
    """Results, help and errors have no escape sequences in a pipe, regardless of the environment."""
    file = listing("acme", {"session_lifetime": 43_200})
    forced = dict.fromkeys(("FORCE_COLOR", "GITHUB_ACTIONS", "PY_COLORS", "TTY_COMPATIBLE"), "1")
    command = [COMMAND, *(word.format(file=file) for word in arguments)]
    env = {**os.environ, **CREDENTIALS, **forced}
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert result.stdout + result.stderr
    assert "\x1b" not in result.stdout + result.stderr


@pytest.mark.parametrize(("other", "code"), [("8h", FAILURE), ("9h", USAGE)])
def test_a_profile_of_one_file_is_the_baseline_of_all(listing, other, code):
    """`--profile` takes a profile that any file defines, unless two files define it differently."""
    files = [listing(name, {"session_lifetime": 540, "idle_session_lifetime": 5}) for name in ("acme", "beta", "gamma")]
    for file, absolute in zip(files, ("8h", other), strict=False):
        own = {"ours": {"absolute": absolute, "source": "Handbook"}}
        file.write_text(json.dumps({**json.loads(file.read_text()), "profiles": own}))
    result = invoke("audit", "--tenants", *files, "--profile", "ours")
    assert result.exit_code == code
    assert result.output.count("session_lifetime is 9h; the baseline allows") == (3 if code == FAILURE else 0)
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
        assert result.exit_code == FAILURE
        assert [name for name, tenant in tenants.items() if tenant.calls] == asked
        assert "it was not sent. Give each tenant its own credentials: a label" in result.output
