"""Compatibility: both ends of the Pulumi SDK's range on each Python that is installed, and both ends of the CLI's."""

import nox

nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False  # Each missing one is reported by name.

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
SDKS = ["3.216.0", "3.272.0"]
CLIS = ["oldest", "newest"]
TESTS = ["tests/test_provider_host.py", "tests/native/test_plugin.py", "tests/engine/test_lifecycle.py"]


@nox.session(python=PYTHONS)
@nox.parametrize("sdk", SDKS)
def compat(session: nox.Session, sdk: str) -> None:
    """Run the provider host, the native plugin, and the lifecycle on the engine, with one version of the SDK."""
    session.install(f"pulumi=={sdk}", "--editable", ".[all]", "pytest", "pytest-timeout", "hypothesis")
    session.run("python", "-m", "pytest", "-q", *(session.posargs or TESTS))


@nox.session(python=PYTHONS[0])
@nox.parametrize("cli", CLIS)
def cli(session: nox.Session, cli: str) -> None:
    """Run the quick tests on the engine with one version of the CLI."""
    session.install("--editable", ".[dev]", "--constraint", "constraints.txt")
    session.env["TEST_CLI"] = f".pulumi-cli/{cli}"
    session.run("python", "tools/pulumi_cli.py")
    session.run("python", "tools/languages.py")
    session.run("python", "-m", "pytest", "-q", *(session.posargs or ["tests/engine", "-n", "auto", "-m", "not deep"]))
