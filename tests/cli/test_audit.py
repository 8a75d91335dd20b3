"""`audit`: tenants of several files side by side, in every format."""

import json
from functools import partial
from pathlib import Path

import jsonschema
import pytest
import requests

import command_line
from auth0_sessions.cli.files import REPORTS
from command_line import CREDENTIALS, FAILURE, FINE, SECRET, USAGE

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "audit.schema.json").read_text())
invoke = partial(command_line.invoke, **CREDENTIALS)


@pytest.fixture
def listing(tmp_path, auth0_sandbox):
    """What makes a tenant with these settings and a file that lists it; gives the file."""

    def _listing(name, settings=None, *, folder="", file=None, **beside):
        tenant = auth0_sandbox.add_tenant(name, plan="enterprise", settings=settings or {})
        path = tmp_path / folder / (file or f"{name}.yaml")
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"plan": "enterprise", **beside, "tenants": {name: {"domain": tenant.domain}}}))
        return path

    return _listing


@pytest.fixture
def listed(tmp_path, auth0_sandbox):
    """A stack's file with three tenants: one that is fine, one above its baseline, one that does not exist."""
    acme, globex = (auth0_sandbox.add_tenant(name, plan="enterprise") for name in ("acme", "globex"))
    acme.dashboard(session_lifetime=90)
    tenants = {
        "acme": {"domain": acme.domain},
        "globex": {"domain": globex.domain, "plan": "enterprise", "profile": "nist-aal2"},
        "gone": {"domain": f"{auth0_sandbox.url}/gone", "credentials": "gone"},
    }
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text(json.dumps({"config": {"auth0-sessions:plan": "essential", "auth0-sessions:tenants": tenants}}))
    return path


def test_tenants_are_side_by_side(listed):
    """A row for each tenant, the worst first, every finding with what to change, an error where there is one."""
    result = invoke("audit", "--tenants", listed)
    assert result.exit_code == FAILURE
    rows = [command_line.cells_of(line) for line in result.output.splitlines()]
    assert [row for row in rows if len(row) == 7][1:] == [
        ["globex", "enterprise", "nist-aal2", "7d*!", "3d*!", "3d*! / 1d*!", "findings"],
        ["gone", "essential", "balanced", "-", "-", "- / -", "unreachable"],
        ["acme", "essential", "balanced", "1h30m", "3d*", "3d* / 1d*", "meets"],
    ]
    assert "  `pulumi up` fixes this: it sets session_lifetime to 1d." in result.output
    assert "AUTH0_GONE_CLIENT_ID" in result.output
    verdict = "1 of 3 tenants meets its baseline; 1 has findings and 1 could not be read."
    assert result.output.splitlines()[-1] == verdict


@pytest.mark.parametrize(("profile", "code"), [([], FINE), (["--profile", "strict"], FAILURE)])
def test_the_exit_code_says_whether_all_is_well(listing, profile, code):
    """It is 0 if every tenant was read and meets its baseline; `--profile` sets it for all."""
    result = invoke("audit", "--tenants", listing("acme"), *profile)
    assert (result.exit_code, result.output.endswith("\nThe tenant meets its baseline.\n")) == (code, code == FINE)


@pytest.mark.parametrize(("other", "code"), [("8h", FAILURE), ("9h", USAGE)])
def test_a_profile_of_one_file_is_the_baseline_of_all(listing, other, code):
    """`--profile` takes a profile that any file defines, unless two files define it differently."""
    settings = {"session_lifetime": 540, "idle_session_lifetime": 5}
    profiles = {name: {"ours": {"absolute": absolute}} for name, absolute in (("acme", "8h"), ("beta", other))}
    files = [listing(name, settings, profiles=profiles.get(name)) for name in ("acme", "beta", "gamma")]
    result = invoke("audit", "--tenants", *files, "--profile", "ours")
    assert result.exit_code == code
    assert result.output.count("session_lifetime is 9h; the baseline allows") == (3 if code == FAILURE else 0)
    assert ("gamma.yaml has one problem" in result.output) == (code == USAGE)


@pytest.mark.parametrize("between", [["--tenants"], []])
def test_several_files_are_one_audit(listing, between):
    """Every file's tenants are there, each with its file, and the verdict is about all of them."""
    acme, beta = listing("acme", {"session_lifetime": 43_200}), listing("beta")
    lines = invoke("audit", "--tenants", acme, *between, beta).output.splitlines()
    assert lines[-1].startswith("1 of 2 tenants meets its baseline")
    assert [line.split()[:2] for line in lines if ".yaml " in line] == [["acme", "acme.yaml"], ["beta", "beta.yaml"]]


def test_files_of_one_name_are_distinguished(listing):
    """Where two files have the same name, the report has their paths; the same path twice is an error."""
    one, other = (listing(name, folder=name, file="tenants.yaml") for name in ("acme", "beta"))
    report = json.loads(invoke("audit", one, other, "--format", "json").stdout)
    assert [tenant["source"] for tenant in report["tenants"]] == [str(one), str(other)]
    result = invoke("audit", one, one)
    assert (result.exit_code, "is given twice" in result.stderr) == (USAGE, True)


@pytest.mark.parametrize("command", ["audit", "validate"])
def test_what_is_wrong_with_every_file_is_reported(listing, auth0_sandbox, command):
    """Missing files, what is no list, all problems of a list, and a tenant in two files; no tenant is called."""
    acme = listing("acme")
    text, gone, wrong, same = (acme.with_name(f"{name}.yaml") for name in ("text", "gone", "wrong", "same"))
    text.write_text("text")
    wrong.write_text("acme: {sessionLifetime: 720}\nglobex: {domain: nonsense}\n")
    same.write_text(acme.read_text())
    result = invoke(command, gone, text)
    assert result.exit_code == USAGE
    assert [words in result.stderr for words in ("gone.yaml cannot", "text.yaml is not")] == [True, True]
    result = invoke(command, acme, wrong, same)
    assert result.exit_code == (USAGE if command == "audit" else FAILURE)
    heads = [line.partition(":")[0] for line in result.stderr.splitlines() if line.startswith("  - ")]
    assert list(dict.fromkeys(heads)) == ["  - acme", "  - globex"]
    assert "is in acme.yaml as acme and in same.yaml as acme." in result.stderr
    assert auth0_sandbox.requests == []


def test_json_is_for_programs(listed):
    """Nothing but JSON on standard output, as the published schema says."""
    result = invoke("audit", "--tenants", listed, "--format", "json")
    assert result.exit_code == FAILURE
    found = json.loads(result.stdout)
    jsonschema.validate(found, SCHEMA)
    assert [tenant["status"] for tenant in found["tenants"]] == ["meets", "findings", "unreachable"]
    assert found["source"] == "Pulumi.prod.yaml"


@pytest.mark.parametrize(
    ("form", "mark"), [("table", "! {} "), ("markdown", "⚠ **{}** "), ("html", ">{}</b>"), ("json", '"force": "{}"')]
)
def test_every_format_says_how_binding_a_finding_is_and_what_is_not_in_use(listing, form, mark):
    """Whether the profile's source requires its figure, and which sessions the tenant's cookie mode does not create."""
    shown = invoke("audit", "--tenants", listing("acme"), "--profile", "nist-aal3", "--format", form).stdout
    spelled = str.lower if form == "json" else str
    assert [shown.count(mark.format(spelled(force))) for force in ("SHALL", "SHOULD")] == [2, 2]
    assert shown.count("so only Actions can create ") == 2


@pytest.mark.parametrize(
    ("name", "option", "opens"),
    [
        ("audit.html", [], "<!doctype html>"),
        ("audit.json", [], '{\n  "version": 1'),
        ("audit.txt", [], "\n"),
        ("audit.MARKDOWN", [], "**1 of 3 tenants meets"),
        ("audit.pdf", ["--format", "json"], "{"),
    ],
)
def test_a_report_goes_to_a_file(listed, tmp_path, name, option, opens):
    """The name says which format, unless an option does; standard output stays empty and the outcome is reported."""
    output = tmp_path / name
    result = invoke("audit", "--tenants", listed, "--output", output, *option)
    assert output.read_text().lower().startswith(opens.lower())
    assert (result.exit_code, result.stdout) == (FAILURE, "")
    assert result.stderr.startswith(f"Wrote {output}. 1 of 3 tenants meets its baseline")
    assert SECRET not in output.read_text()


@pytest.mark.parametrize("name", ["audit.pdf", "audit", ".html"])
def test_a_name_that_says_no_format_is_an_error(listing, tmp_path, auth0_sandbox, name):
    """An unknown extension is an error before any tenant is called."""
    result = invoke("audit", "--tenants", listing("acme"), "--output", tmp_path / name)
    assert result.exit_code == USAGE
    assert [f".{ending}" for ending in REPORTS if f".{ending}" not in result.stderr] == []
    assert (auth0_sandbox.requests, (tmp_path / name).exists()) == ([], False)


def test_the_tenants_file_of_every_example_can_be_audited(monkeypatch):
    """What `TenantFleet.from_config` and the Automation API read, an audit reads as well."""
    monkeypatch.setattr(requests.Session, "request", lambda *_, **__: pytest.fail("no credentials, so no call"))
    for path in (ROOT / "examples" / "fleet" / "Pulumi.prod.yaml", ROOT / "examples" / "automation" / "tenants.yaml"):
        found = json.loads(invoke("audit", "--tenants", path, "--format", "json").stdout)
        assert [tenant["name"] for tenant in found["tenants"]] == ["acme", "globex", "initech"]


def test_text_from_outside_moves_no_cursor(tmp_path):
    """A name with an escape sequence or a turn of direction is shown harmlessly, and markup stays text."""
    path = tmp_path / "tenants.json"
    names = ["\x1b[2Jgone", "[red]bold[/red]", "\u202eabc"]
    entries = {name: {"domain": f"t{n}.auth0.com", "credentials": "no"} for n, name in enumerate(names)}
    path.write_text(json.dumps(entries))
    output = invoke("audit", "--tenants", path).output
    assert [text in output for text in ("\x1b", "\u202e", "[red]bold[/red]")] == [False, False, True]
    assert invoke("audit", "--tenants", path, "--format", "json").stdout.isascii()
    path.write_text(json.dumps({name: {"domain": "nonsense"} for name in names}))
    assert "\x1b" not in invoke("audit", "--tenants", path).stderr
    assert "\x1b" not in invoke("audit", "--tenants", "\x1b[2J").stderr


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
