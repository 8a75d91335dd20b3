"""A sandbox with the tenants that a text names, for the programs of pages and examples."""

import re
from pathlib import Path
from typing import Any

from auth0_sessions.model.settings import LOGIN_LIFETIMES

DOMAIN = re.compile(r"\b([a-z-]+)\.eu\.auth0\.com")
SET_BY_HAND = dict.fromkeys(LOGIN_LIFETIMES, 5)
"""What a tenant has before: nothing that a program asks for, so that everything has to be written."""


class Bench:
    """A sandbox, its tenants by their short names, and a folder for stacks.

    Attributes:
        folder: The folder.
        sandbox: The sandbox.
        tenants: Short name -> tenant.

    """

    def __init__(self, folder: Path, sandbox: Any) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.tenants: dict[str, Any] = {}

    def add_tenants(self, *names: str, **options: Any) -> None:
        """Make tenants; unless given otherwise, each has what no program asks for."""
        given = {"settings": SET_BY_HAND, **options}
        self.tenants |= {name: self.sandbox.add_tenant(name, **given) for name in names}

    def on_sandbox(self, text: str, **options: Any) -> str:
        """Return a text with the sandbox's domains in it, and make the tenants that it names."""
        self.add_tenants(*dict.fromkeys(name for name in DOMAIN.findall(text) if name not in self.tenants), **options)
        return DOMAIN.sub(lambda found: f"{self.sandbox.url}/{found[1]}", text)

    @property
    def settings(self) -> dict[str, dict[str, Any]]:
        """What each tenant has."""
        return {name: tenant.settings for name, tenant in self.tenants.items()}


def four(absolute: int, idle: int, ephemeral: int | None = None, ephemeral_idle: int | None = None) -> dict[str, int]:
    """Return the minutes of the four lifetimes; non-persistent ones as persistent ones unless given."""
    return dict(zip(LOGIN_LIFETIMES, (absolute, idle, ephemeral or absolute, ephemeral_idle or idle), strict=True))


def labeled(*labels: str) -> dict[str, str]:
    """Return credentials for some labels."""
    variables = [(label, f"AUTH0_{label.upper()}_CLIENT") for label in labels]
    ids = {f"{variable}_ID": f"{label}-id" for label, variable in variables}
    return ids | {f"{variable}_SECRET": f"{label}-secret" for label, variable in variables}
