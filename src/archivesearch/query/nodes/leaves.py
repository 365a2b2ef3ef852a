"""Leaves of query trees: words, phrases, patterns, keys, ranges of years, everything, nothing.

`boost` multiplies the score of a leaf: the weight of its field and the weight that the query
gives it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from archivesearch.analysis.analyzer import fold, spelling_key, strip_accents, year_term
from archivesearch.analysis.tokenizer import is_cjk
from archivesearch.query.nodes.query import Description, Leaf, Marks, Query, Word, WordTest
from archivesearch.query.nodes.traverse import leaves


@dataclass(frozen=True, slots=True)
class Term(Leaf):
    """A term of a field of words."""

    field: str
    text: str
    boost: float = 1.0

    def row(self) -> tuple[str, ...]:
        """Return the term."""
        return (self.text,)

    def describe(self) -> Description:
        """Return the term."""
        return Description(self.text, self.field, self.boost)


@dataclass(frozen=True, slots=True)
class Key(Leaf):
    """A whole value of a field: a page, a language, an organization. All matches score 1."""

    field: str
    text: str

    def describe(self) -> Description:
        """Return the value."""
        return Description(self.text, self.field, 1.0)


@dataclass(frozen=True, slots=True)
class Phrase(Leaf):
    """Terms in a row."""

    field: str
    terms: tuple[str, ...]
    boost: float = 1.0

    def row(self) -> tuple[str, ...]:
        """Return the terms."""
        return self.terms

    def describe(self) -> Description:
        """Return the terms in quotes."""
        return Description(f'"{" ".join(self.terms)}"', self.field, self.boost)


@dataclass(frozen=True, slots=True)
class Near(Leaf):
    """Words of one field near one another; their scores add up.

    Without a `gap` they are in a row, in order. With one they are in any order, with at most
    `gap` other words between the first and the last. Each word is a term, a prefix or
    alternatives of these.
    """

    field: str
    parts: tuple[Query, ...]
    gap: int = 0

    def words(self) -> list[Word]:
        """Return the plain words, in order."""
        return [word for part in self.parts for word in part.words()]

    def describe(self) -> Description:
        """Return the words in quotes, with the gap; the weight is the greatest of theirs."""
        texts, _, weights = zip(*(part.describe() for part in self.parts), strict=True)
        gap = f"~{self.gap}" if self.gap else ""
        return Description(f'"{" ".join(texts)}"{gap}', self.field, max(weights))

    def marks(self) -> Marks:
        """Return the words that are near one another."""
        return Marks(self.field, tuple(map(_any_test, self.parts)), self.gap)


@dataclass(frozen=True, slots=True)
class Prefix(Leaf):
    """Terms or keys that begin with a text."""

    field: str
    text: str
    boost: float = 1.0

    def describe(self) -> Description:
        """Return the text and `*`."""
        return Description(f"{self.text}*", self.field, self.boost)

    def marks(self) -> Marks:
        """Return the words whose term has the prefix.

        A single CJK character is a prefix of the pairs in which text is indexed. Of such a
        pair only the character is marked.
        """
        length = len(self.text) if is_cjk(self.text) else None
        return Marks(self.field, (lambda term, word: term.startswith(self.text),), length=length)


@dataclass(frozen=True, slots=True)
class Wildcard(Leaf):
    """Terms or keys that match a pattern with `*` and `?`."""

    field: str
    text: str
    boost: float = 1.0

    def describe(self) -> Description:
        """Return the pattern."""
        return Description(self.text, self.field, self.boost)


@dataclass(frozen=True, slots=True)
class FormPattern(Leaf):
    """Words whose form in the text matches a pattern with `*` and `?`, whatever their term."""

    field: str
    text: str
    boost: float = 1.0

    def describe(self) -> Description:
        """Return the pattern."""
        return Description(self.text, self.field, self.boost)

    def marks(self) -> Marks:
        """Return the words that match the pattern, without case and accents."""
        return Marks(
            self.field, (lambda term, word: fnmatchcase(strip_accents(fold(word)), self.text),)
        )


@dataclass(frozen=True, slots=True)
class Fuzzy(Leaf):
    """Terms that begin with the same letter and differ in at most `distance` letters."""

    field: str
    text: str
    distance: int
    boost: float = 1.0

    def matches(self, term: str) -> bool:
        """Return whether a term is near enough; two letters that are swapped count as one."""
        from rapidfuzz.distance import OSA  # slow to import, and seldom needed

        return (
            term.startswith(self.text[:1])
            and OSA.distance(term, self.text, score_cutoff=self.distance) <= self.distance
        )

    def describe(self) -> Description:
        """Return the term, `~` and the distance."""
        return Description(f"{self.text}~{self.distance}", self.field, self.boost)

    def marks(self) -> Marks:
        """Return the words whose term is near enough."""
        return Marks(self.field, (lambda term, word: self.matches(term),))


@dataclass(frozen=True, slots=True)
class YearRange(Leaf):
    """Passages with any year of a range, both ends included; None is an open end.

    All have the boost as their score.
    """

    field: str
    first: int | None
    last: int | None
    boost: float = 1.0

    def describe(self) -> Description:
        """Return the first and the last year."""
        ends = ("" if year is None else year_term(year) for year in (self.first, self.last))
        return Description("-".join(ends), self.field, self.boost)


@dataclass(frozen=True, slots=True)
class ExactForm(Leaf):
    """The matches of words in a row that have exactly these spellings in the text.

    `child` is a leaf, or alternatives of leaves in several languages. Spellings are those of
    `spelling_key`. The index has one term for all forms of a word. It also has the forms of
    each term in a passage, but not their positions.
    """

    child: Query
    spellings: tuple[str, ...]

    def words(self) -> list[Word]:
        """Return the plain words, in order."""
        return self.child.words()

    def describe(self) -> Description:
        """Return `=` and the spellings."""
        return self.child.describe()._replace(text="=" + " ".join(self.spellings))

    def marks(self) -> Marks:
        """Return the words with the spellings."""
        return Marks(self.describe().field, tuple(map(_spelling_test, self.spellings)))


@dataclass(frozen=True, slots=True)
class Every(Leaf):
    """All passages, each with the score 1."""

    def describe(self) -> Description:
        """Return `*`."""
        return Description("*", "", 1.0)


@dataclass(frozen=True, slots=True)
class Nothing(Leaf):
    """No passage, as for a text without words."""

    def describe(self) -> Description:
        """Return no text."""
        return Description("", "", 1.0)


def _spelling_test(spelling: str) -> Callable[[str, str], bool]:
    return lambda term, word: spelling_key(word) == spelling


def _any_test(query: Query) -> WordTest:
    """Return a test that a word passes if it passes the test of any leaf of the query."""
    tests = [test for leaf in leaves(query) for test in leaf.marks().tests]
    if len(tests) == 1:
        return tests[0]
    return lambda term, word: any(
        term == test if isinstance(test, str) else test(term, word) for test in tests
    )
