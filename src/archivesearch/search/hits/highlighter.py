"""Which words of a passage answer a query."""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from whoosh.query import And, AndNot, Or, Phrase, Prefix, Query, Term

from archivesearch.analysis.analyzer import Analyzer
from archivesearch.analysis.tokenizer import find_words, is_cjk, locate_words, split_words, words
from archivesearch.lazy import lazy
from archivesearch.model.passages import Passage, Span
from archivesearch.query.nodes.alternatives import InLanguages
from archivesearch.query.nodes.exact import ExactForm, FormPattern, WordTest
from archivesearch.query.nodes.near import Near, near_positions
from archivesearch.query.nodes.patterns import Fuzzy

_WHOLE = 1 << 30
_TEXTS = ("text", "repeated")
# How far apart two words may stand, in characters, that common ones join.
_JOINT = 40
_JOINED = (And, Or)
_WORD = re.compile(r"[^\W_]")

# The one term that answers, or what tells of a term and its word whether they do.
_Tells = Callable[[str, str], bool]
_Test = str | _Tells
Forms = Callable[[str], Iterable[str]]
_Found = tuple[int, int, int, int]


class Highlighter:
    """Marks the words of passages that answer one query.

    Single words are marked wherever they stand, words of a phrase only where they form
    it. What only takes matches away (NOT) marks nothing, nor does a term of another
    language than the passage's. `forms` gives all spellings, case apart, of the words of
    the archive that a term stands for; with them it is faster. Terms that are `common`
    tell nothing by themselves: where others are marked, they are marked between these alone.
    """

    def __init__(
        self,
        query: Query,
        analyzer: Analyzer,
        forms: Forms | None = None,
        is_common: Callable[[str], bool] | None = None,
    ) -> None:
        self._query = query
        self._forms = forms
        self._common = is_common
        self._analyzer = analyzer
        self._markers: dict[str, _Marker] = {}

    def spans(self, passage: Passage) -> tuple[Span, ...]:
        """Return the spans of a passage's text to mark, in order, not overlapping."""
        marker = self._markers.get(passage.lang)
        if marker is None:
            marker = self._markers[passage.lang] = self._marker(passage.lang)
        return marker.spans(passage)

    def _marker(self, lang: str) -> "_Marker":
        leaves = list(_leaves(self._query, lang))
        every = _Marker(leaves, self._analyzer, lang, self._forms)
        if self._common is None:
            return every
        common = {
            str(leaf.text): leaf
            for leaf in leaves
            if isinstance(leaf, Term) and leaf.fieldname in _TEXTS and self._common(str(leaf.text))
        }
        telling = [leaf for leaf in leaves if str(getattr(leaf, "text", "")) not in common]
        if not common or not any(getattr(leaf, "fieldname", None) in _TEXTS for leaf in telling):
            return every
        return _Joining(_Marker(telling, self._analyzer, lang, self._forms), every, common)


class _Marker:
    """Marks words in passages of one language; every wanted word has a test, every test a bit."""

    def __init__(
        self, leaves: Iterable[Query], analyzer: Analyzer, lang: str, forms: Forms | None
    ) -> None:
        self._tests: list[tuple[int, _Tells]] = []
        self._by_term: dict[str, int] = {}
        self._bits = {"text": 0, "repeated": 0}
        self._singles: list[tuple[int, int]] = []
        self._rows: list[tuple[list[int], int]] = []
        self._forms = forms
        for leaf in leaves:
            if getattr(leaf, "fieldname", None) in self._bits:
                self._add(leaf)
        self._terms = analyzer.terms(lang)
        self._passed = _Passed(self._terms, self._by_term, self._tests)
        self._is_plain = not self._rows and all(length == _WHOLE for _, length in self._singles)
        """Whether all that is found is marked, and whole."""

    def term(self, word: str) -> str:
        """Return the term that a word stands for."""
        return self._terms[word]

    def spans(self, passage: Passage) -> tuple[Span, ...]:
        """Return the spans of a passage's text to mark, in order, not overlapping."""
        found = self._found(passage)
        if self._is_plain:
            return tuple(_disjoint([(start, end) for _, _, start, end in found]))
        marked = {
            (start, min(end, start + length))
            for passed, _, start, end in found
            for bit, length in self._singles
            if passed & bit
        }
        for bits, gap in self._rows:
            columns = [[place for passed, place, _, _ in found if passed & bit] for bit in bits]
            if all(columns):
                places = near_positions(columns, gap)
                marked |= {(start, end) for _, place, start, end in found if place in places}
        return tuple(_disjoint(sorted(marked)))

    def _add(self, leaf: Any) -> None:
        field: str = leaf.fieldname
        if isinstance(leaf, Phrase):
            self._row(field, [str(word) for word in leaf.words], 0)
        elif isinstance(leaf, Near):
            self._row(field, [_alternatives(sub) for sub in leaf.qs], leaf.gap)
        elif isinstance(leaf, ExactForm):
            self._row(field, [_written(test) for test in leaf.tests], 0)
        elif test := _test(leaf):
            self._singles.append((self._bit(field, test), _length(leaf)))

    def _row(self, field: str, tests: Sequence[_Test], gap: int) -> None:
        self._rows.append(([self._bit(field, test) for test in tests], gap))

    def _bit(self, field: str, test: _Test) -> int:
        bit = (self._bits["text"] | self._bits["repeated"]) + 1
        self._bits[field] |= bit
        if isinstance(test, str):
            self._by_term[test] = self._by_term.get(test, 0) | bit
        else:
            self._tests.append((bit, test))
        return bit

    def _found(self, passage: Passage) -> list[_Found]:
        """Return the words that pass any test: which, at what position, and their span."""
        by_word = self._likely is None
        passing = self._by_word(passage.text) if by_word else self._by_spelling(passage.text)
        if not passage.repeated:
            own = self._bits["text"]
            return [(bits, at, a, b) for every, at, a, b in passing if (bits := every & own)]
        return [
            (bits, at, start, end)
            for every, at, start, end in passing
            if (bits := every & self._bits["repeated" if _inside(start, passage) else "text"])
        ]

    def _by_word(self, text: str) -> Iterator[_Found]:
        """Look at every word of a text."""
        passed = self._passed
        found = [(at, word) for at, word in enumerate(split_words(text)) if passed[word]]
        for (at, word), span in zip(found, locate_words(text, found), strict=True):
            yield passed[word], at, *span

    def _by_spelling(self, text: str) -> list[_Found]:
        """Look at the words alone that are spelled as they must be.

        Positions count those words, and one for all others between two of them.
        """
        passed = self._passed
        likely = find_words(text, self._likely or ())
        if not self._rows:  # where it does not matter how near they are
            return [(bits, 0, a, b) for word, a, b in likely if (bits := passed[word])]
        found = []
        at = last = 0
        for word, start, end in likely:
            at += 2 if _WORD.search(text, last, start) else 1
            last = end
            if bits := passed[word]:
                found.append((bits, at, start, end))
        return found

    @lazy
    def _likely(self) -> frozenset[str] | None:
        """The spellings that words must have to pass; None where that is not known.

        How many words stand between two others is not seen either, so that it may not matter.
        """
        if self._tests or self._forms is None or any(gap for _, gap in self._rows):
            return None
        return frozenset(form for term in self._by_term for form in self._forms(term))


class _Joining(_Marker):
    """Marks words that tell something, and common ones where they join two of them."""

    def __init__(self, telling: _Marker, every: _Marker, common: Container[str]) -> None:
        self._telling = telling
        self._every = every
        self._common = common

    def spans(self, passage: Passage) -> tuple[Span, ...]:
        """Return the spans of a passage's text to mark, in order, not overlapping."""
        marks = self._telling.spans(passage)
        if not marks:
            return self._every.spans(passage)
        joined: list[Span] = []
        for (_, end), (start, _) in pairwise(marks):
            if 1 < start - end <= _JOINT:
                joined += self._between(passage, end, start)
        return tuple(sorted((*marks, *joined))) if joined else marks

    def _between(self, passage: Passage, first: int, last: int) -> list[Span]:
        """Return the words of a part of a text, if all of them are common ones of the query."""
        found = list(words(passage.text[first:last]))
        if not all(self._every.term(word) in self._common for word, _, _ in found):
            return []
        return [(first + start, first + end) for _, start, end in found]


def _inside(place: int, passage: Passage) -> bool:
    """Whether a place lies in a repeated span."""
    return any(start <= place < end for start, end in passage.repeated)


class _Passed(dict[str, int]):
    """The bits of the tests that each word passes, worked out when it is first met."""

    def __init__(
        self,
        terms: Mapping[str, str],
        by_term: Mapping[str, int],
        tests: Sequence[tuple[int, _Tells]],
    ) -> None:
        super().__init__()
        self._terms = terms
        self._by_term = by_term
        self._tests = tests

    def __missing__(self, word: str) -> int:
        term = self._terms[word]
        passed = self._by_term.get(term, 0)
        for bit, test in self._tests:
            if test(term, word):
                passed |= bit
        self[word] = passed
        return passed


def _disjoint(spans: Iterable[Span]) -> list[Span]:
    """Join spans that overlap, as the pairs of CJK characters do."""
    found: list[Span] = []
    last = 0
    for start, end in spans:
        if start < last:
            found[-1] = found[-1][0], max(last, end)
            last = found[-1][1]
        else:
            found.append((start, end))
            last = end
    return found


def _leaves(query: Query, lang: str) -> Iterator[Query]:
    """Yield the nodes that say which words are wanted in passages of a language."""
    if isinstance(query, Term):
        yield query
    elif isinstance(query, InLanguages):
        if lang in query.langs:
            yield from _leaves(query.child, lang)
    elif isinstance(query, _JOINED):
        for child in query.subqueries:
            yield from _leaves(child, lang)
    elif isinstance(query, AndNot):
        yield from _leaves(query.a, lang)
    else:
        yield query


def _alternatives(query: Query) -> _Test:
    tests = [test for leaf in _leaves(query, "") if (test := _test(leaf))]
    if len(tests) == 1:
        return tests[0]
    return lambda term, word: any(
        term == test if isinstance(test, str) else test(term, word) for test in tests
    )


def _length(leaf: Query) -> int:
    """How much of a word to mark: all, or of a pair of CJK characters the one looked for."""
    if isinstance(leaf, Prefix) and is_cjk(leaf.text):
        return len(leaf.text)
    return _WHOLE


def _written(test: WordTest) -> _Test:
    return lambda term, word: test(word)


def _test(leaf: Query) -> _Test | None:
    """Return what tells whether a token answers a leaf of the query; None if none can."""
    if isinstance(leaf, Term):
        return str(leaf.text)
    if isinstance(leaf, Prefix):
        start = leaf.text
        return lambda term, word: term.startswith(start)
    if isinstance(leaf, FormPattern):
        return lambda term, word: leaf.test(word)
    if isinstance(leaf, Fuzzy):
        return lambda term, word: leaf.matches_term(term)
    return None
