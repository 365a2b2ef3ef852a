"""The entries of several terms, worked on together: which documents have them, and where."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from archivesearch.columnar.bm25 import BLOCK_BITS, BLOCK_SIZE
from archivesearch.columnar.segment import Postings, Segment
from archivesearch.columnar.storage.array_files import Array, concat_ranges, offsets
from archivesearch.columnar.storage.doc_sets import unpack_bits
from archivesearch.errors import IndexDamaged
from archivesearch.lazy import lazy

_ONE = np.uint32(1)
POSITION_BITS = 32
"""A position in a document is less than 1 << this."""


class SelectedPostings(NamedTuple):
    """Postings of some of the entries, in their order.

    `entry` says of each posting to which entry it belongs, `term` to which term, `low`
    which of the 32 documents of its block it is, `place` where it stands among all postings.
    """

    entry: Array
    term: Array
    bit: Array
    posting: Array


class PostingLists:
    """Entries laid one after the other, so that each step is made once for all terms."""

    def __init__(self, segment: Segment, terms: Sequence[Postings]) -> None:
        self._segment = segment
        self.terms = terms
        self.entry_counts = np.array([t.entries.stop - t.entries.start for t in terms], np.int64)

    @lazy
    def blocks(self) -> Array:
        """The block of each entry, in the type that numpy takes for an index."""
        blocks = np.concatenate([term.blocks for term in self.terms]).astype(np.intp)
        if len(blocks) and int(blocks.max()) >= self._segment.block_count:
            raise IndexDamaged("entries.block.bin: it names blocks that there are not")
        return blocks

    @lazy
    def bits(self) -> Array:
        """The documents of each entry, as bits; of terms that are narrowed, fewer."""
        if all(term.inside is None for term in self.terms):
            return self._all_bits
        return np.concatenate(
            [
                term.bits if term.inside is None else term.bits & term.inside[term.blocks]
                for term in self.terms
            ]
        )

    @lazy
    def _all_bits(self) -> Array:
        return np.concatenate([term.bits for term in self.terms])

    @lazy
    def max_impacts(self) -> Array:
        """The best impact of each entry, in 255ths."""
        return np.concatenate([term.max_impacts for term in self.terms])

    @lazy
    def starts(self) -> Array:
        """Where the entries of each term start, and where the last end."""
        return offsets(self.entry_counts)

    def term_of(self, entries: Array) -> Array:
        """Return for each of some entries which of the terms it belongs to."""
        if len(self.terms) == 1:
            return np.zeros(len(entries), np.int64)
        return self.starts.searchsorted(entries, "right") - 1

    def select(self, entries: Array, terms: Array, bits: Array) -> SelectedPostings:
        """Return the postings of some entries for those of their documents that `bits` name.

        `terms` are the terms of the entries.
        """
        skipped = np.array([t.entries.start for t in self.terms], np.int64) - self.starts[:-1]
        starts = self._segment.posting_sums.before(entries + skipped[terms])
        at = unpack_bits(bits).nonzero()[0]
        which = at >> BLOCK_BITS
        low = at & (BLOCK_SIZE - 1)
        below = self._all_bits[entries][which] & ((_ONE << low.astype(np.uint32)) - _ONE)
        return SelectedPostings(which, terms[which], low, starts[which] + np.bitwise_count(below))

    def occurrences(self, documents: Array) -> Array:
        """Return where the terms stand in some documents: document and position in one number.

        Of each term they ascend.
        """
        found, numbers, frequencies = self._in(documents)
        if not len(numbers):
            return np.empty(0, np.int64)
        gaps = self._gaps(found.posting, frequencies)
        # a step to each document where its first gap is makes one sum of all gaps enough
        ends = frequencies.cumsum()
        last = np.add.reduceat(gaps, ends - frequencies)
        steps = numbers << POSITION_BITS
        steps[1:] -= steps[:-1] + last[:-1]
        gaps[ends - frequencies] += steps
        return gaps.cumsum()

    def _in(self, documents: Array) -> tuple[SelectedPostings, Array, Array]:
        """Return the postings for some documents, their documents, and how often each."""
        bits = self.bits & documents[self.blocks]
        entries = bits.nonzero()[0]
        found = self.select(entries, self.term_of(entries), bits[entries])
        numbers = (self.blocks[entries] << BLOCK_BITS)[found.entry] | found.bit
        return found, numbers, self._segment.frequencies[found.posting]

    def _gaps(self, postings: Array, frequencies: Array) -> Array:
        """Return the gaps between the positions of some postings, one after the other."""
        if int(frequencies.sum()) > len(self._segment.arrays["positions.gap"]):
            raise IndexDamaged("postings.frequency.bin: more occurrences than there are")
        starts = self._segment.position_sums.before(postings)
        return self._segment.gaps[concat_ranges(starts, frequencies)]


def documents_with_forms(segment: Segment, field: str, terms: Array, forms: Array) -> Array:
    """Return the documents in which any of some terms of a field stand in some of their forms."""
    if not len(terms):
        return np.empty(0, np.int64)
    entries = PostingLists(segment, [segment.postings_of(field, n) for n in terms.tolist()])
    counts = np.array([term.count for term in entries.terms], np.int64)
    has = segment.word_forms.has_any_form(terms, forms, counts)
    at = unpack_bits(entries.bits).nonzero()[0][has]
    found: Array = (entries.blocks[at >> BLOCK_BITS] << BLOCK_BITS) | (at & (BLOCK_SIZE - 1))
    return found
