"""Line breaking: styled text in lines of a given width."""

import re
from collections.abc import Iterator, Sequence

from archivesearch.model.passages import Span
from archivesearch.present.markup import TextRun
from archivesearch.present.width import character_width, cut_position, text_width

_WORD_OR_NEWLINE = re.compile(r"[^ \n]+|\n")
_NOT_AT_LINE_START = frozenset(
    "、。，．：；！？）］｝」』】〉》〕ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ…"
)


def wrap(runs: Sequence[TextRun], width: int) -> list[list[TextRun]]:
    """Return runs of clean text as lines of at most `width` columns.

    A newline ends a line. Lines break at spaces and beside wide characters. A word that is
    longer than a line is cut, but not between a letter and its combining marks.
    """
    text = "".join(piece for piece, _ in runs)
    return [_slice(runs, start, end) for start, end in line_spans(text, max(width, 2))]


def line_spans(text: str, width: int) -> list[Span]:
    """Return the spans of the lines of clean text.

    >>> line_spans("one two three", 8)
    [(0, 7), (8, 13)]
    """
    lines: list[Span] = []
    line_start = line_end = used = 0
    empty = True
    for start, end in _units(text):
        if text[start] == "\n":
            lines.append((start, start) if empty else (line_start, line_end))
            empty = True
            continue
        gap, size = (0 if empty else start - line_end), text_width(text[start:end])
        if not empty and used + gap + size > width:
            lines.append((line_start, line_end))
            empty, gap = True, 0
        if empty:
            line_start, used, empty = start, 0, False
            while size > width:
                cut = cut_position(text, width, line_start)
                if cut >= end:
                    break
                lines.append((line_start, cut))
                line_start, size = cut, text_width(text[cut:end])
        used += gap + size
        line_end = end
    if not empty:
        lines.append((line_start, line_end))
    return lines


def _units(text: str) -> Iterator[Span]:
    """Yield the spans between which a line may break: newlines, words, parts of wide words."""
    for match in _WORD_OR_NEWLINE.finditer(text):
        if match.group().isascii():
            yield match.span()
        else:
            yield from _wide_units(text, *match.span())


def _wide_units(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the units of a word that may have wide characters: `ab日本` has `ab 日 本`."""
    unit_start = start
    after_wide = False
    for position in range(start, end):
        size = character_width(text[position])
        breakable = size and (after_wide or size == 2)
        if position > unit_start and breakable and text[position] not in _NOT_AT_LINE_START:
            yield unit_start, position
            unit_start = position
        if size:
            after_wide = size == 2
    yield unit_start, end


def _slice(runs: Sequence[TextRun], start: int, end: int) -> list[TextRun]:
    """Return the runs of a span of the text of all runs."""
    result: list[TextRun] = []
    run_start = 0
    for piece, style in runs:
        part = piece[max(start - run_start, 0) : max(end - run_start, 0)]
        if part:
            result.append((part, style))
        run_start += len(piece)
        if run_start >= end:
            break
    return result
