"""What a terminal, a pipe and a shell see of the command line."""

import json
import os
import pty
import subprocess
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

import command_line
from auth0_sessions import __version__
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.profiles import Profile
from command_line import COMMAND, CREDENTIALS, FAILURE, FINE, USAGE

invoke = partial(command_line.invoke, **CREDENTIALS)


@pytest.fixture
def acme(auth0_sandbox):
    """A tenant that is above its baseline, with one lifetime that was set."""
    return auth0_sandbox.add_tenant("acme", plan="free", settings={"session_lifetime": 43_200})


@pytest.fixture
def typed(acme, tmp_path):
    """What puts the tenant's domain, and a file that lists it and one that cannot be read, into what somebody types."""
    path = tmp_path / "tenants.yaml"
    entry = {"domain": acme.domain, "plan": "free", "profile": "nist-aal2"}
    gone = {"domain": "https://gone.invalid", "plan": "enterprise", "credentials": "gone"}
    path.write_text(json.dumps({"acme": entry, "gone": gone}))
    return lambda words: [word.format(file=path, domain=acme.domain) for word in words.split()]


def in_a_terminal(arguments, columns=100, **environment):
    """Run the command in a real pseudo-terminal and return what it shows there."""
    shown, terminal = pty.openpty()
    env = {**os.environ, **CREDENTIALS, "TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": "40"}
    env.pop("NO_COLOR", None)
    received = b""
    with subprocess.Popen(
        [COMMAND, *arguments], stdin=terminal, stdout=terminal, stderr=terminal, env={**env, **environment}
    ) as process:
        os.close(terminal)
        with suppress(OSError):  # Linux has no end of file here, but an error.
            while part := os.read(shown, 65_536):
                received += part
    os.close(shown)
    return process.returncode, received.decode()


def test_a_terminal_has_color_and_progress(typed):
    """In a terminal findings are red, and a bar shows how far the reading is; nothing of it stays."""
    code, shown = in_a_terminal(typed("audit --tenants {file}"))
    assert code == FAILURE
    assert [part for part in ("\x1b[31m", "Reading tenants", "\x1b[2K") if part not in shown] == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("audit --tenants {file}", ("acme", "enterprise", "nist-aal2", "30d!", "unreachable")),
        ("show {domain} --plan free", ("idle_ephemeral_session_lifetime", "30d", "4,320", "33%", "720")),
        ("plans", ("professional", "absolute", "525,600", "144,000", "8,760")),
    ],
)
def test_a_narrow_terminal_shows_every_value(typed, words, expected):
    """Even in a narrow terminal, no name or figure is truncated or broken; `NO_COLOR` takes only the colors away."""
    for columns in (40, 80):
        _, shown = in_a_terminal(typed(words), columns, NO_COLOR="1")
        assert [word for word in (*expected, "…", "\x1b[31m") if word not in shown] == ["…", "\x1b[31m"]


def test_an_old_pipe_is_no_reason_to_fail():
    """If a pipe cannot encode a character, the figures are still printed."""
    env = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    assert b"525,600" in subprocess.run([COMMAND, "plans"], capture_output=True, check=True, env=env).stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's own")
def test_a_full_disk_is_reported():
    """Standard output that cannot be written is reported as a failure."""
    with Path("/dev/full").open("w") as full:
        result = subprocess.run([COMMAND, "plans"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (result.returncode, result.stderr) == (1, "Error: the output cannot be written: No space left on device.\n")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ("audit --tenants {file}", FAILURE, "the baseline allows at most 1d: profile 'nist-aal2' (NIST SP 800-63B"),
        (
            "audit --help",
            FINE,
            "Compare every live tenant with its plan's caps, its profile, and what the files declare.",
        ),
        ("audit --port", USAGE, "No such option: --port"),
    ],
)
def test_a_pipe_has_neither_color_nor_broken_lines(typed, words, code, sentence):
    """In a pipe there is no escape sequence, whatever the environment says, and no padding of results."""
    forced = dict.fromkeys(("FORCE_COLOR", "GITHUB_ACTIONS", "PY_COLORS", "TTY_COMPATIBLE"), "1")
    env = {**os.environ, **CREDENTIALS, **forced, "COLUMNS": "100"}
    result = subprocess.run([COMMAND, *typed(words)], capture_output=True, text=True, check=False, env=env)
    assert (result.returncode, "\x1b" in result.stdout + result.stderr) == (code, False)
    assert sentence in result.stdout + result.stderr
    if code == FAILURE:
        assert (result.stderr, [line for line in result.stdout.splitlines() if line != line.rstrip()]) == ("", [])


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
    """The command line without arguments shows its commands, and each command's help has an example."""
    assert f" {command} " in invoke().output
    assert f"Example: auth0-sessions {command}" in invoke(command, "--help").output


@pytest.mark.parametrize("words", ["show {domain}", "audit --tenants {file}"])
def test_a_wait_is_reported(acme, typed, words):
    """While waiting for a busy tenant, the user sees why and for how long, and standard output stays clean."""
    acme.fault("429-retry-after", operation="get", times=1, retry_after=1)
    result = invoke(*typed(words), COLUMNS="300")
    assert f"{acme.domain}: rate limit reached (429)" in result.stderr
    assert "rate limit" not in result.stdout
