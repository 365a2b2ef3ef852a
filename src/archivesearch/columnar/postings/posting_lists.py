"""Posting lists of several terms, processed together: documents, frequencies and positions.

The entries of all terms (see `segment.py`) are end to end, so each step is one numpy call.
"""

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

# A position in a document is less than 1 << POSITION_BITS.
POSITION_BITS = 32


class SelectedPostings(NamedTuple):
    """Postings of selected entries, in the order of the entries, then of their documents.

    - `entry`: the index among the selected entries.
    - `term`: the index of the term.
    - `bit`: the index of the document in its block, 0 to 31.
    - `posting`: the index among all postings of the segment.
    """

    entry: Array
    term: Array
    bit: Array
    posting: Array


class PostingLists:
    """The posting lists of terms; entries are numbered through all of them, from 0."""

    def __init__(self, segment: Segment, terms: Sequence[Postings]) -> None:
        self._segment = segment
        self.terms = terms
        self.entry_counts = np.array([t.entries.stop - t.entries.start for t in terms], np.int64)

    @lazy
    def blocks(self) -> Array:
        """The block of each entry, as intp, numpy's type for indices."""
        blocks = np.concatenate([term.blocks for term in self.terms]).astype(np.intp)
        if len(blocks) and int(blocks.max()) >= self._segment.block_count:
            raise IndexDamaged("entries.block.bin: blocks beyond the last one")
        return blocks

    @lazy
    def bits(self) -> Array:
        """The documents of each entry, as bits; without documents outside a term's `inside`."""
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
        """The largest impact in each entry: uint8, in 255ths."""
        return np.concatenate([term.max_impacts for term in self.terms])

    @lazy
    def starts(self) -> Array:
        """The first entry of each term, and the end of the last term: int64."""
        return offsets(self.entry_counts)

    def term_of(self, entries: Array) -> Array:
        """Return the index of the term of each entry."""
        if len(self.terms) == 1:
            return np.zeros(len(entries), np.int64)
        return self.starts.searchsorted(entries, "right") - 1

    def select(self, entries: Array, terms: Array, bits: Array) -> SelectedPostings:
        """Return the postings of entries, restricted to documents.

        `terms` is the index of each entry's term, `bits` the documents of each entry.
        """
        skipped = np.array([t.entries.start for t in self.terms], np.int64) - self.starts[:-1]
        first_postings = self._segment.posting_sums.before(entries + skipped[terms])
        indices = unpack_bits(bits).nonzero()[0]
        entry = indices >> BLOCK_BITS
        bit = indices & (BLOCK_SIZE - 1)
        lower_bits = self._all_bits[entries][entry] & ((_ONE << bit.astype(np.uint32)) - _ONE)
        return SelectedPostings(
            entry, terms[entry], bit, posting=first_postings[entry] + np.bitwise_count(lower_bits)
        )

    def occurrences(self, documents: Array) -> Array:
        """Return the occurrences of the terms in a set of documents, given as bits.

        Each is `document << POSITION_BITS | position`, int64. They are in the order of the
        terms, ascending within a term.
        """
        selected, numbers, frequencies = self._postings_in(documents)
        if not len(numbers):
            return np.empty(0, np.int64)
        gaps = self._gaps(selected.posting, frequencies)
        # The first gap of each posting is raised by the step to its document, less the last
        # position before it. One cumulative sum then gives all occurrences.
        ends = frequencies.cumsum()
        last_positions = np.add.reduceat(gaps, ends - frequencies)
        steps = numbers << POSITION_BITS
        steps[1:] -= steps[:-1] + last_positions[:-1]
        gaps[ends - frequencies] += steps
        return gaps.cumsum()

    def _postings_in(self, documents: Array) -> tuple[SelectedPostings, Array, Array]:
        """Return the postings in documents, and the document and frequency of each."""
        bits = self.bits & documents[self.blocks]
        entries = bits.nonzero()[0]
        selected = self.select(entries, self.term_of(entries), bits[entries])
        numbers = (self.blocks[entries] << BLOCK_BITS)[selected.entry] | selected.bit
        return selected, numbers, self._segment.frequencies[selected.posting]

    def _gaps(self, postings: Array, frequencies: Array) -> Array:
        """Return the gaps between positions of postings, end to end."""
        if int(frequencies.sum()) > len(self._segment.arrays["positions.gap"]):
            raise IndexDamaged("postings.frequency.bin: more occurrences than positions")
        starts = self._segment.position_sums.before(postings)
        return self._segment.gaps[concat_ranges(starts, frequencies)]


def documents_with_forms(segment: Segment, field: str, terms: Array, forms: Array) -> Array:
    """Return the documents that have any of the terms of a field in any of the forms.

    Terms and forms are given by number. The result is int64, term by term, ascending within
    a term; a document with two of the terms is there twice.
    """
    if not len(terms):
        return np.empty(0, np.int64)
    lists = PostingLists(segment, [segment.postings_of(field, n) for n in terms.tolist()])
    counts = np.array([term.count for term in lists.terms], np.int64)
    has_form = segment.word_forms.has_any_form(terms, forms, counts)
    at = unpack_bits(lists.bits).nonzero()[0][has_form]
    documents: Array = (lists.blocks[at >> BLOCK_BITS] << BLOCK_BITS) | (at & (BLOCK_SIZE - 1))
    return documents
