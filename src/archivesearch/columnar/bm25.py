"""BM25 with Lucene's idf: the ranking function, its constants, and upper bounds for blocks.

The score of a term in a document of `length` words that has it `frequency` times is

    idf * (K1 + 1) * frequency / (frequency + NORM_BASE + norm_slope(average) * length)

`average` is the mean length of the field in the documents that have it. Without the factor
`idf * (K1 + 1)` the score is the *impact*: from 0 to 1, and equal for rare and common terms.
"""

from math import log

import numpy as np

from archivesearch.columnar.storage.array_files import Array

# K1: with a lower value, further occurrences of a word add less. With 1.2 the second stage falls
# behind tantivy on the collection `time` (MAP .680 to .683; with 1.6 .689), with 2.0 it
# loses on `cacm` (nDCG@10 -.01).
# B: the penalty of long passages. 0.65 and 0.85 lost as much on one collection as they won on
# another.
K1 = 1.6
B = 0.75

NORM_BASE = K1 * (1.0 - B)

# Documents per block: a term's documents in one block are the bits of one 32-bit number.
BLOCK_BITS = 5
BLOCK_SIZE = 1 << BLOCK_BITS

_IMPACT_STEPS = 255

# Upper bounds are multiplied by this: more than rounding can err, so they are never too low.
ROUNDING_MARGIN = 1.0 + 1e-6


def idf(document_count: int, document_frequency: int) -> float:
    """Return the inverse document frequency of a term."""
    return log(1.0 + (document_count - document_frequency + 0.5) / (document_frequency + 0.5))


def norm_slope(average: float) -> float:
    """Return the amount that each word of a document adds to the denominator of BM25."""
    return K1 * B / average


def max_impacts(frequencies: Array, lengths: Array, average: float, entry_starts: Array) -> Array:
    """Return the largest impact in each entry, in 255ths, rounded up: uint8.

    `frequencies` and `lengths` have one value per posting. `entry_starts` is the index of
    the first posting of each entry.
    """
    impacts = frequencies / (frequencies + NORM_BASE + norm_slope(average) * lengths)
    largest = np.maximum.reduceat(impacts, entry_starts) if len(entry_starts) else impacts
    return np.ceil(largest * _IMPACT_STEPS).astype(np.uint8)


def block_bounds(impacts: Array, max_score: float) -> Array:
    """Return the upper bounds of scores: `max_score` for an impact of 255, less for others."""
    return impacts * np.float32(max_score * ROUNDING_MARGIN / _IMPACT_STEPS)
