"""Changes rows of objects in a round-trip YAML library, and keeps the comments around them in place."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import Comment, CommentedMap, CommentedSeq, Format, LineCol
from ruamel.yaml.error import CommentMark
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import PlainScalarString, ScalarString, SingleQuotedScalarString
from ruamel.yaml.tag import Tag
from ruamel.yaml.tokens import CommentToken

from auth0_sessions.fleet.lines import lines_of
from auth0_sessions.model.scalars import NULLS, misread


class _AsWritten(VersionedResolver):
    """Takes every scalar for text, so that it is written as it was read: `0042`, `~`, `True`."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is not ScalarNode or not implicit[0]:
            return super().resolve(kind, value, implicit)
        return Tag(suffix=f"tag:yaml.org,2002:{'str' if value and value != '<<' else 'merge' if value else 'null'}")


def library(text: str) -> YAML:
    """Return the library, with the file's indentation."""
    made = YAML()
    made.Resolver = _AsWritten
    made.preserve_quotes = True
    made.width = 1 << 30
    rows = [line for line in lines_of(text) if line.strip() and not line.lstrip().startswith("#")]
    indents = [len(line) - len(line.lstrip(" ")) for line in rows]
    made.map_indent = next((indent for indent in indents[1:] if indent), 2)
    return made


def styled(value: Any) -> Any:
    """Return a value from JSON such that YAML reads it as the same."""
    if isinstance(value, dict):
        return CommentedMap((styled(key), styled(inner)) for key, inner in value.items())
    if isinstance(value, list):
        return CommentedSeq(map(styled, value))
    if isinstance(value, str):
        return SingleQuotedScalarString(value) if misread(value) or value in NULLS else value
    return None if value is None else PlainScalarString(json.dumps(value))


def dumped(root: CommentedMap, with_library: YAML) -> str:
    """Return the text of a file."""
    stream = io.StringIO()
    with_library.dump(root, stream)
    return stream.getvalue()


def own(node: CommentedMap) -> dict[str, Any]:
    """Return an object without what it merges."""
    return dict(node.non_merged_items())


def containers(node: Any) -> Iterator[Any]:
    """Yield all objects and lists, as often as they are used other than by a merge; their anchors are written."""
    waiting, seen = [node], set()
    while waiting:
        node = waiting.pop()
        if not isinstance(node, (CommentedMap, CommentedSeq)):
            continue
        yield node
        if id(node) not in seen:
            seen.add(id(node))
            node.anchor.always_dump = True
            waiting.extend(own(node).values() if isinstance(node, CommentedMap) else node)


def copied(node: Any) -> Any:
    """Return a copy without anchors, and with what is merged written out."""
    if isinstance(node, ScalarString):
        return type(node)(node)
    if not isinstance(node, (CommentedMap, CommentedSeq)):
        return deepcopy(node)
    is_list = isinstance(node, CommentedSeq)
    made = CommentedSeq(map(copied, node)) if is_list else CommentedMap((key, copied(node[key])) for key in node)
    for attribute in (Comment.attrib, Format.attrib, LineCol.attrib):
        if hasattr(node, attribute):
            setattr(made, attribute, deepcopy(getattr(node, attribute)))
    return made


def unfold(tenants: CommentedMap, name: str) -> None:
    """Write an entry as a block; the comments behind the line with its name go behind the block."""
    entry = tenants[name]
    entry.fa.set_block_style()
    behind, below = _comment(tenants, name)
    _say(tenants, name, behind, "", column=0)
    entry.ca.comment = None
    _say_below(entry, list(own(entry))[-1], below)


def set_row(entry: CommentedMap, key: str, value: str) -> None:
    """Set a value; the comments below the last row stay below it."""
    keys = [*own(entry)]
    entry[key] = PlainScalarString(value)
    if keys and key not in keys:
        behind, below = _comment(entry, keys[-1])
        _say(entry, keys[-1], behind, "")
        _say_below(entry, key, below)


def remove_row(entry: CommentedMap, key: str) -> None:
    """Remove a row, and leave its comments where it was."""
    keys = [*own(entry)]
    if key not in keys:
        return
    behind, below = _comment(entry, key)
    indent, place = entry.lc.col or 0, keys.index(key)
    text = f"{' ' * indent}{behind}\n{below}" if behind else below
    entry._ref = []  # noqa: SLF001  The library cannot delete a row of an object that another one has merged.
    del entry[key]
    entry.ca.items.pop(key, None)
    if place:
        _say_below(entry, keys[place - 1], text)
    elif text:
        above = re.sub(r"(?m)^\s*# ?", "", text).rstrip()
        entry.yaml_set_comment_before_after_key(keys[1], before=above, indent=indent)


def _comment(node: CommentedMap, key: str) -> tuple[str, str]:
    """Return the comment behind a row, and the lines below it."""
    row = node.ca.items.get(key)
    value = row[2].value if row and row[2] else ""
    behind, _, below = value.partition("\n")
    return behind, below


def _say_below(node: CommentedMap, key: str, text: str) -> None:
    """Add lines below a row."""
    if text:
        behind, below = _comment(node, key)
        _say(node, key, behind, below + text)


def _say(node: CommentedMap, key: str, behind: str, below: str, column: int | None = None) -> None:
    """Set the comment behind a row, and the lines below it."""
    row = node.ca.items.setdefault(key, [None, None, None, None])
    if column is None:
        column = row[2].start_mark.column if row[2] else 0
    row[2] = CommentToken(f"{behind}\n{below}", CommentMark(column)) if behind or below else None
