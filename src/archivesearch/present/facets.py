"""Facets as text: small columns of values and counts, side by side."""

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
_EMPTY_VALUES = {"org": "(no organization)", "section": "(no heading)"}

Values = Sequence[tuple[str | int, int]]
# The lines of one facet, all of the same width.
Column = list[list[TextRun]]


def facet_lines(facets: Mapping[str, Values], screen: Screen) -> Iterator[str]:
    """Yield the values of each facet with their counts, as many facets in a row as fit.

    org                           year
    Socialist Workers Party  12   2003  1,234
    (no organization)         7   1999      5
    """
    rows: list[list[tuple[int, Column]]] = [[]]
    used = 0
    for name, values in facets.items():
        if not values:
            continue
        max_width = MAX_SECTION_WIDTH if name == "section" else MAX_VALUE_WIDTH
        width, column = _column(name, values, min(max_width, screen.columns - 12))
        if rows[-1] and used + width > screen.columns:
            rows.append([])
            used = 0
        rows[-1].append((width, column))
        used += width + COLUMN_GAP
    for number, row in enumerate(rows):
        if number:
            yield ""
        yield from _side_by_side(row, screen)


def _column(name: str, values: Values, max_width: int) -> tuple[int, Column]:
    """Return the width and the lines of a facet; `max_width` is that of its values."""
    # The page stands before the section's heading, so the end of the text says more.
    shorten = truncate_start if name == "section" else truncate
    texts = [one_line(str(value)) or _EMPTY_VALUES.get(name, "(none)") for value, _ in values]
    labels = [shorten(text, max_width) for text in texts]
    counts = [f"{count:,}" for _, count in values]
    count_width = max(map(len, counts), default=0)
    label_width = max(map(text_width, [name, *labels])) + 2
    column: Column = [[(align_left(name, label_width + count_width), "strong")]]
    for label, count in zip(labels, counts, strict=True):
        column.append(
            [(align_left(label, label_width), ""), (align_right(count, count_width), "count")]
        )
    return label_width + count_width, column


def _side_by_side(row: Sequence[tuple[int, Column]], screen: Screen) -> Iterator[str]:
    blanks = [[(" " * width, "")] for width, _ in row]
    for cells in zip_longest(*(column for _, column in row)):
        line: list[TextRun] = []
        for cell, blank in zip(cells, blanks, strict=True):
            line += [*(cell or blank), (" " * COLUMN_GAP, "")]
        yield screen.render(line[:-1]).rstrip()
