"""Vocabulary of a build: words as numbers, looked up in whole arrays, each analyzed once.

A word of up to 24 bytes is padded with zero bytes and taken as one or three 64-bit integers,
its *lanes*. The lanes themselves are the keys of a hash table and are compared, so two words
are never confused. The hash multiplies lanes by random factors, drawn for each build and
never stored. So nobody can write a page whose words all collide.
"""

import secrets
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from archivesearch.analysis.analyzer import Analyzer, spelling_key
from archivesearch.columnar.storage.array_files import Array
from archivesearch.columnar.storage.string_table import from_utf8, to_utf8
from archivesearch.columnar.terms.batch_tokenizer import PADDING, TokenizedTexts

_LANE_BYTES = 8
_MAX_KEY_BYTES = PADDING  # longer words are rare, and looked up in a dictionary
_INITIAL_SLOT_BITS = 12
_INSERT_BATCH = 1 << 16  # new occurrences of words that are deduplicated at a time

# For each lane: the mask that keeps the bytes of a word, by the size of the word.
_MASKS = [
    np.array(
        [
            (1 << 8 * min(max(size - start, 0), _LANE_BYTES)) - 1
            for size in range(_MAX_KEY_BYTES + 1)
        ],
        np.uint64,
    )
    for start in range(0, _MAX_KEY_BYTES, _LANE_BYTES)
]


class NewTerms(NamedTuple):
    """Terms and forms that a vocabulary has met since its last report.

    Their numbers continue those of earlier reports.

    - `vocabulary`: the name of the vocabulary.
    - `terms`: the bytes of each new term.
    - `form_terms`: int32, the term number of each new form.
    - `form_spellings`: the spelling of each new form.

    The first form of a term is its usual one.
    """

    vocabulary: str
    terms: Sequence[bytes]
    form_terms: Array
    form_spellings: Sequence[bytes]


class Vocabulary:
    """The words, terms and forms that one process has met in a build.

    A *word* is a spelling in a text, a *term* the result of its analysis, a *form* a term in
    one case-folded spelling. Each kind is numbered in the order of first occurrence; other
    processes have other numbers, and `MergedVocabulary` unites them. In English the words
    "party", "Party" and "parties" are one term, `parti`, in two forms.
    """

    def __init__(self, analyzer: Analyzer) -> None:
        self.name = secrets.token_hex(8)
        self._analyzer = analyzer
        self._words = _StringPool()
        self._short_words = _HashTable(1)
        self._medium_words = _HashTable(_MAX_KEY_BYTES // _LANE_BYTES)
        self._long_words: dict[bytes, int] = {}
        self._term_numbers: dict[bytes, int] = {}
        self._terms: list[bytes] = []
        self._usual_forms = array("i")  # the first form of each term, -1 for none
        self._form_terms = array("i")
        self._form_spellings: list[bytes] = []
        self._other_forms: dict[bytes, int] = {}  # all forms but the first of each term
        self._languages: dict[str, _LanguageTerms] = {}
        self._reported_counts = 0, 0

    def __len__(self) -> int:
        return len(self._terms)

    def word_numbers(self, texts: TokenizedTexts) -> Array:
        """Return the number of each word of the texts: int32, in order."""
        sizes = texts.ends - texts.starts
        numbers = np.empty(len(sizes), np.int32)
        for table, min_size, max_size in (
            (self._short_words, 1, _LANE_BYTES),
            (self._medium_words, _LANE_BYTES + 1, _MAX_KEY_BYTES),
        ):
            words = np.flatnonzero((sizes >= min_size) & (sizes <= max_size))
            keys = _keys(texts, words, sizes[words], table.lanes)
            own_numbers = table.find(keys)
            new = np.flatnonzero(own_numbers < 0)
            if len(new):
                keys = [lane[new] for lane in keys]
                own_numbers[new] = self._insert_words(table, keys, words[new], texts)
            numbers[words] = own_numbers
        for index in np.flatnonzero(sizes > _MAX_KEY_BYTES).tolist():
            word = texts.data[texts.starts[index] : texts.ends[index]]
            number = self._long_words.setdefault(word, len(self._words))
            if number == len(self._words):
                self._words.extend([word])
            numbers[index] = number
        return numbers

    def terms_and_forms(self, words: Array, lang: str) -> tuple[Array, Array]:
        """Return the term and the form of each word, given by number, in a language: int32.

        The form is -1 for the usual form of the term: the most frequent one among the words
        with which the term was first met.
        """
        language = self._language_terms(lang)
        terms: Array = language.terms[words]
        new = np.flatnonzero(terms < 0)
        if len(new):
            self._analyze(language, words[new], lang)
            terms[new] = language.terms[words[new]]
        return terms, language.forms[words]

    def stemming_language(self, lang: str) -> str:
        """Return the language whose stemming rules apply to `lang`; `""` for none."""
        return self._analyzer.stemming_language(lang)

    def key_number(self, key: str) -> int:
        """Return the term number of a key, which is not analyzed."""
        return self._term_number(to_utf8(key))

    def sort_by_bytes(self, terms: Array) -> Array:
        """Return the numbers of terms in the order of the terms' bytes: uint32."""
        return np.array(sorted(terms.tolist(), key=self._terms.__getitem__), np.uint32)

    def new_terms(self) -> NewTerms:
        """Return the terms and forms that are new since the last call."""
        terms, forms = self._reported_counts
        self._reported_counts = len(self._terms), len(self._form_terms)
        return NewTerms(
            self.name,
            self._terms[terms:],
            np.array(self._form_terms[forms:], np.int32),
            self._form_spellings[forms:],
        )

    def _insert_words(
        self, table: "_HashTable", keys: Sequence[Array], words: Array, texts: TokenizedTexts
    ) -> Array:
        """Insert words that the table lacks, and return their numbers.

        `words` are indices of words in the texts, among them many of the same word; `keys`
        are their lanes.
        """
        numbers = np.full(len(words), -1, np.int32)
        missing = np.arange(len(words))
        while len(missing):
            # The words of a first batch are inserted, and then found for most of the rest.
            firsts, new_keys = _distinct([lane[missing[:_INSERT_BATCH]] for lane in keys])
            first_words = words[missing[firsts]]
            starts, ends = texts.starts[first_words].tolist(), texts.ends[first_words].tolist()
            count = len(self._words)
            self._words.extend(texts.data[a:b] for a, b in zip(starts, ends, strict=True))
            table.insert(new_keys, np.arange(count, len(self._words), dtype=np.int32))
            numbers[missing] = table.find([lane[missing] for lane in keys])
            missing = missing[numbers[missing] < 0]
        return numbers

    def _language_terms(self, lang: str) -> "_LanguageTerms":
        """Return the terms and forms of words in a language, with room for all words."""
        language = self._languages.get(lang, _NO_TERMS)
        if len(language.terms) < len(self._words):
            size = len(self._words) * 5 // 4
            language = self._languages[lang] = _LanguageTerms(
                _extend(language.terms, size), _extend(language.forms, size)
            )
        return language

    def _analyze(self, language: "_LanguageTerms", words: Array, lang: str) -> None:
        """Enter the terms and forms of the words that are new to the language."""
        counts = np.bincount(words, minlength=len(self._words))
        new = np.flatnonzero((counts > 0) & (language.terms[: len(counts)] < 0))
        # The most frequent word first: its form becomes the usual one of the term.
        new = new[np.argsort(-counts[new], kind="stable")]
        new_words = [from_utf8(self._words[number]) for number in new.tolist()]
        new_terms = map(to_utf8, self._analyzer.compute_terms(new_words, lang))
        terms = list(map(self._term_number, new_terms))
        language.forms[new] = list(map(self._form_number, terms, new_words))
        language.terms[new] = terms

    def _term_number(self, term: bytes) -> int:
        """Return the number of a term, which is entered if it is new."""
        number = self._term_numbers.setdefault(term, len(self._terms))
        if number == len(self._terms):
            self._terms.append(term)
            self._usual_forms.append(-1)
        return number

    def _form_number(self, term: int, word: str) -> int:
        """Return the number of the form of a word, which is entered if it is new.

        The result is -1 for the usual form of the term: its first form.
        """
        term_bytes, spelling = self._terms[term], to_utf8(spelling_key(word))
        usual = self._usual_forms[term]
        if usual < 0:
            self._usual_forms[term] = len(self._form_terms)
            self._form_terms.append(term)
            # Equal strings share one object.
            self._form_spellings.append(term_bytes if spelling == term_bytes else spelling)
            return -1
        if self._form_spellings[usual] == spelling:
            return -1
        number = self._other_forms.setdefault(term_bytes + b"\0" + spelling, len(self._form_terms))
        if number == len(self._form_terms):
            self._form_terms.append(term)
            self._form_spellings.append(spelling)
        return number


@dataclass(frozen=True, slots=True)
class _LanguageTerms:
    """The term and the form of each word in one language, by the number of the word: int32.

    `terms` is -1 for words not yet analyzed. `forms` is -1 for usual forms too.
    """

    terms: Array
    forms: Array


_NO_TERMS = _LanguageTerms(np.empty(0, np.int32), np.empty(0, np.int32))


def _extend(values: Array, size: int) -> Array:
    """Return values extended by -1 to a size."""
    return np.concatenate((values, np.full(size - len(values), -1, np.int32)))


class _StringPool:
    """Many short byte strings by number, without an object for each."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._ends = array("Q", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> bytes:
        return bytes(self._data[self._ends[number] : self._ends[number + 1]])

    def extend(self, strings: Iterable[bytes]) -> None:
        """Append strings."""
        for string in strings:
            self._data += string
            self._ends.append(len(self._data))


def _keys(texts: TokenizedTexts, words: Array, sizes: Array, lanes: int) -> list[Array]:
    """Return the lanes of words, given by index, of these sizes in bytes: uint64.

    "castro" in one lane is the integer 0x6f7274736163: its bytes, the first one lowest.
    """
    # The 8 bytes from every byte of the data on, as integers, without a copy.
    integers = np.ndarray(
        (len(texts.data) - _LANE_BYTES + 1,), "<u8", buffer=texts.data, strides=(1,)
    )
    starts = texts.starts[words]
    return [
        integers[starts + lane * _LANE_BYTES] & masks[sizes]
        for lane, masks in enumerate(_MASKS[:lanes])
    ]


def _distinct(keys: Sequence[Array]) -> tuple[Array, list[Array]]:
    """Return the index of the first of each distinct key, and the distinct keys."""
    order = np.lexsort(keys)
    keys = [lane[order] for lane in keys]
    is_first = np.ones(len(order), bool)
    is_first[1:] = np.any([lane[1:] != lane[:-1] for lane in keys], axis=0)
    return order[is_first], [lane[is_first] for lane in keys]


class _HashTable:
    """From keys of `lanes` 64-bit integers to int32 numbers, by open addressing.

    Keys are given as one uint64 array per lane. All operations are on whole arrays.
    """

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        self._factors = [np.uint64(secrets.randbits(64) | 1) for _ in range(lanes)]
        self._count = 0
        self._slots = _Slots(lanes, _INITIAL_SLOT_BITS)

    def find(self, keys: Sequence[Array]) -> Array:
        """Return the number of each key, -1 for keys that are not in the table."""
        slots = self._slots
        at = slots.first(self._hashes(keys))
        numbers: Array = slots.numbers[at]
        pending = np.flatnonzero(slots.differ(at, keys))
        pending = pending[numbers[pending] >= 0]
        at, keys = at[pending], [lane[pending] for lane in keys]
        while len(pending):  # another key has the slot: try the next one
            at = slots.next(at)
            numbers[pending] = slots.numbers[at]
            missed = np.flatnonzero(slots.differ(at, keys) & (numbers[pending] >= 0))
            pending, at = pending[missed], at[missed]
            keys = [lane[missed] for lane in keys]
        return numbers

    def insert(self, keys: Sequence[Array], numbers: Array) -> None:
        """Insert distinct keys, none of which is in the table."""
        self._count += len(numbers)
        slots = self._slots
        if self._count * 2 > len(slots.numbers):
            used = np.flatnonzero(slots.numbers >= 0)
            old_keys = [lane[used] for lane in slots.keys]
            larger = _Slots(self.lanes, (self._count * 2).bit_length())
            larger.insert(self._hashes(old_keys), old_keys, slots.numbers[used])
            self._slots = slots = larger
        slots.insert(self._hashes(keys), keys, numbers)

    def _hashes(self, keys: Sequence[Array]) -> Array:
        hashes: Array = keys[0] * self._factors[0]
        for lane, factor in zip(keys[1:], self._factors[1:], strict=True):
            hashes += lane * factor
        return hashes


class _Slots:
    """The `2 ** bits` slots of a hash table; free slots have the number -1."""

    def __init__(self, lanes: int, bits: int) -> None:
        self.keys = [np.zeros(1 << bits, np.uint64) for _ in range(lanes)]
        self.numbers = np.full(1 << bits, -1, np.int32)
        self._shift = np.uint64(64 - bits)

    def first(self, hashes: Array) -> Array:
        """Return the first slot of each hash: its highest bits."""
        return (hashes >> self._shift).astype(np.int64)

    def next(self, slots: Array) -> Array:
        """Return the slot after each; the first one follows the last."""
        return (slots + 1) & (len(self.numbers) - 1)

    def differ(self, slots: Array, keys: Sequence[Array]) -> Array:
        """Return for each slot whether its key differs from the given one."""
        differ: Array = self.keys[0][slots] != keys[0]
        for slot_lane, lane in zip(self.keys[1:], keys[1:], strict=True):
            differ |= slot_lane[slots] != lane
        return differ

    def insert(self, hashes: Array, keys: Sequence[Array], numbers: Array) -> None:
        """Put each key into a free slot: its first slot, or the next free one after it."""
        slots = self.first(hashes)
        while len(numbers):
            free = np.flatnonzero(self.numbers[slots] < 0)
            # Of several keys that want one free slot the first gets it.
            taken, first = np.unique(slots[free], return_index=True)
            placed = free[first]
            for slot_lane, lane in zip(self.keys, keys, strict=True):
                slot_lane[taken] = lane[placed]
            self.numbers[taken] = numbers[placed]
            waiting = np.ones(len(numbers), bool)
            waiting[placed] = False
            slots, numbers = self.next(slots[waiting]), numbers[waiting]
            keys = [lane[waiting] for lane in keys]
