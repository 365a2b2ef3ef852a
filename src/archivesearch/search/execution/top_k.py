"""Top-k search by block-max pruning: the exact best documents, most of them never scored.

Each block has an upper bound of its documents' scores. The blocks with the highest bounds
are scored first. Once the k-th best score is known, blocks with a lower bound are skipped.
See Mallia, Suel and Tonellotto, "Faster Learned Sparse Retrieval with Block-Max Pruning",
SIGIR 2024. In the blocks that are left, the terms of each document give an upper bound of
its score. Only documents whose bound reaches the k-th best score are scored.
"""

from collections.abc import Callable
from itertools import chain, repeat

import numpy as np

from archivesearch.columnar.bm25 import BLOCK_BITS, BLOCK_SIZE
from archivesearch.columnar.storage.array_files import Array
from archivesearch.columnar.storage.doc_sets import unpack_bits
from archivesearch.search.execution.scorers import BlockRows, Scorer

# How many blocks the first round scores, and how many each later round looks at.
_FIRST_ROUND = 64
_LATER_ROUND = 512
# How many blocks are scored at a time where all are scored: their values fit in the cache.
_BATCH = 2048

Fold = Callable[[Array, int], Array]
"""From documents, the best first, and a number k: the indexes of the first k to count.

It leaves out documents that are folded into a better one. See `DuplicateGroups.first_distinct`.
"""


def best_documents(
    plan: Scorer, matches: Array, k: int, fold: Fold | None = None
) -> tuple[Array, Array]:
    """Return the k best documents and their scores, the best first.

    `matches` are the plan's matches, or a subset of them, as bits. Of equal scores the
    lower number goes first. With `fold`, a document that it leaves out does not count.
    """
    bounds = np.where(matches, plan.block_bounds, np.float32(-1.0))
    best = _BestSoFar(k, fold)
    for size in chain([_FIRST_ROUND], repeat(_LATER_ROUND)) if k > 0 else ():
        blocks = (bounds >= best.threshold).nonzero()[0]
        if not len(blocks):
            break
        if len(blocks) > size:
            blocks = np.sort(blocks[np.argpartition(bounds[blocks], -size)[-size:]])
        bounds[blocks] = -1.0
        rows = BlockRows(blocks, matches[blocks], len(matches))
        threshold = best.threshold
        if threshold:
            document_bounds = plan.document_bounds(rows).reshape(-1)
            numbers = _numbers_of_cells(rows, (document_bounds >= threshold).nonzero()[0])
            if len(numbers):
                best.add(*_score_documents(plan, numbers, len(matches)))
        else:
            best.add(*_score_rows(plan, rows))
        if best.threshold > threshold:
            matches = matches & plan.candidates(best.threshold)
            bounds[matches == 0] = -1.0
    return best.numbers, best.scores


class _BestSoFar:
    """The k best documents so far, and the score that a better one must reach."""

    def __init__(self, k: int, fold: Fold | None) -> None:
        self._k = k
        self._fold = fold
        self.numbers, self.scores = np.empty(0, np.int64), np.empty(0)
        self.threshold = 0.0

    def add(self, numbers: Array, scores: Array) -> None:
        """Take the best of the present documents and of others."""
        self.numbers, self.scores = _select_best(
            np.concatenate([self.numbers, numbers]),
            np.concatenate([self.scores, scores]),
            self._k,
            self._fold,
        )
        if len(self.scores) >= self._k:
            self.threshold = float(self.scores[-1])


def score_all(plan: Scorer, matches: Array) -> tuple[Array, Array]:
    """Return all of `matches`, ascending, and their scores."""
    blocks = matches.nonzero()[0]
    batches = [blocks[first : first + _BATCH] for first in range(0, len(blocks), _BATCH)]
    parts = [_score_rows(plan, BlockRows(b, matches[b], len(matches))) for b in batches]
    if not parts:
        return np.empty(0, np.int64), np.empty(0)
    return np.concatenate([n for n, _ in parts]), np.concatenate([s for _, s in parts])


def _score_documents(plan: Scorer, numbers: Array, block_count: int) -> tuple[Array, Array]:
    """Return documents, given ascending, and their scores."""
    bits = np.uint32(1) << (numbers & (BLOCK_SIZE - 1)).astype(np.uint32)
    blocks = numbers >> BLOCK_BITS
    firsts = np.concatenate(([0], np.flatnonzero(blocks[1:] != blocks[:-1]) + 1))
    rows = BlockRows(blocks[firsts], np.bitwise_or.reduceat(bits, firsts), block_count)
    return _score_rows(plan, rows)


def _score_rows(plan: Scorer, rows: BlockRows) -> tuple[Array, Array]:
    """Return the documents of `rows`, ascending, and their scores."""
    cells = unpack_bits(rows.documents).nonzero()[0]
    return _numbers_of_cells(rows, cells), plan.scores(rows).reshape(-1)[cells]


def _numbers_of_cells(rows: BlockRows, cells: Array) -> Array:
    """Return the documents at indexes of the rows, as these lie one after the other."""
    numbers: Array = (rows.blocks[cells >> BLOCK_BITS] << BLOCK_BITS) | (cells & (BLOCK_SIZE - 1))
    return numbers


def _select_best(
    numbers: Array, scores: Array, k: int, fold: Fold | None = None
) -> tuple[Array, Array]:
    """Return the k best documents and their scores, the best first.

    Of equal scores the lower number goes first.
    """
    size = k
    while fold is not None:
        best_numbers, best_scores = _select_best(numbers, scores, size)
        counted = fold(best_numbers, k)
        if len(counted) == k or size >= len(scores):
            return best_numbers[counted], best_scores[counted]
        size *= 2
    if len(scores) > k:
        kth_best = np.partition(scores, len(scores) - k)[len(scores) - k]
        is_best = scores >= kth_best
        numbers, scores = numbers[is_best], scores[is_best]
    order = np.lexsort((numbers, -scores))[:k]
    return numbers[order], scores[order]
