"""BM25 as a Whoosh weighting, for whatever is scored by Whoosh's own matchers."""

from collections.abc import Callable, Mapping

from whoosh.matching import Matcher
from whoosh.scoring import BaseScorer, WeightingModel
from whoosh.searching import Searcher

from archivesearch.columnar.bm25 import K1, B


class BM25(WeightingModel):
    """Okapi BM25 with Lucene's idf, which is never negative.

    `documents` says for each field how many passages have any words in it, which the average
    length is of; `idf` how much finding a term in a field says. Scores are exact; no bound on
    them is offered, since Whoosh's way of skipping by bounds loses hits.
    """

    def __init__(self, documents: Mapping[str, int], idf: Callable[[str, bytes], float]) -> None:
        self._documents = documents
        self._idf = idf

    def scorer(self, searcher: Searcher, fieldname: str, text: bytes, qf: float = 1) -> BaseScorer:
        """Return what scores one term in one field."""
        if fieldname not in self._documents:
            return _Same()  # a key is there or not
        documents = max(self._documents[fieldname], 1)
        average = searcher.field_length(fieldname) / documents or 1.0
        return _Scorer(searcher, fieldname, self._idf(fieldname, text), average)


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
