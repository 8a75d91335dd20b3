"""A demo on the real Pulumi engine: bring one tenant's session lifetimes under control.

Everything is real but Auth0: the engine, the state, the provider's process, HTTP. The tenant is the sandbox's.
"""

import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from pulumi import automation
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

import local_engine
from auth0_sessions.sandbox import Sandbox

QUICKSTART = local_engine.ROOT / "examples" / "quickstart"
ENDED = re.compile(r"^ +pulumi:pulumi:Stack \([^)]*\):\n +error: Resource monitor has terminated.*\n", re.MULTILINE)
"""What newer CLIs say of the Automation API's program after an error, which they count as another one."""
NOISE = re.compile(r"Duration:|The resources in the stack|If you want to remove|.*(\[urn=|\(0s\)| running)")
REPEATED_BELOW = re.compile(r".*(warning:|error:|\d (warning|error|message)s?$|http://)")


class Story:
    """One tenant, one stack in a folder, and a narrator."""

    def __init__(self, folder: Path, sandbox: Sandbox, console: Console) -> None:
        self._console = console
        self._sandbox = sandbox
        self._steps = 0
        self.unexpected: list[str] = []
        self.tenant = sandbox.add_tenant("acme", plan="essential")
        self._stack = local_engine.open_stack(
            local_engine.program_of(QUICKSTART),
            folder,
            project_file=local_engine.ROOT / "Pulumi.yaml",
            environment={
                "AUTH0_DOMAIN": self.tenant.domain,
                "AUTH0_CLIENT_ID": "demo-application",
                "AUTH0_CLIENT_SECRET": "demo-secret",
            },
        )

    def configure(self, session_lifetime: str) -> None:
        """Set the lifetime in the stack's configuration."""
        self._stack.set_config("auth0-sessions:sessionLifetime", automation.ConfigValue(session_lifetime))

    def tell(self, title: str, text: str) -> None:
        """Begin a new step."""
        self._steps += 1
        self._console.print()
        self._console.rule(f"[bold]{self._steps}. {title}", align="left")
        self._console.print(text)

    def show_tenant(self) -> None:
        """Show what the tenant has, in the Dashboard's unit."""
        lines = [f"{name:<24}{value} minutes" for name, value in self.tenant.settings.items()]
        self._console.print(Panel("\n".join(lines), title="The tenant has", expand=False, border_style="blue"))

    def run(self, verb: str, *, calls: int, ok: bool = True, shown: str = "", **options: Any) -> None:
        """Run an engine operation, and show its output and the HTTP calls that it made.

        Noted as unexpected: other than so many `calls`, logins included; success unless `ok`; no `shown` in the output.
        """
        self._console.print(Text(f"$ pulumi {verb}{' --diff' if options.get('diff') else ''}", style="bold green"))
        self._sandbox.clear_requests()
        done = local_engine.run(self._stack, verb, suppress_progress=True, color="never", **options)
        for line in readable(done.output):
            self._console.print(Text(f"  {line}"))
        for request in self.tenant.requests:
            body = f"  {request.body}" if request.method == "PATCH" else ""
            self._console.print(Text(f"  HTTP {request.method} {request.path} -> {request.status}{body}", style="cyan"))
        made = len(self.tenant.requests)
        self._console.print(Text(f"  {made} HTTP calls" if made else "  no HTTP call", style="cyan"))
        if done.ok != ok or made != calls or shown not in done.output:
            self.unexpected.append(f"step {self._steps}: pulumi {verb} {done.failure}".strip())


def readable(output: str) -> list[str]:
    """Return the engine's output without progress lines and duplicate messages."""
    report, _, diagnostics = ENDED.sub("", output).replace("2 errored", "1 errored").partition("Diagnostics:")
    lines = list(dict.fromkeys(report.splitlines()))
    if diagnostics:
        lines = [line for line in lines if not REPEATED_BELOW.match(line)]
    return [line for line in [*lines, *diagnostics.splitlines()] if line.strip() and not NOISE.match(line)]


def tell(story: Story) -> None:
    """Tell the whole story."""
    tenant = story.tenant
    tenant.dashboard(session_lifetime=20_160, idle_session_lifetime=2_880)
    story.tell("A tenant", "Years ago somebody set its session lifetimes by hand, in minutes.")
    story.show_tenant()

    story.tell("Preview", "The program asks for 30d and 90m. A preview needs no credentials and makes no calls.")
    story.run("preview", diff=True, calls=0, shown='session_lifetime     : "30d"')

    story.tell("Too long for the plan", "60d on the Essential plan: Auth0 would supersede it. The preview refuses it.")
    story.configure("60d")
    story.run("preview", calls=0, ok=False, shown="allows at most 30d")

    story.tell("Up", "Back to 30d. One login, one read, one write; its answer is checked. Plain keys count hours.")
    story.configure("30d")
    story.run("up", calls=3)
    story.show_tenant()

    story.tell("Up again", "Nothing has changed, so no call is made.")
    story.run("up", calls=0, shown="2 unchanged")

    story.tell("Drift", "Somebody types 480 into the Dashboard. A refresh sees it, a preview shows old => new.")
    tenant.dashboard(session_lifetime=480)
    story.run("refresh", calls=2)
    story.run("preview", diff=True, calls=0, shown='"8h" => "30d"')

    story.tell("Up fixes it", "One write, of the one setting that differs.")
    story.run("up", calls=2)

    story.tell("Destroy", "With on_delete='restore' the tenant gets back what it had before the first `up`.")
    story.run("destroy", calls=2)
    story.show_tenant()
    if tenant.settings != {"session_lifetime": 20_160, "idle_session_lifetime": 2_880}:
        story.unexpected.append("destroy did not restore")


def main() -> int:
    """Run the demo in a temporary folder; return the exit status."""
    local_engine.hide_sdk_leftovers()
    console = Console(highlight=False)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="auth0-sessions-demo-") as folder, Sandbox() as sandbox:
        story = Story(Path(folder), sandbox, console)
        tell(story)
    console.print()
    if story.unexpected:
        console.print(f"[bold red]This did not go as expected: {'; '.join(story.unexpected)}.")
        return 1
    seconds = time.monotonic() - started
    console.print(
        f"[bold]Done in {seconds:.0f} seconds; nothing was left behind. Next: your first tenant, in README.md."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
