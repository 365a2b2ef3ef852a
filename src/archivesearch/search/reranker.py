"""The second stage of ranking: the best matches again, by what is no sum of words.

The engine adds up what each word of a query says of a passage. Here the first matches
are put in order anew by how many of the words they have, by how near to one another
words stand that are neighbours in the query, and by whether they are more than a
heading. What is farther down keeps its place.

Scores are only ever raised, so that the last match that was looked at still has at least
the score of the first that was not, and any page of results continues the one before.
The constants were chosen by `benchmarks/relevance.py`; docs/internals/relevance.md has its table.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeGuard

import numpy as np
from whoosh.query import And, AndNot, Or, Phrase, Query, Term

from archivesearch.columnar.bm25 import ROUNDING_MARGIN
from archivesearch.columnar.schema import WORD_FIELDS
from archivesearch.columnar.storage.array_files import Array
from archivesearch.query.nodes.alternatives import Alias, Alternatives, InLanguages
from archivesearch.query.nodes.exact import ExactForm, SameSpelling
from archivesearch.query.nodes.near import Near
from archivesearch.search.execution.term_positions import WordPositions
from archivesearch.search.request import GroupMatch, Match, Reader, Request, Response, WordPresence

# How many matches are looked at again; each one's text has to be read. The mean nDCG@10
# and MAP of the three collections: 30 .556/.479, 50 .557/.481, 100 .559/.483, 200 .558/.482.
CANDIDATES = 100

# By which part a score is raised where the words of the query all stand side by side:
# 0 .549/.476, 0.4 .556/.480, 0.8 .559/.483, 1.2 .555/.480.
NEARNESS = 0.8

# How far apart neighbours in the query may stand and still be near, in words, one more
# where they stand in the other order: 1 .556/.481, 2 .558/.482, 4 .559/.483, 8 .558/.482.
REACH = 4

# How much having more of the words counts: the exponent of their share, for two words;
# it is divided among the others where there are more. 0 .558/.481, 0.25 .558/.482,
# 0.5 .559/.483, 1 .557/.480. With each question cut to its three rarest words:
# 0 .407/.343, 0.25 .409/.344, 0.5 .412/.347, 1 .414/.348.
COMPLETENESS = 0.5

# What a passage gains that is more than its own heading, whose words the engine counts as
# text and as heading. Only `cacm` has such (nDCG@10 and MAP): 1 .481/.325, 1.1 .488/.332,
# 1.25 .483/.332, 1.4 .475/.328; cut to three words 1 .307/.196, 1.25 .317/.206, 1.4 .322/.207;
# to one, which has no other second stage, 1 .151/.087, 1.25 .159/.088, 1.5 .164/.090.
BODY = 1.25


_LOOKED_AT = ("section", "org", "title", "text")
_ALL_COUNT = (And, Or, Near)


# More words than any field has.
_LONGEST = 1 << 33


class Boosts(NamedTuple):
    """By what a score was multiplied: for more of the words, for nearness, for a body."""

    completeness: float
    nearness: float
    body: float


def search(
    reader: Reader,
    request: Request,
    words: Sequence[frozenset[str]],
    boosts: dict[int, Boosts] | None = None,
) -> Response:
    """Return the best matches of a query in their final order, with their final scores.

    `words` are those that are `wanted`. Totals, facets and counts are the engine's.
    `raised` is told of each score that was.
    """
    if not words or not request.limit or request.offset >= CANDIDATES:
        return reader.search(request)
    end = request.offset + request.limit
    found = reader.search(request._replace(offset=0, limit=max(end, CANDIDATES)))
    stage = _Stage(reader, words, dict.fromkeys(_names(request.query)), boosts)
    if request.group_by is not None:
        return found._replace(groups=tuple(stage.groups(found.groups)[request.offset : end]))
    return found._replace(matches=tuple(stage.matches(found.matches, request.offset, end)))


def query_words(query: Query) -> list[frozenset[str]]:
    """Return the plain words of a query, in order: each as the terms it may stand as.

    What is a pattern, a year or a page, and what only takes matches away, is none of them.
    """
    return list(dict.fromkeys(_wanted(query)))


def _wanted(query: Query) -> list[frozenset[str]]:
    if isinstance(query, Term):
        return [frozenset((str(query.text),))] if query.fieldname in WORD_FIELDS else []
    if isinstance(query, Alternatives):
        return _either([way for child in query.subqueries if (way := _wanted(child))])
    if isinstance(query, InLanguages) or _is_spelled(query):
        return _wanted(query.child)
    if isinstance(query, Alias):
        return []  # it stands for words that are asked for beside it
    if isinstance(query, _ALL_COUNT):
        return [word for child in query.children() for word in _wanted(child)]
    if isinstance(query, AndNot):
        return _wanted(query.a)
    if isinstance(query, Phrase):
        return [frozenset((word,)) for word in query.words]
    return []


def _is_spelled(query: Query) -> TypeGuard[ExactForm]:
    return isinstance(query, ExactForm) and all(
        isinstance(test, SameSpelling) for test in query.tests
    )


def _either(ways: Sequence[list[frozenset[str]]]) -> list[frozenset[str]]:
    """Return the words of which there are several ways to say each."""
    if not ways:
        return []
    if len(set(map(len, ways))) == 1:
        return [frozenset().union(*same) for same in zip(*ways, strict=True)]
    if len(ways[0]) == 1:  # of a longer way to say it the first word stands for all
        return [frozenset().union(*(way[0] for way in ways))]
    return ways[0]


class _Name(NamedTuple):
    """A name that stands for words of the query: its terms in a row, and those words."""

    terms: tuple[str, ...]
    words: tuple[frozenset[str], ...]


def _names(query: Query) -> Iterator[_Name]:
    """Yield the other names of organizations that a query names."""
    if isinstance(query, Alias):
        words = tuple(dict.fromkeys(word for tree in query.originals for word in _wanted(tree)))
        for name in query.leaves():
            if isinstance(name, Phrase):
                yield _Name(tuple(name.words), words)
            elif isinstance(name, Term):
                yield _Name((str(name.text),), words)
    elif isinstance(query, Alternatives):
        return  # of ways to say one thing
    elif isinstance(query, (And, Or)):
        for child in query.children():
            yield from _names(child)
    elif isinstance(query, AndNot):
        yield from _names(query.a)


class _Stage:
    """Ranks the matches of one query again."""

    def __init__(
        self,
        reader: Reader,
        words: Sequence[frozenset[str]],
        names: Iterable[_Name] = (),
        raised: dict[int, Boosts] | None = None,
    ) -> None:
        self._reader = reader
        self._raised = raised
        self._count = len(words)
        self._number = {term: number for number, word in enumerate(words) for term in word}
        self._names: list[tuple[list[int], list[int]]] = []
        for name in names:
            for term in name.terms:
                self._number.setdefault(term, len(words) + len(self._number))
            row = [self._number[term] for term in name.terms]
            self._names.append((row, [words.index(word) for word in name.words if word in words]))

    def matches(self, matches: Sequence[Match], start: int, end: int) -> list[Match]:
        """Return a part of the matches, of which the first are in their final order."""
        head = matches[:CANDIDATES]
        if not head:
            return []
        numbers, scores = self._rescored(head, end)
        best = np.lexsort((numbers, -scores))[start:end]
        found = map(Match, numbers[best].tolist(), scores[best].tolist())
        return [*found, *matches[max(start, CANDIDATES) : end]]

    def groups(self, groups: Sequence[GroupMatch]) -> list[GroupMatch]:
        """Return groups with the first ones in their final order, and their matches too."""
        size = 0
        count = 0
        for group in groups:
            size += len(group.matches)
            if size > CANDIDATES:
                break
            count += 1
        if not count:
            return list(groups)
        numbers, scores = self._rescored([m for group in groups[:count] for m in group.matches])
        rescored = map(Match, numbers.tolist(), scores.tolist())
        head = [
            group._replace(
                matches=tuple(sorted((next(rescored) for _ in group.matches), key=_rank))
            )
            for group in groups[:count]
        ]
        return [*sorted(head, key=lambda group: _rank(group.matches[0])), *groups[count:]]

    def _rescored(self, matches: Sequence[Match], first: int = CANDIDATES) -> tuple[Array, Array]:
        """Return the numbers of matches and their final scores.

        Those that cannot be among the `first` best may be told too low a score.
        """
        numbers = np.array([match.number for match in matches], np.int64)
        scores = np.array([match.score for match in matches], np.float64)
        body = np.where(self._reader.is_heading(numbers), 1.0, BODY)
        complete = near = np.ones(len(matches))
        if self._count > 1:
            presence = self._reader.presence(numbers, _LOOKED_AT, self._number)
            if self._names:
                has, places = self._named(presence)
                weights = _Weights(has)
                complete, near = weights.complete, weights.near(places)
            else:
                weights = _Weights(presence.present)
                complete = weights.complete
                wanted = weights.worth_a_look(scores * (complete * body), first)
                if wanted.any():
                    near = weights.near(presence.positions(wanted))
        if self._raised is not None:
            each = zip(complete.tolist(), near.tolist(), body.tolist(), strict=True)
            self._raised.update(zip(numbers.tolist(), map(Boosts._make, each), strict=True))
        return numbers, scores * (complete * near * body)

    def _named(self, presence: WordPresence) -> tuple[Array, WordPositions]:
        """Put in place of names the words of the query that they stand for."""
        places = presence.positions(presence.present)
        at = set(zip(*(column.tolist() for column in places), strict=True))
        found = {place for place in at if place[3] < self._count}
        for row, words in self._names:
            for passage, field, first, number in at:
                if number == row[0] and all(
                    (passage, field, first + n, x) in at for n, x in enumerate(row)
                ):
                    found.update((passage, field, first + n, word) for n, word in enumerate(words))
        named = WordPositions(*np.array(sorted(found), np.int64).reshape(-1, 4).T)
        has = np.zeros((len(_LOOKED_AT), self._count, presence.present.shape[2]), bool)
        has[named.field, named.word, named.passage] = True
        return has, named


def _rank(match: Match) -> tuple[float, int]:
    return -match.score, match.number


class _Weights:
    """What it counts that passages have words; `has` tells it by field, word and passage.

    A word weighs the more the fewer of the passages have it; one that none has, nothing.
    """

    def __init__(self, has: Array) -> None:
        self._has = has
        passages = has.shape[2]
        in_any = np.ascontiguousarray(has.any(axis=0).T)
        having = in_any.sum(axis=0)
        weights = np.where(having, np.log(1 + passages / (having + 0.5)), 0.0)
        self._pairs = np.minimum(weights[:-1], weights[1:])
        self._whole = float(weights.sum())
        self.complete: Array = np.ones(passages)
        """What the score of each passage is multiplied by for having more of the words."""
        if self._whole:
            present: Array = in_any @ weights
            power = COMPLETENESS / max(int(np.count_nonzero(having)) - 1, 1)
            least = float(weights[having > 0].min())
            self.complete = (np.maximum(present, least) / least) ** power

    def near(self, places: WordPositions) -> Array:
        """Return what the score of each passage is multiplied by for words that are near."""
        _, words, passages = self._has.shape
        if not self._whole:
            return np.ones(passages)
        return self._nearer(_nearness(places, passages, words))

    def worth_a_look(self, scores: Array, first: int) -> Array:
        """Return which places say which passages are the `first`, as `has` tells what is there.

        Words count where their neighbours in the query stand in the same field. `scores` are
        what passages have that no nearness raises.
        """
        beside = self._has[:, :-1] & self._has[:, 1:]
        found = np.zeros_like(self._has)
        if not beside.any():
            return found
        most = scores * self._nearer(np.ascontiguousarray(beside.any(axis=0).T)) * ROUNDING_MARGIN
        if first < len(scores):
            beside &= most >= np.partition(scores, len(scores) - first)[len(scores) - first]
        found[:, :-1] = beside
        found[:, 1:] |= beside
        return found

    def _nearer(self, near: Array) -> Array:
        found: Array = 1.0 + NEARNESS * (near @ self._pairs) / self._whole
        return found


def _nearness(places: WordPositions, passages: int, words: int) -> Array:
    """Return how near each word of the query but the last has the next one, in each passage.

    1 is beside it, in their order; half as near is half as much, beyond `REACH` nothing.
    """
    near = np.zeros((passages, words - 1))
    line = (places.passage * len(_LOOKED_AT) + places.field) * _LONGEST + places.position
    for step in range(1, REACH + 1):
        apart = line[step:] - line[:-step]
        at = (apart <= REACH).nonzero()[0]
        if not len(at):
            break
        word, next_ = places.word[at], places.word[at + step]
        distance = apart[at] + (next_ < word)
        kept = (abs(next_ - word) == 1) & (distance <= REACH)
        pair = places.passage[at[kept]], np.minimum(word, next_)[kept]
        np.maximum.at(near, pair, 1 / np.maximum(distance[kept], 1))
    return near
