"""What researchers do with a query beside reading its best answers."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice

from whoosh.query import Every

from archivesearch.errors import QueryError
from archivesearch.model.passages import Passage, Span
from archivesearch.model.research import Collocations, Concordance, Line, Trend, Trends
from archivesearch.model.results import Hit
from archivesearch.query.filters import Filters, QueryContext
from archivesearch.search.hits.highlighter import Highlighter
from archivesearch.search.hits.hit_builder import build_hit
from archivesearch.search.request import Match, Reader
from archivesearch.search.research.collocations import collocates
from archivesearch.search.research.concordance import lines

PERIODS = {"year": 1, "decade": 10}
LINE_SORTS = ("place", "left", "right")
# Of more passages none is read, and the answer says so.
MAX_PASSAGES = 20_000
_AT_A_TIME = 256


def matches(
    reader: Reader, vocabulary: QueryContext, query: str, filters: Filters, notes: list[str]
) -> Iterator[Hit]:
    """Yield all hits in the order of the archive, few of them in memory at a time.

    `notes` is told which limits were met.
    """
    tree = vocabulary.tree(query, filters.lang)
    highlighter = Highlighter(tree, vocabulary.analyzer, reader.forms, reader.is_common)
    numbers = reader.scan(tree, filters.tree(vocabulary), notes)
    for number, passage, marks in _marked(reader, numbers, highlighter):
        yield build_hit(reader, Match(number, 0.0), passage, marks, sentences=vocabulary.sentences)


def kwic(
    reader: Reader,
    vocabulary: QueryContext,
    query: str,
    filters: Filters,
    *,
    width: int,
    limit: int,
    offset: int,
    sort: str,
) -> Concordance:
    """Return the places where a query matches, each with what stands around it."""
    if sort not in LINE_SORTS:
        raise QueryError(f"sort must be one of {', '.join(LINE_SORTS)}, not '{sort}'")
    if min(limit, offset, width) < 0:
        raise QueryError("limit, offset and width cannot be negative")
    found = _found(reader, vocabulary, query, filters)
    some = islice(found, MAX_PASSAGES)
    all_lines = (line for _, passage, marks in some for line in lines(passage, marks, width))
    chosen: Iterator[Line] = all_lines
    if sort == "left":
        chosen = iter(sorted(all_lines, key=_from_right))
    elif sort == "right":
        chosen = iter(sorted(all_lines, key=lambda line: line.right.strip().casefold()))
    wanted = tuple(islice(chosen, min(offset, sys.maxsize), min(offset + limit, sys.maxsize)))
    total, notes = _total(reader, vocabulary, query, filters)
    return Concordance(query, total, wanted, notes)


def collocations(
    reader: Reader,
    vocabulary: QueryContext,
    query: str,
    filters: Filters,
    *,
    window: int,
    limit: int,
) -> Collocations:
    """Return the words that keep company with those of a query, the most telling first."""
    if window < 1 or limit < 0:
        raise QueryError("window must be at least 1, and limit cannot be negative")
    words = reader.words()
    some = islice(_found(reader, vocabulary, query, filters), MAX_PASSAGES)
    found = ((passage, marks) for _, passage, marks in some)
    near = collocates(
        found, vocabulary.analyzer, words.term_counts, words.word_count, window=window
    )
    total, notes = _total(reader, vocabulary, query, filters)
    return Collocations(query, total, tuple(near[:limit]), notes)


def trends(
    reader: Reader, vocabulary: QueryContext, query: str, filters: Filters, by: str
) -> Trends:
    """Return for each year that has any paragraphs how many match; undated ones last."""
    if by not in PERIODS:
        raise QueryError(f"by must be one of {', '.join(PERIODS)}, not '{by}'")
    narrowed = filters.tree(vocabulary)
    tree = vocabulary.tree(query, filters.lang)
    notes: list[str] = []
    counts, totals = (
        _by_period(reader.year_counts(one, narrowed, notes), PERIODS[by]) for one in (tree, Every())
    )
    years = sorted(totals, key=lambda year: year or 10_000)
    each = (Trend(year or None, counts.get(year, 0), totals[year]) for year in years)
    return Trends(query, tuple(each), tuple(notes))


def _by_period(counts: Mapping[int, int], length: int) -> Counter[int]:
    added: Counter[int] = Counter()
    for year, count in counts.items():
        added[year - year % length] += count
    return added


def _found(
    reader: Reader, vocabulary: QueryContext, query: str, filters: Filters
) -> Iterator[tuple[int, Passage, tuple[Span, ...]]]:
    """Yield the passages that match, with their numbers and all words of the query marked."""
    tree = vocabulary.tree(query, filters.lang)
    highlighter = Highlighter(tree, vocabulary.analyzer, reader.forms)
    return _marked(reader, reader.scan(tree, filters.tree(vocabulary)), highlighter)


def _marked(
    reader: Reader, numbers: Iterator[int], highlighter: Highlighter
) -> Iterator[tuple[int, Passage, tuple[Span, ...]]]:
    while some := list(islice(numbers, _AT_A_TIME)):
        for number, passage in zip(some, reader.passages(some), strict=True):
            yield number, passage, highlighter.spans(passage)


def _total(
    reader: Reader, vocabulary: QueryContext, query: str, filters: Filters
) -> tuple[int, tuple[str, ...]]:
    """Return how many passages match, and what a reader must know of it."""
    notes: list[str] = []
    tree = vocabulary.tree(query, filters.lang)
    total = sum(reader.year_counts(tree, filters.tree(vocabulary), notes).values())
    if total > MAX_PASSAGES:
        notes.append(f"only the first {MAX_PASSAGES:,} of {total:,} paragraphs were read")
    return total, tuple(notes)


def _from_right(line: Line) -> list[str]:
    """The words before a match, the nearest first."""
    return line.left.casefold().split()[::-1]
