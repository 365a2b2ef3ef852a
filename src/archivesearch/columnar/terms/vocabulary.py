"""Words as numbers: looked up in whole arrays, and each distinct one analyzed once.

A word of up to 24 bytes is three whole numbers, its bytes filled up with zeros, and those
numbers themselves are looked up and compared, so that no two words can be taken for one.
Where they stand in a table is decided by multipliers drawn for each build and kept
nowhere: no page can be written so that its words all want the same place.
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

_LANE = 8
_LONGEST = PADDING  # bytes of a word that is looked up as numbers; others are rare
_FIRST_BITS = 12
_ENTERED = 1 << 16  # new words, or the same word again, that are sorted out at a time
# What is left of each lane of a word of so many bytes.
_MASKS = [
    np.array(
        [(1 << 8 * min(max(size - lane, 0), _LANE)) - 1 for size in range(_LONGEST + 1)], np.uint64
    )
    for lane in range(0, _LONGEST, _LANE)
]


@dataclass(frozen=True, slots=True)
class _Known:
    """The term of each word in a language, -1 where it is not known, and its form."""

    terms: Array
    forms: Array


_NOTHING = _Known(np.empty(0, np.int32), np.empty(0, np.int32))


class NewTerms(NamedTuple):
    """What a vocabulary has met: further terms, and forms with their terms and spellings.

    Both are numbered on from those before them. The first form of a term is its usual one.
    """

    vocabulary: str
    terms: Sequence[bytes]
    form_terms: Array
    form_spellings: Sequence[bytes]


class Vocabulary:
    """The words and terms that one process has met in a build, numbered as they were met.

    Other processes have others; `glossary.py` puts them together.
    """

    def __init__(self, analyzer: Analyzer) -> None:
        self.name = secrets.token_hex(8)
        self._analyzer = analyzer
        self._words = _Packed()
        self._short = _Table(1)
        self._middling = _Table(_LONGEST // _LANE)
        self._long: dict[bytes, int] = {}
        self._terms: dict[bytes, int] = {}
        self._encoded: list[bytes] = []
        self._usual = array("i")  # the first form of each term, -1 where it has none
        self._owners = array("i")
        self._spelled: list[bytes] = []
        self._further: dict[bytes, int] = {}  # the forms of terms beyond the first of each
        self._known: dict[str, _Known] = {}
        self._told = 0, 0

    def word_numbers(self, split: TokenizedTexts) -> Array:
        """Return the number of each word of some texts."""
        sizes = split.ends - split.starts
        found = np.empty(len(sizes), np.int32)
        for table, least, most in ((self._short, 1, _LANE), (self._middling, _LANE + 1, _LONGEST)):
            which = np.flatnonzero((sizes >= least) & (sizes <= most))
            keys = _keys(split, which, sizes[which], table.lanes)
            numbers = table.find(keys)
            unknown = np.flatnonzero(numbers < 0)
            if len(unknown):
                keys = [lane[unknown] for lane in keys]
                numbers[unknown] = self._enter(table, keys, which[unknown], split)
            found[which] = numbers
        for place in np.flatnonzero(sizes > _LONGEST).tolist():
            word = split.data[split.starts[place] : split.ends[place]]
            number = self._long.setdefault(word, len(self._words))
            if number == len(self._words):
                self._words.extend([word])
            found[place] = number
        return found

    def terms_and_forms(self, words: Array, lang: str) -> tuple[Array, Array]:
        """Return the numbers of the term and of the form that each word is in a language.

        A form is a term in one spelling, case apart. Of a word in the form that is usual
        for its term, as far as had been seen when the term was met, it is -1.
        """
        known = self._room(lang)
        found: Array = known.terms[words]
        unknown = np.flatnonzero(found < 0)
        if len(unknown):
            self._learn(known, words[unknown], lang)
            found[unknown] = known.terms[words[unknown]]
        return found, known.forms[words]

    def stemming_language(self, lang: str) -> str:
        """Return the language by whose rules words are stemmed, `""` for none: there are few."""
        return self._analyzer.stemming_language(lang)

    def key_number(self, key: str) -> int:
        """Return the number of a term that is given as it is."""
        return self._number(to_utf8(key))

    def __len__(self) -> int:
        return len(self._encoded)

    def sort_by_bytes(self, numbers: Array) -> Array:
        """Return the numbers of some terms in the order of the terms' bytes."""
        terms = self._encoded
        return np.array(sorted(numbers.tolist(), key=terms.__getitem__), np.uint32)

    def new_terms(self) -> NewTerms:
        """Return the terms and the forms that are new since this was asked the last time."""
        terms, forms = self._told
        self._told = len(self._encoded), len(self._owners)
        return NewTerms(
            self.name,
            self._encoded[terms:],
            np.array(self._owners[forms:], np.int32),
            self._spelled[forms:],
        )

    def _form(self, term: int, word: str) -> int:
        """Return the number of a form, -1 for the first of a term."""
        own, spelled = self._encoded[term], to_utf8(spelling_key(word))
        usual = self._usual[term]
        if usual < 0:
            self._usual[term] = len(self._owners)
            self._owners.append(term)
            self._spelled.append(own if spelled == own else spelled)  # one of equals is kept
            return -1
        if self._spelled[usual] == spelled:
            return -1
        number = self._further.setdefault(own + b"\0" + spelled, len(self._owners))
        if number == len(self._owners):
            self._owners.append(term)
            self._spelled.append(spelled)
        return number

    def _enter(
        self, table: "_Table", keys: Sequence[Array], places: Array, split: TokenizedTexts
    ) -> Array:
        """Return the numbers of words, given by keys and places, having entered them."""
        found = np.full(len(places), -1, np.int32)
        unknown = np.arange(len(places))
        while len(unknown):
            # those of the first texts are entered, and found again in most of the others
            first, some = _distinct([lane[unknown[:_ENTERED]] for lane in keys])
            at = places[unknown[first]]
            starts, ends = split.starts[at].tolist(), split.ends[at].tolist()
            count = len(self._words)
            self._words.extend(split.data[a:b] for a, b in zip(starts, ends, strict=True))
            table.enter(some, np.arange(count, len(self._words), dtype=np.int32))
            found[unknown] = table.find([lane[unknown] for lane in keys])
            unknown = unknown[found[unknown] < 0]
        return found

    def _learn(self, known: "_Known", words: Array, lang: str) -> None:
        """Enter the terms and the forms of those of some words that are not known."""
        often = np.bincount(words, minlength=len(self._words))
        new = np.flatnonzero((often > 0) & (known.terms[: len(often)] < 0))
        new = new[np.argsort(-often[new], kind="stable")]  # the usual forms go first
        spelled = [from_utf8(self._words[number]) for number in new.tolist()]
        terms = list(map(self._number, map(to_utf8, self._analyzer.compute_terms(spelled, lang))))
        known.forms[new] = list(map(self._form, terms, spelled))
        known.terms[new] = terms

    def _room(self, lang: str) -> "_Known":
        """Return what is known of words in a language, with room for all of them."""
        known = self._known.get(lang, _NOTHING)
        if len(known.terms) < len(self._words):
            size = len(self._words) * 5 // 4
            known = self._known[lang] = _Known(
                _longer(known.terms, size), _longer(known.forms, size)
            )
        return known

    def _number(self, term: bytes) -> int:
        number = self._terms.setdefault(term, len(self._encoded))
        if number == len(self._encoded):
            self._encoded.append(term)
            self._usual.append(-1)
        return number


class _Packed:
    """Many short strings in little memory, by number."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._ends = array("Q", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> bytes:
        return bytes(self._data[self._ends[number] : self._ends[number + 1]])

    def extend(self, strings: Iterable[bytes]) -> None:
        """Add strings."""
        for string in strings:
            self._data += string
            self._ends.append(len(self._data))


def _longer(values: Array, size: int) -> Array:
    """Return numbers with room for more of them, which are -1."""
    return np.concatenate((values, np.full(size - len(values), -1, np.int32)))


def _keys(split: TokenizedTexts, which: Array, sizes: Array, lanes: int) -> list[Array]:
    """Return the bytes of some words as so many whole numbers each."""
    every = np.ndarray((len(split.data) - _LANE + 1,), "<u8", buffer=split.data, strides=(1,))
    starts = split.starts[which]
    return [
        every[starts + lane * _LANE] & masks[sizes] for lane, masks in enumerate(_MASKS[:lanes])
    ]


def _distinct(keys: Sequence[Array]) -> tuple[Array, list[Array]]:
    """Return where distinct keys stand, and what they are."""
    order = np.lexsort(keys)
    keys = [lane[order] for lane in keys]
    first = np.ones(len(order), bool)
    first[1:] = np.any([lane[1:] != lane[:-1] for lane in keys], axis=0)
    return order[first], [lane[first] for lane in keys]


class _Table:
    """From keys of several 64-bit numbers to a number each, by open addressing."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        self._factors = [np.uint64(secrets.randbits(64) | 1) for _ in range(lanes)]
        self._count = 0
        self._slots = _Slots(lanes, _FIRST_BITS)

    def find(self, keys: Sequence[Array]) -> Array:
        """Return the number of each key, -1 where it has none."""
        slots = self._slots
        at = slots.of(self._mixed(keys))
        found: Array = slots.numbers[at]
        places = np.flatnonzero(slots.differ(at, keys))
        places = places[found[places] >= 0]
        at, keys = at[places], [lane[places] for lane in keys]
        while len(places):  # another word has the slot; look into the next
            at = slots.after(at)
            found[places] = slots.numbers[at]
            missed = np.flatnonzero(slots.differ(at, keys) & (found[places] >= 0))
            places, at = places[missed], at[missed]
            keys = [lane[missed] for lane in keys]
        return found

    def enter(self, keys: Sequence[Array], numbers: Array) -> None:
        """Add keys, none of which the table has, each once."""
        self._count += len(numbers)
        slots = self._slots
        if self._count * 2 > len(slots.numbers):
            used = np.flatnonzero(slots.numbers >= 0)
            old = [lane[used] for lane in slots.keys]
            larger = _Slots(self.lanes, (self._count * 2).bit_length())
            larger.put(self._mixed(old), old, slots.numbers[used])
            self._slots = slots = larger
        slots.put(self._mixed(keys), keys, numbers)

    def _mixed(self, keys: Sequence[Array]) -> Array:
        mixed: Array = keys[0] * self._factors[0]
        for lane, factor in zip(keys[1:], self._factors[1:], strict=True):
            mixed += lane * factor
        return mixed


class _Slots:
    """The slots of such a table, of which there are two to the power of `bits`."""

    def __init__(self, lanes: int, bits: int) -> None:
        self.keys = [np.zeros(1 << bits, np.uint64) for _ in range(lanes)]
        self.numbers = np.full(1 << bits, -1, np.int32)
        self._shift = np.uint64(64 - bits)

    def of(self, mixed: Array) -> Array:
        """Return the slot where the search for each key begins."""
        return (mixed >> self._shift).astype(np.int64)

    def after(self, slots: Array) -> Array:
        """Return the slot after each."""
        return (slots + 1) & (len(self.numbers) - 1)

    def differ(self, slots: Array, keys: Sequence[Array]) -> Array:
        """Return whether the keys at some slots are others."""
        differ: Array = self.keys[0][slots] != keys[0]
        for own, given in zip(self.keys[1:], keys[1:], strict=True):
            differ |= own[slots] != given
        return differ

    def put(self, mixed: Array, keys: Sequence[Array], numbers: Array) -> None:
        """Give keys slots of their own."""
        slots = self.of(mixed)
        while len(numbers):
            free = np.flatnonzero(self.numbers[slots] < 0)
            taken, first = np.unique(slots[free], return_index=True)
            placed = free[first]
            for lane, values in zip(self.keys, keys, strict=True):
                lane[taken] = values[placed]
            self.numbers[taken] = numbers[placed]
            stay = np.ones(len(numbers), bool)
            stay[placed] = False
            slots, numbers = self.after(slots[stay]), numbers[stay]
            keys = [values[stay] for values in keys]
