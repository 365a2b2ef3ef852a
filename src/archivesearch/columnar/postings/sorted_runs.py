"""Runs: the postings of a stretch of passages, sorted, waiting in a file to be merged.

A run keeps memory bounded whatever the corpus. Its terms go by the numbers of a vocabulary,
but stand in the order of their bytes, so that runs can be merged from front to back.
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
    """The postings of one field, by term, then by document; see `docs/internals/index-format.md`.

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


PARTS = tuple(RunPostings.__slots__)


def sort_postings(found: Occurrences, first: int, vocabulary: Vocabulary) -> RunPostings:
    """Return the postings of a field from the occurrences of its terms.

    Their documents count from `first`, the first document of the run.
    """
    present = np.zeros(len(vocabulary), bool)
    present[found.terms] = True
    distinct = vocabulary.sort_by_bytes(np.flatnonzero(present))
    place = np.zeros(len(present), np.uint16 if len(distinct) <= 1 << 16 else np.uint32)
    place[distinct] = np.arange(len(distinct))
    terms = place[found.terms]
    order = radix_argsort(terms)
    terms, forms = terms[order], found.forms[order]
    documents, positions = found.documents[order], found.positions[order]

    is_term = _changes(terms)  # each has some, so that they need not be counted
    is_posting = is_term | _changes(documents)
    postings = np.flatnonzero(is_posting)
    gaps = positions.copy()
    gaps[1:] -= positions[:-1]  # below zero where another document begins
    gaps[postings] = positions[postings]
    frequencies = _distances(postings, len(terms))
    others = np.flatnonzero(forms >= 0)
    other_terms = terms[others]
    other_postings = np.searchsorted(postings, others, "right") - 1
    documents, starts_term = documents[postings], is_term[postings]
    other_postings -= np.flatnonzero(starts_term)[other_terms]
    within = first & (BLOCK_SIZE - 1)
    blocks = (documents + np.uint32(within)) >> BLOCK_BITS
    is_entry = starts_term | _changes(blocks)
    entries = np.flatnonzero(is_entry)
    bits = np.uint32(1) << ((documents + np.uint32(within)) & np.uint32(BLOCK_SIZE - 1))
    return RunPostings(
        terms=distinct,
        entry_counts=_counts(starts_term[entries]),
        posting_counts=_counts(starts_term),
        position_counts=_counts(is_term),
        blocks=blocks[entries] + np.uint32(first >> BLOCK_BITS),
        bits=np.bitwise_or.reduceat(bits, entries) if len(entries) else bits,
        documents=documents,
        frequencies=narrow(frequencies),
        gaps=narrow(gaps),
        other_counts=narrow(np.bincount(other_terms, minlength=len(distinct))),
        other_forms=forms[others],
        other_postings=narrow(other_postings),
    )


def _counts(begins: Array) -> Array:
    """Return how many values there are from each that begins something to the next."""
    return narrow(_distances(np.flatnonzero(begins), len(begins)))


def _distances(places: Array, end: int) -> Array:
    """Return how far it is from each place to the next, and from the last to the end."""
    distances = np.empty(len(places), np.uint32)
    np.subtract(places[1:], places[:-1], out=distances[:-1], casting="unsafe")
    distances[-1:] = end - places[-1:]
    return distances


def _changes(values: Array) -> Array:
    """Return for each value whether it is another than the one before."""
    changed = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=changed[1:])
    return changed


def radix_argsort(values: Array) -> Array:
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
    """The postings of a batch of passages by field, in a file; others read it by `opened`."""

    def __init__(
        self,
        path: Path,
        first: int,
        vocabulary: str,
        fields: Iterable[tuple[str, RunPostings]],
    ) -> None:
        self.first = first
        self.vocabulary = vocabulary
        self._stored: dict[tuple[str, str], Stored] = {}
        with path.open("wb") as file:
            for field, postings in fields:
                for part in PARTS:
                    values: Array = getattr(postings, part)
                    stored = Stored(values.dtype, file.tell(), len(values))
                    self._stored[field, part] = stored
                    file.write(values.tobytes())
        self._path = path

    @contextmanager
    def open(self, field: str) -> Iterator["Opened"]:
        """Open what it has of a field; not for long, there may be many runs."""
        with self._path.open("rb") as file:
            yield Opened(file.fileno(), {part: self._stored[field, part] for part in PARTS})


@dataclass(frozen=True, slots=True)
class Opened:
    """The postings of one field in an open run."""

    file: int
    parts: Mapping[str, Stored]

    def read(self, part: str, start: int = 0, end: int | None = None) -> Array:
        """Return some of the values of a part of the postings, or all."""
        stored = self.parts[part]
        end = stored.count if end is None else end
        size = stored.dtype.itemsize
        data = os.pread(self.file, (end - start) * size, stored.offset + start * size)
        return np.frombuffer(data, stored.dtype)
