"""`export`: from a list of domains and labels to a file that declares what each live tenant has."""

import json

import pytest
import yaml

from auth0_sessions.fleet.export import RESOURCE
from auth0_sessions.native.codec import RESOURCE as NATIVE
from command_line import FAILURE, FINE, SECRET, USAGE, invoke

CREDENTIALS = {f"AUTH0_{label}_CLIENT_{part}": SECRET for label in ("ACME", "BETA") for part in ("ID", "SECRET")}


def export(*arguments):
    """Run the command without a terminal."""
    return invoke("export", *arguments, **CREDENTIALS)


@pytest.fixture
def domains(tmp_path, auth0_sandbox):
    """A list of two tenants, a domain and a label each; one has been set by hand."""
    acme, beta = (auth0_sandbox.add_tenant(name, plan="enterprise") for name in ("acme", "beta"))
    acme.dashboard(session_lifetime=90, session_cookie_mode="non-persistent")
    path = tmp_path / "domains.yaml"
    lines = [f"{tenant.name}: {{domain: {tenant.domain}, credentials: {tenant.name}}}" for tenant in (acme, beta)]
    path.write_text("# Ours\n" + "\n".join(lines) + "\n")
    return path


def test_domains_and_labels_are_enough(domains, auth0_sandbox):
    """The file comes to standard output, each tenant is read once, nothing is written, and what is missing is said."""
    result = export("--tenants", domains)
    assert result.exit_code == FINE
    found = yaml.safe_load(result.stdout)
    assert {key: value for key, value in found["acme"].items() if key not in ("domain", "credentials")} == {
        "sessionLifetime": "1h30m",
        "idleSessionLifetime": "3d",
        "ephemeralSessionLifetime": "3d",
        "idleEphemeralSessionLifetime": "1d",
        "sessionCookieMode": "non-persistent",
        "profile": "balanced",
    }
    assert "sessionCookieMode" not in found["beta"]
    assert result.stdout.count("Auth0's default, never set.") == 2
    assert "# Ours\n" in result.stdout
    assert result.stderr == "Note: No plan is set for acme, beta. A fleet needs the plan of each tenant.\n"
    calls = ["POST /oauth/token", "GET /tenants/settings"]
    assert [auth0_sandbox.tenants[name].calls for name in ("acme", "beta")] == [calls, calls]


def test_the_credentials_of_a_workflow(tmp_path):
    """`--format workflow` prints two lines for each label, however many tenants share it, and reads no tenant."""
    listed = {f"t{number}": {"domain": f"t{number}.eu.auth0.com", "credentials": "acme-eu"} for number in (1, 2)}
    path = tmp_path / "tenants.json"
    path.write_text(json.dumps({**listed, "alone": {"domain": "alone.eu.auth0.com"}}))
    result = export("--tenants", path, "--format", "workflow")
    assert (result.exit_code, result.stderr) == (FINE, "")
    assert result.stdout.splitlines() == [
        "AUTH0_ACME_EU_CLIENT_ID: ${{ vars.AUTH0_ACME_EU_CLIENT_ID }}",
        "AUTH0_ACME_EU_CLIENT_SECRET: ${{ secrets.AUTH0_ACME_EU_CLIENT_SECRET }}",
        "AUTH0_CLIENT_ID: ${{ vars.AUTH0_CLIENT_ID }}",
        "AUTH0_CLIENT_SECRET: ${{ secrets.AUTH0_CLIENT_SECRET }}",
    ]


def without_remarks(text):
    """Return the lines of a file that an export has not added as comments of their own."""
    return [line for line in text.splitlines() if not line.startswith("# export: ")]


def test_it_goes_to_a_file(domains, tmp_path):
    """`--output` writes what standard output would have; it may be the file itself."""
    printed = export("--tenants", domains).stdout
    result = export("--tenants", domains, "--output", tmp_path / "tenants.yml")
    assert (result.stdout, (tmp_path / "tenants.yml").read_text()) == ("", printed)
    assert result.stderr.startswith(f"Wrote {tmp_path / 'tenants.yml'}.")
    export("--tenants", domains, "--output", domains)
    assert domains.read_text() == printed
    assert without_remarks(export("--tenants", domains).stdout) == without_remarks(printed)


def test_json(domains, tmp_path):
    """A file in JSON stays JSON, and the name of the output decides."""
    output = tmp_path / "tenants.json"
    assert export("--tenants", domains, "--output", output).exit_code == FINE
    assert json.loads(output.read_text())["acme"]["sessionLifetime"] == "1h30m"
    assert json.loads(export("--tenants", output).stdout) == json.loads(output.read_text())
    assert export("--tenants", output, "--output", tmp_path / "back.yaml").exit_code == FINE
    assert yaml.safe_load((tmp_path / "back.yaml").read_text()) == json.loads(output.read_text())


def test_a_tenant_that_cannot_be_read_is_reported_and_kept(domains, auth0_sandbox):
    """The others are exported, here without what was never set; the error stream says why; it is a failure."""
    lost = f"gone: {{domain: {auth0_sandbox.url}/gone, credentials: acme}} # mine\n"
    domains.write_text(lost + domains.read_text())
    result = export("--tenants", domains, "--only-set")
    assert result.exit_code == FAILURE
    assert f"Error: gone: {auth0_sandbox.url}/gone: could not get" in result.stderr
    assert result.stderr.splitlines()[-1] == "1 of 3 tenants could not be read, and stay as they were."
    assert "canary" not in result.stdout + result.stderr
    assert f"# export: Not read: {auth0_sandbox.url}/gone: could not get" in result.stdout
    assert lost in result.stdout
    assert result.stdout.count("ifetime: ") == 1


def test_a_file_for_pulumi_import(domains, tmp_path, auth0_sandbox):
    """`--format import` lists each tenant as a resource of the native plugin, by its domain, and reads none."""
    result = export("--tenants", domains, "--format", "import", "--output", tmp_path / "import.json")
    assert result.exit_code == FINE
    assert json.loads((tmp_path / "import.json").read_text()) == {
        "resources": [{"type": NATIVE, "name": name, "id": f"{auth0_sandbox.url}/{name}"} for name in ("acme", "beta")]
    }
    assert (RESOURCE, auth0_sandbox.requests) == (NATIVE, [])
    assert "`pulumi import` does not support credential labels" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--output", "{}/tenants.csv"], "Use .yaml, .yml, .json."),
        (["--output", "{}/tenants"], "Use .yaml, .yml, .json."),
        (["--format", "import", "--output", "{}/import.yaml"], "Use .json."),
        (["--output", "{}/gone/tenants.yaml"], "there is no folder"),
        (["--format", "table"], "'table'"),
    ],
)
def test_what_cannot_be_written_is_refused(domains, tmp_path, auth0_sandbox, arguments, words):
    """Before any tenant is asked."""
    result = export("--tenants", domains, *(word.format(tmp_path) for word in arguments))
    assert (result.exit_code, words in result.stderr) == (USAGE, True), result.stderr
    assert auth0_sandbox.requests == []


def test_a_file_with_mistakes_is_wrong_usage(domains, auth0_sandbox):
    """Every problem is said, and no tenant is asked."""
    domains.write_text("a: {}\nb: {domain: x}\n")
    result = export("--tenants", domains)
    assert (result.exit_code, result.stdout, auth0_sandbox.requests) == (USAGE, "", [])
    assert result.stderr.startswith("Error: domains.yaml has 2 problems:\n  - a: domain is missing")
