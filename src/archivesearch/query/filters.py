"""How the words of a query are read, and what a search is narrowed to."""

from collections.abc import Sequence
from typing import NamedTuple

from whoosh.query import And, Query, Term

from archivesearch.analysis.analyzer import Analyzer
from archivesearch.analysis.sentences import DEFAULT_SPLITTER, SentenceSplitter
from archivesearch.errors import QueryError
from archivesearch.query.alias_expansion import NO_ALIASES, AliasExpansion
from archivesearch.query.parser import parse, phrase_query
from archivesearch.query.year_ranges import year_range

Years = int | tuple[int | None, int | None]
_OPTIONS = {"year": "year", "years_mentioned": "mentions"}


class QueryContext(NamedTuple):
    """How an archive's words are read: as which terms, in which languages, which are names."""

    analyzer: Analyzer
    languages: Sequence[str] = ()
    aliases: AliasExpansion = NO_ALIASES
    sentences: SentenceSplitter = DEFAULT_SPLITTER

    def for_language(self, lang: str | None) -> "QueryContext":
        """Return how words are read where only pages of one language are looked at."""
        return self if lang is None else self._replace(languages=(lang.lower(),))

    def tree(self, query: str, lang: str | None = None) -> Query:
        """Return the tree of a query, its words stemmed in one language or in all."""
        words = self.for_language(lang)
        return parse(query, words.analyzer, languages=words.languages, aliases=words.aliases)


class Filters(NamedTuple):
    """What a search is narrowed to; an organization by its canonical name."""

    org: str | None = None
    section: str | None = None
    year: Years | None = None
    mentions: Years | None = None
    lang: str | None = None

    def tree(self, context: QueryContext) -> Query | None:
        """Return the query tree of all that is narrowed to; None if nothing is."""
        trees: list[Query] = []
        if self.org is not None:
            trees.append(Term("org_key", self.org.casefold()))
        if self.section is not None:
            words = context.for_language(self.lang)
            trees.append(phrase_query("section", self.section, words.analyzer, words.languages))
        if self.year is not None:
            trees.append(_range("year", self.year))
        if self.mentions is not None:
            trees.append(_range("years_mentioned", self.mentions))
        if self.lang is not None:
            trees.append(Term("lang", self.lang.lower()))
        if len(trees) < 2:
            return trees[0] if trees else None
        return And(trees)


def _range(field: str, years: Years) -> Query:
    first, last = years if isinstance(years, tuple) else (years, years)
    if any(year is not None and not 0 <= year <= 9999 for year in (first, last)):
        raise QueryError(f"{_OPTIONS[field]} takes years from 0 to 9999")
    if first is not None and last is not None and first > last:
        raise QueryError(f"{_OPTIONS[field]}: {first} is later than {last}")
    return year_range(field, first, last)
