"""BM25 as a Whoosh weighting, for searches with Whoosh's own matchers."""

from collections.abc import Callable, Mapping

from whoosh.matching import Matcher
from whoosh.scoring import BaseScorer, WeightingModel
from whoosh.searching import Searcher

from archivesearch.columnar.bm25 import K1, NORM_BASE, norm_slope


class BM25(WeightingModel):
    """Okapi BM25 with Lucene's idf, which is never negative.

    `documents` is by field the number of documents with words in it, over which the average
    length is taken. `idf` returns the idf of a term in a field. Scores have no upper
    bounds, since Whoosh's way of skipping by bounds loses hits.
    """

    def __init__(self, documents: Mapping[str, int], idf: Callable[[str, bytes], float]) -> None:
        self._documents = documents
        self._idf = idf

    def scorer(self, searcher: Searcher, fieldname: str, text: bytes, qf: float = 1) -> BaseScorer:
        """Return the scorer of one term in one field; it is 1 for every key."""
        if fieldname not in self._documents:
            return _ConstantScorer()
        documents = max(self._documents[fieldname], 1)
        average = searcher.field_length(fieldname) / documents or 1.0
        return _BM25Scorer(searcher, fieldname, self._idf(fieldname, text), average)


class _ConstantScorer(BaseScorer):
    def score(self, matcher: Matcher) -> float:
        return 1.0

    def supports_block_quality(self) -> bool:
        return False


class _BM25Scorer(BaseScorer):
    def __init__(self, searcher: Searcher, field: str, idf: float, average: float) -> None:
        self._searcher = searcher
        self._field = field
        self._max_score = idf * (K1 + 1.0)
        self._slope = norm_slope(average)

    def score(self, matcher: Matcher) -> float:
        frequency = matcher.weight()
        length = self._searcher.doc_field_length(matcher.id(), self._field, 1)
        return self._max_score * frequency / (frequency + NORM_BASE + self._slope * length)

    def supports_block_quality(self) -> bool:
        return False
