"""Words that are written in one way: which form stands in a passage is seen in its text."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Protocol

from whoosh.matching import Matcher
from whoosh.query import Or, Query
from whoosh.reading import IndexReader

from archivesearch.analysis import fold, spelling, unaccented
from archivesearch.nodes.choices import listed, walked
from archivesearch.nodes.patterns import Expanded
from archivesearch.words import plain_words

if TYPE_CHECKING:
    from whoosh.searching import SearchContext, Searcher


class WordTest(Protocol):
    """Tells of a word whether it is written as asked."""

    def __call__(self, word: str) -> bool:
        """Return whether it is."""
        ...


class _Asked:
    """What a test asks for; tests that ask for the same are equal."""

    __slots__ = ("_asked",)

    def __init__(self, asked: str) -> None:
        self._asked = asked

    def __str__(self) -> str:
        return self._asked

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and str(other) == str(self)

    def __hash__(self) -> int:
        return hash((type(self), self._asked))


class Spelled(_Asked):
    """Tells whether a word is spelled in one way, case apart."""

    __slots__ = ()

    @classmethod
    def like(cls, word: str) -> "Spelled":
        """Return the test that is passed by a word itself."""
        return cls(spelling(word))

    def __call__(self, word: str) -> bool:
        """Return whether a word is spelled so."""
        return spelling(word) == self._asked


class Shaped(_Asked):
    """Tells whether a word fits a pattern with `*` and `?`, case and accents apart."""

    __slots__ = ()

    def __call__(self, word: str) -> bool:
        """Return whether a word fits."""
        return fnmatchcase(unaccented(fold(word)), self._asked)


class Written(Query):
    """What another query finds, where words in a row of the stored text pass tests.

    The index holds one term for all forms of a word; which of them stands in a passage
    is seen in its text.
    """

    def __init__(self, fieldname: str, child: Query, tests: Sequence[WordTest]) -> None:
        self.fieldname = fieldname
        self.child = child
        self.tests = tuple(tests)
        self._passed = [_Passed(test) for test in tests]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Written) and (self.fieldname, self.child, self.tests) == (
            other.fieldname,
            other.child,
            other.tests,
        )

    def __hash__(self) -> int:
        return hash((self.fieldname, self.child, self.tests))

    def __repr__(self) -> str:
        return f"Written({self.child!r}, {list(self.tests)})"

    def estimate_size(self, ixreader: IndexReader) -> int:
        """Return how many documents it may find at most."""
        return self.child.estimate_size(ixreader)

    def matcher(self, searcher: "Searcher", context: "SearchContext | None" = None) -> Matcher:
        """Return what walks through the documents in which the words are written so."""
        child = self._fitting(self.child, searcher.reader())
        matcher = child.matcher(searcher, context)
        stored = "text" if self.fieldname == "repeated" else self.fieldname
        return listed(
            [
                (number, score)
                for number, score in walked(matcher)
                if self.is_in(searcher.stored_fields(number).get(stored, ""))
            ]
        )

    def _fitting(self, query: Query, reader: IndexReader) -> Query:
        """Return a query without the terms none of whose forms pass, where forms are known."""
        forms = getattr(reader, "forms", None)
        if forms is None or len(self.tests) != 1:
            return query
        if isinstance(query, Or):
            return type(query)([self._fitting(sub, reader) for sub in query.subqueries])
        if not isinstance(query, Expanded):
            return query
        (test,) = self.tests
        return query.among(reader, lambda term: any(map(test, forms(term))))

    def is_in(self, text: str) -> bool:
        """Whether a text has words in a row that pass the tests."""
        found = plain_words(text)
        first, *others = self._passed
        return any(
            first[word]
            and len(found) - at > len(others)
            and all(test[later] for test, later in zip(others, found[at + 1 :], strict=False))
            for at, word in enumerate(found)
        )


class _Passed(dict[str, bool]):
    """Whether words pass a test, found out once for each."""

    def __init__(self, test: WordTest) -> None:
        super().__init__()
        self._test = test

    def __missing__(self, word: str) -> bool:
        passed = self[word] = self._test(word)
        return passed
