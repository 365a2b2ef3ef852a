"""Facets as small columns beside each other."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from archivesearch.present.clean import one_line
from archivesearch.present.markup import TextRun
from archivesearch.present.screen import Screen
from archivesearch.present.width import (
    align_left,
    align_right,
    text_width,
    truncate,
    truncate_start,
)

COLUMN_GAP = 3
MAX_VALUE_WIDTH = 40
MAX_SECTION_WIDTH = 60
_NONE = {"org": "(no organization)", "section": "(no heading)"}

Values = Sequence[tuple[str | int, int]]
Column = list[list[TextRun]]


def facet_lines(facets: Mapping[str, Values], screen: Screen) -> Iterator[str]:
    """Yield the values of each facet with their counts, as many facets abreast as fit."""
    rows: list[list[tuple[int, Column]]] = [[]]
    used = 0
    for name, values in facets.items():
        if not values:
            continue
        widest = MAX_SECTION_WIDTH if name == "section" else MAX_VALUE_WIDTH
        width, column = _column(name, values, min(widest, screen.columns - 12))
        if rows[-1] and used + width > screen.columns:
            rows.append([])
            used = 0
        rows[-1].append((width, column))
        used += width + COLUMN_GAP
    for number, row in enumerate(rows):
        if number:
            yield ""
        yield from _abreast(row, screen)


def _column(name: str, values: Values, widest: int) -> tuple[int, Column]:
    # the page stands before the section's heading, and its end says more than its start
    shorten = truncate_start if name == "section" else truncate
    texts = [one_line(str(value)) or _NONE.get(name, "(none)") for value, _ in values]
    labels = [shorten(text, widest) for text in texts]
    counts = [f"{count:,}" for _, count in values]
    number = max(map(len, counts), default=0)
    label = max(map(text_width, [name, *labels]))
    column: Column = [[(align_left(name, label + 2 + number), "strong")]]
    for text, count in zip(labels, counts, strict=True):
        column.append([(align_left(text, label + 2), ""), (align_right(count, number), "count")])
    return label + 2 + number, column


def _abreast(row: Sequence[tuple[int, Column]], screen: Screen) -> Iterator[str]:
    blanks = [[(" " * width, "")] for width, _ in row]
    for cells in zip_longest(*(column for _, column in row)):
        line: list[TextRun] = []
        for cell, blank in zip(cells, blanks, strict=True):
            line += [*(cell or blank), (" " * COLUMN_GAP, "")]
        yield screen.render(line[:-1]).rstrip()
