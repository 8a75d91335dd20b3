"""The pictures in the README, made from a real run: `docs/terminal.svg`, and `docs/audit.png` of an audit's page.

The engine, the command line, HTTP and the browser are real; the tenants are the sandbox's.

    python tools/picture.py
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

import headless
import local_engine
from auth0_sessions.sandbox import Sandbox
from demo import Story

PICTURE = local_engine.ROOT / "docs" / "terminal.svg"
PAGE = local_engine.ROOT / "docs" / "audit.png"
COLUMNS = 104
TENANTS = """\
tenants:
  acme: {{domain: "{url}/acme", plan: essential}}
  globex: {{domain: "{url}/globex", plan: enterprise, sessionLifetime: 12h, idleSessionLifetime: 15m}}
"""

FLEET: list[tuple[str, dict[str, str], dict[str, int]]] = [
    ("globex", {"plan": "enterprise", "profile": "nist-aal2"}, {}),
    ("acme", {"plan": "essential"}, {"session_lifetime": 60_000, "idle_session_lifetime": 90}),
    (
        "initech",
        {"plan": "enterprise", "profile": "nist-aal3"},
        {
            "session_lifetime": 720,
            "idle_session_lifetime": 15,
            "ephemeral_session_lifetime": 480,
            "idle_ephemeral_session_lifetime": 15,
        },
    ),
    (
        "umbrella",
        {"plan": "enterprise", "profile": "convenient"},
        {"session_lifetime": 525_600, "idle_session_lifetime": 144_000},
    ),
]
"""Name, entry in the tenants file, and what somebody has set in the Dashboard, in minutes."""

DARK, LIGHT = (24, 27, 33), (214, 219, 227)
RED, GREEN, YELLOW, BLUE = (240, 113, 113), (135, 201, 128), (229, 192, 123), (110, 170, 240)
MAGENTA, CYAN = (198, 140, 230), (102, 194, 205)
THEME = TerminalTheme(DARK, LIGHT, [DARK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, LIGHT])

# Rich's own frame fetches a font from another host; a picture in a repository should need nobody.
FRAME = """\
<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}">
<title>A preview refuses 60 days on the essential plan, another shows drift, and an audit judges two tenants</title>
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "SFMono-Regular", "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; white-space: pre; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}</defs>
<rect width="{width}" height="{height}" rx="10" fill="#181b21"/>
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def recorded() -> Console:
    """Run the story of the picture and return the console that has seen it."""
    console = Console(
        record=True, width=COLUMNS, file=StringIO(), force_terminal=True, color_system="truecolor", highlight=False
    )
    with tempfile.TemporaryDirectory() as folder, Sandbox() as sandbox:
        story = Story(Path(folder) / "stack", sandbox, console)
        globex = sandbox.add_tenant("globex", plan="enterprise")
        globex.dashboard(session_lifetime=720, idle_session_lifetime=15)
        globex.dashboard(ephemeral_session_lifetime=720, idle_ephemeral_session_lifetime=15)
        console.print(Text("# 60 days on the essential plan: refused before anybody is called.", "dim"))
        story.configure(sessionLifetime="60d")
        story.run("preview", calls=0, ok=False)
        console.quiet = True
        story.configure(sessionLifetime="30d")
        story.run("up", calls=3)
        story.tenant.dashboard(session_lifetime=60_000)
        story.run("refresh", calls=2)
        console.quiet = False
        console.print(
            Text("\n# Somebody typed 60000 into the Dashboard: a refresh sees it, a preview shows it.", "dim")
        )
        console.print(Text("$ pulumi refresh", "bold green"))
        console.print(Text("  2 HTTP calls", "cyan"))
        story.run("preview", diff=True, calls=0)
        console.print(Text("\n# What may a session do in each tenant?", "dim"))
        console.print(Text("$ auth0-sessions audit --tenants tenants.yaml", "bold green"))
        tenants = Path(folder) / "tenants.yaml"
        tenants.write_text(TENANTS.format(url=sandbox.url))
        console.print(Text.from_ansi(audit(tenants)))
    if story.unexpected:
        raise SystemExit("; ".join(story.unexpected))
    return console


def audit(tenants: Path, *options: str) -> str:
    """Return what the command line shows in a terminal as wide as the picture."""
    environment = {"AUTH0_CLIENT_ID": "picture", "AUTH0_CLIENT_SECRET": "picture", "FORCE_COLOR": "1"}
    command = [str(Path(sys.executable).with_name("auth0-sessions")), "audit", "--tenants", str(tenants), *options]
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment, "COLUMNS": str(COLUMNS)}
    )
    return "\n".join(line.rstrip() for line in run.stdout.splitlines())


def photographed(chromium: str) -> bytes:
    """Audit a small fleet and return a picture of the page."""
    with tempfile.TemporaryDirectory() as folder, Sandbox() as sandbox:
        tenants, page = Path(folder) / "tenants.yaml", Path(folder) / "audit.html"
        listed = {}
        for name, entry, settings in FLEET:
            tenant = sandbox.add_tenant(name, plan=entry.get("plan", "enterprise"), over_cap="echo")
            tenant.dashboard(**settings)
            listed[name] = {"domain": tenant.domain, **entry}
        listed["stark"] = {"domain": f"{sandbox.url}/stark", "profile": "strict", "credentials": "stark"}
        tenants.write_text(json.dumps(listed))
        audit(tenants, "--output", str(page))
        with headless.opened(chromium) as browser:
            window = browser.new_page(viewport={"width": 1_280, "height": 900}, color_scheme="light")
            window.goto(page.as_uri())
            window.locator("summary", has_text="findings").last.click()
            window.mouse.move(0, 0)
            return window.screenshot(full_page=True)


def main() -> int:
    """Write the pictures."""
    local_engine.hide_what_the_sdk_leaves()
    chromium = headless.find()
    if chromium is None:
        raise SystemExit(headless.MISSING)
    PAGE.write_bytes(photographed(chromium))
    print(f"Wrote {PAGE.relative_to(local_engine.ROOT)}.")
    console = recorded()
    PICTURE.write_text(
        console.export_svg(title="", theme=THEME, code_format=FRAME, unique_id="terminal", font_aspect_ratio=0.6)
    )
    print(f"Wrote {PICTURE.relative_to(local_engine.ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
