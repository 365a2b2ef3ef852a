"""The best documents of a plan, found exactly while most blocks are never scored.

Every block has a bound that no document in it can beat. The most promising blocks are
scored first; once the k-th best score is known, blocks whose bound is below it cannot
matter. After Mallia, Suel and Tonellotto, "Faster Learned Sparse Retrieval with
Block-Max Pruning", SIGIR 2024.
"""

from collections.abc import Callable
from itertools import chain, repeat

import numpy as np

from archivesearch.columnar.arrays import Array
from archivesearch.columnar.bits import unpacked
from archivesearch.columnar.impact import BLOCK_BITS, BLOCK_SIZE
from archivesearch.columnar.plan import Node, Rows

# Blocks scored in the first round and the second; then as many at a time as fit in cache.
_ROUNDS = (64, 256)
_ROUND = 2048


Fold = Callable[[Array, int], Array]


def top(plan: Node, matches: Array, k: int, fold: Fold | None = None) -> tuple[Array, Array]:
    """Return the k best of the matching documents and their scores, the best first.

    `matches` are those of the plan, or fewer. Of equal scores the lower number goes first.
    `fold` is given documents, the best first, and a number, and returns where the first so
    many are that are to be counted: so the k best may be the best of k groups.
    """
    bound = np.where(matches, plan.bound, np.float32(-1.0))
    numbers, scores = np.empty(0, np.int64), np.empty(0)
    threshold = 0.0
    for size in chain(_ROUNDS, repeat(_ROUND)) if k > 0 else ():
        live = (bound >= threshold).nonzero()[0]
        if not len(live):
            break
        if len(live) > size:
            live = np.sort(live[np.argpartition(bound[live], -size)[-size:]])
        bound[live] = -1.0
        found, values = _scored(plan, matches, live)
        if len(scores) >= k:
            kept = values >= threshold
            found, values = found[kept], values[kept]
        numbers, scores = _best(
            np.concatenate([numbers, found]), np.concatenate([scores, values]), k, fold
        )
        if len(scores) >= k and scores[-1] > threshold:
            threshold = float(scores[-1])
            matches = matches & plan.reaching(threshold)
            bound[matches == 0] = -1.0
    return numbers, scores


def every(plan: Node, matches: Array) -> tuple[Array, Array]:
    """Return all matching documents, ascending, and their scores."""
    live = matches.nonzero()[0]
    parts = [_scored(plan, matches, live[at : at + _ROUND]) for at in range(0, len(live), _ROUND)]
    if not parts:
        return np.empty(0, np.int64), np.empty(0)
    return np.concatenate([n for n, _ in parts]), np.concatenate([s for _, s in parts])


def _scored(plan: Node, matches: Array, blocks: Array) -> tuple[Array, Array]:
    """Score some blocks; return their matching documents, ascending, and the scores."""
    scores = plan.scores(Rows(blocks, matches))
    at = unpacked(matches[blocks]).nonzero()[0]
    numbers = (blocks[at >> BLOCK_BITS] << BLOCK_BITS) | (at & (BLOCK_SIZE - 1))
    return numbers, scores.reshape(-1)[at]


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
