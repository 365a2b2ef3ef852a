"""bm25s: BM25 scores computed in the build, and summed with numpy at query time.

It ranks OR-ed words and can mask documents; it has no AND, phrases, prefixes or snippets.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
from Stemmer import Stemmer

from benchmarks.speed.engine import LIMIT, Options, Record, peer_record
from benchmarks.speed.queries import Query

YEARS = "years.npy"


class Engine:
    """A bm25s index and its corpus, both mapped from disk."""

    kinds = frozenset({"words", "year"})
    record = staticmethod(peer_record)

    def __init__(self, options: Options) -> None:
        self.options = options
        self.stemmer = Stemmer("english")
        self.retriever: Any
        self.years: Any

    def _tokens(self, texts: list[str], *, ids: bool) -> Any:
        return bm25s.tokenize(
            texts, stopwords=None, stemmer=self.stemmer, return_ids=ids, show_progress=False
        )

    def build(self, records: Iterable[Record], directory: Path) -> None:
        """Tokenize and score the whole corpus in memory, then save it."""
        corpus = list(records)
        texts = [" ".join(getattr(r, name) for name in self.options.fields) for r in corpus]
        retriever = bm25s.BM25()
        retriever.index(self._tokens(texts, ids=True), show_progress=False)
        stored = [record._asdict() for record in corpus]
        retriever.save(directory, corpus=stored, show_progress=False)
        years = [record.year or 0 for record in corpus]
        np.save(directory / YEARS, np.array(years, np.int16))

    def open(self, directory: Path) -> None:
        """Map the scores and the corpus."""
        self.retriever = bm25s.BM25.load(
            directory, mmap=True, load_corpus=True, show_progress=False
        )
        self.years = np.load(directory / YEARS)

    def answer(self, query: Query) -> int:
        """Retrieve ten documents; return the number of those with a word of the query."""
        mask = None
        if query.years:
            first, last = query.years
            mask = ((self.years >= first) & (self.years <= last)).astype(np.float32)
        _documents, scores = self.retriever.retrieve(
            self._tokens([" ".join(query.words)], ids=False),
            k=min(LIMIT, len(self.years)),
            show_progress=False,
            weight_mask=mask,
        )
        return int((scores > 0).sum())
