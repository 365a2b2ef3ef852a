"""Query nodes for exact word forms, and for patterns over word forms."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Protocol

from whoosh.matching import Matcher, NullMatcher
from whoosh.query import Or, Phrase, Query, Term
from whoosh.reading import IndexReader

from archivesearch.analysis.analyzer import fold, spelling_key, strip_accents
from archivesearch.analysis.tokenizer import split_words
from archivesearch.query.nodes.alternatives import InLanguages, list_matcher, scored_documents

if TYPE_CHECKING:
    from whoosh.searching import SearchContext, Searcher


class WordTest(Protocol):
    """A test of the form in which a word is written in a text."""

    def __call__(self, word: str) -> bool:
        """Return whether a word passes."""
        ...


class _TextTest:
    """Base class of tests that compare with a text; tests with the same text are equal."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._text!r})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and str(other) == str(self)

    def __hash__(self) -> int:
        return hash((type(self), self._text))


class SameSpelling(_TextTest):
    """Tests whether a word has one spelling; case and the kind of apostrophe do not matter."""

    __slots__ = ()

    @classmethod
    def for_word(cls, word: str) -> "SameSpelling":
        """Return the test for the spelling of a word."""
        return cls(spelling_key(word))

    def __call__(self, word: str) -> bool:
        """Return whether a word has the spelling."""
        return spelling_key(word) == self._text


class MatchesPattern(_TextTest):
    """Tests whether a word matches a pattern with `*` and `?`, without case and accents."""

    __slots__ = ()

    def __call__(self, word: str) -> bool:
        """Return whether a word matches the pattern."""
        return fnmatchcase(strip_accents(fold(word)), self._text)


class FormPattern(Query):
    """Words whose form in the text matches a pattern with `*` and `?`, whatever their term."""

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
        """Return an upper bound of the number of matches."""
        return int(ixreader.doc_count())

    def matcher(self, searcher: "Searcher", context: "SearchContext | None" = None) -> Matcher:
        """Return a matcher of the documents with such words."""
        reader: Any = searcher.reader()
        terms, documents = reader.terms_matching(self.fieldname, self.text)
        tree = Or([Term(self.fieldname, term, boost=self.boost) for term in terms])
        if not tree.subqueries:
            return NullMatcher()
        return _restrict(tree.matcher(searcher, context), documents)


class ExactForm(Query):
    """The matches of a query in which words in a row of the text pass tests, one for each.

    The index has one term for all forms of a word. It also has the forms of each term in a
    passage, but not their positions. So several words are tested in the stored text.
    """

    def __init__(self, fieldname: str, child: Query, tests: Sequence[WordTest]) -> None:
        self.fieldname = fieldname
        self.child = child
        self.tests = tuple(tests)
        self._results = [_TestCache(test) for test in tests]

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
        """Return an upper bound of the number of matches."""
        return self.child.estimate_size(ixreader)

    def matcher(self, searcher: "Searcher", context: "SearchContext | None" = None) -> Matcher:
        """Return a matcher of the documents in which the words pass the tests."""
        if tree := self.distribute():
            return tree.matcher(searcher, context)
        matcher = self.child.matcher(searcher, context)
        reader: Any = searcher.reader()
        if len(self.tests) == 1:
            return _restrict(
                matcher, reader.documents_with_form(self.fieldname, self.child_terms(), *self.tests)
            )
        if isinstance(self.child, Phrase):  # its words in the text may be a repeated sentence
            for term, test in zip(map(str.encode, self.child.words), self.tests, strict=True):
                documents = reader.documents_with_form(self.fieldname, [term], test)
                matcher = _restrict(matcher, documents)
        stored = "text" if self.fieldname == "repeated" else self.fieldname
        return list_matcher(
            [
                (number, score)
                for number, score in scored_documents(matcher)
                if self.occurs_in(searcher.stored_fields(number).get(stored, ""))
            ]
        )

    def distribute(self) -> Query | None:
        """Return an equal tree with the tests on each alternative; None if there are none.

        `ExactForm(Or([a, b]))` becomes `Or([ExactForm(a), ExactForm(b)])`.
        """
        if isinstance(self.child, Or):
            trees = [ExactForm(self.fieldname, tree, self.tests) for tree in self.child.subqueries]
            return type(self.child)(trees, boost=self.child.boost)
        if isinstance(self.child, InLanguages):
            inner = ExactForm(self.fieldname, self.child.child, self.tests)
            return InLanguages(inner, self.child.langs)
        return None

    def child_terms(self) -> list[bytes]:
        """Return the terms of the child, in UTF-8, without duplicates."""
        texts = dict.fromkeys(leaf.text for leaf in self.child.leaves() if isinstance(leaf, Term))
        return [t if isinstance(t, bytes) else t.encode("utf-8", "surrogatepass") for t in texts]

    def occurs_in(self, text: str) -> bool:
        """Whether a text has words in a row that pass the tests, each its own."""
        words = split_words(text)
        first, *rest = self._results
        return any(
            first[word]
            and len(words) - start > len(rest)
            and all(test[later] for test, later in zip(rest, words[start + 1 :], strict=False))
            for start, word in enumerate(words)
        )


def _restrict(matcher: Matcher, documents: AbstractSet[int]) -> Matcher:
    """Return a matcher of the documents of another one that are in a set."""
    return list_matcher([match for match in scored_documents(matcher) if match[0] in documents])


class _TestCache(dict[str, bool]):
    """A cache of the results of a test; a missing word is tested and added."""

    def __init__(self, test: WordTest) -> None:
        super().__init__()
        self._test = test

    def __missing__(self, word: str) -> bool:
        result = self[word] = self._test(word)
        return result
