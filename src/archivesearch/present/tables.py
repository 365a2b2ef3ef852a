"""Small tables of names and numbers."""

from collections.abc import Iterator, Sequence

from archivesearch.present.screen import Screen
from archivesearch.present.width import fit, left, right, text_width

GAP = "  "


def table_lines(
    heads: Sequence[str], rows: Sequence[Sequence[str | int]], screen: Screen
) -> Iterator[str]:
    """Yield a head and rows of clean cells, numbers to the right, the last cell cut to fit."""
    cells = [[_text(cell) for cell in row] for row in rows]
    widths = [max(map(text_width, column)) for column in zip(heads, *cells, strict=True)]
    widths[0] = min(widths[0], max(screen.columns // 2, 12))
    numeric = [bool(rows) and isinstance(cell, int) for cell in (rows[0] if rows else heads)]
    yield screen.render([(_line(heads, widths, numeric, screen), "faint")])
    for row in cells:
        yield _line(row, widths, numeric, screen)


def _text(cell: str | int) -> str:
    return cell if isinstance(cell, str) else f"{cell:,}"


def _line(
    row: Sequence[str], widths: Sequence[int], numeric: Sequence[bool], screen: Screen
) -> str:
    cells = [
        right(text, width) if number else left(text, width)
        for text, width, number in zip(row, widths, numeric, strict=True)
    ]
    return fit(GAP.join(cells).rstrip(), screen.columns)
