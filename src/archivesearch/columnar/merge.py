"""Merging runs into a segment: the postings of each term from all of them, end to end.

All runs hold their terms in the same order, and each run's documents follow those of the
one before it, so that merging is copying: nothing is sorted any more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from archivesearch.columnar.arrays import Array, ArrayWriter, narrow, spread, starts_of
from archivesearch.columnar.escape import EscapedWriter
from archivesearch.columnar.fields import FIELDS, JOINT_FIELDS, WORD_FIELDS
from archivesearch.columnar.forms import Forms, FormsWriter, FormTable
from archivesearch.columnar.impact import BLOCK_BITS, BLOCK_SIZE, best_impacts
from archivesearch.columnar.lexicon import write_lexicon
from archivesearch.columnar.runs import Run
from archivesearch.columnar.totals import TotalsWriter
from archivesearch.columnar.vocabulary import Vocabulary
from archivesearch.columnar.workers import Workers

_COUNTS = ("entry_counts", "posting_counts", "position_counts")
_PARTED = (*_COUNTS, "other_counts")


def merge(
    writer: ArrayWriter,
    runs: Sequence[Run],
    lengths: Mapping[str, Array],
    vocabulary: Vocabulary,
    workers: Workers,
    *,
    occurrences: int,
) -> dict[str, Any]:
    """Write lexicon, postings and lengths of a segment; return its figures.

    `lengths` has for each field of words how many each document has. Each thread merges
    about so many `occurrences` at a time.
    """
    documents = len(lengths["text"])
    padded = {name: _padded(lengths[name]) for name in WORD_FIELDS}
    writer.append("lengths", narrow(np.concatenate(list(padded.values()))))
    table = FormTable(vocabulary)
    output = _Output(writer, documents)
    edges = [0]
    terms: list[Array] = []
    having = np.zeros(len(vocabulary), np.int64)
    for name in FIELDS:
        field = _Field(name, runs, vocabulary, padded.get(name), table)
        slices = field.slices(occurrences)
        for merged in workers.in_order(partial(_merged, field), slices):
            output.append(merged)
        terms.append(field.terms)
        if name in JOINT_FIELDS:
            having[field.terms] = np.maximum(having[field.terms], field.postings())
        edges.append(edges[-1] + len(field.terms))
    joint = np.concatenate(terms[: len(JOINT_FIELDS)])
    writer.append("terms.passages", narrow(having[joint]))
    output.finish(table.spellings)
    write_lexicon(writer, [vocabulary.term(n) for part in terms for n in part.tolist()])
    return {
        "documents": documents,
        "fields": {name: [edges[i], edges[i + 1]] for i, name in enumerate(FIELDS)},
        "with_field": {name: int(np.count_nonzero(padded[name])) for name in WORD_FIELDS},
        "total_length": {name: int(padded[name].sum()) for name in WORD_FIELDS},
    }


def _padded(lengths: Array) -> Array:
    """Return lengths up to the end of the last block, so that blocks can be taken whole."""
    blocks = (len(lengths) + BLOCK_SIZE - 1) >> BLOCK_BITS
    return np.pad(lengths, (0, blocks * BLOCK_SIZE - len(lengths)))


class _Field:
    """One field in all runs; its terms go by their place in their final order."""

    def __init__(
        self,
        name: str,
        runs: Sequence[Run],
        vocabulary: Vocabulary,
        lengths: "Array | None",
        table: FormTable,
    ) -> None:
        present = np.zeros(len(vocabulary), bool)
        for run in runs:
            present[run.read(name, "terms")] = True
        self.terms = vocabulary.sorted(np.flatnonzero(present))
        places = np.zeros(len(present), np.uint32)
        places[self.terms] = np.arange(len(self.terms))
        self.runs = [_Placed(run, name, places) for run in runs]
        self.lengths = lengths
        self.table = table
        having = 0 if lengths is None else int(np.count_nonzero(lengths))
        self.average = int(lengths.sum()) / having if lengths is not None and having else 1.0

    def postings(self) -> Array:
        """Return how many documents have each term."""
        found = np.zeros(len(self.terms), np.int64)
        for run in self.runs:
            found[run.places] += np.diff(run.starts["posting_counts"])
        return found

    def slices(self, occurrences: int) -> Iterator[tuple[int, int]]:
        """Cut the terms into slices that have about so many occurrences."""
        through = np.zeros(len(self.terms), np.int64)
        for run in self.runs:
            through[run.places] += np.diff(run.starts["position_counts"])
        np.cumsum(through, out=through)
        low = 0
        while low < len(through):
            before = int(through[low - 1]) if low else 0
            high = int(np.searchsorted(through, before + occurrences, "right"))
            high = max(high, low + 1)
            yield low, high
            low = high


class _Placed:
    """The terms that a run has in a field, by place, and where what belongs to each starts."""

    def __init__(self, run: Run, name: str, places: Array) -> None:
        self.run = run
        self.name = name
        self.places = places[run.read(name, "terms")]
        self.starts = {part: starts_of(run.read(name, part)).astype(np.uint32) for part in _PARTED}

    def read(self, part: str, counts: str, first: int, last: int) -> Array:
        """Return a part of the postings of a range of the run's terms."""
        starts = self.starts[counts]
        return self.run.read(self.name, part, int(starts[first]), int(starts[last]))


@dataclass(frozen=True, slots=True)
class _Merged:
    """The postings of some terms, as they are written."""

    counts: Mapping[str, Array]
    blocks: Array
    bits: Array
    bounds: Array
    frequencies: Array
    gaps: Array
    forms: Forms | None


def _merged(field: _Field, terms: tuple[int, int]) -> _Merged:
    """Put the postings of a range of terms from all runs end to end."""
    ranges = [(run, *np.searchsorted(run.places, terms).tolist()) for run in field.runs]
    pieces = [(run, first, last) for run, first, last in ranges if first < last]
    counts, entries = _layout(pieces, "entry_counts", terms)
    posting_counts, postings = _layout(pieces, "posting_counts", terms)
    position_counts, positions = _layout(pieces, "position_counts", terms)

    def joined(part: str, counts: str, order: list[Array] | None) -> Array:
        return _joined([run.read(part, counts, a, b) for run, a, b in pieces], order)

    if field.lengths is None:
        bounds = np.zeros(int(counts.sum()), np.uint8)
        gaps = np.empty(0, np.uint8)
        forms = None
    else:
        best = [_bounds(run, a, b, field.lengths, field.average) for run, a, b in pieces]
        bounds = _joined(best, entries)
        gaps = joined("gaps", "position_counts", positions)
    frequencies = joined("frequencies", "posting_counts", postings)
    if field.lengths is not None:
        others = _others(pieces, terms, posting_counts)
        numbers = field.terms[slice(*terms)]
        forms = field.table.listed(numbers, posting_counts, frequencies, others)
    return _Merged(
        counts=dict(zip(_COUNTS, (counts, posting_counts, position_counts), strict=True)),
        blocks=joined("blocks", "entry_counts", entries),
        bits=joined("bits", "entry_counts", entries),
        bounds=bounds,
        frequencies=frequencies,
        gaps=gaps,
        forms=forms,
    )


def _others(
    pieces: Sequence[tuple[_Placed, int, int]], terms: tuple[int, int], postings: Array
) -> tuple[Array, Array]:
    """Return what is not in the usual form of its term: the forms, and in which postings.

    These are counted through all the terms, which have so many each.
    """
    free = starts_of(postings)[:-1]
    forms, places = [np.empty(0, np.int32)], [np.empty(0, np.int64)]
    for run, first, last in pieces:
        which = run.places[first:last] - terms[0]
        counts = np.diff(run.starts["other_counts"][first : last + 1]).astype(np.int64)
        forms.append(run.read("other_forms", "other_counts", first, last))
        own = run.read("other_postings", "other_counts", first, last)
        places.append(np.repeat(free[which], counts) + own)
        free[which] += np.diff(run.starts["posting_counts"][first : last + 1])
    return np.concatenate(forms), np.concatenate(places)


def _bounds(run: _Placed, first: int, last: int, lengths: Array, average: float) -> Array:
    """Return the best impact in each entry of some of a run's terms."""
    documents = run.read("documents", "posting_counts", first, last)
    frequencies = run.read("frequencies", "posting_counts", first, last)
    bits = run.read("bits", "entry_counts", first, last)
    starts = starts_of(np.bitwise_count(bits))[:-1]
    own = lengths[run.run.first :]
    return best_impacts(frequencies.astype(np.float64), own[documents], average, starts)


def _layout(
    pieces: Sequence[tuple[_Placed, int, int]], part: str, terms: tuple[int, int]
) -> tuple[Array, list[Array] | None]:
    """Return how many values each term has in all runs, and where those of each run go.

    No places stand for one after the other, as it is with one run, and with one term,
    which may have more occurrences than all others.
    """
    low, high = terms
    total = np.zeros(high - low, np.int64)
    counts = []
    for run, first, last in pieces:
        counts.append(np.diff(run.starts[part][first : last + 1]).astype(np.int64))
        total[run.places[first:last] - low] += counts[-1]
    if len(pieces) == 1 or len(total) == 1:
        return total, None
    free = starts_of(total)[:-1]
    order = []
    for (run, first, last), own in zip(pieces, counts, strict=True):
        which = run.places[first:last] - low
        order.append(spread(free[which], own))
        free[which] += own
    return total, order


def _joined(pieces: Sequence[Array], order: Sequence[Array] | None) -> Array:
    """Put values of several runs where they go."""
    if order is None:
        return np.concatenate(pieces)
    joined = np.empty(sum(map(len, pieces)), np.result_type(*pieces))
    for values, places in zip(pieces, order, strict=True):
        joined[places] = values
    return joined


class _Output:
    """Writes the postings of one range of terms after another."""

    def __init__(self, writer: ArrayWriter, documents: int) -> None:
        self._writer = writer
        self._block_type = np.uint16 if documents <= BLOCK_SIZE << 16 else np.uint32
        self._counts: dict[str, list[Array]] = {part: [] for part in _COUNTS}
        self._frequencies = EscapedWriter(writer, "postings.frequency", bits=4)
        self._gaps = EscapedWriter(writer, "positions.gap", bits=8)
        self._forms = FormsWriter(writer)
        self._entry_totals = TotalsWriter()
        self._posting_totals = TotalsWriter()
        for name, dtype in (
            ("entries.block", self._block_type),
            ("entries.documents", np.uint32),
            ("entries.bound", np.uint8),
        ):
            writer.append(name, np.empty(0, dtype))  # so that it is there, whatever comes

    def append(self, merged: _Merged) -> None:
        """Write the postings of the next terms."""
        for part in _COUNTS:
            self._counts[part].append(merged.counts[part])
        self._writer.append("entries.block", merged.blocks.astype(self._block_type))
        self._writer.append("entries.documents", merged.bits)
        self._writer.append("entries.bound", merged.bounds)
        self._frequencies.append(merged.frequencies)
        self._gaps.append(merged.gaps)
        if merged.forms is not None:
            self._forms.append(merged.forms)
        self._entry_totals.add(np.bitwise_count(merged.bits))
        self._posting_totals.add(merged.frequencies)

    def finish(self, spellings: Sequence[bytes]) -> None:
        """Write where what each term has begins, how forms are spelled, and the large numbers."""
        for name, part in zip(("entries", "postings", "positions"), _COUNTS, strict=True):
            starts = starts_of(np.concatenate([np.empty(0, np.int64), *self._counts[part]]))
            self._writer.append(f"terms.{name}", narrow(starts, least=np.uint32))
        self._entry_totals.write(self._writer, "entries.postings")
        self._posting_totals.write(self._writer, "postings.positions")
        self._frequencies.finish()
        self._gaps.finish()
        self._forms.finish(spellings)
