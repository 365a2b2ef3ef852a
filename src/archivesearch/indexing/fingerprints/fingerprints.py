"""Fingerprints of passages: their units and bands, by which they are compared without texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from archivesearch.indexing.fingerprints.hash_arithmetic import Hashes
from archivesearch.indexing.fingerprints.minhash import bands_of_words
from archivesearch.indexing.fingerprints.units import units_of_words
from archivesearch.indexing.fingerprints.word_hashes import WordHashes


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """The fingerprints of passages, as columns.

    One value for each unit: `units` are their hashes, `owners` the numbers of their
    passages; `starts`, `ends`, `words` (65,535 at most) and `countable` as in `Units`.
    One row for each passage: its `bands`, all 0 if it is compared with none, and its
    length in words, in `lengths`.
    """

    units: Hashes
    owners: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.uint32]
    ends: npt.NDArray[np.uint32]
    words: npt.NDArray[np.uint16]
    countable: npt.NDArray[np.bool_]
    bands: npt.NDArray[np.uint32]
    lengths: npt.NDArray[np.uint32]


COLUMN_TYPES: dict[str, Any] = {
    "units": np.uint64,
    "owners": np.uint32,
    "starts": np.uint32,
    "ends": np.uint32,
    "words": np.uint16,
    "countable": np.bool_,
    "bands": np.uint32,
    "lengths": np.uint32,
}
"""The columns of Fingerprints and their types."""


def fingerprints(texts: Sequence[str]) -> Fingerprints:
    """Return the fingerprints of passages with these texts."""
    words = WordHashes(texts)
    units = units_of_words(words)
    return Fingerprints(
        units=units.hashes,
        owners=units.texts.astype(np.uint32),
        starts=units.starts.astype(np.uint32),
        ends=units.ends.astype(np.uint32),
        words=np.minimum(units.words, 0xFFFF).astype(np.uint16),
        countable=units.countable,
        bands=bands_of_words(words),
        lengths=words.lengths.astype(np.uint32),
    )
