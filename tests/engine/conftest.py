"""The real engine for tests: one stack per test, a sandbox tenant to work on, and every call counted."""

from __future__ import annotations

import gc
import importlib
import logging
import os
import shutil
import sys
import types
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pulumi
import pytest
from pulumi import automation

import languages
import local_engine
import pulumi_cli
from auth0_sessions.model.spelling import CAMEL_CASE, SNAKE_CASE, Spelling

FRONT_ENDS = {"dynamic": "auth0_sessions", "native": "auth0_sessions.native", "remote": "auth0_sessions.native"}
"""The module of each front end: the same names and arguments. With "remote" the plugin creates the components."""

# The runs of the CLI are short, and a tenth of them would be garbage collection.
os.environ.update(GOGC="off", GOMEMLIMIT="512MiB")

CREDENTIALS = {"AUTH0_CLIENT_ID": "engine-client", "AUTH0_CLIENT_SECRET": "engine-canary-secret"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a CLI engine tests are skipped with the reason; under CI they fail."""
    here = Path(__file__).parent
    missing = not (local_engine.CLI / "bin" / "pulumi").exists() and not os.environ.get("CI")
    for item in items:
        if here not in item.path.parents:
            continue
        # The SDK leaves its event loop and its coroutines behind when the engine ends a program before its end.
        item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))
        if missing:
            item.add_marker(pytest.mark.skip(reason="no Pulumi CLI in .pulumi-cli; `make setup` brings one"))

    leave_one_case([item for item in items if here in item.path.parents and isinstance(item, pytest.Function)])


def leave_one_case(items: list[pytest.Function]) -> None:
    """Leave all cases of a test but one to `make test-deep`; with `every_case`, all front ends of a case but one.

    The name of a test draws the case, so that both front ends and all kinds of values are in the quick run.
    """
    tests: dict[str, list[pytest.Function]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("deep"):
            continue
        name, _, values = item.nodeid.partition("[")
        if item.get_closest_marker("every_case"):
            name += values.replace(str(item.callspec.params.get("front_end", "")), "")
        tests[name].append(item)
    for name, cases in tests.items():
        quick = cases[zlib.crc32(name.encode()) % len(cases)]
        for item in cases:
            if item is not quick:
                item.add_marker("deep")


class Engine:
    """A stack, its program's arguments, and what each run of it did.

    `args` are the arguments of the one `SessionLifetime` named "acme" in the default program; give `program` for
    another one.
    """

    def __init__(self, folder: Path, front_end: str, empty_stack: Path, **environment: str) -> None:
        self.folder = folder
        self.front_end = front_end
        local_engine.place_plugin(folder)
        self.args: dict[str, Any] = {}
        self.program: Callable[[], object] = self.one_resource
        for name in ("state", "work"):
            shutil.copytree(empty_stack / name, folder / name, dirs_exist_ok=True)
        # A call of the CLI takes as long as an `up`, and all others name their stack.
        with mock.patch.object(automation.LocalWorkspace, "select_stack"):
            self.stack = local_engine.open_stack(self.run_program, folder, environment={**CREDENTIALS, **environment})

    def run_program(self) -> None:
        """Run the program of the moment; a test changes it between two runs."""
        self.program()

    @property
    def api(self) -> Any:
        """The module of the front end, for a test's own program."""
        return importlib.import_module(FRONT_ENDS[self.front_end])

    @property
    def spelling(self) -> Spelling:
        """How the front end spells names in messages and in state."""
        return SNAKE_CASE if self.front_end == "dynamic" else CAMEL_CASE

    def one_resource(self) -> None:
        """Declare one tenant and export every output."""
        made = self.api.SessionLifetime("acme", **self.args)
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
        return local_engine.outputs(self.stack)

    @property
    def resources(self) -> list[dict[str, Any]]:
        """The resources in state."""
        return local_engine.resources(self.stack)

    @property
    def files(self) -> str:
        """Everything that the backend keeps on disk: state, its backups, the history, the stack's settings."""
        kept = [path for name in ("state", "work") for path in (self.folder / name).rglob("*") if path.is_file()]
        return "\n".join(path.read_text(errors="replace") for path in kept)

    def resource(self, kind: str = "SessionLifetime") -> dict[str, Any]:
        """The one resource of a kind in state."""
        (found,) = [one for one in self.resources if one["type"].endswith(kind)]
        return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once for each front end that its mark, or its module's, names; without one for the dynamic one.

    A test whose own table has a `front_end` in each row runs as the table says.
    """
    tables = metafunc.definition.iter_markers("parametrize")
    if "front_end" in metafunc.fixturenames and not any("front_end" in table.args[0] for table in tables):
        mark = metafunc.definition.get_closest_marker("front_ends")
        metafunc.parametrize("front_end", mark.args if mark else ("dynamic",))


@pytest.fixture(scope="session")
def yaml_host() -> None:
    """The language host of YAML: without it a test is skipped, and fails under CI."""
    if not (pulumi_cli.BIN / languages.YAML_HOST).exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)("YAML is not ready; `make languages` prepares it")


@pytest.fixture(scope="session")
def empty_stack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a stack in which nothing has run, for others to begin with."""
    folder = tmp_path_factory.mktemp("empty-stack")
    local_engine.open_stack(lambda: None, folder)
    return folder


@pytest.fixture
def make_engine(tmp_path: Path, front_end: str, empty_stack: Path) -> Callable[..., Engine]:
    """Make a stack on the real engine; keyword arguments are environment variables of its providers."""
    return lambda **environment: Engine(tmp_path, front_end, empty_stack, **environment)


@pytest.fixture
def engine(make_engine: Callable[..., Engine]) -> Engine:
    """A stack on the real engine, with credentials in the environment of its providers."""
    return make_engine()


@pytest.fixture
def tenant(auth0_sandbox: Any) -> Any:
    """An Enterprise tenant on which nothing was ever set."""
    return auth0_sandbox.add_tenant("acme", plan="enterprise")


@pytest.fixture
def official(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """A module in place of the official SDK, whose plugin is a download; gives what its resource was told."""
    told: dict[str, set[str]] = {}

    class Tenant(pulumi.ComponentResource):
        """Stands for `pulumi_auth0.Tenant`; the engine needs no plugin for a component."""

        def __init__(self, name: str, *, opts: pulumi.ResourceOptions, **arguments: Any) -> None:
            super().__init__("auth0:index/tenant:Tenant", name, {}, opts)
            told.update(declared=set(arguments), ignored=set(opts.ignore_changes or ()))

    module = types.ModuleType("pulumi_auth0")
    module.Tenant = Tenant  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pulumi_auth0", module)
    return told


@pytest.fixture(autouse=True)
def collect_what_the_sdk_left() -> Iterator[None]:
    """Let what the SDK leaves behind be found in the test that it belongs to."""
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def nothing_logged_by_grpc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep out of pytest's records what the SDK's server logs at a failure: its traceback keeps an event loop alive."""
    monkeypatch.setattr(logging.getLogger("grpc._server"), "disabled", True)
