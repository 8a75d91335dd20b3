"""Put a Pulumi CLI into .pulumi-cli/bin, and say where it came from.

In this order: `pulumi` on PATH, the official installer, a build from the Go module proxy (about five minutes, once: the
binary is kept in the user's cache folder). If none of them works, it says what to do and fails.

With TEST_CLI=.pulumi-cli/oldest or newest in the environment, it puts exactly that end of the tested versions there,
where the tests then take it from.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from semver import Version

OLDEST = Version(3, 259, 0)
"""The oldest version that is accepted."""

NEWEST = Version(3, 276, 0)
"""The newest version that the tests know, and the one that is brought where there is none."""

ENDS = {"oldest": OLDEST, "newest": NEWEST}
"""The name of an end's folder -> its version."""

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(os.environ.get("TEST_CLI", ROOT / ".pulumi-cli")).resolve() / "bin"
MODULES = ROOT / "tools" / "pulumi-cli"
PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
VERSION_SYMBOL = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
HOSTS = {
    "pulumi-resource-pulumi-python": "-m pulumi.dynamic",
    "pulumi-analyzer-policy-python": "-m pulumi.policy",
    "pulumi-language-python": f'"{ROOT / "tools" / "python_host.py"}"',
}
"""What the CLI starts for dynamic resources, for policy packs, and (newer ones) for packs and plugins in Python.

The official CLI has its own, which are preferred; these are for a CLI that was built from Go modules."""

HOST_SCRIPT = """\
#!/bin/sh
# Starts a host of the CLI with the Python that has this project installed, whichever environment a pack names.
for word; do
  shift
  case $word in -toolchain=* | -virtualenv=*) ;; *) set -- "$@" "$word" ;; esac
done
here=$(cd "$(dirname "$0")" && pwd)
exec "${{PULUMI_PYTHON_CMD:-$here/{python}}}" -u {what} "$@"
"""

NONE_OF_THEM = f"""\
There is no Pulumi CLI for the demo and the engine tests. Install one of these and run again:
  - the Pulumi CLI, version {OLDEST} or newer, from pulumi.com/docs/install
  - Go 1.26.6 or newer: the CLI is then built from its public Go modules"""


def main() -> None:
    """Make sure that there is a CLI with its hosts."""
    end = ENDS.get(BIN.parent.name)
    found = version_of(BIN / "pulumi")
    is_there = found >= OLDEST if end is None else found == end
    origin = "already there" if is_there else bring(end)
    if origin is None:
        sys.exit(NONE_OF_THEM)
    python = os.path.relpath(ROOT / ".venv" / "bin" / "python", BIN)
    for name, what in HOSTS.items():
        host = BIN / name
        if not host.is_symlink():
            host.write_text(HOST_SCRIPT.format(python=python, what=what))
            host.chmod(0o755)
    print(f"Pulumi CLI {version_of(BIN / 'pulumi')}: {origin}")


def bring(end: Version | None) -> str | None:
    """Get a CLI, of exactly one version if one is given; return where it came from, or None if none is available."""
    shutil.rmtree(BIN, ignore_errors=True)
    BIN.mkdir(parents=True)
    version = end or NEWEST
    return (None if end else from_path()) or from_official_installer(version) or from_go(version)


def version_of(cli: Path) -> Version:
    """Return the version of a CLI, or 0 if it cannot be run."""
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        run = subprocess.run([cli, "version"], capture_output=True, text=True, check=True, timeout=60, env=environment)
        return Version.parse(run.stdout.strip().removeprefix("v"))
    except (OSError, subprocess.SubprocessError, ValueError):
        return Version(0)


def from_path() -> str | None:
    """Link to the CLI on PATH, if it is new enough."""
    found = shutil.which("pulumi")
    if found is None or version_of(Path(found)) < OLDEST:
        return None
    cli = Path(found).resolve()
    (BIN / "pulumi").symlink_to(cli)
    for host in HOSTS:
        if cli.with_name(host).exists():
            (BIN / host).symlink_to(cli.with_name(host))
    return f"the one on PATH ({found})"


def from_official_installer(version: Version) -> str | None:
    """Run the official installer into a folder of the user's cache."""
    root = cache() / f"official-{version}"
    program = (
        "import sys, semver; from pulumi.automation import PulumiCommand; "
        "PulumiCommand.install(root=sys.argv[1], version=semver.Version.parse(sys.argv[2]))"
    )
    command = [sys.executable, "-c", program, str(root), str(version)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    except subprocess.SubprocessError:
        print("The official installer cannot be reached from here; trying Go.", flush=True)
        return None
    for tool in (root / "bin").iterdir():
        (BIN / tool.name).symlink_to(tool)
    return "from the official installer"


def from_go(version: Version) -> str | None:
    """Build the CLI from its Go modules, or take an earlier build from the cache."""
    built = cache() / f"pulumi-{version}"
    if version_of(built) != version:
        if shutil.which("go") is None:
            return None
        print(f"Building Pulumi {version} with Go: about five minutes, this once.", flush=True)
        module = MODULES / ("oldest" if version == OLDEST else "newest")
        try:
            build(built, module, PACKAGE, f"-X {VERSION_SYMBOL}=v{version}")
        except subprocess.CalledProcessError:
            return None
    place(built, BIN / "pulumi")
    return "built from its Go modules"


def build(target: Path, module: Path, package: str, flags: str = "") -> None:
    """Build a Go program into a file that appears only once it is complete."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        half_done = Path(folder) / target.name
        command = ["go", "build", "-trimpath", "-ldflags", f"-s -w {flags}", "-o", str(half_done), package]
        subprocess.run(command, cwd=module, check=True)
        half_done.replace(target)


def place(built: Path, target: Path) -> None:
    """Put a program from the cache next to the CLI."""
    target.unlink(missing_ok=True)
    # A symbolic link would make the CLI look for its provider host in the cache, and warn at every start.
    try:
        target.hardlink_to(built)
    except OSError:
        shutil.copy2(built, target)


def cache() -> Path:
    """Return this project's folder in the user's cache."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "auth0-sessions"


if __name__ == "__main__":
    main()
