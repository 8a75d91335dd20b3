"""The picture in the README is one of a real run."""

import re
from xml.etree import ElementTree as ET

import pytest

import picture

PORT = re.compile(r"127\.0\.0\.1:\d+")


def unbroken(text: str) -> str:
    """Return a text without blanks and line breaks, which depend on how long a port is, and without the port."""
    return PORT.sub("", "".join(text.split()))


@pytest.mark.deep  # The demo goes the same way on the engine in each quick run.
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
