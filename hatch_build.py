"""Fills in the metadata that `auth0_sessions.publisher` has: URLs, and the README as a package index shows it."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class PublisherHook(MetadataHookInterface):
    """Adds the URLs of the project, and the README with the address of the repository."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add them."""
        publisher = runpy.run_path(str(Path(self.root) / "provider" / "auth0_sessions" / "publisher.py"))
        home, repository = publisher["HOMEPAGE"], publisher["REPOSITORY"]
        metadata["urls"] = {
            "Homepage": home,
            "Source": repository,
            "Issues": f"{repository}/issues",
            "Changelog": f"{repository}/blob/main/CHANGELOG.md",
        }
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": standalone(text, repository)}


def standalone(text: str, repository: str) -> str:
    """Return a page whose links and pictures work outside of the repository, too."""
    text = re.sub(r"(!\[[^\]]*\]\()(?!\w+:)", rf"\1{repository}/raw/main/", text)
    text = re.sub(r"(?<!!)(\[[^\]!]*\]\()(?!\w+:)", rf"\1{repository}/blob/main/", text)
    return text.replace("<repository>", repository)
