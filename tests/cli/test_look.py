"""The commands that only read: `plans`, `show` and `audit`."""

import io
import json
import os
import pty
import re
import select
import subprocess
import time
from functools import partial
from pathlib import Path

import jsonschema
import pytest
import requests

import command_line
from auth0_sessions import __version__
from auth0_sessions.api.reader import TenantSessions
from auth0_sessions.model.plans import PLAN_LIMITS, Plan
from auth0_sessions.model.profiles import PROFILES, Profile
from auth0_sessions.model.settings import AUTH0_DEFAULTS, SETTINGS, text
from command_line import COMMAND, CREDENTIALS, FAILURE, FINE, SECRET, USAGE

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "audit.schema.json").read_text())
invoke = partial(command_line.invoke, **CREDENTIALS)


@pytest.fixture
def acme(auth0_sandbox):
    """A tenant of the essential plan whose absolute lifetime was set to 90 minutes."""
    tenant = auth0_sandbox.add_tenant("acme", plan="essential")
    tenant.dashboard(session_lifetime=90)
    return tenant


@pytest.fixture
def listed(tmp_path, acme, auth0_sandbox):
    """A stack's file with three tenants: one that is fine, one above its baseline, one that does not exist."""
    globex = auth0_sandbox.add_tenant("globex", plan="enterprise")
    tenants = {
        "acme": {"domain": acme.domain},
        "globex": {"domain": globex.domain, "plan": "enterprise", "profile": "nist-aal2"},
        "gone": {"domain": f"{auth0_sandbox.url}/gone", "credentials": "gone"},
    }
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text(json.dumps({"config": {"auth0-sessions:plan": "essential", "auth0-sessions:tenants": tenants}}))
    return path


def only(listed, *names):
    """Keep these tenants of the file."""
    found = json.loads(listed.read_text())
    tenants = found["config"]["auth0-sessions:tenants"]
    found["config"]["auth0-sessions:tenants"] = {name: tenants[name] for name in names}
    listed.write_text(json.dumps(found))
    return listed


def in_a_terminal(*arguments, columns=100, **environment):
    """Run the command in a real pseudo-terminal and return what it shows there."""
    shown, terminal = pty.openpty()
    env = {**os.environ, **CREDENTIALS, "TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": "40", **environment}
    env.pop("NO_COLOR", None) if "NO_COLOR" not in environment else None
    process = subprocess.Popen(
        [COMMAND, *map(str, arguments)], stdin=terminal, stdout=terminal, stderr=terminal, env=env, close_fds=True
    )
    os.close(terminal)
    received = io.BytesIO()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not select.select([shown], [], [], 0.1)[0] and process.poll() is not None:
            break
        try:
            received.write(os.read(shown, 65_536))
        except OSError:
            break
    os.close(shown)
    return process.wait(timeout=10), received.getvalue().decode()


def cells_of(line):
    """Return the cells of a table's row."""
    return re.split(r" {2,}", line.strip())


# plans


@pytest.mark.parametrize("plan", Plan)
def test_plans_shows_every_cap_in_every_unit(plan):
    """Days, hours and minutes of each plan, and where the figures come from."""
    result = invoke("plans")
    assert result.exit_code == FINE
    limits = PLAN_LIMITS[plan]
    rows = [line.split() for line in result.output.splitlines() if line.startswith(f"  {plan} ")]
    assert rows == [
        [plan, kind, f"{minutes // 1_440}", f"{minutes // 60:,}", f"{minutes:,}"]
        for kind, minutes in (("absolute", limits.absolute_minutes), ("idle", limits.idle_minutes))
    ]
    assert limits.source in result.output


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_profiles_shows_every_profile(profile):
    """Each has a row with its lifetimes, or that the cap applies, and its source."""
    figures = ["plan's cap" if one is None else text(one) for one in (profile.absolute_minutes, profile.idle_minutes)]
    (row,) = [
        cells_of(line) for line in invoke("profiles").output.splitlines() if line.startswith(f"  {profile.name} ")
    ]
    assert row[1:3] == figures
    assert row[4].startswith(profile.source)


def test_plans_for_programs():
    """The same as JSON, with the source of each row."""
    rows = json.loads(invoke("plans", "--format", "json").output)
    keys = ("absolute_minutes", "idle_minutes", "source", "inferred")
    assert rows == [{"plan": plan, **{key: getattr(row, key) for key in keys}} for plan, row in PLAN_LIMITS.items()]


# show


def test_show_has_every_setting(acme):
    """Value, where it comes from, its share of the cap, and both units; two calls and no more."""
    result = invoke("show", acme.domain, "--plan", "essential")
    assert result.exit_code == FINE
    rows = {cells[0]: cells[1:] for line in result.output.splitlines() if (cells := cells_of(line))[0] in SETTINGS}
    assert rows == {
        "session_lifetime": ["1h30m", "<1%", "90", "1.5"],
        "idle_session_lifetime": ["3d*", "100%", "4,320", "72"],
        "ephemeral_session_lifetime": ["3d*", "10%", "4,320", "72"],
        "idle_ephemeral_session_lifetime": ["1d*", "33%", "1,440", "24"],
        "session_cookie_mode": ["persistent*"],
        "anonymous_session_lifetime": ["30d*", "43,200"],
    }
    assert acme.calls == ["POST /oauth/token", "GET /tenants/settings"]


@pytest.mark.parametrize(
    ("options", "words", "share"), [([], "Add --plan", 0), (["--plan", "free"], "! more than the plan allows", 4)]
)
def test_show_has_shares_of_a_plan(acme, options, words, share):
    """With a plan only; a value above the cap is marked. `AUTH0_DOMAIN` is used if no domain is given."""
    acme.dashboard(session_lifetime=86_400)
    output = invoke("show", *options, AUTH0_DOMAIN=acme.domain).output
    assert (words in output, output.count("%"), "200%!" in output) == (True, share, share > 0)


def test_show_for_programs(acme):
    """Minutes as numbers, the text beside them, and whether the tenant has it from Auth0."""
    found = json.loads(invoke("show", acme.domain, "--plan", "essential", "--format", "json").output)
    assert (found["domain"], found["plan"]) == (acme.domain, "essential")
    lifetime = {"value": "1h30m", "is_default": False, "minutes": 90, "cap_minutes": 43_200}
    assert found["settings"]["session_lifetime"] == lifetime
    assert found["settings"]["session_cookie_mode"] == {"value": "persistent", "is_default": True}


def test_show_reports_an_unusable_value_for_what_it_is(monkeypatch):
    """It has no value and is not a default, and the rest of the tenant is as usual."""
    values = {name: value for name, value in AUTH0_DEFAULTS.items() if name != "idle_session_lifetime"}
    odd = TenantSessions("acme.auth0.com", values, frozenset(), {"idle_session_lifetime": "0, which is not"})
    monkeypatch.setattr("auth0_sessions.api.reader.read_tenant_sessions", lambda *_, **__: odd)
    settings = json.loads(invoke("show", "acme.auth0.com", "--format", "json").output)["settings"]
    assert settings["idle_session_lifetime"] == {"value": None, "is_default": False, "unusable": "0, which is not"}
    lines = invoke("show", "acme.auth0.com", "--plan", "free").output.splitlines()
    rows = [cells_of(line) for line in lines]
    assert ["idle_session_lifetime", "unusable!"] in rows
    assert ["session_lifetime", "7d", "23%", "10,080", "168"] in rows
    assert "! idle_session_lifetime is 0, which is not." in lines


def test_show_uses_a_label(acme):
    """The label's credentials, and never the unlabeled ones."""
    labeled = {"AUTH0_BLUE_CLIENT_ID": "blue", "AUTH0_BLUE_CLIENT_SECRET": SECRET}
    assert invoke("show", acme.domain, "--credentials", "blue", **labeled).exit_code == FINE
    result = invoke("show", acme.domain, "--credentials", "green")
    assert result.exit_code == FAILURE
    assert "AUTH0_GREEN_CLIENT_ID" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["show"], USAGE, "Missing argument"),
        (["show", "not a domain"], USAGE, "is not a tenant domain"),
        (["show", "a.auth0.com", "--credentials", "Not One"], USAGE, "is not a label"),
        (["show", "a.auth0.com", "--plan", "gold"], USAGE, "'gold'"),
        (["audit"], USAGE, "Give files with --tenants"),
        (["audit", "--tenants", "gone.yaml"], USAGE, "gone.yaml cannot be read: No such file or directory."),
        (["plans", "--format", "html"], USAGE, "'html'"),
    ],
)
def test_what_cannot_be_done_is_reported(arguments, code, words):
    """Wrong usage is reported in words, on the error stream, with no traceback and no secret."""
    result = invoke(*arguments, COLUMNS="200")
    assert (result.exit_code, result.stdout) == (code, "")
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert SECRET not in result.stderr


# audit


def test_audit_puts_tenants_side_by_side(listed):
    """A row for each tenant, the worst first, every finding with what to change, an error where there is one."""
    result = invoke("audit", "--tenants", listed)
    assert result.exit_code == FAILURE
    rows = [cells_of(line) for line in result.output.splitlines()]
    assert [row for row in rows if len(row) == 7][1:] == [
        ["globex", "enterprise", "nist-aal2", "7d*!", "3d*!", "3d*! / 1d*!", "findings"],
        ["gone", "essential", "balanced", "-", "-", "- / -", "unreachable"],
        ["acme", "essential", "balanced", "1h30m", "3d*", "3d* / 1d*", "meets"],
    ]
    assert "  `pulumi up` fixes this: it sets session_lifetime to 1d." in result.output
    assert "No credentials for" in result.output
    assert "AUTH0_GONE_CLIENT_ID" in result.output
    assert (
        result.output.splitlines()[-1] == "1 of 3 tenants meets its baseline; 1 has findings and 1 could not be read."
    )


@pytest.mark.parametrize(("profile", "code"), [(None, FINE), ("strict", FAILURE)])
def test_audit_with_a_baseline_of_the_auditor_s(listed, profile, code):
    """Exit code 0 says that every tenant was read and meets its baseline; `--profile` sets it for all."""
    option = ["--profile", profile] if profile else []
    result = invoke("audit", "--tenants", only(listed, "acme"), *option)
    assert (result.exit_code, result.output.endswith("\nThe tenant meets its baseline.\n")) == (code, code == FINE)


def test_audit_for_programs(listed):
    """Nothing but JSON on standard output, as the published schema says."""
    result = invoke("audit", "--tenants", listed, "--format", "json")
    assert result.exit_code == FAILURE
    found = json.loads(result.stdout)
    jsonschema.validate(found, SCHEMA)
    assert [tenant["status"] for tenant in found["tenants"]] == ["meets", "findings", "unreachable"]
    assert found["source"] == "Pulumi.prod.yaml"


@pytest.mark.parametrize(
    ("name", "option", "opens"),
    [
        ("audit.html", [], "<!doctype html>"),
        ("audit.json", [], '{\n  "version": 1'),
        ("audit.txt", [], "\n"),
        ("audit.MARKDOWN", [], "**1 of 3 tenants meets"),
        ("audit.html", ["--format", "json"], "{"),
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


def test_a_report_that_cannot_be_written_is_reported_before_any_call(listed, tmp_path, acme):
    """A folder that is not there is wrong usage, and costs no minute of reading."""
    result = invoke("audit", "--tenants", listed, "--output", tmp_path / "gone" / "audit.html")
    assert result.exit_code == USAGE
    assert f"there is no folder {tmp_path / 'gone'}" in result.stderr
    assert acme.calls == []
    assert invoke("audit", "--tenants", listed, "--output", tmp_path).exit_code == USAGE


def test_all_problems_of_a_file_are_reported_together(tmp_path):
    """A wrong file is wrong usage; each problem is a line."""
    path = tmp_path / "tenants.yaml"
    path.write_text("acme: {sessionLifetime: 720}\nglobex: {domain: nonsense}\n")
    result = invoke("audit", "--tenants", path)
    assert result.exit_code == USAGE
    heads = [line.partition(":")[0] for line in result.stderr.splitlines()]
    assert heads == ["Error", "  - acme", "  - acme", "  - globex"]


def test_the_tenants_file_of_every_example_can_be_audited(monkeypatch):
    """What `TenantFleet.from_config` and the Automation API read, an audit reads as well."""
    monkeypatch.setattr(requests.Session, "request", lambda *_, **__: pytest.fail("no credentials, so no call"))
    files = [ROOT / "examples" / "fleet" / "Pulumi.prod.yaml", ROOT / "examples" / "automation" / "tenants.yaml"]
    for path in files:
        found = json.loads(invoke("audit", "--tenants", path, "--format", "json").stdout)
        assert [tenant["name"] for tenant in found["tenants"]] == ["acme", "globex", "initech"]
        assert all(tenant["error"].startswith("No credentials for") for tenant in found["tenants"])


def test_text_from_outside_moves_no_cursor(tmp_path):
    """A name with an escape sequence or a turn of direction is shown harmlessly, and markup stays text."""
    path = tmp_path / "tenants.json"
    names = ["\x1b[2Jgone", "[red]bold[/red]", "\u202eabc"]
    path.write_text(
        json.dumps({name: {"domain": f"t{n}.auth0.com", "credentials": "no"} for n, name in enumerate(names)})
    )
    output = invoke("audit", "--tenants", path).output
    assert "\x1b" not in output
    assert "\u202e" not in output
    assert "[red]bold[/red]" in output
    assert invoke("audit", "--tenants", path, "--format", "json").stdout.isascii()
    path.write_text(json.dumps({name: {"domain": "nonsense"} for name in names}))
    assert "\x1b" not in invoke("audit", "--tenants", path).stderr
    assert "\x1b" not in invoke("audit", "--tenants", "\x1b[2J").stderr


# What a terminal, a pipe and a shell see.


def test_a_terminal_has_color_and_progress(listed):
    """In a terminal findings are red, and a bar shows how far the reading is; nothing of it stays."""
    code, shown = in_a_terminal("audit", "--tenants", listed)
    assert code == FAILURE
    assert "\x1b[31m" in shown
    assert "Reading tenants" in shown
    assert "\x1b[2K" in shown


def test_no_color_is_respected(listed):
    """`NO_COLOR` takes the colors away, in a terminal too, and the marks stay."""
    _, shown = in_a_terminal("audit", "--tenants", listed, NO_COLOR="1")
    assert "\x1b[31m" not in shown
    assert "7d*!" in shown


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["audit", "--tenants", "{file}"], ("globex", "enterprise", "nist-aal2", "7d*!", "unreachable")),
        (["show", "{domain}", "--plan", "free"], ("idle_ephemeral_session_lifetime", "1h30m", "4,320", "33%", "1.5")),
        (["plans"], ("professional", "absolute", "525,600", "144,000", "8,760")),
    ],
)
def test_a_narrow_terminal_shows_every_value(listed, acme, command, expected):
    """Even in a narrow terminal, no name or figure is truncated or broken."""
    words = [word.format(file=listed, domain=acme.domain) for word in command]
    for columns in (40, 80):
        _, shown = in_a_terminal(*words, columns=columns, NO_COLOR="1")
        assert [word for word in (*expected, "…") if word not in shown] == ["…"]


def test_an_old_pipe_is_no_reason_to_fail():
    """If a pipe cannot encode a character, the figures are still printed."""
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    assert b"525,600" in subprocess.run([COMMAND, "plans"], capture_output=True, check=True, env=env).stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's own")
def test_a_full_disk_is_reported():
    """Standard output that cannot be written is reported as a failure."""
    with Path("/dev/full").open("w") as full:
        result = subprocess.run([COMMAND, "plans"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (result.returncode, result.stderr) == (1, "Error: the output cannot be written: No space left on device.\n")


def test_a_pipe_has_neither_color_nor_broken_lines(listed):
    """In a pipe there is no escape sequence, no progress, no padding, and each sentence is one line."""
    env = {**os.environ, **CREDENTIALS, "COLUMNS": "40"}
    command = [COMMAND, "audit", "--tenants", listed]
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert (result.returncode, result.stderr) == (FAILURE, "")
    assert "\x1b" not in result.stdout
    assert all(line == line.rstrip() for line in result.stdout.splitlines())
    assert re.search("the baseline allows at most 1h: .* section 2.2.3", result.stdout)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("auth0-sessions ", {"plans", "show", "audit", "sandbox"}),
        ("auth0-sessions audit --profile ", set(Profile)),
        ("auth0-sessions show --plan ", set(Plan)),
    ],
)
def test_commands_and_values_complete(typed, expected):
    """Commands, profiles and plans are offered."""
    asked = {"_AUTH0_SESSIONS_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()))}
    env = {**os.environ, **asked}
    result = subprocess.run([COMMAND], capture_output=True, text=True, check=False, env=env, timeout=30)
    assert expected <= set(result.stdout.split())


def test_the_version_is_shown():
    """The command knows which version it is."""
    assert invoke("--version").output == f"auth0-sessions {__version__}\n"


@pytest.mark.parametrize("command", ["plans", "show", "audit", "validate", "export", "sandbox"])
def test_each_help_teaches(command):
    """Each command's help has an example."""
    assert f"Example: auth0-sessions {command}" in invoke(command, "--help").output


@pytest.mark.parametrize("command", [["show", "{domain}"], ["audit", "--tenants", "{file}"]])
def test_a_wait_is_reported(acme, listed, command):
    """While waiting for a busy tenant, the user sees why and for how long, and standard output stays clean."""
    acme.fault("429-retry-after", operation="get", times=1, retry_after=1)
    words = [word.format(domain=acme.domain, file=only(listed, "acme")) for word in command]
    result = invoke(*words, COLUMNS="300")
    assert result.exit_code == FINE
    assert f"{acme.domain}: rate limit reached (429)" in result.stderr
    assert "rate limit" not in result.stdout
