"""From a query and its options to Results: the query tree, the engine, snippets and links."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from whoosh.query import And, Every, Query, Term

from archivesearch import reranking
from archivesearch.analysis import Analyzer
from archivesearch.engines.base import FACETS, GROUPS, SORTS, Match, Reader, Request
from archivesearch.errors import QueryError
from archivesearch.model import Group, Hit, Passage, Results, Span
from archivesearch.names import NO_NAMES, Names
from archivesearch.query import parse, word_query
from archivesearch.snippets import Highlighter, window, within_window
from archivesearch.years import year_range

Years = int | tuple[int | None, int | None]
_FRAGMENT_WORDS = 8
_OPTIONS = {"year": "year", "years_mentioned": "mentions"}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How the words of a query are read: as which terms, in which languages, and what names."""

    analyzer: Analyzer
    languages: Sequence[str] = ()
    names: Names = NO_NAMES

    def within(self, lang: str | None) -> "Vocabulary":
        """Return how words are read where only pages of one language are looked at."""
        return self if lang is None else replace(self, languages=(lang.lower(),))


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is narrowed to; an organization by its canonical name."""

    org: str | None = None
    section: str | None = None
    year: Years | None = None
    mentions: Years | None = None
    lang: str | None = None

    def tree(self, vocabulary: Vocabulary) -> Query | None:
        """Return the query tree of all that is narrowed to; None if nothing is."""
        trees: list[Query] = []
        if self.org is not None:
            trees.append(Term("org_key", self.org.casefold()))
        if self.section is not None:
            words = vocabulary.within(self.lang)
            trees.append(word_query("section", self.section, words.analyzer, words.languages))
        if self.year is not None:
            trees.append(_range("year", self.year))
        if self.mentions is not None:
            trees.append(_range("years_mentioned", self.mentions))
        if self.lang is not None:
            trees.append(Term("lang", self.lang.lower()))
        if len(trees) < 2:
            return trees[0] if trees else None
        return And(trees)


def search(
    reader: Reader,
    vocabulary: Vocabulary,
    query: str,
    filters: Filters,
    *,
    limit: int,
    offset: int,
    sort: str,
    group_by: str | None,
    facets: Sequence[str],
) -> Results:
    """Answer a query.

    Raises QueryError for a query that cannot be understood and for an option that is
    none of those there are.
    """
    started = time.perf_counter()
    _check(limit, offset, sort, group_by, facets)
    words = vocabulary.within(filters.lang)
    tree = parse(query, words.analyzer, languages=words.languages, names=words.names)
    if isinstance(tree, Every) and sort == "score":
        sort = "place"
    request = Request(tree, filters.tree(vocabulary), limit, offset, sort, group_by, facets)
    found = reranking.search(reader, request) if sort == "score" else reader.search(request)
    show = _Shower(reader, Highlighter(tree, vocabulary.analyzer, reader.forms))
    return Results(
        query=query,
        total=found.total,
        total_exact=not found.notes,
        notes=found.notes,
        hits=tuple(show.hits(found.matches)),
        groups=tuple(
            Group(group.key, group.count, group.matches[0].score, tuple(show.hits(group.matches)))
            for group in found.groups
        ),
        facets=found.facets,
        took_ms=round((time.perf_counter() - started) * 1000, 3),
    )


class _Shower:
    """Makes hits of matches."""

    def __init__(self, reader: Reader, highlighter: Highlighter) -> None:
        self._reader = reader
        self._highlighter = highlighter

    def hits(self, matches: Sequence[Match]) -> Iterator[Hit]:
        """Yield the hit of each match."""
        passages = self._reader.passages([match.number for match in matches])
        for match, passage in zip(matches, passages, strict=True):
            yield _hit(passage, match.score, self._highlighter.spans(passage))


def _hit(passage: Passage, score: float, marks: tuple[Span, ...]) -> Hit:
    shown = window(passage.text, marks)
    return Hit(
        id=passage.id,
        score=score,
        page=passage.page,
        url=passage.url,
        title=passage.title,
        org=passage.org,
        section=passage.section,
        label=passage.label,
        year=passage.year,
        year_source=passage.year_source,
        date=passage.date,
        author=passage.author,
        lang=passage.lang,
        years_mentioned=passage.years_mentioned,
        text=passage.text,
        highlights=marks,
        snippet=passage.text[slice(*shown)],
        snippet_highlights=within_window(marks, shown),
        link=link(passage),
    )


def link(passage: Passage) -> str | None:
    """Return the address of a passage: its page's, with a fragment of its first words."""
    if passage.url is None:
        return None
    line = passage.text.split("\n", 1)[0]
    start = " ".join(line.split(" ")[:_FRAGMENT_WORDS])
    # a hyphen, a comma and an ampersand mean something in a text fragment
    fragment = quote(start, safe="").replace("-", "%2D")
    return f"{passage.url}#:~:text={fragment}"


def _range(field: str, years: Years) -> Query:
    first, last = years if isinstance(years, tuple) else (years, years)
    if any(year is not None and not 0 <= year <= 9999 for year in (first, last)):
        raise QueryError(f"{_OPTIONS[field]} takes years from 0 to 9999")
    if first is not None and last is not None and first > last:
        raise QueryError(f"{_OPTIONS[field]}: {first} is later than {last}")
    return year_range(field, first, last)


def _check(limit: int, offset: int, sort: str, group_by: str | None, facets: Sequence[str]) -> None:
    if limit < 0 or offset < 0:
        raise QueryError("limit and offset cannot be negative")
    for option, value, choices in (
        ("sort", sort, SORTS),
        ("group_by", group_by or GROUPS[0], GROUPS),
        *(("facets", facet, FACETS) for facet in facets),
    ):
        if value not in choices:
            raise QueryError(f"{option} must be one of {', '.join(choices)}, not '{value}'")
