"""Edits a tenants file in place; everything that is not set stays as it is written."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import copy
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
_OPENING = re.compile(r"\s*:(?:\s*&\S+)?")
_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*")
_LINE_END = re.compile("(?<=[\n\x85\u2028\u2029])")
"""The ends of lines as YAML counts them."""

Pair = tuple[yaml.Node, yaml.Node]


@dataclass(frozen=True)
class Row:
    """A value and its trailing comment."""

    value: str
    phrases: tuple[str, ...] = ()


Rows = Mapping[str, Row | None]
"""Field or key -> its value; None removes it."""


class _Marked(yaml.SafeLoader):
    """Composes an alias as a node of its own, with the marks of the place where it is used."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        node = super().compose_node(parent, index)
        if isinstance(event, yaml.AliasEvent):
            node = copy(node)
            vars(node).update(start_mark=event.start_mark, end_mark=event.end_mark, style="*", flow_style="*")
        return node


class _AsWritten(Loader):
    """Loads a scalar that is not text as it is written."""

    def construct_as_written(self, node: yaml.ScalarNode) -> str:
        """Construct a scalar."""
        return str(node.value)


_AsWritten.add_constructor("!misread", _AsWritten.construct_as_written)


class Document:
    """A YAML or JSON file, already read by `read_tenants_file`, with a list of tenants under some keys.

    `is_own` recognizes a phrase that an earlier export added to a comment.
    """

    def __init__(self, path: Path, keys: tuple[str, ...], is_own: re.Pattern[str]) -> None:
        content = path.read_text(encoding="utf-8-sig")
        try:
            text, self.is_json = _dumped(json.loads(content)), True
        except ValueError:
            text, self.is_json = _in_blocks(path, content, keys), False
        self._is_own = is_own
        self._text = text.removesuffix("\n") + "\n"
        self._lines = _LINE_END.split(self._text)
        self._above: defaultdict[int, str] = defaultdict(str)
        self._root = _composed(self._text)
        self._tenants = _pairs(_inside(self._root, keys))
        values = yaml.load(self._text, Loader=_AsWritten)  # noqa: S506  It makes text, lists and objects only.
        for key in keys:
            values = values[key]
        self._values: Mapping[str, Mapping[str, Any]] = values

    def key_of(self, name: str, field: str) -> str:
        """Return a field's key as a tenant's entry spells it: camelCase, unless the entry already uses snake_case."""
        keys = self._values[name]
        return field if field in keys or any("_" in key for key in keys) else camel_case(field)

    def say_first(self, sentences: Iterable[str]) -> None:
        """Add comment lines at the top of the file."""
        self._above[0] = _remarks(sentences, 0) + self._above[0]

    def say_of(self, name: str, sentences: Iterable[str]) -> None:
        """Add comment lines above a tenant's entry."""
        start = self._tenants[name][0].start_mark
        self._above[start.line] += _remarks(sentences, start.column)

    def set_beside(self, key: str, value: str) -> None:
        """Set a value next to the list of tenants."""
        pairs, rows, start = _pairs(self._root), {key: Row(value)}, self._root.start_mark
        if key in pairs:
            self._replace(pairs[key], rows, start.column)
        else:
            self._above[start.line] += _lines(rows, start.column)

    def complete(self, name: str, rows: Rows) -> None:
        """Set fields of a tenant's entry, and remove those whose row is None."""
        entry = self._tenants[name][1]
        pairs = _pairs(entry)
        keyed = {self.key_of(name, field): row for field, row in rows.items()}
        if "<<" in pairs or (keyed and _is_flow(entry)):
            self._rewrite(name, keyed)
            return
        width, column = _width(keyed), next(iter(pairs.values()))[0].start_mark.column
        for key in keyed.keys() & pairs.keys():
            self._replace(pairs[key], {key: keyed[key]}, column, width)
        new = {key: row for key, row in keyed.items() if key not in pairs}
        self._lines[_last_line(entry)] += _lines(new, column, width)

    def _replace(self, pair: Pair, rows: Rows, column: int, width: int = 0) -> None:
        """Replace a row, and keep what others wrote in its comment."""
        start, end = pair[0].start_mark.line, _last_line(pair[1]) + 1
        comments = _COMMENT.findall("".join(self._lines[start:end]))
        phrases = [phrase for comment in comments for phrase in comment.lstrip("#").strip().split("; ")]
        theirs = tuple(phrase for phrase in phrases if phrase and not self._is_own.fullmatch(phrase))
        self._put(start, end, _lines(rows, column, width, theirs))

    def _rewrite(self, name: str, keyed: Rows) -> None:
        """Rewrite an entry as a block: braces leave no room for comments, and a merge depends on another entry."""
        key, entry = self._tenants[name]
        pairs, start = _pairs(entry), key.start_mark
        before, end = start.index - start.column, _last_line(entry) + 1
        opening = cast("re.Match[str]", _OPENING.match(self._text, key.end_mark.index)).end()
        comments = _COMMENT.findall("".join(self._lines[start.line : end])[opening - before :])
        old = {
            each: Row(self._source(pairs.get(each), value))
            for each, value in self._values[name].items()
            if each not in keyed
        }
        block = "".join(f"{' ' * (start.column + 2)}{comment}\n" for comment in comments)
        block += _lines({**old, **keyed}, start.column + 2, _width(keyed))
        self._put(start.line, end, f"{self._text[before:opening]}\n{block}")

    def _put(self, start: int, end: int, text: str) -> None:
        """Replace some lines."""
        self._lines[start:end] = [text, *[""] * (end - start - 1)]

    def text(self) -> str:
        """Return the file as it is now, in YAML."""
        return "".join(f"{self._above[number]}{line}" for number, line in enumerate(self._lines))

    def json(self) -> str:
        """Return the file as it is now, in JSON, which has no comments."""
        loader = yaml.SafeLoader if self.is_json else _AsWritten
        return json.dumps(yaml.load(self.text(), Loader=loader), indent=2) + "\n"  # noqa: S506  Both loaders are safe.

    def _source(self, pair: Pair | None, value: Any) -> str:
        """Return a value as written in the file, or as JSON if it is not written out there on one line."""
        if pair is None or not isinstance(pair[1], yaml.ScalarNode) or pair[1].style in ("|", ">", "*"):
            return json.dumps(value)
        source = self._text[pair[1].start_mark.index : pair[1].end_mark.index]
        return json.dumps(value) if "\n" in source else source


def _dumped(found: object) -> str:
    return yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=1_000_000)


def _composed(text: str) -> yaml.MappingNode:
    return cast("yaml.MappingNode", yaml.compose(text, Loader=_Marked))


def _pairs(node: yaml.Node) -> dict[str, Pair]:
    return {key.value: (key, value) for key, value in node.value}


def _inside(root: yaml.Node, keys: Iterable[str]) -> yaml.Node:
    for key in keys:
        _, root = _pairs(root)[key]
    return root


def _last_line(node: yaml.Node) -> int:
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        return _last_line(node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1])
    # A block scalar ends where the next line begins.
    return node.end_mark.line - (node.end_mark.column == 0)


def _is_flow(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def _in_blocks(path: Path, content: str, keys: tuple[str, ...]) -> str:
    """Return a file's text with each tenant on its own lines."""
    text = _REMARKS.sub("", content)
    root = _composed(text)
    try:
        node = _inside(root, keys)
    except KeyError:
        message = f"{path}: the list of tenants comes from a merge (<<). Write it out, so that it can be edited."
        raise InputError(message) from None
    if isinstance(node, yaml.ScalarNode):
        column = _pairs(_inside(root, keys[:-1]))[keys[-1]][0].start_mark.column + 2
        block = indented(_dumped(json.loads(node.value)), " " * column).removesuffix("\n")
        # A block scalar ends where the next line begins.
        end = "" if node.end_mark.column else "\n"
        return f"{text[: node.start_mark.index].rstrip()}\n{block}{end}{text[node.end_mark.index :]}"
    if not any(getattr(_inside(root, keys[:depth]), "flow_style", None) is True for depth in range(len(keys) + 1)):
        return text
    if _COMMENT.search(text):
        message = f"{path}: the list of tenants is in braces. Write it as a block, so that its comments have a place."
        raise InputError(message)
    return _dumped(yaml.load(text, Loader=_AsWritten))  # noqa: S506  It makes text, lists and objects only.


def _remarks(sentences: Iterable[str], column: int) -> str:
    lines = [line for sentence in sentences for line in visible(sentence).splitlines()]
    return "".join(f"{' ' * column}{REMARK}{line}\n" for line in lines)


def _width(rows: Rows) -> int:
    """Return the width of the longest row with a comment."""
    return max((len(f"{key}: {row.value}") for key, row in rows.items() if row and row.phrases), default=0)


def _lines(rows: Rows, column: int, width: int = 0, theirs: tuple[str, ...] = ()) -> str:
    """Return a line for each row, with its comment; a removed row leaves the part of its comment that is not ours."""
    lines = []
    for key, row in rows.items():
        phrases = (*row.phrases, *theirs) if row else theirs
        comment = f"# {'; '.join(phrases)}" if phrases else ""
        assigned = f"{key}: {row.value}".rstrip() if row else ""
        lines.append(f"{assigned:<{width}}  {comment}" if assigned and comment else assigned + comment)
    return "".join(f"{' ' * column}{line}\n" for line in lines if line)
