"""Edits a tenants file in place; everything that is not set stays as it is written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent as indented
from typing import Any, cast

import yaml

from auth0_sessions.errors import InputError, visible
from auth0_sessions.fleet.loader import Loader
from auth0_sessions.model.spelling import camel_case

REMARK = "# export: "
"""The prefix of comment lines that an export adds; the next export removes them."""

_REMARKS = re.compile(rf"^[ \t]*{REMARK}.*\n?", re.MULTILINE)
_ALIAS = re.compile(r"\s*:\s*\*[^\s,}\]]+")
_OPENING = re.compile(r"\s*:(?:\s*&\S+)?")
_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*")
_MERGE = "<<"

Pair = tuple[yaml.Node, yaml.Node]


@dataclass(frozen=True)
class Row:
    """A value and its trailing comment."""

    value: str
    phrases: tuple[str, ...] = ()


Rows = Mapping[str, Row | None]
"""Field or key -> its value; None removes it."""


class Document:
    """A YAML or JSON file, already read by `read_tenants_file`, with a list of tenants under some keys.

    `is_own` recognizes a phrase that an earlier export added to a comment.
    """

    def __init__(self, path: Path, keys: tuple[str, ...], is_own: re.Pattern[str]) -> None:
        content = path.read_text(encoding="utf-8-sig")
        self.is_json = _is_json(content)
        self._is_own = is_own
        self._text = _dumped(json.loads(content)) if self.is_json else _in_blocks(path, content, keys)
        self._edits: list[tuple[int, int, str]] = []
        self._root = _composed(self._text)
        self._tenants = _pairs(_inside(self._root, keys))
        values = yaml.load(self._text, Loader=Loader)  # noqa: S506  It makes text, lists and objects only.
        for key in keys:
            values = values[key]
        self._values: Mapping[str, Mapping[str, Any]] = values

    def key_of(self, name: str, field: str) -> str:
        """Return a field's key as a tenant's entry spells it: camelCase, unless the entry already uses snake_case."""
        keys = self._values[name]
        return field if field in keys or any("_" in key for key in keys) else camel_case(field)

    def say_first(self, sentences: Iterable[str]) -> None:
        """Add comment lines at the top of the file."""
        self._edits.insert(0, (0, 0, _remarks(sentences, 0)))

    def say_of(self, name: str, sentences: Iterable[str]) -> None:
        """Add comment lines above a tenant's entry."""
        start, column = _line_start(self._tenants[name][0])
        self._edits.append((start, start, _remarks(sentences, column)))

    def set_beside(self, key: str, value: str) -> None:
        """Set values next to the list of tenants."""
        pairs, start = _pairs(self._root), self._root.start_mark.index
        if key in pairs:
            self._edits.append((*self._span(pairs[key]), f" {value}"))
        else:
            self._edits.append((start, start, f"{key}: {value}\n"))

    def complete(self, name: str, rows: Rows) -> None:
        """Set fields of a tenant's entry, and remove those whose row is None."""
        pairs = _pairs(self._tenants[name][1])
        keyed = {self.key_of(name, field): row for field, row in rows.items()}
        if _MERGE in pairs or (keyed and _is_flow(self._tenants[name][1])):
            self._rewrite(name, keyed)
            return
        indent = " " * next(iter(pairs.values()))[0].start_mark.column
        width = _width(keyed)
        for key in keyed.keys() & pairs.keys():
            (start, _), end = _line_start(pairs[key][0]), self._end_of(pairs[key])
            lines = [indent + line for line in _lines({key: keyed[key]}, width, self._comment_of(pairs[key]))]
            # Removing a line also removes the newline before it.
            self._edits.append((start, end, lines[0]) if lines else (start - 1, end, ""))
        end = max(map(self._end_of, pairs.values()))
        new = {key: row for key, row in keyed.items() if key not in pairs}
        self._edits.append((end, end, "".join(f"\n{indent}{line}" for line in _lines(new, width))))

    def _rewrite(self, name: str, keyed: Rows) -> None:
        """Rewrite an entry as a block: braces leave no room for comments, and a merge depends on another entry."""
        key, entry = self._tenants[name]
        pairs, indent = _pairs(entry), " " * (key.start_mark.column + 2)
        end = self._end_of_line(entry.end_mark.index) if _is_flow(entry) else max(map(self._end_of, pairs.values()))
        old = {
            each: Row(self._source(pairs[each]) if each in pairs else json.dumps(value))
            for each, value in self._values[name].items()
            if each not in keyed
        }
        start = key.end_mark.index
        opening = cast("re.Match[str]", _OPENING.match(self._text, start))
        comments = _COMMENT.findall(self._text[start:end])
        block = [*comments, *_lines({**old, **keyed}, _width(keyed))]
        self._edits.append((start, end, opening[0] + "".join(f"\n{indent}{line}" for line in block)))

    def text(self) -> str:
        """Return the file as it is now, in YAML."""
        done, pieces = 0, []
        for start, end, new in sorted(self._edits, key=lambda edit: edit[0]):
            pieces += [self._text[done:start], new]
            done = end
        return f"{''.join(pieces)}{self._text[done:]}".removesuffix("\n") + "\n"

    def json(self) -> str:
        """Return the file as it is now, in JSON, which has no comments."""
        loader = yaml.SafeLoader if self.is_json else Loader
        return json.dumps(yaml.load(self.text(), Loader=loader), indent=2) + "\n"  # noqa: S506  Both loaders are safe.

    def _span(self, pair: Pair) -> tuple[int, int]:
        """Return the span of the text after a key's colon; an alias node has the marks of its target."""
        key, value = pair
        start, end = key.end_mark.index, value.end_mark.index
        if value.start_mark.index < start:
            end = cast("re.Match[str]", _ALIAS.match(self._text, start)).end()
        # A block scalar ends where the next line begins.
        colon = self._text.find(":", start, end)
        return max(start, colon + 1), end - self._text[start:end].endswith("\n")

    def _source(self, pair: Pair) -> str:
        """Return a value as written in the file, on one line."""
        return " ".join(_COMMENT.sub("", self._text[slice(*self._span(pair))]).split())

    def _end_of(self, pair: Pair) -> int:
        """Return the end of a value's line."""
        return self._end_of_line(self._span(pair)[1])

    def _end_of_line(self, index: int) -> int:
        end = self._text.find("\n", index)
        return len(self._text) if end < 0 else end

    def _comment_of(self, pair: Pair) -> tuple[str, ...]:
        """Return the phrases of a value's comment that an export did not add."""
        comments = _COMMENT.findall(self._text[self._span(pair)[0] : self._end_of(pair)])
        phrases = [phrase for comment in comments for phrase in comment.lstrip("#").strip().split("; ")]
        return tuple(phrase for phrase in phrases if phrase and not self._is_own.fullmatch(phrase))


def _is_json(content: str) -> bool:
    try:
        return isinstance(json.loads(content), dict)
    except ValueError:
        return False


def _dumped(found: object) -> str:
    return yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=1_000_000)


def _composed(text: str) -> yaml.MappingNode:
    return cast("yaml.MappingNode", yaml.compose(text, Loader=Loader))


def _pairs(node: yaml.Node) -> dict[str, Pair]:
    return {key.value: (key, value) for key, value in node.value}


def _inside(root: yaml.Node, keys: Iterable[str]) -> yaml.Node:
    for key in keys:
        _, root = _pairs(root)[key]
    return root


def _is_flow(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def _in_blocks(path: Path, content: str, keys: tuple[str, ...]) -> str:
    """Return a file's text with each tenant on its own lines."""
    text = _REMARKS.sub("", content)
    root = _composed(text)
    node = _inside(root, keys)
    if isinstance(node, yaml.ScalarNode):
        column = _pairs(_inside(root, keys[:-1]))[keys[-1]][0].start_mark.column + 2
        block = indented(_dumped(json.loads(node.value)), " " * column).removesuffix("\n")
        return f"{text[: node.start_mark.index].rstrip()}\n{block}{text[node.end_mark.index :]}"
    if not any(_is_flow(_inside(root, keys[:depth])) for depth in range(len(keys) + 1)):
        return text
    if _COMMENT.search(text):
        message = f"{path}: the list of tenants is in braces. Write it as a block, so that its comments have a place."
        raise InputError(message)
    return _dumped(yaml.load(text, Loader=Loader))  # noqa: S506  It makes text, lists and objects only.


def _line_start(node: yaml.Node) -> tuple[int, int]:
    """Return where the line of a key starts, and the key's column."""
    return node.start_mark.index - node.start_mark.column, node.start_mark.column


def _remarks(sentences: Iterable[str], column: int) -> str:
    lines = [line for sentence in sentences for line in visible(sentence).splitlines()]
    return "".join(f"{' ' * column}{REMARK}{line}\n" for line in lines)


def _width(rows: Rows) -> int:
    """Return the width of the longest row with a comment."""
    return max((len(f"{key}: {row.value}") for key, row in rows.items() if row and row.phrases), default=0)


def _lines(rows: Rows, width: int, theirs: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield a line for each row, with its comment; a removed row leaves the part of its comment that is not ours."""
    for key, row in rows.items():
        phrases = (*row.phrases, *theirs) if row else theirs
        comment = f"# {'; '.join(phrases)}" if phrases else ""
        assigned = f"{key}: {row.value}".rstrip() if row else ""
        line = f"{assigned:<{width}}  {comment}" if assigned and comment else assigned + comment
        if line:
            yield line
