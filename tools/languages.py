"""Prepare what the tests in languages other than Python need, and report what was done.

YAML's language host goes beside the CLI, built from its Go modules and kept in the user's cache. TypeScript, Go and
Python get the SDKs that Pulumi's own generators write from `provider/schema.json`, and the programs of `examples/` are
compiled against them; all of it is in `.pulumi-cli/languages`.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pulumi_cli
from auth0_sessions.native.schema import examples_of

ROOT = pulumi_cli.ROOT
MODULE = ROOT / "tools" / "languages"
SCHEMA = ROOT / "provider" / "schema.json"
EXAMPLES = ROOT / "examples"
HOME = ROOT / ".pulumi-cli" / "languages"
YAML_HOST = "pulumi-language-yaml"
YAML_PACKAGE = "github.com/pulumi/pulumi-yaml"

ADVICE = {"go": "Go 1.25 or newer", "npm": "Node.js 20 or newer with npm"}

SHOWN = ("SessionLifetime", "SessionPolicy", "TenantFleet", "getTenantSessions", "getPlanLimits")
"""What has examples in the schema."""

GO_FUNCTION = """\
package schema

import (
	"IMPORT"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func {name}(ctx *pulumi.Context) error {{
{code}
return err
}}
"""
"""What stands around an example in Go."""

PYTHON_MOCKED = """\
import importlib, sys
import pulumi

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return args.name, args.inputs

    def call(self, args):
        return {}

pulumi.runtime.set_mocks(Mocks())
for name in sys.argv[1:]:
    importlib.import_module(name)
"""
"""Runs programs in Python without an engine."""


@dataclass(frozen=True)
class Language:
    """A language whose SDK is generated, and whose example `make` compiles against it in an empty folder."""

    title: str
    folder: Path
    make: Callable[[Path], None]
    tools: tuple[str, ...] = ("go",)

    @property
    def note(self) -> Path:
        """The file with the fingerprint of what the program was built from; it appears once the program is complete."""
        return self.folder / ".made-from"

    @property
    def is_current(self) -> bool:
        """Whether the program was built from the current sources."""
        return self.note.exists() and self.note.read_text() == self.fingerprint()

    def fingerprint(self) -> str:
        """Return a fingerprint of the files that the program is made from."""
        found = [*MODULE.rglob("*"), *(EXAMPLES / self.folder.name).glob("*")]
        files = [Path(__file__), SCHEMA, *sorted(path for path in found if path.is_file())]
        return hashlib.sha256(b"\0".join(path.name.encode() + b"\0" + path.read_bytes() for path in files)).hexdigest()

    def prepare(self) -> str:
        """Make the program unless it is there; return what was done."""
        if self.is_current:
            return "already there"
        if advice := missing(*self.tools):
            return advice
        print(f"{self.title}: generating the SDK and compiling against it.", flush=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.make(self.folder)
        self.note.write_text(self.fingerprint())
        return "the SDK is generated, and what uses it compiles"


def main() -> None:
    """Prepare every language."""
    for title, prepare in [("YAML", yaml_host), *((one.title, one.prepare) for one in LANGUAGES.values())]:
        try:
            print(f"{title}: {prepare()}", flush=True)
        except subprocess.CalledProcessError as failed:
            sys.exit(f"{title}: `{' '.join(failed.cmd)}` failed.")


def missing(*tools: str) -> str:
    """Return what to install if one of some tools is not on PATH."""
    for tool in tools:
        if shutil.which(tool) is None:
            skipped = "so its tests are skipped (under CI=true they fail)"
            return f"{tool} is not on PATH, {skipped}. Install {ADVICE[tool]} and run `make languages` again."
    return ""


def yaml_host() -> str:
    """Put YAML's language host beside the CLI: the official one, or a build."""
    target = pulumi_cli.BIN / YAML_HOST
    official = (pulumi_cli.BIN / "pulumi").resolve().with_name(YAML_HOST)
    if official != target and official.exists():
        target.unlink(missing_ok=True)
        target.symlink_to(official)
        return "the language host of the official CLI"
    (version,) = re.findall(rf"{YAML_PACKAGE} v(\S+)", (MODULE / "go.mod").read_text())
    built = pulumi_cli.cache() / f"{YAML_HOST}-{version}"
    if not built.exists():
        if advice := missing("go"):
            return advice
        print("YAML: building the language host with Go: about two minutes, this once.", flush=True)
        pulumi_cli.build(built, MODULE, f"{YAML_PACKAGE}/cmd/{YAML_HOST}")
    pulumi_cli.place(built, target)
    return f"{built.name}, built from its Go modules"


def make_typescript(folder: Path) -> None:
    """Compile the example and its driver against the SDK, strictly, with what the lock file has."""
    shutil.copytree(MODULE / "node", folder, dirs_exist_ok=True)
    run("npm", "ci", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error", cwd=folder)
    sdk = folder / "sdk"
    generate("nodejs", sdk)
    link = folder / "node_modules" / json.loads((sdk / "package.json").read_text())["name"]
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(sdk, target_is_directory=True)
    (folder / "example").mkdir()
    for name in ("index.ts", "tsconfig.json"):
        shutil.copy(EXAMPLES / "typescript" / name, folder / "example")
    write_examples(folder / "schema", "typescript", "{name}.ts", "{code}\n")
    run("npm", "run", "--silent", "postinstall", cwd=sdk)
    run("npm", "exec", "--offline", "--", "tsc", "--strict", "--project", ".", cwd=folder)


def make_go(folder: Path) -> None:
    """Compile the example, as the program of a test binary that holds the driver, against the SDK."""
    generate("go", folder / "sdk")
    sdk = (folder / "sdk" / "go.mod").read_text().split()[1]
    for name in ("go.mod", "go.sum"):
        shutil.copy(MODULE / name, folder)
    shutil.copytree(MODULE / "driver", folder / "driver")
    (folder / "example").mkdir()
    for path in (EXAMPLES / "go" / "main.go", MODULE / "testdata" / "driver_test.go"):
        shutil.copy(path, folder / "example")
    write_examples(folder / "schema", "go", "{name}.go", GO_FUNCTION.replace("IMPORT", f"{sdk}/auth0sessions"))
    run("go", "mod", "edit", f"-require={sdk}@v0.0.0", f"-replace={sdk}=./sdk", cwd=folder)
    run("go", "vet", "./schema", cwd=folder)
    run("go", "test", "-c", "-o", str(folder / "program"), "./example", cwd=folder)


def make_python(folder: Path) -> None:
    """Install the SDK into a folder, without touching the virtual environment, and run the schema's examples on it."""
    generate("python", folder / "sdk")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    run(*pip, "install", "--no-deps", "--target", str(folder / "site"), str(folder / "sdk"), cwd=folder)
    write_examples(folder / "site", "python", "example_{name}.py", "{code}\n")
    run(sys.executable, "-c", PYTHON_MOCKED, *(f"example_{name}" for name in SHOWN), cwd=folder / "site")


LANGUAGES = {
    "typescript": Language("TypeScript", HOME / "typescript", make_typescript, ("go", "npm")),
    "go": Language("Go", HOME / "go", make_go),
    "python": Language("Python", HOME / "python", make_python),
}


def write_examples(folder: Path, language: str, file: str, program: str) -> None:
    """Write the schema's examples in a language into a folder, each as a program."""
    folder.mkdir(exist_ok=True)
    for name in SHOWN:
        (code,) = re.findall(rf"```{language}\n(.*?)\n```", examples_of(name), re.DOTALL)
        (folder / file.format(name=name)).write_text(program.format(name=name, code=code))


def generate(language: str, folder: Path) -> None:
    """Write one language's SDK into a folder."""
    run("go", "run", "./generate", language, str(SCHEMA), str(folder), cwd=MODULE)


def run(*command: str, cwd: Path = ROOT) -> None:
    """Run a command, with its output on the terminal."""
    subprocess.run(command, cwd=cwd, check=True)


if __name__ == "__main__":
    main()
