"""What a new user sees first: the picture in the README, the demo, and the quickstart at the root."""

import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

import local_engine
import picture

PORT = re.compile(r"127\.0\.0\.1:\d+")


def unbroken(text: str) -> str:
    """Return a text without blanks and line breaks, which depend on how long a port is, and without the port."""
    return PORT.sub("", "".join(text.split()))


@pytest.mark.deep
def test_the_demo_goes_as_described():
    """The demo checks its own calls, errors and the tenant's final settings."""
    command = [sys.executable, str(local_engine.ROOT / "tools" / "demo.py")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    printed = " ".join(run.stdout.split())
    assert "restored the earlier values: session_lifetime 14d, idle_session_lifetime 2d" in printed
    assert "Traceback" not in run.stdout
    assert run.stderr == ""


@pytest.mark.deep
def test_the_quickstart_runs_with_the_root_s_project_file(tmp_path, tenant):
    """The typed configuration at the root has defaults for all that the quickstart needs but the tenant."""
    program = local_engine.program_of(local_engine.ROOT / "examples" / "quickstart")
    credentials = {"AUTH0_CLIENT_ID": "front", "AUTH0_CLIENT_SECRET": "door", "AUTH0_DOMAIN": tenant.domain}
    project_file = local_engine.ROOT / "Pulumi.yaml"
    stack = local_engine.open_stack(program, tmp_path, project_file=project_file, environment=credentials)
    assert local_engine.run(stack, "up").ok
    assert tenant.settings == {"session_lifetime": 43_200, "idle_session_lifetime": 90}
    assert local_engine.run(stack, "destroy").ok


@pytest.mark.deep
def test_the_picture_shows_what_happens():
    """Line for line, the picture in the repository is what the engine and the command line say today."""
    lines: dict[float, str] = {}
    for element in ET.parse(picture.PICTURE).iter("{http://www.w3.org/2000/svg}text"):  # noqa: S314  Our own.
        height = float(element.attrib["y"])
        lines[height] = lines.get(height, "") + (element.text or "")
    shown = unbroken("\n".join(lines[height] for height in sorted(lines)))
    assert len(shown) > 1_000
    assert shown == unbroken(picture.recorded().export_text())


def test_the_picture_needs_no_account():
    """It holds no script and fetches nothing."""
    text = picture.PICTURE.read_text()
    assert "<script" not in text
    assert re.findall(r"https?://(?!www\.w3\.org/|127\.0\.0\.1)", text) == []
