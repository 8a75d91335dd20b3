"""Keeps a YAML file's text as it is written where an edit changes nothing: comments, lines and their ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

import yaml

REMARK = "# export: "
"""The prefix of comment lines that an export adds; the next export removes them."""

_COMMENT = re.compile(r"#[^\r\n]*")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def lines_of(text: str) -> list[str]:
    """Return the lines of a text with their ends."""
    return _LINE.findall(text)


def without_remarks(text: str) -> str:
    """Return a file's text without the comment lines that an earlier export added."""
    starts = {start for start, comment in _comments(text) if f"{comment} ".startswith(REMARK)}
    kept, index = [], 0
    for line in lines_of(text):
        if index + len(line) - len(line.lstrip(" \t")) not in starts:
            kept.append(line)
        index += len(line)
    return "".join(kept)


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


def as_written(before: str, dumped: str, edited: str, line_end: str) -> str:
    """Return an edited text in which the lines that the edit left alone are as they were before.

    `before` is the text as written, `dumped` is how a library writes it without an edit, and `edited` with one.
    """
    written, old, new = map(lines_of, (before, dumped, edited))
    sources: list[list[str]] = [[] for _ in old]
    """For each dumped line what is written for it."""
    above: list[list[str]] = [[] for _ in (*old, "")]
    """For each dumped line what is not dumped above it, such as `---`."""
    for tag, i1, i2, j1, j2 in _changes([*map(_squeezed, written)], [*map(_squeezed, old)]):
        if tag == "delete":
            above[j1].extend(written[i1:i2])
        elif i2 - i1 == j2 - j1:
            sources[j1:j2] = [[line] for line in written[i1:i2]]
        else:
            sources[j1] = written[i1:i2]
    made: list[str] = []
    for tag, i1, i2, j1, j2 in _changes(old, new):
        if tag == "equal":
            made.extend(line for at in range(i1, i2) for line in (*above[at], *sources[at]))
        else:
            made.extend(above[i1] if i1 < i2 else ())
            made.extend(line.removesuffix("\n") + line_end for line in new[j1:j2])
    return "".join([*made, *above[-1]])


def _changes(one: Sequence[str], other: Sequence[str]) -> Iterable[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, one, other).get_opcodes()


def _squeezed(line: str) -> str:
    """Return a line without its spaces, which a library may write differently."""
    return "".join(line.split())
