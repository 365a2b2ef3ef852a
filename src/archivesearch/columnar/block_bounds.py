"""Blocks of documents, and the most that a term can add to the score of any in a block."""

import numpy as np

from archivesearch.columnar.bm25 import K1, B
from archivesearch.columnar.storage.array_files import Array

# 32 documents: the documents of a block that have a term are the bits of one number.
BLOCK_BITS = 5
BLOCK_SIZE = 1 << BLOCK_BITS
_STEPS = 255

# A step more than rounding can err; bounds may be too high but never too low.
SAFETY = 1.0 + 1e-6


def best_impacts(frequencies: Array, lengths: Array, average: float, starts: Array) -> Array:
    """Return the best impact in each run of postings, in 255ths, rounded up.

    An impact is what BM25 makes of frequency and length: from 0 to 1, before it is
    multiplied by the term's weight.
    """
    impacts = frequencies / (frequencies + K1 * (1.0 - B) + K1 * B / average * lengths)
    best = np.maximum.reduceat(impacts, starts) if len(starts) else impacts
    return np.ceil(best * _STEPS).astype(np.uint8)


def bounds(best: Array, top: float) -> Array:
    """Return the most that blocks with these best impacts can score, `top` being the weight."""
    return best * np.float32(top * SAFETY / _STEPS)
