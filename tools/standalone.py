"""Build the plugin that needs no Python, for this machine's system, as the tarball that `pulumi plugin install` takes.

Usage: standalone.py WHEEL FOLDER

It needs nothing but Python, so that it runs on Linux, macOS and Windows alike. PyInstaller puts the wheel, what it
depends on in the versions of requirements.lock, and Python itself into one folder, with the licenses of them all.
"""

import ast
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import venv
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
NAME = "pulumi-resource-auth0-sessions"
START = "from auth0_sessions.native.serve import main\n\nmain()\n"
UNUSED = ("debugpy", "pip", "setuptools", "tkinter", "readline", "curses", "sqlite3")
"""What a module imports that the plugin does not run."""

BUILD_ONLY = {"pip", "setuptools", "altgraph", "macholib", "pefile", "pywin32-ctypes", "pyinstaller-hooks-contrib"}
# This system and machine, as Python and as Pulumi name them.
SYSTEMS = {"linux": "linux", "darwin": "darwin", "win32": "windows"}
MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
LICENSE = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)

LICENSES_OF = """\
import importlib.metadata as metadata, json
print(json.dumps([
    (
        one.metadata["Name"],
        one.metadata["License-Expression"] or one.metadata["License"] or "",
        [str(one.locate_file(file)) for file in one.files or []],
    )
    for one in metadata.distributions()
]))
"""
"""Prints the name, license and files of each package, which the environment's own Python knows."""


def build(wheel: Path, target: Path) -> Path:
    """Build the tarball into a folder; return it."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        python = environment(work, wheel, "pyinstaller")
        (work / "start.py").write_text(START)
        options = ["--noconfirm", "--log-level", "WARN", "--onedir", "--name", NAME, "--collect-data", "auth0_sessions"]
        options += [word for module in UNUSED for word in ("--exclude-module", module)]
        subprocess.run((python, "-m", "PyInstaller", *options, "start.py"), cwd=work, check=True)
        plugin = work / "dist" / NAME
        licenses(plugin / "licenses", python, collected(work / "build" / NAME / "COLLECT-00.toc"))
        check(plugin)
        version = wheel.name.split("-")[1]
        system = f"{SYSTEMS[sys.platform]}-{MACHINES[platform.machine().lower()]}"
        tarball = target / f"{NAME}-v{version}-{system}.tar.gz"
        with tarfile.open(tarball, "w:gz") as packed:
            for path in sorted(plugin.iterdir()):
                packed.add(path, arcname=path.name)
    return tarball


def environment(work: Path, wheel: Path, *others: str) -> str:
    """Install the wheel and others, in the versions of the lock file; return the environment's Python."""
    venv.create(work / "venv")
    python = str(work / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    versions = work / "versions.txt"
    versions.write_text("\n".join(locked()))
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--disable-pip-version-check")
    subprocess.run((*pip, "--constraint", str(versions), str(wheel), *others), check=True)
    return python


def locked() -> list[str]:
    """Return the lock file's pins, without their hashes."""
    return re.findall(r"^[\w.-]+==[^\s;]+", LOCK.read_text(), re.MULTILINE)


def collected(contents: Path) -> list[Path]:
    """Return the libraries that PyInstaller took from Linux; elsewhere, Python has its own, and a license for them."""
    if sys.platform != "linux":
        return []
    own = (sys.base_prefix, str(contents.parents[2]))
    rows = ast.literal_eval(contents.read_text())[0]
    return [Path(path) for _, path, kind in rows if kind == "BINARY" and not path.startswith(own)]


def licenses(target: Path, python: str, libraries: list[Path]) -> None:
    """Collect the licenses of all that is bundled; each part has one."""
    target.mkdir()
    listed = subprocess.run([python, "-c", LICENSES_OF], check=True, capture_output=True, text=True).stdout
    for name, license_name, files in json.loads(listed):
        if name.lower() in BUILD_ONLY:
            continue
        found = [Path(file) for file in files if ".dist-info" in file and LICENSE.search(Path(file).name)]
        copy(target / name, found, license_name)
    standard = Path(sysconfig.get_path("stdlib"))
    places = (standard / "LICENSE.txt", Path(sys.base_prefix, "LICENSE.txt"))
    copy(target / "Python", [file for file in places if file.is_file()])
    for library in libraries:
        copy(target / library.name, [system_license(library)])


def system_license(library: Path) -> Path:
    """Return the license of a library that the system has: Debian and Ubuntu have one for each package."""
    search = ("dpkg", "-S", f"*/{library.resolve().name}")
    owner = subprocess.run(search, check=True, capture_output=True, text=True).stdout
    return Path("/usr/share/doc") / owner.split(":")[0] / "copyright"


def copy(target: Path, files: list[Path], name: str = "") -> None:
    """Put a part's license texts into its own folder, or the name of its license if it has no text."""
    if not files and not name:
        message = f"{target.name} has no license that could be found."
        raise FileNotFoundError(message)
    target.mkdir()
    for file in files:
        shutil.copy(file, target)
    if not files:
        (target / "LICENSE").write_text(f"{name}\n")


def check(plugin: Path) -> None:
    """Start the plugin, which prints its port."""
    with subprocess.Popen([plugin / NAME], stdout=subprocess.PIPE, text=True) as process:
        port = int(next(iter(process.stdout or [])))
        process.terminate()
    print(f"{NAME} starts, and serves on a port ({port}).")


if __name__ == "__main__":
    if len(sys.argv) != 3:  # noqa: PLR2004  A wheel and a folder.
        sys.exit(__doc__)
    built = build(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
    print(f"{built.name}: {built.stat().st_size / 1e6:.0f} MB")
