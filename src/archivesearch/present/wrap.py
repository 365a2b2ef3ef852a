"""Break styled text into lines of a given width."""

import re
from collections.abc import Iterator, Sequence

from archivesearch.model.passages import Span
from archivesearch.present.markup import TextRun
from archivesearch.present.width import character_width, cut_position, text_width

_WORD = re.compile(r"[^ \n]+|\n")
_NO_START = frozenset("、。，．：；！？）］｝」』】〉》〕ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ…")


def wrap(runs: Sequence[TextRun], width: int) -> list[list[TextRun]]:
    """Return runs of clean text as lines of at most `width` columns.

    A newline ends a line. Lines break at spaces and beside wide characters; a word that
    is longer than a line is cut, never between a letter and its combining marks.
    """
    text = "".join(piece for piece, _ in runs)
    return [_slice(runs, start, end) for start, end in line_spans(text, max(width, 2))]


def line_spans(text: str, width: int) -> list[Span]:
    """Return the spans of clean text that make its lines."""
    lines: list[Span] = []
    start = end = used = 0
    empty = True
    for at, stop in _units(text):
        if text[at] == "\n":
            lines.append((at, at) if empty else (start, end))
            empty = True
            continue
        gap, size = (0 if empty else at - end), text_width(text[at:stop])
        if not empty and used + gap + size > width:
            lines.append((start, end))
            empty, gap = True, 0
        if empty:
            start, used, empty = at, 0, False
            while size > width:
                part = cut_position(text, width, start)
                if part >= stop:
                    break
                lines.append((start, part))
                start, size = part, text_width(text[part:stop])
        used += gap + size
        end = stop
    if not empty:
        lines.append((start, end))
    return lines


def _units(text: str) -> Iterator[Span]:
    for match in _WORD.finditer(text):
        if match.group().isascii():
            yield match.span()
        else:
            yield from _wide_units(text, *match.span())


def _wide_units(text: str, start: int, stop: int) -> Iterator[Span]:
    at = start
    after_wide = False
    for place in range(start, stop):
        size = character_width(text[place])
        breakable = after_wide or size == 2
        if place > at and size and breakable and text[place] not in _NO_START:
            yield at, place
            at = place
        if size:
            after_wide = size == 2
    yield at, stop


def _slice(runs: Sequence[TextRun], start: int, end: int) -> list[TextRun]:
    result: list[TextRun] = []
    at = 0
    for piece, style in runs:
        part = piece[max(start - at, 0) : max(end - at, 0)]
        if part:
            result.append((part, style))
        at += len(piece)
        if at >= end:
            break
    return result
