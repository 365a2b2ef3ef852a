"""Reranker: the second stage of ranking, for what a sum over words cannot express.

The engine adds up the scores of the words that a passage has. The reranker takes the first
matches and multiplies their scores by three boosts:

completeness   how many of the query's words the passage has
nearness       how close together it has words that are neighbours in the query
body           whether it is more than a heading

Later matches keep their rank. A boost is never below 1. So the last reranked match still
has at least the score of the next match, and pages of results fit together. The constants
were chosen with `benchmarks/relevance.py`; docs/internals/relevance.md has its table.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from archivesearch.columnar.bm25 import ROUNDING_MARGIN
from archivesearch.columnar.storage.array_files import Array
from archivesearch.query.nodes import traverse
from archivesearch.query.nodes.compounds import Alias
from archivesearch.query.nodes.query import Query
from archivesearch.search.execution.term_positions import WordPositions
from archivesearch.search.request import GroupMatch, Match, Reader, Request, Response, WordPresence

# How many matches are reranked; the positions of their words must be read. The mean nDCG@10
# and MAP of the three collections: 30 .556/.479, 50 .557/.481, 100 .559/.483, 200 .558/.482.
CANDIDATES = 100

# The part by which a score rises where all words of the query stand side by side:
# 0 .549/.476, 0.4 .556/.480, 0.8 .559/.483, 1.2 .555/.480.
NEARNESS = 0.8

# The largest distance, in words, at which neighbours in the query are near. The reverse
# order counts as one word more. 1 .556/.481, 2 .558/.482, 4 .559/.483, 8 .558/.482.
_MAX_DISTANCE = 4

# How much completeness counts: the exponent of the share of the words, for two words. With
# more words it is divided among all but one. 0 .558/.481, 0.25 .558/.482, 0.5 .559/.483,
# 1 .557/.480. With each question cut to its three rarest words: 0 .407/.343, 0.25 .409/.344,
# 0.5 .412/.347, 1 .414/.348.
COMPLETENESS = 0.5

# The boost of a passage that is more than its own heading. The engine counts the words of a
# heading twice, as text and as heading. Only `cacm` has such passages (nDCG@10 and MAP):
# 1 .481/.325, 1.1 .488/.332, 1.25 .483/.332, 1.4 .475/.328; cut to three words 1 .307/.196,
# 1.25 .317/.206, 1.4 .322/.207; cut to one word, where only this boost applies, 1 .151/.087,
# 1.25 .159/.088, 1.5 .164/.090.
BODY = 1.25

_FIELDS = ("section", "org", "title", "text")
_MAX_FIELD_LENGTH = 1 << 33  # more words than any field has


class Boosts(NamedTuple):
    """The factors by which a score was multiplied."""

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

    `words` are the plain words of the query. Totals, facets and counts are the engine's.
    The boosts of each reranked match are added to `boosts`, by its number.
    """
    if not words or not request.limit or request.offset >= CANDIDATES:
        return reader.search(request)
    end = request.offset + request.limit
    response = reader.search(request._replace(offset=0, limit=max(end, CANDIDATES)))
    reranker = _Reranker(reader, words, dict.fromkeys(_aliases(request.query)), boosts)
    if request.group_by is not None:
        groups = reranker.groups(response.groups)
        return response._replace(groups=tuple(groups[request.offset : end]))
    return response._replace(matches=tuple(reranker.matches(response.matches, request.offset, end)))


class _AliasTerms(NamedTuple):
    """An alias of an organization: its terms in a row, and the query words that it stands for."""

    terms: tuple[str, ...]
    words: tuple[frozenset[str], ...]


def _aliases(query: Query) -> Iterator[_AliasTerms]:
    """Yield the aliases of the organizations that a query names."""
    if isinstance(query, Alias):
        words = tuple(dict.fromkeys(w for tree in query.originals for w in tree.words()))
        for leaf in traverse.leaves(query):
            if terms := leaf.row():
                yield _AliasTerms(terms, words)
    else:
        for child in query.children():
            yield from _aliases(child)


class _Reranker:
    """Reranks the matches of one query.

    Each word of the query has a number, its index in `words`; each term of an alias has a
    number after these.
    """

    def __init__(
        self,
        reader: Reader,
        words: Sequence[frozenset[str]],
        aliases: Iterable[_AliasTerms] = (),
        boosts: dict[int, Boosts] | None = None,
    ) -> None:
        self._reader = reader
        self._boosts = boosts
        self._word_count = len(words)
        self._number = {term: number for number, word in enumerate(words) for term in word}
        self._aliases: list[tuple[list[int], list[int]]] = []
        for alias in aliases:
            for term in alias.terms:
                self._number.setdefault(term, len(words) + len(self._number))
            terms = [self._number[term] for term in alias.terms]
            originals = [words.index(word) for word in alias.words if word in words]
            self._aliases.append((terms, originals))

    def matches(self, matches: Sequence[Match], start: int, end: int) -> list[Match]:
        """Return the matches from `start` to `end`, the first `CANDIDATES` of all reranked."""
        candidates = matches[:CANDIDATES]
        if not candidates:
            return []
        numbers, scores = self._rescore(candidates, end)
        best = np.lexsort((numbers, -scores))[start:end]
        reranked = map(Match, numbers[best].tolist(), scores[best].tolist())
        return [*reranked, *matches[max(start, CANDIDATES) : end]]

    def groups(self, groups: Sequence[GroupMatch]) -> list[GroupMatch]:
        """Return groups, the first reranked, and the matches inside of these too.

        They are as many as have `CANDIDATES` matches together at most.
        """
        size = 0
        count = 0
        for group in groups:
            size += len(group.matches)
            if size > CANDIDATES:
                break
            count += 1
        if not count:
            return list(groups)
        numbers, scores = self._rescore([m for group in groups[:count] for m in group.matches])
        rescored = map(Match, numbers.tolist(), scores.tolist())
        reranked = [
            group._replace(
                matches=tuple(sorted((next(rescored) for _ in group.matches), key=_sort_key))
            )
            for group in groups[:count]
        ]
        return [*sorted(reranked, key=lambda group: _sort_key(group.matches[0])), *groups[count:]]

    def _rescore(self, matches: Sequence[Match], first: int = CANDIDATES) -> tuple[Array, Array]:
        """Return the numbers of matches and their final scores.

        The score of a match that cannot be among the `first` best may be too low.
        """
        numbers = np.array([match.number for match in matches], np.int64)
        scores = np.array([match.score for match in matches], np.float64)
        body = np.where(self._reader.is_heading(numbers), 1.0, BODY)
        completeness = nearness = np.ones(len(matches))
        if self._word_count > 1:
            presence = self._reader.presence(numbers, _FIELDS, self._number)
            if self._aliases:
                present, positions = self._resolve_aliases(presence)
                weights = _WordWeights(present)
                completeness, nearness = weights.completeness, weights.nearness(positions)
            else:
                weights = _WordWeights(presence.present)
                completeness = weights.completeness
                cells = weights.cells_to_read(scores * (completeness * body), first)
                if cells.any():
                    nearness = weights.nearness(presence.positions(cells))
        if self._boosts is not None:
            factors = map(Boosts, completeness.tolist(), nearness.tolist(), body.tolist())
            self._boosts.update(zip(numbers.tolist(), factors, strict=True))
        return numbers, scores * (completeness * nearness * body)

    def _resolve_aliases(self, presence: WordPresence) -> tuple[Array, WordPositions]:
        """Return which passages have which words, and where, with aliases as the words.

        Each occurrence of an alias counts as the words that it stands for.

        Example: `swp` is word 0. Its alias `socialist worker parti` has the numbers 3, 4 and
        5. A text with these at the positions 7, 8 and 9 has word 0 at position 7.
        """
        positions = presence.positions(presence.present)
        occurrences = set(zip(*(column.tolist() for column in positions), strict=True))
        resolved = {occurrence for occurrence in occurrences if occurrence[3] < self._word_count}
        for terms, originals in self._aliases:
            for passage, field, start, number in occurrences:
                if number == terms[0] and all(
                    (passage, field, start + n, term) in occurrences for n, term in enumerate(terms)
                ):
                    resolved.update(
                        (passage, field, start + n, word) for n, word in enumerate(originals)
                    )
        words = WordPositions(*np.array(sorted(resolved), np.int64).reshape(-1, 4).T)
        present = np.zeros((len(_FIELDS), self._word_count, presence.present.shape[2]), bool)
        present[words.field, words.word, words.passage] = True
        return present, words


def _sort_key(match: Match) -> tuple[float, int]:
    return -match.score, match.number


class _WordWeights:
    """The weights of the query's words, and the boosts that follow from them.

    A word weighs more, the fewer of the passages have it. A word that none has weighs 0.
    `present` is bool of the shape (fields, words, passages).
    """

    def __init__(self, present: Array) -> None:
        self._present = present
        passages = present.shape[2]
        in_any_field = np.ascontiguousarray(present.any(axis=0).T)
        counts = in_any_field.sum(axis=0)
        weights = np.where(counts, np.log(1 + passages / (counts + 0.5)), 0.0)
        self._pair_weights = np.minimum(weights[:-1], weights[1:])
        self._total = float(weights.sum())
        self.completeness: Array = np.ones(passages)
        """The boost of each passage for how many of the words it has."""
        if self._total:
            sums: Array = in_any_field @ weights
            power = COMPLETENESS / max(int(np.count_nonzero(counts)) - 1, 1)
            least = float(weights[counts > 0].min())
            self.completeness = (np.maximum(sums, least) / least) ** power

    def nearness(self, positions: WordPositions) -> Array:
        """Return the boost of each passage for words that are near."""
        _, words, passages = self._present.shape
        if not self._total:
            return np.ones(passages)
        return self._nearness_boost(_nearness(positions, passages, words))

    def cells_to_read(self, scores: Array, first: int) -> Array:
        """Return the cells whose positions must be read to find the `first` best passages.

        The result is bool, in the shape of `present`. A cell is a word in a field of a
        passage. Its positions count only where the same field has a neighbour of the word
        in the query. `scores` are the passages' scores without the boost for nearness. A
        passage that even the greatest such boost does not lift among the best has no cells.

        Example: the query is `a b c`. One passage has `a` and `b` in its text, another one
        has `a` and `c`. Only the two cells of the first passage must be read.
        """
        beside = self._present[:, :-1] & self._present[:, 1:]
        cells = np.zeros_like(self._present)
        if not beside.any():
            return cells
        adjacent = np.ascontiguousarray(beside.any(axis=0).T)
        bounds = scores * self._nearness_boost(adjacent) * ROUNDING_MARGIN
        if first < len(scores):
            beside &= bounds >= np.partition(scores, len(scores) - first)[len(scores) - first]
        cells[:, :-1] = beside
        cells[:, 1:] |= beside
        return cells

    def _nearness_boost(self, nearness: Array) -> Array:
        """Return the boost for each passage, from the nearness of its pairs of words."""
        boosts: Array = 1.0 + NEARNESS * (nearness @ self._pair_weights) / self._total
        return boosts


def _nearness(positions: WordPositions, passages: int, words: int) -> Array:
    """Return how near each word of the query has the next one: float64 (passages, words - 1).

    The nearness is 1 divided by the distance in words: 1 side by side, 1/2 with a word
    between, and 0 beyond `_MAX_DISTANCE`. In reverse order the distance is one more. A pair
    that occurs several times has its greatest nearness.
    """
    nearness = np.zeros((passages, words - 1))
    # passage, field and position in one number; in one field, the difference is the distance
    line = (
        positions.passage * len(_FIELDS) + positions.field
    ) * _MAX_FIELD_LENGTH + positions.position
    for step in range(1, _MAX_DISTANCE + 1):
        differences = line[step:] - line[:-step]
        firsts = (differences <= _MAX_DISTANCE).nonzero()[0]
        if not len(firsts):
            break
        word, next_word = positions.word[firsts], positions.word[firsts + step]
        distances = differences[firsts] + (next_word < word)
        is_pair = (abs(next_word - word) == 1) & (distances <= _MAX_DISTANCE)
        pairs = positions.passage[firsts[is_pair]], np.minimum(word, next_word)[is_pair]
        np.maximum.at(nearness, pairs, 1 / np.maximum(distances[is_pair], 1))
    return nearness
