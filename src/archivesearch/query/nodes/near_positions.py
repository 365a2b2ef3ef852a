"""Positions of words in a row, or near one another in any order."""

from collections import Counter
from collections.abc import Sequence
from functools import reduce


def near_positions(columns: Sequence[Sequence[int]], gap: int) -> set[int]:
    """Return the positions of words that are near one another.

    `columns` are the positions of each word. Without a gap the words must be in a row, in
    order. With one they may be in any order, in a stretch of the text with at most `gap`
    other words.

        >>> sorted(near_positions([[3, 7], [4, 9]], gap=0))
        [3, 4]
        >>> sorted(near_positions([[3, 7], [4, 9]], gap=1))
        [3, 4, 7, 9]
    """
    if gap == 0:
        starts = reduce(
            set.intersection,
            ({position - shift for position in column} for shift, column in enumerate(columns)),
        )
        return {start + shift for start in starts for shift in range(len(columns))}
    needed = Counter(map(tuple, columns))  # a word that the query repeats must occur as often
    pairs = sorted((position, column) for column in needed for position in column)
    overlap = len({position for position, _ in pairs}) < len(pairs)
    result: set[int] = set()
    inside: Counter[tuple[int, ...]] = Counter()
    left = 0
    for right, (position, column) in enumerate(pairs):
        inside[column] += 1
        while position - pairs[left][0] + 1 > len(columns) + gap:
            inside[pairs[left][1]] -= 1
            left += 1
        if any(inside[column] < count for column, count in needed.items()):
            continue
        window = [position for position, _ in pairs[left : right + 1]]
        if not overlap or _has_distinct_positions(columns, frozenset(window)):
            result.update(window)
    return result


def _has_distinct_positions(columns: Sequence[Sequence[int]], window: frozenset[int]) -> bool:
    """Whether each word can have a position in the window that no other word has.

    Words that share a term share positions. This is a bipartite matching by augmenting
    paths: a word whose positions are all taken tries to move the owner of one of them.
    """
    owner: dict[int, int] = {}

    def assign(word: int, tried: set[int]) -> bool:
        for position in columns[word]:
            if position in window and position not in tried:
                tried.add(position)
                if position not in owner or assign(owner[position], tried):
                    owner[position] = word
                    return True
        return False

    return all(assign(word, set()) for word in range(len(columns)))
