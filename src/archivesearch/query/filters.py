"""Query context and filters: the settings that turn a query and its filters into trees."""

from collections.abc import Sequence
from typing import NamedTuple

from archivesearch.analysis.analyzer import Analyzer
from archivesearch.analysis.sentences import DEFAULT_SPLITTER, SentenceSplitter
from archivesearch.errors import QueryError
from archivesearch.query.alias_expansion import NO_ALIASES, AliasExpansion
from archivesearch.query.nodes.compounds import And
from archivesearch.query.nodes.leaves import Key, YearRange
from archivesearch.query.nodes.query import Query
from archivesearch.query.parser import parse, phrase_query

Years = int | tuple[int | None, int | None]
"""A year, or a pair of first and last year, None for an open end."""
_OPTION_NAMES = {"year": "year", "years_mentioned": "mentions"}


class QueryContext(NamedTuple):
    """The settings of an archive for its queries.

    Words of a query are stemmed in `languages`; none means all languages of the analyzer.
    `aliases` are the names of the organizations. `sentences` finds the sentences of hits,
    for their snippets.
    """

    analyzer: Analyzer
    languages: Sequence[str] = ()
    aliases: AliasExpansion = NO_ALIASES
    sentences: SentenceSplitter = DEFAULT_SPLITTER

    def for_language(self, lang: str | None) -> "QueryContext":
        """Return the context for pages of one language; None leaves all languages."""
        return self if lang is None else self._replace(languages=(lang.lower(),))

    def tree(self, query: str, lang: str | None = None) -> Query:
        """Return the tree of a query. Its words are stemmed in `lang`, by default in all."""
        context = self.for_language(lang)
        return parse(query, self.analyzer, languages=context.languages, aliases=self.aliases)


class Filters(NamedTuple):
    """The filters of a search; None for those that are not set.

    `org` is the canonical name of an organization, `section` words of a heading in a row,
    `lang` a language code. `year` and `mentions` are a year, or a pair of first and last
    year, None for an open end.
    """

    org: str | None = None
    section: str | None = None
    year: Years | None = None
    mentions: Years | None = None
    lang: str | None = None

    def tree(self, context: QueryContext) -> Query | None:
        """Return the tree of all filters together; None if no filter is set.

        Raises QueryError for years that are not valid.
        """
        trees: list[Query] = []
        if self.org is not None:
            trees.append(Key("org_key", self.org.casefold()))
        if self.section is not None:
            languages = context.for_language(self.lang).languages
            trees.append(phrase_query("section", self.section, context.analyzer, languages))
        if self.year is not None:
            trees.append(_year_tree("year", self.year))
        if self.mentions is not None:
            trees.append(_year_tree("years_mentioned", self.mentions))
        if self.lang is not None:
            trees.append(Key("lang", self.lang.lower()))
        if len(trees) < 2:
            return trees[0] if trees else None
        return And(tuple(trees))


def _year_tree(field: str, years: Years) -> Query:
    first, last = years if isinstance(years, tuple) else (years, years)
    if any(year is not None and not 0 <= year <= 9999 for year in (first, last)):
        raise QueryError(f"{_OPTION_NAMES[field]} takes years from 0 to 9999")
    if first is not None and last is not None and first > last:
        raise QueryError(f"{_OPTION_NAMES[field]}: {first} is later than {last}")
    return YearRange(field, first, last)
