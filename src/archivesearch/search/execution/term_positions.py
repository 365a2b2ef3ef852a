"""Term presence and positions in a few passages, read from the passages' blocks alone."""

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
    """Occurrences of words: int64 arrays, one value per occurrence.

    `passage` and `field` are indexes into the passages and fields of the request.
    `position` counts the words of the field from 0. `word` is the number of the word. The
    order is by passage, then field, then position.
    """

    passage: Array
    field: Array
    position: Array
    word: Array


class SegmentPresence:
    """The words that passages have in their fields.

    `numbers` are the passages. `words` gives each term the number of the word that it
    stands for; several terms may stand for one word. `present` is bool of the shape
    (fields, words, passages).

    Example: with the fields `title` and `text`, the words `{"war": 0, "peac": 1, "paix": 1}`
    and the passages 4 and 9, `present[1, 1, 0]` says whether passage 4 has `peac` or `paix`
    in its text.
    """

    def __init__(
        self,
        segment: Segment,
        numbers: Array,
        fields: Sequence[str],
        words: Mapping[str, int],
    ) -> None:
        self._segment = segment
        word_count = max(words.values(), default=-1) + 1
        encoded = [(to_utf8(term), word) for term, word in words.items()]
        find = segment.term_dictionary.find
        # a row is a field and a word, as they lie in `present`
        terms_and_rows = [
            (number, field_index * word_count + word)
            for field_index, field in enumerate(fields)
            for term, word in encoded
            if (number := find(field, term)) is not None
        ]
        terms, rows = np.array(terms_and_rows, np.int64).reshape(-1, 2).T
        self._entries, self._bits = _entries_of(segment, terms, numbers)
        self._below = (_ONE << (numbers & (BLOCK_SIZE - 1)).astype(np.uint32)) - _ONE
        has_term = self._bits & (self._below + _ONE)
        self._term, self._passage = has_term.nonzero()
        self._row = rows[self._term]
        present = np.zeros((len(fields) * word_count, len(numbers)), bool)
        present[self._row, self._passage] = True
        self.present: Array = present.reshape(len(fields), word_count, len(numbers))

    def positions(self, cells: Array) -> WordPositions:
        """Return the occurrences of the words in some cells: bool, in the shape of `present`."""
        segment = self._segment
        _, word_count, passages = cells.shape
        chosen = cells.reshape(-1, passages)[self._row, self._passage].nonzero()[0]
        row, passage = self._row[chosen], self._passage[chosen]
        pair = self._term[chosen], passage
        before_in_entry = np.bitwise_count(self._bits[pair] & self._below[passage])
        postings = segment.posting_sums.before(self._entries[pair]) + before_in_entry
        frequencies = segment.frequencies[postings]
        total = int(frequencies.sum())
        if total > len(segment.arrays["positions.gap"]):
            raise IndexDamaged("postings.frequency.bin: more occurrences than positions")
        ends = frequencies.cumsum()
        sums = np.zeros(total + 1, np.int64)
        gap_starts = segment.position_sums.before(postings)
        segment.gaps[concat_ranges(gap_starts, frequencies)].cumsum(out=sums[1:])
        position = sums[1:] - sums[ends - frequencies].repeat(frequencies)
        field, word = np.divmod(row.repeat(frequencies), word_count)
        passage = passage.repeat(frequencies)
        order = np.lexsort((position, field, passage))
        return WordPositions(passage[order], field[order], position[order], word[order])


def _entries_of(segment: Segment, terms: Array, numbers: Array) -> tuple[Array, Array]:
    """Return for each term its entry in the block of each passage, and the entry's bits.

    Both have the shape (terms, passages). Where a term has no entry, the bits are 0.
    """
    arrays = segment.arrays
    entry_blocks = arrays["entries.block"]
    blocks = (numbers >> BLOCK_BITS).astype(entry_blocks.dtype)
    edges = arrays["terms.entries"]
    firsts, lasts = edges[terms].astype(np.int64), edges[terms + 1].astype(np.int64)
    entries = np.empty((len(terms), len(numbers)), np.int64)
    for row, first, last in zip(entries, firsts.tolist(), lasts.tolist(), strict=True):
        row[:] = entry_blocks[first:last].searchsorted(blocks)
    entries += firsts[:, None]
    has_entry = entries < lasts[:, None]
    np.minimum(entries, len(entry_blocks) - 1, out=entries)
    has_entry &= entry_blocks[entries] == blocks
    return entries, np.where(has_entry, arrays["entries.documents"][entries], np.uint32(0))
