"""Merging runs into a segment: the postings of each term from all of them, end to end.

All runs hold their terms in the same order, and each run's documents follow those of the
one before it, so that merging is copying: nothing is sorted any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from archivesearch.columnar.bm25 import BLOCK_BITS, BLOCK_SIZE, max_impacts
from archivesearch.columnar.postings.sorted_runs import Run
from archivesearch.columnar.schema import FIELDS, JOINT_FIELDS, WORD_FIELDS
from archivesearch.columnar.storage.array_files import (
    Array,
    ArrayWriter,
    concat_ranges,
    narrow,
    offsets,
)
from archivesearch.columnar.storage.packed_ints import PackedIntsWriter
from archivesearch.columnar.storage.prefix_sums import PrefixSumsWriter
from archivesearch.columnar.terms.merged_vocabulary import MergedVocabulary
from archivesearch.columnar.terms.term_dictionary import write_term_dictionary
from archivesearch.columnar.terms.word_forms_writer import (
    EncodedForms,
    WordFormsWriter,
    encode_forms,
)

_COUNTS = ("entry_counts", "posting_counts", "position_counts")
_PARTED = (*_COUNTS, "other_counts")
_OF = {
    "entry_counts": ("blocks", "bits"),
    "posting_counts": ("documents", "frequencies"),
    "position_counts": ("gaps",),
    "other_counts": ("other_forms", "other_postings"),
}


def merge_runs(
    writer: ArrayWriter,
    runs: Sequence[Run],
    lengths: Mapping[str, Array],
    glossary: MergedVocabulary,
    *,
    slice_size: int,
) -> dict[str, Any]:
    """Write lexicon, postings and lengths of a segment; return its figures.

    `lengths` has for each field of words how many each document has. About so many
    `occurrences` are merged at a time: that is many small steps, which two threads take no
    faster than one.
    """
    documents = len(lengths["text"])
    padded = {name: _padded(lengths[name]) for name in WORD_FIELDS}
    writer.append("lengths", narrow(np.concatenate(list(padded.values()))))
    output = _Output(writer, documents)
    edges = [0]
    terms: list[Array] = []
    having = np.zeros(len(glossary), np.int64)
    for name in FIELDS:
        field = _Field(name, runs, glossary, padded.get(name), slice_size)
        for number in range(field.slices):
            output.append(field.merged(number))
        terms.append(field.terms)
        if name in JOINT_FIELDS:
            having[field.terms] = np.maximum(having[field.terms], field.postings)
        edges.append(edges[-1] + len(field.terms))
    joint = np.concatenate(terms[: len(JOINT_FIELDS)])
    writer.append("terms.passages", narrow(having[joint]))
    output.finish(glossary)
    write_term_dictionary(writer, [glossary.strings[n] for part in terms for n in part.tolist()])
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


@dataclass(frozen=True, slots=True)
class _Merged:
    """The postings of some terms, as they are written."""

    counts: Mapping[str, Array]
    blocks: Array
    bits: Array
    bounds: Array
    frequencies: Array
    gaps: Array
    forms: EncodedForms | None


class _Field:
    """One field in all runs, its terms cut into slices of about so many occurrences.

    Of what a run has for each term only that is held which begins a slice: there may be
    many runs. `terms` are numbers of the glossary, `postings` how many documents have each.
    """

    def __init__(
        self,
        name: str,
        runs: Sequence[Run],
        glossary: MergedVocabulary,
        lengths: "Array | None",
        occurrences: int,
    ) -> None:
        self._name = name
        self._runs = runs
        self._glossary = glossary
        self._lengths = lengths
        having = 0 if lengths is None else int(np.count_nonzero(lengths))
        self._average = int(lengths.sum()) / having if lengths is not None and having else 1.0
        postings, positions = np.zeros((2, len(glossary)), np.int64)
        for run in runs:
            with run.open(name) as opened:
                terms = self._numbers(run)[opened.read("terms")]
                postings[terms] += opened.read("posting_counts")
                positions[terms] += opened.read("position_counts")
        self.terms = np.flatnonzero(postings)
        self.postings = postings[self.terms]
        self._edges = _cut(positions[self.terms], occurrences)
        self.slices = len(self._edges) - 1
        self._begins = [self._begin(run) for run in runs]

    def merged(self, number: int) -> _Merged:
        """Put the postings of a slice of the terms from all runs end to end."""
        terms = self.terms[self._edges[number] : self._edges[number + 1]]
        pieces = [
            self._piece(run, begins[:, number], begins[:, number + 1], terms)
            for run, begins in zip(self._runs, self._begins, strict=True)
            if begins[0, number] < begins[0, number + 1]
        ]
        postings, order = _layout(pieces, "posting_counts", len(terms))
        positions, position_order = _layout(pieces, "position_counts", len(terms))
        frequencies = _joined(pieces, "frequencies", order)
        entries, blocks, bits, bounds = _entries(pieces, len(terms))
        gaps, forms = np.empty(0, np.uint8), None
        if self._lengths is not None:
            gaps = _joined(pieces, "gaps", position_order)
            others = _others(pieces, postings)
            forms = encode_forms(self._glossary, terms, postings, frequencies, others)
        return _Merged(
            counts=dict(zip(_COUNTS, (entries, postings, positions), strict=True)),
            blocks=blocks,
            bits=bits,
            bounds=bounds,
            frequencies=frequencies,
            gaps=gaps,
            forms=forms,
        )

    def _numbers(self, run: Run) -> Array:
        return self._glossary.number_map(run.vocabulary).terms

    def _begin(self, run: Run) -> Array:
        """Return where each slice begins in a run: among its terms, and in what these have."""
        with run.open(self._name) as opened:
            terms = self._numbers(run)[opened.read("terms")]
            at = np.searchsorted(terms, np.append(self.terms, len(self._glossary))[self._edges])
            starts = [offsets(opened.read(part))[at] for part in _PARTED]
            return narrow(np.stack([at, *starts]))

    def _piece(self, run: Run, low: Array, high: Array, terms: Array) -> "_Piece":
        """Read what a run has of a slice."""
        edges = zip(("terms", *_PARTED), low.tolist(), high.tolist(), strict=True)
        ranges = {counts: (first, last) for counts, first, last in edges}
        numbers = self._glossary.number_map(run.vocabulary)
        with run.open(self._name) as opened:
            of_terms = {part: opened.read(part, *ranges["terms"]) for part in ("terms", *_PARTED)}
            values = {
                part: opened.read(part, *ranges[counts])
                for counts, parts in _OF.items()
                for part in parts
            }
        own = numbers.terms[of_terms.pop("terms")]
        counts = {part: each.astype(np.int64) for part, each in of_terms.items()}
        others = np.repeat(np.arange(len(own)), counts["other_counts"])
        piece = _Piece(
            np.searchsorted(terms, own),
            counts,
            values | {"bounds": self._bounds(values, run.first)},
            _Others(others, numbers.forms[values["other_forms"]], values["other_postings"]),
        )
        usual, wanted = numbers.usual_forms[own], self._glossary.usual_forms[own]
        odd = np.flatnonzero((usual != wanted) & (usual >= 0))
        return piece.with_usual(odd, usual, wanted) if len(odd) else piece

    def _bounds(self, values: Mapping[str, Array], first: int) -> Array:
        """Return the best impact in each entry of a run's."""
        if self._lengths is None:
            return np.zeros(len(values["bits"]), np.uint8)
        lengths = self._lengths[first:][values["documents"]]
        starts = offsets(np.bitwise_count(values["bits"]))[:-1]
        frequencies = values["frequencies"].astype(np.float64)
        return max_impacts(frequencies, lengths, self._average, starts)


class _Others(NamedTuple):
    """What is not in the usual form of its term: the term's place, the form, and the posting."""

    terms: Array
    forms: Array
    postings: Array


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one run has of a slice of terms, each given by its place in the slice.

    `counts` say how much each of the terms has of the `values`. In `others` terms go by
    their place in the piece, and postings count from the first of each term.
    """

    terms: Array
    counts: Mapping[str, Array]
    values: Mapping[str, Array]
    others: _Others

    def with_usual(self, odd: Array, usual: Array, wanted: Array) -> "_Piece":
        """Take other forms for usual in some terms, so that all pieces mean the same.

        `usual` are those that the run has taken, `wanted` those to be taken, for each term.
        """
        terms, forms, postings = self.others
        counts = self.counts["posting_counts"]
        starts = offsets(counts)
        stand = np.bincount(starts[terms] + postings, minlength=int(starts[-1]))
        at = concat_ranges(starts[odd], counts[odd])
        missing = self.values["frequencies"][at] - stand[at]  # they were in the usual form
        owners = np.repeat(np.repeat(odd, counts[odd]), missing)
        stay = forms != wanted[terms]
        others = _Others(
            np.concatenate((terms[stay], owners)),
            np.concatenate((forms[stay], usual[owners])),
            np.concatenate((postings[stay], np.repeat(at, missing) - starts[owners])),
        )
        return replace(self, others=others)


def _cut(occurrences: Array, size: int) -> Array:
    """Cut terms into slices that have about so many occurrences; return the edges of all."""
    through = offsets(occurrences)
    edges = [0]
    while edges[-1] < len(occurrences):
        full = np.searchsorted(through, through[edges[-1]] + size, "right") - 1
        edges.append(max(int(full), edges[-1] + 1))
    return np.array(edges)


def _entries(pieces: Sequence[_Piece], terms: int) -> tuple[Array, Array, Array, Array]:
    """Return how many entries each term has, and the blocks, bits and bounds of these.

    Where one run ends and another begins both may have an entry for the same block.
    """
    counts, order = _layout(pieces, "entry_counts", terms)
    blocks, bits, bounds = (_joined(pieces, part, order) for part in ("blocks", "bits", "bounds"))
    again = np.zeros(len(blocks), bool)
    again[1:] = blocks[1:] == blocks[:-1]
    starts = offsets(counts)
    again[starts[:-1]] = False  # each term has some
    if again.any():
        first = np.flatnonzero(~again)
        counts = np.diff(np.searchsorted(first, starts))
        blocks = blocks[first]
        bits = np.bitwise_or.reduceat(bits, first)
        bounds = np.maximum.reduceat(bounds, first)
    return counts, blocks, bits, bounds


def _others(pieces: Sequence[_Piece], postings: Array) -> tuple[Array, Array]:
    """Return what is not in the usual form of its term: the forms, and in which postings.

    These are counted through all the terms, which have so many each.
    """
    free = offsets(postings)[:-1]
    forms, places = [np.empty(0, np.int32)], [np.empty(0, np.int64)]
    for piece in pieces:
        forms.append(piece.others.forms)
        places.append(free[piece.terms[piece.others.terms]] + piece.others.postings)
        free[piece.terms] += piece.counts["posting_counts"]
    return np.concatenate(forms), np.concatenate(places)


def _layout(pieces: Sequence[_Piece], part: str, terms: int) -> tuple[Array, list[Array] | None]:
    """Return how many values each term has in all runs, and where those of each run go.

    No places stand for one after the other, as it is with one run, and with one term,
    which may have more occurrences than all others.
    """
    total = np.zeros(terms, np.int64)
    for piece in pieces:
        total[piece.terms] += piece.counts[part]
    if len(pieces) == 1 or terms == 1:
        return total, None
    free = offsets(total)[:-1]
    order = []
    for piece in pieces:
        order.append(concat_ranges(free[piece.terms], piece.counts[part]))
        free[piece.terms] += piece.counts[part]
    return total, order


def _joined(pieces: Sequence[_Piece], part: str, order: Sequence[Array] | None) -> Array:
    """Put values of several runs where they go."""
    values = [piece.values[part] for piece in pieces]
    if order is None:
        return np.concatenate(values)
    joined = np.empty(sum(map(len, values)), np.result_type(*values))
    for some, places in zip(values, order, strict=True):
        joined[places] = some
    return joined


class _Output:
    """Writes the postings of one range of terms after another."""

    def __init__(self, writer: ArrayWriter, documents: int) -> None:
        self._writer = writer
        self._block_type = np.uint16 if documents <= BLOCK_SIZE << 16 else np.uint32
        self._counts: dict[str, list[Array]] = {part: [] for part in _COUNTS}
        self._frequencies = PackedIntsWriter(writer, "postings.frequency", bits=4)
        self._gaps = PackedIntsWriter(writer, "positions.gap", bits=8)
        self._forms = WordFormsWriter(writer)
        self._entry_totals = PrefixSumsWriter()
        self._posting_totals = PrefixSumsWriter()
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

    def finish(self, glossary: MergedVocabulary) -> None:
        """Write where what each term has begins, how forms are spelled, and the large numbers."""
        for name, part in zip(("entries", "postings", "positions"), _COUNTS, strict=True):
            starts = offsets(np.concatenate([np.empty(0, np.int64), *self._counts[part]]))
            self._writer.append(f"terms.{name}", narrow(starts, min_dtype=np.uint32))
        self._entry_totals.write(self._writer, "entries.postings")
        self._posting_totals.write(self._writer, "postings.positions")
        self._frequencies.finish()
        self._gaps.finish()
        self._forms.finish(glossary)
