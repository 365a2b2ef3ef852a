"""The best documents of a plan, found exactly while most are never scored.

Every block has a bound that no document in it can beat. The most promising blocks are
looked at first; once the k-th best score is known, blocks whose bound is below it cannot
matter. After Mallia, Suel and Tonellotto, "Faster Learned Sparse Retrieval with
Block-Max Pruning", SIGIR 2024. In the blocks that are left, the words that a document has
say how good it can be at best, and most are never scored.
"""

from collections.abc import Callable
from itertools import chain, repeat

import numpy as np

from archivesearch.columnar.bm25 import BLOCK_BITS, BLOCK_SIZE
from archivesearch.columnar.storage.array_files import Array
from archivesearch.columnar.storage.doc_sets import unpack_bits
from archivesearch.search.execution.scorers import BlockRows, Scorer

# Blocks scored in the first round, and looked at in each of the others.
_FIRST = 64
_ROUND = 512
# Blocks scored at a time where all are: their values fit in cache.
_MANY = 2048


Fold = Callable[[Array, int], Array]


def best_documents(
    plan: Scorer, matches: Array, k: int, fold: Fold | None = None
) -> tuple[Array, Array]:
    """Return the k best of the matching documents and their scores, the best first.

    `matches` are those of the plan, or fewer. Of equal scores the lower number goes first.
    `fold` is given documents, the best first, and a number, and returns where the first so
    many are that are to be counted: so the k best may be the best of k groups.
    """
    bound = np.where(matches, plan.block_bounds, np.float32(-1.0))
    best = _Best(k, fold)
    for size in chain([_FIRST], repeat(_ROUND)) if k > 0 else ():
        live = (bound >= best.threshold).nonzero()[0]
        if not len(live):
            break
        if len(live) > size:
            live = np.sort(live[np.argpartition(bound[live], -size)[-size:]])
        bound[live] = -1.0
        rows = BlockRows(live, matches[live], len(matches))
        before = best.threshold
        if before:  # only those are scored whose words may be enough
            caps = plan.document_bounds(rows).reshape(-1)
            numbers = _documents(rows, (caps >= before).nonzero()[0])
            if len(numbers):
                best.add(*_scored(plan, numbers, len(matches)))
        else:
            best.add(*_all_scored(plan, rows))
        if best.threshold > before:
            matches = matches & plan.candidates(best.threshold)
            bound[matches == 0] = -1.0
    return best.numbers, best.scores


class _Best:
    """The best documents seen so far, and how good a better one has to be."""

    def __init__(self, k: int, fold: Fold | None) -> None:
        self._k = k
        self._fold = fold
        self.numbers, self.scores = np.empty(0, np.int64), np.empty(0)
        self.threshold = 0.0

    def add(self, numbers: Array, scores: Array) -> None:
        """See documents and their scores."""
        self.numbers, self.scores = _best(
            np.concatenate([self.numbers, numbers]),
            np.concatenate([self.scores, scores]),
            self._k,
            self._fold,
        )
        if len(self.scores) >= self._k:
            self.threshold = float(self.scores[-1])


def score_all(plan: Scorer, matches: Array) -> tuple[Array, Array]:
    """Return all matching documents, ascending, and their scores."""
    live = matches.nonzero()[0]
    pieces = [live[at : at + _MANY] for at in range(0, len(live), _MANY)]
    parts = [
        _all_scored(plan, BlockRows(blocks, matches[blocks], len(matches))) for blocks in pieces
    ]
    if not parts:
        return np.empty(0, np.int64), np.empty(0)
    return np.concatenate([n for n, _ in parts]), np.concatenate([s for _, s in parts])


def _scored(plan: Scorer, numbers: Array, blocks: int) -> tuple[Array, Array]:
    """Return documents, which ascend, and their scores."""
    bits = np.uint32(1) << (numbers & (BLOCK_SIZE - 1)).astype(np.uint32)
    of = numbers >> BLOCK_BITS
    first = np.concatenate(([0], np.flatnonzero(of[1:] != of[:-1]) + 1))
    return _all_scored(plan, BlockRows(of[first], np.bitwise_or.reduceat(bits, first), blocks))


def _all_scored(plan: Scorer, rows: BlockRows) -> tuple[Array, Array]:
    """Return the wanted documents of rows, ascending, and their scores."""
    cells = unpack_bits(rows.documents).nonzero()[0]
    return _documents(rows, cells), plan.scores(rows).reshape(-1)[cells]


def _documents(rows: BlockRows, cells: Array) -> Array:
    """Return the documents at some places of the rows, laid one after the other."""
    numbers: Array = (rows.blocks[cells >> BLOCK_BITS] << BLOCK_BITS) | (cells & (BLOCK_SIZE - 1))
    return numbers


def _best(numbers: Array, scores: Array, k: int, fold: Fold | None = None) -> tuple[Array, Array]:
    """Return the k best, the best first; of equal scores the lower number first."""
    size = k
    while fold is not None:
        best, values = _best(numbers, scores, size)
        at = fold(best, k)
        if len(at) == k or size >= len(scores):
            return best[at], values[at]
        size *= 2
    if len(scores) > k:
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        kept = scores >= least
        numbers, scores = numbers[kept], scores[kept]
    order = np.lexsort((numbers, -scores))[:k]
    return numbers[order], scores[order]
