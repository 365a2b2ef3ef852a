"""Query nodes for alternatives, organization aliases, languages and exclusion."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from whoosh.matching import ListMatcher, Matcher, NullMatcher
from whoosh.query import AndNot, Or, Query, Term
from whoosh.reading import IndexReader

if TYPE_CHECKING:
    from whoosh.searching import SearchContext, Searcher


class Alternatives(Or):
    """Alternatives for one word or phrase: its terms in several languages, or its fields."""


class Alias(Or):
    """Aliases of an organization; `originals` are the trees of the name that the query has."""

    def __init__(self, aliases: Sequence[Query], originals: Sequence[Query]) -> None:
        super().__init__(aliases)
        self.originals = tuple(originals)


class InLanguages(Query):
    """The matches of a query in pages of some languages only.

    The words of a page are stemmed by the rules of its language, and a term of another
    language may be another word there: the French stem of `worker` is `work`.
    """

    def __init__(self, child: Query, langs: Sequence[str]) -> None:
        self.child = child
        self.langs = tuple(langs)
        self.fieldname = getattr(child, "fieldname", None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, InLanguages) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self.child, self.langs))

    def __repr__(self) -> str:
        return f"Spoken({self.child!r}, {self.langs!r})"

    def is_leaf(self) -> bool:
        """Whether the node has no children."""
        return False

    def children(self) -> Iterator[Query]:
        """Return an iterator over the one child."""
        return iter((self.child,))

    def estimate_size(self, ixreader: IndexReader) -> int:
        """Return an upper bound of the number of matches."""
        return self.child.estimate_size(ixreader)

    def matcher(self, searcher: "Searcher", context: "SearchContext | None" = None) -> Matcher:
        """Return a matcher of the documents in the languages."""
        terms = Or([Term("lang", lang) for lang in self.langs])
        allowed = {number for number, _ in scored_documents(terms.matcher(searcher, context))}
        matches = scored_documents(self.child.matcher(searcher, context))
        return list_matcher([match for match in matches if match[0] in allowed])


class Without(AndNot):
    """The matches of a query that another query does not match."""

    def matcher(self, searcher: "Searcher", context: "SearchContext | None" = None) -> Matcher:
        """Return a matcher of the documents of the first query that the second does not match.

        Whoosh's own matcher always returns the first document, and skips past the end of
        lists.
        """
        excluded = {number for number, _ in scored_documents(self.b.matcher(searcher, context))}
        matches = scored_documents(self.a.matcher(searcher, context))
        return list_matcher([match for match in matches if match[0] not in excluded])


def scored_documents(matcher: Matcher) -> Iterator[tuple[int, float]]:
    """Yield `(number, score)` for each document of a matcher, in its order."""
    while matcher.is_active():
        yield matcher.id(), matcher.score()
        matcher.next()


def list_matcher(matches: Sequence[tuple[int, float]]) -> Matcher:
    """Return a matcher of some `(number, score)`, in ascending order of the numbers."""
    if not matches:
        return NullMatcher()
    return ListMatcher([number for number, _ in matches], [score for _, score in matches])
