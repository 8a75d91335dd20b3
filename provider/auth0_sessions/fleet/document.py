"""Edits a file that lists tenants; what is not set stays as it is written."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import yaml
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from auth0_sessions.errors import InputError, visible
from auth0_sessions.fleet.lines import REMARK, as_written, keeps_comments, lines_of, without_remarks
from auth0_sessions.fleet.loader import parsed
from auth0_sessions.fleet.rows import containers, copied, dumped, library, own, remove_row, set_row, styled, unfold
from auth0_sessions.fleet.stack import is_project_file
from auth0_sessions.model.scalars import Misread, from_json, texts
from auth0_sessions.model.spelling import camel_case

BOM = "\ufeff"

Rows = Mapping[str, str | None]
"""Field or key -> its value; None removes it."""


class Document:
    """A YAML or JSON file, already read by `read_tenants_file`, with a list of tenants under some keys.

    Tenants that no file lists become a new file.
    """

    def __init__(self, path: Path, keys: tuple[str, ...], tenants: Any = None) -> None:
        content = path.read_bytes().decode() if tenants is None else _new_file(tenants, keys)
        self._path, self._keys = path, keys
        self.line_end = "\r\n" if "\r\n" in content else "\n"
        self._start, text = content[: content.startswith(BOM)], content.removeprefix(BOM)
        self._meant: Any = _unshared(parsed(text, path))
        self._above: defaultdict[str | None, list[str]] = defaultdict(list)
        self.is_json = _is_json(text)
        if not self.is_json:
            text = without_remarks(text)
            text += "" if text.endswith("\n") else self.line_end
        self._before, self._yaml = text, library(text)
        self._root: CommentedMap = styled(json.loads(text)) if self.is_json else self._load()
        self._dumped = dumped(self._root, self._yaml)
        self._tenants, self._listed = self._detached()

    def _load(self) -> CommentedMap:
        try:
            return cast("CommentedMap", self._yaml.load(self._before.replace("\r\n", "\n")))
        except (YAMLError, ValueError, NotImplementedError) as error:
            # The library has no place for some comments, and says so in its own terms.
            problem = getattr(error, "problem", None) or "a comment stands between a key and its value"
            message = f"{self._path} cannot be edited: {problem}. Write its list of tenants as plain blocks."
            raise InputError(message) from None

    def _detached(self) -> tuple[CommentedMap, dict[str, Any]]:
        """Return the list, as it is edited and as it should be read, in which an edit changes nothing else."""
        uses = Counter(map(id, containers(self._root)))
        node, meant = self._root, self._meant
        for key in self._keys:
            if key not in own(node):
                message = f"{self._path}: the list of tenants comes from a merge (<<). Write it out to edit it."
                raise InputError(message)
            if isinstance(node[key], str):
                self._check_editable(key)
                meant[key], node[key] = from_json(node[key]), styled(json.loads(node[key]))
            elif uses[id(node[key])] > 1:
                node[key] = copied(node[key])
            node.fa.set_block_style()
            node, meant = node[key], meant[key]
        node.fa.set_block_style()
        _write_out(node, uses)
        return node, meant

    def _check_editable(self, key: str) -> None:
        """Check that JSON text can become an object: in a project's file, Pulumi takes one only as a declared value."""
        if is_project_file(self._path) and key != "value":
            message = f"{self._path}: {key} is JSON text and cannot be edited. Put an object under `value:`."
            raise InputError(message)

    def key_of(self, name: str, field: str) -> str:
        """Return a field's key as a tenant's entry spells it: camelCase, unless the entry already uses snake_case."""
        keys = self._listed[name]
        is_snake_case = field in keys or (camel_case(field) not in keys and any("_" in key for key in keys))
        return field if is_snake_case else camel_case(field)

    @property
    def tenants(self) -> Any:
        """The tenants as a reader should find them now."""
        return texts(self._listed, str(self._path))

    def say(self, sentences: Iterable[str], name: str | None = None) -> None:
        """Add comment lines above a tenant's entry, or at the top of the file."""
        self._above[name].extend(sentences)

    def set_beside(self, key: str, value: str) -> None:
        """Set a value next to the list of tenants."""
        self._meant[key] = value
        if key in own(self._root):
            set_row(self._root, key, value)
        else:
            self._root.insert(0, key, value)

    def complete(self, name: str, rows: Rows) -> None:
        """Set fields of a tenant's entry, and remove those whose value is None."""
        keyed = {self.key_of(name, field): value for field, value in rows.items()}
        entry = self._tenants[name]
        if any(value is None and key in entry.keys() - own(entry) for key, value in keyed.items()):
            # What comes from a merge can only be removed where it is written out.
            entry = self._tenants[name] = copied(entry)
        if keyed and entry.fa.flow_style():
            unfold(self._tenants, name)
        for key, value in keyed.items():
            if value is None:
                self._listed[name].pop(key, None)
                remove_row(entry, key)
            else:
                self._listed[name][key] = value
                set_row(entry, key, value)

    def text(self) -> str:
        """Return the file as it is now, in YAML.

        Raises:
            InputError: It would not be read as it is meant, or lose a comment.

        """
        edited = dumped(self._root, self._yaml)
        unchanged = [] if self.is_json else [as_written(self._before, self._dumped, edited, self.line_end)]
        for text in (*unchanged, edited.replace("\n", self.line_end)):
            if self._is_meant(text) and (self.is_json or keeps_comments(self._before, text)):
                return self._start + self._commented(text)
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

    def _is_meant(self, text: str) -> bool:
        """Return whether a text is read as this file should be."""
        try:
            return bool(_unshared(parsed(text, Path())) == self._meant)
        except (InputError, yaml.YAMLError, ValueError):
            return False

    def _in_json(self, value: Misread) -> Any:
        try:
            return json.loads(value.source.lower())
        except ValueError:
            message = f"{self._path}: {value} cannot be written as JSON. Choose an output in YAML."
            raise InputError(message) from None

    def _commented(self, text: str) -> str:
        """Return a text with what is said at its top and above entries."""
        remarks = defaultdict(list, {0: _remarks(self._above[None], "")})
        node = cast("yaml.MappingNode", yaml.compose(text, Loader=yaml.SafeLoader))
        for key in self._keys:
            (node,) = [inner for outer, inner in node.value if outer.value == key]
        for name, _ in node.value:
            start = name.start_mark
            remarks[start.line] += _remarks(self._above[name.value], " " * start.column)
        made: list[str] = []
        for number, line in enumerate(lines_of(text)):
            made.extend(f"{remark}{self.line_end}" for remark in remarks[number])
            made.append(line)
        return "".join(made)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _write_out(tenants: CommentedMap, uses: Mapping[int, int]) -> None:
    """Replace each entry that shares text with another part of the file by a copy."""
    entries = {id(entry) for entry in tenants.values()}
    for name, entry in list(tenants.items()):
        merges_another = any(id(source) in entries for source in getattr(entry, "merge", ()))
        if uses[id(entry)] > 1 or merges_another or name not in own(tenants):
            tenants[name] = copied(entry)


def _remarks(sentences: Iterable[str], indent: str) -> list[str]:
    return [f"{indent}{REMARK}{line}" for sentence in sentences for line in visible(sentence).splitlines()]


def _unshared(value: Any) -> Any:
    """Return a value whose parts are each used once, with booleans as YAML has them."""
    if isinstance(value, bool):
        return Misread(json.dumps(value), "boolean")
    if isinstance(value, Mapping):
        return {key: _unshared(inner) for key, inner in value.items()}
    return [*map(_unshared, value)] if isinstance(value, list) else value


def _new_file(tenants: Any, keys: tuple[str, ...]) -> str:
    """Return a file with tenants under some keys."""
    for key in reversed(keys):
        tenants = {key: tenants}
    return dumped(styled(tenants), library(""))
