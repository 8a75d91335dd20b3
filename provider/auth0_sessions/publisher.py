"""Who publishes the package, where its repository is, and what its SDKs are called.

This is the only file to edit for another publisher: `make schema` carries a change to everything else. The address and
the organization below are an EXAMPLE until there is a public one; `git.example.com` is reserved and leads nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping

NAME = "auth0-sessions"
"""The package's name in Pulumi."""

PUBLISHER = "Example"
ORGANIZATION = "example"
"""The publisher's organization: the scope on npm, and the namespace of the SDKs."""

REPOSITORY = f"https://git.example.com/{ORGANIZATION}/{NAME}"
HOMEPAGE = REPOSITORY
LOGO = f"{REPOSITORY}/raw/main/docs/logo.svg"

SDKS: Mapping[str, str] = {
    "nodejs": f"@{ORGANIZATION}/{NAME}",
    "python": f"{ORGANIZATION}_{NAME}".replace("-", "_"),
    "go": f"{REPOSITORY.removeprefix('https://')}/sdk/go/auth0sessions",
    "csharp": f"{PUBLISHER}.Auth0Sessions",
    "java": f"com.{ORGANIZATION}.auth0sessions",
}
"""What programs import in each language. After a release, a change breaks them."""


def downloads(version: str) -> str:
    """Return where the engine finds a version's tarballs of the plugin."""
    return f"{REPOSITORY}/releases/download/v{version}"
