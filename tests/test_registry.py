"""The pages of Pulumi's Registry: its form, and the same examples and configuration as the schema."""

import re
from pathlib import Path

import pytest
import yaml

import doc_tables
from auth0_sessions.native.schema import examples_of, schema
from auth0_sessions.publisher import SDKS

DOCS = Path(__file__).parent.parent / "docs"
PAGES = {name: (DOCS / name).read_text() for name in ("_index.md", "installation-configuration.md")}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_the_registrys_front_matter(page):
    """Title, description and layout, and no heading of the first level beside the title."""
    _, front, body = PAGES[page].split("---\n", 2)
    matter = yaml.safe_load(front)
    assert (set(matter), matter["layout"]) == ({"title", "meta_desc", "layout"}, "package")
    assert "# " not in {
        line[:2] for line in re.sub("^```.*?^```$", "", body, flags=re.MULTILINE | re.DOTALL).splitlines()
    }


def test_the_example_is_the_schemas():
    """The chooser has each language once, with the code of the resource's example."""
    shown = dict(
        re.findall(r"\{\{% choosable language (\w+) %\}\}\n\n```\1\n(.*?)\n```", PAGES["_index.md"], re.DOTALL)
    )
    assert shown == dict(
        re.findall(r"^```(\w+)\n(.*?)\n```$", examples_of("SessionLifetime"), re.MULTILINE | re.DOTALL)
    )
    (languages,) = re.findall(r'\{\{< chooser language "([\w,]+)" >\}\}', PAGES["_index.md"])
    assert languages.split(",") == list(shown)
    assert PAGES["_index.md"].count("{{% /choosable %}}") == len(shown)


def test_the_configuration_is_the_schemas():
    """Each key has its row, which says whether it is secret, and each language its import."""
    rows = [
        (f"`auth0-sessions:{key}`", "yes" if spec.get("secret") else "no", spec["description"])
        for key, spec in schema()["config"]["variables"].items()
    ]
    page = PAGES["installation-configuration.md"]
    assert doc_tables.table(("key", "secret", "description"), rows) in page
    assert {name for name in SDKS.values() if f"| `{name}` |" not in page} == set()
