"""The pictures in the README, made from a real run: `docs/terminal.svg`, and `docs/audit.png` of an audit's page.

The engine, the command line, HTTP and the browser are real; the tenants are the sandbox's.

    python tools/picture.py
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.text import Text

import headless
import local_engine
from auth0_sessions.model.settings import LOGIN_LIFETIMES
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
FLEET: dict[str, tuple[dict[str, str], tuple[int, ...]]] = {
    "globex": ({"plan": "enterprise", "profile": "nist-aal2"}, ()),
    "acme": ({"plan": "essential"}, (60_000, 90)),
    "initech": ({"plan": "enterprise", "profile": "nist-aal3"}, (720, 15, 480, 15)),
    "umbrella": ({"plan": "enterprise", "profile": "convenient"}, (525_600, 144_000)),
}
"""Name -> its entry in the tenants file, and the lifetimes set in its Dashboard, in minutes."""
FETCHED = re.compile(r"@font-face {.*?}|<!--.*?-->", re.DOTALL)
"""The fonts that rich's SVG would fetch from another host, which are removed."""


def recorded() -> Console:
    """Run the picture's demo and return the console that recorded it."""
    console = Console(
        record=True, width=COLUMNS, file=StringIO(), force_terminal=True, color_system="truecolor", highlight=False
    )
    with tempfile.TemporaryDirectory() as folder, Sandbox() as sandbox:
        story = Story(Path(folder) / "stack", sandbox, console)
        sandbox.add_tenant("globex", settings=dict(zip(LOGIN_LIFETIMES, (720, 15, 720, 15), strict=True)))
        console.print(Text("# 60 days on the essential plan: refused before any API call.", "dim"))
        story.configure("60d")
        story.run("preview", calls=0, ok=False)
        console.quiet = True
        story.configure("30d")
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
        console.print(Text(audit(tenants)))
    if story.unexpected:
        raise SystemExit("; ".join(story.unexpected))
    return console


def audit(tenants: Path, *options: str) -> str:
    """Return the command line's audit of some tenants."""
    environment = {**os.environ, "AUTH0_CLIENT_ID": "picture", "AUTH0_CLIENT_SECRET": "picture"}
    command = [str(Path(sys.executable).with_name("auth0-sessions")), "audit", "--tenants", str(tenants), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment).stdout


def photographed(chromium: str) -> bytes:
    """Audit a small fleet and return a screenshot of the page."""
    with tempfile.TemporaryDirectory() as folder, Sandbox() as sandbox:
        tenants, page = Path(folder) / "tenants.yaml", Path(folder) / "audit.html"
        listed = {}
        for name, (entry, minutes) in FLEET.items():
            settings = dict(zip(LOGIN_LIFETIMES, minutes, strict=False))
            listed[name] = {"domain": sandbox.add_tenant(name, settings=settings).domain, **entry}
        listed["stark"] = {"domain": f"{sandbox.url}/stark", "profile": "strict", "credentials": "stark"}
        tenants.write_text(json.dumps(listed))
        audit(tenants, "--output", str(page))
        with sync_playwright() as playwright, playwright.chromium.launch(executable_path=chromium) as browser:
            window = browser.new_page(viewport={"width": 1_280, "height": 900}, color_scheme="light")
            window.goto(page.as_uri())
            window.locator("summary", has_text="findings").last.click()
            window.mouse.move(0, 0)
            return window.screenshot(full_page=True)


def main() -> None:
    """Write the pictures."""
    local_engine.hide_sdk_leftovers()
    chromium = headless.find()
    if chromium is None:
        raise SystemExit(headless.MISSING)
    PAGE.write_bytes(photographed(chromium))
    print(f"Wrote {PAGE.relative_to(local_engine.ROOT)}.")
    console = recorded()
    PICTURE.write_text(FETCHED.sub("", console.export_svg(title="", unique_id="terminal")))
    print(f"Wrote {PICTURE.relative_to(local_engine.ROOT)}.")


if __name__ == "__main__":
    main()
