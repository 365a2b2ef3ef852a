"""Words that are written in one way, or fit a pattern, in the form that they stand in."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Protocol

from whoosh.matching import Matcher, NullMatcher
from whoosh.query import Or, Query, Term
from whoosh.reading import IndexReader

from archivesearch.analysis.analyzer import fold, spelling_key, strip_accents
from archivesearch.analysis.tokenizer import split_words
from archivesearch.query.nodes.alternatives import InLanguages, list_matcher, scored_documents

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

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._asked!r})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and str(other) == str(self)

    def __hash__(self) -> int:
        return hash((type(self), self._asked))


class SameSpelling(_Asked):
    """Tells whether a word is spelled in one way, case apart."""

    __slots__ = ()

    @classmethod
    def for_word(cls, word: str) -> "SameSpelling":
        """Return the test that is passed by a word itself."""
        return cls(spelling_key(word))

    def __call__(self, word: str) -> bool:
        """Return whether a word is spelled so."""
        return spelling_key(word) == self._asked


class MatchesPattern(_Asked):
    """Tells whether a word fits a pattern with `*` and `?`, case and accents apart."""

    __slots__ = ()

    def __call__(self, word: str) -> bool:
        """Return whether a word fits."""
        return fnmatchcase(strip_accents(fold(word)), self._asked)


class FormPattern(Query):
    """Words that fit a pattern with `*` and `?` in the form that they stand in."""

    def __init__(self, fieldname: str, text: str, boost: float = 1.0) -> None:
        self.fieldname = fieldname
        self.text = text
        self.boost = boost
        self.test = MatchesPattern(text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FormPattern) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self.fieldname, self.text, self.boost))

    def __repr__(self) -> str:
        return f"Fitting({self.fieldname!r}, {self.text!r}, {self.boost!r})"

    def estimate_size(self, ixreader: IndexReader) -> int:
        """Return how many documents it may find at most."""
        return int(ixreader.doc_count())

    def matcher(self, searcher: "Searcher", context: "SearchContext | None" = None) -> Matcher:
        """Return what walks through the documents with such words."""
        reader: Any = searcher.reader()
        terms, documents = reader.fitting(self.fieldname, self.text)
        every = Or([Term(self.fieldname, term, boost=self.boost) for term in terms])
        if not every.subqueries:
            return NullMatcher()
        return _among(every.matcher(searcher, context), documents)


class ExactForm(Query):
    """What another query finds, where words in a row of the stored text pass tests.

    The index holds one term for all forms of a word. It knows which of them stands in a
    passage, but not which stands where: that is seen in its text.
    """

    def __init__(self, fieldname: str, child: Query, tests: Sequence[WordTest]) -> None:
        self.fieldname = fieldname
        self.child = child
        self.tests = tuple(tests)
        self._passed = [_Passed(test) for test in tests]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ExactForm) and (self.fieldname, self.child, self.tests) == (
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
        if apart := self.distribute():
            return apart.matcher(searcher, context)
        matcher = self.child.matcher(searcher, context)
        if len(self.tests) == 1:
            reader: Any = searcher.reader()
            return _among(matcher, reader.written(self.fieldname, self.child_terms(), *self.tests))
        stored = "text" if self.fieldname == "repeated" else self.fieldname
        return list_matcher(
            [
                (number, score)
                for number, score in scored_documents(matcher)
                if self.occurs_in(searcher.stored_fields(number).get(stored, ""))
            ]
        )

    def distribute(self) -> Query | None:
        """Return the tree in which each of several alternatives is written so, if there are any."""
        if isinstance(self.child, Or):
            each = [ExactForm(self.fieldname, one, self.tests) for one in self.child.subqueries]
            return type(self.child)(each, boost=self.child.boost)
        if isinstance(self.child, InLanguages):
            inner = ExactForm(self.fieldname, self.child.child, self.tests)
            return InLanguages(inner, self.child.langs)
        return None

    def child_terms(self) -> list[bytes]:
        """Return the terms that the words may stand as."""
        texts = dict.fromkeys(leaf.text for leaf in self.child.leaves() if isinstance(leaf, Term))
        return [t if isinstance(t, bytes) else t.encode("utf-8", "surrogatepass") for t in texts]

    def occurs_in(self, text: str) -> bool:
        """Whether a text has words in a row that pass the tests."""
        found = split_words(text)
        first, *others = self._passed
        return any(
            first[word]
            and len(found) - at > len(others)
            and all(test[later] for test, later in zip(others, found[at + 1 :], strict=False))
            for at, word in enumerate(found)
        )


def _among(matcher: Matcher, documents: AbstractSet[int]) -> Matcher:
    """Return what walks through those of the documents of a matcher that are among others."""
    return list_matcher([pair for pair in scored_documents(matcher) if pair[0] in documents])


class _Passed(dict[str, bool]):
    """Whether words pass a test, found out once for each."""

    def __init__(self, test: WordTest) -> None:
        super().__init__()
        self._test = test

    def __missing__(self, word: str) -> bool:
        passed = self[word] = self._test(word)
        return passed
