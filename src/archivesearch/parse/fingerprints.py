"""Numbers that stand for what a page says, so that pages can be compared without their texts.

A *unit* is a line, or a sentence of it; a *shingle* two words in a row. Both are known by
64-bit hashes of their words: case, spaces and punctuation do not count. All of it is done
on the arrays of a whole page. Hashes only propose: before anything is folded or left out
for being a copy, the texts themselves are compared.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from archivesearch.model.pages import Page, paragraphs

# A signature of 32 values in 8 bands of 4: of two passages that share 8 of 10 shingles
# 98.5 % meet in a band, of those that share 9 of 10 all but 2 in 10,000.
BANDS = 8
_ROWS = 4
_SEED = 20

# Shorter passages ("See below.") say too little to be a copy of anything.
LEAST_WORDS = 10

# A shorter part of a line says too little to be counted: "From The Militant, Vol."
_LEAST_PART = 6

# Code points worked on at a time, so that a page which is one line needs no more memory.
_PIECE = 1 << 17

_OTHER, _SPACE, _LINE, _STOP, _CLOSER, _WIDE_STOP, _DIGIT, _LETTER, _SIGN = range(9)
_PLANE = 1 << 16
_FACTOR = 0x9E3779B97F4A7C15
_INVERSE = pow(_FACTOR, -1, 1 << 64)  # modulo 2**64, as all that is done here


@dataclass(frozen=True, slots=True)
class Units:
    """The units of some texts, in order: columns of one value for each.

    `hashes` are uint64; `texts` says in which text a unit stands, `starts` and `ends`
    where in it, in code points; `words` is how many words it has, `counted` whether it
    says enough to be counted.
    """

    hashes: npt.NDArray[np.uint64]
    texts: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    words: npt.NDArray[np.int64]
    counted: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """What is kept of the passages of a page.

    One value for each unit: `units` are their hashes, `owners` the number of the passage
    in the page, `words` and `counted` as in Units, at most 65,535 words. One row for each
    passage: `bands`, uint32, all 0 where it is compared with none; `lengths` in words.
    """

    units: npt.NDArray[np.uint64]
    owners: npt.NDArray[np.uint32]
    words: npt.NDArray[np.uint16]
    counted: npt.NDArray[np.bool_]
    bands: npt.NDArray[np.uint32]
    lengths: npt.NDArray[np.uint32]

    def packed(self) -> bytes:
        """Return all of it as bytes, as `unpacked` takes them."""
        sizes = np.array([len(self.units), len(self.lengths)], np.uint32)
        columns = (
            *(self.units, self.owners, self.words, self.counted),
            *(self.bands, self.lengths),
        )
        return sizes.tobytes() + b"".join(column.tobytes() for column in columns)


def unpacked(packed: bytes) -> Fingerprints:
    """Return the fingerprints that were packed."""
    units, passages = (int(size) for size in np.frombuffer(packed, np.uint32, 2))
    at = 8
    columns: list[npt.NDArray[Any]] = []
    for kind, size in (
        (np.uint64, units),
        (np.uint32, units),
        (np.uint16, units),
        (np.bool_, units),
        (np.uint32, passages * BANDS),
        (np.uint32, passages),
    ):
        columns.append(np.frombuffer(packed, kind, size, at))
        at += columns[-1].nbytes
    hashes, owners, words, counted, bands, lengths = columns
    return Fingerprints(hashes, owners, words, counted, bands.reshape(-1, BANDS), lengths)


def fingerprinted(page: Page) -> Page:
    """Return a page with the fingerprints of its passages."""
    texts = [paragraph.own_text for _, paragraph in paragraphs(page)]
    return replace(page, fingerprints=fingerprints(texts).packed())


def fingerprints(texts: Sequence[str]) -> Fingerprints:
    """Return the fingerprints of the passages of a page, given their texts."""
    words = _Words(texts)
    units = words.units()
    return Fingerprints(
        units=units.hashes,
        owners=units.texts.astype(np.uint32),
        words=np.minimum(units.words, 0xFFFF).astype(np.uint16),
        counted=units.counted,
        bands=_bands(words),
        lengths=words.lengths.astype(np.uint32),
    )


def units(texts: Sequence[str]) -> Units:
    """Return the units of texts."""
    return _Words(texts).units()


def bands(texts: Sequence[str]) -> npt.NDArray[np.uint32]:
    """Return the bands of the signatures of texts, a row for each."""
    return _bands(_Words(texts))


class _Words:
    """The words of some texts in order: their hashes, where they stand, and what parts them.

    `text_of` is the number of the text of each word, `lengths` how many each text has.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = len(texts)
        pieces = [_Piece(*piece) for piece in _pieces(texts)]
        self.hashes = _joined([piece.hashes for piece in pieces], np.uint64)
        self.text_of = _joined([piece.text_of for piece in pieces], np.int64)
        self.lengths = np.bincount(self.text_of, minlength=self.texts)
        self._pieces = pieces

    def units(self) -> Units:
        """Put the words together to units."""
        parts = [piece.units() for piece in self._pieces]
        return Units(
            *(
                _joined([getattr(part, name) for part in parts], kind)
                for name, kind in (
                    ("hashes", np.uint64),
                    ("texts", np.int64),
                    ("starts", np.int64),
                    ("ends", np.int64),
                    ("words", np.int64),
                    ("counted", np.bool_),
                )
            )
        )


class _Piece:
    """Some texts, or a part of a long one, as arrays; `at` is where the part begins."""

    def __init__(self, texts: Sequence[str], first: int, at: int) -> None:
        joined = "\n".join(texts) + "\n"
        points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        near = points.astype(np.intp)  # so that numpy need not make it so twice
        beyond = np.flatnonzero(points >= _PLANE)
        near[beyond] = _PLANE - 1
        classes = _classes().take(near)
        letters = _folded().take(near)
        letters[beyond] = points[beyond]
        inside = classes >= _DIGIT
        parted = classes == _SIGN
        parted[1:] |= parted[:-1] | ~inside[:-1]
        parted[0] = True
        self._starts = np.flatnonzero(inside & parted)
        self.hashes = _mixed(_summed(letters, self._starts))
        self._first = first
        self._at = at
        self._classes = classes
        sizes = np.array([len(text) + 1 for text in texts], np.int64)
        self._text_starts = np.cumsum(sizes) - sizes
        before = np.searchsorted(self._starts, self._text_starts)
        counts = np.diff(before, append=len(self._starts))
        self.text_of = np.repeat(np.arange(first, first + len(texts)), counts)

    def units(self) -> Units:
        """Put the words together to units."""
        classes = self._classes
        breaks = self._breaks()
        through = np.searchsorted(self._starts, breaks)
        counts = np.diff(through, prepend=0)
        found = np.flatnonzero(counts)
        counts = counts[found]
        first = through[found] - counts
        hashes = _mixed(_summed(self.hashes, first))
        ends = breaks[found]
        starts = np.where(found > 0, breaks[found - 1] + 1, 0)
        is_line = (classes[ends] == _LINE) & ((starts == 0) | (classes[starts - 1] == _LINE))
        kinds = np.maximum.reduceat(classes, starts) if len(starts) else classes[:0]
        counted = ((counts >= _LEAST_PART) | is_line) & (kinds > _DIGIT)
        texts = self.text_of[first]
        within = self._text_starts[texts - self._first] - self._at
        return Units(hashes, texts, starts - within, ends + 1 - within, counts, counted)

    def _breaks(self) -> npt.NDArray[np.int64]:
        """Return the places of characters after which a line or a sentence ends."""
        classes = self._classes
        at = np.flatnonzero(classes == _STOP)
        for _ in range(2):
            at = at + (classes[np.minimum(at + 1, len(classes) - 1)] == _CLOSER)
        ends = (classes == _LINE) | (classes == _WIDE_STOP)
        ends[at[classes[at + 1] == _SPACE] + 1] = True  # a line end is always last
        return np.flatnonzero(ends)


def _pieces(texts: Sequence[str]) -> Iterator[tuple[Sequence[str], int, int]]:
    """Yield texts by the piece: the texts, the number of the first, and where it is cut."""
    first = size = 0
    for number, text in enumerate(texts):
        if size + len(text) > _PIECE and number > first:
            yield texts[first:number], first, 0
            first, size = number, 0
        if len(text) > _PIECE:
            for at in range(0, len(text), _PIECE):
                yield [text[at : at + _PIECE]], number, at
            first = number + 1
        else:
            size += len(text)
    if first < len(texts):
        yield texts[first:], first, 0


def _bands(words: _Words) -> npt.NDArray[np.uint32]:
    """Return the signature of each text, its rows put together to bands."""
    from rensa import RMinHash  # which a search never needs

    result = np.zeros((words.texts, BANDS), np.uint32)
    compared = np.flatnonzero(words.lengths >= LEAST_WORDS)
    if not len(compared):
        return result
    h = words.hashes
    pairs = _mixed(h[:-1] * np.uint64(_FACTOR) + h[1:])
    inside = (words.text_of[:-1] == words.text_of[1:]) & (
        words.lengths[words.text_of[:-1]] >= LEAST_WORDS
    )
    offsets = np.concatenate(([0], np.cumsum(words.lengths[compared] - 1))).astype(np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        pairs[inside], offsets, BANDS * _ROWS, _SEED
    )
    rows = np.array(matrix.to_rows(), np.uint64).reshape(-1, _ROWS)
    result[compared] = (_mixed(rows @ _powers(_ROWS)[0]) >> np.uint64(32)).reshape(-1, BANDS)
    return result


def _summed(values: npt.NDArray[np.uint64], first: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """Return one hash for each run of values, given where the runs start.

    Each value is weighed by a power of its place, and the sum by the inverse of that of
    its first: so it is the same wherever a run stands. Zeros at the end make no difference.
    """
    if not len(first):
        return np.empty(0, np.uint64)
    powers, inverse = _powers(len(values))
    return np.add.reduceat(values * powers, first) * inverse[first]


def _mixed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Spread the bits of hashes, so that sums of them do not meet."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _powers(count: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Return the powers of a factor from the first on, and those of its inverse from 0 on."""
    size = 1 << max(count - 1, 1).bit_length()
    return _power_table(_FACTOR, 1, size)[:count], _power_table(_INVERSE, 0, size)[:count]


@cache
def _power_table(factor: int, first: int, count: int) -> npt.NDArray[np.uint64]:
    table = np.full(count, factor, np.uint64)
    table[0] = factor**first
    return np.cumprod(table, dtype=np.uint64)


@cache
def _classes() -> npt.NDArray[np.uint8]:
    """What each character is, for the first plane; others are signs."""
    table = np.full(_PLANE, _OTHER, np.uint8)
    for point in range(_PLANE - 1):
        category = unicodedata.category(chr(point))
        if category[0] in "LM":
            table[point] = _LETTER
        elif category[0] == "N":
            table[point] = _DIGIT
        elif category[0] == "Z":
            table[point] = _SPACE
    for first, last in ((0x2E80, 0x2FD5), (0x3041, 0x30FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF)):
        table[first : last + 1] = _SIGN
    for characters, kind in (
        ("\t\r\f\v", _SPACE),
        ("\n", _LINE),
        (".!?…", _STOP),
        ("\"'”’»)]", _CLOSER),
        ("。！？", _WIDE_STOP),
    ):
        table[[ord(character) for character in characters]] = kind
    table[_PLANE - 1] = _SIGN
    return table


@cache
def _folded() -> npt.NDArray[np.uint64]:
    """The small letter of each character of words, for the first plane; 0 for all others."""
    lowered = (chr(point).lower() for point in range(_PLANE))
    letters = np.array([ord(c[0]) for c in lowered], np.uint64)
    letters[_classes() < _DIGIT] = 0
    return letters


def _joined(parts: Sequence[npt.NDArray[Any]], kind: type) -> npt.NDArray[Any]:
    return np.concatenate(parts).astype(kind, copy=False) if parts else np.empty(0, kind)
