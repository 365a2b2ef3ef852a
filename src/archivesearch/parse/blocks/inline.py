r"""Inline text: white space, `<br>`, bold and anchors between two block tags.

The HTML builder collects a raw text in which marks represent tags: `\x02one\x03 two\x01three`
for `<b>one</b> two<br>three`. The functions here make texts and spans of it.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archivesearch.model.passages import Span

# Marks are control characters, which `parse/page.py` has deleted from the page's own text.
BREAK, STRONG, PLAIN, ANCHOR = "\x01", "\x02", "\x03", "\x04"
MARKS = frozenset((BREAK, STRONG, PLAIN, ANCHOR))
_MARK = re.compile("([\x01-\x04])")
_ASCII_SPACES = tuple("\n\t\r\f")
_ALL_SPACES = tuple(char for char in map(chr, range(0x3001)) if char.isspace() and char != " ")
_RULE_CHARACTERS = frozenset("-=*~_:.#+|^•·")


class StyledText(NamedTuple):
    """The text of a block, its strong spans, and whether an anchor precedes it."""

    text: str
    strong: tuple[Span, ...]
    anchor: bool


def collapse_whitespace(raw: str) -> str:
    """Return `" ".join(raw.split())`, in a third of the time on running text."""
    text = raw.strip()
    for space in _ASCII_SPACES if text.isascii() else _ALL_SPACES:
        if space in text:
            text = text.replace(space, " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text


def split_at_breaks(raw: str, *, strong: bool, anchor: bool) -> Iterator[StyledText]:
    r"""Split a raw text with marks where two or more `<br>` follow each other.

    `strong` and `anchor` are the state at its start. An anchor with no text after it becomes
    a last StyledText without text.

    >>> list(split_at_breaks("\x02one\x03 two\x01\x01three", strong=False, anchor=False))
    [StyledText(text='one two', strong=((0, 3),), anchor=False), StyledText(text='three', strong=(), anchor=False)]
    """  # noqa: E501 - a doctest has its result in one line
    parts: list[str] = []
    spans: list[Span] = []
    length = breaks = 0
    space = begins_with_anchor = False
    for token in _MARK.split(raw):
        if token in MARKS:
            breaks += token == BREAK
            strong = token == STRONG or (strong and token != PLAIN)
            anchor = anchor or (token == ANCHOR and (breaks > 1 or not length))
            continue
        if not token or token.isspace():
            space = space or bool(token)
            continue
        if breaks > 1 and length:
            yield StyledText("".join(parts), tuple(spans), begins_with_anchor)
            parts, spans, length = [], [], 0
        if not length:
            begins_with_anchor, anchor = anchor, False
        else:
            parts.append("\n" if breaks else " " if space or token[0].isspace() else "")
            length += len(parts[-1])
        parts.append(collapse_whitespace(token))
        if strong:
            _add_span(spans, length, length + len(parts[-1]), len(parts[-2]) if length else 0)
        length += len(parts[-1])
        breaks = 0
        space = token[-1].isspace()
    if length:
        yield StyledText("".join(parts), tuple(spans), begins_with_anchor)
    if anchor:
        yield StyledText("", (), anchor=True)


def _add_span(spans: list[Span], start: int, end: int, gap: int) -> None:
    """Add a span, or extend the last span if it ends `gap` before the start."""
    if spans and spans[-1][1] + gap == start:
        start = spans.pop()[0]
    spans.append((start, end))


def strip_marks(raw: str) -> str:
    """Return a raw text without marks, with a newline for each `<br>`."""
    return _MARK.sub(lambda mark: "\n" if mark[0] == BREAK else "", raw)


def strong_spans(raw: str, texts: Sequence[str], *, strong: bool) -> list[tuple[Span, ...]]:
    """Return the strong spans of each text that `plain_text` cut out of a raw text.

    The texts have the words of the raw text in the same order, with other white space and
    without lines of dashes. So offsets are matched by counting all other characters.
    """
    counted = _counted_strong_spans(raw, strong=strong)
    spans_of_texts: list[tuple[Span, ...]] = []
    start = number = 0  # of the text, in counted characters; of the counted span
    for text in texts:
        offsets = [at for at, char in enumerate(text) if _counts(char)]
        end = start + len(offsets)
        spans = []
        while number < len(counted) and counted[number][0] < end:
            first, after = max(counted[number][0], start), min(counted[number][1], end)
            if first < after:
                spans.append((offsets[first - start], offsets[after - start - 1] + 1))
            if counted[number][1] > end:
                break
            number += 1
        start = end
        spans_of_texts.append(tuple(spans))
    return spans_of_texts


def _counted_strong_spans(raw: str, *, strong: bool) -> list[Span]:
    """Return the strong spans of a raw text, in counted characters."""
    spans: list[Span] = []
    end = 0
    for number, token in enumerate(_MARK.split(raw)):
        if number % 2:
            strong = token == STRONG or (strong and token != PLAIN)
            continue
        start, end = end, end + sum(map(_counts, token))
        if strong and end > start:
            if spans and spans[-1][1] == start:
                start = spans.pop()[0]
            spans.append((start, end))
    return spans


def _counts(char: str) -> bool:
    """Whether a character is neither white space nor part of a line of dashes."""
    return not char.isspace() and char not in _RULE_CHARACTERS
