"""Numbers that stand for what a page says, so that pages can be compared without their texts.

A *unit* is a line, or a sentence of it; a *shingle* two words in a row. Both are known by
64-bit hashes of their words: case, spaces and punctuation do not count. All of it is done
on the arrays of many passages, as UTF-8: a word is hashed by the whole numbers that eight
of its bytes are: its first 16, its last 8, and how many it has.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

# A signature of 32 values in 8 bands of 4: of two passages that share 8 of 10 shingles
# 98.5 % meet in a band, of those that share 9 of 10 all but 2 in 10,000.
BANDS = 8
_ROWS = 4
_SEED = 20

SHINGLE_BITS = 48
"""How many bits of a shingle's hash there are where passages are compared by all of them."""

# Shorter passages ("See below.") say too little to be a copy of anything.
MIN_WORDS = 10

# A shorter part of a line says too little to be counted: "From The Militant, Vol."
_LEAST_PART = 6

# Code points worked on at a time, so that a page which is one line needs no more memory.
_PIECE = 1 << 17

_OTHER, _SPACE, _CLOSER, _LINE, _STOP, _WIDE_STOP, _DIGIT, _LETTER, _SIGN = range(1, 10)
_SIGNS = (
    (0x2E80, 0x2FD5),
    (0x3041, 0x30FF),
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_ASCII = bytes(range(128))
_HIGH, _LEAD = 0x80, 0xC0  # from which on bytes are of other characters, and begin one

_FACTOR = 0x9E3779B97F4A7C15
_INVERSE = pow(_FACTOR, -1, 1 << 64)  # modulo 2**64, as all that is done here

_STEP = 8  # the bytes of a word that are one number
_FIRST_BYTES = np.array([(1 << 8 * size) - 1 for size in range(_STEP + 1)], np.uint64)

_Places = npt.NDArray[np.int64]
_Hashes = npt.NDArray[np.uint64]
_Kinds = npt.NDArray[np.uint8]
_Points = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Units:
    """The units of some texts, in order: columns of one value for each.

    `hashes` are uint64; `texts` says in which text a unit stands, `starts` and `ends`
    where in it, in code points; `words` is how many words it has, `counted` whether it
    says enough to be counted.
    """

    hashes: _Hashes
    texts: _Places
    starts: _Places
    ends: _Places
    words: _Places
    counted: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """What is kept of passages.

    One value for each unit: `units` are their hashes, `owners` the number of the passage
    it is in, `starts`, `ends`, `words` and `counted` as in Units, at most 65,535 words.
    One row for each passage: `bands`, all 0 where it is compared with none; `lengths` in
    words.
    """

    units: _Hashes
    owners: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.uint32]
    ends: npt.NDArray[np.uint32]
    words: npt.NDArray[np.uint16]
    counted: npt.NDArray[np.bool_]
    bands: npt.NDArray[np.uint32]
    lengths: npt.NDArray[np.uint32]


COLUMN_TYPES: dict[str, Any] = {
    "units": np.uint64,
    "owners": np.uint32,
    "starts": np.uint32,
    "ends": np.uint32,
    "words": np.uint16,
    "counted": np.bool_,
    "bands": np.uint32,
    "lengths": np.uint32,
}
"""The columns of fingerprints, in order, and of what type each is."""


def fingerprints(texts: Sequence[str]) -> Fingerprints:
    """Return the fingerprints of passages, given what they say."""
    words = _Words(texts)
    units = words.units()
    return Fingerprints(
        units=units.hashes,
        owners=units.texts.astype(np.uint32),
        starts=units.starts.astype(np.uint32),
        ends=units.ends.astype(np.uint32),
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


def shingles(texts: Sequence[str]) -> list[_Hashes]:
    """Return the different shingles of each text, sorted; of at most 65,536 texts.

    Of each there are `SHINGLE_BITS` bits.
    """
    words = _Words(texts)
    if len(words.hashes) <= 1:
        return [words.hashes[:0]] * len(texts)
    shift, spare = np.uint64(SHINGLE_BITS), np.uint64(64 - SHINGLE_BITS)
    owners = np.repeat(np.arange(len(texts), dtype=np.uint64), words.lengths)
    inside = owners[1:] == owners[:-1]
    # One sort does for all texts.
    keys = np.sort(owners[1:][inside] << shift | _pairs(words.hashes)[inside] >> spare)
    new = np.ones(len(keys), bool)
    new[1:] = keys[1:] != keys[:-1]
    keys = keys[new]
    ends = np.searchsorted(keys, np.arange(1, len(texts), dtype=np.uint64) << shift)
    return np.split(keys & ((np.uint64(1) << shift) - np.uint64(1)), ends)


class _Words:
    """The words of some texts in order: their hashes, and how many each text has."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.lengths = np.zeros(len(texts), np.int64)
        self._pieces = []
        for part, first, at in _pieces(texts):
            piece = _Piece(part, first, at)
            self.lengths[first : first + len(part)] += piece.lengths
            self._pieces.append(piece)
        self.hashes = _joined([piece.hashes for piece in self._pieces], np.uint64)

    def units(self) -> Units:
        """Put the words together to units."""
        parts = [piece.units() for piece in self._pieces]
        if len(parts) == 1:
            return parts[0]
        kinds = {"hashes": np.uint64, "counted": np.bool_}
        columns = {
            field.name: _joined(
                [getattr(part, field.name) for part in parts], kinds.get(field.name, np.int64)
            )
            for field in fields(Units)
        }
        return Units(**columns)


class _Piece:
    """Some texts, or a part of a long one, as arrays; `at` is where the part begins."""

    def __init__(self, texts: Sequence[str], first: int, at: int) -> None:
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        sizes = np.fromiter(map(len, encoded), np.int64, len(encoded)) + 1
        data = b"\n".join((b"", *encoded, bytes(_STEP))).lower()
        kinds = np.frombuffer(data.translate(_kind_of_byte()), np.uint8)
        raw = np.frombuffer(data, np.uint8)
        self._inner = np.empty(0, np.int64)
        if not data.isascii():
            high = np.flatnonzero(raw >= _HIGH)
            self._inner = high[raw[high] < _LEAD]
            kinds, raw = _looked_up(data, kinds, raw, high)
        self._kinds, self._raw = kinds, raw
        self._starts, ends = _found(kinds, raw, has_signs=len(self._inner) > 0)
        self.hashes = _hashed(raw, self._starts, ends)
        self._first, self._at = first, at
        self._text_starts = np.cumsum(sizes) - sizes + 1
        before = np.searchsorted(self._starts, self._text_starts)
        self.lengths = np.diff(before, append=len(self._starts))

    def units(self) -> Units:
        """Put the words together to units."""
        breaks = self._breaks()
        through = np.searchsorted(self._starts, breaks)
        counts = np.diff(through, prepend=0)
        found = np.flatnonzero(counts)
        counts = counts[found]
        first = through[found] - counts
        ends = breaks[found]
        starts = breaks[found - 1] + 1  # the first break is before all words
        is_line = (self._kinds[ends] == _LINE) & (self._kinds[starts - 1] == _LINE)
        kinds = np.maximum.reduceat(self._kinds, starts) if len(starts) else self._kinds[:0]
        texts = np.searchsorted(self._text_starts, starts, "right") - 1
        text_starts = self._points(self._text_starts)[texts] - self._at
        return Units(
            hashes=_mixed(_summed(self.hashes, first)),
            texts=texts + self._first,
            starts=self._points(starts) - text_starts,
            ends=self._points(ends + 1) - text_starts,
            words=counts,
            counted=((counts >= _LEAST_PART) | is_line) & (kinds > _DIGIT),
        )

    def _breaks(self) -> _Places:
        """Return the places after which a line or a sentence ends."""
        kinds = self._kinds
        at = np.flatnonzero(kinds - np.uint8(_LINE) <= _WIDE_STOP - _LINE)
        stops = np.flatnonzero(kinds[at] == _STOP)
        after = at[stops] + 1
        for _ in range(2):
            closed = np.flatnonzero(kinds[after] == _CLOSER)
            if len(closed):
                after[closed] += _size_of_lead()[self._raw[after[closed]]]
        at[stops] = np.where(kinds[after] == _SPACE, after, -1)
        found: _Places = at[at >= 0]
        return found

    def _points(self, places: _Places) -> _Places:
        """Return how many characters begin before some places."""
        return places - np.searchsorted(self._inner, places) if len(self._inner) else places


def _found(kinds: _Kinds, raw: _Kinds, *, has_signs: bool) -> tuple[_Places, _Places]:
    """Return where words begin and end; each sign is a word."""
    inside = kinds >= _DIGIT
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    starts, ends = edges[0::2], edges[1::2]
    signs = np.flatnonzero(kinds == _SIGN) if has_signs else edges[:0]
    if not len(signs):
        return starts, ends
    signs = signs[raw[signs] >= _LEAD]
    cuts = np.unique(np.concatenate((signs, signs + _size_of_lead()[raw[signs]])))
    new = cuts[inside[cuts] & inside[cuts - 1]]
    return np.sort(np.concatenate((starts, new))), np.sort(np.concatenate((ends, new)))


def _hashed(raw: _Kinds, starts: _Places, ends: _Places) -> _Hashes:
    """Return the hashes of words. Those of up to 24 bytes meet by chance alone."""
    numbers: _Hashes = np.ndarray((len(raw) - _STEP + 1,), "<u8", raw, strides=(1,))
    sizes = ends - starts
    result = numbers[starts] & _FIRST_BYTES[np.minimum(sizes, _STEP)]
    longer = np.flatnonzero(sizes > _STEP)
    if len(longer):
        sizes = sizes[longer]
        last = numbers[ends[longer] - _STEP]
        result[longer] += last * np.uint64(_FACTOR) + sizes.astype(np.uint64)
        longer = longer[sizes > 2 * _STEP]
        result[longer] += numbers[starts[longer] + _STEP] * np.uint64(_INVERSE)
    return _mixed(result)


def _looked_up(data: bytes, kinds: _Kinds, raw: _Kinds, high: _Places) -> tuple[_Kinds, _Kinds]:
    """Return kinds and bytes with those of characters that are not ASCII, letters made small.

    `high` are the places of their bytes.
    """
    others = data.translate(None, _ASCII).decode("utf-8", "surrogatepass")
    points = np.frombuffer(others.encode("utf-32-le", "surrogatepass"), np.uint32)
    found, small = _known(points)
    kinds, raw = kinds.copy(), raw.copy()
    leads = high[raw[high] >= _LEAD]
    sizes = _size_of_lead()[raw[leads]]
    kinds[high] = np.repeat(found, sizes)
    stops = np.flatnonzero(found - np.uint8(_STOP) <= _WIDE_STOP - _STOP)
    for place in range(2):  # they end a sentence once, after the last of their three bytes
        kinds[leads[stops] + place] = _OTHER
    if not np.array_equal(small, points):
        lowered = small.tobytes().decode("utf-32-le", "surrogatepass")
        raw[high] = np.frombuffer(lowered.encode("utf-8", "surrogatepass"), np.uint8)
    return kinds, raw


def _known(points: _Points) -> tuple[_Kinds, _Points]:
    """Return the kinds of characters, and their small letters where these take as many bytes."""
    kinds, small = _tables()
    found = kinds[points]
    unknown = set(points[found == 0].tolist())
    if unknown:
        for point in unknown:
            kinds[point] = _kind(chr(point))
            lowered = chr(point).lower()
            same = len(lowered) == 1 and len(_bytes(lowered)) == len(_bytes(chr(point)))
            small[point] = ord(lowered) if same and kinds[point] >= _DIGIT else point
        found = kinds[points]
    return found, small[points]


def _bytes(character: str) -> bytes:
    return character.encode("utf-8", "surrogatepass")


def _kind(character: str) -> int:
    for characters, kind in (
        ("\t\r\f\v", _SPACE),
        ("\n", _LINE),
        (".!?…", _STOP),
        ("\"'”’»)]", _CLOSER),
        ("。！？", _WIDE_STOP),
    ):
        if character in characters:
            return kind
    if any(first <= ord(character) <= last for first, last in _SIGNS):
        return _SIGN
    kinds = {"L": _LETTER, "M": _LETTER, "N": _DIGIT, "Z": _SPACE}
    return kinds.get(unicodedata.category(character)[0], _OTHER)


@cache
def _tables() -> tuple[_Kinds, _Points]:
    """The kind of each character, 0 before it is met, and its small letter."""
    return np.zeros(0x110000, np.uint8), np.zeros(0x110000, np.uint32)


@cache
def _kind_of_byte() -> bytes:
    return bytes([*(_kind(chr(byte)) for byte in range(128)), *[_OTHER] * 128])


@cache
def _size_of_lead() -> _Places:
    """How many bytes the character has that begins with a byte."""
    return np.array([1] * 0xC0 + [2] * 0x20 + [3] * 0x10 + [4] * 0x10, np.int64)


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

    result = np.zeros((len(words.lengths), BANDS), np.uint32)
    enough = words.lengths >= MIN_WORDS
    if not enough.any():
        return result
    inside = np.repeat(enough, words.lengths)
    inside[np.cumsum(words.lengths)[enough] - 1] = False  # what the next text begins with
    offsets = np.concatenate(([0], np.cumsum(words.lengths[enough] - 1))).astype(np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        _pairs(words.hashes)[inside[:-1]], offsets, BANDS * _ROWS, _SEED
    )
    rows = np.array(matrix.to_rows(), np.uint64).reshape(-1, _ROWS)
    result[enough] = (_mixed(rows @ _powers(_ROWS)[0]) >> np.uint64(32)).reshape(-1, BANDS)
    return result


def _pairs(hashes: _Hashes) -> _Hashes:
    """Return a hash of each word with the next one."""
    pairs = hashes[:-1] * np.uint64(_FACTOR) + hashes[1:]
    pairs ^= pairs >> np.uint64(32)
    pairs *= np.uint64(_FACTOR)
    return pairs


def _summed(values: _Hashes, first: _Places) -> _Hashes:
    """Return one hash for each run of values, given where the runs start.

    Each value is weighed by a power of its place, and the sum by the inverse of that of
    its first: so it is the same wherever a run stands.
    """
    if not len(first):
        return np.empty(0, np.uint64)
    powers, inverse = _powers(len(values))
    return np.add.reduceat(values * powers, first) * inverse[first]


def _mixed(values: _Hashes) -> _Hashes:
    """Spread the bits of hashes, so that sums of them do not meet."""
    values = values ^ (values >> np.uint64(30))
    values *= np.uint64(0xBF58476D1CE4E5B9)
    values ^= values >> np.uint64(27)
    values *= np.uint64(0x94D049BB133111EB)
    values ^= values >> np.uint64(31)
    return values


def _powers(count: int) -> tuple[_Hashes, _Hashes]:
    """Return the powers of a factor from the first on, and those of its inverse from 0 on."""
    size = 1 << max(count - 1, 1).bit_length()
    return _power_table(_FACTOR, 1, size)[:count], _power_table(_INVERSE, 0, size)[:count]


@cache
def _power_table(factor: int, first: int, count: int) -> _Hashes:
    table = np.full(count, factor, np.uint64)
    table[0] = factor**first
    return np.cumprod(table, dtype=np.uint64)


def _joined(parts: Sequence[npt.NDArray[Any]], kind: type) -> npt.NDArray[Any]:
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.empty(0, kind)
