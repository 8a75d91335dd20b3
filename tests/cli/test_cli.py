"""The command line: its output, the sandbox that it serves, and its exit codes."""

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest
import requests

from auth0_sessions.sandbox.plans import PLANS
from command_line import COMMAND, SECRET, invoke

PLAIN = {**os.environ, "NO_COLOR": "1", "COLUMNS": "40"}
PARTS = ("CLIENT_ID", "CLIENT_SECRET")


def line(process):
    """Return the next line that a process prints."""
    return process.stdout.readline()


@contextmanager
def serving(*arguments):
    """Run the sandbox command on a free port; gives the process and the lines of its welcome."""
    with subprocess.Popen(
        [COMMAND, "sandbox", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=PLAIN,
    ) as process:
        try:
            welcome = []
            while not welcome or "Ctrl-C" not in welcome[-1]:
                welcome.append(line(process).rstrip("\n"))
                assert process.poll() is None, welcome
            yield process, welcome
        finally:
            process.kill()


def exports(welcome):
    """Return what the copy-paste block sets."""
    lines = [text.removeprefix("  export ") for text in welcome if text.startswith("  export ")]
    return dict(pair.split("=", 1) for text in lines for pair in text.split())


def environments(welcome):
    """Return an unlabeled environment for each of several tenants, made of the welcome's domains and labels."""
    domains = dict(re.findall(r"^Tenant (\S+) \(\w+\) is served at (\S+)$", "\n".join(welcome), re.MULTILINE))
    labeled = exports(welcome)
    assert len(labeled) == 2 * len(domains)
    return {
        name: {"AUTH0_DOMAIN": domain}
        | {f"AUTH0_{part}": labeled[f"AUTH0_{name.upper().replace('-', '_')}_{part}"] for part in PARTS}
        for name, domain in domains.items()
    }


def ask(environment, **changes):
    """Ask for a token with what a copy-paste block says."""
    body = {
        "grant_type": "client_credentials",
        "client_id": environment["AUTH0_CLIENT_ID"],
        "client_secret": environment["AUTH0_CLIENT_SECRET"],
        "audience": f"{environment['AUTH0_DOMAIN']}/api/v2/",
        **changes,
    }
    return requests.post(f"{environment['AUTH0_DOMAIN']}/oauth/token", json=body, timeout=10)


def write(environment, hours):
    """Write an absolute lifetime with a token of the printed credentials."""
    headers = {"Authorization": f"Bearer {ask(environment).json()['access_token']}"}
    url = f"{environment['AUTH0_DOMAIN']}/api/v2/tenants/settings"
    return requests.patch(url, json={"session_lifetime": hours}, headers=headers, timeout=10)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_sandbox_serves_until_it_is_stopped(ending):
    """Each request is immediately one complete line without secrets; both signals end it with exit code 0."""
    with serving() as (process, welcome):
        acme = exports(welcome)
        assert acme["AUTH0_DOMAIN"].endswith("/acme")
        assert ask(acme, client_secret=SECRET).status_code == 200
        first = line(process)
        assert ask(acme, audience="https://elsewhere.invalid/").status_code == 403
        second = line(process)
        process.send_signal(ending)
        rest, _ = process.communicate(timeout=10)

    assert re.fullmatch(r"\d\d:\d\d:\d\d acme POST /oauth/token 200\n", first)
    assert re.fullmatch(r"\d\d:\d\d:\d\d acme POST /oauth/token 403\n", second)
    assert (process.returncode, rest) == (0, "Stopped.\n")


def test_tenants_and_options_can_be_chosen():
    """Tenants come as options and arguments, with one block of labels; cap, latency and rates are as asked for."""
    arguments = ["--tenant", "acme:free", "beta", "gamma-eu:essential", "--over-cap", "clamp"]
    with serving(*arguments, "--no-rate-limits", "--latency", "20") as (_, welcome):
        found = environments(welcome)
        names = [environment["AUTH0_DOMAIN"].rpartition("/")[2] for environment in found.values()]
        assert list(found) == names == ["acme", "beta", "gamma-eu"]
        stored = [write(environment, 8760).json()["session_lifetime"] for environment in found.values()]
        assert stored == [720, 8760, 720]
        answer = write(found["gamma-eu"], 1)
        assert answer.elapsed.total_seconds() >= 0.02
        assert [write(found["acme"], 1).status_code for _ in range(4)] == [200] * 4
        assert write(found["beta"], 8761).status_code == 400


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["Acme"], "'Acme' in 'Acme' is not a tenant name"),
        (["--tenant", ":free"], "'' in ':free' is not a tenant name"),
        (["acme:gold"], f"'gold' in 'acme:gold' is not a plan; use one of {', '.join(PLANS)}"),
        (["acme", "--tenant", "acme:free"], "The tenant 'acme' is given twice"),
        *((option, "Invalid value") for option in (["--over-cap", "x"], ["--port", "65536"], ["--latency", "-1"])),
    ],
)
def test_wrong_usage(arguments, words):
    """A mistake is a sentence on the error stream, and exit code 2."""
    result = invoke("sandbox", *arguments)
    assert (result.exit_code, words in result.stderr, result.stdout) == (2, True, "")


def test_a_port_in_use_is_a_failure():
    """A port that is taken is one sentence that says what to do, and exit code 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = subprocess.run(
            [COMMAND, "sandbox", "--port", port], capture_output=True, text=True, env=PLAIN, check=False, timeout=20
        )

    sentence = f"Port {port} cannot be used (Address already in use); give another with --port, or --port 0."
    assert (1, f"Error: {sentence}\n", "") == (result.returncode, result.stderr, result.stdout)


def test_the_command_line_starts_without_pulumi():
    """Importing the command line imports neither Pulumi nor the server."""
    program = (
        "import sys; import auth0_sessions.cli;"
        "print([name for name in ('pulumi', 'http.server') if name in sys.modules])"
    )

    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert result.stdout == "[]\n"
