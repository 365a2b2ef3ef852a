"""Runs: the postings of a stretch of passages, sorted, waiting in a file to be merged.

A run keeps memory bounded whatever the corpus. Its terms go by numbers of the vocabulary,
but stand in the order of their bytes, so that runs can be merged from front to back.
A run begins with a whole block of documents.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from archivesearch.columnar.arrays import Array, narrow, starts_of
from archivesearch.columnar.impact import BLOCK_BITS, BLOCK_SIZE
from archivesearch.columnar.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Postings:
    """The postings of one field, by term, then by document; see `docs/index-format.md`.

    `terms` are the terms, ascending by their bytes; `entry_counts`, `posting_counts` and
    `position_counts` say how much each has of what follows: `blocks` and `bits` with one
    value for each entry, `documents` (counted from the first of the run) and
    `frequencies` with one for each posting, `gaps` with one for each occurrence.
    `other_counts` says how many occurrences are not in the usual form of the term,
    `other_forms` in which they are, and `other_postings` in which of its postings.
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


PARTS = tuple(Postings.__slots__)


def sorted_postings(
    terms: Array,
    forms: Array,
    documents: Array,
    positions: Array,
    *,
    first: int,
    vocabulary: Vocabulary,
) -> Postings:
    """Return the postings of terms that are given in the order of documents and positions.

    `documents` count from `first`, the first document of the run.
    """
    present = np.zeros(len(vocabulary), bool)
    present[terms] = True
    distinct = vocabulary.sorted(np.flatnonzero(present))
    place = np.zeros(len(present), np.uint32)
    place[distinct] = np.arange(len(distinct))
    terms = narrow(place[terms], top=len(distinct))
    order = radix_order(terms)
    terms, documents, positions = terms[order], documents[order], positions[order]
    forms = forms[order]

    new = _changes(terms) | _changes(documents)
    at = np.flatnonzero(new)
    gaps = np.diff(positions.astype(np.int32), prepend=np.int32(0))
    gaps[at] = positions[at]
    frequencies = np.diff(at, append=len(terms))
    others = np.flatnonzero(forms >= 0)
    other_postings = np.cumsum(new, dtype=np.uint32)[others] - np.uint32(1)
    terms, documents = terms[at], documents[at]

    blocks = documents >> BLOCK_BITS
    entries = np.flatnonzero(_changes(terms) | _changes(blocks))
    bits = np.uint32(1) << (documents & (BLOCK_SIZE - 1)).astype(np.uint32)
    size = len(distinct)
    posting_counts = np.bincount(terms, minlength=size)
    other_terms = terms[other_postings]
    other_postings -= starts_of(posting_counts).astype(np.uint32)[other_terms]
    return Postings(
        terms=distinct,
        entry_counts=narrow(np.bincount(terms[entries], minlength=size)),
        posting_counts=narrow(posting_counts),
        position_counts=narrow(
            np.bincount(terms, weights=frequencies, minlength=size).astype(np.int64)
        ),
        blocks=blocks[entries].astype(np.uint32) + np.uint32(first >> BLOCK_BITS),
        bits=np.bitwise_or.reduceat(bits, entries) if len(entries) else bits,
        documents=documents,
        frequencies=narrow(frequencies),
        gaps=narrow(gaps),
        other_counts=narrow(np.bincount(other_terms, minlength=size)),
        other_forms=forms[others],
        other_postings=narrow(other_postings),
    )


def _changes(values: Array) -> Array:
    """Return for each value whether it is another than the one before."""
    changed = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=changed[1:])
    return changed


def radix_order(values: Array) -> Array:
    """Return the stable order of whole numbers below 2**32, in one or two passes of 16 bits.

    numpy sorts 16-bit numbers by their bits, in time that grows with their number alone.
    """
    if values.dtype.itemsize <= 2:
        return np.argsort(values, kind="stable")
    low = np.argsort((values & 0xFFFF).astype(np.uint16), kind="stable")
    high = (values >> 16).astype(np.uint16)
    return low[np.argsort(high[low], kind="stable")]


@dataclass(frozen=True, slots=True)
class Stored:
    """Where an array stands in the file of a run."""

    dtype: Any
    offset: int
    count: int


class Run:
    """The postings of a stretch of passages by field, in a file."""

    def __init__(self, path: Path, first: int, fields: Mapping[str, Postings]) -> None:
        self.first = first
        self._stored: dict[tuple[str, str], Stored] = {}
        with path.open("wb") as file:
            for field, postings in fields.items():
                for part in PARTS:
                    values: Array = getattr(postings, part)
                    stored = Stored(values.dtype, file.tell(), len(values))
                    self._stored[field, part] = stored
                    file.write(values.tobytes())
        self._path = path

    def count(self, field: str, part: str) -> int:
        """Return how many values a part of a field's postings has."""
        return self._stored[field, part].count

    def read(self, field: str, part: str, start: int = 0, end: int | None = None) -> Array:
        """Return some of the values of a part of a field's postings."""
        stored = self._stored[field, part]
        end = stored.count if end is None else end
        size = stored.dtype.itemsize
        with self._path.open("rb") as file:
            data = os.pread(file.fileno(), (end - start) * size, stored.offset + start * size)
        return np.frombuffer(data, stored.dtype)
