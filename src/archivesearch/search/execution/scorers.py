"""Scorers: the nodes of a query plan, which match and score documents on arrays.

A plan is a tree of scorers that mirrors the query. A set of documents is an array of
uint32: one number per block of 32 documents, one bit per document. So AND, OR and NOT of
whole posting lists are single operations. Only blocks that may hold a result are scored.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from copy import copy
from functools import reduce
from typing import NamedTuple

import numpy as np

from archivesearch.columnar.bm25 import (
    BLOCK_BITS,
    BLOCK_SIZE,
    K1,
    NORM_BASE,
    ROUNDING_MARGIN,
    block_bounds,
    norm_slope,
)
from archivesearch.columnar.postings.posting_lists import PostingLists
from archivesearch.columnar.segment import Segment
from archivesearch.columnar.storage.array_files import Array
from archivesearch.columnar.storage.doc_sets import unpack_bits
from archivesearch.lazy import lazy

# With more terms than this, one sort of all entries is faster than a step for each term.
_MAX_TERMS_ONE_BY_ONE = 64


class BlockRows:
    """The blocks to score; each block is a row of 32 documents.

    `blocks`: the numbers of the blocks, ascending, one per row.
    `documents`: uint32, one per row; the documents to score, as bits.
    """

    def __init__(self, blocks: Array, documents: Array, block_count: int) -> None:
        self.blocks = blocks
        self.documents = documents
        self._row_of = np.full(block_count, -1, np.int32)
        self._row_of[blocks] = np.arange(len(blocks), dtype=np.int32)

    def __len__(self) -> int:
        return len(self.blocks)

    def row_of(self, blocks: Array) -> Array:
        """Return the row of each block, -1 for a block that is not to be scored."""
        return self._row_of[blocks]

    def restricted_to(self, matches: Array) -> "BlockRows":
        """Return the same rows with the documents to score restricted to `matches`.

        `matches` are bits of all blocks of the segment.
        """
        rows = copy(self)
        rows.documents = self.documents & matches[self.blocks]
        return rows

    def mask(self, values: Array | float) -> Array:
        """Return `values` in the shape (rows, 32), 0 for documents that are not to be scored."""
        return unpack_bits(self.documents).reshape(-1, BLOCK_SIZE) * values


class Scorer(ABC):
    """One node of a plan: the documents that match, their scores, and bounds of these."""

    @property
    @abstractmethod
    def matches(self) -> Array:
        """The matching documents as bits: uint32, one per block of the segment."""

    @property
    @abstractmethod
    def block_bounds(self) -> Array:
        """An upper bound of the scores in each block of the segment."""

    @abstractmethod
    def scores(self, rows: BlockRows) -> Array:
        """Return the scores of the documents of `rows`: float64 of the shape (rows, 32).

        Documents that do not match, or are not to be scored, have 0.
        """

    def candidates(self, threshold: float) -> Array:
        """Return, as bits, all matching documents that may score `threshold` or more.

        The set may hold other matching documents too.
        """
        return self.matches

    @abstractmethod
    def document_bounds(self, rows: BlockRows) -> Array:
        """Return an upper bound of the score of each document, in the shape of `scores`.

        It is computed from the terms that a document has. Their frequencies and its length
        are not read.
        """


class WeightedTerm(NamedTuple):
    """A term, by its field and its number in the term dictionary, and its weight.

    `allowed` restricts it to a set of documents, given as bits of all blocks.
    """

    field: str
    number: int
    weight: float
    allowed: Array | None = None

    def restricted_to(self, documents: Array) -> "WeightedTerm":
        """Return the term restricted to `documents` too, beside its present restriction."""
        both = documents if self.allowed is None else documents & self.allowed
        return self._replace(allowed=both)

    def add_weight(self, weight: float) -> "WeightedTerm":
        """Return the term with `weight` added to its own."""
        return self._replace(weight=self.weight + weight)


class TermUnion(Scorer):
    """Documents that have any of several terms, of any fields; the scores add up.

    All terms are scored at once: the number of numpy calls does not grow with them.
    """

    def __init__(self, segment: Segment, terms: Sequence[WeightedTerm]) -> None:
        self.terms = terms
        self._segment = segment

    @lazy
    def posting_lists(self) -> PostingLists:
        """The posting lists of the terms, as one sequence of entries.

        An entry is one term in one block: the documents of the block that have the term.
        """
        return PostingLists(
            self._segment,
            [
                self._segment.postings_of(term.field, term.number, term.allowed)
                for term in self.terms
            ],
        )

    @lazy
    def matches(self) -> Array:
        """The documents that have any of the terms."""
        return self._documents_with_any(range(len(self.terms)))

    @lazy
    def _last_candidates(self) -> tuple[int, Array]:
        """The last result of `candidates`, with how many of the weakest terms it leaves out."""
        return 0, self.matches

    def candidates(self, threshold: float) -> Array:
        """Return the documents that have a term without which the score is below `threshold`.

        Three terms can add at most 1, 2 and 5. For a threshold of 4 a document must have
        the third one, since the first two add up to 3.
        """
        order = self._max_scores.argsort()
        sums = self._max_scores[order].cumsum() * ROUNDING_MARGIN
        left_out = int(sums.searchsorted(threshold))
        if len(order) - left_out > _MAX_TERMS_ONE_BY_ONE:
            return self.matches  # to join so many costs more than it saves
        if left_out != self._last_candidates[0]:
            self._last_candidates = left_out, self._documents_with_any(order[left_out:].tolist())
        return self._last_candidates[1]

    def _documents_with_any(self, terms: Sequence[int]) -> Array:
        """Return, as bits, the documents that have any of the terms, given by their indexes."""
        documents = np.zeros(self._segment.block_count, np.uint32)
        lists = self.posting_lists
        if len(terms) <= _MAX_TERMS_ONE_BY_ONE:
            starts = lists.starts
            for term in terms:
                entries = slice(starts[term], starts[term + 1])
                if lists.entry_counts[term] == len(documents):  # the term is in every block
                    documents |= lists.bits[entries]
                else:
                    documents[lists.blocks[entries]] |= lists.bits[entries]
        else:
            order = np.argsort(lists.blocks, kind="stable")
            blocks = lists.blocks[order]
            firsts = np.diff(blocks, prepend=blocks[:1] + 1).nonzero()[0]
            documents[blocks[firsts]] = np.bitwise_or.reduceat(lists.bits[order], firsts)
        return documents

    @lazy
    def block_bounds(self) -> Array:
        """The sum, in each block, of the most that each term can add there."""
        lists = self.posting_lists
        sums = np.zeros(self._segment.block_count)
        weights = self._max_scores.repeat(lists.entry_counts)
        np.add.at(sums, lists.blocks, lists.max_impacts * weights)
        return block_bounds(sums, 1.0)

    def document_bounds(self, rows: BlockRows) -> Array:
        """Return the sum, for each document, of the most that its terms can add in its block."""
        entries, entry_rows, bits = self._entries_in(rows)
        lists = self.posting_lists
        weights = self._max_scores[lists.term_of(entries)]
        bounds = block_bounds(lists.max_impacts[entries] * weights, 1.0)
        cells = unpack_bits(bits).nonzero()[0]
        entry = cells >> BLOCK_BITS
        return _sum_by_document(rows, entry_rows[entry], cells & (BLOCK_SIZE - 1), bounds[entry])

    def scores(self, rows: BlockRows) -> Array:
        """Return the sum, for each document, of the BM25 scores of its terms."""
        segment = self._segment
        entries, entry_rows, bits = self._entries_in(rows)
        postings = self.posting_lists.select(entries, self.posting_lists.term_of(entries), bits)
        frequencies = segment.frequencies[postings.posting]
        terms, posting_rows = postings.term, entry_rows[postings.entry]
        documents = (rows.blocks << BLOCK_BITS)[posting_rows] | postings.bit
        lengths = segment.lengths[self._length_starts[terms] + documents]
        norms = NORM_BASE + self._norm_slopes[terms] * lengths
        scores = self._max_scores[terms] * frequencies / (frequencies + norms)
        return _sum_by_document(rows, posting_rows, postings.bit, scores)

    def _entries_in(self, rows: BlockRows) -> tuple[Array, Array, Array]:
        """Return the entries that have documents to score, their rows, and these documents.

        The documents are bits: uint32, one per entry.
        """
        lists = self.posting_lists
        entry_rows = rows.row_of(lists.blocks)
        entries = (entry_rows >= 0).nonzero()[0]
        entry_rows = entry_rows[entries]
        bits = lists.bits[entries] & rows.documents[entry_rows]
        with_documents = bits.nonzero()[0]
        return entries[with_documents], entry_rows[with_documents], bits[with_documents]

    @lazy
    def _max_scores(self) -> Array:
        """The most that each term can add to a score: float64, one per term."""
        pairs = zip(self.posting_lists.terms, self.terms, strict=True)
        return np.array([postings.idf * (K1 + 1.0) * term.weight for postings, term in pairs])

    @lazy
    def _norm_slopes(self) -> Array:
        """What one word of length adds to BM25's length normalization, for each term."""
        average = self._segment.average_length
        return np.array([norm_slope(average(term.field)) for term in self.terms])

    @lazy
    def _length_starts(self) -> Array:
        """Where the lengths of each term's field start in the lengths of all fields."""
        starts = [self._segment.length_start(term.field) for term in self.terms]
        return np.array(starts, np.int64)


def _sum_by_document(rows: BlockRows, row: Array, bit: Array, values: Array) -> Array:
    """Return the sums of the values of each document, given by its row and its bit there.

    The result has the shape (rows, 32).
    """
    cells = (row << BLOCK_BITS) | bit
    size = len(rows) << BLOCK_BITS
    return np.bincount(cells, weights=values, minlength=size).reshape(-1, BLOCK_SIZE)


class ConstantScore(Scorer):
    """Documents that all have the same score."""

    def __init__(self, matches: Array, score: float) -> None:
        self._matches = matches
        self._score = score

    @property
    def matches(self) -> Array:
        """The documents that it was made of."""
        return self._matches

    @lazy
    def block_bounds(self) -> Array:
        """The score in each block that has a matching document, else 0."""
        return np.where(self._matches != 0, np.float32(self._score), np.float32(0.0))

    def document_bounds(self, rows: BlockRows) -> Array:
        """Return the scores, with a margin for rounding."""
        return self.scores(rows) * ROUNDING_MARGIN

    def scores(self, rows: BlockRows) -> Array:
        """Return the one score for each matching document."""
        return rows.restricted_to(self._matches).mask(self._score)


class NoMatch(ConstantScore):
    """No documents, as for a word that the index does not have."""


class _Sum(Scorer):
    """Several scorers whose scores add up."""

    def __init__(self, scorers: Sequence[Scorer]) -> None:
        self._scorers = scorers

    @lazy
    def block_bounds(self) -> Array:
        """The sum of the scorers' bounds."""
        return reduce(np.add, (scorer.block_bounds for scorer in self._scorers))

    def document_bounds(self, rows: BlockRows) -> Array:
        """Return the sum of the scorers' bounds."""
        return reduce(np.add, (scorer.document_bounds(rows) for scorer in self._scorers))

    def scores(self, rows: BlockRows) -> Array:
        """Return the sum of the scorers' scores."""
        return reduce(np.add, (scorer.scores(rows) for scorer in self._scorers))


class Union(_Sum):
    """Documents that match any of several scorers; the scores add up."""

    @lazy
    def matches(self) -> Array:
        """The documents that any of the scorers matches."""
        return reduce(np.bitwise_or, (scorer.matches for scorer in self._scorers))


class Intersection(_Sum):
    """Documents that match all of several scorers; the scores add up."""

    @lazy
    def matches(self) -> Array:
        """The documents that all of the scorers match."""
        return reduce(np.bitwise_and, (scorer.matches for scorer in self._scorers))

    def document_bounds(self, rows: BlockRows) -> Array:
        """Return the sum of the scorers' bounds for the documents that all of them match."""
        return super().document_bounds(rows.restricted_to(self.matches))

    def scores(self, rows: BlockRows) -> Array:
        """Return the sum of the scorers' scores for the documents that all of them match."""
        return super().scores(rows.restricted_to(self.matches))


class Within(Scorer):
    """A scorer restricted to a set of documents, `matches`.

    These must be matches of the scorer. The scores and bounds are the scorer's own.
    """

    def __init__(self, scorer: Scorer, matches: Array) -> None:
        self._scorer = scorer
        self._matches = matches

    @property
    def matches(self) -> Array:
        """The set of documents."""
        return self._matches

    @property
    def block_bounds(self) -> Array:
        """The scorer's bounds, which hold for fewer documents too."""
        return self._scorer.block_bounds

    def document_bounds(self, rows: BlockRows) -> Array:
        """Return the scorer's bounds for the documents of the set."""
        return self._scorer.document_bounds(rows.restricted_to(self._matches))

    def scores(self, rows: BlockRows) -> Array:
        """Return the scorer's scores for the documents of the set."""
        return self._scorer.scores(rows.restricted_to(self._matches))

    def candidates(self, threshold: float) -> Array:
        """Return the scorer's candidates that are in the set."""
        return self._matches & self._scorer.candidates(threshold)


class Weighted(Scorer):
    """A scorer whose scores are multiplied by a weight."""

    def __init__(self, scorer: Scorer, weight: float) -> None:
        self._scorer = scorer
        self._weight = weight

    @property
    def matches(self) -> Array:
        """The scorer's matches."""
        return self._scorer.matches

    @lazy
    def block_bounds(self) -> Array:
        """The scorer's bounds times the weight, with a margin for rounding."""
        return self._scorer.block_bounds * np.float32(self._weight * ROUNDING_MARGIN)

    def document_bounds(self, rows: BlockRows) -> Array:
        """Return the scorer's bounds times the weight, with a margin for rounding."""
        return self._scorer.document_bounds(rows) * (self._weight * ROUNDING_MARGIN)

    def scores(self, rows: BlockRows) -> Array:
        """Return the scorer's scores times the weight."""
        return self._scorer.scores(rows) * self._weight
