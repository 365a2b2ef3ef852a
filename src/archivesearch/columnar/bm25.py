"""BM25: Lucene's idf, and statistics of the passages that have a field."""

from math import log

import numpy as np

from archivesearch.columnar.storage.array_files import Array

# How soon more of the same word says nothing new, and how much long passages are held
# against. With 1.2 the second stage falls behind tantivy on the collection `time` (MAP
# .680 to .683; with 1.6 .689), with 2.0 it loses on `cacm` (nDCG@10 -.01). B of 0.65 and
# of 0.85 lost on one collection what they won on another.
K1 = 1.6
B = 0.75


def idf(documents: int, frequency: int) -> float:
    """How much finding a term says, given how many documents there are and have it."""
    return log(1.0 + (documents - frequency + 0.5) / (frequency + 0.5))


# 32 documents: the documents of a block that have a term are the bits of one number.
BLOCK_BITS = 5
BLOCK_SIZE = 1 << BLOCK_BITS
_STEPS = 255

# A step more than rounding can err; bounds may be too high but never too low.
ROUNDING_MARGIN = 1.0 + 1e-6


def max_impacts(frequencies: Array, lengths: Array, average: float, run_starts: Array) -> Array:
    """Return the best impact in each run of postings, in 255ths, rounded up.

    An impact is what BM25 makes of frequency and length: from 0 to 1, before it is
    multiplied by the term's weight.
    """
    impacts = frequencies / (frequencies + K1 * (1.0 - B) + K1 * B / average * lengths)
    best = np.maximum.reduceat(impacts, run_starts) if len(run_starts) else impacts
    return np.ceil(best * _STEPS).astype(np.uint8)


def block_bounds(impacts: Array, max_score: float) -> Array:
    """Return the most that blocks with these best impacts can score, `top` being the weight."""
    return impacts * np.float32(max_score * ROUNDING_MARGIN / _STEPS)
