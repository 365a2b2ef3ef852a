"""Text with some spans of it marked: as `**so**` or in styled runs."""

from collections.abc import Iterable, Iterator

from archivesearch.model.passages import Span

TextRun = tuple[str, str]
"""A piece of text and the name of its style, `""` for plain text."""


def pieces(text: str, spans: Iterable[Span]) -> Iterator[tuple[str, bool]]:
    """Cut text into pieces that are in a span or in none; spans that touch are joined."""
    at = 0
    for start, end in _joined(spans, len(text)):
        if start > at:
            yield text[at:start], False
        yield text[start:end], True
        at = end
    if at < len(text):
        yield text[at:], False


def with_asterisks(text: str, spans: Iterable[Span]) -> str:
    """Mark spans with two asterisks on each side."""
    return "".join(f"**{piece}**" if marked else piece for piece, marked in pieces(text, spans))


def styled_runs(text: str, spans: Iterable[Span], style: str, rest: str = "") -> list[TextRun]:
    """Return text as runs, the spans in one style and all else in another."""
    return [(piece, style if marked else rest) for piece, marked in pieces(text, spans)]


def _joined(spans: Iterable[Span], length: int) -> Iterator[Span]:
    begun: Span | None = None
    inside = sorted((max(start, 0), min(end, length)) for start, end in spans)
    for start, end in inside:
        if start >= end:
            continue
        if begun and start <= begun[1]:
            begun = begun[0], max(begun[1], end)
            continue
        if begun:
            yield begun
        begun = start, end
    if begun:
        yield begun
