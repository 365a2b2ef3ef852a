"""How a query is answered over arrays: which documents match, a bound for each block, scores.

A plan is a tree of nodes that mirrors the query. Documents are the bits of one 32-bit
number per block, so that AND, OR and NOT of whole postings are single operations. Only
blocks that may hold a result are ever scored.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from copy import copy
from functools import reduce
from typing import NamedTuple

import numpy as np

from archivesearch.columnar.bm25 import BLOCK_BITS, BLOCK_SIZE, K1, ROUNDING_MARGIN, B, block_bounds
from archivesearch.columnar.postings.posting_lists import PostingLists
from archivesearch.columnar.segment import Segment
from archivesearch.columnar.storage.array_files import Array
from archivesearch.columnar.storage.doc_sets import bits_of, unpack_bits
from archivesearch.lazy import lazy

_FLAT = K1 * (1.0 - B)

# Up to so many terms, joining their documents one by one is faster than sorting them.
_FEW = 64


class BlockRows:
    """Some blocks that are to be scored, ascending; each is a row of 32 documents.

    `wanted` are the documents of each that are, as bits.
    """

    def __init__(self, blocks: Array, documents: Array, all_blocks: int) -> None:
        self.blocks = blocks
        self.documents = documents
        self._row_of = np.full(all_blocks, -1, np.int32)
        self._row_of[blocks] = np.arange(len(blocks), dtype=np.int32)

    def __len__(self) -> int:
        return len(self.blocks)

    def row_of(self, blocks: Array) -> Array:
        """Return the row of each block, -1 for those that are not to be scored."""
        return self._row_of[blocks]

    def restricted_to(self, matches: Array) -> "BlockRows":
        """Return the same rows with fewer documents wanted, given as bits of all blocks."""
        found = copy(self)
        found.documents = self.documents & matches[self.blocks]
        return found

    def mask(self, values: Array | float) -> Array:
        """Return values of the documents of all rows, 0 for those that are not wanted."""
        return unpack_bits(self.documents).reshape(-1, BLOCK_SIZE) * values


class Scorer(ABC):
    """One node of a plan."""

    @property
    @abstractmethod
    def matches(self) -> Array:
        """The documents that match, as bits: one number for each block of the segment."""

    @property
    @abstractmethod
    def block_bounds(self) -> Array:
        """The most that any document of each block can score."""

    @abstractmethod
    def scores(self, rows: BlockRows) -> Array:
        """Return the scores of the wanted documents of the rows, 0 for all that do not match."""

    def candidates(self, threshold: float) -> Array:
        """Return all documents that may score so much, as bits, and maybe others that match."""
        return self.matches

    @abstractmethod
    def document_bounds(self, rows: BlockRows) -> Array:
        """Return the most that each wanted document of the rows can score.

        That is told without looking how often it has a word, or how long it is.
        """


class WeightedTerm(NamedTuple):
    """A term by its number in the lexicon, its field, and how much it counts.

    `inside` narrows it to some documents, given as bits of all blocks.
    """

    field: str
    number: int
    weight: float
    inside: Array | None = None

    def restricted_to(self, allowed: Array) -> "WeightedTerm":
        """Return the term in some documents alone, or in those of them it is narrowed to."""
        both = allowed if self.inside is None else allowed & self.inside
        return self._replace(inside=both)

    def add_weight(self, weight: float) -> "WeightedTerm":
        """Return the term with more weight."""
        return self._replace(weight=self.weight + weight)


class TermUnion(Scorer):
    """Documents that have any of some terms, of whatever fields; their scores add up.

    However many the terms are, they are scored together, all their entries at once.
    """

    def __init__(self, segment: Segment, terms: Sequence[WeightedTerm]) -> None:
        self.terms = terms
        self._segment = segment

    @lazy
    def entries(self) -> PostingLists:
        """The entries of all the terms."""
        return PostingLists(
            self._segment,
            [
                self._segment.postings_of(term.field, term.number, term.inside)
                for term in self.terms
            ],
        )

    @lazy
    def matches(self) -> Array:
        return self._any_of(range(len(self.terms)))

    @lazy
    def _reaching(self) -> tuple[int, Array]:
        """How many of the least telling terms were left out last, and who has any other."""
        return 0, self.matches

    def candidates(self, threshold: float) -> Array:
        """Return the documents that have any of the terms without which the score is too low."""
        order = self._tops.argsort()
        sums = self._tops[order].cumsum() * ROUNDING_MARGIN
        without = int(sums.searchsorted(threshold))
        if len(order) - without > _FEW:
            return self.matches  # so many are joined whole
        if without != self._reaching[0]:
            self._reaching = without, self._any_of(order[without:].tolist())
        return self._reaching[1]

    def _any_of(self, terms: Sequence[int]) -> Array:
        """Return the documents that have any of some of the terms, given by their places."""
        found = np.zeros(self._segment.block_count, np.uint32)
        entries = self.entries
        if len(terms) <= _FEW:
            starts = entries.starts
            for term in terms:
                own = slice(starts[term], starts[term + 1])
                if entries.entry_counts[term] == len(found):  # it is in every block
                    found |= entries.bits[own]
                else:
                    found[entries.blocks[own]] |= entries.bits[own]
        else:
            order = np.argsort(entries.blocks, kind="stable")
            blocks = entries.blocks[order]
            at = np.diff(blocks, prepend=blocks[:1] + 1).nonzero()[0]
            found[blocks[at]] = np.bitwise_or.reduceat(entries.bits[order], at)
        return found

    @lazy
    def block_bounds(self) -> Array:
        entries = self.entries
        whole = np.zeros(self._segment.block_count)
        np.add.at(
            whole, entries.blocks, entries.max_impacts * self._tops.repeat(entries.entry_counts)
        )
        return block_bounds(whole, 1.0)

    def document_bounds(self, rows: BlockRows) -> Array:
        hit, place, bits = self._in(rows)
        most = block_bounds(
            self.entries.max_impacts[hit] * self._tops[self.entries.term_of(hit)], 1.0
        )
        at = unpack_bits(bits).nonzero()[0]
        entry = at >> BLOCK_BITS
        return _by_document(rows, place[entry], at & (BLOCK_SIZE - 1), most[entry])

    def scores(self, rows: BlockRows) -> Array:
        segment = self._segment
        hit, place, bits = self._in(rows)
        term = self.entries.term_of(hit)
        found = self.entries.select(hit, term, bits)
        frequencies = segment.frequencies[found.posting]
        term, place = found.term, place[found.entry]
        document = (rows.blocks << BLOCK_BITS)[place] | found.bit
        lengths = segment.lengths[self._length_starts[term] + document]
        weakening = _FLAT + self._slopes[term] * lengths
        values = self._tops[term] * frequencies / (frequencies + weakening)
        return _by_document(rows, place, found.bit, values)

    def _in(self, rows: BlockRows) -> tuple[Array, Array, Array]:
        """Return the entries with wanted documents, the row of each, and those documents."""
        entries = self.entries
        place = rows.row_of(entries.blocks)
        hit = (place >= 0).nonzero()[0]
        place = place[hit]
        bits = entries.bits[hit] & rows.documents[place]
        kept = bits.nonzero()[0]
        return hit[kept], place[kept], bits[kept]

    @lazy
    def _tops(self) -> Array:
        """The most that each term could add to a score."""
        pairs = zip(self.entries.terms, self.terms, strict=True)
        return np.array([postings.idf * (K1 + 1.0) * term.weight for postings, term in pairs])

    @lazy
    def _slopes(self) -> Array:
        average = self._segment.average_length
        return np.array([K1 * B / average(term.field) for term in self.terms])

    @lazy
    def _length_starts(self) -> Array:
        """Where in the lengths of all fields those of each term's field start."""
        starts = [self._segment.length_start(term.field) for term in self.terms]
        return np.array(starts, np.int64)


def _by_document(rows: BlockRows, row: Array, low: Array, values: Array) -> Array:
    """Add up the values of each document, given by its row and its place in that."""
    cells = (row << BLOCK_BITS) | low
    size = len(rows) << BLOCK_BITS
    return np.bincount(cells, weights=values, minlength=size).reshape(-1, BLOCK_SIZE)


class ConstantScore(Scorer):
    """Documents that all score the same."""

    def __init__(self, matches: Array, score: float) -> None:
        self._matches = matches
        self._score = score

    @property
    def matches(self) -> Array:
        return self._matches

    @lazy
    def block_bounds(self) -> Array:
        return np.where(self._matches != 0, np.float32(self._score), np.float32(0.0))

    def document_bounds(self, rows: BlockRows) -> Array:
        return self.scores(rows) * ROUNDING_MARGIN

    def scores(self, rows: BlockRows) -> Array:
        return rows.restricted_to(self._matches).mask(self._score)


class NoMatch(ConstantScore):
    """No document at all, as of a word that none has."""


class Precomputed(Scorer):
    """Documents that were found elsewhere, each with its score."""

    def __init__(self, found: Sequence[tuple[int, float]], blocks: int) -> None:
        self._numbers = np.array([number for number, _ in found], np.int64)
        self._scores = np.array([score for _, score in found])
        self._blocks = blocks

    @lazy
    def matches(self) -> Array:
        return bits_of(self._numbers, self._blocks)

    @lazy
    def block_bounds(self) -> Array:
        found = np.zeros(self._blocks)
        np.maximum.at(found, self._numbers >> BLOCK_BITS, self._scores)
        return (found * ROUNDING_MARGIN).astype(np.float32)

    def document_bounds(self, rows: BlockRows) -> Array:
        return self.scores(rows) * ROUNDING_MARGIN

    def scores(self, rows: BlockRows) -> Array:
        place = rows.row_of(self._numbers >> BLOCK_BITS)
        hit = (place >= 0).nonzero()[0]
        result = np.zeros((len(rows), BLOCK_SIZE))
        result[place[hit], self._numbers[hit] & (BLOCK_SIZE - 1)] = self._scores[hit]
        return rows.mask(result)


class Union(Scorer):
    """Documents that match any of the nodes; scores add up."""

    def __init__(self, nodes: Sequence[Scorer]) -> None:
        self._nodes = nodes

    @lazy
    def matches(self) -> Array:
        return reduce(np.bitwise_or, (node.matches for node in self._nodes))

    @lazy
    def block_bounds(self) -> Array:
        return reduce(np.add, (node.block_bounds for node in self._nodes))

    def document_bounds(self, rows: BlockRows) -> Array:
        return reduce(np.add, (node.document_bounds(rows) for node in self._nodes))

    def scores(self, rows: BlockRows) -> Array:
        return reduce(np.add, (node.scores(rows) for node in self._nodes))


class Intersection(Scorer):
    """Documents that match all of the nodes; scores add up."""

    def __init__(self, nodes: Sequence[Scorer]) -> None:
        self._nodes = nodes

    @lazy
    def matches(self) -> Array:
        return reduce(np.bitwise_and, (node.matches for node in self._nodes))

    @lazy
    def block_bounds(self) -> Array:
        return reduce(np.add, (node.block_bounds for node in self._nodes))

    def document_bounds(self, rows: BlockRows) -> Array:
        rows = rows.restricted_to(self.matches)
        return reduce(np.add, (node.document_bounds(rows) for node in self._nodes))

    def scores(self, rows: BlockRows) -> Array:
        rows = rows.restricted_to(self.matches)
        return reduce(np.add, (node.scores(rows) for node in self._nodes))


class Difference(Scorer):
    """Documents that match one node and not another, with the scores of the first."""

    def __init__(self, wanted: Scorer, unwanted: Scorer) -> None:
        self._wanted = wanted
        self._unwanted = unwanted

    @lazy
    def matches(self) -> Array:
        return self._wanted.matches & ~self._unwanted.matches

    @property
    def block_bounds(self) -> Array:
        return self._wanted.block_bounds

    def document_bounds(self, rows: BlockRows) -> Array:
        return self._wanted.document_bounds(rows.restricted_to(self.matches))

    def scores(self, rows: BlockRows) -> Array:
        return self._wanted.scores(rows.restricted_to(self.matches))

    def candidates(self, threshold: float) -> Array:
        return self.matches & self._wanted.candidates(threshold)


class Within(Scorer):
    """A node with the documents that are known to match, fewer than it says itself."""

    def __init__(self, node: Scorer, matches: Array) -> None:
        self._node = node
        self._matches = matches

    @property
    def matches(self) -> Array:
        return self._matches

    @property
    def block_bounds(self) -> Array:
        return self._node.block_bounds

    def document_bounds(self, rows: BlockRows) -> Array:
        return self._node.document_bounds(rows.restricted_to(self._matches))

    def scores(self, rows: BlockRows) -> Array:
        return self._node.scores(rows.restricted_to(self._matches))

    def candidates(self, threshold: float) -> Array:
        return self._matches & self._node.candidates(threshold)


class Weighted(Scorer):
    """A node whose scores count more, or less."""

    def __init__(self, node: Scorer, weight: float) -> None:
        self._node = node
        self._weight = weight

    @property
    def matches(self) -> Array:
        return self._node.matches

    @lazy
    def block_bounds(self) -> Array:
        return self._node.block_bounds * np.float32(self._weight * ROUNDING_MARGIN)

    def document_bounds(self, rows: BlockRows) -> Array:
        return self._node.document_bounds(rows) * (self._weight * ROUNDING_MARGIN)

    def scores(self, rows: BlockRows) -> Array:
        return self._node.scores(rows) * self._weight
