"""Merging runs into a segment: terms put in order, postings cut into blocks of documents."""

from array import array
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from archivesearch.columnar.arrays import Array, ArrayWriter, narrow, spread, starts_of
from archivesearch.columnar.escape import write_escaped
from archivesearch.columnar.fields import FIELDS, WORD_FIELDS
from archivesearch.columnar.impact import BLOCK_BITS, BLOCK_SIZE, best_impacts
from archivesearch.columnar.lexicon import write_lexicon
from archivesearch.columnar.runs import Run, concatenated, radix_order
from archivesearch.columnar.totals import TotalsWriter

# Occurrences merged at a time: about 100 bytes each.
_SLICE_WORDS = 4_000_000


def merge(
    writer: ArrayWriter,
    numbers: Mapping[tuple[int, str], int],
    runs: Sequence[Run],
    lengths: Mapping[str, "array[int]"],
    documents: int,
) -> dict[str, Any]:
    """Write lexicon, postings and lengths of a segment; return its figures.

    `numbers` maps (field, term) to the temporary number that the runs know it by.
    """
    keyed = sorted(
        (field, term.encode("utf-8", "surrogatepass"), n) for (field, term), n in numbers.items()
    )
    write_lexicon(writer, [term for _, term, _ in keyed])
    fields = np.array([field for field, _, _ in keyed], np.int64)
    edges = np.searchsorted(fields, np.arange(len(FIELDS) + 1)).tolist()
    rank = np.empty(len(keyed), np.int64)
    rank[[number for _, _, number in keyed]] = np.arange(len(keyed))
    padded = {name: _padded(lengths[name], documents) for name in WORD_FIELDS}
    writer.append("lengths", narrow(np.concatenate([padded[name] for name in WORD_FIELDS])))
    averages = {name: _average(padded[name]) for name in WORD_FIELDS}
    merger = _Merger(writer, [_Ranked(run, rank) for run in runs], documents)
    for number, name in enumerate(FIELDS):
        first, last = edges[number], edges[number + 1]
        for low, high in _slices(merger.occurrences(first, last), first):
            merger.write(low, high, padded.get(name), averages.get(name, 1.0))
    merger.finish()
    return {
        "documents": documents,
        "fields": {name: [edges[i], edges[i + 1]] for i, name in enumerate(FIELDS)},
        "with_field": {name: int(np.count_nonzero(padded[name])) for name in WORD_FIELDS},
        "total_length": {name: int(padded[name].sum()) for name in WORD_FIELDS},
    }


def _padded(lengths: "array[int]", documents: int) -> Array:
    """Return lengths up to the end of the last block, so that blocks can be taken whole."""
    blocks = (documents + BLOCK_SIZE - 1) >> BLOCK_BITS
    result = np.zeros(blocks * BLOCK_SIZE, np.int64)
    result[:documents] = np.frombuffer(lengths, np.uint32) if documents else 0
    return result


def _average(lengths: Array) -> float:
    """The average length of a field, of the documents that have it."""
    having = int(np.count_nonzero(lengths))
    return int(lengths.sum()) / having if having else 1.0


def _slices(occurrences: Array, first: int) -> list[tuple[int, int]]:
    """Cut a range of terms, given the occurrences of each, into slices that fit in memory."""
    if not len(occurrences):
        return []
    through = np.cumsum(occurrences)
    cuts = [0]
    while cuts[-1] < len(occurrences):
        before = int(through[cuts[-1] - 1]) if cuts[-1] else 0
        cut = int(np.searchsorted(through, before + _SLICE_WORDS, "right"))
        cuts.append(max(cut, cuts[-1] + 1))
    return [(first + low, first + high) for low, high in pairwise(cuts)]


class _Ranked:
    """A run whose terms are taken in their final order."""

    def __init__(self, run: Run, rank: Array) -> None:
        self.run = run
        ranks = rank[run.terms]
        self.order = np.argsort(ranks, kind="stable")
        self.ranks = ranks[self.order]
        self.starts = run.posting_starts()
        self.position_starts = run.position_starts()

    def occurrences(self) -> Array:
        """Return how many occurrences each term has, in final order."""
        edges = self.position_starts[self.starts]
        return np.diff(edges)[self.order]

    def postings(self, low: int, high: int) -> tuple[Array, Array, Array, Array]:
        """Return the postings of a range of terms: terms, documents, frequencies, positions."""
        a, b = np.searchsorted(self.ranks, [low, high])
        which = self.order[a:b]
        counts = self.run.counts[which]
        at = spread(self.starts[which], counts)
        frequencies = self.run.frequencies[at].astype(np.int64)
        positions = self.run.positions[spread(self.position_starts[at], frequencies)]
        return np.repeat(self.ranks[a:b], counts), self.run.documents[at], frequencies, positions


class _Merger:
    """Writes the postings of one range of terms after another."""

    def __init__(self, writer: ArrayWriter, runs: Sequence[_Ranked], documents: int) -> None:
        self._writer = writer
        self._runs = runs
        self._block_type = np.uint16 if documents <= BLOCK_SIZE << 16 else np.uint32
        self._entry_counts: list[Array] = []
        self._posting_counts: list[Array] = []
        self._position_counts: list[Array] = []
        self._frequency_escapes: list[tuple[Array, Array]] = []
        self._gap_escapes: list[tuple[Array, Array]] = []
        self._entry_totals = TotalsWriter()
        self._posting_totals = TotalsWriter()
        self._postings = 0
        self._positions = 0
        for name, dtype in (
            ("entries.block", self._block_type),
            ("entries.documents", np.uint32),
            ("entries.bound", np.uint8),
            ("postings.frequency", np.uint8),
            ("positions.gap", np.uint8),
        ):
            writer.append(name, np.empty(0, dtype))  # so that it is there, whatever comes

    def occurrences(self, first: int, last: int) -> Array:
        """Return how many occurrences each term of a range has in all runs."""
        total = np.zeros(last - first, np.int64)
        for run in self._runs:
            a, b = np.searchsorted(run.ranks, [first, last])
            total[run.ranks[a:b] - first] += run.occurrences()[a:b]
        return total

    def write(self, low: int, high: int, lengths: "Array | None", average: float) -> None:
        """Write the postings of a range of terms of one field; keys have no lengths."""
        terms, documents, frequencies, positions = self._gathered(low, high)
        new = np.ones(len(terms), bool)
        blocks = documents >> BLOCK_BITS
        new[1:] = (terms[1:] != terms[:-1]) | (blocks[1:] != blocks[:-1])
        at = np.flatnonzero(new)
        bits = np.uint32(1) << (documents & (BLOCK_SIZE - 1)).astype(np.uint32)
        append = self._writer.append
        append("entries.block", blocks[at].astype(self._block_type))
        together = np.bitwise_or.reduceat(bits, at) if len(at) else bits
        append("entries.documents", together)
        self._entry_totals.add(np.bitwise_count(together))
        if lengths is not None:
            best = best_impacts(frequencies, lengths[documents], average, at)
        else:
            best = np.zeros(len(at), np.uint8)
        append("entries.bound", best)
        self._count(terms, terms[at], frequencies, low, high)
        self._frequency_escapes.append(
            write_escaped(self._writer, "postings.frequency", frequencies, self._postings)
        )
        self._postings += len(terms)
        self._posting_totals.add(frequencies)
        if lengths is not None:
            gaps = _gaps(positions, frequencies)
            self._gap_escapes.append(
                write_escaped(self._writer, "positions.gap", gaps, self._positions)
            )
            self._positions += len(gaps)

    def finish(self) -> None:
        """Write where each term's entries, postings and positions end."""
        for name, counts in (
            ("terms.entries", self._entry_counts),
            ("terms.postings", self._posting_counts),
            ("terms.positions", self._position_counts),
        ):
            starts = starts_of(concatenated(counts))
            self._writer.append(name, narrow(starts, least=np.uint32))
        self._entry_totals.write(self._writer, "entries.postings")
        self._posting_totals.write(self._writer, "postings.positions")
        for name, escapes in (
            ("postings.frequency", self._frequency_escapes),
            ("positions.gap", self._gap_escapes),
        ):
            places = concatenated([at for at, _ in escapes])
            self._writer.append(f"{name}.at", narrow(places, least=np.uint32))
            values = concatenated([values for _, values in escapes])
            self._writer.append(f"{name}.value", narrow(values))

    def _gathered(self, low: int, high: int) -> tuple[Array, Array, Array, Array]:
        """Return the postings of a range of terms from all runs, in their final order."""
        parts = [run.postings(low, high) for run in self._runs]
        terms, documents, frequencies, positions = (
            concatenated(list(column)) for column in zip(*parts, strict=True)
        )
        if len(parts) > 1:
            # the runs hold ascending documents, so a stable order by term is the final one
            order = radix_order(terms - low)
            starts = starts_of(frequencies)[:-1][order]
            terms, documents, frequencies = terms[order], documents[order], frequencies[order]
            positions = positions[spread(starts, frequencies)]
        return terms, documents.astype(np.int64), frequencies, positions.astype(np.int64)

    def _count(
        self, terms: Array, entry_terms: Array, frequencies: Array, low: int, high: int
    ) -> None:
        size = high - low
        self._entry_counts.append(np.bincount(entry_terms - low, minlength=size))
        self._posting_counts.append(np.bincount(terms - low, minlength=size))
        occurrences = np.bincount(terms - low, weights=frequencies, minlength=size)
        self._position_counts.append(occurrences.astype(np.int64))


def _gaps(positions: Array, frequencies: Array) -> Array:
    """Return positions as distances from the one before in the same document."""
    gaps = np.diff(positions, prepend=0)
    firsts = starts_of(frequencies)[:-1]
    gaps[firsts] = positions[firsts]
    return gaps
