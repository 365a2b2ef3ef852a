"""BM25 as a Whoosh weighting: Lucene's idf, and statistics of the passages that have a field."""

from collections.abc import Callable, Mapping
from math import log

from whoosh.matching import Matcher
from whoosh.scoring import BaseScorer, WeightingModel
from whoosh.searching import Searcher

# How soon more of the same word says nothing new, and how much long passages are held
# against. With 1.2 the second stage falls behind tantivy on the collection `time` (MAP
# .680 to .683; with 1.6 .689), with 2.0 it loses on `cacm` (nDCG@10 -.01). B of 0.65 and
# of 0.85 lost on one collection what they won on another.
K1 = 1.6
B = 0.75


class BM25(WeightingModel):
    """Okapi BM25 with Lucene's idf, which is never negative.

    `documents` says for each field how many passages have any words in it, of which the
    average length is; `idf` how much finding a term in a field says. Scores are exact; no bound on them is
    offered, since Whoosh's way of skipping by bounds loses hits.
    """

    def __init__(
        self, documents: Mapping[str, int], idf: Callable[[str, bytes], float]
    ) -> None:
        self._documents = documents
        self._idf = idf

    def scorer(self, searcher: Searcher, fieldname: str, text: bytes, qf: float = 1) -> BaseScorer:
        """Return what scores one term in one field."""
        if fieldname not in self._documents:
            return _Same()  # a key is there or not
        documents = max(self._documents[fieldname], 1)
        average = searcher.field_length(fieldname) / documents or 1.0
        return _Scorer(searcher, fieldname, self._idf(fieldname, text), average)


def idf(documents: int, frequency: int) -> float:
    """How much finding a term says, given how many documents there are and have it."""
    return log(1.0 + (documents - frequency + 0.5) / (frequency + 0.5))


class _Same(BaseScorer):
    def score(self, matcher: Matcher) -> float:
        return 1.0

    def supports_block_quality(self) -> bool:
        return False


class _Scorer(BaseScorer):
    def __init__(self, searcher: Searcher, field: str, idf: float, average: float) -> None:
        self._searcher = searcher
        self._field = field
        self._top = idf * (K1 + 1.0)
        self._flat = K1 * (1.0 - B)
        self._slope = K1 * B / average

    def score(self, matcher: Matcher) -> float:
        frequency = matcher.weight()
        length = self._searcher.doc_field_length(matcher.id(), self._field, 1)
        return self._top * frequency / (frequency + self._flat + self._slope * length)

    def supports_block_quality(self) -> bool:
        return False
