"""Units of texts: their lines, cut into sentences, as hashes of their words.

Boilerplate is found by the units that many pages have.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from archivesearch.indexing.fingerprints.hash_arithmetic import Hashes, Indices, hash_runs
from archivesearch.indexing.fingerprints.word_hashes import (
    CHARACTER_SIZES,
    CLOSER,
    DIGIT,
    LINE_END,
    SPACE,
    STOP,
    WIDE_STOP,
    TextPiece,
    WordHashes,
)

# A shorter part of a line says too little to be counted: "From The Militant, Vol."
_MIN_WORDS_OF_PART = 6


class Units(NamedTuple):
    """The units of texts, in order: arrays with one value for each.

    `texts` are the numbers of their texts; `starts` and `ends` where they stand in these,
    in code points; `words` how many words they have. A unit is `countable` if it has a
    letter, and is a whole line or has at least 6 words. The units of the lines
    "It froze. No ship" and "left." are

        unit          starts  ends  words  countable
        It froze.          0    10      2  no: a short part of a line
        No ship           10    18      2  no
        left.             18    24      1  yes: a whole line
    """

    hashes: Hashes
    texts: Indices
    starts: Indices
    ends: Indices
    words: Indices
    countable: npt.NDArray[np.bool_]


def units(texts: Sequence[str]) -> Units:
    """Return the units of texts."""
    return units_of_words(WordHashes(texts))


def units_of_words(words: WordHashes) -> Units:
    """Return the units of texts whose words are hashed already."""
    columns = zip(*map(_units_of_piece, words.pieces), strict=True)
    return Units(*map(np.concatenate, columns))


def _units_of_piece(piece: TextPiece) -> Units:
    """Return the units of a piece; one ends after each break that has words before it."""
    breaks = _breaks(piece)
    words_before = np.searchsorted(piece.starts, breaks)
    counts = np.diff(words_before, prepend=0)
    numbers = np.flatnonzero(counts)
    counts, first_words = counts[numbers], words_before[numbers] - counts[numbers]
    starts, ends = breaks[numbers - 1] + 1, breaks[numbers]  # the first break is before all words
    kinds = piece.kinds
    is_line = (kinds[ends] == LINE_END) & (kinds[starts - 1] == LINE_END)
    max_kinds = np.maximum.reduceat(kinds, starts) if len(starts) else kinds[:0]
    texts = np.searchsorted(piece.text_starts, starts, "right") - 1
    text_starts = piece.code_points(piece.text_starts)[texts] - piece.offset
    return Units(
        hashes=hash_runs(piece.hashes, first_words),
        texts=texts + piece.first_text,
        starts=piece.code_points(starts) - text_starts,
        ends=piece.code_points(ends + 1) - text_starts,
        words=counts,
        countable=((counts >= _MIN_WORDS_OF_PART) | is_line) & (max_kinds > DIGIT),
    )


def _breaks(piece: TextPiece) -> Indices:
    """Return the bytes at which a line or a sentence ends.

    A sentence ends at a stop with up to two closing quotes or brackets, if a space follows.
    """
    kinds = piece.kinds
    breaks = np.flatnonzero(kinds - np.uint8(LINE_END) <= WIDE_STOP - LINE_END)
    stops = np.flatnonzero(kinds[breaks] == STOP)
    after = breaks[stops] + 1
    for _ in range(2):
        closers = np.flatnonzero(kinds[after] == CLOSER)
        if len(closers):
            after[closers] += CHARACTER_SIZES[piece.raw[after[closers]]]
    breaks[stops] = np.where(kinds[after] == SPACE, after, -1)
    return breaks[breaks >= 0]
