"""The real engine for tests: one stack per test, a sandbox tenant to work on, and every call counted."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import local_engine
import pulumi
import pytest

from auth0_sessions import SessionLifetime

CREDENTIALS = {"AUTH0_CLIENT_ID": "engine-client", "AUTH0_CLIENT_SECRET": "engine-canary-secret"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a CLI engine tests are skipped with the reason; under CI they fail."""
    here = Path(__file__).parent
    if (local_engine.CLI / "bin" / "pulumi").exists() or os.environ.get("CI"):
        return
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="no Pulumi CLI in .pulumi-cli; `make setup` brings one"))


class Engine:
    """A stack, its program's arguments, and what each run of it did.

    `args` are the arguments of the one `SessionLifetime` named "acme" in the default program; give `program` for
    another one.
    """

    def __init__(self, folder: Path, **environment: str) -> None:
        self.args: dict[str, Any] = {}
        self.program: Callable[[], None] = self.one_resource
        self.stack = local_engine.open_stack(
            lambda: self.program(), folder, environment={**CREDENTIALS, **environment}
        )

    def one_resource(self) -> None:
        """Declare one tenant and export every output."""
        made = SessionLifetime("acme", **self.args)
        for name in vars(made):
            if not name.startswith("_") and isinstance(getattr(made, name), pulumi.Output):
                pulumi.export(name, getattr(made, name))

    def preview(self, **options: Any) -> local_engine.Run:
        """Run `pulumi preview`."""
        return local_engine.run(self.stack, "preview", **options)

    def up(self, **options: Any) -> local_engine.Run:
        """Run `pulumi up`."""
        return local_engine.run(self.stack, "up", **options)

    def refresh(self, **options: Any) -> local_engine.Run:
        """Run `pulumi refresh`."""
        return local_engine.run(self.stack, "refresh", **options)

    def destroy(self, **options: Any) -> local_engine.Run:
        """Run `pulumi destroy`."""
        return local_engine.run(self.stack, "destroy", **options)

    @property
    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, as state keeps them."""
        return {name: output.value for name, output in self.stack.outputs().items()}

    @property
    def resources(self) -> list[dict[str, Any]]:
        """The resources in state."""
        found: list[dict[str, Any]] = self.stack.export_stack().deployment.get("resources", [])
        return found

    def resource(self, kind: str = "SessionLifetime") -> dict[str, Any]:
        """The one resource of a kind in state."""
        (found,) = [one for one in self.resources if one["type"].endswith(kind)]
        return found


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A stack on the real engine, with credentials in the environment of its providers."""
    return Engine(tmp_path)


@pytest.fixture
def tenant(auth0_sandbox: Any) -> Any:
    """An Enterprise tenant on which nothing was ever set."""
    return auth0_sandbox.add_tenant("acme", plan="enterprise")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have Auth0 credentials of their own: they stay out."""
    for name in list(os.environ):
        if name.startswith(("AUTH0_", "PULUMI_")):
            monkeypatch.delenv(name)
