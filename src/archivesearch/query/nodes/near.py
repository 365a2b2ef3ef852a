"""Query node for words in a row, or near one another in any order."""

from collections import Counter
from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING

from whoosh.matching import Matcher, NullMatcher
from whoosh.query import And, Query, SpanNear2
from whoosh.query.spans import Span

if TYPE_CHECKING:
    from whoosh.searching import SearchContext, Searcher


class Near(SpanNear2):
    """Words of one field near one another.

    Without a `gap` they are in a row, in order. With one they are in any order, with at most
    `gap` other words between the first and the last.
    """

    def __init__(self, qs: Sequence[Query], fieldname: str, gap: int = 0) -> None:
        super().__init__(qs, slop=gap + 1, ordered=gap == 0)
        self.fieldname = fieldname
        self.gap = gap

    def _and_query(self) -> Query:
        return And(self.qs)  # Whoosh's own method uses a module that it does not import

    def matcher(self, searcher: "Searcher", context: "SearchContext | None" = None) -> Matcher:
        """Return a matcher of the documents in which the words are near one another."""
        if context is not None:
            context = context.set(needs_current=True)  # or alternatives lose their positions
        matchers = [query.matcher(searcher, context) for query in self.qs]
        if not all(matcher.is_active() for matcher in matchers):
            return NullMatcher()
        return _NearMatcher(matchers, self.gap)


class _NearMatcher(SpanNear2.SpanNear2Matcher):
    """Matcher of the documents that have all words, at positions near one another."""

    def __init__(self, matchers: Sequence[Matcher], gap: int) -> None:
        self._gap = gap
        super().__init__(matchers, slop=gap + 1)

    def copy(self) -> "_NearMatcher":
        return _NearMatcher([matcher.copy() for matcher in self.ms], self._gap)

    def _get_spans(self) -> list[Span]:
        columns = [[span.start for span in matcher.spans()] for matcher in self.ms]
        return [Span(position) for position in sorted(near_positions(columns, self._gap))]


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
