"""Relevance metrics: nDCG and average precision of a ranking, from judged grades."""

from collections.abc import Mapping, Sequence
from math import log2

Grades = Mapping[str, int]
"""The grade of each relevant item, from 1 up. Any other item is not relevant."""


def ndcg(ranked: Sequence[str], grades: Grades, depth: int = 10) -> float:
    """Return the normalized discounted cumulative gain at a depth, from 0 to 1.

    The gain of an item is its grade, divided by the logarithm of its rank.

    >>> round(ndcg(["b", "a"], {"a": 1}), 2)
    0.63
    """
    ideal = _gain(sorted(grades.values(), reverse=True)[:depth])
    return _gain([grades.get(item, 0) for item in ranked[:depth]]) / ideal if ideal else 0.0


def average_precision(ranked: Sequence[str], grades: Grades) -> float:
    """Return the mean of the precision at the rank of each relevant item, from 0 to 1.

    A relevant item that is not in the ranking adds 0.

    >>> average_precision(["a", "x", "b"], {"a": 1, "b": 2})
    0.8333333333333333
    """
    relevant = {item for item, grade in grades.items() if grade > 0}
    hits = 0
    total = 0.0
    for rank, item in enumerate(ranked, 1):
        if item in relevant:
            hits += 1
            total += hits / rank
    return total / len(relevant) if relevant else 0.0


def _gain(grades: Sequence[int]) -> float:
    return sum(grade / log2(rank + 1) for rank, grade in enumerate(grades, 1))
