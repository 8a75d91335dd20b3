"""Carry a change of `auth0_sessions.publisher`, or of the version, to the examples and pages that name an SDK.

`provider/schema.json` has what they say so far; `make schema` runs this first, and then writes the schema.
"""

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from auth0_sessions import __version__
from auth0_sessions.publisher import ORGANIZATION, SDKS

ROOT = Path(__file__).resolve().parent.parent
USERS = ("*.md", "*.go", "*.ts", ".github/CODEOWNERS")
"""What imports an SDK, says which version to add, or names the publisher's team."""

CURRENT = {
    **SDKS,
    "tag": f"@v{__version__}",
    "release": f"/v{__version__}",
    "team": f"@{ORGANIZATION}/maintainers",
}
"""What pages and examples have to say."""


def main() -> None:
    """Rewrite the names."""
    schema = json.loads((ROOT / "provider" / "schema.json").read_text())
    listed = ["git", "-C", str(ROOT), "ls-files", *USERS]
    tracked = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.splitlines()
    for file in rename(names_in(schema), CURRENT, (ROOT / name for name in tracked)):
        print(f"Renamed the SDKs in {file.relative_to(ROOT)}.")


def names_in(schema: Mapping[str, Any]) -> dict[str, str]:
    """Return what programs import in each language, and how commands name the version."""
    languages, name = schema["language"], schema["name"]
    return {
        "nodejs": languages["nodejs"]["packageName"],
        "python": languages["python"]["packageName"],
        "go": languages["go"]["importBasePath"],
        "csharp": f"{languages['csharp']['rootNamespace']}.{languages['csharp']['namespaces'][name]}",
        "java": f"{languages['java']['basePackage']}.{languages['java']['packages'][name]}",
        "tag": f"@v{schema['version']}",
        "release": f"/v{schema['version']}",
        "team": f"@{schema['namespace']}/maintainers",
    }


def rename(old: Mapping[str, str], new: Mapping[str, str], files: Iterable[Path]) -> list[Path]:
    """Replace names in files; return the files that changed."""
    changed = []
    for file in files:
        text = before = file.read_text(encoding="utf-8")
        for language in old:
            text = text.replace(old[language], new[language])
        if text != before:
            file.write_text(text, encoding="utf-8")
            changed.append(file)
    return changed


if __name__ == "__main__":
    main()
