"""Runs: the words of a stretch of passages, sorted by term, waiting in a file to be merged.

A run keeps memory bounded whatever the corpus. Terms have temporary numbers, in the order
in which they were first met; what order they have in the end is known when all are seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np

from archivesearch.columnar.arrays import Array, narrow, starts_of

_PARTS = ("terms", "counts", "documents", "frequencies", "positions")


@dataclass(frozen=True, slots=True)
class Run:
    """Postings sorted by term, then document, then position.

    `terms` are the terms that occur, by temporary number; `counts` the postings of each;
    `documents` and `frequencies` have one value for each posting, `positions` one for
    each occurrence.
    """

    terms: Array
    counts: Array
    documents: Array
    frequencies: Array
    positions: Array

    def posting_starts(self) -> Array:
        """Return where the postings of each term start, and where the last end."""
        return starts_of(self.counts)

    def position_starts(self) -> Array:
        """Return where the positions of each posting start, and where the last end."""
        return starts_of(self.frequencies)


def sorted_run(terms: Array, documents: Array, positions: Array) -> Run:
    """Make a run of the words of some passages, given in the order of the passages."""
    order = radix_order(terms)
    terms, documents, positions = terms[order], documents[order], positions[order]
    first = np.ones(len(terms), bool)
    first[1:] = (terms[1:] != terms[:-1]) | (documents[1:] != documents[:-1])
    at = np.flatnonzero(first)
    posting_terms = terms[at]
    new_term = np.ones(len(at), bool)
    new_term[1:] = posting_terms[1:] != posting_terms[:-1]
    term_at = np.flatnonzero(new_term)
    return Run(
        terms=posting_terms[term_at],
        counts=np.diff(np.append(term_at, len(at))),
        documents=documents[at],
        frequencies=narrow(np.diff(np.append(at, len(terms)))),
        positions=narrow(positions),
    )


def save(run: Run, folder: Path, number: int) -> None:
    """Write a run to a folder."""
    for part in _PARTS:
        file = BytesIO()  # numpy itself does not say why a disk takes no more
        np.save(file, getattr(run, part), allow_pickle=False)
        (folder / f"run{number}.{part}.npy").write_bytes(file.getvalue())


def load(folder: Path, number: int) -> Run:
    """Return a run that was written, mapped from disk."""
    return Run(
        *(
            np.load(folder / f"run{number}.{part}.npy", mmap_mode="r", allow_pickle=False)
            for part in _PARTS
        )
    )


def radix_order(values: Array) -> Array:
    """Return the stable order of whole numbers below 2**32, in two passes of 16 bits.

    numpy sorts 16-bit numbers by their bits, in time that grows with their number alone.
    """
    low = np.argsort((values & 0xFFFF).astype(np.uint16), kind="stable")
    high = (values >> 16).astype(np.uint16)
    if not high.any():
        return low
    return low[np.argsort(high[low], kind="stable")]


def concatenated(arrays: Sequence[Array], dtype: type = np.int64) -> Array:
    """Join arrays; an empty sequence gives an empty array."""
    return np.concatenate(arrays) if arrays else np.empty(0, dtype)
