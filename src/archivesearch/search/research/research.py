"""Research calls: all matches of a query, its concordance, collocations and trends."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice

from archivesearch.errors import QueryError
from archivesearch.model.passages import Passage, Span
from archivesearch.model.research import Collocations, Concordance, Line, Trend, Trends
from archivesearch.model.results import Hit
from archivesearch.query.filters import Filters, QueryContext
from archivesearch.query.nodes.leaves import Every
from archivesearch.search.hits.highlighter import Highlighter
from archivesearch.search.hits.hit_builder import build_hit
from archivesearch.search.request import Match, Reader
from archivesearch.search.research.collocations import collocates
from archivesearch.search.research.concordance import lines

PERIODS = {"year": 1, "decade": 10}
LINE_SORTS = ("place", "left", "right")
# Only so many passages are read for a concordance or for collocations; a note says so.
MAX_PASSAGES = 20_000
_BATCH = 256


def matches(
    reader: Reader, context: QueryContext, query: str, filters: Filters, notes: list[str]
) -> Iterator[Hit]:
    """Yield all hits in the order of the archive, a batch of passages in memory at a time.

    Sentences about limits that the query has met are appended to `notes`.
    """
    tree = context.tree(query, filters.lang)
    highlighter = Highlighter(tree, context.analyzer, reader.forms, reader.is_common)
    numbers = reader.scan(tree, filters.tree(context), notes)
    for number, passage, marks in _mark(reader, numbers, highlighter):
        yield build_hit(reader, Match(number, 0.0), passage, marks, sentences=context.sentences)


def kwic(
    reader: Reader,
    context: QueryContext,
    query: str,
    filters: Filters,
    *,
    width: int,
    limit: int,
    offset: int,
    sort: str,
) -> Concordance:
    """Return the places where a query matches, each with the text around it.

    The options are those of `Archive.kwic`.
    """
    if sort not in LINE_SORTS:
        raise QueryError(f"sort must be one of {', '.join(LINE_SORTS)}, not '{sort}'")
    if min(limit, offset, width) < 0:
        raise QueryError("limit, offset and width cannot be negative")
    passages = islice(_marked_passages(reader, context, query, filters), MAX_PASSAGES)
    in_order = (line for _, passage, marks in passages for line in lines(passage, marks, width))
    sorted_lines: Iterator[Line] = in_order
    if sort == "left":
        sorted_lines = iter(sorted(in_order, key=_words_leftwards))
    elif sort == "right":
        sorted_lines = iter(sorted(in_order, key=lambda line: line.right.strip().casefold()))
    first, last = min(offset, sys.maxsize), min(offset + limit, sys.maxsize)
    page = tuple(islice(sorted_lines, first, last))
    total, notes = _total(reader, context, query, filters)
    return Concordance(query, total, page, notes)


def collocations(
    reader: Reader,
    context: QueryContext,
    query: str,
    filters: Filters,
    *,
    window: int,
    limit: int,
) -> Collocations:
    """Return the words that are often near those of a query, the most significant first.

    The options are those of `Archive.collocations`.
    """
    if window < 1 or limit < 0:
        raise QueryError("window must be at least 1, and limit cannot be negative")
    words = reader.words()
    passages = islice(_marked_passages(reader, context, query, filters), MAX_PASSAGES)
    marked = ((passage, marks) for _, passage, marks in passages)
    near = collocates(marked, context.analyzer, words.term_counts, words.word_count, window=window)
    total, notes = _total(reader, context, query, filters)
    return Collocations(query, total, tuple(near[:limit]), notes)


def trends(
    reader: Reader, context: QueryContext, query: str, filters: Filters, period: str
) -> Trends:
    """Return how many paragraphs of each year match, for each year that has any.

    Undated paragraphs are last. `period` is a key of `PERIODS`.
    """
    if period not in PERIODS:
        raise QueryError(f"by must be one of {', '.join(PERIODS)}, not '{period}'")
    filter_tree = filters.tree(context)
    tree = context.tree(query, filters.lang)
    notes: list[str] = []
    counts, totals = (
        _by_period(reader.year_counts(matching, filter_tree, notes), PERIODS[period])
        for matching in (tree, Every())
    )
    years = sorted(totals, key=lambda year: year or 10_000)
    records = (Trend(year or None, counts.get(year, 0), totals[year]) for year in years)
    return Trends(query, tuple(records), tuple(notes))


def _by_period(year_counts: Mapping[int, int], length: int) -> Counter[int]:
    """Return the counts of periods of some years, each under its first year."""
    counts: Counter[int] = Counter()
    for year, count in year_counts.items():
        counts[year - year % length] += count
    return counts


def _marked_passages(
    reader: Reader, context: QueryContext, query: str, filters: Filters
) -> Iterator[tuple[int, Passage, tuple[Span, ...]]]:
    """Yield the number of each match, its passage, and the spans of all words of the query.

    Common words are marked too, unlike in hits.
    """
    tree = context.tree(query, filters.lang)
    highlighter = Highlighter(tree, context.analyzer, reader.forms)
    return _mark(reader, reader.scan(tree, filters.tree(context)), highlighter)


def _mark(
    reader: Reader, numbers: Iterator[int], highlighter: Highlighter
) -> Iterator[tuple[int, Passage, tuple[Span, ...]]]:
    while batch := list(islice(numbers, _BATCH)):
        for number, passage in zip(batch, reader.passages(batch), strict=True):
            yield number, passage, highlighter.spans(passage)


def _total(
    reader: Reader, context: QueryContext, query: str, filters: Filters
) -> tuple[int, tuple[str, ...]]:
    """Return the number of matches, and notes about limits that the query has met."""
    notes: list[str] = []
    tree = context.tree(query, filters.lang)
    total = sum(reader.year_counts(tree, filters.tree(context), notes).values())
    if total > MAX_PASSAGES:
        notes.append(f"only the first {MAX_PASSAGES:,} of {total:,} paragraphs were read")
    return total, tuple(notes)


def _words_leftwards(line: Line) -> list[str]:
    """Return the words before a match, the nearest first."""
    return line.left.casefold().split()[::-1]
