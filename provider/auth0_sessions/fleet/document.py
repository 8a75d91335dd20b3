"""A file that lists tenants, completed in place; what is not set stays as it is written."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from auth0_sessions.errors import InputError, visible
from auth0_sessions.fleet.edits import (
    REMARK,
    Edit,
    Rows,
    applied,
    as_block,
    composed,
    dumped,
    is_block,
    keeps_comments,
    line_start,
    set_first,
    set_rows,
    step_of,
    without_remarks,
    written_out,
)
from auth0_sessions.fleet.loader import parsed
from auth0_sessions.fleet.stack import is_project_file
from auth0_sessions.model.scalars import Misread, from_json, texts
from auth0_sessions.model.spelling import camel_case

BOM = "\ufeff"


class Document:
    """A YAML or JSON file, already read by `read_tenants_file`, with a list of tenants under some keys.

    Tenants that no file lists become a new file.
    """

    def __init__(self, path: Path, keys: tuple[str, ...], tenants: Any = None) -> None:
        content = path.read_bytes().decode() if tenants is None else _new_file(tenants, keys)
        self._path, self._keys = path, keys
        self._start, text = content[: content.startswith(BOM)], content.removeprefix(BOM)
        self.is_json = _is_json(text)
        self.line_end = "\r\n" if "\r\n" in text else "\n"
        self._meant: Any = _like_yaml(parsed(text, path))
        self._objects = self._on_the_way()
        self._listed = self._objects[-1]
        self._before = text if self.is_json else without_remarks(text)
        self._step = step_of(self._before)
        self._text = self._in_blocks(self._before if self._before.endswith("\n") else f"{self._before}{self.line_end}")
        self._changed: dict[str, dict[str, str | None]] = {}
        self._beside: dict[str, str] = {}
        self._first: list[str] = []
        self._above: defaultdict[str, list[str]] = defaultdict(list)

    def _on_the_way(self) -> list[Any]:
        """Return what the file holds under no key, under the first key, and so on to the list."""
        found = [self._meant]
        for key in self._keys:
            if isinstance(found[-1][key], str):
                if is_project_file(self._path) and key != "value":
                    message = f"{self._path}: {key} is JSON text and cannot be edited. Put an object under `value:`."
                    raise InputError(message)
                found[-1][key] = _like_yaml(from_json(found[-1][key]))
            found.append(found[-1][key])
        return found

    def _in_blocks(self, text: str) -> str:
        """Return a text in which the list, and what it stands in, are blocks, and the list has no aliases or merges."""
        for depth, (key, node) in enumerate(self._nodes(text)):
            if is_block(node):
                continue
            written = dumped(self._objects[depth], self._step)
            if key is None:
                return written.replace("\n", self.line_end)
            text = applied(text, as_block(text, key, node, written, self._step), self.line_end)
            break
        *_, (_, listed) = self._nodes(text)
        return applied(text, written_out(text, listed, self._listed), self.line_end)

    def _nodes(self, text: str) -> Iterator[tuple[Any, Any]]:
        """Yield each key on the way to the list, and its value; None for the whole file, which comes first."""
        node = composed(text)
        yield None, node
        for name in self._keys:
            found = [pair for pair in node.value if pair[0].value == name]
            if not found:
                message = f"{self._path}: the list of tenants comes from a merge (<<). Write it out to edit it."
                raise InputError(message)
            ((key, node),) = found
            yield key, node

    def key_of(self, name: str, field: str) -> str:
        """Return a field's key as a tenant's entry spells it: camelCase, unless the entry already uses snake_case."""
        keys = self._listed[name]
        is_snake_case = field in keys or (camel_case(field) not in keys and any("_" in key for key in keys))
        return field if is_snake_case else camel_case(field)

    @property
    def tenants(self) -> Any:
        """The tenants as a reader should find them now."""
        return texts(self._listed, str(self._path))

    def say_first(self, sentences: Iterable[str]) -> None:
        """Add comment lines at the top of the file."""
        self._first.extend(sentences)

    def say_of(self, name: str, sentences: Iterable[str]) -> None:
        """Add comment lines above a tenant's entry."""
        self._above[name].extend(sentences)

    def set_beside(self, key: str, value: str) -> None:
        """Set a value next to the list of tenants."""
        self._beside[key] = self._objects[-2][key] = value

    def complete(self, name: str, rows: Rows) -> None:
        """Set fields of a tenant's entry, and remove those whose value is None."""
        changed = {self.key_of(name, field): value for field, value in rows.items()}
        self._changed[name] = changed
        entry = {**self._listed[name], **changed}
        self._listed[name] = {key: value for key, value in entry.items() if key not in changed or value is not None}

    def text(self) -> str:
        """Return the file as it is now, in YAML.

        Raises:
            InputError: It would not be read as it is meant, or lose a comment.

        """
        edited = applied(self._text, self._edits(), self.line_end)
        if self._reads(edited) and (self.is_json or keeps_comments(self._before, edited)):
            return self._start + edited
        message = (
            f"{self._path} cannot be completed without changing something else in it, such as a comment inside braces. "
            "Write its list of tenants as plain blocks."
        )
        raise InputError(message)

    def json(self) -> str:
        """Return the file as it is now, in JSON, which has no comments.

        Raises:
            InputError: It has a value that JSON does not have.

        """
        text = json.dumps(self._meant, indent=2, default=self._in_json) + "\n"
        return self._start + text.replace("\n", self.line_end)

    def _reads(self, text: str) -> bool:
        """Return whether a text is read as this file should be."""
        try:
            return bool(_like_yaml(parsed(text.removeprefix(BOM), Path())) == self._meant)
        except (InputError, yaml.YAMLError, ValueError):
            return False

    def _in_json(self, value: Misread) -> Any:
        try:
            return json.loads(value.source.lower())
        except ValueError:
            message = f"{self._path}: {value} cannot be written as JSON. Choose an output in YAML."
            raise InputError(message) from None

    def _edits(self) -> Iterator[Edit]:
        text, nodes = self._text, [node for _, node in self._nodes(self._text)]
        yield Edit(0, 0, _remarks(self._first, ""))
        if self._beside:
            yield from set_first(text, nodes[-2], self._beside)
        for key, entry in nodes[-1].value:
            start = line_start(text, key)
            yield Edit(start, start, _remarks(self._above[key.value], " " * key.start_mark.column))
            changed = self._changed.get(key.value)
            if changed and is_block(entry):
                yield from set_rows(text, entry, changed)
            elif changed:
                yield from as_block(text, key, entry, dumped(self._listed[key.value], self._step), self._step)


def _new_file(tenants: Any, keys: tuple[str, ...]) -> str:
    """Return a file with tenants under some keys."""
    for key in reversed(keys):
        tenants = {key: tenants}
    return dumped(tenants, 2)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _like_yaml(value: Any) -> Any:
    """Return a value with booleans as YAML has them."""
    if isinstance(value, bool):
        return Misread(json.dumps(value), "boolean")
    if isinstance(value, Mapping):
        return {key: _like_yaml(inner) for key, inner in value.items()}
    return [*map(_like_yaml, value)] if isinstance(value, list) else value


def _remarks(sentences: Iterable[str], column: str) -> str:
    lines = (line for sentence in sentences for line in visible(sentence).splitlines())
    return "".join(f"{column}{REMARK}{line}\n" for line in lines)
