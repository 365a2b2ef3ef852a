"""Which terms some passages have, and where: seen in their own blocks alone."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from archivesearch.columnar.bm25 import BLOCK_BITS, BLOCK_SIZE
from archivesearch.columnar.segment import Segment
from archivesearch.columnar.storage.array_files import Array, concat_ranges
from archivesearch.columnar.storage.string_table import to_utf8
from archivesearch.errors import IndexDamaged

_ONE = np.uint32(1)


class WordPositions(NamedTuple):
    """Where words stand, ordered by passage, field and position.

    `passage` and `field` are places in the lists that were asked for, `position` counts
    the words of the field from 0, and `word` is the number that the word goes by.
    """

    passage: Array
    field: Array
    position: Array
    word: Array


class SegmentPresence:
    """Which words some passages have in which fields: `has`, of all three, fields first.

    `words` says for each term which word it stands for.
    """

    def __init__(
        self,
        segment: Segment,
        numbers: Array,
        fields: Sequence[str],
        words: Mapping[str, int],
    ) -> None:
        self._segment = segment
        count = max(words.values(), default=-1) + 1
        spelled = [(to_utf8(term), word) for term, word in words.items()]
        find = segment.term_dictionary.find
        found = [
            (number, at * count + word)
            for at, field in enumerate(fields)
            for term, word in spelled
            if (number := find(field, term)) is not None
        ]
        terms, rows = np.array(found, np.int64).reshape(-1, 2).T
        self._entries, self._bits = _entries_of(segment, terms, numbers)
        self._below = (_ONE << (numbers & (BLOCK_SIZE - 1)).astype(np.uint32)) - _ONE
        there = self._bits & (self._below + _ONE)
        self._term, self._passage = there.nonzero()
        self._row = rows[self._term]
        has = np.zeros((len(fields) * count, len(numbers)), bool)
        has[self._row, self._passage] = True
        self.present: Array = has.reshape(len(fields), count, len(numbers))

    def positions(self, cells: Array) -> WordPositions:
        """Return where words stand, for those of `has` that are wanted."""
        segment = self._segment
        _, count, passages = cells.shape
        at = cells.reshape(-1, passages)[self._row, self._passage].nonzero()[0]
        row, passage = self._row[at], self._passage[at]
        cell = self._term[at], passage
        within = np.bitwise_count(self._bits[cell] & self._below[passage])
        place = segment.posting_sums.before(self._entries[cell]) + within
        frequencies = segment.frequencies[place]
        total = int(frequencies.sum())
        if total > len(segment.arrays["positions.gap"]):
            raise IndexDamaged("postings.frequency.bin: more occurrences than there are")
        ends = frequencies.cumsum()
        through = np.zeros(total + 1, np.int64)
        starts = segment.position_sums.before(place)
        segment.gaps[concat_ranges(starts, frequencies)].cumsum(out=through[1:])
        position = through[1:] - through[ends - frequencies].repeat(frequencies)
        field, word = np.divmod(row.repeat(frequencies), count)
        passage = passage.repeat(frequencies)
        by = np.lexsort((position, field, passage))
        return WordPositions(passage[by], field[by], position[by], word[by])


def _entries_of(segment: Segment, terms: Array, numbers: Array) -> tuple[Array, Array]:
    """Return for each term its entry for the block of each passage, and the entry's bits.

    Where it has none there the bits are 0.
    """
    arrays = segment.arrays
    blocks = arrays["entries.block"]
    wanted = (numbers >> BLOCK_BITS).astype(blocks.dtype)
    edges = arrays["terms.entries"]
    firsts, lasts = edges[terms].astype(np.int64), edges[terms + 1].astype(np.int64)
    entries = np.empty((len(terms), len(numbers)), np.int64)
    for row, first, last in zip(entries, firsts.tolist(), lasts.tolist(), strict=True):
        row[:] = blocks[first:last].searchsorted(wanted)
    entries += firsts[:, None]
    is_own = entries < lasts[:, None]
    np.minimum(entries, len(blocks) - 1, out=entries)
    is_own &= blocks[entries] == wanted
    return entries, np.where(is_own, arrays["entries.documents"][entries], np.uint32(0))
