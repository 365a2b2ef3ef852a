"""Which ways of standing in the index, names, and languages are meant; and what is not."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from whoosh.matching import ListMatcher, Matcher, NullMatcher
from whoosh.query import AndNot, Or, Query, Term
from whoosh.reading import IndexReader

if TYPE_CHECKING:
    from whoosh.searching import SearchContext, Searcher


class Alternatives(Or):
    """The ways in which one and the same thing may stand in the index: terms, or fields."""


class Alias(Or):
    """Other names of what is asked for; `of` are the trees that ask for it."""

    def __init__(self, aliases: Sequence[Query], originals: Sequence[Query]) -> None:
        super().__init__(aliases)
        self.originals = tuple(originals)


class InLanguages(Query):
    """What another query finds, in pages of some languages alone.

    The words of a page become terms by the rules of its language, so that a term which a
    word has by those of another means another word there.
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
        """Whether nothing stands below it."""
        return False

    def children(self) -> Iterator[Query]:
        """Return what stands below it."""
        return iter((self.child,))

    def estimate_size(self, ixreader: IndexReader) -> int:
        """Return how many documents it may find at most."""
        return self.child.estimate_size(ixreader)

    def matcher(self, searcher: "Searcher", context: "SearchContext | None" = None) -> Matcher:
        """Return what walks through the documents in the languages."""
        terms = Or([Term("lang", lang) for lang in self.langs])
        inside = {number for number, _ in scored_documents(terms.matcher(searcher, context))}
        found = scored_documents(self.child.matcher(searcher, context))
        return list_matcher([pair for pair in found if pair[0] in inside])


class Without(AndNot):
    """What one query finds and another does not."""

    def matcher(self, searcher: "Searcher", context: "SearchContext | None" = None) -> Matcher:
        """Return what walks through the documents of the first that the second has not.

        Whoosh's own lets the first document pass, and skips past the end of lists.
        """
        unwanted = {number for number, _ in scored_documents(self.b.matcher(searcher, context))}
        kept = [
            pair
            for pair in scored_documents(self.a.matcher(searcher, context))
            if pair[0] not in unwanted
        ]
        return list_matcher(kept)


def scored_documents(matcher: Matcher) -> Iterator[tuple[int, float]]:
    """Yield all documents of a matcher and their scores, one after the other."""
    while matcher.is_active():
        yield matcher.id(), matcher.score()
        matcher.next()


def list_matcher(found: Sequence[tuple[int, float]]) -> Matcher:
    """Return a matcher of documents that are known already, with their scores."""
    if not found:
        return NullMatcher()
    return ListMatcher([number for number, _ in found], [score for _, score in found])
