"""Concordance (keyword in context): each marked place of a passage with the text around it."""

from collections.abc import Iterator, Sequence

from archivesearch.analysis.tokenizer import split_words
from archivesearch.model.passages import Passage, Span
from archivesearch.model.research import Line


def lines(passage: Passage, marks: Sequence[Span], width: int) -> Iterator[Line]:
    """Yield a line for each marked place. Marks with no word between them are one place.

    On either side are at most `width` characters, cut between words. `left`, `match` and
    `right`, joined, are a piece of the text with each run of whitespace as one space.
    """
    text = passage.text
    for start, end in join_adjacent(text, marks):
        yield Line(
            id=passage.id,
            page=passage.page,
            org=passage.org,
            year=passage.year,
            left=_text_before(text, start, width),
            match=" ".join(text[start:end].split()),
            right=_text_after(text, end, width),
        )


def join_adjacent(text: str, marks: Sequence[Span]) -> list[Span]:
    """Join marks that have no other word between them.

    >>> join_adjacent("class-war and peace", [(0, 5), (6, 9), (14, 19)])
    [(0, 9), (14, 19)]
    """
    joined: list[Span] = []
    for start, end in marks:
        if joined and not split_words(text[joined[-1][1] : start]):
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined


def _text_before(text: str, end: int, width: int) -> str:
    first = max(0, end - width)
    if first and not text[first - 1].isspace():
        space = text.find(" ", first, end)
        first = space + 1 if space >= 0 else first
    before = " ".join(text[first:end].split())
    return f"{before} " if before and text[end - 1].isspace() else before


def _text_after(text: str, start: int, width: int) -> str:
    last = min(len(text), start + width)
    if last < len(text) and not text[last].isspace():
        space = text.rfind(" ", start, last)
        last = space if space >= 0 else last
    after = " ".join(text[start:last].split())
    return f" {after}" if after and text[start].isspace() else after
