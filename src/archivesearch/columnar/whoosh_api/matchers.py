"""Whoosh matchers over sorted IDs: their base class, and the postings of a segment's term."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from copy import copy
from math import inf
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from whoosh.matching import LeafMatcher, Matcher, NullMatcher, ReadTooFar

from archivesearch.columnar.schema import WORD_FIELDS
from archivesearch.lazy import lazy

if TYPE_CHECKING:
    from whoosh.scoring import BaseScorer

    from archivesearch.columnar.segment import Postings


class SortedMatcher(LeafMatcher):
    """Walks through sorted IDs, which to Whoosh are one block.

    A subclass gives `_ids`, and their number as `_count`.
    """

    _count: int
    _index = 0

    @lazy
    def _ids(self) -> Sequence[Any]:
        raise NotImplementedError

    def is_active(self) -> bool:
        """Whether there is a current ID; after the last one there is none."""
        return self._index < self._count

    def copy(self) -> Self:
        """Return a matcher at the same ID."""
        return copy(self)

    def reset(self) -> None:
        """Go back to the first ID."""
        self._index = 0

    def id(self) -> Any:
        """Return the current ID; after the last one, the last."""
        return self._ids[min(self._index, self._count - 1)]

    def all_ids(self) -> Iterator[Any]:
        """Yield the IDs from the current one on."""
        return iter(self._ids[self._index :])

    def next(self) -> bool:
        """Go to the next ID; return whether the block has ended. Raises ReadTooFar."""
        if not self.is_active():
            raise ReadTooFar
        self._index += 1
        return not self.is_active()

    def skip_to(self, id: Any) -> None:
        """Go to the first ID that is not less than `id`. Raises ReadTooFar."""
        if not self.is_active():
            raise ReadTooFar
        self._index = bisect_left(self._ids, id, self._index)


class SegmentMatcher(SortedMatcher):
    """The postings of one term of a segment. Threads must not share one."""

    _term: tuple[str, bytes]

    def __init__(
        self, postings: "Postings", term: tuple[str, bytes], scorer: "BaseScorer | None"
    ) -> None:
        self.scorer = scorer
        self._term = term
        self._postings = postings
        self._count = postings.count

    @lazy
    def _ids(self) -> Sequence[Any]:
        documents: list[int] = self._postings.documents.tolist()
        return documents

    @lazy
    def _frequencies(self) -> list[int]:
        frequencies: list[int] = self._postings.frequencies().tolist()
        return frequencies

    @lazy
    def _positions(self) -> list[list[int]]:
        positions, counts = self._postings.positions()
        return [part.tolist() for part in np.split(positions, np.cumsum(counts)[:-1])]

    def replace(self, minquality: float = 0) -> Matcher:
        """Return itself, or NullMatcher after the last posting."""
        return self if self.is_active() else NullMatcher()

    def weight(self) -> float:
        """Return the frequency of the term in the document."""
        return float(self._frequencies[self._index])

    def supports(self, astype: str) -> bool:
        """Whether a posting has a kind of value."""
        return astype == "frequency" or (astype == "positions" and self._term[0] in WORD_FIELDS)

    def value_as(self, astype: str) -> Any:
        """Return the frequency of the term in the document, or its positions."""
        return self._positions[self._index] if astype == "positions" else self.weight()

    def supports_block_quality(self) -> bool:
        """Whether Whoosh may skip blocks by quality: no, since its skipping loses hits."""
        return False

    def max_quality(self) -> float:
        """Return infinity, so that Whoosh drops no matcher for its quality."""
        return inf

    def score(self) -> float:
        """Return the score of the document; without a scorer, the term's frequency."""
        return self.scorer.score(self) if self.scorer else self.weight()
