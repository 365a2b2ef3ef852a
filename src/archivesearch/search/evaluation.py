"""How good a ranking is, by what people have judged: nDCG and average precision."""

from collections.abc import Mapping, Sequence
from math import log2

Grades = Mapping[str, int]


def ndcg(ranked: Sequence[str], grades: Grades, depth: int = 10) -> float:
    """Return the discounted gain of a ranking's first places, 1.0 being the best possible.

    `grades` say of each relevant item how relevant it is, from 1 up; a grade counts as it
    is, divided by the logarithm of its place. What has no grade counts nothing.
    """
    best = _gain(sorted(grades.values(), reverse=True)[:depth])
    return _gain([grades.get(item, 0) for item in ranked[:depth]]) / best if best else 0.0


def average_precision(ranked: Sequence[str], grades: Grades) -> float:
    """Return the mean, over the relevant items, of the share of relevant ones down to each.

    An item that the ranking lacks counts 0.
    """
    relevant = {item for item, grade in grades.items() if grade > 0}
    found = 0
    total = 0.0
    for place, item in enumerate(ranked, 1):
        if item in relevant:
            found += 1
            total += found / place
    return total / len(relevant) if relevant else 0.0


def _gain(grades: Sequence[int]) -> float:
    return sum(grade / log2(place + 1) for place, grade in enumerate(grades, 1))
