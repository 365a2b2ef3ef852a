"""Markup of spans in a text: between asterisks, or as runs with a style."""

from collections.abc import Iterable, Iterator

from archivesearch.model.passages import Span
from archivesearch.present.clean import clean, one_line

# A piece of text and the name of its style: `""`, `mark`, `strong`, `faint` or `count`.
TextRun = tuple[str, str]

SEPARATOR: TextRun = (" · ", "faint")


def pieces(text: str, spans: Iterable[Span]) -> Iterator[tuple[str, bool]]:
    """Cut text at the edges of spans; yield each piece, and whether a span covers it.

    Spans may overlap; spans that overlap or touch are one piece.

    >>> list(pieces("the peasant war", [(4, 11)]))
    [('the ', False), ('peasant', True), (' war', False)]
    """
    position = 0
    for start, end in _merge_spans(spans, len(text)):
        if start > position:
            yield text[position:start], False
        yield text[start:end], True
        position = end
    if position < len(text):
        yield text[position:], False


def with_asterisks(text: str, spans: Iterable[Span]) -> str:
    """Return text with two asterisks on each side of its spans: `the **peasant** war`."""
    return "".join(f"**{piece}**" if marked else piece for piece, marked in pieces(text, spans))


def paragraph_runs(label: str, text: str, repeated: Iterable[Span]) -> list[TextRun]:
    """Return the label of a paragraph, if it has one, and its text, faint in repeated spans."""
    head: list[TextRun] = [(f"{one_line(label)}: ", "strong")] if label else []
    body = [(clean(piece), "faint" if mark else "") for piece, mark in pieces(text, repeated)]
    return head + body


def _merge_spans(spans: Iterable[Span], length: int) -> Iterator[Span]:
    """Yield the spans in order, cut to the text, overlapping ones merged, empty ones left out."""
    current: Span | None = None
    for start, end in sorted((max(start, 0), min(end, length)) for start, end in spans):
        if start >= end:
            continue
        if current and start <= current[1]:
            current = current[0], max(current[1], end)
            continue
        if current:
            yield current
        current = start, end
    if current:
        yield current
