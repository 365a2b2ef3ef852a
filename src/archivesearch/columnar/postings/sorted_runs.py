"""Sorted runs: the postings of a part of the passages, sorted, in a file until they are merged.

Runs bound the memory of a build. Terms are numbers of a vocabulary, but sorted by their
bytes, so that runs can be merged from front to back.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from archivesearch.columnar.bm25 import BLOCK_BITS, BLOCK_SIZE
from archivesearch.columnar.postings.occurrences import Occurrences
from archivesearch.columnar.storage.array_files import Array, narrow
from archivesearch.columnar.terms.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class RunPostings:
    """The postings of one field, by term, then by document; `segment.py` explains entries.

    One value per term:

    - `terms`: uint32, the number of the term in the vocabulary, in the order of its bytes.
    - `entry_counts`, `posting_counts`, `position_counts`, `other_counts`: the number of the
      term's values in the arrays below.

    One value per entry:

    - `blocks`: uint32, the block of the segment.
    - `bits`: uint32, the documents of the block.

    One value per posting:

    - `documents`: uint32, counted from the first document of the run.
    - `frequencies`: the number of occurrences in the document.

    One value per occurrence:

    - `gaps`: the distance from the position before in the same document; for the first
      occurrence its position.

    One value per occurrence that is not in the usual form of its term:

    - `other_forms`: int32, the number of its form in the vocabulary.
    - `other_postings`: its posting, counted from the first of the term.
    """

    terms: Array
    entry_counts: Array
    posting_counts: Array
    position_counts: Array
    blocks: Array
    bits: Array
    documents: Array
    frequencies: Array
    gaps: Array
    other_counts: Array
    other_forms: Array
    other_postings: Array


PARTS = tuple(RunPostings.__slots__)


def sort_postings(occurrences: Occurrences, first: int, vocabulary: Vocabulary) -> RunPostings:
    """Return the postings of a field from the occurrences of its terms.

    `first` is the number of the first document of the run.
    """
    present = np.zeros(len(vocabulary), bool)
    present[occurrences.terms] = True
    distinct = vocabulary.sort_by_bytes(np.flatnonzero(present))
    rank = np.zeros(len(present), np.uint16 if len(distinct) <= 1 << 16 else np.uint32)
    rank[distinct] = np.arange(len(distinct))
    terms = rank[occurrences.terms]
    order = radix_argsort(terms)
    terms, forms = terms[order], occurrences.forms[order]
    documents, positions = occurrences.documents[order], occurrences.positions[order]

    # `starts_x` is true for each occurrence, or posting, with which a new x begins.
    starts_term = _changes(terms)
    starts_posting = starts_term | _changes(documents)
    postings = np.flatnonzero(starts_posting)
    gaps = positions.copy()
    gaps[1:] -= positions[:-1]  # below zero where another document begins
    gaps[postings] = positions[postings]
    frequencies = _distances(postings, len(terms))
    posting_starts_term = starts_term[postings]

    others = np.flatnonzero(forms >= 0)
    other_terms = terms[others]
    other_postings = np.searchsorted(postings, others, "right") - 1
    other_postings -= np.flatnonzero(posting_starts_term)[other_terms]

    documents = documents[postings]
    in_block = documents + np.uint32(first & (BLOCK_SIZE - 1))  # from the run's first block on
    blocks = in_block >> BLOCK_BITS
    entries = np.flatnonzero(posting_starts_term | _changes(blocks))
    bits = np.uint32(1) << (in_block & np.uint32(BLOCK_SIZE - 1))
    return RunPostings(
        terms=distinct,
        entry_counts=_counts(posting_starts_term[entries]),
        posting_counts=_counts(posting_starts_term),
        position_counts=_counts(starts_term),
        blocks=blocks[entries] + np.uint32(first >> BLOCK_BITS),
        bits=np.bitwise_or.reduceat(bits, entries) if len(entries) else bits,
        documents=documents,
        frequencies=narrow(frequencies),
        gaps=narrow(gaps),
        other_counts=narrow(np.bincount(other_terms, minlength=len(distinct))),
        other_forms=forms[others],
        other_postings=narrow(other_postings),
    )


def _counts(starts_group: Array) -> Array:
    """Return the sizes of groups of values, from whether a group starts with each value."""
    return narrow(_distances(np.flatnonzero(starts_group), len(starts_group)))


def _distances(indices: Array, end: int) -> Array:
    """Return the distance from each index to the next, and from the last one to `end`: uint32."""
    distances = np.empty(len(indices), np.uint32)
    np.subtract(indices[1:], indices[:-1], out=distances[:-1], casting="unsafe")
    distances[-1:] = end - indices[-1:]
    return distances


def _changes(values: Array) -> Array:
    """Return for each value whether it differs from the one before; true for the first."""
    changes = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=changes[1:])
    return changes


def radix_argsort(values: Array) -> Array:
    """Return the stable order of integers below 2**32, in one or two passes of 16 bits.

    numpy sorts 16-bit integers by radix, in linear time.
    """
    if values.dtype.itemsize <= 2:
        return np.argsort(values, kind="stable")
    low = np.argsort((values & 0xFFFF).astype(np.uint16), kind="stable")
    high = (values >> 16).astype(np.uint16)
    return low[np.argsort(high[low], kind="stable")]


@dataclass(frozen=True, slots=True)
class _ArrayLocation:
    """The location of an array in the file of a run; `offset` is in bytes."""

    dtype: Any
    offset: int
    count: int


class Run:
    """The postings of all fields of neighbouring passages, in a file.

    `first` is the number of the first passage, `vocabulary` the name of the vocabulary. A run
    may be pickled: another process reads it by its path.
    """

    def __init__(
        self,
        path: Path,
        first: int,
        vocabulary: str,
        fields: Iterable[tuple[str, RunPostings]],
    ) -> None:
        self.first = first
        self.vocabulary = vocabulary
        self._locations: dict[tuple[str, str], _ArrayLocation] = {}
        with path.open("wb") as file:
            for field, postings in fields:
                for part in PARTS:
                    values: Array = getattr(postings, part)
                    location = _ArrayLocation(values.dtype, file.tell(), len(values))
                    self._locations[field, part] = location
                    file.write(values.tobytes())
        self._path = path

    @contextmanager
    def open(self, field: str) -> Iterator["FieldReader"]:
        """Open the postings of a field, for a short time: there may be many runs."""
        with self._path.open("rb") as file:
            yield FieldReader(file.fileno(), {part: self._locations[field, part] for part in PARTS})


@dataclass(frozen=True, slots=True)
class FieldReader:
    """Reads the postings of one field from the open file of a run."""

    file: int
    locations: Mapping[str, _ArrayLocation]

    def read(self, part: str, start: int = 0, end: int | None = None) -> Array:
        """Return the values `start:end` of a part; all by default."""
        location = self.locations[part]
        end = location.count if end is None else end
        size = location.dtype.itemsize
        data = os.pread(self.file, (end - start) * size, location.offset + start * size)
        return np.frombuffer(data, location.dtype)
