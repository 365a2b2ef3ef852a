"""Highlighter: the spans of a passage's text to mark, for the words of a query."""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from archivesearch.analysis.analyzer import Analyzer
from archivesearch.analysis.tokenizer import find_words, locate_words, split_words, words
from archivesearch.lazy import lazy
from archivesearch.model.passages import Passage, Span
from archivesearch.query.nodes.near_positions import near_positions
from archivesearch.query.nodes.query import Marks, Query, WordTest
from archivesearch.query.nodes.traverse import leaves

_TEXT_FIELDS = ("text", "repeated")
_WHOLE_WORD = 1 << 30  # the length of a mark that ends with its word
# The greatest distance, in characters, between two marks that common words join.
_MAX_JOINED_GAP = 40
_WORD = re.compile(r"[^\W_]")

Forms = Callable[[str], Iterable[str]]
"""Returns all lower-case forms, in the archive, of the words that a term stands for."""

_Predicate = Callable[[str, str], bool]
"""Whether a term and its word pass a test of a leaf of the query."""
_Token = tuple[int, int, int, int]
"""A word of a text that passes a test: the bits of all such tests, its place, start and end.

The place counts words; start and end count characters.
"""


class Highlighter:
    """Finds the spans to mark in passages, for one query.

    A single word is marked wherever it is, a word of a phrase only in the phrase. Excluded
    words (NOT) are not marked, and neither are terms of another language than the
    passage's. Common words, those with `is_common(term)`, are marked only between two
    other marks, unless the query has no other words.

    `forms` does not change the result. With it, texts are searched for forms as strings,
    which is faster than to split them into words.
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
        self._is_common = is_common
        self._analyzer = analyzer
        self._markers: dict[str, _Marker | _JoiningMarker] = {}

    def spans(self, passage: Passage) -> tuple[Span, ...]:
        """Return the spans of a passage's text to mark, in order and without overlaps."""
        marker = self._markers.get(passage.lang)
        if marker is None:
            marker = self._markers[passage.lang] = self._marker(passage.lang)
        return marker.spans(passage)

    def _marker(self, lang: str) -> "_Marker | _JoiningMarker":
        marks = [leaf.marks() for leaf in leaves(self._query, lang)]
        marks = [each for each in marks if each.field in _TEXT_FIELDS and each.tests]
        marker = _Marker(marks, self._analyzer, lang, self._forms)
        if self._is_common is None:
            return marker
        single = [each.tests[0] for each in marks if len(each.tests) == 1]
        common = {test for test in single if isinstance(test, str) and self._is_common(test)}
        rare = [each for each in marks if len(each.tests) > 1 or each.tests[0] not in common]
        if not rare or len(rare) == len(marks):
            return marker
        return _JoiningMarker(_Marker(rare, self._analyzer, lang, self._forms), marker, common)


class _Marker:
    """Marks words in passages of one language. Each word to find has a test, each test a bit."""

    def __init__(
        self, marks: Iterable[Marks], analyzer: Analyzer, lang: str, forms: Forms | None
    ) -> None:
        self._predicates: list[tuple[int, _Predicate]] = []
        self._term_bits: dict[str, int] = {}
        self._field_bits = {"text": 0, "repeated": 0}
        self._single_words: list[tuple[int, int]] = []  # a bit, and the length of the mark
        self._phrases: list[tuple[list[int], int]] = []  # the bits of the words, and the gap
        self._forms = forms
        for field, tests, gap, length in marks:
            bits = [self._add_test(field, test) for test in tests]
            if len(bits) == 1:
                self._single_words.append((bits[0], length or _WHOLE_WORD))
            else:
                self._phrases.append((bits, gap))
        self._terms = analyzer.terms(lang)
        self._word_bits = _WordBits(self._terms, self._term_bits, self._predicates)
        self._marks_all_tokens = not self._phrases and all(
            length == _WHOLE_WORD for _, length in self._single_words
        )

    def term(self, word: str) -> str:
        """Return the term that a word stands for."""
        return self._terms[word]

    def spans(self, passage: Passage) -> tuple[Span, ...]:
        """Return the spans of a passage's text to mark, in order and without overlaps."""
        tokens = self._tokens(passage)
        if self._marks_all_tokens:
            return tuple(_join_overlapping([(start, end) for _, _, start, end in tokens]))
        spans = {
            (start, min(end, start + length))
            for bits, _, start, end in tokens
            for bit, length in self._single_words
            if bits & bit
        }
        for phrase, gap in self._phrases:
            columns = [[place for bits, place, _, _ in tokens if bits & bit] for bit in phrase]
            if all(columns):
                positions = near_positions(columns, gap)
                spans |= {(start, end) for _, place, start, end in tokens if place in positions}
        return tuple(_join_overlapping(sorted(spans)))

    def _add_test(self, field: str, test: WordTest) -> int:
        """Give a test the next bit; return the bit."""
        bit = (self._field_bits["text"] | self._field_bits["repeated"]) + 1
        self._field_bits[field] |= bit
        if isinstance(test, str):
            self._term_bits[test] = self._term_bits.get(test, 0) | bit
        else:
            self._predicates.append((bit, test))
        return bit

    def _tokens(self, passage: Passage) -> list[_Token]:
        """Return the words of a passage that pass a test of the field that they are in."""
        use_words = self._forms_to_find is None
        tokens = self._by_word(passage.text) if use_words else self._by_form(passage.text)
        if not passage.repeated:
            of_text = self._field_bits["text"]
            return [(b, place, i, j) for bits, place, i, j in tokens if (b := bits & of_text)]
        return [
            (b, place, start, end)
            for bits, place, start, end in tokens
            if (b := bits & self._field_bits[_field_at(start, passage)])
        ]

    def _by_word(self, text: str) -> Iterator[_Token]:
        """Test each word of a text."""
        word_bits = self._word_bits
        passing = [pair for pair in enumerate(split_words(text)) if word_bits[pair[1]]]
        for (place, word), span in zip(passing, locate_words(text, passing), strict=True):
            yield word_bits[word], place, *span

    def _by_form(self, text: str) -> list[_Token]:
        """Test only the words of a text that have a form to find.

        The places count these words, and one for all other words between two of them.
        """
        word_bits = self._word_bits
        with_form = find_words(text, self._forms_to_find or ())
        if not self._phrases:  # then the places do not matter
            return [(bits, 0, a, b) for word, a, b in with_form if (bits := word_bits[word])]
        tokens = []
        place = last = 0
        for word, start, end in with_form:
            place += 2 if _WORD.search(text, last, start) else 1
            last = end
            if bits := word_bits[word]:
                tokens.append((bits, place, start, end))
        return tokens

    @lazy
    def _forms_to_find(self) -> frozenset[str] | None:
        """The forms of all words that pass a test; None if they are not known.

        They do not help either where a phrase has a gap, since `_by_form` does not count
        the words between.
        """
        if self._predicates or self._forms is None or any(gap for _, gap in self._phrases):
            return None
        return frozenset(form for term in self._term_bits for form in self._forms(term))


class _WordBits(dict[str, int]):
    """The bits of the tests that each word passes, computed at its first use."""

    def __init__(
        self,
        terms: Mapping[str, str],
        term_bits: Mapping[str, int],
        predicates: Sequence[tuple[int, _Predicate]],
    ) -> None:
        super().__init__()
        self._terms = terms
        self._term_bits = term_bits
        self._predicates = predicates

    def __missing__(self, word: str) -> int:
        term = self._terms[word]
        bits = self._term_bits.get(term, 0)
        for bit, predicate in self._predicates:
            if predicate(term, word):
                bits |= bit
        self[word] = bits
        return bits


class _JoiningMarker:
    """Marks rare words, and common words only where they join two rare ones.

    `the strike of 1926` marks `strike`, `of` and `1926` in "the strike of 1926". Where a
    passage has no rare word, all words are marked.
    """

    def __init__(self, rare: _Marker, all_words: _Marker, common: Container[str]) -> None:
        self._rare = rare
        self._all_words = all_words
        self._common = common

    def spans(self, passage: Passage) -> tuple[Span, ...]:
        """Return the spans of a passage's text to mark, in order and without overlaps."""
        marks = self._rare.spans(passage)
        if not marks:
            return self._all_words.spans(passage)
        joining: list[Span] = []
        for (_, end), (start, _) in pairwise(marks):
            if 1 < start - end <= _MAX_JOINED_GAP:
                joining += self._joining_words(passage, end, start)
        return tuple(sorted((*marks, *joining))) if joining else marks

    def _joining_words(self, passage: Passage, start: int, end: int) -> list[Span]:
        """Return the words between two marks if all are common words of the query, else none."""
        between = list(words(passage.text[start:end]))
        if not all(self._all_words.term(word) in self._common for word, _, _ in between):
            return []
        return [(start + first, start + last) for _, first, last in between]


def _field_at(place: int, passage: Passage) -> str:
    """Return the field in which the word at a place of the text is indexed."""
    is_repeated = any(start <= place < end for start, end in passage.repeated)
    return "repeated" if is_repeated else "text"


def _join_overlapping(spans: Iterable[Span]) -> list[Span]:
    """Join spans that overlap, as pairs of CJK characters do. The spans are in order."""
    joined: list[Span] = []
    last = 0
    for start, end in spans:
        if start < last:
            joined[-1] = joined[-1][0], max(last, end)
            last = joined[-1][1]
        else:
            joined.append((start, end))
            last = end
    return joined
