"""Words that stand together: in a row, or near one another in any order."""

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
    """Words of one field in a row, or in any order with at most `gap` other words among them."""

    def __init__(self, qs: Sequence[Query], fieldname: str, gap: int = 0) -> None:
        super().__init__(qs, slop=gap + 1, ordered=gap == 0)
        self.fieldname = fieldname
        self.gap = gap

    def _and_query(self) -> Query:
        return And(self.qs)  # Whoosh's own names a module that it has not imported

    def matcher(self, searcher: "Searcher", context: "SearchContext | None" = None) -> Matcher:
        """Return what walks through the documents in which the words stand so."""
        if context is not None:
            context = context.set(needs_current=True)  # or alternatives forget their places
        matchers = [query.matcher(searcher, context) for query in self.qs]
        if not all(matcher.is_active() for matcher in matchers):
            return NullMatcher()
        return _NearMatcher(matchers, self.gap)


class _NearMatcher(SpanNear2.SpanNear2Matcher):
    """Walks through the documents that have all words, and stops at those that have them near."""

    def __init__(self, matchers: Sequence[Matcher], gap: int) -> None:
        self._gap = gap
        super().__init__(matchers, slop=gap + 1)

    def copy(self) -> "_NearMatcher":
        return _NearMatcher([matcher.copy() for matcher in self.ms], self._gap)

    def _get_spans(self) -> list[Span]:
        columns = [[span.start for span in matcher.spans()] for matcher in self.ms]
        return [Span(position) for position in sorted(near_positions(columns, self._gap))]


def near_positions(columns: Sequence[Sequence[int]], gap: int) -> set[int]:
    """Return the positions at which words stand together, given the positions of each.

    Without a gap the words stand in a row, in order. With one they stand in any order in
    a stretch of the text that holds at most `gap` other words.
    """
    if gap == 0:
        starts = reduce(
            set.intersection,
            ({place - at for place in column} for at, column in enumerate(columns)),
        )
        return {start + at for start in starts for at in range(len(columns))}
    needed = Counter(map(tuple, columns))  # a word that is asked for twice must stand twice
    places = sorted((place, column) for column in needed for place in column)
    shared = len({place for place, _ in places}) < len(places)
    result: set[int] = set()
    inside: Counter[tuple[int, ...]] = Counter()
    left = 0
    for right, (place, column) in enumerate(places):
        inside[column] += 1
        while place - places[left][0] + 1 > len(columns) + gap:
            inside[places[left][1]] -= 1
            left += 1
        if any(inside[column] < number for column, number in needed.items()):
            continue
        stretch = [place for place, _ in places[left : right + 1]]
        if not shared or _each_has_its_own(columns, frozenset(stretch)):
            result.update(stretch)
    return result


def _each_has_its_own(columns: Sequence[Sequence[int]], stretch: frozenset[int]) -> bool:
    """Whether each word can have a place in a stretch that no other has.

    Words that may stand as one and the same term have places in common. Whoever finds all
    of its places taken sees whether one who has them can move.
    """
    owner: dict[int, int] = {}

    def settle(word: int, tried: set[int]) -> bool:
        for place in columns[word]:
            if place in stretch and place not in tried:
                tried.add(place)
                if place not in owner or settle(owner[place], tried):
                    owner[place] = word
                    return True
        return False

    return all(settle(word, set()) for word in range(len(columns)))
