"""Word hashes: a tokenizer on arrays that returns the words of many texts as 64-bit hashes.

Texts are joined as UTF-8, and each byte gets the kind of its character. A word is a run of
bytes of letters and digits. Its hash is computed from its first 16 bytes, its last 8 and
its length. Case, spaces and punctuation do not count.

This tokenizer differs from `analysis/tokenizer.py` because its words are only compared and
never searched: acronyms, apostrophes and pairs of CJK characters do not matter, but the
ends of sentences and speed do.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from archivesearch.indexing.fingerprints.hash_arithmetic import (
    FACTOR,
    INVERSE,
    Hashes,
    Indices,
    mix_bits,
)

# Kinds of characters. Their order counts: lines and sentences end at LINE_END to WIDE_STOP,
# and words are made of DIGIT to CJK. 0 is a character whose kind is not known yet.
OTHER, SPACE, CLOSER, LINE_END, STOP, WIDE_STOP, DIGIT, LETTER, CJK = range(1, 10)

_CJK_RANGES = (
    (0x2E80, 0x2FD5),
    (0x3041, 0x30FF),
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)

_KIND_OF_CHARACTER = {
    **dict.fromkeys("\t\r\f\v", SPACE),
    "\n": LINE_END,
    **dict.fromkeys(".!?…", STOP),
    **dict.fromkeys("\"'”’»)]", CLOSER),
    **dict.fromkeys("。！？", WIDE_STOP),
}
_KIND_OF_CATEGORY = {"L": LETTER, "M": LETTER, "N": DIGIT, "Z": SPACE}

# Code points that are worked on at a time, so that a page of one line needs no more memory.
_PIECE_LENGTH = 1 << 17

_ASCII = bytes(range(128))
# The least byte of a character that is not ASCII, and the least first byte of one.
_FIRST_NON_ASCII, _FIRST_LEAD = 0x80, 0xC0
# The size in bytes of a character, by its first byte.
CHARACTER_SIZES = np.array([1] * 0xC0 + [2] * 0x20 + [3] * 0x10 + [4] * 0x10, np.int64)

_WINDOW = 8  # bytes of a word that are read as one number
_WINDOW_MASKS = np.array([(1 << 8 * size) - 1 for size in range(_WINDOW + 1)], np.uint64)

_Bytes = npt.NDArray[np.uint8]
_CodePoints = npt.NDArray[np.uint32]


class WordHashes:
    """The words of texts, in order: `hashes` of all, `lengths` in words of each text."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.pieces = [TextPiece(*piece) for piece in _pieces(texts)]
        self.hashes = np.concatenate([piece.hashes for piece in self.pieces])
        self.lengths = np.zeros(len(texts), np.int64)
        for piece in self.pieces:
            self.lengths[piece.first_text :][: len(piece.lengths)] += piece.lengths


class TextPiece:
    """Texts, or a part of a long one, as arrays of bytes.

    `first_text` is the number of the first text, `offset` where the part of a long one
    begins. `raw` are the bytes of the texts, lower case, each text after a newline;
    `kinds` the kind of the character that each byte belongs to; `text_starts` the index
    in `raw` of each text, `starts` of each word.
    """

    def __init__(self, texts: Sequence[str], first_text: int, offset: int) -> None:
        self.first_text, self.offset = first_text, offset
        encoded = list(map(_utf8, texts))
        sizes = np.fromiter(map(len, encoded), np.int64, len(encoded)) + 1
        data = b"\n".join((b"", *encoded, bytes(_WINDOW))).lower()
        kinds = np.frombuffer(data.translate(_kind_of_byte()), np.uint8)
        raw = np.frombuffer(data, np.uint8)
        self._continuations = np.empty(0, np.int64)
        if not data.isascii():
            non_ascii = np.flatnonzero(raw >= _FIRST_NON_ASCII)
            self._continuations = non_ascii[raw[non_ascii] < _FIRST_LEAD]
            kinds, raw = _with_non_ascii(data, kinds, raw, non_ascii)
        self.kinds, self.raw = kinds, raw
        self.starts, ends = _word_bounds(kinds, raw, may_have_cjk=len(self._continuations) > 0)
        self.hashes = _hash_words(raw, self.starts, ends)
        self.text_starts = np.cumsum(sizes) - sizes + 1
        words_before = np.searchsorted(self.starts, self.text_starts)
        self.lengths = np.diff(words_before, append=len(self.starts))

    def code_points(self, indices: Indices) -> Indices:
        """Return how many code points begin before each of some bytes."""
        if not len(self._continuations):
            return indices
        return indices - np.searchsorted(self._continuations, indices)


def _pieces(texts: Sequence[str]) -> Iterator[tuple[Sequence[str], int, int]]:
    """Cut texts into pieces; yield the texts of each, the number of the first, and its offset.

    A text longer than a piece is cut; its parts are pieces of their own. Without texts
    there is one empty piece.
    """
    first = size = 0
    for number, text in enumerate(texts):
        if size + len(text) > _PIECE_LENGTH and number > first:
            yield texts[first:number], first, 0
            first, size = number, 0
        if len(text) > _PIECE_LENGTH:
            for offset in range(0, len(text), _PIECE_LENGTH):
                yield [text[offset : offset + _PIECE_LENGTH]], number, offset
            first = number + 1
        else:
            size += len(text)
    if first < len(texts) or not texts:
        yield texts[first:], first, 0


def _word_bounds(kinds: _Bytes, raw: _Bytes, *, may_have_cjk: bool) -> tuple[Indices, Indices]:
    """Return the indices of the words' first bytes and of the bytes after their last ones.

    Each CJK character is a word of its own.
    """
    is_word = kinds >= DIGIT
    edges = np.flatnonzero(is_word[1:] != is_word[:-1]) + 1
    starts, ends = edges[0::2], edges[1::2]
    cjk = np.flatnonzero(kinds == CJK) if may_have_cjk else edges[:0]
    if not len(cjk):
        return starts, ends
    cjk = cjk[raw[cjk] >= _FIRST_LEAD]
    cuts = np.unique(np.concatenate((cjk, cjk + CHARACTER_SIZES[raw[cjk]])))
    cuts = cuts[is_word[cuts] & is_word[cuts - 1]]
    return np.sort(np.concatenate((starts, cuts))), np.sort(np.concatenate((ends, cuts)))


def _hash_words(raw: _Bytes, starts: Indices, ends: Indices) -> Hashes:
    """Return the hashes of words; different ones of up to 24 bytes collide by chance alone."""
    windows: Hashes = np.ndarray((len(raw) - _WINDOW + 1,), "<u8", raw, strides=(1,))
    sizes = ends - starts
    hashes = windows[starts] & _WINDOW_MASKS[np.minimum(sizes, _WINDOW)]
    longer = np.flatnonzero(sizes > _WINDOW)
    if len(longer):
        sizes = sizes[longer]
        last = windows[ends[longer] - _WINDOW]
        hashes[longer] += last * np.uint64(FACTOR) + sizes.astype(np.uint64)
        longer = longer[sizes > 2 * _WINDOW]
        hashes[longer] += windows[starts[longer] + _WINDOW] * np.uint64(INVERSE)
    return mix_bits(hashes)


def _with_non_ascii(
    data: bytes, kinds: _Bytes, raw: _Bytes, non_ascii: Indices
) -> tuple[_Bytes, _Bytes]:
    """Return kinds and bytes with those of the characters that are not ASCII, in lower case.

    `non_ascii` are the indices of their bytes.
    """
    characters = data.translate(None, _ASCII).decode("utf-8", "surrogatepass")
    points = np.frombuffer(characters.encode("utf-32-le", "surrogatepass"), np.uint32)
    point_kinds, lower = _kinds_and_lower_case(points)
    kinds, raw = kinds.copy(), raw.copy()
    leads = non_ascii[raw[non_ascii] >= _FIRST_LEAD]
    kinds[non_ascii] = np.repeat(point_kinds, CHARACTER_SIZES[raw[leads]])
    stops = np.flatnonzero(point_kinds - np.uint8(STOP) <= WIDE_STOP - STOP)
    for byte in range(2):  # such a stop has three bytes; only the last one ends the sentence
        kinds[leads[stops] + byte] = OTHER
    if not np.array_equal(lower, points):
        lower_case = lower.tobytes().decode("utf-32-le", "surrogatepass")
        raw[non_ascii] = np.frombuffer(_utf8(lower_case), np.uint8)
    return kinds, raw


def _kinds_and_lower_case(points: _CodePoints) -> tuple[_Bytes, _CodePoints]:
    """Return the kind of each code point, and its lower case if that takes as many bytes."""
    kinds, lower = _code_point_tables()
    for point in set(points[kinds[points] == 0].tolist()):
        character = chr(point)
        kinds[point], lower[point] = _kind(character), point
        lower_case = character.lower()
        has_same_size = len(lower_case) == 1 and len(_utf8(lower_case)) == len(_utf8(character))
        if has_same_size and kinds[point] >= DIGIT:
            lower[point] = ord(lower_case)
    return kinds[points], lower[points]


def _kind(character: str) -> int:
    if any(first <= ord(character) <= last for first, last in _CJK_RANGES):
        return CJK
    category = unicodedata.category(character)[0]
    return _KIND_OF_CHARACTER.get(character) or _KIND_OF_CATEGORY.get(category, OTHER)


@cache
def _code_point_tables() -> tuple[_Bytes, _CodePoints]:
    """The kind of each code point, 0 until it occurs, and its lower case."""
    return np.zeros(0x110000, np.uint8), np.zeros(0x110000, np.uint32)


@cache
def _kind_of_byte() -> bytes:
    """The kind of each ASCII byte; other bytes get theirs from `_with_non_ascii`."""
    return bytes([*(_kind(chr(byte)) for byte in range(128)), *[OTHER] * 128])


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
