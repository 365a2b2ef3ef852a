"""Words as numbers: looked up in whole arrays, and each distinct one analyzed once.

A word of up to 24 bytes is three whole numbers, its bytes filled up with zeros, and those
numbers themselves are looked up and compared, so that no two words can be taken for one.
Where they stand in a table is decided by multipliers drawn for each build and kept
nowhere: no page can be written so that its words all want the same place.
"""

import secrets
import threading
from collections.abc import Sequence

import numpy as np

from archivesearch.analysis import Analyzer, spelling
from archivesearch.columnar.arrays import Array
from archivesearch.columnar.splitting import PADDING, Split
from archivesearch.columnar.strings import decoded, encoded

_LANE = 8
_LONGEST = PADDING  # bytes of a word that is looked up as numbers; others are rare
_FIRST_BITS = 12
_ENTERED = 1 << 16  # new words, or the same word again, that are sorted out at a time
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(_LANE + 1)], np.uint64)


class Vocabulary:
    """The words and terms that a build has met. Safe to use from several threads.

    Numbers are given in the order of meeting, which may be another each time.
    """

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._words: list[bytes] = []
        self._short = _Table(1)
        self._middling = _Table(_LONGEST // _LANE)
        self._long: dict[bytes, int] = {}
        self._terms: dict[bytes, int] = {}
        self._encoded: list[bytes] = []
        self._term_of: dict[str, Array] = {}
        self._forms: dict[bytes, int] = {}
        self._owners: list[int] = []
        self._usual: dict[int, int] = {}
        self._form_of: dict[str, Array] = {}
        self._lock = threading.Lock()

    def words(self, split: Split) -> Array:
        """Return the number of each word of some texts."""
        sizes = split.ends - split.starts
        found = np.empty(len(sizes), np.int32)
        looked_up = []
        for table, least, most in ((self._short, 1, _LANE), (self._middling, _LANE + 1, _LONGEST)):
            which = np.flatnonzero((sizes >= least) & (sizes <= most))
            looked_up.append((table, which, _keys(split, which, table.lanes)))
        with self._lock:
            for table, which, keys in looked_up:
                found[which] = self._numbers(table, keys, which, split)
            for place in np.flatnonzero(sizes > _LONGEST).tolist():
                word = split.data[split.starts[place] : split.ends[place]]
                number = self._long.setdefault(word, len(self._words))
                if number == len(self._words):
                    self._words.append(word)
                found[place] = number
        return found

    def terms(self, words: Array, lang: str) -> tuple[Array, Array]:
        """Return the numbers of the term and of the form that each word is in a language.

        A form is a term in one spelling, case apart. Of a word in the form that is usual
        for its term, as far as had been seen when the term was met, it is -1.
        """
        with self._lock:
            terms, forms = (
                _longer(known.get(lang), len(self._words))
                for known in (self._term_of, self._form_of)
            )
            self._term_of[lang], self._form_of[lang] = terms, forms
            found: Array = terms[words]
            unknown = np.flatnonzero(found < 0)
            if len(unknown):
                often = np.bincount(words[unknown], minlength=len(self._words))
                new = np.flatnonzero(often)
                new = new[np.argsort(-often[new], kind="stable")]  # the usual forms go first
                spelled = [decoded(self._words[number]) for number in new.tolist()]
                made = list(map(encoded, self._analyzer.new_terms(spelled, lang)))
                terms[new] = [self._number(term) for term in made]
                forms[new] = list(map(self._form, made, spelled))
                found[unknown] = terms[words[unknown]]
            return found, forms[words]

    def stemming(self, lang: str) -> str:
        """Return the language by whose rules words are stemmed, `""` for none: there are few."""
        return self._analyzer.stemming(lang)

    def key(self, key: str) -> int:
        """Return the number of a term that is given as it is."""
        with self._lock:
            return self._number(encoded(key))

    def __len__(self) -> int:
        return len(self._encoded)

    def sorted(self, numbers: Array) -> Array:
        """Return the numbers of some terms in the order of the terms' bytes."""
        terms = self._encoded
        return np.array(sorted(numbers.tolist(), key=terms.__getitem__), np.uint32)

    def term(self, number: int) -> bytes:
        """Return a term by its number."""
        return self._encoded[number]

    def usual(self, terms: Array) -> Array:
        """Return the numbers of the usual forms of some terms that are words."""
        return np.array([self._usual[term] for term in terms.tolist()], np.int32)

    def owners(self, forms: Array) -> Array:
        """Return the numbers of the terms that some forms are forms of."""
        return np.array([self._owners[form] for form in forms.tolist()], np.int32)

    def spellings(self) -> tuple[list[bytes], Array]:
        """Return how each form is spelled, and the rank of each form of a term among them."""
        pairs = list(self._forms)
        ranks = np.empty(len(pairs), np.int32)
        ranks[sorted(range(len(pairs)), key=pairs.__getitem__)] = np.arange(len(pairs))
        return [pair.partition(b"\0")[2] for pair in pairs], ranks

    def _form(self, term: bytes, word: str) -> int:
        """Return the number of a form, -1 for the first of a term."""
        number = self._forms.setdefault(term + b"\0" + encoded(spelling(word)), len(self._owners))
        if number == len(self._owners):
            self._owners.append(self._terms[term])
        return -1 if self._usual.setdefault(self._owners[number], number) == number else number

    def _numbers(self, table: "_Table", keys: Sequence[Array], which: Array, split: Split) -> Array:
        """Return the numbers of words, having entered those that are new."""
        found = table.find(keys)
        unknown = np.flatnonzero(found < 0)
        while len(unknown):
            # those of the first texts are entered, and found again in most of the others
            first, some = _distinct([lane[unknown[:_ENTERED]] for lane in keys])
            places = which[unknown[first]]
            starts, ends = split.starts[places].tolist(), split.ends[places].tolist()
            count = len(self._words)
            self._words += [split.data[a:b] for a, b in zip(starts, ends, strict=True)]
            table.enter(some, np.arange(count, len(self._words), dtype=np.int32))
            found[unknown] = table.find([lane[unknown] for lane in keys])
            unknown = unknown[found[unknown] < 0]
        return found

    def _number(self, term: bytes) -> int:
        number = self._terms.setdefault(term, len(self._encoded))
        if number == len(self._encoded):
            self._encoded.append(term)
        return number


def _longer(values: "Array | None", size: int) -> Array:
    """Return numbers of words with room for more of them, -1 where none is known."""
    if values is None:
        values = np.empty(0, np.int32)
    if len(values) >= size:
        return values
    return np.concatenate((values, np.full(size * 5 // 4 - len(values), -1, np.int32)))


def _keys(split: Split, which: Array, lanes: int) -> list[Array]:
    """Return the bytes of some words as so many whole numbers each."""
    every = np.ndarray((len(split.data) - _LANE + 1,), "<u8", buffer=split.data, strides=(1,))
    starts = split.starts[which]
    sizes = split.ends[which] - starts
    return [
        every[starts + lane] & _MASKS[np.clip(sizes - lane, 0, _LANE)]
        for lane in range(0, lanes * _LANE, _LANE)
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
        self._clear(_FIRST_BITS)

    def find(self, keys: Sequence[Array]) -> Array:
        """Return the number of each key, -1 where it has none."""
        slots = self._slots(keys)
        found: Array = self._numbers[slots]
        places = np.flatnonzero(self._differ(slots, keys) & (found >= 0))
        slots, keys = slots[places], [lane[places] for lane in keys]
        while len(places):  # another word has the slot; look into the next
            slots = (slots + 1) & (self._size - 1)
            found[places] = self._numbers[slots]
            missed = np.flatnonzero(self._differ(slots, keys) & (found[places] >= 0))
            places, slots = places[missed], slots[missed]
            keys = [lane[missed] for lane in keys]
        return found

    def enter(self, keys: Sequence[Array], numbers: Array) -> None:
        """Add keys, none of which the table has, each once."""
        self._count += len(numbers)
        if self._count * 2 > self._size:
            used = np.flatnonzero(self._numbers >= 0)
            old_keys, old_numbers = [lane[used] for lane in self._keys], self._numbers[used]
            self._clear((self._count * 4).bit_length())
            self._put(old_keys, old_numbers)
        self._put(keys, numbers)

    def _put(self, keys: Sequence[Array], numbers: Array) -> None:
        slots = self._slots(keys)
        while len(numbers):
            free = np.flatnonzero(self._numbers[slots] < 0)
            self._numbers[slots[free]] = numbers[free]  # of several one stays
            stay = self._numbers[slots] == numbers
            for lane, values in zip(self._keys, keys, strict=True):
                lane[slots[stay]] = values[stay]
            numbers, keys = numbers[~stay], [values[~stay] for values in keys]
            slots = (slots[~stay] + 1) & (self._size - 1)

    def _clear(self, bits: int) -> None:
        self._size = 1 << bits
        self._shift = np.uint64(64 - bits)
        self._keys = [np.zeros(self._size, np.uint64) for _ in range(self.lanes)]
        self._numbers = np.full(self._size, -1, np.int32)

    def _slots(self, keys: Sequence[Array]) -> Array:
        mixed = keys[0] * self._factors[0]
        for lane, factor in zip(keys[1:], self._factors[1:], strict=True):
            mixed += lane * factor
        return (mixed >> self._shift).astype(np.int64)

    def _differ(self, slots: Array, keys: Sequence[Array]) -> Array:
        """Return whether the keys at some slots are others."""
        differ: Array = self._keys[0][slots] != keys[0]
        for own, given in zip(self._keys[1:], keys[1:], strict=True):
            differ |= own[slots] != given
        return differ
