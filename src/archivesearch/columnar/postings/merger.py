"""Merger of sorted runs: the postings of each term from all runs, end to end.

All runs have their terms in the same order, and the documents of a run follow the documents
of the run before it. So merging is copying: nothing is sorted.
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

# The parts of `RunPostings` that count values per term, and the parts that have the values.
_WRITTEN_COUNTS = ("entry_counts", "posting_counts", "position_counts")
_COUNTS = (*_WRITTEN_COUNTS, "other_counts")
_PARTS_OF = {
    "entry_counts": ("blocks", "bits"),
    "posting_counts": ("documents", "frequencies"),
    "position_counts": ("gaps",),
    "other_counts": ("other_forms", "other_postings"),
}


def merge_runs(
    writer: ArrayWriter,
    runs: Sequence[Run],
    lengths: Mapping[str, Array],
    vocabulary: MergedVocabulary,
    *,
    slice_size: int,
) -> dict[str, Any]:
    """Write the term dictionary, postings and lengths of a segment, and return its figures.

    `lengths` has for each word field the number of words of each document. Terms are merged
    in slices of about `slice_size` occurrences.
    """
    # One thread: a slice is many small numpy calls, which two threads would do no faster.
    documents = len(lengths["text"])
    padded = {name: _pad_to_blocks(lengths[name]) for name in WORD_FIELDS}
    writer.append("lengths", narrow(np.concatenate(list(padded.values()))))
    output = _SegmentOutput(writer, documents)
    term_edges = [0]
    terms: list[Array] = []
    joint_frequencies = np.zeros(len(vocabulary), np.int64)
    for name in FIELDS:
        field = _FieldMerger(name, runs, vocabulary, padded.get(name), slice_size)
        for number in range(field.slice_count):
            output.append(field.merge_slice(number))
        terms.append(field.terms)
        if name in JOINT_FIELDS:
            joint_frequencies[field.terms] = np.maximum(
                joint_frequencies[field.terms], field.posting_counts
            )
        term_edges.append(term_edges[-1] + len(field.terms))
    joint_terms = np.concatenate(terms[: len(JOINT_FIELDS)])
    writer.append("terms.passages", narrow(joint_frequencies[joint_terms]))
    output.finish(vocabulary)
    write_term_dictionary(writer, [vocabulary.strings[n] for part in terms for n in part.tolist()])
    return {
        "documents": documents,
        "fields": {name: [term_edges[i], term_edges[i + 1]] for i, name in enumerate(FIELDS)},
        "with_field": {name: int(np.count_nonzero(padded[name])) for name in WORD_FIELDS},
        "total_length": {name: int(padded[name].sum()) for name in WORD_FIELDS},
    }


def _pad_to_blocks(lengths: Array) -> Array:
    """Return lengths padded with zeros to whole blocks."""
    blocks = (len(lengths) + BLOCK_SIZE - 1) >> BLOCK_BITS
    return np.pad(lengths, (0, blocks * BLOCK_SIZE - len(lengths)))


@dataclass(frozen=True, slots=True)
class _MergedSlice:
    """The postings of consecutive terms from all runs, as they are written.

    `counts` has the `_WRITTEN_COUNTS`, one value per term. `forms` is None for keys.
    """

    counts: Mapping[str, Array]
    blocks: Array
    bits: Array
    bounds: Array
    frequencies: Array
    gaps: Array
    forms: EncodedForms | None


class _FieldMerger:
    """Merges one field of all runs, slice by slice of its terms.

    Between slices only their edges in each run are in memory, because runs may be many.
    `terms` are merged numbers, ascending; `posting_counts` has the number of postings of each.
    """

    def __init__(
        self,
        name: str,
        runs: Sequence[Run],
        vocabulary: MergedVocabulary,
        lengths: Array | None,
        slice_size: int,
    ) -> None:
        self._name = name
        self._runs = runs
        self._vocabulary = vocabulary
        self._lengths = lengths
        with_field = 0 if lengths is None else int(np.count_nonzero(lengths))
        self._average = (
            int(lengths.sum()) / with_field if lengths is not None and with_field else 1.0
        )
        posting_counts, position_counts = np.zeros((2, len(vocabulary)), np.int64)
        for run in runs:
            with run.open(name) as reader:
                terms = self._merged_numbers(run)[reader.read("terms")]
                posting_counts[terms] += reader.read("posting_counts")
                position_counts[terms] += reader.read("position_counts")
        self.terms = np.flatnonzero(posting_counts)
        self.posting_counts = posting_counts[self.terms]
        self._edges = _slice_edges(position_counts[self.terms], slice_size)
        self.slice_count = len(self._edges) - 1
        self._run_edges = [self._edges_in(run) for run in runs]

    def merge_slice(self, number: int) -> _MergedSlice:
        """Return the postings of a slice from all runs."""
        terms = self.terms[self._edges[number] : self._edges[number + 1]]
        pieces = [
            self._read_piece(run, edges[:, number], edges[:, number + 1], terms)
            for run, edges in zip(self._runs, self._run_edges, strict=True)
            if edges[0, number] < edges[0, number + 1]
        ]
        posting_counts, posting_order = _layout(pieces, "posting_counts", len(terms))
        position_counts, position_order = _layout(pieces, "position_counts", len(terms))
        frequencies = _join(pieces, "frequencies", posting_order)
        entry_counts, blocks, bits, bounds = _merge_entries(pieces, len(terms))
        gaps, forms = np.empty(0, np.uint8), None
        if self._lengths is not None:
            gaps = _join(pieces, "gaps", position_order)
            other_forms = _merge_other_forms(pieces, posting_counts)
            forms = encode_forms(self._vocabulary, terms, posting_counts, frequencies, other_forms)
        return _MergedSlice(
            counts={
                "entry_counts": entry_counts,
                "posting_counts": posting_counts,
                "position_counts": position_counts,
            },
            blocks=blocks,
            bits=bits,
            bounds=bounds,
            frequencies=frequencies,
            gaps=gaps,
            forms=forms,
        )

    def _merged_numbers(self, run: Run) -> Array:
        return self._vocabulary.number_map(run.vocabulary).terms

    def _edges_in(self, run: Run) -> Array:
        """Return the start of each slice in a run, and last the end of the last slice.

        Rows are the run's terms and each of `_COUNTS`; columns are slices.
        """
        with run.open(self._name) as reader:
            terms = self._merged_numbers(run)[reader.read("terms")]
            first_terms = np.searchsorted(
                terms, np.append(self.terms, len(self._vocabulary))[self._edges]
            )
            starts = [offsets(reader.read(part))[first_terms] for part in _COUNTS]
            return narrow(np.stack([first_terms, *starts]))

    def _read_piece(self, run: Run, starts: Array, ends: Array, terms: Array) -> "_Piece":
        """Return a slice's part in a run; `starts` and `ends` are columns of `_edges_in`."""
        edges = zip(("terms", *_COUNTS), starts.tolist(), ends.tolist(), strict=True)
        ranges = {counts: (start, end) for counts, start, end in edges}
        numbers = self._vocabulary.number_map(run.vocabulary)
        with run.open(self._name) as reader:
            per_term = {part: reader.read(part, *ranges["terms"]) for part in ("terms", *_COUNTS)}
            values = {
                part: reader.read(part, *ranges[counts])
                for counts, parts in _PARTS_OF.items()
                for part in parts
            }
        run_terms = numbers.terms[per_term.pop("terms")]
        counts = {part: each.astype(np.int64) for part, each in per_term.items()}
        other_forms = _OtherForms(
            terms=np.repeat(np.arange(len(run_terms)), counts["other_counts"]),
            forms=numbers.forms[values["other_forms"]],
            postings=values["other_postings"],
        )
        piece = _Piece(
            np.searchsorted(terms, run_terms),
            counts,
            values | {"bounds": self._bounds(values, run.first)},
            other_forms,
        )
        usual_of_run = numbers.usual_forms[run_terms]
        usual = self._vocabulary.usual_forms[run_terms]
        differing = np.flatnonzero((usual_of_run != usual) & (usual_of_run >= 0))
        return piece.with_usual_forms(differing, usual_of_run, usual) if len(differing) else piece

    def _bounds(self, values: Mapping[str, Array], first: int) -> Array:
        """Return the largest impact in each entry of a run: uint8; 0 for keys."""
        if self._lengths is None:
            return np.zeros(len(values["bits"]), np.uint8)
        lengths = self._lengths[first:][values["documents"]]
        entry_starts = offsets(np.bitwise_count(values["bits"]))[:-1]
        frequencies = values["frequencies"].astype(np.float64)
        return max_impacts(frequencies, lengths, self._average, entry_starts)


class _OtherForms(NamedTuple):
    """The occurrences that are not in the usual form of their term; one value for each.

    - `terms`: the index of the term in the piece.
    - `forms`: the merged number of the form.
    - `postings`: the posting, counted from the first of the term in the piece.
    """

    terms: Array
    forms: Array
    postings: Array


@dataclass(frozen=True, slots=True)
class _Piece:
    """The part of a slice that is in one run.

    - `terms`: for each term of the piece its index in the slice, ascending.
    - `counts`: `_COUNTS` by name, one value per term.
    - `values`: the parts of `RunPostings` that they count, and `bounds`, one per entry.
    - `other_forms`: occurrences that are not in the usual form.
    """

    terms: Array
    counts: Mapping[str, Array]
    values: Mapping[str, Array]
    other_forms: _OtherForms

    def with_usual_forms(self, differing: Array, usual_of_run: Array, usual: Array) -> "_Piece":
        """Return the piece with `usual` instead of `usual_of_run` as the usual forms.

        Both have a form for each term; `differing` are the indices of terms where they
        differ. Occurrences in the new usual form leave `other_forms`; occurrences in the old
        one enter it.

        A run has "party parties" and "parties" of the term "parti", with "party" as the
        usual form. `other_forms` has "parties" twice, in the postings 0 and 1. With "parties"
        as the usual form it has "party" once, in posting 0.
        """
        terms, forms, postings = self.other_forms
        counts = self.counts["posting_counts"]
        starts = offsets(counts)
        other_occurrences = np.bincount(starts[terms] + postings, minlength=int(starts[-1]))
        changed = concat_ranges(starts[differing], counts[differing])  # postings
        entering = self.values["frequencies"][changed] - other_occurrences[changed]
        entering_terms = np.repeat(np.repeat(differing, counts[differing]), entering)
        entering_postings = np.repeat(changed, entering) - starts[entering_terms]
        stays = forms != usual[terms]
        other_forms = _OtherForms(
            np.concatenate((terms[stays], entering_terms)),
            np.concatenate((forms[stays], usual_of_run[entering_terms])),
            np.concatenate((postings[stays], entering_postings)),
        )
        return replace(self, other_forms=other_forms)


def _slice_edges(occurrences: Array, size: int) -> Array:
    """Return the edges of slices of terms that have about `size` occurrences, at least a term.

    `occurrences` has the number of each term.

    >>> _slice_edges(np.array([4, 3, 20, 1, 2]), 8).tolist()
    [0, 2, 3, 5]
    """
    sums = offsets(occurrences)
    edges = [0]
    while edges[-1] < len(occurrences):
        full = np.searchsorted(sums, sums[edges[-1]] + size, "right") - 1
        edges.append(max(int(full), edges[-1] + 1))
    return np.array(edges)


def _merge_entries(pieces: Sequence[_Piece], terms: int) -> tuple[Array, Array, Array, Array]:
    """Return the number of entries of each term, and the blocks, bits and bounds of entries.

    The last block of one run may be the first one of the next: such entries become one.
    """
    counts, order = _layout(pieces, "entry_counts", terms)
    blocks, bits, bounds = (_join(pieces, part, order) for part in ("blocks", "bits", "bounds"))
    continues = np.zeros(len(blocks), bool)
    continues[1:] = blocks[1:] == blocks[:-1]
    starts = offsets(counts)
    continues[starts[:-1]] = False  # each term has an entry
    if continues.any():
        firsts = np.flatnonzero(~continues)
        counts = np.diff(np.searchsorted(firsts, starts))
        blocks = blocks[firsts]
        bits = np.bitwise_or.reduceat(bits, firsts)
        bounds = np.maximum.reduceat(bounds, firsts)
    return counts, blocks, bits, bounds


def _merge_other_forms(pieces: Sequence[_Piece], posting_counts: Array) -> tuple[Array, Array]:
    """Return the form and the posting of each occurrence that is not in the usual form.

    Postings are counted through all terms of the slice; `posting_counts` has one value per
    term.
    """
    next_posting = offsets(posting_counts)[:-1]
    forms, postings = [np.empty(0, np.int32)], [np.empty(0, np.int64)]
    for piece in pieces:
        forms.append(piece.other_forms.forms)
        postings.append(
            next_posting[piece.terms[piece.other_forms.terms]] + piece.other_forms.postings
        )
        next_posting[piece.terms] += piece.counts["posting_counts"]
    return np.concatenate(forms), np.concatenate(postings)


def _layout(pieces: Sequence[_Piece], counts: str, terms: int) -> tuple[Array, list[Array] | None]:
    """Return the number of values per term, and the indices of each piece's values.

    `counts` is one of `_COUNTS`. The indices are None if the values of pieces are simply end
    to end: with one piece, or with one term, which may have very many occurrences.

    Two terms have 2 and 1 values in one piece, 1 and 2 in another: the first piece goes to
    [0, 1, 3], the second one to [2, 4, 5].
    """
    totals = np.zeros(terms, np.int64)
    for piece in pieces:
        totals[piece.terms] += piece.counts[counts]
    if len(pieces) == 1 or terms == 1:
        return totals, None
    next_index = offsets(totals)[:-1]
    indices = []
    for piece in pieces:
        indices.append(concat_ranges(next_index[piece.terms], piece.counts[counts]))
        next_index[piece.terms] += piece.counts[counts]
    return totals, indices


def _join(pieces: Sequence[_Piece], part: str, indices: Sequence[Array] | None) -> Array:
    """Return the values of all pieces, at the indices that `_layout` returns."""
    values = [piece.values[part] for piece in pieces]
    if indices is None:
        return np.concatenate(values)
    joined = np.empty(sum(map(len, values)), np.result_type(*values))
    for piece_values, piece_indices in zip(values, indices, strict=True):
        joined[piece_indices] = piece_values
    return joined


class _SegmentOutput:
    """Writes the postings of all terms, slice by slice."""

    def __init__(self, writer: ArrayWriter, documents: int) -> None:
        self._writer = writer
        self._block_type = np.uint16 if documents <= BLOCK_SIZE << 16 else np.uint32
        self._counts: dict[str, list[Array]] = {part: [] for part in _WRITTEN_COUNTS}
        self._frequencies = PackedIntsWriter(writer, "postings.frequency", bits=4)
        self._gaps = PackedIntsWriter(writer, "positions.gap", bits=8)
        self._forms = WordFormsWriter(writer)
        self._posting_sums = PrefixSumsWriter()
        self._position_sums = PrefixSumsWriter()
        for name, dtype in (
            ("entries.block", self._block_type),
            ("entries.documents", np.uint32),
            ("entries.bound", np.uint8),
        ):
            writer.append(name, np.empty(0, dtype))  # so that the array exists without terms

    def append(self, merged: _MergedSlice) -> None:
        """Write the postings of the next terms."""
        for part in _WRITTEN_COUNTS:
            self._counts[part].append(merged.counts[part])
        self._writer.append("entries.block", merged.blocks.astype(self._block_type))
        self._writer.append("entries.documents", merged.bits)
        self._writer.append("entries.bound", merged.bounds)
        self._frequencies.append(merged.frequencies)
        self._gaps.append(merged.gaps)
        if merged.forms is not None:
            self._forms.append(merged.forms)
        self._posting_sums.add(np.bitwise_count(merged.bits))
        self._position_sums.add(merged.frequencies)

    def finish(self, vocabulary: MergedVocabulary) -> None:
        """Write the starts of terms, the prefix sums, and the last values of all other arrays."""
        for name, part in zip(("entries", "postings", "positions"), _WRITTEN_COUNTS, strict=True):
            starts = offsets(np.concatenate([np.empty(0, np.int64), *self._counts[part]]))
            self._writer.append(f"terms.{name}", narrow(starts, min_dtype=np.uint32))
        self._posting_sums.write(self._writer, "entries.postings")
        self._position_sums.write(self._writer, "postings.positions")
        self._frequencies.finish()
        self._gaps.finish()
        self._forms.finish(vocabulary)
