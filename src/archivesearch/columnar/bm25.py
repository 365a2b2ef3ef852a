"""BM25: Lucene's idf, and statistics of the passages that have a field."""

from math import log

# How soon more of the same word says nothing new, and how much long passages are held
# against. With 1.2 the second stage falls behind tantivy on the collection `time` (MAP
# .680 to .683; with 1.6 .689), with 2.0 it loses on `cacm` (nDCG@10 -.01). B of 0.65 and
# of 0.85 lost on one collection what they won on another.
K1 = 1.6
B = 0.75


def idf(documents: int, frequency: int) -> float:
    """How much finding a term says, given how many documents there are and have it."""
    return log(1.0 + (documents - frequency + 0.5) / (frequency + 0.5))
