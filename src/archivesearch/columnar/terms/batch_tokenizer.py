"""Batch tokenizer: the words that `analysis.tokenizer.words` finds, for many texts at once.

The texts are UTF-8 in one buffer. Each byte gets the kind of its character; words are runs
of letters and digits, with the marks and apostrophes that join them. Acronyms and words
with currency signs depend on more than the next characters. There `words` tokenizes the span
between separators.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np

from archivesearch.analysis.tokenizer import CharKind, char_kind, words
from archivesearch.columnar.storage.array_files import Array, concat_ranges
from archivesearch.columnar.storage.string_table import from_utf8, to_utf8

# Zero bytes after the last text, so that this many can be read from the start of any word.
PADDING = 24

# Kinds of bytes before the kinds of their characters are known.
_LEAD = 254  # the first byte of a character that is not ASCII
_CONTINUATION = 253  # any further byte of it
_UNKNOWN = 255
_KIND_OF_BYTE = bytes(
    [*(char_kind(chr(byte)) for byte in range(128)), *[_CONTINUATION] * 64, *[_LEAD] * 64],
)
_KIND_OF_CODE_POINT = np.full(0x110000, _UNKNOWN, np.uint8)  # filled on first use


@dataclass(frozen=True, slots=True)
class TokenizedTexts:
    """The words of texts, in order; all arrays are int64.

    - `data`: the texts as UTF-8, with separators before, between and after them.
    - `starts`, `ends`: the start and the end of each word in `data`.
    - `word_counts`: the number of words of each text.
    - `text_starts`: the start of each text in `data`.

    The texts "the party" and "war" are 1 to 10 and 11 to 14 in `data`; `starts` are
    [1, 5, 11], `ends` [4, 10, 14] and `word_counts` [2, 1].
    """

    data: bytes
    starts: Array
    ends: Array
    word_counts: Array
    text_starts: Array


def tokenize_texts(texts: Sequence[bytes]) -> TokenizedTexts:
    """Return the words of texts in UTF-8."""
    data = b"".join((b"\n", b"\n".join(texts), b"\n", bytes(PADDING)))
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    text_starts = np.cumsum(sizes + 1) - sizes
    starts, ends = _word_edges(data, _kinds(data))
    counts = np.searchsorted(starts, text_starts + sizes) - np.searchsorted(starts, text_starts)
    return TokenizedTexts(data, starts, ends, counts, text_starts)


def _kinds(data: bytes) -> Array:
    """Return for each byte the kind of the character that it belongs to: uint8."""
    kinds = np.frombuffer(bytearray(data.translate(_KIND_OF_BYTE)), np.uint8)
    raw = np.frombuffer(data, np.uint8)
    leads = np.flatnonzero(kinds == _LEAD)
    lead_bytes = raw[leads]
    for size, low, high in ((2, 0xC0, 0xE0), (3, 0xE0, 0xF0), (4, 0xF0, 0x100)):
        starts = leads[(lead_bytes >= low) & (lead_bytes < high)]
        points = (raw[starts] & (0x7F >> size)).astype(np.int64)
        for offset in range(1, size):
            points = points << 6 | (raw[starts + offset] & 0x3F)
        point_kinds = _kinds_of_code_points(points)
        for offset in range(size):
            kinds[starts + offset] = point_kinds
    return kinds


def _kinds_of_code_points(points: Array) -> Array:
    kinds: Array = _KIND_OF_CODE_POINT[points]
    unknown = points[kinds == _UNKNOWN]
    if not len(unknown):
        return kinds
    for point in set(unknown.tolist()):
        _KIND_OF_CODE_POINT[point] = char_kind(chr(point))
    return _KIND_OF_CODE_POINT[points]


def _word_edges(data: bytes, kinds: Array) -> tuple[Array, Array]:
    """Return the starts and the ends of the words in the data."""
    in_word = (kinds - np.uint8(CharKind.LETTER)) < 2  # letters and digits
    signs = np.flatnonzero(kinds > CharKind.DIGIT)
    sign_kinds = kinds[signs]
    _add_marks(in_word, signs[sign_kinds == CharKind.MARK])
    _add_apostrophes(in_word, signs[sign_kinds == CharKind.APOSTROPHE], data)
    dots = signs[sign_kinds == CharKind.DOT]
    currency = signs[sign_kinds == CharKind.CURRENCY]
    hard_signs = np.union1d(_acronym_dots(data, kinds, dots), _letter_currency(kinds, currency))
    touching = _add_hard_words(in_word, data, kinds, hard_signs)
    edges = np.flatnonzero(in_word[1:] != in_word[:-1]) + 1
    starts, ends = edges[0::2], edges[1::2]
    cjk = signs[sign_kinds == CharKind.CJK]
    if len(cjk):
        starts, ends = _with_words(starts, ends, *_cjk_pairs(data, kinds, cjk))
    if touching:
        starts, ends = _with_spans_replaced(touching, starts, ends)
    return starts, ends


def _consecutive_ranges(numbers: Array) -> tuple[Array, Array]:
    """Return the first number and the size of each range of consecutive numbers."""
    is_first = np.ones(len(numbers), bool)
    is_first[1:] = numbers[1:] != numbers[:-1] + 1
    firsts = np.flatnonzero(is_first)
    return numbers[firsts], np.diff(firsts, append=len(numbers))


def _add_marks(in_word: Array, marks: Array) -> None:
    """Add marks to words if they follow a letter or digit, directly or after other marks."""
    starts, sizes = _consecutive_ranges(marks)
    in_word[marks] = np.repeat(in_word[starts - 1], sizes)


def _add_apostrophes(in_word: Array, apostrophes: Array, data: bytes) -> None:
    """Add single apostrophes between two words, which become one word."""
    starts, sizes = _consecutive_ranges(apostrophes)
    raw = np.frombuffer(data, np.uint8)[starts]
    is_single = sizes == 1 + (raw >= 0xC0) + (raw >= 0xE0)
    joins = is_single & in_word[starts - 1] & in_word[starts + sizes]
    in_word[apostrophes] = np.repeat(joins, sizes)


def _cjk_pairs(data: bytes, kinds: Array, offsets: Array) -> tuple[Array, Array]:
    """Return the edges of each CJK character with the one that follows it directly, if any."""
    raw = np.frombuffer(data, np.uint8)
    starts = offsets[raw[offsets] >= 0xC0]
    ends = starts + 3 + (raw[starts] >= 0xF0)
    followed = np.flatnonzero(kinds[ends] == CharKind.CJK)
    pair_ends = ends.copy()
    pair_ends[followed] = ends[followed + 1]
    return starts, pair_ends


def _acronym_dots(data: bytes, kinds: Array, dots: Array) -> Array:
    """Return the dots that may join single letters to an acronym, and few others."""
    between = (kinds[dots - 1] == CharKind.LETTER) & (kinds[dots + 1] == CharKind.LETTER)
    dots = dots[between]
    raw = np.frombuffer(data, np.uint8)
    before = kinds[dots - 2]
    is_single = (before != CharKind.LETTER) & (before != CharKind.DIGIT)
    acronym_dots: Array = dots[is_single | (raw[dots - 1] >= 0x80)]
    return acronym_dots


def _letter_currency(kinds: Array, currency: Array) -> Array:
    """Return the currency signs that may be letters: beside a letter or an acronym's dot."""
    neighbours = (kinds[currency - 1], kinds[currency + 1])
    may_be_letter = [
        (beside == CharKind.LETTER) | (beside == CharKind.DOT) for beside in neighbours
    ]
    letters: Array = currency[np.any(may_be_letter, axis=0)]
    return letters


@dataclass(frozen=True, slots=True)
class _HardSpan:
    """A span of text from separator to separator, and the edges of the words in it."""

    start: int
    end: int
    word_edges: Sequence[tuple[int, int]]


def _add_hard_words(in_word: Array, data: bytes, kinds: Array, offsets: Array) -> list[_HardSpan]:
    """Set `in_word` around hard signs to the words that `words` finds.

    Returns the spans with words that touch, which a mask of bytes cannot separate.
    """
    apart: list[_HardSpan] = []
    touching: list[_HardSpan] = []
    kind_bytes = kinds.tobytes()
    for start, end in _spans_around(kind_bytes, offsets):
        word_edges = _edges_by_words(data, start, end)
        touch = any(stop >= begin for (_, stop), (begin, _) in pairwise(word_edges))
        touch = touch or kind_bytes.find(CharKind.CJK, start, end) >= 0
        (touching if touch else apart).append(_HardSpan(start, end, word_edges))
    for value, edges in (
        (False, [(span.start, span.end) for span in apart]),
        (True, [word for span in apart for word in span.word_edges]),
    ):
        starts, ends = np.array(edges, np.int64).reshape(-1, 2).T
        in_word[concat_ranges(starts, ends - starts)] = value
    return touching


def _spans_around(kind_bytes: bytes, offsets: Array) -> Iterator[tuple[int, int]]:
    """Yield the spans between separators around the offsets, each once, in order."""
    end = 0
    for offset in offsets.tolist():
        if offset >= end:
            end = kind_bytes.find(CharKind.SEPARATOR, offset)
            yield kind_bytes.rfind(CharKind.SEPARATOR, 0, offset) + 1, end


def _edges_by_words(data: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """Return the words that `words` finds in a span, as byte offsets in the data."""
    text = from_utf8(data[start:end])
    byte_of = list(accumulate((len(to_utf8(character)) for character in text), initial=start))
    return [(byte_of[first], byte_of[last]) for _, first, last in words(text)]


def _with_spans_replaced(
    spans: Sequence[_HardSpan], starts: Array, ends: Array
) -> tuple[Array, Array]:
    """Return the edges of all words; inside the spans these are the edges that `words` gave."""
    is_outside = np.ones(len(starts), bool)
    span_edges = np.array([(span.start, span.end) for span in spans], np.int64)
    for first, end in np.searchsorted(starts, span_edges).tolist():
        is_outside[first:end] = False
    edges = np.array([word for span in spans for word in span.word_edges], np.int64)
    return _with_words(starts[is_outside], ends[is_outside], *edges.reshape(-1, 2).T)


def _with_words(
    starts: Array, ends: Array, new_starts: Array, new_ends: Array
) -> tuple[Array, Array]:
    """Return the edges of all words, old and new, in order."""
    indices = np.searchsorted(starts, new_starts) + np.arange(len(new_starts))
    is_old = np.ones(len(starts) + len(indices), bool)
    is_old[indices] = False
    merged = []
    for old, new in ((starts, new_starts), (ends, new_ends)):
        values = np.empty(len(is_old), np.int64)
        values[indices] = new
        values[is_old] = old
        merged.append(values)
    return merged[0], merged[1]
