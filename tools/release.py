"""Build a release into dist/, which `.github/workflows/release.yml` publishes.

The wheel and the sdist, the schema, this system's plugin, the SDKs, an SBOM, and the hashes of all. On every other
system, the workflow builds the plugin with `tools/standalone.py`.
"""

import hashlib
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path

import languages
import standalone
from auth0_sessions import __version__

ROOT = languages.ROOT
DIST = ROOT / "dist"
HASHES = "SHA256SUMS"
SDKS = ("nodejs", "go", "python")


def main() -> None:
    """Build all."""
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    wheel = package(DIST)
    shutil.copy(languages.SCHEMA, DIST)
    standalone.build(wheel, DIST)
    sdks(DIST)
    sbom(wheel, DIST)
    hashes(DIST)
    print((DIST / HASHES).read_text(), end="")


def package(target: Path) -> Path:
    """Build the wheel and the sdist with the locked build backend; return the wheel."""
    languages.run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), str(ROOT))
    (wheel,) = target.glob("*.whl")
    return wheel


def sdks(target: Path) -> None:
    """Generate the SDK of each language and pack it."""
    for language in SDKS:
        with tempfile.TemporaryDirectory() as folder:
            languages.generate(language, Path(folder))
            with tarfile.open(target / f"sdk-{language}-v{__version__}.tar.gz", "w:gz") as tarball:
                tarball.add(folder, arcname=f"sdk-{language}")


def sbom(wheel: Path, target: Path) -> None:
    """List the packages in a plain install of the wheel, as CycloneDX."""
    with tempfile.TemporaryDirectory() as folder:
        python = standalone.environment(Path(folder), wheel)
        tool = str(Path(sys.executable).with_name("cyclonedx-py"))
        output = str(target / f"auth0-sessions-{__version__}.cdx.json")
        languages.run(tool, "environment", "--output-reproducible", "--output-file", output, python)


def hashes(target: Path) -> None:
    """Write the hash of every file, as `sha256sum --check` reads it."""
    files = sorted(path for path in target.iterdir() if path.name != HASHES)
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (target / HASHES).write_text("".join(lines))


if __name__ == "__main__":
    main()
