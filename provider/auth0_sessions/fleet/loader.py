"""Parses YAML and JSON as Pulumi does, into text, lists, objects, and scalars that Pulumi does not read as text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import count
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
_TEXT, _NULL, _MERGE, _MISREAD = (f"{_TAG}{kind}" for kind in ("str", "null", "merge", "misread"))


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
    except (yaml.YAMLError, ValueError) as error:
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
    try:
        root = yaml.compose(content, Loader=_Loader)
        return None if root is None else _value(root, count())
    except RecursionError:
        message = "it is nested too deeply."
        raise InputError(message) from None


class _Misplaced(yaml.MarkedYAMLError):
    def __init__(self, node: yaml.Node, problem: str) -> None:
        super().__init__(problem=problem, problem_mark=node.start_mark)


class _Loader(yaml.SafeLoader):
    """Takes a scalar for text where Go's YAML does: `no` is text, `0042` is not."""

    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: Any) -> str:
        """Return the tag of a node that has none."""
        if value is None or not (kind is yaml.ScalarNode and implicit[0]):
            return str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]
        if value in NULLS:
            return _NULL
        if value == "<<":
            return _MERGE
        return _MISREAD if misread(value) else _TEXT


def _value(node: yaml.Node, counter: Iterator[int]) -> Any:
    """Return what a node holds; `counter` counts the values, as nested aliases turn a few lines into a huge list."""
    if next(counter) >= MAX_VALUES:
        message = f"line {node.start_mark.line + 1} expands to more than {MAX_VALUES:,} values. Write them out."
        raise InputError(message)
    if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
        return _object(node, counter)
    if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
        return [_value(inner, counter) for inner in node.value]
    if node.tag == _TEXT and isinstance(node, yaml.ScalarNode):
        return node.value
    if node.tag == _NULL and node.value in NULLS:
        return None
    if node.tag == _MISREAD:
        return misread(node.value)
    raise _Misplaced(node, "a value does not fit its tag")


def _object(node: yaml.MappingNode, counter: Iterator[int]) -> dict[Any, Any]:
    """Return an object whose keys are unique, so that no tenant is lost."""
    found: dict[Any, Any] = {}
    merged: dict[Any, Any] = {}
    seen = set()
    for key, value in node.value:
        if key.tag not in (_TEXT, _NULL, _MERGE, _MISREAD) or not isinstance(key, yaml.ScalarNode):
            raise _Misplaced(key, "a key should be text")
        if key.value in seen:
            message = f"line {key.start_mark.line + 1}: {shown(key.value)} is a duplicate key; keep one."
            raise InputError(message)
        seen.add(key.value)
        if key.tag == _MERGE:
            merged = _merged(value, counter)
        else:
            # Go's YAML makes a key of `~`, too.
            name = Misread(key.value, "null") if key.tag == _NULL else _value(key, counter)
            found[name] = _value(value, counter)
    return {**merged, **found}


def _merged(node: yaml.Node, counter: Iterator[int]) -> dict[Any, Any]:
    """Return what an object merges: another object, or the objects of a list, the first of which takes precedence."""
    merged = _value(node, counter)
    found: dict[Any, Any] = {}
    for one in reversed(merged if isinstance(merged, list) else [merged]):
        if not isinstance(one, dict):
            raise _Misplaced(node, "only objects can be merged")
        found |= one
    return found
