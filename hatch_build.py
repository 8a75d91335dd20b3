"""Fills in the metadata that `auth0_sessions.publisher` has."""

from __future__ import annotations

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
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8").replace("<repository>", repository)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
