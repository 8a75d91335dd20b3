"""The real Pulumi engine on this machine, with no account and no language host: for the demo and the engine tests.

A program is a Python function (the Automation API's inline program), state is a folder, and the CLI is the one that
`tools/pulumi_cli.py` has put into `.pulumi-cli/bin`.
"""

import functools
import json
import re
import runpy
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import yaml
from pulumi import automation

import auth0_sessions
import pulumi_cli
from auth0_sessions.native.script import write_script

ROOT = pulumi_cli.ROOT
CLI = pulumi_cli.BIN.parent


@functools.cache
def cli() -> automation.PulumiCommand:
    """Return the CLI, which is asked for its version once."""
    return automation.PulumiCommand(root=str(CLI))


def program_of(folder: Path) -> Callable[[], None]:
    """Return an example's `__main__.py` as an inline program."""

    def program() -> None:
        runpy.run_path(str(folder / "__main__.py"), run_name="__main__")

    return program


def open_stack(  # noqa: PLR0913  A stack has as many sides as it has.
    program: Callable[[], None] | None,
    folder: Path,
    *,
    project: str = "sessions",
    project_file: Path | None = None,
    stack: str = "dev",
    environment: Mapping[str, str] | None = None,
) -> automation.Stack:
    """Open or reopen a stack whose state, settings and home are in its own folder.

    `project_file` has the project's name; without a program, it has one, in YAML. The environment is for the CLI and
    for the providers' processes.
    """
    variables = stack_environment(folder)
    if project_file is not None:
        shutil.copy(project_file, folder / "work")
        # The engine asks for the program's folder even if the program is a function.
        settings = yaml.safe_load(project_file.read_text())
        project = settings["name"]
        (folder / "work" / settings.get("main", ".")).mkdir(parents=True, exist_ok=True)
    options = automation.LocalWorkspaceOptions(
        work_dir=str(folder / "work"),
        pulumi_command=cli(),
        env_vars={**variables, **(environment or {})},
    )
    opened = automation.select_stack if any((folder / "state").rglob(f"{stack}.json")) else automation.create_stack
    if program is None:
        return opened(stack, work_dir=options.work_dir, opts=options)
    return opened(stack, project, program, opts=options)


def stack_environment(folder: Path) -> dict[str, str]:
    """Create a stack's folder; return the environment in which the CLI finds it."""
    for name in ("state", "work", "home"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        "PULUMI_CONFIG_PASSPHRASE": "no secret here",
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_PYTHON_CMD": sys.executable,
    }


def place_plugin(folder: Path) -> Path:
    """Put this environment's native plugin into a stack's home, where the engine looks for it; return its script."""
    place = folder / "home" / "plugins" / f"resource-auth0-sessions-v{auth0_sessions.__version__}"
    place.mkdir(parents=True, exist_ok=True)
    return write_script(place)


def hide_sdk_leftovers() -> None:
    """Suppress the warning about the coroutine that a failed inline program leaves without an event loop."""
    earlier = sys.unraisablehook

    def hook(found: Any) -> None:
        if "no running event loop" not in str(found.exc_value):
            earlier(found)

    sys.unraisablehook = hook


@dataclass
class Run:
    """What one engine run did and printed."""

    ok: bool = True
    failure: str = ""
    """The Automation API's message about a failure."""
    output: str = ""
    """What the user sees on the terminal, without colors."""
    events: list[automation.EngineEvent] = field(default_factory=list)
    changes: dict[str, int] = field(default_factory=dict)
    """How many resources had each operation (`same`, `create`, `update`, ...)."""

    def said(self, severity: str) -> list[str]:
        """Return the texts of one severity (`warning`, `error`, `info#err`), without markup."""
        spoken = (event.diagnostic_event for event in self.events if event.diagnostic_event)
        return [re.sub("<{%.*?%}>", "", one.message).strip() for one in spoken if one.severity == severity]


def run(stack: automation.Stack, verb: str, **options: Any) -> Run:
    """Run an engine operation (`preview`, `up`, `refresh`, `destroy`); a failure is returned, not raised."""
    done = Run()
    lines: list[str] = []
    try:
        verb_of(stack, verb)(on_output=lines.append, on_event=done.events.append, **options)
    except automation.CommandError as error:
        done.ok, done.failure = False, str(error)
    done.output = "\n".join(lines)
    for event in done.events:
        if event.summary_event:
            done.changes = {str(getattr(op, "value", op)): n for op, n in event.summary_event.resource_changes.items()}
    return done


def verb_of(stack: automation.Stack, verb: str) -> Callable[..., Any]:
    """Return a function that runs an engine operation, without the CLI calls for outputs and history afterward."""

    def called(**options: Any) -> Any:
        with mock.patch.multiple(stack, outputs=dict, info=lambda *_: ""):
            return getattr(stack, verb)(**options)

    return called


def resources(stack: automation.Stack) -> list[dict[str, Any]]:
    """Return the resources in state, from its file: a call of the CLI takes as long as an `up`."""
    state = Path(str(stack.workspace.env_vars["PULUMI_BACKEND_URL"]).removeprefix("file://"))
    files = (state / ".pulumi" / "stacks").rglob(f"{stack.name}.json")
    found = [json.loads(file.read_text())["checkpoint"]["latest"].get("resources") or [] for file in files]
    return found[0] if found else []


def outputs(stack: automation.Stack) -> dict[str, Any]:
    """Return a stack's outputs; the CLI decrypts them if some are secrets."""
    kept = [one.get("outputs", {}) for one in resources(stack) if one["type"] == "pulumi:pulumi:Stack"]
    if not any("ciphertext" in json.dumps(values) for values in kept):
        return dict(kept[0]) if kept else {}
    found: dict[str, Any] = json.loads(
        stack._run_pulumi_cmd_sync(["stack", "output", "--json", "--show-secrets"]).stdout  # noqa: SLF001  Two in public.
    )
    return found
