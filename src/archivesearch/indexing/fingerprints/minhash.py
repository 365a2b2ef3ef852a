"""MinHash signatures and shingles of texts: near-duplicates have most of them in common.

A *shingle* is two neighbouring words, a *band* four of the 32 values of a signature.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from archivesearch.indexing.fingerprints.hash_arithmetic import (
    FACTOR,
    Hashes,
    hash_pairs,
    mix_bits,
    powers,
    sorted_once,
)
from archivesearch.indexing.fingerprints.word_hashes import WordHashes

# A signature of 32 values in 8 bands of 4: of two passages that share 8 of 10 shingles
# 98.5 % have a band in common, of those that share 9 of 10 all but 2 in 10,000.
BANDS = 8
_VALUES_PER_BAND = 4
_SEED = 20

SHINGLE_BITS = 48
"""Bits of a shingle's hash that are kept to compare passages exactly."""

# Shorter passages ("See below.") say too little to be a copy of anything.
MIN_WORDS = 10


def bands(texts: Sequence[str]) -> npt.NDArray[np.uint32]:
    """Return the bands of texts: one row of `BANDS` values for each text.

    The row of a text with fewer than `MIN_WORDS` words is all 0.
    """
    return bands_of_words(WordHashes(texts))


def bands_of_words(words: WordHashes) -> npt.NDArray[np.uint32]:
    """Return the bands of texts whose words are hashed already."""
    from rensa import RMinHash  # which a search never needs

    result = np.zeros((len(words.lengths), BANDS), np.uint32)
    is_long = words.lengths >= MIN_WORDS
    if not is_long.any():
        return result
    is_chosen = np.repeat(is_long, words.lengths)
    # The pair of a text's last word and the next text's first word is no shingle.
    is_chosen[np.cumsum(words.lengths)[is_long] - 1] = False
    offsets = np.concatenate(([0], np.cumsum(words.lengths[is_long] - 1))).astype(np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        hash_pairs(words.hashes)[is_chosen[:-1]], offsets, BANDS * _VALUES_PER_BAND, _SEED
    )
    values = np.array(matrix.to_rows(), np.uint64).reshape(-1, _VALUES_PER_BAND)
    hashes = mix_bits(values @ powers(FACTOR, 1, _VALUES_PER_BAND))
    result[is_long] = (hashes >> np.uint64(32)).reshape(-1, BANDS)
    return result


def shingles(texts: Sequence[str]) -> list[Hashes]:
    """Return the distinct shingles of each of at most 65,536 texts, sorted.

    A shingle is the first `SHINGLE_BITS` bits of its hash.
    """
    words = WordHashes(texts)
    if len(words.hashes) <= 1:
        return [words.hashes[:0]] * len(texts)
    shift, spare_bits = np.uint64(SHINGLE_BITS), np.uint64(64 - SHINGLE_BITS)
    owners = np.repeat(np.arange(len(texts), dtype=np.uint64), words.lengths)
    in_one_text = owners[1:] == owners[:-1]
    # The text's number above the shingle: one sort does for all texts.
    keys = owners[1:][in_one_text] << shift | hash_pairs(words.hashes)[in_one_text] >> spare_bits
    keys = sorted_once(keys)
    ends = np.searchsorted(keys, np.arange(1, len(texts), dtype=np.uint64) << shift)
    return np.split(keys & ((np.uint64(1) << shift) - np.uint64(1)), ends)
