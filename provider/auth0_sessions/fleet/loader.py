"""Parses YAML and JSON as Pulumi does, into text, lists, objects, and scalars that Pulumi does not read as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from auth0_sessions.errors import InputError, shown
from auth0_sessions.model.scalars import NULLS, Misread, from_json, misread

MAX_VALUES = 1_000_000
"""How many values a list may have after its aliases are expanded."""

MAX_CHARACTERS = 5_000_000
"""The longest allowed file, enough for tens of thousands of tenants."""

_TAG = "tag:yaml.org,2002:"
_MISREAD = "!misread"
_OF_KEYS = {_MISREAD, *(f"{_TAG}{kind}" for kind in ("str", "null", "merge"))}


class Loader(yaml.SafeLoader):
    """Loads text, lists and objects, and rejects duplicate keys, so that no tenant is lost.

    A scalar is text where Go's YAML says so: `no` is, `0042` is not.
    """

    yaml_constructors = {  # noqa: RUF012  As inherited.
        tag: constructor
        for tag, constructor in yaml.SafeLoader.yaml_constructors.items()
        if tag is None or tag.removeprefix(_TAG) in ("str", "seq", "map", "null")
    }

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._sizes: dict[yaml.Node, int] = {}

    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: Any) -> str:
        """Return the tag of a node that has none."""
        if value is None or not (kind is yaml.ScalarNode and implicit[0]):
            return str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]
        if value in NULLS:
            return f"{_TAG}null"
        if value == "<<":
            return f"{_TAG}merge"
        return _MISREAD if misread(value) else f"{_TAG}str"

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Compose a node, counting expanded values: nested aliases can turn a few lines into a huge list."""
        is_alias = self.check_event(yaml.AliasEvent)
        node = super().compose_node(parent, index)
        if node is not None and not is_alias:
            inner = node.value if isinstance(node, yaml.CollectionNode) else ()
            parts = [part for one in inner for part in (one if isinstance(one, tuple) else (one,))]
            self._sizes[node] = 1 + sum(self._sizes[part] for part in parts)
        if node is not None and self._sizes.get(node, MAX_VALUES) >= MAX_VALUES:
            message = f"line {node.start_mark.line + 1} expands to more than {MAX_VALUES:,} values. Write them out."
            raise InputError(message)
        return node

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """Compose an object if its keys are scalars and unique."""
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if key.tag not in _OF_KEYS or not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key should be text", key.start_mark)
            if key.value in seen:
                message = f"line {key.start_mark.line + 1}: {shown(key.value)} is a duplicate key; keep one."
                raise InputError(message)
            seen.add(key.value)
        return node

    def construct_mapping(self, node: yaml.Node, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  As inherited.
        """Construct an object, even if a tag claims that something else is one."""
        if not isinstance(node, yaml.MappingNode):
            raise yaml.constructor.ConstructorError(None, None, "expected an object", node.start_mark)
        self.flatten_mapping(node)
        # Go's YAML makes a key of `~`, too.
        return {
            Misread(key.value, "null") if key.tag == f"{_TAG}null" else self.construct_object(key, deep=deep): (
                self.construct_object(value, deep=deep)
            )
            for key, value in node.value
        }

    def construct_null(self, node: yaml.Node) -> None:
        """Construct an empty value, if it is one."""
        if node.value not in NULLS:
            raise yaml.constructor.ConstructorError(None, None, "expected null", node.start_mark)

    def construct_misread(self, node: yaml.ScalarNode) -> Misread:
        """Construct a scalar that is not text."""
        return misread(self.construct_scalar(node)) or Misread(node.value, "value of an unknown type")


Loader.add_constructor(f"{_TAG}null", Loader.construct_null)
Loader.add_constructor(_MISREAD, Loader.construct_misread)


def load(path: Path) -> Mapping[str, Any]:
    """Read a file that holds an object, in YAML or JSON.

    Raises:
        InputError: It cannot be read, or it is something else.

    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            content = file.read(MAX_CHARACTERS + 1)
        found = parsed(content, path)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
    except UnicodeDecodeError:
        message = f"{path} is not a text file; it should be YAML or JSON in UTF-8."
    except InputError as error:
        message = f"{path}: {error}"
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where else ""
        message = f"{path}{line} is neither YAML nor JSON: {getattr(error, 'problem', None) or error}."
    else:
        if isinstance(found, Mapping):
            return found
        message = f"{path} is not a tenants file; it should be an object like acme: {{domain: acme.eu.auth0.com}}."
    raise InputError(message)


def parsed(content: str, path: Path) -> Any:
    """Parse the content of a file, whose name may say whether it is YAML or JSON."""
    if len(content) > MAX_CHARACTERS:
        message = f"it has more than {MAX_CHARACTERS:,} characters. Split the list into several files."
        raise InputError(message)
    # JSON is not always YAML: it may contain tabs, or characters written as surrogate pairs. Pulumi goes by the name.
    is_pulumi_s, is_json = path.name.startswith("Pulumi."), path.suffix == ".json"
    if is_json if is_pulumi_s else content.lstrip().startswith("{"):
        try:
            return from_json(content)
        except json.JSONDecodeError:
            if is_pulumi_s:
                raise
    return yaml.load(content, Loader=Loader)  # noqa: S506  It makes text, lists and objects only.
