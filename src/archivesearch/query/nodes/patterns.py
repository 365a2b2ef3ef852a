"""Query nodes that expand to several terms: prefix, wildcard, fuzzy, range of years."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from whoosh import query as whoosh_query
from whoosh.matching import Matcher, NullMatcher
from whoosh.query import FuzzyTerm, MultiTerm, Or, Term, TermRange
from whoosh.reading import IndexReader

from archivesearch.query.nodes.alternatives import list_matcher

if TYPE_CHECKING:
    from whoosh.searching import SearchContext, Searcher


class YearRange(TermRange):
    """Documents with any year of a range; all have the boost as their score."""

    def matcher(self, searcher: "Searcher", context: "SearchContext | None" = None) -> Matcher:
        """Return a matcher of the documents that have any of the years."""
        reader = searcher.reader()
        numbers: set[int] = set()
        for term in self._btexts(reader):
            numbers.update(reader.postings(self.fieldname, term).all_ids())
        return list_matcher([(number, self.boost) for number in sorted(numbers)])


class _TermExpansion(MultiTerm):
    """Base class of queries that expand to several terms, whose scores are added.

    Whoosh's own class scores by frequencies instead, and loses the boost of a single term.
    """

    def matcher(self, searcher: "Searcher", context: "SearchContext | None" = None) -> Matcher:
        """Return a matcher of the documents that have any of the terms."""
        texts = self._btexts(searcher.reader())
        terms = Or([Term(self.fieldname, text, boost=self.boost) for text in texts])
        return terms.matcher(searcher, context) if terms.subqueries else NullMatcher()


class Prefix(_TermExpansion, whoosh_query.Prefix):
    """Terms that begin with `text`."""


class Wildcard(_TermExpansion, whoosh_query.Wildcard):
    """Terms that match a pattern with `*` and `?`."""


class Fuzzy(_TermExpansion, FuzzyTerm):
    """Terms that begin with the same letter and differ in at most `maxdist` letters."""

    def __init__(self, fieldname: str, text: str, boost: float, maxdist: int) -> None:
        super().__init__(fieldname, text, boost=boost, maxdist=maxdist, prefixlength=1)

    def _btexts(self, reader: IndexReader) -> Iterator[bytes]:
        field = reader.schema[self.fieldname]
        for term in reader.expand_prefix(self.fieldname, self.text[: self.prefixlength]):
            if self.matches_term(field.from_bytes(term)):
                yield term

    def matches_term(self, term: str) -> bool:
        """Whether a term is near enough; two letters that are swapped count as one."""
        from rapidfuzz.distance import OSA  # slow to import, and seldom needed

        return (
            term.startswith(self.text[: self.prefixlength])
            and OSA.distance(term, self.text, score_cutoff=self.maxdist) <= self.maxdist
        )
