"""The query nodes that Whoosh lacks or has wrong: exact spellings, nearness, likeness."""

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import reduce
from typing import Any, Protocol

from whoosh import query as whoosh_query
from whoosh.matching import ListMatcher, Matcher, NullMatcher
from whoosh.query import And, AndNot, FuzzyTerm, MultiTerm, Or, Query, SpanNear2, Term, TermRange
from whoosh.query.spans import Span
from whoosh.reading import IndexReader
from whoosh.searching import SearchContext, Searcher

from archivesearch.analysis import fold, spelling, unaccented
from archivesearch.words import plain_words


class Near(SpanNear2):
    """Words of one field in a row, or in any order with at most `gap` other words among them."""

    def __init__(self, qs: Sequence[Query], fieldname: str, gap: int = 0) -> None:
        super().__init__(qs, slop=gap + 1, ordered=gap == 0)
        self.fieldname = fieldname
        self.gap = gap

    def _and_query(self) -> Query:
        return And(self.qs)  # Whoosh's own names a module that it has not imported

    def matcher(self, searcher: Searcher, context: SearchContext | None = None) -> Matcher:
        """Return what walks through the documents in which the words stand so."""
        if context is not None:
            context = context.set(needs_current=True)  # or alternatives forget their places
        matchers = [query.matcher(searcher, context) for query in self.qs]
        if not all(matcher.is_active() for matcher in matchers):
            return NullMatcher()
        return _NearMatcher(matchers, self.gap)


class _NearMatcher(SpanNear2.SpanNear2Matcher):
    """Walks through the documents that have all words, and stops at those that have them near."""

    def __init__(self, matchers: Sequence[Matcher], gap: int) -> None:
        self._gap = gap
        super().__init__(matchers, slop=gap + 1)

    def copy(self) -> "_NearMatcher":
        return _NearMatcher([matcher.copy() for matcher in self.ms], self._gap)

    def _get_spans(self) -> list[Span]:
        columns = [[span.start for span in matcher.spans()] for matcher in self.ms]
        return [Span(position) for position in sorted(together(columns, self._gap))]


def together(columns: Sequence[Sequence[int]], gap: int) -> set[int]:
    """Return the positions at which words stand together, given the positions of each.

    Without a gap the words stand in a row, in order. With one they stand in any order in
    a stretch of the text that holds at most `gap` other words.
    """
    if gap == 0:
        starts = reduce(
            set.intersection,
            ({place - at for place in column} for at, column in enumerate(columns)),
        )
        return {start + at for start in starts for at in range(len(columns))}
    needed = Counter(map(tuple, columns))  # a word that is asked for twice must stand twice
    places = sorted((place, column) for column in needed for place in column)
    shared = len({place for place, _ in places}) < len(places)
    result: set[int] = set()
    inside: Counter[tuple[int, ...]] = Counter()
    left = 0
    for right, (place, column) in enumerate(places):
        inside[column] += 1
        while place - places[left][0] + 1 > len(columns) + gap:
            inside[places[left][1]] -= 1
            left += 1
        if any(inside[column] < number for column, number in needed.items()):
            continue
        stretch = [place for place, _ in places[left : right + 1]]
        if not shared or _each_has_its_own(columns, frozenset(stretch)):
            result.update(stretch)
    return result


def _each_has_its_own(columns: Sequence[Sequence[int]], stretch: frozenset[int]) -> bool:
    """Whether each word can have a place in a stretch that no other has.

    Words that may stand as one and the same term have places in common. Whoever finds all
    of its places taken sees whether one who has them can move.
    """
    owner: dict[int, int] = {}

    def settle(word: int, tried: set[int]) -> bool:
        for place in columns[word]:
            if place in stretch and place not in tried:
                tried.add(place)
                if place not in owner or settle(owner[place], tried):
                    owner[place] = word
                    return True
        return False

    return all(settle(word, set()) for word in range(len(columns)))


class Choice(Or):
    """The ways in which one and the same thing may stand in the index: terms, or fields."""


class OtherName(Or):
    """Other names of what is asked for; `of` are the trees that ask for it."""

    def __init__(self, names: Sequence[Query], of: Sequence[Query]) -> None:
        super().__init__(names)
        self.of = tuple(of)


class Spoken(Query):
    """What another query finds, in pages of some languages alone.

    The words of a page become terms by the rules of its language, so that a term which a
    word has by those of another means another word there.
    """

    def __init__(self, child: Query, langs: Sequence[str]) -> None:
        self.child = child
        self.langs = tuple(langs)
        self.fieldname = getattr(child, "fieldname", None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Spoken) and vars(self) == vars(other)

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

    def matcher(self, searcher: Searcher, context: SearchContext | None = None) -> Matcher:
        """Return what walks through the documents in the languages."""
        terms = Or([Term("lang", lang) for lang in self.langs])
        inside = {number for number, _ in walked(terms.matcher(searcher, context))}
        found = walked(self.child.matcher(searcher, context))
        return listed([pair for pair in found if pair[0] in inside])


class Without(AndNot):
    """What one query finds and another does not."""

    def matcher(self, searcher: Searcher, context: SearchContext | None = None) -> Matcher:
        """Return what walks through the documents of the first that the second has not.

        Whoosh's own lets the first document pass, and skips past the end of lists.
        """
        unwanted = {number for number, _ in walked(self.b.matcher(searcher, context))}
        kept = [
            pair for pair in walked(self.a.matcher(searcher, context)) if pair[0] not in unwanted
        ]
        return listed(kept)


def walked(matcher: Matcher) -> Iterator[tuple[int, float]]:
    """Yield all documents of a matcher and their scores, one after the other."""
    while matcher.is_active():
        yield matcher.id(), matcher.score()
        matcher.next()


def listed(found: Sequence[tuple[int, float]]) -> Matcher:
    """Return a matcher of documents that are known already, with their scores."""
    if not found:
        return NullMatcher()
    return ListMatcher([number for number, _ in found], [score for _, score in found])


class YearRange(TermRange):
    """The documents with any year of a range; they all score the same."""

    def matcher(self, searcher: Searcher, context: SearchContext | None = None) -> Matcher:
        """Return what walks through the documents that have any of the years."""
        reader = searcher.reader()
        numbers: set[int] = set()
        for term in self._btexts(reader):
            numbers.update(reader.postings(self.fieldname, term).all_ids())
        return listed([(number, self.boost) for number in sorted(numbers)])


class _Expanded(MultiTerm):
    """A query that stands for several terms, whose scores add up.

    Whoosh's own counts frequencies instead, and forgets the boost of a single term.
    """

    def matcher(self, searcher: Searcher, context: SearchContext | None = None) -> Matcher:
        """Return what walks through the documents that have any of the terms."""
        texts = self._btexts(searcher.reader())
        terms = Or([Term(self.fieldname, text, boost=self.boost) for text in texts])
        return terms.matcher(searcher, context) if terms.subqueries else NullMatcher()


class Prefix(_Expanded, whoosh_query.Prefix):
    """Terms that begin so."""


class Wildcard(_Expanded, whoosh_query.Wildcard):
    """Terms that fit a pattern with `*` and `?`."""


class Fuzzy(_Expanded, FuzzyTerm):
    """Words that differ from one in at most `maxdist` letters, its first letter apart."""

    def __init__(self, fieldname: str, text: str, boost: float, maxdist: int) -> None:
        super().__init__(fieldname, text, boost=boost, maxdist=maxdist, prefixlength=1)

    def _btexts(self, reader: IndexReader) -> Iterator[bytes]:
        field = reader.schema[self.fieldname]
        for term in reader.expand_prefix(self.fieldname, self.text[: self.prefixlength]):
            if self.is_like(field.from_bytes(term)):
                yield term

    def is_like(self, term: str) -> bool:
        """Whether a term is near enough; two letters that changed places count as one."""
        from rapidfuzz.distance import OSA  # slow to import, and seldom needed

        return (
            term.startswith(self.text[: self.prefixlength])
            and OSA.distance(term, self.text, score_cutoff=self.maxdist) <= self.maxdist
        )


class WordTest(Protocol):
    """Tells of a word whether it is written as asked."""

    def __call__(self, word: str) -> bool:
        """Return whether it is."""
        ...


@dataclass(frozen=True, slots=True)
class Spelled:
    """Tells whether a word is spelled in one way, case apart."""

    spelling: str

    def __str__(self) -> str:
        return self.spelling

    @classmethod
    def like(cls, word: str) -> "Spelled":
        """Return the test that is passed by a word itself."""
        return cls(spelling(word))

    def __call__(self, word: str) -> bool:
        """Return whether a word is spelled so."""
        return spelling(word) == self.spelling


@dataclass(frozen=True, slots=True)
class Shaped:
    """Tells whether a word fits a pattern with `*` and `?`, case and accents apart."""

    pattern: str

    def __str__(self) -> str:
        return self.pattern

    def __call__(self, word: str) -> bool:
        """Return whether a word fits."""
        return fnmatchcase(unaccented(fold(word)), self.pattern)


class Fitting(Query):
    """Words that fit a pattern with `*` and `?` in the form that they stand in."""

    def __init__(self, fieldname: str, text: str, boost: float = 1.0) -> None:
        self.fieldname = fieldname
        self.text = text
        self.boost = boost
        self.test = Shaped(text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fitting) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self.fieldname, self.text, self.boost))

    def __repr__(self) -> str:
        return f"Fitting({self.fieldname!r}, {self.text!r}, {self.boost!r})"

    def estimate_size(self, ixreader: IndexReader) -> int:
        """Return how many documents it may find at most."""
        return int(ixreader.doc_count())

    def matcher(self, searcher: Searcher, context: SearchContext | None = None) -> Matcher:
        """Return what walks through the documents with such words."""
        reader: Any = searcher.reader()
        terms, documents = reader.fitting(self.fieldname, self.text)
        every = Or([Term(self.fieldname, term, boost=self.boost) for term in terms])
        if not every.subqueries:
            return NullMatcher()
        return _among(every.matcher(searcher, context), documents)


class Written(Query):
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

    def matcher(self, searcher: Searcher, context: SearchContext | None = None) -> Matcher:
        """Return what walks through the documents in which the words are written so."""
        if apart := self.apart():
            return apart.matcher(searcher, context)
        matcher = self.child.matcher(searcher, context)
        if len(self.tests) == 1:
            reader: Any = searcher.reader()
            return _among(matcher, reader.written(self.fieldname, self.terms(), *self.tests))
        stored = "text" if self.fieldname == "repeated" else self.fieldname
        return listed(
            [
                (number, score)
                for number, score in walked(matcher)
                if self.is_in(searcher.stored_fields(number).get(stored, ""))
            ]
        )

    def apart(self) -> Query | None:
        """Return the tree in which each of several alternatives is written so, if there are any."""
        if isinstance(self.child, Or):
            each = [Written(self.fieldname, one, self.tests) for one in self.child.subqueries]
            return type(self.child)(each, boost=self.child.boost)
        if isinstance(self.child, Spoken):
            inner = Written(self.fieldname, self.child.child, self.tests)
            return Spoken(inner, self.child.langs)
        return None

    def terms(self) -> list[bytes]:
        """Return the terms that the words may stand as."""
        texts = dict.fromkeys(leaf.text for leaf in self.child.leaves() if isinstance(leaf, Term))
        return [t if isinstance(t, bytes) else t.encode("utf-8", "surrogatepass") for t in texts]

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


def _among(matcher: Matcher, documents: Set[int]) -> Matcher:
    """Return what walks through those of the documents of a matcher that are among others."""
    return listed([pair for pair in walked(matcher) if pair[0] in documents])


class _Passed(dict[str, bool]):
    """Whether words pass a test, found out once for each."""

    def __init__(self, test: WordTest) -> None:
        super().__init__()
        self._test = test

    def __missing__(self, word: str) -> bool:
        passed = self[word] = self._test(word)
        return passed
