"""Where the words of many texts are: what `words` finds in one of them, in arrays of all.

Texts stand as UTF-8 one after the other. Each byte gets the kind of its character, and
words are the runs of letters, digits and what joins them. Where a word depends on more
than its neighbours, as acronyms and currency signs do, `words` itself is asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np

from archivesearch.analysis.tokenizer import CharKind, char_kind, words
from archivesearch.columnar.storage.array_files import Array, concat_ranges
from archivesearch.columnar.storage.string_table import from_utf8, to_utf8

# After the last text, so that any few bytes from the start of a word on can be taken.
PADDING = 24

_LEAD = 254  # the first byte of a character that is not ASCII
_INNER = 253  # any further one
_UNKNOWN = 255
_KIND_OF_BYTE = bytes(
    [*(char_kind(chr(byte)) for byte in range(128)), *[_INNER] * 64, *[_LEAD] * 64],
)
_KIND_OF_POINT = np.full(0x110000, _UNKNOWN, np.uint8)  # worked out when it is met


@dataclass(frozen=True, slots=True)
class TokenizedTexts:
    """The words of some texts, in order.

    `data` holds the texts as UTF-8. `starts` and `ends` are where each word begins and
    ends in it, `counts` how many words each text has, `texts` where each text begins.
    """

    data: bytes
    starts: Array
    ends: Array
    word_counts: Array
    text_starts: Array


def tokenize_texts(texts: Sequence[bytes]) -> TokenizedTexts:
    """Find the words of texts in UTF-8."""
    data = b"".join((b"\n", b"\n".join(texts), b"\n", bytes(PADDING)))
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    begins = np.cumsum(sizes + 1) - sizes
    kinds = _kinds(data)
    starts, ends = _found(data, kinds)
    counts = np.searchsorted(starts, begins + sizes) - np.searchsorted(starts, begins)
    return TokenizedTexts(data, starts, ends, counts, begins)


def _kinds(data: bytes) -> Array:
    """Return the kind of the character that each byte belongs to."""
    kinds = np.frombuffer(bytearray(data.translate(_KIND_OF_BYTE)), np.uint8)
    raw = np.frombuffer(data, np.uint8)
    leads = np.flatnonzero(kinds == _LEAD)
    first = raw[leads]
    for size, low, high in ((2, 0xC0, 0xE0), (3, 0xE0, 0xF0), (4, 0xF0, 0x100)):
        at = leads[(first >= low) & (first < high)]
        points = (raw[at] & (0x7F >> size)).astype(np.int64)
        for further in range(1, size):
            points = points << 6 | (raw[at + further] & 0x3F)
        found = _kinds_of(points)
        for place in range(size):
            kinds[at + place] = found
    return kinds


def _kinds_of(points: Array) -> Array:
    """Return the kinds of characters given as code points."""
    found: Array = _KIND_OF_POINT[points]
    unknown = points[found == _UNKNOWN]
    if not len(unknown):
        return found
    for point in set(unknown.tolist()):
        _KIND_OF_POINT[point] = char_kind(chr(point))
    again: Array = _KIND_OF_POINT[points]
    return again


def _found(data: bytes, kinds: Array) -> tuple[Array, Array]:
    """Return where the words begin and where they end."""
    inside = (kinds - np.uint8(CharKind.LETTER)) < 2  # letters and digits
    signs = np.flatnonzero(kinds > CharKind.DIGIT)
    sign_kinds = kinds[signs]
    _take_in_marks(inside, signs[sign_kinds == CharKind.MARK])
    _join(inside, signs[sign_kinds == CharKind.APOSTROPHE], data)
    dots = signs[sign_kinds == CharKind.DOT]
    money = signs[sign_kinds == CharKind.CURRENCY]
    odd = np.union1d(_initials(data, kinds, dots), _spelling(kinds, money))
    hard = _take_in_asked(inside, data, kinds, odd)
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    starts, ends = edges[0::2], edges[1::2]
    pairs = signs[sign_kinds == CharKind.CJK]
    if len(pairs):
        starts, ends = _with(starts, ends, *_cjk_pairs(data, kinds, pairs))
    if hard:
        starts, ends = _replaced(hard, starts, ends)
    return starts, ends


def _runs(places: Array) -> tuple[Array, Array]:
    """Return where runs of neighbouring places begin, and how long each is."""
    first = np.ones(len(places), bool)
    first[1:] = places[1:] != places[:-1] + 1
    at = np.flatnonzero(first)
    return places[at], np.diff(at, append=len(places))


def _take_in_marks(inside: Array, marks: Array) -> None:
    """Add marks to words, where they follow a letter or digit, at once or after marks."""
    begins, sizes = _runs(marks)
    inside[marks] = np.repeat(inside[begins - 1], sizes)


def _join(inside: Array, apostrophes: Array, data: bytes) -> None:
    """Join words by an apostrophe that stands alone between them."""
    begins, sizes = _runs(apostrophes)
    raw = np.frombuffer(data, np.uint8)[begins]
    alone = sizes == 1 + (raw >= 0xC0) + (raw >= 0xE0)
    joined = alone & inside[begins - 1] & inside[begins + sizes]
    inside[apostrophes] = np.repeat(joined, sizes)


def _cjk_pairs(data: bytes, kinds: Array, places: Array) -> tuple[Array, Array]:
    """Return each CJK character with the one that follows it at once, if there is one."""
    raw = np.frombuffer(data, np.uint8)
    starts = places[raw[places] >= 0xC0]
    ends = starts + 3 + (raw[starts] >= 0xF0)
    followed = np.flatnonzero(kinds[ends] == CharKind.CJK)
    reach = ends.copy()
    reach[followed] = ends[followed + 1]
    return starts, reach


def _initials(data: bytes, kinds: Array, dots: Array) -> Array:
    """Return dots that may join single letters to an acronym, and hardly any others."""
    between = (kinds[dots - 1] == CharKind.LETTER) & (kinds[dots + 1] == CharKind.LETTER)
    dots = dots[between]
    raw = np.frombuffer(data, np.uint8)
    before = kinds[dots - 2]
    single = (before != CharKind.LETTER) & (before != CharKind.DIGIT)
    found: Array = dots[single | (raw[dots - 1] >= 0x80)]
    return found


def _spelling(kinds: Array, money: Array) -> Array:
    """Return currency signs that may be letters: beside a letter, or a dot of an acronym."""
    near = (kinds[money - 1], kinds[money + 1])
    found: Array = money[
        np.any([(kind == CharKind.LETTER) | (kind == CharKind.DOT) for kind in near], axis=0)
    ]
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """A stretch of text between separators, and the words that `words` finds in it."""

    low: int
    high: int
    places: Sequence[tuple[int, int]]


def _take_in_asked(inside: Array, data: bytes, kinds: Array, odd: Array) -> list[_Asked]:
    """Mark the words around odd places as `words` finds them.

    Returns the stretches in which there are words that touch, which no marks can tell apart.
    """
    easy: list[_Asked] = []
    hard: list[_Asked] = []
    flat = kinds.tobytes()
    for low, high in _stretches(flat, odd):
        places = _plain(data, low, high)
        touch = any(end >= start for (_, end), (start, _) in pairwise(places))
        asked = _Asked(low, high, places)
        (hard if touch or flat.find(CharKind.CJK, low, high) >= 0 else easy).append(asked)
    for mark, edges in (
        (False, [(each.low, each.high) for each in easy]),
        (True, [place for each in easy for place in each.places]),
    ):
        starts, ends = np.array(edges, np.int64).reshape(-1, 2).T
        inside[concat_ranges(starts, ends - starts)] = mark
    return hard


def _stretches(flat: bytes, places: Array) -> Iterator[tuple[int, int]]:
    """Yield the stretches between separators in which any of some places are."""
    end = 0
    for place in places.tolist():
        if place >= end:
            end = flat.find(CharKind.SEPARATOR, place)
            yield flat.rfind(CharKind.SEPARATOR, 0, place) + 1, end


def _replaced(asked: Sequence[_Asked], starts: Array, ends: Array) -> tuple[Array, Array]:
    """Put what `words` finds in some stretches of text in place of the words there."""
    kept = np.ones(len(starts), bool)
    edges = np.array([(each.low, each.high) for each in asked], np.int64)
    for low, high in np.searchsorted(starts, edges).tolist():
        kept[low:high] = False
    places = np.array([place for each in asked for place in each.places], np.int64).reshape(-1, 2)
    return _with(starts[kept], ends[kept], places[:, 0], places[:, 1])


def _plain(data: bytes, low: int, high: int) -> list[tuple[int, int]]:
    """Return where `words` finds words in a stretch of text."""
    text = from_utf8(data[low:high])
    at = list(accumulate((len(to_utf8(character)) for character in text), initial=low))
    return [(at[start], at[end]) for _, start, end in words(text)]


def _with(starts: Array, ends: Array, more_starts: Array, more_ends: Array) -> tuple[Array, Array]:
    """Put words among words, in order."""
    at = np.searchsorted(starts, more_starts) + np.arange(len(more_starts))
    old = np.ones(len(starts) + len(at), bool)
    old[at] = False
    both = []
    for values, more in ((starts, more_starts), (ends, more_ends)):
        joined = np.empty(len(old), np.int64)
        joined[at] = more
        joined[old] = values
        both.append(joined)
    return both[0], both[1]
