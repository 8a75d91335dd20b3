"""Edits of a YAML text by the places of its nodes: everything else stays as it is written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from textwrap import indent
from typing import Any, NamedTuple

import yaml

from auth0_sessions.model.scalars import Misread, misread

REMARK = "# export: "
"""The prefix of comment lines that an export adds; the next export removes them."""

_MERGE = "tag:yaml.org,2002:merge"
_STEP = re.compile(r"^( +)[^ #\r\n]", re.MULTILINE)
_COMMENT = re.compile(r"#[^\r\n]*")

Rows = Mapping[str, str | None]
"""Key -> its value; None removes it."""


class Edit(NamedTuple):
    """New text for the characters from `start` to `end`."""

    start: int
    end: int
    text: str


def composed(text: str) -> Any:
    """Return the root of a YAML text, in which each alias has a node of its own."""
    return yaml.compose(text, Loader=_Composer)


class _Alias(yaml.Node):
    """The place where an alias is used, with the value of what it stands for."""

    def __init__(self, event: Any, node: yaml.Node) -> None:
        super().__init__(node.tag, node.value, event.start_mark, event.end_mark)


class _Composer(yaml.SafeLoader):
    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        node = super().compose_node(parent, index)
        return _Alias(event, node) if node and isinstance(event, yaml.AliasEvent) else node


def is_block(node: yaml.Node) -> bool:
    """Return whether a node is an object with a row for each key."""
    return isinstance(node, yaml.MappingNode) and not node.flow_style


def applied(text: str, edits: Iterable[Edit], line_end: str) -> str:
    """Return a text with edits, none of which overlap."""
    parts, place = [], 0
    for edit in sorted(edits, key=lambda edit: edit[:2]):
        parts += [text[place : edit.start], edit.text.replace("\n", line_end)]
        place = edit.end
    return "".join([*parts, text[place:]])


def set_rows(text: str, entry: yaml.MappingNode, rows: Rows) -> Iterator[Edit]:
    """Yield the edits that set rows of a block; new ones stand behind the others."""
    kept = entry.value[0]
    for key, value in entry.value:
        if key.value not in rows:
            kept = key, value
        elif (new := rows[key.value]) is None:
            yield _without_row(text, key, value)
        else:
            kept = key, value
            yield _with_value(text, value, new)
    place = _line_end(text, _end_of(text, kept[1]))
    yield Edit(place, place, "".join(f"\n{row}" for row in _new_rows(entry, rows)))


def set_first(text: str, entry: yaml.MappingNode, rows: Mapping[str, str]) -> Iterator[Edit]:
    """Yield the edits that set rows of a block; new ones stand before the others."""
    yield from (_with_value(text, value, rows[key.value]) for key, value in entry.value if key.value in rows)
    place = line_start(text, entry.value[0][0])
    yield Edit(place, place, "".join(f"{row}\n" for row in _new_rows(entry, rows)))


def _new_rows(entry: yaml.MappingNode, rows: Rows) -> list[str]:
    there = {key.value for key, _ in entry.value}
    column = " " * entry.value[0][0].start_mark.column
    return [f"{column}{name}: {value}" for name, value in rows.items() if name not in there and value is not None]


def _with_value(text: str, value: yaml.Node, new: str) -> Edit:
    start = value.start_mark.index
    space = " " if text[start - 1] == ":" else ""
    return Edit(start, _end_of(text, value), f"{space}{new}")


def _without_row(text: str, key: yaml.Node, value: yaml.Node) -> Edit:
    """Return the edit that removes a row of a block, and leaves the comment behind it where it is."""
    end = _end_of(text, value)
    comment = text.find("#", end, _line_end(text, end))
    if comment >= 0:
        return Edit(key.start_mark.index, comment, "")
    return Edit(line_start(text, key), text.index("\n", end) + 1, "")


def as_block(text: str, key: yaml.Node, value: yaml.Node, written: str, step: int) -> list[Edit]:
    """Return the edits that write a value below its key, as a block; a comment behind it stays behind the key."""
    start, end = value.start_mark.index, _end_of(text, value)
    while text[start - 1] == " ":
        start -= 1
    place = _line_end(text, end)
    block = indent(written.rstrip("\n"), " " * (key.start_mark.column + step))
    return [Edit(start, end, ""), Edit(place, place, f"\n{block}")]


def written_out(text: str, node: yaml.Node, value: Any) -> Iterator[Edit]:
    """Yield the edits that replace aliases and merges by what they stand for, so that each tenant is edited alone."""
    if isinstance(node, _Alias):
        yield Edit(node.start_mark.index, node.end_mark.index, _inline(value))
    if not isinstance(node, yaml.MappingNode):
        return
    own = {key.value for key, _ in node.value}
    for key, inner in node.value:
        if key.tag == _MERGE:
            rows = [f"{_inline(name)}: {_inline(item)}" for name, item in value.items() if name not in own]
            between = ", " if node.flow_style else f"\n{' ' * key.start_mark.column}"
            yield Edit(key.start_mark.index, _end_of(text, inner), between.join(rows))
        else:
            yield from written_out(text, key, key.value)
            yield from written_out(text, inner, value[key.value])


def _end_of(text: str, node: yaml.Node) -> int:
    """Return where a value ends; a block's mark is only at what follows it."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    end = node.end_mark.index
    while text[end - 1].isspace():
        end -= 1
    return end


def line_start(text: str, node: yaml.Node) -> int:
    """Return where the line of a node starts."""
    return text.rfind("\n", 0, node.start_mark.index) + 1


def _line_end(text: str, place: int) -> int:
    """Return where the line of a place ends, which the text's last line does, too."""
    end = text.index("\n", place)
    return end - 1 if text[end - 1] == "\r" else end


def step_of(text: str) -> int:
    """Return by how many spaces a file indents."""
    found = _STEP.search(text)
    return len(found[1]) if found else 2


class _Dumper(yaml.SafeDumper):
    """Quotes text that Pulumi would read as something else."""

    def ignore_aliases(self, _: Any) -> bool:
        return True

    def represent_text(self, value: str) -> yaml.Node:
        return self.represent_scalar("tag:yaml.org,2002:str", value, style="'" if misread(value) else None)

    def represent_misread(self, value: Misread) -> yaml.Node:
        tag = self.resolve(yaml.ScalarNode, value.source, (True, False))  # type: ignore[no-untyped-call]
        return self.represent_scalar(tag, value.source)


_Dumper.add_representer(str, _Dumper.represent_text)
_Dumper.add_representer(Misread, _Dumper.represent_misread)


def dumped(value: Any, step: int, *, is_inline: bool = False) -> str:
    """Return a value as YAML that Pulumi reads as the same."""
    return yaml.dump(
        value,
        Dumper=_Dumper,
        default_flow_style=is_inline,
        indent=step,
        width=1 << 30,
        sort_keys=False,
        allow_unicode=True,
    )


def _inline(value: Any) -> str:
    """Return a value on one line."""
    return dumped([value], 2, is_inline=True).strip()[1:-1]


def without_remarks(text: str) -> str:
    """Return a file's text without the comment lines that an earlier export added."""
    edits = []
    for start, comment in _comments(text):
        line = text.rfind("\n", 0, start) + 1
        if f"{comment} ".startswith(REMARK) and not text[line:start].strip():
            edits.append(Edit(line, text.find("\n", start) + 1 or len(text), ""))
    return applied(text, edits, "\n")


def keeps_comments(before: str, after: str) -> bool:
    """Return whether an edited text still has all comments."""
    counts = (Counter(comment for _, comment in _comments(text)) for text in (before, after))
    return not next(counts) - next(counts)


def _comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield where each comment starts, and its text; a hash in a scalar is not a comment."""
    end = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        for found in _COMMENT.finditer(text, end, max(end, token.start_mark.index)):
            yield found.start(), found[0].rstrip()
        end = max(end, token.end_mark.index)
