"""Keyword in context: each place where a passage matches, with what stands around it."""

from collections.abc import Iterator, Sequence

from archivesearch.analysis.tokenizer import split_words
from archivesearch.model.passages import Passage, Span
from archivesearch.model.research import Line


def lines(passage: Passage, marks: Sequence[Span], width: int) -> Iterator[Line]:
    """Yield a line for each place that is marked, words that follow one another as one.

    `width` is how many characters stand on either side at most, cut between words. Its
    three parts follow one another as they are, with a space between where one stands.
    """
    text = passage.text
    for start, end in join_adjacent(text, marks):
        yield Line(
            id=passage.id,
            page=passage.page,
            org=passage.org,
            year=passage.year,
            left=_before(text, start, width),
            match=" ".join(text[start:end].split()),
            right=_after(text, end, width),
        )


def join_adjacent(text: str, marks: Sequence[Span]) -> list[Span]:
    """Join marks that have no other word between them."""
    found: list[Span] = []
    for start, end in marks:
        if found and not split_words(text[found[-1][1] : start]):
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found


def _before(text: str, end: int, width: int) -> str:
    first = max(0, end - width)
    if first and not text[first - 1].isspace():
        space = text.find(" ", first, end)
        first = space + 1 if space >= 0 else first
    before = " ".join(text[first:end].split())
    return f"{before} " if before and text[end - 1].isspace() else before


def _after(text: str, start: int, width: int) -> str:
    last = min(len(text), start + width)
    if last < len(text) and not text[last].isspace():
        space = text.rfind(" ", start, last)
        last = space if space >= 0 else last
    after = " ".join(text[start:last].split())
    return f" {after}" if after and text[start].isspace() else after
